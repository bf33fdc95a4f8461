#include "amtdiag/report.h"

void amt_run_free(struct amt_run *r)
{
	for (size_t i = 0; i < r->sections.n; i++) {
		amt_vec_free(&r->sections.v[i]->cells);
		amt_buf_free(&r->sections.v[i]->text);
	}
	amt_vec_free(&r->sections);
	amt_findings_free(&r->findings);
	amt_notes_free(&r->notes);
	json_decref(r->facts);
	json_decref(r->firmware);
	amt_arena_free(&r->arena);
	*r = (struct amt_run){0};
}

enum amt_verdict amt_run_verdict(const struct amt_run *r)
{
	return r->not_built ? AMT_UNKNOWN : amt_findings_fold(&r->findings);
}

static struct amt_section *add(struct amt_run *r, enum amt_section_kind kind, const char *title)
{
	struct amt_section *s = amt_arena_new(&r->arena, struct amt_section);

	s->kind = kind;
	s->title = amt_arena_strdup(&r->arena, title);
	amt_buf_init(&s->text, AMT_CAP_REPORT);
	amt_vec_push(&r->sections, s);
	return s;
}

struct amt_section *amt_section_table(struct amt_run *r, const char *title,
				      const struct amt_column *columns, size_t n_columns)
{
	struct amt_section *s = add(r, AMT_SECTION_TABLE, title);

	s->columns = columns;
	s->n_columns = n_columns;
	return s;
}

void amt_section_cell(struct amt_run *r, struct amt_section *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	amt_vec_push(&s->cells, amt_arena_vprintf(&r->arena, fmt, ap));
	va_end(ap);
}

struct amt_section *amt_section_text(struct amt_run *r, const char *title)
{
	return add(r, AMT_SECTION_TEXT, title);
}

struct amt_section *amt_section_html(struct amt_run *r, const char *title)
{
	return add(r, AMT_SECTION_HTML, title);
}
