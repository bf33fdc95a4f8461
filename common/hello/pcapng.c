/*
 * pcapng blocks (IETF draft-ietf-opsawg-pcapng): section header, interface
 * description, enhanced, simple and the old packet block, interface statistics.
 * Others are skipped. Sections may differ in byte order, interfaces in link type
 * and in the unit of their time stamps.
 */
#include "hello/packet.h"

#include <stdio.h>

#define BLOCK_IDB        1
#define BLOCK_PB         2 /* obsolete */
#define BLOCK_SPB        3
#define BLOCK_ISB        5
#define BLOCK_EPB        6
#define BLOCK_SHB        0x0a0d0d0au
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

#define BLOCK_MAX  (HELLO_SNAPLEN_MAX + 32 * 1024) /* of a block that we look into */
#define IFACES_MAX 1024

struct block {
	struct amt_rd rd; /* the body */
	bool swapped;
};

static uint16_t b16(struct block *b)
{
	return b->swapped ? amt_rd_be16(&b->rd) : amt_rd_le16(&b->rd);
}

static uint32_t b32(struct block *b)
{
	return b->swapped ? amt_rd_be32(&b->rd) : amt_rd_le32(&b->rd);
}

/* Swapped here means big-endian: cursors read by name, not by the machine's order. */
static bool big_endian(const struct hello_reader *r)
{
	return r->swapped;
}

static uint64_t power(uint64_t base, unsigned n)
{
	uint64_t v = 1;

	while (n-- && v < UINT64_MAX / base)
		v *= base;
	return v;
}

/* The next option: its code, with its value in *value; 0 at the end. */
static unsigned option(struct block *b, struct block *value)
{
	unsigned code = b16(b);
	unsigned length = b16(b);

	if (b->rd.short_ || code == 0)
		return 0;
	value->swapped = b->swapped;
	value->rd = amt_rd_sub(&b->rd, length);
	if (value->rd.short_)
		return 0;
	if (length % 4 && amt_rd_left(&b->rd)) {
		size_t pad = 4 - length % 4;
		amt_rd_skip(&b->rd, pad < amt_rd_left(&b->rd) ? pad : amt_rd_left(&b->rd));
	}
	return code;
}

static uint64_t b64(struct block *b)
{
	return b->swapped ? amt_rd_be64(&b->rd) : amt_rd_le64(&b->rd);
}

/*
 * if_filter as dumpcap writes it: a kind (0: text), then the filter. Who captures the port of
 * hellos only sees neither calls back nor DHCP and DNS.
 */
static bool leaves_out(struct amt_rd value)
{
	static const char *const ports[] = {"1699", "53", "67"};
	size_t n = amt_rd_left(&value);
	const char *text = (const char *)value.p + 1;

	for (size_t i = 0; n > 1 && i < sizeof(ports) / sizeof(ports[0]); i++)
		if (value.p[0] || !amt_memcasestr(text, n - 1, ports[i]))
			return true;
	return false;
}

static bool interface(struct hello_reader *r, struct block *b)
{
	struct hello_iface i = {.units = 1000000};
	struct block v;
	unsigned code;

	i.link = b16(b);
	(void)b16(b);
	i.snaplen = b32(b);
	if (b->rd.short_)
		return hello_reader_damaged(r, "an interface block is too short");
	if (r->ifaces.n - r->first_iface >= IFACES_MAX)
		return hello_reader_damaged(r, "more than %d interfaces in a section", IFACES_MAX);
	while ((code = option(b, &v))) {
		size_t n = amt_rd_left(&v.rd);

		if (code == 2) { /* if_name */
			snprintf(i.name, sizeof(i.name), "%.*s", (int)n, (const char *)v.rd.p);
		} else if (code == 9 && n >= 1) { /* if_tsresol */
			unsigned res = amt_rd_u8(&v.rd);
			i.units = res & 0x80 ? power(2, res & 0x7f) : power(10, res);
		} else if (code == 11) { /* if_filter */
			i.filtered = leaves_out(v.rd);
		} else if (code == 14 && n >= 8) { /* if_tsoffset */
			i.offset = (int64_t)b64(&v);
		}
	}
	if (i.units == 0)
		i.units = 1000000;
	amt_vec_push(&r->ifaces, i);
	return true;
}

static void statistics(struct hello_reader *r, struct block *b)
{
	uint32_t n = b32(b);
	struct block v;
	unsigned code;

	b32(b), b32(b);
	if (b->rd.short_ || n >= r->ifaces.n - r->first_iface)
		return;
	struct hello_iface *i = &r->ifaces.v[r->first_iface + n];
	while ((code = option(b, &v))) {
		if (code == 5 && amt_rd_left(&v.rd) >= 8) /* isb_ifdrop */
			i->if_dropped = b64(&v);
		else if (code == 7 && amt_rd_left(&v.rd) >= 8) /* isb_osdrop */
			i->dropped = b64(&v);
	}
}

