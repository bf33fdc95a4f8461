/* The report for people. */
#include "report/writers.h"

#include <stdlib.h>
#include <string.h>

#define INDENT 11 /* columns before a finding's text: two blanks and the verdict */

size_t *order_by_severity(const struct amt_findings *fs)
{
	size_t *list = amt_calloc(fs->list.n, sizeof(*list));
	size_t n = 0;

	/* Stable: one pass a rank, highest first. */
	for (int rank = amt_verdict_rank(AMT_FAIL); rank >= 0; rank--)
		for (size_t i = 0; i < fs->list.n; i++)
			if (amt_verdict_rank(fs->list.v[i]->verdict) == rank)
				list[n++] = i;
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

/* Who else: a line of names, or with -v everybody and what is special. */
static void subjects(struct layout *l, struct amt_arena *a, const struct amt_finding *f)
{
	const size_t shown = l->style->verbose > 0 || f->subjects.n < 8 ? f->subjects.n : 8;
	struct amt_buf names;

	if (!f->subjects.n)
		return;
	amt_buf_init(&names, AMT_MIB);
	for (size_t i = 1; i < shown; i++)
		amt_buf_printf(&names, "%s%s", i > 1 ? ", " : "", f->subjects.v[i].name);
	if (shown < f->subjects.n)
		amt_buf_printf(&names, " ... (%zu in all; -v and JSON name them)", f->subjects.n);
	lay_para(l, INDENT, "also: ", amt_buf_cstr(&names));
	amt_buf_free(&names);
	for (size_t i = 1; l->style->verbose > 0 && i < shown; i++)
		if (f->subjects.v[i].summary)
			lay_para(l, INDENT, "      ",
				 amt_arena_printf(a, "%s: %s", f->subjects.v[i].name,
						  f->subjects.v[i].summary));
}

static bool same_row(const struct amt_finding *a, const struct amt_finding *b)
{
	return a->item == b->item && (a->verdict == AMT_FAIL) == (b->verdict == AMT_FAIL);
}

/* What waits for this finding, or follows from it. */
static void consequences(struct layout *l, struct amt_run *r, const struct consequences *c,
			 size_t cause)
{
	struct amt_buf ids;
	size_t n = 0;

	amt_buf_init(&ids, AMT_MIB);
	for (size_t at = c->first[cause], next; at; at = next) {
		const struct amt_finding *f = r->findings.list.v[at - 1];
		size_t times = 1; /* one row, of several devices or ports */
		for (next = c->next[at - 1]; next && same_row(f, r->findings.list.v[next - 1]);
		     next = c->next[next - 1])
			times++;
		amt_buf_printf(&ids, "%s%s", n ? ", " : "", f->item->id);
		if (times > 1)
			amt_buf_printf(&ids, " %zu times", times);
		if (f->verdict == AMT_FAIL)
			amt_buf_str(&ids, times > 1 ? " (fail)" : " (fails)");
		n += times;
	}
	if (n)
		lay_para(l, INDENT, "then: ",
			 amt_arena_printf(&r->arena, "%zu %s: %s", n,
					  n == 1 ? "check waits for this or follows from it"
						 : "checks wait for this or follow from it",
					  amt_buf_cstr(&ids)));
	amt_buf_free(&ids);
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
		: *f->subject ? amt_arena_printf(a, "%s  %s: %s", f->item->id, subject_words(r, f),
						 f->summary)
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
	subjects(l, a, f);
	size_t shown = l->style->verbose > 0 ? f->evidence.n
		       : f->evidence.n < 5   ? f->evidence.n
					     : 5;
	for (size_t i = 0; i < shown; i++)
		one_evidence(l, a, &f->evidence.v[i]);
	size_t places = f->places ? f->places : f->evidence.n;
	if (shown < places)
		lay_para(l, INDENT, "",
			 amt_arena_printf(a, "... and %zu more places%s", places - shown,
					  shown < f->evidence.n ? " (-v shows them)" : ""));
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

#define LABEL_MAX 12

/* Bytes of a word or two with blanks behind them, "seen:    " or "do now:  "; 0: the line has none.
 */
static size_t label_of(const char *line, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz:";
	size_t word = strspn(line, letters), end;

	if (line[word] == ' ' && line[word + 1] != ' ')
		word += 1 + strspn(line + word + 1, letters);
	end = word + strspn(line + word, " ");
	return word && end >= word + 2 && end < n && end <= LABEL_MAX ? end : 0;
}

/* Kept line by line; what is too long goes on under its own beginning, or behind its label. */
static void laid_out(struct layout *l, struct amt_arena *a, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n"), blanks = strspn(text, " ");
		blanks = blanks < n ? blanks : n;
		size_t label = label_of(text + blanks, n - blanks);
		lay_para(l, blanks, amt_arena_strndup(a, text + blanks, label),
			 amt_arena_strndup(a, text + blanks + label, n - blanks - label));
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
	size_t *list = order_by_severity(&r->findings), hidden = 0, folded = 0;
	struct consequences c;

	consequences_find(&r->findings, &c);
	lay_heading(l, "Findings");
	for (size_t i = 0; i < r->findings.list.n; i++) {
		const struct amt_finding *f = r->findings.list.v[list[i]];
		if (l->style->verbose < 0 &&
		    amt_verdict_rank(f->verdict) <= amt_verdict_rank(AMT_PASS)) {
			hidden++;
		} else if (c.cause[list[i]] && l->style->verbose < 1 && f->verdict != AMT_FAIL) {
			folded++;
		} else {
			one_finding(l, r, f);
			consequences(l, r, &c, list[i]);
		}
	}
	if (!r->findings.list.n)
		amt_buf_str(l->out, "  none\n");
	if (hidden)
		amt_buf_printf(l->out, "  (%zu that passed or do not apply are not shown)\n",
			       hidden);
	if (folded)
		amt_buf_printf(l->out,
			       "  (%zu that only wait for one above are named there; -v shows "
			       "them)\n",
			       folded);
	consequences_free(&c);
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
