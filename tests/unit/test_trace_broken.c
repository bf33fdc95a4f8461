/* Logs that were folded at a fixed width or cut at their front, and codes however they are told. */
#include "amtdiag/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HOST "pc17.corp.example"
#define CALL                                                                                       \
	"SecurityAdministration.AddUserAclEntryEx finished with HResult = 0x0, status = 0x17, "    \
	"clientError = 0."
#define WAIT                                                                                       \
	"Wait 20 seconds to find client certificate for AMT device " HOST                          \
	" being generated again..."
#define ZONE "<Wed Jan 14 13:43:12.123 2009 GMT Standard Time>"
#define COMP "<SMS_AMT_OPERATION_MANAGER>"
static const char *const texts[] = {
	"Waiting for incoming hello message from AMT devices...",
	">>>>>>>>> Provision task begin<<<<<<<<<",
	WAIT,
	CALL,
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static const char *const tails[] = {
	"~   $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 13:43:12 2009~><thread=9D4>",
	"  $$" COMP ZONE "<thread=2516 (0x9D4)>",
	"  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 13:43:12.123 2009><thread=2516 (0x9D4)>",
	"  $$<SMS_AMT_OPERATION_MANAGER><01-14-2009 13:43:12.123-60><thread=2516 (0x9D4)>",
};
static const char *const times[] = {"2009-01-14T13:43:12", "2009-01-14T13:43:12.123Z",
				    "2009-01-14T13:43:12.123", "2009-01-14T13:43:12.123+01:00"};
#define TAILS (sizeof(tails) / sizeof(tails[0]))

/* A line end behind every so many characters, as a page of that width has them. */
static size_t fold(const char *line, size_t width, char *out)
{
	size_t n = 0;

	for (size_t i = 0; line[i]; i++) {
		if (i && i % width == 0)
			out[n++] = '\n';
		out[n++] = line[i];
	}
	out[n++] = '\n';
	return n;
}

static void folded(void **state)
{
	char line[512], bytes[4096], when[AMT_TIME_TEXT], whole[TRACE_UNWRAP_MAX];

	(void)state;
	for (size_t t = 0; t < TAILS; t++)
		for (size_t width = 60; width < 140; width++) {
			struct trace_record rec;
			struct trace_match m;
			size_t n = 0;
			for (size_t i = 0; i < TEXTS; i++) {
				snprintf(line, sizeof(line), "%s%s", texts[i], tails[t]);
				n += fold(line, width, bytes + n);
			}
			struct trace_reader *r = trace_reader_memory(bytes, n, "folded", NULL);
			for (size_t i = 0; i < TEXTS; i++) {
				assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
				trace_reader_clock(r, &rec);
				assert_string_equal(trace_when_format(&rec.when, when), times[t]);
				assert_int_equal(rec.thread, 0x9d4);
				assert_int_equal(rec.component_len, sizeof(COMP) - 3);
				assert_memory_equal(rec.component, &COMP[1], sizeof(COMP) - 3);
				assert_true(trace_classify(texts[i], strlen(texts[i]), true, &m));
				const struct trace_template *row = m.row;
				rec.text_len = trace_text_len(&rec);
				if (trace_unwrap(&rec, true, whole)) {
					assert_int_equal(rec.text_len, strlen(texts[i]));
					assert_memory_equal(rec.text, texts[i], rec.text_len);
				}
				assert_true(trace_classify(rec.text, rec.text_len, true, &m));
				assert_ptr_equal(m.row, row);
				assert_false(m.loose);
				assert_int_equal(m.status, m.event == TRACE_EV_CALL ? 0x17 : 0);
				if (m.host)
					assert_int_equal(m.host_len, strlen(HOST));
			}
			assert_int_equal(trace_reader_next(r, &rec), TRACE_END);
			trace_reader_close(r);
		}
}

#define ATTRIBUTES                                                                                 \
	"<time=\"13:43:12.123-60\" date=\"01-14-2009\" component=\"oobmgmt\" context=\"\" "        \
	"type=\"2\" thread=\"2516\" file=\"provisioner.cpp:123\">"

static void one_of_ccm(struct trace_reader *r, const char *text)
{
	struct trace_record rec;
	char when[AMT_TIME_TEXT], out[256];

	assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
	trace_reader_clock(r, &rec);
	assert_string_equal(trace_when_format(&rec.when, when), "2009-01-14T13:43:12.123+01:00");
	assert_true(rec.has_thread);
	assert_int_equal(rec.thread, 2516);
	assert_int_equal(rec.type, 2);
	assert_int_equal(rec.component_len, strlen("oobmgmt"));
	assert_memory_equal(rec.component, "oobmgmt", rec.component_len);
	assert_int_equal(rec.source_file_len, strlen("provisioner.cpp:123"));
	assert_memory_equal(rec.source_file, "provisioner.cpp:123", rec.source_file_len);
	size_t n = 0;
	for (size_t i = 0; i < rec.text_len && n < sizeof(out) - 1; i++)
		if (rec.text[i] != '\n')
			out[n++] = rec.text[i];
	out[n] = '\0';
	assert_string_equal(out, text);
}

/* Records behind each other without a line end: marks, names and values break anywhere. */
static void folded_ccm(void **state)
{
	char line[2048] = "", bytes[4096], one[512];

	(void)state;
	for (size_t i = 0; i < TEXTS; i++) {
		snprintf(one, sizeof(one), "<![LOG[%s]LOG]!>" ATTRIBUTES, texts[i]);
		amt_str_copy(line + strlen(line), sizeof(line) - strlen(line), one);
	}
	for (size_t width = 20; width < 240; width++) {
		size_t n = fold(line, width, bytes);
		struct trace_reader *r = trace_reader_memory(bytes, n, "folded", NULL);
		for (size_t i = 0; i < TEXTS; i++)
			one_of_ccm(r, texts[i]);
		struct trace_record rec;
		assert_int_equal(trace_reader_next(r, &rec), TRACE_END);
		trace_reader_close(r);
	}
}

/* The same, cut anywhere in its first text: the rest of that record is told with its time. */
static void folded_and_cut(void **state)
{
	char line[2048], bytes[4096];
	size_t text = strlen(texts[2]), records = 1;

	(void)state;
	snprintf(line, sizeof(line), "<![LOG[%s]LOG]!>" ATTRIBUTES, texts[2]);
	/* Openers enough: one of them is whole, and tells what the file is. */
	for (; records < 5; records++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line),
			 "<![LOG[%s]LOG]!>" ATTRIBUTES, texts[0]);
	for (size_t width = 60; width < 240; width++)
		for (size_t cut = 8; cut < text; cut += 5) {
			size_t n = fold(line, width, bytes), at = cut + (cut >= width);
			struct trace_reader *r =
				trace_reader_memory(bytes + at, n - at, "cut", NULL);
			struct trace_record rec;
			one_of_ccm(r, texts[2] + cut - strlen("<![LOG["));
			for (size_t i = 1; i < records; i++)
				one_of_ccm(r, texts[0]);
			assert_int_equal(trace_reader_next(r, &rec), TRACE_END);
			trace_reader_close(r);
		}
}

