/* Stages 6 and 7, 802.1X, and what makes a device hide (handbook device 1.1, 2.3). */
#include "device/judge.h"

#include <string.h>

static void judge_webui(struct dev_judge *j)
{
	const struct amt_dev_webui *w = amt_dev_first(j->d, webui);
	const struct amt_dev_tls *t = dev_tls(j->d, 16993);
	bool https = false;

	if (dev_have(j, "S6.C01", AMT_DEVC_webui) && w->enabled_state != AMT_DEV_NONE) {
		if (w->enabled_state == 2)
			dev_say(j, "S6.C01", AMT_PASS, AMT_DEVC_webui, "the web interface is on");
		else
			dev_say(j, "S6.C01", j->e->webui ? AMT_FAIL : AMT_WARN, AMT_DEVC_webui,
				"the web interface is off (EnabledState %lld)",
				(long long)w->enabled_state);
	}
	if (t && t->modern != AMT_TLSC_OK && t->legacy != AMT_TLSC_OK && !j->d->http.n)
		dev_say(j, "S6.V01", AMT_UNKNOWN, AMT_DEVC_tls,
			"TLS on port 16993 can't be opened (X.D01)");
	for (size_t i = 0; i < j->d->http.n; i++)
		https = https ||
			(j->d->http.v[i].port == 16993 && j->d->http.v[i].how == AMT_NET_OK);
	for (size_t i = 0; i < j->d->http.n; i++) {
		const struct amt_dev_http *h = &j->d->http.v[i];
		/* "/" decides: /index.htm may ask for a log-in with the web interface off (2.3). */
		int64_t status = h->root_status != AMT_DEV_NONE ? h->root_status : h->index_status;
		bool page = status == 200 || (status >= 300 && status < 400) || status == 401;
		if (h->port == 16992 && https)
			continue;
		if (h->how != AMT_NET_OK) {
			dev_say(j, "S6.V01", AMT_UNKNOWN, AMT_DEVC_http, "port %lld: %s",
				(long long)h->port,
				h->error ? h->error : amt_net_class_name(h->how));
		} else if (page && h->product && h->port == 16992) {
			dev_say(j, "S6.V01", AMT_WARN, AMT_DEVC_http,
				"the web interface answers on port 16992, without TLS (HTTP %lld, "
				"'%s'), and nothing at https on 16993",
				(long long)h->root_status, OR(h->server));
		} else if (page && h->product) {
			dev_say(j, "S6.V01", AMT_PASS, AMT_DEVC_http,
				"port %lld answers as AMT with its web interface (HTTP %lld, '%s')",
				(long long)h->port, (long long)h->root_status, OR(h->server));
		} else if (h->wsman_status == 401) {
			/* How a device without web interface answers is not recorded: no failure.
			 */
			dev_say(j, "S6.V01", AMT_WARN, AMT_DEVC_http,
				"port %lld answers on /wsman but has no web pages (HTTP %lld on "
				"/): the "
				"web interface is probably off",
				(long long)h->port, (long long)h->root_status);
		} else {
			dev_say(j, "S6.V01", AMT_WARN, AMT_DEVC_http,
				"port %lld answers, but not as AMT does ('%s')", (long long)h->port,
				h->server ? h->server : "no Server header");
		}
	}
}

