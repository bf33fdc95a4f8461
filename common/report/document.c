/* The JSON document of CLI.md, and reading one back. docs/amtdiag-1.schema.json is its shape. */
#include "report/writers.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMA "amtdiag/1"

static json_t *evidence_to_json(const struct amt_evidence *e)
{
	json_t *j = json_object();

	json_object_set_new(j, "source", amt_json_str(e->source));
	if (e->locator)
		json_object_set_new(j, "locator", amt_json_str(e->locator));
	if (e->text)
		json_object_set_new(j, "text", amt_json_str(e->text));
	return j;
}

static json_t *stages_to_json(unsigned stages)
{
	json_t *list = json_array();

	for (int s = 0; s <= AMT_STAGE_LAST; s++)
		if (stages & AMT_STAGE_BIT(s))
			json_array_append_new(list, json_integer(s));
	return list;
}

/* All subjects by name, and what was said of those that are not like the first. */
static void subjects_to_json(const struct amt_finding *f, json_t *into)
{
	json_t *names = json_array(), *summaries = json_object();

	for (size_t i = 0; i < f->subjects.n; i++) {
		const struct amt_subject *m = &f->subjects.v[i];
		json_t *name = amt_json_str(m->name);
		if (m->summary)
			json_object_set_new(summaries, json_string_value(name),
					    amt_json_str(m->summary));
		json_array_append_new(names, name);
	}
	if (f->subjects.n)
		json_object_set(into, "subjects", names);
	if (json_object_size(summaries))
		json_object_set(into, "summaries", summaries);
	json_decref(names);
	json_decref(summaries);
	if (f->places)
		json_object_set_new(into, "places", json_integer((json_int_t)f->places));
	if (f->because_id)
		json_object_set_new(into, "because",
				    json_pack("{s:s, s:o}", "id", f->because_id, "subject",
					      amt_json_str(f->because_subject)));
}

json_t *finding_to_json(struct amt_findings *fs, const struct amt_finding *f)
{
	json_t *j = json_object(), *evidence = json_array(), *actions = json_array();

	json_object_set_new(j, "id", json_string(f->item->id));
	json_object_set_new(j, "stage", stages_to_json(f->item->stages));
	json_object_set_new(j, "component", json_string(amt_component_name(f->item->component)));
	json_object_set_new(j, "verdict", json_string(amt_verdict_name(f->verdict)));
	json_object_set_new(j, "subject", amt_json_str(f->subject));
	json_object_set_new(j, "title", amt_json_str(f->item->title));
	json_object_set_new(j, "summary", amt_json_str(f->summary));
	for (size_t i = 0; i < f->evidence.n; i++)
		json_array_append_new(evidence, evidence_to_json(&f->evidence.v[i]));
	json_object_set_new(j, "evidence", evidence);
	const char *const *steps = amt_finding_steps(fs, f);
	for (size_t i = 0; steps[i]; i++)
		json_array_append_new(actions, amt_json_str(steps[i]));
	json_object_set_new(j, "actions", actions);
	subjects_to_json(f, j);
	return j;
}

json_t *amt_findings_to_json(struct amt_findings *fs)
{
	json_t *list = json_array();

	for (size_t i = 0; i < fs->list.n; i++)
		json_array_append_new(list, finding_to_json(fs, fs->list.v[i]));
	return list;
}

json_t *head_to_json(const struct amt_run *r)
{
	json_t *j = json_object();

	json_object_set_new(j, "schema", json_string(SCHEMA));
	json_object_set_new(j, "tool", json_string(r->tool));
	json_object_set_new(j, "version", json_string(r->version));
	json_object_set_new(j, "started", amt_json_time(r->started));
	json_object_set_new(j, "now", amt_json_time(r->now));
	if (r->firmware)
		json_object_set(j, "firmware", r->firmware);
	return j;
}

