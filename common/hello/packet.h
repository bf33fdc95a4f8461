/* Private to common/hello: one captured packet, and the readers that deliver it. */
#ifndef AMTDIAG_HELLO_PACKET_H
#define AMTDIAG_HELLO_PACKET_H

#include "amtdiag/hello.h"

struct hello_packet {
	const uint8_t *data;  /* caplen bytes, valid until the next packet */
	uint32_t caplen, len; /* captured, on the wire */
	int64_t ns;           /* since 1970 */
	uint64_t frame;       /* from 1, per capture */
	uint32_t iface;       /* of the capture */
	uint16_t link;        /* LINKTYPE_ */
	bool timeless;        /* it has no time stamp; ns is 0 */
};

/* LINKTYPE_ values of pcap and pcapng files (pcap-linktype(7)). */
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_BSD = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276,
};
const char *hello_link_name(unsigned link); /* "Ethernet"; "link type 105" for others */

/* ---- bytes: a file through one buffer, uncompressed on the way --------- */

#define HELLO_SNAPLEN_MAX 262144u /* what libpcap takes for the longest packet */

struct hello_bytes {
	int fd;
	const char *path;
	uint8_t *buf;
	size_t cap, start, end;
	uint64_t offset;           /* of buf + start, in what was uncompressed */
	bool eof, borrowed;        /* borrowed: buf is the caller's */
	struct hello_inflate *z;   /* NULL: plain */
	struct hello_ahead *ahead; /* NULL: nobody reads ahead */
	struct amt_error err;      /* reading or uncompressing failed; code or text set */
	bool failed;
};
bool hello_bytes_open(struct hello_bytes *b, const char *path, struct amt_error *err);
/* Bytes that are there already (not copied); for harnesses. */
void hello_bytes_memory(struct hello_bytes *b, const void *p, size_t n);
void hello_bytes_close(struct hello_bytes *b);
bool hello_bytes_fill(struct hello_bytes *b, size_t n); /* reads until n bytes are there */
bool hello_bytes_skip(struct hello_bytes *b, uint64_t n);
/* n bytes at the front, not taken yet; NULL at the end. */
static inline const uint8_t *hello_bytes_need(struct hello_bytes *b, size_t n)
{
	if (b->end - b->start < n && !hello_bytes_fill(b, n))
		return NULL;
	return b->buf + b->start;
}
static inline void hello_bytes_take(struct hello_bytes *b, size_t n)
{
	b->start += n;
	b->offset += n;
}
static inline size_t hello_bytes_left(const struct hello_bytes *b)
{
	return b->end - b->start;
}

/* ---- capture files ----------------------------------------------------- */

struct hello_iface {
	char name[64];
	uint16_t link;
	uint32_t snaplen;
	uint64_t units;               /* of a time stamp in a second */
	int64_t offset;               /* seconds */
	uint64_t dropped, if_dropped; /* of its last statistics block */
	bool filtered;                /* captured through a filter that left out what matters */
};

struct hello_reader {
	struct hello_bytes bytes;
	bool ng, swapped, any_section;
	uint32_t record;   /* pcap: bytes of a record header */
	uint32_t fraction; /* pcap: nanoseconds in a unit of the fraction */
	uint64_t frame;
	struct AMT_VEC(struct hello_iface) ifaces; /* of the section */
	uint32_t first_iface;                      /* pcapng: of the section, in all */
	uint64_t lost_dropped, lost_if;            /* of earlier sections */
	uint64_t timeless;                         /* packets without a time stamp */
	uint64_t met, missed; /* pieces skimmed ahead from the right place, from a wrong one */
	struct amt_error err; /* why it ended early */
	bool damaged;
};
/* Says what the file is when it is no capture. */
bool hello_reader_open(struct hello_reader *r, const char *path, struct amt_error *err);
bool hello_reader_open_memory(struct hello_reader *r, const void *p, size_t n,
			      struct amt_error *err);
/* False at the end; r->damaged with r->err when it should not be the end yet. */
bool hello_reader_next(struct hello_reader *r, struct hello_packet *p);
void hello_reader_close(struct hello_reader *r);
bool hello_reader_damaged(struct hello_reader *r, const char *fmt, ...) AMT_PRINTF(2, 3);

/* pcapng.c */
bool hello_pcapng_next(struct hello_reader *r, struct hello_packet *p);

#endif
