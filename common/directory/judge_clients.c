/* AMT objects: there, enabled, named right and only once, the same on every DC. Pure. */
#include "directory/judge.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *port;
	bool must;
} ports[] = {{"16993", true},  {"16995", true}, {"16992", false},
	     {"16994", false}, {"623", false},  {"664", false}};

/* Holders of one name among the entries of the search for all six. */
static size_t holders(const struct directory_search *q, const char *spn, const char *dn[2])
{
	size_t n = 0;

	for (size_t i = 0; q && i < q->entries.n; i++)
		if (directory_has(&q->entries.v[i], "servicePrincipalName", spn)) {
			if (n < 2)
				dn[n] = q->entries.v[i].dn;
			n++;
		}
	return n;
}

static void names(const struct directory_facts *f, const char *fqdn,
		  const struct directory_search *s, struct amt_findings *fs)
{
	const struct directory_search *q = directory_find(f, "spn", fqdn, 0);
	const char *missing = NULL, *dn[2] = {"", ""};
	bool must = false, asked = q && q->code == 0;
	char spn[300];
	struct amt_finding *x = NULL;

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]) && !x; i++) {
		snprintf(spn, sizeof(spn), "HTTP/%s:%s", fqdn, ports[i].port);
		if (!directory_has(&s->entries.v[0], "servicePrincipalName", spn) && !missing) {
			missing = ports[i].port;
			must = ports[i].must;
		}
		size_t n = holders(q, spn, dn);
		if (n > 1)
			x = amt_finding_add(fs, "S3.V03b", AMT_FAIL, fqdn,
					    "%s is held by %zu objects: %s and %s.", spn, n, dn[0],
					    dn[1]);
	}
	if (!x && missing)
		x = amt_finding_add(fs, "S3.V03b", must ? AMT_FAIL : AMT_WARN, fqdn,
				    "HTTP/%s:%s is missing%s.", fqdn, missing,
				    must ? "" : ", which DASH or unencrypted access would need");
	if (!x)
		x = amt_finding_add(fs, "S3.V03b", asked ? AMT_PASS : AMT_UNKNOWN, fqdn, "%s",
				    asked ? "All six service principal names are there and unique."
					  : "All six names are there, but whether they are unique "
					    "could not be asked.");
	judge_seen(fs, x, q);
	judge_seen(fs, x, s);
}

bool judge_expired(const struct directory_entry *e, amt_time now)
{
	const int64_t epoch = 11644473600;
	int64_t t = directory_number(e, "accountExpires", 0);

	return t > 0 && t != INT64_MAX && now != AMT_TIME_NONE &&
	       t / 10000000 - epoch < now / AMT_SECOND;
}

static void marks(const struct directory_facts *f, const char *fqdn,
		  const struct directory_search *s, struct amt_findings *fs)
{
	const struct directory_entry *e = &s->entries.v[0];
	int64_t uac = directory_number(e, "userAccountControl", 0),
		set = directory_number(e, "pwdLastSet", -1);
	const char *cn = directory_text(e, "cn"), *ends = directory_text(e, "accountExpires");
	bool conflict = cn && strstr(cn, "CNF:"), old = judge_expired(e, f->asked_at);
	struct amt_finding *x =
		amt_finding_add(fs, "S3.V03a",
				uac & DISABLED || old  ? AMT_FAIL
				: conflict || set == 0 ? AMT_WARN
						       : AMT_PASS,
				fqdn, "The AMT object %s.",
				uac & DISABLED ? "is disabled"
				: old          ? "has expired"
				: conflict     ? "is the loser of a replication conflict"
				: set == 0     ? "has a password that must be changed"
					       : "is enabled");
	amt_finding_evidence(fs, x, e->dn, "userAccountControl", "0x%llx, accountExpires %s",
			     (unsigned long long)uac, ends ? ends : "not set");
	judge_seen(fs, x, s);
}

static void long_dn(const char *fqdn, const struct directory_search *s, struct amt_findings *fs)
{
	const struct directory_entry *e = &s->entries.v[0];

	if (judge_chars(e->dn) <= DIRECTORY_LONG_DN)
		return;
	struct amt_finding *x = amt_finding_add(
		fs, "HF.KB955355", AMT_WARN, fqdn,
		"The object's DN has %zu characters: with SP1 alone, KB955355 is needed above %d.",
		judge_chars(e->dn), DIRECTORY_LONG_DN);
	amt_finding_evidence(fs, x, s->server, "dn", "%s", e->dn);
}

