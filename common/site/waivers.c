/* Known findings that somebody answers for, until a day. */
#include "site/private.h"

#include <string.h>

struct load {
	struct site_waivers *w;
	struct amt_notes *notes;
	const char *path;
	struct ini_source src;
	char section[300];
};

static void mistake(struct load *l, const char *what, const char *word)
{
	amt_note_add(l->notes, l->path, "line %d: %s '%s'", l->src.line, what, word);
}

static struct site_waiver *current(struct load *l, const char *section)
{
	size_t n = strcspn(section, " ");

	if (l->w->list.n && !strcmp(l->section, section))
		return &l->w->list.v[l->w->list.n - 1];
	amt_str_copy(l->section, sizeof(l->section), section);
	const char *id = amt_arena_strndup(&l->w->arena, section, n);
	if (!amt_guide_find(id))
		mistake(l, "there is no check", id);
	amt_vec_push(
		&l->w->list,
		(struct site_waiver){.id = id,
				     .subject = amt_arena_strdup(
					     &l->w->arena, section + n + strspn(section + n, " ")),
				     .owner = "",
				     .reason = "",
				     .expires = AMT_TIME_NONE,
				     .line = l->src.line});
	return &l->w->list.v[l->w->list.n - 1];
}

static int on_key(void *arg, const char *section, const char *name, const char *value)
{
	struct load *l = arg;
	struct site_waiver *w = current(l, section);
	const char *copy = amt_arena_strdup(&l->w->arena, value);

	if (!amt_strcasecmp(name, "owner"))
		w->owner = copy;
	else if (!amt_strcasecmp(name, "reason"))
		w->reason = copy;
	else if (amt_strcasecmp(name, "expires"))
		mistake(l, "unknown key", name);
	else if (!amt_time_parse(value, &w->expires, NULL))
		mistake(l, "not a date like 2026-12-31:", value);
	return 1;
}

bool site_waivers_load(struct site_waivers *w, const char *path, struct amt_notes *notes,
		       struct amt_error *err)
{
	struct load l = {.w = w, .notes = notes, .path = path};
	size_t mistakes = 0;

	*w = (struct site_waivers){0};
	return ini_source_parse(&l.src, path, on_key, &l, notes, &mistakes, err);
}

void site_waivers_free(struct site_waivers *w)
{
	amt_vec_free(&w->list);
	amt_arena_free(&w->arena);
}

static const struct site_waiver *find(const struct site_waivers *w, const struct amt_finding *f)
{
	for (size_t i = 0; i < w->list.n; i++) {
		const struct site_waiver *x = &w->list.v[i];
		if (!amt_strcasecmp(x->id, f->item->id) &&
		    (!*x->subject || amt_glob(x->subject, f->subject)))
			return x;
	}
	return NULL;
}

void site_waivers_apply(const struct site_waivers *w, amt_time now, struct amt_findings *fs)
{
	for (size_t i = 0; i < fs->list.n; i++) {
		struct amt_finding *f = fs->list.v[i];
		const struct site_waiver *x = f->verdict == AMT_FAIL ? find(w, f) : NULL;
		char day[AMT_TIME_TEXT];
		if (!x)
			continue;
		if (!*x->owner || !*x->reason || x->expires == AMT_TIME_NONE) {
			f->summary = amt_arena_printf(
				&fs->arena,
				"%s (the waiver on line %d lacks owner, reason or expires)",
				f->summary, x->line);
			continue;
		}
		if (x->expires <= now) {
			f->summary = amt_arena_printf(
				&fs->arena, "%s (the waiver of %s ended on %s)", f->summary,
				x->owner, amt_time_date(x->expires, day));
			continue;
		}
		f->verdict = AMT_WARN;
		f->summary = amt_arena_printf(
			&fs->arena, "%s (a failure, waived by %s until %s: %s)", f->summary,
			x->owner, amt_time_date(x->expires, day), x->reason);
	}
}
