/* A line in the exact server form, like the one before it but for text, clock and thread. */
#ifndef TRACE_FRAME_LINE_H
#define TRACE_FRAME_LINE_H

#include "bytes.h"
#include "frame.h"

#define LOOK_AHEAD 4096 /* for the '$' of this line */
#define THREAD_MAX 64   /* "4199866221 (0xFA54DF6D)>", a line end, what is looked at with it */
#define CLOCK      9    /* "43:12.123" */

/* Like the line before, but for the clock? */
BYTES_INLINE bool is_alike(const struct frame *f, const char *d)
{
	bytes_v other = bytes_all(0);

	/* Some bytes more are looked at than it has: same is 0 there. */
	for (size_t i = 0; i < f->like_len; i += sizeof(other))
		other = bytes_or(other,
				 bytes_and(bytes_get(f->same + i),
					   bytes_xor(bytes_get(d + i), bytes_get(f->like + i))));
	return bytes_bits(bytes_equal(other, bytes_all(0))) ==
	       bytes_bits(bytes_equal(other, other));
}

static inline unsigned digit_value(char c)
{
	return (unsigned)(unsigned char)c - '0';
}

/* "43:12.123": the first eight as one word, of bytes side by side. */
BYTES_INLINE bool clock_in(const char *p, amt_time *out)
{
	/* With the pattern taken off digits are 0 to 9 and marks 0; what is more overflows. */
	static const char pattern[8] = "00:00.00", over[8] = {10, 6, 15, 10, 6, 15, 6, 6};
	uint64_t v = bytes_8(p) ^ bytes_8(pattern);
	unsigned last = digit_value(p[8]);

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

/* "2436 (0x984)>" and the end of the line: what follows it, or NULL. */
BYTES_INLINE const char *thread(const char *q, uint32_t *out)
{
	uint64_t decimals = bytes_32_from(q, '0', '9');
	uint64_t hexes = decimals | bytes_32_from(q, 'A', 'F') | bytes_32_from(q, 'a', 'f');
	unsigned n = (unsigned)__builtin_ctzll(~decimals);

	if (!n || n > 10 || memcmp(q + n, " (0x", 4) != 0)
		return NULL;
	unsigned hex = (unsigned)__builtin_ctzll(~(hexes >> (n + 4)));
	uint64_t id = bytes_number(q, n);
	q += n + 4 + hex;
	if (hex > 8 || id > UINT32_MAX)
		return NULL;
	*out = (uint32_t)id;
	if (!memcmp(q, ")>\r\n", 4))
		return q + 4;
	return memcmp(q, ")>\n", 3) ? NULL : q + 3;
}

/* frame_line() where slack bytes can be read behind end. */
BYTES_INLINE bool frame_line_in(const struct frame *f, const char *p, const char *end, size_t slack,
				struct frame_line *out)
{
	size_t left = (size_t)(end - p);
	amt_time clock;

	if (left < 64 || *p == '\n' || *p == '\r' || *p == '\0' || *p == '<')
		return false;
	const char *stop = left < LOOK_AHEAD ? end : p + LOOK_AHEAD;
	const char *d = bytes_either(p, stop, '$', '\n'), *q;
	if ((size_t)(end - d) + slack < f->like_len + THREAD_MAX || !is_alike(f, d) ||
	    !clock_in(d + f->before_len, &clock) || !(q = thread(d + f->like_len, &out->thread)) ||
	    q > end)
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

#endif
