/*
 * Rows about single calls to the firmware: the names and the clock of the first stage, and
 * redirection in the second. Of each device the last task that tells of them decides, until
 * it is un-provisioned.
 */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>

#define BIT(call) (1u << TRACE_CALL_##call)

enum { ROWS = 3 };
static const struct {
	const char *id;
	unsigned calls;
	enum trace_event end; /* of the stage that they belong to */
	const char *passed;
} rows[ROWS] = {
	{"PV.10", BIT(HOST_NAME) | BIT(DOMAIN_NAME), TRACE_EV_STAGE1_END,
	 "host and domain name were written into AMT"},
	{"PV.11", BIT(TIME_GET) | BIT(TIME_SET), TRACE_EV_STAGE1_END,
	 "the clock of AMT was read and set"},
	{"S5.C06c", BIT(REDIRECTION), TRACE_EV_STAGE2_END,
	 "the call that sets the redirection listener succeeded"},
};

/* A failure that no success followed. */
static bool is_bad(const struct trace_session *s, const struct trace_bad_call *b, unsigned calls)
{
	return calls & ~(unsigned)s->calls & 1u << b->call;
}

static bool tells(const struct trace_session *s, unsigned calls)
{
	for (const struct trace_bad_call *b = s->bad_calls; b; b = b->next)
		if (is_bad(s, b, calls))
			return true;
	return s->calls & calls;
}

static const struct trace_bad_call *bad_of(const struct trace_session *s, unsigned calls)
{
	const struct trace_bad_call *first = NULL;

	/* The surest, then the one that comes first in the task. */
	for (const struct trace_bad_call *b = s->bad_calls; b; b = b->next)
		if (is_bad(s, b, calls) &&
		    (!first || b->unconfirmed < first->unconfirmed ||
		     (b->unconfirmed == first->unconfirmed && b->call < first->call)))
			first = b;
	return first;
}

static void say_bad(const struct trace_bad_call *b, char *out, size_t size)
{
	const struct trace_code *code = trace_code_find(b->status, true);
	const char *name = trace_call_name(b->call);

	if (b->status)
		snprintf(out, size, "%s answered status 0x%X%s%s", name, b->status, code ? " " : "",
			 code ? code->symbol : "");
	else
		snprintf(out, size, "%s did not get through", name);
	if (b->unconfirmed)
		amt_str_copy(out + strlen(out), size - strlen(out), " (wording unconfirmed)");
}

static void one(struct judge *j, struct judge_row *row, size_t r, const struct trace_session *s)
{
	const struct trace_bad_call *b = bad_of(s, rows[r].calls);
	const struct trace_milestone *m = judge_at(s, rows[r].end);
	struct trace_spot at = m ? (struct trace_spot){m->file, m->line} : s->last;
	char text[400];

	if (b) {
		say_bad(b, text, sizeof(text));
		judge_add(j, row, b->unconfirmed ? AMT_WARN : AMT_FAIL, judge_subject(j, s), &b->at,
			  trace_call_name(b->call), text, NULL);
	} else if ((s->calls & rows[r].calls) == rows[r].calls) {
		judge_add(j, row, AMT_PASS, judge_subject(j, s), &at, "", "", NULL);
	}
	/* One of two: what became of the other is not known. */
}

static void one_row(struct judge *j, size_t r, uint32_t *last)
{
	size_t n = j->f->devices.n;
	struct judge_row row = {.id = rows[r].id, .pass_text = "the end of those calls' stage"};

	memset(last, 0, (n + 1) * sizeof(*last));
	for (uint32_t i = 0; i < j->f->sessions.n; i++) {
		const struct trace_session *s = &j->f->sessions.v[i];
		bool removed = s->kind == TRACE_UNPROVISION || s->kind == TRACE_PARTIAL_UNPROVISION;
		if (s->device < n && tells(s, rows[r].calls))
			last[s->device] = i + 1;
		else if (s->device < n && removed && s->outcome == TRACE_COMPLETE)
			last[s->device] = 0;
	}
	for (uint32_t i = 0; i < j->f->sessions.n; i++) {
		const struct trace_session *s = &j->f->sessions.v[i];
		if (s->device < n ? last[s->device] == i + 1 : tells(s, rows[r].calls))
			one(j, &row, r, s);
	}
	if (row.any)
		judge_end(j, &row, rows[r].passed, "");
}

void judge_calls(struct judge *j)
{
	unsigned told = 0;

	for (size_t i = 0; i < j->f->sessions.n; i++)
		told |= j->f->sessions.v[i].calls | (j->f->sessions.v[i].bad_calls ? ~0u : 0);
	if (!told)
		return;
	uint32_t *last = amt_calloc(j->f->devices.n + 1, sizeof(*last));
	for (size_t r = 0; r < ROWS; r++)
		if (told & rows[r].calls)
			one_row(j, r, last);
	free(last);
}
