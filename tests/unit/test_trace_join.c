/* What Amtproxymgr.log says of a task joins the task; alone it is no task that still runs. */
#include "amtdiag/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AT(clock)                    "><Wed Jan 14 " clock " 2009 GMT Standard Time>"
#define THREAD                       "<thread=7 (0x7)>\r\n"
#define LINE(component, text, clock) text "  $$<" component AT(clock) THREAD
#define MANAGER(text, clock)         LINE("SMS_AMT_OPERATION_MANAGER", text, clock)

static const char task[] = MANAGER("Provision task begin", "10:00:01.000")
	MANAGER("Provision target is indicated with SMS resource id. (MachineId = 48 "
		"pc1.example.com)",
		"10:00:02.000")
		MANAGER("Passed OTP check on AMT device pc1.example.com.", "10:00:03.000")
			MANAGER("Auto-worker Thread Pool: Succeed to run the task "
				"pc1.example.com.. Remove it from task list.",
				"10:00:09.000");

static void write_file(const char *dir, const char *name, const char *text, char path[64])
{
	snprintf(path, 64, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
}

/* The tasks of both logs; manager may be NULL. */
static void collect(struct trace_facts *f, const char *manager, const char *proxy)
{
	struct amt_strlist paths = {NULL, 0, 0};
	struct amt_notes notes = {.dropped = 0};
	struct amt_error err;
	char dir[] = "/tmp/amtdiag-join-XXXXXX", a[64], b[64];

	assert_non_null(mkdtemp(dir));
	if (manager) {
		write_file(dir, "Amtopmgr.log", manager, a);
		amt_vec_push(&paths, a);
	}
	write_file(dir, "Amtproxymgr.log", proxy, b);
	amt_vec_push(&paths, b);
	*f = (struct trace_facts){.amt = false};
	assert_true(trace_collect(&paths, NULL, f, &notes, &err));
	amt_vec_free(&paths);
	amt_notes_free(&notes);
	if (manager)
		unlink(a);
	unlink(b);
	rmdir(dir);
}

#define PROXY(clock)                                                                               \
	LINE("SMS_AMT_PROXY_COMPONENT",                                                            \
	     "Failed to add machine pc1.example.com to AD. Error = 0x80070005", clock)

static void joins_its_task(void **state)
{
	struct trace_facts f;

	(void)state;
	collect(&f, task, PROXY("10:00:05.000"));
	assert_int_equal(f.sessions.n, 1);
	const struct trace_session *s = &f.sessions.v[0];
	assert_int_equal(s->outcome, TRACE_COMPLETE);
	assert_int_equal(s->errors, 1);
	assert_true(s->cause.set && s->cause.code == 0x80070005);
	assert_int_equal(s->n_milestones, 4);
	assert_int_equal(s->milestones[2].event, TRACE_EV_OTP_OK);
	assert_int_equal(s->milestones[3].event, TRACE_EV_AD_FAILED);
	assert_int_equal(f.outcomes[TRACE_PROVISION][TRACE_RUNNING], 0);
	assert_int_equal(f.devices.v[0].outcomes[TRACE_RUNNING], 0);
	assert_int_equal(f.devices.v[0].outcomes[TRACE_COMPLETE], 1);
	assert_int_equal(f.devices.v[0].last_session, 0);
	trace_facts_free(&f);
}

static void alone_it_failed(void **state)
{
	/* Hours later it is another matter. */
	static const char *const managers[] = {NULL, task};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct trace_facts f;
		collect(&f, managers[i], PROXY("13:00:05.000"));
		assert_int_equal(f.sessions.n, i + 1);
		assert_int_equal(f.sessions.v[i].outcome, TRACE_FAILED);
		assert_true(f.sessions.v[i].confirmed);
		assert_int_equal(f.devices.v[0].outcomes[TRACE_FAILED], 1);
		assert_int_equal(f.devices.v[0].outcomes[TRACE_RUNNING], 0);
		trace_facts_free(&f);
	}
}

#define ON(thread, text, clock)                                                                    \
	text "  $$<SMS_AMT_OPERATION_MANAGER" AT(clock) "<thread=" thread " (0x" thread ")>\r\n"
#define BEGIN(thread, id, host, clock)                                                             \
	ON(thread, "Provision task begin", clock)                                                  \
	ON(thread,                                                                                 \
	   "Provision target is indicated with SMS resource id. (MachineId = " id " " host ")",    \
	   clock)
#define END(thread, clock) ON(thread, "Provision task end", clock)
#define SAYS(text, clock)  LINE("SMS_AMT_PROXY_COMPONENT", text, clock)

static const struct trace_session *of_machine(const struct trace_facts *f, uint32_t machine)
{
	for (size_t i = 0; i < f->sessions.n; i++)
		if (f->sessions.v[i].machine == machine)
			return &f->sessions.v[i];
	fail_msg("no task of machine %u", machine);
	return NULL;
}

