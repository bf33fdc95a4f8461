/*
 * Does a certificate's name cover the domain that a device trusts? The decision
 * procedure of certificates.md 2.3, rules R1 to R5 of 2.2. This is not the host
 * matching of RFC 6125, which is wrong here in both directions.
 */
#include "amtdiag/pki.h"

static const struct {
	const char *label;
	int depth;
} tlds[] = {
#include "pki_tld.inc"
};

static const char *const names[] = {"-", "R1", "R2", "R3", "R4", "-", "-", "-"};
static const char *const phrases[] = {
	"no rule covers it",
	"the suffix equals the name or is the end of it",
	"the suffix lies under the wildcard",
	"both are under .com or .net and share the second-level domain",
	"the last labels agree as far as the TLD table asks",
	"the suffix is not a domain of two labels or more",
	"the name in the certificate is not a host name",
	"not compared: certificates, DNS and DHCP carry its xn-- form, so give that",
};

const char *pki_rule_name(enum pki_rule r)
{
	return names[r];
}

const char *pki_rule_phrase(enum pki_rule r)
{
	return phrases[r];
}

bool pki_name_normal(const char *name, char out[PKI_NAME_MAX])
{
	size_t n;

	while (*name == ' ' || *name == '\t')
		name++;
	n = strlen(name);
	while (n && (name[n - 1] == ' ' || name[n - 1] == '\t'))
		n--;
	if (n && name[n - 1] == '.')
		n--;
	if (!n || n >= PKI_NAME_MAX || name[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = name[i]; /* NOLINT: i is below its length */
		if (c == '.' && name[i - 1] == '.')
			return false;
		out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	out[n] = '\0';
	return out[n - 1] != '.';
}

int pki_name_labels(const char *normal)
{
	int n = 1;

	for (const char *p = normal; *p; p++)
		n += *p == '.';
	return n;
}

/* The last n labels of a normal name, or NULL when it has fewer. */
static const char *last_labels(const char *name, int n)
{
	const char *p = name + strlen(name);

	while (p > name) {
		if (p[-1] == '.' && --n == 0)
			return p;
		p--;
	}
	return n <= 1 ? name : NULL;
}

int pki_tld_depth(const char *name)
{
	char normal[PKI_NAME_MAX];

	if (!pki_name_normal(name, normal))
		return 0;
	const char *tld = last_labels(normal, 1);
	for (size_t i = 0; i < sizeof(tlds) / sizeof(tlds[0]); i++)
		if (!strcmp(tlds[i].label, tld))
			return tlds[i].depth;
	return 0;
}

/* name ends with "." + tail, and has something before it */
static bool under(const char *name, const char *tail)
{
	size_t n = strlen(name), t = strlen(tail);

	return n > t + 1 && name[n - t - 1] == '.' && !strcmp(name + n - t, tail);
}

static bool ascii(const char *s)
{
	while (*s && (unsigned char)*s < 0x80)
		s++;
	return !*s;
}

static bool com_or_net(const char *tld)
{
	return !strcmp(tld, "com") || !strcmp(tld, "net");
}

enum pki_rule pki_suffix_match(const char *identifier, const char *suffix,
			       const struct pki_generation *gen)
{
	char s[PKI_NAME_MAX], id[PKI_NAME_MAX];

	if (!pki_name_normal(suffix, s) || pki_name_labels(s) < 2)
		return PKI_RULE_BAD_SUFFIX;
	if (!pki_name_normal(identifier, id))
		return PKI_RULE_BAD_IDENTIFIER;
	bool wildcard = id[0] == '*' && id[1] == '.';
	const char *base = wildcard ? id + 2 : id;
	if (!ascii(s))
		return PKI_RULE_NOT_ASCII;
	/* A NUL or another control character in a certificate's name reads as \00 here. */
	if (strpbrk(base, "*\\ "))
		return PKI_RULE_BAD_IDENTIFIER;
	if (!strcmp(s, base) || under(base, s))
		return PKI_RULE_BASE;
	if (wildcard && under(s, base))
		return PKI_RULE_WILDCARD;
	const char *tld = last_labels(s, 1);
	int depth = 0;
	if (!strcmp(tld, last_labels(base, 1))) {
		if (gen->tld_table)
			depth = pki_tld_depth(tld);
		else if (gen->siblings && com_or_net(tld))
			depth = 2;
	}
	if (!depth)
		return PKI_RULE_NONE;
	const char *a = last_labels(s, depth), *b = last_labels(base, depth);
	if (!a || !b || strcmp(a, b) != 0)
		return PKI_RULE_NONE;
	return com_or_net(tld) ? PKI_RULE_SIBLING : PKI_RULE_TLD;
}

bool pki_suffix_rps(const char *identifier, const char *suffix)
{
	char s[PKI_NAME_MAX], id[PKI_NAME_MAX];

	if (!pki_name_normal(suffix, s) || !pki_name_normal(identifier, id))
		return false;
	const char *a = last_labels(s, 2), *b = last_labels(id, 2);
	return a && b && !strcmp(a, b);
}

bool pki_suffix_meshcentral(const char *identifier, const char *suffix)
{
	char s[PKI_NAME_MAX], id[PKI_NAME_MAX];

	if (!pki_name_normal(suffix, s) || !pki_name_normal(identifier, id))
		return false;
	const char *base = id[0] == '*' && id[1] == '.' ? id + 2 : id;
	int depth = pki_tld_depth(base);
	const char *trimmed = depth ? last_labels(base, depth) : NULL;
	if (!trimmed)
		trimmed = base;
	return !strcmp(s, trimmed) || under(s, trimmed);
}
