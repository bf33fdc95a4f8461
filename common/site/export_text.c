/* Text as Windows programs write it. */
#include "exports.h"

#include <string.h>

/* UTF-16 without a mark shows in zeros at every other place of plain English text. */
static const char *guess(const unsigned char *p, size_t n, size_t *skip)
{
	size_t even = 0, odd = 0, look = n < 512 ? n & ~(size_t)1 : 512;

	*skip = 0;
	if (n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) {
		*skip = 3;
		return "UTF-8";
	}
	if (n >= 2 && (!memcmp(p, "\xff\xfe", 2) || !memcmp(p, "\xfe\xff", 2))) {
		*skip = 2;
		return p[0] == 0xff ? "UTF-16LE" : "UTF-16BE";
	}
	for (size_t i = 0; i < look; i += 2) {
		even += !p[i];
		odd += !p[i + 1];
	}
	if (odd > look / 4 && !even)
		return "UTF-16LE";
	if (even > look / 4 && !odd)
		return "UTF-16BE";
	return amt_utf8_valid((const char *)p, n) ? "UTF-8" : "windows-1252";
}

/* "\r\n", "\r\r\n" (wmic into a pipe) and lonely "\r" become "\n"; NULs become blanks. */
static void unify(struct amt_buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++) {
		char c = b->data[i];
		if (c == '\r') {
			while (i + 1 < b->len && b->data[i + 1] == '\r')
				i++;
			if (i + 1 < b->len && b->data[i + 1] == '\n')
				continue;
			c = '\n';
		}
		b->data[n++] = c ? c : ' ';
	}
	if (b->data)
		b->data[b->len = n] = '\0';
}

bool export_text(const char *bytes, size_t len, struct amt_buf *out, const char **charset,
		 struct amt_error *err)
{
	size_t skip;

	*charset = guess((const unsigned char *)bytes, len, &skip);
	bool good = !strcmp(*charset, "UTF-8") && amt_utf8_valid(bytes + skip, len - skip)
			    ? amt_buf_add(out, bytes + skip, len - skip) ||
				      amt_fail(err, "text longer than %zu bytes", out->max)
			    : amt_text_to_utf8(*charset, bytes + skip, len - skip, out, NULL, err);
	if (good)
		unify(out);
	return good;
}

char *export_line(struct export_source *s, char **at)
{
	char *start = *at, *end = s->text + s->len;

	if (start >= end)
		return NULL;
	char *nl = memchr(start, '\n', (size_t)(end - start));
	*at = nl ? nl + 1 : end;
	if (nl)
		*nl = '\0';
	s->line++;
	return start;
}
