/*
 * Small pieces of memory that come and go by the million, each in cache lines of its own:
 * what a line touches is one of them, and it can be asked for ahead.
 */
#include "feed.h"

#include <stdlib.h>

#define BLOCK (16 * AMT_KIB)

struct piece {
	struct piece *next;
};

static size_t lines_of(size_t bytes)
{
	return bytes ? (bytes + FEED_LINE - 1) / FEED_LINE : 1;
}

void *feed_store_get(struct feed_store *s, size_t bytes)
{
	size_t n = lines_of(bytes);
	struct piece *p = s->free[n];

	if (p) {
		s->free[n] = p->next;
		return p;
	}
	if (s->left < n) {
		/* What is left of a block is a piece too. */
		if (s->left)
			feed_store_put(s, s->at, s->left * FEED_LINE);
		char *block = amt_malloc(BLOCK + FEED_LINE);
		amt_vec_push(&s->blocks, block);
		s->at = block + (FEED_LINE - (uintptr_t)block % FEED_LINE) % FEED_LINE;
		s->left = BLOCK / FEED_LINE;
	}
	void *out = s->at;
	s->at += n * FEED_LINE;
	s->left -= n;
	return out;
}

void feed_store_put(struct feed_store *s, void *piece, size_t bytes)
{
	struct piece *p = piece;
	size_t n = lines_of(bytes);

	if (!p)
		return;
	while (n > FEED_STORE_LINES) {
		n -= FEED_STORE_LINES;
		struct piece *rest = (struct piece *)(void *)((char *)piece + n * FEED_LINE);
		rest->next = s->free[FEED_STORE_LINES];
		s->free[FEED_STORE_LINES] = rest;
	}
	p->next = s->free[n];
	s->free[n] = p;
}

void feed_store_free(struct feed_store *s)
{
	for (size_t i = 0; i < s->blocks.n; i++)
		free(s->blocks.v[i]);
	amt_vec_free(&s->blocks);
	*s = (struct feed_store){.left = 0};
}

void feed_marks_grow(struct feed_store *s, struct feed_open *o)
{
	size_t room = feed_marks_room(o),
	       more = room < FEED_MILESTONES_MAX / 2 ? room * 2 : FEED_MILESTONES_MAX;
	struct feed_mark *out = feed_store_get(s, more * sizeof(*out));

	memcpy(out, feed_marks(o), room * sizeof(*out));
	feed_marks_clear(s, o);
	o->more = out;
	o->cap_milestones = (uint8_t)more;
}

void feed_marks_clear(struct feed_store *s, struct feed_open *o)
{
	if (o->cap_milestones)
		feed_store_put(s, o->more, o->cap_milestones * sizeof(*o->more));
	o->cap_milestones = 0;
}
