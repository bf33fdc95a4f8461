/* The log judge: one task at a time as facts, what each row says of it. No log is read here. */
#include "amtdiag/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EVENTS = 8 };

struct task {
	enum trace_kind kind;
	enum trace_outcome outcome;
	uint8_t events[EVENTS]; /* ends with 0; the last is the furthest */
	const char *sign;       /* signature that is the cause */
	uint8_t cause;          /* its event */
	uint32_t code;
	const char *call; /* failed */
	uint32_t retries;
	const char *firmware;
	bool implicit;
	bool unsure; /* the failure rests on words that nobody has confirmed */
};

static int16_t signature(const char *id)
{
	for (size_t i = 0; id && i < trace_signatures_count; i++)
		if (!strcmp(trace_signatures[i].id, id))
			return (int16_t)i;
	return -1;
}

static void add(struct trace_facts *f, const struct task *t, uint32_t device)
{
	struct trace_session *s = amt_vec_add(&f->sessions);
	size_t n = 0;

	while (n < EVENTS && t->events[n])
		n++;
	s->device = device;
	s->kind = t->kind;
	s->outcome = t->outcome;
	s->implicit = t->implicit;
	s->retries = t->retries;
	s->failed_call = t->call;
	s->failed_status = t->call ? t->code : 0;
	s->confirmed = !t->unsure;
	s->begin = s->end = (amt_time)f->sessions.n * AMT_SECOND;
	s->first = (struct trace_spot){0, 10};
	s->last = (struct trace_spot){0, 99};
	s->n_milestones = (uint32_t)n;
	s->milestones = amt_arena_alloc(&f->arena, (n + 1) * sizeof(*s->milestones));
	for (size_t i = 0; i < n; i++)
		s->milestones[i] = (struct trace_milestone){.event = t->events[i], .line = 20 + i};
	s->reached = n ? t->events[n - 1] : 0;
	if (t->sign || t->code)
		s->cause = (struct trace_cause){.set = true,
						.signature = signature(t->sign),
						.event = t->cause,
						.has_code = t->code != 0 && !t->call,
						.code = t->code,
						.unconfirmed = t->unsure,
						.at = {0, 42},
						.text = "the line"};
}

static void scene(struct trace_facts *f, size_t devices, const char *firmware)
{
	struct trace_file_facts *file = amt_vec_add(&f->files);

	file->name = "amtopmgr.log";
	file->format = "sms";
	file->records = 100;
	for (size_t i = 0; i < devices; i++) {
		struct trace_device *d = amt_vec_add(&f->devices);
		d->id = amt_arena_printf(&f->arena, "pc-%zu", i);
		d->host = d->uuid = "";
		d->firmware = firmware ? firmware : "";
		d->last_session = UINT32_MAX;
	}
}

static const struct amt_finding *found(const struct amt_findings *fs, const char *id,
				       const char *subject)
{
	for (size_t i = 0; i < fs->list.n; i++)
		if (!strcmp(fs->list.v[i]->item->id, id) &&
		    (!subject || !strcmp(fs->list.v[i]->subject, subject)))
			return fs->list.v[i];
	return NULL;
}

#define EV(name) TRACE_EV_##name
#define PROV(o)  .kind = TRACE_PROVISION, .outcome = TRACE_##o

