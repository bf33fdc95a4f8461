/* Rows that quick.h can compare. */
#include "quick.h"

#include "classify.h"

#include <pthread.h>

static struct trace_quick *rows; /* of trace_templates; n is 0 for those that are none */
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A literal, a place, a literal, and so on to the last literal. */
static bool fits(const struct trace_compiled *c)
{
	if (!c->typed || c->n < 3 || c->n > QUICK_PARTS || c->n % 2 == 0 ||
	    c->row->event == TRACE_EV_CALL || c->row->severity == TRACE_NO_SEVERITY)
		return false;
	for (size_t i = 0; i < c->n; i++)
		if (i % 2 ? !strchr("hnmv", c->v[i].type) : c->v[i].type != 'l')
			return false;
	return true;
}

static void make(struct trace_quick *q, const struct trace_compiled *c)
{
	static const char any[] = "9.0";
	struct trace_meaning m = {.severity = c->row->severity};
	enum trace_event e = c->row->event;

	m.m.row = c->row;
	m.m.event = e;
	m.m.whole = true;
	q->like = m;
	q->n = c->n;
	for (size_t i = 0; i < c->n; i++) {
		const struct trace_segment *s = &c->v[i];
		char *copy = s->type == 'l' ? amt_calloc(1, s->len + 32) : NULL;
		if (copy)
			memcpy(copy, s->p, s->len);
		q->parts[i] = (struct trace_quick_part){s->type, s->len, copy};
		/* What the places make of a line, whatever is in them. */
		if (s->type == 'h')
			m.m.host = any;
		if (s->type == 'm')
			m.m.has_machine = true;
		if (s->type == 'v')
			m.m.version = any, m.m.version_len = sizeof(any) - 1;
	}
	q->old = m.m.version != NULL;
	q->loud = !trace_is_quiet(&m.m);
	q->about = m.m.host && trace_is_about(e);
	for (int ours = 0; ours < 2; ours++) {
		q->say[ours] = trace_say_of(&m, ours);
		q->say[ours].meaning = trace_is_worth(e, m.severity);
	}
}

static void build(void)
{
	const struct trace_compiled *c = trace_compiled_rows();

	rows = amt_calloc(trace_templates_count, sizeof(*rows));
	for (size_t i = 0; i < trace_templates_count; i++)
		if (fits(&c[i]))
			make(&rows[i], &c[i]);
}

const struct trace_quick *trace_quick_of(const struct trace_template *row)
{
	pthread_once(&once, build);
	const struct trace_quick *q = &rows[row - trace_templates];

	return q->n ? q : NULL;
}
