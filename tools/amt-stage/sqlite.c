/*
 * --to-sqlite FILE: the run as a database, for questions that no report foresees. The
 * tables stand in docs/fleet.md. Made under another name and renamed when it is whole.
 */
#include "stage.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char schema[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
	"CREATE TABLE run(id INTEGER PRIMARY KEY, site TEXT, shard TEXT, started TEXT, now TEXT,"
	" version TEXT, verdict TEXT, clients INTEGER);"
	"CREATE TABLE stage(stage INTEGER PRIMARY KEY, title TEXT, verdict TEXT);"
	"CREATE TABLE client(id INTEGER PRIMARY KEY, name TEXT, listed INTEGER,"
	" stage_reached INTEGER, broken_stage INTEGER, broken_check TEXT, broken_summary TEXT,"
	" stage1 TEXT, stage2 TEXT, stage3 TEXT, stage4 TEXT, stage5 TEXT, stage6 TEXT,"
	" stage7 TEXT);"
	"CREATE TABLE client_key(key TEXT COLLATE NOCASE, client INTEGER REFERENCES client(id));"
	"CREATE TABLE finding(id INTEGER PRIMARY KEY, check_id TEXT, stage INTEGER,"
	" component TEXT, verdict TEXT, subject TEXT, subjects INTEGER, title TEXT,"
	" summary TEXT, who TEXT, because_check TEXT, because_subject TEXT);"
	"CREATE TABLE subject(finding INTEGER REFERENCES finding(id), name TEXT, summary TEXT,"
	" client INTEGER REFERENCES client(id));"
	"CREATE TABLE evidence(finding INTEGER REFERENCES finding(id), source TEXT,"
	" locator TEXT, text TEXT);"
	"CREATE TABLE action(finding INTEGER REFERENCES finding(id), step INTEGER, text TEXT);"
	"CREATE TABLE note(source TEXT, text TEXT);";
static const char indexes[] = "CREATE INDEX client_name ON client(name);"
			      "CREATE INDEX client_key_key ON client_key(key);"
			      "CREATE INDEX finding_check ON finding(check_id);"
			      "CREATE INDEX subject_finding ON subject(finding);"
			      "CREATE INDEX subject_client ON subject(client);"
			      "CREATE INDEX evidence_finding ON evidence(finding);"
			      "CREATE INDEX action_finding ON action(finding);";

enum { META, RUN, STAGE, CLIENT, KEY, FINDING, SUBJECT, EVIDENCE, ACTION, NOTE, TABLES };
static const char *const inserts[TABLES] = {
	"INSERT INTO meta VALUES(?,?)",
	"INSERT INTO run VALUES(?,?,?,?,?,?,?,?)",
	"INSERT INTO stage VALUES(?,?,?)",
	"INSERT INTO client VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	"INSERT INTO client_key VALUES(?,?)",
	"INSERT INTO finding VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
	"INSERT INTO subject VALUES(?,?,?,?)",
	"INSERT INTO evidence VALUES(?,?,?,?)",
	"INSERT INTO action VALUES(?,?,?)",
	"INSERT INTO note VALUES(?,?)",
};

struct db {
	sqlite3 *h;
	sqlite3_stmt *insert[TABLES];
	struct walk_fleet names;     /* of the clients, to find them by */
	struct AMT_VEC(int64_t) ids; /* of those, in their order */
	bool failed;
};

/* One row. t text (NULL is NULL), i number; as many as the table has columns. */
static void row(struct db *d, int table, const char *types, ...)
{
	sqlite3_stmt *s = d->insert[table];
	va_list ap;

	va_start(ap, types);
	for (int i = 0; types[i]; i++)
		if (types[i] == 'i')
			d->failed |= sqlite3_bind_int64(s, i + 1, va_arg(ap, int64_t)) != SQLITE_OK;
		else
			d->failed |= sqlite3_bind_text(s, i + 1, va_arg(ap, const char *), -1,
						       SQLITE_TRANSIENT) != SQLITE_OK;
	va_end(ap);
	d->failed |= sqlite3_step(s) != SQLITE_DONE;
	sqlite3_reset(s);
}

