/* Names: the trusted suffix, deep domains, the service point's domain, characters. */
#include "pki/rules.h"

/* Best rule of all names of the leaf; *name is the one that matched. CNs come first. */
static enum pki_rule best_rule(const struct rules *r, const char *suffix, const char **name,
			       bool *from_san)
{
	const struct pki_cert *c = rule_leaf(r);
	enum pki_rule worst = PKI_RULE_NONE;

	*from_san = false;
	*name = c->cns.n ? c->cns.v[0] : c->dns.n ? c->dns.v[0] : "";
	for (size_t i = 0; i < c->cns.n + c->dns.n; i++) {
		bool san = i >= c->cns.n;
		const char *id = san ? c->dns.v[i - c->cns.n] : c->cns.v[i];
		enum pki_rule rule = pki_suffix_match(id, suffix, r->gen);
		if (pki_rule_matches(rule)) {
			*name = id;
			*from_san = san;
			return rule;
		}
		if (rule == PKI_RULE_BAD_SUFFIX || rule == PKI_RULE_NOT_ASCII)
			worst = rule;
	}
	return worst;
}

#define SUFFIX_FACTS_MAX 2000

static void one_suffix(struct rules *r, const char *suffix, unsigned *bad)
{
	const char *name;
	bool san;
	enum pki_rule rule = best_rule(r, suffix, &name, &san);
	struct pki_suffix_fact fact = {name, suffix, r->row->version, rule, san};

	fact.version = amt_arena_strdup(&r->t->arena, r->row->version);
	if (r->t->suffixes.n < SUFFIX_FACTS_MAX)
		amt_vec_push(&r->t->suffixes, fact);
	if (!pki_rule_matches(rule)) {
		++*bad;
		if (rule == PKI_RULE_NOT_ASCII)
			rule_says(r, "S3.C11", AMT_UNKNOWN, r->chain->leaf,
				  "whether %s covers the trusted suffix %s is open: %s", name,
				  suffix, pki_rule_phrase(rule));
		else if (*name) /* that it has none, rule_characters() says */
			rule_says(r, "S3.C11", AMT_FAIL, r->chain->leaf,
				  "no name of the leaf (%s) covers the trusted suffix %s: %s", name,
				  suffix, pki_rule_phrase(rule));
	} else if (san && r->fw.major < 11) {
		++*bad;
		rule_says(r, "S3.C11", AMT_WARN, r->chain->leaf,
			  "only the alternative name %s covers %s; from which firmware on those "
			  "count is not known",
			  name, suffix);
	}
}

void rule_suffix(struct rules *r)
{
	const struct amt_strlist *s = &r->f->asked.suffixes;
	unsigned bad = 0;

	if (!s->n)
		return; /* pki_judge() asks for it, once */
	for (size_t i = 0; i < s->n; i++)
		one_suffix(r, s->v[i], &bad);
	if (bad)
		return;
	const char *name;
	bool san;
	enum pki_rule rule = best_rule(r, s->v[0], &name, &san);
	rule_says(r, "S3.C11", AMT_PASS, r->chain->leaf, "%s covers %s by rule %s: %s", name,
		  s->n == 1 ? s->v[0] : "all suffixes given", pki_rule_name(rule),
		  pki_rule_phrase(rule));
}

/* S3.C15: outside .com and .net deeper domains need a look of their own. */
void rule_tld(struct rules *r)
{
	const struct pki_cert *c = rule_leaf(r);
	char name[PKI_NAME_MAX];
	const char *cn = c->cns.n ? c->cns.v[0] : c->dns.n ? c->dns.v[0] : NULL;

	if (!cn || !pki_name_normal(cn, name) || amt_str_ends(name, ".com") ||
	    amt_str_ends(name, ".net"))
		return;
	int depth = pki_tld_depth(name), labels = pki_name_labels(name);
	bool covered = r->f->asked.suffixes.n > 0, san;
	const char *which;
	for (size_t i = 0; i < r->f->asked.suffixes.n; i++) {
		enum pki_rule rule = best_rule(r, r->f->asked.suffixes.v[i], &which, &san);
		if (rule == PKI_RULE_NOT_ASCII)
			return; /* rule_suffix() says so */
		covered = covered && pki_rule_matches(rule);
	}
	const char *scope = amt_arena_printf(
		&r->t->arena, "%s covers only itself and the domains it ends with", cn);
	if (covered)
		rule_says(r, "S3.C15", AMT_PASS, r->chain->leaf,
			  "the name is outside .com and .net, and covers the suffixes given");
	else if (r->f->asked.suffixes.n)
		rule_says(r, "S3.C15", AMT_FAIL, r->chain->leaf,
			  "the name is outside .com and .net, and no rule of this firmware makes "
			  "it cover the suffixes given: %s",
			  scope);
	else if (!depth)
		rule_says(r, "S3.C15", AMT_WARN, r->chain->leaf,
			  "its top-level domain is in no firmware's table: %s", scope);
	else if (!r->gen->tld_table)
		rule_says(r, "S3.C15", AMT_WARN, r->chain->leaf,
			  "this firmware has no rule for its top-level domain: %s", scope);
	else if (depth == 3 && labels <= 3)
		rule_says(r, "S3.C15", AMT_WARN, r->chain->leaf,
			  "its top-level domain is compared on three labels, so sister domains do "
			  "not match: %s",
			  scope);
	else
		rule_says(r, "S3.C15", AMT_PASS, r->chain->leaf,
			  "its top-level domain is compared on the last %d labels", depth);
}

