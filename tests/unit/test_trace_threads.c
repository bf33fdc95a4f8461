/* The state of a thread: many of them at once, names told again and again, long tasks. */
#include "amtdiag/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

static void line(struct amt_buf *b, unsigned thread, unsigned second, const char *zone,
		 const char *text)
{
	amt_buf_printf(b,
		       "%s  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 %02u:%02u:%02u.000 2009 %s "
		       "Standard Time><thread=%u (0x%X)>\r\n",
		       text, 10 + second / 3600, second / 60 % 60, second % 60, zone, thread,
		       thread);
}

static void collect(struct trace_facts *f, const struct amt_buf *log, size_t window,
		    unsigned threads)
{
	struct trace_options o = {.window = window, .threads = threads};
	struct amt_strlist paths = {NULL, 0, 0};
	struct amt_notes notes = {.dropped = 0};
	char path[] = "/tmp/test-threads-XXXXXX";
	struct amt_error err;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, log->data, log->len), log->len);
	close(fd);
	*f = (struct trace_facts){.amt = false};
	amt_vec_push(&paths, path);
	assert_true(trace_collect(&paths, &o, f, &notes, &err));
	amt_vec_free(&paths);
	amt_notes_free(&notes);
	unlink(path);
}

/* More versions than a state can tell apart, and one that comes back. */
static void versions(void **state)
{
	struct trace_facts f;
	struct amt_buf log;
	char text[160];

	(void)state;
	amt_buf_init(&log, AMT_MIB);
	for (unsigned i = 0; i <= 300; i++) {
		line(&log, 7, 4 * i, "GMT", "Provision task begin");
		snprintf(text, sizeof(text),
			 "Succeed to connect target machine %s and core version with 5.2.%u using "
			 "provisioning account #0.",
			 i % 2 ? "PC1.example.com" : "pc1.example.com", i % 300);
		line(&log, 7, 4 * i + 1, "GMT", text);
		line(&log, 7, 4 * i + 2, "GMT", "Provision task end");
	}
	collect(&f, &log, 0, 1);
	assert_int_equal(f.devices.n, 1);
	assert_string_equal(f.devices.v[0].firmware, "5.2.0");
	assert_int_equal(f.sessions.n, 301);
	assert_int_equal(f.devices.v[0].seen_last, f.sessions.v[300].end);
	for (size_t i = 0; i < f.sessions.n; i++)
		assert_int_equal(f.sessions.v[i].device, 0);
	trace_facts_free(&f);
	amt_buf_free(&log);
}

/* A thread that tells of one computer after the other, without a beginning or an end. */
static void turns(void **state)
{
	static const unsigned hosts[] = {1, 1, 2, 2, 1, 12, 1, 1};
	struct trace_facts f;
	struct amt_buf log;
	char text[160];

	(void)state;
	amt_buf_init(&log, AMT_MIB);
	for (unsigned i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		snprintf(text, sizeof(text),
			 "RETRY(3) - Validate client certificate for AMT device pc%u.example.com "
			 "being generated.",
			 hosts[i]);
		line(&log, 7, i, "GMT", text);
	}
	collect(&f, &log, 0, 1);
	assert_int_equal(f.devices.n, 3);
	assert_int_equal(f.sessions.n, 5);
	assert_string_equal(f.devices.v[f.sessions.v[1].device].id, "pc2.example.com");
	assert_int_equal(f.sessions.v[1].milestones[0].repeats, 1);
	assert_string_equal(f.devices.v[f.sessions.v[3].device].id, "pc12.example.com");
	trace_facts_free(&f);
	amt_buf_free(&log);
}

/* Each of 1,000 threads works for one computer; now and then a line goes the slow way. */
static void many(struct amt_buf *log)
{
	static const char *const steps[] = {
		"Provision task begin",
		"Provision target is indicated with SMS resource id. (MachineId = %u "
		"pc%u.example.com)",
		"RETRY(%u) - Validate client certificate for AMT device pc%u.example.com being "
		"generated.",
		"AMT Provision Worker: Send task pc%u.example.com to completion port",
		"Finished 1st stage provision on AMT device pc%u.example.com. Sleep 5 seconds for "
		"2nd stage provision.",
		"Start 2nd stage provision on AMT device pc%u.example.com.",
		"Provision task end"};
	static const char other[] =
		"<![LOG[Something else]LOG]!><time=\"10:00:00.000+000\" date=\"01-14-2009\" "
		"component=\"Other\" context=\"\" type=\"1\" thread=\"5\" file=\"a.cpp:1\">";
	unsigned n = 0;

	for (size_t s = 0; s < sizeof(steps) / sizeof(*steps); s++)
		for (unsigned t = 0; t < 1000; t++, n++) {
			char text[200], *at = text;
			/* Every number in it is the computer's. */
			for (const char *p = steps[s]; *p; p++) {
				if (*p == '%')
					at += snprintf(at, 12, "%u", 1 + t % 900), p++;
				else
					*at++ = *p;
			}
			*at = '\0';
			line(log, 100 + t, n, n % 97 == 5 ? "India" : "GMT", text);
			if (n % 101 == 0)
				amt_buf_printf(log, "%s\r\n", other);
		}
}

static void threads(void **state)
{
	static const struct {
		size_t window;
		unsigned threads;
	} ways[] = {{0, 1}, {4096, 1}, {700, 1}, {0, 2}, {2000, 2}};
	struct amt_buf log;

	(void)state;
	amt_buf_init(&log, 4 * AMT_MIB);
	many(&log);
	for (size_t w = 0; w < sizeof(ways) / sizeof(*ways); w++) {
		struct trace_facts f;
		collect(&f, &log, ways[w].window, ways[w].threads);
		assert_int_equal(f.devices.n, 900);
		assert_int_equal(f.sessions.n, 1000);
		for (size_t i = 0; i < f.sessions.n; i++) {
			const struct trace_session *s = &f.sessions.v[i];
			const struct trace_device *d = &f.devices.v[s->device];
			char id[40];
			snprintf(id, sizeof(id), "pc%u.example.com", 1 + (s->thread - 100) % 900);
			assert_string_equal(d->id, id);
			assert_int_equal(s->machine, 1 + (s->thread - 100) % 900);
			assert_int_equal(s->retries, s->machine);
			assert_int_equal(s->n_milestones, 6);
			assert_int_equal(s->milestones[0].event, TRACE_EV_BEGIN);
			assert_int_equal(s->milestones[4].event, TRACE_EV_STAGE2);
			assert_int_equal(s->milestones[5].event, TRACE_EV_END);
		}
		trace_facts_free(&f);
	}
	amt_buf_free(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
		cmocka_unit_test(turns),
		cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
