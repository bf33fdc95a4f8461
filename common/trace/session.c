/*
 * The state of one task on one thread. A session opens at "Provision task begin" and
 * ends at "Provision task end" or with the pool's word; lines of other threads never
 * touch it (logs.md 2, "Session rules").
 */
#include "feed.h"

#include <stdlib.h>

void feed_init(struct feed *f, struct trace_facts *facts, size_t max_sessions)
{
	*f = (struct feed){.facts = facts,
			   .max_sessions = max_sessions ? max_sessions : TRACE_SESSIONS_DEFAULT,
			   .nobody.key = UINT64_MAX};
	(void)trace_index_hash(0); /* the seed, before there are threads */
	facts->site.cert_hash = "";
}

/* ---- open sessions by group and thread ---- */

static struct feed_open *make(struct feed *f, uint64_t key, uint64_t hash)
{
	if (f->n_open >= FEED_OPEN_MAX) {
		/* Threads come and go by the thousand: start over with an empty table. */
		feed_close_all(f);
		trace_index_free(&f->open_index);
	}
	if (!f->open) {
		f->open_block = amt_malloc(FEED_OPEN_MAX * sizeof(*f->open) + FEED_LINE);
		f->open = (struct feed_open *)(((uintptr_t)f->open_block + FEED_LINE - 1) &
					       ~(uintptr_t)(FEED_LINE - 1));
	}
	trace_index_add(&f->open_index, hash, (uint32_t)f->n_open);
	struct feed_open *o = feed_nth(f, f->n_open++);
	*o = (struct feed_open){.key = key, .seen = AMT_TIME_NONE};
	return o;
}

static inline struct feed_open *get(struct feed *f, uint64_t key, uint64_t hash, bool may_make)
{
	const struct trace_index_slot *s;

	for (size_t at = 0; (s = trace_index_next(&f->open_index, hash, &at));) {
		struct feed_open *o = feed_nth(f, s->number - 1);
		if (o->key == key)
			return o;
	}
	return may_make ? make(f, key, hash) : NULL;
}

struct feed_open *feed_find(struct feed *f, uint64_t key)
{
	return get(f, key, trace_index_hash(key), false);
}

uint64_t feed_key(uint32_t group, uint32_t thread)
{
	return (uint64_t)group << 32 | thread;
}

static uint64_t key_of(const struct feed_line *l)
{
	return l->has_thread ? feed_key(l->group, l->thread) : FEED_NO_THREAD | l->group;
}

static inline struct feed_open *of_line(struct feed *f, const struct feed_line *l, bool may_make)
{
	uint64_t key = key_of(l);

	if (l->hint && l->hint->key == key)
		return l->hint;
	return get(f, key, l->hash ? l->hash : trace_index_hash(key), may_make);
}

/* ---- tasks ---- */

static void begin(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	const struct feed_event *e = &feed_events[l->m->event];

	if (f->n_begun < FEED_BEGUN)
		f->begun[f->n_begun] = (uint32_t)(o - f->open);
	f->n_begun++;
	o->used = true;
	o->ended = o->done = o->terminal = o->has_machine = false;
	o->pool = FEED_POOL_SILENT;
	o->calls = 0;
	o->of_device = false;
	o->confirmed = false;
	o->implicit = !(e->traits & FEED_OPENS);
	o->placed = l->placed;
	o->kind = e->kind;
	o->n_milestones = o->reached = 0;
	o->errors = o->retries = 0;
	o->failed_call = NULL;
	o->begin = o->end = l->at;
	o->first_file = l->file;
	o->first_line = l->line;
}

static void add_milestone(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	uint32_t file = l->file - o->first_file;

	if ((o->n_milestones >= FEED_MILESTONES_MAX) | (file > UINT8_MAX) | (l->line > UINT32_MAX))
		return;
	if (o->n_milestones == feed_marks_room(o))
		feed_marks_grow(&f->store, o);
	feed_marks(o)[o->n_milestones++] = (struct feed_mark){.event = (uint8_t)l->m->event,
							      .file = (uint8_t)file,
							      .line = (uint32_t)l->line,
							      .at = l->at};
}

static inline void milestone(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	struct feed_mark *last = feed_marks(o) + o->n_milestones - 1;

	if (o->n_milestones && last->event == l->m->event)
		last->repeats = (uint16_t)(last->repeats + (last->repeats < UINT16_MAX));
	else
		add_milestone(f, o, l);
}

/* What few lines do beside the rest. */
static void odd(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	const struct trace_match *m = l->m;
	enum trace_kind kind = feed_events[m->event].kind;

	switch (m->event) {
	case TRACE_EV_CERT_RETRY:
		if (m->has_number && m->number > o->retries)
			o->retries = m->number;
		break;
	case TRACE_EV_CONNECTED:
		feed_connected(f, o);
		break;
	case TRACE_EV_CALL:
		kind = feed_kind_of_call(m);
		if ((o->kind == TRACE_PROVISION && (kind != TRACE_POWER || o->implicit)) ||
		    kind == TRACE_PARTIAL_UNPROVISION)
			o->kind = (uint8_t)kind;
		if (l->severity == TRACE_ERROR)
			feed_call_failed(f, o, l);
		else
			o->calls |= (uint8_t)(1u << l->touches / FEED_CALL >> 1);
		break;
	default:
		/* Revoking and removing the object belong to a partial removal, too. */
		if ((kind == TRACE_UNPROVISION &&
		     (o->kind != TRACE_PARTIAL_UNPROVISION || m->event == TRACE_EV_UNPROVISIONED ||
		      m->event == TRACE_EV_STATE_UNPROVISIONED)) ||
		    kind == TRACE_PARTIAL_UNPROVISION)
			o->kind = (uint8_t)kind;
	}
}

