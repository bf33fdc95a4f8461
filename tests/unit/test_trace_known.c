/*
 * What the handbook knows of logs, line by line: tests/logs/{codes,signatures,templates}.tsv
 * were written from it and not from the tables of common/trace.
 */
#include "amtdiag/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIELDS 4

struct table {
	struct amt_buf bytes;
	struct AMT_VEC(char *) rows; /* FIELDS of them each */
};

static void load(struct table *t, const char *path)
{
	struct amt_error err;

	*t = (struct table){.rows = {NULL, 0, 0}};
	amt_buf_init(&t->bytes, AMT_MIB);
	if (!amt_file_read(path, &t->bytes, &err))
		fail_msg("%s", err.text);
	for (char *line = t->bytes.data, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		assert_non_null(next);
		*next++ = '\0';
		if (*line == '#')
			continue;
		for (unsigned i = 0; i < FIELDS; i++) {
			amt_vec_push(&t->rows, line);
			char *tab = line ? strchr(line, '\t') : NULL;
			if (tab)
				*tab++ = '\0';
			line = tab;
		}
	}
}

static void unload(struct table *t)
{
	amt_vec_free(&t->rows);
	amt_buf_free(&t->bytes);
}

/* ---- codes ---- */

static unsigned spellings, wrong;

static void look_up(const char *spelling, char *const *row)
{
	bool unconfirmed = *row[2] == 'U';
	struct amt_buf b;

	amt_buf_init(&b, 64 * AMT_KIB);
	spellings++;
	if (!trace_lookup(spelling, &b) || !strstr(amt_buf_cstr(&b), row[3])) {
		wrong++;
		print_message("# %s is not found as %s\n", spelling, row[3]);
	} else if (unconfirmed && !strstr(amt_buf_cstr(&b), "unconfirmed")) {
		wrong++;
		print_message("# %s: %s is not said to be unconfirmed\n", spelling, row[3]);
	}
	amt_buf_free(&b);
}

/* As it is typed: hexadecimal in either case, with and without 0x, signed, unsigned, as a long, by
 * its symbol. */
static void every_code(void **state)
{
	struct table t;

	(void)state;
	load(&t, "tests/logs/codes.tsv");
	assert_int_equal(t.rows.n, 210 * FIELDS);
	for (size_t i = 0; i < t.rows.n; i += FIELDS) {
		char *const *row = &t.rows.v[i];
		uint32_t v = (uint32_t)strtoul(row[0], NULL, 16);
		char s[96];
#define SPELLED(...) (snprintf(s, sizeof(s), __VA_ARGS__), look_up(s, row))
		look_up(row[0], row);
		SPELLED("0x%x", v);
		SPELLED("0x%X", v);
		SPELLED("0X%08X", v);
		SPELLED(" %u ", v);
		if (v >> 31) {
			SPELLED("%x", v);
			SPELLED("%X", v);
			SPELLED("%d", (int)v);
			SPELLED("%dl", (int)v);
			if (v >> 16 == 0x8007)
				SPELLED("%u", v & 0xffff);
		}
		look_up(row[3], row);
		for (size_t k = 0; k <= strlen(row[3]) && k < sizeof(s); k++)
			s[k] = (char)(row[3][k] >= 'A' && row[3][k] <= 'Z' ? row[3][k] + 32
									   : row[3][k]);
		look_up(s, row);
	}
	unload(&t);
	assert_true(spellings > 1600);
	assert_int_equal(wrong, 0);
}

static void pasted_codes(void **state)
{
	static const char *const rows[][2] = {
		{"80070005h", "E_ACCESSDENIED"},
		{"(0x80070005)", "E_ACCESSDENIED"},
		{"HRESULT 80090326.", "SEC_E_ILLEGAL_MESSAGE"},
		{"call failed, error = 0x80072EE7", "ERROR_WINHTTP_NAME_NOT_RESOLVED"},
		{"finished with HResult = 0x0, status = 0x810, clientError = 0",
		 "PT_STATUS_CERT_KEY_NOT_MATCH"},
		{"logon server", "ERROR_NO_LOGON_SERVERS"},
		{"d02", "D02 Access denied"},
		{"0x80079999", "facility 7 (Win32)"},
	};
	static const char *const none[] = {"", "zz", " . ", "0xffffffffff", "no such thing"};
	struct amt_buf b;

	(void)state;
	amt_buf_init(&b, 64 * AMT_KIB);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		amt_buf_clear(&b);
		if (!trace_lookup(rows[i][0], &b) || !strstr(amt_buf_cstr(&b), rows[i][1]))
			fail_msg("%s: %s", rows[i][0], amt_buf_cstr(&b));
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_false(trace_lookup(none[i], &b));
	amt_buf_free(&b);
}

/* ---- templates ---- */

static void every_wording(void **state)
{
	struct table t;
	unsigned bad = 0;

	(void)state;
	load(&t, "tests/logs/templates.tsv");
	assert_true(t.rows.n >= 220 * FIELDS);
	for (size_t i = 0; i < t.rows.n; i += FIELDS) {
		char *const *row = &t.rows.v[i];
		struct trace_record rec = {.text = row[3], .text_len = strlen(row[3]), .type = -1};
		struct trace_match m;
		bool known = trace_classify(row[3], strlen(row[3]), true, &m) && m.row;
		const char *sev = trace_severity_name(trace_severity_of(&rec, &m));
		if (known && !strcmp(m.row->id, row[0]) && m.row->tag == *row[2] &&
		    !strcmp(sev, row[1]))
			continue;
		bad++;
		print_message("# %s %s %s, not %s %s: %s\n", row[0], row[1], row[2],
			      known ? m.row->id : "unknown", sev, row[3]);
	}
	unload(&t);
	assert_int_equal(bad, 0);
}

