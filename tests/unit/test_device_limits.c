/*
 * Where the judge of the device room draws its lines: each limit from both sides, each table entry
 * once. What is merely bad is in test_device_judge.c. tests/mutate looks for lines that nothing
 * here would miss.
 */
#include "device_judged.h"

/* ---- versions: 3.2.1 speaks WS-MAN, 4.0 has an audit log, INTEL-SA-00075's table ---- */

static const struct {
	const char *version, *id;
	enum amt_verdict v;
	const char *says;
} versions[] = {
	{"3.2.0", "P.07", AMT_WARN, "older than 3.2.1"},
	{"3.1.9", "P.07", AMT_WARN, "older than 3.2.1"},
	{"3.2.1", "P.07", AMT_PASS, "speaks WS-MAN"},
	{"3.9.9", "P.10", AMT_WARN, "older than 4.0"},
	{"4.0.0", "P.10", AMT_PASS, "has an"},
	{"5.9.9", "X.D06", AMT_PASS, "does not concern"},
	{"6.0.1", "X.D06", AMT_FAIL, "6.2.61 is the first"},
	{"6.2.60", "X.D06", AMT_FAIL, "6.2.61"},
	{"6.2.61", "X.D06", AMT_PASS, "fixed"},
	{"7.0.1", "X.D06", AMT_FAIL, "7.1.91 is the first"},
	{"7.1.90", "X.D06", AMT_FAIL, "7.1.91"},
	{"7.1.91", "X.D06", AMT_PASS, "fixed"},
	{"8.0.1", "X.D06", AMT_FAIL, "8.1.71 is the first"},
	{"8.1.70", "X.D06", AMT_FAIL, "8.1.71"},
	{"8.1.71", "X.D06", AMT_PASS, "fixed"},
	{"9.0.1", "X.D06", AMT_FAIL, "9.1.41 is the first"},
	{"9.1.40", "X.D06", AMT_FAIL, "9.1.41"},
	{"9.1.41", "X.D06", AMT_PASS, "fixed"},
	{"9.2.0", "X.D06", AMT_PASS, "does not concern"},
	{"9.4.9", "X.D06", AMT_PASS, "does not concern"},
	{"9.5.60", "X.D06", AMT_FAIL, "9.5.61"},
	{"9.5.61", "X.D06", AMT_PASS, "fixed"},
	{"10.0.54", "X.D06", AMT_FAIL, "10.0.55"},
	{"10.0.55", "X.D06", AMT_PASS, "fixed"},
	{"11.0.24", "X.D06", AMT_FAIL, "11.0.25"},
	{"11.0.25", "X.D06", AMT_PASS, "fixed"},
	{"11.1.0", "X.D06", AMT_FAIL, "11.6.27 is the first"},
	{"11.6.26", "X.D06", AMT_FAIL, "11.6.27"},
	{"11.6.27", "X.D06", AMT_PASS, "fixed"},
	{"11.7.0", "X.D06", AMT_PASS, "does not concern"},
	{"11.6", "X.D06", AMT_UNKNOWN, "the rest of the version is needed"},
	{"11.5", "X.D06", AMT_FAIL, "11.6.27"},
};

static void test_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct amt_findings fs = {0};
		struct amt_device d;

		good(&d);
		d.http.v[0].version = versions[i].version;
		amt_device_judge(&d, &expect, &ctx, &fs);
		if (worst(&fs, versions[i].id) != versions[i].v ||
		    !strstr(summary(&fs, versions[i].id, versions[i].v), versions[i].says))
			fail_msg("%s, %s: %d, '%s'", versions[i].version, versions[i].id,
				 worst(&fs, versions[i].id),
				 summary(&fs, versions[i].id, versions[i].v));
		amt_findings_free(&fs);
		amt_device_free(&d);
	}
}

/* ---- the others ---- */

