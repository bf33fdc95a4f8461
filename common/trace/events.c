/*
 * What each event means for tasks, as one table: every line of a log asks it, so the
 * questions are answered here once.
 */
#include "feed.h"

#define OPENS(e)                                                                                   \
	((e) == TRACE_EV_BEGIN || (e) == TRACE_EV_DISCOVER || (e) == TRACE_EV_POWER ||             \
	 (e) == TRACE_EV_UPDATE)

#define INSIDE(e)                                                                                  \
	((e) == TRACE_EV_CALL || (e) == TRACE_EV_CONNECT_FAILED ||                                 \
	 (e) == TRACE_EV_NO_CONNECTION || (e) == TRACE_EV_OTP_BAD || (e) == TRACE_EV_AD_FAILED ||  \
	 (e) == TRACE_EV_CERT_MISSING || (e) == TRACE_EV_STAGE1_FAILED ||                          \
	 (e) == TRACE_EV_WSMAN_FAILED || (e) == TRACE_EV_REVOKE_FAILED ||                          \
	 (e) == TRACE_EV_UNPROVISION_FAILED || (e) == TRACE_EV_POWER_FAILED ||                     \
	 (e) == TRACE_EV_UPDATE_FAILED || (e) == TRACE_EV_DISCOVER_FAILED ||                       \
	 (e) == TRACE_EV_TLS_FAILED || (e) == TRACE_EV_MEBX)

#define OUTSIDE(e)                                                                                 \
	((e) == TRACE_EV_STATE_FILE || (e) == TRACE_EV_STATE_FILL || (e) == TRACE_EV_PROXY_FILE || \
	 (e) == TRACE_EV_NO_MUTUAL || (e) == TRACE_EV_END)

#define WORD(e)                                                                                    \
	((e) == TRACE_EV_POOL_OK || (e) == TRACE_EV_POOL_RETRY || (e) == TRACE_EV_POOL_FAILED)

#define TERMINAL(e)                                                                                \
	((e) == TRACE_EV_NO_CONNECTION || (e) == TRACE_EV_OTP_BAD ||                               \
	 (e) == TRACE_EV_STAGE1_FAILED || (e) == TRACE_EV_CERT_MISSING ||                          \
	 (e) == TRACE_EV_UNPROVISION_FAILED || (e) == TRACE_EV_UPDATE_FAILED ||                    \
	 (e) == TRACE_EV_POWER_FAILED || (e) == TRACE_EV_POOL_FAILED ||                            \
	 (e) == TRACE_EV_POOL_RETRY)

#define SUCCESS(e)                                                                                 \
	((e) == TRACE_EV_STAGE2_END || (e) == TRACE_EV_PROVISIONED ||                              \
	 (e) == TRACE_EV_STATE_PROVISIONED || (e) == TRACE_EV_UNPROVISIONED ||                     \
	 (e) == TRACE_EV_PARTLY || (e) == TRACE_EV_STATE_UNPROVISIONED ||                          \
	 (e) == TRACE_EV_DISCOVERED || (e) == TRACE_EV_POWER_OK || (e) == TRACE_EV_UPDATE_END)

#define ENDS(e) ((e) == TRACE_EV_END || (e) == TRACE_EV_POWER_END)

#define SITE(e)                                                                                    \
	((e) == TRACE_EV_HELLO_WAIT || (e) == TRACE_EV_HELLO_BAD || (e) == TRACE_EV_CERT_BAD ||    \
	 (e) == TRACE_EV_CERT_EXPIRING || (e) == TRACE_EV_CERT_MATCHED ||                          \
	 (e) == TRACE_EV_HELPER || (e) == TRACE_EV_NO_FQDN || (e) == TRACE_EV_BAD_FILE ||          \
	 (e) == TRACE_EV_NO_MUTUAL || (e) == TRACE_EV_MEBX || (e) == TRACE_EV_CLIENT_FAILED ||     \
	 (e) == TRACE_EV_CLIENT_POLICY || (e) == TRACE_EV_CLIENT_STATE ||                          \
	 (e) == TRACE_EV_CLIENT_DONE || (e) == TRACE_EV_CONSOLE_FAILED)

#define DISCOVERY(e)                                                                               \
	((e) == TRACE_EV_DISCOVER || (e) == TRACE_EV_DISCOVER_STEP ||                              \
	 (e) == TRACE_EV_DISCOVERED || (e) == TRACE_EV_DISCOVER_FAILED)
