/* --baseline FILE: what changed since an earlier report: new, fixed, worse, better. */
#include "stage.h"

#include <string.h>

static const char *key_of(struct amt_arena *a, const struct amt_finding *f)
{
	return amt_arena_printf(a, "%s\n%s", f->item->id, f->subject);
}

static bool bad(enum amt_verdict v)
{
	return v == AMT_FAIL || v == AMT_WARN;
}

static const char *change(enum amt_verdict was, enum amt_verdict is)
{
	if (was == is || (!bad(was) && !bad(is)))
		return NULL;
	if (bad(was) && is == AMT_PASS)
		return "fixed";
	if (!bad(was))
		return "new";
	return bad(is) ? (is == AMT_FAIL ? "worse" : "better") : "no longer judged";
}

static bool read_old(struct stage *st, struct amt_findings *old, const char **when,
		     struct amt_error *err)
{
	struct amt_buf b;
	json_t *doc = NULL;

	amt_buf_init(&b, AMT_CAP_JSON_IN);
	bool good = amt_file_read(st->opt.baseline, &b, err) &&
		    amt_report_parse(amt_buf_cstr(&b), b.len, st->opt.baseline, &doc, err) &&
		    amt_findings_from_json(json_object_get(doc, "findings"), old, err);
	if (good)
		*when = amt_json_dup(&st->arena, doc, "started");
	json_decref(doc);
	amt_buf_free(&b);
	return good;
}

static void row(struct amt_run *r, struct amt_section *s, const char *what,
		const struct amt_finding *f, enum amt_verdict was, const char *is)
{
	amt_section_cell(r, s, "%s", what);
	amt_section_cell(r, s, "%s", f->item->id);
	amt_section_cell(r, s, "%s", amt_verdict_name(was));
	amt_section_cell(r, s, "%s", is);
	amt_section_cell(r, s, "%s%s%s", f->subject, *f->subject ? ": " : "", f->summary);
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
	struct amt_map by_key = {0};
	struct amt_error err;
	const char *when = "";

	if (!st->opt.baseline)
		return;
	if (!read_old(st, &old, &when, &err)) {
		amt_note_add(&r->notes, st->opt.baseline, "no comparison: %s", err.text);
		amt_findings_free(&old);
		return;
	}
	for (size_t i = 0; i < old.list.n; i++)
		amt_map_put_str(&by_key, key_of(&st->arena, old.list.v[i]), NULL)->p =
			old.list.v[i];
	struct amt_section *s = amt_section_table(
		r, amt_arena_printf(&r->arena, "Since %s (%s)", st->opt.baseline, when), columns,
		5);
	for (size_t i = 0; i < r->findings.list.n; i++) {
		const struct amt_finding *f = r->findings.list.v[i];
		const char *key = key_of(&st->arena, f);
		union amt_map_value *v = amt_map_get_str(&by_key, key);
		enum amt_verdict was =
			v ? ((const struct amt_finding *)v->p)->verdict : AMT_UNKNOWN;
		const char *what = change(was, f->verdict);
		if (what)
			row(r, s, what, f, was, amt_verdict_name(f->verdict));
		amt_map_remove(&by_key, key, strlen(key));
	}
	for (size_t i = 0; i < by_key.n_entries; i++) {
		const struct amt_finding *f =
			by_key.entries[i].gone ? NULL : by_key.entries[i].value.p;
		if (f && bad(f->verdict))
			row(r, s, "no longer judged", f, f->verdict, "-");
	}
	amt_map_free(&by_key);
	amt_findings_free(&old);
}
