/* What people see beside the findings: devices, tasks, errors, counts. */
#include "logview.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS_MAX 200 /* rows of a table on a terminal; documents and CSV hold all facts */

char *logview_duration(amt_time d, char out[24])
{
	int64_t s = d / AMT_SECOND;

	if (d < 0)
		amt_str_copy(out, 24, "-");
	else if (s < 60)
		snprintf(out, 24, "%lld.%llds", (long long)s, (long long)(d % AMT_SECOND / 100000));
	else if (s < 3600)
		snprintf(out, 24, "%lldm %02llds", (long long)(s / 60), (long long)(s % 60));
	else
		snprintf(out, 24, "%lldh %02lldm", (long long)(s / 3600), (long long)(s / 60 % 60));
	return out;
}

char *logview_cause(const struct trace_cause *c, char *out, size_t size)
{
	const struct trace_signature *g =
		c->set && c->signature >= 0 ? &trace_signatures[c->signature] : NULL;
	const struct trace_code *row =
		c->set && c->has_code ? trace_code_find(c->code, c->firmware) : NULL;
	const char *meaning = g ? g->meaning : row ? row->meaning : c->set ? c->text : "";
	bool twice = row && !strncmp(meaning, row->symbol, strlen(row->symbol));
	const char *mark = c->set && c->unconfirmed ? " (wording unconfirmed)" : "";

	if (!c->set)
		amt_str_copy(out, size, "");
	else if (c->has_code)
		snprintf(out, size, c->firmware ? "0x%X %s%s%s%s" : "0x%08X %s%s%s%s", c->code,
			 row && !twice ? row->symbol : "", row && !twice ? ": " : "", meaning,
			 mark);
	else
		snprintf(out, size, "%s%s", g ? g->meaning : c->text, mark);
	return out;
}

/* "complete", with what that means for the kind of task. */
static char *ending(const struct trace_session *s, char *out, size_t size)
{
	const char *reached = trace_event_label((enum trace_event)s->reached);
	static const char *const done[TRACE_KINDS] = {
		"provisioning complete",         "full un-provision complete",
		"partial un-provision complete", "discovery complete",
		"power command complete",        "update complete"};

	if (s->outcome == TRACE_COMPLETE)
		snprintf(out, size, "%s%s", done[s->kind],
			 s->confirmed ? "" : " (wording unconfirmed)");
	else
		snprintf(out, size, "%s: %s", trace_outcome_name(s->outcome),
			 *reached ? reached : "nothing reached");
	return out;
}

static const struct trace_session *last_of(const struct trace_facts *f,
					   const struct trace_device *d)
{
	return d->last_session < f->sessions.n ? &f->sessions.v[d->last_session] : NULL;
}

static void machines(const struct trace_device *d, struct amt_buf *b)
{
	for (size_t i = 0; i < d->n_machines && i < 4; i++)
		amt_buf_printf(b, "%s%u", i ? " " : "", trace_machines(d)[i]);
	if (d->n_machines > 4)
		amt_buf_printf(b, " +%u", d->n_machines - 4);
}

static void devices(struct amt_run *r, const struct trace_facts *f)
{
	static const struct amt_column columns[] = {{"device"},
						    {"MachineId"},
						    {"firmware"},
						    {"tasks", .right = true},
						    {"failed", .right = true},
						    {"last task"},
						    {"first error"}};
	struct amt_section *s =
		amt_section_table(r, "Devices", columns, sizeof(columns) / sizeof(columns[0]));
	size_t shown = 0, more = 0;

	s->main = !logview.sessions;
	for (size_t i = 0; i < f->devices.n; i++) {
		const struct trace_device *d = &f->devices.v[i];
		const struct trace_session *x = last_of(f, d);
		char text[512], end[128];
		struct amt_buf m;
		uint32_t n = 0;
		if (!logview_filter_device(d))
			continue;
		if (shown++ >= ROWS_MAX) {
			more++;
			continue;
		}
		for (int k = 0; k < TRACE_OUTCOMES; k++)
			n += d->outcomes[k];
		amt_buf_init(&m, 256);
		machines(d, &m);
		amt_section_cell(r, s, "%s", d->id);
		amt_section_cell(r, s, "%s", amt_buf_cstr(&m));
		amt_section_cell(r, s, "%s", d->firmware);
		amt_section_cell(r, s, "%u", n);
		amt_section_cell(r, s, "%u", d->outcomes[TRACE_FAILED]);
		amt_section_cell(r, s, "%s",
				 x                     ? ending(x, end, sizeof(end))
				 : d->rejected_client  ? "hello rejected: is a client"
				 : d->rejected_unknown ? "hello rejected: not in the database"
				 : d->requests         ? "request arrived"
						       : "");
		bool bad = x && x->outcome != TRACE_COMPLETE && x->cause.set;
		amt_section_cell(r, s, "%s",
				 bad ? logview_cause(&x->cause, text, sizeof(text)) : "");
		amt_buf_free(&m);
	}
	if (more) {
		struct amt_section *t = amt_section_text(r, "");
		amt_buf_printf(&t->text, "%zu more devices; --device narrows, --json shows all\n",
			       more);
	}
}

