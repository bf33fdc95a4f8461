/* Calls by name and kinds of removal: from lines of a log to what PV.10, PV.11, S5.C06c, PV.20,
 * PV.21 and PV.23 say of each client, also by way of JSON and of partial results. */
#include "amtdiag/trace_partial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A line: the number of its thread, then its text; "+26" lets hours go by. */
#define BEGIN(t, n)                                                                                \
	t "Provision task begin\n" t                                                               \
	  "Provision target is indicated with SMS resource id. (MachineId = " n " pc" n            \
	  ".example.com)\n"
#define IS(t, call, hresult, status)                                                               \
	t call " finished with HResult = " hresult ", status = " status ", clientError = 0.\n"
#define WELL(t, call)        IS(t, call, "0x0", "0x0")
#define BAD(t, call, status) IS(t, call, "0x0", status)
#define HOST                 "NetworkAdmin.SetHostName"
#define DOMAIN               "NetworkAdmin.SetDomainName"
#define GET                  "NetworkTime.GetLowAccuracyTimeSynch"
#define SET                  "NetworkTime.SetHighAccuracyTimeSynch"
#define LISTENER             "RedirectionService.SetListenerEnabled"
#define STAGE1(t, n)         t "Start 1st stage provision on AMT device pc" n ".example.com.. (SOAP)\n"
#define STAGE1_END(t, n)                                                                           \
	t "Finished 1st stage provision on AMT device pc" n                                        \
	  ".example.com. Sleep 5 seconds for 2nd stage provision.\n"
#define POOL_OK(t, n)                                                                              \
	t "Auto-worker Thread Pool: Succeed to run the task pc" n                                  \
	  ".example.com.. Remove it from task list.\n"
#define FULL(t, n)   t "Finished full unprovision on AMT device pc" n ".example.com!\n"
#define PARTLY(t, n) t "Finished partial unprovision on AMT device pc" n ".example.com!\n"
#define REVOKE(t, n)                                                                               \
	t "Send request to AMT proxy component to REVOKE client certificate. (MachineId = " n ")"  \
	  "\n"
#define END(t) t "Provision task end\n"
#define GOOD(t, n)                                                                                 \
	BEGIN(t, n)                                                                                \
	STAGE1(t, n)                                                                               \
	WELL(t, GET)                                                                               \
	WELL(t, SET) WELL(t, HOST) WELL(t, DOMAIN) STAGE1_END(t, n) WELL(t, LISTENER) POOL_OK(t, n)
#define REMOVE(t, n) BEGIN(t, n) REVOKE(t, n) FULL(t, n) END(t) POOL_OK(t, n)
#define LATER        "+26\n9 AMT Provision Worker: Wakes up to process instruction files\n"
#define REQUEST(t, n)                                                                              \
	t "Send request to AMT proxy component to generate client certificate. (MachineId = " n    \
	  ")\n"
#define PC1 "pc1.example.com"

static void frame(FILE *f, const char *lines)
{
	int second = 0, hours = 0;

	for (const char *p = lines; *p;) {
		const char *end = strchr(p, '\n'), *text = p + 2;
		if (*p == '+') {
			hours += atoi(p + 1);
		} else {
			second++;
			fprintf(f,
				"%.*s  $$<SMS_AMT_OPERATION_MANAGER><01-%02d-2009 "
				"%02d:%02d:%02d.000+0><thread=%d (0x%X)>\r\n",
				(int)(end - text), text, 14 + hours / 24, hours % 24, second / 60,
				second % 60, *p - '0', (unsigned)(*p - '0'));
		}
		p = end + 1;
	}
}

static void collect(struct trace_facts *f, const char *lines)
{
	struct amt_strlist paths = {NULL, 0, 0};
	struct amt_notes notes = {.dropped = 0};
	struct amt_error err;
	char dir[] = "/tmp/amtdiag-calls-XXXXXX", path[64];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/Amtopmgr.log", dir);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	frame(out, lines);
	fclose(out);
	amt_vec_push(&paths, path);
	*f = (struct trace_facts){.amt = false};
	assert_true(trace_collect(&paths, NULL, f, &notes, &err));
	amt_vec_free(&paths);
	amt_notes_free(&notes);
	unlink(path);
	rmdir(dir);
}

