/*
 * Searching without framing everything: the window is searched as raw bytes for words
 * that a match must hold, and only the records around a hit are framed. What comes out is
 * what reading record by record gives: a record begins behind a line in the exact server
 * form, whatever stood before it, unless a CCM record is open; so the openers of those are
 * hits too, and status messages that set the clock. Bytes that look different in the text
 * than in the file (text that is not UTF-8, lone carriage returns, NULs) go the slow way.
 */
#include "search.h"

#include "bytes.h"
#include "reader.h"

#include <stdlib.h>
#ifdef HAVE_LIBHS
#include <hs.h>
#endif

#define BACK_MAX 64 /* lines looked at for a place to begin, before the slow way is taken */

struct trace_search {
	struct needles words;
	bool sure; /* a hit that is no mark is a match, in a text of ASCII */
	size_t longest;
	uint64_t scanned, slow_until; /* offsets in the stream */
	/* Where they end, ascending: twice that, and one more for a mark. */
	struct AMT_VEC(uint64_t) hits;
	size_t next; /* of hits */
	uint64_t base;
#ifdef HAVE_LIBHS
	hs_database_t *db;
	hs_scratch_t *scratch;
#endif
};

#ifdef HAVE_LIBHS
static bool compile(struct trace_search *s)
{
	static const char *const marks[] = {"GMTDATE=", CCM_OPEN};
	const char *expr[NEEDLES_MAX + 2];
	unsigned flags[NEEDLES_MAX + 2], ids[NEEDLES_MAX + 2], n = 0;
	size_t len[NEEDLES_MAX + 2];
	hs_compile_error_t *bad = NULL;

	for (; n < s->words.n; n++) {
		expr[n] = s->words.text[n];
		len[n] = s->words.len[n];
		flags[n] = HS_FLAG_CASELESS;
		ids[n] = n;
	}
	for (size_t i = 0; i < 2; i++, n++) {
		expr[n] = marks[i];
		len[n] = strlen(marks[i]);
		flags[n] = 0;
		ids[n] = n;
	}
	for (size_t i = 0; i < n; i++)
		s->longest = len[i] > s->longest ? len[i] : s->longest;
	hs_error_t rc =
		hs_compile_lit_multi(expr, flags, ids, len, n, HS_MODE_BLOCK, NULL, &s->db, &bad);
	hs_free_compile_error(bad);
	return rc == HS_SUCCESS && hs_alloc_scratch(s->db, &s->scratch) == HS_SUCCESS;
}

static int hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
	       void *arg)
{
	struct trace_search *s = arg;

	(void)from;
	(void)flags;
	/* Those of the bytes that were searched twice are known. */
	if (s->base + to > s->scanned)
		amt_vec_push(&s->hits, (s->base + to) << 1 | (id >= s->words.n));
	return 0;
}

static bool find(struct trace_search *s, const char *p, size_t n)
{
	return hs_scan(s->db, p, (unsigned)n, 0, s->scratch, hit, s) == HS_SUCCESS;
}
#else
static bool compile(struct trace_search *s)
{
	(void)s;
	return false;
}
static bool find(struct trace_search *s, const char *p, size_t n)
{
	(void)s;
	(void)p;
	(void)n;
	return false;
}
#endif

struct trace_search *trace_search_new(const char *const *patterns, size_t n)
{
	struct trace_search *s = amt_calloc(1, sizeof(*s));
	struct needles one;

	/* All patterns must match: the one with the longest words finds the fewest. */
	for (size_t i = 0; i < n; i++)
		if (needles_of(patterns[i], &one) && one.least > (s->words.n ? s->words.least : 0))
			s->words = one;
	s->sure = n == 1 && s->words.whole;
	if (s->words.n && compile(s))
		return s;
	trace_search_free(s);
	return NULL;
}

void trace_search_free(struct trace_search *s)
{
	if (!s)
		return;
#ifdef HAVE_LIBHS
	hs_free_scratch(s->scratch);
	hs_free_database(s->db);
#endif
	amt_vec_free(&s->hits);
	free(s);
}

void trace_search_begin(struct trace_search *s)
{
	s->scanned = s->slow_until = 0;
	s->hits.n = s->next = 0;
}

/* UTF-8 but for a character that the window's ends cut. */
static bool valid(const char *p, size_t n)
{
	size_t cut = 0;

	while (cut < 3 && cut < n && ((unsigned char)p[cut] & 0xc0) == 0x80)
		cut++;
	for (size_t i = 0; i < 4 && cut + i <= n; i++)
		if (amt_utf8_valid(p + cut, n - cut - i))
			return true;
	return false;
}

#ifdef __SSE2__
struct oddities {
	__m128i returns, least, top; /* lone carriage returns; the least byte; a bit of all */
};

static inline __attribute__((always_inline)) void look(struct oddities *o, const char *p)
{
	__m128i v = bytes_16(p), behind = bytes_16(p + 1);
	__m128i cr = _mm_cmpeq_epi8(v, _mm_set1_epi8('\r'));
	__m128i lf = _mm_cmpeq_epi8(behind, _mm_set1_epi8('\n'));

	o->returns = _mm_or_si128(o->returns, _mm_andnot_si128(lf, cr));
	o->least = _mm_min_epu8(o->least, v);
	o->top = _mm_or_si128(o->top, v);
}
#endif