const char *logview_time(const struct trace_facts *f, uint32_t file, amt_time at,
			 char out[AMT_TIME_TEXT])
{
	struct trace_when w = {.local = at};

	if (file < f->files.n && f->files.v[file].offset != TRACE_OFFSET_UNKNOWN) /* UTC then */
		w.offset = f->files.v[file].offset;
	return trace_when_format(&w, out);
}

void logview_where(const struct trace_facts *f, const struct trace_spot *at, struct amt_buf *b)
{
	const char *name = at->file < f->files.n ? f->files.v[at->file].name : "";
	const char *slash = strrchr(name, '/');

	amt_buf_printf(b, "%s:%llu", slash ? slash + 1 : name, (unsigned long long)at->line);
}

static void sessions(struct amt_run *r, const struct trace_facts *f)
{
	static const struct amt_column columns[] = {
		{"begin"}, {"device"},     {"MachineId", .right = true},
		{"task"},  {"ended"},      {"took", .right = true},
		{"where"}, {"first error"}};
	struct amt_section *s =
		amt_section_table(r, "Tasks", columns, sizeof(columns) / sizeof(columns[0]));

	s->main = true;
	for (size_t i = 0; i < f->sessions.n; i++) {
		const struct trace_session *x = &f->sessions.v[i];
		char t[AMT_TIME_TEXT], text[512], took[24], end[128];
		struct amt_buf b;
		if (!logview_filter_session(f, x))
			continue;
		amt_time_format(x->begin, t);
		if (!x->placed && x->begin != AMT_TIME_NONE && strlen(t))
			t[strlen(t) - 1] = '\0'; /* local time: no Z */
		amt_buf_init(&b, 4096);
		logview_where(f, &x->first, &b);
		amt_section_cell(r, s, "%s", t);
		amt_section_cell(r, s, "%s",
				 x->device < f->devices.n ? f->devices.v[x->device].id : "?");
		if (x->has_machine)
			amt_section_cell(r, s, "%u", x->machine);
		else
			amt_section_cell(r, s, "%s", "");
		amt_section_cell(r, s, "%s%s", trace_kind_name(x->kind),
				 x->implicit ? " (beginning not seen)" : "");
		amt_section_cell(r, s, "%s", ending(x, end, sizeof(end)));
		amt_section_cell(r, s, "%s",
				 x->begin == AMT_TIME_NONE
					 ? "-"
					 : logview_duration(x->end - x->begin, took));
		amt_section_cell(r, s, "%s", amt_buf_cstr(&b));
		amt_section_cell(r, s, "%s", logview_cause(&x->cause, text, sizeof(text)));
		amt_buf_free(&b);
	}
	if (f->sessions_dropped) {
		struct amt_section *t = amt_section_text(r, "");
		amt_buf_printf(&t->text,
			       "%llu more tasks are only counted; --max-sessions keeps more\n",
			       (unsigned long long)f->sessions_dropped);
	}
}

