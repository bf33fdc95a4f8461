/*
 * The ways through a capture say the same: whole, quick, and in pieces that threads skim ahead.
 * Packets of the sample captures, whole, cut and with bytes changed, as pcap of either byte order,
 * damaged, and with records that hide other records in them.
 */
#include "hello/ahead.h"
#include "hello/relate.h"
#include "hello/skim.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define ROUNDS 60

struct kept {
	uint8_t *bytes;
	uint32_t caplen, len;
	int64_t ns;
};
static struct AMT_VEC(struct kept) packets;
static uint64_t state = 88172645463325252u;

static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16) % below;
}

static void keep_packets(const char *path)
{
	struct hello_reader r;
	struct hello_packet p;

	if (!hello_reader_open(&r, path, NULL))
		return;
	while (hello_reader_next(&r, &p)) {
		if (p.link != LINK_ETHERNET)
			continue;
		struct kept *k = amt_vec_add(&packets);
		*k = (struct kept){amt_malloc(p.caplen + 1), p.caplen, p.len, p.ns};
		memcpy(k->bytes, p.data, p.caplen);
	}
	hello_reader_close(&r);
}

static int read_samples(void **unused)
{
	DIR *d = opendir("captures/hello");

	(void)unused;
	for (struct dirent *e; d && (e = readdir(d));) {
		char path[600];

		snprintf(path, sizeof(path), "captures/hello/%s", e->d_name);
		if (strstr(e->d_name, ".pcap"))
			keep_packets(path);
	}
	if (d)
		closedir(d);
	return packets.n > 100 ? 0 : -1;
}

static int free_samples(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < packets.n; i++)
		free(packets.v[i].bytes);
	amt_vec_free(&packets);
	return 0;
}

static void add32(struct amt_buf *b, uint32_t v, bool swapped)
{
	v = swapped ? __builtin_bswap32(v) : v;
	amt_buf_add(b, &v, sizeof(v));
}

/* One packet, mostly as it is; else with a byte of its headers changed, or cut. */
static void add_packet(struct amt_buf *b, const struct kept *k, bool nano, bool swapped)
{
	uint32_t caplen = any(8) == 0 ? any(k->caplen + 1) : k->caplen;
	int64_t ns = any(50) == 0 ? k->ns - 1000000000 : k->ns;

	add32(b, (uint32_t)(ns / 1000000000), swapped);
	add32(b, (uint32_t)(ns % 1000000000 / (nano ? 1 : 1000)), swapped);
	add32(b, caplen, swapped);
	add32(b, any(40) == 0 ? any(2000) : k->len, swapped);
	size_t at = b->len;
	amt_buf_add(b, k->bytes, caplen);
	if (any(4) || !caplen)
		return;
	/* often where the quick way looks: type, header length, fragment, protocol, ports, offset
	 */
	static const uint8_t looked_at[] = {12, 13, 14, 14, 20, 21, 23, 34, 35, 36, 37, 46};
	uint32_t where = any(2) ? looked_at[any(sizeof(looked_at))] : any(80);
	if (where < caplen)
		b->data[at + where] = (char)(where == 14 ? 0x40 + any(16) : any(256));
}

/* A packet that holds what looks like records, to lead astray who begins in the middle. */
static void add_decoy(struct amt_buf *b, bool swapped)
{
	uint32_t inner = 20 + any(60), n = 9 + any(30), tail = any(7);

	add32(b, 1226000000, swapped);
	add32(b, 0, swapped);
	add32(b, n * (16 + inner) + tail, swapped);
	add32(b, n * (16 + inner) + tail, swapped);
	for (uint32_t i = 0; i < n; i++) {
		add32(b, 1226000000 + i, swapped);
		add32(b, 5, swapped);
		add32(b, inner, swapped);
		add32(b, inner, swapped);
		for (uint32_t k = 0; k < inner; k++)
			amt_buf_byte(b, (char)any(256));
	}
	for (uint32_t k = 0; k < tail; k++)
		amt_buf_byte(b, (char)any(256));
}

