/* Who may use AMT: operators against the list of AMT user accounts. Pure. */
#include "directory/judge.h"

#include <string.h>

enum { DOMAIN_LOCAL = 4 };

static bool has_sid(const struct directory_entry *e, const char *name,
		    const struct directory_value *sid)
{
	const struct directory_attribute *a = directory_attribute(e, name);

	for (size_t i = 0; a && i < a->values.n; i++)
		if (a->values.v[i].len == sid->len &&
		    !memcmp(a->values.v[i].data, sid->data, sid->len))
			return true;
	return false;
}

struct door {
	const struct directory_search *by, *local; /* through whom the operator gets in */
	size_t read;                               /* accounts of the list that were found */
};

static struct door find_door(const struct directory_facts *f, const struct directory_entry *who,
			     const struct directory_entry *groups)
{
	struct door d = {0};
	const struct directory_search *s;

	for (size_t n = 0; (s = directory_find(f, "acl", NULL, n)); n++) {
		const struct directory_entry *e = s->entries.n ? &s->entries.v[0] : NULL;
		const struct directory_attribute *sid = directory_attribute(e, "objectSid");
		if (!sid)
			continue;
		d.read++;
		if (!has_sid(who, "objectSid", &sid->values.v[0]) &&
		    !has_sid(groups, "tokenGroups", &sid->values.v[0]))
			continue;
		if (directory_number(e, "groupType", 0) & DOMAIN_LOCAL)
			d.local = s;
		else
			d.by = s;
	}
	return d;
}

static void operator_in(const struct directory_facts *f, const struct directory_options *o,
			const char *name, struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "operator", name, 0),
				      *g = directory_find(f, "operator-groups", name, 0);
	const struct directory_entry *who = s && s->entries.n ? &s->entries.v[0] : NULL,
				     *groups = g && g->entries.n ? &g->entries.v[0] : NULL;
	struct amt_finding *x;

	if (!s || judge_unanswered(fs, "S5.C05", name, s))
		return;
	struct door d = find_door(f, who, groups);
	const struct directory_search *by = d.by ? d.by : d.local;
	bool disabled = directory_number(who, "userAccountControl", 0) & DISABLED,
	     shut = disabled || (who && judge_expired(who, f->asked_at));
	if (!who)
		x = amt_finding_add(fs, "S5.C05", AMT_UNKNOWN, name, "There is no such account.");
	else if (by)
		x = amt_finding_add(fs, "S5.C05", d.by && !shut ? AMT_PASS : AMT_WARN, name,
				    "AMT lets the account in by %s%s%s.", by->about,
				    d.by ? ""
					 : ", a domain-local group, which AMT may not recognise",
				    disabled ? "; but the account is disabled"
				    : shut   ? "; but the account has expired"
					     : "");
	else if (!directory_attribute(groups, "tokenGroups"))
		x = amt_finding_add(fs, "S5.C05", AMT_UNKNOWN, name,
				    "The account's groups could not be read.");
	else if (d.read < o->acl.n)
		x = amt_finding_add(
			fs, "S5.C05", AMT_UNKNOWN, name,
			"Only %zu of the %zu AMT user accounts were found; it is in none "
			"of these.",
			d.read, o->acl.n);
	else
		x = amt_finding_add(
			fs, "S5.C05", AMT_FAIL, name,
			"Neither the account nor one of its groups is among the %zu AMT "
			"user accounts.",
			o->acl.n);
	judge_seen(fs, x, s);
	judge_seen(fs, x, g);
	judge_seen(fs, x, by ? by : directory_find(f, "acl", NULL, 0));
}

/* Only what the list's names show; whether the hot fix is there, an export tells. */
static void long_names(const struct directory_facts *f, const struct directory_options *o,
		       struct amt_findings *fs)
{
	const struct directory_search *s, *longest = NULL;
	size_t n = 0, found = 0, most = 0;

	for (; (s = directory_find(f, "acl", NULL, n)); n++) {
		const char *name =
			s->entries.n ? directory_text(&s->entries.v[0], "sAMAccountName") : NULL;
		size_t len = name ? judge_chars(name) : 0;
		found += name != NULL;
		if (len > most) {
			most = len;
			longest = s;
		}
	}
	if (!longest || judge_told(fs, "HF.KB957183"))
		return;
	if (most <= DIRECTORY_LONG_GROUP && found < o->acl.n)
		return;
	struct amt_finding *x = amt_finding_add(
		fs, "HF.KB957183", most > DIRECTORY_LONG_GROUP ? AMT_WARN : AMT_PASS,
		longest->about, "The longest name of an AMT user account has %zu characters%s.",
		most,
		most > DIRECTORY_LONG_GROUP ? ": with SP1 alone, KB957183 is needed above 20" : "");
	judge_seen(fs, x, longest);
}

void judge_access(const struct directory_facts *f, const struct directory_options *o,
		  const struct amt_context *ctx, struct amt_findings *fs)
{
	for (size_t i = 0; o->acl.n && i < o->operators.n; i++)
		operator_in(f, o, o->operators.v[i], fs);
	if (ctx->trait[AMT_TRAIT_SP1] != AMT_NO)
		long_names(f, o, fs);
}
