/* What a log may be held against a device: the tags of the tables, as the judges use them. */
#include "amtdiag/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void collect(struct trace_facts *f, const char *path)
{
	struct amt_strlist paths = {NULL, 0, 0};
	struct amt_notes notes = {.dropped = 0};
	struct amt_error err;

	*f = (struct trace_facts){.amt = false};
	amt_vec_push(&paths, path);
	assert_true(trace_collect(&paths, NULL, f, &notes, &err));
	amt_vec_free(&paths);
	amt_notes_free(&notes);
}

/* Text of one task on one thread, judged: the worst verdict that a row gets. */
static enum amt_verdict judged(const char *const *lines, const char *id, bool *confirmed)
{
	static const char frame[] =
		"%s  $$<SMS_AMT_OPERATION_MANAGER><Wed Jan 14 13:43:12.123 2009 GMT Standard "
		"Time><thread=2436 (0x984)>\r\n";
	enum amt_verdict v = AMT_VERDICTS;
	struct amt_context ctx = {.now = 0};
	struct amt_findings fs = {.list = {NULL, 0, 0}};
	struct trace_facts f;
	char path[] = "/tmp/amtdiag-trace-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	for (; *lines; lines++)
		assert_true(dprintf(fd, frame, *lines) > 0);
	close(fd);
	collect(&f, path);
	unlink(path);
	trace_judge(&f, &ctx, &fs);
	if (confirmed && f.sessions.n)
		*confirmed = f.sessions.v[0].confirmed;
	for (size_t i = 0; i < fs.list.n; i++) {
		const struct amt_finding *x = fs.list.v[i];
		if (!strcmp(x->item->id, id) && (v == AMT_VERDICTS || x->verdict == AMT_FAIL))
			v = x->verdict;
	}
	amt_findings_free(&fs);
	trace_facts_free(&f);
	return v;
}

#define BEGIN                                                                                      \
	"Provision task begin",                                                                    \
		"Provision target is indicated with SMS resource id. (MachineId = 48 "             \
		"pc1.example.com)",                                                                \
		"Attempting to establish connection with target device using SOAP."
#define END "Provision task end"
#define GONE                                                                                       \
	"Auto-worker Thread Pool: Error, Can not execute the task successfully. pc1.example.com. " \
	"Remove it from task list."