/* Longer than any piece; or longer than any record may be. */
static void add_long(struct amt_buf *b, bool swapped, uint32_t n)
{
	for (unsigned i = 0; i < 4; i++)
		add32(b, i < 2 ? 1226000000 * (1 - i) : n, swapped);
	for (uint32_t k = 0; k < n && k < 70000; k++)
		amt_buf_byte(b, (char)(k * 7));
}

static void make_header(struct amt_buf *b, bool swapped, bool nano)
{
	amt_buf_clear(b);
	add32(b, nano ? 0xa1b23c4d : 0xa1b2c3d4, swapped);
	add32(b, 0x00040002, swapped);
	add32(b, 0, swapped);
	add32(b, 0, swapped);
	add32(b, 262144, swapped);
	add32(b, 1, swapped);
}

static void make_file(struct amt_buf *b, unsigned round)
{
	bool swapped = round & 1, nano = round & 2;

	make_header(b, swapped, nano);
	for (size_t i = 0; i < packets.n; i++) {
		for (unsigned n = 1 + any(2); n > 0; n--)
			add_packet(b, &packets.v[any(5) == 0 ? any((uint32_t)packets.n) : i], nano,
				   swapped);
		if (any(60) == 0)
			add_decoy(b, swapped);
		if (any(400) == 0)
			add_long(b, swapped, 1 + any(70000));
	}
	if (round % 5 == 4) /* the rest is not reached */
		add_long(b, swapped, HELLO_SNAPLEN_MAX + 1 + any(100000));
	b->len -= round % 3 == 0 ? any(200) : 0;
}

static void note(void *sum, uint32_t capture, const struct hello_packet *p)
{
	uint64_t *s = sum;

	*s = *s * 31 + p->frame * 7 + p->caplen + p->len * 3 + capture + (uint64_t)p->ns;
}

enum way { WHOLE, QUICK, AHEAD };
static uint64_t met, missed;

static void open_reader(struct hello_reader *r, const struct amt_buf *b, enum way way)
{
	static char path[40]; /* the reader keeps it for its messages */

	if (way != AHEAD) {
		assert_true(hello_reader_open_memory(r, b->data, b->len, NULL));
		return;
	}
	amt_str_copy(path, sizeof(path), "/tmp/test_hello_skim.XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, b->data, b->len) == (ssize_t)b->len);
	close(fd);
	assert_true(hello_reader_open(r, path, NULL));
	unlink(path);
	/* What the reader has in its buffer already is not read ahead. */
	assert_true(lseek(r->bytes.fd, (off_t)(24 + 16 + any(4000)), SEEK_SET) > 0);
	r->bytes.end = (size_t)lseek(r->bytes.fd, 0, SEEK_CUR);
	r->bytes.eof = false;
}

static char *facts_of(const struct amt_buf *b, enum way way, uint64_t most, uint64_t *sum)
{
	struct hello_engine *e = amt_malloc(sizeof(*e));
	struct hello_options opt = {
		.relevant = note, .relevant_arg = sum, .max_hellos = most, .max_flows = 300};
	struct hello_facts f = {0};
	struct hello_reader r;
	struct hello_packet p;

	*sum = 0;
	hello_engine_init(e, &f, &opt);
	e->seed = 1; /* else each run keeps other clients */
	open_reader(&r, b, way);
	hello_engine_capture(e, "made", "pcap");
	if (way == AHEAD)
		assert_int_equal(most == 0,
				 hello_ahead_start(&r, e,
						   &(struct hello_ahead_options){
							   .piece = 1000 + any(1 + any(60000)),
							   .threads = 2 + any(3),
							   .always = true}));
	for (;;) {
		if (way != WHOLE)
			hello_skim(e, &r);
		if (hello_engine_full(e) || !hello_reader_next(&r, &p))
			break;
		hello_engine_packet(e, &p);
	}
	if (most == 0)
		f.captures.v[0].damaged = r.damaged;
	met += r.met;
	missed += r.missed;
	hello_reader_close(&r);
	hello_engine_free(e);
	free(e);
	hello_relate(&f, false);
	json_t *j = hello_to_json(&f, false);
	char *text = json_dumps(j, JSON_INDENT(1) | JSON_SORT_KEYS);
	json_decref(j);
	hello_facts_free(&f);
	return text;
}

static void all_ways_say_the_same(void **unused)
{
	struct amt_buf b;

	(void)unused;
	amt_buf_init(&b, 64 * AMT_MIB);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t one, other, third, most = round % 4 == 3 ? 20 : 0;

		make_file(&b, round);
		char *slow = facts_of(&b, WHOLE, most, &one);
		char *quick = facts_of(&b, QUICK, most, &other);
		char *ahead = facts_of(&b, AHEAD, most, &third);
		assert_string_equal(quick, slow);
		assert_string_equal(ahead, slow);
		assert_int_equal(one, other);
		assert_int_equal(one, third);
		free(slow);
		free(quick);
		free(ahead);
	}
	/* Both happened, else nothing was compared. */
	print_message("%llu pieces skimmed ahead, %llu from a wrong place\n",
		      (unsigned long long)met, (unsigned long long)missed);
	assert_true(met > ROUNDS && missed > 10);
	amt_buf_free(&b);
}

