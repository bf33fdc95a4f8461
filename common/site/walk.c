#include "amtdiag/walk.h"

#include <stdlib.h>
#include <string.h>

int walk_stage_of(const struct amt_item *item)
{
	for (int s = 1; s <= AMT_STAGE_LAST; s++)
		if (item->stages & AMT_STAGE_BIT(s))
			return s;
	return 1;
}

struct state {
	const struct walk_input *in;
	struct walk_fleet *fleet;
	struct amt_findings *out;
	struct walk *w;
	size_t *head, *next; /* findings of a row: chains of index + 1 by row */
	size_t stage_begin;  /* out->list.n where the stage began */
	int loose_stage;     /* the first failure of a client that nobody knows */
	const struct amt_finding *loose;
};

static size_t row_index(const struct amt_item *item)
{
	return (size_t)(item - amt_guide_at(0));
}

/* Chains the seen findings by row, keeping their order. */
static void chain_rows(struct state *st)
{
	const struct amt_findings *seen = st->in->seen;

	st->head = amt_calloc(amt_guide_count(), sizeof(*st->head));
	st->next = amt_calloc(seen->list.n, sizeof(*st->next));
	for (size_t i = seen->list.n; i-- > 0;) {
		size_t row = row_index(seen->list.v[i]->item);
		st->next[i] = st->head[row];
		st->head[row] = i + 1;
	}
}

static struct amt_finding *copy(struct amt_findings *out, const struct amt_finding *f,
				enum amt_verdict v, const char *summary)
{
	struct amt_finding *n = amt_finding_add(out, f->item->id, v, f->subject, "%s", summary);

	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct amt_evidence *e = &f->evidence.v[i];
		amt_finding_evidence(out, n, e->source, e->locator, e->text ? "%s" : NULL, e->text);
	}
	for (size_t i = 0; i < f->actions.n; i++)
		amt_finding_action(out, n, "%s", f->actions.v[i]);
	return n;
}

/* Who stands in the way of this subject: the site or the client itself. 0: nobody. */
static int blocked(const struct state *st, const struct walk_client *c, int stage,
		   const struct amt_finding **by)
{
	if (st->w->broken_stage && st->w->broken_stage < stage) {
		*by = st->w->broken;
		return st->w->broken_stage;
	}
	if (c && c->broken_stage && c->broken_stage < stage) {
		*by = c->broken;
		return c->broken_stage;
	}
	return 0;
}

static void add_seen(struct state *st, const struct amt_finding *f, int stage)
{
	struct walk_client *c = walk_fleet_find(st->fleet, f->subject);
	const struct amt_finding *by = NULL;
	int at = blocked(st, c, stage, &by);

	if (!at || f->verdict == AMT_PASS || f->verdict == AMT_NA) {
		copy(st->out, f, f->verdict, f->summary);
		return;
	}
	const char *text =
		amt_arena_printf(&st->out->arena, "waits for stage %d (%s); seen meanwhile: %s: %s",
				 at, by->item->id, amt_verdict_name(f->verdict), f->summary);
	copy(st->out, f, AMT_SKIPPED, text);
}

/* Answers to this row, one finding each. */
static bool add_answers(struct state *st, const struct amt_item *item)
{
	const struct site_answers *a = st->in->answers;
	bool any = false;

	for (size_t i = 0; a && i < a->list.n; i++) {
		const struct site_answer *s = &a->list.v[i];
		if (s->answer == AMT_MAYBE || amt_strcasecmp(s->id, item->id))
			continue;
		struct amt_finding *f = amt_finding_add(
			st->out, item->id, s->answer == AMT_YES ? AMT_PASS : AMT_FAIL, s->subject,
			"answered %s%s%s%s%s", s->answer == AMT_YES ? "yes" : "no",
			*s->by ? " by " : "", s->by, *s->note ? ": " : "", s->note);
		amt_finding_evidence(st->out, f, "answers",
				     amt_arena_printf(&st->out->arena, "line %d", s->line),
				     *s->date ? "%s" : NULL, s->date);
		any = true;
	}
	return any;
}

static void add_row(struct state *st, const struct amt_item *item, int stage)
{
	char why[200];
	const struct amt_finding *by = NULL;
	size_t at = st->head[row_index(item)];

	if (at) {
		for (; at; at = st->next[at - 1])
			add_seen(st, st->in->seen->list.v[at - 1], stage);
		return;
	}
	if (amt_item_applies(item, st->in->ctx, why, sizeof(why)) == AMT_NO) {
		amt_finding_add(st->out, item->id, AMT_NA, "", "does not apply: %s", why);
		return;
	}
	if (add_answers(st, item))
		return;
	int broken = blocked(st, NULL, stage, &by);
	if (broken)
		amt_finding_add(st->out, item->id, AMT_SKIPPED, "", "waits for stage %d (%s)",
				broken, by->item->id);
	else
		amt_finding_add(st->out, item->id, AMT_UNKNOWN, "", "not judged: %s",
				item->mode == AMT_MODE_ASK ? "nobody has answered it"
							   : "no evidence was given");
}

/* The checks that verify the stage were answered, and every answer is good. */
static bool verified(const struct state *st)
{
	bool any = false;

	for (size_t i = st->stage_begin; i < st->out->list.n; i++) {
		const struct amt_finding *f = st->out->list.v[i];
		if (f->item->kind != AMT_KIND_VERIFY || f->verdict == AMT_NA)
			continue;
		if (f->verdict != AMT_PASS)
			return false;
		any = true;
	}
	return any;
}

