/*
 * Link types (pcap-linktype(7)), VLAN tags (802.1Q, 802.1ad, stacked), IPv4 and
 * IPv6 with extension headers, TCP and UDP. Every packet may be cut by the snap
 * length, and every length in it may lie.
 */
#include "hello/frame.h"

#define ETHER_LEN 0x0600 /* below: an 802.3 length */
#define SLL_SIZE  16
#define SLL2_SIZE 20
#define TAGS_MAX  4

static bool tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

bool hello_link_supported(unsigned link)
{
	switch (link) {
	case LINK_NULL:
	case LINK_ETHERNET:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_RAW:
	case LINK_LOOP:
	case LINK_SLL:
	case LINK_IPV4:
	case LINK_IPV6:
	case LINK_SLL2:
		return true;
	default:
		return false;
	}
}

/* BSD loopback: the address family in the writer's byte order, so try both. */
static uint16_t family_type(const uint8_t *p)
{
	uint32_t v = hello_be32(p);

	if (v > 0xffff)
		v = __builtin_bswap32(v);
	if (v == 2)
		return ETHER_IP4;
	/* AF_INET6 differs: BSDs 24, 28, 30; Linux 10; Windows 23. */
	return v == 10 || v == 23 || v == 24 || v == 28 || v == 30 ? ETHER_IP6 : 0;
}

static struct hello_link tags(const struct hello_packet *p, struct hello_link l)
{
	for (int i = 0; i < TAGS_MAX && tag(l.type) && l.at + 4 <= p->caplen; i++) {
		l.type = hello_be16(p->data + l.at + 2);
		l.at += 4;
	}
	return l;
}

/*
 * Newer kernels name the protocol behind all tags when a cooked packet has two of them, and libpcap
 * puts only the outer one back: what is said to be IP begins with the rest of the inner tag.
 */
static struct hello_link cooked(const struct hello_packet *p, struct hello_link l)
{
	unsigned version = l.type == ETHER_IP4 ? 4 : 6;

	if ((l.type == ETHER_IP4 || l.type == ETHER_IP6) && l.at + 5 <= p->caplen &&
	    hello_be16(p->data + l.at + 2) == l.type && p->data[l.at] >> 4 != version &&
	    p->data[l.at + 4] >> 4 == version)
		l.at += 4;
	return l;
}

struct hello_link hello_frame_link(const struct hello_packet *p)
{
	const uint8_t *d = p->data;
	struct hello_link l = {0, 0};

	switch (p->link) {
	case LINK_ETHERNET:
		if (p->caplen < 14)
			return l;
		l.at = 14;
		l.type = hello_be16(d + 12);
		if (l.type == ETHER_IP4)
			return l;
		return l.type < ETHER_LEN ? (struct hello_link){0, 0} : tags(p, l);
	case LINK_SLL:
		if (p->caplen < SLL_SIZE)
			return l;
		return cooked(p, tags(p, (struct hello_link){SLL_SIZE, hello_be16(d + 14)}));
	case LINK_SLL2:
		if (p->caplen < SLL2_SIZE)
			return l;
		return cooked(p, tags(p, (struct hello_link){SLL2_SIZE, hello_be16(d)}));
	case LINK_NULL:
	case LINK_LOOP:
		if (p->caplen < 4)
			return l;
		return (struct hello_link){4, family_type(d)};
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6:
		if (p->caplen < 1)
			return l;
		l.type = d[0] >> 4 == 4 ? ETHER_IP4 : d[0] >> 4 == 6 ? ETHER_IP6 : 0;
		return l;
	default:
		return l;
	}
}

static void macs(const struct hello_packet *p, struct hello_frame *f)
{
	if (p->link == LINK_ETHERNET) {
		f->destination_mac.known = f->source_mac.known = true;
		memcpy(f->destination_mac.bytes, p->data, 6);
		memcpy(f->source_mac.bytes, p->data + 6, 6);
	} else if (p->link == LINK_SLL && hello_be16(p->data + 4) == 6) {
		f->source_mac.known = true;
		memcpy(f->source_mac.bytes, p->data + 6, 6);
	} else if (p->link == LINK_SLL2 && p->data[11] == 6) {
		f->source_mac.known = true;
		memcpy(f->source_mac.bytes, p->data + 12, 6);
	}
}

static bool ip4(struct hello_frame *f, const uint8_t *d, uint32_t caplen, uint32_t len)
{
	if (caplen < 20 || d[0] >> 4 != 4)
		return false;
	uint32_t header = (d[0] & 15u) * 4u;
	uint32_t total = hello_be16(d + 2);
	if (total == 0) /* TCP segmentation offload on the capturing host */
		total = len;
	if (header < 20 || header > caplen || total < header)
		return false;
	if (total > len)
		total = len;
	f->source.family = f->destination.family = 4;
	memcpy(f->source.bytes, d + 12, 4);
	memcpy(f->destination.bytes, d + 16, 4);
	f->ip_id = hello_be16(d + 4);
	f->fragment_id = f->ip_id;
	f->protocol = d[9];
	f->more_fragments = (d[6] & 0x20) != 0;
	f->fragment_offset = (uint32_t)(hello_be16(d + 6) & 0x1fff) * 8;
	f->fragment = f->more_fragments || f->fragment_offset;
	f->l4 = d + header;
	f->l4_len = total - header;
	f->l4_caplen = caplen - header < f->l4_len ? caplen - header : f->l4_len;
	return true;
}