static const struct row {
	const char *lines, *id;
	enum amt_verdict v; /* AMT_VERDICTS: the row says nothing */
	const char *subject, *says, *where;
} rows[] = {
	{GOOD("7 ", "1"), "PV.10", AMT_PASS, "", "written into AMT (1)", "line 8"},
	{GOOD("7 ", "1"), "PV.11", AMT_PASS, "", "read and set (1)", "line 8"},
	{GOOD("7 ", "1"), "S5.C06c", AMT_PASS, "", "succeeded (1)", "line 10"},
	/* Each call by its own result. */
	{BEGIN("7 ", "1") STAGE1("7 ", "1") WELL("7 ", HOST) BAD("7 ", DOMAIN, "0x1"), "PV.10",
	 AMT_FAIL, PC1, "NetworkAdmin.SetDomainName answered status 0x1 ", "line 5"},
	{BEGIN("7 ", "1") BAD("7 ", GET, "0x1") WELL("7 ", SET) WELL("7 ", HOST) WELL("7 ", DOMAIN),
	 "PV.10", AMT_PASS, "", "(1)", "line 6"},
	{BEGIN("7 ", "1") BAD("7 ", GET, "0x1") WELL("7 ", SET) WELL("7 ", HOST) WELL("7 ", DOMAIN),
	 "PV.11", AMT_FAIL, PC1, "GetLowAccuracyTimeSynch answered status 0x1 ", "line 3"},
	/* Not the first call that failed, but this one. */
	{BEGIN("7 ", "1") BAD("7 ", "SecurityAdministration.CommitChanges", "0x5")
		 BAD("7 ", LISTENER, "0x812"),
	 "S5.C06c", AMT_FAIL, PC1, "SetListenerEnabled answered status 0x812 ", "line 4"},
	{BEGIN("7 ", "1") IS("7 ", HOST, "0x80070005", "0x0") WELL("7 ", DOMAIN), "PV.10", AMT_FAIL,
	 PC1, "SetHostName did not get through", "line 3"},
	/* Tried again and done; done and tried again. */
	{BEGIN("7 ", "1") BAD("7 ", HOST, "0x1") WELL("7 ", DOMAIN) WELL("7 ", HOST), "PV.10",
	 AMT_PASS, "", "(1)", "line 5"},
	{BEGIN("7 ", "1") WELL("7 ", HOST) WELL("7 ", DOMAIN) BAD("7 ", HOST, "0x1"), "PV.10",
	 AMT_FAIL, PC1, "SetHostName", "line 5"},
	/* What was not seen is not judged: one of two, none, a line that is cut. */
	{BEGIN("7 ", "1") WELL("7 ", HOST) POOL_OK("7 ", "1"), "PV.10", AMT_VERDICTS},
	{BEGIN("7 ", "1") POOL_OK("7 ", "1"), "PV.11", AMT_VERDICTS},
	{BEGIN("7 ", "1") WELL("7 ", HOST) "7 " DOMAIN " finished with HResult = 0x0, sta\n",
	 "PV.10", AMT_VERDICTS},
	/* Threads and clients apart; a later task that tells nothing of it changes nothing. */
	{BEGIN("7 ", "1") BEGIN("8 ", "2") WELL("7 ", HOST) BAD("8 ", HOST, "0x1")
		 WELL("7 ", DOMAIN) WELL("8 ", DOMAIN),
	 "PV.10", AMT_FAIL, "pc2.example.com", "SetHostName", "line 6"},
	{GOOD("7 ", "1") BEGIN("7 ", "1") END("7 "), "PV.10", AMT_PASS, "", "(1)", "line 8"},
	{BEGIN("7 ", "1") BAD("7 ", HOST, "0x1") END("7 ") GOOD("7 ", "1"), "PV.10", AMT_PASS, "",
	 "(1)", "line 12"},
	{GOOD("7 ", "1") REMOVE("7 ", "1"), "PV.10", AMT_VERDICTS},
	/* Kinds of removal. */
	{REMOVE("7 ", "1"), "PV.21", AMT_PASS, "", "full removal finished (1)", "line 6"},
	{REMOVE("7 ", "1"), "PV.20", AMT_VERDICTS},
	{BEGIN("7 ", "1") REVOKE("7 ", "1") PARTLY("7 ", "1") END("7 "), "PV.20", AMT_PASS, "",
	 "(wording unconfirmed) (1)", "line 5"},
	{BEGIN("7 ", "1") REVOKE("7 ", "1")
		 BAD("7 ", "SecurityAdministration.PartialUnprovision", "0x1") END("7 "),
	 "PV.20", AMT_FAIL, PC1, "the partial removal failed: status 0x1", "line 4"},
	{BEGIN("7 ", "1") WELL("7 ", "SecurityAdministration.PartialUnprovision") REVOKE("7 ", "1")
		 BAD("7 ", "SecurityAdministration.CommitChanges", "0x1") END("7 "),
	 "PV.20", AMT_FAIL, PC1, "the partial removal failed", "line 5"},
	{BEGIN("7 ", "1") BAD("7 ", "SecurityAdministration.Unprovision", "0x1") END("7 "), "PV.21",
	 AMT_FAIL, PC1, "the full removal failed", "line 3"},
	{BEGIN("7 ", "1") "7 Error: Failed to do full unprovision on AMT device pc1.example.com. "
			  "(MachineId = 1)\n" END("7 "),
	 "PV.21", AMT_WARN, PC1, "(wording unconfirmed)", "line 3"},
	/* Which kind it was to be, the log does not say. */
	{BEGIN("7 ", "1") REVOKE("7 ", "1") BAD("7 ", "SecurityAdministration.CommitChanges", "0x1")
		 END("7 "),
	 "PV.21", AMT_VERDICTS},
	{GOOD("7 ", "1"), "PV.21", AMT_VERDICTS},
	/* What came after it. */
	{REMOVE("7 ", "1") LATER, "PV.23", AMT_PASS, "", "nothing asked for provisioning again (1)",
	 "line 6"},
	{REMOVE("7 ", "1"), "PV.23", AMT_VERDICTS},
	{REMOVE("7 ", "1") GOOD("7 ", "1") LATER, "PV.23", AMT_WARN, PC1, "a provisioning task",
	 "line 7"},
	{REMOVE("7 ",
		"1") "+1\n6 Reject hello message to provision. Device uuid is "
		     "00112233-4455-6677-8899-AABBCCDDEEFF. Reason: The device is blocked\n" LATER,
	 "PV.23", AMT_PASS, "", "(1)", "line 6"}, /* another's */
	{REMOVE("7 ", "1") "+1\n6 Found one 'ZTC Provision' task with type 'Machine Resource' and "
			   "target ID '1' and IP address '192.0.2.1'.\n" LATER,
	 "PV.23", AMT_WARN, PC1, "an in-band request", "line 7"},
	/* It came back under another name, or its number went to another computer. */
	{REMOVE("7 ", "1") "+1\n6 Found one 'ZTC Provision' task with type 'Machine Resource' and "
			   "target ID '1' and IP address '192.0.2.1'.\n7 Provision task begin\n7 "
			   "Provision target is indicated with SMS resource id. (MachineId = 1 "
			   "new.example.com)\n" END("7 ") LATER,
	 "PV.23", AMT_VERDICTS},
	{GOOD("7 ", "1") REMOVE("7 ", "1") LATER, "PV.23", AMT_PASS, "", "(1)", "line 16"},
	/* A task that does not show what it is for. */
	{REMOVE("7 ", "1") BEGIN("7 ", "1") END("7 ") LATER, "PV.23", AMT_VERDICTS},
	/* Provisioning that revokes an older certificate is no removal. */
	{BEGIN("7 ", "1") REVOKE("7 ", "1") REQUEST("7 ", "1") STAGE1("7 ", "1")
		 STAGE1_END("7 ", "1") POOL_OK("7 ", "1"),
	 "S7.V01", AMT_VERDICTS},
	{BEGIN("7 ", "1") REVOKE("7 ", "1") REQUEST("7 ", "1") STAGE1("7 ", "1")
		 STAGE1_END("7 ", "1") POOL_OK("7 ", "1"),
	 "PV.01", AMT_PASS, "", "before the new one (wording unconfirmed) (1)", "line 3"},
	{BEGIN("7 ", "1") REQUEST("7 ", "1") STAGE1("7 ", "1") POOL_OK("7 ", "1"), "PV.01",
	 AMT_VERDICTS},
	{GOOD("7 ", "1") BEGIN("7 ", "1") REQUEST("7 ", "1") STAGE1("7 ", "1") POOL_OK("7 ", "1"),
	 "PV.01", AMT_WARN, PC1, "no revocation of its older certificate", "line 13"},
	{GOOD("7 ", "1") BEGIN("7 ", "1") REVOKE("7 ", "1") REQUEST("7 ", "1") STAGE1("7 ", "1")
		 POOL_OK("7 ", "1"),
	 "PV.01", AMT_PASS, "", "(1)", "line 13"},
	{GOOD("7 ", "1") REMOVE("7 ", "1") BEGIN("7 ", "1") REQUEST("7 ", "1") STAGE1("7 ", "1")
		 POOL_OK("7 ", "1"),
	 "PV.01", AMT_VERDICTS},
	{BEGIN("7 ", "1")
		 REVOKE("7 ", "1") "7 Error: Failed to revoke client certificate. (MachineId "
				   "= 1) error = 0x80070005\n" REQUEST("7 ", "1") STAGE1("7 ", "1")
					   POOL_OK("7 ", "1"),
	 "PV.01", AMT_WARN, PC1, "could not be revoked (wording unconfirmed)", "line 4"},
	/* Profiles. */
	{BEGIN("7 ", "1") "7 Set 802.1X profile on AMT device pc1.example.com\n" POOL_OK("7 ", "1"),
	 "PV.09", AMT_PASS, "", "(wording unconfirmed) (1)", "line 3"},
	{BEGIN("7 ", "1") "7 Error: Failed to add wireless profile corp. status = 0x5\n" POOL_OK(
		 "7 ", "1"),
	 "PV.09", AMT_WARN, PC1, "could not be set (wording unconfirmed)", "line 3"},
	{BEGIN("7 ", "1") "7 Set 802.1X profile on AMT device pc1.example.com\n" END("7 "), "PV.09",
	 AMT_VERDICTS},
	{"7 GetAMTPowerState fail with result:0x803380FD\n", "S5.V01", AMT_PASS, "",
	 "the console was opened", "line 1"},
	{GOOD("7 ", "1") LATER, "PV.23", AMT_VERDICTS},
};

