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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(joins_its_task),
					   cmocka_unit_test(alone_it_failed)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
