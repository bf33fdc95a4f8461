/* The message itself: the vectors of hello.md 1.8 (made up) and what is wrong with lesser ones. */
#include "amtdiag/hello.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define UUID_WIRE "78563412bc9af0de1122334455667788"
#define UUID_TEXT "12345678-9abc-def0-1122-334455667788"

static const char v2[] = "0000020000000000" UUID_WIRE "4142434431323334";
static const char v3_two[] =
	"0100030004000000" UUID_WIRE "0201142796bae63f1801e277261ba0d77770028f20eee4"
	"0114d1eb23a46d17d68fd92564c2f1f1601764d8e349";
static const char v3_mixed[] =
	"0000030000000000" UUID_WIRE "0201142796bae63f1801e277261ba0d77770028f20eee4"
	"0220c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4";

struct run {
	uint8_t bytes[70000];
	size_t n, used;
	struct amt_arena arena;
	struct hello_message m;
};

static struct run *decode_bytes(struct run *r, bool more)
{
	r->used = hello_decode(r->bytes, r->n, more, &r->arena, &r->m);
	return r;
}

static struct run *decode(const char *hex, bool more)
{
	struct run *r = amt_calloc(1, sizeof(*r));

	r->n = (size_t)amt_hex_decode(hex, r->bytes, sizeof(r->bytes));
	return decode_bytes(r, more);
}

static void done(struct run *r)
{
	hello_message_free(&r->m);
	amt_arena_free(&r->arena);
	free(r);
}

static void psk_is_exact(void **state)
{
	char uuid[37];
	struct run *r = decode(v2, false);

	(void)state;
	assert_int_equal(r->used, 32);
	assert_int_equal(r->m.verdict, HELLO_EXACT);
	assert_int_equal(r->m.mode, HELLO_MODE_PSK);
	assert_int_equal(r->m.credentials, 0);
	assert_int_equal(r->m.retry, 0);
	assert_string_equal(r->m.pid, "ABCD1234");
	assert_string_equal(hello_uuid_text(r->m.uuid, false, uuid), UUID_TEXT);
	assert_string_equal(hello_uuid_text(r->m.uuid, true, uuid),
			    "78563412-bc9a-f0de-1122-334455667788");
	assert_null(r->m.note);
	done(r);
}

static void pki_is_exact(void **state)
{
	struct run *r = decode(v3_two, false);
	uint8_t want[20];

	(void)state;
	assert_int_equal(r->used, 69);
	assert_int_equal(r->m.verdict, HELLO_EXACT);
	assert_int_equal(r->m.mode, HELLO_MODE_PKI);
	assert_int_equal(r->m.credentials, 1);
	assert_int_equal(r->m.retry, 4);
	assert_int_equal(r->m.declared_hashes, 2);
	assert_int_equal(r->m.hashes.n, 2);
	assert_string_equal(r->m.hashes.v[0].algorithm, "SHA-1");
	amt_hex_decode("d1eb23a46d17d68fd92564c2f1f1601764d8e349", want, 20);
	assert_memory_equal(r->m.hashes.v[1].bytes, want, 20);
	assert_int_equal(r->m.expected, 69);
	done(r);
}

static void algorithms_go_by_length(void **state)
{
	struct run *r = decode(v3_mixed, false);

	(void)state;
	assert_int_equal(r->used, 81);
	assert_string_equal(r->m.hashes.v[0].algorithm, "SHA-1");
	assert_string_equal(r->m.hashes.v[1].algorithm, "SHA-256");
	done(r);
	/* Type says SHA-1, length says SHA-256: a note, the length wins, nothing is lost. */
	r = decode("0000030000000000" UUID_WIRE
		   "010120c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4",
		   false);
	assert_int_equal(r->m.verdict, HELLO_EXACT);
	assert_string_equal(r->m.hashes.v[0].algorithm, "SHA-256");
	assert_string_equal(r->m.note, "hash 1: type 1 but 32 bytes (named by its length)");
	done(r);
	/* Type 3 is 48 bytes in some sources and 64 in others: neither is odd. */
	r = decode("0000030000000000" UUID_WIRE "00", false);
	r->bytes[24] = 2;
	r->bytes[25] = 3, r->bytes[26] = 48, memset(r->bytes + 27, 1, 48);
	r->bytes[75] = 3, r->bytes[76] = 64, memset(r->bytes + 77, 2, 64);
	r->n = 141;
	decode_bytes(r, false);
	assert_int_equal(r->m.verdict, HELLO_EXACT);
	assert_null(r->m.note);
	assert_string_equal(r->m.hashes.v[0].algorithm, "SHA-384");
	assert_string_equal(r->m.hashes.v[1].algorithm, "SHA-512");
	done(r);
}

