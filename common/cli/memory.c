/*
 * Libraries that run out of memory answer with an error that looks like a finding ("the signature
 * is wrong"), leave a part of a document out, or crash (OpenSSL 3.0 in its own start, libuv by
 * abort()). Those that take an allocator get ours, which ends the run and says why.
 *
 * The references are weak: a tool loads no library for this that it does not need anyway.
 */
#include "cli/private.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <uv.h>

#pragma weak CRYPTO_set_mem_functions
#pragma weak json_set_alloc_funcs
#pragma weak uv_replace_allocator

static void *crypto_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return n ? amt_malloc(n) : NULL;
}

static void crypto_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

static void *crypto_realloc(void *p, size_t n, const char *file, int line)
{
	if (n)
		return amt_realloc(p, n);
	crypto_free(p, file, line);
	return NULL;
}

void cli_memory(void)
{
	if (CRYPTO_set_mem_functions)
		CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free);
	if (json_set_alloc_funcs)
		json_set_alloc_funcs(amt_malloc, free);
	if (uv_replace_allocator)
		uv_replace_allocator(amt_malloc, amt_realloc, amt_calloc, free);
}
