/* --baseline RUN: what changed since an earlier run, by check and subject: new, fixed, worse,
 * better. */
#include "stage.h"

#include <string.h>
#include <sys/stat.h>

/* What happened to one check of one subject. Those of many are one row. */
struct change {
	const char *what;
	const struct amt_item *item;
	enum amt_verdict was, is;
	bool gone; /* nothing is said of it now */
	const char *summary;
	struct amt_strlist subjects;
};

struct comparison {
	struct amt_map old, now; /* "ID\nsubject" -> verdict + 1; of now only what is bad */
	struct AMT_VEC(struct change) changes;
	struct amt_map by_kind; /* -> index in changes */
};

static bool bad(enum amt_verdict v)
{
	return v == AMT_FAIL || v == AMT_WARN;
}

static const char *change_of(enum amt_verdict was, enum amt_verdict is)
{
	if (was == is || (!bad(was) && !bad(is)))
		return NULL;
	if (bad(was) && is == AMT_PASS)
		return "fixed";
	if (!bad(was))
		return "new";
	return bad(is) ? (is == AMT_FAIL ? "worse" : "better") : "no longer judged";
}

#define KEY_MAX 600
#define SAID    ((uint64_t)256) /* added to a verdict in a map: that key is done */

static size_t key_of(char key[KEY_MAX], const struct amt_finding *f, size_t m)
{
	const char *subject = f->subjects.n ? f->subjects.v[m].name : f->subject;
	int n = snprintf(key, KEY_MAX, "%s\n%s", f->item->id, subject);

	return n < 0 ? 0 : n < KEY_MAX ? (size_t)n : KEY_MAX - 1;
}

static size_t count_of(const struct amt_finding *f)
{
	return f->subjects.n ? f->subjects.n : 1;
}

/* Of several findings of one key the worst counts. */
static void remember(struct amt_map *map, const char *key, size_t len, enum amt_verdict v)
{
	union amt_map_value *at = amt_map_put(map, key, len, NULL);

	at->n = at->n ? (uint64_t)amt_verdict_fold((enum amt_verdict)(at->n - 1), v) + 1
		      : (uint64_t)v + 1;
}

static void add_change(struct comparison *c, const char *what, const struct amt_finding *f,
		       size_t m, enum amt_verdict was, enum amt_verdict is, bool gone)
{
	char key[KEY_MAX];
	int n = snprintf(key, sizeof(key), "%s\n%s\n%d %d", what, f->item->id, (int)was, (int)is);
	bool is_new;
	union amt_map_value *at = amt_map_put(&c->by_kind, key, (size_t)n, &is_new);
	const struct amt_subject *s = f->subjects.n ? &f->subjects.v[m] : NULL;

	if (is_new) {
		at->n = c->changes.n;
		amt_vec_push(&c->changes,
			     (struct change){.what = what,
					     .item = f->item,
					     .was = was,
					     .is = is,
					     .gone = gone,
					     .summary = s && s->summary ? s->summary : f->summary});
	}
	amt_vec_push(&c->changes.v[at->n].subjects, s ? s->name : f->subject);
}

static void index_findings(struct comparison *c, const struct amt_findings *old,
			   const struct amt_findings *now)
{
	char key[KEY_MAX];

	for (size_t i = 0; i < now->list.n; i++)
		for (size_t m = 0; m < count_of(now->list.v[i]); m++)
			if (bad(now->list.v[i]->verdict))
				remember(&c->now, key, key_of(key, now->list.v[i], m),
					 now->list.v[i]->verdict);
	/* Of ten thousand clients most checks held and hold: they need no memory. */
	for (size_t i = 0; i < old->list.n; i++)
		for (size_t m = 0; m < count_of(old->list.v[i]); m++) {
			const struct amt_finding *f = old->list.v[i];
			size_t n = key_of(key, f, m);
			if (bad(f->verdict) || amt_map_get(&c->now, key, n))
				remember(&c->old, key, n, f->verdict);
		}
}

/*
 * The log tells of successes in sum. A client that came through the third stage since has all
 * steps of the task behind it, whichever was broken.
 */