static void judge_unprovisioned(struct dev_judge *j)
{
	const struct amt_dev_setup *s = amt_dev_first(j->d, setup);
	const struct amt_dev_rmcp *r = amt_dev_first(j->d, rmcp);
	const struct amt_dev_port *a = dev_port(j->d, 16992), *b = dev_port(j->d, 16993);

	if (!j->e->unprovisioned)
		return;
	/* What can hold un-provisioning up is of no matter where it is done. */
	if (!s && r && r->answered == AMT_YES && r->provisioning == 0) {
		if (!j->d->blockers.n)
			dev_say(j, "X.D11", AMT_NA, AMT_DEVC_rmcp,
				"it is not provisioned any more: nothing blocked that");
		if (!j->d->audit.n)
			dev_say(j, "X.D10", AMT_NA, AMT_DEVC_rmcp,
				"it is not provisioned any more, so it keeps no audit log");
	}
	if (s && s->provisioning_state != AMT_DEV_NONE)
		dev_say(j, "X.D22", s->provisioning_state == 0 ? AMT_PASS : AMT_FAIL,
			AMT_DEVC_setup, "the device says it is %s",
			s->provisioning_state == 0 ? "not provisioned" : "still provisioned");
	else if (r && r->answered == AMT_YES && r->provisioning != AMT_DEV_NONE)
		dev_say(j, "X.D22", r->provisioning == 0 ? AMT_PASS : AMT_FAIL, AMT_DEVC_rmcp,
			"the presence pong says it is %s",
			r->provisioning == 0 ? "not provisioned" : "still provisioned");
	else if (a && b && a->state == AMT_PORT_REFUSED && b->state == AMT_PORT_REFUSED)
		dev_say(j, "X.D22", AMT_PASS, AMT_DEVC_port,
			"16992 and 16993 are closed, as on a device that is not provisioned");
	else if ((a && a->state == AMT_PORT_OPEN) || (b && b->state == AMT_PORT_OPEN))
		dev_say(j, "X.D22", AMT_FAIL, AMT_DEVC_port,
			"the management port is still open: the device is still provisioned");
	else
		dev_say(j, "X.D22", AMT_UNKNOWN, AMT_DEVC_port,
			"nothing tells whether the device is still provisioned");
}

static void judge_audit(struct dev_judge *j)
{
	const struct amt_dev_blockers *b = amt_dev_first(j->d, blockers);
	const struct amt_dev_audit *a = amt_dev_first(j->d, audit);

	dev_have(j, "X.D11", AMT_DEVC_blockers);
	if (b && !b->components.n && b->return_value != AMT_DEV_NONE && b->return_value != 0)
		dev_say(j, "X.D11", AMT_UNKNOWN, AMT_DEVC_blockers,
			"what blocks un-provisioning was not told (ReturnValue %lld)",
			(long long)b->return_value);
	else if (b)
		dev_say(j, "X.D11", b->components.n ? AMT_FAIL : AMT_PASS, AMT_DEVC_blockers,
			b->components.n ? "un-provisioning is blocked%s"
					: "nothing blocks un-provisioning%s",
			dev_has_int(&b->components, 1) ? " by the audit log" : "");
	if (!a && dev_older(j, 4))
		dev_say(j, "X.D10", AMT_NA, AMT_DEV_CLASS_COUNT,
			"the audit log came with firmware 4.0");
	if (dev_older(j, 4) || !dev_have(j, "X.D10", AMT_DEVC_audit) || a->state == AMT_DEV_NONE)
		return;
	if (a->state & 2)
		dev_say(j, "X.D10", AMT_FAIL, AMT_DEVC_audit,
			"the audit log is locked: audited actions are refused");
	else if (a->state & 8)
		dev_say(j, "X.D10", AMT_FAIL, AMT_DEVC_audit, "the audit log is full");
	else if (a->state & 4)
		dev_say(j, "X.D10", AMT_WARN, AMT_DEVC_audit,
			"the audit log is almost full (%lld %% free)", (long long)a->free_percent);
	else
		dev_say(j, "X.D10", AMT_PASS, AMT_DEVC_audit, "the audit log is %s and not full",
			a->state & 1 ? "off" : "on");
}

