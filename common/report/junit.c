/*
 * JUnit XML for CI systems: a finding is a test case. fail = failure,
 * unknown = error (it could not be measured), pending, na and skipped = skipped.
 */
#include "report/writers.h"

#include <string.h>

static void attr(struct amt_buf *out, const char *name, const char *value)
{
	amt_buf_printf(out, " %s=\"", name);
	amt_html_escape(out, value, strlen(value));
	amt_buf_byte(out, '"');
}

static void body(struct amt_run *r, const struct amt_finding *f, struct amt_buf *out)
{
	struct amt_buf b;

	amt_buf_init(&b, 16 * AMT_MIB);
	for (size_t i = 1; i < f->subjects.n; i++)
		amt_buf_printf(&b, "also: %s\n", f->subjects.v[i].name);
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct amt_evidence *e = &f->evidence.v[i];
		amt_buf_printf(&b, "seen: %s%s%s%s%s\n", e->source, e->locator ? ", " : "",
			       e->locator ? e->locator : "", e->text ? ": " : "",
			       e->text ? e->text : "");
	}
	const char *const *steps = amt_finding_steps(&r->findings, f);
	for (size_t i = 0; steps[i]; i++)
		amt_buf_printf(&b, "do: %s\n", steps[i]);
	amt_html_escape(out, amt_buf_cstr(&b), b.len);
	amt_buf_free(&b);
}

static void testcase(struct amt_run *r, const struct amt_finding *f, struct amt_buf *out)
{
	static const char *const element[AMT_VERDICTS] = {
		[AMT_FAIL] = "failure",    [AMT_UNKNOWN] = "error", [AMT_PENDING] = "skipped",
		[AMT_SKIPPED] = "skipped", [AMT_NA] = "skipped",
	};
	const char *name = amt_arena_printf(&r->arena, "%s %s%s%s", f->item->id, f->item->title,
					    *f->subject ? " - " : "", subject_words(r, f));
	const char *tag = element[f->verdict];

	amt_buf_str(out, "  <testcase");
	attr(out, "classname",
	     amt_arena_printf(&r->arena, "%s.%s", r->tool, amt_component_name(f->item->component)));
	attr(out, "name", name);
	amt_buf_str(out, " time=\"0\">\n"); /* readers add it up; rows are not timed */
	if (tag) {
		amt_buf_printf(out, "    <%s", tag);
		attr(out, "message", f->summary);
		if (f->verdict == AMT_FAIL || f->verdict == AMT_UNKNOWN) {
			attr(out, "type", amt_verdict_name(f->verdict));
			amt_buf_byte(out, '>');
			body(r, f, out);
			amt_buf_printf(out, "</%s>\n", tag);
		} else {
			amt_buf_str(out, "/>\n");
		}
	} else {
		amt_buf_printf(out, "    <system-out>%s: ", amt_verdict_name(f->verdict));
		amt_html_escape(out, f->summary, strlen(f->summary));
		amt_buf_byte(out, '\n');
		body(r, f, out);
		amt_buf_str(out, "</system-out>\n");
	}
	amt_buf_str(out, "  </testcase>\n");
}

static void totals(struct amt_run *r, const size_t counts[AMT_VERDICTS], struct amt_buf *out)
{
	attr(out, "name", r->tool);
	amt_buf_printf(
		out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"",
		r->findings.list.n, counts[AMT_FAIL], counts[AMT_UNKNOWN],
		counts[AMT_PENDING] + counts[AMT_SKIPPED] + counts[AMT_NA],
		(double)(r->ended - r->started) / (double)AMT_SECOND);
}

void write_junit(struct amt_run *r, const struct amt_style *style, struct amt_buf *out)
{
	size_t counts[AMT_VERDICTS];
	char when[AMT_TIME_TEXT];

	(void)style;
	amt_findings_count(&r->findings, counts);
	amt_time_format(r->started, when);
	when[19] = '\0'; /* xs:dateTime without zone, as readers of this format expect */
	amt_buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	totals(r, counts, out);
	amt_buf_str(out, ">\n <testsuite");
	totals(r, counts, out);
	attr(out, "timestamp", when);
	amt_buf_str(out, ">\n");
	for (size_t i = 0; i < r->findings.list.n; i++)
		testcase(r, r->findings.list.v[i], out);
	amt_buf_str(out, " </testsuite>\n</testsuites>\n");
}
