/* Facts to findings: the rows of the catalogue that a log can answer. Pure. */
#include "judge.h"

#include <stdio.h>

#define EACH_MAX 40 /* devices named one by one for a row; more are summed up */

const char *judge_file(const struct trace_facts *f, const struct trace_spot *at)
{
	return at->line && at->file < f->files.n ? f->files.v[at->file].name : "";
}

void trace_judge_evidence(struct judge *j, struct amt_finding *fd, const struct trace_spot *at,
			  const char *text)
{
	char line[32];

	if (!at->line)
		return;
	snprintf(line, sizeof(line), "line %llu", (unsigned long long)at->line);
	amt_finding_evidence(j->fs, fd, judge_file(j->f, at), line, "%s", text);
}

struct amt_finding *judge_cause(struct judge *j, struct amt_finding *fd,
				const struct trace_cause *c)
{
	const struct trace_signature *g;

	if (!c->set)
		return fd;
	trace_judge_evidence(j, fd, &c->at, c->text);
	if (c->signature >= 0) {
		g = &trace_signatures[c->signature];
		if (strcmp(g->action, "-") != 0)
			amt_finding_action(j->fs, fd, "%s", g->action);
	}
	return fd;
}

char *judge_why(const struct trace_cause *c, char *out, size_t size)
{
	const struct trace_signature *g =
		c->signature >= 0 ? &trace_signatures[c->signature] : NULL;
	const struct trace_code *row = c->has_code ? trace_code_find(c->code, c->firmware) : NULL;
	const char *meaning = g ? g->meaning : row ? row->meaning : "";
	bool twice = row && !strncmp(meaning, row->symbol, strlen(row->symbol));

	if (!c->set)
		snprintf(out, size, "no error is in the log");
	else if (c->has_code)
		snprintf(out, size, c->firmware ? "status 0x%X%s%s%s%s" : "0x%08X%s%s%s%s", c->code,
			 row && !twice ? " " : "", row && !twice ? row->symbol : "",
			 *meaning ? (twice ? " " : ": ") : "", meaning);
	else
		snprintf(out, size, "%s", *meaning ? meaning : c->text);
	if (c->set && c->unconfirmed) {
		size_t n = strlen(out);
		snprintf(out + n, size - n, " (wording unconfirmed)");
	}
	return out;
}

bool judge_has(const struct trace_session *s, enum trace_event e)
{
	return judge_at(s, e) != NULL;
}

const struct trace_milestone *judge_at(const struct trace_session *s, enum trace_event e)
{
	for (size_t i = 0; i < s->n_milestones; i++)
		if (s->milestones[i].event == e)
			return &s->milestones[i];
	return NULL;
}

const char *judge_subject(const struct judge *j, const struct trace_session *s)
{
	return s->device < j->f->devices.n ? j->f->devices.v[s->device].id : "";
}

/* One finding a device while there are few; all others of the row in one. */
void judge_add(struct judge *j, struct judge_row *row, enum amt_verdict v, const char *subject,
	       const struct trace_spot *at, const char *evidence, const char *summary,
	       const struct trace_cause *c)
{
	row->count[v]++;
	row->any = true;
	if (v == AMT_PASS) {
		row->pass_at = *at;
		return;
	}
	if (row->named++ >= EACH_MAX && !j->all)
		return;
	struct amt_finding *fd = amt_finding_add(j->fs, row->id, v, subject, "%s", summary);
	if (c && c->set)
		judge_cause(j, fd, c);
	else
		trace_judge_evidence(j, fd, at, evidence);
}

