/* amt-stage merge: runs of several sites, shards or days as one. */
#include "merge.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct run {
	json_t *j;
	char *text; /* canonical: its identity, and what breaks a tie */
	const char *site;
	amt_time started;
};
static struct AMT_VEC(struct run) runs;
static json_t *clients; /* of the merged document */

bool stage_merge_is(const json_t *facts)
{
	return json_is_array(json_object_get(facts, "runs"));
}

size_t stage_merge_runs(void)
{
	return runs.n;
}

const json_t *stage_merge_run(size_t i)
{
	return runs.v[i].j;
}

/* Newest first; then by content, so that the order of arguments is of no account. */
static int by_age(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return x->started != y->started ? (x->started > y->started ? -1 : 1)
					: strcmp(x->text, y->text);
}

static void add_run(json_t *j)
{
	struct run r = {.j = j, .text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS)};
	const char *site = amt_json_get_str(j, "site");

	r.site = site ? site : "";
	r.started = amt_json_get_time(j, "started");
	for (size_t i = 0; r.text && i < runs.n; i++)
		if (!strcmp(runs.v[i].text, r.text)) {
			free(r.text);
			r.text = NULL;
		}
	if (!r.text) {
		json_decref(j);
		return;
	}
	amt_vec_push(&runs, r);
	qsort(runs.v, runs.n, sizeof(*runs.v), by_age);
}

/* Only what is merged, so that a document is the same run however it was written. */
static json_t *summary_of(const json_t *doc)
{
	static const char *const of_facts[] = {"site", "shard", "clients", "timelines"},
				 *const of_doc[] = {"started", "now", "version", "verdict",
						    "findings"};
	const json_t *facts = json_object_get(doc, "facts");
	json_t *j = json_object();

	for (size_t i = 0; i < 4; i++)
		if (json_object_get(facts, of_facts[i]))
			json_object_set(j, of_facts[i], json_object_get(facts, of_facts[i]));
	for (size_t i = 0; i < 5; i++)
		if (json_object_get(doc, of_doc[i]))
			json_object_set(j, of_doc[i], json_object_get(doc, of_doc[i]));
	json_t *findings = json_object_get(j, "findings");
	for (size_t i = 0; i < json_array_size(findings); i++)
		json_object_del(json_array_get(findings, i), "type"); /* of an NDJSON record */
	return j;
}

/* It must be readable as findings: they are judged by what they say. */
static bool usable(const json_t *j, struct amt_error *err)
{
	struct amt_findings fs = {0};
	bool good = json_is_array(json_object_get(j, "clients"))
			    ? amt_findings_from_json(json_object_get(j, "findings"), &fs, err)
			    : amt_fail(err, "it holds no clients");

	amt_findings_free(&fs);
	return good;
}

static bool add_runs_of(const json_t *facts, struct amt_error *err)
{
	const json_t *list = json_object_get(facts, "runs");

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *j = json_array_get(list, i);
		if (!usable(j, err))
			return amt_fail_prefix(err, "run %zu", i + 1);
		add_run(json_incref(j));
	}
	return true;
}

void stage_merge_add_facts(struct stage *st, const json_t *facts)
{
	struct amt_error err;

	if (!add_runs_of(facts, &err))
		amt_note_add(&st->cli->run.notes, "runs", "%s", err.text);
}

static bool add_document(const char *path, struct amt_error *err)
{
	struct amt_buf b;
	json_t *doc = NULL;

	amt_buf_init(&b, AMT_CAP_JSON_IN);
	bool good = amt_file_read(path, &b, err) &&
		    amt_report_parse(amt_buf_cstr(&b), b.len, path, &doc, err);
	amt_buf_free(&b);
	const char *tool = amt_json_get_str(doc, "tool");
	const json_t *facts = json_object_get(doc, "facts");
	if (good && (!tool || strcmp(tool, "amt-stage") != 0))
		good = amt_fail(err, "it was written by %s, not by amt-stage",
				tool ? tool : "nobody");
	if (good && stage_merge_is(facts)) {
		good = add_runs_of(facts, err);
	} else if (good) {
		json_t *j = summary_of(doc);
		good = usable(j, err);
		if (good)
			add_run(json_incref(j));
		json_decref(j);
	}
	json_decref(doc);
	return good;
}

void stage_merge_add(struct stage *st, const char *path)
{
	struct amt_error err;
	struct stat info;
	const char *file = path;

	if (!stat(path, &info) && S_ISDIR(info.st_mode)) {
		file = amt_arena_printf(&st->arena, "%s/report.json", path);
		if (stat(file, &info)) {
			amt_note_add(&st->cli->run.notes, path,
				     "the run is not finished: amt-stage --resume %s first", path);
			return;
		}
	}
	if (!add_document(file, &err))
		amt_note_add(&st->cli->run.notes, file, "%s", err.text);
}

