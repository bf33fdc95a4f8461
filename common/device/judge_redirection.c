/* Stage 5: SOL, IDE redirection, KVM, and the user's consent (handbook device 1.1, 2.5). */
#include "device/judge.h"

#include <string.h>

/* Supported, enabled, reachable are three facts; the row is about the three together. */
static void judge_enabled(struct dev_judge *j)
{
	const struct amt_dev_redirection *r;
	const struct amt_dev_boot *b = amt_dev_first(j->d, boot);
	const struct amt_dev_port *p = dev_port(j->d, 16995), *q = dev_port(j->d, 16994);
	bool open = (p && p->state == AMT_PORT_OPEN) || (q && q->state == AMT_PORT_OPEN);
	static const char *const words[] = {"nothing", "IDE redirection only",
					    "serial-over-LAN only", "both"};

	if (b && (b->sol == AMT_NO || b->ider == AMT_NO))
		dev_say(j, "S5.C06c", AMT_WARN, AMT_DEVC_boot, "this machine does not support%s%s",
			b->sol == AMT_NO ? " serial-over-LAN" : "",
			b->ider == AMT_NO ? " IDE redirection" : "");
	if (!dev_have(j, "S5.C06c", AMT_DEVC_redirection))
		return;
	r = &j->d->redirection.v[0];
	if (r->enabled_state < 32768 || r->enabled_state > 32771) {
		if (r->enabled_state != AMT_DEV_NONE)
			dev_say(j, "S5.C06c", AMT_UNKNOWN, AMT_DEVC_redirection,
				"EnabledState is %lld, which is none of 32768 to 32771",
				(long long)r->enabled_state);
		return;
	}
	if (r->enabled_state != 32771)
		dev_say(j, "S5.C06c", j->e->redirection ? AMT_FAIL : AMT_WARN, AMT_DEVC_redirection,
			"of serial-over-LAN and IDE redirection, %s is enabled",
			words[r->enabled_state - 32768]);
	else if (r->listener == AMT_NO)
		dev_say(j, "S5.C06c", AMT_FAIL, AMT_DEVC_redirection,
			"serial-over-LAN and IDE redirection are enabled, but the listener is off: "
			"an "
			"account with the redirection realm must switch it on");
	else if ((p || q) && !open)
		dev_say(j, "S5.C06c", AMT_FAIL, AMT_DEVC_redirection,
			"serial-over-LAN and IDE redirection are enabled and listening, but "
			"neither "
			"16994 nor 16995 accepts connections from this computer");
	else
		dev_say(j, "S5.C06c", AMT_PASS, AMT_DEVC_redirection,
			"serial-over-LAN and IDE redirection are enabled%s",
			open ? " and reachable" : "");
}

static void judge_probe(struct dev_judge *j, const struct amt_dev_redirection_probe *r)
{
	const enum amt_dev_class c = AMT_DEVC_redirection_probe;
	bool kvm = !r->service || strcmp(r->service, "KVM") == 0;

	if (r->how == AMT_NET_PROTOCOL) {
		dev_say(j, "X.D17", AMT_UNKNOWN, c, "%s on port %lld is not answered as AMT does",
			OR(r->service), (long long)r->port);
		return;
	}
	if (r->how != AMT_NET_OK || r->status == AMT_DEV_NONE) {
		dev_say(j, "X.D17", AMT_UNKNOWN, c, "%s on port %lld did not answer (%s)",
			OR(r->service), (long long)r->port, amt_net_class_name(r->how));
		return;
	}
	if (r->status == 2)
		dev_say(j, "X.D17", AMT_WARN, c, "%s is busy: somebody is connected",
			OR(r->service));
	else if (r->status == 3 && kvm && dev_older(j, 6))
		dev_say(j, "X.D17", AMT_NA, c, "KVM came with firmware 6.0");
	else if (r->status == 3)
		dev_say(j, "X.D17", j->e->redirection && !kvm ? AMT_FAIL : AMT_WARN, c,
			"%s is not offered on port %lld: switched off, or not in this firmware",
			OR(r->service), (long long)r->port);
	else if (r->status != 0)
		dev_say(j, "X.D17", AMT_WARN, c, "%s answers with status %lld", OR(r->service),
			(long long)r->status);
	else if (dev_has_int(&r->methods, 1))
		dev_say(j, "X.D17", AMT_WARN, c, "%s on port %lld also takes a plain password%s",
			OR(r->service), (long long)r->port,
			r->port == 16994 ? ", and without TLS" : "");
	else
		dev_say(j, "X.D17", AMT_PASS, c, "%s is free%s", OR(r->service),
			dev_has_int(&r->methods, 2) ? " and takes Kerberos" : "");
}

