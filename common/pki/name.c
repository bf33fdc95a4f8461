/* Names of subjects and issuers: text for people, a key for comparing, and what AMT looks for. */
#include "pki/private.h"

/* RFC 4514 2.4 */
static void escaped(struct amt_buf *b, const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++) {
		bool edge = (i == 0 && (s[i] == ' ' || s[i] == '#')) || (i + 1 == n && s[i] == ' ');
		if (edge || strchr(",+\"<>;", s[i]))
			amt_buf_byte(b, '\\');
		size_t run = 1 + strcspn(s + i + 1, ",+\"<>; ");
		amt_buf_add(b, s + i, run);
		i += run - 1;
	}
}

/* RFC 5280 7.1 in short: case and runs of blanks don't count, the string type neither. */
static void folded(struct amt_buf *b, const char *oid, const char *s)
{
	bool blank = false;
	size_t start;

	amt_buf_printf(b, "%s=", oid);
	start = b->len;
	for (; *s; s++) {
		if (*s == ' ') {
			blank = b->len > start;
			continue;
		}
		if (blank)
			amt_buf_byte(b, ' ');
		blank = false;
		amt_buf_byte(b, *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s);
	}
	amt_buf_byte(b, '\n');
}

/* Looks like the OU that AMT asks for, however it was misspelt. */
static bool like_marker(const char *s)
{
	size_t n = strlen(s);

	return amt_memcasestr(s, n, "client setup cert") != NULL;
}

static bool attribute(const struct der *pair, struct amt_arena *a, struct pki_name *out,
		      struct amt_buf *rdn, struct amt_buf *key)
{
	struct amt_rd in = der_inside(pair);
	struct der type, value;
	char oid[PKI_OID_TEXT];

	if (!der_next(&in, &type) || !der_oid(&type, oid) || !der_next(&in, &value))
		return false;
	const char *name = pki_attribute_name(oid);
	char *s = der_string(&value, a);
	if (rdn->len)
		amt_buf_byte(rdn, '+');
	amt_buf_printf(rdn, "%s=", name ? name : oid);
	escaped(rdn, s);
	folded(key, oid, s);
	if (name && !strcmp(name, "CN") && out->cns)
		amt_vec_push(out->cns, s);
	if (name && !strcmp(name, "OU") && out->ous)
		amt_vec_push(out->ous, s);
	else if (like_marker(s))
		out->marker_elsewhere = name ? name : amt_arena_strdup(a, oid);
	return true;
}

bool pki_read_name(const struct der *d, struct amt_arena *a, struct pki_name *out)
{
	struct amt_rd rdns = der_inside(d);
	struct amt_buf text, key, rdn;
	struct der set, pair;
	bool good = true;

	amt_buf_init(&text, AMT_CAP_PKI_STRING);
	amt_buf_init(&key, AMT_CAP_PKI_STRING);
	amt_buf_init(&rdn, AMT_CAP_PKI_STRING);
	while (good && der_next(&rdns, &set)) {
		struct amt_rd in = der_inside(&set);
		amt_buf_clear(&rdn);
		while (good && der_next(&in, &pair))
			good = attribute(&pair, a, out, &rdn, &key);
		good = good && !in.short_;
		/* The last of the sequence comes first in text (RFC 4514 2.1). */
		if (text.len)
			amt_buf_byte(&rdn, ',');
		amt_buf_add(&rdn, amt_buf_cstr(&text), text.len);
		amt_buf_clear(&text);
		amt_buf_add(&text, amt_buf_cstr(&rdn), rdn.len);
	}
	out->text = amt_arena_strdup(a, amt_buf_cstr(&text));
	out->key = amt_arena_strdup(a, amt_buf_cstr(&key));
	amt_buf_free(&text);
	amt_buf_free(&key);
	amt_buf_free(&rdn);
	return good && !rdns.short_;
}