/* ---- what follows from the set ---- */

struct view {
	struct stage *st;
	struct amt_folder fold;
	struct AMT_VEC(size_t) owner; /* by client of st->fleet: the run that speaks for it */
	struct amt_map said;          /* site, row, subject -> run + 1 */
	struct amt_map rows;          /* site, row: somebody measured it */
	bool many_sites;
};

static void take_clients(struct view *v, size_t run)
{
	const json_t *list = json_object_get(runs.v[run].j, "clients");

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *c = json_array_get(list, i);
		const json_t *also = json_object_get(c, "also");
		struct amt_strlist keys = {0};
		size_t before = v->st->fleet.clients.n;
		const char *name = amt_json_get_str(c, "name");
		if (name)
			amt_vec_push(&keys, name);
		for (size_t k = 0; k < json_array_size(also); k++)
			if (json_is_string(json_array_get(also, k)))
				amt_vec_push(&keys, json_string_value(json_array_get(also, k)));
		walk_fleet_add(&v->st->fleet, keys.v, keys.n,
			       amt_json_get_bool(c, "listed", false));
		amt_vec_free(&keys);
		if (v->st->fleet.clients.n == before)
			continue; /* a newer run has it */
		amt_vec_push(&v->owner, run);
		json_array_append(clients, c);
	}
}

/* A row that nobody measured: it gives way to one that somebody did. */
static bool bare(const struct amt_finding *f)
{
	return !f->evidence.n &&
	       (f->verdict == AMT_UNKNOWN || f->verdict == AMT_SKIPPED || f->verdict == AMT_NA);
}

static bool take_subject(struct view *v, size_t run, const struct amt_finding *f,
			 const char *subject)
{
	const struct walk_client *c = *subject ? walk_fleet_find(&v->st->fleet, subject) : NULL;
	const char *key = amt_arena_printf(&v->st->arena, "%s\n%s\n%s", c ? "" : runs.v[run].site,
					   f->item->id, subject);

	if (c && v->owner.v && v->owner.v[c - v->st->fleet.clients.v] != run)
		return false;
	union amt_map_value *said = amt_map_put_str(&v->said, key, NULL);
	if (said->n && said->n != run + 1)
		return false;
	said->n = run + 1;
	return true;
}

static void take_finding(struct view *v, size_t run, const struct amt_finding *f)
{
	struct amt_findings one = {0};
	size_t n = f->subjects.n ? f->subjects.n : 1;
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		const struct amt_subject *m = f->subjects.n ? &f->subjects.v[i] : NULL;
		const char *subject = m ? m->name : f->subject;
		if (!take_subject(v, run, f, subject))
			continue;
		struct amt_finding *c = amt_finding_copy(&one, f, f->verdict,
							 m && m->summary ? m->summary : f->summary);
		c->subject = amt_arena_strdup(
			&one.arena, *subject || !v->many_sites ? subject : runs.v[run].site);
		if (!first) /* the places are those of all of them */
			c->evidence.n = 0;
		if (c->because_subject && !*c->because_subject && v->many_sites)
			c->because_subject = amt_arena_strdup(&one.arena, runs.v[run].site);
		first = false;
	}
	amt_fold_add(&v->fold, &one);
	amt_findings_free(&one);
}

/* One pass over the runs, newest first: what was measured, then rows that nobody measured. */
static void take_findings(struct view *v, bool measured)
{
	struct amt_error err;

	for (size_t i = 0; i < runs.n; i++) {
		struct amt_findings fs = {0};
		amt_findings_from_json(json_object_get(runs.v[i].j, "findings"), &fs, &err);
		for (size_t k = 0; k < fs.list.n; k++) {
			const struct amt_finding *f = fs.list.v[k];
			const char *row = amt_arena_printf(&v->st->arena, "%s\n%s", runs.v[i].site,
							   f->item->id);
			if (bare(f) == measured)
				continue;
			if (measured)
				amt_map_put_str(&v->rows, row, NULL);
			else if (amt_map_get_str(&v->rows, row))
				continue;
			take_finding(v, i, f);
		}
		amt_findings_free(&fs);
	}
}

