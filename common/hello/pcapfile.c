/*
 * Reads pcap (both byte orders, micro- and nanoseconds, the form with longer
 * record headers) and hands pcapng to pcapng.c. One pass, one buffer; measured
 * against libpcap's own loop in tests/bench/hellocap.sh. libpcap refuses files whose
 * interfaces differ in link type; here each packet carries its own.
 */
#include "hello/packet.h"

#include <stdio.h>

#define MAGIC_USEC     0xa1b2c3d4u
#define MAGIC_NSEC     0xa1b23c4du
#define MAGIC_MODIFIED 0xa1b2cd34u /* record headers of 24 bytes */
#define MAGIC_NG       0x0a0d0d0au /* the same in both orders */

const char *hello_link_name(unsigned link)
{
	switch (link) {
	case LINK_NULL:
		return "null";
	case LINK_ETHERNET:
		return "Ethernet";
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
		return "raw IP";
	case LINK_LOOP:
		return "loop";
	case LINK_SLL:
		return "Linux cooked";
	case LINK_SLL2:
		return "Linux cooked v2";
	case LINK_IPV4:
		return "raw IPv4";
	case LINK_IPV6:
		return "raw IPv6";
	case 105:
		return "802.11";
	case 127:
		return "802.11 with radiotap";
	case 9:
		return "PPP";
	default:
		return NULL;
	}
}

bool hello_reader_damaged(struct hello_reader *r, const char *fmt, ...)
{
	va_list ap;

	if (r->bytes.failed) {
		r->err = r->bytes.err;
	} else {
		char what[300];

		va_start(ap, fmt);
		vsnprintf(what, sizeof(what), fmt, ap);
		va_end(ap);
		amt_fail(&r->err, "%s: byte %llu, after frame %llu: %s", r->bytes.path,
			 (unsigned long long)r->bytes.offset, (unsigned long long)r->frame, what);
	}
	r->damaged = true;
	return false;
}

static uint32_t get32(const struct hello_reader *r, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return r->swapped ? __builtin_bswap32(v) : v;
}

#define EDITCAP "convert it with Wireshark's editcap: editcap -F pcapng FILE OUT.pcapng"
#define UNPACK  "unpack it first, or pack it with gzip or zstd"

/* What field engineers have instead, by its first bytes: four, or three. */
static const struct {
	const char *magic, *what, *then;
} others[] = {
	{"GMBU", "a capture of Microsoft Network Monitor 2 or 3", EDITCAP},
	{"RTSS", "a capture of Microsoft Network Monitor 1", EDITCAP},
	{"snoo", "a capture of snoop", EDITCAP},
	{"XCP", "a capture of NetXRay or Windows Sniffer", EDITCAP},
	{"TRSN", "a capture of Sniffer", EDITCAP},
	{"PK\3\4", "a ZIP archive", UNPACK},
	{"BZh", "packed with bzip2", UNPACK},
	{"\xfd"
	 "7zX",
	 "packed with xz", UNPACK},
	{"7z\xbc\xaf", "a 7-Zip archive", UNPACK},
};

/* Traces of Windows begin with lengths, so it is their name that tells. */
static bool event_trace(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && !amt_strcasecmp(path + n - 4, ".etl");
}

static bool not_a_capture(const char *path, const uint8_t p[4], struct amt_error *err)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!memcmp(p, others[i].magic, strlen(others[i].magic)))
			return amt_fail(err, "%s: %s, which is not read here: %s", path,
					others[i].what, others[i].then);
	if (event_trace(path))
		return amt_fail(err,
				"%s: an event trace of Windows (netsh trace, pktmon), which is not "
				"read here: convert it with etl2pcapng, or with pktmon etl2pcap",
				path);
	return amt_fail(err,
			"%s: not a capture (it begins with %02x %02x %02x %02x; pcap, pcapng, and "
			"either in gzip or zstd are read; editcap -F pcapng converts others)",
			path, p[0], p[1], p[2], p[3]);
}

