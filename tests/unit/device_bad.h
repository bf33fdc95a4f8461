/* Devices with one thing wrong: the change that makes the good device bad, the row that has to
 * notice it, and a word of what the row has to say. */
#ifndef DEVICE_BAD_H
#define DEVICE_BAD_H

#include "device_judged.h"

static int64_t none_of_it[] = {1}, only_info[] = {13}, rc4[] = {0}, one[] = {1};
static const char *away[] = {"example.org"};

BAD(b_16993_closed, d->port.v[1].state = AMT_PORT_REFUSED)
BAD(b_16993_filtered, d->port.v[1].state = AMT_PORT_FILTERED)
BAD(b_16995_filtered, d->port.v[3].state = AMT_PORT_FILTERED)
BAD(b_all_filtered, for (size_t i = 0; i < 4; i++) d->port.v[i].state = AMT_PORT_FILTERED)
BAD(b_no_pong, d->rmcp.v[0].answered = AMT_NO; d->port.n = 0)
BAD(b_other_maker, d->rmcp.v[0].enterprise = 674)
BAD(b_old_version, d->http.v[0].version = "2.2.20")
BAD(b_old_audit, d->http.v[0].version = "3.2.1"; ctx.trait[AMT_TRAIT_AUDITING] = AMT_YES)
BAD(b_no_version, d->http.v[0].version = NULL; d->rmcp.n = 0)
BAD(b_refused, d->login.v[0].accepted = AMT_NO)
BAD(b_no_login, d->login.v[0].accepted = AMT_MAYBE)
BAD(b_asleep, d->login.v[0].woken = 2)
BAD(b_rfc5746, d->tls.v[0].modern = AMT_TLSC_NO_RFC5746; d->tls.v[0].legacy = AMT_TLSC_OK)
BAD(b_rc4_only, d->tls.v[0].modern = d->tls.v[0].legacy = AMT_TLSC_RC4_ONLY)
BAD(b_tls_timeout, d->tls.v[0].modern = AMT_TLSC_TIMEOUT)
BAD(b_asks_certificate, d->tls.v[0].client_certificate = AMT_YES)
BAD(b_cn, d->chain.v[0].cn = "pc2.example.com")
BAD(b_eku, d->chain.v[0].ekus.v = home)
BAD(b_expired, d->chain.v[0].not_after = NOW - AMT_DAY)
BAD(b_not_yet, d->chain.v[0].not_before = NOW + AMT_DAY)
BAD(b_self_signed, d->chain.v[0].self_signed = AMT_YES)
BAD(b_weak_key, d->chain.v[0].key_bits = 1024)
BAD(b_sha1, d->chain.v[0].signature = "sha1WithRSAEncryption")
BAD(b_leaf_only, d->tls.v[0].sent = 1)
BAD(b_two_certificates, d->chain.v[1].sha256 = "bb")
BAD(b_321_self_signed, d->http.v[0].version = "3.2.1"; d->chain.v[0].self_signed = AMT_YES)
BAD(b_small_business, d->setup.v[0].provisioning_mode = 2)
BAD(b_client_control, d->setup.v[0].provisioning_mode = 4)
BAD(b_no_remote, d->setup.v[0].zero_touch = AMT_NO; d->setup.v[0].provisioning_state = 0)
BAD(b_suffix, d->setup.v[0].dhcp_suffix = "example.org")
BAD(b_no_suffix, d->setup.v[0].dhcp_suffix = NULL)
BAD(b_hash_disabled, d->hash.v[0].enabled = AMT_NO)
BAD(b_no_hash, d->hash.v[0].data = "beef")
BAD(b_no_hash_class, d->hash.n = 0; dev_source(d, AMT_DEVC_hash, AMT_DEV_ABSENT, "x", "HTTP 400"))
BAD(b_other_root, d->record.v[0].hash = "beef")
BAD(b_name, d->general.v[0].host_name = "pc2")
BAD(b_odd_name, d->general.v[0].host_name = "pc_1")
BAD(b_no_name, d->general.v[0].host_name = NULL)
BAD(b_fixed_address, d->ethernet.v[0].dhcp = AMT_NO)
BAD(b_uuid, d->uuid.v[0].uuid = "55e3ae13-bfd2-61bb-17a0-000000000000")
BAD(b_short_keys, d->key_limits.v[0].lengths = ((struct amt_dev_ints){lengths, 1}))
BAD(b_s0_only, d->current.v[0].guid = "944f8312fb104fdc968e1e232b0c9065")
BAD(b_power_loss, d->current.v[0].guid = "c519a4ba6e6f8d4db227517f7e4595db")
BAD(b_unknown_package, d->current.v[0].guid = "00")
BAD(b_no_current, d->current.v[0].is_current = 2)
BAD(b_link_policy, d->ethernet.v[0].link_policy = ((struct amt_dev_ints){none_of_it, 1}))
BAD(b_standby, d->os_power.v[0].saving_state = 3)
BAD(b_battery, d->general.v[0].power_source = 1)
BAD(b_no_kerberos, d->kerberos.v[0].enabled = AMT_NO)
BAD(b_digest_only, d->kerberos.n = 0; d->http.v[0].negotiate = AMT_NO)
BAD(b_realm, d->kerberos.v[0].realm = "OTHER")
BAD(b_kvno, d->kerberos.v[0].key_version = 2)
BAD(b_spns, d->kerberos.v[0].spns.n = 4)
BAD(b_rc4, d->kerberos.v[0].algorithm = 0;
    d->kerberos.v[0].configured = ((struct amt_dev_ints){rc4, 1}))
