/* For the HTML report: a timeline per device and outcomes over time, as inline SVG. */
#include "logview.h"

#include <stdio.h>

#define DEVICES_MAX 100
#define WIDTH       900
#define LEFT        10

/* Classes of page.css, which knows light and dark. */
static const char *const colour[TRACE_OUTCOMES] = {"o-complete", "o-failed", "o-running",
						   "o-unknown"};

static void tick(struct amt_buf *b, double x, const struct trace_milestone *m, bool bad)
{
	char t[AMT_TIME_TEXT];

	amt_buf_printf(b,
		       "<circle class=\"m%s\" cx=\"%.1f\" cy=\"14\" r=\"%d\"><title>%s, %s, line "
		       "%llu</title></circle>\n",
		       bad ? " fail" : "", x, bad ? 6 : 4, logview_milestone_name(m),
		       amt_time_format(m->at, t), (unsigned long long)m->line);
}

static void one_session(struct amt_buf *b, const struct trace_facts *f,
			const struct trace_session *s)
{
	amt_time from = s->begin, span = s->end - s->begin;
	char t[AMT_TIME_TEXT], took[24], cause[512];

	amt_buf_printf(b, "<p>%s, %s", trace_kind_name(s->kind), trace_outcome_name(s->outcome));
	if (s->has_machine)
		amt_buf_printf(b, ", MachineId %u", s->machine);
	if (from != AMT_TIME_NONE)
		amt_buf_printf(b, ", %s, %s", amt_time_format(from, t),
			       logview_duration(span, took));
	amt_buf_str(b, "</p>\n");
	if (span <= 0)
		span = 1;
	amt_buf_printf(b,
		       "<svg viewBox=\"0 0 %d 28\" width=\"100%%\" height=\"28\" role=\"img\" "
		       "aria-label=\"milestones\">\n<line x1=\"%d\" y1=\"14\" x2=\"%d\" y2=\"14\" "
		       "class=\"%s\" stroke-width=\"3\"/>\n",
		       WIDTH, LEFT, WIDTH - LEFT, colour[s->outcome]);
	for (size_t i = 0; i < s->n_milestones; i++) {
		const struct trace_milestone *m = &s->milestones[i];
		double x = LEFT + (double)(WIDTH - 2 * LEFT) * (double)i / (double)s->n_milestones;
		bool bad =
			s->cause.set && m->line == s->cause.at.line && m->file == s->cause.at.file;
		if (m->at != AMT_TIME_NONE && from != AMT_TIME_NONE && m->at >= from &&
		    m->at - from <= span)
			x = LEFT +
			    (double)(WIDTH - 2 * LEFT) * (double)(m->at - from) / (double)span;
		if (m->event != TRACE_EV_NONE || bad)
			tick(b, x, m, bad);
	}
	amt_buf_str(b, "</svg>\n");
	if (s->cause.set && s->outcome != TRACE_COMPLETE) {
		logview_cause(&s->cause, cause, sizeof(cause));
		amt_buf_str(b, "<p>");
		amt_html_escape(b, cause, strlen(cause));
		if (s->cause.at.file < f->files.n) {
			const char *name = f->files.v[s->cause.at.file].name;
			amt_buf_str(b, " (");
			amt_html_escape(b, name, strlen(name));
			amt_buf_printf(b, ", line %llu)", (unsigned long long)s->cause.at.line);
		}
		amt_buf_str(b, "</p>\n");
	}
}

static void histogram(struct amt_run *r, const struct trace_facts *f)
{
	struct amt_section *s =
		amt_section_html(r, amt_arena_printf(&r->arena, "Outcomes over time (days in %s)",
						     logview_clock(f)));
	struct amt_buf *b = &s->text;
	uint32_t top = 1;
	size_t n = f->days.n, first = n > 180 ? n - 180 : 0;
	char t[AMT_TIME_TEXT];

	for (size_t i = first; i < n; i++) {
		uint32_t sum = 0;
		for (int k = 0; k < TRACE_OUTCOMES; k++)
			sum += f->days.v[i].outcomes[k];
		top = sum > top ? sum : top;
	}
	double w = (double)(WIDTH - 2 * LEFT) / (double)(n - first ? n - first : 1);
	if (w > 40)
		w = 40;
	amt_buf_printf(b,
		       "<svg viewBox=\"0 0 %d 130\" width=\"100%%\" height=\"130\" role=\"img\" "
		       "aria-label=\"tasks per day by outcome\">\n",
		       WIDTH);
	for (size_t i = first; i < n; i++) {
		const struct trace_day *d = &f->days.v[i];
		double y = 120;
		for (int k = 0; k < TRACE_OUTCOMES; k++) {
			double h = 110.0 * d->outcomes[k] / top;
			if (!d->outcomes[k])
				continue;
			y -= h;
			amt_buf_printf(b,
				       "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
				       "class=\"%s\"><title>%s: %u %s</title></rect>\n",
				       LEFT + w * (double)(i - first), y, w * 0.9, h, colour[k],
				       d->day == INT32_MIN ? "no time"
							   : amt_time_date(d->day * AMT_DAY, t),
				       d->outcomes[k], trace_outcome_name((enum trace_outcome)k));
		}
	}
	amt_buf_str(b, "</svg>\n<p>");
	for (int k = 0; k < TRACE_OUTCOMES; k++)
		amt_buf_printf(b, "<span class=\"key %s\"></span>%s ", colour[k],
			       trace_outcome_name((enum trace_outcome)k));
	amt_buf_str(b, "</p>\n");
}

void logview_timelines(struct amt_run *r, const struct trace_facts *f)
{
	struct amt_section *s;
	size_t shown = 0;

	if (f->days.n && f->sessions.n)
		histogram(r, f);
	if (!f->sessions.n)
		return;
	s = amt_section_html(r, "Timelines");
	for (uint32_t d = 0; d < f->devices.n && shown < DEVICES_MAX; d++) {
		if (f->devices.v[d].last_session == UINT32_MAX ||
		    !logview_filter_device(&f->devices.v[d]))
			continue;
		shown++;
		amt_buf_str(&s->text, "<h3>");
		amt_html_escape(&s->text, f->devices.v[d].id, strlen(f->devices.v[d].id));
		amt_buf_str(&s->text, "</h3>\n");
		for (size_t i = 0; i < f->sessions.n; i++)
			if (f->sessions.v[i].device == d &&
			    logview_filter_session(f, &f->sessions.v[i]))
				one_session(&s->text, f, &f->sessions.v[i]);
	}
	if (shown == DEVICES_MAX)
		amt_buf_str(&s->text, "<p>Only the first 100 devices; --device narrows.</p>\n");
}
