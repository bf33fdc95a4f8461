/* The corrective actions in both orders of the guide: by stage and by component. */
#include "stage.h"

#include "amtdiag/walk.h"

#include <string.h>

#define GROUP_ROWS_MAX 60

static const char erases[] =
	"WARNING: a full un-provision ERASES what was entered in MEBx (PSK, certificate hashes); "
	"write it down first, see S2.C10b. ";

struct group {
	int stage;             /* or 0 */
	enum orders_part part; /* when stage is 0 */
	const struct orders_step *v;
	size_t n;
};

/* The group that begins at *at; moves on. False: none is left. */
static bool next_group(const struct orders_steps *s, bool by_stage, size_t *at, struct group *g)
{
	size_t from = *at;

	if (from >= s->n)
		return false;
	while (*at < s->n &&
	       (by_stage ? s->v[*at].stage == s->v[from].stage : s->v[*at].part == s->v[from].part))
		(*at)++;
	*g = (struct group){.stage = by_stage ? s->v[from].stage : 0,
			    .part = s->v[from].part,
			    .v = &s->v[from],
			    .n = *at - from};
	return true;
}

static const char *title(struct amt_run *r, const struct group *g)
{
	if (!g->stage)
		return orders_part_title(g->part);
	return amt_arena_printf(&r->arena, "Stage %d, %s", g->stage, amt_stage_title(g->stage));
}

/* What to do when the stage still fails after its own actions (guide, by stage, introduction). */
static const char *after(struct amt_run *r, const struct orders *o, int n)
{
	switch (o->state[n]) {
	case ORDERS_EXHAUSTED:
		return amt_arena_printf(
			&r->arena,
			"Every corrective check of stage %d holds or does not apply, "
			"yet it fails: look at all stages, by component.",
			n);
	case ORDERS_OPEN:
		return amt_arena_printf(&r->arena,
					"%zu corrective checks of stage %d have no answer yet: "
					"answer them, then look at all stages.",
					o->open[n], n);
	case ORDERS_EXPLAINED:
		return amt_arena_printf(
			&r->arena, "If stage %d still fails after these: look at all stages.", n);
	default:
		return "";
	}
}

static void group_text(struct amt_run *r, const struct orders *o, const struct group *g,
		       struct amt_buf *b)
{
	amt_buf_printf(b, "  %s\n", title(r, g));
	for (size_t i = 0; i < g->n && i < GROUP_ROWS_MAX; i++) {
		const struct orders_step *s = &g->v[i];
		amt_buf_printf(b, "    %-7s %s: %s%s%s%s%s\n", amt_cost_name(s->cost), s->item->id,
			       s->erases ? erases : "", s->text,
			       s->item->who && !g->stage ? " (" : "",
			       s->item->who && !g->stage ? s->item->who : "",
			       s->item->who && !g->stage ? ")" : "");
	}
	if (g->n > GROUP_ROWS_MAX)
		amt_buf_printf(b, "    ... and %zu more (all are in the JSON document)\n",
			       g->n - GROUP_ROWS_MAX);
	if (g->stage && *after(r, o, g->stage))
		amt_buf_printf(b, "    %s\n", after(r, o, g->stage));
}

static void group_html(struct amt_run *r, const struct orders *o, const struct group *g,
		       struct amt_buf *b)
{
	amt_html_element(b, "<h3>", title(r, g), "</h3>\n<ol>\n");
	for (size_t i = 0; i < g->n && i < GROUP_ROWS_MAX; i++) {
		const struct orders_step *s = &g->v[i];
		amt_html_element(b, "<li>", s->item->id, " ");
		amt_html_element(b, "(", amt_cost_name(s->cost), "): ");
		if (s->erases)
			amt_html_element(b, "<strong>", erases, "</strong>");
		amt_html_element(b, "", s->text, "");
		if (s->item->who && !g->stage)
			amt_html_element(b, " (", s->item->who, ")");
		amt_buf_str(b, "</li>\n");
	}
	amt_buf_str(b, "</ol>\n");
	if (g->n > GROUP_ROWS_MAX)
		amt_buf_printf(b, "<p>... and %zu more (all are in the JSON document)</p>\n",
			       g->n - GROUP_ROWS_MAX);
	if (g->stage && *after(r, o, g->stage))
		amt_html_element(b, "<p>", after(r, o, g->stage), "</p>\n");
}

static void order(struct amt_run *r, const struct orders *o, bool by_stage)
{
	const char *name = by_stage ? "Corrective actions by stage, cheap ones first"
				    : "Corrective actions by component, cheap ones first";
	const struct orders_steps *s = by_stage ? &o->by_stage : &o->by_part;
	struct group g;

	if (!s->n)
		return;
	struct amt_section *text = amt_section_text(r, name);
	text->text_only = true;
	for (size_t at = 0; next_group(s, by_stage, &at, &g);)
		group_text(r, o, &g, &text->text);
	struct amt_section *html = amt_section_html(r, name);
	for (size_t at = 0; next_group(s, by_stage, &at, &g);)
		group_html(r, o, &g, &html->text);
}

void stage_orders_sections(struct stage *st)
{
	struct amt_run *r = &st->cli->run;
	struct orders o;

	orders_make(&r->findings, &o);
	order(r, &o, true);
	order(r, &o, false);
	orders_free(&o);
}

static json_t *steps_to_json(const struct group *g)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->n; i++) {
		json_t *j = json_object();
		json_object_set_new(j, "id", json_string(g->v[i].item->id));
		json_object_set_new(j, "cost", json_string(amt_cost_name(g->v[i].cost)));
		json_object_set_new(j, "erases", json_boolean(g->v[i].erases));
		json_object_set_new(j, "step", amt_json_str(g->v[i].text));
		json_array_append_new(list, j);
	}
	return list;
}

json_t *stage_orders_to_json(const struct stage *st)
{
	json_t *j = json_object(), *stages = json_array(), *parts = json_array();
	struct orders o;
	struct group g;

	orders_make(&st->cli->run.findings, &o);
	for (size_t at = 0; next_group(&o.by_stage, true, &at, &g);) {
		json_t *one = json_object();
		json_object_set_new(one, "stage", json_integer(g.stage));
		json_object_set_new(one, "state", json_string(orders_state_name(o.state[g.stage])));
		json_object_set_new(one, "open", json_integer((json_int_t)o.open[g.stage]));
		json_object_set_new(one, "steps", steps_to_json(&g));
		json_array_append_new(stages, one);
	}
	for (size_t at = 0; next_group(&o.by_part, false, &at, &g);) {
		json_t *one = json_object();
		json_object_set_new(one, "component", json_string(orders_part_name(g.part)));
		json_object_set_new(one, "steps", steps_to_json(&g));
		json_array_append_new(parts, one);
	}
	json_object_set_new(j, "by_stage", stages);
	json_object_set_new(j, "by_component", parts);
	orders_free(&o);
	return j;
}
