/* core: memory, buffers, maps, cursors, numbers, time. */
#include "amtdiag/core.h"

#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void errors(void **state)
{
	struct amt_error err;

	(void)state;
	assert_false(amt_fail(&err, "reading %s", "a\nb"));
	assert_string_equal(err.text, "reading a b");
	assert_false(amt_fail_errno(&err, 2, "can't open x"));
	assert_string_equal(err.text, "can't open x: No such file or directory");
	assert_int_equal(err.code, 2);
	assert_false(amt_fail_prefix(&err, "file %d", 1));
	assert_string_equal(err.text, "file 1: can't open x: No such file or directory");
	assert_int_equal(err.code, 2);
	assert_false(amt_fail(NULL, "nobody listens"));
	char big[2000];
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	amt_fail(&err, "%s", big);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

/* Those that this process may run on, or one where all are busy. */
static void processors(void **state)
{
	cpu_set_t all, one;
	size_t first = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_true(amt_processors() == 1 || (int)amt_processors() == CPU_COUNT(&all));
	while (!CPU_ISSET(first, &all))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(amt_processors(), 1);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
}

static void arenas(void **state)
{
	struct amt_arena a = {0};
	char *small = amt_arena_strdup(&a, "small");
	char *large = amt_arena_alloc(&a, 3 * AMT_MIB);

	(void)state;
	large[3 * AMT_MIB - 1] = 'x';
	for (int i = 0; i < 10000; i++) {
		uint64_t *n = amt_arena_alloc(&a, 24);
		assert_int_equal((uintptr_t)n % _Alignof(max_align_t), 0);
		assert_int_equal(n[0] | n[1] | n[2], 0);
		n[0] = n[2] = UINT64_MAX;
	}
	assert_string_equal(small, "small");
	assert_string_equal(amt_arena_printf(&a, "%d-%s", 7, "seven"), "7-seven");
	assert_null(amt_arena_strdup(&a, NULL));
	amt_arena_reset(&a);
	char *again = amt_arena_alloc(&a, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(again[i], 0);
	amt_arena_free(&a);
	amt_arena_free(&a);
}

static void buffers(void **state)
{
	struct amt_buf b;

	(void)state;
	amt_buf_init(&b, 10);
	assert_string_equal(amt_buf_cstr(&b), "");
	assert_true(amt_buf_printf(&b, "%s", "12345"));
	assert_true(amt_buf_str(&b, "67890"));
	assert_false(b.over);
	assert_false(amt_buf_byte(&b, 'x'));
	assert_true(b.over);
	assert_false(amt_buf_str(&b, "")); /* sticky */
	assert_int_equal(b.len, 10);
	amt_buf_clear(&b);
	assert_true(amt_buf_str(&b, "abcdef"));
	amt_buf_consume(&b, 2);
	assert_string_equal(b.data, "cdef");
	amt_buf_consume(&b, 99);
	assert_int_equal(b.len, 0);
	amt_buf_free(&b);
}

static void json_strings(void **state)
{
	struct amt_buf b;

	(void)state;
	amt_buf_init(&b, 200);
	amt_buf_json(&b, "a\"b\\c\n\x01\x1b\x7f\xc3\xa9\xff", 12);
	assert_string_equal(b.data, "\"a\\\"b\\\\c\\n\\u0001\\u001b\\u007f\xc3\xa9\xef\xbf\xbd\"");
	/* What a terminal acts on, also beyond 16 bits, is escaped; the document is the same. */
	amt_buf_clear(&b);
	const char text[] = "[\"\x7f\xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81\xc3\xa9\"]";
	amt_buf_json_text(&b, text, sizeof(text) - 1);
	assert_string_equal(b.data, "[\"\\u007f\\u009b\\u202e\\udb40\\udc41\xc3\xa9\"]");
	amt_buf_free(&b);
}

/* Whatever its length, and wherever in it the byte stands that needs escaping. */
static void json_plain(void **state)
{
	static const char odd[] = "\"\\\x1f\x7f\x80\xff";
	struct amt_buf b;
	char s[70], want[80], o[70];

	(void)state;
	amt_buf_init(&b, 400);
	for (size_t n = 0; n < sizeof(s); n++) {
		for (size_t i = 0; i < n; i++)
			s[i] = (char)(' ' + i % 95);
		for (size_t i = 0; i < n; i++)
			s[i] = s[i] == '"' || s[i] == '\\' ? '~' : s[i];
		snprintf(want, sizeof(want), "\"%.*s\"", (int)n, s);
		amt_buf_clear(&b);
		assert_true(amt_buf_json(&b, s, n));
		assert_string_equal(b.data, want);
		assert_true(amt_json_plain(o, s, n, '\t'));
		assert_memory_equal(o, s, n);
		for (size_t at = 0; at < n; at++)
			for (size_t k = 0; k < sizeof(odd); k++) {
				char was = s[at];
				s[at] = odd[k];
				assert_false(amt_json_plain(o, s, n, '\t'));
				s[at] = 'x';
				assert_true(amt_json_plain(o, s, n, '\t'));
				assert_false(amt_json_plain(o, s, n, 'x'));
				s[at] = was;
			}
	}
	amt_buf_free(&b);
}

static void maps(void **state)
{
	struct amt_map m = {0};
	bool is_new;
	uint64_t sum = 0;

	(void)state;
	assert_null(amt_map_get_str(&m, "none"));
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t key = __builtin_bswap32(0x0a000000u + i);
		amt_map_put(&m, &key, 4, &is_new)->n = i;
		assert_true(is_new);
	}
	for (uint32_t i = 0; i < 20000; i += 2) {
		uint32_t key = __builtin_bswap32(0x0a000000u + i);
		assert_true(amt_map_remove(&m, &key, 4));
		assert_false(amt_map_remove(&m, &key, 4));
	}
	assert_int_equal(m.count, 10000);
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t key = __builtin_bswap32(0x0a000000u + i);
		union amt_map_value *v = amt_map_get(&m, &key, 4);
		assert_true(i % 2 ? v && v->n == i : !v);
	}
	for (size_t i = 0; i < m.n_entries; i++)
		if (!m.entries[i].gone)
			sum += m.entries[i].value.n;
	assert_int_equal(sum, 100000000);
	/* put and remove for ever must not grow the table */
	for (int i = 0; i < 100000; i++) {
		amt_map_put_str(&m, "same", NULL);
		amt_map_remove(&m, "same", 4);
	}
	assert_true(m.n_slots <= 65536);
	amt_map_put_str(&m, "", &is_new)->n = 5;
	assert_int_equal(amt_map_get_str(&m, "")->n, 5);
	amt_map_free(&m);
}

