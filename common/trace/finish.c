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

/* Milestones and text of a session that is kept. */
static void keep(struct amt_arena *a, struct trace_session *s, const struct trace_milestone *m,
		 const char *text)
{
	s->milestones = s->n_milestones ? amt_arena_array(a, s->n_milestones, sizeof(*m)) : NULL;
	if (s->milestones)
		memcpy(s->milestones, m, s->n_milestones * sizeof(*m));
	s->cause.text = amt_arena_strdup(a, text);
}

/* Over the cap: completed sessions go first, each device's last one stays; then the oldest. */
static void make_room(struct feed *f)
{
	struct trace_facts *facts = f->facts;
	size_t n = facts->sessions.n, k = 0, half = f->max_sessions / 2;
	uint32_t *last = amt_calloc(facts->devices.n + 1, sizeof(*last));
	struct amt_arena old = facts->kept;

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
				facts->sessions_dropped++;
				drop--;
				continue;
			}
			facts->sessions.v[k++] = *s;
		}
		facts->sessions.n = k;
	}
	free(last);
	/* What is left moves to a place of its own: the old one goes as a whole. */
	facts->kept = (struct amt_arena){.used = 0};
	for (size_t i = 0; i < facts->sessions.n; i++) {
		struct trace_session *s = &facts->sessions.v[i];
		keep(&facts->kept, s, s->milestones, s->cause.text);
	}
	amt_arena_free(&old);
}

void feed_close(struct feed *f, struct feed_open *o, bool at_end)
{
	struct feed_cause **from, *cause;

	if (!o->used)
		return;
	if (o != &f->carry && feed_carry_on(f, o))
		o = &f->carry;
	o->used = false;
	from = o->hard ? &o->hard : o->soft ? &o->soft : &o->summary;
	cause = *from;
	*from = NULL;
	o->s.outcome = outcome(o, cause != NULL, at_end);
	if (cause)
		o->s.cause = cause->c;
	o->s.n_milestones = (uint32_t)o->milestones.n;
	amt_vec_push(&f->facts->sessions, o->s);
	keep(&f->facts->kept, &f->facts->sessions.v[f->facts->sessions.n - 1], o->milestones.v,
	     cause ? cause->text : NULL);
	feed_cause_clear(&cause);
	feed_cause_clear(&o->hard);
	feed_cause_clear(&o->soft);
	feed_cause_clear(&o->summary);
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

void feed_close_all(struct feed *f)
{
	for (size_t i = 0; i < f->n_open; i++) {
		struct feed_open *o = feed_nth(f, i);
		feed_close(f, o, true);
		amt_vec_free(&o->milestones);
	}
	for (size_t i = 0; i < f->pool.n; i++)
		free(f->pool.v[i]);
	amt_vec_free(&f->pool);
	f->n_open = 0;
}

void feed_finish(struct feed *f)
{
	struct trace_facts *facts = f->facts;

	feed_close(f, &f->carry, true);
	amt_vec_free(&f->carry.milestones);
	feed_close_all(f);
	for (size_t i = 0; i < facts->sessions.n; i++)
		if (!facts->sessions.v[i].cause.text)
			facts->sessions.v[i].cause.text = "";
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
	amt_vec_free(&f->names);
	amt_vec_free(&f->machines);
	trace_index_free(&f->host_index);
	trace_index_free(&f->uuid_index);
	trace_index_free(&f->machine_index);
	trace_index_free(&f->open_index);
}
