/*
 * The end of a server record that lost where its tail begins: a file that was cut at its
 * front, or a line that lost its "$$<".
 */
#include "frame.h"

/* Read backwards. out: the line began before all was seen. */
struct back {
	const char *line, *p;
	bool out;
};

static bool word(struct back *b, const char *w)
{
	for (size_t n = strlen(w); n && !b->out; n--) {
		b->out = b->p == b->line;
		if (!b->out && *--b->p != w[n - 1])
			return false;
	}
	return true;
}

/* A number, and its value if it is all there. */
static bool number(struct back *b, uint32_t base, uint32_t *value)
{
	const char *e = b->p;
	uint64_t v = 0, place = 1;

	for (; b->p > b->line && e - b->p < 10; b->p--, place *= base) {
		char c = b->p[-1];
		uint32_t d = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
			     : (c | 0x20) >= 'a' && (c | 0x20) <= 'f'
				     ? (uint32_t)((c | 0x20) - 'a' + 10)
				     : base;
		if (d >= base)
			break;
		v += d * place;
	}
	b->out = b->out || b->p == b->line;
	if (!b->out)
		*value = (uint32_t)v;
	return (b->out || b->p < e) && v <= UINT32_MAX;
}

/* "thread=2436 (0x984)>" or "thread=DB>", or as much of it as the line has. */
static bool thread(struct back *b, struct frame_tail *t)
{
	bool both, ok = word(b, ">");

	if (ok && !b->out && b->p > b->line && b->p[-1] == ')') {
		ok = word(b, ")") && number(b, 16, &t->thread);
		t->has_thread = ok && !b->out;
		both = true;
	} else {
		ok = ok && (b->out || number(b, 16, &t->thread));
		both = false;
	}
	uint32_t decimal;
	if (both)
		ok = ok && (b->out || word(b, " (0x")) && (b->out || number(b, 10, &decimal));
	ok = ok && (b->out || word(b, "thread="));
	t->has_thread = t->has_thread || (ok && !b->out);
	return ok;
}

/* The time and the component before it, as far as they are there. */
static void more(struct frame *f, struct back *b, struct frame_tail *t)
{
	const char *gt, *lt;

	if (b->p > b->line && b->p[-1] == '<')
		t->begin = --b->p;
	if (b->p == b->line || b->p[-1] != '>')
		return;
	gt = b->p - 1;
	lt = memrchr(b->line, '<', (size_t)(gt - b->line));
	if (!lt || !trace_when_server(&f->when, lt + 1, (size_t)(gt - lt - 1), &t->when)) {
		t->when.local = AMT_TIME_NONE;
		return;
	}
	t->begin = lt;
	if (lt == b->line || lt[-1] != '>')
		return;
	const char *open = memrchr(b->line, '<', (size_t)(lt - 1 - b->line));
	if (!open || lt - 2 <= open || lt - open > 100)
		return;
	t->component = open + 1;
	t->component_len = (size_t)(lt - 1 - t->component);
	t->begin = open;
}

bool frame_rest(struct frame *f, const char *line, const char *end, bool first,
		struct frame_tail *t)
{
	while (end > line && (end[-1] == ' ' || end[-1] == '\r' || end[-1] == '\n'))
		end--;
	struct back b = {line, end, false};

	*t = (struct frame_tail){.end = end, .damage = TRACE_HEADLESS, .when.local = AMT_TIME_NONE};
	if (end == line || !thread(&b, t))
		return false;
	/* Less than "thread=" is too little, but where a file begins. */
	if (b.out && !first)
		return false;
	t->begin = b.p;
	if (!b.out)
		more(f, &b, t);
	return true;
}
