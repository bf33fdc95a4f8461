/* A file as a stream of records: window, encodings, line numbers, clock. */
#include "reader.h"

#include "bytes.h"
#include "zone.h"

#include <stdlib.h>

static struct trace_reader *make(struct trace_input *in, const char *name,
				 const struct trace_options *o)
{
	struct trace_reader *r = amt_calloc(1, sizeof(*r));

	r->in = in;
	r->name = amt_strdup(name);
	if (o)
		r->options = *o;
	/* Little input, little memory: fuzzing and tests read many small ones. */
	r->cap = trace_input_fd(in) < 0 && trace_input_size(in) < AMT_CAP_READ / 2
			 ? (size_t)trace_input_size(in) * 2 + 5 * AMT_KIB
			 : AMT_CAP_READ;
	r->buf = amt_malloc(r->cap);
	r->line = 1;
	r->frame.day_first = !r->options.month_first;
	r->codepage = r->options.codepage;
	r->frame.when.codepage = r->options.codepage;
	r->clock_first = AMT_TIME_NONE;
	r->clock_last = AMT_TIME_NONE;
	r->clock_before = AMT_TIME_NONE;
	r->hour_begin = INT64_MAX / 2;
	return r;
}

struct trace_reader *trace_reader_open(const char *path, const struct trace_options *o,
				       struct amt_error *err)
{
	struct trace_input *in = trace_input_open(path, o, err);

	return in ? make(in, path, o) : NULL;
}

struct trace_reader *trace_reader_memory(const void *p, size_t n, const char *name,
					 const struct trace_options *o)
{
	return make(trace_input_memory(p, n), name, o);
}

void trace_reader_close(struct trace_reader *r)
{
	if (!r)
		return;
	trace_input_close(r->in);
	free(r->buf);
	free(r->name);
	free(r);
}

/* Decides what can be decided from the first window. */
static void probe(struct trace_reader *r)
{
	const char *p = r->buf, *end = r->buf + r->end;
	const char *last = memrchr(p, '\n', r->end);
	struct frame f = r->frame;

	r->probed = true;
	r->frame.framed = frame_probe(p, r->end);
	trace_reader_foresee(r);
	/* A character may be cut at the window's end: judge whole lines. */
	r->utf8 = amt_utf8_valid(p, last ? (size_t)(last - p) : r->end);
	for (const char *line = p; line < end;) {
		const char *nl = memchr(line, '\n', (size_t)(end - line));
		const char *le = nl ? nl : end;
		struct trace_record rec = {.type = -1};
		if (le - line < 4096)
			(void)frame_pasted(&f, line, le, &rec);
		line = nl ? nl + 1 : end;
	}
	r->frame.component_leads = f.component_first > f.text_first;
	if (r->options.day_first || r->options.month_first)
		return;
	r->ambiguous = f.dates && !f.first_over_12 && !f.second_over_12;
	/* Where AM and PM are written the month mostly stands first (logs.md 1.3). */
	r->frame.day_first =
		r->ambiguous ? f.halves * 2 <= f.dates : f.second_over_12 <= f.first_over_12;
}

