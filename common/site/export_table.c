/* CSV with headings, as wmic, PowerShell, driverquery and Excel write it. */
#include "exports.h"

#include <string.h>

bool export_table_open(struct export_table *t, struct export_source *s)
{
	char *p = s->text, *end = s->text + s->len;
	uint64_t lines = 0;

	*t = (struct export_table){.source = s};
	/* PowerShell 2 to 5 writes the type of the objects before the headings. */
	while (p < end && (*p == '\n' || *p == '#')) {
		char *nl = memchr(p, '\n', (size_t)(end - p));
		p = nl ? nl + 1 : end;
		lines++;
	}
	site_csv_init(&t->csv, p, (size_t)(end - p));
	t->csv.next_line += lines;
	t->n_headings = site_csv_next(&t->csv, t->heading, EXPORT_COLUMNS);
	if (t->n_headings > EXPORT_COLUMNS)
		t->n_headings = EXPORT_COLUMNS;
	for (size_t i = 0; i < t->n_headings; i++)
		t->heading[i] = amt_str_trim(t->heading[i]);
	return t->n_headings > 0;
}

bool export_table_next(struct export_table *t)
{
	t->n = site_csv_next(&t->csv, t->cell, EXPORT_COLUMNS);
	if (t->n > EXPORT_COLUMNS)
		t->n = EXPORT_COLUMNS;
	t->source->line = t->csv.line;
	for (size_t i = 0; i < t->n; i++)
		t->cell[i] = amt_str_trim(t->cell[i]);
	if (t->n && t->csv.bad_quote)
		amt_note_add(t->source->notes, t->source->path,
			     "line %llu: a quote is not closed, or text follows one",
			     (unsigned long long)t->csv.line);
	return t->n > 0;
}

static bool is_heading(const char *heading, size_t len, const char *headings)
{
	for (const char *p = headings; *p;) {
		size_t n = strcspn(p, "|");
		if (n == len && !amt_strncasecmp(heading, p, n))
			return true;
		p += n + (p[n] == '|');
	}
	return false;
}

const char *export_cell(const struct export_table *t, const char *headings)
{
	for (size_t i = 0; i < t->n_headings && i < t->n; i++)
		if (is_heading(t->heading[i], strlen(t->heading[i]), headings) && *t->cell[i])
			return t->cell[i];
	return "";
}

bool export_has_heading(const struct export_table *t, const char *headings)
{
	for (size_t i = 0; i < t->n_headings; i++)
		if (is_heading(t->heading[i], strlen(t->heading[i]), headings))
			return true;
	return false;
}

bool export_headings_in(const char *line, size_t len, const char *const *headings)
{
	for (; *headings; headings++) {
		bool found = false;
		for (size_t i = 0; i < len && !found;) {
			size_t n = 0;
			while (i + n < len && !strchr(",;\t", line[i + n]))
				n++;
			size_t from = i, to = i + n;
			while (from < to && strchr("\" ", line[from]))
				from++;
			while (to > from && strchr("\" ", line[to - 1]))
				to--;
			found = is_heading(line + from, to - from, *headings);
			i += n + 1;
		}
		if (!found)
			return false;
	}
	return true;
}