static const struct {
	struct task t;
	const char *id;
	enum amt_verdict v; /* AMT_VERDICTS: the row is silent about this device */
	const char *says;
} rows[] = {
	{{PROV(COMPLETE), {EV(CONNECTED)}}, "S3.V01a", AMT_PASS, "ended well (1)"},
	{{PROV(RUNNING), {EV(CONNECTED)}}, "S3.V01a", AMT_WARN, "still running at the end"},
	{{PROV(FAILED), {EV(CONNECTED)}}, "S3.V01a", AMT_FAIL, "failed after \"connected to AMT\""},
	{{PROV(UNKNOWN), {EV(CONNECTED)}}, "S3.V01a", AMT_WARN, "went silent"},
	/* The certificate that the service point shows. */
	{{PROV(COMPLETE), {EV(CONNECT_SOAP), EV(HELPER)}}, "S3.V01b", AMT_PASS, "(1)"},
	{{PROV(COMPLETE), {EV(CONNECT_SOAP), EV(CERT_MATCHED)}}, "S3.V01b", AMT_PASS, "(1)"},
	{{PROV(FAILED), {EV(CONNECT_SOAP)}}, "S3.V01b", AMT_FAIL, "no provisioning certificate"},
	{{PROV(FAILED), {EV(CONNECT_WSMAN)}}, "S3.V01b", AMT_FAIL, "no provisioning certificate"},
	{{PROV(FAILED), {EV(MODE)}}, "S3.V01b", AMT_UNKNOWN, "no provisioning task"},
	/* The connection. */
	{{PROV(COMPLETE), {EV(CONNECTED)}}, "S3.V01c", AMT_PASS, "AMT was reached"},
	{{PROV(FAILED), {EV(TRY)}}, "S3.V01c", AMT_FAIL, "no connection to AMT"},
	{{PROV(RUNNING), {EV(TRY), EV(NO_CONNECTION)}},
	 "S3.V01c",
	 AMT_WARN, /* the wording is not confirmed */
	 "no error is in the log"},
	{{PROV(RUNNING), {EV(TRY)}}, "S3.V01c", AMT_UNKNOWN, ""},
	{{PROV(FAILED), {EV(TRY)}, "A01", EV(CONNECT_FAILED)}, "S3.C04", AMT_FAIL, "every account"},
	{{PROV(FAILED), {EV(TRY)}, "A05", EV(CALL)}, "S3.C04", AMT_FAIL, "every account"},
	{{PROV(FAILED), {EV(TRY)}, "A05", EV(TLS_FAILED)}, "S3.C04", AMT_VERDICTS, ""},
	{{PROV(FAILED), {EV(TRY)}, "C06", EV(CONNECT_FAILED)}, "S3.C04", AMT_VERDICTS, ""},
	/* Firmware 3.2.1 and its own certificate: both the error and the version. */
	{{PROV(FAILED), {EV(TRY)}, "C06", EV(TLS_FAILED), 0x80090308, NULL, 0, "3.2.1"},
	 "S3.C16",
	 AMT_FAIL,
	 "the firmware is 3.2.1"},
	{{PROV(FAILED), {EV(TRY)}, "C06", EV(TLS_FAILED), 0x80090308},
	 "S3.C16",
	 AMT_WARN,
	 "if it has that version"},
	{{PROV(FAILED), {EV(TRY)}, "C06", EV(TLS_FAILED), 0x80090308, NULL, 0, "3.2.2"},
	 "S3.C16",
	 AMT_VERDICTS,
	 ""},
	{{PROV(FAILED), {EV(TRY)}, "C06", EV(TLS_FAILED), 0x80090309, NULL, 0, "3.2.1"},
	 "S3.C16",
	 AMT_VERDICTS,
	 ""},
	/* One-time password, Active Directory. */
	{{PROV(COMPLETE), {EV(OTP_OK)}}, "S3.V01d", AMT_PASS, "accepted (1)"},
	{{PROV(FAILED), {EV(CONNECTED), EV(OTP_BAD)}}, "S3.V01d", AMT_WARN, "missing or wrong"},
	{{PROV(COMPLETE), {EV(AD_ADD)}}, "S3.V01e", AMT_PASS, "(1)"},
	{{PROV(COMPLETE), {EV(AD_SENT)}}, "S3.V01e", AMT_PASS, "(1)"},
	{{PROV(FAILED), {EV(AD_ADD), EV(AD_FAILED)}},
	 "S3.V01e",
	 AMT_WARN,
	 "publishing the AMT object"},
	{{PROV(FAILED), {EV(AD_ADD)}, "D03", EV(NONE)}, "S3.V01e", AMT_FAIL, "OU not found"},
	{{PROV(FAILED), {EV(AD_ADD)}, "A05", EV(NONE)}, "S3.V01e", AMT_PASS, ""},
	/* The web server certificate: five retries are usual. */
	{{PROV(COMPLETE), {EV(CERT_FOUND)}, .retries = 5}, "S3.V01f", AMT_PASS, "found (1)"},
	{{PROV(COMPLETE), {EV(CERT_FOUND)}, .retries = 6},
	 "S3.V01f",
	 AMT_WARN,
	 "only after 6 retries"},
	{{PROV(RUNNING), {EV(CERT_REQUEST)}}, "S3.V01f", AMT_PENDING, "had not come"},
	{{PROV(FAILED), {EV(CERT_REQUEST)}}, "S3.V01f", AMT_FAIL, "never came (0 retries)"},
	{{PROV(FAILED), {EV(CERT_WAIT)}}, "S3.V01f", AMT_FAIL, "never came"},
	{{PROV(FAILED), {EV(CERT_RETRY)}, .retries = 9}, "S3.V01f", AMT_FAIL, "(9 retries)"},
	{{PROV(FAILED), {EV(CERT_MISSING)}}, "S3.V01f", AMT_WARN, "never came"},
	{{PROV(FAILED), {EV(CERT_REQUEST), EV(STAGE1_END)}}, "S3.V01f", AMT_UNKNOWN, ""},
	/* The two stages. */
	{{PROV(FAILED), {EV(STAGE1)}, NULL, 0, 0x10, "SetMEBxPassword"},
	 "S3.V01g",
	 AMT_FAIL,
	 "SetMEBxPassword answered status 0x10"},
	{{PROV(COMPLETE), {EV(STAGE1), EV(MEBX), EV(STAGE1_END)}}, "S3.V01g", AMT_PASS, "(1)"},
	{{PROV(COMPLETE), {EV(STAGE1), EV(STAGE1_END)}}, "S3.V01g", AMT_PASS, "(1)"},
	{{PROV(FAILED), {EV(STAGE1)}}, "S3.V01g", AMT_FAIL, "the first stage did not finish"},
	{{PROV(FAILED), {EV(CERT_FOUND)}}, "S3.V01g", AMT_UNKNOWN, ""},
	{{PROV(COMPLETE), {EV(STAGE1_END), EV(STAGE2_END)}}, "S3.V01h", AMT_PASS, "(1)"},
	{{PROV(COMPLETE), {EV(PROVISIONED)}}, "S3.V01h", AMT_PASS, "(1)"},
	{{PROV(COMPLETE), {EV(STATE_PROVISIONED)}}, "S3.V01h", AMT_PASS, "(1)"},
	{{PROV(COMPLETE), {EV(STAGE1_END)}}, "S3.V01h", AMT_PASS, "(1)"},
	{{PROV(FAILED), {EV(STAGE1_END)}}, "S3.V01h", AMT_FAIL, "the second stage failed"},
	{{PROV(UNKNOWN), {EV(STAGE1_END)}},
	 "S3.V01h",
	 AMT_UNKNOWN,
	 "does not show the second stage"},
	/* Unconfirmed words warn. */
	{{PROV(FAILED), {EV(CONNECTED)}, .unsure = true}, "S3.V01a", AMT_WARN, "failed after"},
	{{PROV(FAILED), {EV(CONNECT_SOAP)}, .unsure = true}, "S3.V01b", AMT_WARN, "no prov"},
	{{PROV(FAILED), {EV(TRY)}, .unsure = true}, "S3.V01c", AMT_WARN, "no connection"},
	{{PROV(FAILED), {EV(TRY)}, "A01", EV(CONNECT_FAILED), .unsure = true},
	 "S3.C04",
	 AMT_WARN,
	 "(wording unconfirmed)"},
	{{PROV(FAILED), {EV(AD_ADD)}, "D01", EV(AD_FAILED), .unsure = true},
	 "S3.V01e",
	 AMT_WARN,
	 "(wording unconfirmed)"},
	{{PROV(FAILED), {EV(CERT_RETRY)}, .unsure = true}, "S3.V01f", AMT_WARN, "never came"},
	{{PROV(FAILED), {EV(END), EV(CERT_RETRY)}, .unsure = true},
	 "S3.V01f",
	 AMT_FAIL, /* asked for, ended, never found: all of it seen */
	 "never came"},
	{{PROV(FAILED), {EV(STAGE1)}, .unsure = true}, "S3.V01g", AMT_WARN, "did not finish"},
	{{PROV(FAILED), {EV(STAGE1_END)}, .unsure = true}, "S3.V01h", AMT_WARN, "second stage"},
	{{TRACE_UNPROVISION, TRACE_FAILED, {EV(CONNECTED)}, .unsure = true},
	 "S7.V01",
	 AMT_WARN,
	 "un-provisioning failed"},
	/* Any task may show the random password. */
	{{PROV(COMPLETE), {EV(CONNECTED), EV(POST)}}, "S4.C03", AMT_PASS, "works (1)"},
	{{PROV(COMPLETE), {EV(CONNECTED)}}, "S4.C03", AMT_UNKNOWN, ""},
	{{PROV(FAILED), {EV(TRY)}, "A03", EV(CONNECT_FAILED)}, "S4.C03", AMT_WARN, "is refused"},
	{{PROV(FAILED), {EV(TRY), EV(CONNECTED)}, "A03", EV(CONNECT_FAILED)},
	 "S4.C03",
	 AMT_UNKNOWN,
	 ""},
	{{TRACE_UNPROVISION, TRACE_COMPLETE, {EV(CONNECTED), EV(UNPROVISIONED)}},
	 "S4.C03",
	 AMT_PASS,
	 "works (1)"},
	/* Un-provisioning: certificate and object have to be asked for, unless the beginning is
	   cut. */
	{{TRACE_UNPROVISION, TRACE_COMPLETE, {EV(REVOKE), EV(AD_REMOVE), EV(UNPROVISIONED)}},
	 "S7.V01",
	 AMT_PASS,
	 "complete (1)"},
	{{TRACE_UNPROVISION, TRACE_COMPLETE, {EV(REVOKE), EV(AD_REMOVE_SENT), EV(UNPROVISIONED)}},
	 "S7.V01",
	 AMT_PASS,
	 "complete (1)"},
	{{TRACE_UNPROVISION, TRACE_COMPLETE, {EV(REVOKE), EV(UNPROVISIONED)}},
	 "S7.V01",
	 AMT_WARN,
	 "remove the AD object"},
	{{TRACE_UNPROVISION, TRACE_COMPLETE, {EV(AD_REMOVE), EV(UNPROVISIONED)}},
	 "S7.V01",
	 AMT_WARN,
	 "revoke the certificate"},
	{{TRACE_UNPROVISION, TRACE_COMPLETE, {EV(UNPROVISIONED)}, .implicit = true},
	 "S7.V01",
	 AMT_PASS,
	 "complete (1)"},
	{{TRACE_PARTIAL_UNPROVISION, TRACE_COMPLETE, {EV(PARTLY)}},
	 "S7.V01",
	 AMT_PASS,
	 "complete (1)"},
	{{TRACE_UNPROVISION, TRACE_FAILED, {EV(CONNECTED)}},
	 "S7.V01",
	 AMT_FAIL,
	 "un-provisioning failed"},
	{{TRACE_UNPROVISION, TRACE_UNKNOWN, {EV(CONNECTED)}},
	 "S7.V01",
	 AMT_WARN,
	 "does not show its end"},
	{{PROV(COMPLETE), {EV(CONNECTED)}}, "S7.V01", AMT_VERDICTS, ""},
};

