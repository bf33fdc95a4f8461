/* How long each milestone took: of the tasks that were asked for, and of all together. */
#include "logview.h"

#include <stdlib.h>

#define ROWS_MAX 400

static amt_time since(const struct trace_session *s, uint32_t i)
{
	amt_time at = s->milestones[i].at;
	amt_time before = i ? s->milestones[i - 1].at : s->begin;

	return at == AMT_TIME_NONE || before == AMT_TIME_NONE ? -1 : at - before;
}

const char *logview_milestone_name(const struct trace_milestone *m)
{
	const char *label = trace_event_label((enum trace_event)m->event);

	return *label ? label : "error";
}

static void milestone_row(struct amt_run *r, struct amt_section *s, const struct trace_facts *f,
			  const struct trace_session *x, uint32_t k)
{
	const struct trace_milestone *m = &x->milestones[k];
	const struct trace_spot spot = {m->file, m->line};
	const struct trace_when when = {
		.local = m->at, .offset = x->placed ? TRACE_OFFSET_BIAS : TRACE_OFFSET_UNKNOWN};
	bool timed = x->begin != AMT_TIME_NONE && m->at != AMT_TIME_NONE;
	const char *device = x->device < f->devices.n ? f->devices.v[x->device].id : "?";
	char text[AMT_TIME_TEXT];
	struct amt_buf b;

	amt_section_cell(r, s, "%s", k ? "" : device);
	amt_section_cell(r, s, "%s", logview_milestone_name(m));
	amt_section_cell(r, s, "%s", trace_when_format(&when, text));
	amt_section_cell(r, s, "%s", logview_duration(since(x, k), text));
	amt_section_cell(r, s, "%s", logview_duration(timed ? m->at - x->begin : -1, text));
	amt_buf_init(&b, 4096);
	logview_where(f, &spot, &b);
	amt_section_cell(r, s, "%s", amt_buf_cstr(&b));
	amt_buf_free(&b);
}

void logview_milestones(struct amt_run *r, const struct trace_facts *f)
{
	static const struct amt_column columns[] = {{"device"},
						    {"milestone"},
						    {"at"},
						    {"took", .right = true},
						    {"since begin", .right = true},
						    {"where"}};
	struct amt_section *s =
		amt_section_table(r, "Milestones", columns, sizeof(columns) / sizeof(columns[0]));
	size_t n = 0;

	for (size_t i = 0; i < f->sessions.n; i++) {
		const struct trace_session *x = &f->sessions.v[i];
		if (!logview_filter_session(f, x))
			continue;
		for (uint32_t k = 0; k < x->n_milestones; k++)
			if (n++ < ROWS_MAX)
				milestone_row(r, s, f, x, k);
	}
	if (n > ROWS_MAX)
		amt_buf_printf(
			&amt_section_text(r, "")->text,
			"%zu more milestones; --device and --since narrow, --json shows all\n",
			n - ROWS_MAX);
}

struct step {
	int event;
	amt_time took; /* -1: not known */
};

static int by_event_and_time(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	return x->took < y->took ? -1 : x->took > y->took;
}

/* From the milestone before to this one, over all tasks that are kept. */
void logview_steps(struct amt_run *r, const struct trace_facts *f)
{
	static const struct amt_column columns[] = {{"milestone"},
						    {"reached", .right = true},
						    {"half took", .right = true},
						    {"90 %", .right = true},
						    {"longest", .right = true}};
	struct amt_section *s =
		amt_section_table(r, "Durations", columns, sizeof(columns) / sizeof(columns[0]));
	struct AMT_VEC(struct step) v = {0};
	char text[24];

	for (size_t i = 0; i < f->sessions.n; i++) {
		const struct trace_session *x = &f->sessions.v[i];
		for (uint32_t k = 0; k < x->n_milestones; k++) {
			amt_time d = since(x, k);
			amt_vec_push(&v, ((struct step){x->milestones[k].event, d < 0 ? -1 : d}));
		}
	}
	if (v.n)
		qsort(v.v, v.n, sizeof(*v.v), by_event_and_time);
	for (size_t i = 0, next; i < v.n; i = next) {
		size_t known = i; /* the first whose time is */
		for (next = i; next < v.n && v.v[next].event == v.v[i].event; next++)
			known += v.v[next].took < 0;
		size_t n = next - known;
		const struct step *t = v.v + known;
		if (v.v[i].event == TRACE_EV_NONE)
			continue;
		amt_section_cell(r, s, "%s", trace_event_label((enum trace_event)v.v[i].event));
		amt_section_cell(r, s, "%zu", next - i);
		amt_section_cell(r, s, "%s",
				 logview_duration(n ? t[logview_quantile(n, 50)].took : -1, text));
		amt_section_cell(r, s, "%s",
				 logview_duration(n ? t[logview_quantile(n, 90)].took : -1, text));
		amt_section_cell(r, s, "%s", logview_duration(n ? t[n - 1].took : -1, text));
	}
	amt_vec_free(&v);
}

static int by_count(const void *a, const void *b)
{
	const struct trace_sign_facts *const *x = a, *const *y = b;

	if ((*x)->count != (*y)->count)
		return (*x)->count > (*y)->count ? -1 : 1;
	return (*x)->row < (*y)->row ? -1 : (*x)->row > (*y)->row;
}

#define TOP 20

void logview_top_signatures(struct amt_run *r, const struct trace_facts *f)
{
	static const struct amt_column columns[] = {
		{"id"}, {"count", .right = true}, {"first"}, {"last"}, {"meaning"}};
	const struct trace_sign_facts *v[256];
	size_t n = 0;
	char t[AMT_TIME_TEXT];

	for (size_t i = 0; i < f->signatures.n && n < 256; i++)
		v[n++] = &f->signatures.v[i];
	if (!n)
		return;
	qsort(v, n, sizeof(v[0]), by_count);
	struct amt_section *s = amt_section_table(r, "Top signatures", columns,
						  sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < n && i < TOP; i++) {
		const struct trace_signature *g = &trace_signatures[v[i]->row];
		amt_section_cell(r, s, "%s", g->id);
		amt_section_cell(r, s, "%llu", (unsigned long long)v[i]->count);
		amt_section_cell(r, s, "%s", logview_time(f, v[i]->first_at.file, v[i]->first, t));
		amt_section_cell(r, s, "%s", logview_time(f, v[i]->last_at.file, v[i]->last, t));
		amt_section_cell(r, s, "%s%s%s", g->meaning,
				 g->class == TRACE_CLASS_NOISE ? " (harmless)" : "",
				 g->tag == 'U' ? " (wording unconfirmed)" : "");
	}
}