void judge_end(struct judge *j, struct judge_row *row, const char *passed, const char *unknown)
{
	size_t more = row->named > EACH_MAX && !j->all ? row->named - EACH_MAX : 0;

	if (row->count[AMT_PASS]) {
		struct amt_finding *fd = amt_finding_add(j->fs, row->id, AMT_PASS, "", "%s (%zu)",
							 passed, row->count[AMT_PASS]);
		trace_judge_evidence(j, fd, &row->pass_at,
				     row->pass_text ? row->pass_text : "the last such line");
	}
	if (more)
		amt_finding_add(
			j->fs, row->id,
			row->count[AMT_FAIL]                    ? AMT_FAIL
			: row->count[AMT_PENDING] == row->named ? AMT_PENDING
								: AMT_WARN,
			"", "%zu more devices have the same kind of trouble; the facts name each",
			more);
	if (!row->any)
		amt_finding_add(j->fs, row->id, AMT_UNKNOWN, "", "%s", unknown);
}

/* ---- the logs themselves ---- */

static void judge_files(struct judge *j)
{
	size_t read = 0;

	for (size_t i = 0; i < j->f->files.n; i++) {
		const struct trace_file_facts *f = &j->f->files.v[i];
		struct trace_spot at = {(uint32_t)i, 1};
		uint64_t framed = f->records - f->by_framing[TRACE_PLAIN];
		if (!f->records) {
			bool binary = !strcmp(f->format, "binary");
			if (binary && *f->packed) {
				amt_finding_add(j->fs, "T.02", AMT_UNKNOWN, f->name,
						"is packed (%s): unpack it, its logs were not read",
						f->packed);
				continue;
			}
			amt_finding_add(j->fs, "T.02", binary ? AMT_FAIL : AMT_UNKNOWN, f->name,
					binary ? "is not text, so it is no log of ConfigMgr"
					       : "gave no records (%s)",
					f->format);
			continue;
		}
		read++;
		if (f->damaged * 4 > f->records && f->damaged > 1) {
			struct amt_finding *fd = amt_finding_add(
				j->fs, "T.02", AMT_WARN, f->name,
				"%llu of %llu records are damaged; they were read as far as they "
				"go",
				(unsigned long long)f->damaged, (unsigned long long)f->records);
			trace_judge_evidence(j, fd, &at, f->format);
		}
		if (framed && f->offset == TRACE_OFFSET_UNKNOWN && f->first != AMT_TIME_NONE &&
		    j->f->files.n > 1)
			amt_finding_add(
				j->fs, "T.02", AMT_WARN, f->name,
				"its times have no known offset from UTC, so they can't be set "
				"against other logs; give --tz");
	}
	if (read)
		amt_finding_add(j->fs, "T.02", AMT_PASS, "", "%zu of %zu logs were read", read,
				j->f->files.n);
	else if (!j->f->files.n)
		amt_finding_add(j->fs, "T.02", AMT_UNKNOWN, "", "no log was given");
}

static void judge_hellos(struct judge *j)
{
	struct judge_row hello = {.id = "S2.V01a"}, agent = {.id = "S3.C01"};
	struct judge_row import = {.id = "S3.C02a"}, request = {.id = "S2.V01b"};
	char text[256];

	for (size_t i = 0; i < j->f->devices.n; i++) {
		const struct trace_device *d = &j->f->devices.v[i];
		hello.any = hello.any || d->rejected_client; /* it arrived */
		if (d->rejected_client) {
			snprintf(text, sizeof(text),
				 "its hello was refused %u time%s because the computer is a "
				 "ConfigMgr "
				 "client; an in-band client needs no hello",
				 d->rejected_client, d->rejected_client == 1 ? "" : "s");
			/* Expected where clients are provisioned in-band (INDEX of figure 2). */
			bool in_band = j->ctx->trait[AMT_TRAIT_OUT_OF_BAND] != AMT_YES;
			judge_add(j, &agent, in_band ? AMT_WARN : AMT_FAIL, d->id, &d->client_at,
				  "Reject hello message to provision", text, NULL);
		}
		if (d->rejected_unknown)
			judge_add(j, &import, AMT_WARN, d->id, &d->unknown_at,
				  "Reject hello message to provision",
				  "its hello was refused: the UUID is not in the database "
				  "(wording unconfirmed)",
				  NULL);
		if (d->hellos > d->rejected_client + d->rejected_unknown + d->rejected_blocked)
			judge_add(j, &hello, AMT_PASS, d->id, &d->rejected_at, "", "", NULL);
		else if (d->rejected_unknown || d->rejected_blocked)
			judge_add(j, &hello, AMT_WARN, d->id, &d->rejected_at,
				  "Reject hello message to provision",
				  "its hello messages arrive and are refused", NULL);
		if (d->requests)
			judge_add(j, &request, AMT_PASS, d->id, &d->requested_at, "", "", NULL);
	}
	if (!j->f->amt)
		return;
	/* A site uses one way or the other: nothing is missing where it is the other one. */
	hello.any = hello.any || (request.any && j->ctx->trait[AMT_TRAIT_OUT_OF_BAND] != AMT_YES);
	request.any = request.any || (hello.any && j->ctx->trait[AMT_TRAIT_IN_BAND] != AMT_YES);
	judge_end(j, &hello, "hello messages were accepted",
		  "no hello message is in the logs that were given");
	judge_end(j, &request, "in-band requests arrived and were found",
		  "no in-band request (.OTP file) is in the logs that were given");
	if (agent.any)
		judge_end(j, &agent, "", "");
	if (import.any)
		judge_end(j, &import, "", "");
}

