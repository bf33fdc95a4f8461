/*
 * A hash map from bytes to a pointer or a number. Open addressing, seeded and
 * mixed hash (10.x.y.z addresses and sequential MACs spread), grows by two, and
 * keeps insertion order for walking. Keys are copied.
 */
#ifndef AMTDIAG_CORE_MAP_H
#define AMTDIAG_CORE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

union amt_map_value {
	void *p;
	uint64_t n;
};

struct amt_map_entry {
	char *key; /* key_len bytes and a NUL */
	size_t key_len;
	uint64_t hash;
	union amt_map_value value;
	bool gone; /* removed: skip it when walking */
};

struct amt_map {
	struct amt_map_entry *entries; /* in order of insertion, n_entries of them */
	size_t n_entries, cap_entries;
	size_t count; /* live ones */
	uint32_t *slots;
	size_t n_slots;
};

/* A zeroed struct amt_map is an empty map. */
void amt_map_free(struct amt_map *m); /* keys are freed, values are not */
union amt_map_value *amt_map_get(const struct amt_map *m, const void *key, size_t len);
/* The value's place, made (zeroed) if it was not there; valid until the next put. */
union amt_map_value *amt_map_put(struct amt_map *m, const void *key, size_t len, bool *is_new);
bool amt_map_remove(struct amt_map *m, const void *key, size_t len);
union amt_map_value *amt_map_get_str(const struct amt_map *m, const char *key);
union amt_map_value *amt_map_put_str(struct amt_map *m, const char *key, bool *is_new);

uint64_t amt_hash(const void *p, size_t len, uint64_t seed);

#endif
