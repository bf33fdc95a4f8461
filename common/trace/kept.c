/*
 * Sessions that are over, packed one behind the other until the end of the run, and the cap
 * on how many are kept: some can be dropped by moving the others up, and there are no
 * pointers to them before the end.
 */
#include "feed.h"

#include <stdlib.h>

#define WORD sizeof(uint64_t)
_Static_assert(sizeof(struct feed_done) % WORD == 0, "milestones begin at a word");
_Static_assert(FEED_MILESTONES_MAX % FEED_MARKS_HERE == 0, "milestones take whole cache lines");

/* Room at the end of kept, of which nothing is written yet. */
static struct feed_done *room(struct feed *f, size_t words)
{
	size_t at = f->kept.n;

	f->kept.n += words;
	/* And for a cache line more, so that milestones can be copied by whole ones. */
	if (f->kept.n + FEED_LINE / WORD > f->kept.cap) {
		f->kept.cap = f->kept.n + f->kept.n / 2 + 64;
		f->kept.v = amt_reallocarray(f->kept.v, f->kept.cap, WORD);
	}
	return (struct feed_done *)(f->kept.v + at);
}

static void keep_cause(struct feed_done *d, const struct feed_cause *cause)
{
	const struct trace_cause *c = &cause->c;

	d->text = cause->text;
	d->text->refs++;
	d->cause_line = c->at.line;
	d->cause_file = c->at.file;
	d->cause_when = c->when;
	d->cause_code = c->code;
	d->cause_event = c->event;
	d->signature = c->signature;
	d->unconfirmed = c->unconfirmed;
	d->has_code = c->has_code;
	d->firmware = c->firmware;
}

void feed_keep(struct feed *f, const struct feed_open *o, enum trace_outcome outcome,
	       bool confirmed, const struct feed_cause *cause)
{
	size_t n = o->n_milestones;
	size_t words = (sizeof(struct feed_done) + n * sizeof(struct feed_mark)) / WORD;
	struct feed_done *d = room(f, words);

	d->begin = o->begin;
	d->end = o->end;
	d->first_line = o->first_line;
	d->last_line = o->last_line;
	d->first_file = o->first_file;
	d->last_file = o->last_file;
	d->failed_call = o->failed_call;
	d->text = NULL;
	d->device = feed_task_device(o);
	d->machine = o->has_machine ? o->machine : 0;
	d->thread = o->key & FEED_NO_THREAD ? 0 : (uint32_t)o->key;
	d->errors = o->errors;
	d->retries = o->retries;
	d->reached = o->reached;
	d->calls = o->calls;
	d->kind = o->kind;
	d->outcome = (uint8_t)outcome;
	d->n_milestones = (uint8_t)n;
	d->has_machine = o->has_machine;
	d->has_thread = !(o->key & FEED_NO_THREAD);
	d->implicit = o->implicit;
	d->placed = o->placed;
	d->confirmed = confirmed;
	if (cause)
		keep_cause(d, cause);
	for (size_t i = 0; i < n; i += FEED_MARKS_HERE)
		memcpy(d->milestones + i, feed_marks(o) + i, FEED_LINE);
	/* Where the next one will be written. */
	if (f->kept.n + 4 * FEED_LINE / WORD <= f->kept.cap)
		for (size_t i = 0; i < 4; i++)
			trace_touch(f->kept.v + f->kept.n + i * FEED_LINE / WORD);
	amt_vec_push(&f->briefs, (struct feed_brief){.device = d->device,
						     .words = (uint16_t)words,
						     .complete = outcome == TRACE_COMPLETE});
}

