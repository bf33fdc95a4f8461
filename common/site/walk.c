/* Stage after stage over what was seen: the rows. walk_close.c says what came of each. */
#include "site/walk_state.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int walk_stage_of(const struct amt_item *item)
{
	for (int s = 1; s <= AMT_STAGE_LAST; s++)
		if (item->stages & AMT_STAGE_BIT(s))
			return s;
	return 1;
}

static size_t row_index(const struct amt_item *item)
{
	return (size_t)(item - amt_guide_at(0));
}

/* Chains the seen findings by row, keeping their order. */
static void chain_rows(struct walk_state *st)
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

/* Who stands in the way of this subject: the site or the client itself. 0: nobody. */
static int blocked(const struct walk_state *st, const struct walk_client *c, int stage,
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

void walk_because(struct amt_finding *f, const struct amt_finding *by)
{
	f->because_id = by->item->id;
	f->because_subject = by->subject;
}

/* What stands in the way of a subject. */
struct hurdle {
	const struct amt_finding *by; /* NULL: nothing does */
	uintptr_t stage;              /* it waits for this stage; 0: by is nearer to it */
};

static struct hurdle hurdle(struct walk_state *st, const struct amt_finding *f, const char *subject,
			    int stage)
{
	struct hurdle h = {0};

	/* A failure that was measured is never hidden, nor called a consequence by an inference. */
	if (f->verdict == AMT_UNKNOWN)
		h.by = needs_failed(&st->needs, f->item, subject, false, NULL);
	if (h.by)
		return h;
	h.stage = (uintptr_t)blocked(st, walk_fleet_find(st->fleet, subject), stage, &h.by);
	if (!h.stage && f->verdict == AMT_FAIL)
		h.by = needs_failed(&st->needs, f->item, subject, true, NULL);
	return h;
}

/* Why it is skipped; NULL: it is not. */
static const char *hurdle_words(struct walk_state *st, const struct amt_finding *f,
				const char *subject, const struct hurdle *h)
{
	const char *words = NULL;

	if (h->stage)
		return amt_arena_printf(&st->out->arena, "waits for stage %d (%s)", (int)h->stage,
					h->by->item->id);
	if (h->by && f->verdict == AMT_UNKNOWN)
		needs_failed(&st->needs, f->item, subject, false, &words);
	return words;
}

/* One finding for those of f's subjects that have the same in their way. v is taken over: of a
 * fleet it is much. */
static void add_part(struct walk_state *st, const struct amt_finding *f, struct amt_subjects v,
		     struct hurdle h)
{
	struct amt_arena *a = &st->out->arena;
	const char *summary = v.n && v.v[0].summary ? v.v[0].summary : f->summary;
	const char *words = hurdle_words(st, f, v.n ? v.v[0].name : f->subject, &h);
	struct amt_finding *part =
		amt_finding_copy(st->out, f, words ? AMT_SKIPPED : f->verdict,
				 words ? amt_arena_printf(a, "%s; seen meanwhile: %s: %s", words,
							  amt_verdict_name(f->verdict), summary)
				       : summary);

	if (h.by)
		walk_because(part, h.by);
	if (v.n)
		part->subject = v.v[0].name;
	if (v.n > 1) {
		v.v[0].summary = NULL; /* it is the finding's now */
		part->subjects = v;
	} else {
		amt_vec_free(&v);
	}
}

static struct amt_subjects take_subjects(struct amt_finding *f)
{
	struct amt_subjects v = f->subjects;

	f->subjects = (struct amt_subjects){0};
	return v;
}

/* Subjects of a folded finding go apart by what stands in their way. */
static void add_folded(struct walk_state *st, struct amt_finding *f, int stage)
{
	struct part {
		struct hurdle in_the_way;
		struct amt_subjects v;
	};
	struct AMT_VEC(struct part *) parts = {0};
	struct amt_map by_cause = {0};

	for (size_t i = 0; i < f->subjects.n; i++) {
		struct hurdle h = hurdle(st, f, f->subjects.v[i].name, stage);
		union amt_map_value *v = amt_map_put(&by_cause, &h, sizeof(h), NULL);
		struct part *p = v->p;
		if (!p) {
			v->p = p = amt_calloc(1, sizeof(*p));
			p->in_the_way = h;
			amt_vec_push(&parts, p);
		}
		amt_vec_push(&p->v, f->subjects.v[i]);
	}
	amt_vec_free(&f->subjects);
	for (size_t i = 0; i < parts.n; i++) {
		struct part *p = parts.v[i];
		add_part(st, f, p->v, p->in_the_way);
		free(p);
	}
	amt_vec_free(&parts);
	amt_map_free(&by_cause);
}

/* Measured, but of no matter here: a client without an audit log where nobody audits. Firmware that
 * was seen says more than the list of the profile, so it does not count here. */
static bool of_no_matter(struct walk_state *st, struct amt_finding *f)
{
	struct amt_context traits = *st->in->ctx;
	char why[200];

	traits.firmware = NULL;
	traits.n_firmware = 0;
	if (f->verdict == AMT_PASS || f->verdict == AMT_NA ||
	    amt_item_applies(f->item, &traits, why, sizeof(why)) != AMT_NO)
		return false;
	struct amt_finding *na = amt_finding_copy(
		st->out, f, AMT_NA,
		amt_arena_printf(&st->out->arena, "does not apply: %s; seen: %s", why, f->summary));
	na->subjects = take_subjects(f);
	return true;
}

static void add_seen(struct walk_state *st, struct amt_finding *f, int stage)
{
	if (of_no_matter(st, f))
		return;
	if (f->verdict == AMT_PASS || f->verdict == AMT_NA)
		add_part(st, f, take_subjects(f), (struct hurdle){0});
	else if (f->subjects.n)
		add_folded(st, f, stage);
	else
		add_part(st, f, (struct amt_subjects){0}, hurdle(st, f, f->subject, stage));
}

/* Answers to this row, one finding each. */
static bool add_answers(struct walk_state *st, const struct amt_item *item)
{
	const struct site_answers *a = st->in->answers;
	bool any = false;

	for (size_t i = 0; a && i < a->list.n; i++) {
		const struct site_answer *s = &a->list.v[i];
		if (s->answer == AMT_MAYBE || amt_strcasecmp(s->id, item->id))
			continue;
		char *note = amt_arena_strdup(&st->out->arena, s->note);
		site_mask(note, strlen(note));
		struct amt_finding *f = amt_finding_add(
			st->out, item->id, s->answer == AMT_YES ? AMT_PASS : AMT_FAIL, s->subject,
			"answered %s%s%s%s%s", s->answer == AMT_YES ? "yes" : "no",
			*s->by ? " by " : "", s->by, *note ? ": " : "", note);
		amt_finding_evidence(st->out, f, "answers",
				     amt_arena_printf(&st->out->arena, "line %d", s->line),
				     *s->date ? "%s" : NULL, s->date);
		const struct amt_finding *by =
			f->verdict == AMT_FAIL
				? needs_failed(&st->needs, item, s->subject, true, NULL)
				: NULL;
		if (by)
			walk_because(f, by);
		any = true;
	}
	return any;
}

/* G.02 is about the walk as a whole: said when it is over. */
static void judge_order(struct walk_state *st)
{
	struct walk_stage *s = &st->w->stages[1];
	struct amt_findings *out = st->out;
	size_t at = 0, n = out->list.n;

	if (!s->walked)
		return;
	struct amt_finding *f = orders_judge(out);
	s->verdict = amt_verdict_fold(s->verdict, f->verdict);
	s->counts[f->verdict]++;
	while (at < n && out->list.v[at]->item < f->item)
		at++;
	memmove(&out->list.v[at + 1], &out->list.v[at], (n - at) * sizeof(out->list.v[0]));
	out->list.v[at] = f;
}

/* Somebody looked and could not tell: then an answer counts. */
static bool only_unknown(const struct walk_state *st, size_t at)
{
	for (; at; at = st->next[at - 1])
		if (st->in->seen->list.v[at - 1]->verdict != AMT_UNKNOWN)
			return false;
	return true;
}

static void add_row(struct walk_state *st, const struct amt_item *item, int stage)
{
	char why[200];
	const struct amt_finding *by = NULL;
	size_t at = st->head[row_index(item)];

	if (!strcmp(item->id, "G.02"))
		return;
	if (at && !(only_unknown(st, at) &&
		    amt_item_applies(item, st->in->ctx, why, sizeof(why)) != AMT_NO &&
		    add_answers(st, item))) {
		for (; at; at = st->next[at - 1])
			add_seen(st, st->in->seen->list.v[at - 1], stage);
		return;
	}
	if (at)
		return;
	if (amt_item_applies(item, st->in->ctx, why, sizeof(why)) == AMT_NO) {
		amt_finding_add(st->out, item->id, AMT_NA, "", "does not apply: %s", why);
		return;
	}
	if (add_answers(st, item))
		return;
	const char *words;
	const struct amt_finding *need = needs_failed(&st->needs, item, "", false, &words);
	int broken = blocked(st, NULL, stage, &by);
	if (need)
		walk_because(amt_finding_add(st->out, item->id, AMT_SKIPPED, "", "%s", words),
			     need);
	else if (broken)
		walk_because(amt_finding_add(st->out, item->id, AMT_SKIPPED, "",
					     "waits for stage %d (%s)", broken, by->item->id),
			     by);
	else
		amt_finding_add(st->out, item->id, AMT_UNKNOWN, "", "not judged: %s",
				item->mode == AMT_MODE_ASK ? "nobody has answered it"
							   : "no evidence was given");
}

void walk_run(const struct walk_input *in, struct walk_fleet *fleet, struct amt_findings *out,
	      struct walk *w)
{
	struct walk_state st = {.in = in, .fleet = fleet, .out = out, .w = w};
	unsigned stages = in->stages ? in->stages : ~0u;

	*w = (struct walk){0};
	chain_rows(&st);
	needs_init(&st.needs, fleet, out);
	for (int stage = 1; stage <= AMT_STAGE_LAST; stage++) {
		if (!(stages & AMT_STAGE_BIT(stage)))
			continue;
		st.stage_begin = out->list.n;
		for (size_t i = 0; i < amt_guide_count(); i++) {
			size_t begin = out->list.n;
			if (walk_stage_of(amt_guide_at(i)) != stage)
				continue;
			add_row(&st, amt_guide_at(i), stage);
			needs_row_done(&st.needs, amt_guide_at(i), begin);
		}
		walk_close_stage(&st, stage);
	}
	judge_order(&st);
	walk_close_clients(&st);
	needs_free(&st.needs);
	free(st.head);
	free(st.next);
}