static const struct amt_finding *find(const struct amt_findings *fs, const struct row *r)
{
	for (size_t i = 0; i < fs->list.n; i++)
		if (!strcmp(fs->list.v[i]->item->id, r->id) &&
		    (!r->subject || !strcmp(fs->list.v[i]->subject, r->subject)))
			return fs->list.v[i];
	return NULL;
}

static void check(const struct trace_facts *f, size_t n, const char *way)
{
	const struct row *r = &rows[n];
	struct amt_findings fs = {0};
	struct amt_context ctx = {.now = INT64_C(4000000000) * AMT_SECOND};

	trace_judge(f, &ctx, &fs);
	const struct amt_finding *x = find(&fs, r);
	if ((x ? x->verdict : AMT_VERDICTS) != r->v ||
	    (x && (!strstr(x->summary, r->says) || !x->evidence.n ||
		   strcmp(x->evidence.v[0].locator, r->where) != 0)))
		fail_msg("row %zu %s, %s: %d '%s' at %s", n, way, r->id,
			 x ? (int)x->verdict : (int)AMT_VERDICTS, x ? x->summary : "",
			 x && x->evidence.n ? x->evidence.v[0].locator : "nowhere");
	amt_findings_free(&fs);
}

static void each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct trace_facts f, g = {.amt = false}, merged = {.amt = false};
		struct trace_partial p = {.n = 0};
		struct amt_error err;

		collect(&f, rows[i].lines);
		check(&f, i, "as read");
		json_t *o = trace_to_json(&f);
		assert_true(trace_from_json(o, &g, &err));
		json_t *again = trace_to_json(&g);
		assert_true(json_equal(o, again));
		check(&g, i, "replayed");
		assert_true(trace_partial_add_facts(&p, &f, "a", &err));
		assert_true(trace_partial_facts(&p, &merged, &err));
		check(&merged, i, "merged");
		json_decref(o);
		json_decref(again);
		trace_partial_free(&p);
		trace_facts_free(&f);
		trace_facts_free(&g);
		trace_facts_free(&merged);
	}
}