static int64_t below[] = {1024, 2047}, both[] = {0, 1}, no_power[] = {2, 13}, no_info[] = {2, 5},
	       consoles[] = {3}, remote[] = {5}, plain_word[] = {1};
static const char *wildcard[] = {"*.example.com"}, *deep[] = {"*.com"},
		  *other[] = {"x.example.org"};

/* One more entry of the access list. */
static void second(struct amt_device *d, const char *sid, int64_t *realm)
{
	struct amt_dev_acl *a = ADD(d, acl);

	a->sid = sid;
	a->access = 2;
	a->enabled = AMT_YES;
	a->realms = (struct amt_dev_ints){realm, 1};
}

BAD(clock_121, d->time.v[0].ta0 += 121)
BAD(clock_120, d->time.v[0].ta0 += 120)
BAD(clock_300, d->time.v[0].ta0 += 300)
BAD(clock_301, d->time.v[0].ta0 -= 301)
BAD(clock_own_tolerance, d->time.v[0].ta0 += 301; d->kerberos.v[0].tolerance_minutes = 10)
BAD(clock_no_tolerance, d->time.v[0].ta0 += 301; d->kerberos.v[0].tolerance_minutes = 0)
BAD(clock_odd_tolerance, d->time.v[0].ta0 += 301; d->kerberos.v[0].tolerance_minutes = 1440)
BAD(clock_ours_unknown, d->source[AMT_DEVC_time].answered = AMT_TIME_NONE)
BAD(clock_before_1970, d->time.v[0].ta0 = -1)
BAD(rc4_could_aes, d->kerberos.v[0].algorithm = 0;
    d->kerberos.v[0].configured = (struct amt_dev_ints){0};
    d->kerberos.v[0].supported = ((struct amt_dev_ints){both, 2}))
BAD(aes_128, d->kerberos.v[0].algorithm = 1; d->kerberos.v[0].configured = (struct amt_dev_ints){0})
BAD(aes_256, d->kerberos.v[0].algorithm = 2; d->kerberos.v[0].configured = (struct amt_dev_ints){0})
BAD(first_spn, d->kerberos.v[0].spns = ((struct amt_dev_strs){spns + 1, 5}))
BAD(no_spn, d->kerberos.v[0].spns.n = 0)
BAD(renamed, (void)d; expect.fqdn = "pc2.example.com")
BAD(longer_name, (void)d; expect.fqdn = "pc1.example.co")
BAD(wants_certificate, d->tls.v[0].modern = d->tls.v[0].legacy = AMT_TLSC_CLIENT_CERTIFICATE)
BAD(kvno_untold, d->kerberos.v[0].key_version = AMT_DEV_NONE)
BAD(lacks_power, d->acl.v[0].realms = ((struct amt_dev_ints){no_power, 2}))
BAD(lacks_info, d->acl.v[0].realms = ((struct amt_dev_ints){no_info, 2}))
BAD(admin_realm, d->acl.v[0].realms = ((struct amt_dev_ints){consoles, 1}))
BAD(network_access, d->acl.v[0].access = 1)
BAD(more_access, d->acl.v[0].access = 3)
BAD(untold_access, d->acl.v[0].access = AMT_DEV_NONE)
BAD(unread_entry, d->acl.v[0].sid = "S-1-5-21-9"; d->source[AMT_DEVC_acl].error = "1 of 2 entries")
BAD(another_entry, d->acl.v[0].enabled = AMT_NO; second(d, "S-1-5-21-1-2-3-513", consoles))
BAD(entry_of_all, d->acl.v[0].realms = ((struct amt_dev_ints){no_power, 2});
    second(d, "S-1-5-21-1-2-3-513", consoles))
BAD(only_together, d->acl.v[0].realms = ((struct amt_dev_ints){no_power, 2});
    second(d, "S-1-5-21-1-2-3-513", remote))