/* One thread of the proxy component serves all devices in turn, in wordings that may be unknown. */
static void one_thread_many_devices(void **state)
{
	static const char manager[] = BEGIN("1", "11", "a.example.com", "10:00:00.000")
		BEGIN("2", "12", "b.example.com", "10:00:01.000")
			BEGIN("3", "13", "c.example.com", "10:00:02.000") END("1", "10:01:00.000")
				END("2", "10:01:00.000") END("3", "10:01:00.000");
	static const char proxy[] = SAYS(
		"Failed to add machine b.example.com to AD. Error = 0x80070005", "10:00:10.000")
		SAYS("Failed to add machine c.example.com to AD. Error = 0x8007202B",
		     "10:00:11.000") SAYS("Failed to submit request for machine id 12, error = "
					  "0x80094012",
					  "10:00:12.000")
			SAYS("Error: request of A.EXAMPLE.COM. ended, 0x80094012", "10:00:13.000")
				SAYS("Error: request of x.example.com: 0x80094012", "10:00:14.000");
	struct trace_facts f;

	(void)state;
	collect(&f, manager, proxy);
	assert_int_equal(f.sessions.n, 3);
	assert_int_equal(f.devices.n, 3);
	assert_int_equal(of_machine(&f, 11)->cause.code, 0x80094012);
	assert_int_equal(of_machine(&f, 12)->cause.code, 0x80070005);
	assert_int_equal(of_machine(&f, 12)->errors, 2);
	assert_int_equal(of_machine(&f, 13)->cause.code, 0x8007202B);
	/* They ended in silence; the proxy tells why. */
	for (uint32_t id = 11; id <= 13; id++)
		assert_int_equal(of_machine(&f, id)->outcome, TRACE_FAILED);
	assert_int_equal(f.outcomes[TRACE_PROVISION][TRACE_FAILED], 3);
	assert_int_equal(f.outcomes[TRACE_PROVISION][TRACE_UNKNOWN], 0);
	trace_facts_free(&f);
}

/* Such an error is of a task or of nobody; the known words of a failure stand alone too. */
static void unknown_words_make_no_task(void **state)
{
	struct trace_facts f;

	(void)state;
	collect(&f, BEGIN("1", "11", "a.example.com", "10:00:00.000") END("1", "10:01:00.000"),
		SAYS("Error: request of a.example.com ended, 0x80094012", "13:00:13.000"));
	assert_int_equal(f.sessions.n, 1);
	assert_false(f.sessions.v[0].cause.set);
	assert_int_equal(f.outcomes[TRACE_PROVISION][TRACE_RUNNING], 0);
	trace_facts_free(&f);
}

/* What a task is shows by its calls, when nothing else is left of it. */
static void kinds_by_calls(void **state)
{
	static const struct {
		const char *log;
		enum trace_kind kind;
	} rows[] = {
		{BEGIN("1", "11", "a.example.com", "10:00:00.000")
			 ON("1",
			    "SecurityAdministration.Unprovision finished with HResult = 0x0, "
			    "status = 0x0, clientError = 0.",
			    "10:00:01.000"),
		 TRACE_UNPROVISION},
		{BEGIN("1", "11", "a.example.com", "10:00:00.000")
			 ON("1",
			    "SecurityAdministration.PartialUnprovision finished with HResult = "
			    "0x0, status = 0x0, clientError = 0.",
			    "10:00:01.000"),
		 TRACE_PARTIAL_UNPROVISION},
		{ON("1",
		    "RemoteControl.GetSystemPowerState finished with HResult = 0x0, status = 0x0, "
		    "clientError = 0.",
		    "10:00:01.000"),
		 TRACE_POWER},
		{ON("1",
		    "SecurityAdministration.SetMEBxPassword finished with HResult = 0x0, status = "
		    "0x0, clientError = 0.",
		    "10:00:01.000"),
		 TRACE_PROVISION},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct trace_facts f;
		collect(&f, rows[i].log, "");
		assert_int_equal(f.sessions.n, 1);
		assert_int_equal(f.sessions.v[0].kind, rows[i].kind);
		trace_facts_free(&f);
	}
}