static void errors(struct amt_run *r, const struct trace_facts *f)
{
	static const struct amt_column columns[] = {
		{"id"},      {"count", .right = true}, {"first"},     {"where"},
		{"meaning"}, {"likely causes"},        {"what to do"}};
	struct amt_section *s = amt_section_table(r, "Error signatures", columns,
						  sizeof(columns) / sizeof(columns[0]));

	for (size_t i = 0; i < f->signatures.n; i++) {
		const struct trace_sign_facts *x = &f->signatures.v[i];
		const struct trace_signature *g = &trace_signatures[x->row];
		char t[AMT_TIME_TEXT];
		struct amt_buf b;
		if (g->class == TRACE_CLASS_INFO)
			continue;
		amt_buf_init(&b, 4096);
		logview_where(f, &x->first_at, &b);
		amt_section_cell(r, s, "%s", g->id);
		amt_section_cell(r, s, "%llu", (unsigned long long)x->count);
		amt_section_cell(r, s, "%s", logview_time(f, x->first_at.file, x->first, t));
		amt_section_cell(r, s, "%s", amt_buf_cstr(&b));
		amt_section_cell(r, s, "%s%s%s", g->meaning,
				 g->class == TRACE_CLASS_NOISE ? " (harmless)" : "",
				 g->tag == 'U' ? " (wording unconfirmed)" : "");
		amt_section_cell(r, s, "%s", strcmp(g->causes, "-") ? g->causes : "");
		amt_section_cell(r, s, "%s", strcmp(g->action, "-") ? g->action : "");
		amt_buf_free(&b);
	}
}

