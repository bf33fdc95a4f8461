/*
 * The hot path. A busy server log repeats component, hour and zone from line to
 * line; what stands before and behind the minutes is compared as a block, so that
 * a line costs one search and two comparisons. Everything else is frame.c's.
 */
#include "frame.h"

#include "bytes.h"

#define LOOK_AHEAD 4096 /* for the '$' of this line */
#define THREAD_MAX 30   /* "4199866221 (0xFA54DF6D)>" and a line end */
#define CLOCK      9    /* "43:12.123" */

static bool two_digits(const char *p)
{
	return p[0] >= '0' && p[0] <= '5' && p[1] >= '0' && p[1] <= '9';
}

void frame_fast_learn(struct frame *f)
{
	static const char mark[] = "><thread=";
	const struct trace_when_cache *w = &f->when;
	const char *minutes = w->head + w->head_len - 3;
	char *to = f->like;

	f->before_len = 0;
	if (w->head_len < 8 || f->component_len < 5 ||
	    f->component_len + w->head_len + CLOCK + w->tail_len + sizeof(mark) > sizeof(f->like))
		return;
	if (minutes[-1] != ':' || minutes[2] != ':' || !two_digits(minutes))
		return;
	size_t head = w->head_len - 3;
	memset(f->same, -1, sizeof(f->same));
	memcpy(to, f->component, f->component_len);
	memcpy(to + f->component_len, w->head, head);
	f->before_len = f->component_len + head;
	memset(f->same + f->before_len, 0, CLOCK);
	to += f->before_len + CLOCK;
	memcpy(to, w->tail, w->tail_len);
	memcpy(to + w->tail_len, mark, sizeof(mark) - 1);
	f->like_len = (size_t)(to - f->like) + w->tail_len + sizeof(mark) - 1;
	f->fast = w->when;
	f->fast_component = f->component_len - 5;
	f->fast_hour = w->minute - ((minutes[0] - '0') * 10 + minutes[1] - '0') * (60 * AMT_SECOND);
	f->learned++;
}

/* Like the line before, but for the clock? */
static inline bool is_alike(const struct frame *f, const char *d)
{
#ifdef __SSE2__
	size_t last = f->like_len - 16; /* is more than 16 */
	__m128i other = bytes_other(d + last, f->like + last, f->same + last);

	for (size_t i = 0; i < last; i += 16)
		other = _mm_or_si128(other, bytes_other(d + i, f->like + i, f->same + i));
	return _mm_movemask_epi8(_mm_cmpeq_epi8(other, _mm_setzero_si128())) == 0xffff;
#else
	size_t behind = f->before_len + CLOCK;

	return !memcmp(d, f->like, f->before_len) &&
	       !memcmp(d + behind, f->like + behind, f->like_len - behind);
#endif
}

static inline unsigned digit(char c)
{
	return (unsigned)(unsigned char)c - '0';
}

/* "43:12.123": the first eight as one word, of bytes side by side. */
static inline bool clock_in(const char *p, amt_time *out)
{
	/* With the pattern taken off digits are 0 to 9 and marks 0; what is more overflows. */
	static const char pattern[8] = "00:00.00", over[8] = {10, 6, 15, 10, 6, 15, 6, 6};
	uint64_t v = bytes_8(p) ^ bytes_8(pattern);
	unsigned last = digit(p[8]);

	if ((((v + bytes_8(over)) | v) & UINT64_C(0xf0f0f0f0f0f0f0f0)) || last > 9)
		return false;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = v * 10 + (v >> 8); /* each digit ten times, and the one behind it */
	unsigned minutes = (uint8_t)v, seconds = (uint8_t)(v >> 24);
	unsigned milli = (uint8_t)(v >> 48) * 10u + last;
#else
	uint8_t d[8];
	memcpy(d, &v, sizeof(d));
	unsigned minutes = d[0] * 10u + d[1], seconds = d[3] * 10u + d[4];
	unsigned milli = d[6] * 100u + d[7] * 10u + last;
#endif
	*out = (amt_time)((minutes * 60 + seconds) * 1000 + milli) * 1000;
	return true;
}

#ifdef __SSE2__
/* How many decimal and how many hexadecimal digits there are at q, 16 at most. */
static inline unsigned decimals(const char *q)
{
	__m128i d = _mm_sub_epi8(bytes_16(q), _mm_set1_epi8('0'));

	d = _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d);
	return (unsigned)__builtin_ctz(~(unsigned)_mm_movemask_epi8(d));
}
static inline unsigned hexes(const char *q)
{
	__m128i v = bytes_16(q), d = _mm_sub_epi8(v, _mm_set1_epi8('0'));
	__m128i a = _mm_sub_epi8(_mm_or_si128(v, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));

	d = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d),
			 _mm_cmpeq_epi8(_mm_min_epu8(a, _mm_set1_epi8(5)), a));
	return (unsigned)__builtin_ctz(~(unsigned)_mm_movemask_epi8(d));
}
#else
static inline unsigned decimals(const char *q)
{
	unsigned n = 0;

	while (n < 16 && digit(q[n]) <= 9)
		n++;
	return n;
}
static inline unsigned hexes(const char *q)
{
	unsigned n = 0;

	while (n < 16 && (digit(q[n]) <= 9 || ((q[n] | 0x20) >= 'a' && (q[n] | 0x20) <= 'f')))
		n++;
	return n;
}
#endif

