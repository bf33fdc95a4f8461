/* The CCM framing: <![LOG[text]LOG]!><time="..." date="..." ...> (logs.md 1.2). */
#include "frame.h"

#include "bytes.h"

#define ATTRIBUTES_MAX 2048 /* all of them; the known ones stay under 400 bytes */

static inline bool frame_is(const char *p, const char *end, const char *mark)
{
	return end - p >= CCM_MARK_LEN && !memcmp(p, mark, CCM_MARK_LEN);
}

/* Their first characters are rare in texts: memchr() is several times as quick as memmem(). */
const char *frame_find(const char *p, const char *end, const char *mark)
{
	while (end - p >= CCM_MARK_LEN && (p = memchr(p, *mark, (size_t)(end - p)))) {
		if (frame_is(p, end, mark))
			return p;
		p++;
	}
	return NULL;
}

/* With a line end in it, as a fixed width makes one. */
static __attribute__((noinline)) size_t broken(const char *p, const char *end, const char *mark)
{
	const char *from = p;

	for (int i = 0; i < CCM_MARK_LEN; i++, p++) {
		if (i && end - p > 1 && *p == '\r')
			p++;
		if (i && end - p > 1 && *p == '\n')
			p++;
		if (p >= end || *p != mark[i])
			return 0;
	}
	return p - from > CCM_MARK_MAX ? 0 : (size_t)(p - from);
}

size_t frame_mark(const char *p, const char *end, const char *mark)
{
	if (frame_is(p, end, mark))
		return CCM_MARK_LEN;
	if (end - p <= CCM_MARK_LEN || *p != *mark ||
	    (p[1] != mark[1] && p[1] != '\n' && p[1] != '\r'))
		return 0;
	return broken(p, end, mark);
}

const char *frame_find_mark(const char *p, const char *end, size_t *len)
{
	for (; end - p >= CCM_MARK_LEN; p++) {
		p = bytes_either(p, end, *CCM_OPEN, *CCM_CLOSE);
		if (frame_is(p, end, CCM_OPEN) || frame_is(p, end, CCM_CLOSE)) {
			*len = CCM_MARK_LEN;
			return p;
		}
		if (p < end && (*len = frame_mark(p, end, *p == *CCM_OPEN ? CCM_OPEN : CCM_CLOSE)))
			return p;
	}
	return NULL;
}

struct value {
	const char *p;
	size_t n;
};

/* In either case; name is of small letters. */
static inline bool name_is(const char *p, size_t n, const char *name)
{
	if (strlen(name) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((p[i] | 0x20) != name[i])
			return false;
	return true;
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

struct attributes {
	struct trace_record *rec;
	struct value time, date;
	bool wrapped; /* there are line ends among them */
	bool odd;     /* a name or number that is none */
};

/* Without the line ends that a fixed width put into it. */
static struct value whole(struct value v, char *out, size_t size, struct trace_record *rec)
{
	if (!v.n || !memchr(v.p, '\n', v.n))
		return v;
	rec->damage |= TRACE_WRAPPED;
	return (struct value){out, frame_unfold(v.p, v.n, out, size)};
}

static void use(struct attributes *a, struct value name, struct value v)
{
	struct trace_record *rec = a->rec;
	char name_text[16], number[16];
	struct value digits = v;
	uint64_t x;

	if (a->wrapped) {
		name = whole(name, name_text, sizeof(name_text), rec);
		digits = whole(v, number, sizeof(number), rec);
	}
	if (name_is(name.p, name.n, "time")) {
		a->time = v;
	} else if (name_is(name.p, name.n, "date")) {
		a->date = v;
	} else if (name_is(name.p, name.n, "component")) {
		rec->component = v.p;
		rec->component_len = v.n;
	} else if (name_is(name.p, name.n, "file")) {
		rec->source_file = v.p;
		rec->source_file_len = v.n;
	} else if (name_is(name.p, name.n, "type") && small_number(&digits, 3, &x)) {
		rec->type = (int)x;
	} else if (name_is(name.p, name.n, "thread") && small_number(&digits, UINT32_MAX, &x)) {
		rec->thread = (uint32_t)x;
		rec->has_thread = true;
	} else if (!name_is(name.p, name.n, "context")) {
		a->odd = true;
	}
}

static const char *skip(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

/* name="value" pairs up to '>'; NULL when the text ends or breaks before it. */
static const char *pairs(const char *p, const char *end, struct attributes *a)
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
		use(a, (struct value){name, (size_t)(eq - name)},
		    (struct value){p + 1, (size_t)(quote - p - 1)});
		p = quote + 1;
	}
}

/* As pairs(), with names and numbers that may be wrapped, if there are line ends at all. */
static const char *wrapped_pairs(const char *p, const char *end, struct attributes *a,
				 const struct trace_record *before)
{
	const char *stop = pairs(p, end, a);

	if ((stop && !a->odd) || !memchr(p, '\n', (size_t)((stop ? stop : end) - p)))
		return stop;
	*a->rec = *before;
	*a = (struct attributes){.rec = a->rec, .wrapped = true};
	return pairs(p, end, a);
}

bool frame_ccm_attributes(const char *p, const char *end, bool final, struct trace_record *rec,
			  size_t *used)
{
	struct attributes a = {.rec = rec};
	const char *limit = end - p > ATTRIBUTES_MAX ? p + ATTRIBUTES_MAX : end;
	const char *start = skip(p, limit), *stop, *next;
	const struct trace_record before = *rec;
	bool odd = false;

	*used = 0;
	if (start >= limit && !final)
		return false;
	if (start >= limit || *start != '<' || frame_is(start, limit, CCM_OPEN)) {
		rec->damage |= TRACE_CUT;
		return true;
	}
	stop = wrapped_pairs(start + 1, limit, &a, &before);
	next = frame_find(start, stop ? stop : limit, CCM_OPEN);
	if (next) { /* another record's: what was taken of it is given back */
		*rec = before;
		a = (struct attributes){.rec = rec};
		stop = wrapped_pairs(start + 1, next, &a, &before);
	}
	if (!stop) {
		if (!next && limit == end && !final)
			return false;
		/* Keep what was read; go on at the next opener or line. */
		rec->damage |= TRACE_CUT;
		const char *nl = memchr(start, '\n', (size_t)((next ? next : limit) - start));
		stop = next && (!nl || next < nl) ? next : nl ? nl : limit;
	}
	char time_text[48], date_text[24];
	struct value time = whole(a.time, time_text, sizeof(time_text), rec);
	struct value date = whole(a.date, date_text, sizeof(date_text), rec);
	if (!trace_when_ccm(time.p ? time.p : "", time.n, date.p ? date.p : "", date.n, &rec->when,
			    &odd) &&
	    (time.n || date.n))
		rec->damage |= TRACE_BAD_TIME;
	if (odd)
		rec->damage |= TRACE_BAD_TIME;
	*used = (size_t)(stop - p);
	return true;
}
