/*
 * The milestones of provisioning and un-provisioning, device by device: the last task
 * of a device decides, for earlier failures that were repaired are history.
 */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>

enum row {
	BEGIN,
	CERT,
	CONNECT,
	OTP,
	AD,
	WEBCERT,
	STAGE1,
	STAGE2,
	MEBX,
	TLS,
	PASSWORD,
	ACCOUNTS,
	SELFSIGNED,
	UNPROVISION,
	ROWS
};

static const char *const ids[ROWS] = {"S3.V01a", "S3.V01b", "S3.V01c", "S3.V01d", "S3.V01e",
				      "S3.V01f", "S3.V01g", "S3.V01h", "S3.V01i", "S3.V01j",
				      "S4.C03",  "S3.C04",  "S3.C16",  "S7.V01"};

struct work {
	struct judge *j;
	struct judge_row row[ROWS];
	const struct trace_session *s;
	bool undone; /* a later un-provisioning is complete */
	char why[320], text[512];
};

static void add(struct work *w, enum row r, enum amt_verdict v, const struct trace_spot *at,
		const char *evidence, const char *summary, const struct trace_cause *c)
{
	judge_add(w->j, &w->row[r], v, judge_subject(w->j, w->s), at, evidence, summary, c);
}

static void pass(struct work *w, enum row r, enum trace_event e)
{
	const struct trace_milestone *m = judge_at(w->s, e);
	struct trace_spot at = m ? (struct trace_spot){m->file, m->line} : w->s->last;

	add(w, r, AMT_PASS, &at, "", "", NULL);
}

static bool ended_badly(const struct trace_session *s)
{
	return s->outcome == TRACE_FAILED;
}

/* A wording that nobody has confirmed (tag U) warns; it never fails a check by itself. */
static enum amt_verdict bad(bool confirmed)
{
	return confirmed ? AMT_FAIL : AMT_WARN;
}

static bool surely_failed(const struct trace_session *s)
{
	return ended_badly(s) && s->confirmed;
}

/* The step was reached by what came after it, even if its own line was cut away. */
static bool past(const struct trace_session *s, enum trace_event e)
{
	return judge_has(s, e) ||
	       trace_event_milestone((enum trace_event)s->reached) > trace_event_milestone(e);
}

static void whole_task(struct work *w)
{
	const struct trace_session *s = w->s;
	const char *reached = trace_event_label((enum trace_event)s->reached);

	judge_why(&s->cause, w->why, sizeof(w->why));
	/* A few calls that went well: of what task, the log does not say. */
	if (s->implicit && !s->reached && s->outcome != TRACE_FAILED) {
		w->row[BEGIN].any = true;
		return;
	}
	if (w->undone && !ended_badly(s) && s->outcome != TRACE_COMPLETE) {
		w->row[BEGIN].any = true; /* history: the device was un-provisioned since */
		return;
	}
	switch (s->outcome) {
	case TRACE_COMPLETE:
		add(w, BEGIN, AMT_PASS, &s->first, "", "", NULL);
		break;
	case TRACE_RUNNING:
		snprintf(w->text, sizeof(w->text),
			 "the task is still running at the end of the log; so far: %s", reached);
		add(w, BEGIN, AMT_WARN, &s->last, reached, w->text, NULL);
		break;
	case TRACE_FAILED:
		if (s->reached)
			snprintf(w->text, sizeof(w->text), "the task failed after \"%s\": %s",
				 reached, w->why);
		else
			snprintf(w->text, sizeof(w->text),
				 "the task failed; its beginning is not in the log: %s", w->why);
		add(w, BEGIN, bad(surely_failed(s)), &s->last, reached, w->text, &s->cause);
		break;
	default:
		snprintf(w->text, sizeof(w->text),
			 "the task went silent after \"%s\"; the log does not tell how it ended",
			 reached);
		add(w, BEGIN, AMT_WARN, &s->last, reached, w->text, NULL);
	}
}

static bool cause_is(const struct trace_session *s, const char *prefixes)
{
	return s->cause.set && s->cause.signature >= 0 &&
	       strchr(prefixes, trace_signatures[s->cause.signature].id[0]);
}

