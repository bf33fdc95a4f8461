/*
 * Frames and understands a chunk. Built twice: chunk.c for any processor, chunk_wide.c for
 * those that have AVX2.
 */
#ifndef TRACE_CHUNK_RUN_H
#define TRACE_CHUNK_RUN_H

#include "chunk.h"
#include "classify.h"
#include "frame_line.h"
#include "quick.h"

static uint16_t head_of(struct chunk *c, const struct frame *f, const struct frame_line *l)
{
	size_t n = c->heads.n;
	struct chunk_head h = {.when = f->fast};

	h.ours = trace_component_is_ours(l->component, f->fast_component);
	/* Among the last ones: logs change back and forth between a few. */
	for (size_t i = n; i-- > 0 && n - i <= 8;) {
		const struct chunk_head *o = &c->heads.v[i];
		if (o->ours == h.ours && o->when.zone == h.when.zone &&
		    o->when.offset == h.when.offset && o->when.bias == h.when.bias &&
		    o->when.daylight == h.when.daylight)
			return (uint16_t)i;
	}
	amt_vec_push(&c->heads, h);
	return (uint16_t)n;
}

/* Where the status messages are that set the clock, the reader goes on alone. */
static inline bool may_calibrate(const char *text, size_t n)
{
	return n > 8 && text[0] == 'S' && text[1] == 'T' && text[2] == 'A';
}

static inline void count(struct chunk_run *r, struct trace_say s, amt_time local)
{
	r->by_severity[s.severity]++;
	r->unknown += s.unknown;
	r->amt |= s.amt;
	r->rolled = s.rollover;
	r->records++;
	if (local > r->most)
		r->most = local;
	if (local < r->last) { /* seldom */
		r->steps_back += local < r->last - TRACE_STEP_BACK;
		if (local < r->least)
			r->least = local;
	}
	r->last = local;
}

static inline void add_line(struct chunk *c, const struct chunk_bench *b, const char *p,
			    const struct frame_line *l, struct trace_say s, uint32_t no)
{
	const struct trace_meaning *m = &c->meanings.v[s.meaning - 1];
	struct chunk_line line = {
		.at = (uint32_t)(p - c->buf),
		.text_len = (uint32_t)l->text_len,
		.thread = l->thread,
		.no = no,
		.local = l->local,
		.hash = m->host_hash ? m->host_hash
				     : trace_index_hash(feed_key(b->group, l->thread)),
		.meaning = s.meaning - 1,
		.about = m->host_hash != 0,
		.name = m->m.host ? trace_index_name(m->m.host, m->m.host_len) : 0,
		.touches = s.touches,
	};

	amt_vec_push(&c->lines, line);
}

static inline bool same_line(const struct trace_memo *memo, const struct trace_memo_line *e,
			     const char *p, size_t n, bool ours)
{
	const struct trace_quick_part whole = {.p = e->text, .len = n};

	return e->len == n && e->ours == ours && (!e->say.meaning || e->chunk == memo->chunk) &&
	       quick_literal(&whole, p);
}

static inline struct trace_say meaning_of(struct chunk *c, struct chunk_bench *b,
					  const struct trace_record *rec, bool ours)
{
	const char *p = rec->text;
	size_t n = rec->text_len;
	struct trace_memo *memo = b->memo;

	if (n < 8)
		return trace_understand_in(c, memo, b->signer, rec, ours);
	size_t kind = trace_kind_of(p, n);
	const struct trace_quick *q = memo->quick[kind];
	const struct trace_memo_line *e = memo->line[kind];
	if (!q)
		return e && same_line(memo, e, p, n, ours)
			       ? e->say
			       : trace_understand_in(c, memo, b->signer, rec, ours);
	struct trace_meaning *m = chunk_room(c);
	if (!quick_match(q, p, p + n, m))
		return trace_understand_in(c, memo, b->signer, rec, ours);
	struct trace_say s = q->say[ours];
	if (q->about)
		m->host_hash = feed_host_hash(m->m.host, m->m.host_len);
	if (b->signer &&
	    (ours ? q->loud || (q->old && !trace_is_new(&m->m)) : m->severity != TRACE_INFO)) {
		m->n_signs = trace_sign_again(memo, b->signer, p, n, m->signs);
		s.meaning |= m->n_signs != 0;
	}
	if (s.meaning)
		s.meaning = (uint32_t)++c->meanings.n;
	return s;
}

/* The run of lines that begins at p, at most max of them; where it ends. */
static const char *run(struct chunk *c, struct chunk_bench *b, const char *p, uint32_t max)
{
	const char *end = c->buf + c->len;
	struct trace_record rec = {.framing = TRACE_SERVER, .type = -1};
	struct frame_line l;
	struct chunk_run r = {.at = (uint32_t)(p - c->buf), .lines = (uint32_t)c->lines.n};
	bool ours = false;

	for (; p < end && r.records < max; p += l.used) {
		/* A line that teaches something is another run's. */
		if (!(r.records ? frame_line_in(&b->frame, p, end, CHUNK_SLACK, &l)
				: frame_alone(&b->frame, p, end, &l)) ||
		    may_calibrate(p, l.text_len))
			break;
		if (!r.records) {
			r.head = head_of(c, &b->frame, &l);
			r.first = r.last = r.least = r.most = l.local;
			ours = c->heads.v[r.head].ours;
		}
		rec.text = p;
		rec.text_len = l.text_len;
		struct trace_say s = meaning_of(c, b, &rec, ours);
		if (s.meaning)
			add_line(c, b, p, &l, s, r.records);
		count(&r, s, l.local);
	}
	r.n_lines = (uint32_t)c->lines.n - r.lines;
	r.len = (uint32_t)(p - c->buf) - r.at;
	if (r.records)
		amt_vec_push(&c->runs, r);
	return p;
}

static void frame_chunk(struct chunk *c, struct chunk_bench *b)
{
	const char *p = c->buf, *end = c->buf + c->len;
	uint32_t max = 1;

	c->lines.n = c->runs.n = c->meanings.n = c->heads.n = 0;
	b->memo->chunk++;
	while (p < end && c->heads.n < UINT16_MAX) {
		const char *next = run(c, b, p, max);
		max = UINT32_MAX;
		if (next == p) {
			const char *nl = memchr(p, '\n', (size_t)(end - p));
			next = nl ? nl + 1 : end;
			/* The next line may end what the reader holds then: by itself. */
			max = 1;
		}
		p = next;
	}
}

#endif