static void judge_certificate(struct judge *j)
{
	const struct trace_site_facts *s = &j->f->site;
	struct amt_finding *fd;

	if (s->cert_bad) {
		/* Found for one device and not for another: the other's list is to blame. */
		fd = amt_finding_add(j->fs, "S3.C09a", AMT_WARN, "",
				     "the provisioning certificate was refused or not found (%llu) "
				     "(wording unconfirmed)%s",
				     (unsigned long long)s->cert_bad,
				     s->cert_matched ? ", but it was found for other devices: see "
						       "S3.C10b for those it failed for"
						     : "");
		trace_judge_evidence(j, fd, &s->cert_bad_at, "provisioning certificate not usable");
	}
	if (s->cert_expiring) {
		fd = amt_finding_add(
			j->fs, "S3.C09a", s->cert_expiring_days ? AMT_WARN : AMT_FAIL, "",
			"the provisioning certificate expires in %u days, as the log said",
			s->cert_expiring_days);
		trace_judge_evidence(j, fd, &s->cert_expiring_at, "will expire");
	}
	if (s->cert_matched && !s->cert_bad) {
		fd = amt_finding_add(j->fs, "S3.C09a", AMT_PASS, "",
				     "ConfigMgr accepts the provisioning certificate%s%s",
				     *s->cert_hash ? " " : "", s->cert_hash);
		trace_judge_evidence(j, fd, &s->cert_matched_at, "Found matched certificate hash");
	} else if (!s->cert_bad && !s->cert_expiring) {
		amt_finding_add(j->fs, "S3.C09a", AMT_UNKNOWN, "",
				"no log line tells of the provisioning certificate");
	}
}

static bool before(const struct trace_spot *a, const struct trace_spot *b)
{
	return a->file < b->file || (a->file == b->file && a->line < b->line);
}

/* What the agent was told last, of each log. */
static void policy(struct judge *j, const struct trace_agent *a)
{
	struct amt_finding *fd;

	if (a->policy && !(a->no_policy && before(&a->policy_at, &a->no_policy_at))) {
		fd = amt_finding_add(j->fs, "S2.C05", AMT_PASS, judge_file(j->f, &a->policy_at),
				     "the automatic provisioning policy is on the client "
				     "(wording unconfirmed)");
		trace_judge_evidence(j, fd, &a->policy_at, "policy");
	} else if (a->no_policy) {
		fd = amt_finding_add(j->fs, "S2.C05", AMT_WARN, judge_file(j->f, &a->no_policy_at),
				     "the agent found no automatic provisioning policy "
				     "(wording unconfirmed)");
		trace_judge_evidence(j, fd, &a->no_policy_at, "0 policies");
	}
}