/* Each place where a line end can be in a status message; the zone's name is none that is known. */
static void broken_gmtdate(void **state)
{
	static const char line[] =
		"STATMSG: ID=523 SEV=I LEV=M SOURCE=\"SMS Server\" COMP=\"SMS_X\" SYS=S "
		"SITE=KAT PID=1 TID=2516 GMTDATE=Wed Jan 14 18:43:12.123 2009 ISTR0=\"\" NUMATTRS=0"
		"  $$<SMS_X><Wed Jan 14 13:43:12.123 2009 Anywhere Standard Time><thread=2516 "
		"(0x9D4)>";
	char bytes[1024], when[AMT_TIME_TEXT];

	(void)state;
	for (size_t at = 1; at < sizeof(line) - 1; at++)
		for (int cr = 0; cr < 2; cr++) {
			int n = snprintf(bytes, sizeof(bytes), "%.*s%s\n%s\n", (int)at, line,
					 cr ? "\r" : "", line + at);
			struct trace_reader *r = trace_reader_memory(bytes, (size_t)n, "gmt", NULL);
			struct trace_record rec;
			assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
			trace_reader_clock(r, &rec);
			assert_string_equal(trace_when_format(&rec.when, when),
					    "2009-01-14T13:43:12.123-05:00");
			trace_reader_close(r);
		}
}