/* logs.md, "Tags": what rests on a wording of tag U alone is never a hard failure. */
static const struct {
	const char *id;
	enum amt_verdict verdict;
	bool confirmed;
	const char *lines[12];
} rows[] = {
	{"S3.C02a",
	 AMT_WARN,
	 false,
	 {"Warning: AMT device 4C4C4544-0003-4D10-8031-B4C04F333231 is not found in the "
	  "database. Reject hello message to provision."}},
	{"S3.C09a",
	 AMT_WARN,
	 false,
	 {"Failed to create SSPI credential with error=0x8009030D by "
	  "AcquireCredentialsHandle."}},
	{"S2.C05", AMT_WARN, false, {"Error: Failed to load HECI driver / MEI is not available"}},
	{"S2.C05", AMT_FAIL, false, {"Failed to call CheckCertificate provider method, 80041001"}},
	{"S3.V01a",
	 AMT_WARN,
	 false,
	 {BEGIN, "Server unexpectedly disconnected when TLS handshaking.", END, GONE}},
	{"S3.V01c",
	 AMT_WARN,
	 false,
	 {BEGIN, "Server unexpectedly disconnected when TLS handshaking.", END, GONE}},
	{"S3.V01a",
	 AMT_FAIL,
	 true,
	 {BEGIN, "Server unexpectedly disconnected when TLS handshaking.",
	  "**** Error 0x80090326 returned by InitializeSecurityContext during follow up "
	  "TLS handshaking with server.",
	  END, GONE}},
	{"S3.C04",
	 AMT_WARN,
	 false,
	 {BEGIN,
	  "Fail to connect and get core version of machine pc1.example.com using "
	  "provisioning account #0.",
	  "Error: Can NOT establish connection with target device. (MachineId = 48)", END}},
	{"S3.C04",
	 AMT_FAIL,
	 true,
	 {BEGIN,
	  "GeneralInfo.GetProvisioningState finished with HResult = 0x8007052E, status = "
	  "0x0, clientError = 0.",
	  "Fail to connect and get core version of machine pc1.example.com using "
	  "provisioning account #0.",
	  END}},
	{"S4.C03",
	 AMT_WARN,
	 false,
	 {BEGIN,
	  "Fail to connect and get core version of machine pc1.example.com using "
	  "provisioned account (random generated password).",
	  END}},
	{"S3.V01d",
	 AMT_WARN,
	 false,
	 {BEGIN, "Error: Failed OTP check on AMT device pc1.example.com. (MachineId = 48)", END,
	  GONE}},
	{"S3.V01e",
	 AMT_WARN,
	 false,
	 {BEGIN, "Failed to add machine pc1.example.com to AD", END, GONE}},
	{"S3.V01e",
	 AMT_FAIL,
	 true,
	 {BEGIN, "Failed to add machine pc1.example.com to AD. Error = 0x80072030", END, GONE}},
	{"S3.V01f",
	 AMT_WARN,
	 false,
	 {BEGIN,
	  "Error: Missed client certificate for AMT device pc1.example.com. (MachineId = "
	  "48)",
	  GONE}},
	{"S3.V01f",
	 AMT_FAIL,
	 false,
	 {BEGIN,
	  "RETRY(5) - Validate client certificate for AMT device pc1.example.com being "
	  "generated.",
	  "Error: Missed client certificate for AMT device pc1.example.com. (MachineId = "
	  "48)",
	  END, GONE}},
	{"S3.V01g",
	 AMT_WARN,
	 false,
	 {BEGIN, "Start 1st stage provision on AMT device pc1.example.com.. (SOAP)",
	  "Error: Failed to finish 1st stage provision on AMT device pc1.example.com. "
	  "(MachineId = 48)",
	  END, GONE}},
	{"S3.V01g",
	 AMT_FAIL,
	 true,
	 {BEGIN, "Start 1st stage provision on AMT device pc1.example.com.. (SOAP)",
	  "SecurityAdministration.CommitChanges finished with HResult = 0x0, status = "
	  "0x809, clientError = 0.",
	  END, GONE}},
	{"S3.V01h",
	 AMT_WARN,
	 false,
	 {BEGIN,
	  "Finished 1st stage provision on AMT device pc1.example.com. Sleep 5 seconds for "
	  "2nd stage provision.",
	  "Can not finish WSMAN call with target device. 1. Check if there is a winhttp "
	  "proxy to block connection.",
	  END, GONE}},
	{"S7.V01",
	 AMT_WARN,
	 false,
	 {BEGIN, "Machine pc1.example.com will be removed from AD and OU is LDAP://x",
	  "Error: Failed to do full unprovision on AMT device pc1.example.com. (MachineId "
	  "= 48)",
	  END, GONE}},
	/* What was seen to succeed is not undone by words that nobody confirmed. */
	{"S7.V01",
	 AMT_PASS,
	 true,
	 {BEGIN, "Machine pc1.example.com will be removed from AD and OU is LDAP://x",
	  "Send request to AMT proxy component to REVOKE client certificate. (MachineId = "
	  "48)",
	  "Finished full unprovision on AMT device pc1.example.com!", END, GONE}},
};

static void unconfirmed_warns(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool confirmed = false;
		enum amt_verdict v = judged(rows[i].lines, rows[i].id, &confirmed);
		if (v != rows[i].verdict || confirmed != rows[i].confirmed)
			fail_msg("row %zu, %s: %s, %sconfirmed", i, rows[i].id,
				 v < AMT_VERDICTS ? amt_verdict_name(v) : "nothing",
				 confirmed ? "" : "un");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(unconfirmed_warns)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
