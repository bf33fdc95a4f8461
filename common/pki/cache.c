/*
 * What one worker keeps between runs: decoded public keys and the signatures of CA
 * certificates that were checked, by SHA-256. Bounded: when full it is emptied.
 */
#include "pki/private.h"

#include <openssl/evp.h>
#include <stdlib.h>

#define CACHE_MAX 4096

struct pki_cache {
	struct amt_map keys, links;
};

struct pki_cache *pki_cache_new(void)
{
	return amt_calloc(1, sizeof(struct pki_cache));
}

static void drop_keys(struct pki_cache *c)
{
	for (size_t i = 0; i < c->keys.n_entries; i++)
		if (!c->keys.entries[i].gone)
			EVP_PKEY_free(c->keys.entries[i].value.p);
	amt_map_free(&c->keys);
	c->keys = (struct amt_map){0};
}

void pki_cache_free(struct pki_cache *c)
{
	if (!c)
		return;
	drop_keys(c);
	amt_map_free(&c->links);
	free(c);
}

EVP_PKEY *pki_cache_key(struct pki_cache *c, const char *sha256)
{
	union amt_map_value *v = amt_map_get_str(&c->keys, sha256);

	if (!v || !EVP_PKEY_up_ref(v->p))
		return NULL;
	return v->p;
}

void pki_cache_keep_key(struct pki_cache *c, const char *sha256, EVP_PKEY *key)
{
	bool fresh = false;

	if (c->keys.count >= CACHE_MAX)
		drop_keys(c);
	union amt_map_value *v = amt_map_put_str(&c->keys, sha256, &fresh);
	if (fresh && EVP_PKEY_up_ref(key))
		v->p = key;
}

union amt_map_value *pki_cache_link(struct pki_cache *c, const char *cert, const char *issuer,
				    bool *fresh)
{
	char key[130];

	if (c->links.count >= CACHE_MAX) {
		amt_map_free(&c->links);
		c->links = (struct amt_map){0};
	}
	amt_str_copy(key, sizeof(key), cert);
	amt_str_copy(key + 64, sizeof(key) - 64, issuer);
	return amt_map_put_str(&c->links, key, fresh);
}