/* Facility 9, codes 0x4000 on: what the certification authority answers. */
static bool is_certsrv(const struct trace_cause *c)
{
	return c->has_code && c->code >> 12 == 0x80094;
}

/* The failure itself says that it was not the connection: AMT answered, or others failed. */
static bool reached_amt(const struct trace_session *s)
{
	return (s->failed_call && s->failed_status) ||
	       (s->cause.set &&
		(s->cause.firmware || is_certsrv(&s->cause) ||
		 s->cause.event == TRACE_EV_AD_FAILED || s->cause.event == TRACE_EV_CERT_MISSING ||
		 s->cause.event == TRACE_EV_REVOKE_FAILED));
}

static void connecting(struct work *w)
{
	const struct trace_session *s = w->s;

	if (past(s, TRACE_EV_HELPER) || past(s, TRACE_EV_CERT_MATCHED)) {
		pass(w, CERT, TRACE_EV_CERT_MATCHED);
	} else if (judge_has(s, TRACE_EV_CONNECT_SOAP) || judge_has(s, TRACE_EV_CONNECT_WSMAN)) {
		if (ended_badly(s))
			add(w, CERT, bad(surely_failed(s)), &s->last, "no certificate was chosen",
			    "no provisioning certificate was chosen before the task ended", NULL);
	}
	if (past(s, TRACE_EV_CONNECTED)) {
		pass(w, CONNECT, TRACE_EV_CONNECTED);
		pass(w, ACCOUNTS, TRACE_EV_CONNECTED);
	} else if (judge_has(s, TRACE_EV_NO_CONNECTION) || (ended_badly(s) && !reached_amt(s))) {
		snprintf(w->text, sizeof(w->text), "no connection to AMT: %s", w->why);
		bool sure = surely_failed(s) || (s->cause.set && !s->cause.unconfirmed);
		add(w, CONNECT, bad(sure), &s->last, "no connection", w->text, &s->cause);
		/* Refused log-ons: the code of one (A05), or a line that is not confirmed. */
		if (cause_is(s, "A") && (s->cause.event == TRACE_EV_CONNECT_FAILED ||
					 s->cause.event == TRACE_EV_CALL)) {
			snprintf(w->text, sizeof(w->text), "every account was refused: %s", w->why);
			add(w, ACCOUNTS, bad(!s->cause.unconfirmed), &s->cause.at,
			    "Fail to connect", w->text, NULL);
		}
	}
	/* The self-signed certificate of firmware 3.2.1: error and version must fit. */
	if (s->cause.set && !s->cause.unconfirmed && s->cause.code == 0x80090308 &&
	    s->device < w->j->f->devices.n) {
		const char *fw = w->j->f->devices.v[s->device].firmware;
		if (!strcmp(fw, "3.2.1"))
			add(w, SELFSIGNED, AMT_FAIL, &s->last, fw,
			    "its self-signed certificate can't be read and the firmware is 3.2.1",
			    &s->cause);
		else if (!*fw)
			add(w, SELFSIGNED, AMT_WARN, &s->last, "0x80090308",
			    "its certificate can't be read; this is the fault of firmware 3.2.1 if "
			    "it "
			    "has that version, which the log does not say",
			    &s->cause);
	}
}

