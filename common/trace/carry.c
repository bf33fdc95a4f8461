/*
 * Text without threads and times (a paste, a figure) can only be followed by order. A
 * task that one file leaves open goes on in the next one if that begins in the middle
 * of a task of the same device.
 */
#include "feed.h"

static void causes_on(struct feed *f, struct feed_open *to, struct feed_open *from)
{
	if (from->cause && (!to->cause || (from->hard && !to->hard))) {
		feed_cause_clear(f, &to->cause);
		to->cause = from->cause;
		to->hard = from->hard;
		from->cause = NULL;
	}
	if (!to->summary) {
		to->summary = from->summary;
		from->summary = NULL;
	}
	feed_cause_clear(f, &from->cause);
	feed_cause_clear(f, &from->summary);
	to->has_cause = to->cause != NULL;
	from->hard = from->has_cause = false;
}

static void task_on(struct feed *f, struct feed_open *to, struct feed_open *from)
{
	to->errors += from->errors;
	to->confirmed = to->confirmed || from->confirmed;
	if (from->retries > to->retries)
		to->retries = from->retries;
	feed_calls_on(f, to, from);
	if (feed_events[from->reached].rank > feed_events[to->reached].rank)
		to->reached = from->reached;
	if (from->kind == TRACE_UNPROVISION || from->kind == TRACE_PARTIAL_UNPROVISION)
		to->kind = from->kind;
	if (from->has_machine && !to->has_machine) {
		to->has_machine = true;
		to->machine = from->machine;
	}
	to->last_file = from->last_file;
	to->last_line = from->last_line;
}

static void milestones_on(struct feed *f, struct feed_open *to, struct feed_open *from)
{
	size_t room = FEED_MILESTONES_MAX - to->n_milestones,
	       n = from->n_milestones < room ? from->n_milestones : room;

	while (feed_marks_room(to) < to->n_milestones + n)
		feed_marks_grow(&f->store, to);
	for (size_t i = 0; i < n; i++) {
		struct feed_mark m = feed_marks(from)[i];
		uint32_t file = from->first_file + m.file - to->first_file;
		m.file = (uint8_t)file;
		if (file <= UINT8_MAX)
			feed_marks(to)[to->n_milestones++] = m;
	}
	from->n_milestones = 0;
}

bool feed_carry_on(struct feed *f, struct feed_open *o)
{
	struct feed_open *c = &f->carry;

	if (!(o->key & FEED_NO_THREAD) || !o->implicit || !c->used || !o->of_device ||
	    !c->of_device || feed_root(f, o->device) != feed_root(f, c->device))
		return false;
	feed_seen(f, o);
	milestones_on(f, c, o);
	causes_on(f, c, o);
	task_on(f, c, o);
	c->done = c->done || o->done;
	c->terminal = o->terminal || (c->terminal && !o->done);
	c->pool = o->pool;
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
	bool other = feed_task_device(&f->carry) != feed_task_device(o);
	feed_close(f, &f->carry, other);
	feed_marks_clear(&f->store, &f->carry);
	f->carry = *o;
	*o = (struct feed_open){.key = o->key, .seen = AMT_TIME_NONE};
}
