/* Searching gives what reading record by record gives: for files, and for what chance makes of
 * them. */
#include "amtdiag/trace.h"

#include "trace/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <glob.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

static void words_of_patterns(void **state)
{
	static const struct {
		const char *pattern, *words; /* "": none are certain */
	} rows[] = {
		{"error", "error"},
		{"ab", ""},
		{"pc01\\.corp", "pc01.corp"},
		{"status = 0x(1|2)", "status = 0x"},
		{"colou?r", "colo"},
		{"colou*r tone", "r tone"},
		{"aaa+bbbb", "bbbb"},
		{"aaaa{0,2}b", "aaa"},
		{"abc{2,5}", ""}, /* too short */
		{"abcd{x}ef", "x}ef"},
		{"error|fail", "error,fail"},
		{"error|", ""},
		{"(error|fail)", ""},
		{"(error|fail) code", " code"},
		{"(?i)error", "error"},
		{"(?x) e r r o r", ""},
		{"(*UTF)error", ""},
		{"\\Qa.b\\E", ""},
		{"\\x41\\x42\\x43", ""},
		{"\\N{U+2028}abc", ""},
		{"[abc]error[^]x]", "error"},
		{"(?:a[)]b)tail", "tail"},
		{"^error$", "error"},
		{"a~bcd", "bcd"},
		{"\xc3\xbc"
		 "berlauf",
		 "berlauf"},
		{"error)", ""},
		{"(?=.*foo)error", "error"},
	};
	static const char *const whole[] = {"error", "error|fail", "pc01\\.corp", "a b#c"};
	static const char *const part[] = {"error+",       "^error",   "erro[r]",  "a~error",
					   "error|faile?", "error\\b", "(?i)error"};
	struct needles one;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct needles n;
		char text[256] = "";
		const char *want = rows[i].words;
		if (needles_of(rows[i].pattern, &n))
			for (size_t k = 0; k < n.n; k++)
				snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s",
					 k ? "," : "", (int)n.len[k], n.text[k]);
		if (strcmp(text, want) != 0)
			fail_msg("%s: '%s', not '%s'", rows[i].pattern, text, want);
	}
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		assert_true(needles_of(whole[i], &one) && one.whole);
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		assert_false(needles_of(part[i], &one) && one.whole);
}

/* Every record whose text holds the word, as a line. */
static char *found(const char *p, size_t n, const char *word, bool fast, size_t *framed)
{
	struct trace_options o = {.threads = 1};
	struct trace_reader *r = trace_reader_memory(p, n, "x", &o);
	struct trace_search *s = fast ? trace_search_new(&word, 1) : NULL;
	struct trace_record rec;
	struct amt_buf text, out;

	amt_buf_init(&text, 16 * AMT_MIB);
	amt_buf_init(&out, 64 * AMT_MIB);
	if (s)
		trace_search_begin(s);
	while ((s ? trace_search_next(s, r, &rec) : trace_reader_next(r, &rec)) == TRACE_RECORD) {
		++*framed;
		trace_reader_clock(r, &rec);
		amt_buf_clear(&text);
		trace_reader_text(r, &rec, &text);
		if (!amt_memcasestr(amt_buf_cstr(&text), text.len, word))
			continue;
		amt_buf_printf(&out, "%llu %llu %u %u %u %lld %d %d %.*s|%s\n",
			       (unsigned long long)rec.offset, (unsigned long long)rec.line,
			       rec.lines, rec.damage, rec.has_thread ? rec.thread : 0,
			       (long long)rec.when.local, rec.when.bias, (int)rec.when.offset,
			       (int)rec.component_len, rec.component ? rec.component : "",
			       amt_buf_cstr(&text));
	}
	trace_search_free(s);
	trace_reader_close(r);
	amt_buf_free(&text);
	char *result = amt_strdup(amt_buf_cstr(&out));
	amt_buf_free(&out);
	return result;
}

static void same(const char *p, size_t n, const char *what)
{
	static const char *const words[] = {"error",      "machine", "certificate",
					    "0x80090308", "tls",     "Wed Jan"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t a = 0, b = 0;
		char *slow = found(p, n, words[i], false, &a),
		     *fast = found(p, n, words[i], true, &b);
		if (strcmp(slow, fast) != 0) {
			size_t at = 0;
			while (slow[at] == fast[at])
				at++;
			while (at && slow[at - 1] != '\n')
				at--;
			fail_msg("%s, '%s':\n%.300s\nsearch:\n%.300s", what, words[i], slow + at,
				 fast + at);
		}
		assert_true(b <= a);
		free(slow);
		free(fast);
	}
}

static glob_t logs;
static struct amt_buf all[64];
static size_t n_all;

