/* Entry point of the judges; the clock; what the facts prove about the site. Pure. */
#include "directory/judge.h"

#include <string.h>

void judge_seen(struct amt_findings *fs, struct amt_finding *f, const struct directory_search *s)
{
	static const char *const scopes[] = {"base", "one", "sub"};
	if (s)
		amt_finding_evidence(fs, f, s->server, s->base,
				     "%s search %s for %s: %zu entries%s%s", scopes[s->scope],
				     s->filter, s->attributes, s->entries.n, s->error ? ", " : "",
				     s->error ? s->error : "");
}

bool judge_unanswered(struct amt_findings *fs, const char *id, const char *subject,
		      const struct directory_search *s)
{
	if (s && (s->code == 0 || s->code == 32))
		return false;
	struct amt_finding *f =
		amt_finding_add(fs, id, AMT_UNKNOWN, subject, "The directory was not read: %s.",
				s && s->error ? s->error : "nothing was asked");
	judge_seen(fs, f, s);
	return true;
}

amt_time directory_time(const char *s)
{
	uint64_t v;
	char digits[15];

	if (!s || strlen(s) < 15)
		return AMT_TIME_NONE;
	memcpy(digits, s, 14);
	digits[14] = 0;
	if (!amt_num_u64(digits, 0, UINT64_MAX, &v, NULL))
		return AMT_TIME_NONE;
	struct amt_civil c = {.year = (int)(v / 10000000000),
			      .month = (int)(v / 100000000 % 100),
			      .day = (int)(v / 1000000 % 100),
			      .hour = (int)(v / 10000 % 100),
			      .minute = (int)(v / 100 % 100),
			      .second = (int)(v % 100),
			      .offset_known = true};
	return amt_civil_valid(&c) ? amt_time_from_civil(&c) : AMT_TIME_NONE;
}

enum { TOLERANCE = 300, CLOSE = 120 }; /* seconds: AMT's and Kerberos' limit, and half-way */

static void judge_clock(const struct directory_facts *f, struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "rootdse", NULL, 0);
	const char *text =
		s && s->entries.n ? directory_text(&s->entries.v[0], "currentTime") : NULL;
	amt_time there = directory_time(text);
	bool told = there != AMT_TIME_NONE && f->asked_at != AMT_TIME_NONE;

	if (!told && !f->ntp.done) {
		amt_finding_add(fs, "X.K3", AMT_UNKNOWN, f->server ? f->server : "",
				"No domain controller told its time.");
		return;
	}
	double off = f->ntp.done ? (double)f->ntp.offset / (double)AMT_SECOND
				 : (double)(f->asked_at - there) / (double)AMT_SECOND,
	       n = off < 0 ? -off : off;
	struct amt_finding *x =
		amt_finding_add(fs, "X.K3",
				n > TOLERANCE ? AMT_FAIL
				: n > CLOSE   ? AMT_WARN
					      : AMT_PASS,
				f->server ? f->server : "",
				"The clock here is %.*f seconds %s the domain controller's.",
				f->ntp.done ? 3 : 0, n, off < 0 ? "behind" : "ahead of");
	if (told)
		amt_finding_evidence(fs, x, f->server, "currentTime", "%s", text);
	if (f->ntp.server)
		amt_finding_evidence(fs, x, f->ntp.server, "SNTP", "%s",
				     f->ntp.done    ? "answered"
				     : f->ntp.error ? f->ntp.error
						    : "no answer");
}

const char *judge_nc(const char *dn)
{
	const char *p = amt_memcasestr(dn, strlen(dn), ",DC=");
	return p ? p + 1 : dn;
}

size_t judge_chars(const char *s)
{
	const char *end = s + strlen(s);
	size_t n = 0;

	while (s < end) {
		uint32_t cp;
		s += amt_utf8_get(s, end, &cp);
		n += cp > 0xffff ? 2 : 1;
	}
	return n;
}

bool judge_console_class(const char *ldap_display_name)
{
	return amt_str_begins(ldap_display_name, "intel") &&
	       !amt_str_begins(ldap_display_name, "intellimirror");
}

bool judge_told(const struct amt_findings *fs, const char *id)
{
	for (size_t i = 0; i < fs->list.n; i++)
		if (!strcmp(fs->list.v[i]->item->id, id))
			return true;
	return false;
}

static void prove(struct amt_context *ctx, enum amt_trait t, bool yes)
{
	if (ctx->trait[t] == AMT_MAYBE)
		ctx->trait[t] = yes ? AMT_YES : AMT_NO;
}

void directory_traits(const struct directory_facts *f, const struct directory_options *o,
		      struct amt_context *ctx)
{
	const struct directory_search *refs = directory_find(f, "crossrefs", NULL, 0), *s;
	size_t domains = 0, named = 0;
	bool long_dn = false, seen = false, long_name = false;

	for (size_t i = 0; refs && i < refs->entries.n; i++)
		domains += (directory_number(&refs->entries.v[i], "systemFlags", 0) & 2) != 0;
	/* One domain settles it; of more, the clients may still live in one only. */
	if (domains == 1)
		prove(ctx, AMT_TRAIT_MULTI_DOMAIN, false);
	s = directory_find(f, "dcs", NULL, 0);
	if (s && !s->code && s->entries.n)
		prove(ctx, AMT_TRAIT_MULTI_DC, s->entries.n > 1);
	if (o->removed.n)
		prove(ctx, AMT_TRAIT_UNPROVISION, true);
	if (o->radius.n)
		prove(ctx, AMT_TRAIT_RADIUS_GROUP, true);
	if (o->updates.n)
		prove(ctx, AMT_TRAIT_SETTINGS_CHANGED, true);
	for (size_t n = 0; (s = directory_find(f, "amt-object", NULL, n)); n++)
		for (size_t i = 0; i < s->entries.n; i++) {
			seen = true;
			long_dn = long_dn || judge_chars(s->entries.v[i].dn) > DIRECTORY_LONG_DN;
		}
	if (seen)
		prove(ctx, AMT_TRAIT_LONG_DN, long_dn);
	for (size_t n = 0; (s = directory_find(f, "acl", NULL, n)); n++)
		if (!s->code && s->entries.n) {
			const char *name = directory_text(&s->entries.v[0], "sAMAccountName");
			named++;
			long_name = long_name || (name && judge_chars(name) > DIRECTORY_LONG_GROUP);
		}
	if (named && (long_name || named == o->acl.n))
		prove(ctx, AMT_TRAIT_LONG_GROUP_NAME, long_name);
}

void directory_judge(const struct directory_facts *f, const struct directory_options *o,
		     const struct amt_context *ctx, struct amt_findings *fs)
{
	judge_clock(f, fs);
	judge_container(f, o, fs);
	judge_templates(f, o, fs);
	judge_ca(f, o, ctx, fs);
	judge_clients(f, o, ctx, fs);
	judge_forest(f, o, fs);
	judge_access(f, o, ctx, fs);
	judge_removed(f, fs);
}
