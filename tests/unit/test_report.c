/* report: folding, findings and notes, round trip, every writer. */
#include "amtdiag/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct amt_style plain = {.width = 80};

/* na < pass < pending < warn < skipped < unknown < fail, written out once more by hand. */
static const enum amt_verdict order[] = {AMT_NA,      AMT_PASS,    AMT_PENDING, AMT_WARN,
					 AMT_SKIPPED, AMT_UNKNOWN, AMT_FAIL};

static void folding_all_pairs(void **state)
{
	(void)state;
	for (size_t a = 0; a < 7; a++) {
		for (size_t b = 0; b < 7; b++) {
			enum amt_verdict worse = order[a > b ? a : b];
			assert_int_equal(amt_verdict_fold(order[a], order[b]), worse);
			for (size_t c = 0; c < 7; c++)
				assert_int_equal(
					amt_verdict_fold(amt_verdict_fold(order[a], order[b]),
							 order[c]),
					amt_verdict_fold(order[a],
							 amt_verdict_fold(order[b], order[c])));
		}
	}
}

static void exit_codes(void **state)
{
	static const int want[] = {0, 0, 1, 1, 3, 3, 2};

	(void)state;
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(amt_verdict_exit(order[i]), want[i]);
	for (int v = 0; v < AMT_VERDICTS; v++) {
		enum amt_verdict back;
		assert_true(amt_verdict_parse(amt_verdict_name((enum amt_verdict)v), &back));
		assert_int_equal(back, v);
	}
}

static void sample(struct amt_run *r)
{
	struct amt_finding *f;

	*r = (struct amt_run){
		.tool = "amt-stage", .version = "0.1.0", .headline = "One <thing> is broken."};
	f = amt_finding_add(&r->findings, "S3.C14", AMT_FAIL, "CN=<evil>\x1b[31m", "RSA %d bits",
			    4096);
	amt_finding_evidence(&r->findings, f, "chain.pem", "certificate 2",
			     "RSA 4096 \"bits\" & more");
	amt_finding_evidence(&r->findings, f, "other.pem", NULL, NULL);
	amt_finding_action(&r->findings, f, "Order a certificate with a key of %d bits", 2048);
	amt_finding_add(&r->findings, "S1.V01", AMT_UNKNOWN, "", "no answer");
	amt_finding_add(&r->findings, "S2.V01a", AMT_PASS, "pc1", "seen");
	amt_finding_add(&r->findings, "S2.V01b", AMT_WARN, "pc|2", "bad UTF-8 \xff here");
	amt_note_add(&r->notes, "x.log", "cut at byte %d", 7);
	r->facts = json_pack("{s:[{s:s},{s:s}],s:i,s:[]}", "hosts", "name", "pc1", "name", "pc2",
			     "n", 2, "none");
}

static char *render(struct amt_run *r, enum amt_format format)
{
	struct amt_buf b;
	struct amt_error err;

	amt_buf_init(&b, AMT_MIB);
	assert_true(amt_report_write(r, format, &plain, &b, &err));
	return b.data;
}

static void round_trip(void **state)
{
	struct amt_run r, q = {.tool = "amt-stage", .version = "0.1.0"};
	struct amt_error err;
	json_t *doc;

	(void)state;
	sample(&r);
	char *text = render(&r, AMT_FORMAT_JSON);
	assert_true(amt_report_parse(text, strlen(text), "memory", &doc, &err));
	assert_true(amt_findings_from_json(json_object_get(doc, "findings"), &q.findings, &err));
	json_t *a = amt_findings_to_json(&r.findings), *b = amt_findings_to_json(&q.findings);
	assert_true(json_equal(a, b));
	assert_int_equal(q.findings.list.v[0]->actions.n, 1); /* the catalogue's are not doubled */
	assert_true(json_equal(json_object_get(doc, "facts"), r.facts));
	json_decref(a);
	json_decref(b);
	json_decref(doc);
	free(text);
	amt_run_free(&q);
	amt_run_free(&r);
}