/* That the directory or the firmware refused something says nothing against the connection. */
static void no_connection_is_not_everything(void **state)
{
	static const struct {
		const char *log;
		bool connection;
	} rows[] = {
		{SAYS("Failed to add machine b.example.com to AD. Error = 0x80070005",
		      "10:00:10.000"),
		 false},
		{BEGIN("1", "11", "a.example.com", "10:00:00.000")
			 ON("1",
			    "SecurityAdministration.CommitChanges finished with HResult = 0x0, "
			    "status = 0x810, clientError = 0.",
			    "10:00:01.000") END("1", "10:00:02.000"),
		 false},
		{BEGIN("1", "11", "a.example.com", "10:00:00.000")
			 ON("1", "Error: request ended, 0x80094012", "10:00:01.000")
				 END("1", "10:00:02.000"),
		 false},
		{BEGIN("1", "11", "a.example.com", "10:00:00.000")
			 ON("1",
			    "Error 0x80090326 returned by InitializeSecurityContext during follow "
			    "up TLS handshaking with server.",
			    "10:00:01.000") END("1", "10:00:02.000"),
		 true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct amt_context ctx = {0};
		struct amt_findings fs = {0};
		struct trace_facts f;
		bool connection = false;
		collect(&f, NULL, rows[i].log);
		trace_judge(&f, &ctx, &fs);
		for (size_t k = 0; k < fs.list.n; k++)
			connection |= !strcmp(fs.list.v[k]->item->id, "S3.V01c") &&
				      fs.list.v[k]->verdict == AMT_FAIL;
		if (connection != rows[i].connection)
			fail_msg("row %zu: connection %d", i, connection);
		amt_findings_free(&fs);
		trace_facts_free(&f);
	}
}

/* A thread that is gone, or a newer task of the same computer, ends one that never said so. */
static void running_no_more(void **state)
{
#define STARTED                                                                                    \
	ON("9", "SMS_EXECUTIVE started SMS_AMT_OPERATION_MANAGER as thread ID 9 (0x9).",           \
	   "10:05:00.000")
	static const struct {
		const char *log;
		enum trace_outcome first;
	} rows[] = {
		{BEGIN("1", "11", "a.example.com", "10:00:00.000"), TRACE_RUNNING},
		{BEGIN("1", "11", "a.example.com", "10:00:00.000") STARTED, TRACE_UNKNOWN},
		{BEGIN("1", "11", "a.example.com", "10:00:00.000")
			 BEGIN("2", "12", "b.example.com", "10:09:00.000"),
		 TRACE_RUNNING},
		{BEGIN("1", "11", "a.example.com", "10:00:00.000")
			 BEGIN("2", "11", "a.example.com", "10:09:00.000"),
		 TRACE_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct trace_facts f;
		collect(&f, rows[i].log, "");
		assert_int_equal(of_machine(&f, 11)->outcome, rows[i].first);
		trace_facts_free(&f);
	}
}

/* More tasks than are remembered by themselves, and fewer: all that began before a start are over.
 */
static void restarts_end_all(void **state)
{
#define TAIL "  $$<SMS_AMT_OPERATION_MANAGER" AT("10:05:00.000") "<thread=%u (0x%X)>\r\n"
	static const unsigned tasks[] = {3, 200, 5};
	struct amt_buf log;
	struct trace_facts f;
	unsigned id = 100;

	(void)state;
	amt_buf_init(&log, AMT_MIB);
	for (size_t round = 0; round < 3; round++) {
		for (unsigned t = 1000; t < 1000 + tasks[round]; t++, id++)
			amt_buf_printf(&log,
				       "Provision task begin" TAIL
				       "Provision target is indicated with SMS resource id. "
				       "(MachineId = %u pc%u.example.com)" TAIL,
				       t, t, id, id, t, t);
		amt_buf_str(&log, round < 2 ? STARTED : "");
	}
	collect(&f, amt_buf_cstr(&log), "");
	assert_int_equal(f.sessions.n, 208);
	for (uint32_t m = 100; m < id; m++)
		assert_int_equal(of_machine(&f, m)->outcome,
				 m < 303 ? TRACE_UNKNOWN : TRACE_RUNNING);
	trace_facts_free(&f);
	amt_buf_free(&log);
}

/* The worker that reads an order's file is not the thread that carries it out. */
static void an_order_is_no_task(void **state)
{
	static const char log[] = ON(
		"1",
		"Incoming instruction file D:\\SMS\\inboxes\\amtopmgr.box\\wake\\11 to Operation "
		"Worker.",
		"10:00:00.000")
		ON("2", "Power control task begin: WakeUp a.example.com", "10:00:01.000")
			ON("2", "Power control task end", "10:00:02.000");
	struct trace_facts f;

	(void)state;
	collect(&f, log, "");
	assert_int_equal(f.sessions.n, 1);
	assert_int_equal(f.sessions.v[0].thread, 2);
	trace_facts_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(joins_its_task),
					   cmocka_unit_test(running_no_more),
					   cmocka_unit_test(restarts_end_all),
					   cmocka_unit_test(an_order_is_no_task),
					   cmocka_unit_test(alone_it_failed),
					   cmocka_unit_test(one_thread_many_devices),
					   cmocka_unit_test(unknown_words_make_no_task),
					   cmocka_unit_test(kinds_by_calls),
					   cmocka_unit_test(no_connection_is_not_everything)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
