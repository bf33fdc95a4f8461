/* What the judges of the log room share. */
#ifndef TRACE_JUDGE_H
#define TRACE_JUDGE_H

#include "amtdiag/trace.h"

struct judge {
	const struct trace_facts *f;
	const struct amt_context *ctx;
	struct amt_findings *fs;
	bool all; /* every device is named */
};

/* One row of the catalogue over all devices. */
struct judge_row {
	const char *id;
	size_t count[AMT_VERDICTS], named;
	bool any;
	struct trace_spot pass_at;
	const char *pass_text; /* what stands there; NULL: a line like it */
};
void judge_add(struct judge *j, struct judge_row *row, enum amt_verdict v, const char *subject,
	       const struct trace_spot *at, const char *evidence, const char *summary,
	       const struct trace_cause *c);
void judge_end(struct judge *j, struct judge_row *row, const char *passed, const char *unknown);

const char *judge_file(const struct trace_facts *f, const struct trace_spot *at);
void trace_judge_evidence(struct judge *j, struct amt_finding *fd, const struct trace_spot *at,
			  const char *text);
struct amt_finding *judge_cause(struct judge *j, struct amt_finding *fd,
				const struct trace_cause *c);
char *judge_why(const struct trace_cause *c, char *out, size_t size);
bool judge_has(const struct trace_session *s, enum trace_event e);
const struct trace_milestone *judge_at(const struct trace_session *s, enum trace_event e);
const char *judge_subject(const struct judge *j, const struct trace_session *s);

/* judge_calls.c: calls to the firmware by name */
void judge_calls(struct judge *j);
/* judge_tasks.c: certificates and profiles of provisioning tasks */
void judge_tasks(struct judge *j);
/* judge_removal.c: kinds of removal, and what followed */
void judge_removals(struct judge *j);
/* judge_session.c: the last task of each kind and device */
void judge_sessions(struct judge *j);

#endif
