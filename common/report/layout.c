/* Text on a terminal: colour, wrapping, tables. Every foreign byte passes amt_text_safe. */
#include "report/writers.h"

#include <stdlib.h>
#include <string.h>

#define SAFE_MAX      (1 * AMT_MIB)
#define LEAST_COLUMNS 24 /* wrapping narrower than this helps nobody */

static const char *color_of(enum amt_verdict v)
{
	static const char *const colors[AMT_VERDICTS] = {
		[AMT_PASS] = "32",      [AMT_WARN] = "33;1",  [AMT_FAIL] = "31;1",
		[AMT_UNKNOWN] = "35;1", [AMT_PENDING] = "36", [AMT_NA] = "2",
		[AMT_SKIPPED] = "2",
	};
	return colors[v];
}

static void pad(struct layout *l, size_t n)
{
	while (n--)
		amt_buf_byte(l->out, ' ');
}

static void colored(struct layout *l, const char *color, const char *text)
{
	if (l->style->color)
		amt_buf_printf(l->out, "\033[%sm%s\033[0m", color, text);
	else
		amt_buf_str(l->out, text);
}

static void upper(const char *s, char *out, size_t size)
{
	size_t i = 0;

	for (; s[i] && i + 1 < size; i++)
		out[i] = (char)(s[i] >= 'a' && s[i] <= 'z' ? s[i] - 32 : s[i]);
	out[i] = '\0';
}

void lay_verdict(struct layout *l, enum amt_verdict v, size_t width)
{
	char word[16];

	upper(amt_verdict_name(v), word, sizeof(word));
	colored(l, color_of(v), word);
	size_t n = strlen(word);
	pad(l, n < width ? width - n : 0);
}

void lay_heading(struct layout *l, const char *text)
{
	amt_buf_byte(l->out, '\n');
	colored(l, "1", text);
	amt_buf_byte(l->out, '\n');
}

/* The longest piece of s that fits room columns, cut at a blank where there is one. */
static size_t take_line(const char *s, size_t room)
{
	const char *end = s + strcspn(s, "\n"), *p = s, *blank = NULL;
	size_t used = 0;

	while (p < end) {
		uint32_t cp;
		size_t k = amt_utf8_get(p, end, &cp);
		size_t w = amt_text_width(p, k);
		if (used + w > room)
			return blank ? (size_t)(blank - s) : p > s ? (size_t)(p - s) : k;
		if (*p == ' ')
			blank = p;
		used += w;
		p += k;
	}
	return (size_t)(end - s);
}

void lay_para(struct layout *l, size_t indent, const char *label, const char *text)
{
	struct amt_buf safe;
	size_t under = indent + amt_text_width(label, strlen(label));
	size_t width = l->style->width > 0 ? (size_t)l->style->width : SIZE_MAX / 2;
	size_t room = width > under + LEAST_COLUMNS ? width - under : LEAST_COLUMNS;

	amt_buf_init(&safe, SAFE_MAX);
	amt_text_safe(&safe, text, strlen(text), true);
	pad(l, indent);
	amt_buf_str(l->out, label);
	const char *s = amt_buf_cstr(&safe);
	do {
		size_t n = take_line(s, room);
		amt_buf_add(l->out, s, n);
		amt_buf_byte(l->out, '\n');
		s += n;
		while (*s == ' ' || *s == '\n')
			s++;
		if (*s)
			pad(l, under);
	} while (*s);
	if (safe.over)
		amt_buf_str(l->out, "[cut: longer than 1 MiB]\n");
	amt_buf_free(&safe);
}