static void judge_environment(struct dev_judge *j)
{
	const struct amt_dev_environment *e = amt_dev_first(j->d, environment);
	const struct amt_dev_general *g = amt_dev_first(j->d, general);
	const struct amt_dev_setup *s = amt_dev_first(j->d, setup);
	/* What DHCP gives decides where AMT takes itself to be; its own domain name is the next
	 * best guess. */
	const char *suffix = s && s->dhcp_suffix ? s->dhcp_suffix : g ? g->domain_name : NULL;

	dev_have(j, "X.D12", AMT_DEVC_environment);
	if (e && !e->suffixes.n)
		dev_say(j, "X.D12", AMT_PASS, AMT_DEVC_environment,
			"no home domains are set: AMT is open everywhere");
	else if (e && suffix)
		dev_say(j, "X.D12", dev_has_str(&e->suffixes, suffix) ? AMT_PASS : AMT_FAIL,
			AMT_DEVC_environment,
			dev_has_str(&e->suffixes, suffix)
				? "'%s' is among the home domains"
				: "'%s' is not among the home domains: outside them AMT closes its "
				  "ports",
			suffix);
	else if (e)
		dev_say(j, "X.D12", AMT_UNKNOWN, AMT_DEVC_environment,
			"%zu home domains are set; which one the device is in is not known",
			e->suffixes.n);
	if (g && g->privacy != AMT_DEV_NONE)
		dev_say(j, "X.D13", g->privacy == 0 ? AMT_PASS : AMT_WARN, AMT_DEVC_general,
			"privacy level %lld (%s)", (long long)g->privacy,
			g->privacy == 0   ? "default"
			: g->privacy == 1 ? "enhanced"
					  : "extreme: features are blocked");
	if (g && g->wsman_only == AMT_YES && j->fw_known && !dev_older(j, 6))
		dev_say(j, "X.D14", AMT_NA, AMT_DEV_CLASS_COUNT,
			"the old SOAP interface is off, which firmware from 6.0 on can do without");
	else if (g && g->wsman_only != AMT_MAYBE)
		dev_say(j, "X.D14", g->wsman_only == AMT_YES ? AMT_WARN : AMT_PASS,
			AMT_DEVC_general,
			g->wsman_only == AMT_YES
				? "the old SOAP interface is off: the translator and amttool fail"
				: "the old SOAP interface is not shut off");
	if (g && (g->network == AMT_NO || g->interface == AMT_NO))
		dev_say(j, "S1.V17", AMT_FAIL, AMT_DEVC_general,
			"the AMT network interface is switched off in the device");
}

static void dot1x_off(struct dev_judge *j, enum amt_dev_class c, bool wanted)
{
	dev_say(j, "X.D26", wanted ? AMT_FAIL : AMT_PASS, c, "802.1X is off in the device%s",
		wanted ? ", but the site's wired ports ask for it" : "");
}

/* 4.0 to 7.x: a profile instead of the settings of 8.0 (1.1). */
static void judge_dot1x_profile(struct dev_judge *j, bool wanted)
{
	const struct amt_dev_dot1x_profile *p = amt_dev_first(j->d, dot1x_profile);

	if (!dev_have(j, "X.D26", AMT_DEVC_dot1x_profile) || p->enabled == AMT_MAYBE)
		return;
	if (p->enabled == AMT_NO)
		dot1x_off(j, AMT_DEVC_dot1x_profile, wanted);
	else
		dev_say(j, "X.D26", AMT_PASS, AMT_DEVC_dot1x_profile, "802.1X is on in the device");
}

static void judge_dot1x(struct dev_judge *j)
{
	const struct amt_dev_dot1x *x = amt_dev_first(j->d, dot1x);
	bool wanted = j->ctx->trait[AMT_TRAIT_WIRED_8021X] == AMT_YES;

	if (dev_older(j, 4))
		dev_say(j, "X.D26", AMT_NA, AMT_DEV_CLASS_COUNT, "802.1X came with firmware 4.0");
	else if (dev_older(j, 8))
		judge_dot1x_profile(j, wanted);
	else if (!dev_have(j, "X.D26", AMT_DEVC_dot1x) || x->enabled == AMT_DEV_NONE)
		return;
	else if (x->enabled == 3)
		dot1x_off(j, AMT_DEVC_dot1x, wanted);
	else
		dev_say(j, "X.D26", x->enabled == 2 || x->enabled == 6 ? AMT_PASS : AMT_UNKNOWN,
			AMT_DEVC_dot1x, "802.1X is %s (Enabled %lld)",
			x->enabled == 2   ? "on with certificates"
			: x->enabled == 6 ? "on without certificates"
					  : "in a state that no source explains",
			(long long)x->enabled);
}

void dev_judge_rest(struct dev_judge *j)
{
	judge_webui(j);
	judge_unprovisioned(j);
	judge_audit(j);
	judge_environment(j);
	judge_dot1x(j);
}
