/* RFC 4180. The tool's main table if it has one, else the findings. */
#include "report/writers.h"

#include <string.h>

/* A spreadsheet would run these; foreign text must stay text. A negative number is none. */
static bool is_formula(const char *s)
{
	return (*s && strchr("=+@\t", *s)) || (*s == '-' && s[1 + strspn(s + 1, "0123456789.")]);
}

static void field(struct amt_buf *out, const char *raw, bool first)
{
	struct amt_buf safe;

	amt_buf_init(&safe, AMT_CAP_REPORT);
	amt_text_safe(&safe, raw, strlen(raw), true);
	const char *s = amt_buf_cstr(&safe);
	bool formula = is_formula(s);
	bool quote = formula || s[strcspn(s, "\",\r\n;")] != '\0';

	if (!first)
		amt_buf_byte(out, ',');
	if (quote)
		amt_buf_byte(out, '"');
	if (formula)
		amt_buf_byte(out, '\'');
	for (; *s; s++) {
		if (*s == '"')
			amt_buf_byte(out, '"');
		amt_buf_byte(out, *s);
	}
	if (quote)
		amt_buf_byte(out, '"');
	amt_buf_free(&safe);
}

void amt_csv_row(struct amt_buf *out, const char *const *cells, size_t n)
{
	for (size_t i = 0; i < n; i++)
		field(out, cells[i] ? cells[i] : "", i == 0);
	amt_buf_str(out, "\r\n");
}

static void table(struct amt_buf *out, const struct amt_section *s)
{
	for (size_t c = 0; c < s->n_columns; c++)
		field(out, s->columns[c].title, c == 0);
	amt_buf_str(out, "\r\n");
	for (size_t i = 0; i + s->n_columns <= s->cells.n; i += s->n_columns)
		amt_csv_row(out, (const char *const *)&s->cells.v[i], s->n_columns);
}

void write_csv(struct amt_run *r, const struct amt_style *style, struct amt_buf *out)
{
	static const char *const head[] = {"id",     "verdict", "subject", "title", "summary",
					   "source", "locator", "text",    "action"};

	(void)style;
	for (size_t i = 0; i < r->sections.n; i++) {
		if (r->sections.v[i]->main) {
			table(out, r->sections.v[i]);
			return;
		}
	}
	amt_csv_row(out, head, sizeof(head) / sizeof(head[0]));
	for (size_t i = 0; i < r->findings.list.n; i++) {
		const struct amt_finding *f = r->findings.list.v[i];
		const struct amt_evidence none = {0},
					  *e = f->evidence.n ? &f->evidence.v[0] : &none;
		const char *const cells[] = {f->item->id,
					     amt_verdict_name(f->verdict),
					     f->subject,
					     f->item->title,
					     f->summary,
					     e->source,
					     e->locator,
					     e->text,
					     amt_finding_steps(&r->findings, f)[0]};
		amt_csv_row(out, cells, sizeof(cells) / sizeof(cells[0]));
	}
}
