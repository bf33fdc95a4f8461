/*
 * Words of another component about a task: Amtproxymgr.log tells of the directory and of
 * certificates on threads of its own, without the beginning or the end of anything. Such a
 * piece belongs to the task that the same device had at that time.
 */
#include "feed.h"

#include <stdlib.h>

#define LATE (3600 * AMT_SECOND) /* the proxy works through its inbox behind the task */

/* Nothing but errors that name a device, in words that no template knows (session.c, stray). */
static bool is_stray(const struct trace_session *s)
{
	for (size_t i = 0; i < s->n_milestones; i++)
		if (s->milestones[i].event != TRACE_EV_NONE)
			return false;
	return true;
}

/* Nothing but what the proxy component can say. */
static bool is_piece(const struct trace_session *s)
{
	if (!s->implicit || s->reached || s->device == UINT32_MAX || !s->n_milestones)
		return false;
	for (size_t i = 0; i < s->n_milestones; i++) {
		uint8_t e = s->milestones[i].event;
		if (e != TRACE_EV_NONE && e != TRACE_EV_AD_FAILED && e != TRACE_EV_REVOKE_FAILED &&
		    e != TRACE_EV_CERT_MISSING)
			return false;
	}
	return true;
}

/* The task of the piece's device that was at work then, or had just ended; NULL: none. */
static struct trace_session *owner(const struct feed *f, const struct trace_session *piece)
{
	const struct trace_session *v = f->facts->sessions.v;
	uint32_t device = feed_root(f, piece->device);

	if (piece->begin == AMT_TIME_NONE)
		return NULL;
	for (size_t i = (size_t)(piece - v); i-- > 0;) {
		struct trace_session *s = &f->facts->sessions.v[i];
		if (s->device != UINT32_MAX && feed_root(f, s->device) == device &&
		    s->placed == piece->placed && s->first.file != piece->first.file &&
		    s->kind <= TRACE_PARTIAL_UNPROVISION && !is_piece(s) &&
		    (s->outcome == TRACE_RUNNING || piece->begin <= s->end + LATE))
			return s;
	}
	return NULL;
}

static void milestones(struct trace_facts *facts, struct trace_session *to,
		       const struct trace_session *from)
{
	size_t n = to->n_milestones + from->n_milestones, a = 0, b = 0;
	struct trace_milestone *v = amt_arena_array(&facts->arena, n, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		bool mine =
			a < to->n_milestones &&
			(b == from->n_milestones || to->milestones[a].at <= from->milestones[b].at);
		v[i] = mine ? to->milestones[a++] : from->milestones[b++];
	}
	to->milestones = v;
	to->n_milestones = (uint32_t)n;
}

static void uncount(struct feed *f, const struct trace_session *s, int by)
{
	uint32_t root = feed_root(f, s->device);

	f->facts->outcomes[s->kind][s->outcome] += (uint64_t)(int64_t)by;
	f->known.v[root].outcomes[s->outcome] += (uint32_t)by;
	feed_day(f, s->end)->outcomes[s->outcome] += (uint32_t)by;
}

static void add(struct feed *f, struct trace_session *to, const struct trace_session *s)
{
	milestones(f->facts, to, s);
	to->errors += s->errors;
	to->calls |= s->calls;
	/* The first error is the cause; one that did not stop the task is told too. */
	if (s->cause.set && (!to->cause.set || s->cause.when < to->cause.when))
		to->cause = s->cause;
	/* It ended in silence; now it is known why. */
	if (to->outcome == TRACE_UNKNOWN && s->cause.set) {
		uncount(f, to, -1);
		to->outcome = TRACE_FAILED;
		to->confirmed = !s->cause.unconfirmed;
		uncount(f, to, 1);
	}
}

/* A computer has one task at a time: one that was left open is over when the next one begins. */
static void not_running(struct feed *f)
{
	struct trace_facts *facts = f->facts;
	/* Of each device: its next task that was seen to begin. */
	const struct trace_session **next = amt_calloc(facts->devices.n + 1, sizeof(*next));

	for (size_t i = facts->sessions.n; i-- > 0;) {
		struct trace_session *s = &facts->sessions.v[i];
		if (s->device == UINT32_MAX || s->kind > TRACE_PARTIAL_UNPROVISION)
			continue;
		const struct trace_session **n = &next[feed_root(f, s->device)];
		if (s->outcome == TRACE_RUNNING && *n && (*n)->has_machine == s->has_machine &&
		    (*n)->machine == s->machine) {
			uncount(f, s, -1);
			s->outcome = s->cause.set ? TRACE_FAILED : TRACE_UNKNOWN;
			s->confirmed = s->cause.set ? !s->cause.unconfirmed : true;
			uncount(f, s, 1);
		}
		*n = s->implicit ? *n : s;
	}
	free(next);
}

void feed_join(struct feed *f)
{
	struct trace_facts *facts = f->facts;
	bool *gone = amt_calloc(facts->sessions.n + 1, sizeof(*gone));
	size_t k = 0;

	for (size_t i = 0; i < facts->sessions.n; i++) {
		struct trace_session *s = &facts->sessions.v[i], *to;
		if (!is_piece(s))
			continue;
		to = owner(f, s);
		uncount(f, s, -1);
		gone[i] = to || is_stray(s);
		if (to)
			add(f, to, s);
		if (gone[i])
			continue;
		/* No beginning and no end was seen, but that something failed. */
		s->outcome = s->cause.set ? TRACE_FAILED : TRACE_UNKNOWN;
		s->confirmed = s->cause.set && !s->cause.unconfirmed;
		uncount(f, s, 1);
	}
	for (size_t i = 0; i < facts->sessions.n; i++)
		if (!gone[i])
			facts->sessions.v[k++] = facts->sessions.v[i];
	facts->sessions.n = k;
	free(gone);
	not_running(f);
}