BAD(nobody_named, d->acl.v[0].sid = NULL; expect.sids.n = 0)
BAD(somebody_named, d->acl.v[0].sid = "S-1-5-21-9"; expect.sids.n = 0)
BAD(key_2048, d->chain.v[0].key_bits = 2048)
BAD(key_2047, d->chain.v[0].key_bits = 2047)
BAD(key_unknown, d->chain.v[0].key_bits = 0)
BAD(md5, d->chain.v[0].signature = "md5WithRSAEncryption")
BAD(last_second, d->chain.v[0].not_after = NOW)
BAD(six_weeks, d->chain.v[0].not_after = NOW + 42 * AMT_DAY)
BAD(not_six_weeks, d->chain.v[0].not_after = NOW + 42 * AMT_DAY - AMT_SECOND)
BAD(mute_16993, d->tls.v[0].modern = d->tls.v[0].legacy = AMT_TLSC_TIMEOUT)
BAD(closes_16993, d->tls.v[0].modern = AMT_TLSC_RESET; d->tls.v[0].legacy = AMT_TLSC_RESET)
BAD(no_tls_there, d->tls.v[0].modern = d->tls.v[0].legacy = AMT_TLSC_NOT_TLS)
BAD(first_second, d->chain.v[0].not_before = NOW)
BAD(star_cn, d->chain.v[0].cn = wildcard[0])
BAD(star_of_two, d->chain.v[0].cn = deep[0])
BAD(only_san, d->chain.v[0].cn = "old";
    d->chain.v[0].dns_names = ((struct amt_dev_strs){wildcard, 1}))
BAD(san_elsewhere, d->chain.v[0].cn = "old";
    d->chain.v[0].dns_names = ((struct amt_dev_strs){other, 1}))
BAD(any_purpose, d->chain.v[0].ekus.n = 0)
BAD(by_address, d->host = "192.0.2.1")
BAD(short_name, d->host = "pc1")
BAD(own_pair, d->chain.v[0].self_signed = AMT_YES; d->tls.v[0].sent = 1;
    d->setup.v[0].provisioning_state = 0)
BAD(chain_none, d->tls.v[0].sent = 1; d->chain.v[0].self_signed = AMT_YES)
BAD(legacy_tried, d->tls.v[0].modern = AMT_TLSC_RC4_ONLY; d->tls.v[0].legacy = AMT_TLSC_WEAK_KEY)
BAD(no_client_cert, d->tls_setting.n = 0)
BAD(keys_2047, d->key_limits.v[0].lengths = ((struct amt_dev_ints){below, 2}))
BAD(idle_1, d->general.v[0].idle_wake_minutes = 1)
BAD(idle_most, d->general.v[0].idle_wake_minutes = 65535)
BAD(idle_too_many, d->general.v[0].idle_wake_minutes = 65536)
BAD(hibernated, d->power.v[0].state = 7; d->power.v[0].available.n = 0)
BAD(graceful, d->power.v[0].state = 13; d->power.v[0].available.n = 0)
BAD(state_14, d->power.v[0].state = 14; d->power.v[0].available.n = 0)
BAD(wireless_first, d->ethernet.v[0].connection = 3)
BAD(wireless_by_name, d->ethernet.v[0].id = "Intel(r) AMT Ethernet Port Settings 1")
BAD(dhcp_untold, d->ethernet.v[0].dhcp = AMT_MAYBE)
BAD(mode_3, d->setup.v[0].provisioning_mode = 3)
BAD(second_root, d->hash.v[0].data = "BEEFBEEF")
BAD(uuid_short, d->uuid.n = 0; ADD(d, package)->platform_guid = "13AEE355D2BFBB6117A088AEDD7037")
BAD(uuid_spoken, d->uuid.n = 0; ADD(d, package)->platform_guid = "55E3AE13BFD261BB17A088AEDD7037EA")
BAD(all_disabled, d->hash.v[0].enabled = AMT_NO; expect.root_hashes.n = 0)
BAD(reset_16992, d->port.v[1].state = AMT_PORT_FILTERED; d->port.v[0].state = AMT_PORT_REFUSED)
BAD(closed_unprovisioned, d->port.v[1].state = AMT_PORT_REFUSED;
    d->setup.v[0].provisioning_state = 0)
