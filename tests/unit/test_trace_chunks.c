/* What is found in a log depends neither on how it is cut into chunks nor on the threads. */
#include "trace/chunk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *facts_of(const char *path, unsigned threads, size_t window, bool no_signatures)
{
	struct trace_options o = {
		.threads = threads, .window = window, .no_signatures = no_signatures};
	struct amt_strlist paths = {NULL, 0, 0};
	struct amt_notes notes = {.dropped = 0};
	struct trace_facts f = {.amt = false};
	struct amt_error err;

	amt_vec_push(&paths, path);
	bool ok = trace_collect(&paths, &o, &f, &notes, &err);
	json_t *j = trace_to_json(&f);
	char *s = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(j);
	if (!ok) {
		free(s);
		s = amt_strdup("none");
	}
	amt_vec_free(&paths);
	amt_notes_free(&notes);
	trace_facts_free(&f);
	return s;
}

static void same_however_cut(const char *path)
{
	static const struct {
		unsigned threads;
		size_t window;
	} ways[] = {{1, 64}, {2, 64}, {3, 97}, {1, 1000}, {2, 1000}, {4, 5003}, {1, 65536}, {2, 0}};
	char *want = facts_of(path, 1, 0, true);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char *got = facts_of(path, ways[i].threads, ways[i].window, true);
		if (strcmp(got, want) != 0)
			print_message("%s, %u threads, window %zu\n", path, ways[i].threads,
				      ways[i].window);
		assert_string_equal(got, want);
		free(got);
	}
	free(want);
}

static void each_capture(void (*fn)(const char *path, void *arg), void *arg)
{
	DIR *d = opendir("captures/logs");
	struct dirent *e;
	char path[512];

	assert_non_null(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' || !strcmp(e->d_name, "make-samples") ||
		    !strcmp(e->d_name, "README.md"))
			continue;
		snprintf(path, sizeof(path), "captures/logs/%s", e->d_name);
		fn(path, arg);
	}
	closedir(d);
}

static void one(const char *path, void *arg)
{
	(void)arg;
	same_however_cut(path);
}

static void captures(void **state)
{
	(void)state;
	each_capture(one, NULL);
	same_however_cut("captures/contoso/logs/Amtopmgr.log");
}

/* A busy log, and between its lines now and then one of another kind. */
static size_t line(FILE *out, unsigned i)
{
	static const char *const odd[] = {
		"first line of a record\r\nits second line, $$ and all",
		"<![LOG[of the client]LOG]!><time=\"13:43:12.123+000\" date=\"01-14-2009\" "
		"component=\"oobmgmt\" context=\"\" type=\"3\" thread=\"2436\" file=\"x:1\">\r\n",
		"one record  $$<SMS_X><Wed Jan 14 13:43:12.123 2009 GMT Standard Time>"
		"<thread=1 (0x1)>",
		"cut  $$<SMS_X><Wed Jan 14 13:4\r\n",
		"STATMSG: ID=500 SEV=I LEV=M SOURCE=\"SMS Server\" COMP=\"X\" SYS=host SITE=x "
		"PID=1 TID=1 GMTDATE=Wed Jan 14 18:43:12.146 2009 ISTR0=\"\" ",
		"<MAXIMUM LOG FILE SIZE REACHED - FILE RENAMED>\r\n",
		"\r\n\n",
		"p\xe4per ",
	};
	static const char *const plain[] = {
		">>>>>>>>> Provision task begin<<<<<<<<<",
		"Provision target is indicated with SMS resource id. (MachineId = 48 pc1.lab)",
		"ERROR: Invoke(get) failed: 80020009argNum = 0",
		"AMT Provision Worker: Wait 20 seconds...",
		">>>>>>>>>> Provision task end <<<<<<<<<",
	};

	if (i % 7 == 3)
		fputs(odd[i / 7 % 8], out);
	return (size_t)fprintf(
		out, "%s  $$<%s><Wed Jan 14 %u:%02u:%02u.%03u 2009 %s><thread=%u (0x%X)>\r\n",
		plain[i % 5], i / 50 % 3 ? "SMS_AMT_OPERATION_MANAGER" : "SMS_OTHER", i / 3600 % 24,
		i / 60 % 60, i % 60, i % 1000,
		i / 400 % 2 ? "Tokyo Standard Time" : "GMT Standard Time", 1000 + i % 11,
		1000 + i % 11);
}

