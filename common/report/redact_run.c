/* Redaction of whole documents and runs: by key in facts, by form everywhere. */
#include "report/redact_forms.h"

#include <stdlib.h>
#include <string.h>

/* What the value of a key is. Keys are those of the rooms' facts and of the inventory; those of
 * entries of a directory are its attributes. */
static const struct {
	const char *key;
	enum amt_secret kind;
} keys[] = {
	{"fqdn", AMT_SECRET_HOST},
	{"host", AMT_SECRET_HOST},
	{"client", AMT_SECRET_HOST},
	{"device", AMT_SECRET_HOST},
	{"computer", AMT_SECRET_HOST},
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
	{"note", AMT_SECRET_OTHER},
	{"host_name", AMT_SECRET_HOST},
	{"cn", AMT_SECRET_HOST},
	{"os_fqdn", AMT_SECRET_HOST},
	{"realm", AMT_SECRET_DOMAIN},
	{"server_fqdn", AMT_SECRET_HOST},
	{"dhcp_suffix", AMT_SECRET_DOMAIN},
	{"trusted_suffix", AMT_SECRET_DOMAIN},
	{"domain_name", AMT_SECRET_DOMAIN},
	{"ad_domains", AMT_SECRET_DOMAIN},
	{"suffixes", AMT_SECRET_DOMAIN},
	{"dNSHostName", AMT_SECRET_HOST},
	{"sAMAccountName", AMT_SECRET_USER},
	{"userPrincipalName", AMT_SECRET_USER},
	{"displayName", AMT_SECRET_USER},
	{"mail", AMT_SECRET_USER},
	{"description", AMT_SECRET_OTHER},
	{"serialNumber", AMT_SECRET_SERIAL},
};

/* What "name" means is told by what it is the name of: the list it stands in. */
static const struct {
	const char *list;
	enum amt_secret kind;
} names_of[] = {
	{"clients", AMT_SECRET_HOST},
	{"inventory", AMT_SECRET_HOST},
	{"hosts", AMT_SECRET_HOST},
	{"forward", AMT_SECRET_HOST},
	{"reverse", AMT_SECRET_HOST},
	{"back", AMT_SECRET_HOST},
	{"provision_server", AMT_SECRET_HOST},
	{"lookups", AMT_SECRET_HOST},
	{"servers", AMT_SECRET_HOST},
	{"81", AMT_SECRET_HOST},
	{"zones", AMT_SECRET_DOMAIN},
	{"users", AMT_SECRET_USER},
	{"groups", AMT_SECRET_USER},
	/* of the facts of exports: what the fact is about */
	{"client", AMT_SECRET_HOST},
	{"imported", AMT_SECRET_HOST},
	{"certificate", AMT_SECRET_HOST},
	{"site", AMT_SECRET_OTHER},
	{"collection", AMT_SECRET_OTHER},
	{"right", AMT_SECRET_USER},
};

static bool kind_of(const char *key, const char *list, enum amt_secret *kind)
{
	bool name = !strcmp(key, "name");

	for (size_t i = 0; !name && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].key, key))
			return *kind = keys[i].kind, true;
	for (size_t i = 0; name && list && i < sizeof(names_of) / sizeof(names_of[0]); i++)
		if (!strcmp(names_of[i].list, list))
			return *kind = names_of[i].kind, true;
	return false;
}

/* What the names in an object are of: the kind it tells itself, else the list it stands in. */
static const char *list_of(const json_t *object, const char *list)
{
	const char *what = amt_json_get_str(object, "what");

	return what ? what : list;
}

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

/* DOMAIN\\user and computer$; a SID is known by its form. */
static void learn_account(struct amt_redactor *r, const char *value)
{
	const char *slash = strrchr(value, '\\'), *name = slash ? slash + 1 : value;
	size_t n = strlen(name);
	char computer[64];

	if (!strncmp(name, "S-1-", 4) || !n || redact_well_known(name))
		return;
	if (name[n - 1] != '$' || n > sizeof(computer)) {
		amt_redact_learn(r, AMT_SECRET_USER, name);
		return;
	}
	amt_str_copy(computer, n, name);
	amt_redact_learn(r, AMT_SECRET_HOST, computer);
}

static void learn_value(struct amt_redactor *r, const char *key, const char *list,
			const char *value)
{
	enum amt_secret kind;

	if (strcasestr(value, ",DC="))
		redact_learn_dn(r, value);
	if (!*value || !kind_of(key, list, &kind) || kind == AMT_SECRET_IPV4) /* by form */
		return;
	if ((kind == AMT_SECRET_HOST || kind == AMT_SECRET_DOMAIN) && !name_like(value))
		return;
	if (kind == AMT_SECRET_USER) {
		learn_account(r, value);
		return;
	}
	amt_redact_learn(r, kind, value);
}

static void learn(struct amt_redactor *r, const json_t *j, const char *key, const char *list)
{
	const char *k;
	json_t *value;

	if (json_is_string(j))
		learn_value(r, key, list, json_string_value(j));
	for (size_t i = 0; i < json_array_size(j); i++)
		learn(r, json_array_get(j, i), key, list);
	list = json_is_object(j) ? list_of(j, key) : NULL;
	json_object_foreach((json_t *)(uintptr_t)j, k, value) learn(r, value, k, list);
}

