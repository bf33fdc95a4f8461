/*
 * Packets within packets, as mirror ports deliver them that are far away or look at a carrier's
 * side: PPPoE (RFC 2516), MPLS (RFC 3032), IP in IP, GRE (RFC 2784, 2890) with ERSPAN, VXLAN
 * (RFC 7348), and 802.2 with SNAP (RFC 1042).
 */
#include "hello/frame.h"

#define ETHER_PPPOE    0x8864
#define ETHER_MPLS     0x8847
#define ETHER_MPLS_UP  0x8848
#define GRE_ETHERNET   0x6558
#define GRE_ERSPAN     0x88be /* types I and II */
#define GRE_ERSPAN_III 0x22eb

enum { PROTO_IP_IN_IP = 4, PROTO_IP6_IN_IP = 41, PROTO_GRE = 47 };

/* The packet goes on at an offset, in another link layer. */
static bool inside(struct hello_packet *p, size_t at, uint16_t link)
{
	if (at >= p->caplen)
		return false;
	p->data += at;
	p->caplen -= (uint32_t)at;
	p->len -= (uint32_t)at;
	p->link = link;
	return true;
}

static bool mpls(struct hello_packet *p, uint32_t at)
{
	for (; at + 4 <= p->caplen; at += 4)
		if (p->data[at + 2] & 1) /* the bottom of the stack; IP tells its version itself */
			return inside(p, at + 4, LINK_RAW);
	return false;
}

static bool gre(struct hello_packet *p, uint32_t at)
{
	if (at + 4 > p->caplen)
		return false;
	unsigned flags = hello_be16(p->data + at), type = hello_be16(p->data + at + 2);
	bool sequence = flags & 0x1000;

	if (flags & 0x4007) /* routing; versions above 0 */
		return false;
	at += 4u + (flags & 0x8000 ? 4u : 0u) + (flags & 0x2000 ? 4u : 0u) + (sequence ? 4u : 0u);
	switch (type) {
	case ETHER_IP4:
	case ETHER_IP6:
		return inside(p, at, LINK_RAW);
	case GRE_ETHERNET:
		return inside(p, at, LINK_ETHERNET);
	case GRE_ERSPAN: /* type I has neither a number nor a header of its own */
		return inside(p, at + (sequence ? 8 : 0), LINK_ETHERNET);
	case GRE_ERSPAN_III: /* its last bit: 8 bytes of the platform follow */
		return at + 12 <= p->caplen &&
		       inside(p, at + 12 + (p->data[at + 11] & 1 ? 8 : 0), LINK_ETHERNET);
	default:
		return false;
	}
}

static bool in_ip(struct hello_packet *p)
{
	struct hello_frame f;

	if (!hello_frame_ip(p, &f) || f.fragment)
		return false;
	size_t at = (size_t)(f.l4 - p->data);
	if (f.protocol == PROTO_IP_IN_IP || f.protocol == PROTO_IP6_IN_IP)
		return inside(p, at, LINK_RAW);
	if (f.protocol == PROTO_GRE)
		return gre(p, (uint32_t)at);
	return f.protocol == PROTO_UDP && hello_frame_l4(&f) &&
	       f.destination_port == HELLO_PORT_VXLAN && f.payload_caplen >= 8 &&
	       (f.payload[0] & 0x08) && inside(p, at + 16, LINK_ETHERNET);
}

static bool snap(struct hello_packet *p)
{
	static const uint8_t header[6] = {0xaa, 0xaa, 3, 0, 0, 0};

	if (p->link != LINK_ETHERNET || p->caplen < 22 || memcmp(p->data + 14, header, 6) != 0)
		return false;
	unsigned type = hello_be16(p->data + 20);
	return (type == ETHER_IP4 || type == ETHER_IP6) && inside(p, 22, LINK_RAW);
}

bool hello_tunnel(struct hello_packet *p)
{
	struct hello_link l = hello_frame_link(p);

	switch (l.type) {
	case 0:
		return snap(p);
	case ETHER_IP4:
	case ETHER_IP6:
		return in_ip(p);
	case ETHER_MPLS:
	case ETHER_MPLS_UP:
		return mpls(p, l.at);
	case ETHER_PPPOE: /* and which of PPP's protocols, in two bytes */
		return l.at + 8 <= p->caplen &&
		       (hello_be16(p->data + l.at + 6) == 0x21 ||
			hello_be16(p->data + l.at + 6) == 0x57) &&
		       inside(p, l.at + 8, LINK_RAW);
	default:
		return false;
	}
}
