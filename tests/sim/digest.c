/* Digest, the arithmetic: RFC 2617 without a word about who may come in. */
#include "sim.h"

#include <openssl/evp.h>
#include <strings.h>

/* name=value or name="value", pairs apart by commas; true while there is one. */
static bool next_pair(const char **p, char *name, size_t nsize, char *value, size_t vsize)
{
	const char *s = *p;
	size_t n;

	s += strspn(s, ", \t");
	n = strcspn(s, "= ,\t");
	if (!n || s[n] != '=')
		return false;
	amt_str_copy(name, n + 1 < nsize ? n + 1 : nsize, s);
	s += n + 1;
	if (*s == '"') {
		size_t len = 0;

		for (s++; *s && *s != '"'; s++) {
			if (*s == '\\' && s[1])
				s++;
			if (len + 1 < vsize)
				value[len++] = *s;
		}
		value[len] = 0;
		s += *s == '"';
	} else {
		n = strcspn(s, ", \t");
		amt_str_copy(value, n + 1 < vsize ? n + 1 : vsize, s);
		s += n;
	}
	*p = s;
	return true;
}

bool sim_digest_parse(const char *line, struct sim_auth *a)
{
	char name[32], value[256];
	const struct {
		const char *name;
		char *to;
		size_t size;
	} fields[] = {
		{"username", a->user, sizeof(a->user)},   {"realm", a->realm, sizeof(a->realm)},
		{"nonce", a->nonce, sizeof(a->nonce)},    {"uri", a->uri, sizeof(a->uri)},
		{"qop", a->qop, sizeof(a->qop)},          {"nc", a->nc, sizeof(a->nc)},
		{"cnonce", a->cnonce, sizeof(a->cnonce)},
	};

	memset(a, 0, sizeof(*a));
	line += strspn(line, " ");
	if (!amt_str_begins(line, "Digest "))
		return false;
	line += 7;
	while (next_pair(&line, name, sizeof(name), value, sizeof(value))) {
		if (!strcasecmp(name, "response")) {
			amt_str_copy(a->response, sizeof(a->response), value);
			a->has_response = true;
		}
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (!strcasecmp(name, fields[i].name))
				amt_str_copy(fields[i].to, fields[i].size, value);
	}
	return true;
}

static void md5_hex(const void *p, size_t n, char out[33])
{
	uint8_t h[16];
	unsigned len = 16;

	EVP_Digest(p, n, h, &len, EVP_md5(), NULL);
	amt_hex_encode(h, 16, out);
}

static void md5_joined(char out[33], const char *const *parts, size_t n)
{
	struct amt_buf b;

	amt_buf_init(&b, 4 * AMT_KIB);
	for (size_t i = 0; i < n; i++)
		amt_buf_printf(&b, "%s%s", i ? ":" : "", parts[i]);
	md5_hex(amt_buf_cstr(&b), b.len, out);
	if (b.data)
		amt_wipe(b.data, b.len);
	amt_buf_free(&b);
}

/* RFC 2617 3.2.2: with qop auth, auth-int or none. */
void sim_digest_response(const struct sim_auth *a, const char *password, const char *method,
			 const void *body, size_t body_len, char out[33])
{
	char ha1[33], ha2[33], hbody[33];

	md5_joined(ha1, (const char *[]){a->user, a->realm, password}, 3);
	if (!strcmp(a->qop, "auth-int")) {
		md5_hex(body_len ? body : "", body_len, hbody);
		md5_joined(ha2, (const char *[]){method, a->uri, hbody}, 3);
	} else {
		md5_joined(ha2, (const char *[]){method, a->uri}, 2);
	}
	if (*a->qop)
		md5_joined(out, (const char *[]){ha1, a->nonce, a->nc, a->cnonce, a->qop, ha2}, 6);
	else
		md5_joined(out, (const char *[]){ha1, a->nonce, ha2}, 3);
}