static void mixture(void **state)
{
	char path[] = "/tmp/test_trace_chunks.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	FILE *out = fdopen(fd, "w");
	assert_non_null(out);
	for (unsigned i = 0; i < 3000; i++)
		(void)line(out, i);
	assert_int_equal(fclose(out), 0);
	same_however_cut(path);
	char *a = facts_of(path, 1, 0, false), *b = facts_of(path, 3, 777, false);
	assert_string_equal(a, b);
	assert_non_null(strstr(a, "\"cut\""));
	free(a);
	free(b);
	unlink(path);
}

/* The records joined from chunks are those that a reader gives one after the other. */
static void count_both(const char *path, void *arg)
{
	struct trace_facts f = {.amt = false};
	struct amt_strlist paths = {NULL, 0, 0};
	struct trace_options o = {.threads = 2, .window = 200, .no_signatures = true};
	struct amt_notes notes = {.dropped = 0};
	struct trace_record rec;
	struct amt_error err;
	uint64_t n = 0, damaged = 0;

	(void)arg;
	amt_vec_push(&paths, path);
	assert_true(trace_collect(&paths, &o, &f, &notes, &err));
	struct trace_reader *r = trace_reader_open(path, NULL, &err);
	while (trace_reader_next(r, &rec) == TRACE_RECORD) {
		n++;
		damaged += rec.damage != 0;
	}
	trace_reader_close(r);
	assert_int_equal(f.files.v[0].records, n);
	assert_int_equal(f.files.v[0].damaged, damaged);
	amt_vec_free(&paths);
	amt_notes_free(&notes);
	trace_facts_free(&f);
}

static void as_the_reader(void **state)
{
	(void)state;
	each_capture(count_both, NULL);
}

/* Bytes of a log broken, cut out and put in where nobody expects them. */
static void damaged(void **state)
{
	static const char odd[] = "$<>\n\r ~\0(x=9\xe4";
	char path[] = "/tmp/test_trace_chunks.XXXXXX";
	char text[256];
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 4; round++) {
		int fd = mkstemp(path);
		assert_true(fd >= 0);
		FILE *out = fdopen(fd, "w");
		assert_non_null(out);
		for (unsigned i = 0; i < 600; i++) {
			FILE *one = fmemopen(text, sizeof(text), "w");
			assert_non_null(one);
			size_t n = line(one, i);
			fclose(one);
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			size_t at = (size_t)(seed >> 33) % n;
			if (seed >> 60 < 5)
				text[at] = odd[(seed >> 20) % (sizeof(odd) - 1)];
			if (seed >> 60 == 6)
				n = at;
			fwrite(text, 1, n, out);
		}
		assert_int_equal(fclose(out), 0);
		same_however_cut(path);
		count_both(path, NULL);
		unlink(path);
		memcpy(path + strlen(path) - 6, "XXXXXX", 6);
	}
}

static void same_words(const char *a, size_t na, const char *b, size_t nb)
{
	assert_int_equal(a != NULL, b != NULL);
	if (!a)
		return;
	assert_int_equal(na, nb);
	assert_memory_equal(a, b, na);
}

