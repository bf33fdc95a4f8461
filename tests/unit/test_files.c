/* core: files, atomic output, text and encodings. */
#include "amtdiag/core.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/amtdiag-test-XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[2][256];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir); /* fails when a test left something behind */
}

static void put(const char *name, const char *p, size_t n)
{
	assert_true(amt_file_write(in_dir(name), p, n, NULL));
}

static void reading(void **state)
{
	struct amt_error err;
	struct amt_buf b;

	(void)state;
	put("f", "hello", 5);
	amt_buf_init(&b, 5);
	assert_true(amt_file_read(in_dir("f"), &b, &err)); /* exactly the cap */
	assert_string_equal(b.data, "hello");
	amt_buf_free(&b);
	amt_buf_init(&b, 4);
	assert_false(amt_file_read(in_dir("f"), &b, &err));
	assert_non_null(strstr(err.text, "larger than the 4 bytes"));
	amt_buf_free(&b);
	amt_buf_init(&b, 4);
	assert_false(amt_file_read(dir, &b, &err));
	assert_non_null(strstr(err.text, "folder"));
	assert_false(amt_file_read(in_dir("none"), &b, &err));
	assert_int_equal(err.code, ENOENT);
	amt_buf_free(&b);
	unlink(in_dir("f"));
}

static void fifo_does_not_hang(void **state)
{
	struct amt_buf b;

	(void)state;
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	amt_buf_init(&b, 100);
	assert_true(amt_file_read(in_dir("fifo"), &b, NULL)); /* nobody writes: the end */
	amt_buf_free(&b);
	unlink(in_dir("fifo"));
}

static void lines(void **state)
{
	struct amt_lines l;
	char *text;
	size_t n;

	(void)state;
	put("l", "one\r\ntwo\n\n12345678901234567890\nlast", 35);
	assert_true(amt_lines_open(&l, in_dir("l"), 8, NULL));
	static const struct {
		const char *text;
		unsigned line;
		bool cut;
	} want[] = {{"one", 1, false},     {"two", 2, false},     {"", 3, false},
		    {"12345678", 4, true}, {"90123456", 4, true}, {"7890", 4, false},
		    {"last", 5, false}};
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_true(amt_lines_next(&l, &text, &n, NULL));
		assert_string_equal(text, want[i].text);
		assert_int_equal(l.line, want[i].line);
		assert_int_equal(l.cut, want[i].cut);
	}
	assert_false(amt_lines_next(&l, &text, &n, NULL));
	assert_false(l.failed);
	amt_lines_close(&l);
	unlink(in_dir("l"));
}

static void output_is_whole_or_not_at_all(void **state)
{
	struct amt_out o;
	struct amt_buf b;
	struct amt_error err;

	(void)state;
	put("o", "old", 3);
	assert_true(amt_out_open(&o, in_dir("o"), NULL));
	fputs("half", o.f);
	amt_out_abort(&o);
	amt_buf_init(&b, 100);
	assert_true(amt_file_read(in_dir("o"), &b, NULL));
	assert_string_equal(b.data, "old");
	amt_buf_free(&b);
	assert_true(amt_out_open(&o, in_dir("o"), NULL));
	fputs("new", o.f);
	assert_true(amt_out_commit(&o, NULL));
	amt_buf_init(&b, 100);
	assert_true(amt_file_read(in_dir("o"), &b, NULL));
	assert_string_equal(b.data, "new");
	amt_buf_free(&b);
	assert_true(amt_out_open(&o, in_dir("gone"), NULL));
	amt_out_abort_all();
	amt_out_abort(&o);
	assert_int_equal(access(in_dir("gone"), F_OK), -1);
	assert_false(amt_out_open(&o, dir, &err));
	assert_non_null(strstr(err.text, "folder"));
	assert_false(amt_out_open(&o, in_dir("no/such/folder"), &err));
	unlink(in_dir("o"));
}

static void full_disk(void **state)
{
	struct amt_error err;

	(void)state;
	char big[8192] = {0};
	assert_false(amt_file_write("/dev/full", big, sizeof(big), &err));
	assert_int_equal(err.code, ENOSPC);
}

