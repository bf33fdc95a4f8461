#include "amtdiag/core/num.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool digits(const char *s, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		uint64_t d = (uint64_t)(*s - '0');
		if (v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*out = v;
	return true;
}

bool amt_num_take(const char **at, unsigned most, int *out)
{
	const char *p = *at;
	int v = 0;

	for (; most > 0 && *p >= '0' && *p <= '9'; most--)
		v = v * 10 + (*p++ - '0');
	if (p == *at)
		return false;
	*at = p;
	*out = v;
	return true;
}

bool amt_num_mark(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

bool amt_num_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out, struct amt_error *err)
{
	uint64_t v;

	if (!digits(s, &v) || v < min || v > max)
		return amt_fail(err, "'%.60s' is not a whole number from %" PRIu64 " to %" PRIu64,
				s, min, max);
	*out = v;
	return true;
}

bool amt_num_i64(const char *s, int64_t min, int64_t max, int64_t *out, struct amt_error *err)
{
	uint64_t v = 0;
	bool minus = *s == '-';
	bool good = digits(s + minus, &v) && v <= (uint64_t)INT64_MAX;
	int64_t n = good ? (minus ? -(int64_t)v : (int64_t)v) : 0;

	if (!good || n < min || n > max)
		return amt_fail(err, "'%.60s' is not a whole number from %" PRId64 " to %" PRId64,
				s, min, max);
	*out = n;
	return true;
}

bool amt_num_double(const char *s, double min, double max, double *out, struct amt_error *err)
{
	char *end = NULL;
	size_t plain = strspn(s, "0123456789.-");
	bool shape = s[0] && !s[plain]; /* strtod would also take hex, infinity and blanks */

	errno = 0;
	double v = shape ? strtod(s, &end) : 0;
	if (!shape || errno || *end || isnan(v) || v < min || v > max)
		return amt_fail(err, "'%.60s' is not a number from %g to %g", s, min, max);
	*out = v;
	return true;
}

static int nibble(char c)
{
	/* '0' to 'o': the value and 1, 0 for what is no digit */
	static const signed char digit[64] = {
		1,  2, 3, 4, 5, 6,  7,  8,  9,  10, 0,  0, 0, 0, 0, 0, 0, 11, 12, 13, 14, 15,
		16, 0, 0, 0, 0, 0,  0,  0,  0,  0,  0,  0, 0, 0, 0, 0, 0, 0,  0,  0,  0,  0,
		0,  0, 0, 0, 0, 11, 12, 13, 14, 15, 16, 0, 0, 0, 0, 0, 0, 0,  0,  0,
	};
	unsigned at = (unsigned char)c - (unsigned)'0';

	return at < sizeof(digit) ? digit[at] - 1 : -1;
}

bool amt_num_hex(const char *s, uint64_t *out, struct amt_error *err)
{
	const char *p = s;
	uint64_t v = 0;
	int n = 0;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	for (; nibble(*p) >= 0 && n <= 16; p++, n++)
		v = v << 4 | (uint64_t)nibble(*p);
	if (*p || n == 0 || n > 16)
		return amt_fail(err, "'%.60s' is not a hexadecimal number of up to 16 digits", s);
	*out = v;
	return true;
}

void amt_hex_encode(const void *p, size_t n, char *out)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *b = p;

	for (size_t i = 0; i < n; i++) {
		*out++ = hex[b[i] >> 4];
		*out++ = hex[b[i] & 15];
	}
	*out = '\0';
}

long amt_hex_decode(const char *s, void *out, size_t max)
{
	unsigned char *b = out;
	size_t n = 0;

	while (*s) {
		int hi = nibble(*s);
		if (hi < 0 && n && (*s == ':' || *s == '-' || *s == ' '))
			hi = nibble(*++s);
		int lo = hi < 0 ? -1 : nibble(s[1]);
		if (lo < 0 || n == max)
			return -1;
		b[n++] = (unsigned char)(hi << 4 | lo);
		s += 2;
	}
	return (long)n;
}

size_t amt_base64_len(size_t n)
{
	return (n + 2) / 3 * 4;
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void amt_base64_encode(const void *p, size_t n, char *out)
{
	const unsigned char *b = p;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)b[i] << 16;
		if (i + 1 < n)
			v |= (uint32_t)b[i + 1] << 8;
		if (i + 2 < n)
			v |= b[i + 2];
		*out++ = alphabet[v >> 18 & 63];
		*out++ = alphabet[v >> 12 & 63];
		*out++ = i + 1 < n ? alphabet[v >> 6 & 63] : '=';
		*out++ = i + 2 < n ? alphabet[v & 63] : '=';
	}
	*out = '\0';
}

long amt_base64_decode(const char *s, size_t len, void *out, size_t max)
{
	unsigned char *b = out;
	size_t n = 0, pad = 0, seen = 0;
	uint32_t v = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];
		if (c == '\r' || c == '\n' || c == ' ' || c == '\t')
			continue;
		const char *at = c && c != '=' ? strchr(alphabet, c) : NULL;
		if ((!at && c != '=') || (at && pad))
			return -1;
		pad += c == '=';
		v = v << 6 | (at ? (uint32_t)(at - alphabet) : 0);
		if (++seen % 4)
			continue;
		if (pad > 2)
			return -1;
		for (size_t k = 0; k < 3 - pad; k++) {
			if (n == max)
				return -1;
			b[n++] = (unsigned char)(v >> (16 - 8 * k));
		}
		v = 0;
	}
	return seen % 4 ? -1 : (long)n;
}
