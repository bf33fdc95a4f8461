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
	/* Every line that sets these two is of tag U. */
	if ((o->pool_bad || o->terminal) && !o->confirmed && surely_done(o))
		return TRACE_COMPLETE;
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

/*
 * Milestones of the sessions stand in kept one behind the other, in the order of the
 * sessions: some can be dropped by moving the others up, and there are no pointers to
 * them before the end.
 */
static void keep(struct feed *f, const struct trace_session *s, const struct feed_mark *m,
		 struct feed_text *text)
{
	size_t at = f->kept.n, words = s->n_milestones * FEED_MARK_WORDS;

	if (at + words > f->kept.cap) {
		f->kept.cap = at + words + (at + words) / 2 + 64;
		f->kept.v = amt_reallocarray(f->kept.v, f->kept.cap, sizeof(uint64_t));
	}
	f->kept.n = at + words;
	if (words)
		memcpy(f->kept.v + at, m, s->n_milestones * sizeof(*m));
	if (text)
		text->refs++;
	amt_vec_push(&f->briefs, (struct feed_brief){.text = text,
						     .device = s->device,
						     .words = (uint16_t)words,
						     .complete = s->outcome == TRACE_COMPLETE});
}

/* What is left at the end, as others want it. */
static void unpack(struct feed *f)
{
	struct trace_facts *facts = f->facts;
	size_t at = 0;

	for (size_t i = 0; i < facts->sessions.n; i++) {
		struct trace_session *s = &facts->sessions.v[i];
		const struct feed_mark *m = (const struct feed_mark *)(f->kept.v + at);
		s->milestones = NULL;
		if (s->n_milestones)
			s->milestones = amt_arena_array(&facts->arena, s->n_milestones,
							sizeof(*s->milestones));
		for (size_t k = 0; k < s->n_milestones; k++)
			s->milestones[k] =
				(struct trace_milestone){.event = m[k].event,
							 .repeats = m[k].repeats,
							 .file = s->first.file + m[k].file,
							 .line = m[k].line,
							 .at = m[k].at};
		s->cause.text = feed_text_keep(f, f->briefs.v[i].text);
		at += f->briefs.v[i].words;
	}
	amt_vec_free(&f->kept);
	amt_vec_free(&f->briefs);
}

/* Those from i to before j, to place k; their words too. */
static void move_up(struct feed *f, size_t i, size_t j, size_t k, size_t from, size_t to,
		    size_t words)
{
	struct trace_session *s = f->facts->sessions.v;

	memmove(s + k, s + i, (j - i) * sizeof(*s));
	memmove(f->briefs.v + k, f->briefs.v + i, (j - i) * sizeof(*f->briefs.v));
	memmove(f->kept.v + to, f->kept.v + from, words * sizeof(uint64_t));
}

/* The first ones that may go (NULL: all), until there are no more than keep_n. */
static void drop_some(struct feed *f, size_t keep_n, const bool *may_go)
{
	size_t n = f->facts->sessions.n, drop = n > keep_n ? n - keep_n : 0;
	size_t k = 0, from = 0, to = 0;

	if (!drop)
		return;
	for (size_t i = 0, j; i < n; i = j) {
		size_t words = 0;
		for (j = i; j < n && drop && (!may_go || may_go[j]); j++, drop--) {
			from += f->briefs.v[j].words;
			feed_text_put(f, f->briefs.v[j].text);
			f->facts->sessions_dropped++;
		}
		for (i = j; j < n && !(drop && (!may_go || may_go[j])); j++)
			words += f->briefs.v[j].words;
		if (j > i)
			move_up(f, i, j, k, from, to, words);
		k += j - i;
		from += words;
		to += words;
	}
	f->facts->sessions.n = f->briefs.n = k;
	f->kept.n = to;
}

