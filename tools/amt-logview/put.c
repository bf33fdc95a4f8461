/* One record as a line of JSON or of text. */
#include "records.h"

#include <stdlib.h>

static char *add(char *o, const char *s, size_t n)
{
	memcpy(o, s, n);
	return o + n;
}
#define ADD(o, literal) add(o, literal, sizeof(literal) - 1)

/* As add(), but writes up to 15 bytes more; there are as many behind s. */
static inline char *add_wide(char *o, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i += 16)
		memcpy(o + i, s + i, 16);
	return o + n;
}

/* "00" to "99" */
static char pairs[200];

void put_begin(struct writer *w)
{
	for (unsigned i = 0; i < 100; i++) {
		pairs[2 * i] = (char)('0' + i / 10);
		pairs[2 * i + 1] = (char)('0' + i % 10);
	}
	for (int i = 0; i < 4; i++)
		w->severity_len[i] = (size_t)snprintf(w->severity[i], sizeof(w->severity[i]),
						      ",\"severity\":\"%s\",\"text\":",
						      trace_severity_name((enum trace_severity)i));
}

static inline char *two(char *o, unsigned v)
{
	memcpy(o, pairs + 2 * v, 2);
	return o + 2;
}

static inline unsigned decimals(uint64_t v)
{
	unsigned n = 1;

	for (; v > 9999; v /= 10000)
		n += 4;
	return n + (v > 9) + (v > 99) + (v > 999);
}

static inline char *put_number(char *o, uint64_t v)
{
	char *end = o + decimals(v), *p = end;

	for (; v >= 100; v /= 100)
		two(p -= 2, (unsigned)(v % 100));
	if (v >= 10)
		two(p - 2, (unsigned)v);
	else
		p[-1] = (char)('0' + v);
	return end;
}

static inline char *put_line_number(char *o, struct last_line *k, uint64_t line)
{
	if (line < 100)
		return put_number(o, line);
	if (!k->begin || line - k->begin >= 100) {
		k->begin = line - line % 100;
		k->len = (size_t)(put_number(k->head, line / 100) - k->head);
	}
	return two(add_wide(o, k->head, k->len), (unsigned)(line - k->begin));
}

#define HOUR (3600 * AMT_SECOND)

/* False: these times have no common form. */
static bool learn_hour(struct last_time *k, const struct trace_when *w)
{
	struct trace_when round = *w;
	char t[AMT_TIME_TEXT];

	round.local = w->local - w->local % HOUR;
	trace_when_format(&round, t); /* "2009-01-14T13:00:00Z" */
	k->tail_len = strlen(t) - 19;
	k->set = k->tail_len < sizeof(k->tail);
	if (!k->set)
		return false;
	k->hour = round.local;
	k->bias = w->bias;
	k->offset = w->offset;
	memcpy(k->head, t, 14);
	memcpy(k->tail, t + 19, k->tail_len);
	return true;
}

/* As trace_when_format() has it: o takes AMT_TIME_TEXT bytes and some. */
static char *put_when(char *o, struct last_time *k, const struct trace_when *w)
{
	if (w->local < 0 || ((!k->set || w->local < k->hour || w->local >= k->hour + HOUR ||
			      w->bias != k->bias || w->offset != k->offset) &&
			     !learn_hour(k, w))) {
		trace_when_format(w, o);
		return o + strlen(o);
	}
	unsigned us = (unsigned)(w->local - k->hour), ms = us / 1000, s = ms / 1000, m = s / 60;
	memcpy(o, k->head, sizeof(k->head));
	o = two(o + 14, m);
	*o++ = ':';
	o = two(o, s - m * 60);
	us -= ms * 1000;
	ms -= s * 1000;
	if (ms || us) {
		*o++ = '.';
		*o++ = (char)('0' + ms / 100);
		o = two(o, ms % 100);
	}
	if (us) {
		*o++ = (char)('0' + us / 100);
		o = two(o, us % 100);
	}
	memcpy(o, k->tail, sizeof(k->tail));
	return o + k->tail_len;
}

/* One that was wrapped in the middle comes out on one line. */
static void component(struct writer *w, struct stream *s)
{
	size_t k = 0;

	amt_buf_clear(&w->other);
	trace_reader_utf8(s->r, s->rec.component, s->rec.component_len, &w->other);
	for (size_t i = 0; i < w->other.len; i++) {
		char c = w->other.data[i];
		if (c != '\r')
			w->other.data[k++] = c == '\n' ? ' ' : c;
	}
	w->other.len = k;
	if (k)
		w->other.data[k] = '\0';
}

