/*
 * The words of lines that are causes. A log says the same thousands of times, so each text
 * is kept once, and counted.
 */
#include "feed.h"

#include "bytes.h"

/* A line in UTF-8, on one line itself, cut. */
static void write_text(const struct feed_line *l, struct amt_buf *b)
{
	size_t n = l->text_len < FEED_TEXT_MAX ? l->text_len : FEED_TEXT_MAX, bad;

	if (bytes_ascii(l->text, l->text_len)) {
		amt_buf_add(b, l->text, n);
	} else {
		if (!amt_utf8_valid(l->text, l->text_len))
			amt_text_to_utf8(l->codepage, l->text, n, b, &bad, NULL);
		else
			amt_buf_add(b, l->text, n);
		/* A character that the cut went through. */
		while (b->len && !amt_utf8_valid(b->data, b->len) && n < l->text_len &&
		       b->len + 4 > n)
			b->data[--b->len] = '\0';
	}
	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] == '\n' || b->data[i] == '\r')
			b->data[i] = ' ';
	while (b->len && (b->data[b->len - 1] == '~' || b->data[b->len - 1] == ' '))
		b->data[--b->len] = '\0';
}

static size_t slot_of(const char *p, size_t n)
{
	if (n < 8)
		return 0;
	return (size_t)(((bytes_8(p) + n) ^ bytes_8(p + n - 8)) * UINT64_C(0x9e3779b97f4a7c15) >>
			32) %
	       FEED_TEXTS_RECENT;
}

struct feed_text *feed_text_get(struct feed *f, const struct feed_line *l)
{
	struct feed_text **recent = &f->recent[slot_of(l->text, l->text_len)], *t = *recent;
	struct trace_code_hit hit;
	struct amt_buf b;

	if (t && t->len == l->text_len && bytes_same(t->text, l->text, t->len)) {
		t->refs++;
		return t;
	}
	amt_buf_init(&b, 4 * FEED_TEXT_MAX);
	write_text(l, &b);
	t = feed_store_get(&f->texts, sizeof(*t) + b.len + 1);
	*t = (struct feed_text){.refs = 1, .len = (uint32_t)b.len};
	if (trace_codes_in(l->text, l->text_len, &hit, 1)) {
		t->has_code = true;
		t->firmware = hit.firmware;
		t->code = hit.code;
	}
	memcpy(t->text, amt_buf_cstr(&b), b.len + 1);
	/* Only what the line itself says word for word can be found again by it. */
	if (t->len == l->text_len && bytes_same(t->text, l->text, t->len)) {
		feed_text_put(f, *recent);
		*recent = t;
		t->refs++;
	}
	amt_buf_free(&b);
	return t;
}

void feed_text_put(struct feed *f, struct feed_text *t)
{
	if (t && !--t->refs)
		feed_store_put(&f->texts, t, sizeof(*t) + t->len + 1);
}

const char *feed_text_keep(struct feed *f, struct feed_text *t)
{
	if (!t)
		return "";
	if (!t->kept)
		t->kept = amt_arena_strndup(&f->facts->arena, t->text, t->len);
	return t->kept;
}
