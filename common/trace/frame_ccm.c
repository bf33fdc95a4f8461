/* The CCM framing: <![LOG[text]LOG]!><time="..." date="..." ...> (logs.md 1.2). */
#include "frame.h"

#define ATTRIBUTES_MAX 2048 /* all of them; the known ones stay under 400 bytes */

const char *frame_find(const char *p, const char *end, const char *mark)
{
	return memmem(p, (size_t)(end - p), mark, CCM_MARK_LEN);
}

struct value {
	const char *p;
	size_t n;
};

static bool name_is(const char *p, size_t n, const char *name)
{
	return strlen(name) == n && !amt_strncasecmp(p, name, n);
}

static bool small_number(const struct value *v, uint64_t max, uint64_t *out)
{
	uint64_t x = 0;

	if (!v->n || v->n > 10)
		return false;
	for (size_t i = 0; i < v->n; i++) {
		if (v->p[i] < '0' || v->p[i] > '9')
			return false;
		x = x * 10 + (uint64_t)(v->p[i] - '0');
	}
	*out = x;
	return x <= max;
}

static void use(struct trace_record *rec, const char *name, size_t n, struct value v,
		struct value *time, struct value *date)
{
	uint64_t x;

	if (name_is(name, n, "time")) {
		*time = v;
	} else if (name_is(name, n, "date")) {
		*date = v;
	} else if (name_is(name, n, "component")) {
		rec->component = v.p;
		rec->component_len = v.n;
	} else if (name_is(name, n, "file")) {
		rec->source_file = v.p;
		rec->source_file_len = v.n;
	} else if (name_is(name, n, "type") && small_number(&v, 3, &x)) {
		rec->type = (int)x;
	} else if (name_is(name, n, "thread") && small_number(&v, UINT32_MAX, &x)) {
		rec->thread = (uint32_t)x;
		rec->has_thread = true;
	}
}

static const char *skip(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

/* name="value" pairs up to '>'; NULL when the text ends or breaks before it. */
static const char *pairs(const char *p, const char *end, struct trace_record *rec,
			 struct value *time, struct value *date)
{
	for (;;) {
		const char *name, *eq, *quote;

		p = skip(p, end);
		if (p >= end)
			return NULL;
		if (*p == '>')
			return p + 1;
		name = p;
		while (p < end && *p != '=' && *p != '>' && *p != '<' && *p != '"')
			p++;
		if (p >= end || *p != '=')
			return NULL;
		eq = p;
		p = skip(p + 1, end);
		if (p >= end || *p != '"')
			return NULL;
		quote = memchr(p + 1, '"', (size_t)(end - p - 1));
		if (!quote)
			return NULL;
		use(rec, name, (size_t)(eq - name), (struct value){p + 1, (size_t)(quote - p - 1)},
		    time, date);
		p = quote + 1;
	}
}

/* Without the line ends that a fixed width put into it. */
static struct value whole(struct value v, char *out, size_t size, struct trace_record *rec)
{
	size_t n = 0;

	if (!v.n || !memchr(v.p, '\n', v.n))
		return v;
	rec->damage |= TRACE_WRAPPED;
	for (size_t i = 0; i < v.n && n < size; i++)
		if (v.p[i] != '\r' && v.p[i] != '\n')
			out[n++] = v.p[i];
	return (struct value){out, n};
}

bool frame_ccm_attributes(const char *p, const char *end, bool final, struct trace_record *rec,
			  size_t *used)
{
	struct value time = {NULL, 0}, date = {NULL, 0};
	const char *limit = end - p > ATTRIBUTES_MAX ? p + ATTRIBUTES_MAX : end;
	const char *start = skip(p, limit), *stop;
	const char *next = frame_find(start, limit, CCM_OPEN);
	bool odd = false;

	*used = 0;
	if (start >= limit && !final)
		return false;
	if (start >= limit || *start != '<' || next == start) {
		rec->damage |= TRACE_CUT;
		return true;
	}
	stop = pairs(start + 1, next ? next : limit, rec, &time, &date);
	if (!stop) {
		if (!next && limit == end && !final)
			return false;
		/* Keep what was read; go on at the next opener or line. */
		rec->damage |= TRACE_CUT;
		const char *nl = memchr(start, '\n', (size_t)((next ? next : limit) - start));
		stop = next && (!nl || next < nl) ? next : nl ? nl : limit;
	}
	char time_text[48], date_text[24];
	time = whole(time, time_text, sizeof(time_text), rec);
	date = whole(date, date_text, sizeof(date_text), rec);
	if (!trace_when_ccm(time.p ? time.p : "", time.n, date.p ? date.p : "", date.n, &rec->when,
			    &odd) &&
	    (time.n || date.n))
		rec->damage |= TRACE_BAD_TIME;
	if (odd)
		rec->damage |= TRACE_BAD_TIME;
	*used = (size_t)(stop - p);
	return true;
}