/* ---- signatures ---- */

static const char *const framings[] = {
	"%s~   $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 13:43:12 2009~><thread=984>\r\n",
	"%s  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 13:43:12.123 2009 GMT Standard Time>"
	"<thread=2436 (0x984)>\r\n",
	"%s  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 13:43:12.123 2009><thread=2436 "
	"(0x984)>\r\n",
	"%s  $$<SMS_AMT_OPERATION_MANAGER><01-14-2009 13:43:12.123-60><thread=2436 (0x984)>\r\n",
	"<![LOG[%s]LOG]!><time=\"13:43:12.123+000\" date=\"01-14-2009\" "
	"component=\"SMS_AMT_OPERATION_MANAGER\" context=\"\" type=\"1\" thread=\"2436\" "
	"file=\"x.cpp:1\">\r\n",
	"%s\tSMS_AMT_OPERATION_MANAGER\t14/01/2009 13:43:12\t2436 (0x0984)\r\n",
	"%s      SMS_AMT_OPERATION_MANAGER      14/01/2009 13:43:12      2436 (0x0984)\r\n",
	"%s\r\n",
};

static void framed(const struct table *t, const char *framing, struct amt_buf *out)
{
	const char *at = strstr(framing, "%s");

	amt_buf_init(out, AMT_MIB);
	for (size_t i = 0; i < t->rows.n; i += FIELDS) {
		amt_buf_add(out, framing, (size_t)(at - framing));
		amt_buf_str(out, t->rows.v[i + 2]);
		amt_buf_str(out, at + 2);
	}
}

static bool signs(struct trace_signer *s, const struct amt_buf *text, char *const *row)
{
	uint8_t hits[TRACE_SIGNS_MAX];
	size_t n = trace_sign(s, amt_buf_cstr(text), text->len, hits);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(trace_signatures[hits[i]].id, row[0]))
			return trace_signatures[hits[i]].tag == *row[1];
	return false;
}

/* A record each, its text whole, and its signature with the handbook's tag. */
static void every_signature(void **state)
{
	struct trace_signer *s = trace_signer_new(false, NULL);
	unsigned lines = 0, bad = 0;
	struct table t;

	(void)state;
	assert_non_null(s);
	load(&t, "tests/logs/signatures.tsv");
	for (size_t f = 0; f < sizeof(framings) / sizeof(*framings); f++) {
		struct trace_record rec;
		struct amt_buf log, text;
		framed(&t, framings[f], &log);
		amt_buf_init(&text, AMT_MIB);
		struct trace_reader *r =
			trace_reader_memory(amt_buf_cstr(&log), log.len, "memory", NULL);
		for (size_t i = 0; i < t.rows.n; i += FIELDS, lines++) {
			assert_int_equal(trace_reader_next(r, &rec), TRACE_RECORD);
			amt_buf_clear(&text);
			trace_reader_text(r, &rec, &text);
			if (!strcmp(amt_buf_cstr(&text), t.rows.v[i + 2]) &&
			    signs(s, &text, &t.rows.v[i]))
				continue;
			bad++;
			print_message("# framing %zu, %s: %s\n", f, t.rows.v[i],
				      amt_buf_cstr(&text));
		}
		assert_int_equal(trace_reader_next(r, &rec), TRACE_END);
		trace_reader_close(r);
		amt_buf_free(&text);
		amt_buf_free(&log);
	}
	trace_signer_free(s);
	unload(&t);
	assert_int_equal(bad, 0);
	assert_true(lines >= 864);
}

/* The whole way, from a file to the facts: none is lost, in no framing. */
static void every_signature_in_a_file(void **state)
{
	char path[] = "/tmp/test-known-XXXXXX";
	struct table t;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	load(&t, "tests/logs/signatures.tsv");
	for (size_t f = 0; f < sizeof(framings) / sizeof(*framings); f++) {
		struct amt_strlist paths = {NULL, 0, 0};
		struct amt_notes notes = {.dropped = 0};
		struct trace_facts facts = {.amt = false};
		struct amt_error err;
		struct amt_buf log;
		framed(&t, framings[f], &log);
		assert_int_equal(pwrite(fd, amt_buf_cstr(&log), log.len, 0), log.len);
		assert_int_equal(ftruncate(fd, (off_t)log.len), 0);
		amt_vec_push(&paths, path);
		assert_true(trace_collect(&paths, NULL, &facts, &notes, &err));
		for (size_t i = 0; i < t.rows.n; i += FIELDS) {
			uint64_t count = 0, want = 0;
			for (size_t k = 0; k < facts.signatures.n; k++)
				if (!strcmp(trace_signatures[facts.signatures.v[k].row].id,
					    t.rows.v[i]))
					count = facts.signatures.v[k].count;
			for (size_t k = 0; k < t.rows.n; k += FIELDS)
				want += !strcmp(t.rows.v[k], t.rows.v[i]);
			if (count < want)
				fail_msg("framing %zu: %s is counted %u times of %u", f,
					 t.rows.v[i], (unsigned)count, (unsigned)want);
		}
		trace_facts_free(&facts);
		amt_notes_free(&notes);
		amt_vec_free(&paths);
		amt_buf_free(&log);
	}
	unload(&t);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code),
		cmocka_unit_test(pasted_codes),
		cmocka_unit_test(every_wording),
		cmocka_unit_test(every_signature),
		cmocka_unit_test(every_signature_in_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
