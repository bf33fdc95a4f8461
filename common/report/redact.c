/* What is replaced by what. */
#include "amtdiag/redact.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define VALUE_MAX 512

static const char *const kind_names[AMT_SECRETS] = {"host", "domain", "ipv4", "ipv6",   "mac",
						    "uuid", "user",   "sid",  "serial", "other"};

void amt_redactor_free(struct amt_redactor *r)
{
	amt_map_free(&r->by_value);
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

static const char *make(struct amt_redactor *r, enum amt_secret kind)
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
		return amt_arena_printf(&r->arena, "S-1-5-21-0-0-0-%zu", n);
	case AMT_SECRET_OTHER:
		return amt_arena_printf(&r->arena, "text-%zu", n);
	default:
		return amt_arena_printf(&r->arena, "%s-%zu", kind_names[kind], n);
	}
}

static const char *known(const struct amt_redactor *r, const char *s, size_t n)
{
	char key[VALUE_MAX];
	size_t len = lower(s, n, key);
	union amt_map_value *v = len ? amt_map_get(&r->by_value, key, len) : NULL;

	return v ? v->p : NULL;
}

static const char *remember(struct amt_redactor *r, const char *s, size_t n, const char *pseudonym)
{
	char key[VALUE_MAX];
	size_t len = lower(s, n, key);

	if (len)
		amt_map_put(&r->by_value, key, len, NULL)->p = (void *)(uintptr_t)pseudonym;
	return pseudonym;
}