static void add_meta(struct db *d, const struct amt_run *r)
{
	char t[AMT_TIME_TEXT];

	row(d, META, "tt", "schema", "amtdiag-sqlite/1");
	row(d, META, "tt", "tool", r->tool);
	row(d, META, "tt", "version", r->version);
	row(d, META, "tt", "started", amt_time_format(r->started, t));
	row(d, META, "tt", "now", amt_time_format(r->now, t));
	row(d, META, "tt", "verdict", amt_verdict_name(amt_run_verdict(r)));
	for (size_t i = 0; i < r->notes.list.n; i++)
		row(d, NOTE, "tt", r->notes.list.v[i].source, r->notes.list.v[i].text);
}

static void add_one_run(struct db *d, int64_t id, const json_t *j, const json_t *facts,
			size_t clients)
{
	row(d, RUN, "itttttti", id, amt_json_get_str(facts, "site"),
	    amt_json_get_str(facts, "shard"), amt_json_get_str(j, "started"),
	    amt_json_get_str(j, "now"), amt_json_get_str(j, "version"),
	    amt_json_get_str(j, "verdict"), (int64_t)clients);
}

/* The runs of a merged document; else the one run that this is. */
static void add_runs(struct db *d, const struct stage *st)
{
	const struct amt_run *r = &st->cli->run;
	const json_t *list = json_object_get(r->facts, "runs");
	char started[AMT_TIME_TEXT], now[AMT_TIME_TEXT];

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *j = json_array_get(list, i);
		add_one_run(d, (int64_t)i + 1, j, j,
			    json_array_size(json_object_get(j, "clients")));
	}
	if (list)
		return;
	json_t *site = r->facts ? json_incref(r->facts) : stage_site_to_json(st);
	json_t *j =
		json_pack("{s:s, s:s, s:s, s:s}", "started", amt_time_format(r->started, started),
			  "now", amt_time_format(r->now, now), "version", r->version, "verdict",
			  amt_verdict_name(amt_run_verdict(r)));
	add_one_run(d, 1, j, site, st->fleet.clients.n);
	json_decref(j);
	json_decref(site);
}

static void add_client(struct db *d, int64_t id, const json_t *j)
{
	const json_t *stages = json_object_get(j, "stages"),
		     *broken = json_object_get(j, "first_broken"),
		     *also = json_object_get(j, "also");
	const char *s[AMT_STAGE_LAST], *name = amt_json_get_str(j, "name");
	struct amt_strlist keys = {0};

	for (int k = 0; k < AMT_STAGE_LAST; k++) {
		char key[2] = {(char)('1' + k), '\0'};
		s[k] = amt_json_get_str(stages, key);
	}
	row(d, CLIENT, "itiiittttttttt", id, name, (int64_t)amt_json_get_bool(j, "listed", false),
	    amt_json_get_int(j, "stage_reached", 0), amt_json_get_int(broken, "stage", 0),
	    amt_json_get_str(broken, "id"), amt_json_get_str(broken, "summary"), s[0], s[1], s[2],
	    s[3], s[4], s[5], s[6]);
	for (size_t k = 0; k < json_array_size(also); k++) {
		const char *key = json_string_value(json_array_get(also, k));
		if (!key)
			continue;
		row(d, KEY, "ti", key, id);
		amt_vec_push(&keys, key);
	}
	if (name)
		amt_vec_push(&keys, name);
	if (keys.n && walk_fleet_add(&d->names, keys.v, keys.n, true) == d->ids.n)
		amt_vec_push(&d->ids, id); /* else it shares a key with one before */
	amt_vec_free(&keys);
}

static void add_subject(struct db *d, int64_t finding, const char *name, const char *summary)
{
	const struct walk_client *c = walk_fleet_find(&d->names, name);
	sqlite3_stmt *s = d->insert[SUBJECT];

	sqlite3_clear_bindings(s);
	if (c)
		row(d, SUBJECT, "itti", finding, name, summary, d->ids.v[c - d->names.clients.v]);
	else
		row(d, SUBJECT, "itt", finding, name, summary);
}