void amt_redact_learn_facts(struct amt_redactor *r, const json_t *facts)
{
	learn(r, facts, "", NULL);
}

static char *replaced(struct amt_redactor *r, const char *s, struct amt_arena *a)
{
	struct amt_buf b;

	amt_buf_init(&b, AMT_CAP_REPORT);
	if (!redact_blob(r, s, strlen(s), &b))
		amt_redact_text(r, s, strlen(s), &b);
	char *copy = amt_arena_strndup(a, amt_buf_cstr(&b), b.len);
	amt_buf_free(&b);
	return copy;
}

/* A value whose kind is known is replaced whole, be it a word of every sentence. */
static const char *field(struct amt_redactor *r, const char *s, struct amt_arena *a)
{
	const char *p = redact_known_field(r, s, strlen(s));

	return p ? p : replaced(r, s, a);
}

static json_t *redact(struct amt_redactor *r, const json_t *j, const char *key, const char *list)
{
	struct amt_arena a = {0};
	enum amt_secret kind;
	const char *k;
	json_t *value, *out;

	if (json_is_string(j)) {
		const char *s = json_string_value(j);
		out = amt_json_str(kind_of(key, list, &kind) ? field(r, s, &a)
							     : replaced(r, s, &a));
	} else if (json_is_array(j)) {
		out = json_array();
		for (size_t i = 0; i < json_array_size(j); i++)
			json_array_append_new(out, redact(r, json_array_get(j, i), key, list));
	} else if (json_is_object(j)) {
		list = list_of(j, key);
		out = json_object();
		json_object_foreach((json_t *)(uintptr_t)j, k, value) if (!certificate_key(k))
			json_object_set_new(out, replaced(r, k, &a), redact(r, value, k, list));
	} else {
		out = json_deep_copy(j);
	}
	amt_arena_free(&a);
	return out;
}

json_t *amt_redact_json(struct amt_redactor *r, const json_t *j)
{
	return redact(r, j, "", NULL);
}

/* Text between tags, and what attributes say to people. */
static void html_piece(struct amt_redactor *r, const char *s, size_t n, struct amt_buf *out)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {
		{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
	struct amt_buf plain, redacted;

	amt_buf_init(&plain, AMT_CAP_REPORT);
	amt_buf_init(&redacted, AMT_CAP_REPORT);
	for (size_t i = 0; i < n;) {
		size_t e = 0, k = 0;
		while (e < 5 && (k = strlen(entities[e].name),
				 n - i < k || strncmp(s + i, entities[e].name, k) != 0))
			e++;
		amt_buf_byte(&plain, e < 5 ? entities[e].c : s[i]);
		i += e < 5 ? k : 1;
	}
	amt_redact_text(r, amt_buf_cstr(&plain), plain.len, &redacted);
	amt_html_escape(out, amt_buf_cstr(&redacted), redacted.len);
	amt_buf_free(&plain);
	amt_buf_free(&redacted);
}

static void html_tag(struct amt_redactor *r, const char *s, size_t n, struct amt_buf *out)
{
	static const char label[] = "aria-label=\"", title[] = "title=\"";

	for (size_t i = 0; i < n;) {
		size_t k = !strncmp(s + i, label, sizeof(label) - 1)   ? sizeof(label) - 1
			   : !strncmp(s + i, title, sizeof(title) - 1) ? sizeof(title) - 1
								       : 0;
		if (!k) {
			amt_buf_byte(out, s[i++]);
			continue;
		}
		size_t len = strcspn(s + i + k, "\"");
		amt_buf_add(out, s + i, k);
		html_piece(r, s + i + k, len, out);
		i += k + len;
	}
}

static void html(struct amt_redactor *r, const char *s, struct amt_buf *out)
{
	while (*s) {
		size_t n = strcspn(s, "<");
		html_piece(r, s, n, out);
		s += n;
		n = strcspn(s, ">") + 1;
		if (*s)
			html_tag(r, s, s[n - 1] ? n : n - 1, out);
		s += *s ? (s[n - 1] ? n : n - 1) : 0;
	}
}

static void finding(struct amt_redactor *r, struct amt_findings *fs, struct amt_finding *f)
{
	f->subject = amt_arena_strdup(&fs->arena, field(r, f->subject, &fs->arena));
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
		m->name = amt_arena_strdup(&fs->arena, field(r, m->name, &fs->arena));
		m->summary = m->summary ? replaced(r, m->summary, &fs->arena) : NULL;
	}
	if (f->because_subject)
		f->because_subject =
			amt_arena_strdup(&fs->arena, field(r, f->because_subject, &fs->arena));
}

void amt_redact_run(struct amt_redactor *r, struct amt_run *run)
{
	amt_run_hold_facts(run);
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
		struct amt_buf text;
		amt_buf_init(&text, AMT_CAP_REPORT);
		if (s->kind == AMT_SECTION_HTML)
			html(r, amt_buf_cstr(&s->text), &text);
		else
			amt_redact_text(r, amt_buf_cstr(&s->text), s->text.len, &text);
		amt_buf_free(&s->text);
		s->text = text;
	}
	if (run->headline)
		run->headline = replaced(r, run->headline, &run->arena);
	json_t *facts = amt_redact_json(r, run->facts);
	json_decref(run->facts);
	run->facts = facts;
}
