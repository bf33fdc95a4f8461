/*
 * The server framing: text, blanks, $$<component><time><thread=...>, in four
 * generations (logs.md 1.1), exact and damaged.
 */
#include "frame.h"

#define COMPONENT_MAX 100 /* CMTrace reads as many */
#define TIME_MAX      96

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static uint32_t hex_value(char c)
{
	return (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* " (0x984)>" backwards from its end: the position of '(' and the value. */
static const char *hex_back(const char *line, const char *e, uint32_t *value)
{
	uint32_t v = 0;
	unsigned shift = 0;

	while (e > line && is_hex(e[-1]) && shift < 32) {
		v |= hex_value(*--e) << shift;
		shift += 4;
	}
	if (!shift || e - line < 4 || e[-1] != 'x' || e[-2] != '0' || e[-3] != '(')
		return NULL;
	*value = v;
	return e - 3;
}

static bool component_cached(const struct frame *f, const char *line, const char *lt)
{
	size_t n = f->component_len;

	return n && (size_t)(lt - line) >= n && !memcmp(lt - n, f->component, n);
}

bool frame_tail_fast(struct frame *f, const char *line, const char *end, struct frame_tail *t)
{
	const char *e = end, *gt, *lt;

	if (e - line < 32 || e[-1] != '>' || e[-2] != ')')
		return false;
	e = hex_back(line, e - 2, &t->thread);
	if (!e || e[-1] != ' ')
		return false;
	for (e--; e > line && e[-1] >= '0' && e[-1] <= '9';)
		e--;
	if (e - line < 24 || memcmp(e - 9, "><thread=", 9) != 0)
		return false;
	gt = e - 9;
	lt = memrchr(line, '<', (size_t)(gt - line));
	if (!lt || gt - lt > TIME_MAX || lt - line < 5 || lt[-1] != '>')
		return false;
	if (component_cached(f, line, lt + 1)) {
		t->component = lt + 1 - f->component_len + 3;
	} else {
		const char *open = memrchr(line, '<', (size_t)(lt - 1 - line));
		if (!open || open - line < 2 || open[-1] != '$' || open[-2] != '$' ||
		    lt - 1 - open > COMPONENT_MAX)
			return false;
		t->component = open + 1;
		f->component_len = (size_t)(lt + 1 - (open - 2));
		memcpy(f->component, open - 2, f->component_len);
	}
	t->component_len = (size_t)(lt - 1 - t->component);
	t->begin = t->component - 3;
	t->end = end;
	t->has_thread = true;
	t->damage = 0;
	return trace_when_server(&f->when, lt + 1, (size_t)(gt - lt - 1), &t->when);
}

/* ---- the tolerant way ---- */

struct cur {
	const char *p, *end;
	bool wrapped;
};

static void skip(struct cur *c)
{
	for (; c->p < c->end && blank(*c->p); c->p++)
		if (*c->p == '\n')
			c->wrapped = true;
}

static const char *until(struct cur *c, size_t max, const char *stop)
{
	const char *p = c->p;

	for (; p < c->end && (size_t)(p - c->p) <= max; p++) {
		if (strchr(stop, *p) && *p)
			return p;
		if (*p == '\n')
			c->wrapped = true;
	}
	return NULL;
}

/* "thread=" number, in decimal and hex or in hex only. */
static bool thread_part(struct cur *c, struct frame_tail *t)
{
	uint64_t v = 0;
	const char *start;
	bool decimal = true;

	if (c->end - c->p < 7 || memcmp(c->p, "thread=", 7) != 0)
		return false;
	c->p += 7;
	skip(c);
	start = c->p;
	for (; c->p < c->end && is_hex(*c->p) && c->p - start < 10; c->p++)
		decimal = decimal && *c->p <= '9';
	const char *stop = c->p;
	skip(c);
	if (c->p < c->end && *c->p == '(' && decimal) {
		const char *close = until(c, 24, ")");
		if (!close)
			return false;
		c->p = close + 1;
		for (const char *p = start; p < stop; p++)
			v = v * 10 + (uint64_t)(*p - '0');
	} else {
		for (const char *p = start; p < stop; p++)
			v = v << 4 | hex_value(*p);
	}
	if (v > UINT32_MAX || start == stop)
		return false;
	skip(c);
	if (c->p >= c->end || *c->p != '>')
		return false;
	c->p++;
	t->thread = (uint32_t)v;
	t->has_thread = true;
	return true;
}

/* Where a date begins in a component that lost its closing mark. */
static const char *date_in(const char *p, const char *end)
{
	static const char days[] = "MonTueWedThuFriSatSun";

	for (; end - p > 12; p++) {
		for (int i = 0; i < 7; i++)
			if (!memcmp(days + 3 * i, p, 3) && p[3] == ' ')
				return p;
		if (p[2] == '-' && p[5] == '-' && p[0] >= '0' && p[0] <= '1' && p[10] == ' ')
			return p;
	}
	return NULL;
}

static bool date_like(const char *p, const char *end)
{
	static const char days[] = "MonTueWedThuFriSatSun";

	if (end - p < 3)
		return true; /* cut before it could be seen */
	for (int i = 0; i < 7; i++)
		if (!memcmp(days + 3 * i, p, 3))
			return true;
	return p[0] >= '0' && p[0] <= '9' && p[1] >= '0' && p[1] <= '9' && p[2] == '-';
}

static const char *trim_end(const char *p, const char *e)
{
	while (e > p && blank(e[-1]))
		e--;
	return e;
}

/* The component, and whether the time stands inside it. */
static const char *component_part(struct cur *c, struct frame_tail *t)
{
	const char *stop = until(c, COMPONENT_MAX + TIME_MAX, "<>");
	const char *date;

	if (!stop)
		return NULL;
	t->component = c->p;
	date = date_in(c->p, stop);
	if (date && *stop == '>' && date > c->p) {
		t->damage |= TRACE_MARKS;
		t->component_len = (size_t)(trim_end(c->p, date) - c->p);
		c->p = date;
		return date;
	}
	t->component_len = (size_t)(trim_end(c->p, stop) - c->p);
	if (!t->component_len || t->component_len > COMPONENT_MAX)
		return NULL;
	c->p = stop;
	if (*stop == '>')
		c->p++;
	else
		t->damage |= TRACE_MARKS;
	skip(c);
	if (c->p < c->end && *c->p != '<')
		return NULL;
	if (c->p < c->end)
		c->p++;
	return c->p;
}

/* A tail that breaks off: what its first line still says of the time. */
static enum frame_tail_result part(struct frame *f, const char *time, const char *end,
				   struct frame_tail *t)
{
	const char *stop = time;

	while (stop < end && *stop != '\n' && *stop != '>')
		stop++;
	if (!trace_when_server(&f->when, time, (size_t)(stop - time), &t->when))
		t->when.local = AMT_TIME_NONE;
	t->end = stop;
	t->has_thread = false;
	return TAIL_PART;
}

/* "$$", over a line end where the text was wrapped. */
static void dollars(struct cur *c, struct frame_tail *t)
{
	const char *last = c->p, *before = c->p;

	for (; c->p < c->end && (*c->p == '$' || *c->p == '\r' || *c->p == '\n'); c->p++)
		if (*c->p == '$') {
			before = last;
			last = c->p;
		}
	if (before == last)
		t->damage |= TRACE_MARKS;
	t->begin = before; /* those further ahead are of the text */
	c->wrapped = memchr(before, '\n', (size_t)(c->p - before));
}

static enum frame_tail_result as_it_is(struct frame *f, const char *p, const char *end,
				       struct frame_tail *t)
{
	struct cur c = {p, end, false};
	const char *time, *gt;

	*t = (struct frame_tail){.begin = p, .when.local = AMT_TIME_NONE};
	dollars(&c, t);
	if (c.p >= end || *c.p != '<')
		return TAIL_NONE;
	for (c.p++; c.p < end && (*c.p == '\r' || *c.p == '\n'); c.p++)
		c.wrapped = true;
	time = component_part(&c, t);
	if (!time || !date_like(time, end))
		return TAIL_NONE;
	gt = until(&c, TIME_MAX, ">");
	if (!gt)
		return part(f, time, end, t);
	c.p = gt + 1;
	skip(&c);
	if (c.p >= end || (*c.p != '<' && *c.p != '>'))
		return part(f, time, end, t);
	if (*c.p == '>')
		t->damage |= TRACE_MARKS;
	c.p++;
	if (!thread_part(&c, t))
		return part(f, time, end, t);
	if (!trace_when_server(&f->when, time, (size_t)(gt - time), &t->when))
		t->damage |= TRACE_BAD_TIME;
	if (c.wrapped)
		t->damage |= TRACE_WRAPPED;
	t->end = c.p;
	return TAIL_FULL;
}

/* Where the n-th character that is no line end stands. */
static const char *nth(const char *p, size_t n)
{
	while (*p == '\r' || *p == '\n' || n) {
		n -= *p != '\r' && *p != '\n';
		p++;
	}
	return p;
}

/* A tail with line ends in the middle of words, as a fixed width makes them. */
static bool joined(struct frame *f, const char *p, const char *end, struct frame_tail *t)
{
	char line[2 * (COMPONENT_MAX + TIME_MAX)];
	struct frame_tail j;
	size_t n = 0, breaks = 0;

	for (const char *q = p; q < end && n < sizeof(line); q++)
		if (*q != '\r' && *q != '\n')
			line[n++] = *q;
		else
			breaks++;
	if (!breaks || as_it_is(f, line, line + n, &j) != TAIL_FULL ||
	    j.when.local == AMT_TIME_NONE)
		return false;
	/* Read before with a blank for each line end: good enough, unless that tells less. */
	if (t->has_thread && j.when.local == t->when.local && j.when.offset == t->when.offset &&
	    !j.when.zone)
		return false;
	const char *component = nth(p, (size_t)(j.component - line));
	const char *stop = nth(p, (size_t)(j.component - line) + j.component_len - 1) + 1;
	const char *last = nth(p, (size_t)(j.end - line) - 1) + 1;
	if (!memchr(p, '\n', (size_t)(last - p)))
		return false;
	j.begin = nth(p, (size_t)(j.begin - line));
	j.component = component;
	j.component_len = (size_t)(stop - component);
	j.end = last;
	j.damage |= TRACE_WRAPPED;
	*t = j;
	return true;
}

enum frame_tail_result frame_tail_at(struct frame *f, const char *p, const char *end,
				     struct frame_tail *t)
{
	enum frame_tail_result r = as_it_is(f, p, end, t);
	bool whole = r == TAIL_FULL && (!(t->damage & TRACE_WRAPPED) || t->when.zone);

	return !whole && joined(f, p, end, t) ? TAIL_FULL : r;
}
