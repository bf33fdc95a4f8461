#include "hello/skim.h"

static inline uint32_t get32(const uint8_t *p, bool swapped)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return swapped ? __builtin_bswap32(v) : v;
}

/* What the records had in common; kept out of memory while they are counted. */
struct tally {
	uint64_t packets, cut, back;
	int64_t first, last, before; /* nanoseconds since 1970 */
};

static void look(struct hello_engine *e, const struct hello_reader *r, const uint8_t *p,
		 uint32_t caplen, int64_t ns, uint64_t frame)
{
	uint32_t len = get32(p + 12, r->swapped);
	struct hello_packet packet = {.data = p + r->record,
				      .caplen = caplen,
				      .len = len < caplen ? caplen : len,
				      .ns = ns,
				      .frame = frame,
				      .link = LINK_ETHERNET};

	hello_engine_look(e, &packet);
}

/* Inlined twice, so that the usual byte order costs nothing. */
static inline __attribute__((always_inline)) const uint8_t *
run(struct hello_engine *e, const struct hello_reader *r, bool swapped, struct tally *out)
{
	const uint8_t *p = r->bytes.buf + r->bytes.start, *end = r->bytes.buf + r->bytes.end;
	const size_t record = r->record;
	const int64_t fraction = r->fraction;
	struct tally t = *out;

	while ((size_t)(end - p) >= record + HELLO_GLANCE) {
		const uint8_t *d = p + record;
		uint32_t caplen = get32(p + 8, swapped);
		if (caplen > (size_t)(end - d) || caplen > HELLO_SNAPLEN_MAX)
			break;
		const uint8_t *next = d + caplen;
		/* The next header and what lies behind it, on their way meanwhile. */
		__builtin_prefetch(next + 64);
		int64_t ns = (int64_t)get32(p, swapped) * 1000000000 +
			     (int64_t)get32(p + 4, swapped) * fraction;
		if (ns < t.first)
			t.first = ns;
		if (ns > t.last)
			t.last = ns;
		if (ns < t.before - HELLO_CLOCK_BACK)
			t.back++;
		t.before = ns;
		t.cut += caplen < get32(p + 12, swapped);
		t.packets++;
		if (caplen < 54 || !hello_passes_by(e, d, caplen)) {
			look(e, r, p, caplen, ns, r->frame + t.packets);
			if (hello_engine_full(e)) {
				p = next;
				break;
			}
		}
		p = next;
	}
	*out = t;
	return p;
}

void hello_skim(struct hello_engine *e, struct hello_reader *r)
{
	struct hello_capture *c = &e->facts->captures.v[e->capture];
	struct tally t = {.first = INT64_MAX, .last = INT64_MIN, .before = e->before};

	if (r->ng || e->looking || r->ifaces.v[0].link != LINK_ETHERNET)
		return;
	const uint8_t *p = r->swapped ? run(e, r, true, &t) : run(e, r, false, &t);
	if (!t.packets)
		return;
	size_t took = (size_t)(p - (r->bytes.buf + r->bytes.start));
	hello_bytes_take(&r->bytes, took);
	r->frame += t.packets;
	c->packets += t.packets;
	c->bytes += took - t.packets * r->record;
	c->cut += t.cut;
	c->clock_back += t.back;
	e->before = t.before;
	if (c->first == AMT_TIME_NONE || t.first / 1000 < c->first)
		c->first = t.first / 1000;
	if (c->last == AMT_TIME_NONE || t.last / 1000 > c->last)
		c->last = t.last / 1000;
}