static void hash_mixes(void **state)
{
	uint64_t differ = 0;

	(void)state;
	for (uint32_t i = 0; i < 1024; i++)
		differ |= (uint64_t)1 << (amt_hash(&i, 4, 1) & 63);
	assert_true(differ == UINT64_MAX);
	assert_true(amt_hash("a", 1, 1) != amt_hash("a\0", 2, 1));
}

static void cursors(void **state)
{
	const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	struct amt_rd r = amt_rd_init(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(amt_rd_u8(&r), 1);
	assert_int_equal(amt_rd_be16(&r), 0x0203);
	assert_int_equal(amt_rd_le32(&r), 0x07060504);
	assert_int_equal(amt_rd_at(&r), 7);
	struct amt_rd sub = amt_rd_sub(&r, 1);
	assert_int_equal(amt_rd_u8(&sub), 8);
	assert_false(sub.short_);
	assert_int_equal(amt_rd_u8(&sub), 0);
	assert_true(sub.short_);
	assert_false(r.short_);
	assert_int_equal(amt_rd_be16(&r), 0);
	assert_true(r.short_);
	assert_int_equal(amt_rd_left(&r), 0);
	assert_null(amt_rd_bytes(&r, SIZE_MAX));
	struct amt_rd empty = amt_rd_init(NULL, 0);
	assert_int_equal(amt_rd_le64(&empty), 0);
	assert_true(empty.short_);
}

static void numbers(void **state)
{
	uint64_t u = 42;
	int64_t i = 42;
	double d;

	(void)state;
	assert_true(amt_num_u64("18446744073709551615", 0, UINT64_MAX, &u, NULL));
	assert_int_equal(u, UINT64_MAX);
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "0x1", "1e3", "18446744073709551616", "1.0"};
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
		assert_false(amt_num_u64(bad[k], 0, UINT64_MAX, &u, NULL));
	assert_int_equal(u, UINT64_MAX); /* untouched on error */
	assert_false(amt_num_u64("11", 0, 10, &u, NULL));
	assert_true(amt_num_i64("-5", -10, 10, &i, NULL));
	assert_int_equal(i, -5);
	assert_false(amt_num_i64("--5", -10, 10, &i, NULL));
	assert_true(amt_num_double("2.5", 0, 10, &d, NULL));
	assert_false(amt_num_double("nan", 0, 10, &d, NULL));
	assert_false(amt_num_double("1e5", 0, 10, &d, NULL));
	assert_true(amt_num_hex("0x80090308", &u, NULL));
	assert_int_equal(u, 0x80090308);
	assert_false(amt_num_hex("0x", &u, NULL));
	assert_false(amt_num_hex("11223344556677889", &u, NULL));
}