static void password_and_ad(struct work *w)
{
	const struct trace_session *s = w->s;

	if (judge_has(s, TRACE_EV_OTP_OK)) {
		pass(w, OTP, TRACE_EV_OTP_OK);
	} else if (judge_has(s, TRACE_EV_OTP_BAD)) {
		const struct trace_milestone *m = judge_at(s, TRACE_EV_OTP_BAD);
		struct trace_spot at = {m->file, m->line};
		add(w, OTP, AMT_WARN, &at, "one-time password",
		    "the one-time password was missing or wrong (wording unconfirmed)", NULL);
	}
	if (judge_has(s, TRACE_EV_AD_FAILED) || cause_is(s, "D")) {
		snprintf(w->text, sizeof(w->text), "publishing the AMT object failed: %s", w->why);
		add(w, AD, bad(cause_is(s, "D") && !s->cause.unconfirmed), &s->last,
		    "Active Directory", w->text, &s->cause);
	} else if (judge_has(s, TRACE_EV_AD_SENT) || judge_has(s, TRACE_EV_AD_ADD)) {
		pass(w, AD, judge_has(s, TRACE_EV_AD_SENT) ? TRACE_EV_AD_SENT : TRACE_EV_AD_ADD);
	}
	if (judge_has(s, TRACE_EV_CERT_FOUND)) {
		const struct trace_milestone *m = judge_at(s, TRACE_EV_CERT_FOUND);
		struct trace_spot at = {m->file, m->line};
		if (s->retries > 5) {
			snprintf(w->text, sizeof(w->text),
				 "its web server certificate was found only after %u retries",
				 s->retries);
			add(w, WEBCERT, AMT_WARN, &at, "Found client certificate", w->text, NULL);
		} else {
			pass(w, WEBCERT, TRACE_EV_CERT_FOUND);
		}
	} else if (judge_has(s, TRACE_EV_CERT_REQUEST) || judge_has(s, TRACE_EV_CERT_WAIT) ||
		   judge_has(s, TRACE_EV_CERT_RETRY) || judge_has(s, TRACE_EV_CERT_MISSING)) {
		if (s->outcome == TRACE_RUNNING)
			add(w, WEBCERT, AMT_PENDING, &s->last, "RETRY",
			    "its web server certificate was asked for and had not come at the end "
			    "of "
			    "the log",
			    NULL);
		else if (!past(s, TRACE_EV_STAGE1)) {
			snprintf(w->text, sizeof(w->text),
				 "its web server certificate never came (%u retries): %s",
				 s->retries, w->why);
			/* That it was asked for and that the task ended are seen in public. */
			bool asked = judge_has(s, TRACE_EV_CERT_REQUEST) ||
				     judge_has(s, TRACE_EV_CERT_WAIT) ||
				     judge_has(s, TRACE_EV_CERT_RETRY);
			add(w, WEBCERT,
			    bad(asked && (surely_failed(s) || judge_has(s, TRACE_EV_END))),
			    &s->last, "RETRY", w->text, &s->cause);
		}
	}
}

static void first_stage(struct work *w)
{
	const struct trace_session *s = w->s;
	bool began = judge_has(s, TRACE_EV_STAGE1), done = judge_has(s, TRACE_EV_STAGE1_END);

	if (s->failed_call && (began || s->implicit || past(s, TRACE_EV_CONNECTED))) {
		const struct trace_code *row = trace_code_find(s->failed_status, true);
		if (s->failed_status)
			snprintf(w->text, sizeof(w->text), "%s answered status 0x%X%s%s",
				 s->failed_call, s->failed_status, row ? " " : "",
				 row ? row->symbol : "");
		else
			snprintf(w->text, sizeof(w->text), "%s did not get through: %s",
				 s->failed_call, w->why);
		add(w, STAGE1, AMT_FAIL, &s->last, s->failed_call, w->text, &s->cause);
	} else if (done && judge_has(s, TRACE_EV_MEBX)) {
		const struct trace_milestone *m = judge_at(s, TRACE_EV_MEBX);
		struct trace_spot at = {m ? m->file : 0, m ? m->line : 0};
		add(w, STAGE1, AMT_PASS, &at, "", "", NULL);
	} else if (done) {
		pass(w, STAGE1, TRACE_EV_STAGE1_END);
	} else if (began && ended_badly(s)) {
		snprintf(w->text, sizeof(w->text), "the first stage did not finish: %s", w->why);
		add(w, STAGE1, bad(surely_failed(s)), &s->last, "first stage", w->text, &s->cause);
	}
	if (judge_has(s, TRACE_EV_STAGE2_END) || judge_has(s, TRACE_EV_PROVISIONED) ||
	    judge_has(s, TRACE_EV_STATE_PROVISIONED) || (done && s->outcome == TRACE_COMPLETE)) {
		pass(w, STAGE2,
		     judge_has(s, TRACE_EV_STAGE2_END) ? TRACE_EV_STAGE2_END
						       : TRACE_EV_PROVISIONED);
	} else if (done && ended_badly(s)) {
		snprintf(w->text, sizeof(w->text), "the second stage failed: %s", w->why);
		add(w, STAGE2, bad(surely_failed(s)), &s->last, "second stage", w->text, &s->cause);
	} else if (done && w->undone) {
		w->row[STAGE2].any = true;
	} else if (done) {
		add(w, STAGE2, AMT_UNKNOWN, &s->last, "Sleep for 2nd stage provision",
		    "the first stage finished; the log does not show the second stage", NULL);
	}
}