static bool open_pcap(struct hello_reader *r, struct amt_error *err)
{
	const uint8_t *p = hello_bytes_need(&r->bytes, 24);
	struct hello_iface *i;

	if (!p)
		return amt_fail(err, "%s: a pcap file cut off in its header", r->bytes.path);
	uint32_t magic = get32(r, p);
	r->fraction = magic == MAGIC_NSEC ? 1 : 1000;
	r->record = magic == MAGIC_MODIFIED ? 24 : 16;
	i = amt_vec_add(&r->ifaces);
	i->snaplen = get32(r, p + 16);
	/* The upper bits tell about frame check sequences, which nothing here looks at. */
	i->link = (uint16_t)(get32(r, p + 20) & 0xffff);
	hello_bytes_take(&r->bytes, 24);
	return true;
}

/* What kind of capture is it? */
static bool recognise(struct hello_reader *r, const char *path, struct amt_error *err)
{
	const uint8_t *p = hello_bytes_need(&r->bytes, 4);
	uint32_t magic = p ? get32(r, p) : 0;
	if (magic == MAGIC_NG) {
		r->ng = true;
		return true;
	}
	r->swapped = __builtin_bswap32(magic) == MAGIC_USEC ||
		     __builtin_bswap32(magic) == MAGIC_NSEC ||
		     __builtin_bswap32(magic) == MAGIC_MODIFIED;
	if (r->swapped || magic == MAGIC_USEC || magic == MAGIC_NSEC || magic == MAGIC_MODIFIED) {
		if (open_pcap(r, err))
			return true;
	} else if (r->bytes.failed) {
		if (err)
			*err = r->bytes.err;
	} else if (!p) {
		amt_fail(err, "%s: %s", path,
			 hello_bytes_left(&r->bytes) ? "too short for a capture" : "is empty");
	} else {
		not_a_capture(path, p, err);
	}
	hello_reader_close(r);
	return false;
}

bool hello_reader_open(struct hello_reader *r, const char *path, struct amt_error *err)
{
	*r = (struct hello_reader){0};
	if (hello_bytes_open(&r->bytes, path, err))
		return recognise(r, path, err);
	hello_reader_close(r);
	return false;
}

bool hello_reader_open_memory(struct hello_reader *r, const void *p, size_t n,
			      struct amt_error *err)
{
	*r = (struct hello_reader){0};
	hello_bytes_memory(&r->bytes, p, n);
	return recognise(r, "memory", err);
}

bool hello_reader_next(struct hello_reader *r, struct hello_packet *p)
{
	if (r->ng)
		return hello_pcapng_next(r, p);
	const uint8_t *h = hello_bytes_need(&r->bytes, r->record);
	if (!h) {
		if (hello_bytes_left(&r->bytes) || r->bytes.failed)
			return hello_reader_damaged(r, "the file is cut off in a record header");
		return false;
	}
	uint32_t caplen = get32(r, h + 8);
	p->ns = (int64_t)get32(r, h) * 1000000000 + (int64_t)get32(r, h + 4) * r->fraction;
	p->timeless = false;
	p->caplen = caplen;
	p->len = get32(r, h + 12);
	if (caplen > HELLO_SNAPLEN_MAX)
		return hello_reader_damaged(
			r, "a record of %u bytes cannot be: the file is damaged here", caplen);
	h = hello_bytes_need(&r->bytes, r->record + (size_t)caplen);
	if (!h)
		return hello_reader_damaged(r, "the file is cut off in a packet of %u bytes",
					    caplen);
	if (p->len < caplen) /* a lie that older writers tell of padded frames */
		p->len = caplen;
	/* The next header and what lies behind it: on their way while this one is looked at. */
	__builtin_prefetch(h + r->record + caplen);
	__builtin_prefetch(h + r->record + caplen + 64);
	p->data = h + r->record;
	p->frame = ++r->frame;
	p->iface = 0;
	p->link = r->ifaces.v[0].link;
	hello_bytes_take(&r->bytes, r->record + (size_t)caplen);
	return true;
}

void hello_reader_close(struct hello_reader *r)
{
	hello_bytes_close(&r->bytes);
	amt_vec_free(&r->ifaces);
}