/* Over the cap: completed sessions go first, each device's last one stays; then the oldest. */
static void make_room(struct feed *f)
{
	struct trace_facts *facts = f->facts;
	size_t n = facts->sessions.n, half = f->max_sessions / 2;
	bool *met = amt_calloc(facts->devices.n + 1, sizeof(*met)),
	     *may_go = amt_calloc(n + 1, sizeof(*may_go));

	for (size_t i = n; i-- > 0;) {
		const struct feed_brief *s = &f->briefs.v[i];
		bool *m = s->device == UINT32_MAX ? NULL : &met[feed_root(f, s->device)];
		may_go[i] = s->complete && (!m || *m);
		if (m)
			*m = true;
	}
	drop_some(f, half, may_go);
	drop_some(f, half, NULL);
	free(met);
	free(may_go);
}

static void count(struct feed *f, const struct trace_session *s)
{
	f->facts->outcomes[s->kind][s->outcome]++;
	feed_day(f, s->end)->outcomes[s->outcome]++;
	if (s->device == UINT32_MAX)
		return;
	uint32_t device = feed_root(f, s->device);
	struct feed_known *k = &f->known.v[device];
	k->outcomes[s->outcome]++;
	if (s->end > k->seen_last)
		k->seen_last = s->end;
	if (s->outcome == TRACE_COMPLETE && s->kind <= TRACE_PARTIAL_UNPROVISION) {
		k->provisioned = s->kind == TRACE_PROVISION;
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
		       (o->pool_ok && (o->kind == TRACE_PROVISION || o->kind == TRACE_UNPROVISION));
	return true; /* that no end is there is no matter of wording */
}

void feed_close(struct feed *f, struct feed_open *o, bool at_end)
{
	struct feed_cause *cause;
	struct trace_session *s;

	if (!o->used)
		return;
	if (o != &f->carry && feed_carry_on(f, o))
		o = &f->carry;
	o->used = o->hard = false;
	feed_seen(f, o);
	cause = o->cause ? o->cause : o->summary;
	s = amt_vec_add(&f->facts->sessions);
	*s = (struct trace_session){
		.device = feed_task_device(o),
		.kind = o->kind,
		.outcome = outcome(o, cause != NULL, at_end),
		.has_machine = o->has_machine,
		.has_thread = !(o->key & FEED_NO_THREAD),
		.implicit = o->implicit,
		.placed = o->placed,
		.machine = o->has_machine ? o->machine : 0,
		.thread = o->key & FEED_NO_THREAD ? 0 : (uint32_t)o->key,
		.begin = o->begin,
		.end = o->end,
		.first = {o->first_file, o->first_line},
		.last = {o->last_file, o->last_line},
		.errors = o->errors,
		.retries = o->retries,
		.reached = o->reached,
		.failed_call = o->failed_call ? o->failed_call->name : NULL,
		.failed_status = o->failed_call ? o->failed_call->status : 0,
		.n_milestones = o->n_milestones,
	};
	s->confirmed = confirmed(o, s->outcome, cause);
	if (cause)
		s->cause = cause->c;
	keep(f, s, feed_marks(o), cause ? cause->text : NULL);
	feed_cause_clear(f, &o->cause);
	feed_cause_clear(f, &o->summary);
	o->has_cause = false;
	o->n_milestones = 0;
	/* A long task must not make its thread keep that much for good. */
	feed_marks_clear(&f->store, o);
	count(f, s);
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
		/* The scanner may still hold it as a hint. */
		*o = (struct feed_open){.key = UINT64_MAX};
	}
	f->n_open = 0;
}

void feed_finish(struct feed *f)
{
	struct trace_facts *facts = f->facts;

	feed_close(f, &f->carry, true);
	feed_close_all(f);
	feed_store_free(&f->store);
	for (size_t i = 0; i < f->pool.n; i++)
		free(f->pool.v[i]);
	amt_vec_free(&f->pool);
	trace_index_free(&f->open_index);
	trace_index_free(&f->host_index);
	trace_index_free(&f->uuid_index);
	trace_index_free(&f->machine_index);
	amt_vec_free(&f->names);
	amt_vec_free(&f->machines);
	unpack(f);
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
