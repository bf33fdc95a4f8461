/*
 * One self-contained file: no script, font, image or style from outside,
 * readable when printed, light and dark. The few lines of script only filter
 * what is already there.
 */
#include "report/writers.h"

#include <stdlib.h>
#include <string.h>

static const char style_text[] =
#include "report/html_style.h"
	;
static const char script_text[] =
#include "report/html_script.h"
	;

void amt_html_escape(struct amt_buf *out, const char *s, size_t n)
{
	struct amt_buf safe;

	amt_buf_init(&safe, AMT_CAP_REPORT);
	amt_text_safe(&safe, s, n, true);
	for (size_t i = 0; i < safe.len; i++) {
		switch (safe.data[i]) {
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
			amt_buf_byte(out, safe.data[i]);
		}
	}
	amt_buf_free(&safe);
}

static void element(struct amt_buf *out, const char *open, const char *text, const char *close)
{
	amt_buf_str(out, open);
	amt_html_escape(out, text, strlen(text));
	amt_buf_str(out, close);
}

static void badge(struct amt_buf *out, enum amt_verdict v)
{
	amt_buf_printf(out, "<span class=\"v %s\">%s</span>", amt_verdict_name(v),
		       amt_verdict_name(v));
}

static void table(struct amt_buf *out, const struct amt_section *s)
{
	enum amt_verdict v;

	if (!s->n_columns || !s->cells.n) {
		amt_buf_str(out, "<p>none</p>\n");
		return;
	}
	amt_buf_str(out, "<div class=\"scroll\"><table><thead><tr>");
	for (size_t c = 0; c < s->n_columns; c++)
		element(out,
			s->columns[c].right ? "<th scope=\"col\" class=\"r\">"
					    : "<th scope=\"col\">",
			s->columns[c].title, "</th>");
	amt_buf_str(out, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < s->cells.n; i++) {
		const struct amt_column *col = &s->columns[i % s->n_columns];
		if (i % s->n_columns == 0)
			amt_buf_str(out, "<tr>");
		if (col->verdict && amt_verdict_parse(s->cells.v[i], &v)) {
			amt_buf_str(out, "<td>");
			badge(out, v);
			amt_buf_str(out, "</td>");
		} else {
			element(out, col->right ? "<td class=\"r\">" : "<td>", s->cells.v[i],
				"</td>");
		}
		if (i % s->n_columns == s->n_columns - 1)
			amt_buf_str(out, "</tr>\n");
	}
	amt_buf_str(out, "</tbody></table></div>\n");
}

static void section(struct amt_buf *out, const struct amt_section *s)
{
	amt_buf_str(out, "<section>\n");
	if (s->title && *s->title)
		element(out, "<h2>", s->title, "</h2>\n");
	if (s->kind == AMT_SECTION_TABLE)
		table(out, s);
	else if (s->kind == AMT_SECTION_TEXT)
		element(out, "<pre>", amt_buf_cstr(&s->text), "</pre>\n");
	else
		amt_buf_add(out, amt_buf_cstr(&s->text), s->text.len);
	amt_buf_str(out, "</section>\n");
}

#define SUBJECTS_MAX 500 /* a browser has its limits; JSON, NDJSON and the database have all */

/* Who else, one fold for all of them. */
static void subjects(const struct amt_finding *f, struct amt_buf *out)
{
	if (!f->subjects.n)
		return;
	amt_buf_printf(out, "<details class=\"s\"%s><summary>All %zu subjects</summary><ul>\n",
		       f->subjects.n <= 20 ? " open" : "", f->subjects.n);
	for (size_t i = 0; i < f->subjects.n && i < SUBJECTS_MAX; i++) {
		const struct amt_subject *m = &f->subjects.v[i];
		element(out, "<li>", m->name, "");
		if (m->summary)
			element(out, ": ", m->summary, "");
		amt_buf_str(out, "</li>\n");
	}
	if (f->subjects.n > SUBJECTS_MAX)
		amt_buf_printf(out, "<li>... and %zu more, in the JSON document</li>\n",
			       f->subjects.n - SUBJECTS_MAX);
	amt_buf_str(out, "</ul></details>\n");
}

struct page {
	struct amt_run *r;
	struct consequences c;
	bool *done; /* findings that were written, under their cause or by themselves */
};

static void finding(struct page *p, size_t at, struct amt_buf *out);

static void consequences(struct page *p, size_t cause, struct amt_buf *out)
{
	size_t n = 0;

	for (size_t at = p->c.first[cause]; at; at = p->c.next[at - 1])
		n += !p->done[at - 1];
	if (!n)
		return;
	amt_buf_printf(out,
		       "<div class=\"then\"><p>What waits for this or follows from it (%zu):</p>\n",
		       n);
	for (size_t at = p->c.first[cause]; at; at = p->c.next[at - 1])
		if (!p->done[at - 1])
			finding(p, at - 1, out);
	amt_buf_str(out, "</div>\n");
}