static void each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct trace_facts f = {.amt = true};
		struct amt_findings fs = {0};
		struct amt_context ctx = {0};

		scene(&f, 1, rows[i].t.firmware);
		add(&f, &rows[i].t, 0);
		trace_judge(&f, &ctx, &fs);
		const struct amt_finding *x = found(&fs, rows[i].id, NULL);
		if ((x ? x->verdict : AMT_VERDICTS) != rows[i].v ||
		    (x && !strstr(x->summary, rows[i].says)))
			fail_msg("row %zu, %s: %d, '%s'", i, rows[i].id,
				 x ? (int)x->verdict : (int)AMT_VERDICTS, x ? x->summary : "");
		amt_findings_free(&fs);
		trace_facts_free(&f);
	}
}

/* The last task of a device counts; what an un-provisioning has undone since is history. */
static void history(void **state)
{
	static const struct task failed = {PROV(FAILED), {EV(TRY)}},
				 silent = {PROV(UNKNOWN), {EV(STAGE1_END)}},
				 good = {PROV(COMPLETE), {EV(CONNECTED)}},
				 gone = {TRACE_UNPROVISION,
					 TRACE_COMPLETE,
					 {EV(UNPROVISIONED)},
					 .implicit = true},
				 tried = {TRACE_UNPROVISION, TRACE_FAILED, {EV(UNPROVISIONED)}};
	static const struct {
		const struct task *one, *two;
		enum amt_verdict v, stage2;
	} t[] = {{&failed, &good, AMT_PASS, AMT_UNKNOWN},
		 {&good, &failed, AMT_FAIL, AMT_UNKNOWN},
		 {&silent, &gone, AMT_VERDICTS, AMT_VERDICTS},
		 {&silent, &tried, AMT_WARN, AMT_UNKNOWN},
		 {&gone, &silent, AMT_WARN, AMT_UNKNOWN}};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct trace_facts f = {.amt = true};
		struct amt_findings fs = {0};
		struct amt_context ctx = {0};

		scene(&f, 1, NULL);
		add(&f, t[i].one, 0);
		add(&f, t[i].two, 0);
		trace_judge(&f, &ctx, &fs);
		const struct amt_finding *x = found(&fs, "S3.V01a", NULL),
					 *y = found(&fs, "S3.V01h", NULL);
		if ((x ? x->verdict : AMT_VERDICTS) != t[i].v ||
		    (y ? y->verdict : AMT_VERDICTS) != t[i].stage2)
			fail_msg("case %zu: %d, %d", i, x ? (int)x->verdict : -1,
				 y ? (int)y->verdict : -1);
		amt_findings_free(&fs);
		trace_facts_free(&f);
	}
}

