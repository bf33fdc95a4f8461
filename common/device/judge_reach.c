/* Ports, presence, version and log-in: can it be reached at all (handbook device 2.1-2.4). */
#include "device/judge.h"

#include <string.h>

static bool silent(const struct amt_dev_port *p)
{
	return p->state == AMT_PORT_FILTERED || p->state == AMT_PORT_UNREACHABLE;
}

/* The port opens, but who listens there does not speak TLS: a proxy, a filter that closes later. */
static bool mute(const struct dev_judge *j, unsigned port)
{
	const struct amt_dev_tls *t = dev_tls(j->d, port);
	enum amt_tls_class c =
		t ? t->legacy != AMT_TLSC_NOT_TRIED ? t->legacy : t->modern : AMT_TLSC_OK;

	return t && t->modern != AMT_TLSC_OK &&
	       (c == AMT_TLSC_TIMEOUT || c == AMT_TLSC_RESET || c == AMT_TLSC_NOT_TLS);
}

static void judge_port(struct dev_judge *j, const char *id, unsigned port, const char *without)
{
	const struct amt_dev_port *p = dev_port(j->d, port), *tls = dev_port(j->d, 16993),
				  *plain = dev_port(j->d, 16992);
	const enum amt_dev_class c = AMT_DEVC_port;

	if (!p || p->state == AMT_PORT_UNKNOWN)
		return;
	if (p->state == AMT_PORT_OPEN && mute(j, port))
		dev_say(j, id, AMT_WARN, c,
			"TCP %u accepts connections, but a TLS handshake is not answered (X.D01)",
			port);
	else if (p->state == AMT_PORT_OPEN)
		dev_say(j, id, AMT_PASS, c, "TCP %u accepts connections (seen from this computer)",
			port);
	else if (port == 16992 && tls && tls->state == AMT_PORT_OPEN &&
		 (p->state == AMT_PORT_REFUSED || dev_tls_only(j)))
		dev_say(j, id, AMT_PASS, c,
			"TCP 16992 is %s, as on a device that takes TLS only; 16993 is open",
			amt_port_state_name(p->state));
	else if (port == 16992 && tls && tls->state == AMT_PORT_OPEN)
		/* A port that AMT does not take belongs to the system, whose firewall is silent. */
		dev_say(j, id, AMT_WARN, c,
			"TCP 16992 does not answer from this computer (%s after %.0f ms), 16993 is "
			"open: the device takes TLS only and the system's firewall drops the rest, "
			"or a filter on the way does; %s",
			amt_port_state_name(p->state), p->ms, without);
	else if (silent(p))
		dev_say(j, id, AMT_FAIL, c,
			"TCP %u does not answer from this computer (%s after %.0f ms): a filter on "
			"the way, the machine off with a power package that stops AMT, or another "
			"address; %s",
			port, amt_port_state_name(p->state), p->ms, without);
	else
		dev_say(j, id, j->provisioned ? AMT_FAIL : AMT_WARN, c,
			"TCP %u is closed: the device answers, but nothing listens there (%s); %s",
			port,
			port != 16992 && plain && plain->state == AMT_PORT_OPEN
				? "16992 is open: it works without TLS"
			: j->provisioned ? "though it is provisioned"
					 : "not provisioned, or asleep",
			without);
}

static void judge_ports(struct dev_judge *j)
{
	size_t dead = 0, asked = 0;

	for (size_t i = 0; i < j->d->port.n; i++) {
		asked += j->d->port.v[i].state != AMT_PORT_UNKNOWN;
		dead += silent(&j->d->port.v[i]);
	}
	if (asked && dead == asked) {
		dev_say(j, "S1.V17", AMT_UNKNOWN, AMT_DEVC_port,
			"none of %zu ports answers from this computer: the machine is off or away, "
			"or "
			"everything is filtered; look from the service point's network",
			asked);
		return;
	}
	judge_port(j, "P.36", 16992, "discovery by the service point needs it");
	judge_port(j, "P.37", 16993, "power control and provisioning need it");
	judge_port(j, "P.39", 16995, "serial-over-LAN and IDE redirection need it");
}

static bool reached(const struct amt_device *d)
{
	for (unsigned port = 16992; port <= 16995; port++) {
		const struct amt_dev_port *p = dev_port(d, port);
		if (p && p->state == AMT_PORT_OPEN)
			return true;
	}
	return false;
}

