/* Redaction of whole documents and runs: by key in facts, by form everywhere. */
#include "amtdiag/redact.h"

#include <stdlib.h>
#include <string.h>

/* What the value of a key is. Keys are those of the rooms' facts and of the inventory. */
static const struct {
	const char *key;
	enum amt_secret kind;
} keys[] = {
	{"name", AMT_SECRET_HOST},
	{"fqdn", AMT_SECRET_HOST},
	{"host", AMT_SECRET_HOST},
	{"device", AMT_SECRET_HOST},
	{"hostname", AMT_SECRET_HOST},
	{"server", AMT_SECRET_HOST},
	{"machine", AMT_SECRET_HOST},
	{"site_server", AMT_SECRET_HOST},
	{"suffix", AMT_SECRET_DOMAIN},
	{"domain", AMT_SECRET_DOMAIN},
	{"address", AMT_SECRET_IPV4},
	{"uuid", AMT_SECRET_UUID},
	{"mac", AMT_SECRET_MAC},
	{"user", AMT_SECRET_USER},
	{"sam", AMT_SECRET_USER},
	{"by", AMT_SECRET_USER},
	{"owner", AMT_SECRET_USER},
	{"sid", AMT_SECRET_SID},
	{"serial", AMT_SECRET_SERIAL},
	{"site", AMT_SECRET_OTHER},
	{"notes", AMT_SECRET_OTHER},
	{"host_name", AMT_SECRET_HOST},
	{"cn", AMT_SECRET_HOST},
	{"os_fqdn", AMT_SECRET_HOST},
	{"realm", AMT_SECRET_DOMAIN},
	{"server_fqdn", AMT_SECRET_HOST},
	{"dhcp_suffix", AMT_SECRET_DOMAIN},
	{"trusted_suffix", AMT_SECRET_DOMAIN},
	{"domain_name", AMT_SECRET_DOMAIN},
};

/* Certificates name computers in a form that no pseudonym reaches: they are left out. What was read
 * from them stands beside them. */
static bool certificate_key(const char *key)
{
	return strcmp(key, "pem") == 0 || strcmp(key, "der") == 0;
}

/* Names of evidence files say what was looked at, and nothing about whom. */
static bool file_like(const char *s)
{
	static const char *const endings[] = {".log",  ".lo_",    ".txt", ".pem", ".cer", ".crt",
					      ".der",  ".p7b",    ".pfx", ".crl", ".csv", ".json",
					      ".pcap", ".pcapng", ".ini", ".xml", ".reg", ".gz"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (amt_str_ends(s, endings[i]))
			return true;
	return false;
}

/* A value that has the form of another kind is of that kind: a host key may hold an address. */
static bool name_like(const char *s)
{
	bool letter = false;

	if (file_like(s))
		return false;
	for (; *s; s++) {
		if (*s == ' ' || *s == '/' || *s == '\\' || *s == '=' || *s == ':' || *s == '<')
			return false;
		letter |= (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
	}
	return letter;
}

static void learn_value(struct amt_redactor *r, const char *key, const char *value)
{
	for (size_t i = 0; *value && i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].key, key) != 0)
			continue;
		if ((keys[i].kind == AMT_SECRET_HOST || keys[i].kind == AMT_SECRET_DOMAIN) &&
		    !name_like(value))
			return;
		if (keys[i].kind == AMT_SECRET_IPV4)
			return; /* by form */
		amt_redact_learn(r, keys[i].kind, value);
		return;
	}
}

void amt_redact_learn_facts(struct amt_redactor *r, const json_t *facts)
{
	const char *key;
	json_t *value;

	if (json_is_array(facts)) {
		for (size_t i = 0; i < json_array_size(facts); i++)
			amt_redact_learn_facts(r, json_array_get(facts, i));
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)facts, key, value)
	{
		if (json_is_string(value))
			learn_value(r, key, json_string_value(value));
		else
			amt_redact_learn_facts(r, value);
	}
}

static char *replaced(struct amt_redactor *r, const char *s, struct amt_arena *a)
{
	struct amt_buf b;

	amt_buf_init(&b, AMT_CAP_REPORT);
	amt_redact_text(r, s, strlen(s), &b);
	char *copy = amt_arena_strndup(a, amt_buf_cstr(&b), b.len);
	amt_buf_free(&b);
	return copy;
}

json_t *amt_redact_json(struct amt_redactor *r, const json_t *j)
{
	struct amt_arena a = {0};
	const char *key;
	json_t *value, *out;

	if (json_is_string(j)) {
		out = amt_json_str(replaced(r, json_string_value(j), &a));
	} else if (json_is_array(j)) {
		out = json_array();
		for (size_t i = 0; i < json_array_size(j); i++)
			json_array_append_new(out, amt_redact_json(r, json_array_get(j, i)));
	} else if (json_is_object(j)) {
		out = json_object();
		json_object_foreach((json_t *)(uintptr_t)j, key, value) if (!certificate_key(key))
			json_object_set_new(out, replaced(r, key, &a), amt_redact_json(r, value));
	} else {
		out = json_deep_copy(j);
	}
	amt_arena_free(&a);
	return out;
}

static void finding(struct amt_redactor *r, struct amt_findings *fs, struct amt_finding *f)
{
	f->subject = replaced(r, f->subject, &fs->arena);
	f->summary = replaced(r, f->summary, &fs->arena);
	for (size_t i = 0; i < f->evidence.n; i++) {
		struct amt_evidence *e = &f->evidence.v[i];
		e->source = replaced(r, e->source, &fs->arena);
		e->locator = e->locator ? replaced(r, e->locator, &fs->arena) : NULL;
		e->text = e->text ? replaced(r, e->text, &fs->arena) : NULL;
	}
	for (size_t i = 0; i < f->actions.n; i++)
		f->actions.v[i] = replaced(r, f->actions.v[i], &fs->arena);
	for (size_t i = 0; i < f->subjects.n; i++) {
		struct amt_subject *m = &f->subjects.v[i];
		m->name = replaced(r, m->name, &fs->arena);
		m->summary = m->summary ? replaced(r, m->summary, &fs->arena) : NULL;
	}
	if (f->because_subject)
		f->because_subject = replaced(r, f->because_subject, &fs->arena);
}

void amt_redact_run(struct amt_redactor *r, struct amt_run *run)
{
	amt_redact_learn_facts(r, run->facts);
	for (size_t i = 0; i < run->findings.list.n; i++)
		finding(r, &run->findings, run->findings.list.v[i]);
	for (size_t i = 0; i < run->notes.list.n; i++) {
		run->notes.list.v[i].source =
			replaced(r, run->notes.list.v[i].source, &run->notes.arena);
		run->notes.list.v[i].text =
			replaced(r, run->notes.list.v[i].text, &run->notes.arena);
	}
	for (size_t i = 0; i < run->sections.n; i++) {
		struct amt_section *s = run->sections.v[i];
		s->title = replaced(r, s->title, &run->arena);
		for (size_t c = 0; c < s->cells.n; c++)
			s->cells.v[c] = replaced(r, s->cells.v[c], &run->arena);
		char *text = replaced(r, amt_buf_cstr(&s->text), &run->arena);
		amt_buf_clear(&s->text);
		amt_buf_str(&s->text, text);
	}
	if (run->headline)
		run->headline = replaced(r, run->headline, &run->arena);
	json_t *facts = amt_redact_json(r, run->facts);
	json_decref(run->facts);
	run->facts = facts;
}
