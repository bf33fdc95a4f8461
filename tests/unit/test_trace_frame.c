/* Framing, times and encodings of the log room, on bytes written out here. */
#include "amtdiag/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

struct seen {
	char text[200], component[100], when[AMT_TIME_TEXT];
	uint32_t thread;
	unsigned damage;
	enum trace_framing framing;
	uint64_t line, offset;
	int type;
};

static size_t read_all(const char *bytes, size_t n, const struct trace_options *o, struct seen *out,
		       size_t max)
{
	struct trace_reader *r = trace_reader_memory(bytes, n, "test", o);
	struct trace_record rec;
	struct amt_buf b;
	size_t k = 0;

	amt_buf_init(&b, AMT_MIB);
	while (trace_reader_next(r, &rec) == TRACE_RECORD) {
		trace_reader_clock(r, &rec);
		if (k < max) {
			struct seen *s = &out[k];
			memset(s, 0, sizeof(*s));
			amt_buf_clear(&b);
			trace_reader_text(r, &rec, &b);
			size_t len;
			const char *there = trace_text_in_place(&rec, &len);
			if (there && !b.over) {
				assert_int_equal(len, b.len);
				assert_memory_equal(there, amt_buf_cstr(&b), len);
			}
			amt_str_copy(s->text, sizeof(s->text), amt_buf_cstr(&b));
			amt_buf_clear(&b);
			trace_reader_utf8(r, rec.component, rec.component_len, &b);
			amt_str_copy(s->component, sizeof(s->component), amt_buf_cstr(&b));
			trace_when_format(&rec.when, s->when);
			s->thread = rec.thread;
			s->damage = rec.damage;
			s->framing = rec.framing;
			s->line = rec.line;
			s->offset = rec.offset;
			s->type = rec.type;
		}
		k++;
	}
	assert_null(trace_reader_error(r));
	amt_buf_free(&b);
	trace_reader_close(r);
	return k;
}

#define TAIL    "  $$<COMP><Wed Jan 14 13:43:12.123 2009 GMT Standard Time><thread=2436 (0x984)>"
#define READ(s) read_all(s, sizeof(s) - 1, NULL, v, 16)

static void server(void **state)
{
	struct seen v[16];

	(void)state;
	assert_int_equal(READ("one" TAIL "\r\ntwo\nlines~" TAIL "\n\nthree" TAIL), 3);
	assert_string_equal(v[0].text, "one");
	assert_string_equal(v[0].when, "2009-01-14T13:43:12.123Z");
	assert_int_equal(v[0].thread, 2436);
	assert_string_equal(v[1].text, "two\nlines");
	assert_int_equal(v[1].line, 2);
	assert_int_equal(v[2].line, 5);
	assert_int_equal(v[2].damage, 0);
	assert_string_equal(v[2].component, "COMP");
}

/* Bytes that are the text are taken as they stand, and no others are. */
static void in_place(void **state)
{
	static const char odd[] = {'~', '\r', '\0', '\x80', '\xff'};
	char s[70];
	size_t n;

	(void)state;
	for (size_t len = 1; len < sizeof(s) - 8; len++) {
		memset(s, '\t', sizeof(s));
		memcpy(s + len, " ~~ \r\n", 6);
		struct trace_record rec = {.text = s, .text_len = len + 6};
		assert_ptr_equal(trace_text_in_place(&rec, &n), s);
		assert_int_equal(n, len);
		for (size_t i = 0; i + 1 < len; i++)
			for (size_t k = 0; k < sizeof(odd); k++) {
				s[i] = odd[k];
				assert_null(trace_text_in_place(&rec, &n));
				s[i] = '\t';
			}
	}
}

/* A record is where its offset says, so that an index can be made of offsets. */
static void offsets(void **state)
{
	static const char bytes[] =
		"one" TAIL "\r\n\r\ntwo" TAIL "\r\n<![LOG[three]LOG]!>"
		"<time=\"13:43:12.123+000\" date=\"01-14-2009\" component=\"c\" "
		"context=\"\" type=\"1\" thread=\"1\" file=\"\">\r\n";
	struct seen v[16];

	(void)state;
	assert_int_equal(READ(bytes), 3);
	assert_memory_equal(bytes + v[0].offset, "one", 3);
	assert_memory_equal(bytes + v[1].offset, "two", 3);
	assert_memory_equal(bytes + v[2].offset, "<![LOG[three", 12);
	for (int i = 0; i < 3; i++) {
		struct seen one[1];
		assert_true(read_all(bytes + v[i].offset, sizeof(bytes) - 1 - v[i].offset, NULL,
				     one, 1) > 0);
		assert_string_equal(one[0].text, v[i].text);
		assert_string_equal(one[0].when, v[i].when);
	}
}