static int load(void **state)
{
	struct amt_error err;

	(void)state;
	assert_int_equal(glob("captures/*logs/*.l*", 0, NULL, &logs), 0);
	assert_int_equal(glob("captures/contoso/logs/*.*", GLOB_APPEND, NULL, &logs), 0);
	for (size_t i = 0; i < logs.gl_pathc && n_all < 64; i++) {
		amt_buf_init(&all[n_all], AMT_MIB);
		assert_true(amt_file_read(logs.gl_pathv[i], &all[n_all++], &err));
	}
	assert_true(n_all > 8);
	return 0;
}

static void every_log(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_all; i++)
		same(all[i].data, all[i].len, logs.gl_pathv[i]);
}

static uint32_t seed = 7;
static uint32_t roll(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

/* Pieces of all logs behind one another, with damage: formats change in mid-file. */
static void by_chance(void **state)
{
	static const char *const odd[] = {"<![LOG[", "]LOG]!>", "$$<",       "\n",      "\r",
					  "~",       "\xfc",    "><thread=", "GMTDATE="};

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct amt_buf b;
		size_t want = round % 6 ? 20000 : 900000;
		char what[32];
		amt_buf_init(&b, 4 * AMT_MIB);
		while (b.len < want) {
			const struct amt_buf *from = &all[round % 2 ? roll((uint32_t)n_all) : 0];
			size_t at = roll((uint32_t)from->len), n = roll(6000);
			const char *nl = memchr(from->data + at, '\n', from->len - at);
			if (nl && roll(3))
				at = (size_t)(nl + 1 - from->data);
			amt_buf_add(&b, from->data + at, n < from->len - at ? n : from->len - at);
			if (!roll(4)) {
				const char *x = odd[roll(sizeof(odd) / sizeof(odd[0]))];
				amt_buf_add(&b, x, strlen(x));
			}
			if (roll(2))
				amt_buf_byte(&b, '\n');
		}
		snprintf(what, sizeof(what), "round %d", round);
		same(b.data, b.len, what);
		amt_buf_free(&b);
	}
}

#define TAIL                                                                                       \
	"  $$<SMS_AMT_OPERATION_MANAGER><Wed Jul 14 13:43:12.123 2010 GMT Standard "               \
	"Time><thread=2436 (0x984)>\r\n"

static void agree(const struct amt_buf *b, const char *must)
{
	size_t slow = 0, fast = 0;
	char *x = found(b->data, b->len, "needle", false, &slow),
	     *y = found(b->data, b->len, "needle", true, &fast);

	assert_string_equal(x, y);
	assert_non_null(strstr(y, must));
	free(x);
	free(y);
}

static void filler(struct amt_buf *b, size_t until)
{
	while (b->len < until)
		amt_buf_str(b, "Waiting for incoming hello message from AMT devices..." TAIL);
}

/* A string of random letters, some of which have relatives of another case beyond ASCII. */
static void babble(struct amt_buf *b, unsigned letters, bool word)
{
	static const char *const letter[] = {"k",        "s",        "i",
					     "e",        "K",        "S",
					     "I",        "E",        "\xe2\x84\xaa",
					     "\xc5\xbf", "\xc3\x9f", "\xc4\xb0",
					     "\xc4\xb1", "~",        "~ ",
					     " ",        "\r",       "\r\n",
					     "\t",       "\xff",     "."};

	for (unsigned i = 0; i < letters; i++) /* mostly ASCII */
		amt_buf_str(b, letter[roll(roll(6) ? 8 : word ? 13 : 21)]);
}

/* What the search says it knows of a text is what PCRE2 says of it; and nothing is missed. */
static size_t as_pcre2(const char *pattern, const struct amt_buf *log, bool fast, size_t *known)
{
	int what;
	PCRE2_SIZE where;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
					 PCRE2_CASELESS | PCRE2_UTF, &what, &where, NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	struct trace_reader *r = trace_reader_memory(log->data, log->len, "x", NULL);
	struct trace_search *s = fast ? trace_search_new(&pattern, 1) : NULL;
	struct trace_record rec;
	struct amt_buf text;
	size_t matches = 0, n;

	assert_non_null(code);
	amt_buf_init(&text, AMT_MIB);
	if (s)
		trace_search_begin(s);
	while ((s ? trace_search_next(s, r, &rec) : trace_reader_next(r, &rec)) == TRACE_RECORD) {
		amt_buf_clear(&text);
		trace_reader_text(r, &rec, &text);
		bool is = pcre2_match(code, (PCRE2_SPTR)amt_buf_cstr(&text), text.len, 0, 0, data,
				      NULL) >= 0;
		const char *there = trace_text_in_place(&rec, &n);
		if (s && there && trace_search_knows(s, r, there, n)) {
			assert_true(is);
			++*known;
		}
		matches += is;
	}
	trace_search_free(s);
	trace_reader_close(r);
	amt_buf_free(&text);
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return matches;
}

