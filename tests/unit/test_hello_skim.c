/*
 * The quick way through a capture and the whole one say the same: packets of the sample captures,
 * whole, cut and with bytes changed, as pcap of either byte order.
 */
#include "hello/relate.h"
#include "hello/skim.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

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

static void make_file(struct amt_buf *b, unsigned round)
{
	bool swapped = round & 1, nano = round & 2;

	amt_buf_clear(b);
	add32(b, nano ? 0xa1b23c4d : 0xa1b2c3d4, swapped);
	add32(b, 0x00040002, swapped);
	add32(b, 0, swapped);
	add32(b, 0, swapped);
	add32(b, 262144, swapped);
	add32(b, 1, swapped);
	for (size_t i = 0; i < packets.n; i++)
		for (unsigned n = 1 + any(2); n > 0; n--)
			add_packet(b, &packets.v[any(5) == 0 ? any((uint32_t)packets.n) : i], nano,
				   swapped);
	b->len -= round % 3 == 0 ? any(200) : 0;
}

static void note(void *sum, uint32_t capture, const struct hello_packet *p)
{
	uint64_t *s = sum;

	*s = *s * 31 + p->frame * 7 + p->caplen + p->len * 3 + capture + (uint64_t)p->ns;
}

static char *facts_of(const struct amt_buf *b, bool quick, uint64_t most, uint64_t *sum)
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
	assert_true(hello_reader_open_memory(&r, b->data, b->len, NULL));
	hello_engine_capture(e, "made", "pcap");
	for (;;) {
		if (quick)
			hello_skim(e, &r);
		if (hello_engine_full(e) || !hello_reader_next(&r, &p))
			break;
		hello_engine_packet(e, &p);
	}
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

static void both_ways_say_the_same(void **unused)
{
	struct amt_buf b;

	(void)unused;
	amt_buf_init(&b, 64 * AMT_MIB);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t one, other, most = round % 4 == 3 ? 20 : 0;

		make_file(&b, round);
		char *slow = facts_of(&b, false, most, &one);
		char *quick = facts_of(&b, true, most, &other);
		assert_string_equal(quick, slow);
		assert_int_equal(one, other);
		free(slow);
		free(quick);
	}
	amt_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_say_the_same),
	};

	return cmocka_run_group_tests(tests, read_samples, free_samples);
}
