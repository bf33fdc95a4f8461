/* All records of one file into the feed. */
#include "ahead.h"

struct scanner {
	struct trace_run *run;
	struct trace_reader *r;
	struct trace_scan *s;
	struct trace_signer *signer;
	struct feed_line l;
	struct ahead ahead;
	/* of the day at hand */
	amt_time day_begin, day_end;
	uint64_t records, errors;
};

static void count_day(struct scanner *sc)
{
	if (sc->records)
		feed_count(sc->run->feed, sc->day_begin, sc->records, sc->errors);
	sc->records = sc->errors = 0;
}

static amt_time day_of(amt_time at)
{
	return at - (at % AMT_DAY + AMT_DAY) % AMT_DAY;
}

static void note_day(struct scanner *sc, amt_time at, uint64_t records, uint64_t errors)
{
	if (at != AMT_TIME_NONE && (at < sc->day_begin || at >= sc->day_end)) {
		count_day(sc);
		sc->day_begin = day_of(at);
		sc->day_end = sc->day_begin + AMT_DAY;
	}
	sc->records += records;
	sc->errors += errors;
}

static inline void hear(struct scanner *sc, const struct trace_meaning *m)
{
	struct feed_line *l = &sc->l;

	l->severity = m->severity;
	l->m = &m->m;
	l->host_hash = m->host_hash;
	l->signs = m->signs;
	l->n_signs = m->n_signs;
	feed_line(sc->run->feed, l);
}

/* A record that the reader gave. */
static void slow(struct scanner *sc, struct trace_record *rec)
{
	bool ours = trace_scan_ours(sc->s, rec);
	struct trace_meaning m;
	char text[TRACE_UNWRAP_MAX];

	trace_reader_clock(sc->r, rec);
	(void)trace_unwrap(rec, ours, text);
	sc->l.at = trace_utc(&rec->when);
	sc->l.placed = rec->when.offset != TRACE_OFFSET_UNKNOWN;
	bool worth = trace_understand(sc->signer, rec, ours, &m);
	trace_scan_record(sc->s, rec, &m, ours);
	note_day(sc, sc->l.at, 1, m.severity == TRACE_ERROR);
	if (!worth)
		return;
	sc->l.line = rec->line;
	sc->l.ours = ours;
	sc->l.has_thread = rec->has_thread;
	sc->l.thread = rec->thread;
	sc->l.text = rec->text;
	sc->l.text_len = rec->text_len;
	sc->l.hash = 0;
	sc->l.hint = NULL;
	sc->l.name = m.m.host ? trace_index_name(m.m.host, m.m.host_len) : 0;
	sc->l.touches = feed_touches(&m.m, m.severity);
	hear(sc, &m);
	sc->l.m = NULL;
	sc->l.signs = NULL;
}

static void drain(struct scanner *sc, bool final)
{
	struct trace_record rec;

	while (trace_reader_pull(sc->r, final, &rec))
		slow(sc, &rec);
}

static void push(struct scanner *sc, const char *p, size_t n)
{
	while (n) {
		size_t took = trace_reader_push(sc->r, p, n);
		p += took;
		n -= took;
		drain(sc, false);
	}
}

/* What the offset of a run's hour is; what is added to its times. */
static amt_time clock_of(struct scanner *sc, const struct chunk *c, const struct chunk_run *u)
{
	const struct chunk_head *h = &c->heads.v[u->head];
	struct trace_reader *r = sc->r;
	struct trace_record rec = {.when = h->when, .lines = 1};

	rec.when.local = u->first;
	trace_reader_offset(r, &rec);
	r->offset_kind = rec.when.offset;
	sc->l.placed = rec.when.offset != TRACE_OFFSET_UNKNOWN;
	return sc->l.placed ? rec.when.bias * 60 * AMT_SECOND : 0;
}

static void note_run(struct scanner *sc, const struct chunk_run *u, amt_time add)
{
	struct trace_scan *s = sc->s;

	trace_reader_note(sc->r, u->first + add);
	trace_reader_note_more(sc->r, u->least + add, u->most + add, u->last + add, u->steps_back);
	note_day(sc, u->first + add, u->records, u->by_severity[TRACE_ERROR]);
	s->records += u->records;
	s->by_framing[TRACE_SERVER] += u->records;
	for (int i = 0; i < 4; i++)
		s->by_severity[i] += u->by_severity[i];
	s->rolled = u->rolled;
	s->unknown_lines += u->unknown;
	s->amt = s->amt || u->amt;
}

/* Lines that were framed and understood ahead. False: they go the slow way. */
static bool quick(struct scanner *sc, const struct chunk *c, const struct chunk_run *u)
{
	struct trace_reader *r = sc->r;

	if (!trace_reader_is_idle(r))
		return false;
	amt_time add = clock_of(sc, c, u);
	/* An offset of half an hour puts midnight in the middle of one. */
	if (day_of(u->least + add) != day_of(u->most + add))
		return false;
	note_run(sc, u, add);
	sc->l.ours = c->heads.v[u->head].ours;
	sc->l.has_thread = true;
	for (size_t i = u->lines; i < u->lines + u->n_lines; i++) {
		const struct chunk_line *v = &c->lines.v[i];
		const struct trace_meaning *m = &c->meanings.v[v->meaning];
		struct feed_open *state = ahead_step(&sc->ahead, sc->run->feed, c, i);
		sc->l.at = v->local + add;
		sc->l.hash = v->about ? 0 : v->hash;
		sc->l.line = r->line + v->no;
		sc->l.thread = v->thread;
		sc->l.text = c->buf + v->at;
		sc->l.text_len = v->text_len;
		sc->l.name = v->name;
		sc->l.touches = v->touches;
		sc->l.hint = state;
		if (m->m.event == TRACE_EV_STATMSG)
			trace_scan_statmsg(sc->s, sc->l.text, sc->l.text_len);
		hear(sc, m);
	}
	trace_reader_pass(r, u->records, u->len);
	return true;
}

static void join(struct scanner *sc, const struct chunk *c)
{
	size_t pos = 0;

	ahead_begin(&sc->ahead, sc->run->feed, c);
	for (size_t i = 0; i < c->runs.n; i++) {
		const struct chunk_run *u = &c->runs.v[i];
		push(sc, c->buf + pos, u->at - pos);
		if (!quick(sc, c, u))
			push(sc, c->buf + u->at, u->len);
		pos = u->at + u->len;
	}
	push(sc, c->buf + pos, c->len - pos);
}

void trace_scan_file(struct trace_run *run, struct trace_reader *r, struct trace_scan *s,
		     const struct trace_path *path, uint32_t index)
{
	struct scanner sc = {.run = run,
			     .r = r,
			     .s = s,
			     .signer = run->signer,
			     .day_begin = AMT_TIME_NONE,
			     .day_end = AMT_TIME_NONE};
	uint64_t size = trace_input_size(r->in), next = 0;
	struct crew *crew = crew_new(r, run->signer, run->options, path->group);
	const struct chunk *c;

	sc.l = (struct feed_line){.file = index,
				  .group = path->group,
				  .scope = path->scope,
				  .codepage = r->codepage ? r->codepage : "CP1252"};
	while (!amt_stopped() && (c = crew_next(crew))) {
		join(&sc, c);
		if (r->offset >= next) {
			next = r->offset + 4 * AMT_MIB;
			amt_progress_update(run->options->progress, path->path, r->offset, size);
		}
	}
	crew_free(crew);
	amt_vec_free(&sc.ahead);
	if (!amt_stopped())
		drain(&sc, true);
	count_day(&sc);
	feed_file_end(run->feed, path->group);
}
