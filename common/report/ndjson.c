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

static json_t *fact(const char *key, json_t *value, bool list)
{
	json_t *j = json_object();

	json_object_set_new(j, "key", json_string(key));
	if (list)
		json_object_set_new(j, "list", json_true());
	if (value)
		json_object_set(j, "value", value);
	return j;
}

void write_ndjson(struct amt_run *r, const struct amt_style *style, struct amt_buf *out)
{
	const char *key;
	json_t *value, *tail = json_object();

	(void)style;
	line(out, "head", head_to_json(r));
	for (size_t i = 0; i < r->findings.list.n; i++)
		line(out, "finding", finding_to_json(&r->findings, r->findings.list.v[i]));
	json_object_foreach(r->facts, key, value)
	{
		if (!json_is_array(value)) {
			line(out, "fact", fact(key, value, false));
			continue;
		}
		for (size_t i = 0; i < json_array_size(value); i++)
			line(out, "fact", fact(key, json_array_get(value, i), true));
		if (!json_array_size(value))
			line(out, "fact", fact(key, NULL, true));
	}
	for (size_t i = 0; r->fact_at && (value = r->fact_at(r->fact_arg, i)); i++) {
		line(out, "fact", fact(r->fact_key, value, true));
		json_decref(value);
	}
	for (size_t i = 0; i < r->notes.list.n; i++) {
		json_t *n = json_object();
		json_object_set_new(n, "source", amt_json_str(r->notes.list.v[i].source));
		json_object_set_new(n, "text", amt_json_str(r->notes.list.v[i].text));
		line(out, "note", n);
	}
	tail_to_json(r, tail);
	line(out, "tail", tail);
}