static void ndjson_is_the_same_document(void **state)
{
	struct amt_run r;
	json_t *one, *two;
	struct amt_error err;

	(void)state;
	sample(&r);
	char *json = render(&r, AMT_FORMAT_JSON), *nd = render(&r, AMT_FORMAT_NDJSON);
	assert_true(amt_report_parse(json, strlen(json), "json", &one, &err));
	assert_true(amt_report_parse(nd, strlen(nd), "ndjson", &two, &err));
	assert_true(json_equal(json_object_get(one, "facts"), json_object_get(two, "facts")));
	assert_int_equal(json_array_size(json_object_get(two, "findings")), 4);
	assert_true(json_equal(json_object_get(one, "counts"), json_object_get(two, "counts")));
	json_decref(one);
	json_decref(two);
	free(json);
	free(nd);
	amt_run_free(&r);
}

static void bad_documents(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"{\"schema\":\"other/1\",\"facts\":{}}",
		"{\"schema\":\"amtdiag/1\"}",
		"{\"schema\":\"amtdiag/1\",\"schema\":\"amtdiag/1\",\"facts\":{}}",
		"\xff\xfe"};
	struct amt_findings fs = {0};
	struct amt_error err;
	json_t *doc = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(amt_report_parse(bad[i], strlen(bad[i]), "bad.json", &doc, &err));
		assert_non_null(strstr(err.text, "bad.json"));
	}
	static const char *const lists[] = {"{}", "[{}]",
					    "[{\"id\":\"NO.1\",\"verdict\":\"pass\"}]",
					    "[{\"id\":\"S3.C14\",\"verdict\":\"maybe\"}]", "[7]"};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		json_t *j = json_loads(lists[i], JSON_DECODE_ANY, NULL);
		assert_false(amt_findings_from_json(j, &fs, &err));
		json_decref(j);
	}
	amt_findings_free(&fs);
}

static void foreign_bytes_stay_harmless(void **state)
{
	struct amt_run r;

	(void)state;
	sample(&r);
	for (int f = 0; f < AMT_FORMATS; f++) {
		char *text = render(&r, (enum amt_format)f);
		if (f != AMT_FORMAT_CSV) {
			assert_null(strchr(text, '\x1b'));
			assert_true(amt_utf8_valid(text, strlen(text)));
		}
		if (f == AMT_FORMAT_HTML || f == AMT_FORMAT_JUNIT)
			assert_null(strstr(text, "<evil>"));
		free(text);
	}
	amt_run_free(&r);
}

static void status_is_one_line(void **state)
{
	struct amt_run r;

	(void)state;
	sample(&r);
	char *text = render(&r, AMT_FORMAT_STATUS);
	assert_int_equal(strncmp(text, "AMT CRITICAL - S3.C14 ", 22), 0);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	assert_ptr_equal(strchr(text, '|'), strrchr(text, '|')); /* one, before the perfdata */
	assert_non_null(strstr(text, " fail=1;;;0"));
	free(text);
	amt_run_free(&r);
}

static void text_wraps_and_names_everything(void **state)
{
	struct amt_run r;
	struct amt_style narrow = {.width = 60};
	struct amt_buf b;

	(void)state;
	sample(&r);
	amt_buf_init(&b, AMT_MIB);
	assert_true(amt_report_write(&r, AMT_FORMAT_TEXT, &narrow, &b, NULL));
	for (const char *p = b.data; *p;) {
		size_t n = strcspn(p, "\n");
		assert_true(amt_text_width(p, n) <= 60 || !memchr(p, ' ', n));
		p += n + (p[n] != '\0');
	}
	assert_non_null(strstr(b.data, "FAIL     S3.C14"));
	assert_non_null(strstr(b.data, "1. Order a certificate with a key of 2048"));
	assert_non_null(strstr(b.data, "x.log: cut at byte 7"));
	assert_non_null(strstr(b.data, "Verdict: FAIL (1 fail, 1 unknown, 1 warn, 1 pass)"));
	/* worst first */
	assert_true(strstr(b.data, "FAIL     S3") < strstr(b.data, "UNKNOWN  S1"));
	assert_true(strstr(b.data, "UNKNOWN  S1") < strstr(b.data, "WARN     S2"));
	amt_buf_free(&b);
	amt_run_free(&r);
}

