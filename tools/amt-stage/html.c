/* The walk for a browser: the strip of stages, the first broken thing, every client by stage. */
#include "html.h"

#include <stdlib.h>
#include <string.h>

/* A browser sorts and filters so many rows without a wait that one notices; the report says what
 * it leaves out, and the JSON document has all. */
#define MATRIX_ROWS_MAX 20000

static void strip_counts(struct amt_buf *b, const struct walk_stage *w)
{
	static const enum amt_verdict shown[] = {AMT_FAIL,    AMT_UNKNOWN, AMT_WARN,
						 AMT_PENDING, AMT_SKIPPED, AMT_PASS};
	size_t n = 0;

	amt_buf_str(b, "<span class=\"t\">");
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (w->counts[shown[i]])
			amt_buf_printf(b, "%s%zu %s", n++ ? ", " : "", w->counts[shown[i]],
				       amt_verdict_name(shown[i]));
	amt_buf_printf(b, "%s</span>", n ? "" : "nothing applies");
}

static void strip(const struct stage *st, struct amt_run *r)
{
	struct amt_buf *b = &amt_section_html(r, "Stages")->text;

	amt_buf_str(b, "<ol class=\"strip\">\n");
	for (int n = 1; n <= AMT_STAGE_LAST; n++) {
		const struct walk_stage *w = &st->walk.stages[n];
		if (!w->walked)
			continue;
		amt_buf_printf(b,
			       "<li class=\"%s-l\"><span class=\"n\"><b><span class=\"vh\">Stage "
			       "</span>%d</b> ",
			       amt_verdict_name(w->verdict), n);
		amt_html_verdict(b, w->verdict);
		amt_html_element(b, "</span><span>", amt_stage_title(n), "</span>");
		strip_counts(b, w);
		amt_buf_str(b, "</li>\n");
	}
	amt_buf_str(b, "</ol>\n");
}

static void seen(struct amt_buf *b, const struct amt_finding *f)
{
	for (size_t i = 0; i < f->evidence.n && i < 3; i++) {
		const struct amt_evidence *e = &f->evidence.v[i];
		amt_html_element(b, i ? "<dd>" : "<dt>Seen</dt><dd>", e->source, "");
		if (e->locator)
			amt_html_element(b, ", ", e->locator, "");
		if (e->text)
			amt_html_element(b, ": <code>", e->text, "</code>");
		amt_buf_str(b, "</dd>\n");
	}
}

static void first_broken(const struct stage *st, struct amt_run *r)
{
	const struct amt_finding *f = st->walk.broken;

	if (!f)
		return;
	struct amt_buf *b = &amt_section_html(r, "First broken thing")->text;
	amt_buf_printf(b, "<dl class=\"first\"><dt>Stage %d, <code>%s</code> ",
		       st->walk.broken_stage, f->item->id);
	amt_html_element(b, "", f->item->title, "</dt>\n<dd>");
	if (*f->subject)
		amt_html_element(b, "<b>", f->subject, "</b>");
	if (f->subjects.n)
		amt_buf_printf(b, " <b>and %zu more</b>", f->subjects.n - 1);
	amt_html_element(b, *f->subject ? ": " : "", f->summary, "</dd>\n");
	seen(b, f);
	const char *const *steps = amt_finding_steps(&r->findings, f);
	if (steps[0])
		amt_buf_str(b, "<dt>Do now</dt><dd><ol>\n");
	for (size_t i = 0; steps[i]; i++)
		amt_html_element(b, "<li>", steps[i], "</li>\n");
	if (steps[0])
		amt_buf_str(b, "</ol></dd>\n");
	if (f->item->who)
		amt_html_element(b, "<dt>Who</dt><dd>", f->item->who, "</dd>\n");
	amt_buf_str(b, "</dl>\n");
}

/* ---- the matrix ---------------------------------------------------------- */

struct place {
	const struct walk_client *c;
	size_t at; /* in the fleet */
};