static void encodings(void **state)
{
	uint8_t out[16];
	char text[40];

	(void)state;
	assert_int_equal(amt_hex_decode("aa:BB-cc dd", out, 16), 4);
	assert_memory_equal(out, "\xaa\xbb\xcc\xdd", 4);
	assert_int_equal(amt_hex_decode("aab", out, 16), -1);
	assert_int_equal(amt_hex_decode("zz", out, 16), -1);
	assert_int_equal(amt_hex_decode("aabb", out, 1), -1);
	amt_hex_encode("\x00\xff", 2, text);
	assert_string_equal(text, "00ff");
	static const char *const pairs[][2] = {
		{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
		{"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}};
	for (size_t i = 0; i < 6; i++) {
		size_t n = strlen(pairs[i][0]);
		amt_base64_encode(pairs[i][0], n, text);
		assert_string_equal(text, pairs[i][1]);
		assert_int_equal(strlen(text), amt_base64_len(n));
		assert_int_equal(amt_base64_decode(text, strlen(text), out, 16), (long)n);
		assert_memory_equal(out, pairs[i][0], n);
	}
	assert_int_equal(amt_base64_decode("Zg=", 3, out, 16), -1);
	assert_int_equal(amt_base64_decode("Z===", 4, out, 16), -1);
	assert_int_equal(amt_base64_decode("Zg==Zg==", 8, out, 16), -1);
}

static void times(void **state)
{
	static const struct {
		const char *in, *out;
	} good[] = {
		{"2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"},
		{"2009-01-14T13:43:12.123+01:00", "2009-01-14T12:43:12.123Z"},
		{"2009-01-14", "2009-01-14T00:00:00Z"},
		{"1969-12-31T23:59:59.000001Z", "1969-12-31T23:59:59.000001Z"},
		{"2000-02-29T00:00:00-00:30", "2000-02-29T00:30:00Z"},
		{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		{"2026-11-20t12:00:00z", "2026-11-20T12:00:00Z"},
	};
	static const char *const bad[] = {"",
					  "2026",
					  "2026-13-01",
					  "2025-02-29",
					  "1900-02-29",
					  "2026-11-20T24:00:00Z",
					  "2026-11-20T12:00:60Z",
					  "2026-11-20T12:00:00",
					  "2026-11-20T12:00:00Zx",
					  "0000-01-01",
					  "2026-11-20T12:00:00.Z",
					  "2026-11-20T12:00:00+1"};
	char text[AMT_TIME_TEXT];
	amt_time t;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(amt_time_parse(good[i].in, &t, NULL));
		assert_string_equal(amt_time_format(t, text), good[i].out);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(amt_time_parse(bad[i], &t, NULL));
	assert_string_equal(amt_time_format(AMT_TIME_NONE, text), "-");
	assert_int_equal(amt_weekday(2009, 1, 14), 3); /* a Wednesday */
	amt_time base = 0;
	assert_true(amt_time_parse_when("+30d", base, &t, NULL));
	assert_true(t == 30 * AMT_DAY);
	assert_true(amt_time_parse_when("-90m", base, &t, NULL));
	assert_true(t == -90 * 60 * AMT_SECOND);
	assert_false(amt_time_parse_when("+30y", base, &t, NULL));
	assert_false(amt_time_parse_when("+d", base, &t, NULL));
}

static void civil(void **state)
{
	struct amt_civil c = {2009, 1, 14, 13, 43, 12, 500000, -480, true};
	char text[AMT_TIME_TEXT];

	(void)state;
	assert_string_equal(amt_civil_format(&c, text), "2009-01-14T13:43:12.500-08:00");
	c.offset_known = false;
	assert_string_equal(amt_civil_format(&c, text), "2009-01-14T13:43:12.500");
	c.second = 60;
	assert_false(amt_civil_valid(&c));
	assert_true(amt_time_from_civil(&c) == AMT_TIME_NONE);
	/* every day of four centuries there and back */
	for (int64_t d = -146097; d < 146097; d++) {
		struct amt_civil x;
		amt_time_to_civil(d * AMT_DAY, 0, &x);
		assert_true(amt_civil_valid(&x));
		assert_true(amt_time_from_civil(&x) == d * AMT_DAY);
	}
}

static void vectors(void **state)
{
	struct AMT_VEC(int) v = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		amt_vec_push(&v, i);
	*amt_vec_add(&v) = 7;
	assert_int_equal(v.n, 1001);
	assert_int_equal(v.v[999], 999);
	assert_int_equal(v.v[1000], 7);
	amt_vec_free(&v);
	assert_null(v.v);
	struct amt_strlist l = {0};
	amt_vec_push(&l, "Contoso.com");
	assert_true(amt_strlist_has(&l, "contoso.COM"));
	assert_false(amt_strlist_has(&l, "contoso"));
	amt_vec_free(&l);
}

static void test_num_parts(void **state)
{
	const char *p = "07:1234567890x";
	int a = -1, b = -1;

	(void)state;
	assert_true(amt_num_take(&p, 2, &a) && amt_num_mark(&p, ':') && amt_num_take(&p, 9, &b));
	assert_int_equal(a, 7);
	assert_int_equal(b, 123456789);
	assert_string_equal(p, "0x");
	assert_false(amt_num_mark(&p, 'x'));
	assert_true(amt_num_take(&p, 9, &a));
	assert_int_equal(a, 0);
	assert_false(amt_num_take(&p, 9, &a));
	assert_string_equal(p, "x");
	p = "";
	assert_false(amt_num_mark(&p, 'x') || amt_num_take(&p, 1, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors),       cmocka_unit_test(test_num_parts),
		cmocka_unit_test(arenas),       cmocka_unit_test(buffers),
		cmocka_unit_test(json_strings), cmocka_unit_test(json_plain),
		cmocka_unit_test(maps),         cmocka_unit_test(hash_mixes),
		cmocka_unit_test(processors),   cmocka_unit_test(cursors),
		cmocka_unit_test(numbers),      cmocka_unit_test(encodings),
		cmocka_unit_test(times),        cmocka_unit_test(civil),
		cmocka_unit_test(vectors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
