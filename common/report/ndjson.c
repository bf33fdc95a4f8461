/* One object a line: head, findings, facts, notes, tail. */
#include "report/writers.h"

static void line(struct amt_buf *out, const char *type, json_t *j)
{
	json_t *rec = json_object();

	json_object_set_new(rec, "type", json_string(type));
	json_object_update(rec, j);
	add_json(out, rec, JSON_COMPACT);
	amt_buf_byte(out, '\n');
	json_decref(rec);
	json_decref(j);
}

void write_ndjson(struct amt_run *r, const struct amt_style *style, struct amt_buf *out)
{
	struct amt_json_out facts = {
		.out = out, .flags = JSON_COMPACT | JSON_REAL_PRECISION(15), .lines = true};
	json_t *tail = json_object();

	(void)style;
	line(out, "head", head_to_json(r));
	for (size_t i = 0; i < r->findings.list.n; i++)
		line(out, "finding", finding_to_json(&r->findings, r->findings.list.v[i]));
	if (r->write_facts)
		r->write_facts(r->write_arg, &facts);
	else
		json_out_members(&facts, r->facts);
	for (size_t i = 0; i < r->notes.list.n; i++) {
		json_t *n = json_object();
		json_object_set_new(n, "source", amt_json_str(r->notes.list.v[i].source));
		json_object_set_new(n, "text", amt_json_str(r->notes.list.v[i].text));
		line(out, "note", n);
	}
	tail_to_json(r, tail);
	line(out, "tail", tail);
}
