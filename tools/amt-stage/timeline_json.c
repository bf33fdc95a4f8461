/* Timelines in a document, so that a merged report has those of all its runs. */
#include "html.h"
#include "merge.h"

#include <string.h>

static json_t *event_to_json(const struct timeline_event *e)
{
	json_t *j = json_object();

	json_object_set_new(j, "at", amt_json_time(e->at));
	json_object_set_new(j, "lane", json_string(timeline_lane_names[e->lane]));
	json_object_set_new(j, "what", amt_json_str(e->what));
	if (*e->where)
		json_object_set_new(j, "where", amt_json_str(e->where));
	if (*e->verdict)
		json_object_set_new(j, "verdict", json_string(e->verdict));
	if (e->local)
		json_object_set_new(j, "local", json_true());
	return j;
}

void timelines_write(const struct stage *st, struct amt_json_out *o)
{
	struct timelines t = {0};

	timelines_make(st, &t);
	amt_json_out_open(o, "timelines", true);
	for (size_t i = 0; i < t.list.n; i++) {
		const struct timeline *line = &t.list.v[i];
		json_t *j = json_object(), *events = json_array();
		for (size_t k = 0; k < line->list.n; k++)
			json_array_append_new(events, event_to_json(&line->list.v[k]));
		json_object_set_new(j, "client",
				    amt_json_str(st->fleet.clients.v[line->client].name));
		json_object_set_new(j, "told", json_integer((json_int_t)line->told));
		json_object_set_new(j, "events", events);
		amt_json_out_value(o, NULL, j);
	}
	amt_json_out_close(o);
	timelines_free(&t);
}

/* False: what stands there is no event. */
static bool event_from_json(const json_t *j, struct timeline_event *e)
{
	const char *lane = amt_json_get_str(j, "lane"), *verdict = amt_json_get_str(j, "verdict");
	enum amt_verdict v;
	int n = 0;

	while (lane && n < TIMELINE_LANES && strcmp(lane, timeline_lane_names[n]) != 0)
		n++;
	*e = (struct timeline_event){.lane = (enum timeline_lane)n,
				     .at = amt_json_get_time(j, "at"),
				     .local = amt_json_get_bool(j, "local", false),
				     .where = amt_json_get_str(j, "where"),
				     .what = amt_json_get_str(j, "what")};
	if (verdict && amt_verdict_parse(verdict, &v))
		e->verdict = amt_verdict_name(v);
	return lane && n < TIMELINE_LANES && e->what && e->at != AMT_TIME_NONE;
}

/* Two runs that saw the same tell it once. */
static bool is_new(struct amt_map *told, struct amt_arena *a, size_t client,
		   const struct timeline_event *e)
{
	bool new;

	amt_map_put_str(told,
			amt_arena_printf(a, "%zu\n%lld\n%d%d\n%s\n%s\n%s", client, (long long)e->at,
					 (int)e->lane, e->local, e->what, e->where ? e->where : "",
					 e->verdict ? e->verdict : ""),
			&new);
	return new;
}

static void tell_run(const json_t *run, struct timelines *t, struct amt_map *told,
		     struct amt_arena *a)
{
	const json_t *list = json_object_get(run, "timelines");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *j = json_array_get(list, i), *events = json_object_get(j, "events");
		size_t client = timelines_client(t, amt_json_get_str(j, "client")),
		       n = json_array_size(events);
		int64_t all = amt_json_get_int(j, "told", 0);
		if (client == TIMELINE_NOBODY || (!t->counting && !t->slot[client]))
			continue;
		for (size_t k = 0; k < n; k++) {
			struct timeline_event e;
			if (event_from_json(json_array_get(events, k), &e) &&
			    is_new(told, a, client, &e))
				timelines_tell(t, client, &e, "%s", e.what);
		}
		if (!t->counting && all > (int64_t)n)
			timelines_left_out(t, client, (size_t)all - n);
	}
}

void timelines_of_runs(struct timelines *t)
{
	struct amt_map told = {0};
	struct amt_arena a = {0};

	for (size_t i = 0; i < stage_merge_runs(); i++)
		tell_run(stage_merge_run(i), t, &told, &a);
	amt_map_free(&told);
	amt_arena_free(&a);
}
