/*
 * Which files to read, and in which order: folders give their logs, and the rolled-over
 * files of one log come before it, oldest first (logs.md 1.4): stamped, numbered, .lo_,
 * current.
 */
#include "amtdiag/trace.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

enum generation { STAMPED, NUMBERED, LO, CURRENT, OTHER };

struct candidate {
	const char *path;
	char *base; /* folder and name of the log, without generation; lower case */
	enum generation generation;
	uint64_t number; /* of the stamp or number: sorts oldest first */
	size_t order;    /* as given */
	size_t group;
};

static bool all_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return n > 0;
}

static uint64_t to_number(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		if (p[i] >= '0' && p[i] <= '9')
			v = v * 10 + (uint64_t)(p[i] - '0');
	return v;
}

static void cut(char *s, const char *ending)
{
	size_t n = strlen(s), k = strlen(ending);

	if (n > k && !amt_strcasecmp(s + n - k, ending))
		s[n - k] = '\0';
}

static void sort_of(struct candidate *c)
{
	char *s = c->base;
	char *slash = strrchr(s, '/');
	char *name = slash ? slash + 1 : s;
	size_t n;

	for (char *p = s; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	cut(s, ".gz");
	cut(s, ".zst");
	n = strlen(name);
	c->generation = OTHER;
	if (n > 4 && !strcmp(name + n - 4, ".lo_")) {
		c->generation = LO;
		name[n - 4] = '\0';
		return;
	}
	char *dot = strrchr(name, '.');
	if (dot && dot - name > 4 && all_digits(dot + 1, strlen(dot + 1)) &&
	    !memcmp(dot - 4, ".log", 4)) {
		c->generation = NUMBERED;
		c->number = UINT64_MAX - to_number(dot + 1, strlen(dot + 1));
		dot[-4] = '\0';
		return;
	}
	if (n <= 4 || strcmp(name + n - 4, ".log") != 0)
		return;
	c->generation = CURRENT;
	name[n - 4] = '\0';
	n -= 4;
	/* name-YYYYMMDD-HHMMSS */
	if (n > 16 && name[n - 16] == '-' && name[n - 7] == '-' && all_digits(name + n - 15, 8) &&
	    all_digits(name + n - 6, 6)) {
		c->generation = STAMPED;
		c->number = to_number(name + n - 15, 15);
		name[n - 16] = '\0';
	}
}

static bool log_name(const char *name)
{
	struct candidate c = {.base = amt_strdup(name)};

	sort_of(&c);
	free(c.base);
	return c.generation != OTHER;
}

struct candidates AMT_VEC(struct candidate);

static void add(struct candidates *list, const char *path)
{
	struct candidate c = {.path = path, .base = amt_strdup(path), .order = list->n};

	sort_of(&c);
	if (c.generation == OTHER) {
		/* Alone in its group. */
		free(c.base);
		c.base = amt_strdup(path);
	}
	amt_vec_push(list, c);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_folder(struct candidates *list, struct amt_arena *a, const char *path,
		       struct amt_notes *notes)
{
	struct AMT_VEC(char *) names = {NULL, 0, 0};
	DIR *d = opendir(path);

	if (!d) {
		amt_note_add(notes, path, "can't be opened as a folder");
		return;
	}
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.' && log_name(e->d_name))
			amt_vec_push(&names, amt_arena_printf(a, "%s/%s", path, e->d_name));
	closedir(d);
	if (!names.n)
		amt_note_add(notes, path, "holds no logs (*.log, *.lo_)");
	else
		qsort(names.v, names.n, sizeof(*names.v), by_name);
	for (size_t i = 0; i < names.n; i++) {
		struct stat st;
		if (!stat(names.v[i], &st) && !S_ISDIR(st.st_mode))
			add(list, names.v[i]);
	}
	amt_vec_free(&names);
}

static int by_generation(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->generation != y->generation)
		return x->generation < y->generation ? -1 : 1;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static uint32_t number_of(struct amt_map *m, const char *key, size_t n)
{
	bool is_new;
	union amt_map_value *v = amt_map_put(m, key, n, &is_new);

	if (is_new)
		v->n = m->count - 1;
	return (uint32_t)v->n;
}

/* Met before: the same name in the same folder, however it was written. Links are logs of their
 * own. */
static bool again(struct amt_map *seen, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct stat st;
	char folder[4096];
	struct amt_buf key;
	bool is_new = true;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		 slash ? path : ".");
	if (!strcmp(path, "-") || stat(folder, &st))
		return false;
	amt_buf_init(&key, 8 * AMT_KIB);
	amt_buf_printf(&key, "%llu %llu %s", (unsigned long long)st.st_dev,
		       (unsigned long long)st.st_ino, name);
	(void)amt_map_put(seen, amt_buf_cstr(&key), key.len, &is_new);
	amt_buf_free(&key);
	return !is_new;
}

static void read_once(struct candidates *list, struct amt_notes *notes)
{
	struct amt_map seen = {.count = 0};
	size_t k = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (!again(&seen, list->v[i].path)) {
			list->v[k++] = list->v[i];
			continue;
		}
		amt_note_add(notes, list->v[i].path, "is named twice: read once");
		free(list->v[i].base);
	}
	list->n = k;
	amt_map_free(&seen);
}

bool trace_expand(const struct amt_strlist *paths, struct amt_arena *a, struct trace_paths *out,
		  struct amt_notes *notes)
{
	struct candidates list = {NULL, 0, 0};
	struct amt_map groups = {.count = 0}, scopes = {.count = 0};
	struct stat st;

	for (size_t i = 0; i < paths->n; i++) {
		const char *path = amt_arena_strdup(a, paths->v[i]);
		if (strcmp(path, "-") != 0 && !stat(path, &st) && S_ISDIR(st.st_mode))
			add_folder(&list, a, path, notes);
		else
			add(&list, path);
	}
	read_once(&list, notes);
	for (size_t i = 0; i < list.n; i++)
		list.v[i].group = number_of(&groups, list.v[i].base, strlen(list.v[i].base));
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), by_generation);
	for (size_t i = 0; i < list.n; i++) {
		const char *p = list.v[i].path, *slash = strrchr(p, '/');
		amt_vec_push(out, (struct trace_path){
					  p, (uint32_t)list.v[i].group,
					  number_of(&scopes, p, slash ? (size_t)(slash - p) : 0)});
		free(list.v[i].base);
	}
	amt_vec_free(&list);
	amt_map_free(&groups);
	amt_map_free(&scopes);
	return out->n > 0;
}