bool put_component_of(struct writer *w, struct stream *s)
{
	struct last_component *k = &w->component;
	const struct trace_record *rec = &s->rec;

	if (k->set && rec->component && k->raw_len == rec->component_len &&
	    !memcmp(k->raw, rec->component, k->raw_len))
		return k->ours;
	/* First of all: what is not UTF-8 in it may settle the code page. */
	if (!w->text)
		put_find_text(w, s);
	component(w, s);
	amt_buf_clear(&k->json);
	amt_buf_str(&k->json, ",\"component\":");
	amt_buf_json(&k->json, amt_buf_cstr(&w->other), w->other.len);
	amt_buf_str(&k->json, ",\"thread\":");
	amt_buf_reserve(&k->json, 16);
	k->ours = !rec->component || trace_component_is_ours(rec->component, rec->component_len);
	/* The same bytes are the same text only while the code page is. */
	k->set = rec->component && rec->component_len <= sizeof(k->raw) &&
		 w->other.len == rec->component_len &&
		 !memcmp(w->other.data, rec->component, w->other.len);
	if (k->set) {
		k->raw_len = rec->component_len;
		memcpy(k->raw, rec->component, k->raw_len);
	}
	return k->ours;
}

static void put_damage(struct amt_buf *b, unsigned damage)
{
	bool first = true;

	amt_buf_str(b, ",\"damage\":[");
	for (unsigned i = 0; i < TRACE_DAMAGES; i++)
		if (damage >> i & 1) {
			amt_buf_printf(b, "%s\"%s\"", first ? "" : ",", trace_damage_name(i));
			first = false;
		}
	amt_buf_byte(b, ']');
}

static void put_code(struct amt_buf *b, const char *text, const struct trace_code_hit *h)
{
	(void)text;
	amt_buf_printf(b, "%s{\"at\":%zu,\"code\":\"0x%08X\"",
		       b->data[b->len - 1] == '[' ? "" : ",", h->at, h->code);
	if (h->row) {
		amt_buf_str(b, ",\"symbol\":");
		amt_buf_json(b, h->row->symbol, strlen(h->row->symbol));
		amt_buf_str(b, ",\"meaning\":");
		amt_buf_json(b, h->row->meaning, strlen(h->row->meaning));
		amt_buf_printf(b, ",\"tag\":\"%c\"", h->row->tag);
	}
	amt_buf_byte(b, '}');
}

/* Behind a line of text: [0x80090326 SEC_E_ILLEGAL_MESSAGE: ...]. */
static void say_code(struct amt_buf *b, const char *text, const struct trace_code_hit *h)
{
	if (h->row)
		amt_buf_printf(b, "  [%.*s %s: %s%s]", (int)h->len, text + h->at, h->row->symbol,
			       h->row->meaning, h->row->tag == 'U' ? " (unconfirmed)" : "");
}

/* --codes: each status code in the text, in the order in which they stand there. */
#define CODES 64 /* at a time */
static void each_code(struct amt_buf *b, const char *text, size_t n,
		      void (*put)(struct amt_buf *, const char *, const struct trace_code_hit *))
{
	struct trace_code_hit hits[CODES];
	size_t found, from = 0;

	do {
		size_t begin = from;
		found = trace_codes_in(text + begin, n - begin, hits, CODES);
		for (size_t i = 0; i < found; i++) {
			hits[i].at += begin;
			from = hits[i].at + hits[i].len;
			put(b, text, &hits[i]);
		}
	} while (found == CODES);
}

bool put_find_text(struct writer *w, struct stream *s)
{
	w->text = trace_text_in_place(&s->rec, &w->text_len);
	if (w->text)
		return true;
	amt_buf_clear(&w->copy);
	trace_reader_text(s->r, &s->rec, &w->copy);
	w->text = amt_buf_cstr(&w->copy);
	w->text_len = w->copy.len;
	return false;
}

/* --utc; a time whose offset nobody knows stays as it is, and without a Z. */
static void in_utc(struct trace_when *w)
{
	if (!logview.utc || w->offset == TRACE_OFFSET_UNKNOWN || w->local == AMT_TIME_NONE)
		return;
	w->local = trace_utc(w);
	w->bias = 0;
}

