/* Stage 3: how the device is provisioned, by whom, and who it takes itself for. */
#include "device/judge.h"

#include <ctype.h>
#include <string.h>

static void judge_state(struct dev_judge *j)
{
	static const char *const words[] = {"not provisioned", "in the middle of provisioning",
					    "provisioned"};
	const struct amt_dev_setup *s;
	int64_t v = AMT_DEV_NONE;
	enum amt_dev_class c = AMT_DEVC_setup;

	if (j->d->setup.n)
		v = j->d->setup.v[0].provisioning_state;
	if (v == AMT_DEV_NONE && j->d->rmcp.n) {
		v = j->d->rmcp.v[0].provisioning;
		c = AMT_DEVC_rmcp;
	}
	if (v >= 0 && v <= 2)
		dev_say(j, "S2.C10", v == 0 ? AMT_PASS : AMT_NA, c, "the device says it is %s",
			words[v]);
	if (v == 1)
		dev_say(j, "X.D19", AMT_WARN, c,
			"the device is in the middle of provisioning: the first stage has not come "
			"to its end, which commits it");
	if (!dev_have(j, "S2.C11a", AMT_DEVC_setup))
		return;
	s = &j->d->setup.v[0];
	/* 1 admin control or enterprise, 2 small business, 3 remote connectivity, 4 client control
	 */
	if (s->provisioning_mode == 1)
		dev_say(j, "S2.C11a", AMT_PASS, AMT_DEVC_setup, "enterprise (admin control) mode");
	else if (s->provisioning_mode == 4)
		dev_say(j, "S2.C11a", AMT_FAIL, AMT_DEVC_setup,
			"client control mode: set up on the machine itself, not by the service "
			"point; "
			"it always asks the user for consent");
	else if (s->provisioning_mode == 2)
		dev_say(j, "S2.C11a", AMT_FAIL, AMT_DEVC_setup,
			"small business mode: it sends no hello and knows neither TLS nor "
			"Kerberos");
	else if (s->provisioning_mode != AMT_DEV_NONE)
		dev_say(j, "S2.C11a", AMT_WARN, AMT_DEVC_setup, "provisioning mode %lld",
			(long long)s->provisioning_mode);
	if (s->zero_touch == AMT_YES)
		dev_say(j, "S2.C11b", AMT_PASS, AMT_DEVC_setup, "remote configuration is enabled");
	else if (s->zero_touch == AMT_NO)
		dev_say(j, "S2.C11b", j->provisioned ? AMT_WARN : AMT_FAIL, AMT_DEVC_setup,
			"remote configuration is disabled: it can't be provisioned with a "
			"certificate"
			"%s",
			j->provisioned ? " again" : "");
}

/* Case and a trailing dot don't matter; whole: the name itself, else also one below it. */
static bool name_ends(const char *name, const char *suffix, bool whole)
{
	size_t n = strlen(name), m = strlen(suffix);

	n -= n && name[n - 1] == '.';
	m -= m && suffix[m - 1] == '.';
	return n >= m && amt_strncasecmp(name + n - m, suffix, m) == 0 &&
	       (n == m || (!whole && m && name[n - m - 1] == '.'));
}

static void judge_suffix(struct dev_judge *j)
{
	const struct amt_dev_setup *s = amt_dev_first(j->d, setup);
	const char *want = j->e->suffix, *has;

	if (!s || !want)
		return;
	has = s->trusted_suffix ? s->trusted_suffix : s->dhcp_suffix;
	if (!has) /* optional, and missing on old firmware (MOF 11.0) */
		dev_say(j, "S3.C11", AMT_UNKNOWN, AMT_DEVC_setup,
			"the device does not tell which DNS suffix it trusts");
	else if (name_ends(has, want, true) ||
		 (s->server_fqdn && name_ends(s->server_fqdn, want, false)))
		dev_say(j, "S3.C11", AMT_PASS, AMT_DEVC_setup,
			"the device trusts the suffix '%s' (%s)", has,
			s->trusted_suffix ? "set in it" : "from DHCP");
	else
		dev_say(j, "S3.C11", AMT_FAIL, AMT_DEVC_setup,
			"the device trusts the suffix '%s' (%s), but the provisioning certificate "
			"is "
			"for '%s'",
			has, s->trusted_suffix ? "set in it" : "from DHCP", want);
}

static bool is_root(const struct dev_judge *j, const char *hash)
{
	for (size_t i = 0; i < j->e->root_hashes.n; i++)
		if (amt_strcasecmp(j->e->root_hashes.v[i], hash) == 0)
			return true;
	return false;
}