static void windows(const struct directory_facts *f, const char *fqdn, struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "windows", fqdn, 0);
	if (!s || judge_unanswered(fs, "S1.V16", fqdn, s))
		return;
	const struct directory_search *by = directory_find(f, "windows-name", fqdn, 0);
	size_t enabled = 0;
	for (size_t i = 0; i < s->entries.n; i++)
		enabled +=
			!(directory_number(&s->entries.v[i], "userAccountControl", 0) & DISABLED);
	if (!s->entries.n && by && by->entries.n) {
		const char *as = directory_text(&by->entries.v[0], "dNSHostName");
		struct amt_finding *w = amt_finding_add(
			fs, "S1.V16", AMT_WARN, fqdn,
			"No computer of the forest has this name, but %s is called alike and has "
			"the name %s.",
			by->entries.v[0].dn, as ? as : "of nobody");
		judge_seen(fs, w, s);
		judge_seen(fs, w, by);
		return;
	}
	struct amt_finding *x = amt_finding_add(
		fs, "S1.V16",
		enabled == 1 ? AMT_PASS
		: enabled    ? AMT_WARN
			     : AMT_FAIL,
		fqdn, "%zu enabled Windows computer object%s in the forest %s this name.", enabled,
		enabled == 1 ? "" : "s", enabled == 1 ? "has" : "have");
	judge_seen(fs, x, s);
}

/* Below one of the containers that were looked at, or none was named. */
static bool inside(const struct directory_facts *f, const char *dn)
{
	const struct directory_search *s;
	size_t n = 0;

	for (; (s = directory_find(f, "container", NULL, n)); n++)
		if (amt_str_ends(dn, s->base))
			return true;
	return !n;
}

/* Made by another AMT console: of a class of its own below computer. */
static const char *odd_class(const struct directory_entry *e)
{
	const struct directory_attribute *a = directory_attribute(e, "objectClass");

	for (size_t i = 0; a && i < a->values.n; i++)
		if (judge_console_class((const char *)a->values.v[i].data))
			return (const char *)a->values.v[i].data;
	return NULL;
}

static void object(const struct directory_facts *f, const char *fqdn,
		   const struct directory_search *s, struct amt_findings *fs)
{
	const struct directory_search *like = directory_find(f, "amt-name", fqdn, 0);
	size_t n = s->entries.n;
	struct amt_finding *x;

	if (n == 1) {
		const struct directory_entry *e = &s->entries.v[0];
		const char *odd = odd_class(e), *name = directory_text(e, "sAMAccountName");
		bool in = inside(f, e->dn);
		x = amt_finding_add(fs, "S3.V02", in && !odd ? AMT_PASS : AMT_WARN, fqdn,
				    "One AMT object: %s (%s)%s%s%s.", e->dn,
				    name ? name : "no account name",
				    in ? "" : ", outside the container",
				    odd ? ", made by another AMT console: " : "", odd ? odd : "");
	} else {
		x = amt_finding_add(
			fs, "S3.V02", AMT_FAIL, fqdn,
			"%zu AMT objects hold its name; there should be one%s%s.", n,
			!n && like && like->entries.n ? ". Without names, but called alike: " : "",
			!n && like && like->entries.n ? like->entries.v[0].dn : "");
		judge_seen(fs, x, like);
	}
	judge_seen(fs, x, s);
}

void judge_clients(const struct directory_facts *f, const struct directory_options *o,
		   const struct amt_context *ctx, struct amt_findings *fs)
{
	bool hotfix = ctx->trait[AMT_TRAIT_SP1] != AMT_NO && !judge_told(fs, "HF.KB955355");

	for (size_t i = 0; i < o->clients.n; i++) {
		const char *fqdn = o->clients.v[i];
		const struct directory_search *s = directory_find(f, "amt-object", fqdn, 0);
		windows(f, fqdn, fs);
		if (judge_unanswered(fs, "S3.V02", fqdn, s))
			continue;
		object(f, fqdn, s, fs);
		if (!s->entries.n)
			continue;
		marks(f, fqdn, s, fs);
		if (hotfix)
			long_dn(fqdn, s, fs);
		names(f, fqdn, s, fs);
		judge_link(f, o, fqdn, fs);
		judge_replicas(f, fqdn, fs);
	}
}
