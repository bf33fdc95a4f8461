/* What is replaced by what. */
#include "report/redact_forms.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_MAX REDACT_VALUE_MAX

const char *const redact_kind_names[AMT_SECRETS] = {"host", "domain", "ipv4", "ipv6",   "mac",
						    "uuid", "user",   "sid",  "serial", "other"};

void amt_redactor_free(struct amt_redactor *r)
{
	amt_map_free(&r->by_value);
	amt_map_free(&r->by_field);
	amt_map_free(&r->words);
	for (size_t i = 0; i < r->phrases.n_entries; i++) {
		struct amt_strlist *list = r->phrases.entries[i].value.p;
		amt_vec_free(list);
		free(list);
	}
	amt_map_free(&r->phrases);
	amt_vec_free(&r->domains);
	amt_arena_free(&r->arena);
	*r = (struct amt_redactor){0};
}

static size_t lower(const char *s, size_t n, char out[VALUE_MAX])
{
	if (n >= VALUE_MAX)
		return 0;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32 : s[i]);
	out[n] = '\0';
	return n;
}

const char *redact_make(struct amt_redactor *r, enum amt_secret kind)
{
	size_t n = ++r->next[kind];

	switch (kind) {
	case AMT_SECRET_DOMAIN:
		return amt_arena_printf(&r->arena, "domain-%zu.example", n);
	case AMT_SECRET_IPV4:
		return amt_arena_printf(&r->arena, "198.%zu.%zu.%zu", 18 + (n >> 16 & 1),
					n >> 8 & 255, n & 255);
	case AMT_SECRET_IPV6:
		return amt_arena_printf(&r->arena, "2001:db8::%zx", n);
	case AMT_SECRET_MAC:
		return amt_arena_printf(&r->arena, "02:00:00:%02zx:%02zx:%02zx", n >> 16 & 255,
					n >> 8 & 255, n & 255);
	case AMT_SECRET_UUID:
		return amt_arena_printf(&r->arena, "00000000-0000-4000-8000-%012zx", n);
	case AMT_SECRET_SID:
		return amt_arena_printf(&r->arena, "S-1-5-21-0-0-%zu", n);
	case AMT_SECRET_HOST: /* no hyphen, so that host1-Oobmgmt.log is still the log of host1 */
		return amt_arena_printf(&r->arena, "host%zu", n);
	case AMT_SECRET_OTHER:
		return amt_arena_printf(&r->arena, "text-%zu", n);
	default:
		return amt_arena_printf(&r->arena, "%s-%zu", redact_kind_names[kind], n);
	}
}

static const char *look_up(const struct amt_map *m, const char *s, size_t n)
{
	char key[VALUE_MAX];
	size_t len = lower(s, n, key);
	const union amt_map_value *v = len ? amt_map_get(m, key, len) : NULL;

	return v ? v->p : NULL;
}

const char *redact_known(const struct amt_redactor *r, const char *s, size_t n)
{
	return look_up(&r->by_value, s, n);
}

const char *redact_known_field(const struct amt_redactor *r, const char *s, size_t n)
{
	const char *p = look_up(&r->by_field, s, n);

	return p ? p : redact_known(r, s, n);
}

static bool word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

static size_t word_length(const char *s, size_t n)
{
	size_t k = 0;

	while (k < n && word_char(s[k]))
		k++;
	return k;
}

static void learn_words(struct amt_redactor *r, const char *text)
{
	char key[VALUE_MAX];
	size_t n = text ? strlen(text) : 0;

	for (size_t i = 0; i < n;) {
		size_t k = word_length(text + i, n - i);
		/* Not the parts of names in examples. */
		bool part = (i && text[i - 1] == '.') ||
			    (text[i + k] == '.' && word_char(text[i + k + 1]));
		if (k && !part && lower(text + i, k, key))
			amt_map_put(&r->words, key, k, NULL);
		i += k ? k : 1;
	}
}

/* The words that the catalogue itself uses. */
bool redact_is_word(struct amt_redactor *r, const char *s, size_t n)
{
	char key[VALUE_MAX];

	bool first = !r->words.count;

	for (size_t i = 0; first && i < amt_guide_count(); i++) {
		const struct amt_item *item = amt_guide_at(i);
		const char *const texts[] = {item->title,   item->why,     item->how,
					     item->inputs,  item->who,     item->rule[0],
					     item->rule[1], item->rule[2], item->rule[3]};
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			learn_words(r, texts[k]);
		for (size_t k = 0; item->actions && item->actions[k]; k++)
			learn_words(r, item->actions[k]);
		learn_words(r, item->id);
		learn_words(r, amt_component_name(item->component));
	}
	return n < 3 || (lower(s, n, key) && amt_map_get(&r->words, key, n));
}

