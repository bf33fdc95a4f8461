/*
 * Which kind of removal a device had last, and whether it stayed removed: rows PV.20, PV.21
 * and PV.23. That a removal is complete, with what belongs to it, is S7.V01's.
 */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>

enum kind { UNCLEAR, PARTIAL, FULL };

struct work {
	struct judge *j;
	struct judge_row partial, full, back;
	uint32_t *later; /* of each device: a provisioning task after its last removal; + 1 */
	bool *unclear;   /* a task after it that does not show what it is */
	bool *handed_on; /* another computer has its MachineId now: a new name of this one, or a
			    reuse */
};

struct number {
	uint32_t machine, device;
};

static int by_number(const void *a, const void *b)
{
	const struct number *x = a, *y = b;

	return x->machine != y->machine ? x->machine < y->machine ? -1 : 1
					: (x->device > y->device) - (x->device < y->device);
}

/* A request names a MachineId only: it is booked on who had it before, not on who has it next. */
static void find_handed_on(struct work *w)
{
	const struct trace_facts *f = w->j->f;
	struct AMT_VEC(struct number) v = {NULL, 0, 0};

	for (uint32_t d = 0; d < f->devices.n; d++)
		for (uint32_t i = 0; i < f->devices.v[d].n_machines; i++) {
			struct number n = {trace_machines(&f->devices.v[d])[i], d};
			amt_vec_push(&v, n);
		}
	if (v.n)
		qsort(v.v, v.n, sizeof(*v.v), by_number);
	for (size_t i = 0; i + 1 < v.n; i++) {
		uint32_t a = v.v[i].device, b = v.v[i + 1].device;
		if (v.v[i].machine != v.v[i + 1].machine)
			continue;
		w->handed_on[a] = w->handed_on[a] || !f->devices.v[b].requests;
		w->handed_on[b] = w->handed_on[b] || !f->devices.v[a].requests;
	}
	amt_vec_free(&v);
}

static bool asked(const struct trace_session *s, enum trace_call call)
{
	for (const struct trace_bad_call *b = s->bad_calls; b; b = b->next)
		if (b->call == call)
			return true;
	return s->calls >> call & 1;
}

/* By what only one of them does: revoking and removing the object belong to both. */
static enum kind kind_of(const struct trace_session *s)
{
	if (judge_has(s, TRACE_EV_UNPROVISIONED) || judge_has(s, TRACE_EV_STATE_UNPROVISIONED))
		return FULL;
	if (judge_has(s, TRACE_EV_PARTLY) || asked(s, TRACE_CALL_PARTIAL))
		return PARTIAL;
	/* "Failed to do full unprovision" (T199) */
	if (judge_has(s, TRACE_EV_UNPROVISION_FAILED) || asked(s, TRACE_CALL_FULL))
		return FULL;
	return UNCLEAR;
}

static void how_it_ended(struct work *w, const struct trace_session *s)
{
	enum kind kind = kind_of(s);
	struct judge_row *row = kind == PARTIAL ? &w->partial : &w->full;
	const char *subject = judge_subject(w->j, s);
	char why[320], text[400];

	if (kind == UNCLEAR)
		return;
	if (s->outcome == TRACE_COMPLETE) {
		judge_add(w->j, row, AMT_PASS, subject, &s->last, "", "", NULL);
		return;
	}
	if (s->outcome != TRACE_FAILED)
		return;
	snprintf(text, sizeof(text), "the %s removal failed: %s",
		 kind == PARTIAL ? "partial" : "full", judge_why(&s->cause, why, sizeof(why)));
	judge_add(w->j, row, s->confirmed ? AMT_FAIL : AMT_WARN, subject, &s->last, "unprovision",
		  text, &s->cause);
}

/* Amtopmgr.log and its older parts, in one folder. */
static bool same_log(const char *a, const char *b)
{
	const char *x = strrchr(a, '/'), *y = strrchr(b, '/');
	size_t stem = strcspn(x ? x : a, ".-");
	size_t n = (size_t)((x ? x : a) - a) + stem;

	return strcspn(y ? y : b, ".-") == stem && n == (size_t)((y ? y : b) - b) + stem &&
	       !amt_strncasecmp(a, b, n);
}

/* When the log that the removal stands in ends. */
static amt_time log_end(const struct trace_facts *f, const struct trace_session *s)
{
	const struct trace_file_facts *of = &f->files.v[s->last.file];
	amt_time end = s->end;

	for (size_t i = 0; i < f->files.n; i++) {
		const struct trace_file_facts *x = &f->files.v[i];
		bool placed = x->offset != TRACE_OFFSET_UNKNOWN;
		if (placed == s->placed && same_log(of->name, x->name) && x->last > end)
			end = x->last;
	}
	return end;
}

