#include "index.h"

#include "bytes.h"

#include <stdlib.h>
#include <sys/random.h>

/* Set before there are threads: trace_collect() asks for it first. */
static uint64_t seed(void)
{
	static uint64_t value;

	if (!value && (getrandom(&value, sizeof(value), GRND_NONBLOCK) != sizeof(value) || !value))
		value = UINT64_C(0x5eed5eed5eed5eed);
	return value;
}

/* The halves of a product, each of which hangs on all of both. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t trace_index_hash(uint64_t key)
{
	return fold(key ^ seed(), UINT64_C(0xd6e8feb86659fd93));
}

uint64_t trace_index_bytes(const char *p, size_t n)
{
	return amt_hash(p, n, seed());
}

uint64_t trace_index_name(const char *p, size_t n)
{
	const uint64_t other = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t key = seed(), h = key ^ n ^ other, v = 0;

	if (n < 8) {
		for (size_t i = 0; i < n; i++)
			v = v << 8 | (unsigned char)p[i];
		return fold(v ^ key, h) | 1;
	}
	if (n < 16)
		return fold(bytes_8(p) ^ key, bytes_8(p + n - 8) ^ h) | 1;
	const char *last = p + n - 16;
	for (; p < last; p += 16)
		h = fold(bytes_8(p) ^ key, bytes_8(p + 8) ^ h) ^ other;
	return fold(bytes_8(last) ^ key, bytes_8(last + 8) ^ h) | 1;
}

void trace_index_free(struct trace_index *t)
{
	free(t->slots);
	*t = (struct trace_index){.n = 0};
}

static void put(struct trace_index *t, size_t at, struct trace_index_slot s)
{
	while (t->slots[at & (t->n_slots - 1)].number)
		at++;
	t->slots[at & (t->n_slots - 1)] = s;
}

/* The tag is the place too, so that no key is needed to find the new one. */
static void grow(struct trace_index *t)
{
	struct trace_index old = *t;

	t->n_slots = old.n_slots ? old.n_slots * 2 : 1024;
	t->slots = amt_calloc(t->n_slots, sizeof(*t->slots));
	for (size_t i = 0; i < old.n_slots; i++)
		if (old.slots[i].number)
			put(t, old.slots[i].tag, old.slots[i]);
	free(old.slots);
}

void trace_index_add(struct trace_index *t, uint64_t hash, uint32_t number)
{
	if ((t->n + 1) * 4 > t->n_slots * 3)
		grow(t);
	put(t, (uint32_t)(hash >> 32),
	    (struct trace_index_slot){(uint32_t)(hash >> 32), number + 1});
	t->n++;
}