/* Do the bytes stand for themselves in the text of their records? */
static bool plain(const struct trace_search *s, const struct trace_reader *r, const char *p,
		  size_t n)
{
	unsigned odd = 0, high = 0;
	size_t i = 0;

#ifdef __SSE2__
	struct oddities o = {_mm_setzero_si128(), _mm_set1_epi8(1), _mm_setzero_si128()};
	for (; n - i > 64; i += 64) { /* four at a time, by hand */
		look(&o, p + i);
		look(&o, p + i + 16);
		look(&o, p + i + 32);
		look(&o, p + i + 48);
	}
	for (; n - i > 16; i += 16)
		look(&o, p + i);
	odd = (unsigned)_mm_movemask_epi8(
		_mm_or_si128(o.returns, _mm_cmpeq_epi8(o.least, _mm_setzero_si128())));
	high = (unsigned)_mm_movemask_epi8(o.top);
#endif
	for (; i < n; i++) {
		odd |= !p[i] || (p[i] == '\r' && i + 1 < n && p[i + 1] != '\n');
		high |= (unsigned char)p[i] & 0x80;
	}
	if (odd)
		return false;
	/* The first text that is not UTF-8 may settle the code page of those behind it. */
	return !high || (!s->words.folds && (r->codepage || valid(p, n)));
}

/* Looks through what came into the window. */
static void scan(struct trace_search *s, const struct trace_reader *r)
{
	const char *p = r->buf + r->start;
	uint64_t end = r->offset + (r->end - r->start);
	uint64_t from = s->scanned > r->offset + s->longest ? s->scanned - s->longest : r->offset;

	if (end <= s->scanned)
		return;
	if (s->next) {
		memmove(s->hits.v, s->hits.v + s->next, (s->hits.n - s->next) * sizeof(*s->hits.v));
		s->hits.n -= s->next;
		s->next = 0;
	}
	s->base = from;
	p += from - r->offset;
	if (!find(s, p, (size_t)(end - from)) || !plain(s, r, p, (size_t)(end - from)))
		s->slow_until = end;
	s->scanned = end;
}

#ifdef __SSE2__
static inline __m128i and_newlines(__m128i sum, const char *p)
{
	return _mm_sub_epi8(sum, _mm_cmpeq_epi8(bytes_16(p), _mm_set1_epi8('\n')));
}
#endif

static uint64_t newlines(const char *p, size_t n)
{
	uint64_t count = 0;
	size_t i = 0;

#ifdef __SSE2__
	const __m128i none = _mm_setzero_si128();
	while (n - i >= 16) {
		__m128i sum = none, wide;
		size_t stop = n - i > 4000 ? i + 4000 : n; /* at most 250 a byte */
		for (; stop - i >= 64; i += 64) {
			sum = and_newlines(sum, p + i);
			sum = and_newlines(sum, p + i + 16);
			sum = and_newlines(sum, p + i + 32);
			sum = and_newlines(sum, p + i + 48);
		}
		for (; stop - i >= 16; i += 16)
			sum = and_newlines(sum, p + i);
		wide = _mm_sad_epu8(sum, none);
		count += (uint64_t)_mm_cvtsi128_si32(wide) +
			 (uint64_t)_mm_cvtsi128_si32(_mm_srli_si128(wide, 8));
	}
#endif
	for (; i < n; i++)
		count += p[i] == '\n';
	return count;
}

/* The last place up to stop where a record begins for certain; start when there is none. */
static const char *begin_of(struct trace_reader *r, const char *start, const char *stop)
{
	struct frame_line l;
	const char *nl = memrchr(start, '\n', (size_t)(stop - start));

	for (int i = 0; nl && i < BACK_MAX; i++) {
		const char *line = memrchr(start, '\n', (size_t)(nl - start));
		line = line ? line + 1 : start;
		/* All of the window: the quick way wants some room behind the line. */
		if (frame_alone(&r->frame, line, r->buf + r->end, &l))
			return nl + 1;
		nl = line > start ? line - 1 : NULL;
	}
	return start;
}

/* The hits up to here are behind. */
static inline void pass_hits(struct trace_search *s, uint64_t offset)
{
	while (s->next < s->hits.n && s->hits.v[s->next] >> 1 <= offset)
		s->next++;
}

/* Passes over what holds no hit. */
static void skip(struct trace_search *s, struct trace_reader *r)
{
	const char *start = r->buf + r->start, *stop = r->buf + r->end;
	const struct frame *f = &r->frame;

	if (r->offset < s->slow_until || !f->framed || f->scanned || f->flush || f->shared)
		return;
	pass_hits(s, r->offset);
	if (s->next < s->hits.n)
		stop = start + ((s->hits.v[s->next] >> 1) - r->offset) - 1;
	const char *to = begin_of(r, start, stop);
	r->frame.no_newline = 0;
	if (to == start) {
		/* Not again before the hit is behind. */
		s->slow_until = r->offset + (uint64_t)(stop - start);
		return;
	}
	r->line += newlines(start, (size_t)(to - start));
	r->start += (size_t)(to - start);
	r->offset += (uint64_t)(to - start);
}

bool trace_search_knows(struct trace_search *s, const struct trace_reader *r, const char *text,
			size_t n)
{
	/* The record was taken: the window begins behind it. */
	uint64_t begin = r->offset - (uint64_t)(r->buf + r->start - text);

	if (!s->sure)
		return false;
	pass_hits(s, begin);
	for (size_t i = s->next; i < s->hits.n && s->hits.v[i] >> 1 <= begin + n; i++)
		if (!(s->hits.v[i] & 1) && (s->hits.v[i] >> 1) - begin >= s->words.most)
			return true;
	return false;
}

enum trace_step trace_search_next(struct trace_search *s, struct trace_reader *r,
				  struct trace_record *rec)
{
	for (;;) {
		if (r->start < r->end) {
			scan(s, r);
			skip(s, r);
		}
		if (trace_reader_pull(r, r->eof, rec))
			return TRACE_RECORD;
		if (r->eof)
			return TRACE_END;
		trace_reader_more(r);
	}
}
