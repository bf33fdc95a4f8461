#include "amtdiag/core/arena.h"

#include "amtdiag/core/alloc.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_FIRST   4096
#define BLOCK_LARGEST ((size_t)1024 * 1024)
#define ALIGN         alignof(max_align_t)

struct amt_arena_block {
	struct amt_arena_block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char data[];
};

void amt_arena_free(struct amt_arena *a)
{
	struct amt_arena_block *b = a->head;

	while (b) {
		struct amt_arena_block *next = b->next;
		free(b);
		b = next;
	}
	*a = (struct amt_arena){0};
}

void amt_arena_reset(struct amt_arena *a)
{
	struct amt_arena_block *keep = a->head;

	if (!keep)
		return;
	a->head = keep->next;
	amt_arena_free(a);
	keep->next = NULL;
	keep->used = 0;
	a->head = keep;
}

/* A block with room for size bytes; it becomes the head unless it is made for one large thing. */
static struct amt_arena_block *grow(struct amt_arena *a, size_t size)
{
	size_t want = a->head ? a->head->size * 2 : BLOCK_FIRST;

	if (want > BLOCK_LARGEST)
		want = BLOCK_LARGEST;
	if (want < size)
		want = size;
	struct amt_arena_block *b = amt_malloc(sizeof(*b) + want);
	b->size = want;
	b->used = 0;
	if (a->head && size > BLOCK_LARGEST / 2) {
		b->next = a->head->next;
		a->head->next = b;
	} else {
		b->next = a->head;
		a->head = b;
	}
	return b;
}

void *amt_arena_alloc(struct amt_arena *a, size_t size)
{
	if (size > SIZE_MAX / 2)
		amt_no_memory();
	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	struct amt_arena_block *b = a->head;
	if (!b || size > b->size - b->used)
		b = grow(a, size);
	void *p = b->data + b->used;
	b->used += size;
	a->used += size;
	return memset(p, 0, size);
}

void *amt_arena_array(struct amt_arena *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		amt_no_memory();
	return amt_arena_alloc(a, count * size);
}

char *amt_arena_strdup(struct amt_arena *a, const char *s)
{
	return s ? amt_arena_strndup(a, s, strlen(s)) : NULL;
}

char *amt_arena_strndup(struct amt_arena *a, const char *s, size_t n)
{
	char *p = amt_arena_alloc(a, n + 1);

	if (n)
		memcpy(p, s, n);
	return p;
}

char *amt_arena_vprintf(struct amt_arena *a, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	char *p = amt_arena_alloc(a, n < 0 ? 1 : (size_t)n + 1);
	if (n > 0)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

char *amt_arena_printf(struct amt_arena *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *p = amt_arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}