static inline void take(struct feed *f, struct feed_open *o, const struct feed_line *l, bool known)
{
	enum trace_event e = l->m->event;
	const struct feed_event *t = &feed_events[e];
	bool success = t->traits & FEED_SUCCESS, terminal = t->traits & FEED_TERMINAL;
	bool further = (t->rank < 70) & (t->rank > feed_events[o->reached].rank);

	if (!known)
		feed_about(f, o, l);
	o->last_file = l->file;
	o->last_line = l->line;
	o->end = l->at != AMT_TIME_NONE ? l->at : o->end;
	o->reached = further ? (uint8_t)e : o->reached;
	o->done |= success;
	o->terminal = (o->terminal & !success) | terminal;
	if (l->touches & FEED_ODD)
		odd(f, o, l);
	if (l->touches & FEED_MARK)
		milestone(f, o, l);
	if (l->severity != TRACE_INFO || l->n_signs)
		feed_causes(f, o, l);
}

/* A thread that tells of many devices in turn, as those of the proxy component do. */
static bool other_device(struct feed *f, const struct feed_open *o, const struct feed_line *l)
{
	uint32_t d;

	if (!o->used || !o->implicit || o->key & FEED_NO_THREAD || !o->of_device ||
	    feed_as_before(f, o, l))
		return false;
	d = feed_device(f, l);
	return d != UINT32_MAX && feed_root(f, d) != feed_root(f, o->device);
}

static void task_line(struct feed *f, const struct feed_line *l)
{
	enum trace_event e = l->m->event;
	unsigned traits = feed_events[e].traits;
	bool start = traits & FEED_OPENS, inside = traits & FEED_INSIDE;
	struct feed_open *o = of_line(f, l, start || inside);

	if (!o)
		return;
	bool known = feed_nothing_new(f, o, l);
	if (traits & FEED_WORD) {
		if (!o->used)
			return;
		o->pool = e == TRACE_EV_POOL_OK ? FEED_POOL_OK : FEED_POOL_BAD;
		take(f, o, l, known);
		feed_close(f, o, false);
		return;
	}
	if (o->used && (start || (o->ended && inside && e != TRACE_EV_END) ||
			(!known && other_device(f, o, l))))
		feed_close(f, o, false);
	if (!o->used) {
		if (!start && (!inside || (traits & FEED_OUTSIDE)))
			return;
		begin(f, o, l);
		known = !(l->touches & FEED_NAMES);
	}
	take(f, o, l, known);
	o->ended |= (traits & FEED_ENDS) != 0;
}

/* ---- any line ---- */

static void count_signs(struct feed *f, const struct feed_line *l)
{
	for (size_t i = 0; i < l->n_signs; i++) {
		struct trace_sign_facts *s = &f->signs[l->signs[i]];
		struct trace_spot here = {l->file, l->line};
		s->row = l->signs[i];
		if (!s->count++) {
			s->first = s->last = l->at;
			s->first_at = s->last_at = here;
		}
		if (l->at < s->first && l->at != AMT_TIME_NONE) {
			s->first = l->at;
			s->first_at = here;
		}
		if (l->at >= s->last) {
			s->last = l->at;
			s->last_at = here;
		}
	}
}

/* An error outside of any task: it may name a device whose task it is about (join.c). */
static void stray(struct feed *f, const struct feed_line *l)
{
	struct feed_line about = *l;
	struct feed_open *o;
	struct trace_match m;

	if (feed_named(f, l, &m)) {
		about.m = &m;
		about.hash = about.host_hash = 0;
		about.name = m.host ? trace_index_name(m.host, m.host_len) : 0;
		about.touches = feed_touches(&m, l->severity);
		o = of_line(f, &about, true);
		if (!feed_nothing_new(f, o, &about) && other_device(f, o, &about))
			feed_close(f, o, false);
		if (!o->used)
			begin(f, o, &about);
	} else {
		o = of_line(f, l, false);
		if (!o || !o->used || o->ended)
			return;
	}
	take(f, o, &about, feed_nothing_new(f, o, &about));
}

/* No step of a task, but it says that something went wrong on the thread of one. */
static void trouble(struct feed *f, const struct feed_line *l)
{
	struct feed_open *o = of_line(f, l, false);
	bool busy = o && o->used;

	if (l->ours && l->has_thread && l->severity == TRACE_ERROR && (!busy || o->implicit)) {
		stray(f, l);
		return;
	}
	if (!busy || o->ended)
		return;
	if (l->severity == TRACE_ERROR)
		milestone(f, o, l);
	feed_causes(f, o, l);
}

void feed_line(struct feed *f, const struct feed_line *l)
{
	enum trace_event e = l->m->event;

	if (l->n_signs)
		count_signs(f, l);
	if (feed_events[e].traits & FEED_SITE)
		feed_site_line(f, l);
	if (feed_is_task(e)) {
		task_line(f, l);
		return;
	}
	if (e == TRACE_EV_WORKER || e == TRACE_EV_POOL)
		return;
	if (e == TRACE_EV_START)
		feed_restart(f, l->group);
	if (l->severity == TRACE_ERROR || l->n_signs)
		trouble(f, l);
	if (e != TRACE_EV_NONE && (l->m->host || l->m->uuid || l->m->has_machine))
		feed_device_line(f, l);
}
