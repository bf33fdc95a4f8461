/* What an AMT object refers to, its group for 802.1X, and whether an update touched it. Pure. */
#include "directory/judge.h"

#include <string.h>

static const struct directory_entry *one(const struct directory_search *s)
{
	return s && s->entries.n ? &s->entries.v[0] : NULL;
}

/* "pc1" or "pc1$iME" for pc1.example.com */
static bool named_after(const char *name, const char *fqdn)
{
	size_t n = strcspn(fqdn, ".");
	return name && !amt_strncasecmp(name, fqdn, n) &&
	       !((name[n] >= '0' && name[n] <= '9') || (name[n] >= 'a' && name[n] <= 'z') ||
		 (name[n] >= 'A' && name[n] <= 'Z') || name[n] == '-');
}

/* DN-valued attributes of the object; those that lead to a computer are links. */
static void link_of(const struct directory_facts *f, const char *fqdn,
		    const struct directory_search *s, struct amt_findings *fs)
{
	const struct directory_entry *e = &s->entries.v[0],
				     *w = one(directory_find(f, "windows", fqdn, 0));
	const char *dns = directory_text(e, "dNSHostName"), *cn = directory_text(e, "cn");
	const struct directory_search *l;
	const char *right = NULL, *wrong = NULL;
	bool names = dns ? !amt_strcasecmp(dns, fqdn) : named_after(cn, fqdn);
	struct amt_finding *x;

	for (size_t n = 0; (l = directory_find(f, "link", fqdn, n)); n++) {
		if (!l->entries.n || !directory_has(one(l), "objectClass", "computer"))
			continue;
		if (w && !amt_strcasecmp(l->entries.v[0].dn, w->dn))
			right = l->entries.v[0].dn;
		else if (!(w == NULL && directory_has(one(l), "dNSHostName", fqdn)))
			wrong = l->entries.v[0].dn;
	}
	if (!names)
		x = amt_finding_add(fs, "PV.05", AMT_FAIL, fqdn,
				    "The AMT object is named %s, which is another computer.",
				    dns  ? dns
				    : cn ? cn
					 : e->dn);
	else if (wrong)
		x = amt_finding_add(fs, "PV.05", AMT_FAIL, fqdn,
				    "The AMT object refers to another computer: %s.", wrong);
	else
		x = amt_finding_add(fs, "PV.05", right ? AMT_PASS : AMT_WARN, fqdn,
				    right ? "Names agree, and the AMT object refers to %s."
					  : "Names agree, but nothing in the AMT object refers to "
					    "its computer%s.",
				    right ? right : "");
	for (size_t i = 0; i < e->attributes.n; i++)
		if (directory_is_link(&e->attributes.v[i]))
			amt_finding_evidence(fs, x, e->dn, e->attributes.v[i].name, "%s",
					     (const char *)e->attributes.v[i].values.v[0].data);
	judge_seen(fs, x, s);
	judge_seen(fs, x, directory_find(f, "windows", fqdn, 0));
}

static void radius(const struct directory_facts *f, const struct directory_options *o,
		   const char *fqdn, const struct directory_search *s, struct amt_findings *fs)
{
	const struct directory_entry *e = &s->entries.v[0];

	for (size_t i = 0; i < o->radius.n; i++) {
		const struct directory_search *g =
			directory_find(f, "radius-group", o->radius.v[i], 0);
		struct amt_finding *x;
		if (!g || judge_unanswered(fs, "PV.07", fqdn, g))
			continue;
		if (!g->entries.n) {
			x = amt_finding_add(fs, "PV.07", AMT_UNKNOWN, fqdn, "There is no group %s.",
					    o->radius.v[i]);
		} else {
			bool in = directory_has(e, "memberOf", g->entries.v[0].dn) ||
				  directory_has(&g->entries.v[0], "member", e->dn);
			x = amt_finding_add(fs, "PV.07",
					    in       ? AMT_PASS
					    : g->cut ? AMT_UNKNOWN
						     : AMT_FAIL,
					    fqdn, "The AMT account is %s member of %s%s.",
					    in ? "a" : "no", g->entries.v[0].dn,
					    !in && g->cut ? ", as far as its members could be read"
							  : "");
		}
		judge_seen(fs, x, g);
		judge_seen(fs, x, s);
	}
}

static bool all_names(const struct directory_entry *e, const char *fqdn, struct amt_arena *a)
{
	return directory_has(e, "servicePrincipalName",
			     amt_arena_printf(a, "HTTP/%s:16993", fqdn)) &&
	       directory_has(e, "servicePrincipalName", amt_arena_printf(a, "HTTP/%s:16995", fqdn));
}

static void updated(const struct directory_options *o, const char *fqdn,
		    const struct directory_search *s, struct amt_findings *fs)
{
	const struct directory_entry *e = &s->entries.v[0];
	const char *text = directory_text(e, "whenChanged");
	amt_time changed = directory_time(text);
	char day[AMT_TIME_TEXT];

	for (size_t i = 0; i < o->updates.n; i++) {
		const struct directory_update *u = &o->updates.v[i];
		if (amt_strcasecmp(u->fqdn, fqdn) != 0 || u->at == AMT_TIME_NONE)
			continue;
		bool names = all_names(e, fqdn, &fs->arena);
		struct amt_finding *x;
		if (changed == AMT_TIME_NONE)
			x = amt_finding_add(
				fs, "PV.16", AMT_UNKNOWN, fqdn,
				"The date of the object's last change is not given out.");
		else
			x = amt_finding_add(fs, "PV.16",
					    !names                              ? AMT_FAIL
					    : changed + 60 * AMT_SECOND < u->at ? AMT_WARN
										: AMT_PASS,
					    fqdn, "The object was changed %s the update of %s%s.",
					    changed + 60 * AMT_SECOND < u->at ? "last before"
									      : "by or after",
					    amt_time_format(u->at, day),
					    names ? "" : ", and a service name is missing");
		amt_finding_evidence(fs, x, e->dn, "whenChanged", "%s", text ? text : "not given");
		judge_seen(fs, x, s);
	}
}

void judge_link(const struct directory_facts *f, const struct directory_options *o,
		const char *fqdn, struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "amt-object", fqdn, 0);

	if (!s || s->entries.n != 1)
		return;
	link_of(f, fqdn, s, fs);
	radius(f, o, fqdn, s, fs);
	updated(o, fqdn, s, fs);
}
