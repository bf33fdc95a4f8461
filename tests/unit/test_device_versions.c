/*
 * What the judge of the device room says depends on the firmware: features came and went (handbook
 * device 1.5, hello 4.1). The same fact on the firmware that has the feature and on one that has
 * not.
 */
#include "device_judged.h"

#define FIRMWARE(text) d->http.v[0].version = (text)

BAD(pong_of_5, d->rmcp.v[0].major = d->rmcp.v[0].minor = 0;
    d->rmcp.v[0].provisioning = AMT_DEV_NONE; FIRMWARE("5.2.10"))
BAD(gone_5, d->setup.n = 0; expect.unprovisioned = true; d->rmcp.v[0].provisioning = AMT_DEV_NONE)
BAD(no_pong_3, d->rmcp.v[0].answered = AMT_NO; d->general.v[0].rmcp = AMT_NO; FIRMWARE("3.2.1"))
BAD(no_pong_4, d->rmcp.v[0].answered = AMT_NO; d->general.v[0].rmcp = AMT_NO; FIRMWARE("4.0.3"))

BAD(no_kvm_5, d->redirection_probe.v[0].service = "KVM"; d->redirection_probe.v[0].status = 3;
    FIRMWARE("5.2.10"))
BAD(no_kvm_6, d->redirection_probe.v[0].service = "KVM"; d->redirection_probe.v[0].status = 3;
    FIRMWARE("6.0.3"))
BAD(kvm_absent_5, d->kvm.n = d->kvm_settings.n = 0; FIRMWARE("5.2.10"))
BAD(kvm_absent_6, d->kvm.n = d->kvm_settings.n = 0;
    dev_source(d, AMT_DEVC_kvm, AMT_DEV_ABSENT, "x", "HTTP 400"); FIRMWARE("6.0.3"))
BAD(audit_3, d->audit.n = 0; FIRMWARE("3.2.1"))
BAD(audit_4, d->audit.n = 0; dev_source(d, AMT_DEVC_audit, AMT_DEV_DENIED, "x", "HTTP 403");
    FIRMWARE("4.0.3"))
BAD(dot1x_3, FIRMWARE("3.2.1"))
BAD(dot1x_7, d->dot1x.n = 0; ADD(d, dot1x_profile)->enabled = AMT_NO; FIRMWARE("7.1.91");
    ctx.trait[AMT_TRAIT_WIRED_8021X] = AMT_YES)
BAD(dot1x_on_7, d->dot1x.n = 0; ADD(d, dot1x_profile)->enabled = AMT_YES; FIRMWARE("7.1.91"))
BAD(soap_off_6, d->general.v[0].wsman_only = AMT_YES; FIRMWARE("6.0.3"))
BAD(soap_off_untold, d->general.v[0].wsman_only = AMT_YES; FIRMWARE(NULL); d->rmcp.n = 0)
BAD(accepts_plain_16_0, d->tls_setting.v[0].accept_plain = AMT_YES; FIRMWARE("16.0.9"))
BAD(accepts_plain_16_1, d->tls_setting.v[0].accept_plain = AMT_YES; FIRMWARE("16.1.30"))
BAD(plain_untold, d->tls_setting.v[0].enabled = d->tls_setting.v[0].accept_plain = AMT_MAYBE;
    d->port.v[0].state = d->port.v[2].state = AMT_PORT_FILTERED)
BAD(silent_16992, d->port.v[0].state = AMT_PORT_FILTERED; d->tls_setting.n = 0)
BAD(silent_16992_16_1, d->port.v[0].state = AMT_PORT_FILTERED; d->tls_setting.n = 0;
    FIRMWARE("16.1.30"))
BAD(silent_16992_told, d->port.v[0].state = AMT_PORT_FILTERED)
BAD(without_tls, d->port.v[0].state = AMT_PORT_OPEN; d->port.v[1].state = AMT_PORT_REFUSED)
BAD(web_without_tls, d->http.v[0].port = 16992)
BAD(halfway_kerberos, d->setup.v[0].provisioning_state = 1; d->kerberos.v[0].enabled = AMT_NO)
BAD(halfway_password, d->setup.v[0].provisioning_state = 1; d->admin.v[0].is_default = AMT_YES)
BAD(halfway, d->setup.v[0].provisioning_state = 1; d->record.n = 0)
BAD(major_9, FIRMWARE("9"))
BAD(major_6, FIRMWARE("6"))
BAD(major_3, FIRMWARE("3"); d->chain.v[0].self_signed = AMT_YES)
BAD(major_2, FIRMWARE("2"))
BAD(major_4, FIRMWARE("4"))
BAD(no_tls_no_web, d->http.n = 0; d->tls.v[0].modern = d->tls.v[0].legacy = AMT_TLSC_TIMEOUT)
BAD(garbage_16995, d->redirection_probe.v[0].how = AMT_NET_PROTOCOL)
BAD(asks_while_provisioned, d->setup.n = 0; d->tls_setting.n = 0; d->rmcp.v[0].provisioning = 1;
    d->tls.n = 1; d->tls.v[0].client_certificate = AMT_YES;
    d->tls.v[0].modern = d->tls.v[0].legacy = AMT_TLSC_CLIENT_CERTIFICATE)