BAD(no_pong_16992, d->rmcp.v[0].answered = AMT_NO; d->port.v[0].state = AMT_PORT_OPEN;
    for (size_t i = 1; i < 4; i++) d->port.v[i].state = AMT_PORT_REFUSED)
BAD(no_pong_16995, d->rmcp.v[0].answered = AMT_NO;
    for (size_t i = 0; i < 3; i++) d->port.v[i].state = AMT_PORT_REFUSED)
BAD(pong_odd, d->rmcp.v[0].provisioning = 3)
BAD(redir_none, d->redirection.v[0].enabled_state = 32768)
BAD(redir_ider, d->redirection.v[0].enabled_state = 32769; expect.redirection = false)
BAD(redir_before, d->redirection.v[0].enabled_state = 32767)
BAD(redir_after, d->redirection.v[0].enabled_state = 32772)
BAD(redir_plain_port, d->port.v[3].state = AMT_PORT_REFUSED; d->port.v[2].state = AMT_PORT_OPEN)
BAD(redir_no_port, d->port.v[3].state = AMT_PORT_REFUSED)
BAD(probe_status, d->redirection_probe.v[0].status = 4)
BAD(probe_kvm_off, d->redirection_probe.v[0].status = 3; d->redirection_probe.v[0].service = "KVM")
BAD(probe_16994, d->redirection_probe.v[0].port = 16994;
    d->redirection_probe.v[0].methods = ((struct amt_dev_ints){plain_word, 1}))
BAD(kvm_2, d->kvm.v[0].enabled_state = 2)
BAD(consent_kvm, d->consent.v[0].required = 1)
BAD(consent_2, d->consent.v[0].required = 2)
BAD(audit_off, d->audit.v[0].state = 1)
BAD(audit_locked_full, d->audit.v[0].state = 2 | 4 | 8)
BAD(privacy_1, d->general.v[0].privacy = 1)
BAD(homeless, d->general.v[0].domain_name = NULL; d->setup.v[0].dhcp_suffix = NULL)
BAD(home_by_dhcp, d->general.v[0].domain_name = NULL)
BAD(home_elsewhere, d->setup.v[0].dhcp_suffix = "branch.example.org")
BAD(blockers_untold, d->blockers.v[0].return_value = 1)
BAD(server_elsewhere, d->setup.v[0].dhcp_suffix = "example.org";
    d->setup.v[0].server_fqdn = "prov.badexample.com")
BAD(server_of_suffix, d->setup.v[0].dhcp_suffix = "example.org";
    d->setup.v[0].server_fqdn = "prov.EXAMPLE.com.")
BAD(broken_off, d->login.v[0].error = "the answer is cut")
BAD(suffix_dot, d->setup.v[0].dhcp_suffix = "Example.COM.")
BAD(suffix_below, d->setup.v[0].dhcp_suffix = "x.example.com")
BAD(pong_of_old, d->rmcp.v[0].major = 0; d->rmcp.v[0].minor = 0)
BAD(no_homes, d->environment.v[0].suffixes.n = 0)
BAD(dot1x_2, d->dot1x.v[0].enabled = 2)
BAD(dot1x_6, d->dot1x.v[0].enabled = 6)
BAD(interface_off, d->general.v[0].interface = AMT_NO)
BAD(open_still, expect.unprovisioned = true; d->setup.n = d->rmcp.n = 0)
BAD(page_200, d->http.v[0].root_status = 200)
BAD(page_299, d->http.v[0].root_status = 299)
BAD(page_399, d->http.v[0].root_status = 399)
BAD(page_400, d->http.v[0].root_status = 400)
BAD(page_401, d->http.v[0].root_status = 401)
BAD(index_401, d->http.v[0].root_status = 404; d->http.v[0].index_status = 401)
BAD(tls_off_new, d->tls_setting.v[0].enabled = AMT_NO; d->setup.v[0].provisioning_state = 0)
BAD(plain_16_0, d->http.v[0].version = "16.0.9"; d->port.v[0].state = AMT_PORT_OPEN)
BAD(plain_16_1, d->http.v[0].version = "16.1.0"; d->port.v[2].state = AMT_PORT_OPEN)
BAD(lms_setting, d->tls_setting.v[0].id = "Intel(r) AMT LMS TLS Settings";
    d->tls_setting.v[0].enabled = AMT_NO)
