/* Private to common/hello: a packet taken apart down to its TCP or UDP payload. */
#ifndef AMTDIAG_HELLO_FRAME_H
#define AMTDIAG_HELLO_FRAME_H

#include "hello/packet.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };
enum { ETHER_IP4 = 0x0800, ETHER_IP6 = 0x86dd };
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PUSH = 8, TCP_ACK = 16 };

struct hello_frame {
	const struct hello_packet *packet;
	amt_time time;
	struct hello_mac source_mac, destination_mac;
	struct hello_ip source, destination;
	uint16_t ip_id;
	uint8_t protocol;
	bool fragment; /* not the whole datagram: needs hello_fragments_add() */
	bool more_fragments;
	uint32_t fragment_offset; /* bytes */
	uint32_t fragment_id;
	/* What follows the IP header(s): captured, and on the wire. */
	const uint8_t *l4;
	uint32_t l4_caplen, l4_len;
	/* TCP and UDP */
	uint16_t source_port, destination_port;
	uint32_t seq, ack;
	uint8_t flags;
	const uint8_t *payload;
	uint32_t payload_caplen, payload_len;
};

static inline uint16_t hello_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}
static inline uint32_t hello_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Link and network layer. False: not IP, or too short to tell. */
bool hello_frame_ip(const struct hello_packet *p, struct hello_frame *f);
/* Transport header at f->l4. False: not TCP or UDP, or too short. */
bool hello_frame_l4(struct hello_frame *f);

/*
 * The quick look that most packets end with: protocol and ports of an
 * unfragmented IP packet. Returns the protocol (0: not IP, not readable);
 * fragments give PROTO_FRAGMENT.
 */
#define PROTO_FRAGMENT 255
struct hello_glance {
	uint16_t source_port, destination_port;
	const uint8_t *l4;
	uint32_t left;                       /* captured bytes at l4 */
	const uint8_t *source, *destination; /* the last four bytes of the addresses */
};
int hello_frame_glance(const struct hello_packet *p, struct hello_glance *g);
/* Offset of the IP header and its ether type; 0 type: none. */
struct hello_link {
	uint32_t at;
	uint16_t type;
};
struct hello_link hello_frame_link(const struct hello_packet *p);
bool hello_link_supported(unsigned link);

/* tunnel.c: makes p the packet that it carries. False: none, or it is not understood. */
bool hello_tunnel(struct hello_packet *p);
#define HELLO_PORT_VXLAN 4789

/* ---- fragments.c -------------------------------------------------------- */

struct hello_fragments;
struct hello_fragments *hello_fragments_new(void);
void hello_fragments_free(struct hello_fragments *t);
/*
 * Adds a fragment. True when its datagram is whole: f->l4 then points to it
 * (valid until the next call) and the fragment marks are cleared. other: it is a first
 * fragment, and its ports are none of ours.
 */
bool hello_fragments_add(struct hello_fragments *t, struct hello_frame *f, bool other);
/* Nothing more will come: datagrams that were not whole since it was asked last. */
struct hello_fragments_lost {
	uint64_t all, relevant; /* relevant: with ports that matter, or not known */
};
struct hello_fragments_lost hello_fragments_end(struct hello_fragments *t);

#endif