BAD(b_clock, d->time.v[0].ta0 -= 400)
BAD(b_clock_a_bit, d->time.v[0].ta0 += 200)
BAD(b_clock_local, d->time.v[0].ta0 -= 7200; d->clock.v[0].source = 0)
BAD(b_clock_unmeasured, d->source[AMT_DEVC_time].asked = AMT_TIME_NONE)
BAD(b_not_in_acl, d->acl.v[0].sid = "S-1-5-21-9")
BAD(b_local_only, d->acl.v[0].access = 0)
BAD(b_disabled_entry, d->acl.v[0].enabled = AMT_NO)
BAD(b_realms, d->acl.v[0].realms = ((struct amt_dev_ints){only_info, 1}))
BAD(b_sol_only, d->redirection.v[0].enabled_state = 32770)
BAD(b_listener, d->redirection.v[0].listener = AMT_NO)
BAD(b_odd_state, d->redirection.v[0].enabled_state = 5)
BAD(b_no_ider, d->boot.v[0].ider = AMT_NO)
BAD(b_busy, d->redirection_probe.v[0].status = 2)
BAD(b_sol_off, d->redirection_probe.v[0].status = 3)
BAD(b_plain, d->redirection_probe.v[0].methods.v = one)
BAD(b_no_redirection_answer, d->redirection_probe.v[0].how = AMT_NET_RESET)
BAD(b_halfway, d->setup.v[0].provisioning_state = 1)
BAD(b_idle, d->general.v[0].idle_wake_minutes = 0)
BAD(b_no_off, d->power.v[0].available = ((struct amt_dev_ints){none_of_it, 1}))
BAD(b_no_on, d->power.v[0].state = 8)
BAD(b_ping_off, d->rmcp.v[0].answered = AMT_NO; d->general.v[0].rmcp = AMT_NO)
BAD(b_321_issued, d->http.v[0].version = "3.2.1")
BAD(b_platform, d->uuid.n = 0; ADD(d, package)->platform_guid = "13AEE355D2BFBB6117A088AEDD7037EB")
BAD(g_platform, d->uuid.n = 0; ADD(d, package)->platform_guid = "13AEE355D2BFBB6117A088AEDD7037EA")
BAD(b_dot1x_off, d->dot1x.v[0].enabled = 3; ctx.trait[AMT_TRAIT_WIRED_8021X] = AMT_YES)
BAD(b_still, d->setup.v[0].provisioning_state = 2; expect.unprovisioned = true)
BAD(g_gone, d->setup.v[0].provisioning_state = 0; expect.unprovisioned = true)
BAD(b_session, ADD(d, sol_session)->name = "x")
BAD(b_consent, d->consent.v[0].required = INT64_C(4294967295))
BAD(b_kvm_mebx, d->kvm_settings.v[0].enabled_by_mebx = AMT_NO)
BAD(b_kvm_off, d->kvm.v[0].enabled_state = 3)
BAD(b_5900, d->kvm_settings.v[0].port_5900 = AMT_YES)
BAD(b_webui, d->webui.v[0].enabled_state = 3)
BAD(b_no_pages, d->http.v[0].root_status = 404)
BAD(b_not_amt, d->http.v[0].product = NULL; d->http.v[0].wsman_status = 404)
BAD(b_web_reset, d->http.v[0].how = AMT_NET_RESET)
BAD(b_blocked, d->blockers.v[0].components = ((struct amt_dev_ints){one, 1}))
BAD(b_audit_locked, d->audit.v[0].state = 2)
BAD(b_audit_full, d->audit.v[0].state = 8)
BAD(b_audit_almost, d->audit.v[0].state = 4)
BAD(b_outside, d->environment.v[0].suffixes.v = away)
BAD(b_privacy, d->general.v[0].privacy = 2)
BAD(b_wsman_only, d->general.v[0].wsman_only = AMT_YES; d->http.v[0].version = "5.2.10")
BAD(b_network_off, d->general.v[0].network = AMT_NO)
BAD(b_dot1x, d->dot1x.v[0].enabled = 9)
BAD(b_hole, d->http.v[0].version = "11.6.10.1196")
BAD(b_fixed_hole, d->http.v[0].version = "11.6.27.3264")
BAD(b_let_in, ADD(d, cve_2017_5689)->status = 200)
BAD(b_mutual, d->tls_setting.v[0].mutual = AMT_YES)
BAD(b_tls_off, d->tls_setting.v[0].enabled = AMT_NO)
BAD(b_plain_too, d->tls_setting.v[0].accept_plain = AMT_YES)
BAD(b_plain_16, d->http.v[0].version = "16.1.30"; d->port.v[0].state = AMT_PORT_OPEN)
BAD(b_factory, d->admin.v[0].is_default = AMT_YES)
BAD(b_denied, d->acl.n = 0; dev_source(d, AMT_DEVC_acl, AMT_DEV_DENIED, "x", "HTTP 403"))
BAD(b_failed, d->current.n = 0; dev_source(d, AMT_DEVC_current, AMT_DEV_FAILED, "x", "reset"))