BAD(net_admin, d->net_admin.v[0].is_default = AMT_YES)

static const struct device_row rows[] = {
	{clock_120, "S5.C03a", AMT_PASS, "120 s ahead"},
	{clock_121, "S5.C03a", AMT_WARN, "121 s ahead"},
	{clock_300, "S5.C03a", AMT_WARN, "300 s ahead"},
	{clock_301, "S5.C03a", AMT_FAIL, "301 s behind"},
	{clock_own_tolerance, "S5.C03a", AMT_WARN, "tolerance 10 min"},
	{clock_no_tolerance, "S5.C03a", AMT_FAIL, "tolerance 5 min"},
	{clock_odd_tolerance, "S5.C03a", AMT_FAIL, "tolerance 5 min"},
	{clock_ours_unknown, "S5.C03a", AMT_UNKNOWN, "can't be compared"},
	{clock_before_1970, "S5.C03a", AMT_UNKNOWN, "can't be compared"},
	{rc4_could_aes, "X.D16", AMT_WARN, "could do AES"},
	{aes_128, "X.D16", AMT_PASS, "AES"},
	{aes_256, "X.D16", AMT_PASS, "AES"},
	{first_spn, "X.D15", AMT_WARN, "ports 16992 are missing"},
	{no_spn, "X.D15", AMT_WARN, "names no service principal"},
	{renamed, "X.D15", AMT_WARN, "is not for pc2.example.com"},
	{longer_name, "X.D15", AMT_WARN, "is not for pc1.example.co"},
	{wants_certificate, "X.D01", AMT_FAIL, "no client without a certificate can"},
	{kvno_untold, "X.D15", AMT_PASS, "realm"},
	{lacks_power, "S5.C04", AMT_FAIL, "lacks the realm Remote Control (5)"},
	{lacks_info, "S5.C04", AMT_FAIL, "lacks the realm General Info (13)"},
	{admin_realm, "S5.C04", AMT_PASS, "has the realms"},
	{network_access, "S5.C05", AMT_PASS, "by Helpdesk"},
	{more_access, "S5.C05", AMT_FAIL, "local access only"},
	{untold_access, "S5.C05", AMT_UNKNOWN, "is not told"},
	{unread_entry, "S5.C05", AMT_UNKNOWN, "in part only (1 of 2 entries)"},
	{another_entry, "S5.C05", AMT_PASS, "S-1-5-21-1-2-3-513"},
	{another_entry, "S5.C04", AMT_PASS, "S-1-5-21-1-2-3-513 has the realms"},
	{entry_of_all, "S5.C04", AMT_PASS, "S-1-5-21-1-2-3-513 has the realms"},
	{only_together, "S5.C04", AMT_WARN, "entries together"},
	{nobody_named, "S5.C05", AMT_WARN, "no domain account at all"},
	{somebody_named, "S5.C05", AMT_UNKNOWN, "has 1 domain entries"},
	{key_2048, "P.05", AMT_PASS, "valid until"},
	{key_2047, "P.05", AMT_WARN, "2047-bit"},
	{key_unknown, "P.05", AMT_PASS, "valid until"},
	{md5, "P.05", AMT_WARN, "md5"},
	{last_second, "P.05", AMT_WARN, "less than six weeks"},
	{six_weeks, "P.05", AMT_PASS, "valid until"},
	{not_six_weeks, "P.05", AMT_WARN, "less than six weeks"},
	{mute_16993, "P.37", AMT_WARN, "not answered"},
	{closes_16993, "P.37", AMT_WARN, "not answered"},
	{no_tls_there, "P.37", AMT_WARN, "not answered"},
	{first_second, "P.05", AMT_PASS, "valid until"},
	{star_cn, "PV.02", AMT_PASS, "pc1.example.com"},
	{star_of_two, "PV.02", AMT_FAIL, "*.com"},
	{only_san, "PV.02", AMT_WARN, "only among the alternative names"},
	{san_elsewhere, "PV.02", AMT_FAIL, "is for 'old'"},
	{any_purpose, "PV.02", AMT_PASS, "pc1.example.com"},
	{by_address, "PV.02", AMT_UNKNOWN, "by address"},
	{short_name, "PV.02", AMT_UNKNOWN, "by its short name"},
	{own_pair, "P.05", AMT_WARN, "before it is provisioned"},
	{chain_none, "PV.08", AMT_VERDICTS, ""},
	{legacy_tried, "X.D01", AMT_FAIL, "key"},
	{no_client_cert, "X.D04", AMT_PASS, "16993 asks for no client certificate"},
	{keys_2047, "X.D25", AMT_WARN, "2047"},
	{idle_1, "X.D21", AMT_PASS, "power state 2 (on)"},
	{idle_most, "X.D21", AMT_PASS, "power state 2 (on)"},
	{idle_too_many, "X.D21", AMT_WARN, "65536"},
	{hibernated, "X.D21", AMT_PASS, "(hibernated)"},
	{graceful, "X.D21", AMT_PASS, "(off (hard, graceful))"},
	{state_14, "X.D21", AMT_PASS, "power state 14"},
	{wireless_first, "S1.V12", AMT_VERDICTS, ""},
	{wireless_first, "X.D03", AMT_VERDICTS, ""},
	{wireless_by_name, "S1.V12", AMT_VERDICTS, ""},
	{dhcp_untold, "S1.V12", AMT_VERDICTS, ""},
	{mode_3, "S2.C11a", AMT_WARN, "provisioning mode 3"},
	{second_root, "S3.C10b", AMT_PASS, "is in the device"},
	{uuid_short, "X.D23", AMT_VERDICTS, ""},
	{uuid_spoken, "X.D23", AMT_PASS, "platform GUID"},
	{all_disabled, "S3.C10b", AMT_FAIL, "all 1 root hashes"},
	{reset_16992, "P.36", AMT_FAIL, "16992 is closed"},
	{closed_unprovisioned, "P.37", AMT_WARN, "not provisioned, or asleep"},
	{no_pong_16992, "X.D20", AMT_NA, "proves nothing"},
	{no_pong_16995, "X.D20", AMT_NA, "proves nothing"},
	{pong_odd, "X.D20", AMT_PASS, "in an unknown state"},
	{redir_none, "S5.C06c", AMT_FAIL, "nothing is enabled"},
	{redir_ider, "S5.C06c", AMT_WARN, "IDE redirection only"},
	{redir_before, "S5.C06c", AMT_UNKNOWN, "32767"},
	{redir_after, "S5.C06c", AMT_UNKNOWN, "32772"},
	{redir_plain_port, "S5.C06c", AMT_PASS, "reachable"},
	{redir_no_port, "S5.C06c", AMT_FAIL, "neither 16994 nor 16995"},
	{probe_status, "X.D17", AMT_WARN, "status 4"},
	{probe_kvm_off, "X.D17", AMT_WARN, "KVM is not offered"},
	{probe_16994, "X.D17", AMT_WARN, "without TLS"},
	{kvm_2, "X.D09", AMT_PASS, "KVM is on (EnabledState 2)"},
	{consent_kvm, "X.D08", AMT_PASS, "for KVM only"},
	{consent_2, "X.D08", AMT_UNKNOWN, "OptInRequired is 2"},
	{audit_off, "X.D10", AMT_PASS, "off and not full"},
	{audit_locked_full, "X.D10", AMT_FAIL, "locked"},
	{privacy_1, "X.D13", AMT_WARN, "enhanced"},
	{homeless, "X.D12", AMT_UNKNOWN, "1 home domains"},
	{home_by_dhcp, "X.D12", AMT_PASS, "example.com"},
	{home_elsewhere, "X.D12", AMT_FAIL, "'branch.example.org' is not among"},
	{blockers_untold, "X.D11", AMT_UNKNOWN, "ReturnValue 1"},
	{server_elsewhere, "S3.C11", AMT_FAIL, "example.org"},
	{server_of_suffix, "S3.C11", AMT_PASS, "example.org"},
	{broken_off, "X.D18", AMT_UNKNOWN, "the answer is cut"},
	{suffix_dot, "S3.C11", AMT_PASS, "Example.COM."},
	{suffix_below, "S3.C11", AMT_FAIL, "x.example.com"},
	{pong_of_old, "X.D20", AMT_PASS, "AMT before 6.0"},
	{no_homes, "X.D12", AMT_PASS, "open everywhere"},
	{dot1x_2, "X.D26", AMT_PASS, "on with certificates"},
	{dot1x_6, "X.D26", AMT_PASS, "on without certificates"},
	{interface_off, "S1.V17", AMT_FAIL, "switched off in the device"},
	{open_still, "X.D22", AMT_FAIL, "still open"},
	{page_200, "S6.V01", AMT_PASS, "HTTP 200"},
	{page_299, "S6.V01", AMT_WARN, "no web pages"},
	{page_399, "S6.V01", AMT_PASS, "HTTP 399"},
	{page_400, "S6.V01", AMT_WARN, "no web pages"},
	{page_401, "S6.V01", AMT_PASS, "HTTP 401"},
	{index_401, "S6.V01", AMT_WARN, "no web pages (HTTP 404"},
	{tls_off_new, "X.D05", AMT_WARN, "TLS is off"},
	{plain_16_0, "X.D05", AMT_WARN, "16992 is open"},
	{plain_16_1, "X.D05", AMT_FAIL, "emulator"},
	{lms_setting, "X.D05", AMT_PASS, "not accepted"},
	{net_admin, "X.D07", AMT_FAIL, "factory password"},
};