/* Less than a day ago: time must pass. Where removals are no question, nothing is said. */
static void by_context(void **state)
{
	struct trace_facts f;
	struct amt_context ctx = {.now = INT64_C(1231934400) * AMT_SECOND}; /* noon that day */

	(void)state;
	collect(&f, REMOVE("7 ", "1"));
	for (int no = 0; no < 2; no++) {
		struct amt_findings fs = {0};
		struct row r = {NULL, "PV.23", AMT_PENDING, PC1, "", ""};
		ctx.trait[AMT_TRAIT_UNPROVISION] = no ? AMT_NO : AMT_YES;
		trace_judge(&f, &ctx, &fs);
		const struct amt_finding *x = find(&fs, &r);
		if (no)
			assert_null(x);
		else
			assert_true(x && x->verdict == AMT_PENDING);
		amt_findings_free(&fs);
	}
	trace_facts_free(&f);
}

/* A paste in two files: what the second tells of a call counts. */
static void carried_on(void **state)
{
	static const char one[] = "Provision task begin\nProvision target is indicated with SMS "
				  "resource id. (MachineId = 1 pc1.example.com)\n",
			  well[] = " finished with HResult = 0x0, status = 0x0, clientError = 0.",
			  bad[] = " finished with HResult = 0x0, status = 0x1, clientError = 0.",
			  named[] = "Get device provisioning state is In Provisioning\n"
				    "RETRY(1) - Validate client certificate for AMT device "
				    "pc1.example.com being generated.\n";
	struct trace_facts f = {.amt = false};
	struct amt_strlist paths = {NULL, 0, 0};
	struct amt_notes notes = {.dropped = 0};
	struct amt_error err;
	char dir[] = "/tmp/amtdiag-calls-XXXXXX", path[2][64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (int i = 0; i < 2; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/%d.txt", dir, i + 1);
		FILE *out = fopen(path[i], "w");
		assert_non_null(out);
		if (i)
			fprintf(out, "%s%s%s\n%s%s\n", named, HOST, bad, DOMAIN, well);
		else
			fprintf(out, "%s%s%s\n%s%s\n", one, HOST, well, SET, bad);
		fclose(out);
		amt_vec_push(&paths, path[i]);
	}
	assert_true(trace_collect(&paths, NULL, &f, &notes, &err));
	assert_int_equal(f.sessions.n, 1);
	assert_int_equal(f.sessions.v[0].calls, 1 << TRACE_CALL_DOMAIN_NAME);
	const struct trace_bad_call *b = f.sessions.v[0].bad_calls;
	assert_true(b && b->next && !b->next->next);
	assert_int_equal(b->call + b->next->call, TRACE_CALL_HOST_NAME + TRACE_CALL_TIME_SET);
	trace_facts_free(&f);
	amt_vec_free(&paths);
	amt_notes_free(&notes);
	for (int i = 0; i < 2; i++)
		unlink(path[i]);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_row), cmocka_unit_test(by_context),
					   cmocka_unit_test(carried_on)};

	return cmocka_run_group_tests_name("trace_calls", tests, NULL, NULL);
}