/* Whoever is broken first, those broken at the lowest stage before all. */
static int worse(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int p = x->c->broken_stage ? x->c->broken_stage : AMT_STAGE_LAST + 1,
	    q = y->c->broken_stage ? y->c->broken_stage : AMT_STAGE_LAST + 1;

	if (p != q)
		return p - q;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void matrix_form(const struct walk *w, struct amt_buf *b)
{
	amt_buf_str(b, "<form class=\"filter\" data-of=\"matrix\" hidden>"
		       "<label class=\"w\">Name or check <input type=\"search\" "
		       "autocomplete=\"off\"></label><label>Stage <select name=\"stage\">"
		       "<option value=\"0\">any</option>");
	for (int k = 1; k <= AMT_STAGE_LAST; k++)
		if (w->stages[k].walked)
			amt_buf_printf(b, "<option value=\"%d\">%d %s</option>", k, k,
				       amt_stage_title(k));
	amt_buf_str(b, "</select></label><label>Verdict <select name=\"verdict\">"
		       "<option value=\"\">any</option>");
	for (int v = 0; v < AMT_VERDICTS; v++)
		amt_buf_printf(b, "<option>%s</option>", amt_verdict_name((enum amt_verdict)v));
	amt_buf_str(b, "</select></label><button type=\"reset\">Clear</button>"
		       "<button type=\"button\" name=\"more\" hidden>Show all</button>"
		       "<span role=\"status\"></span></form>\n");
}

/* Of a fleet this is most of the file: no class more than needed. */
static void matrix_row(const struct walk_client *c, size_t timeline, struct amt_buf *b)
{
	amt_buf_str(b, "<tr><th scope=\"row\">");
	if (timeline)
		amt_buf_printf(b, "<a href=\"#timeline-%zu\">", timeline);
	amt_html_element(b, "", c->name, timeline ? "</a></th>" : "</th>");
	for (int k = 1; k <= AMT_STAGE_LAST; k++) {
		const char *v = amt_verdict_name(c->stage[k]);
		amt_buf_printf(b, "<td class=\"v %s\">%s</td>", v, v);
	}
	if (c->broken_row) {
		amt_html_element(b, "<td>", c->broken_row->id, " ");
		amt_html_element(b, "", c->broken_row->title, "</td></tr>\n");
	} else {
		amt_buf_str(b, "<td>-</td></tr>\n");
	}
}

static void matrix(struct stage *st, struct amt_run *r, const struct timelines *t)
{
	size_t n = st->fleet.clients.n;

	if (!n)
		return;
	struct place *list = amt_calloc(n, sizeof(*list));
	for (size_t i = 0; i < n; i++)
		list[i] = (struct place){&st->fleet.clients.v[i], i};
	qsort(list, n, sizeof(*list), worse);
	struct amt_buf *b = &amt_section_html(r, "Clients by stage")->text;
	if (n > 1)
		matrix_form(&st->walk, b);
	amt_html_scroll(b, "Clients by stage");
	amt_buf_str(b, "<table class=\"sort\" id=\"matrix\"><caption class=\"vh\">Each client's "
		       "verdict at each stage, and the first check that is broken</caption>"
		       "<thead><tr><th scope=\"col\">Client</th>");
	for (int k = 1; k <= AMT_STAGE_LAST; k++)
		amt_buf_printf(b,
			       "<th scope=\"col\" title=\"%s\"><span class=\"vh\">Stage "
			       "</span>%d</th>",
			       amt_stage_title(k), k);
	amt_buf_str(b, "<th scope=\"col\">First broken</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n && i < MATRIX_ROWS_MAX; i++)
		matrix_row(list[i].c, timelines_of(t, list[i].at), b);
	amt_buf_str(b, "</tbody></table></div>\n");
	if (n > MATRIX_ROWS_MAX)
		amt_buf_printf(
			b,
			"<p class=\"note\">... and %zu more clients; those that are broken "
			"stand here first, the JSON document and --to-sqlite have all.</p>\n",
			n - MATRIX_ROWS_MAX);
	free(list);
}

void stage_html_sections(struct stage *st)
{
	struct amt_run *r = &st->cli->run;
	struct timelines t = {0};

	if (st->cli->format != AMT_FORMAT_HTML && !st->opt.bundle)
		return;
	timelines_make(st, &t);
	strip(st, r);
	first_broken(st, r);
	matrix(st, r, &t);
	timelines_section(st, &t, r);
	timelines_free(&t);
}
