/*
 * What the lines of a chunk will touch of the feed's state is spread over megabytes. So it
 * is asked for ahead of them: first all states are looked up, then each is asked for some
 * lines before its turn, and what it leads to when it is there. There are few branches in
 * it: one that is foreseen wrongly costs as much as the rest of it, so what is not needed is
 * a second request for what is.
 */
#ifndef TRACE_AHEAD_H
#define TRACE_AHEAD_H

#include "chunk.h"

#define AHEAD_STATE 16 /* lines */
#define AHEAD_TASK  8
/* The states of a chunk's lines, and nobody's for those that have none and behind the last. */
struct ahead AMT_VEC(struct feed_open *);

static inline struct feed_open *ahead_find(struct feed *f, const struct chunk_line *v)
{
	if (v->about) {
		uint32_t name = trace_index_first(&f->host_index, v->hash);
		if (name)
			trace_touch(&f->names.v[name - 1]);
		return &f->nobody;
	}
	uint32_t number = trace_index_first(&f->open_index, v->hash);
	return number ? feed_nth(f, number - 1) : &f->nobody;
}

/* Before the first line of a chunk. */
static inline void ahead_begin(struct ahead *a, struct feed *f, const struct chunk *c)
{
	size_t n = c->lines.n;

	if (!a->v || a->cap < n + AHEAD_STATE) {
		a->cap = n + n / 2 + AHEAD_STATE;
		a->v = amt_reallocarray(a->v, a->cap, sizeof(struct feed_open *));
	}
	for (size_t i = 0; i < n; i++)
		a->v[i] = ahead_find(f, &c->lines.v[i]);
	for (size_t i = 0; i < AHEAD_STATE; i++)
		a->v[n + i] = &f->nobody;
	a->n = n;
}

/* p when it is so, else a place that is near already. */
static inline uintptr_t ahead_either(bool so, uintptr_t p, const void *near)
{
	uintptr_t mask = (uintptr_t)0 - so;

	return (p & mask) | ((uintptr_t)near & ~mask);
}

static inline void ahead_task(const struct feed *f, const struct feed_open *o, unsigned touches)
{
	bool ends = o->ended | ((touches & FEED_NEXT) != 0);
	bool names = (touches & FEED_NAMES) & !o->of_device;
	uintptr_t known = (uintptr_t)f->known.v + o->device * sizeof(struct feed_known);
	/* Or a milestone, when there are few: not asked for then. */
	uintptr_t more = (uintptr_t)o->more + (o->n_milestones - 1u) * sizeof(struct feed_mark);

	known = ahead_either(ends | names, known, o);
	trace_touch((const void *)ahead_either(o->cap_milestones != 0, more, o));
	/* The first ones of many: they are filed away with it. */
	more = (uintptr_t)o->more;
	trace_touch((const void *)ahead_either(ends & (o->cap_milestones != 0), more, o));
	trace_touch((const void *)known);
	trace_touch((const void *)(known + offsetof(struct feed_known, unprovisioned)));
	if (ends & o->has_cause)
		trace_touch(o->cause);
}

static inline void ahead_name(const struct feed *f, uint64_t hash)
{
	uint32_t name = trace_index_first(&f->host_index, hash);

	if (!name)
		return;
	trace_touch(f->names.v[name - 1].name);
	trace_touch(&f->known.v[f->names.v[name - 1].device]);
}

/* For the line at i; gives the state of its thread, or nobody's. */
static inline struct feed_open *ahead_step(const struct ahead *a, const struct feed *f,
					   const struct chunk *c, size_t i)
{
	const struct feed_open *soon = a->v[i + AHEAD_STATE];
	size_t at = i + AHEAD_TASK < a->n ? i + AHEAD_TASK : i;
	const struct chunk_line *v = &c->lines.v[at];

	trace_touch(soon);
	trace_touch(soon->here);
	trace_touch(&soon->begin);
	if (v->about)
		ahead_name(f, v->hash);
	else
		ahead_task(f, a->v[at], v->touches);
	return a->v[i];
}

#endif