/* The value of the n digits at q, of which eight bytes can be read; n is not 0. */
static inline uint64_t value_of(const char *q, unsigned n)
{
	uint64_t v = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (n <= 8) { /* pairs, then pairs of pairs, side by side */
		v = bytes_8(q) << (64 - 8 * n) & UINT64_C(0x0f0f0f0f0f0f0f0f);
		v = (v * 10 + (v >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
		v = (v * 100 + (v >> 16)) & UINT64_C(0x0000ffff0000ffff);
		return (v * 10000 + (v >> 32)) & UINT32_MAX;
	}
#endif
	for (unsigned i = 0; i < n; i++)
		v = v * 10 + digit(q[i]);
	return v;
}

/* "2436 (0x984)>" and the end of the line: what follows it, or NULL. */
static inline const char *thread(const char *q, uint32_t *out)
{
	unsigned n = decimals(q), hex;

	if (!n || n > 10 || memcmp(q + n, " (0x", 4) != 0)
		return NULL;
	uint64_t v = value_of(q, n);
	q += n + 4;
	hex = hexes(q);
	q += hex;
	if (hex > 8 || v > UINT32_MAX)
		return NULL;
	*out = (uint32_t)v;
	if (!memcmp(q, ")>\r\n", 4))
		return q + 4;
	return memcmp(q, ")>\n", 3) ? NULL : q + 3;
}

bool frame_line(const struct frame *f, const char *p, const char *end, struct frame_line *out)
{
	size_t left = (size_t)(end - p);
	amt_time clock;

	if (left < 64 || *p == '\n' || *p == '\r' || *p == '\0' || *p == '<')
		return false;
	const char *stop = left < LOOK_AHEAD ? end : p + LOOK_AHEAD;
	const char *d = bytes_either(p, stop, '$', '\n'), *q;
	if ((size_t)(end - d) < f->like_len + THREAD_MAX || !is_alike(f, d) ||
	    !clock_in(d + f->before_len, &clock) || !(q = thread(d + f->like_len, &out->thread)))
		return false;
	out->component = d + 3;
	out->local = f->fast_hour + clock;
	out->used = (size_t)(q - p);
	/* Two blanks nearly always. */
	if (d - p > 2 && d[-1] == ' ' && d[-2] == ' ' && (unsigned char)d[-3] > ' ') {
		out->text_len = (size_t)(d - 2 - p);
		return true;
	}
	while (d > p && (d[-1] == ' ' || d[-1] == '\t'))
		d--;
	/* Rarer ones are the slow way's. */
	if (d > p && (d[-1] == '\r' || d[-1] == '\0'))
		return false;
	out->text_len = (size_t)(d - p);
	return true;
}

bool frame_fast(struct frame *f, const char *p, const char *end, struct trace_record *rec,
		size_t *used)
{
	struct frame_line l;

	if (f->scanned || f->flush || f->shared || !frame_line(f, p, end, &l))
		return false;
	*used = l.used;
	f->no_newline = 0;
	rec->lines = 1;
	rec->framing = TRACE_SERVER;
	rec->damage = 0;
	rec->component = l.component;
	rec->component_len = f->fast_component;
	rec->source_file = NULL;
	rec->source_file_len = 0;
	rec->has_thread = true;
	rec->thread = l.thread;
	rec->type = -1;
	rec->when = f->fast;
	rec->when.local = l.local;
	rec->text = p;
	rec->text_len = l.text_len;
	return true;
}

/* A change of component, hour or zone. */
static __attribute__((noinline)) bool changed(struct frame *f, const char *p, const char *end,
					      struct frame_line *out)
{
	struct frame_tail t;
	const char *nl, *e, *b;

	if (*p == '\n' || *p == '\r' || *p == '\0' || *p == '<')
		return false;
	nl = memchr(p, '\n', (size_t)(end - p));
	if (!nl)
		return false;
	e = nl > p && nl[-1] == '\r' ? nl - 1 : nl;
	if (!frame_tail_fast(f, p, e, &t) || memchr(p, '$', (size_t)(t.begin - p)))
		return false;
	frame_fast_learn(f);
	if (!f->before_len)
		return false;
	for (b = t.begin; b > p && (b[-1] == ' ' || b[-1] == '\t' || b[-1] == '\r' || !b[-1]);)
		b--;
	*out = (struct frame_line){.used = (size_t)(nl + 1 - p),
				   .text_len = (size_t)(b - p),
				   .thread = t.thread,
				   .component = t.component,
				   .local = t.when.local};
	return true;
}

bool frame_alone(struct frame *f, const char *p, const char *end, struct frame_line *out)
{
	return (f->before_len && frame_line(f, p, end, out)) || changed(f, p, end, out);
}