static void finding(struct page *p, size_t at, struct amt_buf *out)
{
	struct amt_run *r = p->r;
	const struct amt_finding *f = r->findings.list.v[at];
	bool open = amt_verdict_rank(f->verdict) > amt_verdict_rank(AMT_PASS);

	amt_buf_printf(out, "<details class=\"f\" data-v=\"%s\"%s><summary>",
		       amt_verdict_name(f->verdict),
		       open && f->verdict != AMT_UNKNOWN ? " open" : "");
	badge(out, f->verdict);
	element(out, " <code>", f->item->id, "</code> ");
	if (*f->subject)
		element(out, "<b>", subject_words(r, f), ":</b> ");
	element(out, "", f->summary, "</summary>\n");
	element(out, "<p class=\"t\">", f->item->title, "</p>\n");
	p->done[at] = true;
	subjects(f, out);
	if (f->evidence.n)
		amt_buf_str(out, "<p>Seen:</p><ul>\n");
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct amt_evidence *e = &f->evidence.v[i];
		element(out, "<li>", e->source, "");
		if (e->locator)
			element(out, ", ", e->locator, "");
		if (e->text)
			element(out, ": <code>", e->text, "</code>");
		amt_buf_str(out, "</li>\n");
	}
	if (f->evidence.n)
		amt_buf_str(out, "</ul>\n");
	if (f->places > f->evidence.n)
		amt_buf_printf(out, "<p>... and %zu more places</p>\n", f->places - f->evidence.n);
	const char *const *steps = amt_finding_steps(&r->findings, f);
	if (steps[0])
		amt_buf_str(out, "<p>What to do:</p><ol>\n");
	for (size_t i = 0; steps[i]; i++)
		element(out, "<li>", steps[i], "</li>\n");
	if (steps[0])
		amt_buf_str(out, "</ol>\n");
	if (steps[0] && f->item->who)
		element(out, "<p>Who: ", f->item->who, "</p>\n");
	consequences(p, at, out);
	amt_buf_str(out, "</details>\n");
}

static void filters(struct amt_run *r, struct amt_buf *out)
{
	size_t counts[AMT_VERDICTS];

	amt_findings_count(&r->findings, counts);
	amt_buf_str(out, "<p class=\"filters\" role=\"group\" aria-label=\"show findings\">");
	for (int v = 0; v < AMT_VERDICTS; v++) {
		const char *name = amt_verdict_name((enum amt_verdict)v);
		if (counts[v])
			amt_buf_printf(out,
				       "<label><input type=\"checkbox\" checked data-f=\"%s\"> %s "
				       "(%zu)</label> ",
				       name, name, counts[v]);
	}
	amt_buf_str(out, "</p>\n");
}

static void notes(struct amt_run *r, struct amt_buf *out)
{
	if (!r->notes.list.n)
		return;
	amt_buf_str(out, "<section><h2>Inputs with trouble</h2><ul>\n");
	for (size_t i = 0; i < r->notes.list.n; i++) {
		element(out, "<li><code>", r->notes.list.v[i].source, "</code>: ");
		element(out, "", r->notes.list.v[i].text, "</li>\n");
	}
	amt_buf_str(out, "</ul></section>\n");
}

void write_html(struct amt_run *r, const struct amt_style *style, struct amt_buf *out)
{
	char now[AMT_TIME_TEXT], started[AMT_TIME_TEXT];
	size_t *list = order_by_severity(&r->findings), n = r->findings.list.n;
	struct page p = {.r = r, .done = amt_calloc(n ? n : 1, sizeof(*p.done))};
	struct amt_buf words;

	(void)style;
	amt_buf_init(&words, AMT_KIB);
	count_words(r, &words);
	amt_buf_str(out,
		    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n");
	amt_buf_printf(
		out, "<title>%s: %s</title>\n<style>%s</style>\n</head>\n<body>\n<header>\n<h1>%s ",
		r->tool, amt_verdict_name(amt_run_verdict(r)), style_text, r->tool);
	badge(out, amt_run_verdict(r));
	element(out, "</h1>\n<p class=\"head\">", r->headline ? r->headline : "", "</p>\n");
	amt_buf_printf(out,
		       "<p>%s. Version %s, run %s, judged as of %s.%s</p>\n</header>\n<main>\n",
		       amt_buf_cstr(&words), r->version, amt_time_format(r->started, started),
		       amt_time_format(r->now, now), r->interrupted ? " Interrupted." : "");
	for (size_t i = 0; i < r->sections.n; i++)
		if (!r->sections.v[i]->text_only)
			section(out, r->sections.v[i]);
	amt_buf_str(out, "<section id=\"findings\"><h2>Findings</h2>\n");
	filters(r, out);
	consequences_find(&r->findings, &p.c);
	for (size_t i = 0; i < n; i++)
		if (!p.c.cause[list[i]])
			finding(&p, list[i], out);
	for (size_t i = 0; i < n; i++) /* whose cause leads back to them */
		if (!p.done[list[i]])
			finding(&p, list[i], out);
	amt_buf_str(out, "</section>\n");
	notes(r, out);
	amt_buf_printf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", script_text);
	amt_buf_free(&words);
	consequences_free(&p.c);
	free(p.done);
	free(list);
}
