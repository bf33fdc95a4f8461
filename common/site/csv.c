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

void site_csv_init(struct site_csv *c, char *text, size_t len)
{
	*c = (struct site_csv){.p = text, .end = text + len, .next_line = 1};
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		c->p += 3;
	/* Excel's own hint: a first line "sep=;" */
	if (c->end - c->p >= 5 && !amt_strncasecmp(c->p, "sep=", 4)) {
		c->separator = c->p[4];
		char *nl = memchr(c->p, '\n', (size_t)(c->end - c->p));
		c->p = nl ? nl + 1 : c->end;
		c->next_line++;
	}
	if (!c->separator)
		c->separator = guess(c->p, c->end);
}

/* One field, unquoted in place. *last is set when it ends the record. */
static char *field(struct site_csv *c, bool *last)
{
	char *start = c->p, *out = c->p;
	bool quoted = c->p < c->end && *c->p == '"';
	bool inside = quoted;

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
