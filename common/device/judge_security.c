/* Versions with holes, plain text, factory passwords (handbook device, section 7). */
#include "device/judge.h"

#include <string.h>

/* INTEL-SA-00075: from, to (of the release), first good. What is older than 6 or newer than
 * 11.6 is not in the advisory. */
static const struct {
	struct amt_fw from, until, good;
} sa_00075[] = {
	{{6, 0, -1, -1}, {6, 999, -1, -1}, {6, 2, 61, -1}},
	{{7, 0, -1, -1}, {7, 999, -1, -1}, {7, 1, 91, -1}},
	{{8, 0, -1, -1}, {8, 999, -1, -1}, {8, 1, 71, -1}},
	{{9, 0, -1, -1}, {9, 1, -1, -1}, {9, 1, 41, -1}},
	{{9, 5, -1, -1}, {9, 999, -1, -1}, {9, 5, 61, -1}},
	{{10, 0, -1, -1}, {10, 999, -1, -1}, {10, 0, 55, -1}},
	{{11, 0, -1, -1}, {11, 0, -1, -1}, {11, 0, 25, -1}},
	{{11, 1, -1, -1}, {11, 6, -1, -1}, {11, 6, 27, -1}},
};

static int release(const struct amt_fw *fw)
{
	return fw->major * 1000 + (fw->minor < 0 ? 0 : fw->minor);
}

static void judge_sa_00075(struct dev_judge *j)
{
	const struct amt_dev_cve_2017_5689 *probe = amt_dev_first(j->d, cve_2017_5689);
	char text[48], good[48];

	if (probe && probe->status == 200) {
		dev_say(j, "X.D06", AMT_FAIL, AMT_DEVC_cve_2017_5689,
			"an empty digest response is let in (CVE-2017-5689): anybody can log in");
		return;
	}
	if (!j->fw_known) {
		if (j->d->http.n)
			dev_say(j, "X.D06", AMT_UNKNOWN, AMT_DEVC_http,
				"the banner tells no version, so INTEL-SA-00075 can't be ruled "
				"out");
		return;
	}
	amt_fw_format(&j->fw, text);
	for (size_t i = 0; i < sizeof(sa_00075) / sizeof(sa_00075[0]); i++) {
		if (release(&j->fw) < release(&sa_00075[i].from) ||
		    release(&j->fw) > release(&sa_00075[i].until))
			continue;
		amt_fw_format(&sa_00075[i].good, good);
		enum amt_tri open = amt_fw_below(&j->fw, &sa_00075[i].good);
		if (open == AMT_MAYBE)
			dev_say(j, "X.D06", AMT_UNKNOWN, AMT_DEV_CLASS_COUNT,
				"firmware %s: the rest of the version is needed; %s is the first "
				"good "
				"one",
				text, good);
		else if (open == AMT_YES)
			dev_say(j, "X.D06", AMT_FAIL, AMT_DEV_CLASS_COUNT,
				"firmware %s is open to INTEL-SA-00075; %s is the first good one",
				text, good);
		else
			dev_say(j, "X.D06", AMT_PASS, AMT_DEV_CLASS_COUNT,
				"firmware %s has INTEL-SA-00075 fixed", text);
		return;
	}
	dev_say(j, "X.D06", AMT_PASS, AMT_DEV_CLASS_COUNT,
		"INTEL-SA-00075 does not concern firmware %s", text);
}

/* The network instance, not the LMS one (1.1). */
static const struct amt_dev_tls_setting *network_setting(const struct amt_device *d)
{
	for (size_t i = 0; i < d->tls_setting.n; i++)
		if (d->tls_setting.v[i].id &&
		    amt_memcasestr(d->tls_setting.v[i].id, strlen(d->tls_setting.v[i].id), "802.3"))
			return &d->tls_setting.v[i];
	return NULL;
}

static bool has_no_plain_port(const struct dev_judge *j)
{
	static const struct amt_fw tls_only = {16, 1, -1, -1};

	return j->fw_known && amt_fw_compare(&j->fw, &tls_only) >= 0;
}

bool dev_tls_only(const struct dev_judge *j)
{
	const struct amt_dev_tls_setting *t = network_setting(j->d);

	return has_no_plain_port(j) || (t && t->enabled == AMT_YES && t->accept_plain == AMT_NO);
}

static void judge_plain(struct dev_judge *j)
{
	const struct amt_dev_tls_setting *t = network_setting(j->d);
	const struct amt_dev_port *p = dev_port(j->d, 16992), *q = dev_port(j->d, 16994);
	bool open = (p && p->state == AMT_PORT_OPEN) || (q && q->state == AMT_PORT_OPEN);

	if (t && t->mutual == AMT_YES)
		dev_say(j, "X.D04", AMT_FAIL, AMT_DEVC_tls_setting,
			"mutual authentication is on: Configuration Manager 2007 brings no client "
			"certificate");
	else if (t && t->mutual == AMT_NO)
		dev_say(j, "X.D04", AMT_PASS, AMT_DEVC_tls_setting, "mutual authentication is off");
	if (open && has_no_plain_port(j))
		dev_say(j, "X.D05", AMT_FAIL, AMT_DEVC_port,
			"a plain port is open although this firmware has none: an emulator or a "
			"forwarded port");
	else if (t && t->enabled == AMT_NO)
		dev_say(j, "X.D05", j->provisioned ? AMT_FAIL : AMT_WARN, AMT_DEVC_tls_setting,
			"TLS is off on the network interface");
	else if (t && t->accept_plain == AMT_YES && !dev_tls_only(j))
		dev_say(j, "X.D05", AMT_WARN, AMT_DEVC_tls_setting,
			"TLS is on, but connections without it are accepted too");
	else if (open && (t || j->provisioned))
		dev_say(j, "X.D05", AMT_WARN, AMT_DEVC_port,
			"%s is open: passwords' digests and screens travel without TLS",
			p && p->state == AMT_PORT_OPEN ? "16992" : "16994");
	else if (has_no_plain_port(j))
		dev_say(j, "X.D05", AMT_PASS, AMT_DEV_CLASS_COUNT,
			"firmware from 16.1 on takes no connections without TLS");
	else if (dev_tls_only(j) || (p && p->state == AMT_PORT_REFUSED && j->provisioned))
		dev_say(j, "X.D05", AMT_PASS, t ? AMT_DEVC_tls_setting : AMT_DEVC_port,
			"connections without TLS are not accepted");
	else
		dev_have(j, "X.D05", AMT_DEVC_tls_setting);
}

static void judge_password(struct dev_judge *j)
{
	const struct amt_dev_admin *a;
	const struct amt_dev_net_admin *n = amt_dev_first(j->d, net_admin);

	if (!dev_have(j, "X.D07", AMT_DEVC_admin))
		return;
	a = &j->d->admin.v[0];
	if (a->is_default == AMT_YES || (n && n->is_default == AMT_YES))
		dev_say(j, "X.D07", dev_unfinished(j) ? AMT_WARN : AMT_FAIL, AMT_DEVC_admin,
			"the admin account still has its factory password%s",
			dev_unfinished(j) ? ", which the first stage of provisioning changes" : "");
	else if (a->is_default == AMT_NO)
		dev_say(j, "X.D07", AMT_PASS, AMT_DEVC_admin,
			"the admin account's password is not the factory one");
}

void dev_judge_security(struct dev_judge *j)
{
	judge_sa_00075(j);
	judge_plain(j);
	judge_password(j);
}
