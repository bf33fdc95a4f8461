/*
 * The table of connections: chained buckets over a mixed, seeded hash (a fleet
 * is one 10/8), an order of last use, and a ceiling. A connection's facts stay
 * when its state here has to go.
 */
#include "hello/engine.h"

#include <stdlib.h>

void hello_flows_init(struct hello_flows *t, size_t max)
{
	*t = (struct hello_flows){.free = NOBODY, .newest = NOBODY, .oldest = NOBODY};
	t->max = max ? max : HELLO_FLOWS_DEFAULT;
}

void hello_flows_free(struct hello_flows *t)
{
	free(t->buckets);
	free(t->hint);
	amt_vec_free(&t->pool);
	*t = (struct hello_flows){0};
}

void hello_flow_key(const struct hello_ip *a, uint16_t ap, const struct hello_ip *b, uint16_t bp,
		    struct hello_flow_key *out)
{
	uint8_t *lo = out->bytes, *hi = out->bytes + 18;
	int order = memcmp(a->bytes, b->bytes, 16);

	if (order > 0 || (order == 0 && ap > bp)) {
		lo = out->bytes + 18;
		hi = out->bytes;
	}
	memcpy(lo, a->bytes, 16);
	lo[16] = (uint8_t)(ap >> 8);
	lo[17] = (uint8_t)ap;
	memcpy(hi, b->bytes, 16);
	hi[16] = (uint8_t)(bp >> 8);
	hi[17] = (uint8_t)bp;
}

static uint32_t *bucket(struct hello_flows *t, const struct hello_flow_key *key)
{
	static uint64_t seed;

	if (!seed)
		seed = (uint64_t)(uintptr_t)t * 0x9e3779b97f4a7c15u | 1;
	return &t->buckets[amt_hash(key->bytes, sizeof(key->bytes), seed) & (t->n_buckets - 1)];
}

/* The hint of a flow from its key: both ends are in it. */
static uint8_t *hint(struct hello_flows *t, const struct hello_flow_key *key)
{
	static const uint8_t zero[12];
	const uint8_t *k = key->bytes;
	bool six = memcmp(k + 4, zero, 12) != 0 || memcmp(k + 22, zero, 12) != 0;
	size_t at = six ? 12 : 0;

	return &t->hint[hello_flow_hint(k + at, k + 18 + at, (uint16_t)(k[16] << 8 | k[17]),
					(uint16_t)(k[34] << 8 | k[35])) &
			t->hint_mask];
}

static void count_hint(struct hello_flows *t, const struct hello_flow_key *key)
{
	uint8_t *h = hint(t, key);

	if (*h != 255)
		++*h;
}

static void grow(struct hello_flows *t)
{
	size_t n = t->n_buckets ? t->n_buckets * 4 : 1024;

	free(t->buckets);
	t->buckets = amt_reallocarray(NULL, n, sizeof(*t->buckets));
	memset(t->buckets, 0xff, n * sizeof(*t->buckets));
	t->n_buckets = n;
	free(t->hint);
	n = n < 65536 / 16 ? n * 16 : 65536;
	t->hint = amt_calloc(n, 1);
	t->hint_mask = (uint16_t)(n - 1);
	for (uint32_t i = 0; i < t->pool.n; i++) {
		struct hello_flow *w = &t->pool.v[i];

		if (!w->used)
			continue;
		uint32_t *b = bucket(t, &w->key);
		w->chain = *b;
		*b = i;
		count_hint(t, &w->key);
	}
}

uint32_t hello_flow_find(struct hello_flows *t, const struct hello_flow_key *key)
{
	if (!t->n_buckets)
		return NOBODY;
	for (uint32_t i = *bucket(t, key); i != NOBODY; i = t->pool.v[i].chain)
		if (memcmp(&t->pool.v[i].key, key, sizeof(*key)) == 0)
			return i;
	return NOBODY;
}

static void unlink_use(struct hello_flows *t, struct hello_flow *w)
{
	if (w->newer != NOBODY)
		t->pool.v[w->newer].older = w->older;
	else
		t->newest = w->older;
	if (w->older != NOBODY)
		t->pool.v[w->older].newer = w->newer;
	else
		t->oldest = w->newer;
}

static void link_newest(struct hello_flows *t, uint32_t at)
{
	struct hello_flow *w = &t->pool.v[at];

	w->newer = NOBODY;
	w->older = t->newest;
	if (t->newest != NOBODY)
		t->pool.v[t->newest].newer = at;
	t->newest = at;
	if (t->oldest == NOBODY)
		t->oldest = at;
}

void hello_flow_touch(struct hello_flows *t, uint32_t at)
{
	if (t->newest == at)
		return;
	unlink_use(t, &t->pool.v[at]);
	link_newest(t, at);
}

void hello_flow_drop(struct hello_flows *t, uint32_t at)
{
	struct hello_flow *w = &t->pool.v[at];
	uint8_t *h = hint(t, &w->key);

	if (*h && *h != 255)
		--*h;

	for (uint32_t *p = bucket(t, &w->key); *p != NOBODY; p = &t->pool.v[*p].chain)
		if (*p == at) {
			*p = w->chain;
			break;
		}
	unlink_use(t, w);
	w->used = false;
	w->chain = t->free;
	t->free = at;
	t->count--;
}

uint32_t hello_flow_new(struct hello_engine *e, const struct hello_flow_key *key)
{
	struct hello_flows *t = &e->flows;
	uint32_t at;

	if (t->count >= t->max) {
		e->facts->evicted++;
		hello_tcp_finish(e, t->oldest, true);
	}
	if (t->count >= t->n_buckets)
		grow(t);
	if (t->free != NOBODY) {
		at = t->free;
		t->free = t->pool.v[at].chain;
	} else {
		at = (uint32_t)t->pool.n;
		amt_vec_add(&t->pool);
	}
	struct hello_flow *w = &t->pool.v[at];
	*w = (struct hello_flow){.key = *key, .used = true};
	for (int d = 0; d < 2; d++) {
		amt_buf_init(&w->dir[d].buf, AMT_CAP_HELLO_STREAM);
		amt_buf_init(&w->dir[d].hs, AMT_CAP_HELLO_STREAM);
	}
	uint32_t *b = bucket(t, key);
	w->chain = *b;
	*b = at;
	link_newest(t, at);
	t->count++;
	count_hint(t, key);
	return at;
}
