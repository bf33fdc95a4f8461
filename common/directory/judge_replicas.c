/* The same object asked of every domain controller: after provisioning, and after removal. Pure. */
#include "directory/judge.h"

#include <stdio.h>
#include <string.h>

/* Within a site minutes, between sites three hours unless somebody changed it. */
enum { MOMENTS = 15 * 60, REPLICATION = 180 * 60 };

/* The server's clock when it was asked: whenChanged is told in it. */
static amt_time told_at(const struct directory_facts *f)
{
	const struct directory_search *s = directory_find(f, "rootdse", NULL, 0);
	amt_time t = s && s->entries.n
			     ? directory_time(directory_text(&s->entries.v[0], "currentTime"))
			     : AMT_TIME_NONE;
	return t == AMT_TIME_NONE ? f->asked_at : t;
}

static bool same_values(const struct directory_entry *a, const struct directory_entry *b,
			const char *name)
{
	const struct directory_attribute *x = directory_attribute(a, name),
					 *y = directory_attribute(b, name);
	size_t n = x ? x->values.n : 0;

	if (n != (y ? y->values.n : 0))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!directory_has(b, name, (const char *)x->values.v[i].data))
			return false;
	return true;
}

static const char *difference(const struct directory_entry *a, const struct directory_entry *b)
{
	static const char *const compared[] = {"servicePrincipalName", "userAccountControl",
					       "pwdLastSet"};

	if (amt_strcasecmp(a->dn, b->dn) != 0)
		return "DN";
	for (size_t i = 0; i < sizeof(compared) / sizeof(compared[0]); i++)
		if (!same_values(a, b, compared[i]))
			return compared[i];
	return NULL;
}

struct answers {
	size_t asked, with, unreached;
	const struct directory_entry *first;
	const struct directory_search *without, *other;
	const char *differs; /* attribute */
	amt_time newest;
};

static void gather(const struct directory_facts *f, const char *fqdn, struct answers *a)
{
	const struct directory_search *s;

	a->newest = AMT_TIME_NONE;
	for (size_t n = 0; (s = directory_find(f, "replica", fqdn, n)); n++) {
		if (s->code != 0) {
			a->unreached++;
			continue;
		}
		a->asked++;
		if (!s->entries.n) {
			a->without = s;
			continue;
		}
		const struct directory_entry *e = &s->entries.v[0];
		amt_time t = directory_time(directory_text(e, "whenChanged"));
		if (t != AMT_TIME_NONE && (a->newest == AMT_TIME_NONE || t > a->newest))
			a->newest = t;
		a->with++;
		const char *differs = a->first ? difference(a->first, e) : NULL;
		if (differs) {
			a->differs = differs;
			a->other = s;
		}
		if (!a->first)
			a->first = e;
	}
}

void judge_replicas(const struct directory_facts *f, const char *fqdn, struct amt_findings *fs)
{
	const struct directory_search *s;
	struct answers a = {0};
	struct amt_finding *x;

	gather(f, fqdn, &a);
	if (!a.asked && !a.unreached)
		return;
	amt_time now = told_at(f);
	bool dated = now != AMT_TIME_NONE && a.newest != AMT_TIME_NONE;
	long long age = dated ? (long long)((now - a.newest) / AMT_SECOND) : 0;
	char changed[64] = "";
	if (dated)
		snprintf(changed, sizeof(changed), ", last changed %lld minutes ago", age / 60);
	if (a.with && (a.without || a.other))
		x = amt_finding_add(
			fs, "S5.C02",
			!dated              ? AMT_WARN
			: age < MOMENTS     ? AMT_PENDING
			: age < REPLICATION ? AMT_WARN
					    : AMT_FAIL,
			fqdn, "%zu of %zu domain controllers have the object%s; %s %s%s.", a.with,
			a.asked, changed, (a.without ? a.without : a.other)->server,
			a.without ? "does not have it" : "has another ",
			a.without ? "" : a.differs);
	else if (!a.asked)
		x = amt_finding_add(fs, "S5.C02", AMT_UNKNOWN, fqdn,
				    "None of the %zu domain controllers could be asked.",
				    a.unreached);
	else if (a.unreached)
		x = amt_finding_add(fs, "S5.C02", AMT_UNKNOWN, fqdn,
				    "%zu of %zu domain controllers could not be asked%s.",
				    a.unreached, a.asked + a.unreached,
				    a.asked > 1 ? "; the others say the same" : "");
	else if (a.asked == 1)
		x = amt_finding_add(fs, "S5.C02", AMT_NA, fqdn,
				    "There is only one domain controller to ask.");
	else
		x = amt_finding_add(fs, "S5.C02", AMT_PASS, fqdn,
				    "All %zu domain controllers say the same.", a.asked);
	for (size_t n = 0; (s = directory_find(f, "replica", fqdn, n)); n++)
		judge_seen(fs, x, s);
}

/* One client that was un-provisioned: its object or names, on the catalog and on every DC. */
static void removed(const struct directory_facts *f, const char *who, struct amt_findings *fs)
{
	const struct directory_search *s, *left = NULL;
	size_t asked = 0, still = 0, unread = 0;
	amt_time newest = AMT_TIME_NONE, now = told_at(f);

	for (size_t n = 0; (s = directory_find(f, "removed", who, n)); n++) {
		if (s->code != 0 && s->code != 32) {
			unread++;
			continue;
		}
		asked++;
		if (!s->entries.n)
			continue;
		still++;
		left = s;
		amt_time t = directory_time(directory_text(&s->entries.v[0], "whenChanged"));
		newest = t != AMT_TIME_NONE && (newest == AMT_TIME_NONE || t > newest) ? t : newest;
	}
	bool moments = now != AMT_TIME_NONE && newest != AMT_TIME_NONE &&
		       (now - newest) / AMT_SECOND < MOMENTS;
	struct amt_finding *x;
	if (still)
		x = amt_finding_add(fs, "S7.V03",
				    still < asked ? AMT_WARN
				    : moments     ? AMT_PENDING
						  : AMT_FAIL,
				    who, "%zu of %zu servers still have %s.", still, asked,
				    left->entries.v[0].dn);
	else if (unread || !asked)
		x = amt_finding_add(fs, "S7.V03", AMT_UNKNOWN, who,
				    "%zu servers do not have it any more; %zu could not be asked.",
				    asked, unread);
	else
		x = amt_finding_add(fs, "S7.V03", AMT_PASS, who,
				    "Object and service principal names are gone from all %zu "
				    "servers asked.",
				    asked);
	for (size_t n = 0; (s = directory_find(f, "removed", who, n)); n++)
		judge_seen(fs, x, s);
}

void judge_removed(const struct directory_facts *f, struct amt_findings *fs)
{
	const struct directory_search *s;

	for (size_t n = 0; (s = directory_find(f, "removed", NULL, n)); n++)
		if (directory_find(f, "removed", s->about, 0) == s)
			removed(f, s->about, fs);
}
