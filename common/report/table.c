/* Tables on a terminal: the widest columns give way, and their cells wrap. */
#include "report/writers.h"

#include <stdlib.h>
#include <string.h>

#define INDENT   2
#define GAP      2
#define LEAST    8  /* columns that even the narrowest cell keeps */
#define WORD_MAX 44 /* longer words may be broken: a UUID or a host name is not */

/* Columns of the longest word: cells are not made narrower than that. */
static size_t longest_word(const char *s)
{
	size_t longest = 0;

	while (*s) {
		size_t n = strcspn(s, " ");
		size_t w = amt_text_width(s, n);
		longest = w > longest ? w : longest;
		s += n + (s[n] != '\0');
	}
	return longest < WORD_MAX ? longest : WORD_MAX;
}

static void at_least(size_t *w, size_t n)
{
	*w = *w > n ? *w : n;
}

static void measure(const struct amt_section *s, size_t *widths, size_t *least)
{
	for (size_t c = 0; c < s->n_columns; c++) {
		widths[c] = amt_text_width(s->columns[c].title, strlen(s->columns[c].title));
		least[c] = widths[c] > LEAST ? widths[c] : LEAST;
	}
	for (size_t i = 0; i < s->cells.n; i++) {
		size_t c = i % s->n_columns;
		at_least(&widths[c], amt_text_width(s->cells.v[i], strlen(s->cells.v[i])));
		at_least(&least[c], longest_word(s->cells.v[i]));
	}
}

/* Takes from the widest column until the table fits, or nothing can give. */
static void fit(const struct amt_section *s, size_t *widths, const size_t *least, size_t room)
{
	size_t total = INDENT + GAP * (s->n_columns - 1);

	for (size_t c = 0; c < s->n_columns; c++)
		total += widths[c];
	while (total > room) {
		size_t widest = s->n_columns;
		for (size_t c = 0; c < s->n_columns; c++)
			if (widths[c] > least[c] &&
			    (widest == s->n_columns || widths[c] > widths[widest]))
				widest = c;
		if (widest == s->n_columns)
			return;
		widths[widest]--;
		total--;
	}
}

static void trim_line(struct amt_buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
}

/* The next line of a cell; what is left of it goes to *rest. */
static void cell_line(struct layout *l, const struct amt_column *col, const char **rest,
		      size_t width)
{
	size_t n = lay_take(*rest, width), w = amt_text_width(*rest, n);
	size_t gap = w < width ? width - w : 0;
	char word[16];
	enum amt_verdict v;

	amt_str_copy(word, sizeof(word), *rest);
	if (col->verdict && amt_verdict_parse(word, &v)) {
		lay_verdict(l, v, width);
		*rest = "";
		return;
	}
	if (col->right)
		lay_pad(l, gap);
	amt_buf_add(l->out, *rest, n);
	if (!col->right)
		lay_pad(l, gap);
	*rest += n;
	*rest += strspn(*rest, " \n");
}

static void row(struct layout *l, const struct amt_section *s, const char *const *cells,
		const size_t *widths, bool heading)
{
	struct amt_buf *safe = amt_calloc(s->n_columns, sizeof(*safe));
	const char **rest = amt_calloc(s->n_columns, sizeof(*rest));
	bool more = true;

	for (size_t c = 0; c < s->n_columns; c++) {
		amt_buf_init(&safe[c], LAY_SAFE_MAX);
		amt_text_safe(&safe[c], cells[c], strlen(cells[c]), false);
		rest[c] = amt_buf_cstr(&safe[c]);
	}
	while (more) {
		more = false;
		lay_pad(l, INDENT);
		for (size_t c = 0; c < s->n_columns; c++) {
			struct amt_column plain = {.right = s->columns[c].right};
			cell_line(l, heading ? &plain : &s->columns[c], &rest[c], widths[c]);
			lay_pad(l, c + 1 < s->n_columns ? GAP : 0);
			more |= *rest[c] != '\0';
		}
		trim_line(l->out);
		amt_buf_byte(l->out, '\n');
	}
	for (size_t c = 0; c < s->n_columns; c++)
		amt_buf_free(&safe[c]);
	free(safe);
	free(rest);
}

void lay_table(struct layout *l, const struct amt_section *s)
{
	if (!s->n_columns)
		return;
	if (!s->cells.n) {
		amt_buf_str(l->out, "  none\n");
		return;
	}
	size_t *widths = amt_calloc(2 * s->n_columns, sizeof(*widths)),
	       *least = widths + s->n_columns;
	const char **titles = amt_calloc(s->n_columns, sizeof(*titles));

	measure(s, widths, least);
	if (l->style->width > 0)
		fit(s, widths, least, (size_t)l->style->width);
	for (size_t c = 0; c < s->n_columns; c++)
		titles[c] = s->columns[c].title;
	row(l, s, titles, widths, true);
	for (size_t i = 0; i + s->n_columns <= s->cells.n; i += s->n_columns)
		row(l, s, s->cells.v + i, widths, false);
	free(widths);
	free(titles);
}
