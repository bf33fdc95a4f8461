/* Calls to the firmware whose results rows of the catalogue ask for by name. */
#include "feed.h"

static void bad_call(struct feed *f, struct feed_call *c, const struct feed_line *l, uint8_t call)
{
	struct trace_bad_call *b = c->bad;

	while (b && b->call != call)
		b = b->next;
	if (!b) {
		b = feed_store_get(&f->texts, sizeof(*b));
		*b = (struct trace_bad_call){.next = c->bad, .call = call};
		c->bad = b;
	}
	b->at = (struct trace_spot){l->file, l->line};
	b->status = l->m->has_status ? l->m->status : 0;
	b->unconfirmed = !trace_wording_sure(l->m);
}

void feed_call_failed(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	const struct trace_match *m = l->m;
	size_t n = m->method_len < 80 ? m->method_len : 80;
	unsigned call = l->touches / FEED_CALL;

	if (!o->failed_call) {
		struct feed_call *c = feed_store_get(&f->texts, sizeof(*c) + n + 1);
		c->bad = NULL;
		c->status = m->status;
		memcpy(c->name, m->method, n);
		c->name[n] = '\0';
		o->failed_call = c;
	}
	if (!call)
		return;
	o->calls &= (uint8_t) ~(1u << (call - 1));
	bad_call(f, o->failed_call, l, (uint8_t)(call - 1));
}

void feed_call_put(struct feed *f, struct feed_call *c)
{
	struct trace_bad_call *next;

	if (!c)
		return;
	for (struct trace_bad_call *b = c->bad; b; b = next) {
		next = b->next;
		feed_store_put(&f->texts, b, sizeof(*b));
	}
	feed_store_put(&f->texts, c, sizeof(*c) + strlen(c->name) + 1);
}

void feed_call_keep(struct feed *f, const struct feed_call *c, struct trace_session *s)
{
	struct amt_arena *a = &f->facts->arena;
	struct trace_bad_call *first = NULL, **end = &first;

	for (const struct trace_bad_call *b = c->bad; b; b = b->next) {
		*end = amt_arena_alloc(a, sizeof(*b));
		**end = *b;
		end = &(*end)->next;
	}
	s->bad_calls = first;
	s->failed_call = amt_arena_strdup(a, c->name);
	s->failed_status = c->status;
}

void feed_calls_on(struct feed *f, struct feed_open *to, struct feed_open *from)
{
	struct trace_bad_call *last = NULL;

	for (struct trace_bad_call *b = from->failed_call ? from->failed_call->bad : NULL; b;
	     b = b->next) {
		to->calls &= (uint8_t) ~(1u << b->call);
		last = b;
	}
	to->calls |= from->calls;
	if (!to->failed_call) {
		to->failed_call = from->failed_call;
	} else if (last) {
		last->next = to->failed_call->bad;
		to->failed_call->bad = from->failed_call->bad;
		from->failed_call->bad = NULL;
	}
	if (to->failed_call != from->failed_call)
		feed_call_put(f, from->failed_call);
	from->failed_call = NULL;
}
