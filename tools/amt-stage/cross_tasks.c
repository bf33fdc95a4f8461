/*
 * What the tasks in the logs say of each client of the walk, together with inventory, answers and
 * captures: CK.11, S2.C13b and PV.23. A client that a log does not name is not known to have none.
 */
#include "cross.h"

#include <stdlib.h>
#include <string.h>

struct seen {
	bool task, request;
	struct trace_spot at; /* of one of them */
	amt_time removed;     /* UTC; AMT_TIME_NONE: not, or it is provisioned again */
	struct trace_spot removed_at;
};

static struct seen *seen_of(const struct cross *x, struct seen *all, const char *subject)
{
	const struct walk_client *c = walk_fleet_find(&x->st->fleet, subject);

	return c ? &all[c - x->st->fleet.clients.v] : NULL;
}

static void gather(const struct cross *x, struct seen *all)
{
	const struct trace_facts *t = x->logs;

	for (size_t i = 0; i < t->devices.n; i++) {
		const struct trace_device *d = &t->devices.v[i];
		struct seen *s = d->requests ? seen_of(x, all, d->id) : NULL;
		if (!s)
			continue;
		s->request = true;
		s->at = d->requested_at;
	}
	for (size_t i = 0; i < t->sessions.n; i++) {
		const struct trace_session *v = &t->sessions.v[i];
		struct seen *s = v->device < t->devices.n && v->kind <= TRACE_PARTIAL_UNPROVISION
					 ? seen_of(x, all, t->devices.v[v->device].id)
					 : NULL;
		if (!s)
			continue;
		if (trace_provisions(v)) {
			s->task = true;
			s->at = v->first;
			s->removed = AMT_TIME_NONE;
		} else if (v->kind != TRACE_PROVISION && v->outcome == TRACE_COMPLETE) {
			s->removed = v->placed ? v->end : AMT_TIME_NONE;
			s->removed_at = v->last;
		}
	}
}

static void cite(const struct cross *x, struct amt_finding *f, const struct trace_spot *at,
		 const char *text)
{
	if (at->line && at->file < x->logs->files.n)
		amt_finding_evidence(x->fs, f, x->logs->files.v[at->file].name, cross_line(x, at),
				     "%s", text);
}

/* CK.11: as many as the logs name. */
static void started(const struct cross *x, const struct seen *all)
{
	const struct walk_fleet *fleet = &x->st->fleet;
	const struct seen *one = NULL;
	size_t n = 0, of = 0;

	for (size_t i = 0; i < fleet->clients.n; i++) {
		if (!stage_mine_walked(x->st, &fleet->clients.v[i]))
			continue;
		of++;
		if (!all[i].task && !all[i].request)
			continue;
		n++;
		one = &all[i];
	}
	if (!n)
		return;
	struct amt_finding *f =
		amt_finding_add(x->fs, "CK.11", n == of ? AMT_PASS : AMT_UNKNOWN, "",
				"the logs show provisioning tasks of %zu of %zu clients%s", n, of,
				n == of ? "" : "; of the others they show none");
	cite(x, f, &one->at, "a provisioning task");
}

static bool in_band(const struct cross *x, const struct walk_client *c)
{
	const struct site_client *of = site_inventory_find(&x->st->inventory, c->name);

	return of && !strcmp(of->method, "in-band");
}

/* A day without an hour may be its evening. */
static bool switched_on(const struct site_answer *a, amt_time *first, amt_time *last)
{
	if (!a || a->answer != AMT_MAYBE || !*a->date || !amt_time_parse(a->date, first, NULL))
		return false;
	*last = *first + (strchr(a->date, 'T') || strchr(a->date, ' ') ? 0 : AMT_DAY);
	return true;
}

/* S2.C13b: who has asked to be provisioned, and how long the others have had. */
static void cycles(const struct cross *x, const struct seen *all)
{
	static const amt_time long_enough = 25 * 3600 * AMT_SECOND;
	const struct walk_fleet *fleet = &x->st->fleet;
	const struct site_answer *a = site_answer_find(&x->st->answers, "S2.C13b", "");
	amt_time now = x->st->cli->now, first, last;
	const struct seen *one = NULL;
	size_t n = 0, of = 0;
	struct amt_finding *f;

	for (size_t i = 0; i < fleet->clients.n; i++) {
		if (!stage_mine_walked(x->st, &fleet->clients.v[i]) ||
		    !in_band(x, &fleet->clients.v[i]))
			continue;
		of++;
		if (!all[i].request)
			continue;
		n++;
		one = &all[i];
	}
	if (!of)
		return;
	if (n == of) {
		f = amt_finding_add(x->fs, "S2.C13b", AMT_PASS, "",
				    "all %zu in-band clients have asked to be provisioned", of);
		cite(x, f, &one->at, "in-band request");
		return;
	}
	if (!switched_on(a, &first, &last) || now < first)
		return;
	enum amt_verdict v = now - last > long_enough     ? AMT_FAIL
			     : now - first <= long_enough ? AMT_PENDING
							  : AMT_UNKNOWN;
	f = amt_finding_add(x->fs, "S2.C13b", v, "",
			    "automatic provisioning is on since %s, and %zu of %zu in-band clients "
			    "have not asked for it in the logs",
			    a->date, of - n, of);
	amt_finding_evidence(x->fs, f, "answers",
			     amt_arena_printf(&x->fs->arena, "line %d", a->line), "%s", a->date);
}

/* PV.23: the log may end before the client asks again; the wire shows it. */
static void hellos(const struct cross *x, struct seen *all)
{
	for (size_t i = 0; x->captures && i < x->captures->devices.n; i++) {
		const struct hello_device *d = &x->captures->devices.v[i];
		struct seen *s = d->hellos.n && d->has_uuid && !d->blank_uuid
					 ? seen_of(x, all, d->id)
					 : NULL;
		if (!s || s->removed == AMT_TIME_NONE)
			continue;
		const struct hello_seen *h = &x->captures->hellos.v[d->hellos.v[d->hellos.n - 1]];
		char when[AMT_TIME_TEXT];
		if (h->at.time == AMT_TIME_NONE || h->at.time <= s->removed)
			continue;
		struct amt_finding *f =
			amt_finding_add(x->fs, "PV.23", AMT_WARN, d->id,
					"its removal did not last: it says hello again at %s",
					amt_time_format(h->at.time, when));
		amt_finding_evidence(x->fs, f, "capture",
				     amt_arena_printf(&x->fs->arena, "frame %llu",
						      (unsigned long long)h->at.frame),
				     "hello message");
		cite(x, f, &s->removed_at, "un-provisioned");
	}
}

void cross_tasks(const struct cross *x)
{
	size_t n = x->st->fleet.clients.n;

	if (!x->logs)
		return;
	struct seen *all = amt_calloc(n + 1, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[i].removed = AMT_TIME_NONE;
	gather(x, all);
	started(x, all);
	cycles(x, all);
	if (x->st->cli->context.trait[AMT_TRAIT_UNPROVISION] != AMT_NO)
		hellos(x, all);
	free(all);
}
