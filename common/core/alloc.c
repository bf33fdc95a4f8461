#include "amtdiag/core/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void (*dead_end)(const char *why);

void amt_on_dead_end(void (*handler)(const char *why))
{
	dead_end = handler;
}

_Noreturn void amt_dead_end(const char *why)
{
	if (dead_end)
		dead_end(why);
	abort();
}

_Noreturn void amt_no_memory(void)
{
	amt_dead_end("out of memory");
}

void *amt_malloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		amt_no_memory();
	return p;
}

void *amt_calloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		amt_no_memory();
	return p;
}

void *amt_realloc(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (!p)
		amt_no_memory();
	return p;
}

void *amt_reallocarray(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		amt_no_memory();
	return amt_realloc(old, count * size);
}

char *amt_strdup(const char *s)
{
	return amt_strndup(s, strlen(s));
}

char *amt_strndup(const char *s, size_t max)
{
	size_t n = strnlen(s, max);
	char *p = amt_malloc(n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

void amt_wipe(void *p, size_t size)
{
	if (p)
		explicit_bzero(p, size);
}
