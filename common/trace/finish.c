/* Sessions closed: their outcome, the cap on how many are kept, and the end of a run. */
#include "feed.h"
#include "order.h"

#include <stdlib.h>

struct trace_day *feed_day(struct feed *f, amt_time at)
{
	int32_t day = at == AMT_TIME_NONE ? INT32_MIN
					  : (int32_t)((at - (at < 0 ? AMT_DAY - 1 : 0)) / AMT_DAY);
	size_t n = f->facts->days.n;

	if (f->day_at < n && f->facts->days.v[f->day_at].day == day)
		return &f->facts->days.v[f->day_at];
	for (size_t i = n; i-- > 0;)
		if (f->facts->days.v[i].day == day) {
			f->day_at = i;
			return &f->facts->days.v[i];
		}
	/* Damaged times could make one a line. */
	if (n >= 20000)
		return &f->facts->days.v[0];
	f->day_at = n;
	struct trace_day *d = amt_vec_add(&f->facts->days);
	d->day = day;
	return d;
}

void feed_count(struct feed *f, amt_time at, uint64_t records, uint64_t errors)
{
	struct trace_day *d = feed_day(f, at);

	d->records += records;
	d->errors += errors;
}

static enum trace_outcome outcome(const struct feed_open *o, bool cause, bool at_end)
{
	if (o->pool_bad)
		return TRACE_FAILED;
	if (o->done || o->pool_ok)
		return TRACE_COMPLETE;
	if (o->terminal)
		return TRACE_FAILED;
	if (at_end && !o->ended)
		return TRACE_RUNNING;
	return cause ? TRACE_FAILED : TRACE_UNKNOWN;
}

static void free_session(struct trace_session *s, char *text)
{
	free(s->milestones);
	free(text);
}

/* Over the cap: completed sessions go first, each device's last one stays; then the oldest. */
static void make_room(struct feed *f)
{
	struct trace_facts *facts = f->facts;
	size_t n = facts->sessions.n, k = 0, half = f->max_sessions / 2;
	uint32_t *last = amt_calloc(facts->devices.n + 1, sizeof(*last));

	for (size_t i = 0; i < n; i++)
		if (facts->sessions.v[i].device != UINT32_MAX)
			last[feed_root(f, facts->sessions.v[i].device)] = (uint32_t)i + 1;
	for (int round = 0; round < 2; round++) {
		size_t drop = facts->sessions.n > half ? facts->sessions.n - half : 0;
		k = 0;
		for (size_t i = 0; i < facts->sessions.n; i++) {
			struct trace_session *s = &facts->sessions.v[i];
			bool is_last = !round && s->device != UINT32_MAX &&
				       last[feed_root(f, s->device)] == i + 1;
			if (drop && (round || (s->outcome == TRACE_COMPLETE && !is_last))) {
				free_session(s, f->texts.v[i]);
				facts->sessions_dropped++;
				drop--;
				continue;
			}
			facts->sessions.v[k] = *s;
			f->texts.v[k++] = f->texts.v[i];
		}
		facts->sessions.n = f->texts.n = k;
	}
	free(last);
}

