/* Domains, trees and forests of clients and servers; the container in each domain. Pure. */
#include "directory/judge.h"

#include <stdio.h>
#include <string.h>

enum { DEEPEST = 32 };

const struct directory_entry *judge_crossref(const struct directory_facts *f, const char *nc,
					     const char *dns)
{
	const struct directory_search *refs = directory_find(f, "crossrefs", NULL, 0);

	for (size_t i = 0; refs && i < refs->entries.n; i++) {
		const struct directory_entry *e = &refs->entries.v[i];
		if ((directory_number(e, "systemFlags", 0) & 2) &&
		    (nc ? directory_has(e, "nCName", nc) : directory_has(e, "dnsRoot", dns)))
			return e;
	}
	return NULL;
}

/* Up by trustParent: the crossRef of the tree's root. */
static const struct directory_entry *tree(const struct directory_facts *f,
					  const struct directory_entry *e)
{
	const struct directory_search *refs = directory_find(f, "crossrefs", NULL, 0);

	for (size_t depth = 0; e && depth < DEEPEST; depth++) {
		const char *up = directory_text(e, "trustParent");
		const struct directory_entry *parent = NULL;
		for (size_t i = 0; up && i < refs->entries.n; i++)
			if (!amt_strcasecmp(refs->entries.v[i].dn, up))
				parent = &refs->entries.v[i];
		if (!parent)
			return e;
		e = parent;
	}
	return e;
}

static const char *root_of(const struct directory_search *s, const char *attribute)
{
	return s && s->entries.n ? directory_text(&s->entries.v[0], attribute) : NULL;
}

static const char *dns_root(const struct directory_entry *e)
{
	const char *s = e ? directory_text(e, "dnsRoot") : NULL;
	return s ? s : "a domain without a name";
}

/* Which domain holds the client: by its account, else by its suffix. */
static const struct directory_entry *home(const struct directory_facts *f, const char *fqdn)
{
	const struct directory_search *w = directory_find(f, "windows", fqdn, 0);
	const char *dot = strchr(fqdn, '.');

	if (w && w->entries.n)
		return judge_crossref(f, judge_nc(w->entries.v[0].dn), NULL);
	return dot ? judge_crossref(f, NULL, dot + 1) : NULL;
}

static void forest(const struct directory_facts *f, const char *fqdn, struct amt_findings *fs)
{
	const struct directory_search *refs = directory_find(f, "crossrefs", NULL, 0),
				      *root = directory_find(f, "rootdse", NULL, 0),
				      *w = directory_find(f, "windows", fqdn, 0);
	const char *dot = strchr(fqdn, '.'), *ours = root_of(root, "rootDomainNamingContext");
	const struct directory_search *there = dot ? directory_find(f, "forest", dot + 1, 0) : NULL;
	const char *theirs = root_of(there, "rootDomainNamingContext");
	const struct directory_entry *domain = home(f, fqdn);
	struct amt_finding *x;

	if (domain)
		x = amt_finding_add(fs, "S1.V09", AMT_PASS, fqdn,
				    "It belongs to %s, a domain of this forest.", dns_root(domain));
	else if (theirs && ours)
		x = amt_finding_add(
			fs, "S1.V09", amt_strcasecmp(theirs, ours) != 0 ? AMT_FAIL : AMT_PASS, fqdn,
			"The forest of its domain has the root %s; that of the servers %s.", theirs,
			ours);
	else
		x = amt_finding_add(fs, "S1.V09", AMT_UNKNOWN, fqdn,
				    "It has no account in this forest, and no domain controller of "
				    "its suffix could be asked.");
	judge_seen(fs, x, w);
	judge_seen(fs, x, domain ? refs : there);
	judge_seen(fs, x, root);
}

static void same_tree(const struct directory_facts *f, const char *fqdn, struct amt_findings *fs)
{
	const struct directory_search *refs = directory_find(f, "crossrefs", NULL, 0);
	const char *nc = root_of(directory_find(f, "rootdse", NULL, 0), "defaultNamingContext");
	const struct directory_entry *here = nc ? judge_crossref(f, nc, NULL) : NULL,
				     *there = home(f, fqdn);
	struct amt_finding *x;

	if (!here || !there) {
		x = amt_finding_add(fs, "S1.V10", AMT_UNKNOWN, fqdn,
				    "Its domain is none of this forest's, as far as can be seen.");
	} else {
		const struct directory_entry *a = tree(f, here), *b = tree(f, there);
		x = amt_finding_add(fs, "S1.V10", a == b ? AMT_PASS : AMT_FAIL, fqdn,
				    "Its domain %s is of the tree %s; the servers' is %s.",
				    dns_root(there), dns_root(b), dns_root(a));
	}
	judge_seen(fs, x, refs);
}

