/* Entry point of the judges; clock and removal. Pure. */
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

/* "20260101120000.0Z" */
static amt_time generalized(const char *s)
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

static void judge_clock(const struct directory_facts *f, struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "rootdse", NULL, 0);
	const char *text =
		s && s->entries.n ? directory_text(&s->entries.v[0], "currentTime") : NULL;
	amt_time there = generalized(text);

	if (there == AMT_TIME_NONE || f->asked_at == AMT_TIME_NONE) {
		amt_finding_add(fs, "X.K3", AMT_UNKNOWN, f->server ? f->server : "",
				"No domain controller told its time.");
		return;
	}
	long long off = (f->asked_at - there) / AMT_SECOND, n = off < 0 ? -off : off;
	struct amt_finding *x = amt_finding_add(
		fs, "X.K3",
		n > 300   ? AMT_FAIL
		: n > 120 ? AMT_WARN
			  : AMT_PASS,
		f->server, "The clock here is %lld seconds %s the domain controller's.", n,
		off < 0 ? "behind" : "ahead of");
	amt_finding_evidence(fs, x, f->server, "currentTime", "%s", text);
}

static void judge_removed(const struct directory_facts *f, struct amt_findings *fs)
{
	const struct directory_search *s;

	for (size_t n = 0; (s = directory_find(f, "removed", NULL, n)); n++) {
		if (judge_unanswered(fs, "S7.V03", s->about, s))
			continue;
		struct amt_finding *x;
		if (!s->entries.n)
			x = amt_finding_add(fs, "S7.V03", AMT_PASS, s->about,
					    "No object of the forest holds one of its service "
					    "principal names any more.");
		else
			x = amt_finding_add(
				fs, "S7.V03", AMT_FAIL, s->about,
				"%zu objects still hold its service principal names, first %s.",
				s->entries.n, s->entries.v[0].dn);
		judge_seen(fs, x, s);
	}
}

void directory_judge(const struct directory_facts *f, const struct directory_options *o,
		     const struct amt_context *ctx, struct amt_findings *fs)
{
	(void)ctx;
	judge_clock(f, fs);
	judge_container(f, o, fs);
	judge_templates(f, o, fs);
	judge_clients(f, o, fs);
	judge_removed(f, fs);
}