static void judge_hashes(struct dev_judge *j)
{
	const char *want = j->e->root_hashes.n ? j->e->root_hashes.v[0] : NULL;
	size_t enabled = 0;

	if (!dev_have(j, "S3.C10b", AMT_DEVC_hash))
		return;
	for (size_t i = 0; i < j->d->hash.n; i++) {
		const struct amt_dev_hash *h = &j->d->hash.v[i];
		enabled += h->enabled == AMT_YES;
		if (!want || !h->data || !is_root(j, h->data))
			continue;
		if (h->enabled == AMT_NO)
			dev_say(j, "S3.C10b", AMT_FAIL, AMT_DEVC_hash,
				"the hash of the provisioning root is in the device ('%s') but "
				"disabled",
				OR(h->description));
		else
			dev_say(j, "S3.C10b", AMT_PASS, AMT_DEVC_hash,
				"the hash of the provisioning root is in the device ('%s')",
				OR(h->description));
		return;
	}
	if (j->d->source[AMT_DEVC_hash].error)
		dev_say(j, "S3.C10b", AMT_UNKNOWN, AMT_DEVC_hash,
			"the list of root hashes was read in part only (%s)",
			j->d->source[AMT_DEVC_hash].error);
	else if (want)
		dev_say(j, "S3.C10b", AMT_FAIL, AMT_DEVC_hash,
			"none of the device's %zu root hashes is that of the provisioning root "
			"(%s)",
			j->d->hash.n, want);
	else if (!enabled)
		dev_say(j, "S3.C10b", AMT_FAIL, AMT_DEVC_hash,
			"all %zu root hashes are disabled: no certificate can provision it",
			j->d->hash.n);
}

static void judge_record(struct dev_judge *j)
{
	const struct amt_dev_record *r = amt_dev_first(j->d, record);
	bool tls;

	/* Before provisioning has come to its end there is no record of it. */
	if ((!r && dev_unfinished(j)) || !dev_have(j, "X.D19", AMT_DEVC_record))
		return;
	tls = r->type && amt_memcasestr(r->type, strlen(r->type), "TLS");
	struct amt_finding *f = dev_say(
		j, "X.D19",
		tls && j->e->root_hashes.n && r->hash && !is_root(j, r->hash) ? AMT_WARN : AMT_PASS,
		AMT_DEVC_record, "provisioned %s%s%s%s%s%s",
		tls ? "remotely with a certificate"
		: r->type && amt_memcasestr(r->type, strlen(r->type), "Manual")
			? "by hand"
			: "by an administrator",
		r->server_fqdn ? " by " : "", r->server_fqdn ? r->server_fqdn : "",
		r->created ? " on " : "", r->created ? r->created : "",
		r->host_initiated == AMT_YES ? ", started from the operating system" : "");
	if (r->time_valid == AMT_NO)
		amt_finding_evidence(j->fs, f, "provisioning record", "IsTimeValid",
				     "false: the clock was not set then, which does not stop "
				     "provisioning");
	if (r->hash)
		amt_finding_evidence(j->fs, f, "provisioning record", "SelectedHashData", "%s",
				     r->hash);
}

static bool odd_characters(const char *s)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '-' && *s != '.')
			return true;
	return false;
}

static void judge_names(struct dev_judge *j)
{
	const struct amt_dev_general *g;
	const char *want = dev_fqdn(j);
	char name[512];

	if (!dev_have(j, "S3.C02b", AMT_DEVC_general))
		return;
	g = &j->d->general.v[0];
	if (!g->host_name || !g->host_name[0]) {
		dev_say(j, "S3.C02b", j->provisioned ? AMT_FAIL : AMT_UNKNOWN, AMT_DEVC_general,
			"AMT has no host name");
		return;
	}
	snprintf(name, sizeof(name), "%s%s%s", g->host_name, g->domain_name ? "." : "",
		 g->domain_name ? g->domain_name : "");
	if (odd_characters(name))
		dev_say(j, "S3.C03", AMT_FAIL, AMT_DEVC_general,
			"the name in AMT, '%s', has characters other than letters, digits, hyphen "
			"and "
			"dot",
			name);
	else
		dev_say(j, "S3.C03", AMT_PASS, AMT_DEVC_general, "the name in AMT is '%s'", name);
	if (want && amt_strcasecmp(want, name) != 0)
		dev_say(j, "S3.C02b", AMT_FAIL, AMT_DEVC_general,
			"AMT calls itself '%s', DNS or inventory call it '%s'", name, want);
	else if (g->os_fqdn && strchr(g->os_fqdn, '.') && amt_strcasecmp(g->os_fqdn, name) != 0)
		dev_say(j, "S3.C02b", AMT_FAIL, AMT_DEVC_general,
			"AMT calls itself '%s', the operating system '%s'", name, g->os_fqdn);
	else if (want || g->os_fqdn)
		dev_say(j, "S3.C02b", AMT_PASS, AMT_DEVC_general, "AMT's name, '%s', is that of %s",
			name, want ? "the record" : "the system");
	else
		dev_say(j, "S3.C02b", AMT_UNKNOWN, AMT_DEVC_general,
			"AMT calls itself '%s'; nothing to compare it with", name);
}