static void unpack_one(struct feed *f, const struct feed_done *d, struct trace_session *s)
{
	const struct feed_mark *m = d->milestones;

	*s = (struct trace_session){
		.device = d->device,
		.kind = d->kind,
		.outcome = d->outcome,
		.has_machine = d->has_machine,
		.has_thread = d->has_thread,
		.implicit = d->implicit,
		.placed = d->placed,
		.confirmed = d->confirmed,
		.machine = d->machine,
		.thread = d->thread,
		.begin = d->begin,
		.end = d->end,
		.first = {d->first_file, d->first_line},
		.last = {d->last_file, d->last_line},
		.errors = d->errors,
		.retries = d->retries,
		.reached = d->reached,
		.calls = d->calls,
		.n_milestones = d->n_milestones,
		.cause.text = feed_text_keep(f, d->text),
	};
	if (d->failed_call)
		feed_call_keep(f, d->failed_call, s);
	if (d->text)
		s->cause = (struct trace_cause){.set = true,
						.unconfirmed = d->unconfirmed,
						.event = d->cause_event,
						.signature = d->signature,
						.has_code = d->has_code,
						.firmware = d->firmware,
						.code = d->cause_code,
						.at = {d->cause_file, d->cause_line},
						.when = d->cause_when,
						.text = s->cause.text};
	if (s->n_milestones)
		s->milestones =
			amt_arena_array(&f->facts->arena, s->n_milestones, sizeof(*s->milestones));
	for (size_t k = 0; k < s->n_milestones; k++)
		s->milestones[k] = (struct trace_milestone){.event = m[k].event,
							    .repeats = m[k].repeats,
							    .file = s->first.file + m[k].file,
							    .line = m[k].line,
							    .at = m[k].at};
}

void feed_unpack(struct feed *f)
{
	struct trace_facts *facts = f->facts;
	size_t n = f->briefs.n, at = 0;

	facts->sessions.v = amt_reallocarray(NULL, n + 1, sizeof(*facts->sessions.v));
	facts->sessions.n = n;
	facts->sessions.cap = n + 1;
	for (size_t i = 0; i < n; i++) {
		unpack_one(f, (const struct feed_done *)(f->kept.v + at), &facts->sessions.v[i]);
		at += f->briefs.v[i].words;
	}
	amt_vec_free(&f->kept);
	amt_vec_free(&f->briefs);
}

/* The first ones that may go (NULL: all), until there are no more than keep_n. */
static void drop_some(struct feed *f, size_t keep_n, const bool *may_go)
{
	struct feed_brief *v = f->briefs.v;
	size_t n = f->briefs.n, drop = n > keep_n ? n - keep_n : 0;
	size_t k = 0, from = 0, to = 0;

	if (!drop)
		return;
	f->facts->sessions_dropped += drop;
	for (size_t i = 0, j; i < n; i = j) {
		size_t words = 0;
		for (j = i; j < n && drop && (!may_go || may_go[j]); j++, drop--) {
			struct feed_done *d = (struct feed_done *)(f->kept.v + from);
			feed_text_put(f, d->text);
			feed_call_put(f, d->failed_call);
			from += v[j].words;
		}
		for (; j < n && !(drop && (!may_go || may_go[j])); j++) {
			words += v[j].words;
			v[k++] = v[j];
		}
		if (words && from != to)
			memmove(f->kept.v + to, f->kept.v + from, words * WORD);
		from += words;
		to += words;
	}
	f->facts->sessions_dropped -= drop;
	f->briefs.n = k;
	f->kept.n = to;
}

#define AHEAD 64

/* Over the cap: completed sessions go first, each device's last one stays; then the oldest. */
void feed_make_room(struct feed *f)
{
	size_t n = f->briefs.n, half = f->max_sessions / 2;
	bool *met = amt_calloc(f->known.n + 1, sizeof(*met)),
	     *may_go = amt_calloc(n + 1, sizeof(*may_go));

	for (size_t i = n; i-- > 0;) {
		const struct feed_brief *s = &f->briefs.v[i];
		uint32_t soon = i >= AHEAD ? s[-AHEAD].device : UINT32_MAX;
		if (soon != UINT32_MAX)
			trace_touch(&f->known.v[soon].root);
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
