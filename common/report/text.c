/* The report for people. */
#include "report/writers.h"

#include <stdlib.h>
#include <string.h>

#define INDENT 11 /* columns before a finding's text: two blanks and the verdict */

struct amt_finding **by_severity(const struct amt_findings *fs)
{
	struct amt_finding **list = amt_calloc(fs->list.n, sizeof(*list));
	size_t n = 0;

	/* Stable: one pass a rank, highest first. */
	for (int rank = amt_verdict_rank(AMT_FAIL); rank >= 0; rank--)
		for (size_t i = 0; i < fs->list.n; i++)
			if (amt_verdict_rank(fs->list.v[i]->verdict) == rank)
				list[n++] = fs->list.v[i];
	return list;
}

void count_words(struct amt_run *r, struct amt_buf *out)
{
	static const enum amt_verdict order[] = {AMT_FAIL,    AMT_UNKNOWN, AMT_WARN, AMT_PENDING,
						 AMT_SKIPPED, AMT_PASS,    AMT_NA};
	size_t counts[AMT_VERDICTS], said = 0;

	amt_findings_count(&r->findings, counts);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		size_t n = counts[order[i]];
		if (!n)
			continue;
		amt_buf_printf(out, "%s%zu %s", said++ ? ", " : "", n,
			       order[i] == AMT_NA ? "not applicable" : amt_verdict_name(order[i]));
	}
	if (!said)
		amt_buf_str(out, "nothing was judged");
}

static void one_evidence(struct layout *l, struct amt_arena *a, const struct amt_evidence *e)
{
	lay_para(l, INDENT, "seen: ",
		 amt_arena_printf(a, "%s%s%s%s%s", e->source, e->locator && *e->source ? ", " : "",
				  e->locator ? e->locator : "", e->text ? ": " : "",
				  e->text ? e->text : ""));
}

static void one_finding(struct layout *l, struct amt_run *r, const struct amt_finding *f)
{
	struct amt_arena *a = &r->arena;
	bool brief =
		l->style->verbose < 1 && amt_verdict_rank(f->verdict) <= amt_verdict_rank(AMT_PASS);

	amt_buf_str(l->out, "  ");
	lay_verdict(l, f->verdict, 9);
	/* A row that nobody could judge: what it is and what it needs, on one line. */
	bool bare = l->style->verbose < 1 && !*f->subject && !f->evidence.n && !f->actions.n &&
		    (f->verdict == AMT_UNKNOWN || f->verdict == AMT_SKIPPED);
	const char *line =
		bare ? amt_arena_printf(
			       a, "%s  %s (%s%s)", f->item->id, f->item->title,
			       f->verdict == AMT_UNKNOWN && f->item->inputs ? "needs: "
									    : f->summary,
			       f->verdict == AMT_UNKNOWN && f->item->inputs ? f->item->inputs : "")
		: *f->subject
			? amt_arena_printf(a, "%s  %s: %s", f->item->id, f->subject, f->summary)
			: amt_arena_printf(a, "%s  %s", f->item->id, f->summary);
	struct amt_style style = *l->style;
	struct amt_buf para;
	amt_buf_init(&para, AMT_MIB * 2);
	struct layout inner = {&para, &style};
	lay_para(&inner, INDENT, "", line);
	/* The verdict stands where the paragraph's first indent was. */
	amt_buf_str(l->out, amt_buf_cstr(&para) + (para.len >= INDENT ? INDENT : para.len));
	amt_buf_free(&para);
	if (brief || bare)
		return;
	size_t shown = l->style->verbose > 0 ? f->evidence.n
		       : f->evidence.n < 5   ? f->evidence.n
					     : 5;
	for (size_t i = 0; i < shown; i++)
		one_evidence(l, a, &f->evidence.v[i]);
	if (shown < f->evidence.n)
		lay_para(l, INDENT, "",
			 amt_arena_printf(a, "... and %zu more places (-v shows them)",
					  f->evidence.n - shown));
	const char *const *steps = amt_finding_steps(&r->findings, f);
	for (size_t i = 0; steps[i]; i++)
		lay_para(l, INDENT, i ? "      " : "do:   ",
			 steps[1] ? amt_arena_printf(a, "%zu. %s", i + 1, steps[i]) : steps[i]);
	if (steps[0] && f->item->who && f->verdict != AMT_UNKNOWN)
		lay_para(l, INDENT, "who:  ", f->item->who);
}

static void notes(struct layout *l, struct amt_run *r)
{
	if (!r->notes.list.n)
		return;
	lay_heading(l, "Inputs with trouble");
	for (size_t i = 0; i < r->notes.list.n; i++) {
		const struct amt_note *n = &r->notes.list.v[i];
		lay_para(l, 2, "", amt_arena_printf(&r->arena, "%s: %s", n->source, n->text));
	}
	if (r->notes.dropped)
		lay_para(l, 2, "",
			 amt_arena_printf(&r->arena, "... and %zu more", r->notes.dropped));
}

/* Kept line by line; a line that is too long goes on under its own beginning. */
static void laid_out(struct layout *l, struct amt_arena *a, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n"), blanks = strspn(text, " ");
		blanks = blanks < n ? blanks : n;
		lay_para(l, blanks, "", amt_arena_strndup(a, text + blanks, n - blanks));
		text += n + (text[n] != '\0');
	}
}

static void sections(struct layout *l, struct amt_run *r)
{
	for (size_t i = 0; i < r->sections.n; i++) {
		struct amt_section *s = r->sections.v[i];
		if (s->kind == AMT_SECTION_HTML)
			continue;
		if (s->title && *s->title)
			lay_heading(l, s->title);
		if (s->kind == AMT_SECTION_TABLE)
			lay_table(l, s);
		else
			laid_out(l, &r->arena, amt_buf_cstr(&s->text));
	}
}

static void findings(struct layout *l, struct amt_run *r)
{
	struct amt_finding **list = by_severity(&r->findings);
	size_t hidden = 0;

	lay_heading(l, "Findings");
	for (size_t i = 0; i < r->findings.list.n; i++) {
		int rank = amt_verdict_rank(list[i]->verdict);
		if (l->style->verbose < 0 && rank <= amt_verdict_rank(AMT_PASS))
			hidden++;
		else
			one_finding(l, r, list[i]);
	}
	if (!r->findings.list.n)
		amt_buf_str(l->out, "  none\n");
	if (hidden)
		amt_buf_printf(l->out, "  (%zu that passed or do not apply are not shown)\n",
			       hidden);
	free(list);
}

void write_text(struct amt_run *r, const struct amt_style *style, struct amt_buf *out)
{
	struct layout l = {out, style};
	char now[AMT_TIME_TEXT];

	amt_buf_printf(out, "%s %s, judged as of %s\n", r->tool, r->version,
		       amt_time_format(r->now, now));
	if (r->headline) {
		amt_buf_byte(out, '\n');
		lay_para(&l, 0, "", r->headline);
	}
	sections(&l, r);
	findings(&l, r);
	notes(&l, r);
	amt_buf_str(out, "\nVerdict: ");
	lay_verdict(&l, amt_run_verdict(r), 0);
	amt_buf_str(out, " (");
	count_words(r, out);
	amt_buf_str(out,
		    r->interrupted ? "); interrupted: what was done so far is above\n" : ")\n");
}
