/* See dress.h. What is taken off is never shorter than what is put in its place. */
#include "dress.h"

#include "dress_find.h"

#include <stdlib.h>

struct trace_dress {
	struct dress_kind kind;
	bool inside;                 /* a line: what stands before it is off */
	bool tag, cell;              /* HTML: in a tag, that ends a cell */
	bool quoted, closing, field; /* CSV: in quotes, behind one, behind a field's first byte */
	char *buf;                   /* ready bytes from start to ready, raw ones to end */
	size_t cap, start, ready, end;
};

struct trace_dress *trace_dress_find(const char *p, size_t n)
{
	struct dress_kind kind = {.name = NULL};
	struct trace_dress *d;

	if (!dress_find(p, n, &kind))
		return NULL;
	d = amt_calloc(1, sizeof(*d));
	d->kind = kind;
	return d;
}

void trace_dress_free(struct trace_dress *d)
{
	if (d)
		free(d->buf);
	free(d);
}

const char *trace_dress_name(const struct trace_dress *d)
{
	return d->kind.name;
}

/* How many bytes a character of HTML has at p, at least 1; what it stands for into out. */
static size_t entity(const char *p, size_t n, char *out, size_t *made)
{
	static const struct {
		const char *name, *text;
	} names[] = {{"lt;", "<"},    {"gt;", ">"},   {"amp;", "&"},
		     {"quot;", "\""}, {"apos;", "'"}, {"nbsp;", " "}};
	char *stop = NULL;
	char digits[DRESS_ENTITY_MAX + 1];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i].name);
		if (n > len && !memcmp(p + 1, names[i].name, len)) {
			*out = *names[i].text;
			*made = 1;
			return len + 1;
		}
	}
	*out = *p;
	*made = 1;
	if (n < 4 || p[1] != '#')
		return 1;
	n = n - 2 < DRESS_ENTITY_MAX ? n - 2 : DRESS_ENTITY_MAX;
	memcpy(digits, p + 2, n);
	digits[n] = '\0';
	bool hex = *digits == 'x' || *digits == 'X';
	unsigned long c = strtoul(digits + hex, &stop, hex ? 16 : 10);
	if (stop == digits + hex || *stop != ';' || !c || c > 0x10ffff)
		return 1;
	*made = amt_utf8_put((uint32_t)c, out);
	return (size_t)(stop - digits) + 3;
}

/* A byte of HTML's tags: nothing, but a column's end is a tab. */
static size_t in_tag(struct trace_dress *d, char c, char *out)
{
	d->tag = c != '>';
	*out = '\t';
	return c == '>' && d->cell;
}

/* A byte of CSV as text with tabs. */
static size_t csv(struct trace_dress *d, char c, char *out)
{
	bool first = !d->field;

	*out = c;
	d->field = true;
	if (d->quoted && d->closing) {
		d->closing = false;
		if (c == '"')
			return 1;
		d->quoted = false;
	} else if (d->quoted) {
		d->closing = c == '"';
		*out = c == '\t' ? ' ' : c;
		return !d->closing;
	} else if (first && c == '"') {
		d->quoted = true;
		return 0;
	}
	if (c == d->kind.delimiter)
		*out = '\t';
	d->field = c != d->kind.delimiter && c != '\n';
	return 1;
}

/* One byte or what stands for it, into out; how many bytes of p it took, how many it made. */
static size_t one(struct trace_dress *d, const char *p, size_t n, char *out, size_t *made)
{
	size_t took = 1;

	*out = *p;
	*made = 1;
	if (d->kind.html && d->tag) {
		*made = in_tag(d, *p, out);
	} else if (d->kind.html && *p == '<' && n > 1 &&
		   ((p[1] | 0x20) >= 'a' ? (p[1] | 0x20) <= 'z' : p[1] == '/' || p[1] == '!')) {
		d->tag = true;
		d->cell = n > 4 && !amt_strncasecmp(p, "</td", 4);
		*made = 0;
	} else if (d->kind.html && *p == '&') {
		took = entity(p, n, out, made);
	} else if (d->kind.nbsp && *p == '\xc2' && n > 1 && p[1] == '\xa0') {
		*out = ' ';
		took = 2;
	} else if (d->kind.delimiter) {
		*made = csv(d, *p, out);
	} else if (d->kind.cr && *p == '\r') {
		*out = '\n';
	}
	return took;
}

/* Makes raw bytes ready, but for those that more must come behind to tell. */
static void work(struct trace_dress *d, bool last)
{
	size_t i = d->ready, o = i, made;

	while (i < d->end) {
		const char *p = d->buf + i;
		size_t n = d->end - i;
		const char *nl = d->inside ? NULL : memchr(p, '\n', n);
		if (!last && !nl && n < (d->inside ? DRESS_ENTITY_MAX : DRESS_LEAD_MAX))
			break;
		if (!d->inside)
			i += dress_lead(&d->kind, p, nl ? (size_t)(nl - p) : n);
		d->inside = true;
		if (i == d->end)
			break;
		i += one(d, d->buf + i, d->end - i, d->buf + o, &made);
		d->inside = !made || d->buf[o + made - 1] != '\n';
		o += made;
	}
	memmove(d->buf + o, d->buf + i, d->end - i);
	d->ready = o;
	d->end = o + (d->end - i);
}

void trace_dress_put(struct trace_dress *d, const char *p, size_t n, bool last)
{
	size_t left = d->end - d->start;

	if (d->start)
		memmove(d->buf, d->buf + d->start, left);
	d->ready -= d->start;
	d->end = left;
	d->start = 0;
	if (d->cap - d->end < n) {
		d->cap = d->end + n;
		d->buf = amt_realloc(d->buf, d->cap);
	}
	if (n)
		memcpy(d->buf + d->end, p, n);
	d->end += n;
	work(d, last);
}

size_t trace_dress_take(struct trace_dress *d, char *out, size_t n)
{
	size_t left = d->ready - d->start;

	n = n < left ? n : left;
	if (n)
		memcpy(out, d->buf + d->start, n);
	d->start += n;
	return n;
}
