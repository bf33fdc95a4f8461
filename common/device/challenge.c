/* What an HTTP answer tells before anybody logs in: challenges and the Server header. */
#include "device/wire.h"

#include <ctype.h>
#include <string.h>

static bool is_token(char c)
{
	return c > ' ' && c < 127 && !strchr("()<>@,;:\\\"/[]?={}", c);
}

static const char *skip(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == ',')
		p++;
	return p;
}

/* A token or a quoted string into out, cut to fit. */
static const char *value(const char *p, char *out, size_t size)
{
	size_t n = 0;

	if (*p != '"') {
		for (; *p && *p != ',' && *p != ' ' && *p != '\t'; p++)
			if (n + 1 < size)
				out[n++] = *p;
	} else {
		for (p++; *p && *p != '"'; p++) {
			if (*p == '\\' && p[1])
				p++;
			if (n + 1 < size)
				out[n++] = *p;
		}
		p += *p == '"';
	}
	out[n] = '\0';
	return p;
}

static void parameter(struct dev_challenge *c, const char *name, const char *v)
{
	if (amt_strcasecmp(name, "realm") == 0)
		amt_str_copy(c->realm, sizeof(c->realm), v);
	else if (amt_strcasecmp(name, "nonce") == 0)
		amt_str_copy(c->nonce, sizeof(c->nonce), v);
	else if (amt_strcasecmp(name, "algorithm") == 0)
		amt_str_copy(c->algorithm, sizeof(c->algorithm), v);
	else if (amt_strcasecmp(name, "stale") == 0)
		c->stale = amt_strcasecmp(v, "true") == 0;
	else if (amt_strcasecmp(name, "qop") == 0) {
		amt_str_copy(c->qop, sizeof(c->qop), v);
		for (const char *p = v; *(p = skip(p));) {
			char word[16];
			size_t n = 0;
			for (; *p && *p != ',' && *p != ' '; p++)
				if (n + 1 < sizeof(word))
					word[n++] = *p;
			word[n] = '\0';
			c->auth = c->auth || amt_strcasecmp(word, "auth") == 0;
			c->auth_int = c->auth_int || amt_strcasecmp(word, "auth-int") == 0;
		}
	}
}

static bool known_algorithm(const struct dev_challenge *c)
{
	return !c->algorithm[0] || amt_strcasecmp(c->algorithm, "MD5") == 0;
}

/* Of several digests (RFC 7616 3.7) the one that can be answered counts, else the first. */
static void take_digest(struct dev_challenge *c, const struct dev_challenge *one)
{
	bool negotiate = c->negotiate, basic = c->basic;

	if (!one->digest || (c->digest && (known_algorithm(c) || !known_algorithm(one))))
		return;
	*c = *one;
	c->negotiate = negotiate;
	c->basic = basic;
}

/* RFC 9110 11.6.1: schemes and their parameters share one comma list. */
void dev_challenge_read(const char *text, struct dev_challenge *c)
{
	struct dev_challenge one = {0};
	char word[64], v[256];

	for (const char *p = skip(text); *p; p = skip(p)) {
		size_t n = 0;
		const char *start = p;
		for (; is_token(*p); p++)
			if (n + 1 < sizeof(word))
				word[n++] = *p;
		word[n] = '\0';
		if (p == start) { /* garbage: go on behind it */
			p++;
			continue;
		}
		const char *eq = p;
		while (*eq == ' ' || *eq == '\t')
			eq++;
		if (*eq == '=') {
			for (p = eq + 1; *p == ' ' || *p == '\t'; p++)
				;
			p = value(p, v, sizeof(v));
			if (one.digest)
				parameter(&one, word, v);
			continue;
		}
		take_digest(c, &one);
		one = (struct dev_challenge){.digest = amt_strcasecmp(word, "Digest") == 0};
		c->negotiate = c->negotiate || amt_strcasecmp(word, "Negotiate") == 0;
		c->basic = c->basic || amt_strcasecmp(word, "Basic") == 0;
	}
	take_digest(c, &one);
}

bool dev_challenge_of(const struct amt_http_result *r, struct dev_challenge *c)
{
	char text[1024];

	memset(c, 0, sizeof(*c));
	for (unsigned i = 0; i < 8 && amt_http_header(r, "WWW-Authenticate", i, text, sizeof(text));
	     i++)
		dev_challenge_read(text, c);
	return c->digest && c->nonce[0];
}

void dev_banner_read(struct amt_device *d, const char *server, const char **product,
		     const char **version)
{
	static const struct {
		const char *text, *product;
	} known[] = {{"Active Management Technology", "AMT"},
		     {"Standard Manageability", "ISM"},
		     {"Con. Management Engine", "AMT"}}; /* seen on 5.0 (hello 4.2) */

	*product = *version = NULL;
	if (strcmp(server, "AMT") == 0) { /* early 11.x: no version told */
		*product = "AMT";
		return;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const char *at = amt_memcasestr(server, strlen(server), known[i].text);
		if (!at)
			continue;
		*product = known[i].product;
		at += strlen(known[i].text);
		while (*at && !isdigit((unsigned char)*at))
			at++;
		size_t n = strspn(at, "0123456789.");
		while (n && at[n - 1] == '.')
			n--;
		if (n)
			*version = amt_arena_strndup(&d->arena, at, n);
		return;
	}
}
