/*
 * What the lines of a chunk will touch of the feed's state is spread over megabytes. So it
 * is asked for ahead of them in three steps, each of which needs what the one before
 * fetched. There are few branches in it: one that is foreseen wrongly costs as much as the
 * rest of it, so what is not needed is a second request for what is.
 */
#ifndef TRACE_AHEAD_H
#define TRACE_AHEAD_H

#include "chunk.h"

#define AHEAD_SLOT  24 /* lines */
#define AHEAD_STATE 16
#define AHEAD_TASK  8
#define AHEAD_RING  32
struct ahead {
	/* What the second step found for a line, by its number: a struct feed_open, or a struct
	 * feed_name when the line is about a device; NULL: nothing. */
	void *found[AHEAD_RING];
};

static inline const struct trace_index *ahead_index(const struct feed *f,
						    const struct chunk_line *v)
{
	return v->about ? &f->host_index : &f->open_index;
}

static inline void *ahead_find(const struct feed *f, const struct chunk_line *v)
{
	size_t at = 0;
	const struct trace_index_slot *s = trace_index_next(ahead_index(f, v), v->hash, &at);

	if (!s)
		return NULL;
	const char *open = (const char *)feed_nth(f, s->number - 1);
	const char *name = (const char *)(f->names.v + (s->number - 1));
	const char *p = v->about ? name : open;
	bool rest = v->touches & (FEED_NAMES | FEED_WRONG | FEED_NEXT);
	trace_touch(p);
	trace_touch(v->about ? p : open + offsetof(struct feed_open, here));
	trace_touch((v->about | !rest) ? p : open + offsetof(struct feed_open, begin));
	return (void *)p;
}

static inline void ahead_name(const struct feed *f, const struct feed_name *name)
{
	trace_touch(name->name);
	trace_touch(&f->known.v[name->device]);
}

static inline void ahead_task(const struct feed *f, const struct feed_open *o, unsigned touches)
{
	const struct feed_known *known = &f->known.v[o->device];
	bool next = touches & FEED_NEXT, ends = o->ended | next;
	bool names = (touches & FEED_NAMES) && !o->of_device;
	const struct feed_mark *more = o->more; /* or a milestone: only asked for */
	const void *it = o;

	trace_touch(o->cap_milestones ? more + o->n_milestones - 1 : it);
	trace_touch(ends ? &o->begin : it);
	trace_touch((ends | names) ? known : it);
	trace_touch(ends ? &known->unprovisioned : it);
	if (next && o->has_cause)
		trace_touch(o->cause);
}

static inline void ahead_last(const struct feed *f, const struct chunk_line *v, const void *found)
{
	if (!found || !f->known.n)
		return;
	if (v->about)
		ahead_name(f, found);
	else
		ahead_task(f, found, v->touches);
}

/* For the line at i; gives what was found for it. */
static inline void *ahead_step(struct ahead *a, const struct feed *f, const struct chunk *c,
			       size_t i)
{
	const struct chunk_line *v = c->lines.v;
	size_t last = c->lines.n - 1;
	size_t slot = i + AHEAD_SLOT < last ? i + AHEAD_SLOT : last,
	       state = i + AHEAD_STATE < last ? i + AHEAD_STATE : last,
	       task = i + AHEAD_TASK < last ? i + AHEAD_TASK : last;

	trace_index_fetch(ahead_index(f, &v[slot]), v[slot].hash);
	a->found[state % AHEAD_RING] = ahead_find(f, &v[state]);
	ahead_last(f, &v[task], a->found[task % AHEAD_RING]);
	return a->found[i % AHEAD_RING];
}

/* Before the first line of a chunk. */
static inline void ahead_begin(struct ahead *a, const struct feed *f, const struct chunk *c)
{
	const struct chunk_line *v = c->lines.v;
	size_t n = c->lines.n;

	for (size_t i = 0; i < n && i < AHEAD_SLOT; i++)
		trace_index_fetch(ahead_index(f, &v[i]), v[i].hash);
	for (size_t i = 0; i < n && i < AHEAD_STATE; i++)
		a->found[i] = ahead_find(f, &v[i]);
	for (size_t i = 0; i < n && i < AHEAD_TASK; i++)
		ahead_last(f, &v[i], a->found[i]);
}

#endif
