/* Events of all rooms joined by client and time, and how they stand in the report. */
#include "html.h"

#include <stdlib.h>
#include <string.h>

const char *const timeline_lane_names[TIMELINE_LANES] = {"capture", "log", "DNS", "AD", "device"};

#define NAME_MAX_LEN 256

/* Into key; 0 when it is none or too long for one. */
static size_t key_of(const char *name, char key[NAME_MAX_LEN])
{
	size_t n = name ? strlen(name) : 0;

	if (n >= NAME_MAX_LEN)
		return 0;
	for (size_t i = 0; i < n; i++)
		key[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
	return n;
}

static void name_client(struct timelines *t, const char *name, size_t client)
{
	char key[NAME_MAX_LEN];
	size_t n = key_of(name, key);
	bool new;

	if (!n)
		return;
	union amt_map_value *v = amt_map_put(&t->by_name, key, n, &new);
	if (new)
		v->n = client;
}

size_t timelines_client(const struct timelines *t, const char *name)
{
	char key[NAME_MAX_LEN];
	size_t n = key_of(name, key);
	const union amt_map_value *v = n ? amt_map_get(&t->by_name, key, n) : NULL;

	return v ? v->n : TIMELINE_NOBODY;
}

void timelines_tell(struct timelines *t, size_t client, const struct timeline_event *e,
		    const char *fmt, ...)
{
	char when[AMT_TIME_TEXT];
	va_list ap;

	if (client == TIMELINE_NOBODY || e->at == AMT_TIME_NONE)
		return;
	if (t->counting) {
		t->told[client]++;
		return;
	}
	if (!t->slot[client])
		return;
	struct timeline *line = &t->list.v[t->slot[client] - 1];
	struct timeline_event copy = *e;
	va_start(ap, fmt);
	copy.what = amt_arena_vprintf(&t->arena, fmt, ap);
	va_end(ap);
	copy.where = amt_arena_strdup(&t->arena, e->where ? e->where : "");
	copy.verdict = e->verdict ? e->verdict : "";
	amt_time_format(e->at, when);
	if (e->local && *when)
		when[strlen(when) - 1] = '\0'; /* not Z: nobody knows */
	copy.when = amt_arena_printf(&t->arena, "%s%s", when, e->local ? " local" : "");
	copy.nth = line->list.n;
	amt_vec_push(&line->list, copy);
}

void timelines_left_out(struct timelines *t, size_t client, size_t n)
{
	struct timeline *line = &t->list.v[t->slot[client] - 1];

	line->left_out = n > line->left_out ? n : line->left_out;
}

static int by_time(const void *a, const void *b)
{
	const struct timeline_event *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->lane != y->lane)
		return x->lane < y->lane ? -1 : 1;
	return x->nth < y->nth ? -1 : x->nth > y->nth;
}

/* The beginning and the end say most. */
static void shorten(struct timeline *line)
{
	size_t half = TIMELINE_EVENTS / 2, n = line->list.n;

	line->told = n + line->left_out;
	if (n)
		qsort(line->list.v, n, sizeof(line->list.v[0]), by_time);
	if (n <= TIMELINE_EVENTS)
		return;
	memmove(&line->list.v[half], &line->list.v[n - half], half * sizeof(line->list.v[0]));
	line->list.n = TIMELINE_EVENTS;
}

static void choose(const struct stage *st, struct timelines *t, int broken)
{
	for (size_t i = 0; i < st->fleet.clients.n; i++) {
		if (!t->told[i] || st->fleet.clients.v[i].broken_stage != broken)
			continue;
		t->eligible++;
		if (t->list.n == TIMELINES_MAX)
			continue;
		amt_vec_push(&t->list, (struct timeline){.client = i});
		t->slot[i] = t->list.n;
	}
}

void timelines_make(const struct stage *st, struct timelines *t)
{
	size_t n = st->fleet.clients.n;

	if (!n)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct walk_client *c = &st->fleet.clients.v[i];
		name_client(t, c->name, i);
		for (size_t k = 0; k < c->keys.n; k++)
			name_client(t, c->keys.v[k], i);
	}
	t->told = amt_calloc(n, sizeof(*t->told));
	t->slot = amt_calloc(n, sizeof(*t->slot));
	t->counting = true;
	timeline_events(st, t);
	t->counting = false;
	for (int n_stage = 1; n_stage <= AMT_STAGE_LAST; n_stage++)
		choose(st, t, n_stage);
	if (n <= TIMELINES_MAX)
		choose(st, t, 0); /* nothing broken */
	timeline_events(st, t);
	for (size_t i = 0; i < t->list.n; i++)
		shorten(&t->list.v[i]);
}

