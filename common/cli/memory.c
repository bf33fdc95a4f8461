/*
 * Libraries that run out of memory answer with an error that looks like a finding ("the signature
 * is wrong"), leave a part of a document out, or crash (OpenSSL 3.0 in its own start, libuv by
 * abort()). Those that take an allocator get ours, which ends the run and says why.
 *
 * The references are weak: a tool loads no library for this that it does not need anyway.
 */
#include "cli/private.h"

#include <jansson.h>
#include <lber.h>
#include <libxml/xmlmemory.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <uv.h>

#pragma weak CRYPTO_set_mem_functions
#pragma weak ber_set_option
#pragma weak json_set_alloc_funcs
#pragma weak uv_replace_allocator
#pragma weak xmlMemSetup

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

static void *lber_malloc(ber_len_t n, void *arg)
{
	(void)arg;
	return amt_malloc(n);
}

static void *lber_calloc(ber_len_t count, ber_len_t size, void *arg)
{
	(void)arg;
	return amt_calloc(count, size);
}

static void *lber_realloc(void *p, ber_len_t n, void *arg)
{
	(void)arg;
	return amt_realloc(p, n);
}

static void lber_free(void *p, void *arg)
{
	(void)arg;
	free(p);
}

void cli_memory(void)
{
	static const BerMemoryFunctions lber = {lber_malloc, lber_calloc, lber_realloc, lber_free};

	if (CRYPTO_set_mem_functions)
		CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free);
	if (ber_set_option)
		ber_set_option(NULL, LBER_OPT_MEMORY_FNS, &lber);
	if (json_set_alloc_funcs)
		json_set_alloc_funcs(amt_malloc, free);
	if (uv_replace_allocator)
		uv_replace_allocator(amt_malloc, amt_realloc, amt_calloc, free);
	if (xmlMemSetup)
		xmlMemSetup(free, amt_malloc, amt_realloc, amt_strdup);
}