static const struct amt_dev_ethernet *wired(const struct amt_device *d)
{
	for (size_t i = 0; i < d->ethernet.n; i++)
		if (d->ethernet.v[i].connection != 3 &&
		    (!d->ethernet.v[i].id || !amt_str_ends(d->ethernet.v[i].id, " 1")))
			return &d->ethernet.v[i];
	return NULL;
}

static void judge_network(struct dev_judge *j)
{
	const struct amt_dev_ethernet *e;

	if (!dev_have(j, "S1.V12", AMT_DEVC_ethernet))
		return;
	e = wired(j->d);
	if (!e || e->dhcp == AMT_MAYBE)
		return;
	if (e->dhcp == AMT_NO)
		dev_say(j, "S1.V12", AMT_FAIL, AMT_DEVC_ethernet,
			"the wired port has a fixed address%s%s instead of DHCP",
			e->address ? " " : "", e->address ? e->address : "");
	else
		dev_say(j, "S1.V12", AMT_PASS, AMT_DEVC_ethernet, "the wired port uses DHCP%s",
			e->link_up == AMT_NO ? "; its link is down" : "");
}

/* 32 digits in the order of the wire, of which the first three fields of the written form are
 * little-endian (1.1, hardware identity); some firmware writes them as they are spoken. */
static void judge_platform_guid(struct dev_judge *j, const char *guid)
{
	static const uint8_t wire[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	char spoken[33] = "", swapped[33] = "";
	size_t n = 0;

	for (const char *p = j->e->uuid; *p && n < 32; p++)
		if (*p != '-')
			spoken[n++] = *p;
	if (n != 32 || strlen(guid) != 32)
		return;
	for (size_t i = 0; i < 16; i++)
		memcpy(swapped + 2 * i, spoken + (size_t)2 * wire[i], 2);
	bool same = amt_strcasecmp(guid, spoken) == 0 || amt_strcasecmp(guid, swapped) == 0;
	dev_say(j, "X.D23", same ? AMT_PASS : AMT_FAIL, AMT_DEVC_package,
		"the device has the platform GUID %s%s%s", guid,
		same ? "" : ", log or inventory say ", same ? "" : j->e->uuid);
}

static void judge_identity(struct dev_judge *j)
{
	const struct amt_dev_uuid *u = amt_dev_first(j->d, uuid);
	const struct amt_dev_key_limits *k = amt_dev_first(j->d, key_limits);
	bool same;

	if (!u && j->d->package.n && j->d->package.v[0].platform_guid && j->e->uuid)
		judge_platform_guid(j, j->d->package.v[0].platform_guid);
	if (u && u->uuid && j->e->uuid) {
		same = amt_strcasecmp(u->uuid, j->e->uuid) == 0;
		dev_say(j, "X.D23", same ? AMT_PASS : AMT_FAIL, AMT_DEVC_uuid,
			"the device has the UUID %s%s%s", u->uuid,
			same ? "" : ", log or inventory say ", same ? "" : j->e->uuid);
	}
	if (dev_have(j, "X.D25", AMT_DEVC_key_limits) && k->lengths.n) {
		int64_t most = 0;
		for (size_t i = 0; i < k->lengths.n; i++)
			most = k->lengths.v[i] > most ? k->lengths.v[i] : most;
		dev_say(j, "X.D25", most >= 2048 ? AMT_PASS : AMT_WARN, AMT_DEVC_key_limits,
			"the device takes keys of up to %lld bits", (long long)most);
	}
}

void dev_judge_setup(struct dev_judge *j)
{
	judge_state(j);
	judge_suffix(j);
	judge_hashes(j);
	judge_record(j);
	judge_names(j);
	judge_network(j);
	judge_identity(j);
}
