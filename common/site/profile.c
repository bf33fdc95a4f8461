#include "site/private.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

struct key {
	const char *section, *key;
	enum site_type type;
	size_t at; /* offset in struct site_profile */
	const char *sample, *doc;
};

static const struct key keys[] = {
#define SITE_KEY(section, key, type, ctype, field, sample, doc)                                    \
	{section, key, type, offsetof(struct site_profile, field), sample, doc},
#include "amtdiag/site_keys.def"
#undef SITE_KEY
};
#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

struct load {
	struct site_profile *p;
	struct amt_notes *notes;
	struct ini_source src;
};

static void mistake(struct load *l, const char *what, const char *word)
{
	l->p->mistakes++;
	amt_note_add(l->notes, l->p->path, "line %d: %s '%s'", l->src.line, what, word);
}

/* Relative paths count from the profile's folder, so that a site can be moved. */
static const char *resolve(struct site_profile *p, const char *value)
{
	const char *slash = strrchr(p->path, '/');

	if (value[0] == '/' || !slash || !strcmp(value, "-"))
		return amt_arena_strdup(&p->arena, value);
	return amt_arena_printf(&p->arena, "%.*s/%s", (int)(slash - p->path), p->path, value);
}

static void add_files(struct load *l, struct amt_strlist *list, const char *value)
{
	const char *path = resolve(l->p, value);
	glob_t g;

	if (!strpbrk(value, "*?")) {
		amt_vec_push(list, path);
		return;
	}
	if (!glob(path, 0, NULL, &g))
		for (size_t i = 0; i < g.gl_pathc; i++)
			amt_vec_push(list, amt_arena_strdup(&l->p->arena, g.gl_pathv[i]));
	else
		amt_note_add(l->notes, l->p->path, "line %d: no file matches '%s'", l->src.line,
			     value);
	globfree(&g);
}

static void add_list(struct load *l, const struct key *k, void *at, const char *value)
{
	char *copy = amt_arena_strdup(&l->p->arena, value), *rest = copy, *word;

	while ((word = strsep(&rest, ","))) {
		word = amt_str_trim(word);
		if (*word && k->type == SITE_FILES)
			add_files(l, at, word);
		else if (*word)
			amt_vec_push((struct amt_strlist *)at,
				     amt_arena_strdup(&l->p->arena, word));
	}
}

static bool yes_no(const char *value, enum amt_tri *out)
{
	static const char *const yes[] = {"yes", "true", "on", "1"};
	static const char *const no[] = {"no", "false", "off", "0"};

	for (size_t i = 0; i < 4; i++) {
		if (!amt_strcasecmp(value, yes[i]) || !amt_strcasecmp(value, no[i])) {
			*out = amt_strcasecmp(value, no[i]) ? AMT_YES : AMT_NO;
			return true;
		}
	}
	*out = AMT_MAYBE;
	return !amt_strcasecmp(value, "unknown");
}

static void set(struct load *l, const struct key *k, const char *value)
{
	void *at = (char *)l->p + k->at;
	uint64_t n;

	switch (k->type) {
	case SITE_TEXT:
		*(const char **)at = amt_arena_strdup(&l->p->arena, value);
		break;
	case SITE_FILE:
		*(const char **)at = resolve(l->p, value);
		break;
	case SITE_LIST:
	case SITE_FILES:
		add_list(l, k, at, value);
		break;
	case SITE_UINT:
		if (amt_num_u64(value, 0, 1000000, &n, NULL))
			*(unsigned *)at = (unsigned)n;
		else
			mistake(l, "not a whole number from 0 to 1000000:", value);
		break;
	case SITE_YESNO:
		if (!yes_no(value, at))
			mistake(l, "not yes, no or unknown:", value);
		break;
	}
}

static void set_trait(struct load *l, const char *name, const char *value)
{
	enum amt_trait t;

	if (!amt_trait_parse(name, &t))
		mistake(l, "unknown trait", name);
	else if (!yes_no(value, &l->p->trait[t]))
		mistake(l, "not yes, no or unknown:", value);
}