static void what_follows_is_counted_by_row(void **state)
{
	static const char *const rows[] = {"S3.V01a", "X.D01", "X.D01", "P.39"};
	struct amt_run r = {.tool = "amt-stage", .version = "0.1.0"};
	struct amt_style wide = {.width = 0};
	struct amt_buf b;

	(void)state;
	amt_finding_add(&r.findings, "S3.V01c", AMT_FAIL, "pc1", "no connection");
	for (size_t i = 0; i < 4; i++) {
		struct amt_finding *f = amt_finding_add(
			&r.findings, rows[i], i < 3 ? AMT_FAIL : AMT_UNKNOWN, "pc1", "port");
		f->because_id = "S3.V01c";
		f->because_subject = "pc1";
	}
	amt_buf_init(&b, AMT_MIB);
	assert_true(amt_report_write(&r, AMT_FORMAT_TEXT, &wide, &b, NULL));
	assert_non_null(strstr(b.data, "then: 4 checks wait for this or follow from it: S3.V01a "
				       "(fails), X.D01 2 times (fail), P.39\n"));
	amt_buf_free(&b);
	amt_run_free(&r);
}

static void text_goes_on_behind_its_label(void **state)
{
	struct amt_run r = {.tool = "amt-stage", .version = "0.1.0"};
	struct amt_style narrow = {.width = 41};
	struct amt_section *s = amt_section_text(&r, "t");
	struct amt_buf b;

	(void)state;
	amt_buf_str(&s->text, "  do now:  1. look at the records of the other zone\n"
			      "    as many as there are clients, and one more\n"
			      "  \033[m:  a label that would like to be a colour\n");
	amt_buf_init(&b, AMT_MIB);
	assert_true(amt_report_write(&r, AMT_FORMAT_TEXT, &narrow, &b, NULL));
	assert_non_null(strstr(b.data, "  do now:  1. look at the records of the\n"
				       "           other zone\n"));
	assert_non_null(strstr(b.data, "    as many as there are clients, and\n"
				       "    one more\n"));
	assert_null(strchr(b.data, '\033'));
	amt_buf_free(&b);
	amt_run_free(&r);
}

static void csv_quotes(void **state)
{
	struct amt_run r = {.tool = "amt-stage", .version = "0.1.0"};
	static const struct amt_column columns[] = {{.title = "A"}, {.title = "B"}};
	struct amt_section *s = amt_section_table(&r, "t", columns, 2);

	(void)state;
	s->main = true;
	amt_section_cell(&r, s, "a\"b,c");
	amt_section_cell(&r, s, "=cmd()");
	amt_section_cell(&r, s, "plain");
	amt_section_cell(&r, s, "two\nlines");
	char *text = render(&r, AMT_FORMAT_CSV);
	assert_string_equal(text, "A,B\r\n\"a\"\"b,c\",\"'=cmd()\"\r\nplain,\"two\nlines\"\r\n");
	free(text);
	amt_run_free(&r);
}

static void nothing_judged_is_unknown(void **state)
{
	struct amt_run r = {.tool = "amt-stage", .version = "0.1.0"};

	(void)state;
	assert_int_equal(amt_run_verdict(&r), AMT_UNKNOWN);
	char *text = render(&r, AMT_FORMAT_TEXT);
	assert_non_null(strstr(text, "nothing was judged"));
	free(text);
	amt_run_free(&r);
}

static void notes_are_bounded(void **state)
{
	struct amt_notes n = {0};

	(void)state;
	for (int i = 0; i < AMT_NOTES_MAX + 5; i++)
		amt_note_add(&n, "f", "note %d", i);
	assert_int_equal(n.list.n, AMT_NOTES_MAX);
	assert_int_equal(n.dropped, 5);
	amt_notes_free(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folding_all_pairs),
		cmocka_unit_test(exit_codes),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(ndjson_is_the_same_document),
		cmocka_unit_test(bad_documents),
		cmocka_unit_test(foreign_bytes_stay_harmless),
		cmocka_unit_test(status_is_one_line),
		cmocka_unit_test(text_wraps_and_names_everything),
		cmocka_unit_test(what_follows_is_counted_by_row),
		cmocka_unit_test(text_goes_on_behind_its_label),
		cmocka_unit_test(csv_quotes),
		cmocka_unit_test(nothing_judged_is_unknown),
		cmocka_unit_test(notes_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