/* TCP from 10.0.0.1 to 10.0.0.2, one segment. */
static void add_segment(struct amt_buf *b, uint16_t from, uint16_t to, uint32_t seq,
			const uint8_t *p, uint32_t n)
{
	uint8_t h[54] = {0, 2, 2, 2, 2, 2, 0, 3, 3, 3, 3, 3, 8, 0, 0x45};

	for (unsigned i = 0; i < 4; i++)
		add32(b, i == 0 ? 1226000000 : i == 1 ? 0 : 54 + n, false);
	h[17] = (uint8_t)(40 + n);
	h[22] = 64, h[23] = PROTO_TCP;
	h[26] = h[30] = 10, h[29] = 1, h[33] = 2;
	h[34] = (uint8_t)(from >> 8), h[35] = (uint8_t)from;
	h[36] = (uint8_t)(to >> 8), h[37] = (uint8_t)to;
	h[41] = (uint8_t)seq;
	h[46] = 5 << 4, h[47] = TCP_ACK;
	amt_buf_add(b, h, sizeof(h));
	amt_buf_add(b, p, n);
}

/* A port turns out to matter when pieces behind were looked at already. */
static void a_port_that_is_found_late(void **unused)
{
	static const uint8_t zero[100];
	/* as in the handbook, 1.8 */
	static const uint8_t hello[32] = {0,    0,    2,    0,    0,    0,    0,    0,
					  0x78, 0x56, 0x34, 0x12, 0xbc, 0x9a, 0xf0, 0xde,
					  0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
					  'A',  'B',  'C',  'D',  '1',  '2',  '3',  '4'};
	struct amt_buf b;

	(void)unused;
	amt_buf_init(&b, AMT_MIB);
	make_header(&b, false, false);
	for (unsigned i = 0; i < 4000; i++) {
		if (i == 1000)
			add_segment(&b, 4000, 5000, 1, hello, 28);
		if (i == 1300 || i == 2000)
			add_segment(&b, 4000, 5000, 29, hello + 28, 4);
		add_segment(&b, 443, 4001, i, zero, i % 100);
	}
	for (unsigned i = 0; i < 20; i++) {
		uint64_t one, other;
		char *slow = facts_of(&b, WHOLE, 0, &one), *ahead = facts_of(&b, AHEAD, 0, &other);

		assert_non_null(strstr(slow, "ABCD1234"));
		assert_string_equal(ahead, slow);
		assert_int_equal(one, other);
		free(slow);
		free(ahead);
	}
	amt_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_that_is_found_late),
		cmocka_unit_test(all_ways_say_the_same),
	};

	return cmocka_run_group_tests(tests, read_samples, free_samples);
}
