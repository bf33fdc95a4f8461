/*
 * What the lines of a chunk will touch of the feed's state is spread over megabytes. So it
 * is asked for ahead of them in two steps, the second of which needs what the first one
 * fetched; the index is small enough to be near. There are few branches in it: one that is foreseen
 * wrongly costs as much as the rest of it, so what is not needed is a second request for what is.
 */
#ifndef TRACE_AHEAD_H
#define TRACE_AHEAD_H

#include "chunk.h"

#define AHEAD_STATE 16 /* lines */
#define AHEAD_TASK  8
#define AHEAD_RING  32
struct ahead {
	/* What the first step found for a line, by its number: + 1, of a state, or of a name
	 * when the line is about a device; 0: nothing. */
	uint32_t found[AHEAD_RING];
	size_t next; /* the line that found goes on with */
};

static inline const struct trace_index *ahead_index(const struct feed *f,
						    const struct chunk_line *v)
{
	return v->about ? &f->host_index : &f->open_index;
}

/* p when it is so, else a place that is near already. */
static inline void ahead_touch(bool so, const void *p, const void *near)
{
	uintptr_t mask = (uintptr_t)0 - so;

	trace_touch((const void *)(((uintptr_t)p & mask) | ((uintptr_t)near & ~mask)));
}

static inline uint32_t ahead_find(const struct feed *f, const struct chunk_line *v)
{
	uint32_t number = trace_index_first(ahead_index(f, v), v->hash);
	uintptr_t base = v->about ? (uintptr_t)f->names.v : (uintptr_t)f->open;
	size_t size = v->about ? sizeof(struct feed_name) : sizeof(struct feed_open);

	if (!number)
		return 0;
	const char *p = (const char *)(base + (number - 1) * size);
	trace_touch(p);
	trace_touch(p + !v->about * offsetof(struct feed_open, here));
	trace_touch(p + !v->about * offsetof(struct feed_open, begin));
	return number;
}

static inline void ahead_name(const struct feed *f, const struct feed_name *name)
{
	trace_touch(name->name);
	trace_touch(&f->known.v[name->device]);
}

static inline void ahead_task(const struct feed *f, const struct feed_open *o, unsigned touches)
{
	const struct feed_known *known = &f->known.v[o->device];
	bool ends = o->ended | ((touches & FEED_NEXT) != 0);
	bool names = (touches & FEED_NAMES) & !o->of_device;
	/* Or a milestone, when there are few: not asked for then. */
	uintptr_t more = (uintptr_t)o->more + (o->n_milestones - 1u) * sizeof(struct feed_mark);

	ahead_touch(o->cap_milestones != 0, (const void *)more, o);
	ahead_touch(ends | names, known, o);
	ahead_touch(ends, &known->unprovisioned, o);
	if (ends & o->has_cause)
		trace_touch(o->cause);
}

static inline void ahead_last(const struct feed *f, const struct chunk_line *v, uint32_t found)
{
	if (!found || !f->known.n)
		return;
	if (v->about)
		ahead_name(f, &f->names.v[found - 1]);
	else
		ahead_task(f, feed_nth(f, found - 1), v->touches);
}

/* For the line at i; gives the state of its thread, or NULL. */
static inline struct feed_open *ahead_step(struct ahead *a, const struct feed *f,
					   const struct chunk *c, size_t i)
{
	const struct chunk_line *v = c->lines.v;
	size_t last = c->lines.n - 1;
	size_t state = i + AHEAD_STATE < last ? i + AHEAD_STATE : last,
	       task = i + AHEAD_TASK < last ? i + AHEAD_TASK : last;

	a->found[state % AHEAD_RING] = ahead_find(f, &v[state]);
	ahead_last(f, &v[task], a->found[task % AHEAD_RING]);
	uint32_t found = a->found[i % AHEAD_RING];
	return found && !v[i].about ? feed_nth(f, found - 1) : NULL;
}

/* Before the line at i: what was found for lines that went the slow way is of no use. */
static inline void ahead_from(struct ahead *a, size_t i)
{
	if (a->next != i)
		*a = (struct ahead){.next = i};
}

/* Before the first line of a chunk. */
static inline void ahead_begin(struct ahead *a, const struct feed *f, const struct chunk *c)
{
	const struct chunk_line *v = c->lines.v;
	size_t n = c->lines.n;

	for (size_t i = 0; i < n && i < AHEAD_STATE; i++)
		a->found[i] = ahead_find(f, &v[i]);
	for (size_t i = 0; i < n && i < AHEAD_TASK; i++)
		ahead_last(f, &v[i], a->found[i]);
}

#endif
