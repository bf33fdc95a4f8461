/*
 * A table from a hash to a number, for keys that are kept elsewhere: eight bytes an
 * entry, so that looking up touches one cache line, and that one known ahead. Who
 * asks compares the key itself.
 */
#ifndef TRACE_INDEX_H
#define TRACE_INDEX_H

#include "amtdiag/core.h"

struct trace_index_slot {
	uint32_t tag;    /* upper half of the hash */
	uint32_t number; /* + 1; 0: free */
};
struct trace_index {
	struct trace_index_slot *slots;
	size_t n_slots, n; /* a power of two, at most 3/4 full; 0: nothing yet */
};

void trace_index_free(struct trace_index *t);
/* For keys that were not found. */
void trace_index_add(struct trace_index *t, uint64_t hash, uint32_t number);
/* Mixed with a seed of the process: nobody outside can choose keys that collide. */
uint64_t trace_index_hash(uint64_t key);
uint64_t trace_index_bytes(const char *p, size_t n);
/* Of a short name, never 0. Quick; two that have the same are taken for the same name. */
uint64_t trace_index_name(const char *p, size_t n);

/*
 * Walks the entries that hash may stand for; *at begins as 0. NULL: no more.
 *
 *	for (size_t at = 0; (s = trace_index_next(&t, hash, &at));)
 */
static inline struct trace_index_slot *trace_index_next(const struct trace_index *t, uint64_t hash,
							size_t *at)
{
	while (t->n_slots) {
		struct trace_index_slot *s = &t->slots[((hash >> 32) + (*at)++) & (t->n_slots - 1)];
		if (!s->number)
			return NULL;
		if (s->tag == (uint32_t)(hash >> 32))
			return s;
	}
	return NULL;
}
/* The number of the first entry that trace_index_next() gives, + 1; 0: none. */
static inline uint32_t trace_index_first(const struct trace_index *t, uint64_t hash)
{
	const struct trace_index_slot *s = t->slots, *one, *two;
	size_t at = hash >> 32, mask = t->n_slots - 1;
	uint32_t tag = (uint32_t)at, number;

	if (!t->n_slots)
		return 0;
	/* Which of the first two it is can't be foreseen: both are looked at. */
	one = &s[at & mask];
	two = &s[(at + 1) & mask];
	number = two->tag == tag ? two->number : 0;
	number = one->tag == tag ? one->number : number;
	if (number)
		return number;
	size_t walked = 0;
	s = trace_index_next(t, hash, &walked);
	return s ? s->number : 0;
}
/*
 * Brings nearer what will be read soon. A processor drops such requests when two dozen wait
 * already: they have to be spread over what is done meanwhile. GCC takes a function that
 * does nothing else for one without effect, and leaves out its calls, but not this way.
 */
static inline void trace_touch(const void *p)
{
	__builtin_prefetch(p, 1);
	__asm__ volatile("");
}

#endif
