/* What people read first: the stages, the first broken thing, the clients. */
#include "stage.h"

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

	s->main = true;
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
	amt_buf_printf(&s->text, "  Stage %d, %s: %s\n  %s%s%s\n", st->walk.broken_stage,
		       f->item->id, f->item->title, f->subject, *f->subject ? ": " : "",
		       f->summary);
	for (size_t i = 0; i < f->evidence.n && i < 3; i++) {
		const struct amt_evidence *e = &f->evidence.v[i];
		amt_buf_printf(&s->text, "  seen:   %s%s%s%s%s\n", e->source,
			       e->locator ? ", " : "", e->locator ? e->locator : "",
			       e->text ? ": " : "", e->text ? e->text : "");
	}
	const char *const *steps = amt_finding_steps(&r->findings, f);
	for (size_t i = 0; steps[i]; i++)
		amt_buf_printf(&s->text, "  do now: %zu. %s\n", i + 1, steps[i]);
	if (f->item->who)
		amt_buf_printf(&s->text, "  who:    %s\n", f->item->who);
}

#define CLIENT_ROWS_MAX 2000

static void clients(struct stage *st, struct amt_run *r)
{
	static const struct amt_column columns[] = {{.title = "CLIENT"},
						    {.title = "1", .verdict = true},
						    {.title = "2", .verdict = true},
						    {.title = "3", .verdict = true},
						    {.title = "4", .verdict = true},
						    {.title = "5", .verdict = true},
						    {.title = "6", .verdict = true},
						    {.title = "7", .verdict = true},
						    {.title = "FIRST BROKEN"}};
	size_t n = st->fleet.clients.n;

	if (!n)
		return;
	struct amt_section *s = amt_section_table(r, "Clients by stage", columns, 9);
	for (size_t i = 0; i < n && i < CLIENT_ROWS_MAX; i++) {
		const struct walk_client *c = &st->fleet.clients.v[i];
		amt_section_cell(r, s, "%s", c->name);
		for (int k = 1; k <= AMT_STAGE_LAST; k++)
			amt_section_cell(r, s, "%s", amt_verdict_name(c->stage[k]));
		amt_section_cell(r, s, "%s%s%s", c->broken ? c->broken->item->id : "-",
				 c->broken ? " " : "", c->broken ? c->broken->item->title : "");
	}
	if (n > CLIENT_ROWS_MAX) {
		struct amt_section *more = amt_section_text(r, "");
		amt_buf_printf(&more->text,
			       "  ... and %zu more clients (all are in the JSON document)\n",
			       n - CLIENT_ROWS_MAX);
	}
}

void stage_sections(struct stage *st)
{
	struct amt_run *r = &st->cli->run;
	const struct amt_finding *f = st->walk.broken;
	const char *name = st->profile.name ? st->profile.name : "The site";

	if (f)
		r->headline = amt_arena_printf(
			&r->arena, "%s: stage %d (%s) is the first that is broken: %s %s", name,
			st->walk.broken_stage, amt_stage_title(st->walk.broken_stage), f->item->id,
			f->item->title);
	else
		r->headline = amt_arena_printf(&r->arena, "%s: nothing that was measured is broken",
					       name);
	stages(st, r);
	first_broken(st, r);
	clients(st, r);
	r->perfdata = amt_arena_printf(&r->arena, "first_broken_stage=%d;;;0;7 clients=%zu;;;0",
				       st->walk.broken_stage, st->fleet.clients.n);
}
