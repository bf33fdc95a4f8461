/* What people read first: the stages, the first broken thing, the clients. */
#include "html.h"

#include <string.h>

static void stages(struct stage *st, struct amt_run *r)
{
	static const struct amt_column columns[] = {{.title = "STAGE", .right = true},
						    {.title = "VERDICT", .verdict = true},
						    {.title = "PASS", .right = true},
						    {.title = "WARN", .right = true},
						    {.title = "FAIL", .right = true},
						    {.title = "UNKNOWN", .right = true},
						    {.title = "SKIPPED", .right = true},
						    {.title = "N/A", .right = true},
						    {.title = "WHAT"}};
	struct amt_section *s = amt_section_table(r, "Stages", columns, 9);

	s->main = s->text_only = true;
	for (int n = 1; n <= AMT_STAGE_LAST; n++) {
		const struct walk_stage *w = &st->walk.stages[n];
		static const enum amt_verdict shown[] = {AMT_PASS,    AMT_WARN,    AMT_FAIL,
							 AMT_UNKNOWN, AMT_SKIPPED, AMT_NA};
		if (!w->walked)
			continue;
		amt_section_cell(r, s, "%d", n);
		amt_section_cell(r, s, "%s", amt_verdict_name(w->verdict));
		for (size_t i = 0; i < 6; i++)
			amt_section_cell(r, s, "%zu",
					 w->counts[shown[i]] + (shown[i] == AMT_WARN
									? w->counts[AMT_PENDING]
									: 0));
		amt_section_cell(r, s, "%s", amt_stage_title(n));
	}
}

static void first_broken(struct stage *st, struct amt_run *r)
{
	const struct amt_finding *f = st->walk.broken;

	if (!f)
		return;
	struct amt_section *s = amt_section_text(r, "First broken thing");
	s->text_only = true;
	amt_buf_printf(&s->text, "  Stage %d, %s: %s\n  %s", st->walk.broken_stage, f->item->id,
		       f->item->title, f->subject);
	if (f->subjects.n)
		amt_buf_printf(&s->text, " and %zu more", f->subjects.n - 1);
	amt_buf_printf(&s->text, "%s%s\n", *f->subject ? ": " : "", f->summary);
	for (size_t i = 0; i < f->evidence.n && i < 3; i++) {
		const struct amt_evidence *e = &f->evidence.v[i];
		amt_buf_printf(&s->text, "  seen:    %s%s%s%s%s\n", e->source,
			       e->locator ? ", " : "", e->locator ? e->locator : "",
			       e->text ? ": " : "", e->text ? e->text : "");
	}
	const char *const *steps = amt_finding_steps(&r->findings, f);
	for (size_t i = 0; steps[i]; i++)
		amt_buf_printf(&s->text, "  do now:  %zu. %s\n", i + 1, steps[i]);
	if (f->item->who)
		amt_buf_printf(&s->text, "  who:     %s\n", f->item->who);
}

#define CLIENT_ROWS_MAX 2000

/* One letter a stage, so that a row fits a line. */
static char letter(enum amt_verdict v)
{
	static const char letters[AMT_VERDICTS] = {
		[AMT_PASS] = 'P',    [AMT_WARN] = 'W', [AMT_FAIL] = 'F',    [AMT_UNKNOWN] = '?',
		[AMT_PENDING] = '~', [AMT_NA] = '.',   [AMT_SKIPPED] = '-',
	};
	return letters[v];
}

static void client_row(struct amt_run *r, struct amt_section *s, const struct walk_client *c)
{
	char line[2 * AMT_STAGE_LAST];

	for (int k = 1; k <= AMT_STAGE_LAST; k++) {
		line[2 * k - 2] = letter(c->stage[k]);
		line[2 * k - 1] = k < AMT_STAGE_LAST ? ' ' : '\0';
	}
	amt_section_cell(r, s, "%s", c->name);
	amt_section_cell(r, s, "%s", line);
	amt_section_cell(r, s, "%d", c->stage_reached);
	amt_section_cell(r, s, "%s%s%s", c->broken_row ? c->broken_row->id : "-",
			 c->broken_row ? " " : "", c->broken_row ? c->broken_row->title : "");
}

static void clients(struct stage *st, struct amt_run *r)
{
	static const struct amt_column columns[] = {{.title = "CLIENT"},
						    {.title = "1 2 3 4 5 6 7"},
						    {.title = "REACHED", .right = true},
						    {.title = "FIRST BROKEN"}};
	size_t n = st->fleet.clients.n;

	if (!n)
		return;
	struct amt_section *s = amt_section_table(
		r, "Clients by stage (P pass, W warn, F fail, ? unknown, - skipped, ~ pending)",
		columns, 4);
	s->text_only = true;
	for (size_t i = 0; i < n && i < CLIENT_ROWS_MAX; i++)
		client_row(r, s, &st->fleet.clients.v[i]);
	if (n > CLIENT_ROWS_MAX) {
		struct amt_section *more = amt_section_text(r, "");
		more->text_only = true;
		amt_buf_printf(&more->text,
			       "  ... and %zu more clients (all are in the JSON document)\n",
			       n - CLIENT_ROWS_MAX);
	}
}

void stage_sections(struct stage *st)
{
	struct amt_run *r = &st->cli->run;
	const struct amt_finding *f = st->walk.broken;
	const char *name = st->merge          ? "Merged runs"
			   : st->profile.name ? st->profile.name
					      : "The site";

	if (f)
		r->headline = amt_arena_printf(
			&r->arena, "%s: stage %d (%s) is the first that is broken: %s %s", name,
			st->walk.broken_stage, amt_stage_title(st->walk.broken_stage), f->item->id,
			f->item->title);
	else
		r->headline = amt_arena_printf(&r->arena, "%s: nothing that was measured is broken",
					       name);
	stage_html_sections(st);
	stages(st, r);
	first_broken(st, r);
	clients(st, r);
	stage_orders_sections(st);
	r->perfdata = amt_arena_printf(&r->arena, "first_broken_stage=%d;;;0;7 clients=%zu;;;0",
				       st->walk.broken_stage, st->fleet.clients.n);
}