void put_record(struct writer *w, struct stream *s, const char *name, enum trace_severity sev)
{
	struct amt_buf *b = &w->out;
	struct trace_record *rec = &s->rec;
	size_t n = trace_text_len(rec);

	in_utc(&rec->when);
	if (w->name_of != name) {
		amt_buf_clear(&w->name);
		amt_buf_str(&w->name, "{\"file\":");
		amt_buf_json(&w->name, name, strlen(name));
		amt_buf_str(&w->name, ",\"line\":");
		amt_buf_reserve(&w->name, 16);
		w->name_of = name;
	}
	if (!amt_buf_reserve(b, w->name.len + w->component.json.len + AMT_TIME_TEXT + 200 + n))
		return;
	char *o = b->data + b->len;
	o = add_wide(o, w->name.data, w->name.len);
	o = put_line_number(o, &w->line, rec->line);
	if (rec->when.local == AMT_TIME_NONE) {
		o = ADD(o, ",\"time\":null");
	} else {
		o = ADD(o, ",\"time\":\"");
		o = put_when(o, &w->time, &rec->when);
		*o++ = '"';
	}
	o = add_wide(o, w->component.json.data, w->component.json.len);
	o = rec->has_thread ? put_number(o, rec->thread) : ADD(o, "null");
	o = add_wide(o, w->severity[sev], w->severity_len[sev]);
	/* What needs no escaping and is no '~' is the text as it is. */
	if (!rec->damage && !logview.codes && amt_json_plain(o + 1, rec->text, n, '~')) {
		*o = '"';
		o = ADD(o + 1 + n, "\"}\n");
		*o = '\0';
		b->len = (size_t)(o - b->data);
		return;
	}
	b->len = (size_t)(o - b->data);
	if (!w->text)
		put_find_text(w, s);
	amt_buf_json(b, w->text, w->text_len);
	if (rec->damage)
		put_damage(b, rec->damage);
	if (logview.codes) {
		amt_buf_str(b, ",\"codes\":[");
		each_code(b, w->text, w->text_len, put_code);
		amt_buf_byte(b, ']');
	}
	amt_buf_add(b, "}\n", 2);
}

void put_line(struct writer *w, struct stream *s, enum trace_severity sev)
{
	struct trace_record *rec = &s->rec;
	char t[AMT_TIME_TEXT];

	if (!w->text)
		put_find_text(w, s);
	in_utc(&rec->when);
	trace_when_format(&rec->when, t);
	amt_buf_str(&w->out, t);
	amt_buf_printf(&w->out, "  %-7s  ", trace_severity_name(sev));
	component(w, s);
	amt_text_safe(&w->out, amt_buf_cstr(&w->other), w->other.len, false);
	if (rec->has_thread)
		amt_buf_printf(&w->out, "  %u (0x%X)", rec->thread, rec->thread);
	amt_buf_str(&w->out, "  ");
	amt_text_safe(&w->out, w->text, w->text_len, true);
	if (logview.codes)
		each_code(&w->out, w->text, w->text_len, say_code);
	amt_buf_byte(&w->out, '\n');
}

void put_csv_head(struct writer *w)
{
	static const char *const cells[] = {"file",   "line",     "time", "component",
					    "thread", "severity", "text"};

	amt_csv_row(&w->out, cells, sizeof(cells) / sizeof(cells[0]));
}

void put_csv(struct writer *w, struct stream *s, const char *name, enum trace_severity sev)
{
	struct trace_record *rec = &s->rec;
	char line[24], t[AMT_TIME_TEXT] = "", thread[16] = "";

	if (!w->text)
		put_find_text(w, s);
	in_utc(&rec->when);
	if (rec->when.local != AMT_TIME_NONE)
		trace_when_format(&rec->when, t);
	if (rec->has_thread)
		snprintf(thread, sizeof(thread), "%u", rec->thread);
	snprintf(line, sizeof(line), "%llu", (unsigned long long)rec->line);
	component(w, s);
	char *text = amt_strndup(w->text, w->text_len);
	const char *const cells[] = {
		name, line, t, amt_buf_cstr(&w->other), thread, trace_severity_name(sev), text};
	amt_csv_row(&w->out, cells, sizeof(cells) / sizeof(cells[0]));
	free(text);
}
