/*
 * Text without threads and times (a paste, a figure) can only be followed by order. A
 * task that one file leaves open goes on in the next one if that begins in the middle
 * of a task of the same device.
 */
#include "feed.h"

static void cause_on(struct feed_cause **to, struct feed_cause **from)
{
	if (!*to) {
		*to = *from;
		*from = NULL;
	}
	feed_cause_clear(from);
}

static void session_on(struct trace_session *to, const struct trace_session *from)
{
	to->errors += from->errors;
	if (from->retries > to->retries)
		to->retries = from->retries;
	if (!to->failed_call) {
		to->failed_call = from->failed_call;
		to->failed_status = from->failed_status;
	}
	if (trace_event_milestone((enum trace_event)from->reached) >
	    trace_event_milestone((enum trace_event)to->reached))
		to->reached = from->reached;
	if (from->kind == TRACE_UNPROVISION || from->kind == TRACE_PARTIAL_UNPROVISION)
		to->kind = from->kind;
	if (from->has_machine && !to->has_machine) {
		to->has_machine = true;
		to->machine = from->machine;
	}
	to->last = from->last;
}

bool feed_carry_on(struct feed *f, struct feed_open *o)
{
	struct feed_open *c = &f->carry;

	if (!(o->key & FEED_NO_THREAD) || !o->s.implicit || !c->used || o->s.device == UINT32_MAX ||
	    c->s.device == UINT32_MAX || feed_root(f, o->s.device) != feed_root(f, c->s.device))
		return false;
	for (size_t i = 0; i < o->milestones.n && c->milestones.n < FEED_MILESTONES_MAX; i++)
		amt_vec_push(&c->milestones, o->milestones.v[i]);
	o->milestones.n = 0;
	cause_on(&c->hard, &o->hard);
	cause_on(&c->soft, &o->soft);
	cause_on(&c->summary, &o->summary);
	session_on(&c->s, &o->s);
	c->done = c->done || o->done;
	c->terminal = o->terminal || (c->terminal && !o->done);
	c->pool_ok = o->pool_ok;
	c->pool_bad = o->pool_bad;
	c->ended = c->ended || o->ended;
	o->used = false;
	return true;
}

void feed_file_end(struct feed *f, uint32_t group)
{
	struct feed_open *o = feed_find(f, FEED_NO_THREAD | group);

	if (!o || !o->used || feed_carry_on(f, o))
		return;
	/* The next task of the same device means that this one is over. */
	bool other = f->carry.s.device != o->s.device;
	feed_close(f, &f->carry, other);
	amt_vec_free(&f->carry.milestones);
	f->carry = *o;
	*o = (struct feed_open){.key = o->key};
}
