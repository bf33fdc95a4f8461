/* Which names mean the same computer. */
#include "amtdiag/walk.h"

#include <string.h>

void walk_fleet_free(struct walk_fleet *f)
{
	for (size_t i = 0; i < f->clients.n; i++)
		amt_vec_free(&f->clients.v[i].keys);
	amt_vec_free(&f->clients);
	amt_map_free(&f->by_key);
	amt_arena_free(&f->arena);
}

/* Lower case, and MAC addresses with colons whatever they were written with. */
static size_t normal(const char *key, char *out, size_t size)
{
	size_t n = 0;

	for (; key[n] && n + 1 < size; n++)
		out[n] = (char)(key[n] >= 'A' && key[n] <= 'Z' ? key[n] + 32 : key[n]);
	if (n && out[n - 1] == '.')
		n--;
	out[n] = '\0';
	if (n == 17 && out[2] == '-' && out[14] == '-')
		for (size_t i = 2; i < 17; i += 3)
			out[i] = ':';
	return n;
}

#define KEY_MAX 300

static union amt_map_value *look_up(const struct walk_fleet *f, const char *key)
{
	char text[KEY_MAX];
	size_t n = normal(key, text, sizeof(text));

	return n ? amt_map_get(&f->by_key, text, n) : NULL;
}

static void add_key(struct walk_fleet *f, size_t client, const char *key)
{
	char text[KEY_MAX];
	size_t n = normal(key, text, sizeof(text));
	bool is_new;

	if (!n)
		return;
	union amt_map_value *v = amt_map_put(&f->by_key, text, n, &is_new);
	if (!is_new)
		return; /* it names another client already: the first one keeps it */
	v->n = client;
	amt_vec_push(&f->clients.v[client].keys, amt_arena_strdup(&f->arena, key));
}

size_t walk_fleet_add(struct walk_fleet *f, const char *const *keys, size_t n, bool listed)
{
	size_t at = SIZE_MAX;

	for (size_t i = 0; i < n && at == SIZE_MAX; i++) {
		union amt_map_value *v = keys[i] && *keys[i] ? look_up(f, keys[i]) : NULL;
		if (v)
			at = (size_t)v->n;
	}
	if (at == SIZE_MAX) {
		at = f->clients.n;
		amt_vec_push(&f->clients, (struct walk_client){.name = ""});
	}
	for (size_t i = 0; i < n; i++) {
		if (!keys[i] || !*keys[i])
			continue;
		if (!*f->clients.v[at].name)
			f->clients.v[at].name = amt_arena_strdup(&f->arena, keys[i]);
		add_key(f, at, keys[i]);
	}
	f->clients.v[at].listed |= listed;
	return at;
}

/* A file that was collected from one client is kept under its name: pc1-Oobmgmt.log,
 * pc1/Oobmgmt.log. */
static const union amt_map_value *by_path(const struct walk_fleet *f, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char word[KEY_MAX];
	size_t n = strcspn(name, "-_.");
	const union amt_map_value *v = NULL;

	if (n && name[n] && n < sizeof(word)) {
		memcpy(word, name, n);
		word[n] = '\0';
		v = look_up(f, word);
	}
	if (v || !slash || slash == path)
		return v;
	const char *folder = slash;
	while (folder > path && folder[-1] != '/')
		folder--;
	n = (size_t)(slash - folder);
	if (n >= sizeof(word))
		return NULL;
	memcpy(word, folder, n);
	word[n] = '\0';
	return look_up(f, word);
}

struct walk_client *walk_fleet_find(const struct walk_fleet *f, const char *subject)
{
	char first[KEY_MAX];
	size_t n = strcspn(subject, " ,(");
	const union amt_map_value *v = look_up(f, subject);

	if (!v && n && n < sizeof(first) && subject[n]) {
		memcpy(first, subject, n);
		first[n] = '\0';
		v = look_up(f, first);
	}
	if (!v && strchr(subject, '/'))
		v = by_path(f, subject);
	return v ? &f->clients.v[v->n] : NULL;
}