/* A value of several words is looked for by the first of them. */
static void add_phrase(struct amt_redactor *r, const char *s, size_t n)
{
	char key[VALUE_MAX];
	size_t first = word_length(s, n);
	bool new;

	first = first ? first : 1;
	if (!lower(s, first, key))
		return;
	union amt_map_value *v = amt_map_put(&r->phrases, key, first, &new);
	if (new)
		v->p = amt_calloc(1, sizeof(struct amt_strlist));
	struct amt_strlist *list = v->p;
	amt_vec_push(list, amt_arena_strndup(&r->arena, s, n));
}

size_t redact_phrase(const struct amt_redactor *r, const char *s, size_t n, const char **pseudonym)
{
	char key[VALUE_MAX];
	size_t first = word_length(s, n), best = 0;

	if (!r->phrases.count || !lower(s, first ? first : 1, key))
		return 0;
	const union amt_map_value *v = amt_map_get(&r->phrases, key, first ? first : 1);
	const struct amt_strlist *list = v ? v->p : NULL;
	for (size_t i = 0; list && i < list->n; i++) {
		size_t k = strlen(list->v[i]);
		if (k > best && k <= n && !amt_strncasecmp(s, list->v[i], k) &&
		    (k == n || !word_char(s[k]) || !word_char(s[k - 1])))
			best = k;
	}
	if (best)
		*pseudonym = redact_known(r, s, best);
	return best && *pseudonym ? best : 0;
}

const char *redact_remember(struct amt_redactor *r, const char *s, size_t n, const char *pseudonym)
{
	char key[VALUE_MAX];
	size_t len = lower(s, n, key);
	bool new, word = true, phrase = false;

	for (size_t i = 0; i < n; i++) {
		word &= word_char(s[i]);
		phrase |= !word_char(s[i]) && s[i] != '.' && s[i] != ':';
	}
	if (!len)
		return pseudonym;
	word = word && redact_is_word(r, s, n);
	amt_map_put(word ? &r->by_field : &r->by_value, key, len, &new)->p =
		(void *)(uintptr_t)pseudonym;
	if (phrase && new)
		add_phrase(r, s, n);
	return pseudonym;
}

/* pc1.corp.example under the known domain corp.example: two pseudonyms with a dot between. */
static const char *host_name(struct amt_redactor *r, const char *s, size_t n)
{
	const char *dot = memchr(s, '.', n);

	if (!dot || dot == s)
		return redact_remember(r, s, n, redact_make(r, AMT_SECRET_HOST));
	size_t host = (size_t)(dot - s);
	char domain[VALUE_MAX], label[VALUE_MAX];
	if (!lower(dot + 1, n - host - 1, domain) || !lower(s, host, label))
		return redact_remember(r, s, n, redact_make(r, AMT_SECRET_HOST));
	return redact_remember(r, s, n,
			       amt_arena_printf(&r->arena, "%s.%s",
						amt_redact_learn(r, AMT_SECRET_HOST, label),
						amt_redact_learn(r, AMT_SECRET_DOMAIN, domain)));
}

/* Words that stand for no secret although their key says so. */
static bool harmless(const char *s)
{
	static const char *const words[] = {
		"-",       "localhost",       "127.0.0.1",       "::1",
		"0.0.0.0", "255.255.255.255", "provisionserver", "answers",
		"none",    "unknown"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!amt_strcasecmp(s, words[i]))
			return true;
	return false;
}

/* "DC=corp,DC=example" of corp.example, and its first label, which is how Windows before 2000 calls
 * it. */
static void domain_forms(struct amt_redactor *r, const char *domain, const char *pseudonym)
{
	const char *const names[] = {domain, pseudonym};
	struct amt_buf dn[2];
	size_t first = strcspn(domain, ".");

	amt_vec_push(&r->domains, domain);
	for (int i = 0; i < 2; i++) {
		amt_buf_init(&dn[i], 4 * VALUE_MAX);
		for (const char *p = names[i]; *p; p += strcspn(p, "."), p += *p == '.')
			amt_buf_printf(&dn[i], "%sDC=%.*s", p == names[i] ? "" : ",",
				       (int)strcspn(p, "."), p);
	}
	redact_remember(r, amt_buf_cstr(&dn[0]), dn[0].len,
			amt_arena_strdup(&r->arena, amt_buf_cstr(&dn[1])));
	if (domain[first] && !redact_known_field(r, domain, first))
		redact_remember(r, domain, first,
				amt_arena_strndup(&r->arena, pseudonym, strcspn(pseudonym, ".")));
	amt_buf_free(&dn[0]);
	amt_buf_free(&dn[1]);
}

/* Below a known domain it stays below it; .com and .net stay, AMT's rule for suffixes knows them
 * (handbook "Certificates" section 5). */