static void no_section(struct load *l, const char *section, const char *name)
{
	struct amt_buf list;

	amt_buf_init(&list, AMT_KIB);
	for (size_t i = 0; i < N_KEYS; i++)
		if (!i || strcmp(keys[i].section, keys[i - 1].section) != 0)
			amt_buf_printf(&list, "[%s], ", keys[i].section);
	l->p->mistakes++;
	amt_note_add(l->notes, l->p->path, "line %d: key '%s' stands %s%s%s; there are %s[traits]",
		     l->src.line, name, *section ? "in [" : "before any section", section,
		     *section ? "], which is no section" : "", amt_buf_cstr(&list));
	amt_buf_free(&list);
}

static int on_key(void *arg, const char *section, const char *name, const char *value)
{
	struct load *l = arg;
	bool known_section = false;

	if (!*value)
		return 1; /* "key =" means: not set */
	if (!amt_strcasecmp(section, "traits")) {
		set_trait(l, name, value);
		return 1;
	}
	for (size_t i = 0; i < N_KEYS; i++) {
		if (amt_strcasecmp(section, keys[i].section))
			continue;
		known_section = true;
		if (!amt_strcasecmp(name, keys[i].key)) {
			set(l, &keys[i], value);
			return 1;
		}
	}
	if (known_section)
		mistake(l, "unknown key", name);
	else
		no_section(l, section, name);
	return 1;
}

bool site_profile_load(struct site_profile *p, const char *path, struct amt_notes *notes,
		       struct amt_error *err)
{
	struct load l = {.p = p, .notes = notes};

	*p = (struct site_profile){0};
	p->path = amt_arena_strdup(&p->arena, path);
	return ini_source_parse(&l.src, path, on_key, &l, notes, &p->mistakes, err);
}

void site_profile_files(const struct site_profile *p, struct amt_strlist *out)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		const void *at = (const char *)p + keys[i].at;
		if (keys[i].type == SITE_FILE && *(const char *const *)at)
			amt_vec_push(out, *(const char *const *)at);
		for (size_t k = 0;
		     keys[i].type == SITE_FILES && k < ((const struct amt_strlist *)at)->n; k++)
			amt_vec_push(out, ((const struct amt_strlist *)at)->v[k]);
	}
}

void site_profile_free(struct site_profile *p)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (keys[i].type == SITE_LIST || keys[i].type == SITE_FILES)
			amt_vec_free((struct amt_strlist *)(void *)((char *)p + keys[i].at));
	amt_arena_free(&p->arena);
	*p = (struct site_profile){0};
}

void site_profile_sample(struct amt_buf *out)
{
	const char *section = "";

	amt_buf_str(
		out,
		"# Site profile of amtdiag. Every key may be left out; '#' begins a comment.\n"
		"# Lists are separated by commas, or go on in indented lines. Paths count from\n"
		"# the folder of this file.\n"
		"#\n"
		"# To begin with: take away the '#' before what you have; [site], inventory and "
		"logs\n"
		"# are enough. Then\n"
		"#   amt-stage --site THIS-FILE --what-to-collect   what else would help, and who "
		"can\n"
		"#                                                  export it, with which command\n"
		"#   amt-stage --site THIS-FILE                     the walk; it changes nothing\n"
		"# Nothing is asked over the network until [dns], [directory], [devices] or [pki] "
		"say so.\n");
	for (size_t i = 0; i < N_KEYS; i++) {
		if (strcmp(section, keys[i].section) != 0)
			amt_buf_printf(out, "\n[%s]\n", section = keys[i].section);
		amt_buf_printf(out, "# %s\n#%s = %s\n", keys[i].doc, keys[i].key, keys[i].sample);
	}
	amt_buf_str(out, "\n[traits]\n# What this deployment has: yes, no or unknown.\n");
	for (int t = 0; t < AMT_TRAIT_COUNT; t++)
		amt_buf_printf(out, "# %s\n#%s = unknown\n", amt_trait_meaning((enum amt_trait)t),
			       amt_trait_name((enum amt_trait)t));
}

void site_profile_traits(const struct site_profile *p, struct amt_context *ctx)
{
	for (int t = 0; t < AMT_TRAIT_COUNT; t++)
		if (p->trait[t] != AMT_MAYBE)
			ctx->trait[t] = p->trait[t];
}
