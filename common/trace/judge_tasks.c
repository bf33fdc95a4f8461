/*
 * What a provisioning task says of certificates and profiles beside its milestones: PV.01, an
 * older certificate revoked before a new one is asked for, and PV.09, the profile for 802.1X and
 * wireless networks. No public source shows these lines in such a task, so they only warn.
 */
#include "judge.h"

#include <stdlib.h>

bool trace_provisions(const struct trace_session *s)
{
	static const uint8_t shows[] = {
		TRACE_EV_CERT_MATCHED, TRACE_EV_HELPER,      TRACE_EV_PRE,
		TRACE_EV_IN,           TRACE_EV_OTP_OK,      TRACE_EV_AD_ADD,
		TRACE_EV_CERT_REQUEST, TRACE_EV_STAGE1,      TRACE_EV_STAGE1_END,
		TRACE_EV_STAGE2,       TRACE_EV_PROVISIONED, TRACE_EV_STATE_PROVISIONED};

	for (size_t i = 0; s->kind == TRACE_PROVISION && i < sizeof(shows); i++)
		if (judge_has(s, shows[i]))
			return true;
	return false;
}

/* The line of e, if it comes before the one of then. */
static const struct trace_milestone *before(const struct trace_session *s, enum trace_event e,
					    enum trace_event then)
{
	const struct trace_milestone *m = judge_at(s, e), *t = judge_at(s, then);

	return m && t && m < t ? m : NULL;
}

/* A task that asks for a certificate, of a device that was provisioned when it began. */
static void revocation(struct judge *j, struct judge_row *row, const struct trace_session *s)
{
	const struct trace_milestone *asked = judge_at(s, TRACE_EV_CERT_REQUEST),
				     *revoke = before(s, TRACE_EV_REVOKE, TRACE_EV_CERT_REQUEST),
				     *bad = judge_at(s, TRACE_EV_REVOKE_FAILED);
	const struct trace_milestone *m = bad ? bad : revoke ? revoke : asked;
	struct trace_spot at = {m->file, m->line};

	if (bad)
		judge_add(j, row, AMT_WARN, judge_subject(j, s), &at, "Failed to revoke",
			  "its older certificate could not be revoked (wording unconfirmed)", NULL);
	else if (revoke)
		judge_add(j, row, AMT_PASS, judge_subject(j, s), &at, "", "", NULL);
	else
		judge_add(j, row, AMT_WARN, judge_subject(j, s), &at,
			  "Send request to AMT proxy component to generate client certificate",
			  "it was provisioned already, and no revocation of its older certificate "
			  "is in the log before it asked for a new one",
			  NULL);
}

static void profile(struct judge *j, struct judge_row *row, const struct trace_session *s)
{
	const struct trace_milestone *bad = judge_at(s, TRACE_EV_NETWORK_FAILED),
				     *set = judge_at(s, TRACE_EV_NETWORK);
	const struct trace_milestone *m = bad ? bad : set;

	if (!m)
		return;
	struct trace_spot at = {m->file, m->line};
	if (bad)
		judge_add(j, row, AMT_WARN, judge_subject(j, s), &at, "802.1X or wireless profile",
			  "its 802.1X or wireless profile could not be set (wording unconfirmed)",
			  NULL);
	else if (s->outcome == TRACE_COMPLETE)
		judge_add(j, row, AMT_PASS, judge_subject(j, s), &at, "", "", NULL);
}

/* Of each device the last task that tells of its profile; 0: none. */
static void last_profiles(const struct trace_facts *f, uint32_t *last)
{
	for (uint32_t i = 0; i < f->sessions.n; i++) {
		const struct trace_session *s = &f->sessions.v[i];
		if (s->device < f->devices.n &&
		    (judge_has(s, TRACE_EV_NETWORK) || judge_has(s, TRACE_EV_NETWORK_FAILED)))
			last[s->device] = i + 1;
	}
}

/* Of each device the last task that asked for a certificate while it was provisioned. */
static void last_renewals(const struct trace_facts *f, uint32_t *last)
{
	bool *provisioned = amt_calloc(f->devices.n + 1, sizeof(*provisioned));

	for (uint32_t i = 0; i < f->sessions.n; i++) {
		const struct trace_session *s = &f->sessions.v[i];
		if (s->device >= f->devices.n || s->kind > TRACE_PARTIAL_UNPROVISION)
			continue;
		bool *was = &provisioned[s->device], ended = s->outcome == TRACE_COMPLETE;
		if (s->kind != TRACE_PROVISION) {
			*was = *was && !ended;
			continue;
		}
		if (judge_has(s, TRACE_EV_CERT_REQUEST) &&
		    (*was || before(s, TRACE_EV_REVOKE, TRACE_EV_CERT_REQUEST)))
			last[s->device] = i + 1;
		*was = *was || (ended && trace_provisions(s));
	}
	free(provisioned);
}

static void of_last(struct judge *j, const uint32_t *last, struct judge_row *row,
		    void (*one)(struct judge *, struct judge_row *, const struct trace_session *),
		    const char *passed)
{
	for (size_t i = 0; i < j->f->devices.n; i++)
		if (last[i])
			one(j, row, &j->f->sessions.v[last[i] - 1]);
	if (row->any)
		judge_end(j, row, passed, "");
}

void judge_tasks(struct judge *j)
{
	size_t n = j->f->devices.n;
	uint32_t *last = amt_calloc(n + 1, sizeof(*last));
	struct judge_row older = {.id = "PV.01"}, network = {.id = "PV.09"};

	last_renewals(j->f, last);
	of_last(j, last, &older, revocation,
		"an older certificate was asked to be revoked before the new one (wording "
		"unconfirmed)");
	memset(last, 0, (n + 1) * sizeof(*last));
	last_profiles(j->f, last);
	of_last(j, last, &network, profile,
		"the profile for 802.1X or wireless networks was set (wording unconfirmed)");
	free(last);
}