size_t timelines_of(const struct timelines *t, size_t client)
{
	return t->slot ? t->slot[client] : 0;
}

void timelines_free(struct timelines *t)
{
	for (size_t i = 0; i < t->list.n; i++)
		amt_vec_free(&t->list.v[i].list);
	amt_vec_free(&t->list);
	free(t->told);
	free(t->slot);
	amt_map_free(&t->by_name);
	amt_arena_free(&t->arena);
}

/* ---- as markup -------------------------------------------------------------- */

static void as_table(const struct timeline *line, const char *name, struct amt_buf *b)
{
	amt_buf_printf(b, "<details><summary>The %zu events as a table</summary>\n", line->list.n);
	amt_html_scroll(b, amt_arena_printf(&stage.cli->run.arena, "Events of %s", name));
	amt_html_element(b, "<table class=\"sort\"><caption class=\"vh\">Events of ", name,
			 "</caption><thead><tr><th scope=\"col\">Time</th><th "
			 "scope=\"col\">Source</th><th scope=\"col\">Event</th><th "
			 "scope=\"col\">Verdict</th><th scope=\"col\">Seen at</th></tr>"
			 "</thead><tbody>\n");
	for (size_t i = 0; i < line->list.n; i++) {
		const struct timeline_event *e = &line->list.v[i];
		enum amt_verdict v;
		amt_html_element(b, "<tr><td>", e->when, "</td><td>");
		amt_html_element(b, "", timeline_lane_names[e->lane], "</td><td>");
		amt_html_element(b, "", e->what, "</td><td>");
		if (amt_verdict_parse(e->verdict, &v))
			amt_html_verdict(b, v);
		amt_html_element(b, "</td><td>", e->where, "</td></tr>\n");
	}
	amt_buf_str(b, "</tbody></table></div></details>\n");
}

static void one(const struct stage *st, const struct timeline *line, size_t nth, struct amt_buf *b)
{
	const struct walk_client *c = &st->fleet.clients.v[line->client];

	amt_buf_printf(b, "<details class=\"tl\" id=\"timeline-%zu\"%s><summary>", nth,
		       nth <= 3 ? " open" : "");
	amt_html_element(b, "<b>", c->name, "</b> ");
	if (c->broken_stage) {
		amt_html_verdict(b, AMT_FAIL);
		amt_buf_printf(b, " at stage %d: ", c->broken_stage);
		amt_html_element(b, "", c->broken_row ? c->broken_row->title : "", "</summary>\n");
	} else {
		amt_buf_str(b, "nothing broken</summary>\n");
	}
	amt_html_scroll(b, amt_arena_printf(&stage.cli->run.arena, "Timeline of %s", c->name));
	timeline_svg(line, c->name, nth, b);
	amt_buf_str(b, "</div>\n");
	if (line->told > line->list.n)
		amt_buf_printf(b,
			       "<p class=\"note\">The first and the last %d of %zu events.</p>\n",
			       TIMELINE_EVENTS / 2, line->told);
	as_table(line, c->name, b);
	amt_buf_str(b, "</details>\n");
}

void timelines_section(struct stage *st, struct timelines *t, struct amt_run *r)
{
	if (!t->list.n)
		return;
	struct amt_buf *b = &amt_section_html(r, "Timelines")->text;
	amt_buf_str(b, "<p class=\"note\">What capture, log, DNS, directory and device tell of a "
		       "client, by time. Gaps are drawn shorter than they were; hovering a mark, "
		       "or the table below, says what it is.");
	if (st->fleet.clients.n > TIMELINES_MAX)
		amt_buf_printf(b,
			       " Of a fleet only broken clients have one: %zu of the %zu broken "
			       "ones with events are here; --client NAME shows another.",
			       t->list.n, t->eligible);
	amt_buf_str(b, "</p>\n");
	for (size_t i = 0; i < t->list.n; i++)
		one(st, &t->list.v[i], i + 1, b);
}