static bool repaired(const struct stage *st, const struct amt_findings *now, const char *id,
		     const char *subject)
{
	const struct walk_client *w = walk_fleet_find(&st->fleet, subject);

	if (strncmp(id, "S3.V01a", 6) != 0 || !w || w->stage[3] != AMT_PASS)
		return false;
	for (size_t i = 0; i < now->list.n; i++)
		if (now->list.v[i]->verdict == AMT_PASS && !*now->list.v[i]->subject &&
		    !strcmp(now->list.v[i]->item->id, id))
			return true;
	return false;
}

static void add_gone(const struct stage *st, struct comparison *c, const struct amt_findings *now,
		     const struct amt_finding *f, size_t m)
{
	if (repaired(st, now, f->item->id, f->subjects.n ? f->subjects.v[m].name : f->subject))
		add_change(c, "fixed", f, m, f->verdict, AMT_PASS, false);
	else
		add_change(c, "no longer judged", f, m, f->verdict, AMT_UNKNOWN, true);
}

static void compare(const struct stage *st, struct comparison *c, const struct amt_findings *old,
		    const struct amt_findings *now)
{
	char key[KEY_MAX];

	index_findings(c, old, now);
	for (size_t i = 0; i < now->list.n; i++)
		for (size_t m = 0; m < count_of(now->list.v[i]); m++) {
			const struct amt_finding *f = now->list.v[i];
			size_t n = key_of(key, f, m);
			union amt_map_value *at = amt_map_get(&c->old, key, n),
					    *worst = amt_map_get(&c->now, key, n);
			enum amt_verdict was = at ? (enum amt_verdict)(at->n - 1) : AMT_UNKNOWN;
			if ((worst && worst->n != (uint64_t)f->verdict + 1) || (at && at->n > SAID))
				continue; /* said by another finding of the same key */
			const char *what = change_of(was, f->verdict);
			if (what)
				add_change(c, what, f, m, was, f->verdict, false);
			if (worst)
				worst->n += SAID;
			if (at)
				at->n += SAID;
		}
	for (size_t i = 0; i < old->list.n; i++)
		for (size_t m = 0; m < count_of(old->list.v[i]); m++) {
			const struct amt_finding *f = old->list.v[i];
			size_t n = key_of(key, f, m);
			union amt_map_value *at = amt_map_get(&c->old, key, n);
			if (!at || at->n != (uint64_t)f->verdict + 1)
				continue;
			if (bad(f->verdict))
				add_gone(st, c, now, f, m);
			at->n += SAID;
		}
}

static json_t *read_document(struct stage *st, struct amt_error *err)
{
	const char *path = st->opt.baseline;
	struct stat info;
	struct amt_buf b;
	json_t *doc = NULL;

	if (!stat(path, &info) && S_ISDIR(info.st_mode))
		path = amt_arena_printf(&st->arena, "%s/report.json", path);
	amt_buf_init(&b, AMT_CAP_JSON_IN);
	if (!amt_file_read(path, &b, err) ||
	    !amt_report_parse(amt_buf_cstr(&b), b.len, path, &doc, err))
		doc = NULL;
	amt_buf_free(&b);
	return doc;
}

json_t *stage_baseline_document(struct stage *st)
{
	struct amt_error err;
	json_t *doc = read_document(st, &err);

	if (!doc)
		amt_note_add(&st->cli->run.notes, st->opt.baseline, "%s", err.text);
	return doc;
}

/* Checks that this version does not know (another one wrote it) can't be compared; the others can.
 */
static bool take(struct stage *st, const json_t *list, struct amt_findings *old,
		 struct amt_error *err)
{
	json_t *known = json_array();
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n; i++) {
		json_t *f = json_array_get(list, i);
		const char *id = amt_json_get_str(f, "id");
		if (!id || amt_guide_find(id))
			json_array_append(known, f);
	}
	if (json_array_size(known) < n)
		amt_note_add(&st->cli->run.notes, st->opt.baseline,
			     "%zu findings are of checks that this version does not know: not "
			     "compared",
			     n - json_array_size(known));
	bool good = json_is_array(list) ? amt_findings_from_json(known, old, err)
					: amt_fail(err, "the document has no list of findings");
	json_decref(known);
	return good;
}

static bool same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/*
 * Of a merged document only the runs of this site: in the whole a finding of a site bears the
 * site's name, and of others' clients nothing is known here. They stand newest first; of each shard
 * one counts.
 */
