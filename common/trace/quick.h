/*
 * Templates whose places are hosts, numbers and versions with words behind them: most lines
 * of a busy log are of a few of these. Such a line is compared with the row that lines
 * beginning like it were of; what does not fit at once is classify.c's.
 */
#ifndef TRACE_QUICK_H
#define TRACE_QUICK_H

#include "bytes.h"
#include "chunk.h"
#include "match.h"

#define QUICK_PARTS 8

struct trace_quick {
	struct trace_meaning like; /* what all its lines say; without places and signatures */
	struct trace_say
		say[2]; /* the same of lines that are not ours, that are; meaning: 1 or 0 */
	bool loud;      /* signatures are looked for in it */
	bool old;       /* they are when the version is below 4 */
	bool about;     /* host_hash is wanted */
	size_t n;
	struct trace_quick_part {
		char type;     /* of a trace_segment: 'l', 'h', 'n', 'm' or 'v' */
		size_t len;    /* of a literal */
		const char *p; /* 32 bytes can be read wherever one begins to be compared */
	} parts[QUICK_PARTS];  /* the first and the last are literals */
};
/* Of a row; NULL: it is none of these. */
const struct trace_quick *trace_quick_of(const struct trace_template *row);

/* meaning.c: no signature can be in a line of a known wording that says this. */
bool trace_is_quiet(const struct trace_match *m);
/* A version above those that a signature is about. */
static inline bool trace_is_new(const struct trace_match *m)
{
	const char *v = m->version;

	return v && (*v >= '4' || (m->version_len > 1 && v[1] >= '0' && v[1] <= '9'));
}
struct trace_say trace_say_of(const struct trace_meaning *m, bool ours);
/* trace_sign() for one who asks for the same texts again and again: a line that tells of a
 * computer comes as often as the computer does. */
uint8_t trace_sign_again(struct trace_memo *memo, struct trace_signer *signer, const char *text,
			 size_t n, uint8_t out[TRACE_SIGNS_MAX]);

/* Texts of which 64 bytes behind the end can be read, with a character there that is none of
 * a host's. */
BYTES_INLINE bool quick_literal(const struct trace_quick_part *l, const char *p)
{
	size_t i = 0;

	for (; l->len - i > 32; i += 32)
		if (~bytes_32_equal(p + i, l->p + i))
			return false;
	return !(~bytes_32_equal(p + i, l->p + i) << (32 - (l->len - i)));
}

BYTES_INLINE size_t quick_host(const char *p)
{
	size_t n = 0;
	uint32_t other;

	while (!(other = ~bytes_32_host(p + n)))
		n += 32;
	return n + (size_t)__builtin_ctz(other);
}

/* The value at p; where it ends, or NULL. */
BYTES_INLINE const char *quick_value(char type, const char *p, struct trace_match *m)
{
	size_t n;

	if (type == 'h') {
		n = quick_host(p);
		n -= n && p[n - 1] == '.'; /* of the literal behind it */
		m->host = p;
		m->host_len = n;
		return n && p[n - 1] != '.' ? p + n : NULL;
	}
	uint64_t run = bytes_32_from(p, '0', '9');
	if (type == 'v')
		run |= bytes_32_from(p, '.', '.');
	n = (size_t)__builtin_ctzll(~run);
	if (type == 'v') {
		m->version = p;
		m->version_len = n;
		return n && n < 32 ? p + n : NULL;
	}
	if (!n || n > 10)
		return NULL;
	keep_number(m, type, bytes_number(p, (unsigned)n));
	return p + n;
}

/* A text from p to end, of this row? */
BYTES_INLINE bool quick_match(const struct trace_quick *q, const char *p, const char *end,
			      struct trace_meaning *out)
{
	if (!quick_literal(&q->parts[0], p))
		return false;
	p += q->parts[0].len;
	*out = q->like;
	for (size_t i = 1; i + 1 < q->n; i += 2) {
		p = quick_value(q->parts[i].type, p, &out->m);
		if (!p || !quick_literal(&q->parts[i + 1], p))
			return false;
		p += q->parts[i + 1].len;
	}
	return p == end;
}

#endif