/* Records before the first status message are in the same zone, whatever its name says. */
static void gmtdate_later(void **state)
{
	static const char *const names[] = {"Anywhere Standard Time", "GMT Standard Time"};
	char bytes[2048], when[AMT_TIME_TEXT];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int n = snprintf(
			bytes, sizeof(bytes),
			"first, for $5  $$<SMS_X><Wed Jan 14 13:40:12.123 2009 %s><thread=1 "
			"(0x1)>\n"
			"STATMSG: ID=523 SEV=I LEV=M SOURCE=\"SMS Server\" COMP=\"SMS_X\" SYS=S "
			"SITE=KAT PID=1 TID=1 GMTDATE=Wed Jan 14 18:43:12.100 2009 ISTR0=\"\" "
			"NUMATTRS=0  $$<SMS_X><Wed Jan 14 13:43:12.123 2009 %s><thread=1 (0x1)>\n",
			names[i], names[i]);
		struct trace_reader *r = trace_reader_memory(bytes, (size_t)n, "gmt", NULL);
		struct trace_record rec;
		for (int k = 0; k < 2; k++) {
			assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
			trace_reader_clock(r, &rec);
			assert_string_equal(trace_when_format(&rec.when, when),
					    k ? "2009-01-14T13:43:12.123-05:00"
					      : "2009-01-14T13:40:12.123-05:00");
		}
		trace_reader_close(r);
	}
}

/* Line ends in the place of blanks; and texts that have lines of their own stay as they are. */
static void unwrapped(void **state)
{
	static const char soft[] =
		"SecurityAdministration.SetMEBxPassword finished with\nHResult = "
		"0x0, status = 0x10,\r\nclientError = 0.",
			  own[] = "Exception\n  at line 5\n  status = 0x1";
	struct trace_record rec = {.text = soft, .text_len = sizeof(soft) - 1, .lines = 3};
	char whole[TRACE_UNWRAP_MAX];
	struct trace_match m;

	(void)state;
	assert_true(trace_unwrap(&rec, true, whole));
	assert_true(trace_classify(rec.text, rec.text_len, true, &m));
	assert_int_equal(m.status, 0x10);
	assert_int_equal(trace_severity_of(&rec, &m), TRACE_WARNING);
	rec = (struct trace_record){.text = own, .text_len = sizeof(own) - 1, .lines = 3};
	assert_false(trace_unwrap(&rec, true, whole));
	assert_ptr_equal(rec.text, own);
}

/* What a cut at the front leaves of a record is one of its own: the next one is whole. */
static void cut_at_the_front(void **state)
{
	char bytes[1024];

	(void)state;
	for (size_t t = 0; t < TAILS; t++) {
		size_t n = (size_t)snprintf(bytes, sizeof(bytes), "%s%s\r\n%s%s\r\n", texts[0],
					    tails[t], texts[1], tails[t]);
		size_t first = (size_t)(strchr(bytes, '\n') - bytes);
		size_t text = strlen(texts[0]);
		for (size_t cut = 1; cut < first - 1; cut++) {
			struct trace_reader *r =
				trace_reader_memory(bytes + cut, n - cut, "cut", NULL);
			struct trace_record rec;
			assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
			/* Text that is shorter is only that; so are the blanks behind it. */
			if (cut > text + 5)
				assert_true(rec.damage);
			assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
			assert_int_equal(rec.damage, 0);
			assert_int_equal(rec.line, 2);
			assert_int_equal(rec.thread, 0x9d4);
			assert_memory_equal(rec.text, texts[1], strlen(texts[1]));
			assert_int_equal(trace_reader_next(r, &rec), TRACE_END);
			trace_reader_close(r);
		}
	}
}