static bool take_runs(struct stage *st, const json_t *runs, struct amt_findings *old,
		      const char **when, struct amt_error *err)
{
	struct amt_strlist shards = {0};
	bool good = true;

	for (size_t i = 0; good && i < json_array_size(runs); i++) {
		const json_t *r = json_array_get(runs, i);
		const char *shard = amt_json_get_str(r, "shard");
		if (!same(amt_json_get_str(r, "site"), st->profile.name) ||
		    amt_strlist_has(&shards, shard ? shard : ""))
			continue;
		if (!shards.n)
			*when = amt_json_dup(&st->arena, r, "started");
		amt_vec_push(&shards, shard ? shard : "");
		good = take(st, json_object_get(r, "findings"), old, err);
	}
	if (!shards.n)
		good = amt_fail(err, "it is merged of runs of other sites");
	amt_vec_free(&shards);
	return good;
}

static bool read_old(struct stage *st, struct amt_findings *old, const char **when,
		     struct amt_error *err)
{
	json_t *doc = read_document(st, err);
	const char *tool = amt_json_get_str(doc, "tool");
	const json_t *runs = json_object_get(json_object_get(doc, "facts"), "runs");
	bool good = doc != NULL;

	if (good && (!tool || strcmp(tool, "amt-stage") != 0))
		good = amt_fail(err, "it was written by %s, not by amt-stage",
				tool ? tool : "nobody");
	if (good && runs && !st->merge) {
		good = take_runs(st, runs, old, when, err);
	} else if (good) {
		good = take(st, json_object_get(doc, "findings"), old, err);
		*when = amt_json_dup(&st->arena, doc, "started");
	}
	if (!*when)
		*when = "";
	json_decref(doc);
	return good;
}

static void show(struct stage *st, const struct comparison *c, struct amt_section *s)
{
	struct amt_run *r = &st->cli->run;
	json_t *list = json_array();

	for (size_t i = 0; i < c->changes.n; i++) {
		const struct change *x = &c->changes.v[i];
		const char *first = x->subjects.v[0], *is = x->gone ? "-" : amt_verdict_name(x->is);
		json_t *j = json_object(), *subjects = json_array();
		amt_section_cell(r, s, "%s", x->what);
		amt_section_cell(r, s, "%s", x->item->id);
		amt_section_cell(r, s, "%s", amt_verdict_name(x->was));
		amt_section_cell(r, s, "%s", is);
		if (x->subjects.n > 1)
			amt_section_cell(r, s, "%s and %zu more: %s", first, x->subjects.n - 1,
					 x->summary);
		else
			amt_section_cell(r, s, "%s%s%s", first, *first ? ": " : "", x->summary);
		for (size_t k = 0; k < x->subjects.n; k++)
			json_array_append_new(subjects, amt_json_str(x->subjects.v[k]));
		json_object_set_new(j, "change", json_string(x->what));
		json_object_set_new(j, "id", json_string(x->item->id));
		json_object_set_new(j, "was", json_string(amt_verdict_name(x->was)));
		json_object_set_new(j, "is", x->gone ? json_null() : json_string(is));
		json_object_set_new(j, "summary", amt_json_str(x->summary));
		json_object_set_new(j, "subjects", subjects);
		json_array_append_new(list, j);
	}
	if (r->facts)
		json_object_set(r->facts, "changes", list);
	st->changes = list;
}

void stage_baseline(struct stage *st)
{
	static const struct amt_column columns[] = {{.title = "CHANGE"},
						    {.title = "ID"},
						    {.title = "WAS", .verdict = true},
						    {.title = "IS", .verdict = true},
						    {.title = "WHAT"}};
	struct amt_run *r = &st->cli->run;
	struct amt_findings old = {0};
	struct comparison c = {0};
	struct amt_error err;
	const char *when = "";

	if (!st->opt.baseline)
		return;
	if (read_old(st, &old, &when, &err)) {
		compare(st, &c, &old, &r->findings);
		show(st, &c,
		     amt_section_table(
			     r,
			     amt_arena_printf(&r->arena, "Since %s (%s)", st->opt.baseline, when),
			     columns, 5));
	} else {
		amt_note_add(&r->notes, st->opt.baseline, "no comparison: %s", err.text);
	}
	for (size_t i = 0; i < c.changes.n; i++)
		amt_vec_free(&c.changes.v[i].subjects);
	amt_vec_free(&c.changes);
	amt_map_free(&c.old);
	amt_map_free(&c.now);
	amt_map_free(&c.by_kind);
	amt_findings_free(&old);
}