static const char *domain_name(struct amt_redactor *r, const char *value)
{
	const char *made = redact_make(r, AMT_SECRET_DOMAIN), *tld = strrchr(value, '.');
	int label = (int)strcspn(made, ".");

	for (size_t i = 0; i < r->domains.n; i++) {
		size_t n = strlen(value), m = strlen(r->domains.v[i]);
		if (n > m + 1 && value[n - m - 1] == '.' &&
		    !amt_strcasecmp(value + n - m, r->domains.v[i]))
			return amt_arena_printf(&r->arena, "%.*s.%s", label, made,
						redact_known_field(r, r->domains.v[i], m));
	}
	if (tld && (!amt_strcasecmp(tld, ".com") || !amt_strcasecmp(tld, ".net")))
		return amt_arena_printf(&r->arena, "%.*s%s", label, made, tld);
	return made;
}

const char *amt_redact_learn(struct amt_redactor *r, enum amt_secret kind, const char *value)
{
	size_t n = strlen(value);
	const char *old = redact_known_field(r, value, n);
	char key[VALUE_MAX];

	if (!n || n >= VALUE_MAX)
		return NULL;
	if (old)
		return old;
	if (harmless(value))
		return redact_remember(r, value, n, amt_arena_strdup(&r->arena, value));
	/* What looks like an address or a UUID is one, wherever it stands, in any notation. */
	if (kind != AMT_SECRET_IPV4 && kind != AMT_SECRET_IPV6) {
		old = redact_by_form(r, value, n);
		if (old || kind == AMT_SECRET_SID)
			return old;
	}
	if (kind == AMT_SECRET_HOST)
		return host_name(r, value, n);
	const char *p = kind == AMT_SECRET_DOMAIN ? domain_name(r, value) : redact_make(r, kind);
	redact_remember(r, value, n, p);
	redact_learn_forms(r, kind, value, p);
	if (kind == AMT_SECRET_DOMAIN) {
		lower(value, n, key);
		domain_forms(r, amt_arena_strdup(&r->arena, key), p);
	}
	return p;
}

/* ---- recognising ------------------------------------------------------- */

static bool below_known_domain(const struct amt_redactor *r, const char *s, size_t n)
{
	for (size_t i = 0; i < r->domains.n; i++) {
		size_t m = strlen(r->domains.v[i]);
		if (n > m + 1 && s[n - m - 1] == '.' &&
		    !amt_strncasecmp(s + n - m, r->domains.v[i], m))
			return true;
	}
	return false;
}

static const char *pseudonym(struct amt_redactor *r, const char *s, size_t n)
{
	char value[VALUE_MAX];
	const char *p = redact_known(r, s, n);

	if (!p)
		p = redact_by_form(r, s, n);
	if (p || n < 2 || n >= VALUE_MAX || !below_known_domain(r, s, n))
		return p;
	memcpy(value, s, n);
	value[n] = '\0';
	return amt_redact_learn(r, AMT_SECRET_HOST, value);
}

/* The end of the word that may hold dots and colons; a full stop at its end is not part of it. */
static size_t long_word(const char *s, size_t n)
{
	size_t k = 0;

	while (k < n && (word_char(s[k]) || s[k] == '.' || s[k] == ':'))
		k++;
	while (k && (s[k - 1] == '.' || s[k - 1] == ':'))
		k--;
	return k;
}

/* Numbers with dots that are more than an address: names of objects (1.3.6.1.5.5.7.3.1). */
static bool is_oid(const char *s, size_t n)
{
	size_t dots = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] != '.' && (s[i] < '0' || s[i] > '9'))
			return false;
		dots += s[i] == '.';
	}
	return dots > 4;
}

/* The longest piece of s that is known: "192.0.2.1:53", "pc1.corp.example:16993". */
static size_t known_piece(struct amt_redactor *r, const char *s, size_t k, const char **p)
{
	size_t len = k;

	while (len && !(*p = pseudonym(r, s, len)))
		do
			len--;
		while (len && !strchr(".:-_", s[len]));
	return len;
}

void amt_redact_text(struct amt_redactor *r, const char *s, size_t n, struct amt_buf *out)
{
	const char *p = redact_known(r, s, n);

	if (p) {
		amt_buf_str(out, p);
		return;
	}
	for (size_t i = 0; i < n;) {
		bool fresh = !i || !word_char(s[i - 1]);
		size_t len = fresh ? redact_phrase(r, s + i, n - i, &p) : 0;
		size_t k = !len && word_char(s[i]) ? long_word(s + i, n - i) : 0;
		if (!len && !k) {
			amt_buf_byte(out, s[i++]);
			continue;
		}
		if (k && is_oid(s + i, k)) {
			amt_buf_add(out, s + i, k);
			i += k;
			continue;
		}
		if (len || (len = known_piece(r, s + i, k, &p))) {
			amt_buf_str(out, p);
			i += len;
			continue;
		}
		/* Nothing: one piece on, so that what follows is looked at alone: pc1-Oobmgmt.log.
		 */
		size_t step = 1;
		while (step < k && !strchr(".:-_", s[i + step - 1]) && word_char(s[i + step]))
			step++;
		amt_buf_add(out, s + i, step);
		i += step;
	}
}
