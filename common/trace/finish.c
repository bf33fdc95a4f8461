/* Sessions closed: their outcome, the cap on how many are kept, and the end of a run. */
#include "feed.h"
#include "order.h"

#include <stdlib.h>

static struct trace_day *other_day(struct feed *f, amt_time at)
{
	int32_t day = at == AMT_TIME_NONE ? INT32_MIN
					  : (int32_t)((at - (at < 0 ? AMT_DAY - 1 : 0)) / AMT_DAY);
	size_t n = f->facts->days.n;

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

struct trace_day *feed_day(struct feed *f, amt_time at)
{
	if (at < f->day_begin || at >= f->day_end) {
		struct trace_day *d = other_day(f, at);
		f->day_begin = f->day_end = 0;
		if (at == AMT_TIME_NONE || d != &f->facts->days.v[f->day_at])
			return d;
		f->day_begin = (amt_time)d->day * AMT_DAY;
		f->day_end = f->day_begin + AMT_DAY;
	}
	return &f->facts->days.v[f->day_at];
}

void feed_count(struct feed *f, amt_time at, uint64_t records, uint64_t errors)
{
	struct trace_day *d = feed_day(f, at);

	d->records += records;
	d->errors += errors;
}

/* An end that a public source shows (T086, T195): words that are not confirmed can't undo it. */
static bool surely_done(const struct feed_open *o)
{
	const struct feed_mark *m = feed_marks(o);

	for (size_t i = o->n_milestones; i-- > 0;)
		if (m[i].event == TRACE_EV_UNPROVISIONED ||
		    m[i].event == TRACE_EV_STATE_UNPROVISIONED)
			return true;
	return false;
}

static enum trace_outcome outcome(const struct feed_open *o, bool cause, bool at_end)
{
	bool bad = o->pool == FEED_POOL_BAD;

	/* Every line that sets these two is of tag U. */
	if ((bad || o->terminal) && !o->confirmed && surely_done(o))
		return TRACE_COMPLETE;
	if (bad)
		return TRACE_FAILED;
	if (o->done || o->pool == FEED_POOL_OK)
		return TRACE_COMPLETE;
	if (o->terminal)
		return TRACE_FAILED;
	if (at_end && !o->ended)
		return TRACE_RUNNING;
	return cause ? TRACE_FAILED : TRACE_UNKNOWN;
}

static void count(struct feed *f, const struct feed_open *o, enum trace_outcome how)
{
	f->facts->outcomes[o->kind][how]++;
	feed_day(f, o->end)->outcomes[how]++;
	if (!o->of_device)
		return;
	struct feed_known *k = &f->known.v[feed_root(f, o->device)];
	k->outcomes[how]++;
	if (o->end > k->seen_last)
		k->seen_last = o->end;
	if (how == TRACE_COMPLETE && o->kind <= TRACE_PARTIAL_UNPROVISION) {
		k->provisioned = o->kind == TRACE_PROVISION;
		k->unprovisioned = !k->provisioned;
	}
}

/* Does the outcome rest on a wording that is confirmed? */
static bool confirmed(const struct feed_open *o, enum trace_outcome how,
		      const struct feed_cause *cause)
{
	if (how == TRACE_FAILED)
		return o->confirmed || (cause && !cause->c.unconfirmed);
	if (how == TRACE_COMPLETE)
		return surely_done(o) ||
		       (o->pool == FEED_POOL_OK &&
			(o->kind == TRACE_PROVISION || o->kind == TRACE_UNPROVISION));
	return true; /* that no end is there is no matter of wording */
}

/* Provisioning revokes an older certificate, too, before it asks for a new one. */
static bool provisions(const struct feed_open *o)
{
	const struct feed_mark *m = feed_marks(o);
	bool asks = false;

	for (size_t i = 0; i < o->n_milestones; i++) {
		enum trace_event e = m[i].event;
		if (e == TRACE_EV_UNPROVISIONED || e == TRACE_EV_STATE_UNPROVISIONED ||
		    e == TRACE_EV_UNPROVISION_FAILED || e == TRACE_EV_AD_REMOVE)
			return false;
		asks = asks || e == TRACE_EV_CERT_REQUEST || e == TRACE_EV_STAGE1;
	}
	return asks;
}

void feed_close(struct feed *f, struct feed_open *o, bool at_end)
{
	const struct feed_cause *cause;
	enum trace_outcome how;

	if (!o->used)
		return;
	if (o->key & FEED_NO_THREAD && o != &f->carry && feed_carry_on(f, o))
		o = &f->carry;
	o->used = o->hard = false;
	if (o->kind == TRACE_UNPROVISION && provisions(o))
		o->kind = TRACE_PROVISION;
	feed_seen(f, o);
	cause = o->cause ? o->cause : o->summary;
	how = outcome(o, cause != NULL, at_end);
	feed_keep(f, o, how, confirmed(o, how, cause), cause);
	count(f, o, how);
	feed_cause_clear(f, &o->cause);
	feed_cause_clear(f, &o->summary);
	o->has_cause = false;
	o->n_milestones = 0;
	/* A long task must not make its thread keep that much for good. */
	feed_marks_clear(&f->store, o);
	if (f->briefs.n >= f->max_sessions)
		feed_make_room(f);
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

/* A log may say at every line that the component started: all states are looked at only when many
 * tasks began since. */
void feed_restart(struct feed *f, uint32_t group)
{
	bool few = f->n_begun <= FEED_BEGUN, others = false;
	size_t n = few ? f->n_begun : f->n_open;

	for (size_t i = 0; i < n; i++) {
		struct feed_open *o = feed_nth(f, few ? f->begun[i] : i);
		if (!(o->key & FEED_NO_THREAD) && o->key >> 32 == group)
			feed_close(f, o, false);
		else
			others = others || o->used;
	}
	if (!others)
		f->n_begun = 0;
}

void feed_close_all(struct feed *f)
{
	for (size_t i = 0; i < f->n_open; i++) {
		struct feed_open *o = feed_nth(f, i);
		feed_close(f, o, true);
		/* The scanner may still hold it as a hint. */
		*o = (struct feed_open){.key = UINT64_MAX};
	}
	f->n_open = f->n_begun = 0;
}

void feed_finish(struct feed *f)
{
	struct trace_facts *facts = f->facts;

	feed_close(f, &f->carry, true);
	feed_close_all(f);
	feed_store_free(&f->store);
	free(f->open_block);
	trace_index_free(&f->open_index);
	trace_index_free(&f->host_index);
	trace_index_free(&f->uuid_index);
	trace_index_free(&f->machine_index);
	amt_vec_free(&f->names);
	amt_vec_free(&f->machines);
	feed_unpack(f);
	feed_store_free(&f->texts);
	if (facts->sessions.n)
		qsort(facts->sessions.v, facts->sessions.n, sizeof(*facts->sessions.v),
		      trace_by_time);
	feed_join(f);
	feed_devices_settle(f);
	for (uint32_t i = 0; i < facts->sessions.n; i++)
		if (facts->sessions.v[i].device != UINT32_MAX)
			facts->devices.v[facts->sessions.v[i].device].last_session = i;
	if (facts->days.n)
		qsort(facts->days.v, facts->days.n, sizeof(*facts->days.v), trace_by_day);
	for (size_t i = 0; i < trace_signatures_count; i++)
		if (f->signs[i].count)
			amt_vec_push(&facts->signatures, f->signs[i]);
	amt_vec_free(&f->known);
}