static void terminal_safe(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"plain", "plain"},
		{"\x1b[31mred\x1b]8;;http://x\x07", "\\x1b[31mred\\x1b]8;;http://x\\x07"},
		{"\xc2\x9b"
		 "31m",
		 "\\x9b31m"}, /* C1 CSI */
		{"a\xe2\x80\xae"
		 "b",
		 "a\\u202eb"},                                  /* right-to-left override */
		{"\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069"}, /* isolates */
		{"caf\xc3\xa9 \xe6\x97\xa5", "caf\xc3\xa9 \xe6\x97\xa5"},
		{"\xff\xc3", "\\xff\\xc3"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
		{"\xc0\xaf", "\\xc0\\xaf"},          /* overlong */
		{"a\tb\n", "a\\x09b\\x0a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct amt_buf b;
		amt_buf_init(&b, 200);
		assert_true(amt_text_safe(&b, cases[i].in, strlen(cases[i].in), false));
		assert_string_equal(amt_buf_cstr(&b), cases[i].out);
		amt_buf_free(&b);
	}
	struct amt_buf b;
	amt_buf_init(&b, 200);
	amt_text_safe(&b, "a\tb\n\r", 5, true);
	assert_string_equal(b.data, "a\tb\n\\x0d");
	amt_buf_free(&b);
	amt_buf_init(&b, 200);
	amt_text_xml(&b, "<a b=\"c\">d&'e'|cut", 14);
	assert_string_equal(amt_buf_cstr(&b), "&lt;a b=&quot;c&quot;&gt;d&amp;&#39;e&#39;");
	amt_buf_free(&b);
}

static void widths(void **state)
{
	(void)state;
	assert_int_equal(amt_text_width("abc", 3), 3);
	assert_int_equal(amt_text_width("\xe6\x97\xa5\xe6\x9c\xac", 6), 4);
	assert_int_equal(amt_text_width("e\xcc\x81", 3), 1);
}

static void utf8_round_trip(void **state)
{
	(void)state;
	for (uint32_t cp = 1; cp <= 0x10ffff; cp++) {
		char s[4];
		uint32_t back;
		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		size_t n = amt_utf8_put(cp, s);
		assert_int_equal(amt_utf8_get(s, s + n, &back), n);
		assert_int_equal(back, cp);
		if (n > 1) /* cut: never reads past the end */
			assert_int_equal(amt_utf8_get(s, s + n - 1, &back), 1);
	}
}

static void charsets(void **state)
{
	struct amt_buf b;
	size_t bad;

	(void)state;
	amt_buf_init(&b, 100);
	assert_true(amt_text_to_utf8("CP932", "\x93\xfa\x96\x7b", 4, &b, &bad, NULL));
	assert_string_equal(b.data, "\xe6\x97\xa5\xe6\x9c\xac");
	assert_int_equal(bad, 0);
	amt_buf_clear(&b);
	assert_true(amt_text_to_utf8("UTF-16LE", "a\0b\0c", 5, &b, &bad, NULL));
	assert_string_equal(b.data, "ab\xef\xbf\xbd");
	assert_int_equal(bad, 1);
	assert_false(amt_text_to_utf8("no-such", "a", 1, &b, &bad, NULL));
	amt_buf_free(&b);
}

static void comparing(void **state)
{
	char s[] = " \t padded \r\n", small[4];

	(void)state;
	assert_int_equal(amt_strcasecmp("AbC", "aBc"), 0);
	assert_true(amt_strcasecmp("abc", "abd") < 0);
	assert_true(amt_str_ends("host.Contoso.COM", ".contoso.com"));
	assert_false(amt_str_ends("com", ".contoso.com"));
	assert_true(amt_str_begins("Amtopmgr.log", "amtopmgr"));
	assert_string_equal(amt_str_trim(s), "padded");
	assert_true(amt_glob("*.l?g", "AMTOPMGR.LOG"));
	assert_false(amt_glob("a*b*c", "aXbX"));
	assert_true(amt_glob("*", ""));
	assert_non_null(amt_memcasestr("xxERRORxx", 9, "error"));
	assert_null(amt_memcasestr("xxERRO", 6, "error"));
	amt_str_copy(small, sizeof(small), "ab\xc3\xa9");
	assert_string_equal(small, "ab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),   cmocka_unit_test(fifo_does_not_hang),
		cmocka_unit_test(lines),     cmocka_unit_test(output_is_whole_or_not_at_all),
		cmocka_unit_test(full_disk), cmocka_unit_test(terminal_safe),
		cmocka_unit_test(widths),    cmocka_unit_test(utf8_round_trip),
		cmocka_unit_test(charsets),  cmocka_unit_test(comparing),
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
