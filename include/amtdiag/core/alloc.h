/*
 * Memory that is there or the program ends: running out is our own failure,
 * never the subject's, so no caller has to carry it (docs/decisions/0001).
 *
 * These never return NULL. When the system has no memory the handler is
 * called; it must not return. The default one aborts; common/cli installs one
 * that removes unfinished output files, says so, and exits with 70.
 */
#ifndef AMTDIAG_CORE_ALLOC_H
#define AMTDIAG_CORE_ALLOC_H

#include <stddef.h>

void *amt_malloc(size_t size);
void *amt_calloc(size_t count, size_t size);
void *amt_realloc(void *old, size_t size);
void *amt_reallocarray(void *old, size_t count, size_t size); /* checks count * size */
char *amt_strdup(const char *s);
char *amt_strndup(const char *s, size_t max);
/* why: one line without a full stop. The handler may be called without memory, and from any thread.
 */
void amt_on_dead_end(void (*handler)(const char *why));
/* What this program can't go on without is not to be had. */
_Noreturn void amt_dead_end(const char *why);
_Noreturn void amt_no_memory(void);
/* Overwrites secrets before they are freed; never optimised away. */
void amt_wipe(void *p, size_t size);

#endif