static void damage(void **state)
{
	struct seen v[16];

	(void)state;
	assert_int_equal(READ("a  $<C><Wed Jan 14 13:43:12.123 2009 GMT><thread=1 (0x1)>\n"), 1);
	assert_true(v[0].damage & TRACE_MARKS);
	assert_int_equal(READ("a" TAIL " b" TAIL "\n"), 2);
	assert_string_equal(v[1].text, "b");
	assert_true(v[1].damage & TRACE_SHARED);
	assert_int_equal(READ("a" TAIL "\ncut  $$<C><Wed Jan 14 13:43:12.123 2009\nnext" TAIL "\n"),
			 3);
	assert_true(v[1].damage & TRACE_CUT);
	assert_string_equal(v[1].text, "cut");
	assert_string_equal(v[2].text, "next");
	assert_int_equal(READ("a" TAIL "\nleft over\nand over"), 3);
	assert_true(v[1].damage & TRACE_UNFRAMED);
	assert_string_equal(v[2].text, "and over");
	/* Text that looks like a tail and is none. */
	assert_int_equal(READ("$$<x> <<y>> $$<Mon> $$<COMP><nothing>" TAIL "\n"), 1);
	assert_string_equal(v[0].text, "$$<x> <<y>> $$<Mon> $$<COMP><nothing>");
}

#define C(t) "<![LOG[" t "]LOG]!>"
#define A(time, date)                                                                              \
	"<time=\"" time "\" date=\"" date                                                          \
	"\" component=\"c\" context=\"\" type=\"3\" thread=\"7\" file=\"x.cpp:1\">"

static void ccm(void **state)
{
	struct seen v[16];

	(void)state;
	assert_int_equal(READ(C("a") A("13:43:12.123-480", "01-14-2009") "\n" C("")
				      A("13:43:12.1234567", "1-2-2009") C("c\nd")
					      A("13:43:12.123+240", "01-14-2009")),
			 3);
	assert_string_equal(v[0].when, "2009-01-14T13:43:12.123+08:00");
	assert_string_equal(v[1].when, "2009-01-02T13:43:12.123456");
	assert_string_equal(v[1].text, "");
	assert_string_equal(v[2].text, "c\nd");
	assert_string_equal(v[2].when, "2009-01-14T13:43:12.123-04:00");
	assert_int_equal(v[2].type, 3);
	assert_int_equal(v[0].damage | v[1].damage | v[2].damage, 0);
	assert_int_equal(READ("head]LOG]!>" A("13:43:12.123+000", "01-14-2009") "\n<![LOG[cut\n" C(
				 "c") A("13:43:12.123 600", "01-14-2009") "\n<![LOG[end"),
			 4);
	assert_true(v[0].damage & TRACE_HEADLESS);
	assert_true(v[1].damage & TRACE_CUT);
	assert_true(v[2].damage & TRACE_BAD_TIME);
	assert_string_equal(v[2].when, "2009-01-14T13:43:12.123");
	assert_true(v[3].damage & TRACE_CUT);
}

static void pasted(void **state)
{
	struct trace_options mdy = {.month_first = true};
	static const char line[] = "text  of it\tCOMP\t03/04/2009 13:43:12\t2436 (0x984)\n";
	struct seen v[16];

	(void)state;
	assert_int_equal(READ(line), 1);
	assert_string_equal(v[0].when, "2009-04-03T13:43:12");
	assert_string_equal(v[0].text, "text  of it");
	assert_string_equal(v[0].component, "COMP");
	assert_int_equal(v[0].thread, 2436);
	assert_int_equal(read_all(line, sizeof(line) - 1, &mdy, v, 16), 1);
	assert_string_equal(v[0].when, "2009-03-04T13:43:12");
	assert_int_equal(READ("t      C      12/31/2009 1:00:00 PM      1 (0x1)\n"), 1);
	assert_string_equal(v[0].when, "2009-12-31T13:00:00");
	assert_int_equal(v[0].framing, TRACE_PASTED);
	/* Padding behind a last line without an end. */
	assert_int_equal(READ("t\tC\t31/12/2009 13:00:00\t2436 (0x984)\0\0\0\0"), 1);
	assert_string_equal(v[0].when, "2009-12-31T13:00:00");
	assert_int_equal(v[0].thread, 2436);
}