/* Steps over extension headers (RFC 8200, 4.1). False: cut, or too many. */
static bool ip6_extensions(struct hello_frame *f, uint8_t next)
{
	for (int i = 0; i < 8; i++) {
		uint32_t n;

		if (next != 0 && next != 43 && next != 44 && next != 51 && next != 60) {
			f->protocol = next;
			return true;
		}
		if (f->l4_caplen < 8)
			return false;
		if (next == 44) {
			uint16_t off = hello_be16(f->l4 + 2);

			f->fragment_offset = off & 0xfff8u;
			f->more_fragments = off & 1;
			f->fragment = f->more_fragments || f->fragment_offset;
			f->fragment_id = hello_be32(f->l4 + 4);
			n = 8;
		} else {
			n = next == 51 ? (f->l4[1] + 2u) * 4u : (f->l4[1] + 1u) * 8u;
		}
		next = f->l4[0];
		if (n > f->l4_caplen)
			return false;
		f->l4 += n;
		f->l4_caplen -= n;
		f->l4_len -= n;
		if (f->fragment && f->fragment_offset) { /* no headers but in the first */
			f->protocol = next;
			return true;
		}
	}
	return false;
}

static bool ip6(struct hello_frame *f, const uint8_t *d, uint32_t caplen, uint32_t len)
{
	if (caplen < 40 || d[0] >> 4 != 6)
		return false;
	uint32_t payload = hello_be16(d + 4);
	if (payload == 0 || payload > len - 40)
		payload = len - 40;
	f->source.family = f->destination.family = 6;
	memcpy(f->source.bytes, d + 8, 16);
	memcpy(f->destination.bytes, d + 24, 16);
	f->l4 = d + 40;
	f->l4_len = payload;
	f->l4_caplen = caplen - 40 < payload ? caplen - 40 : payload;
	return ip6_extensions(f, d[6]);
}

bool hello_frame_ip(const struct hello_packet *p, struct hello_frame *f)
{
	struct hello_link l = hello_frame_link(p);

	*f = (struct hello_frame){.packet = p, .time = p->ns / 1000};
	if (l.at >= p->caplen)
		return false;
	if (l.type != ETHER_IP4 && l.type != ETHER_IP6)
		return false;
	macs(p, f);
	return l.type == ETHER_IP4 ? ip4(f, p->data + l.at, p->caplen - l.at, p->len - l.at)
				   : ip6(f, p->data + l.at, p->caplen - l.at, p->len - l.at);
}

bool hello_frame_l4(struct hello_frame *f)
{
	const uint8_t *d = f->l4;
	uint32_t header = 8;

	if (f->protocol == PROTO_TCP) {
		if (f->l4_caplen < 20)
			return false;
		header = (d[12] >> 4) * 4u;
		f->seq = hello_be32(d + 4);
		f->ack = hello_be32(d + 8);
		f->flags = d[13];
		if (header < 20 || header > f->l4_len)
			return false;
	} else if (f->protocol != PROTO_UDP || f->l4_caplen < 8) {
		return false;
	}
	f->source_port = hello_be16(d);
	f->destination_port = hello_be16(d + 2);
	f->payload = d + (header < f->l4_caplen ? header : f->l4_caplen);
	f->payload_len = f->l4_len - header;
	f->payload_caplen = f->l4_caplen > header ? f->l4_caplen - header : 0;
	if (f->protocol == PROTO_UDP) {
		uint32_t said = hello_be16(d + 4);

		if (said >= 8 && said - 8 < f->payload_len) {
			f->payload_len = said - 8;
			if (f->payload_caplen > f->payload_len)
				f->payload_caplen = f->payload_len;
		}
	}
	return true;
}

int hello_frame_glance(const struct hello_packet *p, struct hello_glance *g)
{
	struct hello_link l = hello_frame_link(p);
	const uint8_t *d = p->data + l.at;
	uint32_t left = p->caplen - l.at;
	int protocol;

	if (l.at >= p->caplen)
		return 0;
	if (l.type == ETHER_IP4) {
		uint32_t header;

		if (left < 20 || d[0] >> 4 != 4)
			return 0;
		header = (d[0] & 15u) * 4u;
		if ((hello_be16(d + 6) & 0x3fff) != 0)
			return PROTO_FRAGMENT;
		protocol = d[9];
		if (header < 20 || left < header + 4)
			return 0;
		g->source = d + 12;
		g->destination = d + 16;
		g->l4 = d + header;
		g->left = left - header;
	} else if (l.type == ETHER_IP6) {
		if (left < 44)
			return 0;
		protocol = d[6];
		if (protocol == 0 || protocol == 43 || protocol == 44 || protocol == 51 ||
		    protocol == 60)
			return PROTO_FRAGMENT; /* rare: take it apart properly */
		g->l4 = d + 40;
		g->left = left - 40;
		g->source = d + 20;
		g->destination = d + 36;
	} else {
		return 0;
	}
	g->source_port = hello_be16(g->l4);
	g->destination_port = hello_be16(g->l4 + 2);
	return protocol;
}
