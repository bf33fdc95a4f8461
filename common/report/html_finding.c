/* Findings in the HTML report: a fold each, consequences inside their cause. */
#include "report/writers.h"

#include <stdlib.h>
#include <string.h>

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
		amt_html_element(out, "<li>", m->name, "");
		if (m->summary)
			amt_html_element(out, ": ", m->summary, "");
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
	bool open = f->verdict == AMT_FAIL || f->verdict == AMT_WARN;

	amt_buf_printf(out, "<details class=\"f\" data-v=\"%s\"%s><summary>",
		       amt_verdict_name(f->verdict), open ? " open" : "");
	amt_html_verdict(out, f->verdict);
	amt_html_element(out, " <code>", f->item->id, "</code> ");
	if (*f->subject)
		amt_html_element(out, "<b>", subject_words(r, f), ":</b> ");
	amt_html_element(out, "", f->summary, "</summary>\n");
	amt_html_element(out, "<p class=\"t\">", f->item->title, "</p>\n");
	p->done[at] = true;
	subjects(f, out);
	if (f->evidence.n)
		amt_buf_str(out, "<p>Seen:</p><ul>\n");
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct amt_evidence *e = &f->evidence.v[i];
		amt_html_element(out, "<li>", e->source, "");
		if (e->locator)
			amt_html_element(out, ", ", e->locator, "");
		if (e->text)
			amt_html_element(out, ": <code>", e->text, "</code>");
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
		amt_html_element(out, "<li>", steps[i], "</li>\n");
	if (steps[0])
		amt_buf_str(out, "</ol>\n");
	if (steps[0] && f->item->who)
		amt_html_element(out, "<p>Who: ", f->item->who, "</p>\n");
	consequences(p, at, out);
	amt_buf_str(out, "</details>\n");
}

static void filters(struct amt_run *r, struct amt_buf *out)
{
	size_t counts[AMT_VERDICTS];

	amt_findings_count(&r->findings, counts);
	amt_buf_str(out, "<form class=\"filter\" data-of=\"folds\" hidden>"
			 "<label class=\"w\">Filter findings <input type=\"search\" "
			 "autocomplete=\"off\"></label><fieldset><legend>Show</legend>");
	for (int v = 0; v < AMT_VERDICTS; v++) {
		const char *name = amt_verdict_name((enum amt_verdict)v);
		if (counts[v])
			amt_buf_printf(out,
				       "<label><input type=\"checkbox\" checked value=\"%s\">%s "
				       "(%zu)</label> ",
				       name, name, counts[v]);
	}
	amt_buf_str(out, "</fieldset><button type=\"button\" data-fold=\"open\">Unfold all</button>"
			 "<button type=\"button\" data-fold=\"close\">Fold all</button>"
			 "<button type=\"reset\">Clear</button><span role=\"status\"></span>"
			 "</form>\n");
}

void html_findings(struct amt_run *r, struct amt_buf *out)
{
	size_t *list = order_by_severity(&r->findings), n = r->findings.list.n;
	struct page p = {.r = r, .done = amt_calloc(n ? n : 1, sizeof(*p.done))};

	amt_buf_str(out, "<section id=\"findings\" aria-labelledby=\"title-findings\">"
			 "<h2 id=\"title-findings\">Findings</h2>\n");
	filters(r, out);
	amt_buf_str(out, "<div id=\"folds\">\n");
	consequences_find(&r->findings, &p.c);
	for (size_t i = 0; i < n; i++)
		if (!p.c.cause[list[i]])
			finding(&p, list[i], out);
	for (size_t i = 0; i < n; i++) /* whose cause leads back to them */
		if (!p.done[list[i]])
			finding(&p, list[i], out);
	amt_buf_str(out, "</div></section>\n");
	consequences_free(&p.c);
	free(p.done);
	free(list);
}
