/*
 * The hot path. A busy server log repeats component, minute and zone from line to
 * line; what stands before and behind the seconds is compared as a block, so that
 * a line costs two searches and two comparisons. Everything else is frame.c's.
 */
#include "frame.h"

#define LOOK_AHEAD 4096 /* for the '$' of this line */
#define THREAD_MAX 30   /* "4199866221 (0xFA54DF6D)>" and a line end */

void frame_fast_learn(struct frame *f)
{
	static const char mark[] = "><thread=";
	const struct trace_when_cache *w = &f->when;

	f->before_len = f->behind_len = 0;
	if (!w->head_len || f->component_len + w->head_len > sizeof(f->before) ||
	    w->tail_len + sizeof(mark) > sizeof(f->behind))
		return;
	memcpy(f->before, f->component, f->component_len);
	memcpy(f->before + f->component_len, w->head, w->head_len);
	memcpy(f->behind, w->tail, w->tail_len);
	memcpy(f->behind + w->tail_len, mark, sizeof(mark) - 1);
	f->before_len = f->component_len + w->head_len;
	f->behind_len = w->tail_len + sizeof(mark) - 1;
}

static inline bool seconds(const char *p, amt_time *out)
{
	unsigned a = (unsigned)p[0] - '0', b = (unsigned)p[1] - '0', c = (unsigned)p[3] - '0';
	unsigned d = (unsigned)p[4] - '0', e = (unsigned)p[5] - '0';

	if (a > 5 || b > 9 || p[2] != '.' || c > 9 || d > 9 || e > 9)
		return false;
	*out = (amt_time)(a * 10 + b) * AMT_SECOND + (amt_time)(c * 100 + d * 10 + e) * 1000;
	return true;
}

static inline bool hexdigit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* "2436 (0x984)>" and the end of the line: what follows it, or NULL. */
static inline const char *thread(const char *q, uint32_t *out)
{
	uint64_t v = 0;
	const char *start = q;

	for (; *q >= '0' && *q <= '9' && q - start < 10; q++)
		v = v * 10 + (uint64_t)(*q - '0');
	if (q == start || v > UINT32_MAX || memcmp(q, " (0x", 4) != 0)
		return NULL;
	q += 4;
	for (start = q; hexdigit(*q) && q - start < 8; q++)
		;
	if (q[0] != ')' || q[1] != '>')
		return NULL;
	*out = (uint32_t)v;
	q += 2;
	q += *q == '\r';
	return *q == '\n' ? q + 1 : NULL;
}

bool frame_fast(struct frame *f, const char *p, const char *end, struct trace_record *rec,
		size_t *used)
{
	size_t left = (size_t)(end - p);
	amt_time s;
	uint32_t id;

	if (f->scanned || f->flush || f->shared || left < 64)
		return false;
	if (*p == '\n' || *p == '\r' || *p == '\0' || *p == '<')
		return false;
	const char *d = memchr(p, '$', left < LOOK_AHEAD ? left : LOOK_AHEAD);
	if (!d || (size_t)(end - d) < f->before_len + 6 + f->behind_len + THREAD_MAX)
		return false;
	const char *at = d + f->before_len, *q = at + 6 + f->behind_len;
	if (memcmp(d, f->before, f->before_len) != 0 ||
	    memcmp(at + 6, f->behind, f->behind_len) != 0 || !seconds(at, &s) ||
	    !(q = thread(q, &id)) || memchr(p, '\n', (size_t)(d - p)))
		return false;
	*used = (size_t)(q - p);
	f->no_newline = 0;
	rec->lines = 1;
	rec->framing = TRACE_SERVER;
	rec->damage = 0;
	rec->component = d + 3;
	rec->component_len = f->component_len - 5;
	rec->source_file = NULL;
	rec->source_file_len = 0;
	rec->has_thread = true;
	rec->thread = id;
	rec->type = -1;
	rec->when = f->when.when;
	rec->when.local = f->when.minute + s;
	while (d > p && (d[-1] == ' ' || d[-1] == '\t'))
		d--;
	rec->text = p;
	rec->text_len = (size_t)(d - p);
	return true;
}