/* Column widths that fit the terminal: the last column gives way and wraps. */
static void measure(const struct layout *l, const struct amt_section *s, size_t *widths)
{
	size_t total = 2 * s->n_columns;

	for (size_t c = 0; c < s->n_columns; c++)
		widths[c] = amt_text_width(s->columns[c].title, strlen(s->columns[c].title));
	for (size_t i = 0; i < s->cells.n; i++) {
		size_t w = amt_text_width(s->cells.v[i], strlen(s->cells.v[i]));
		if (w > widths[i % s->n_columns])
			widths[i % s->n_columns] = w;
	}
	for (size_t c = 0; c < s->n_columns; c++)
		total += widths[c];
	size_t last = s->n_columns - 1, width = (size_t)(l->style->width > 0 ? l->style->width : 0);
	if (width && total > width) {
		size_t others = total - widths[last];
		widths[last] = width > others + LEAST_COLUMNS ? width - others : LEAST_COLUMNS;
	}
}

static void cell(struct layout *l, const struct amt_column *col, const char *text, size_t width)
{
	struct amt_buf safe;
	enum amt_verdict v;

	if (col->verdict && amt_verdict_parse(text, &v)) {
		lay_verdict(l, v, width);
		return;
	}
	amt_buf_init(&safe, SAFE_MAX);
	amt_text_safe(&safe, text, strlen(text), false);
	size_t w = amt_text_width(amt_buf_cstr(&safe), safe.len);
	size_t gap = w < width ? width - w : 0;
	if (col->right)
		pad(l, gap);
	amt_buf_add(l->out, amt_buf_cstr(&safe), safe.len);
	if (!col->right)
		pad(l, gap);
	amt_buf_free(&safe);
}

static void trim_line(struct amt_buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
}

static void last_cell(struct layout *l, const struct amt_section *s, const char *text,
		      size_t indent, size_t width)
{
	const struct amt_column *col = &s->columns[s->n_columns - 1];
	enum amt_verdict v;

	if (col->right || (col->verdict && amt_verdict_parse(text, &v))) {
		cell(l, col, text, width);
		trim_line(l->out);
		amt_buf_byte(l->out, '\n');
		return;
	}
	struct amt_style style = *l->style;
	struct layout inner = {l->out, &style};
	/* The text starts where the cursor is; wrapped lines go under it. */
	style.width = style.width > 0 ? style.width - (int)indent : 0;
	struct amt_buf para;
	amt_buf_init(&para, SAFE_MAX);
	inner.out = &para;
	lay_para(&inner, 0, "", text);
	for (const char *p = amt_buf_cstr(&para); *p;) {
		size_t n = strcspn(p, "\n");
		amt_buf_add(l->out, p, n);
		trim_line(l->out);
		amt_buf_byte(l->out, '\n');
		p += n + (p[n] != '\0');
		if (*p)
			pad(l, indent);
	}
	amt_buf_free(&para);
}

void lay_table(struct layout *l, const struct amt_section *s)
{
	size_t indent = 2;

	if (!s->n_columns)
		return;
	if (!s->cells.n) {
		amt_buf_str(l->out, "  none\n");
		return;
	}
	size_t *widths = amt_calloc(s->n_columns, sizeof(*widths));

	measure(l, s, widths);
	for (size_t c = 0; c + 1 < s->n_columns; c++)
		indent += widths[c] + 2;
	pad(l, 2);
	for (size_t c = 0; c < s->n_columns; c++) {
		struct amt_column plain = {.title = "", .right = s->columns[c].right};
		cell(l, &plain, s->columns[c].title, widths[c]);
		pad(l, 2);
	}
	trim_line(l->out);
	amt_buf_byte(l->out, '\n');
	for (size_t i = 0; i < s->cells.n; i += s->n_columns) {
		pad(l, 2);
		for (size_t c = 0; c + 1 < s->n_columns && i + c < s->cells.n; c++) {
			cell(l, &s->columns[c], s->cells.v[i + c], widths[c]);
			pad(l, 2);
		}
		size_t last = i + s->n_columns - 1;
		last_cell(l, s, last < s->cells.n ? s->cells.v[last] : "", indent,
			  widths[s->n_columns - 1]);
	}
	free(widths);
}