static void letters_of_either_case(void **state)
{
	struct amt_buf log, word;
	size_t known = 0;

	(void)state;
	amt_buf_init(&log, AMT_MIB);
	amt_buf_init(&word, 400);
	for (int round = 0; round < 400; round++) {
		amt_buf_clear(&log);
		amt_buf_clear(&word);
		do
			babble(&word, 3 + roll(2), true);
		while (!roll(4) && amt_buf_byte(&word, '|'));
		for (unsigned i = 0; i < 40; i++) {
			babble(&log, roll(40), false);
			if (!roll(3))
				amt_buf_str(&log, amt_buf_cstr(&word));
			amt_buf_str(&log, roll(9) ? TAIL : "\n");
		}
		size_t all_of_them = as_pcre2(amt_buf_cstr(&word), &log, false, &known);
		assert_int_equal(as_pcre2(amt_buf_cstr(&word), &log, true, &known), all_of_them);
	}
	struct trace_search *s = trace_search_new((const char *const[]){"needle"}, 1);
	assert_true(!s || known > 500);
	trace_search_free(s);
	amt_buf_free(&log);
	amt_buf_free(&word);
}

/* Hits that are no matches: marks that are looked for besides, and words that begin before the
 * text or end behind it. */
static void hits_beside_the_text(void **state)
{
	static const char *const patterns[] = {"needle", "log\\[a gm", "e  \\$\\$<", "2009"};
	struct amt_buf log;
	size_t known = 0;

	(void)state;
	amt_buf_init(&log, AMT_MIB);
	filler(&log, 2000);
	amt_buf_str(&log, "here stands GMTDATE=" TAIL "some" TAIL);
	filler(&log, 4000);
	amt_buf_str(&log, "<![LOG[a GMTDATE=]LOG]!><time=\"13:43:12.123+000\" "
			  "date=\"07-14-2009\" component=\"c\" context=\"\" type=\"1\" "
			  "thread=\"1\" file=\"\">\r\n");
	filler(&log, 8000);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		assert_int_equal(as_pcre2(patterns[i], &log, true, &known), 0);
	assert_int_equal(known, 0);
	amt_buf_free(&log);
}

/* What is passed over may matter: a status message sets the clock, a CCM record swallows lines. */
static void what_is_passed_over(void **state)
{
	struct amt_buf b;

	(void)state;
	amt_buf_init(&b, 8 * AMT_MIB);
	amt_buf_str(&b, "STATMSG: ID=1 SEV=I LEV=M SOURCE=\"SMS Server\" COMP=\"X\" SYS=S SITE=C "
			"PID=1 TID=2436 GMTDATE=Wed Jul 14 16:43:12.123 2010 ISTR0=\"\"" TAIL);
	filler(&b, 30000);
	amt_buf_str(&b, "a needle" TAIL);
	agree(&b, " 180 3 "); /* three hours, measured */
	amt_buf_clear(&b);
	amt_buf_str(&b, "<![LOG[this one goes on\r\n");
	filler(&b, 2000);
	amt_buf_str(&b, "to the needle]LOG]!><time=\"13:43:12.123+000\" date=\"07-14-2010\" "
			"component=\"c\" context=\"\" type=\"1\" thread=\"1\" file=\"\">\r\n");
	filler(&b, 3000);
	agree(&b, "this one goes on");
	amt_buf_free(&b);
}

/* A word that two windows share. */
static void across_windows(void **state)
{
	struct amt_buf b;

	(void)state;
	amt_buf_init(&b, 8 * AMT_MIB);
	for (size_t pad = 0; pad < 24; pad++) {
		amt_buf_clear(&b);
		filler(&b, AMT_CAP_READ - 400);
		while (b.len < AMT_CAP_READ - 16 + pad)
			amt_buf_byte(&b, '.');
		amt_buf_str(&b, "needle" TAIL);
		filler(&b, AMT_CAP_READ + 3000);
		agree(&b, "..needle");
	}
	amt_buf_free(&b);
}

/* It is worth it: in a large log few records are framed. */
static void frames_little(void **state)
{
	struct amt_buf b;
	size_t slow = 0, fast = 0;

	(void)state;
	amt_buf_init(&b, 8 * AMT_MIB);
	for (int i = 0; i < 20000; i++) {
		if (i == 15000)
			amt_buf_str(&b, "a needle of two lines:\r\n");
		filler(&b, b.len + 1);
	}
	struct trace_search *s = trace_search_new((const char *const[]){"needle"}, 1);
	if (!s) {
		amt_buf_free(&b);
		skip(); /* built without vectorscan */
	}
	trace_search_free(s);
	char *x = found(b.data, b.len, "needle", false, &slow),
	     *y = found(b.data, b.len, "needle", true, &fast);
	assert_string_equal(x, y);
	assert_non_null(strstr(y, " 15001 2 "));
	assert_int_equal(slow, 20000);
	assert_in_range(fast, 1, 10);
	free(x);
	free(y);
	amt_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_patterns),
		cmocka_unit_test(every_log),
		cmocka_unit_test(by_chance),
		cmocka_unit_test(what_is_passed_over),
		cmocka_unit_test(across_windows),
		cmocka_unit_test(frames_little),
		cmocka_unit_test(letters_of_either_case),
		cmocka_unit_test(hits_beside_the_text),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