void tail_to_json(struct amt_run *r, json_t *into)
{
	size_t counts[AMT_VERDICTS];
	json_t *c = json_object();

	amt_findings_count(&r->findings, counts);
	for (int v = 0; v < AMT_VERDICTS; v++)
		json_object_set_new(c, amt_verdict_name((enum amt_verdict)v),
				    json_integer((json_int_t)counts[v]));
	json_object_set_new(into, "ended", amt_json_time(r->ended));
	json_object_set_new(into, "verdict", json_string(amt_verdict_name(amt_run_verdict(r))));
	json_object_set_new(into, "counts", c);
	if (r->interrupted)
		json_object_set_new(into, "interrupted", json_true());
	if (r->not_built)
		json_object_set_new(into, "not_built", json_true());
}

static json_t *notes_to_json(const struct amt_notes *n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n->list.n; i++) {
		json_t *j = json_object();
		json_object_set_new(j, "source", amt_json_str(n->list.v[i].source));
		json_object_set_new(j, "text", amt_json_str(n->list.v[i].text));
		json_array_append_new(list, j);
	}
	return list;
}

static void write_facts(struct amt_run *r, struct amt_json_out *o)
{
	if (r->write_facts)
		r->write_facts(r->write_arg, o);
	else
		json_out_members(o, r->facts);
}

void amt_report_document(struct amt_run *r, size_t flags, struct amt_buf *out)
{
	struct amt_json_out o = {.out = out, .flags = flags};
	json_t *head = head_to_json(r);

	tail_to_json(r, head);
	amt_json_out_open(&o, NULL, false);
	json_out_members(&o, head);
	amt_json_out_value(&o, "notes", notes_to_json(&r->notes));
	amt_json_out_open(&o, "findings", true);
	for (size_t i = 0; i < r->findings.list.n; i++)
		amt_json_out_value(&o, NULL, finding_to_json(&r->findings, r->findings.list.v[i]));
	amt_json_out_close(&o);
	amt_json_out_open(&o, "facts", false);
	write_facts(r, &o);
	amt_json_out_close(&o);
	amt_json_out_close(&o);
	amt_buf_byte(out, '\n');
	json_decref(head);
}

void write_json(struct amt_run *r, const struct amt_style *style, struct amt_buf *out)
{
	(void)style;
	amt_report_document(r, JSON_INDENT(2) | JSON_REAL_PRECISION(15), out);
}

void amt_run_hold_facts(struct amt_run *r)
{
	struct amt_json_out o = {0};

	if (!r->write_facts)
		return;
	amt_json_out_open(&o, NULL, false);
	r->write_facts(r->write_arg, &o);
	amt_json_out_close(&o);
	json_decref(r->facts);
	r->facts = o.tree;
	r->write_facts = NULL;
}

/* What follows the specific actions is the catalogue's and comes back by itself. */
static void actions_from_json(const json_t *list, struct amt_findings *fs, struct amt_finding *f)
{
	const char *const *own = amt_finding_steps(fs, f); /* no specific ones yet */
	size_t n = json_array_size(list), n_own = 0;

	while (own[n_own])
		n_own++;
	bool tail = n >= n_own;
	for (size_t i = 0; tail && i < n_own; i++) {
		const char *s = json_string_value(json_array_get(list, n - n_own + i));
		tail = s && !strcmp(s, own[i]);
	}
	for (size_t i = 0; i < n - (tail ? n_own : 0); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (s)
			amt_finding_action(fs, f, "%s", s);
	}
}

static void subjects_from_json(const json_t *j, struct amt_findings *fs, struct amt_finding *f)
{
	const json_t *names = json_object_get(j, "subjects"),
		     *summaries = json_object_get(j, "summaries"),
		     *because = json_object_get(j, "because");

	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		if (name)
			amt_vec_push(
				&f->subjects,
				(struct amt_subject){amt_arena_strdup(&fs->arena, name),
						     amt_json_dup(&fs->arena, summaries, name)});
	}
	f->places = (size_t)amt_json_get_int(j, "places", 0);
	f->because_id = amt_json_dup(&fs->arena, because, "id");
	f->because_subject = amt_json_dup(&fs->arena, because, "subject");
}