static int by_value(const void *a, const void *b)
{
	const amt_time *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Of n sorted values the first that at least percent of them do not exceed; n > 0. */
size_t logview_quantile(size_t n, unsigned percent)
{
	return (n * percent + 99) / 100 - 1;
}

/* How long complete tasks of a kind took: quantiles. */
static void durations(const struct trace_facts *f, enum trace_kind kind, amt_time q[3], size_t *n)
{
	amt_time *v = amt_calloc(f->sessions.n + 1, sizeof(*v));
	static const unsigned percent[3] = {50, 90, 99};

	*n = 0;
	for (size_t i = 0; i < f->sessions.n; i++) {
		const struct trace_session *s = &f->sessions.v[i];
		if (s->kind == kind && s->outcome == TRACE_COMPLETE && s->begin != AMT_TIME_NONE &&
		    s->end >= s->begin && !s->implicit)
			v[(*n)++] = s->end - s->begin;
	}
	qsort(v, *n, sizeof(*v), by_value);
	for (int i = 0; i < 3; i++)
		q[i] = *n ? v[logview_quantile(*n, percent[i])] : -1;
	free(v);
}

/* What days and other sums over logs are counted in. */
const char *logview_clock(const struct trace_facts *f)
{
	bool utc = false, local = false;

	for (size_t i = 0; i < f->files.n; i++) {
		const struct trace_file_facts *x = &f->files.v[i];
		if (x->first == AMT_TIME_NONE)
			continue;
		utc = utc || x->offset != TRACE_OFFSET_UNKNOWN;
		local = local || x->offset == TRACE_OFFSET_UNKNOWN;
	}
	return local && utc ? "UTC, local time where the offset is unknown"
	       : local      ? "local time"
			    : "UTC";
}

static void stats(struct amt_run *r, const struct trace_facts *f)
{
	static const struct amt_column kinds[] = {{"task"},
						  {"complete", .right = true},
						  {"failed", .right = true},
						  {"running", .right = true},
						  {"unknown", .right = true},
						  {"half took", .right = true},
						  {"90 %", .right = true},
						  {"99 %", .right = true}};
	static const struct amt_column days[] = {{"day"},
						 {"records", .right = true},
						 {"errors", .right = true},
						 {"complete", .right = true},
						 {"failed", .right = true}};
	struct amt_section *s =
		amt_section_table(r, "Outcomes", kinds, sizeof(kinds) / sizeof(kinds[0]));
	char text[24], date[AMT_TIME_TEXT];

	for (int k = 0; k < TRACE_KINDS; k++) {
		amt_time q[3];
		size_t n;
		uint64_t sum = 0;
		for (int i = 0; i < TRACE_OUTCOMES; i++)
			sum += f->outcomes[k][i];
		if (!sum)
			continue;
		durations(f, (enum trace_kind)k, q, &n);
		amt_section_cell(r, s, "%s", trace_kind_name((enum trace_kind)k));
		for (int i = 0; i < TRACE_OUTCOMES; i++)
			amt_section_cell(r, s, "%llu", (unsigned long long)f->outcomes[k][i]);
		for (int i = 0; i < 3; i++)
			amt_section_cell(r, s, "%s", logview_duration(q[i], text));
	}
	s = amt_section_table(r, amt_arena_printf(&r->arena, "Days (%s)", logview_clock(f)), days,
			      sizeof(days) / sizeof(days[0]));
	for (size_t i = 0; i < f->days.n; i++) {
		const struct trace_day *d = &f->days.v[i];
		amt_section_cell(r, s, "%s",
				 d->day == INT32_MIN ? "(no time)"
						     : amt_time_date(d->day * AMT_DAY, date));
		amt_section_cell(r, s, "%llu", (unsigned long long)d->records);
		amt_section_cell(r, s, "%llu", (unsigned long long)d->errors);
		amt_section_cell(r, s, "%u", d->outcomes[TRACE_COMPLETE]);
		amt_section_cell(r, s, "%u", d->outcomes[TRACE_FAILED]);
	}
}

static void files(struct amt_run *r, const struct trace_facts *f)
{
	static const struct amt_column columns[] = {{"file"},
						    {"format"},
						    {"encoding"},
						    {"records", .right = true},
						    {"damaged", .right = true},
						    {"first"},
						    {"last"},
						    {"offset"}};
	struct amt_section *s =
		amt_section_table(r, "Files", columns, sizeof(columns) / sizeof(columns[0]));
	char t[AMT_TIME_TEXT];

	for (size_t i = 0; i < f->files.n && i < ROWS_MAX; i++) {
		const struct trace_file_facts *x = &f->files.v[i];
		amt_section_cell(r, s, "%s", x->name);
		amt_section_cell(r, s, "%s%s%s", x->format, *x->packed ? ", " : "", x->packed);
		amt_section_cell(r, s, "%s", x->encoding);
		amt_section_cell(r, s, "%llu", (unsigned long long)x->records);
		amt_section_cell(r, s, "%llu", (unsigned long long)x->damaged);
		amt_section_cell(r, s, "%s", logview_time(f, (uint32_t)i, x->first, t));
		amt_section_cell(r, s, "%s", logview_time(f, (uint32_t)i, x->last, t));
		amt_section_cell(r, s, "%s",
				 x->first == AMT_TIME_NONE ? "-" : trace_offset_name(x->offset));
	}
}

static void headline(struct amt_run *r, const struct trace_facts *f)
{
	uint64_t n = 0, bad = 0, records = 0;

	for (int k = 0; k < TRACE_KINDS; k++)
		for (int i = 0; i < TRACE_OUTCOMES; i++) {
			n += f->outcomes[k][i];
			bad += i == TRACE_FAILED ? f->outcomes[k][i] : 0;
		}
	for (size_t i = 0; i < f->files.n; i++)
		records += f->files.v[i].records;
	r->headline = amt_arena_printf(
		&r->arena, "%zu devices, %llu tasks, %llu failed; %llu records read", f->devices.n,
		(unsigned long long)n, (unsigned long long)bad, (unsigned long long)records);
	r->perfdata = amt_arena_printf(&r->arena, "devices=%zu tasks=%llu failed=%llu records=%llu",
				       f->devices.n, (unsigned long long)n, (unsigned long long)bad,
				       (unsigned long long)records);
}

void logview_sections(struct amt_cli *cli)
{
	struct amt_run *r = &cli->run;
	const struct trace_facts *f = &logview.facts;

	headline(r, f);
	if (f->devices.n)
		devices(r, f);
	if (f->sessions.n &&
	    (logview.sessions || (logview.device.n && f->devices.n) || f->sessions.n <= 12))
		sessions(r, f);
	if (logview.device.n && f->sessions.n)
		logview_milestones(r, f);
	if (logview.errors || (cli->format == AMT_FORMAT_HTML && f->signatures.n))
		errors(r, f);
	if (logview.stats || cli->format == AMT_FORMAT_HTML)
		stats(r, f);
	if (logview.stats && f->sessions.n)
		logview_steps(r, f);
	if (logview.stats)
		logview_top_signatures(r, f);
	files(r, f);
	if (cli->format == AMT_FORMAT_HTML)
		logview_timelines(r, f);
}