/* Time stamps are one 64-bit count of the interface's own unit. */
static int64_t nanoseconds(const struct hello_iface *i, uint64_t stamp)
{
	uint64_t s = stamp / i->units;
	uint64_t rest = stamp % i->units;
	uint64_t ns = i->units <= 1000000000 ? rest * 1000000000 / i->units
					     : (uint64_t)((double)rest * 1e9 / (double)i->units);

	if (s > 9000000000u) /* beyond what 64 bits of nanoseconds hold */
		s = 0;
	int64_t off = i->offset > -9000000000 && i->offset < 9000000000 ? i->offset : 0;
	int64_t total = (int64_t)s + off;
	if (total > 9000000000 || total < -9000000000)
		total = 0;
	return total * 1000000000 + (int64_t)ns;
}

static bool packet(struct hello_reader *r, struct block *b, uint32_t type, struct hello_packet *p)
{
	uint64_t stamp = 0;
	uint32_t n = 0;

	if (type == BLOCK_EPB) {
		n = b32(b);
	} else if (type == BLOCK_PB) {
		n = b16(b);
		(void)b16(b);
	}
	if (type != BLOCK_SPB) {
		stamp = (uint64_t)b32(b) << 32;
		stamp |= b32(b);
		p->caplen = b32(b);
	}
	p->len = b32(b);
	if (b->rd.short_ || n >= r->ifaces.n - r->first_iface)
		return hello_reader_damaged(
			r, b->rd.short_ ? "a packet block is too short"
					: "a packet of an interface that was not described");
	const struct hello_iface *i = &r->ifaces.v[r->first_iface + n];
	if (type == BLOCK_SPB) {
		p->caplen = p->len;
		if (i->snaplen && p->caplen > i->snaplen)
			p->caplen = i->snaplen;
	}
	if (p->caplen > amt_rd_left(&b->rd))
		return hello_reader_damaged(r, "a packet of %u bytes in a block that holds %zu",
					    p->caplen, amt_rd_left(&b->rd));
	if (p->len < p->caplen)
		p->len = p->caplen;
	p->data = b->rd.p;
	p->ns = nanoseconds(i, stamp);
	p->iface = r->first_iface + n;
	p->link = i->link;
	p->frame = ++r->frame;
	p->timeless = type == BLOCK_SPB;
	r->timeless += p->timeless;
	return true;
}

/* A new section: its byte order, and interfaces counted from 0 again. */
static bool section(struct hello_reader *r)
{
	const uint8_t *p = hello_bytes_need(&r->bytes, 12);

	if (!p)
		return hello_reader_damaged(r, "the file is cut off in a section header");
	struct amt_rd rd = amt_rd_init(p + 8, 4);
	uint32_t magic = amt_rd_le32(&rd);
	if (magic != BYTE_ORDER_MAGIC && __builtin_bswap32(magic) != BYTE_ORDER_MAGIC)
		return hello_reader_damaged(r, "a section header without its byte-order mark");
	r->swapped = magic != BYTE_ORDER_MAGIC;
	r->first_iface = (uint32_t)r->ifaces.n;
	r->any_section = true;
	if (r->ifaces.n > (size_t)64 * IFACES_MAX)
		return hello_reader_damaged(r, "too many interfaces in all");
	return true;
}

bool hello_pcapng_next(struct hello_reader *r, struct hello_packet *p)
{
	for (;;) {
		const uint8_t *h = hello_bytes_need(&r->bytes, 8);

		if (!h) {
			if (hello_bytes_left(&r->bytes) || r->bytes.failed)
				return hello_reader_damaged(
					r, "the file is cut off in a block header");
			return false;
		}
		struct amt_rd head = amt_rd_init(h, 8);
		uint32_t type = amt_rd_le32(&head);
		if (type == BLOCK_SHB) {
			if (!section(r))
				return false;
			h = r->bytes.buf + r->bytes.start;
			head = amt_rd_init(h + 4, 4);
		} else if (big_endian(r)) {
			type = __builtin_bswap32(type);
		}
		uint32_t length = big_endian(r) ? amt_rd_be32(&head) : amt_rd_le32(&head);
		if (length < 12)
			return hello_reader_damaged(r, "a block of %u bytes cannot be", length);
		bool packets = type == BLOCK_EPB || type == BLOCK_SPB || type == BLOCK_PB;
		if (!packets && type != BLOCK_IDB && type != BLOCK_ISB) {
			if (!hello_bytes_skip(&r->bytes, ((uint64_t)length + 3) & ~(uint64_t)3))
				return hello_reader_damaged(
					r, "the file is cut off in a block of %u bytes", length);
			continue;
		}
		if (length > BLOCK_MAX)
			return hello_reader_damaged(r, "a packet block of %u bytes cannot be",
						    length);
		size_t whole = ((size_t)length + 3) & ~(size_t)3;
		h = hello_bytes_need(&r->bytes, whole);
		if (!h)
			return hello_reader_damaged(r, "the file is cut off in a block of %u bytes",
						    length);
		struct block b = {amt_rd_init(h + 8, length - 12), big_endian(r)};
		bool ok = true;
		if (packets)
			ok = packet(r, &b, type, p);
		else if (type == BLOCK_IDB)
			ok = interface(r, &b);
		else
			statistics(r, &b);
		hello_bytes_take(&r->bytes, whole);
		if (!ok || packets)
			return ok;
	}
}
