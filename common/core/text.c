#include "amtdiag/core/text.h"

#include <string.h>

/* ASCII letters in lower case, the rest as it is, whatever the locale says; without a branch. */
static unsigned char lower(char c)
{
	unsigned char u = (unsigned char)c;

	return (unsigned char)(u | ((unsigned char)(u - 'A') < 26) << 5);
}

int amt_strncasecmp(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int d = lower(a[i]) - lower(b[i]);
		if (d || !a[i])
			return d;
	}
	return 0;
}

int amt_strcasecmp(const char *a, const char *b)
{
	return amt_strncasecmp(a, b, SIZE_MAX);
}

bool amt_str_begins(const char *s, const char *prefix)
{
	return !amt_strncasecmp(s, prefix, strlen(prefix));
}

bool amt_str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && !amt_strcasecmp(s + n - m, suffix);
}

/* The next place of c in either case; *low and *high are where each was seen last. */
static const char *next_either(const char *from, const char *end, unsigned char c, const char **low,
			       const char **high)
{
	size_t n = (size_t)(end - from);

	if (*low && *low < from)
		*low = memchr(from, c, n);
	if (*high && *high < from)
		*high = memchr(from, c - 32, n);
	return !*high || (*low && *low < *high) ? *low : *high;
}

const char *amt_memcasestr(const char *hay, size_t n, const char *needle)
{
	size_t m = strlen(needle);

	if (!m || m > n)
		return m ? NULL : hay;
	unsigned char c = lower(needle[0]);
	const char *end = hay + (n - m) + 1, *low = memchr(hay, c, n - m + 1),
		   *high = c >= 'a' && c <= 'z' ? memchr(hay, c - 32, n - m + 1) : NULL;
	for (const char *p = hay; p < end && (p = next_either(p, end, c, &low, &high)); p++) {
		size_t k = 1;
		while (k < m && lower(p[k]) == lower(needle[k]))
			k++;
		if (k == m)
			return p;
	}
	return NULL;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char *amt_str_trim(char *s)
{
	while (blank(*s))
		s++;
	size_t n = strlen(s);
	while (n && blank(s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

bool amt_glob(const char *pattern, const char *s)
{
	const char *star = NULL, *back = NULL;

	while (*s) {
		if (*pattern == '*') {
			star = pattern++;
			back = s;
		} else if (*pattern == '?' || (*pattern && lower(*pattern) == lower(*s))) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star + 1;
			s = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

void amt_str_copy(char *dst, size_t size, const char *src)
{
	if (!size)
		return;
	size_t n = strnlen(src, size);
	if (n == size) {
		n = size - 1;
		/* Not through the middle of a character. */
		while (n && ((unsigned char)src[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(dst, src, n);
	dst[n] = '\0';
}

/* Length by the first byte, 0 if no character starts with it (RFC 3629). */
static size_t utf8_len(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

size_t amt_utf8_get(const char *p, const char *end, uint32_t *cp)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	static const uint8_t mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	size_t n = utf8_len((unsigned char)*p);

	*cp = 0xfffd;
	if (!n || (size_t)(end - p) < n)
		return 1;
	uint32_t v = (unsigned char)*p & mask[n];
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 1;
		v = v << 6 | ((unsigned char)p[i] & 0x3fu);
	}
	if (v < least[n] || (v >= 0xd800 && v <= 0xdfff) || v > 0x10ffff)
		return 1;
	*cp = v;
	return n;
}

size_t amt_utf8_put(uint32_t cp, char out[4])
{
	static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3f));
	out[0] = (char)(n == 1 ? cp : lead[n] | cp);
	return n;
}

bool amt_utf8_valid(const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end) {
		uint32_t cp;
		size_t k = amt_utf8_get(s, end, &cp);
		if (cp == 0xfffd && k == 1)
			return false;
		s += k;
	}
	return true;
}

void amt_text_xml(struct amt_buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		switch (s[i]) {
		case '&':
			amt_buf_str(out, "&amp;");
			break;
		case '<':
			amt_buf_str(out, "&lt;");
			break;
		case '>':
			amt_buf_str(out, "&gt;");
			break;
		case '"':
			amt_buf_str(out, "&quot;");
			break;
		case '\'':
			amt_buf_str(out, "&#39;");
			break;
		default:
			amt_buf_byte(out, s[i]);
		}
}
