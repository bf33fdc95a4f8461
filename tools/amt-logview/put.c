/* One record as a line of JSON or of text. */
#include "records.h"

static char *add(char *o, const char *s, size_t n)
{
	memcpy(o, s, n);
	return o + n;
}
#define ADD(o, literal) add(o, literal, sizeof(literal) - 1)

/* The top bit of each of eight bytes that JSON wants escaped, or that is not ASCII. */
static inline uint64_t odd_bytes(const char *p)
{
	const uint64_t one = UINT64_C(0x0101010101010101);
	uint64_t v, quote, slash, del;

	memcpy(&v, p, sizeof(v));
	quote = v ^ one * '"';
	slash = v ^ one * '\\';
	del = v ^ one * 0x7f;
	/* Taking something off borrows from the top bit where there was less; and from the byte
	 * above one that is odd, which changes nothing. */
	return (v | (v - one * 0x20) | (quote - one) | (slash - one) | (del - one)) & one * 0x80;
}

static bool plain(const char *s, size_t n)
{
	char last[8];
	uint64_t bad = 0;
	size_t i = 0;

	for (; n - i >= 8; i += 8)
		bad |= odd_bytes(s + i);
	memset(last, ' ', sizeof(last));
	memcpy(last, s + i, n - i);
	return !(bad | odd_bytes(last));
}

/* A string that needs no escaping goes as it is: nearly all do. */
static void put_json(struct amt_buf *b, const char *s, size_t n)
{
	if (!plain(s, n)) {
		amt_buf_json(b, s, n);
		return;
	}
	if (!amt_buf_reserve(b, n + 2))
		return;
	char *o = b->data + b->len;
	*o++ = '"';
	o = add(o, s, n);
	*o++ = '"';
	*o = '\0';
	b->len += n + 2;
}

static char *put_number(char *o, uint64_t v)
{
	char digits[20];
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + v % 10);
	while (v /= 10);
	return add(o, digits + n, sizeof(digits) - n);
}

static char *two(char *o, unsigned v)
{
	*o++ = (char)('0' + v / 10 % 10);
	*o++ = (char)('0' + v % 10);
	return o;
}

/* As trace_when_format() has it: o takes AMT_TIME_TEXT bytes. */
static char *put_when(char *o, struct last_time *k, const struct trace_when *w)
{
	const amt_time minute = 60 * AMT_SECOND;

	if (w->local < 0) {
		trace_when_format(w, o);
		return o + strlen(o);
	}
	if (!k->set || w->local < k->minute || w->local >= k->minute + minute ||
	    w->bias != k->bias || w->offset != k->offset) {
		struct trace_when round = *w;
		char t[AMT_TIME_TEXT];
		round.local = w->local - w->local % minute;
		trace_when_format(&round, t); /* "2009-01-14T13:43:00Z" */
		k->tail_len = strlen(t) - 19;
		k->set = k->tail_len < sizeof(k->tail);
		if (!k->set) {
			trace_when_format(w, o);
			return o + strlen(o);
		}
		k->minute = round.local;
		k->bias = w->bias;
		k->offset = w->offset;
		memcpy(k->head, t, 17);
		memcpy(k->tail, t + 19, k->tail_len);
	}
	unsigned us = (unsigned)(w->local - k->minute), s = us / 1000000;
	o = add(o, k->head, 17);
	o = two(o, s);
	us %= 1000000;
	if (us) {
		*o++ = '.';
		*o++ = (char)('0' + us / 100000);
		o = two(o, us / 1000 % 100);
		if (us % 1000) {
			*o++ = (char)('0' + us % 1000 / 100);
			o = two(o, us % 100);
		}
	}
	return add(o, k->tail, k->tail_len);
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
	component(w, s);
	amt_buf_clear(&k->json);
	put_json(&k->json, amt_buf_cstr(&w->other), w->other.len);
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
	const char *severity = trace_severity_name(sev);

	in_utc(&rec->when);
	if (w->name_of != name) {
		amt_buf_clear(&w->name);
		put_json(&w->name, name, strlen(name));
		w->name_of = name;
	}
	if (!amt_buf_reserve(b, w->name.len + w->component.json.len + AMT_TIME_TEXT + 200))
		return;
	char *o = b->data + b->len;
	o = ADD(o, "{\"file\":");
	o = add(o, w->name.data, w->name.len);
	o = ADD(o, ",\"line\":");
	o = put_number(o, rec->line);
	if (rec->when.local == AMT_TIME_NONE) {
		o = ADD(o, ",\"time\":null");
	} else {
		o = ADD(o, ",\"time\":\"");
		o = put_when(o, &w->time, &rec->when);
		*o++ = '"';
	}
	o = ADD(o, ",\"component\":");
	o = add(o, w->component.json.data, w->component.json.len);
	o = ADD(o, ",\"thread\":");
	o = rec->has_thread ? put_number(o, rec->thread) : ADD(o, "null");
	o = ADD(o, ",\"severity\":\"");
	o = add(o, severity, strlen(severity));
	o = ADD(o, "\",\"text\":");
	b->len = (size_t)(o - b->data);
	put_json(b, amt_buf_cstr(&w->text), w->text.len);
	if (rec->damage)
		put_damage(b, rec->damage);
	amt_buf_add(b, "}\n", 2);
}

void put_line(struct writer *w, struct stream *s, enum trace_severity sev)
{
	struct trace_record *rec = &s->rec;
	char t[AMT_TIME_TEXT];

	in_utc(&rec->when);
	trace_when_format(&rec->when, t);
	amt_buf_str(&w->out, t);
	amt_buf_printf(&w->out, "  %-7s  ", trace_severity_name(sev));
	component(w, s);
	amt_text_safe(&w->out, amt_buf_cstr(&w->other), w->other.len, false);
	if (rec->has_thread)
		amt_buf_printf(&w->out, "  %u (0x%X)", rec->thread, rec->thread);
	amt_buf_str(&w->out, "  ");
	amt_text_safe(&w->out, amt_buf_cstr(&w->text), w->text.len, true);
	amt_buf_byte(&w->out, '\n');
}