static void unprovisioning(struct work *w)
{
	const struct trace_session *s = w->s;
	bool done = judge_has(s, TRACE_EV_UNPROVISIONED) || judge_has(s, TRACE_EV_PARTLY);
	bool revoke = judge_has(s, TRACE_EV_REVOKE);
	bool removed = judge_has(s, TRACE_EV_AD_REMOVE) || judge_has(s, TRACE_EV_AD_REMOVE_SENT);

	if (done && (judge_has(s, TRACE_EV_REVOKE_FAILED) || judge_has(s, TRACE_EV_AD_FAILED))) {
		/* Signature D06: finished, but something of it stays. */
		snprintf(w->text, sizeof(w->text),
			 "un-provisioning ended, but %s failed afterwards: %s",
			 judge_has(s, TRACE_EV_REVOKE_FAILED) ? "revoking the certificate"
							      : "removing the AD object",
			 w->why);
		add(w, UNPROVISION, bad(cause_is(s, "D") && !s->cause.unconfirmed), &s->last,
		    "Finished unprovision", w->text, &s->cause);
	} else if (done &&
		   (s->kind == TRACE_PARTIAL_UNPROVISION || (revoke && removed) || s->implicit)) {
		pass(w, UNPROVISION, TRACE_EV_UNPROVISIONED);
	} else if (done) {
		snprintf(w->text, sizeof(w->text),
			 "un-provisioning ended, but no request to %s is in the log",
			 revoke ? "remove the AD object" : "revoke the certificate");
		add(w, UNPROVISION, AMT_WARN, &s->last, "Finished unprovision", w->text, NULL);
	} else if (ended_badly(s)) {
		snprintf(w->text, sizeof(w->text), "un-provisioning failed: %s", w->why);
		add(w, UNPROVISION, bad(surely_failed(s)), &s->last, "unprovision", w->text,
		    &s->cause);
	} else {
		add(w, UNPROVISION, AMT_WARN, &s->last, "unprovision",
		    "un-provisioning was begun; the log does not show its end", NULL);
	}
}

static bool password_refused(const struct trace_session *s)
{
	return s->cause.set && s->cause.signature >= 0 &&
	       !strcmp(trace_signatures[s->cause.signature].id, "A03") &&
	       !past(s, TRACE_EV_CONNECTED);
}

static bool password_taken(const struct trace_session *s)
{
	bool post = judge_has(s, TRACE_EV_POST) || s->kind == TRACE_UNPROVISION;

	return post && past(s, TRACE_EV_CONNECTED);
}

/* A connection with the random password, in any task: figure 4 shows one. */
static void random_password(struct work *w)
{
	const struct trace_session *s = w->s;

	if (password_refused(s))
		add(w, PASSWORD, AMT_WARN, &s->cause.at, s->cause.text,
		    "the random password is refused: it was un-provisioned or taken over elsewhere "
		    "(wording unconfirmed)",
		    &s->cause);
	else if (password_taken(s))
		pass(w, PASSWORD, TRACE_EV_CONNECTED);
}

static void one(struct work *w)
{
	const struct trace_session *s = w->s;

	if (s->kind > TRACE_PARTIAL_UNPROVISION)
		return;
	judge_why(&s->cause, w->why, sizeof(w->why));
	if (s->kind == TRACE_PROVISION) {
		whole_task(w);
		connecting(w);
		password_and_ad(w);
		first_stage(w);
	} else {
		unprovisioning(w);
	}
}

/* Power control, discovery and updates use the random password too: the last task of a device
 * that tells decides, and a new provisioning makes a new password. */