static void add_finding(struct db *d, struct amt_run *r, int64_t id, const struct amt_finding *f)
{
	const char *const *steps = amt_finding_steps(&r->findings, f);

	row(d, FINDING, "ititttittttt", id, f->item->id, (int64_t)walk_stage_of(f->item),
	    amt_component_name(f->item->component), amt_verdict_name(f->verdict), f->subject,
	    (int64_t)(f->subjects.n ? f->subjects.n : *f->subject != '\0'), f->item->title,
	    f->summary, f->item->who, f->because_id, f->because_subject);
	for (size_t i = 0; i < f->subjects.n; i++)
		add_subject(d, id, f->subjects.v[i].name,
			    f->subjects.v[i].summary ? f->subjects.v[i].summary : f->summary);
	if (!f->subjects.n && *f->subject)
		add_subject(d, id, f->subject, f->summary);
	for (size_t i = 0; i < f->evidence.n; i++)
		row(d, EVIDENCE, "ittt", id, f->evidence.v[i].source, f->evidence.v[i].locator,
		    f->evidence.v[i].text);
	for (size_t i = 0; steps[i]; i++)
		row(d, ACTION, "iit", id, (int64_t)i + 1, steps[i]);
}

static void fill(struct db *d, struct stage *st)
{
	struct amt_run *r = &st->cli->run;
	const json_t *clients = json_object_get(r->facts, "clients");

	add_meta(d, r);
	add_runs(d, st);
	for (int s = 1; s <= AMT_STAGE_LAST; s++)
		if (st->walk.stages[s].walked)
			row(d, STAGE, "itt", (int64_t)s, amt_stage_title(s),
			    amt_verdict_name(st->walk.stages[s].verdict));
	/* Merged or redacted, they are those of the facts. */
	for (size_t i = 0; r->facts && i < json_array_size(clients); i++)
		add_client(d, (int64_t)i + 1, json_array_get(clients, i));
	for (size_t i = 0; !r->facts && i < st->fleet.clients.n; i++) {
		json_t *c = stage_client_to_json(&st->fleet.clients.v[i]);
		add_client(d, (int64_t)i + 1, c);
		json_decref(c);
	}
	for (size_t i = 0; i < r->findings.list.n; i++)
		add_finding(d, r, (int64_t)i + 1, r->findings.list.v[i]);
}

static bool write_all(struct db *d, struct stage *st, const char *temp, struct amt_error *err)
{
	bool good =
		sqlite3_open(temp, &d->h) == SQLITE_OK &&
		sqlite3_exec(d->h, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;",
			     NULL, NULL, NULL) == SQLITE_OK &&
		sqlite3_exec(d->h, schema, NULL, NULL, NULL) == SQLITE_OK;

	for (int i = 0; good && i < TABLES; i++)
		good = sqlite3_prepare_v2(d->h, inserts[i], -1, &d->insert[i], NULL) == SQLITE_OK;
	if (good)
		fill(d, st);
	good = good && !d->failed && sqlite3_exec(d->h, indexes, NULL, NULL, NULL) == SQLITE_OK &&
	       sqlite3_exec(d->h, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
	if (!good)
		amt_fail(err, "can't write %s: %s", st->opt.to_sqlite, sqlite3_errmsg(d->h));
	for (int i = 0; i < TABLES; i++)
		sqlite3_finalize(d->insert[i]);
	sqlite3_close(d->h);
	walk_fleet_free(&d->names);
	amt_vec_free(&d->ids);
	return good;
}

bool stage_to_sqlite(struct stage *st, struct amt_error *err)
{
	struct db d = {0};
	const char *path = st->opt.to_sqlite;

	if (!path)
		return true;
	const char *temp = amt_arena_printf(&st->arena, "%s.part%d", path, (int)getpid());
	unlink(temp);
	bool good = write_all(&d, st, temp, err);
	if (good && rename(temp, path))
		good = amt_fail(err, "can't write %s", path);
	if (!good)
		unlink(temp);
	return good;
}
