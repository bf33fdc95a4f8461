/*
 * Writes a big capture for benchmarks: 45 % tcp/443 (half bare ACKs, half 1,448 bytes),
 * 15 % tcp/445, 20 % udp/53, 5 % udp/67, 10 % tcp/80, 5 % tcp/16993, and a hello of 62 bytes to
 * tcp/9971 every 10,000th packet.
 *
 *	gen_pcap FILE PACKETS HOSTS [syn]     syn: half-open connections to 9971 only
 */
#include "amtdiag/core.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 88172645463325252u;

static uint32_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static void be16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void be32(uint8_t *p, uint32_t v)
{
	be16(p, v >> 16);
	be16(p + 2, v & 0xffff);
}

struct frame {
	uint8_t b[2048];
	unsigned n;
};

static void ether_ip(struct frame *f, unsigned protocol, uint32_t src, uint32_t dst, unsigned l4)
{
	memset(f->b, 0, 66);
	memcpy(f->b, "\x02\0\0\0\0\x01\x02\0", 8);
	be32(f->b + 8, src);
	be16(f->b + 12, 0x0800);
	f->b[14] = 0x45;
	be16(f->b + 16, 20 + l4);
	be16(f->b + 18, rnd() & 0xffff);
	f->b[22] = 64;
	f->b[23] = (uint8_t)protocol;
	be32(f->b + 26, src);
	be32(f->b + 30, dst);
	f->n = 34 + l4;
}

static void tcp(struct frame *f, uint32_t src, uint32_t dst, unsigned dport, unsigned flags,
		const void *data, unsigned n)
{
	ether_ip(f, 6, src, dst, 20 + n);
	be16(f->b + 34, 1024 + rnd() % 60000);
	be16(f->b + 36, dport);
	be32(f->b + 38, rnd());
	f->b[46] = 0x50;
	f->b[47] = (uint8_t)flags;
	be16(f->b + 48, 8192);
	if (data)
		memcpy(f->b + 54, data, n);
	else
		memset(f->b + 54, 0x17, n);
}

static void udp(struct frame *f, uint32_t src, uint32_t dst, unsigned sport, unsigned dport,
		const void *data, unsigned n)
{
	ether_ip(f, 17, src, dst, 8 + n);
	be16(f->b + 34, sport);
	be16(f->b + 36, dport);
	be16(f->b + 38, 8 + n);
	memcpy(f->b + 42, data, n);
}

static void dhcp(struct frame *f, uint32_t src)
{
	uint8_t d[300] = {1, 1, 6};

	be32(d + 4, rnd());
	memcpy(d + 28, "\x02\0", 2);
	be32(d + 30, src);
	be32(d + 236, 0x63825363);
	memcpy(d + 240, "\x35\x01\x03\x0c\x06pc0000\xff", 12);
	udp(f, 0, 0xffffffff, 68, 67, d, sizeof(d));
}

static void hello(struct frame *f, uint32_t src)
{
	uint8_t d[62] = {0, 0, 3};

	be32(d + 8, src);
	be32(d + 12, src * 2654435761u);
	d[24] = 1; /* one record of 35 bytes: 62 in all */
	d[25] = 9;
	d[26] = 35;
	tcp(f, src, 0x0a000005, 9971, 0x18, d, sizeof(d));
}

static void one(struct frame *f, uint64_t i, uint32_t hosts, bool syn)
{
	static const uint8_t dns[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\3www\7example\3com\0\0\1\0\1";
	uint32_t src = 0x0a000000 | (rnd() % hosts), dst = 0x0a000000 | (rnd() & 0xff);
	unsigned kind = rnd() % 100;

	if (syn)
		tcp(f, src, 0x0a000005, 9971, 2, NULL, 0);
	else if (i % 10000 == 9999)
		hello(f, src);
	else if (kind < 45)
		tcp(f, src, dst, 443, 0x10, NULL, i & 1 ? 0 : 1448);
	else if (kind < 60)
		tcp(f, src, dst, 445, 0x18, NULL, 200);
	else if (kind < 80)
		udp(f, src, dst, 1024 + rnd() % 60000, 53, dns, sizeof(dns) - 1);
	else if (kind < 85)
		dhcp(f, src);
	else if (kind < 95)
		tcp(f, src, dst, 80, 0x18, NULL, 400);
	else
		tcp(f, src, dst, 16993, i & 1 ? 0x10 : 0x18, NULL, i & 1 ? 0 : 300);
}

int main(int argc, char **argv)
{
	static const uint32_t file[] = {0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1};
	struct {
		uint32_t s, us, caplen, len;
	} head = {1232630400, 0, 0, 0};
	struct frame f = {.n = 0};
	uint64_t n, hosts;

	if (argc < 4 || !amt_num_u64(argv[2], 1, 1000000000, &n, NULL) ||
	    !amt_num_u64(argv[3], 1, 1 << 24, &hosts, NULL)) {
		fprintf(stderr, "usage: gen_pcap FILE PACKETS HOSTS [syn]\n");
		return 64;
	}
	FILE *out = fopen(argv[1], "wb");
	if (!out) {
		perror(argv[1]);
		return 74;
	}
	/* In large pieces, as a file lies in the page cache that was read from disk; written 4 KiB
	 * at a time it takes twice as long to read again. */
	setvbuf(out, NULL, _IOFBF, 4 << 20);
	fwrite(file, sizeof(file), 1, out);
	for (uint64_t i = 0; i < n; i++) {
		one(&f, i, (uint32_t)hosts, argc > 4);
		head.us += 20;
		if (head.us >= 1000000) {
			head.us -= 1000000;
			head.s++;
		}
		head.caplen = head.len = f.n;
		fwrite(&head, sizeof(head), 1, out);
		fwrite(f.b, f.n, 1, out);
	}
	return fclose(out) == 0 ? 0 : 74;
}
