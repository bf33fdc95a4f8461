/* Which clients this run is about. */
#include "stage.h"

#include <string.h>

bool stage_parse_shard(struct stage *st, const char *text, struct amt_error *err)
{
	const char *slash = strchr(text, '/');
	char first[24] = "";

	if (slash && (size_t)(slash - text) < sizeof(first))
		memcpy(first, text, (size_t)(slash - text));
	if (!slash || !amt_num_u64(slash + 1, 1, 1000000, &st->shards, NULL) ||
	    !amt_num_u64(first, 1, st->shards, &st->shard, NULL))
		return amt_fail(err, "--shard '%s' is not a part of a whole, such as 2/8", text);
	return true;
}

/* By the name alone: it must not matter who else is in the list, and on which machine. */
static bool in_shard(const struct stage *st, const char *name)
{
	char key[300];
	size_t n = 0;

	if (!st->shards)
		return true;
	for (; n < sizeof(key) && name[n]; n++)
		key[n] = (char)(name[n] >= 'A' && name[n] <= 'Z' ? name[n] + 32 : name[n]);
	return amt_hash(key, n, 0) % st->shards == st->shard - 1;
}

bool stage_mine(const struct stage *st, const struct site_client *c)
{
	const struct amt_strlist *asked = &st->opt.clients;

	if (asked->n && !amt_strlist_has(asked, c->fqdn) && !amt_strlist_has(asked, c->name) &&
	    !amt_strlist_has(asked, c->uuid))
		return false;
	return in_shard(st, *c->fqdn ? c->fqdn : c->name);
}

bool stage_mine_walked(const struct stage *st, const struct walk_client *c)
{
	bool named = st->opt.clients.n == 0;

	for (size_t k = 0; !named && k < c->keys.n; k++)
		named = amt_strlist_has(&st->opt.clients, c->keys.v[k]);
	return named && in_shard(st, c->name);
}
