/* What the files of amt-logview share. */
#ifndef LOGVIEW_H
#define LOGVIEW_H

#include "amtdiag/cli.h"
#include "amtdiag/trace.h"

struct logview {
	/* options */
	struct amt_strlist files;
	bool records, sessions, errors, stats, follow, raw, codes, utc, no_signatures, partial, tui;
	const char *lookup, *tz, *codepage, *date_order, *source;
	struct amt_strlist device, component, severity_text, grep, thread_text;
	amt_time since, until;
	unsigned max_sessions;
	/* what they amount to */
	struct trace_options options;
	unsigned severities; /* bits of enum trace_severity; 0: all */
	struct AMT_VEC(uint32_t) threads;
	struct logview_filter *filter;
	bool merge; /* "amt-logview merge FILE..." */
	/* the work */
	struct trace_facts facts;
};
extern struct logview logview;
extern const struct amt_opt logview_options[];
bool logview_setup(struct amt_cli *cli, struct amt_error *err);

/* filter.c: --device --since --until --grep --severity --component --thread */
struct logview_filter;
struct logview_filter *logview_filter_new(struct amt_error *err);
void logview_filter_free(struct logview_filter *f);
bool logview_filter_any(const struct logview_filter *f);
/* Only what --grep asks: the rest need not be found out of a record that fails it. ascii: the
 * text is known to be. */
bool logview_filter_text(struct logview_filter *f, const char *text, size_t n, bool ascii);
/* text is UTF-8 */
/* All but the text; and both. */
bool logview_filter_rest(const struct trace_record *rec, enum trace_severity sev,
			 const struct trace_match *m, const char *text, size_t n);
bool logview_filter_record(struct logview_filter *f, const struct trace_record *rec,
			   enum trace_severity sev, const struct trace_match *m, const char *text,
			   size_t n);
bool logview_filter_session(const struct trace_facts *facts, const struct trace_session *s);
bool logview_filter_device(const struct trace_device *d);

/* records.c: --records and --follow; the exit code */
int logview_records(struct amt_cli *cli);

/* sections.c, timeline.c */
void logview_sections(struct amt_cli *cli);
void logview_timelines(struct amt_run *r, const struct trace_facts *f);
/* steps.c */
void logview_milestones(struct amt_run *r, const struct trace_facts *f);
void logview_steps(struct amt_run *r, const struct trace_facts *f);
size_t logview_quantile(size_t n, unsigned percent);
const char *logview_clock(const struct trace_facts *f); /* "UTC", "local time" */
void logview_top_signatures(struct amt_run *r, const struct trace_facts *f);
/* What a cause means, in one line. Returns out. */
char *logview_cause(const struct trace_cause *c, char *out, size_t size);
/* "Amtopmgr.log:48" */
/* A time as facts have it, of this file: without Z where its offset is not known. */
const char *logview_time(const struct trace_facts *f, uint32_t file, amt_time at,
			 char out[AMT_TIME_TEXT]);
void logview_where(const struct trace_facts *f, const struct trace_spot *at, struct amt_buf *b);
/* What a milestone is called; an error that is none has a name too. */
const char *logview_milestone_name(const struct trace_milestone *m);
char *logview_duration(amt_time d, char out[24]);

/* merge.c: --partial and merge */
int logview_partial(struct amt_cli *cli);
bool logview_merge(struct amt_cli *cli, struct amt_error *err);

#endif
