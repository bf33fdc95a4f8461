#include "frame.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

uint32_t frame_count_lines(const char *p, const char *end)
{
	uint32_t n = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p++;
	}
	return n;
}

/* The '$' before the next '<' that could open a tail, from p on. */
static const char *next_dollar(const char *p, const char *end)
{
	while (p < end && (p = memchr(p, '$', (size_t)(end - p)))) {
		const char *q = p;
		while (q < end && (*q == '$' || *q == '\r' || *q == '\n'))
			q++;
		if (q < end && *q == '<')
			return p;
		p = q;
	}
	return NULL;
}

bool frame_probe(const char *p, size_t n)
{
	struct frame f = {.framed = false};
	struct frame_tail t;
	const char *end = p + n;

	if (frame_find(p, end, CCM_OPEN))
		return true;
	for (const char *d = p; (d = next_dollar(d, end)); d++)
		if (frame_tail_at(&f, d, end, &t) == TAIL_FULL)
			return true;
	return false;
}

static void start(struct trace_record *rec, enum trace_framing framing)
{
	*rec = (struct trace_record){.framing = framing, .type = -1, .when.local = AMT_TIME_NONE};
}

static enum frame_result skipped(struct frame *f, size_t n, size_t *used)
{
	*used = n;
	f->scanned = f->scanned > n ? f->scanned - n : 0;
	f->flush = f->flush > n ? f->flush - n : 0;
	f->no_newline = f->no_newline > n ? f->no_newline - n : 0;
	return FRAME_SKIPPED;
}

size_t frame_unfold(const char *p, size_t n, char *out, size_t size)
{
	size_t k = 0;

	for (size_t i = 0; i < n && k < size; i++)
		if (p[i] != '\r' && p[i] != '\n')
			out[k++] = p[i];
	return k;
}