/* Room behind the bytes that wait; the window grows to hold the largest record. */
static size_t make_room(struct trace_reader *r)
{
	if (r->start) {
		memmove(r->buf, r->buf + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	if (r->cap - r->end < r->cap / 4 && r->cap < FRAME_MAX + AMT_CAP_READ) {
		r->cap = r->cap * 2 > FRAME_MAX + AMT_CAP_READ ? FRAME_MAX + AMT_CAP_READ
							       : r->cap * 2;
		r->buf = amt_realloc(r->buf, r->cap);
	}
	return r->cap - r->end;
}

/* More bytes into the window. */
static bool fill(struct trace_reader *r)
{
	if (make_room(r) < 4096)
		return true; /* full: the framer must do with what is there */
	long got = trace_input_read(r->in, r->buf + r->end, r->cap - r->end, &r->err);
	if (got < 0)
		r->failed = true;
	r->waits = !got && trace_input_waits(r->in);
	if (got <= 0)
		r->eof = true;
	else
		r->end += (size_t)got;
	if (!r->probed && r->end) {
		r->mark = trace_input_mark(r->in);
		probe(r);
	}
	return got > 0;
}

/* What a window that can't grow any more offers, however full it is. */
#define FULL (FRAME_MAX + AMT_CAP_READ - 4096)

/* The next record of what is in the window. MORE: nothing complete. */
static enum frame_result step(struct trace_reader *r, bool final, struct trace_record *rec)
{
	for (;;) {
		const char *p = r->buf + r->start, *end = r->buf + r->end;
		size_t used = 0;
		if (r->frame.before_len && frame_fast(&r->frame, p, end, rec, &used)) {
			rec->line = r->line++;
			rec->offset = r->offset;
			r->start += used;
			r->offset += used;
			r->records++;
			return FRAME_RECORD;
		}
		bool full = r->end - r->start > FULL;
		if (full)
			end = p + FULL;
		r->frame.inside = r->offset > 0;
		enum frame_result how =
			p < end ? frame_next(&r->frame, p, end, final && !full, full, rec, &used)
				: FRAME_MORE;

		if (how == FRAME_RECORD) {
			uint64_t before = r->line;
			if (rec->lines == 1 && used && p[used - 1] == '\n' && !rec->line)
				r->line++;
			else
				r->line += frame_count_lines(p, p + used);
			r->start += used;
			rec->line += before;
			rec->offset += r->offset;
			r->offset += used;
			r->records++;
			return FRAME_RECORD;
		}
		if (how == FRAME_MORE && !(final && p < end))
			return FRAME_MORE;
		r->line += frame_count_lines(p, p + used);
		r->start += used;
		r->offset += used;
	}
}

enum trace_step trace_reader_next(struct trace_reader *r, struct trace_record *rec)
{
	for (;;) {
		bool final = r->eof && !r->follow && !r->waits;

		if (step(r, final, rec) == FRAME_RECORD)
			return TRACE_RECORD;
		if (final)
			return TRACE_END;
		if (r->eof && r->waited) {
			r->waited = false;
			r->eof = false;
		}
		if (!fill(r) && (r->follow || r->waits) && r->eof) {
			r->waited = true;
			return r->failed ? TRACE_END : TRACE_AGAIN;
		}
	}
}

/* ---- bytes that another hand reads ---- */

void trace_reader_begin(struct trace_reader *r)
{
	if (!r->probed && !r->eof)
		fill(r);
}

size_t trace_reader_push(struct trace_reader *r, const char *p, size_t n)
{
	size_t left = r->cap - r->end;

	if (left < n)
		left = make_room(r);
	if (n > left)
		n = left;
	memcpy(r->buf + r->end, p, n);
	r->end += n;
	return n;
}

bool trace_reader_pull(struct trace_reader *r, bool final, struct trace_record *rec)
{
	return step(r, final, rec) == FRAME_RECORD;
}

void trace_reader_more(struct trace_reader *r)
{
	(void)fill(r);
}

const char *trace_reader_error(const struct trace_reader *r)
{
	return r->failed ? r->err.text : NULL;
}

void trace_reader_follow(struct trace_reader *r, bool on)
{
	r->follow = on;
	trace_input_patient(r->in, on);
}

bool trace_reader_can_seek(const struct trace_reader *r)
{
	return trace_input_can_seek(r->in) && trace_input_fd(r->in) >= 0;
}

bool trace_reader_at(struct trace_reader *r, uint64_t offset, uint64_t line,
		     struct trace_record *rec)
{
	size_t first = 0;

	if (!trace_reader_can_seek(r))
		return false;
	/* Within the window already? Then no reading at all. */
	if (offset >= r->offset - r->start && offset < r->offset - r->start + r->end) {
		first = (size_t)(offset - (r->offset - r->start));
	} else {
		/* Byte order marks are not part of the stream's offsets. */
		if (!trace_input_seek(r->in, offset + r->mark))
			return false;
		r->end = 0;
	}
	r->start = first;
	r->offset = offset;
	r->line = line;
	r->eof = false;
	r->frame.scanned = r->frame.flush = r->frame.no_newline = 0;
	r->frame.shared = false;
	uint64_t count = r->records;
	bool ok = trace_reader_next(r, rec) == TRACE_RECORD;
	r->records = count;
	return ok;
}

bool trace_reader_spool(struct trace_reader *r, struct amt_error *err)
{
	return trace_input_spool(r->in, err);
}

bool trace_reader_waits(const struct trace_reader *r)
{
	return r->waits;
}

uint64_t trace_reader_taken(const struct trace_reader *r)
{
	return trace_input_taken(r->in);
}

bool trace_reader_changed(const struct trace_reader *r)
{
	return trace_input_changed(r->in);
}

int trace_reader_copy(const struct trace_reader *r)
{
	return trace_input_copy(r->in);
}

/* ---- text ---- */

static const char *codepage(struct trace_reader *r, const struct trace_record *rec)
{
	if (!r->codepage && rec->framing == TRACE_SERVER && rec->component >= r->buf &&
	    rec->component < r->buf + r->end) {
		/* The zone's name tells, when it is written in the local language. */
		const char *lt = rec->component + rec->component_len;
		const char *end = r->buf + r->end, *gt;
		if (end - lt > 4 && (gt = memchr(lt + 2, '>', (size_t)(end - lt - 2))) &&
		    gt - lt < 96) {
			const char *name = memrchr(lt, '.', (size_t)(gt - lt));
			if (name && gt - name > 10)
				r->codepage =
					trace_zone_charset(name + 10, (size_t)(gt - name - 10));
		}
	}
	return r->codepage ? r->codepage : "CP1252";
}

void trace_reader_utf8(struct trace_reader *r, const char *s, size_t n, struct amt_buf *out)
{
	size_t bad;

	if (!s || !n)
		return;
	if (bytes_ascii(s, n) || amt_utf8_valid(s, n)) {
		amt_buf_add(out, s, n);
		return;
	}
	r->ansi = true;
	amt_text_to_utf8(r->codepage ? r->codepage : "CP1252", s, n, out, &bad, NULL);
}

/* What ends a text without being part of it. */
static inline bool is_end(char c)
{
	return c == '~' || c == ' ' || c == '\r' || c == '\n';
}

size_t trace_text_len(const struct trace_record *rec)
{
	size_t n = rec->text_len;

	while (n && is_end(rec->text[n - 1]))
		n--;
	return n;
}

const char *trace_text_in_place(const struct trace_record *rec, size_t *len)
{
	*len = trace_text_len(rec);
	return bytes_ascii(rec->text, *len) && bytes_plain(rec->text, *len) == *len ? rec->text
										    : NULL;
}

/* '~' at an end, doubled or before a blank is a line end; in a path it is itself. */
static void put_text(const char *s, size_t n, struct amt_buf *out)
{
	size_t i = 0, at = out->len;

	while (n && is_end(s[n - 1]))
		n--;
	while (i < n && s[i] == ' ')
		i++;
	if (i < n && s[i] == '~')
		while (i < n && (s[i] == '~' || s[i] == ' '))
			i++;
	else
		i = 0; /* blanks without a mark behind them are the text's own */
	while (i < n) {
		size_t run = bytes_plain(s + i, n - i);
		amt_buf_add(out, s + i, run);
		i += run;
		if (i >= n)
			break;
		if (s[i] == '~' && i + 1 < n && (s[i + 1] == '~' || s[i + 1] == ' ')) {
			while (i + 1 < n && s[i + 1] == '~')
				i++;
			amt_buf_byte(out, '\n');
		} else if (s[i] != '\r') {
			amt_buf_byte(out, s[i] ? s[i] : ' ');
		}
		i++;
	}
	while (out->len > at && (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '\n'))
		out->data[--out->len] = '\0';
}

void trace_reader_text(struct trace_reader *r, const struct trace_record *rec, struct amt_buf *out)
{
	const char *s = rec->text;
	size_t n = rec->text_len, bad;
	struct amt_buf b;

	amt_buf_init(&b, 4 * FRAME_MAX);
	if (!bytes_ascii(s, n) && !amt_utf8_valid(s, n)) {
		/* Convert first: '~' is the second half of some Japanese characters. */
		r->ansi = true;
		amt_text_to_utf8(codepage(r, rec), s, n, &b, &bad, NULL);
		s = amt_buf_cstr(&b);
		n = b.len;
	}
	put_text(s, n, out);
	amt_buf_free(&b);
}

/* ---- facts ---- */

void trace_reader_facts(const struct trace_reader *r, struct trace_file_facts *out)
{
	static const char *const wide[] = {"utf-8", "utf-16le", "utf-16be"};
	enum trace_encoding e = trace_input_encoding(r->in);

	out->encoding = e == TRACE_UTF8 ? (r->ansi || !r->utf8) && r->probed
						  ? (r->codepage ? r->codepage : "CP1252")
						  : "utf-8"
					: wide[e];
	out->packed = trace_input_packed(r->in);
	out->lines = r->line - 1;
	out->bytes = r->offset;
	out->furniture = r->frame.furniture;
	out->steps_back = r->steps_back;
	out->first = r->clock_first;
	out->last = r->clock_last;
	out->offset = r->offset_kind;
}