static void judge_sessions(struct dev_judge *j)
{
	size_t n = j->d->sol_session.n + j->d->ider_session.n + j->d->kvm_session.n;

	if (n)
		dev_say(j, "X.D17", AMT_WARN, AMT_DEVC_sol_session,
			"%zu redirection session%s under way (SOL %zu, IDER %zu, KVM %zu): another "
			"console will be told busy",
			n, n == 1 ? " is" : "s are", j->d->sol_session.n, j->d->ider_session.n,
			j->d->kvm_session.n);
}

static void judge_consent(struct dev_judge *j)
{
	const struct amt_dev_setup *s = amt_dev_first(j->d, setup);
	int64_t v;

	if (!dev_have(j, "X.D08", AMT_DEVC_consent))
		return;
	v = j->d->consent.v[0].required;
	if (s && s->provisioning_mode == 4)
		dev_say(j, "X.D08", AMT_WARN, AMT_DEVC_setup,
			"in client control mode every redirection session asks the user");
	else if (v == 0)
		dev_say(j, "X.D08", AMT_PASS, AMT_DEVC_consent,
			"no consent of the user is required");
	else if (v == 1)
		dev_say(j, "X.D08", AMT_PASS, AMT_DEVC_consent,
			"the user's consent is required for KVM only");
	else if (v == INT64_C(4294967295))
		dev_say(j, "X.D08", AMT_WARN, AMT_DEVC_consent,
			"the user's consent is required for every redirection session");
	else if (v != AMT_DEV_NONE)
		dev_say(j, "X.D08", AMT_UNKNOWN, AMT_DEVC_consent, "OptInRequired is %lld",
			(long long)v);
}

static void judge_kvm(struct dev_judge *j)
{
	const struct amt_dev_kvm_settings *s = amt_dev_first(j->d, kvm_settings);
	const struct amt_dev_kvm *k = amt_dev_first(j->d, kvm);

	if (dev_older(j, 6)) {
		dev_say(j, "X.D09", AMT_NA, AMT_DEV_CLASS_COUNT, "KVM came with firmware 6.0");
		return;
	}
	if (!k && !s)
		dev_have(j, "X.D09", AMT_DEVC_kvm);
	if (s && s->enabled_by_mebx == AMT_NO)
		dev_say(j, "X.D09", AMT_WARN, AMT_DEVC_kvm_settings,
			"KVM is switched off in MEBx, which only somebody at the machine can "
			"change");
	else if (k && k->enabled_state != AMT_DEV_NONE)
		dev_say(j, "X.D09",
			k->enabled_state == 2 || k->enabled_state == 6 ? AMT_PASS : AMT_WARN,
			AMT_DEVC_kvm, "KVM is %s (EnabledState %lld)",
			k->enabled_state == 2   ? "on"
			: k->enabled_state == 6 ? "on, nobody is connected"
						: "off",
			(long long)k->enabled_state);
	if (s && s->port_5900 == AMT_YES)
		dev_say(j, "X.D09", AMT_WARN, AMT_DEVC_kvm_settings,
			"port 5900 is on: VNC without encryption");
}

void dev_judge_redirection(struct dev_judge *j)
{
	judge_enabled(j);
	for (size_t i = 0; i < j->d->redirection_probe.n; i++)
		judge_probe(j, &j->d->redirection_probe.v[i]);
	judge_sessions(j);
	judge_consent(j);
	judge_kvm(j);
}
