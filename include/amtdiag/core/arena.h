/*
 * Memory that lives and dies together: one arena a run, a file or a record.
 * Nothing in it is freed alone. What is returned belongs to the arena.
 */
#ifndef AMTDIAG_CORE_ARENA_H
#define AMTDIAG_CORE_ARENA_H

#include "amtdiag/core/error.h"

#include <stddef.h>

struct amt_arena_block;
struct amt_arena {
	struct amt_arena_block *head;
	size_t used; /* bytes handed out so far, for statistics and budgets */
};

/* A zeroed struct amt_arena is an empty arena. */
void amt_arena_free(struct amt_arena *a);
/* Keeps the newest block for reuse; everything handed out becomes invalid. */
void amt_arena_reset(struct amt_arena *a);

void *amt_arena_alloc(struct amt_arena *a, size_t size); /* zeroed, aligned for any type */
void *amt_arena_array(struct amt_arena *a, size_t count, size_t size);
char *amt_arena_strdup(struct amt_arena *a, const char *s); /* NULL gives NULL */
char *amt_arena_strndup(struct amt_arena *a, const char *s, size_t n);
char *amt_arena_printf(struct amt_arena *a, const char *fmt, ...) AMT_PRINTF(2, 3);
char *amt_arena_vprintf(struct amt_arena *a, const char *fmt, va_list ap) AMT_PRINTF(2, 0);

#define amt_arena_new(a, type) ((type *)amt_arena_alloc((a), sizeof(type)))

#endif