static void judge_rmcp(struct dev_judge *j)
{
	static const char *const states[] = {"not provisioned", "being provisioned", "provisioned",
					     "in an unknown state"};
	const struct amt_dev_rmcp *r = amt_dev_first(j->d, rmcp);
	const struct amt_dev_general *g = amt_dev_first(j->d, general);

	if (!r)
		return;
	if (r->answered != AMT_YES && dev_older(j, 4))
		dev_say(j, "X.D20", AMT_NA, AMT_DEVC_rmcp,
			"firmware before 4.0 answers no presence ping");
	else if (r->answered != AMT_YES && g && g->rmcp == AMT_NO)
		dev_say(j, "X.D20", AMT_WARN, AMT_DEVC_general,
			"no answer to the presence ping: it is switched off in the device "
			"(RmcpPingResponseEnabled)");
	else if (r->answered != AMT_YES)
		/* Where a TCP port of AMT is open nothing is left to find out. */
		dev_say(j, "X.D20", reached(j->d) ? AMT_NA : AMT_UNKNOWN, AMT_DEVC_rmcp,
			"no answer to the presence ping, which proves nothing: off, older than "
			"4.0, "
			"switched off there, or 16.1 and later");
	else if (r->enterprise != 343)
		dev_say(j, "X.D20", AMT_WARN, AMT_DEVC_rmcp,
			"another maker's management controller answers (enterprise %lld), not AMT",
			(long long)r->enterprise);
	else if (r->provisioning == AMT_DEV_NONE)
		dev_say(j, "X.D20", AMT_PASS, AMT_DEVC_rmcp,
			"AMT before 6.0 answers the presence ping; its pong tells neither its "
			"version nor whether it is provisioned%s",
			r->dash == AMT_YES ? "; DASH too" : "");
	else if (r->major <= 0 && r->minor <= 0)
		dev_say(j, "X.D20", AMT_PASS, AMT_DEVC_rmcp,
			"AMT before 6.0, whose pong tells no version, answers the presence ping: "
			"%s%s",
			states[r->provisioning & 3], r->dash == AMT_YES ? ", DASH too" : "");
	else
		dev_say(j, "X.D20", AMT_PASS, AMT_DEVC_rmcp,
			"AMT %lld.%lld answers the presence ping: %s%s", (long long)r->major,
			(long long)r->minor, states[r->provisioning & 3],
			r->dash == AMT_YES ? ", DASH too" : "");
}

static void judge_version(struct dev_judge *j)
{
	static const struct amt_fw native = {3, 2, 1, -1};
	char text[48];

	if (!j->fw_known) {
		if (j->d->http.n || j->d->source[AMT_DEVC_software].state != AMT_DEV_NOT_ASKED)
			dev_say(j, "P.07", AMT_UNKNOWN, AMT_DEV_CLASS_COUNT,
				"nothing tells the firmware version: the banner has none and "
				"nobody "
				"logged in");
		return;
	}
	amt_fw_format(&j->fw, text);
	enum amt_tri old = amt_fw_below(&j->fw, &native);
	if (old == AMT_MAYBE) {
		dev_say(j, "P.07", AMT_UNKNOWN, AMT_DEV_CLASS_COUNT,
			"firmware %s (%s): the rest of the version is needed; Configuration "
			"Manager reaches 3.2.1 and later itself",
			text, j->fw_where);
	} else if (old == AMT_YES) {
		dev_say(j, "P.07", AMT_WARN, AMT_DEV_CLASS_COUNT,
			"firmware %s (%s) is older than 3.2.1: Configuration Manager reaches it "
			"only "
			"through the WS-MAN translator",
			text, j->fw_where);
		dev_say(j, "S1.V18", AMT_WARN, AMT_DEV_CLASS_COUNT,
			"firmware %s needs the WS-MAN translator on every provisioning server",
			text);
	} else {
		dev_say(j, "P.07", AMT_PASS, AMT_DEV_CLASS_COUNT,
			"firmware %s (%s) speaks WS-MAN itself", text, j->fw_where);
	}
	if (!dev_older(j, 4))
		dev_say(j, "P.10", AMT_PASS, AMT_DEV_CLASS_COUNT, "firmware %s has an audit log",
			text);
	else if (j->ctx->trait[AMT_TRAIT_AUDITING] == AMT_YES)
		dev_say(j, "P.10", AMT_FAIL, AMT_DEV_CLASS_COUNT,
			"firmware %s is older than 4.0 and has no audit log", text);
	else
		dev_say(j, "P.10", AMT_WARN, AMT_DEV_CLASS_COUNT,
			"firmware %s is older than 4.0 and has no audit log, should the site audit",
			text);
}

static void judge_login(struct dev_judge *j)
{
	const struct amt_dev_login *l = amt_dev_first(j->d, login);
	const char *who;

	if (!l)
		return;
	who = l->user ? l->user : "the Kerberos principal of the ticket cache";
	if (l->accepted == AMT_YES) {
		dev_say(j, "X.D18", AMT_PASS, AMT_DEVC_login, "%s is let in on port %lld (%s)", who,
			(long long)l->port, l->method);
		if (l->user)
			dev_say(j, "S4.C03", AMT_PASS, AMT_DEVC_login,
				"the digest account '%s' works", l->user);
		if (l->error) /* else what is missing would just be missing */
			dev_say(j, "X.D18", AMT_UNKNOWN, AMT_DEVC_login,
				"reading broke off, so that the rest of the settings is not known: "
				"%s",
				l->error);
		if (l->woken > 0)
			dev_say(j, "X.D21", AMT_WARN, AMT_DEVC_login,
				"the ME was asleep: it took %lld tries to wake it, so a console "
				"may "
				"report it dead at first",
				(long long)l->woken + 1);
	} else if (l->accepted == AMT_NO) {
		dev_say(j, "X.D18", AMT_FAIL, AMT_DEVC_login, "%s is refused: %s", who,
			l->error ? l->error : "HTTP 401");
		if (l->user)
			dev_say(j, "S4.C03", AMT_FAIL, AMT_DEVC_login,
				"the device refuses the digest account '%s'", l->user);
	} else {
		dev_say(j, "X.D18", AMT_UNKNOWN, AMT_DEVC_login, "nobody could log in: %s",
			l->error ? l->error : "no answer");
	}
}

void dev_judge_reach(struct dev_judge *j)
{
	judge_ports(j);
	judge_rmcp(j);
	judge_version(j);
	judge_login(j);
}