#define OF_POWER(e)                                                                                \
	((e) == TRACE_EV_POWER || (e) == TRACE_EV_POWER_OK || (e) == TRACE_EV_POWER_FAILED ||      \
	 (e) == TRACE_EV_POWER_END)
#define MAINTENANCE(e)                                                                             \
	((e) == TRACE_EV_UPDATE || (e) == TRACE_EV_UPDATE_STEP || (e) == TRACE_EV_UPDATE_END ||    \
	 (e) == TRACE_EV_UPDATE_FAILED)
#define UNPROVISION(e)                                                                             \
	((e) == TRACE_EV_REVOKE || (e) == TRACE_EV_AD_REMOVE || (e) == TRACE_EV_AD_REMOVE_SENT ||  \
	 (e) == TRACE_EV_UNPROVISIONED || (e) == TRACE_EV_STATE_UNPROVISIONED ||                   \
	 (e) == TRACE_EV_UNPROVISION_FAILED)

#define KIND(e)                                                                                    \
	(DISCOVERY(e)             ? TRACE_DISCOVERY                                                \
	 : OF_POWER(e)            ? TRACE_POWER                                                    \
	 : MAINTENANCE(e)         ? TRACE_MAINTENANCE                                              \
	 : (e) == TRACE_EV_PARTLY ? TRACE_PARTIAL_UNPROVISION                                      \
	 : UNPROVISION(e)         ? TRACE_UNPROVISION                                              \
				  : TRACE_PROVISION)

#define ODD(e)                                                                                     \
	((e) == TRACE_EV_CONNECTED || (e) == TRACE_EV_CERT_RETRY || (e) == TRACE_EV_CALL ||        \
	 KIND(e) == TRACE_UNPROVISION || KIND(e) == TRACE_PARTIAL_UNPROVISION)

#define TOUCHES(e, rank)                                                                           \
	((OPENS(e) ? FEED_NEXT : 0) | ((rank) || TERMINAL(e) ? FEED_MARK : 0) |                    \
	 (ODD(e) ? FEED_ODD : 0))

#define TRAITS(e, rank)                                                                            \
	((OPENS(e) ? FEED_OPENS : 0) | (INSIDE(e) || (rank) >= 10 ? FEED_INSIDE : 0) |             \
	 (OUTSIDE(e) || ((rank) && (rank) < 10) ? FEED_OUTSIDE : 0) | (WORD(e) ? FEED_WORD : 0) |  \
	 (TERMINAL(e) ? FEED_TERMINAL : 0) | (SUCCESS(e) ? FEED_SUCCESS : 0) |                     \
	 (ENDS(e) ? FEED_ENDS : 0) | (SITE(e) ? FEED_SITE : 0))

const struct feed_event feed_events[TRACE_EVENTS] = {
#define TRACE_EVENT(id, name, label, milestone)                                                    \
	[TRACE_EV_##id] = {TRAITS(TRACE_EV_##id, milestone), milestone, KIND(TRACE_EV_##id),       \
			   TOUCHES(TRACE_EV_##id, milestone)},
#include "amtdiag/trace_events.def"
#undef TRACE_EVENT
};

uint8_t feed_call_of(const struct trace_match *m, enum trace_severity severity)
{
	bool well = m->has_hresult && m->has_status && !m->hresult && !m->status;

	/* One whose line is cut before its status says nothing. */
	if (!well && severity != TRACE_ERROR)
		return 0;
	for (unsigned i = 0; i < TRACE_CALLS; i++) {
		const char *name = trace_call_name((enum trace_call)i);
		if (strlen(name) == m->method_len && !memcmp(name, m->method, m->method_len))
			return (uint8_t)(i + 1);
	}
	return 0;
}

/* Calls that only one kind of task makes. */
enum trace_kind feed_kind_of_call(const struct trace_match *m)
{
	static const char un[] = "SecurityAdministration.Unprovision",
			  part[] = "SecurityAdministration.PartialUnprovision",
			  power[] = "RemoteControl.";

	if (m->method_len == sizeof(un) - 1 && !memcmp(m->method, un, sizeof(un) - 1))
		return TRACE_UNPROVISION;
	if (m->method_len == sizeof(part) - 1 && !memcmp(m->method, part, sizeof(part) - 1))
		return TRACE_PARTIAL_UNPROVISION;
	if (m->method_len > sizeof(power) - 1 && !memcmp(m->method, power, sizeof(power) - 1))
		return TRACE_POWER;
	return TRACE_PROVISION;
}
