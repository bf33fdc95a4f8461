#include "amtdiag/core/map.h"

#include "amtdiag/core/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define EMPTY   UINT32_MAX
#define NOWHERE SIZE_MAX

static inline uint64_t mix(uint64_t x)
{
	/* splitmix64's finaliser: every input bit reaches every output bit. */
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

uint64_t amt_hash(const void *p, size_t len, uint64_t seed)
{
	const unsigned char *s = p;
	uint64_t h = mix(seed ^ len * 0x9e3779b97f4a7c15u), word;

	for (; len >= 8; s += 8, len -= 8) {
		memcpy(&word, s, 8);
		h = mix(h ^ word);
	}
	word = 0;
	if (len)
		memcpy(&word, s, len);
	return mix(h ^ word);
}

/* A seed a process: nobody outside can choose colliding keys. Walking is in
 * the order of insertion, so output does not depend on it. */
static uint64_t process_seed(void)
{
	static uint64_t seed;

	if (!seed && (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed) || !seed))
		seed = 0x5eed5eed5eed5eedu;
	return seed;
}

void amt_map_free(struct amt_map *m)
{
	for (size_t i = 0; i < m->n_entries; i++)
		free(m->entries[i].key);
	free(m->entries);
	free(m->slots);
	*m = (struct amt_map){0};
}

static size_t find_slot(const struct amt_map *m, const void *key, size_t len, uint64_t hash)
{
	for (size_t i = hash & (m->n_slots - 1);; i = (i + 1) & (m->n_slots - 1)) {
		uint32_t at = m->slots[i];
		if (at == EMPTY)
			return i;
		const struct amt_map_entry *e = &m->entries[at];
		if (!e->gone && e->hash == hash && e->key_len == len && !memcmp(e->key, key, len))
			return i;
	}
}

static size_t find(const struct amt_map *m, const void *key, size_t len)
{
	if (!m->n_slots)
		return NOWHERE;
	size_t slot = find_slot(m, key, len, amt_hash(key, len, process_seed()));
	return m->slots[slot] == EMPTY ? NOWHERE : m->slots[slot];
}

static void rehash(struct amt_map *m, size_t n_slots)
{
	size_t live = 0;

	for (size_t i = 0; i < m->n_entries; i++)
		if (!m->entries[i].gone)
			m->entries[live++] = m->entries[i];
	m->n_entries = live;
	m->slots = amt_reallocarray(m->slots, n_slots, sizeof(*m->slots));
	m->n_slots = n_slots;
	memset(m->slots, 0xff, n_slots * sizeof(*m->slots));
	for (size_t i = 0; i < live; i++) {
		size_t slot = m->entries[i].hash & (n_slots - 1);
		while (m->slots[slot] != EMPTY)
			slot = (slot + 1) & (n_slots - 1);
		m->slots[slot] = (uint32_t)i;
	}
}

union amt_map_value *amt_map_get(const struct amt_map *m, const void *key, size_t len)
{
	size_t at = find(m, key, len);

	return at == NOWHERE ? NULL : &m->entries[at].value;
}

static void make_room(struct amt_map *m)
{
	/* At most three quarters full, removed entries included. */
	if (m->n_entries + 1 > m->n_slots / 4 * 3) {
		size_t n = m->n_slots ? m->n_slots : 8;
		rehash(m, m->count + 1 > m->n_slots / 2 ? n * 2 : n);
	}
	if (m->n_entries >= EMPTY)
		amt_no_memory();
	if (m->n_entries == m->cap_entries) {
		m->cap_entries = m->cap_entries ? m->cap_entries * 2 : 16;
		m->entries = amt_reallocarray(m->entries, m->cap_entries, sizeof(*m->entries));
	}
}

union amt_map_value *amt_map_put(struct amt_map *m, const void *key, size_t len, bool *is_new)
{
	make_room(m);
	uint64_t hash = amt_hash(key, len, process_seed());
	size_t slot = find_slot(m, key, len, hash);
	bool fresh = m->slots[slot] == EMPTY;
	if (is_new)
		*is_new = fresh;
	if (!fresh)
		return &m->entries[m->slots[slot]].value;
	struct amt_map_entry *e = &m->entries[m->n_entries];
	*e = (struct amt_map_entry){.key = amt_malloc(len + 1), .key_len = len, .hash = hash};
	if (len)
		memcpy(e->key, key, len);
	e->key[len] = '\0';
	m->slots[slot] = (uint32_t)m->n_entries++;
	m->count++;
	return &e->value;
}

bool amt_map_remove(struct amt_map *m, const void *key, size_t len)
{
	size_t at = find(m, key, len);

	if (at == NOWHERE)
		return false;
	struct amt_map_entry *e = &m->entries[at];
	free(e->key);
	e->key = NULL;
	e->gone = true; /* its slot stays taken, so that probing goes on past it */
	m->count--;
	return true;
}

union amt_map_value *amt_map_get_str(const struct amt_map *m, const char *key)
{
	return amt_map_get(m, key, strlen(key));
}

union amt_map_value *amt_map_put_str(struct amt_map *m, const char *key, bool *is_new)
{
	return amt_map_put(m, key, strlen(key), is_new);
}