/* pc1.corp.example under the known domain corp.example: two pseudonyms with a dot between. */
static const char *host_name(struct amt_redactor *r, const char *s, size_t n)
{
	const char *dot = memchr(s, '.', n);

	if (!dot || dot == s)
		return remember(r, s, n, make(r, AMT_SECRET_HOST));
	size_t host = (size_t)(dot - s);
	char domain[VALUE_MAX], label[VALUE_MAX];
	if (!lower(dot + 1, n - host - 1, domain) || !lower(s, host, label))
		return remember(r, s, n, make(r, AMT_SECRET_HOST));
	return remember(r, s, n,
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

const char *amt_redact_learn(struct amt_redactor *r, enum amt_secret kind, const char *value)
{
	size_t n = strlen(value);
	const char *old = known(r, value, n);

	if (!n || n >= VALUE_MAX)
		return NULL;
	if (old)
		return old;
	if (harmless(value))
		return remember(r, value, n, amt_arena_strdup(&r->arena, value));
	if (kind == AMT_SECRET_HOST)
		return host_name(r, value, n);
	if (kind == AMT_SECRET_DOMAIN) {
		char key[VALUE_MAX];
		lower(value, n, key);
		amt_vec_push(&r->domains, amt_arena_strdup(&r->arena, key));
	}
	return remember(r, value, n, make(r, kind));
}

/* ---- recognising ------------------------------------------------------- */

static bool hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* Digits by template: x a hex digit, others themselves. */
static bool shaped(const char *s, size_t n, const char *shape)
{
	if (strlen(shape) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (shape[i] == 'x' ? !hex(s[i]) : s[i] != shape[i])
			return false;
	return true;
}

static bool is_ipv4(const char *s, size_t n)
{
	size_t parts = 1, digits = 0;
	unsigned v = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.') {
			if (!digits || ++parts > 4)
				return false;
			digits = v = 0;
		} else if (s[i] >= '0' && s[i] <= '9' && ++digits <= 3) {
			v = v * 10 + (unsigned)(s[i] - '0');
			if (v > 255)
				return false;
		} else {
			return false;
		}
	}
	return parts == 4 && digits;
}

static bool is_ipv6(const char *s, size_t n)
{
	size_t colons = 0;

	for (size_t i = 0; i < n; i++) {
		colons += s[i] == ':';
		if (s[i] != ':' && !hex(s[i]) && s[i] != '.')
			return false;
	}
	return colons >= 2 && (colons == 7 || memmem(s, n, "::", 2)) && n > 3;
}

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
	const char *p = known(r, s, n);

	if (p || n < 2 || n >= VALUE_MAX)
		return p;
	memcpy(value, s, n);
	value[n] = '\0';
	if (is_ipv4(s, n))
		return amt_redact_learn(r, AMT_SECRET_IPV4, value);
	if (shaped(s, n, "xx:xx:xx:xx:xx:xx") || shaped(s, n, "xx-xx-xx-xx-xx-xx"))
		return amt_redact_learn(r, AMT_SECRET_MAC, value);
	if (shaped(s, n, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"))
		return amt_redact_learn(r, AMT_SECRET_UUID, value);
	if (n > 8 && !amt_strncasecmp(s, "S-1-5-21-", 9))
		return amt_redact_learn(r, AMT_SECRET_SID, value);
	if (is_ipv6(s, n))
		return amt_redact_learn(r, AMT_SECRET_IPV6, value);
	return below_known_domain(r, s, n) ? amt_redact_learn(r, AMT_SECRET_HOST, value) : NULL;
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

void amt_redact_text(struct amt_redactor *r, const char *s, size_t n, struct amt_buf *out)
{
	const char *whole = known(r, s, n);

	if (whole) {
		amt_buf_str(out, whole);
		return;
	}
	for (size_t i = 0; i < n;) {
		size_t k = word_char(s[i]) ? long_word(s + i, n - i) : 0;
		if (!k) {
			amt_buf_byte(out, s[i++]);
			continue;
		}
		/* The longest piece that is known: "192.0.2.1:53", "pc1.corp.example:16993". */
		size_t len = k;
		const char *p = NULL;
		while (len && !(p = pseudonym(r, s + i, len)))
			do
				len--;
			while (len && !strchr(".:-_", s[i + len]));
		if (p) {
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

/* ---- the map ------------------------------------------------------------ */

bool amt_redact_save(const struct amt_redactor *r, const char *path, struct amt_error *err)
{
	struct amt_buf b;

	amt_buf_init(&b, AMT_CAP_JSON_IN);
	amt_buf_str(&b, "# Private: what the pseudonyms of a redacted report stand for. Do not "
			"send it along.\n");
	for (int k = 0; k < AMT_SECRETS; k++)
		amt_buf_printf(&b, "next\t%s\t%zu\n", kind_names[k], r->next[k]);
	for (size_t i = 0; i < r->domains.n; i++)
		amt_buf_printf(&b, "domain\t%s\t\n", r->domains.v[i]);
	for (size_t i = 0; i < r->by_value.n_entries; i++)
		if (!r->by_value.entries[i].gone)
			amt_buf_printf(&b, "value\t%s\t%s\n", r->by_value.entries[i].key,
				       (const char *)r->by_value.entries[i].value.p);
	mode_t mask = umask(077);
	bool good = !b.over && amt_file_write(path, amt_buf_cstr(&b), b.len, err);
	umask(mask);
	amt_buf_free(&b);
	return good;
}

static bool load_line(struct amt_redactor *r, char *line)
{
	char *what = strsep(&line, "\t"), *a = strsep(&line, "\t"), *b = strsep(&line, "\t");
	uint64_t n;

	if (!what || !*what || *what == '#')
		return true;
	if (!a || !b)
		return false;
	if (!strcmp(what, "value"))
		remember(r, a, strlen(a), amt_arena_strdup(&r->arena, b));
	if (!strcmp(what, "domain"))
		amt_vec_push(&r->domains, amt_arena_strdup(&r->arena, a));
	for (int k = 0; !strcmp(what, "next") && k < AMT_SECRETS; k++)
		if (!strcmp(kind_names[k], a) && amt_num_u64(b, 0, 1u << 30, &n, NULL))
			r->next[k] = (size_t)n;
	return true;
}

bool amt_redact_load(struct amt_redactor *r, const char *path, struct amt_error *err)
{
	struct amt_lines l;
	char *text;
	size_t n;

	if (!amt_lines_open(&l, path, AMT_CAP_LINE, err))
		return false;
	bool good = true;
	while (good && amt_lines_next(&l, &text, &n, err))
		if (!load_line(r, text))
			good = amt_fail(err, "%s: line %llu is not one of a redaction map", path,
					(unsigned long long)l.line);
	good = good && !l.failed;
	amt_lines_close(&l);
	return good;
}