/* Forty devices are named one by one, the others summed up with the worst of them. */
static void many(void **state)
{
	static const struct task failed = {PROV(FAILED), {EV(TRY)}},
				 silent = {PROV(UNKNOWN), {EV(TRY)}};

	(void)state;
	for (size_t n = 40; n <= 42; n++)
		for (int bad = 0; bad < 2; bad++) {
			struct trace_facts f = {.amt = true};
			struct amt_findings fs = {0};
			struct amt_context ctx = {0};
			size_t named = 0;
			char words[40];

			scene(&f, n, NULL);
			for (size_t i = 0; i < n; i++)
				add(&f, bad && i == n - 1 ? &failed : &silent, (uint32_t)i);
			trace_judge(&f, &ctx, &fs);
			for (size_t i = 0; i < fs.list.n; i++)
				named += !strcmp(fs.list.v[i]->item->id, "S3.V01a") &&
					 fs.list.v[i]->subject && *fs.list.v[i]->subject;
			assert_int_equal(named, 40);
			const struct amt_finding *x = found(&fs, "S3.V01a", "");
			if (n == 40) {
				assert_null(x);
			} else {
				snprintf(words, sizeof(words), "%zu more devices", n - 40);
				assert_non_null(x);
				assert_non_null(strstr(x->summary, words));
				assert_int_equal(x->verdict, bad ? AMT_FAIL : AMT_WARN);
			}
			amt_findings_free(&fs);
			trace_facts_free(&f);
		}
}

