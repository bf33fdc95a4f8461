#include "hello/skim.h"

static inline uint32_t get32(const uint8_t *p, bool swapped)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return swapped ? __builtin_bswap32(v) : v;
}

/* What the records had in common; kept out of memory while they are counted. */
struct tally {
	uint64_t packets, bytes, cut;
	int64_t first, last; /* nanoseconds since 1970 */
};

static const uint8_t *run(const struct hello_engine *e, const struct hello_reader *r,
			  struct tally *out)
{
	const uint8_t *p = r->bytes.buf + r->bytes.start, *end = r->bytes.buf + r->bytes.end;
	const uint32_t record = r->record;
	const int64_t fraction = r->fraction;
	const bool swapped = r->swapped;
	struct tally t = *out;

	while (end - p >= (ptrdiff_t)record) {
		struct hello_packet packet = {
			.data = p + record, .caplen = get32(p + 8, swapped), .link = LINK_ETHERNET};
		if (packet.caplen > (size_t)(end - p) - record || packet.caplen > HELLO_SNAPLEN_MAX)
			break;
		const uint8_t *next = packet.data + packet.caplen;
		__builtin_prefetch(next);
		__builtin_prefetch(next + 64);
		if (!hello_passes_by(e, &packet))
			break;
		int64_t ns = (int64_t)get32(p, swapped) * 1000000000 +
			     (int64_t)get32(p + 4, swapped) * fraction;
		t.first = ns < t.first ? ns : t.first;
		t.last = ns > t.last ? ns : t.last;
		t.cut += packet.caplen < get32(p + 12, swapped);
		t.bytes += packet.caplen;
		t.packets++;
		p = next;
	}
	*out = t;
	return p;
}

void hello_skim(struct hello_engine *e, struct hello_reader *r)
{
	struct hello_capture *c = &e->facts->captures.v[e->capture];
	struct tally t = {.first = INT64_MAX, .last = INT64_MIN};

	if (r->ng || e->looking || r->ifaces.v[0].link != LINK_ETHERNET)
		return;
	const uint8_t *p = run(e, r, &t);
	if (!t.packets)
		return;
	hello_bytes_take(&r->bytes, (size_t)(p - (r->bytes.buf + r->bytes.start)));
	r->frame += t.packets;
	c->packets += t.packets;
	c->bytes += t.bytes;
	c->cut += t.cut;
	if (c->first == AMT_TIME_NONE || t.first / 1000 < c->first)
		c->first = t.first / 1000;
	if (c->last == AMT_TIME_NONE || t.last / 1000 > c->last)
		c->last = t.last / 1000;
}