/* The same in the middle of a log, with what is left of the tail.
 */
static void lost_marks(void **state)
{
	static const char bytes[] =
		"one  $$<COMP><Wed Jan 14 13:43:12.123 2009><thread=1 (0x1)>\n"
		"two  <COMP><Wed Jan 14 13:43:13.123 2009><thread=2 (0x2)>\n"
		"three  $$<COMP><Wed Jan 14 13:43:14.123 2009><thread=3 (0x3)>\n"
		"four (0x4)>\n"
		"five  $$<COMP><Wed Jan 14 13:43:15.123 2009><thread=5 (0x5)>\n";
	struct trace_reader *r = trace_reader_memory(bytes, sizeof(bytes) - 1, "lost", NULL);
	struct trace_record rec;

	(void)state;
	assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
	assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
	assert_int_equal(rec.damage, TRACE_HEADLESS);
	assert_int_equal(rec.thread, 2);
	assert_int_equal(rec.component_len, strlen("COMP"));
	assert_int_equal(rec.text_len, strlen("two"));
	assert_int_not_equal(rec.when.local, AMT_TIME_NONE);
	assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
	assert_int_equal(rec.thread, 3);
	assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
	assert_int_equal(rec.lines, 2);
	assert_int_equal(trace_reader_next(r, &rec), TRACE_END);
	trace_reader_close(r);
}

static void codes(void **state)
{
	static const struct {
		const char *text;
		uint32_t code; /* 0: none */
		bool firmware;
	} rows[] = {
		{"failed, status = 0x80070005", 0x80070005, false},
		{"failed, status: 0x10", 0x10, true},
		{"status 0x17 came back", 0x17, true},
		{"(status =0x3)", 0x3, true},
		{"status = 0x0", 0, false},
		{"0x80070005L", 0x80070005, false},
		{"80070005h", 0x80070005, false},
		{"Win32 error 5", 0x80070005, false},
		{"GetLastError() = 1326.", 0x8007052e, false},
		{"WinHTTP error code 12029", 0x80072efd, false},
		{"Win32 error 99999", 0, false},
		{"after error 5 seconds", 0, false},
	};
	struct trace_code_hit h[4];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = trace_codes_in(rows[i].text, strlen(rows[i].text), h, 4);
		assert_int_equal(n, rows[i].code != 0);
		if (!n)
			continue;
		assert_int_equal(h[0].code, rows[i].code);
		assert_int_equal(h[0].firmware, rows[i].firmware);
		assert_non_null(h[0].row);
	}
}

static void zones_told(void **state)
{
	static const struct {
		const char *text;
		int bias;
	} rows[] = {{"+05:30", -330}, {"+0530", -330}, {"-0800", 480}, {"+1400", -840},
		    {"-60", -60},     {"+480", 480},   {"-330", -330}, {"+00:00", 0}};
	static const char *const none[] = {"+05:60", "+0560", "0530", "+24:00", "Z", "+", "+5:30"};
	struct trace_options o = {.has_tz = false};
	struct amt_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(trace_tz_parse(rows[i].text, &o, &err));
		assert_int_equal(o.tz_bias, rows[i].bias);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(trace_tz_parse(none[i], &o, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folded),
		cmocka_unit_test(folded_ccm),
		cmocka_unit_test(folded_and_cut),
		cmocka_unit_test(broken_gmtdate),
		cmocka_unit_test(gmtdate_later),
		cmocka_unit_test(unwrapped),
		cmocka_unit_test(cut_at_the_front),
		cmocka_unit_test(lost_marks),
		cmocka_unit_test(codes),
		cmocka_unit_test(zones_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
