/* --explain ID and --list-checks. */
#include "report/writers.h"

#include <string.h>

static json_t *strings(const char *const *list)
{
	json_t *a = json_array();

	for (; list && *list; list++)
		json_array_append_new(a, amt_json_str(*list));
	return a;
}

static const char *const rule_names[] = {"pass", "warn", "fail", "unknown", "pending"};

static json_t *item_to_json(const struct amt_item *it)
{
	json_t *j = json_object(), *stages = json_array(), *rules = json_object(),
	       *needs = json_array();

	json_object_set_new(j, "id", json_string(it->id));
	json_object_set_new(j, "title", amt_json_str(it->title));
	for (int s = 0; s <= AMT_STAGE_LAST; s++)
		if (it->stages & AMT_STAGE_BIT(s))
			json_array_append_new(stages, json_integer(s));
	json_object_set_new(j, "stage", stages);
	json_object_set_new(j, "component", json_string(amt_component_name(it->component)));
	json_object_set_new(j, "kind", json_string(amt_kind_name(it->kind)));
	json_object_set_new(j, "mode", json_string(amt_mode_name(it->mode)));
	json_object_set_new(j, "applies", amt_json_str(it->applies));
	json_object_set_new(j, "why", amt_json_str(it->why));
	json_object_set_new(j, "how", amt_json_str(it->how));
	for (size_t i = 0; i < 5; i++)
		if (it->rule[i])
			json_object_set_new(rules, rule_names[i], amt_json_str(it->rule[i]));
	json_object_set_new(j, "rules", rules);
	json_object_set_new(j, "inputs", amt_json_str(it->inputs));
	for (size_t i = 0; i < it->n_needs; i++)
		json_array_append_new(needs, json_pack("{s:s, s:b, s:s}", "id", it->needs[i].id,
						       "confirmed", it->needs[i].confirmed,
						       "source", it->needs[i].source));
	json_object_set_new(j, "needs", needs);
	json_object_set_new(j, "actions", strings(it->actions));
	json_object_set_new(j, "who", amt_json_str(it->who));
	json_object_set_new(j, "sources", strings(it->sources));
	return j;
}

static void stage_words(const struct amt_item *it, struct amt_buf *out)
{
	const char *between = "";

	for (int s = 0; s <= AMT_STAGE_LAST; s++) {
		if (!(it->stages & AMT_STAGE_BIT(s)))
			continue;
		if (s)
			amt_buf_printf(out, "%s%d", between, s);
		else
			amt_buf_str(out, "P");
		between = ",";
	}
}

static void part(struct layout *l, const char *label, const char *text)
{
	if (text && *text)
		lay_para(l, 0, label, text);
}

static void explain_text(struct layout *l, const struct amt_item *it)
{
	struct amt_arena a = {0};
	struct amt_buf stages, when;

	amt_buf_init(&stages, AMT_KIB);
	amt_buf_init(&when, 4 * AMT_KIB);
	stage_words(it, &stages);
	lay_para(l, 0, "", amt_arena_printf(&a, "%s  %s", it->id, it->title));
	lay_para(l, 0, "stage:    ",
		 amt_arena_printf(&a, "%s; %s; %s", amt_buf_cstr(&stages),
				  amt_component_title(it->component), amt_kind_name(it->kind)));
	amt_item_when(it, &when);
	part(l, "applies:  ", amt_buf_cstr(&when));
	part(l, "why:      ", it->why);
	part(l, "how:      ", it->how);
	for (size_t i = 0; i < 5; i++)
		part(l, amt_arena_printf(&a, "%-10s", amt_arena_printf(&a, "%s:", rule_names[i])),
		     it->rule[i]);
	part(l, "needs:    ", it->inputs);
	for (size_t i = 0; i < it->n_needs; i++)
		lay_para(l, 0, i ? "          " : "first:    ",
			 amt_arena_printf(&a, "%s must hold: %s%s", it->needs[i].id,
					  it->needs[i].source,
					  it->needs[i].confirmed ? "" : " (not confirmed)"));
	for (size_t i = 0; it->actions && it->actions[i]; i++)
		lay_para(l, 0, i ? "          " : "do:       ",
			 amt_arena_printf(&a, "%zu. %s", i + 1, it->actions[i]));
	part(l, "who:      ", it->who);
	for (size_t i = 0; it->sources && it->sources[i]; i++)
		part(l, i ? "          " : "source:   ", it->sources[i]);
	amt_buf_free(&stages);
	amt_buf_free(&when);
	amt_arena_free(&a);
}

bool amt_report_explain(const struct amt_item *item, enum amt_format format,
			const struct amt_style *style, struct amt_buf *out)
{
	if (format == AMT_FORMAT_JSON || format == AMT_FORMAT_NDJSON) {
		json_t *j = item_to_json(item);
		add_json(out, j, format == AMT_FORMAT_JSON ? JSON_INDENT(2) : JSON_COMPACT);
		amt_buf_byte(out, '\n');
		json_decref(j);
	} else {
		struct layout l = {out, style};
		explain_text(&l, item);
	}
	return !out->over;
}

static void checks_json(unsigned tools, enum amt_format format, struct amt_buf *out)
{
	const struct amt_item *it;
	json_t *list = json_array();

	for (size_t i = 0; (it = amt_guide_next(&i, -1, -1, tools));)
		json_array_append_new(list, item_to_json(it));
	if (format == AMT_FORMAT_JSON) {
		add_json(out, list, JSON_INDENT(2));
		amt_buf_byte(out, '\n');
	}
	for (size_t i = 0; format == AMT_FORMAT_NDJSON && i < json_array_size(list); i++) {
		add_json(out, json_array_get(list, i), JSON_COMPACT);
		amt_buf_byte(out, '\n');
	}
	json_decref(list);
}

bool amt_report_checks(unsigned tools, enum amt_format format, const struct amt_style *style,
		       struct amt_buf *out)
{
	static const struct amt_column columns[] = {
		{.title = "ID"}, {.title = "STAGE"}, {.title = "COMPONENT"}, {.title = "CHECK"}};
	const struct amt_item *it;
	struct amt_run r = {0};
	struct layout l = {out, style};

	if (format == AMT_FORMAT_JSON || format == AMT_FORMAT_NDJSON) {
		checks_json(tools, format, out);
		return !out->over;
	}
	struct amt_section *s = amt_section_table(&r, "", columns, 4);
	s->main = true;
	for (size_t i = 0; (it = amt_guide_next(&i, -1, -1, tools));) {
		struct amt_buf stages;
		amt_buf_init(&stages, AMT_KIB);
		stage_words(it, &stages);
		amt_section_cell(&r, s, "%s", it->id);
		amt_section_cell(&r, s, "%s", amt_buf_cstr(&stages));
		amt_section_cell(&r, s, "%s", amt_component_name(it->component));
		amt_section_cell(&r, s, "%s", it->title);
		amt_buf_free(&stages);
	}
	if (format == AMT_FORMAT_CSV)
		write_csv(&r, style, out);
	else
		lay_table(&l, s);
	amt_run_free(&r);
	return !out->over;
}
