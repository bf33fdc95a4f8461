/* Comparing and searching short runs of bytes, in place of calls that cost more than the work. */
#ifndef TRACE_BYTES_H
#define TRACE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline uint64_t bytes_8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

#ifdef __SSE2__
static inline __m128i bytes_16(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}
static inline __m128i bytes_eq(const char *a, const char *b)
{
	return _mm_cmpeq_epi8(bytes_16(a), bytes_16(b));
}
/* The bits of a that differ from b, of those that are set in mask. */
static inline __m128i bytes_other(const char *a, const char *b, const char *mask)
{
	return _mm_and_si128(_mm_xor_si128(bytes_16(a), bytes_16(b)), bytes_16(mask));
}
/* A bit for each of 16 bytes that is x or y. */
static inline uint64_t bytes_hits(const char *p, __m128i x, __m128i y)
{
	__m128i v = bytes_16(p);

	return (uint64_t)(unsigned)_mm_movemask_epi8(
		_mm_or_si128(_mm_cmpeq_epi8(v, x), _mm_cmpeq_epi8(v, y)));
}
#endif

/* memcmp() == 0; both sides hold n bytes. */
static inline bool bytes_same(const char *a, const char *b, size_t n)
{
#ifdef __SSE2__
	if (n >= 16) {
		const char *last = a + n - 16;
		__m128i eq = bytes_eq(last, b + n - 16);
		for (; a < last; a += 16, b += 16)
			eq = _mm_and_si128(eq, bytes_eq(a, b));
		return _mm_movemask_epi8(eq) == 0xffff;
	}
#endif
	if (n >= 8)
		return n <= 16 ? bytes_8(a) == bytes_8(b) &&
					 bytes_8(a + n - 8) == bytes_8(b + n - 8)
			       : !memcmp(a, b, n);
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* The first x or y in [p, end), or end. */
static inline const char *bytes_either(const char *p, const char *end, char x, char y)
{
#ifdef __SSE2__
	const __m128i vx = _mm_set1_epi8(x), vy = _mm_set1_epi8(y);

	/* Four at a time: how often a loop is passed is hard to foresee. */
	for (; end - p >= 64; p += 64) {
		uint64_t hit = bytes_hits(p, vx, vy) | bytes_hits(p + 16, vx, vy) << 16 |
			       bytes_hits(p + 32, vx, vy) << 32 | bytes_hits(p + 48, vx, vy) << 48;
		if (hit)
			return p + __builtin_ctzll(hit);
	}
#endif
	while (p < end && *p != x && *p != y)
		p++;
	return p;
}

/* No byte has its top bit set. */
static inline bool bytes_ascii(const char *p, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; n - i >= 16; i += 16)
		if (_mm_movemask_epi8(bytes_16(p + i)))
			return false;
#endif
	for (; i < n; i++)
		if ((unsigned char)p[i] >= 0x80)
			return false;
	return true;
}

/* No byte has its top bit set, and none is '~', a carriage return or NUL. */
static inline bool bytes_themselves(const char *p, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	if (n >= 16) {
		__m128i odd = _mm_setzero_si128();
		for (;; i = i + 32 > n ? n - 16 : i + 16) { /* the last ones overlap */
			__m128i v = bytes_16(p + i);
			odd = _mm_or_si128(odd, _mm_cmplt_epi8(v, _mm_set1_epi8(1)));
			odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8('~')));
			odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8('\r')));
			if (i == n - 16)
				return !_mm_movemask_epi8(odd);
		}
	}
#endif
	for (; i < n; i++)
		if ((signed char)p[i] < 1 || p[i] == '~' || p[i] == '\r')
			return false;
	return true;
}

/* How many bytes there are before the first '~', carriage return or NUL. */
static inline size_t bytes_plain(const char *p, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; n - i >= 16; i += 16) {
		__m128i v = bytes_16(p + i), hit = _mm_cmpeq_epi8(v, _mm_setzero_si128());
		hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_set1_epi8('~')));
		hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, _mm_set1_epi8('\r')));
		int mask = _mm_movemask_epi8(hit);
		if (mask)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	while (i < n && p[i] != '~' && p[i] != '\r' && p[i])
		i++;
	return i;
}

#endif