/* Causes were folded anew: consequences name them by their first subject. */
static void relink(struct view *v)
{
	struct amt_findings *fs = &v->st->cli->run.findings;
	struct amt_map causes = {0};

	for (size_t i = 0; i < fs->list.n; i++) {
		const struct amt_finding *f = fs->list.v[i];
		for (size_t m = 0;
		     f->verdict == AMT_FAIL && m < (f->subjects.n ? f->subjects.n : 1); m++) {
			const char *name = f->subjects.n ? f->subjects.v[m].name : f->subject;
			bool is_new;
			union amt_map_value *c = amt_map_put_str(
				&causes,
				amt_arena_printf(&v->st->arena, "%s\n%s", f->item->id, name),
				&is_new);
			if (is_new)
				c->p = fs->list.v[i];
		}
	}
	for (size_t i = 0; i < fs->list.n; i++) {
		struct amt_finding *f = fs->list.v[i];
		const union amt_map_value *c =
			f->because_id
				? amt_map_get_str(&causes, amt_arena_printf(&v->st->arena, "%s\n%s",
									    f->because_id,
									    f->because_subject))
				: NULL;
		if (c)
			f->because_subject = ((const struct amt_finding *)c->p)->subject;
	}
	amt_map_free(&causes);
}

static void count_stages(struct stage *st)
{
	const struct amt_findings *fs = &st->cli->run.findings;

	for (size_t i = 0; i < fs->list.n; i++) {
		const struct amt_finding *f = fs->list.v[i];
		int n = walk_stage_of(f->item);
		struct walk_stage *s = &st->walk.stages[n];
		s->verdict = s->walked ? amt_verdict_fold(s->verdict, f->verdict) : f->verdict;
		s->walked = true;
		s->counts[f->verdict]++;
		if (f->verdict == AMT_FAIL && !f->because_id &&
		    (!st->walk.broken_stage || n < st->walk.broken_stage)) {
			st->walk.broken_stage = n;
			st->walk.broken = f;
		}
	}
}

/* Stages of the clients, for the table. */
static void fill_fleet(struct stage *st)
{
	for (size_t i = 0; i < st->fleet.clients.n; i++) {
		struct walk_client *c = &st->fleet.clients.v[i];
		const json_t *j = json_array_get(clients, i),
			     *broken = json_object_get(j, "first_broken");
		const char *id = amt_json_get_str(broken, "id");
		c->stage_reached = (int)amt_json_get_int(j, "stage_reached", 0);
		c->broken_stage = (int)amt_json_get_int(broken, "stage", 0);
		c->broken_row = id ? amt_guide_find(id) : NULL;
		for (int s = 1; s <= AMT_STAGE_LAST; s++) {
			char key[2] = {(char)('0' + s), '\0'};
			const char *word = amt_json_get_str(json_object_get(j, "stages"), key);
			c->stage[s] = AMT_NA;
			if (word)
				(void)amt_verdict_parse(word, &c->stage[s]);
		}
	}
}

void stage_merge_judge(struct stage *st)
{
	struct view v = {.st = st, .fold = {.out = &st->cli->run.findings}};

	clients = json_array();
	for (size_t i = 0; i < runs.n; i++) {
		v.many_sites |= strcmp(runs.v[i].site, runs.v[0].site) != 0;
		take_clients(&v, i);
	}
	take_findings(&v, true);
	take_findings(&v, false);
	amt_folder_free(&v.fold);
	relink(&v);
	count_stages(st);
	fill_fleet(st);
	amt_map_free(&v.said);
	amt_map_free(&v.rows);
	amt_vec_free(&v.owner);
}

json_t *stage_merge_facts(const struct stage *st)
{
	json_t *j = json_object(), *list = json_array();

	(void)st;
	for (size_t i = 0; i < runs.n; i++)
		json_array_append(list, runs.v[i].j);
	json_object_set_new(j, "runs", list);
	json_object_set(j, "clients", clients);
	return j;
}

void stage_merge_sections(struct stage *st)
{
	static const struct amt_column columns[] = {{.title = "SITE"},
						    {.title = "STARTED"},
						    {.title = "PART"},
						    {.title = "CLIENTS", .right = true},
						    {.title = "VERDICT", .verdict = true}};
	struct amt_run *r = &st->cli->run;
	struct amt_section *s = amt_section_table(r, "Runs", columns, 5);

	for (size_t i = 0; i < runs.n; i++) {
		const json_t *j = runs.v[i].j;
		const char *shard = amt_json_get_str(j, "shard"),
			   *verdict = amt_json_get_str(j, "verdict");
		char when[AMT_TIME_TEXT];
		amt_section_cell(r, s, "%s", runs.v[i].site);
		amt_section_cell(r, s, "%s", amt_time_format(runs.v[i].started, when));
		amt_section_cell(r, s, "%s", shard ? shard : "all");
		amt_section_cell(r, s, "%zu", json_array_size(json_object_get(j, "clients")));
		amt_section_cell(r, s, "%s", verdict ? verdict : "unknown");
	}
}

void stage_merge_free(struct stage *st)
{
	(void)st;
	for (size_t i = 0; i < runs.n; i++) {
		json_decref(runs.v[i].j);
		free(runs.v[i].text);
	}
	amt_vec_free(&runs);
	json_decref(clients);
	clients = NULL;
}