static bool finding_from_json(const json_t *j, struct amt_findings *fs, struct amt_error *err)
{
	const char *id = amt_json_get_str(j, "id"), *verdict = amt_json_get_str(j, "verdict");
	const char *subject = amt_json_get_str(j, "subject"),
		   *summary = amt_json_get_str(j, "summary");
	enum amt_verdict v;

	if (!id || !amt_guide_find(id))
		return amt_fail(err,
				"a finding has the id '%.40s', which this version does not know",
				id ? id : "");
	if (!verdict || !amt_verdict_parse(verdict, &v))
		return amt_fail(err, "finding %s has no verdict that is known here", id);
	struct amt_finding *f = amt_finding_add(fs, id, v, subject, "%s", summary ? summary : "");
	const json_t *list = json_object_get(j, "evidence"), *e;
	size_t i;
	json_array_foreach((json_t *)(uintptr_t)list, i, e)
	{
		const char *text = amt_json_get_str(e, "text");
		amt_finding_evidence(fs, f, amt_json_get_str(e, "source"),
				     amt_json_get_str(e, "locator"), text ? "%s" : NULL, text);
	}
	actions_from_json(json_object_get(j, "actions"), fs, f);
	subjects_from_json(j, fs, f);
	return true;
}

bool amt_findings_from_json(const json_t *array, struct amt_findings *fs, struct amt_error *err)
{
	if (!json_is_array(array))
		return amt_fail(err, "the document has no list of findings");
	for (size_t i = 0; i < json_array_size(array); i++)
		if (!finding_from_json(json_array_get(array, i), fs, err))
			return false;
	return true;
}

/* NDJSON back into a document: head, finding, fact, note and tail records. */
static json_t *gather(const char *text, size_t len, json_error_t *je)
{
	json_t *doc = NULL, *findings = json_array(), *facts = json_object(), *notes = json_array();
	size_t at = 0;

	while (at < len) {
		size_t n = strcspn(text + at, "\n");
		json_t *rec = n ? json_loadb(text + at, n, 0, je) : NULL;
		if (n && !rec)
			break;
		const char *type = amt_json_get_str(rec, "type"),
			   *key = amt_json_get_str(rec, "key");
		json_t *value = json_object_get(rec, "value");
		if (type && !strcmp(type, "head") && !doc)
			doc = json_incref(rec);
		else if (type && !strcmp(type, "finding"))
			json_array_append(findings, rec);
		else if (type && !strcmp(type, "note"))
			json_array_append(notes, rec);
		else if (type && !strcmp(type, "tail") && doc)
			json_object_update_missing(doc, rec);
		else if (type && !strcmp(type, "fact") && key && json_object_get(rec, "list")) {
			if (!json_object_get(facts, key))
				json_object_set_new(facts, key, json_array());
			if (value)
				json_array_append(json_object_get(facts, key), value);
		} else if (type && !strcmp(type, "fact") && key && value)
			json_object_set(facts, key, value);
		json_decref(rec);
		at += n + 1;
	}
	if (doc) {
		json_object_set(doc, "findings", findings);
		json_object_set(doc, "facts", facts);
		json_object_set(doc, "notes", notes);
	}
	json_decref(findings);
	json_decref(facts);
	json_decref(notes);
	return doc;
}

bool amt_report_parse(const char *text, size_t len, const char *name, json_t **doc,
		      struct amt_error *err)
{
	json_error_t je;
	json_t *j = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
	const char *schema;

	if (!j) {
		json_error_t ignored;
		j = gather(text, len, &ignored);
	}
	if (!j)
		return amt_fail(err, "%s is not JSON: line %d, column %d: %s", name, je.line,
				je.column, je.text);
	schema = amt_json_get_str(j, "schema");
	if (!schema || strcmp(schema, SCHEMA) != 0 ||
	    !json_is_object(json_object_get(j, "facts"))) {
		json_decref(j);
		return amt_fail(err, "%s is not a document of this suite (schema %s with facts)",
				name, SCHEMA);
	}
	*doc = j;
	return true;
}
