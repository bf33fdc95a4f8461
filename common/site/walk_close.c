/* What came of a stage: its verdict, what is broken first, for the site and for each client. */
#include "site/walk_cause.h"
#include "site/walk_state.h"

/* The checks that verify the stage were answered, and every answer is good. */
static bool verified(const struct walk_state *st)
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

static void drop_needless(struct walk_state *st, int stage)
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

static void note_client(struct walk_client *c, const struct amt_finding *f, const char *summary,
			int stage)
{
	c->stage[stage] =
		c->judged[stage] ? amt_verdict_fold(c->stage[stage], f->verdict) : f->verdict;
	c->judged[stage] = true;
	if (f->verdict == AMT_PASS && stage > c->stage_reached)
		c->stage_reached = stage;
	if (f->verdict != AMT_FAIL || (c->broken_stage && c->broken_stage < stage))
		return;
	if (walk_nearer(f, c->broken_stage == stage ? c->broken : NULL)) {
		c->broken = f;
		c->broken_row = f->item;
		c->broken_summary = summary;
	}
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
static void note_loose(struct walk_state *st, const struct amt_finding *f, int stage)
{
	if (f->item->component != AMT_COMP_CLIENT && walk_nearer(f, st->seat[stage]))
		st->seat[stage] = f;
	if (st->loose_stage && (st->loose_stage < stage || !walk_nearer(f, st->loose)))
		return;
	st->loose = f;
	st->loose_stage = stage;
}

/* Whom a finding concerns: the client, or nobody's when nobody knows it. */
static void note_subject(struct walk_state *st, const struct amt_finding *f, const char *subject,
			 const char *summary, int stage, const struct amt_finding **first)
{
	struct walk_client *c = walk_fleet_find(st->fleet, subject);

	if (c)
		note_client(c, f, summary, stage);
	else if (f->verdict == AMT_FAIL && of_one_client(f))
		note_loose(st, f, stage);
	else if (f->verdict == AMT_FAIL && walk_nearer(f, *first))
		*first = f;
}

/* What broke the stage for this subject, when it is nearer to the cause than f is. */
static const struct amt_finding *cause_for(const struct walk_state *st, const struct amt_finding *f,
					   const char *subject, int stage)
{
	const struct walk_client *c = walk_fleet_find(st->fleet, subject);
	const struct amt_finding *by = NULL;

	if (st->w->broken_stage == stage)
		by = st->w->broken;
	else if (c && c->broken_stage == stage)
		by = c->broken;
	return by && walk_nearer(by, f) ? by : NULL;
}

/* A stage that is not verified because of a cause that was found in it: the symptom. Stage 1 is no
 * process: what it verifies stands side by side. */
static void chain_symptoms(struct walk_state *st, int stage)
{
	for (size_t i = st->stage_begin; i < st->out->list.n; i++) {
		struct amt_finding *f = st->out->list.v[i];
		if (f->verdict != AMT_FAIL || f->item->kind != AMT_KIND_VERIFY || f->because_id)
			continue;
		const struct amt_finding *by = cause_for(st, f, f->subject, stage);
		for (size_t m = 1; by && m < f->subjects.n; m++)
			if (cause_for(st, f, f->subjects.v[m].name, stage) != by)
				by = NULL; /* of several causes: it stands for itself */
		if (by)
			walk_because(f, by);
	}
}

void walk_close_stage(struct walk_state *st, int stage)
{
	struct walk_stage *s = &st->w->stages[stage];
	const struct amt_finding *first = NULL;

	drop_needless(st, stage);
	s->walked = true;
	s->verdict = st->out->list.n > st->stage_begin ? AMT_NA : AMT_UNKNOWN;
	for (size_t i = st->stage_begin; i < st->out->list.n; i++) {
		const struct amt_finding *f = st->out->list.v[i];
		s->verdict = amt_verdict_fold(s->verdict, f->verdict);
		s->counts[f->verdict]++;
		note_subject(st, f, f->subject, f->summary, stage, &first);
		for (size_t m = 1; m < f->subjects.n; m++) {
			const struct amt_subject *v = &f->subjects.v[m];
			note_subject(st, f, v->name, v->summary ? v->summary : f->summary, stage,
				     &first);
		}
	}
	if (first && !st->w->broken_stage) {
		st->w->broken_stage = stage;
		st->w->broken = first;
	}
	if (stage > 1)
		chain_symptoms(st, stage);
}

/* What is broken first for anybody, when the site itself is not broken earlier. */
static void first_of_clients(struct walk_state *st)
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
		if (st->w->broken_stage == c->broken_stage &&
		    !walk_nearer(c->broken, st->w->broken))
			continue;
		st->w->broken_stage = c->broken_stage;
		st->w->broken = c->broken;
	}
}

/* Of a stage that is met through a console or browser and says nothing of the client, that seat's
 * failure is what is known. It ends no walk: another seat may do. */
static void close_seats(const struct walk_state *st, struct walk_client *c)
{
	for (int s = WALK_SEAT_STAGE; s <= AMT_STAGE_LAST; s++) {
		if (!st->seat[s] || c->stage[s] != AMT_UNKNOWN)
			continue;
		c->stage[s] = AMT_FAIL;
		if (c->broken_stage)
			continue;
		c->broken_stage = s;
		c->broken = st->seat[s];
		c->broken_row = st->seat[s]->item;
		c->broken_summary = st->seat[s]->summary;
	}
}

static void close_client(const struct walk *w, int site_stage, const struct amt_finding *site,
			 struct walk_client *c)
{
	if (site_stage && (!c->broken_stage || site_stage < c->broken_stage)) {
		c->broken_stage = site_stage;
		c->broken = site;
		c->broken_row = site->item;
		c->broken_summary = site->summary;
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

void walk_close_clients(struct walk_state *st)
{
	const struct walk *w = st->w;
	int site_stage = w->broken_stage;
	const struct amt_finding *site = w->broken;

	first_of_clients(st);
	for (size_t i = 0; i < st->fleet->clients.n; i++) {
		close_client(w, site_stage, site, &st->fleet->clients.v[i]);
		close_seats(st, &st->fleet->clients.v[i]);
	}
}
