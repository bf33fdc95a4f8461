#include "amtdiag/core/buf.h"

#include "amtdiag/core/alloc.h"
#include "amtdiag/core/caps.h"
#include "amtdiag/core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

void amt_buf_init(struct amt_buf *b, size_t max)
{
	*b = (struct amt_buf){.max = max};
}

void amt_buf_free(struct amt_buf *b)
{
	free(b->data);
	amt_buf_init(b, b->max);
}

void amt_buf_clear(struct amt_buf *b)
{
	b->len = 0;
	b->over = false;
	if (b->data)
		b->data[0] = '\0';
}

/* More than this is handed on. */
#define HAND_ON (64 * AMT_KIB)

static void hand_on(struct amt_buf *b, size_t n)
{
	if (!b->over && n && !b->hand_on(b->hand_arg, b->data, n))
		b->over = true;
	amt_buf_consume(b, n);
}

/* The line that is being written stays: its writer may still look at it. */
static void hand_on_lines(struct amt_buf *b)
{
	const char *end = b->len ? memrchr(b->data, '\n', b->len) : NULL;

	hand_on(b, end ? (size_t)(end - b->data) + 1 : b->len);
}

bool amt_buf_flush(struct amt_buf *b)
{
	if (b->hand_on)
		hand_on(b, b->len);
	return !b->over;
}

bool amt_buf_reserve(struct amt_buf *b, size_t n)
{
	if (b->hand_on && b->len + n > HAND_ON)
		hand_on_lines(b);
	if (b->over || n > b->max - b->len) {
		b->over = true;
		return false;
	}
	size_t need = b->len + n + 1;
	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 128;
		while (cap < need)
			cap = cap > SIZE_MAX / 2 ? need : cap * 2;
		b->data = amt_realloc(b->data, cap);
		b->cap = cap;
		b->data[b->len] = '\0';
	}
	return true;
}

bool amt_buf_add(struct amt_buf *b, const void *p, size_t n)
{
	if (!amt_buf_reserve(b, n))
		return false;
	if (n)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
	return true;
}

bool amt_buf_byte(struct amt_buf *b, char c)
{
	return amt_buf_add(b, &c, 1);
}

bool amt_buf_str(struct amt_buf *b, const char *s)
{
	return amt_buf_add(b, s, strlen(s));
}

bool amt_buf_vprintf(struct amt_buf *b, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	bool fits = n >= 0 && amt_buf_reserve(b, (size_t)n);
	if (fits) {
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
	return fits;
}

bool amt_buf_printf(struct amt_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	bool fits = amt_buf_vprintf(b, fmt, ap);
	va_end(ap);
	return fits;
}

void amt_buf_consume(struct amt_buf *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (!n)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
	b->data[b->len] = '\0';
}

const char *amt_buf_cstr(const struct amt_buf *b)
{
	return b->data ? b->data : "";
}

/* Bytes that stand for themselves in a JSON string. */
static bool plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void json_escape(struct amt_buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char names[] = "\"\"\\\\\nn\rr\tt\bb\ff";

	for (const char *n = names; *n; n += 2) {
		if (c == (unsigned char)n[0]) {
			amt_buf_byte(b, '\\');
			amt_buf_byte(b, n[1]);
			return;
		}
	}
	char esc[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
	amt_buf_add(b, esc, sizeof(esc));
}

/* A code point beyond ASCII, as itself or, where a terminal would act on it, escaped. */
static void json_wide(struct amt_buf *b, uint32_t cp)
{
	char utf8[4];

	if (!amt_text_active(cp)) {
		amt_buf_add(b, utf8, amt_utf8_put(cp, utf8));
		return;
	}
	if (cp >= 0x10000) {
		amt_buf_printf(b, "\\u%04x", (unsigned)(0xd7c0 + (cp >> 10)));
		cp = 0xdc00 | (cp & 0x3ff);
	}
	amt_buf_printf(b, "\\u%04x", (unsigned)cp);
}

bool amt_buf_json_text(struct amt_buf *b, const char *json, size_t n)
{
	const char *end = json + n;
	uint32_t cp;

	while (json < end) {
		const char *run = json;
		while (json < end && (unsigned char)*json < 0x7f)
			json++;
		amt_buf_add(b, run, (size_t)(json - run));
		if (json < end) {
			json += amt_utf8_get(json, end, &cp);
			json_wide(b, cp);
		}
	}
	return !b->over;
}

#ifdef __SSE2__
/* 16 bytes from s to o; the top bit of each that does not stand for itself, or is but. */
static inline __m128i copy_16(char *o, const char *s, __m128i but)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
	/* As signed numbers: less than a blank is a control character or beyond ASCII. */
	__m128i odd = _mm_cmplt_epi8(v, _mm_set1_epi8(' '));

	_mm_storeu_si128((__m128i *)(void *)o, v);
	odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
	odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, but));
	return _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
}
#endif

bool amt_json_plain(char *o, const char *s, size_t n, char but)
{
	size_t i = 0;

#ifdef __SSE2__
	if (n >= 16) {
		const __m128i other = _mm_set1_epi8(but);
		/* The last 16 first: they meet the others in the middle. */
		__m128i odd = copy_16(o + n - 16, s + n - 16, other);
		for (; i < n - 16; i += 16)
			odd = _mm_or_si128(odd, copy_16(o + i, s + i, other));
		return !_mm_movemask_epi8(odd);
	}
#endif
	for (; i < n && plain((unsigned char)s[i]) && s[i] != but; i++)
		o[i] = s[i];
	return i == n;
}

bool amt_buf_json(struct amt_buf *b, const char *s, size_t n)
{
	const char *end = s + n;

	if (!amt_buf_reserve(b, n + 2))
		return false;
	char *o = b->data + b->len;
	if (amt_json_plain(o + 1, s, n, '"')) {
		o[0] = o[n + 1] = '"';
		o[n + 2] = '\0';
		b->len += n + 2;
		return true;
	}
	amt_buf_byte(b, '"');
	while (s < end) {
		const char *run = s;
		while (s < end && plain((unsigned char)*s))
			s++;
		amt_buf_add(b, run, (size_t)(s - run));
		if (s == end)
			break;
		if ((unsigned char)*s < 0x80) {
			json_escape(b, (unsigned char)*s++);
			continue;
		}
		uint32_t cp;
		s += amt_utf8_get(s, end, &cp);
		json_wide(b, cp);
	}
	return amt_buf_byte(b, '"');
}