static void test_rows(void **state)
{
	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* Off by whole hours, and never set: the evidence says that the chip holds local time. */
static void test_local_time(void **state)
{
	static const struct {
		int64_t off;
		int64_t source;
		bool told;
	} t[] = {{7200, 0, true},       {-7200, 0, true},       {7200, 1, false},
		 {7200 + 340, 0, true}, {7200 + 380, 0, false}, {7200 - 380, 0, false},
		 {14 * 3600, 0, true},  {15 * 3600, 0, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct amt_findings fs = {0};
		struct amt_device d;
		bool told = false;

		good(&d);
		d.time.v[0].ta0 += t[i].off;
		d.clock.v[0].source = t[i].source;
		amt_device_judge(&d, &expect, &ctx, &fs);
		for (size_t k = 0; k < fs.list.n; k++)
			for (size_t e = 0; e < fs.list.v[k]->evidence.n; e++)
				told = told ||
				       strstr(fs.list.v[k]->evidence.v[e].text, "local time");
		if (told != t[i].told)
			fail_msg("%lld s, source %lld: %d", (long long)t[i].off,
				 (long long)t[i].source, told);
		amt_findings_free(&fs);
		amt_device_free(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_local_time),
	};
	expect_usual();
	int rc = cmocka_run_group_tests_name("device_limits", tests, NULL, NULL);
	expect_free();
	return rc;
}
