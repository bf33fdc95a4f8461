/*
 * A redacted document: certificates and what else can't carry pseudonyms are not in it, so it
 * can't be judged again. Its findings stand as they were judged where the evidence was whole;
 * the walk is put together from them.
 */
#include "stage.h"

#include <string.h>

static void stages(struct walk *w, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *j = json_array_get(list, i), *counts = json_object_get(j, "counts");
		int64_t n = amt_json_get_int(j, "stage", 0);
		const char *verdict = amt_json_get_str(j, "verdict");
		if (n < 1 || n > AMT_STAGE_LAST)
			continue;
		struct walk_stage *s = &w->stages[n];
		s->walked = verdict && amt_verdict_parse(verdict, &s->verdict);
		for (int v = 0; v < AMT_VERDICTS; v++)
			s->counts[v] = (size_t)amt_json_get_int(
				counts, amt_verdict_name((enum amt_verdict)v), 0);
	}
}

static void put(struct amt_map *m, const char *id, const char *subject, struct amt_finding *f)
{
	struct amt_arena a = {0};
	bool new;
	union amt_map_value *v =
		amt_map_put_str(m, amt_arena_printf(&a, "%s %s", id, subject), &new);

	if (new)
		v->p = f;
	amt_arena_free(&a);
}

static const struct amt_finding *get(const struct amt_map *m, const json_t *broken)
{
	const char *id = amt_json_get_str(broken, "id"),
		   *subject = amt_json_get_str(broken, "subject");
	struct amt_arena a = {0};
	const union amt_map_value *v =
		id ? amt_map_get_str(m, amt_arena_printf(&a, "%s %s", id, subject ? subject : ""))
		   : NULL;

	amt_arena_free(&a);
	return v ? v->p : NULL;
}

/* The first failure of the same check, whoever it is about. */
static const struct amt_finding *any(const struct amt_map *m, const json_t *broken)
{
	const char *id = amt_json_get_str(broken, "id");
	const union amt_map_value *v = id ? amt_map_get_str(m, id) : NULL;

	return v ? v->p : NULL;
}

static void client(struct walk_fleet *f, const json_t *j, const struct amt_map *fails)
{
	const json_t *also = json_object_get(j, "also"),
		     *broken = json_object_get(j, "first_broken"),
		     *verdicts = json_object_get(j, "stages");
	struct walk_client c = {.name = amt_json_dup(&f->arena, j, "name")};

	if (!c.name)
		return;
	for (size_t i = 0; i < json_array_size(also); i++) {
		const char *key = json_string_value(json_array_get(also, i));
		if (key)
			amt_vec_push(&c.keys, amt_arena_strdup(&f->arena, key));
	}
	c.listed = amt_json_get_bool(j, "listed", false);
	c.stage_reached = (int)amt_json_get_int(j, "stage_reached", 0);
	/* A client's subject is its own name, also where what broke is the site's. */
	c.broken = get(fails, broken);
	if (!c.broken)
		c.broken = any(fails, broken);
	if (c.broken) {
		c.broken_stage = (int)amt_json_get_int(broken, "stage", 0);
		c.broken_row = c.broken->item;
		c.broken_summary = amt_json_dup(&f->arena, broken, "summary");
	}
	for (int s = 1; s <= AMT_STAGE_LAST; s++) {
		const char key[2] = {(char)('0' + s), '\0'},
			   *verdict = amt_json_get_str(verdicts, key);
		c.stage[s] = AMT_UNKNOWN;
		if (verdict)
			amt_verdict_parse(verdict, &c.stage[s]);
	}
	amt_vec_push(&f->clients, c);
}

bool stage_restore(struct stage *st, const json_t *facts, const json_t *findings,
		   struct amt_error *err)
{
	struct amt_findings *fs = &st->cli->run.findings;
	const json_t *list = json_object_get(facts, "clients"),
		     *broken = json_object_get(facts, "first_broken");
	struct amt_map fails = {0};

	if (st->cli->now_given)
		return amt_fail(err, "a redacted document stands as it was judged: --now needs the "
				     "whole one");
	if (!amt_findings_from_json(findings, fs, err))
		return false;
	for (size_t i = 0; i < fs->list.n; i++) {
		struct amt_finding *f = fs->list.v[i];
		if (f->verdict != AMT_FAIL)
			continue;
		bool new;
		union amt_map_value *first = amt_map_put_str(&fails, f->item->id, &new);
		if (new)
			first->p = f;
		put(&fails, f->item->id, f->subject, f);
		for (size_t k = 0; k < f->subjects.n; k++)
			put(&fails, f->item->id, f->subjects.v[k].name, f);
	}
	stages(&st->walk, json_object_get(facts, "stages"));
	st->walk.broken = get(&fails, broken);
	st->walk.broken_stage = st->walk.broken ? (int)amt_json_get_int(broken, "stage", 0) : 0;
	for (size_t i = 0; i < json_array_size(list); i++)
		client(&st->fleet, json_array_get(list, i), &fails);
	amt_map_free(&fails);
	amt_note_add(&st->cli->run.notes, "redaction",
		     "findings stand as they were judged where the evidence was whole: "
		     "certificates are not in a redacted document");
	return true;
}