static void drop_needless(struct state *st, int stage)
{
	if (!verified(st))
		return;
	for (size_t i = st->stage_begin; i < st->out->list.n; i++) {
		struct amt_finding *f = st->out->list.v[i];
		if (f->item->kind != AMT_KIND_CORRECTIVE || f->verdict != AMT_UNKNOWN)
			continue;
		f->verdict = AMT_NA;
		f->summary = amt_arena_printf(
			&st->out->arena, "not needed: the checks that verify stage %d hold", stage);
	}
}

/* A cause goes before its symptom: corrective rows and prerequisites before what verifies. */
static bool better(const struct amt_finding *a, const struct amt_finding *b)
{
	if (!b)
		return true;
	return b->item->kind == AMT_KIND_VERIFY && a->item->kind != AMT_KIND_VERIFY;
}

static void note_client(struct walk_client *c, const struct amt_finding *f, int stage)
{
	c->stage[stage] =
		c->judged[stage] ? amt_verdict_fold(c->stage[stage], f->verdict) : f->verdict;
	c->judged[stage] = true;
	if (f->verdict == AMT_PASS && stage > c->stage_reached)
		c->stage_reached = stage;
	if (f->verdict != AMT_FAIL || (c->broken_stage && c->broken_stage < stage))
		return;
	if (better(f, c->broken_stage == stage ? c->broken : NULL))
		c->broken = f;
	c->broken_stage = stage;
}

/* Rows about a client's own parts: their failure says nothing about the others. */
static bool of_one_client(const struct amt_finding *f)
{
	return *f->subject &&
	       (f->item->component == AMT_COMP_CLIENT || f->item->component == AMT_COMP_CONSOLE ||
		f->item->component == AMT_COMP_BROWSER);
}

/* A failure of a client that nobody knows; it blocks nobody, but it may be the first broken thing.
 */
static void note_loose(struct state *st, const struct amt_finding *f, int stage)
{
	if (st->loose_stage && (st->loose_stage < stage || !better(f, st->loose)))
		return;
	st->loose = f;
	st->loose_stage = stage;
}

static void close_stage(struct state *st, int stage)
{
	struct walk_stage *s = &st->w->stages[stage];
	const struct amt_finding *first = NULL;

	drop_needless(st, stage);
	s->walked = true;
	s->verdict = st->out->list.n > st->stage_begin ? AMT_NA : AMT_UNKNOWN;
	for (size_t i = st->stage_begin; i < st->out->list.n; i++) {
		const struct amt_finding *f = st->out->list.v[i];
		struct walk_client *c = walk_fleet_find(st->fleet, f->subject);
		s->verdict = amt_verdict_fold(s->verdict, f->verdict);
		s->counts[f->verdict]++;
		if (c)
			note_client(c, f, stage);
		else if (f->verdict == AMT_FAIL && of_one_client(f))
			note_loose(st, f, stage);
		else if (f->verdict == AMT_FAIL && better(f, first))
			first = f;
	}
	if (first && !st->w->broken_stage) {
		st->w->broken_stage = stage;
		st->w->broken = first;
	}
}

/* What is broken first for anybody, when the site itself is not broken earlier. */
static void first_of_clients(struct state *st)
{
	if (st->loose && (!st->w->broken_stage || st->loose_stage < st->w->broken_stage)) {
		st->w->broken_stage = st->loose_stage;
		st->w->broken = st->loose;
	}
	for (size_t i = 0; i < st->fleet->clients.n; i++) {
		const struct walk_client *c = &st->fleet->clients.v[i];
		if (!c->broken_stage ||
		    (st->w->broken_stage && st->w->broken_stage < c->broken_stage))
			continue;
		if (st->w->broken_stage == c->broken_stage && !better(c->broken, st->w->broken))
			continue;
		st->w->broken_stage = c->broken_stage;
		st->w->broken = c->broken;
	}
}

static void close_client(const struct walk *w, int site_stage, const struct amt_finding *site,
			 struct walk_client *c)
{
	if (site_stage && (!c->broken_stage || site_stage < c->broken_stage)) {
		c->broken_stage = site_stage;
		c->broken = site;
	}
	for (int s = 1; s <= AMT_STAGE_LAST; s++) {
		if (c->judged[s])
			continue;
		c->stage[s] = c->broken_stage && s > c->broken_stage    ? AMT_SKIPPED
			      : c->broken_stage == s && site_stage == s ? AMT_FAIL
			      : w->stages[s].walked                     ? AMT_UNKNOWN
									: AMT_NA;
	}
}

void walk_run(const struct walk_input *in, struct walk_fleet *fleet, struct amt_findings *out,
	      struct walk *w)
{
	struct state st = {.in = in, .fleet = fleet, .out = out, .w = w};
	unsigned stages = in->stages ? in->stages : ~0u;

	*w = (struct walk){0};
	chain_rows(&st);
	for (int stage = 1; stage <= AMT_STAGE_LAST; stage++) {
		if (!(stages & AMT_STAGE_BIT(stage)))
			continue;
		st.stage_begin = out->list.n;
		for (size_t i = 0; i < amt_guide_count(); i++)
			if (walk_stage_of(amt_guide_at(i)) == stage)
				add_row(&st, amt_guide_at(i), stage);
		close_stage(&st, stage);
	}
	int site_stage = w->broken_stage;
	const struct amt_finding *site = w->broken;
	first_of_clients(&st);
	for (size_t i = 0; i < fleet->clients.n; i++)
		close_client(w, site_stage, site, &fleet->clients.v[i]);
	free(st.head);
	free(st.next);
}