/* A line that was seen before says what it said, in the same words. */
static void again(void **state)
{
	static const char *const lines[] = {
		"ERROR: Invoke(get) failed: 80020009argNum = 0",
		"SecurityAdministration.SetMEBxPassword finished with HResult = 0x0, status = "
		"0x10, "
		"clientError = 0.",
		"AMT Provision Worker: Wait 20 seconds...",
		"Create provisionHelper with (Hash: 0123456789ABCDEF0123456789ABCDEF01234567)",
		"Provision target is indicated with SMS resource id. (MachineId = 48 pc1.lab)",
		"Error 0x80090326 returned by InitializeSecurityContext",
		"something else with an error 0x80072ee2 in it",
		"short",
	};
	struct trace_memo *memo = amt_calloc(1, sizeof(*memo));
	struct chunk c = {.buf = NULL};
	struct trace_signer *signer = trace_signer_new(false, NULL);
	char copies[6 * sizeof(lines) / sizeof(lines[0])][200]; /* a chunk keeps its text */

	(void)state;
	for (size_t i = 0; i < 6 * sizeof(lines) / sizeof(lines[0]); i++) {
		const char *s = lines[i / 2 % (sizeof(lines) / sizeof(lines[0]))];
		bool ours = i / 2 % 3 != 0;
		struct trace_meaning a;
		struct trace_record x = {.framing = TRACE_SERVER, .type = -1, .text = s}, y = x;
		x.text_len = y.text_len = strlen(s);
		y.text = memcpy(copies[i] + i % 7, s, x.text_len);
		bool want = trace_understand(signer, &x, ours, &a);
		if (i % 5 == 0) { /* a new chunk */
			c.meanings.n = 0;
			memo->chunk++;
		}
		struct trace_say say = trace_understand_in(&c, memo, signer, &y, ours);
		assert_int_equal(say.meaning != 0, want);
		assert_int_equal(say.severity, a.severity);
		assert_int_equal(say.unknown, a.m.event == TRACE_EV_NONE && ours);
		if (!want)
			continue;
		assert_in_range(say.meaning, 1, c.meanings.n);
		struct trace_meaning b = c.meanings.v[say.meaning - 1];
		assert_int_equal(a.m.event, b.m.event);
		assert_ptr_equal(a.m.row, b.m.row);
		assert_int_equal(a.severity, b.severity);
		assert_int_equal(a.host_hash, b.host_hash);
		assert_int_equal(a.n_signs, b.n_signs);
		assert_memory_equal(a.signs, b.signs, a.n_signs);
		same_words(a.m.host, a.m.host_len, b.m.host, b.m.host_len);
		same_words(a.m.word, a.m.word_len, b.m.word, b.m.word_len);
		same_words(a.m.method, a.m.method_len, b.m.method, b.m.method_len);
		assert_int_equal(a.m.has_machine, b.m.has_machine);
		assert_true(!a.m.has_machine || a.m.machine == b.m.machine);
		assert_int_equal(a.m.has_hex, b.m.has_hex);
		assert_true(!a.m.has_hex || a.m.hex == b.m.hex);
		assert_int_equal(a.m.has_status, b.m.has_status);
		assert_true(!a.m.has_status || a.m.status == b.m.status);
	}
	trace_signer_free(signer);
	chunk_free(&c);
	free(memo);
}

/*
 * Where the offset is no whole hour, midnight falls into one. The lines of that hour go the
 * slow way: records are counted for the day that they are of.
 */
static void half_hours(void **state)
{
	char path[] = "/tmp/test_trace_chunks.XXXXXX";
	struct trace_facts f = {.amt = false};
	struct amt_strlist paths = {NULL, 0, 0};
	struct trace_options o = {.no_signatures = true};
	struct amt_notes notes = {.dropped = 0};
	struct amt_error err;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	FILE *out = fdopen(fd, "w");
	assert_non_null(out);
	for (unsigned i = 0; i < 600; i++) /* 0:00 to 10:00, in UTC from 18:30 of the day before */
		fprintf(out,
			"x  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 %02u:%02u:00.000 2009 India "
			"Standard Time><thread=1 (0x1)>\r\n",
			i / 60, i % 60);
	assert_int_equal(fclose(out), 0);
	amt_vec_push(&paths, path);
	assert_true(trace_collect(&paths, &o, &f, &notes, &err));
	assert_int_equal(f.days.n, 2);
	assert_int_equal(f.days.v[0].records, 330);
	assert_int_equal(f.days.v[1].records, 270);
	amt_vec_free(&paths);
	amt_notes_free(&notes);
	trace_facts_free(&f);
	same_however_cut(path);
	unlink(path);
}

/* More threads than there are states for, and a thread that goes on to another computer. */
static void many_threads(void **state)
{
	char path[] = "/tmp/test_trace_chunks.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	FILE *out = fdopen(fd, "w");
	assert_non_null(out);
	for (unsigned i = 0; i < 67000; i++)
		fprintf(out,
			"Succeed to connect target machine pc%u.lab and core version with 5.2.10 "
			"using provisioning account #0.  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 "
			"10:%02u:%02u.123 2009 GMT Standard Time><thread=%u (0x%X)>\r\n",
			i % 2, i / 60 % 60, i % 60, i < 66000 ? i : 7, i < 66000 ? i : 7);
	assert_int_equal(fclose(out), 0);
	char *a = facts_of(path, 1, 0, true), *b = facts_of(path, 2, 5003, true);
	assert_string_equal(a, b);
	const char *one = strstr(a, "\"firmware\":\"5.2.10\"");
	assert_non_null(one);
	assert_non_null(strstr(one + 1, "\"firmware\":\"5.2.10\""));
	free(a);
	free(b);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures),      cmocka_unit_test(mixture),
		cmocka_unit_test(as_the_reader), cmocka_unit_test(damaged),
		cmocka_unit_test(again),         cmocka_unit_test(half_hours),
		cmocka_unit_test(many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
