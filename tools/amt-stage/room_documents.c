/*
 * Documents that the other tools wrote earlier, on other machines or days: their findings count as
 * they stand, with where they come from. amt-krbsize for ticket sizes, amt-dnscheck from a client's
 * network, amt-hellocap from a mirror port.
 */
#include "rooms.h"

#include <string.h>

#define DOCUMENT_MAX (256 * AMT_MIB)

struct documents {
	json_t *list; /* of {file, tool, now, findings} */
};

static bool wanted(const struct stage *st)
{
	return st->profile.documents.n > 0;
}

static void take(struct documents *d, const char *path, const json_t *doc)
{
	json_t *j = json_object();
	const char *const keys[] = {"tool", "now", "findings"};

	json_object_set_new(j, "file", amt_json_str(path));
	for (size_t i = 0; i < 3; i++)
		if (json_object_get(doc, keys[i]))
			json_object_set(j, keys[i], json_object_get(doc, keys[i]));
	json_array_append_new(d->list, j);
}

static void read_one(struct stage *st, struct documents *d, const char *path)
{
	struct amt_buf b;
	struct amt_error err;
	json_error_t where;
	json_t *doc = NULL;

	amt_buf_init(&b, DOCUMENT_MAX);
	if (!amt_file_read(path, &b, &err))
		amt_note_add(&st->cli->run.notes, path, "%s", err.text);
	else if (!(doc = json_loadb(amt_buf_cstr(&b), b.len, 0, &where)))
		amt_note_add(&st->cli->run.notes, path, "line %d: no JSON document: %s", where.line,
			     where.text);
	else if (!json_is_array(json_object_get(doc, "findings")) || !amt_json_get_str(doc, "tool"))
		amt_note_add(&st->cli->run.notes, path,
			     "no document of this suite: it has no tool or no findings");
	else if (!strcmp(amt_json_get_str(doc, "tool"), "amt-stage"))
		amt_note_add(&st->cli->run.notes, path,
			     "a document of amt-stage itself: give it to --replay or --baseline");
	else
		take(d, path, doc);
	json_decref(doc);
	amt_buf_free(&b);
}

static void collect(struct stage *st, void *state)
{
	struct documents *d = state;

	d->list = json_array();
	for (size_t i = 0; i < st->profile.documents.n; i++)
		read_one(st, d, st->profile.documents.v[i]);
}

static void add_evidence(const json_t *j, struct amt_finding *f, const char *file,
			 const char *written, struct amt_findings *fs)
{
	const json_t *list = json_object_get(j, "evidence");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);
		const char *source = amt_json_get_str(e, "source"),
			   *text = amt_json_get_str(e, "text");
		amt_finding_evidence(fs, f, source ? source : file, amt_json_get_str(e, "locator"),
				     text ? "%s" : NULL, text);
	}
	amt_finding_evidence(fs, f, file, NULL, "written %s", written ? written : "?");
}

static void add_one(const json_t *j, const char *file, const char *tool, const char *written,
		    struct amt_findings *fs)
{
	const char *id = amt_json_get_str(j, "id"), *verdict = amt_json_get_str(j, "verdict"),
		   *summary = amt_json_get_str(j, "summary"),
		   *subject = amt_json_get_str(j, "subject");
	const json_t *subjects = json_object_get(j, "subjects"),
		     *actions = json_object_get(j, "actions");
	enum amt_verdict v;

	/* What that tool did not measure says nothing here; another room may know. */
	if (!id || !amt_guide_find(id) || !verdict || !amt_verdict_parse(verdict, &v) ||
	    v == AMT_UNKNOWN || v == AMT_NA || v == AMT_SKIPPED)
		return;
	for (size_t i = 0; i == 0 || i < json_array_size(subjects); i++) {
		const json_t *s = json_array_get(subjects, i);
		const char *name = json_is_string(s) ? json_string_value(s)
				   : s               ? amt_json_get_str(s, "name")
						     : subject;
		struct amt_finding *f = amt_finding_add(fs, id, v, name ? name : "", "%s says: %s",
							tool, summary ? summary : "");
		add_evidence(j, f, file, written, fs);
		for (size_t k = 0; k < json_array_size(actions); k++)
			if (json_is_string(json_array_get(actions, k)))
				amt_finding_action(fs, f, "%s",
						   json_string_value(json_array_get(actions, k)));
	}
}

static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	const struct documents *d = state;

	(void)st;
	for (size_t i = 0; i < json_array_size(d->list); i++) {
		const json_t *j = json_array_get(d->list, i);
		const json_t *list = json_object_get(j, "findings");
		const char *file = amt_json_get_str(j, "file"), *tool = amt_json_get_str(j, "tool");
		for (size_t k = 0; file && tool && k < json_array_size(list); k++)
			add_one(json_array_get(list, k), file, tool, amt_json_get_str(j, "now"),
				fs);
	}
}

static json_t *to_json(const void *state)
{
	return json_deep_copy(((const struct documents *)state)->list);
}

static bool from_json(const json_t *j, void *state, struct amt_error *err)
{
	struct documents *d = state;

	if (!json_is_array(j))
		return amt_fail(err, "no list");
	d->list = json_deep_copy(j);
	return true;
}

static void release(void *state)
{
	json_decref(((struct documents *)state)->list);
}

const struct stage_room stage_room_documents = {
	"documents", wanted,  collect,
	NULL,        judge,   to_json,
	from_json,   release, sizeof(struct documents),
};
