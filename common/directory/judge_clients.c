/* AMT objects: there, enabled, named right and only once, the same on every DC. Pure. */
#include "directory/judge.h"

#include <stdio.h>
#include <string.h>

enum { DISABLED = 2, LONG_DN = 100 };

static const struct {
	const char *port;
	bool must;
} ports[] = {{"16993", true},  {"16995", true}, {"16992", false},
	     {"16994", false}, {"623", false},  {"664", false}};

static void names(const struct directory_facts *f, const char *fqdn,
		  const struct directory_search *s, struct amt_findings *fs)
{
	const struct directory_entry *e = &s->entries.v[0];
	const char *missing = NULL, *doubled = NULL;
	bool must = false, asked = true;
	char spn[300];

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		snprintf(spn, sizeof(spn), "HTTP/%s:%s", fqdn, ports[i].port);
		const struct directory_search *q = directory_find(f, "spn", spn, 0);
		if (!directory_has(e, "servicePrincipalName", spn) && !missing) {
			missing = ports[i].port;
			must = ports[i].must;
		}
		asked = asked && q && q->code == 0;
		if (q && q->entries.n > 1 && !doubled)
			doubled = ports[i].port;
	}
	struct amt_finding *x;
	if (doubled) {
		snprintf(spn, sizeof(spn), "HTTP/%s:%s", fqdn, doubled);
		const struct directory_search *q = directory_find(f, "spn", spn, 0);
		x = amt_finding_add(fs, "S3.V03b", AMT_FAIL, fqdn,
				    "%s is held by %zu objects: %s and %s.", spn, q->entries.n,
				    q->entries.v[0].dn, q->entries.v[1].dn);
		judge_seen(fs, x, q);
	} else if (missing) {
		x = amt_finding_add(fs, "S3.V03b", must ? AMT_FAIL : AMT_WARN, fqdn,
				    "HTTP/%s:%s is missing%s.", fqdn, missing,
				    must ? "" : ", which DASH or unencrypted access would need");
	} else {
		x = amt_finding_add(fs, "S3.V03b", asked ? AMT_PASS : AMT_UNKNOWN, fqdn, "%s",
				    asked ? "All six service principal names are there and unique."
					  : "All six names are there, but whether they are unique "
					    "could not be asked.");
	}
	judge_seen(fs, x, s);
}

static void marks(const char *fqdn, const struct directory_search *s, struct amt_findings *fs)
{
	const struct directory_entry *e = &s->entries.v[0];
	int64_t uac = directory_number(e, "userAccountControl", 0),
		set = directory_number(e, "pwdLastSet", -1);
	const char *cn = directory_text(e, "cn");
	bool conflict = cn && strstr(cn, "CNF:");
	struct amt_finding *x =
		amt_finding_add(fs, "S3.V03a",
				uac & DISABLED         ? AMT_FAIL
				: conflict || set == 0 ? AMT_WARN
						       : AMT_PASS,
				fqdn, "The AMT object %s.",
				uac & DISABLED ? "is disabled"
				: conflict     ? "is the loser of a replication conflict"
				: set == 0     ? "has a password that must be changed"
					       : "is enabled");
	amt_finding_evidence(fs, x, e->dn, "userAccountControl", "0x%llx", (unsigned long long)uac);
	judge_seen(fs, x, s);
	if (strlen(e->dn) > LONG_DN) {
		x = amt_finding_add(fs, "HF.KB955355", AMT_WARN, fqdn,
				    "The object's DN has %zu characters: with SP1 alone, KB955355 "
				    "is needed above 100.",
				    strlen(e->dn));
		amt_finding_evidence(fs, x, s->server, "dn", "%s", e->dn);
	}
}

static void windows(const struct directory_facts *f, const char *fqdn, struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "windows", fqdn, 0);
	if (!s || judge_unanswered(fs, "S1.V16", fqdn, s))
		return;
	size_t enabled = 0;
	for (size_t i = 0; i < s->entries.n; i++)
		enabled +=
			!(directory_number(&s->entries.v[i], "userAccountControl", 0) & DISABLED);
	struct amt_finding *x = amt_finding_add(
		fs, "S1.V16",
		enabled == 1 ? AMT_PASS
		: enabled    ? AMT_WARN
			     : AMT_FAIL,
		fqdn, "%zu enabled Windows computer object%s in the forest %s this name.", enabled,
		enabled == 1 ? "" : "s", enabled == 1 ? "has" : "have");
	judge_seen(fs, x, s);
}

static void replicas(const struct directory_facts *f, const char *fqdn, struct amt_findings *fs)
{
	const struct directory_search *s;
	const char *first = NULL, *without = NULL, *other = NULL;
	int64_t uac = -1;
	size_t asked = 0, with = 0;

	for (size_t n = 0; (s = directory_find(f, "replica", fqdn, n)); n++) {
		if (s->code != 0)
			continue;
		asked++;
		if (!s->entries.n) {
			without = s->server;
			continue;
		}
		with++;
		int64_t now = directory_number(&s->entries.v[0], "userAccountControl", 0);
		const char *dn = s->entries.v[0].dn;
		if (first && (amt_strcasecmp(first, dn) != 0 || now != uac))
			other = s->server;
		first = dn;
		uac = now;
	}
	if (!asked)
		return;
	struct amt_finding *x;
	if (asked == 1)
		x = amt_finding_add(fs, "S5.C02", AMT_NA, fqdn,
				    "There is only one domain controller to ask.");
	else if (with && (without || other))
		x = amt_finding_add(fs, "S5.C02", AMT_WARN, fqdn,
				    "%zu of %zu domain controllers have the object; %s %s.", with,
				    asked, without ? without : other,
				    without ? "does not" : "has it in another state");
	else
		x = amt_finding_add(fs, "S5.C02", AMT_PASS, fqdn,
				    "All %zu domain controllers say the same.", asked);
	judge_seen(fs, x, directory_find(f, "replica", fqdn, 0));
}

void judge_clients(const struct directory_facts *f, const struct directory_options *o,
		   struct amt_findings *fs)
{
	for (size_t i = 0; i < o->clients.n; i++) {
		const char *fqdn = o->clients.v[i];
		const struct directory_search *s = directory_find(f, "amt-object", fqdn, 0);
		windows(f, fqdn, fs);
		if (judge_unanswered(fs, "S3.V02", fqdn, s))
			continue;
		size_t n = s->entries.n;
		bool inside =
			n == 1 && (!o->container || amt_str_ends(s->entries.v[0].dn, o->container));
		struct amt_finding *x;
		if (n == 1)
			x = amt_finding_add(fs, "S3.V02", inside ? AMT_PASS : AMT_WARN, fqdn,
					    "One AMT object: %s%s.", s->entries.v[0].dn,
					    inside ? "" : ", outside the container");
		else
			x = amt_finding_add(fs, "S3.V02", AMT_FAIL, fqdn,
					    "%zu AMT objects hold its name; there should be one.",
					    n);
		judge_seen(fs, x, s);
		if (!n)
			continue;
		marks(fqdn, s, fs);
		names(f, fqdn, s, fs);
		replicas(f, fqdn, fs);
	}
}