void feed_close(struct feed *f, struct feed_open *o, bool at_end)
{
	struct feed_cause *from[] = {&o->hard, &o->soft, &o->summary};
	struct feed_cause *cause = NULL;

	if (!o->used)
		return;
	if (o != &f->carry && feed_carry_on(f, o))
		o = &f->carry;
	o->used = false;
	for (size_t i = 0; i < 3 && !cause; i++)
		if (from[i]->c.set)
			cause = from[i];
	o->s.outcome = outcome(o, cause != NULL, at_end);
	char *text = NULL;
	if (cause) {
		o->s.cause = cause->c;
		text = cause->text;
		cause->text = NULL;
	}
	for (size_t i = 0; i < 3; i++)
		feed_cause_clear(from[i]);
	o->s.n_milestones = (uint32_t)o->milestones.n;
	if (o->milestones.n) {
		o->s.milestones = amt_malloc(o->milestones.n * sizeof(*o->s.milestones));
		memcpy(o->s.milestones, o->milestones.v,
		       o->milestones.n * sizeof(*o->s.milestones));
	}
	o->milestones.n = 0;
	/* A long task must not make its thread keep that much for good. */
	if (o->milestones.cap > 16)
		amt_vec_free(&o->milestones);
	f->facts->outcomes[o->s.kind][o->s.outcome]++;
	feed_day(f, o->s.end)->outcomes[o->s.outcome]++;
	if (o->s.device != UINT32_MAX) {
		struct trace_device *d = &f->facts->devices.v[feed_root(f, o->s.device)];
		d->outcomes[o->s.outcome]++;
		if (o->s.end > d->seen_last)
			d->seen_last = o->s.end;
		if (o->s.outcome == TRACE_COMPLETE && o->s.kind <= TRACE_PARTIAL_UNPROVISION) {
			d->provisioned = o->s.kind == TRACE_PROVISION;
			d->unprovisioned = !d->provisioned;
		}
	}
	amt_vec_push(&f->facts->sessions, o->s);
	amt_vec_push(&f->texts, text);
	if (f->facts->sessions.n >= f->max_sessions)
		make_room(f);
}

int trace_by_time(const void *a, const void *b)
{
	const struct trace_session *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	if (x->first.file != y->first.file)
		return x->first.file < y->first.file ? -1 : 1;
	return x->first.line < y->first.line ? -1 : x->first.line > y->first.line;
}

int trace_by_day(const void *a, const void *b)
{
	const struct trace_day *x = a, *y = b;

	return x->day < y->day ? -1 : x->day > y->day;
}

/* Texts and milestones move into the facts' arena. */
static void adopt(struct feed *f)
{
	struct trace_facts *facts = f->facts;

	for (size_t i = 0; i < facts->sessions.n; i++) {
		struct trace_session *s = &facts->sessions.v[i];
		s->cause.text = amt_arena_strdup(&facts->arena, f->texts.v[i] ? f->texts.v[i] : "");
		free(f->texts.v[i]);
		struct trace_milestone *m =
			amt_arena_array(&facts->arena, s->n_milestones + 1, sizeof(*m));
		if (s->n_milestones)
			memcpy(m, s->milestones, s->n_milestones * sizeof(*m));
		free(s->milestones);
		s->milestones = m;
	}
	amt_vec_free(&f->texts);
}

void feed_finish(struct feed *f)
{
	struct trace_facts *facts = f->facts;

	feed_close(f, &f->carry, true);
	amt_vec_free(&f->carry.milestones);
	for (size_t i = 0; i < f->open.n; i++) {
		feed_close(f, f->open.v[i], true);
		amt_vec_free(&f->open.v[i]->milestones);
		free(f->open.v[i]);
	}
	adopt(f);
	if (facts->sessions.n)
		qsort(facts->sessions.v, facts->sessions.n, sizeof(*facts->sessions.v),
		      trace_by_time);
	feed_devices_settle(f);
	for (uint32_t i = 0; i < facts->sessions.n; i++)
		if (facts->sessions.v[i].device != UINT32_MAX)
			facts->devices.v[facts->sessions.v[i].device].last_session = i;
	if (facts->days.n)
		qsort(facts->days.v, facts->days.n, sizeof(*facts->days.v), trace_by_day);
	for (size_t i = 0; i < trace_signatures_count; i++)
		if (f->signs[i].count)
			amt_vec_push(&facts->signatures, f->signs[i]);
	amt_vec_free(&f->alias);
	amt_vec_free(&f->open);
	free(f->slots);
	amt_map_free(&f->hosts);
	amt_map_free(&f->uuids);
	amt_map_free(&f->machines);
}