static const struct device_row bad_rows[] = {
	{b_16993_closed, "P.37", AMT_FAIL, "nothing listens"},
	{b_16993_filtered, "P.37", AMT_FAIL, "does not answer"},
	{b_16995_filtered, "P.39", AMT_FAIL, "does not answer"},
	{b_all_filtered, "S1.V17", AMT_UNKNOWN, "none of 4 ports"},
	{b_no_pong, "X.D20", AMT_UNKNOWN, "proves nothing"},
	{b_other_maker, "X.D20", AMT_WARN, "another maker"},
	{b_old_version, "P.07", AMT_WARN, "translator"},
	{b_old_version, "S1.V18", AMT_WARN, "translator"},
	{b_old_audit, "P.10", AMT_FAIL, "older than 4.0"},
	{b_no_version, "P.07", AMT_UNKNOWN, "nothing tells"},
	{b_no_version, "X.D06", AMT_UNKNOWN, "no version"},
	{b_refused, "X.D18", AMT_FAIL, "refused"},
	{b_refused, "S4.C03", AMT_FAIL, "refuses the digest account"},
	{b_no_login, "X.D18", AMT_UNKNOWN, "nobody could log in"},
	{b_asleep, "X.D21", AMT_WARN, "3 tries"},
	{b_rfc5746, "X.D01", AMT_WARN, "RFC 5746"},
	{b_rc4_only, "X.D01", AMT_FAIL, "RC4 only"},
	{b_tls_timeout, "X.D01", AMT_UNKNOWN, "in time"},
	{b_asks_certificate, "X.D04", AMT_FAIL, "asks for a client certificate"},
	{b_cn, "PV.02", AMT_FAIL, "pc2.example.com"},
	{b_eku, "PV.02", AMT_FAIL, "not for server authentication"},
	{b_expired, "P.05", AMT_FAIL, "ran out on 2025-12-31"},
	{b_not_yet, "P.05", AMT_FAIL, "only from 2026-01-02"},
	{b_self_signed, "P.05", AMT_FAIL, "self-signed"},
	{b_weak_key, "P.05", AMT_WARN, "1024-bit"},
	{b_sha1, "P.05", AMT_WARN, "sha1"},
	{b_leaf_only, "PV.08", AMT_WARN, "own certificate only"},
	{b_two_certificates, "X.D02", AMT_WARN, "different certificates"},
	{b_321_self_signed, "S3.C16", AMT_FAIL, "0x80090308"},
	{b_small_business, "S2.C11a", AMT_FAIL, "small business"},
	{b_client_control, "S2.C11a", AMT_FAIL, "client control"},
	{b_client_control, "X.D08", AMT_WARN, "asks the user"},
	{b_no_remote, "S2.C11b", AMT_FAIL, "disabled"},
	{b_suffix, "S3.C11", AMT_FAIL, "example.org"},
	{b_no_suffix, "S3.C11", AMT_UNKNOWN, "does not tell"},
	{b_hash_disabled, "S3.C10b", AMT_FAIL, "disabled"},
	{b_no_hash, "S3.C10b", AMT_FAIL, "none of the device's 1"},
	{b_no_hash_class, "S3.C10b", AMT_UNKNOWN, "does not have"},
	{b_other_root, "X.D19", AMT_WARN, "provisioned remotely"},
	{b_name, "S3.C02b", AMT_FAIL, "pc2.example.com"},
	{b_odd_name, "S3.C03", AMT_FAIL, "pc_1"},
	{b_no_name, "S3.C02b", AMT_FAIL, "no host name"},
	{b_fixed_address, "S1.V12", AMT_FAIL, "fixed address"},
	{b_uuid, "X.D23", AMT_FAIL, "say 55e3ae13"},
	{b_short_keys, "X.D25", AMT_WARN, "1024"},
	{b_s0_only, "S4.C01", AMT_FAIL, "Desktop: ON in S0"},
	{b_power_loss, "S4.C01", AMT_WARN, "power cut"},
	{b_unknown_package, "S4.C01", AMT_UNKNOWN, "not in the table"},
	{b_no_current, "S4.C01", AMT_UNKNOWN, "no power package"},
	{b_failed, "S4.C01", AMT_UNKNOWN, "could not be read: reset"},
	{b_link_policy, "X.D03", AMT_FAIL, "no 14"},
	{b_standby, "X.D21", AMT_WARN, "connected standby"},
	{b_battery, "X.D21", AMT_WARN, "battery"},
	{b_no_kerberos, "PV.13", AMT_FAIL, "Kerberos is off"},
	{b_digest_only, "PV.13", AMT_WARN, "digest only"},
	{b_realm, "X.D15", AMT_FAIL, "OTHER"},
	{b_kvno, "X.D15", AMT_WARN, "AMT does not compare them"},
	{b_spns, "X.D15", AMT_WARN, "623, 664"},
	{b_rc4, "X.D16", AMT_WARN, "RC4"},
	{b_clock, "S5.C03a", AMT_FAIL, "400 s behind"},
	{b_clock_a_bit, "S5.C03a", AMT_WARN, "200 s ahead"},
	{b_clock_local, "S5.C03a", AMT_FAIL, "7200 s behind"},
	{b_clock_unmeasured, "S5.C03a", AMT_UNKNOWN, "can't be compared"},
	{b_not_in_acl, "S5.C05", AMT_FAIL, "nor any of his groups"},
	{b_local_only, "S5.C05", AMT_FAIL, "Helpdesk (S-1-5-21-1-2-3-1105) is for local"},
	{b_disabled_entry, "S5.C05", AMT_FAIL, "disabled"},
	{b_denied, "S5.C05", AMT_UNKNOWN, "may not read"},
	{b_realms, "S5.C04", AMT_FAIL, "Redirection (2), Remote Control (5)"},
	{b_sol_only, "S5.C06c", AMT_FAIL, "serial-over-LAN only"},
	{b_listener, "S5.C06c", AMT_FAIL, "listener is off"},
	{b_odd_state, "S5.C06c", AMT_UNKNOWN, "none of 32768"},
	{b_no_ider, "S5.C06c", AMT_WARN, "IDE redirection"},
	{b_halfway, "X.D19", AMT_WARN, "in the middle"},
	{b_idle, "X.D21", AMT_WARN, "idle timer is 0"},
	{b_no_off, "X.D21", AMT_WARN, "power off (soft) is not offered"},
	{b_no_on, "X.D21", AMT_WARN, "power on is not offered"},
	{b_ping_off, "X.D20", AMT_WARN, "switched off in the device"},
	{b_321_issued, "S3.C16", AMT_PASS, "issued by 'CN=Issuing CA'"},
	{b_platform, "X.D23", AMT_FAIL, "platform GUID"},
	{g_platform, "X.D23", AMT_PASS, "platform GUID"},
	{b_still, "X.D22", AMT_FAIL, "still provisioned"},
	{g_gone, "X.D22", AMT_PASS, "not provisioned"},
	{b_dot1x_off, "X.D26", AMT_FAIL, "wired ports ask for it"},
	{b_busy, "X.D17", AMT_WARN, "busy"},
	{b_sol_off, "X.D17", AMT_FAIL, "not offered"},
	{b_plain, "X.D17", AMT_WARN, "plain password"},
	{b_no_redirection_answer, "X.D17", AMT_UNKNOWN, "did not answer (reset)"},
	{b_session, "X.D17", AMT_WARN, "SOL 1"},
	{b_consent, "X.D08", AMT_WARN, "every redirection session"},
	{b_kvm_mebx, "X.D09", AMT_WARN, "MEBx"},
	{b_kvm_off, "X.D09", AMT_WARN, "KVM is off"},
	{b_5900, "X.D09", AMT_WARN, "5900"},
	{b_webui, "S6.C01", AMT_FAIL, "web interface is off"},
	{b_no_pages, "S6.V01", AMT_WARN, "no web pages"},
	{b_not_amt, "S6.V01", AMT_WARN, "not as AMT"},
	{b_web_reset, "S6.V01", AMT_UNKNOWN, "reset"},
	{b_blocked, "X.D11", AMT_FAIL, "audit log"},
	{b_audit_locked, "X.D10", AMT_FAIL, "locked"},
	{b_audit_full, "X.D10", AMT_FAIL, "full"},
	{b_audit_almost, "X.D10", AMT_WARN, "almost"},
	{b_outside, "X.D12", AMT_FAIL, "not among"},
	{b_privacy, "X.D13", AMT_WARN, "extreme"},
	{b_wsman_only, "X.D14", AMT_WARN, "translator"},
	{b_network_off, "S1.V17", AMT_FAIL, "switched off in the device"},
	{b_dot1x, "X.D26", AMT_UNKNOWN, "no source explains"},
	{b_hole, "X.D06", AMT_FAIL, "11.6.27"},
	{b_fixed_hole, "X.D06", AMT_PASS, "fixed"},
	{b_let_in, "X.D06", AMT_FAIL, "anybody can log in"},
	{b_mutual, "X.D04", AMT_FAIL, "mutual authentication is on"},
	{b_tls_off, "X.D05", AMT_FAIL, "TLS is off"},
	{b_plain_too, "X.D05", AMT_WARN, "accepted too"},
	{b_plain_16, "X.D05", AMT_FAIL, "emulator"},
	{b_factory, "X.D07", AMT_FAIL, "factory password"},
};

#endif