static void random_passwords(struct work *w)
{
	size_t n = w->j->f->devices.n;
	uint32_t *last = amt_calloc(n + 1, sizeof(*last));

	for (uint32_t i = 0; i < w->j->f->sessions.n; i++) {
		const struct trace_session *s = &w->j->f->sessions.v[i];
		if (s->device < n && (password_refused(s) || password_taken(s)))
			last[s->device] = i + 1;
		else if (s->device < n && s->kind == TRACE_PROVISION)
			last[s->device] = 0;
	}
	for (uint32_t i = 0; i < w->j->f->sessions.n; i++) {
		w->s = &w->j->f->sessions.v[i];
		if (w->s->device >= n || last[w->s->device] == i + 1)
			random_password(w);
	}
	free(last);
}

static void site_rows(struct work *w)
{
	const struct trace_site_facts *s = &w->j->f->site;
	struct amt_finding *fd;

	if (s->mebx_kept) {
		fd = amt_finding_add(
			w->j->fs, "S3.V01i", AMT_WARN, "",
			"the MEBx password was left as it was (%llu): it had been changed before, "
			"which is harmless",
			(unsigned long long)s->mebx_kept);
		trace_judge_evidence(w->j, fd, &s->mebx_at,
				     "We can't set MEBx password at this time");
	}
	if (s->no_mutual) {
		fd = amt_finding_add(w->j->fs, "S3.V01j", AMT_PASS, "",
				     "TLS with server authentication only, as it should be");
		trace_judge_evidence(w->j, fd, &s->no_mutual_at, "we don't support mutual auth");
	}
}

void judge_sessions(struct judge *j)
{
	static const char none[] = "the log holds no provisioning task that got so far";
	struct work w = {.j = j};
	size_t n = j->f->devices.n;
	/* The last task of each kind, per device; tasks of nobody are all judged. */
	uint32_t *last = amt_calloc((n + 1) * 2, sizeof(*last));

	for (int r = 0; r < ROWS; r++)
		w.row[r].id = ids[r];
	for (uint32_t i = 0; i < j->f->sessions.n; i++) {
		const struct trace_session *s = &j->f->sessions.v[i];
		if (s->device < n && s->kind <= TRACE_PARTIAL_UNPROVISION)
			last[s->device * 2 + (s->kind != TRACE_PROVISION)] = i + 1;
	}
	for (uint32_t i = 0; i < j->f->sessions.n; i++) {
		w.s = &j->f->sessions.v[i];
		uint32_t un = w.s->device < n ? last[w.s->device * 2 + 1] : 0;
		w.undone = un > i + 1 && j->f->sessions.v[un - 1].outcome == TRACE_COMPLETE;
		if (w.s->device >= n ||
		    last[w.s->device * 2 + (w.s->kind != TRACE_PROVISION)] == i + 1)
			one(&w);
	}
	free(last);
	random_passwords(&w);
	judge_end(j, &w.row[BEGIN], "provisioning tasks ended well", none);
	judge_end(j, &w.row[CERT], "the provisioning certificate was chosen by its hash", none);
	judge_end(j, &w.row[CONNECT], "AMT was reached", none);
	judge_end(j, &w.row[OTP], "the one-time password was accepted", none);
	judge_end(j, &w.row[AD], "publication of the AMT object was asked for", none);
	judge_end(j, &w.row[WEBCERT], "web server certificates were found", none);
	judge_end(j, &w.row[STAGE1], "the first stage finished without errors", none);
	judge_end(j, &w.row[STAGE2], "the second stage and the task ended well", none);
	site_rows(&w);
	judge_end(j, &w.row[PASSWORD], "the random password works", none);
	if (w.row[ACCOUNTS].count[AMT_FAIL] || w.row[ACCOUNTS].count[AMT_WARN])
		judge_end(j, &w.row[ACCOUNTS], "an account was accepted", none);
	if (w.row[SELFSIGNED].any)
		judge_end(j, &w.row[SELFSIGNED], "", "");
	if (w.row[UNPROVISION].any)
		judge_end(j, &w.row[UNPROVISION], "un-provisioning is complete", "");
}
