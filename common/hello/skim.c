#include "hello/skim.h"

#include "hello/ahead.h"

static inline uint32_t get32(const uint8_t *p, bool swapped)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return swapped ? __builtin_bswap32(v) : v;
}

static inline int64_t time_of(const struct hello_form *form, const uint8_t *p)
{
	return (int64_t)get32(p, form->swapped) * 1000000000 +
	       (int64_t)get32(p + 4, form->swapped) * form->fraction;
}

static void look(struct hello_engine *e, const struct hello_form *form, const uint8_t *p,
		 uint64_t frame)
{
	uint32_t caplen = get32(p + 8, form->swapped), len = get32(p + 12, form->swapped);
	struct hello_packet packet = {.data = p + form->record,
				      .caplen = caplen,
				      .len = len < caplen ? caplen : len,
				      .ns = time_of(form, p),
				      .frame = frame,
				      .link = LINK_ETHERNET};

	hello_engine_look(e, &packet);
}

/* Where a run is, and what it does with records that do not pass by. */
struct way {
	const uint8_t *p, *until, *end; /* records that begin before until and lie before end */
	struct hello_tally t;
	/* either: look at them */
	struct hello_engine *e;
	uint64_t frame;           /* of the record before */
	const uint8_t *look_from; /* those before were looked at already */
	/* or: note them */
	struct hello_noted *out;
};

/* Inlined for each way of use, so that the usual byte order costs nothing. True: go on. */
static inline __attribute__((always_inline)) bool run(struct way *way, const struct hello_wanted *w,
						      const struct hello_form *form, bool swapped,
						      bool noting)
{
	const uint8_t *p = way->p, *end = way->end, *until = way->until;
	const size_t record = form->record;
	const int64_t fraction = form->fraction;
	struct hello_tally t = way->t;
	bool on = true;

	while (p < until && (size_t)(end - p) >= record + HELLO_GLANCE) {
		const uint8_t *d = p + record, *here = p;
		uint32_t caplen = get32(p + 8, swapped);
		if (caplen > (size_t)(end - d) || caplen > HELLO_SNAPLEN_MAX)
			break;
		p = d + caplen;
		/* The next header and what lies behind it, on their way meanwhile. */
		__builtin_prefetch(p + 64);
		int64_t ns = (int64_t)get32(here, swapped) * 1000000000 +
			     (int64_t)get32(here + 4, swapped) * fraction;
		if (ns < t.first)
			t.first = ns;
		if (ns > t.last)
			t.last = ns;
		if (ns < t.before - HELLO_CLOCK_BACK)
			t.back++;
		t.before = ns;
		t.cut += caplen < get32(here + 12, swapped);
		t.packets++;
		if (caplen >= 54 && hello_passes_by(w, d, caplen))
			continue;
		if (noting) {
			amt_vec_push(&way->out->kept, ((struct hello_noted_record){
							      (uint32_t)(here - way->out->start),
							      (uint32_t)t.packets - 1}));
		} else if (here >= way->look_from) {
			look(way->e, form, here, way->frame + t.packets);
			if (hello_engine_full(way->e)) {
				on = false;
				break;
			}
		}
	}
	way->t = t;
	way->p = p;
	return on;
}

void hello_skim_note(const struct hello_wanted *w, const struct hello_form *form, const uint8_t *p,
		     const uint8_t *end, struct hello_noted *out)
{
	struct way way = {.p = p, .until = end, .end = end, .out = out};

	way.t = (struct hello_tally){
		.first = INT64_MAX, .last = INT64_MIN, .before = INT64_MIN / 2};
	out->start = p;
	out->kept.n = 0;
	out->generation = w->generation;
	if (form->swapped)
		run(&way, w, form, true, true);
	else
		run(&way, w, form, false, true);
	out->tally = way.t;
	out->end = way.p;
	if (way.t.packets)
		out->began = time_of(form, p);
}

static bool straight(struct way *way, const struct hello_form *form, const uint8_t *until)
{
	const struct hello_wanted *w = &way->e->wanted;

	way->until = until;
	return form->swapped ? run(way, w, form, true, false) : run(way, w, form, false, false);
}

/* What was noted of the records from way->p on, as if they had been run through now. */
static bool take_noted(struct way *way, const struct hello_form *form, const struct hello_noted *n)
{
	struct hello_engine *e = way->e;

	for (size_t i = 0; i < n->kept.n; i++) {
		const uint8_t *p = n->start + n->kept.v[i].at;

		look(e, form, p, way->frame + way->t.packets + n->kept.v[i].nth + 1);
		if (e->wanted.generation == n->generation)
			continue;
		/* From here on other packets matter: the rest is looked through again. */
		way->look_from = p + 1;
		return straight(way, form, n->end);
	}
	struct hello_tally *t = &way->t;
	const struct hello_tally *more = &n->tally;
	t->packets += more->packets;
	t->cut += more->cut;
	t->back += more->back + (n->began < t->before - HELLO_CLOCK_BACK);
	t->before = more->before;
	t->first = more->first < t->first ? more->first : t->first;
	t->last = more->last > t->last ? more->last : t->last;
	way->p = n->end;
	return true;
}

static void count(struct hello_engine *e, struct hello_reader *r, const struct way *way)
{
	struct hello_capture *c = &e->facts->captures.v[e->capture];
	const struct hello_tally *t = &way->t;
	size_t took = (size_t)(way->p - (r->bytes.buf + r->bytes.start));

	if (!t->packets)
		return;
	hello_bytes_take(&r->bytes, took);
	r->frame += t->packets;
	c->packets += t->packets;
	c->bytes += took - t->packets * r->record;
	c->cut += t->cut;
	c->clock_back += t->back;
	e->before = t->before;
	if (c->first == AMT_TIME_NONE || t->first / 1000 < c->first)
		c->first = t->first / 1000;
	if (c->last == AMT_TIME_NONE || t->last / 1000 > c->last)
		c->last = t->last / 1000;
}

void hello_skim(struct hello_engine *e, struct hello_reader *r)
{
	if (r->ng || e->looking || r->ifaces.v[0].link != LINK_ETHERNET)
		return;
	const struct hello_form form = hello_reader_form(r);
	const struct hello_noted *n = hello_ahead_noted(r);
	struct way way = {.p = r->bytes.buf + r->bytes.start,
			  .end = r->bytes.buf + r->bytes.end,
			  .e = e,
			  .frame = r->frame};
	way.t = (struct hello_tally){.first = INT64_MAX, .last = INT64_MIN, .before = e->before};
	bool on = true;
	if (n && n->start >= way.p && n->start < n->end) {
		on = straight(&way, &form, n->start);
		bool met = way.p == n->start && n->generation == e->wanted.generation;
		hello_ahead_met(r, met);
		if (on && met)
			on = take_noted(&way, &form, n);
	}
	if (on)
		straight(&way, &form, way.end);
	count(e, r, &way);
}