/* A place that is known to be behind the removal's end. */
static bool after(const struct trace_facts *f, const struct trace_session *s,
		  const struct trace_spot *at)
{
	if (!at->line || at->file >= f->files.n)
		return false;
	if (at->file == s->last.file)
		return at->line > s->last.line;
	const struct trace_file_facts *x = &f->files.v[at->file];
	return (x->offset != TRACE_OFFSET_UNKNOWN) == s->placed && x->first > s->end;
}

/* Its provisioning was asked for again. */
static bool back(struct work *w, const struct trace_session *s)
{
	const struct trace_facts *f = w->j->f;
	const struct trace_device *d = &f->devices.v[s->device];
	uint32_t task = w->later[s->device];
	const struct trace_spot *at = NULL;
	const char *what = "";

	if (task) {
		at = &f->sessions.v[task - 1].first;
		what = "a provisioning task";
	} else if (!w->handed_on[s->device] && after(f, s, &d->requested_at)) {
		at = &d->requested_at;
		what = "an in-band request";
	} else if (after(f, s, &d->rejected_at)) {
		at = &d->rejected_at;
		what = "a hello message, which was refused";
	}
	if (!at)
		return false;
	char text[200];
	snprintf(text, sizeof(text), "its removal did not last: %s followed it", what);
	judge_add(w->j, &w->back, AMT_WARN, d->id, at, what, text, NULL);
	return true;
}

static void stayed(struct work *w, const struct trace_session *s)
{
	const struct trace_facts *f = w->j->f;
	amt_time now = w->j->ctx->now;

	if (s->outcome != TRACE_COMPLETE || s->end == AMT_TIME_NONE || s->device >= f->devices.n ||
	    s->last.file >= f->files.n || back(w, s))
		return;
	const struct trace_device *d = &f->devices.v[s->device];
	/* A line about it came later, and hello messages leave no place of their own. */
	if (w->unclear[s->device] || (d->hellos && d->seen_last > s->end) ||
	    (w->handed_on[s->device] && after(f, s, &d->requested_at)))
		return;
	/* One that ends too soon says nothing. */
	if (log_end(f, s) - s->end >= AMT_DAY) {
		judge_add(w->j, &w->back, AMT_PASS, d->id, &s->last, "", "", NULL);
	} else if (s->placed && now >= s->end && now - s->end < AMT_DAY) {
		judge_add(w->j, &w->back, AMT_PENDING, d->id, &s->last, "removed",
			  "it was removed less than a day ago", NULL);
	}
}

static void end(struct work *w)
{
	if (w->partial.any)
		judge_end(w->j, &w->partial,
			  "the log shows that the partial removal finished "
			  "(wording unconfirmed)",
			  "");
	if (w->full.any)
		judge_end(w->j, &w->full, "the log shows that the full removal finished", "");
	if (w->back.any)
		judge_end(w->j, &w->back,
			  "for a day after the removal nothing asked for provisioning again", "");
}

void judge_removals(struct judge *j)
{
	size_t n = j->f->devices.n;
	uint32_t *last = amt_calloc(n + 1, sizeof(*last));
	struct work w = {.j = j,
			 .partial = {.id = "PV.20"},
			 .full = {.id = "PV.21"},
			 .back = {.id = "PV.23", .pass_text = "the end of the last such removal"},
			 .later = amt_calloc(n + 1, sizeof(*w.later)),
			 .unclear = amt_calloc(n + 1, sizeof(*w.unclear)),
			 .handed_on = amt_calloc(n + 1, sizeof(*w.handed_on))};

	find_handed_on(&w);

	for (uint32_t i = 0; i < j->f->sessions.n; i++) {
		const struct trace_session *s = &j->f->sessions.v[i];
		bool removal = s->kind == TRACE_UNPROVISION || s->kind == TRACE_PARTIAL_UNPROVISION;
		if (s->device >= n || s->kind > TRACE_PARTIAL_UNPROVISION)
			continue;
		if (removal) {
			last[s->device] = i + 1;
			w.later[s->device] = 0;
			w.unclear[s->device] = false;
		} else if (!last[s->device] || w.later[s->device]) {
			continue; /* nothing to follow, or known already */
		} else if (trace_provisions(s)) {
			w.later[s->device] = i + 1;
		} else {
			w.unclear[s->device] = true;
		}
	}
	for (uint32_t i = 0; i < j->f->sessions.n; i++) {
		const struct trace_session *s = &j->f->sessions.v[i];
		bool removal = s->kind == TRACE_UNPROVISION || s->kind == TRACE_PARTIAL_UNPROVISION;
		if (s->device < n ? last[s->device] != i + 1 : !removal)
			continue;
		how_it_ended(&w, s);
		stayed(&w, s);
	}
	end(&w);
	free(last);
	free(w.later);
	free(w.unclear);
	free(w.handed_on);
}