static void disjoint(const struct directory_facts *f, const char *fqdn, struct amt_findings *fs)
{
	const struct directory_search *w = directory_find(f, "windows", fqdn, 0),
				      *by = directory_find(f, "windows-name", fqdn, 0),
				      *head = directory_find(f, "domain", NULL, 0);
	const struct directory_search *s = w && !w->entries.n && by && by->entries.n ? by : w;
	const char *dot = strchr(fqdn, '.');
	const struct directory_attribute *more =
		head && head->entries.n
			? directory_attribute(&head->entries.v[0], "msDS-AllowedDNSSuffixes")
			: NULL;
	struct amt_finding *x;

	if (!s || judge_unanswered(fs, "P.32", fqdn, s))
		return;
	const struct directory_entry *domain =
		s->entries.n ? judge_crossref(f, judge_nc(s->entries.v[0].dn), NULL) : NULL;
	if (!domain || !dot) {
		x = amt_finding_add(fs, "P.32", AMT_UNKNOWN, fqdn,
				    "Its account was not found in the forest.");
	} else {
		bool same = !amt_strcasecmp(dot + 1, dns_root(domain));
		x = amt_finding_add(fs, "P.32",
				    !same  ? AMT_FAIL
				    : more ? AMT_WARN
					   : AMT_PASS,
				    fqdn, "Its suffix is %s and its account is in %s%s.", dot + 1,
				    dns_root(domain),
				    same && more ? "; but the domain allows other suffixes" : "");
		amt_finding_evidence(fs, x, s->entries.v[0].dn, "dn", "%s", s->server);
	}
	judge_seen(fs, x, s);
	judge_seen(fs, x, directory_find(f, "crossrefs", NULL, 0));
	if (more)
		judge_seen(fs, x, head);
}

static void every_domain(const struct directory_facts *f, struct amt_findings *fs)
{
	const struct directory_search *s;
	struct amt_finding *x;
	size_t n = 0, has = 0, bad = 0;

	for (; (s = directory_find(f, "container", NULL, n)); n++) {
		if (s->code != 0 && s->code != 32) {
			x = amt_finding_add(fs, "P.12", AMT_UNKNOWN, judge_nc(s->about),
					    "The domain was not read: %s.",
					    s->error ? s->error : "no answer");
			judge_seen(fs, x, s);
			bad++;
		} else if (!judge_is_container(s)) {
			x = amt_finding_add(fs, "P.12", AMT_FAIL, judge_nc(s->about),
					    "The container is missing in this domain: %s.",
					    s->about);
			judge_seen(fs, x, s);
			bad++;
		} else {
			has++;
		}
	}
	if (!n || bad)
		return;
	x = amt_finding_add(fs, "P.12", AMT_PASS, "",
			    "%zu of %zu domains in scope have the container at the same path.", has,
			    n);
	for (n = 0; (s = directory_find(f, "container", NULL, n)); n++)
		judge_seen(fs, x, s);
}

static void schema(const struct directory_facts *f, struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "schema", NULL, 0);
	const char *intel = NULL;
	bool configmgr = false;

	if (!s || judge_unanswered(fs, "P.13", "", s))
		return;
	for (size_t i = 0; i < s->entries.n; i++) {
		const char *name = directory_text(&s->entries.v[i], "lDAPDisplayName");
		if (name && !amt_strcasecmp(name, "mSSMSSite"))
			configmgr = true;
		else if (!name || judge_console_class(name))
			intel = name ? name : s->entries.v[i].dn;
	}
	struct amt_finding *x = amt_finding_add(
		fs, "P.13", intel ? AMT_WARN : AMT_PASS, "",
		"The classes of ConfigMgr are %s the schema, which AMT does not need%s%s.",
		configmgr ? "in" : "not in", intel ? "; those of another AMT console are: " : "",
		intel ? intel : "");
	judge_seen(fs, x, s);
}

void judge_forest(const struct directory_facts *f, const struct directory_options *o,
		  struct amt_findings *fs)
{
	if (!o->forest)
		return;
	every_domain(f, fs);
	schema(f, fs);
	for (size_t i = 0; i < o->clients.n; i++) {
		forest(f, o->clients.v[i], fs);
		same_tree(f, o->clients.v[i], fs);
		disjoint(f, o->clients.v[i], fs);
	}
}