/* The columns in whatever order the view had them: one of them may be missing. */
static void columns(void **state)
{
	static const char *const texts[] = {
		"Waiting for incoming hello message from AMT devices...",
		"Error: 0x80090326",
		"Done",
		"Provision target is indicated with SMS resource id.  (MachineId = 17 pc1.x)",
	};
	static const char *const orders[] = {
		"xcdt", "xctd", "xdct", "xdtc", "xtcd", "xtdc", "cxdt", "cxtd", "cdxt", "cdtx",
		"ctxd", "ctdx", "dxct", "dxtc", "dcxt", "dctx", "dtxc", "dtcx", "txcd", "txdc",
		"tcxd", "tcdx", "tdxc", "tdcx", "xcd",  "xdc",  "cdx",  "dcx",  "ctx",  "tcx",
	};
	struct seen v[16];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(orders) / sizeof(orders[0]); i++) {
		const char *order = orders[i / 2];
		struct amt_buf b;
		amt_buf_init(&b, 4096);
		for (size_t k = 0; k < 4; k++)
			for (const char *o = order; *o; o++)
				amt_buf_printf(&b, "%s%s",
					       *o == 'x'   ? texts[k]
					       : *o == 'c' ? "SMS_AMT_OPERATION_MANAGER"
					       : *o == 'd' ? "1/14/2009 1:43:12 PM"
							   : "2436 (0x984)",
					       !o[1]   ? "\n"
					       : i % 2 ? "      "
						       : "\t");
		assert_int_equal(read_all(amt_buf_cstr(&b), b.len, NULL, v, 16), 4);
		for (size_t k = 0; k < 4; k++) {
			assert_string_equal(v[k].text, texts[k]);
			assert_string_equal(v[k].component, "SMS_AMT_OPERATION_MANAGER");
			if (strchr(order, 't'))
				assert_int_equal(v[k].thread, 2436);
			if (strchr(order, 'd'))
				assert_string_equal(v[k].when, "2009-01-14T13:43:12");
		}
		amt_buf_free(&b);
	}
	assert_int_equal(READ("he said  that on 1/14/2009 it was  (0x984) long\n"), 1);
	assert_int_equal(v[0].framing, TRACE_PLAIN);
}

/* AM and PM go with the month first, unless a field says otherwise. */
static void halves(void **state)
{
	struct trace_options dmy = {.day_first = true};
	static const char line[] = "t\tCOMP\t03/04/2009 1:43:12 PM\t1 (0x1)\n";
	struct seen v[4];

	(void)state;
	assert_int_equal(READ(line), 1);
	assert_string_equal(v[0].when, "2009-03-04T13:43:12");
	assert_int_equal(read_all(line, sizeof(line) - 1, &dmy, v, 4), 1);
	assert_string_equal(v[0].when, "2009-04-03T13:43:12");
	assert_int_equal(READ("t\tCOMP\t03/04/2009 1:43:12 PM\t1 (0x1)\n"
			      "t\tCOMP\t13/04/2009 1:43:12 PM\t1 (0x1)\n"),
			 2);
	assert_string_equal(v[0].when, "2009-04-03T13:43:12");
}