static void judge_agent(struct judge *j, const struct trace_agent *a)
{
	bool sure = a->failed_sure > 0;
	struct amt_finding *fd;

	if (!a->failed) {
		policy(j, a);
		return;
	}
	fd = amt_finding_add(j->fs, "S2.C05", sure ? AMT_FAIL : AMT_WARN,
			     judge_file(j->f, &a->failed_at),
			     "the agent's AMT provider failed (%llu): check the MEI driver and WMI "
			     "(S1.V03)%s",
			     (unsigned long long)a->failed, sure ? "" : " (wording unconfirmed)");
	trace_judge_evidence(j, fd, &a->failed_at, "provider failed");
}

static void judge_agents(struct judge *j)
{
	const struct trace_site_facts *s = &j->f->site;
	size_t named = 0, more = 0, sure = 0;

	if (j->f->agents.n < 2) { /* or facts of a version that told of all in sum */
		judge_agent(j, &(struct trace_agent){.failed = s->client_failed,
						     .failed_sure = s->client_failed_sure,
						     .policy = s->client_policy,
						     .no_policy = s->client_no_policy,
						     .failed_at = s->client_failed_at,
						     .policy_at = s->client_policy_at,
						     .no_policy_at = s->client_no_policy_at});
		return;
	}
	for (size_t i = 0; i < j->f->agents.n; i++) {
		const struct trace_agent *a = &j->f->agents.v[i];
		if (j->all || named++ < EACH_MAX) {
			judge_agent(j, a);
		} else if (a->failed || (a->no_policy && !a->policy)) {
			more++;
			sure += a->failed_sure > 0;
		}
	}
	if (more)
		amt_finding_add(j->fs, "S2.C05", sure ? AMT_FAIL : AMT_WARN, "",
				"%zu more agents have trouble; the facts name each", more);
}

/* What the code means, and what to do about it when a signature knows that line. */
static void judge_console(struct judge *j)
{
	const struct trace_site_facts *s = &j->f->site;
	struct trace_cause c = {.set = true,
				.signature = -1,
				.has_code = s->console_code != 0,
				.code = s->console_code,
				.at = s->console_failed_at};
	char why[320] = "", text[360];

	for (size_t i = 0; i < j->f->signatures.n; i++) {
		const struct trace_sign_facts *g = &j->f->signatures.v[i];
		if (g->last_at.line == c.at.line && g->last_at.file == c.at.file)
			c.signature = g->row;
	}
	if (c.has_code)
		judge_why(&c, why, sizeof(why));
	snprintf(text, sizeof(text), "GetAMTPowerState fail%s%s", *why ? ": " : "", why);
	c.text = text;
	trace_judge_evidence(j,
			     amt_finding_add(j->fs, "S5.V01", AMT_PASS, "",
					     "the console was opened: its log shows a request"),
			     &c.at, "GetAMTPowerState");
	judge_cause(j,
		    amt_finding_add(j->fs, "S5.V02", AMT_FAIL, "",
				    "the console could not read the power state (%llu)",
				    (unsigned long long)s->console_failed),
		    &c);
}

static void judge_others(struct judge *j)
{
	judge_agents(j);
	if (j->f->site.console_failed)
		judge_console(j);
}

static void judge(struct judge *j)
{
	judge_files(j);
	judge_hellos(j);
	if (j->f->amt || j->f->sessions.n) {
		judge_certificate(j);
		judge_sessions(j);
		judge_calls(j);
		judge_tasks(j);
		if (j->ctx->trait[AMT_TRAIT_UNPROVISION] != AMT_NO)
			judge_removals(j);
	}
	judge_others(j);
}

void trace_judge(const struct trace_facts *f, const struct amt_context *ctx,
		 struct amt_findings *fs)
{
	struct judge j = {f, ctx, fs, false};

	judge(&j);
}

void trace_judge_each(const struct trace_facts *f, const struct amt_context *ctx,
		      struct amt_findings *fs)
{
	struct judge j = {f, ctx, fs, true};

	judge(&j);
}