static bool small(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* A name on one line: "SMS_AMT_OPER" + "ATION_MANAGER", but "Hardware Inventory" + "Agent". */
static bool unfold_name(const char **name, size_t *n, char *out, size_t size)
{
	const char *p = *name, *nl;
	size_t k = 0, left = *n;

	if (!p || !memchr(p, '\n', left))
		return false;
	while ((nl = memchr(p, '\n', left))) {
		size_t line = (size_t)(nl - p);
		k += frame_unfold(p, line, out + k, size - k);
		left -= line + 1;
		p = nl + 1;
		if (left && k && k < size && small(out[k - 1]) && capital(*p))
			out[k++] = ' ';
	}
	k += frame_unfold(p, left, out + k, size - k);
	*name = out;
	*n = k;
	return true;
}

static void unfold(struct frame *f, struct trace_record *rec)
{
	if (unfold_name(&rec->component, &rec->component_len, f->unfolded[0],
			sizeof(f->unfolded[0])))
		rec->damage |= TRACE_WRAPPED;
	if (unfold_name(&rec->source_file, &rec->source_file_len, f->unfolded[1],
			sizeof(f->unfolded[1])))
		rec->damage |= TRACE_WRAPPED;
}

/* Text between p and e without blanks at its end and line ends at its beginning. */
static enum frame_result give(struct frame *f, const char *p, const char *e, const char *stop,
			      struct trace_record *rec, size_t *used)
{
	const char *b = p;

	while (b < e && (*b == '\n' || *b == '\r' || *b == '\0'))
		b++;
	while (e > b && (blank(e[-1]) || e[-1] == '\0'))
		e--;
	rec->offset = (uint64_t)(b - p);
	rec->line = frame_count_lines(p, b);
	rec->lines = 1 + frame_count_lines(b, stop > b && stop[-1] == '\n' ? stop - 1 : stop);
	rec->text = b;
	rec->text_len = (size_t)(e - b);
	if (f->shared)
		rec->damage |= TRACE_SHARED;
	f->shared = stop > p && stop[-1] != '\n';
	(void)skipped(f, (size_t)(stop - p), used);
	f->scanned = 0;
	return FRAME_RECORD;
}

/* Where the rest of a line begins behind a record: its end, or the next record. */
static const char *past(const char *p, const char *end)
{
	static const char br[] = "<BR/>"; /* web pages glue it on */

	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	if (end - p >= 5 && !memcmp(p, br, 5))
		p += 5;
	while (p < end && (*p == ' ' || *p == '\r'))
		p++;
	return p < end && *p == '\n' ? p + 1 : p;
}

static enum frame_result take_tail(struct frame *f, const char *p, const char *end,
				   const struct frame_tail *t, struct trace_record *rec,
				   size_t *used)
{
	start(rec, TRACE_SERVER);
	rec->component = t->component;
	rec->component_len = t->component_len;
	rec->has_thread = t->has_thread;
	rec->thread = t->thread;
	rec->when = t->when;
	rec->damage = t->damage;
	if (t->damage & (TRACE_WRAPPED | TRACE_CUT))
		unfold(f, rec);
	f->framed = true;
	return give(f, p, t->begin, past(t->end, end), rec, used);
}

/* A record that lost the end of its tail, when text of the next one follows on a new line. */
static enum frame_result take_part(struct frame *f, const char *p, const char *end,
				   struct frame_tail *t, struct trace_record *rec, size_t *used)
{
	const char *nl = memchr(t->end, '\n', (size_t)(end - t->end));

	t->damage |= TRACE_CUT;
	t->has_thread = false;
	t->end = nl ? nl : end;
	return take_tail(f, p, end, t, rec, used);
}

/* The server records in [p, end), which holds whole lines. False: no tail ends there. */
static bool group(struct frame *f, const char *p, const char *line, const char *end, bool last,
		  struct trace_record *rec, size_t *used)
{
	struct frame_tail t, part = {.begin = NULL};
	/* Tails are short: one that ends in this line began not long before it. */
	const char *from = line - p > 600 ? line - 600 : p;
	bool found = false;

	for (const char *d = from; !found && (d = next_dollar(d, end)); d++) {
		enum frame_tail_result r = frame_tail_at(f, d, end, &t);
		if (r == TAIL_FULL)
			found = true;
		else if (r == TAIL_PART && !part.begin)
			part = t;
		while (d + 1 < end && d[1] == '$')
			d++;
	}
	if (part.begin && (found || last)) {
		/* Only if the rest of its line is the end of it. */
		take_part(f, p, end, &part, rec, used);
		return true;
	}
	if (found)
		take_tail(f, p, end, &t, rec, used);
	return found;
}

static enum frame_result ccm(struct frame *f, const char *p, const char *text, const char *end,
			     bool final, bool full, struct trace_record *rec, size_t *used)
{
	const char *from = p + f->scanned, *mark, *open, *close;
	size_t n, len;

	mark = frame_find_mark(from < text ? text : from, end, &len);
	open = mark && *mark == *CCM_OPEN ? mark : NULL;
	close = open ? NULL : mark;
	start(rec, TRACE_CCM);
	f->framed = true;
	if (!close) {
		if (!open && !final && !full) {
			f->scanned = (size_t)(end - p) > 2 * CCM_MARK_MAX
					     ? (size_t)(end - p) - CCM_MARK_MAX
					     : 0;
			return FRAME_MORE;
		}
		rec->damage = TRACE_CUT;
		return give(f, text, open ? open : end, open ? open : end, rec, used);
	}
	if (!frame_ccm_attributes(close + len, end, final || full, rec, &n))
		return FRAME_MORE;
	if (len > CCM_MARK_LEN)
		rec->damage |= TRACE_WRAPPED;
	enum frame_result r = give(f, text, close, past(close + len + n, end), rec, used);
	if (rec->lines > 1)
		unfold(f, rec);
	return r;
}

/* CCM records say where they begin: the text is behind the opener. */
static enum frame_result ccm_at(struct frame *f, const char *p, size_t mark, const char *end,
				bool final, bool full, struct trace_record *rec, size_t *used)
{
	enum frame_result r = ccm(f, p, p + mark, end, final, full, rec, used);

	if (r != FRAME_RECORD)
		return r;
	if (mark > CCM_MARK_LEN)
		rec->damage |= TRACE_WRAPPED;
	/* A record right behind another one on its line is nothing odd in this framing. */
	rec->damage &= ~(unsigned)TRACE_SHARED;
	*used += mark;
	f->no_newline = f->no_newline > mark ? f->no_newline - mark : 0;
	rec->line = 0;
	rec->offset = 0;
	rec->lines = 1 + frame_count_lines(p, p + *used - (p[*used - 1] == '\n'));
	f->shared = false;
	return r;
}

/* One line on its own: plain text, or a line that no framed record took. */
static enum frame_result single(struct frame *f, const char *p, const char *line_end,
				const char *next, bool cut, struct trace_record *rec, size_t *used)
{
	if (frame_furniture(p, line_end)) {
		f->furniture++;
		f->shared = false;
		return skipped(f, (size_t)(next - p), used);
	}
	start(rec, TRACE_PLAIN);
	if (!frame_pasted(f, p, line_end, rec) && f->framed)
		rec->damage |= TRACE_UNFRAMED;
	if (cut)
		rec->damage |= TRACE_CUT;
	const char *text = rec->text;
	size_t text_len = rec->text_len;
	enum frame_result r = give(f, p, line_end, next, rec, used);
	if (rec->framing == TRACE_PASTED) {
		rec->text = text;
		rec->text_len = text_len;
	}
	rec->damage &= ~(unsigned)TRACE_SHARED;
	f->shared = false;
	return rec->text_len || rec->framing == TRACE_PASTED ? r : FRAME_SKIPPED;
}

static bool is_marker(const char *p, const char *e)
{
	static const char mark[] = "<MAXIMUM LOG FILE SIZE REACHED";

	return e - p >= (long)sizeof(mark) - 1 && !memcmp(p, mark, sizeof(mark) - 1);
}

/*
 * A CCM record that lost where it begins, closed in the line [line, le). Its attributes may go on
 * in lines that follow, up to end; whole: no more bytes come.
 */
static bool headless(struct frame *f, const char *p, const char *line, const char *le,
		     const char *open, const char *end, bool whole, struct trace_record *rec,
		     size_t *used, enum frame_result *result)
{
	const char *stop = open ? open : end;
	const char *close = line;
	size_t len = 0, n;

	start(rec, TRACE_CCM);
	while (close < le && (close = memchr(close, *CCM_CLOSE, (size_t)(le - close))) &&
	       !(len = frame_mark(close, stop, CCM_CLOSE)))
		close++;
	if (!len)
		return false;
	*result = FRAME_MORE;
	if (!frame_ccm_attributes(close + len, stop, open || whole, rec, &n))
		return true;
	rec->damage |= TRACE_HEADLESS | (len > CCM_MARK_LEN ? TRACE_WRAPPED : 0);
	f->framed = true;
	*result = give(f, p, close, past(close + len + n, stop), rec, used);
	unfold(f, rec);
	return true;
}

/* The line [line, le) at the end of the waiting group [p, next). */
static bool examine(struct frame *f, const char *p, const char *line, const char *le,
		    const char *next, const char *end, bool final, bool full,
		    struct trace_record *rec, size_t *used, enum frame_result *result)
{
	const char *open = frame_find(line, le, CCM_OPEN);
	const char *stop = open ? open : next;

	*result = FRAME_RECORD;
	if (memchr(line, '>', (size_t)(stop - line))) {
		struct frame_tail rest;
		if (group(f, p, line, stop, open != NULL, rec, used))
			return true;
		if (f->framed &&
		    frame_rest(f, line, open ? open : le, line == p && !f->inside, &rest)) {
			take_tail(f, p, stop, &rest, rec, used);
			return true;
		}
	}
	if (headless(f, p, line, le, open, end, final || full, rec, used, result))
		return true;
	if (open || is_marker(line, le)) {
		/* What waits before it gets no frame any more. */
		if ((open ? open : line) > p) {
			f->flush = (size_t)((open ? open : line) - p);
			*result = skipped(f, 0, used);
			return true;
		}
		*result = single(f, p, le, next, false, rec, used);
		rec->damage &= ~(unsigned)TRACE_UNFRAMED;
		return true;
	}
	if (line == p && !f->framed) {
		*result = single(f, p, le, next, next == le && !final, rec, used);
		return true;
	}
	struct trace_record probe;
	start(&probe, TRACE_PLAIN);
	if (frame_pasted(f, line, le, &probe) && probe.has_thread &&
	    probe.when.local != AMT_TIME_NONE) {
		f->flush = (size_t)(next - p);
		*result = skipped(f, 0, used);
		return true;
	}
	return false;
}

/* Lines that were given up as a group, one by one. */
static enum frame_result flush_one(struct frame *f, const char *p, struct trace_record *rec,
				   size_t *used)
{
	const char *stop = p + f->flush;
	const char *nl = memchr(p, '\n', f->flush);
	const char *le = nl ? nl : stop, *next = nl ? nl + 1 : stop;

	if (le - p == 1 && *p == '[') /* "[<![LOG[" */
		return skipped(f, 1, used);
	enum frame_result r = single(f, p, le, next, !nl && f->flush >= FRAME_MAX, rec, used);
	return r;
}

/* The end of the line at line, or NULL when it is not there yet. */
static const char *line_end(struct frame *f, const char *p, const char *line, const char *end)
{
	const char *from = p + f->no_newline > line ? p + f->no_newline : line;
	const char *nl = from < end ? memchr(from, '\n', (size_t)(end - from)) : NULL;

	if (!nl)
		f->no_newline = (size_t)(end - p);
	return nl;
}

enum frame_result frame_next(struct frame *f, const char *p, const char *end, bool final, bool full,
			     struct trace_record *rec, size_t *used)
{
	const char *q = p;
	enum frame_result r;

	*used = 0;
	if (f->flush)
		return flush_one(f, p, rec, used);
	if (!f->scanned) {
		while (q < end && (*q == '\n' || *q == '\r' || *q == '\0'))
			q++;
		if (q > p) {
			f->shared = false;
			return skipped(f, (size_t)(q - p), used);
		}
	}
	if (p >= end)
		return FRAME_MORE;
	if (*p == '<') {
		if (end - p < CCM_MARK_MAX && !final)
			return FRAME_MORE;
		size_t mark = frame_mark(p, end, CCM_OPEN);
		if (mark)
			return ccm_at(f, p, mark, end, final, full, rec, used);
	}
	for (const char *line = p + f->scanned;;) {
		const char *le = line < end ? line_end(f, p, line, end) : NULL;
		const char *next = le ? le + 1 : end;
		struct frame_tail t;

		if (!le && !(final || full))
			return FRAME_MORE;
		if (line >= end) {
			/* The end of all, or more than a record may hold: no frame came. */
			if (f->framed && group(f, p, p, end, true, rec, used))
				return FRAME_RECORD;
			f->flush = (size_t)(end - p);
			return skipped(f, 0, used);
		}
		if (!le)
			le = end;
		const char *e = le > line && le[-1] == '\r' ? le - 1 : le;
		if (line == p && frame_tail_fast(f, line, e, &t) &&
		    !memchr(p, '$', (size_t)(t.begin - p))) {
			frame_fast_learn(f);
			return take_tail(f, p, end, &t, rec, used);
		}
		if (examine(f, p, line, le, next, end, final, full, rec, used, &r))
			return r;
		f->scanned = (size_t)(next - p);
		line = next;
	}
}
