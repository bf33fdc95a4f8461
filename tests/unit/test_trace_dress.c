/* What other hands put around a log's lines comes off, and nothing comes off a log. */
#include "trace/dress.h"

#include "amtdiag/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#define TAIL "  $$<SMS_AMT><Wed Jan 14 10:00:01.000 2009 GMT Standard Time><thread=7 (0x7)>"

static const struct {
	const char *dressed, *plain;
} rows[] = {
	{"> a" TAIL "\r\n> >> Provision task begin<<" TAIL "\r\n>\r\n> c\r\n",
	 "a" TAIL "\r\n>> Provision task begin<<" TAIL "\r\n\r\nc\r\n"},
	{"> > a\n> > b\n> > c\n", "a\nb\nc\n"},
	{"    a" TAIL "\n        b" TAIL "\n    c\n", "a" TAIL "\n    b" TAIL "\nc\n"},
	{"9:a\n10:b\n12:    Count : 3\n", "a\nb\n    Count : 3\n"},
	{"9: a\n10: b\n12: c\n", "a\nb\nc\n"},
	{"     9\ta\n    10\tb\n   100\tc\n", "a\nb\nc\n"},
	{"\n---------- AMT.LOG\n[1]a\n[2]b\n[3]c\n", "\n---------- AMT.LOG\na\nb\nc\n"},
	{"C:\\a b\\Amt.log:a\nC:\\a b\\Amt.lo_:b\nC:\\a b\\Amt.log:c\n", "a\nb\nc\n"},
	{"Amt.log:7:a\nAmt.log:1:b\n--\nAmt.log-2-c\n", "a\nb\n--\nc\n"},
	{"a &amp; b  $$&lt;C&gt;&#39;&#x42;&quot;<br>\nb<BR/>\n</p>&nbsp;&no; &\n",
	 "a & b  $$<C>'B\"\nb\n &no; &\n"},
	{"&gt;&gt;&gt; Provision task begin&lt;&lt;\tC\n", ">>> Provision task begin<<\tC\n"},
	{"<html><tr><td>a</td><td>b</td></tr>\n1 < 2\n", "a\tb\t\n1 < 2\n"},
	{"Log Text,Thread\r\n\"a, \"\"b\"\"\",7 (0x0007)\r\nc,7 (0x0007)\r\n\"d\",\"7 (0x7)\"\r\n",
	 "Log Text\tThread\r\na, \"b\"\t7 (0x0007)\r\nc\t7 (0x0007)\r\nd\t7 (0x7)\r\n"},
	{"a;b;7 (0x0007)\na;b;7 (0x0007)\na;b;7 (0x0007)\n",
	 "a\tb\t7 (0x0007)\na\tb\t7 (0x0007)\na\tb\t7 (0x0007)\n"},
	{"a\xc2\xa0 $$<SMS><x>\n", "a  $$<SMS><x>\n"},
	{"a\rb\rc", "a\nb\nc"},
	/* logs */
	{">>>> Provision task begin<<<<" TAIL "\r\nb" TAIL "\r\nc" TAIL "\r\n", NULL},
	{"08:15:01 a\n08:15:02 b\n08:15:03 c\n", NULL},
	{"10:15 a\n11:15 b\n12:15 c\n", NULL},
	{"14/01/2009 a\n15/01/2009 b\n16/01/2009 c\n", NULL},
	{"1:a\n2:b\n", NULL}, /* of too few lines to tell */
	{"<![LOG[a]LOG]!><time=\"1\"><br>\n<![LOG[b]LOG]!><br>\n<![LOG[&lt;![LOG[]LOG]!><br>\n",
	 NULL},
	{"a, b, c" TAIL "\na, b, c" TAIL "\na, b, c" TAIL "\n", NULL},
	{"a\tb, c\t7 (0x0007)\na\tb, c\t7 (0x0007)\na\tb, c\t7 (0x0007)\n", NULL},
	{"a\r\n", NULL},
	{"", NULL},
};

/* All of it at once, then in pieces of step bytes. */
static void try(size_t row, size_t step)
{
	const char *in = rows[row].dressed;
	size_t n = strlen(in), k = 0, got;
	struct trace_dress *d = trace_dress_find(in, n);
	char out[1024];

	if (!d != !rows[row].plain)
		fail_msg("row %zu: %s", row, d ? trace_dress_name(d) : "nothing found");
	if (!d)
		return;
	for (size_t at = 0; at <= n; at += step) {
		size_t part = n - at < step ? n - at : step;
		trace_dress_put(d, in + at, part, at + step > n);
		while ((got = trace_dress_take(d, out + k, 3)))
			k += got;
	}
	out[k] = '\0';
	if (strcmp(out, rows[row].plain) != 0)
		fail_msg("row %zu, steps of %zu: \"%s\"", row, step, out);
	trace_dress_free(d);
}

static void comes_off(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t step = 1; step < 700; step = step * 2 + 1)
			try(i, step);
}

/* Lines keep their numbers, records their times. */
static void records(void **state)
{
	static const char log[] = "> a" TAIL "\r\n>\r\n> b" TAIL "\r\n> c" TAIL "\r\n";
	struct trace_reader *r = trace_reader_memory(log, sizeof(log) - 1, "mail", NULL);
	struct trace_record rec;

	(void)state;
	for (uint64_t i = 0; i < 3; i++) {
		assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
		assert_int_equal(rec.line, i ? i + 2 : 1);
		assert_int_equal(rec.text_len, 1);
		assert_int_equal(*rec.text, 'a' + (int)i);
		assert_true(rec.has_thread && rec.when.local != AMT_TIME_NONE);
	}
	trace_reader_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(comes_off), cmocka_unit_test(records)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
