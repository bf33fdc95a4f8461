/* RFC 4180, as spreadsheets of many locales really write it. */
#include "amtdiag/site.h"

#include <string.h>

static char guess(const char *p, const char *end)
{
	static const char candidates[] = ",;\t";
	size_t best = 0;
	char sep = ',';

	for (const char *c = candidates; *c; c++) {
		size_t n = 0;
		bool quoted = false;
		for (const char *q = p; q < end && (quoted || (*q != '\n' && *q != '\r')); q++) {
			quoted ^= *q == '"';
			n += !quoted && *q == *c;
		}
		if (n > best) {
			best = n;
			sep = *c;
		}
	}
	return sep;
}

/* "#TYPE System.Object", as PowerShell's Export-Csv begins, or a remark: never a heading, which
 * has more than one column. */
static bool is_remark(const char *p, const char *end)
{
	const char *stop = memchr(p, '\n', (size_t)(end - p));

	if (p == end || *p != '#')
		return false;
	for (stop = stop ? stop : end; p < stop; p++)
		if (strchr(",;\t", *p))
			return false;
	return true;
}

static void next_line(struct site_csv *c)
{
	char *nl = memchr(c->p, '\n', (size_t)(c->end - c->p));

	c->p = nl ? nl + 1 : c->end;
	c->next_line++;
}

void site_csv_init(struct site_csv *c, char *text, size_t len)
{
	*c = (struct site_csv){.p = text, .end = text + len, .next_line = 1};
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		c->p += 3;
	while (is_remark(c->p, c->end))
		next_line(c);
	/* Excel's own hint: a first line "sep=;" */
	if (c->end - c->p >= 5 && !amt_strncasecmp(c->p, "sep=", 4)) {
		c->separator = c->p[4];
		next_line(c);
	}
	if (!c->separator)
		c->separator = guess(c->p, c->end);
}

/* Is there an end to the quote that was opened before p? */
static bool closes(const char *p, const char *end)
{
	while ((p = memchr(p, '"', (size_t)(end - p)))) {
		if (p + 1 == end || p[1] != '"')
			return true;
		p += 2;
	}
	return false;
}

/* One field, unquoted in place. *last is set when it ends the record. */
static char *field(struct site_csv *c, bool *last)
{
	char *start = c->p, *out = c->p;
	bool quoted = c->p < c->end && *c->p == '"';
	/* A quote without an end spoils its line, not the rest of the file. */
	bool inside = quoted && closes(c->p + 1, c->end);

	c->bad_quote |= quoted && !inside;
	if (quoted)
		c->p++;
	while (c->p < c->end) {
		char ch = *c->p;
		if (inside && ch == '"' && c->p + 1 < c->end && c->p[1] == '"') {
			c->p++;
		} else if (inside && ch == '"') {
			inside = false;
			c->p++;
			continue;
		} else if (!inside && (ch == c->separator || ch == '\n' || ch == '\r')) {
			break;
		} else if (quoted && !inside && ch != ' ') {
			c->bad_quote = true;
		}
		c->next_line += ch == '\n';
		*out++ = *c->p++;
	}
	c->bad_quote |= inside;
	*last = c->p == c->end || *c->p != c->separator;
	if (c->p < c->end && *c->p == '\r' && c->p + 1 < c->end && c->p[1] == '\n')
		c->p++;
	if (c->p < c->end) {
		c->next_line += *last;
		c->p++;
	}
	*out = '\0'; /* at most where the separator stood, or the byte after the text */
	return start;
}

size_t site_csv_next(struct site_csv *c, char **v, size_t max)
{
	/* Blank lines between records are not records. */
	while (c->p < c->end && (*c->p == '\n' || *c->p == '\r'))
		c->next_line += *c->p++ == '\n';
	if (c->p >= c->end)
		return 0;
	size_t n = 0;
	c->line = c->next_line;
	c->bad_quote = false;
	for (bool last = false; !last; n++) {
		char *f = field(c, &last);
		if (n < max)
			v[n] = f;
	}
	return n;
}