/* hello.md 1.3: the sizes that the handbook gives. */
static void sizes_of_the_handbook(void **state)
{
	static const struct {
		uint8_t n, type, length;
		size_t total;
	} rows[] = {{3, 1, 20, 91},       {5, 1, 20, 135},   {10, 1, 20, 245},  {23, 2, 32, 807},
		    {24, 2, 32, 841},     {33, 2, 32, 1147}, {33, 3, 48, 1675}, {33, 3, 64, 2203},
		    {255, 3, 255, 65560}, {0, 0, 0, 25}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run *r = decode("0000030000000000" UUID_WIRE, true);

		r->bytes[24] = rows[i].n;
		r->n = 25;
		for (unsigned k = 0; k < rows[i].n; k++) {
			r->bytes[r->n] = rows[i].type;
			r->bytes[r->n + 1] = rows[i].length;
			r->n += 2u + rows[i].length;
		}
		decode_bytes(r, true);
		assert_int_equal(r->used, rows[i].total);
		assert_int_equal(r->m.length, rows[i].total);
		assert_int_equal(r->m.hashes.n, rows[i].n);
		/* Cut at any byte it is waited for, then called truncated: never exact. */
		size_t whole = r->n;
		for (size_t cut = 24; cut < whole; cut += cut < 2300 ? 1 : 997) {
			hello_message_free(&r->m);
			r->n = cut;
			assert_int_equal(decode_bytes(r, true)->used, 0);
			assert_int_equal(decode_bytes(r, false)->used, cut);
			assert_int_equal(r->m.verdict, HELLO_PLAUSIBLE);
			assert_non_null(r->m.note);
			assert_true(r->m.hashes.n < r->m.declared_hashes || cut == 24);
		}
		done(r);
	}
}

/* The defects of the best-known server (hello.md 5.1): a cut list is not a list. */
static void truncation_is_told(void **state)
{
	struct run *r = decode(v3_two, false);

	(void)state;
	hello_message_free(&r->m);
	r->n = 68;
	decode_bytes(r, false);
	assert_int_equal(r->m.verdict, HELLO_PLAUSIBLE);
	assert_int_equal(r->m.hashes.n, 1);
	assert_string_equal(r->m.note, "truncated at byte 68 of 69: 1 of 2 hashes are whole");
	hello_message_free(&r->m);
	r->n = 25;
	decode_bytes(r, false);
	assert_int_equal(r->m.hashes.n, 0);
	assert_string_equal(r->m.note, "truncated at byte 25 of about 69: 0 of 2 hashes are whole");
	done(r);
	r = decode("0000020000000000" UUID_WIRE "414243", false);
	assert_string_equal(r->m.note, "truncated at byte 27 of 32");
	assert_string_equal(r->m.pid, "");
	done(r);
}

static void others_are_dumped(void **state)
{
	struct run *r = decode("0000010002000000" UUID_WIRE "cafe", false);

	(void)state;
	assert_int_equal(r->used, 26);
	assert_int_equal(r->m.verdict, HELLO_PLAUSIBLE);
	assert_int_equal(r->m.mode, HELLO_MODE_UNKNOWN);
	assert_int_equal(r->m.body_length, 2);
	assert_memory_equal(r->m.body, "\xca\xfe", 2);
	assert_string_equal(r->m.note, "legacy hello, body layout unknown");
	done(r);
	r = decode("0000050000000000" UUID_WIRE "00", false);
	assert_string_equal(r->m.note, "interface version 5 is not known, body layout unknown");
	done(r);
}

static void what_is_no_hello(void **state)
{
	static const char *const no[] = {
		"",
		"00",
		"00000300000000007856341200000000000000000000",
		"0200030000000000" UUID_WIRE "00",                    /* credentials 2 */
		"0000030000010000" UUID_WIRE "00",                    /* retry 256 */
		"474554202f20485454502f312e310d0a486f73743a20610d0a", /* GET / HTTP/1.1 */
		"16030100a5010000a10303000000000000000000000000000000000000",
		NULL};

	(void)state;
	for (size_t i = 0; no[i]; i++) {
		struct run *r = decode(no[i], false);

		assert_int_equal(r->used, 0);
		assert_int_equal(r->m.verdict, HELLO_NO);
		assert_false(hello_looks_like(r->bytes, r->n));
		done(r);
	}
}

static void oddities_are_noted(void **state)
{
	struct run *r = decode("000002000f000000" UUID_WIRE "4142434431323334", false);

	(void)state;
	assert_int_equal(r->m.verdict, HELLO_EXACT);
	assert_string_equal(r->m.note, "retry count 15 is above the documented 0-14");
	done(r);
	r = decode("0000020000000000ffffffffffffffffffffffffffffffff4142434431323334", false);
	assert_int_equal(r->m.verdict, HELLO_PLAUSIBLE);
	assert_string_equal(r->m.note, "the UUID is blank (ff repeated)");
	assert_false(hello_looks_like(r->bytes, r->n));
	done(r);
	r = decode("0000020000000000" UUID_WIRE "414243442d323334", false);
	assert_int_equal(r->m.verdict, HELLO_PLAUSIBLE);
	assert_string_equal(r->m.pid, "ABCD-234");
	done(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(psk_is_exact),
		cmocka_unit_test(pki_is_exact),
		cmocka_unit_test(algorithms_go_by_length),
		cmocka_unit_test(sizes_of_the_handbook),
		cmocka_unit_test(truncation_is_told),
		cmocka_unit_test(others_are_dumped),
		cmocka_unit_test(what_is_no_hello),
		cmocka_unit_test(oddities_are_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