static void zones(void **state)
{
	static const struct {
		const char *time, *want;
	} rows[] = {
		{"Wed Jan 14 13:43:12.123 2009 Pacific Standard Time",
		 "2009-01-14T13:43:12.123-08:00"},
		{"Tue Jul 14 13:43:12.123 2009 Pacific Standard Time",
		 "2009-07-14T13:43:12.123-07:00"},
		{"Tue Jul 14 13:43:12.123 2009 Pacific Daylight Time",
		 "2009-07-14T13:43:12.123-07:00"},
		/* The last Sunday of March at 01:00 UTC, the first one of April before 2007. */
		{"Sun Mar 29 01:59:59.000 2009 W. Europe Standard Time",
		 "2009-03-29T01:59:59+01:00"},
		{"Sun Mar 29 03:00:00.000 2009 W. Europe Standard Time",
		 "2009-03-29T03:00:00+02:00"},
		{"Sun Oct 25 04:00:00.000 2009 W. Europe Standard Time",
		 "2009-10-25T04:00:00+01:00"},
		{"Thu Mar 16 12:00:00.000 2006 Eastern Standard Time", "2006-03-16T12:00:00-05:00"},
		{"Fri Mar 16 12:00:00.000 2007 Eastern Standard Time", "2007-03-16T12:00:00-04:00"},
		{"Wed Jan 14 12:00:00.000 2009 AUS Eastern Standard Time",
		 "2009-01-14T12:00:00+11:00"},
		{"Tue Jul 14 12:00:00.000 2009 New Zealand Standard Time",
		 "2009-07-14T12:00:00+12:00"},
		{"Thu Jul 12 12:00:00.000 2012 Russian Standard Time", "2012-07-12T12:00:00+04:00"},
		{"Tue Jul 14 12:00:00.000 2015 Russian Standard Time", "2015-07-14T12:00:00+03:00"},
		{"Tue Jul 14 12:00:00.000 2009 Yakutsk Standard Time", "2009-07-14T12:00:00+10:00"},
		{"Thu Jan 15 12:00:00.000 2009 W. Australia Standard Time",
		 "2009-01-15T12:00:00+09:00"},
		{"Fri Jan 15 12:00:00.000 2010 W. Australia Standard Time",
		 "2010-01-15T12:00:00+08:00"},
		{"Sun Mar 26 12:00:00.000 2006 AUS Eastern Standard Time",
		 "2006-03-26T12:00:00+11:00"},
		{"Tue Jul 14 12:00:00.000 2009 Central Standard Time (Mexico)",
		 "2009-07-14T12:00:00-05:00"},
		{"Tue Jul 14 12:00:00.000 2009 Mountain Daylight Time (Mexico)",
		 "2009-07-14T12:00:00-06:00"},
		{"Thu Jan 15 12:00:00.000 2009 Mexico Standard Time 2",
		 "2009-01-15T12:00:00-07:00"},
		{"Wed Jan 14 13:43:12.123 2009 Nowhere Time", "2009-01-14T13:43:12.123"},
		{"Wed Jan 4 3:43:12.123 2009", "2009-01-04T03:43:12.123"},
		{"11-30-2022 01:03:34.174-60", "2022-11-30T01:03:34.174+01:00"},
		{"11-30-2022 01:03:34.174+330", "2022-11-30T01:03:34.174-05:30"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen v[2];
		char line[200];
		int n = snprintf(line, sizeof(line), "x  $$<C><%s><thread=1 (0x1)>\n",
				 rows[i].time);
		assert_int_equal(read_all(line, (size_t)n, NULL, v, 2), 1);
		assert_string_equal(v[0].when, rows[i].want);
	}
}

/* The measured offset rules for the zone it was measured in, moved along with the rule. */
static void gmtdate(void **state)
{
	struct seen v[16];

	(void)state;
	assert_int_equal(
		READ("STATMSG: ID=1 SEV=I LEV=M SOURCE=\"SMS Server\" COMP=\"C\" SYS=S SITE=A "
		     "PID=1 TID=1 "
		     "GMTDATE=Wed Jul 04 12:00:00.000 2001 ISTR0=\"\" NUMATTRS=0  $$<C><Wed Jul 4 "
		     "9:00:00.000 2001 Own Standard Time><thread=1 (0x1)>\n"
		     "x  $$<C><Wed Jul 4 9:00:01.000 2001 Own Standard Time><thread=1 (0x1)>\n"
		     "x  $$<C><Wed Jul 4 9:00:01.000 2001 Central Standard Time><thread=1 "
		     "(0x1)>\n"),
		3);
	assert_string_equal(v[0].when, "2001-07-04T09:00:00-03:00");
	assert_string_equal(v[1].when, "2001-07-04T09:00:01-03:00");
	assert_string_equal(v[2].when, "2001-07-04T09:00:01-05:00");
}

/* The window's border must not matter: one byte at a time gives the same as all at once. */
static void long_records(void **state)
{
	size_t n = 3 * AMT_MIB + 17;
	char *p = amt_malloc(n);
	struct seen v[16];

	(void)state;
	memset(p, 'x', n);
	size_t got = read_all(p, n, NULL, v, 16);
	assert_true(got >= 3 && got < 16);
	assert_true(v[0].damage & TRACE_CUT);
	/* Half a MiB of text still is one record. */
	memcpy(p + 500000, TAIL "\n", sizeof(TAIL));
	assert_int_equal(read_all(p, 500000 + sizeof(TAIL), NULL, v, 16), 1);
	assert_int_equal(v[0].damage, 0);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server),       cmocka_unit_test(in_place),
		cmocka_unit_test(offsets),      cmocka_unit_test(damage),
		cmocka_unit_test(ccm),          cmocka_unit_test(pasted),
		cmocka_unit_test(columns),      cmocka_unit_test(halves),
		cmocka_unit_test(zones),        cmocka_unit_test(gmtdate),
		cmocka_unit_test(long_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
