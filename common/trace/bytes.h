/* Comparing and searching short runs of bytes, in place of calls that cost more than the work. */
#ifndef TRACE_BYTES_H
#define TRACE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
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
#endif

/*
 * As many bytes side by side as the processor has room for: 32 in a file that is built for
 * AVX2 (chunk_wide.c), else 16. Of a comparison each is 0 or -1.
 */
#define BYTES_INLINE static inline __attribute__((always_inline))
#ifdef __SSE2__
#ifdef __AVX2__
typedef __m256i bytes_v;
#define BYTES_OP(op)   _mm256_##op##_epi8
#define BYTES_OP_U(op) _mm256_##op##_epu8
#define BYTES_SI(op)   _mm256_##op##_si256
#else
typedef __m128i bytes_v;
#define BYTES_OP(op)   _mm_##op##_epi8
#define BYTES_OP_U(op) _mm_##op##_epu8
#define BYTES_SI(op)   _mm_##op##_si128
#endif
BYTES_INLINE bytes_v bytes_get(const char *p)
{
	return BYTES_SI(loadu)((const bytes_v *)(const void *)p);
}
BYTES_INLINE bytes_v bytes_all(char c)
{
	return BYTES_OP(set1)(c);
}
BYTES_INLINE bytes_v bytes_or(bytes_v a, bytes_v b)
{
	return BYTES_SI(or)(a, b);
}
BYTES_INLINE bytes_v bytes_and(bytes_v a, bytes_v b)
{
	return BYTES_SI(and)(a, b);
}
BYTES_INLINE bytes_v bytes_xor(bytes_v a, bytes_v b)
{
	return BYTES_SI(xor)(a, b);
}
BYTES_INLINE bytes_v bytes_equal(bytes_v a, bytes_v b)
{
	return BYTES_OP(cmpeq)(a, b);
}
/* From one character to another. */
BYTES_INLINE bytes_v bytes_from(bytes_v v, char first, char last)
{
	v = BYTES_OP(sub)(v, bytes_all(first));
	return bytes_equal(BYTES_OP_U(min)(v, bytes_all((char)(last - first))), v);
}
/* A bit for each that is -1. */
BYTES_INLINE uint32_t bytes_bits(bytes_v v)
{
	return (uint32_t)BYTES_OP(movemask)(v);
}
#else
typedef struct {
	uint8_t b[16];
} bytes_v;
#define BYTES_EACH(expression)                                                                     \
	bytes_v out = {{0}};                                                                       \
	for (unsigned i = 0; i < sizeof(out); i++)                                                 \
		out.b[i] = (uint8_t)(expression);                                                  \
	return out
BYTES_INLINE bytes_v bytes_get(const char *p)
{
	BYTES_EACH(p[i]);
}
BYTES_INLINE bytes_v bytes_all(char c)
{
	BYTES_EACH(c);
}
BYTES_INLINE bytes_v bytes_or(bytes_v a, bytes_v b)
{
	BYTES_EACH(a.b[i] | b.b[i]);
}
BYTES_INLINE bytes_v bytes_and(bytes_v a, bytes_v b)
{
	BYTES_EACH(a.b[i] & b.b[i]);
}
BYTES_INLINE bytes_v bytes_xor(bytes_v a, bytes_v b)
{
	BYTES_EACH(a.b[i] ^ b.b[i]);
}
BYTES_INLINE bytes_v bytes_equal(bytes_v a, bytes_v b)
{
	BYTES_EACH(-(a.b[i] == b.b[i]));
}
BYTES_INLINE bytes_v bytes_from(bytes_v v, char first, char last)
{
	BYTES_EACH(-(v.b[i] >= (uint8_t)first && v.b[i] <= (uint8_t)last));
}
BYTES_INLINE uint32_t bytes_bits(bytes_v v)
{
	uint32_t out = 0;

	for (unsigned i = 0; i < sizeof(v); i++)
		out |= (uint32_t)(v.b[i] & 1) << i;
	return out;
}
#endif
/* What mask says of the 32 bytes at p, a bit for each. */
#define BYTES_32(p, mask, ...)                                                                     \
	uint32_t bits = 0;                                                                         \
	for (unsigned i = 0; i < 32; i += sizeof(bytes_v))                                         \
		bits |= bytes_bits(mask(bytes_get(p + i), __VA_ARGS__)) << i;                      \
	return bits
BYTES_INLINE uint32_t bytes_32_from(const char *p, char first, char last)
{
	BYTES_32(p, bytes_from, first, last);
}
BYTES_INLINE bytes_v bytes_host(bytes_v v, bytes_v low)
{
	return bytes_or(
		bytes_or(bytes_from(v, '-', '.'), bytes_from(v, '0', '9')),
		bytes_or(bytes_from(bytes_or(v, low), 'a', 'z'), bytes_equal(v, bytes_all('_'))));
}
/* Those of host names. */
BYTES_INLINE uint32_t bytes_32_host(const char *p)
{
	BYTES_32(p, bytes_host, bytes_all(0x20));
}
BYTES_INLINE uint32_t bytes_32_equal(const char *a, const char *b)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < 32; i += sizeof(bytes_v))
		bits |= bytes_bits(bytes_equal(bytes_get(a + i), bytes_get(b + i))) << i;
	return bits;
}
BYTES_INLINE bytes_v bytes_two(bytes_v v, bytes_v x, bytes_v y)
{
	return bytes_or(bytes_equal(v, x), bytes_equal(v, y));
}
BYTES_INLINE uint32_t bytes_32_two(const char *p, bytes_v x, bytes_v y)
{
	BYTES_32(p, bytes_two, x, y);
}

/* The first x or y in [p, end), or end. */
static inline const char *bytes_either(const char *p, const char *end, char x, char y)
{
	const bytes_v vx = bytes_all(x), vy = bytes_all(y);

	/* Two at a time: how often a loop is passed is hard to foresee. */
	for (; end - p >= 64; p += 64) {
		uint64_t hit = bytes_32_two(p, vx, vy) | (uint64_t)bytes_32_two(p + 32, vx, vy)
								 << 32;
		if (hit)
			return p + __builtin_ctzll(hit);
	}
	while (p < end && *p != x && *p != y)
		p++;
	return p;
}

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

/* The value of the n digits at q, of which eight bytes can be read; n is not 0. */
BYTES_INLINE uint64_t bytes_number(const char *q, unsigned n)
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
		v = v * 10 + (uint64_t)(q[i] - '0');
	return v;
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