/* What is said of the logs themselves. */
static void logs(void **state)
{
	static const struct {
		uint64_t records, damaged;
		const char *format, *packed;
		enum amt_verdict v;
		const char *says;
	} t[] = {{100, 0, "sms", "", AMT_PASS, "1 of 1 logs were read"},
		 {100, 25, "sms", "", AMT_PASS, "1 of 1 logs were read"},
		 {100, 26, "sms", "", AMT_WARN, "26 of 100 records are damaged"},
		 {3, 1, "sms", "", AMT_PASS, "1 of 1"},
		 {4, 2, "sms", "", AMT_WARN, "2 of 4"},
		 {0, 0, "binary", "", AMT_FAIL, "is not text"},
		 {0, 0, "binary", "zip", AMT_UNKNOWN, "is packed (zip): unpack it"},
		 {0, 0, "empty", "", AMT_UNKNOWN, "gave no records (empty)"}};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct trace_facts f = {.amt = true};
		struct amt_findings fs = {0};
		struct amt_context ctx = {0};

		scene(&f, 0, NULL);
		f.files.v[0].records = t[i].records;
		f.files.v[0].damaged = t[i].damaged;
		f.files.v[0].format = t[i].format;
		f.files.v[0].packed = t[i].packed;
		trace_judge(&f, &ctx, &fs);
		const struct amt_finding *x = found(&fs, "T.02", NULL);
		if (!x || x->verdict != t[i].v || !strstr(x->summary, t[i].says))
			fail_msg("case %zu: '%s'", i, x ? x->summary : "nothing");
		amt_findings_free(&fs);
		trace_facts_free(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_row), cmocka_unit_test(history),
					   cmocka_unit_test(many), cmocka_unit_test(logs)};

	return cmocka_run_group_tests_name("trace_judge", tests, NULL, NULL);
}
