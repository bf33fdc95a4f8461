/* All records of one file into the feed. */
#include "chunk.h"

struct scanner {
	struct trace_run *run;
	struct trace_reader *r;
	struct trace_scan *s;
	struct trace_signer *signer;
	struct feed_line l;
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

static inline void note_day(struct scanner *sc, amt_time at, bool error)
{
	if (at != AMT_TIME_NONE && (at < sc->day_begin || at >= sc->day_end)) {
		count_day(sc);
		sc->day_begin = at - (at % AMT_DAY + AMT_DAY) % AMT_DAY;
		sc->day_end = sc->day_begin + AMT_DAY;
	}
	sc->records++;
	sc->errors += error;
}

static void hear(struct scanner *sc, const struct trace_meaning *m)
{
	struct feed_line *l = &sc->l;

	l->severity = m->severity;
	l->m = &m->m;
	l->host_hash = m->host_hash;
	l->signs = m->signs;
	l->n_signs = m->n_signs;
	feed_line(sc->run->feed, l);
	l->m = NULL;
	l->signs = NULL;
}

/* A record that the reader gave. */
static void slow(struct scanner *sc, struct trace_record *rec)
{
	bool ours = trace_scan_ours(sc->s, rec);
	struct trace_meaning m;

	trace_reader_clock(sc->r, rec);
	sc->l.at = trace_utc(&rec->when);
	sc->l.placed = rec->when.offset != TRACE_OFFSET_UNKNOWN;
	bool worth = trace_understand(sc->signer, rec, ours, &m);
	trace_scan_record(sc->s, rec, &m, ours);
	note_day(sc, sc->l.at, m.severity == TRACE_ERROR);
	if (!worth)
		return;
	sc->l.line = rec->line;
	sc->l.has_thread = rec->has_thread;
	sc->l.thread = rec->thread;
	sc->l.text = rec->text;
	sc->l.text_len = rec->text_len;
	sc->l.hash = 0;
	sc->l.hint = NULL;
	hear(sc, &m);
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

/* A status message: the clock wants to see it. */
static inline bool may_calibrate(const char *text, size_t n)
{
	return n > 8 && text[0] == 'S' && text[1] == 'T' && text[2] == 'A';
}

/* A line that was framed and understood ahead. */
static void quick(struct scanner *sc, const struct chunk *c, const struct chunk_line *v,
		  struct feed_open *hint)
{
	const struct chunk_head *h = &c->heads.v[v->head];
	const char *text = c->buf + v->at;
	struct trace_reader *r = sc->r;
	struct trace_scan *s = sc->s;
	amt_time at;
	bool placed;

	if (trace_reader_clock_same(r, &h->when, v->local) && !may_calibrate(text, v->text_len)) {
		at = trace_reader_clock_go(r, v->local);
		placed = r->hour_offset != TRACE_OFFSET_UNKNOWN;
	} else {
		struct trace_record rec = {
			.when = h->when, .text = text, .text_len = v->text_len, .lines = 1};
		rec.when.local = v->local;
		trace_reader_clock(r, &rec);
		at = trace_utc(&rec.when);
		placed = rec.when.offset != TRACE_OFFSET_UNKNOWN;
	}
	note_day(sc, at, v->severity == TRACE_ERROR);
	s->records++;
	s->by_framing[TRACE_SERVER]++;
	s->by_severity[v->severity]++;
	s->rolled = v->event == TRACE_EV_ROLLOVER;
	if (v->event == TRACE_EV_STATMSG)
		trace_scan_statmsg(s, text, v->text_len);
	s->unknown_lines += v->event == TRACE_EV_NONE && h->ours;
	s->amt = s->amt || (h->ours && v->known && v->event < TRACE_EV_CLIENT_FAILED);
	if (v->meaning) {
		sc->l.at = at;
		sc->l.placed = placed;
		sc->l.hash = v->about ? 0 : v->hash;
		sc->l.line = r->line;
		sc->l.has_thread = true;
		sc->l.thread = v->thread;
		sc->l.text = text;
		sc->l.text_len = v->text_len;
		sc->l.hint = hint;
		hear(sc, &c->meanings.v[v->meaning - 1]);
	}
	trace_reader_pass(r, v->used);
}

#define AHEAD_SLOT  20
#define AHEAD_STATE 12
#define AHEAD_TASK  5
#define AHEAD_RING  16 /* more than AHEAD_STATE */

static inline const struct chunk_line *ahead(const struct chunk *c, size_t i)
{
	return i < c->lines.n && c->lines.v[i].meaning ? &c->lines.v[i] : NULL;
}

/* Where the state of threads is needed soon, it is asked for now; gives that of this line. */
static inline struct feed_open *expect(const struct feed *f, const struct chunk *c, size_t i,
				       struct feed_open *ring[AHEAD_RING])
{
	const struct chunk_line *v = ahead(c, i + AHEAD_SLOT);
	struct feed_open *o = ring[i % AHEAD_RING];

	if (v && v->about)
		feed_expect_host(f, v->hash, FEED_SLOT);
	else if (v)
		feed_expect_slot(f, v->hash);
	v = ahead(c, i + AHEAD_STATE);
	ring[(i + AHEAD_STATE) % AHEAD_RING] = v && !v->about ? feed_expect(f, v->hash) : NULL;
	if (v && v->about)
		feed_expect_host(f, v->hash, FEED_STATE);
	v = ahead(c, i + AHEAD_TASK);
	if (v && v->about)
		feed_expect_host(f, v->hash, FEED_TASK);
	else
		feed_expect_task(ring[(i + AHEAD_TASK) % AHEAD_RING]);
	return o;
}

static void join(struct scanner *sc, const struct chunk *c)
{
	const struct chunk_line *v = c->lines.v;
	struct feed_open *ring[AHEAD_RING] = {NULL};
	size_t pos = 0, i = 0, n = c->lines.n;

	while (pos < c->len) {
		while (i < n && v[i].at < pos)
			ring[i++ % AHEAD_RING] = NULL;
		bool here = i < n && v[i].at == pos;
		if (here && trace_reader_is_idle(sc->r)) {
			quick(sc, c, &v[i], expect(sc->run->feed, c, i, ring));
			pos += v[i++].used;
			continue;
		}
		size_t stop = here ? pos + v[i].used : i < n ? v[i].at : c->len;
		push(sc, c->buf + pos, stop - pos);
		pos = stop;
	}
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
	if (!amt_stopped())
		drain(&sc, true);
	count_day(&sc);
	feed_file_end(run->feed, path->group);
}