static const char *domain_of(const char *fqdn)
{
	const char *dot = strchr(fqdn, '.');

	return dot ? dot + 1 : "";
}

/* How near a name in the certificate is to the service point's domain. */
enum nearness { ELSEWHERE, PUBLIC_SUFFIX, PARENT, SAME };

static bool above(const char *domain, const char *own)
{
	size_t n = strlen(own), m = strlen(domain);

	return n > m && own[n - m - 1] == '.' && !strcmp(own + n - m, domain);
}

/* "firma.fr" is somebody's, "co.uk" is not, and the TLD table has both at three labels. */
static enum nearness nearness_of(const char *name, const char *own)
{
	const char *domain = domain_of(name);

	if (!strcmp(own, name) || !strcmp(own, domain))
		return SAME;
	if (above(name, own))
		return PARENT;
	if (!above(domain, own) || pki_name_labels(domain) < 2)
		return ELSEWHERE;
	return pki_name_labels(domain) < pki_tld_depth(domain) ? PUBLIC_SUFFIX : PARENT;
}

static void say_nearness(struct rules *r, const char *what, const char *name, const char *own)
{
	switch (nearness_of(name[0] == '*' && name[1] == '.' ? name + 2 : name, own)) {
	case SAME:
		rule_says(r, "S3.C09b", AMT_PASS, r->chain->leaf,
			  "the %s %s is in the service point's domain %s", what, name, own);
		return;
	case PARENT:
		rule_says(r, "S3.C09b", AMT_PASS, r->chain->leaf,
			  "the %s %s is in a parent of the service point's domain %s", what, name,
			  own);
		return;
	case PUBLIC_SUFFIX:
		rule_says(r, "S3.C09b", AMT_WARN, r->chain->leaf,
			  "the %s %s and the service point's domain %s have only %s in common, "
			  "which may belong to everybody",
			  what, name, own, domain_of(name));
		return;
	case ELSEWHERE:
		rule_says(r, "S3.C09b", AMT_FAIL, r->chain->leaf,
			  "the %s %s is not in the service point's domain %s: ConfigMgr refuses it",
			  what, name, own);
	}
}

/* S3.C09b: ConfigMgr rejects a CN whose domain differs from the server's domain. */
void rule_server_domain(struct rules *r)
{
	const struct pki_cert *c = rule_leaf(r);
	bool san = !c->cns.n && c->dns.n;
	const char *given = c->cns.n ? c->cns.v[0] : san ? c->dns.v[0] : "";
	const char *what = san ? "alternative name" : "common name";
	char name[PKI_NAME_MAX], server[PKI_NAME_MAX];

	if (!r->f->asked.server)
		return;
	if (!pki_name_normal(r->f->asked.server, server)) {
		rule_says(r, "S3.C09b", AMT_UNKNOWN, NO_CERT,
			  "the service point name given is no host name");
		return;
	}
	if (!pki_name_normal(given, name)) {
		rule_says(r, "S3.C09b", AMT_FAIL, r->chain->leaf,
			  "the leaf has no common name that is a host name");
		return;
	}
	if (!strcmp(name, server)) {
		rule_says(r, "S3.C09b", AMT_PASS, r->chain->leaf, "the %s is the service point %s",
			  what, name);
	} else if (!*domain_of(server)) {
		rule_says(r, "S3.C09b", AMT_UNKNOWN, r->chain->leaf,
			  "%s is a short name, so its domain can't be compared with %s", server,
			  name);
	} else {
		say_nearness(r, what, name, domain_of(server));
		if (name[0] == '*')
			rule_says(r, "S3.C09b", AMT_WARN, r->chain->leaf,
				  "the %s %s is a wildcard; ConfigMgr expects the name of the "
				  "service point",
				  what, name);
	}
	if (san)
		rule_says(r, "S3.C09b", AMT_WARN, r->chain->leaf,
			  "the leaf has no common name, which is where ConfigMgr is known to look");
}

/* certificates.md 1.2: A-Z a-z 0-9 '-' '.'; an underscore breaks provisioning. */
void rule_characters(struct rules *r)
{
	const struct pki_cert *c = rule_leaf(r);

	if (!(c->cns.n && *c->cns.v[0]) && !c->dns.n) {
		rule_says(r, "S3.C11", AMT_FAIL, r->chain->leaf,
			  "the leaf has no common name and no DNS name");
		return;
	}
	for (size_t i = 0; i < c->cns.n; i++) {
		const char *s = c->cns.v[i];
		if (s[0] == '*' && s[1] == '.')
			s += 2;
		size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789-.");
		if (s[n])
			rule_says(r, "S3.C11", AMT_FAIL, r->chain->leaf,
				  "the common name \"%s\" has a character that host names of AMT "
				  "may not have",
				  c->cns.v[i]);
	}
}
