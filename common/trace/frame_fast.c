/*
 * The hot path. A busy server log repeats component, hour and zone from line to
 * line; what stands before and behind the minutes is compared as a block, so that
 * a line costs one search and two comparisons. Everything else is frame.c's.
 */
#include "frame_line.h"

static bool two_digits(const char *p)
{
	return p[0] >= '0' && p[0] <= '5' && p[1] >= '0' && p[1] <= '9';
}

void frame_fast_learn(struct frame *f)
{
	static const char mark[] = "><thread=";
	const struct trace_when_cache *w = &f->when;
	const char *minutes = w->head + w->head_len - 3;
	char *to = f->like;

	f->before_len = 0;
	if (w->head_len < 8 || f->component_len < 5 ||
	    f->component_len + w->head_len + CLOCK + w->tail_len + sizeof(mark) >
		    sizeof(f->like) - 32)
		return;
	if (minutes[-1] != ':' || minutes[2] != ':' || !two_digits(minutes))
		return;
	size_t head = w->head_len - 3;
	memcpy(to, f->component, f->component_len);
	memcpy(to + f->component_len, w->head, head);
	f->before_len = f->component_len + head;
	to += f->before_len + CLOCK;
	memcpy(to, w->tail, w->tail_len);
	memcpy(to + w->tail_len, mark, sizeof(mark) - 1);
	f->like_len = (size_t)(to - f->like) + w->tail_len + sizeof(mark) - 1;
	memset(f->same, 0, sizeof(f->same));
	memset(f->same, -1, f->like_len);
	memset(f->same + f->before_len, 0, CLOCK);
	f->fast = w->when;
	f->fast_component = f->component_len - 5;
	f->fast_hour = w->minute - ((minutes[0] - '0') * 10 + minutes[1] - '0') * (60 * AMT_SECOND);
	f->learned++;
}

bool frame_line(const struct frame *f, const char *p, const char *end, struct frame_line *out)
{
	return frame_line_in(f, p, end, 0, out);
}

bool frame_fast(struct frame *f, const char *p, const char *end, struct trace_record *rec,
		size_t *used)
{
	struct frame_line l;

	if (f->scanned || f->flush || f->shared || !frame_line(f, p, end, &l))
		return false;
	*used = l.used;
	f->no_newline = 0;
	rec->lines = 1;
	rec->framing = TRACE_SERVER;
	rec->damage = 0;
	rec->component = l.component;
	rec->component_len = f->fast_component;
	rec->source_file = NULL;
	rec->source_file_len = 0;
	rec->has_thread = true;
	rec->thread = l.thread;
	rec->type = -1;
	rec->when = f->fast;
	rec->when.local = l.local;
	rec->text = p;
	rec->text_len = l.text_len;
	return true;
}

/* A change of component, hour or zone. */
static __attribute__((noinline)) bool changed(struct frame *f, const char *p, const char *end,
					      struct frame_line *out)
{
	struct frame_tail t;
	const char *nl, *e, *b;

	if (*p == '\n' || *p == '\r' || *p == '\0' || *p == '<')
		return false;
	nl = memchr(p, '\n', (size_t)(end - p));
	if (!nl)
		return false;
	e = nl > p && nl[-1] == '\r' ? nl - 1 : nl;
	if (!frame_tail_fast(f, p, e, &t) || memchr(p, '$', (size_t)(t.begin - p)))
		return false;
	frame_fast_learn(f);
	if (!f->before_len)
		return false;
	for (b = t.begin; b > p && (b[-1] == ' ' || b[-1] == '\t' || b[-1] == '\r' || !b[-1]);)
		b--;
	*out = (struct frame_line){.used = (size_t)(nl + 1 - p),
				   .text_len = (size_t)(b - p),
				   .thread = t.thread,
				   .component = t.component,
				   .local = t.when.local};
	return true;
}

bool frame_alone(struct frame *f, const char *p, const char *end, struct frame_line *out)
{
	return (f->before_len && frame_line(f, p, end, out)) || changed(f, p, end, out);
}
