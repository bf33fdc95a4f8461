/*
 * Private to common/hello: the quick end of most packets. A big capture is nearly nothing else.
 */
#ifndef AMTDIAG_HELLO_SKIM_H
#define AMTDIAG_HELLO_SKIM_H

#include "hello/engine.h"

static inline unsigned hello_dealt_with(const struct hello_engine *e, uint16_t port)
{
	return (unsigned)(e->dealt_with[port >> 6] >> (port & 63)) & 1;
}

/*
 * What nearly all packets of a capture end with: Ethernet, IPv4 without options, whole, about
 * nothing of ours. True only of what hello_engine_packet() would find not to matter. No branches
 * inside: they come in no order that a processor could guess.
 */
static inline bool hello_passes_by(const struct hello_engine *e, const struct hello_packet *p)
{
	/* begins_hello(), as bits that must be clear in a hello's first eight bytes */
	static const uint8_t clear[8] = {0xfe, 0xff, 0xfc, 0xff, 0, 0xff, 0xff, 0xff};
	const uint8_t *d = p->data;
	uint64_t first, mask;

	if (p->link != LINK_ETHERNET || p->caplen < 54)
		return false;
	unsigned usual =
		(d[12] == 0x08) & (d[13] == 0) & (d[14] == 0x45) & (((d[20] & 0x3f) | d[21]) == 0);
	uint16_t from = (uint16_t)(d[34] << 8 | d[35]), to = (uint16_t)(d[36] << 8 | d[37]);
	uint32_t at = 34 + (d[46] >> 4) * 4u;
	unsigned room = p->caplen >= at + 24;
	memcpy(&first, d + (room ? at : 46), sizeof(first));
	memcpy(&mask, clear, sizeof(mask));
	unsigned hello = room & ((first & mask) == 0);
	unsigned dns = (from == 53) | (to == 53);
	unsigned label = (unsigned)(e->labels >> (d[p->caplen > 54 ? 54 : 53] & 63)) & 1;
	unsigned udp = (d[23] == PROTO_UDP) & ~(dns & label);
	unsigned tcp = (d[23] == PROTO_TCP) & ~(dns | hello);
	return usual & ~(hello_dealt_with(e, from) | hello_dealt_with(e, to)) & (udp | tcp);
}

/*
 * Steps over records that pass by, as far as whole ones lie in the reader's buffer, and counts
 * them as hello_engine_packet() would.
 */
void hello_skim(struct hello_engine *e, struct hello_reader *r);

#endif