BAD(asks_self_signed, d->setup.n = 0; d->tls_setting.n = 0; d->rmcp.n = 0; d->tls.n = 1;
    d->tls.v[0].client_certificate = AMT_YES; d->chain.v[0].self_signed = AMT_YES)
BAD(asks_issued, d->setup.n = 0; d->tls_setting.n = 0; d->rmcp.n = 0; d->tls.n = 1;
    d->tls.v[0].client_certificate = AMT_YES)
BAD(hashes_in_part, d->hash.v[0].data = "beef"; d->source[AMT_DEVC_hash].error = "HTTP 500")
BAD(halfway_by_pong, d->setup.v[0].provisioning_state = AMT_DEV_NONE; d->rmcp.v[0].provisioning = 1)

static const struct device_row rows[] = {
	{pong_of_5, "X.D20", AMT_PASS, "neither its version nor whether it is provisioned"},
	{gone_5, "X.D22", AMT_FAIL, "the management port is still open"},
	{no_pong_3, "X.D20", AMT_NA, "before 4.0"},
	{no_pong_4, "X.D20", AMT_WARN, "switched off in the device"},
	{no_kvm_5, "X.D17", AMT_NA, "came with firmware 6.0"},
	{no_kvm_6, "X.D17", AMT_WARN, "KVM is not offered"},
	{kvm_absent_5, "X.D09", AMT_NA, "came with firmware 6.0"},
	{kvm_absent_6, "X.D09", AMT_UNKNOWN, "does not have CIM_KVMRedirectionSAP"},
	{audit_3, "X.D10", AMT_NA, "came with firmware 4.0"},
	{audit_4, "X.D10", AMT_UNKNOWN, "may not read AMT_AuditLog"},
	{dot1x_3, "X.D26", AMT_NA, "came with firmware 4.0"},
	{dot1x_7, "X.D26", AMT_FAIL, "the site's wired ports ask for it"},
	{dot1x_on_7, "X.D26", AMT_PASS, "802.1X is on"},
	{soap_off_6, "X.D14", AMT_NA, "can do without"},
	{soap_off_untold, "X.D14", AMT_WARN, "translator"},
	{accepts_plain_16_0, "X.D05", AMT_WARN, "accepted too"},
	{accepts_plain_16_1, "X.D05", AMT_PASS, "from 16.1 on"},
	{plain_untold, "X.D05", AMT_VERDICTS, ""},
	{silent_16992, "P.36", AMT_WARN, "the system's firewall drops the rest"},
	{silent_16992_16_1, "P.36", AMT_PASS, "takes TLS only"},
	{silent_16992_told, "P.36", AMT_PASS, "takes TLS only"},
	{without_tls, "P.37", AMT_FAIL, "works without TLS"},
	{web_without_tls, "S6.V01", AMT_WARN, "without TLS"},
	{halfway_kerberos, "PV.13", AMT_PENDING, "second stage"},
	{halfway_password, "X.D07", AMT_WARN, "first stage of provisioning changes"},
	{halfway, "X.D19", AMT_WARN, "first stage has not come to its end"},
	{major_9, "X.D06", AMT_UNKNOWN, "9.1.41 is the first"},
	{major_6, "X.D06", AMT_UNKNOWN, "6.2.61 is the first"},
	{major_3, "P.07", AMT_UNKNOWN, "the rest of the version"},
	{major_3, "S1.V18", AMT_VERDICTS, ""},
	{major_3, "S3.C16", AMT_VERDICTS, ""},
	{major_2, "P.07", AMT_WARN, "translator"},
	{major_4, "P.07", AMT_PASS, "speaks WS-MAN"},
	{no_tls_no_web, "S6.V01", AMT_UNKNOWN, "can't be opened"},
	{garbage_16995, "X.D17", AMT_UNKNOWN, "not answered as AMT does"},
	{asks_while_provisioned, "X.D04", AMT_NA, "the provisioning certificate"},
	{asks_while_provisioned, "X.D01", AMT_NA, "refuses clients without"},
	{asks_self_signed, "X.D04", AMT_UNKNOWN, "the provisioning certificate"},
	{asks_issued, "X.D04", AMT_FAIL, "mutual authentication is on"},
	{hashes_in_part, "S3.C10b", AMT_UNKNOWN, "in part only (HTTP 500)"},
	{halfway_by_pong, "X.D19", AMT_WARN, "in the middle"},
};

static void test_rows(void **state)
{
	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	expect_usual();
	int rc = cmocka_run_group_tests_name("device_versions", tests, NULL, NULL);
	expect_free();
	return rc;
}
