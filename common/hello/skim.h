/*
 * Private to common/hello: the quick end of most packets. A big capture is nearly nothing else.
 */
#ifndef AMTDIAG_HELLO_SKIM_H
#define AMTDIAG_HELLO_SKIM_H

#include "hello/engine.h"

/* Bytes from the Ethernet header on that hello_passes_by() may look at. */
#define HELLO_GLANCE 128

/*
 * What nearly all packets of a capture end with: Ethernet, IPv4 without options, whole, about
 * nothing of ours. True only of what hello_engine_look() would find not to matter. No branches
 * inside: they come in no order that a processor could guess. HELLO_GLANCE bytes can be read at
 * d, also where the packet has only caplen; that is 54 at least.
 */
static inline bool hello_passes_by(const struct hello_wanted *w, const uint8_t *d, uint32_t caplen)
{
	/* begins_hello(), as bits that must be clear in a hello's first eight bytes */
	static const uint8_t clear[8] = {0xfe, 0xff, 0xfc, 0xff, 0, 0xff, 0xff, 0xff};
	static const uint8_t domain[2] = {0, 53};
	uint32_t header = (d[46] >> 2) & 0x3c;
	uint16_t from, to, port;
	uint64_t first, mask;

	/* EtherType 0800, version 4 and a header of 20; fragment bits and offset, protocol */
	unsigned usual = (hello_be32(d + 12) & 0xffffff00) == 0x08004500;
	uint32_t part = hello_be32(d + 20) & 0x3fff00ff;
	memcpy(&from, d + 34, sizeof(from));
	memcpy(&to, d + 36, sizeof(to));
	memcpy(&port, domain, sizeof(port));
	memcpy(&first, d + 34 + header, sizeof(first));
	memcpy(&mask, clear, sizeof(mask));
	unsigned hello = (caplen >= 34 + header + 24) & ((first & mask) == 0);
	unsigned tcp = part == PROTO_TCP, udp = part == PROTO_UDP;
	unsigned label = tcp | (unsigned)(w->labels >> (d[54] & 63)) | (caplen == 54);
	unsigned dns = ((from == port) | (to == port)) & label;
	unsigned known = (unsigned)(w->dealt_with[from >> 6] >> (from & 63) |
				    w->dealt_with[to >> 6] >> (to & 63));
	return usual & (tcp | udp) & ~(known | hello | dns);
}

/* How the records of a pcap file of Ethernet frames are read. */
struct hello_form {
	bool swapped;
	uint32_t record;  /* bytes of a record header */
	int64_t fraction; /* nanoseconds in a unit of the fraction */
};
static inline struct hello_form hello_reader_form(const struct hello_reader *r)
{
	return (struct hello_form){r->swapped, r->record, r->fraction};
}

/* What records had in common; kept out of memory while they are counted. */
struct hello_tally {
	uint64_t packets, cut, back;
	int64_t first, last, before; /* nanoseconds since 1970; before: of the record before */
};

struct hello_noted_record {
	uint32_t at, nth; /* in bytes from the first record on; from 0 */
};

/* Records in a row that were looked at before it was known what precedes them. */
struct hello_noted {
	const uint8_t *start, *end; /* the first one, behind the last one; equal: none */
	int64_t began;              /* the time stamp of the first, nanoseconds */
	struct hello_tally tally;   /* as if nothing had preceded */
	unsigned generation;        /* of the wanted that they were held against */
	struct AMT_VEC(struct hello_noted_record) kept; /* those that do not pass by */
};
/* From p on, all that lie whole before end. The vector of out is used again. */
void hello_skim_note(const struct hello_wanted *w, const struct hello_form *form, const uint8_t *p,
		     const uint8_t *end, struct hello_noted *out);

/*
 * Does to the records that lie whole in the reader's buffer what hello_engine_packet() would do to
 * each, until hello_engine_full(). What was noted of them ahead is used where it begins at a
 * record.
 */
void hello_skim(struct hello_engine *e, struct hello_reader *r);

#endif
