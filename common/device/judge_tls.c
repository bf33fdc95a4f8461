/* The handshake, and the certificate against name, purpose and time (handbook device 2.2). */
#include "device/judge.h"

#include <string.h>

#define RENEWAL    (42 * AMT_DAY) /* the renewal task's six weeks (catalogue P.05) */
#define EKU_SERVER "1.3.6.1.5.5.7.3.1"

/* While AMT is provisioned with a certificate it is the TLS server with one of its own making, and
 * asks for the provisioning certificate (hello 3.3): no mutual authentication of consoles. */
static enum amt_verdict for_provisioning(const struct dev_judge *j, const struct amt_dev_tls *t)
{
	const struct amt_dev_chain *leaf = dev_leaf(j->d, (unsigned)t->port);

	if (dev_unfinished(j))
		return AMT_NA;
	return !j->provisioned && leaf && leaf->self_signed == AMT_YES ? AMT_UNKNOWN : AMT_FAIL;
}

static void judge_handshake(struct dev_judge *j, const struct amt_dev_tls *t)
{
	const enum amt_dev_class c = AMT_DEVC_tls;
	long long port = (long long)t->port;

	if (t->modern == AMT_TLSC_OK) {
		dev_say(j, "X.D01", AMT_PASS, c, "port %lld: %s with %s, today's clients connect",
			port, OR(t->version), OR(t->cipher));
	} else if (t->legacy == AMT_TLSC_OK) {
		struct amt_finding *f = dev_say(
			j, "X.D01", AMT_WARN, c,
			"port %lld: today's clients can't connect: %s; a forgiving client gets %s "
			"with %s",
			port, amt_tls_class_meaning(t->modern), OR(t->version), OR(t->cipher));
		if (t->modern_error)
			amt_finding_evidence(j->fs, f, j->d->host, "OpenSSL", "%s",
					     t->modern_error);
		if (t->modern == AMT_TLSC_NO_RFC5746)
			amt_finding_action(j->fs, f,
					   "Real AMT firmware never sends RFC 5746; set "
					   "UnsafeLegacyServerConnect for this client only");
	} else if (t->modern == AMT_TLSC_CONNECT || t->modern == AMT_TLSC_TIMEOUT ||
		   t->modern == AMT_TLSC_RESET) {
		dev_say(j, "X.D01", AMT_UNKNOWN, c, "port %lld: %s", port,
			amt_tls_class_meaning(t->modern));
	} else {
		enum amt_tls_class why = t->legacy != AMT_TLSC_NOT_TRIED ? t->legacy : t->modern;
		struct amt_finding *f = dev_say(
			j, "X.D01",
			why == AMT_TLSC_CLIENT_CERTIFICATE ? for_provisioning(j, t) : AMT_FAIL, c,
			"port %lld: no client %scan connect: %s", port,
			why == AMT_TLSC_CLIENT_CERTIFICATE ? "without a certificate " : "",
			amt_tls_class_meaning(why));
		if (t->legacy_error)
			amt_finding_evidence(j->fs, f, j->d->host, "OpenSSL", "%s",
					     t->legacy_error);
	}
	if (t->client_certificate == AMT_YES && for_provisioning(j, t) != AMT_FAIL)
		dev_say(j, "X.D04", for_provisioning(j, t), c,
			"port %lld asks for a client certificate, as AMT does for provisioning: "
			"the service point shows the provisioning certificate there",
			port);
	else if (t->client_certificate == AMT_YES)
		dev_say(j, "X.D04", AMT_FAIL, c,
			"port %lld asks for a client certificate: mutual authentication is on, "
			"which "
			"Configuration Manager 2007 can't do",
			port);
	else if (t->client_certificate == AMT_NO && t->port == 16993 && !j->d->tls_setting.n)
		dev_say(j, "X.D04", AMT_PASS, c, "port %lld asks for no client certificate", port);
}

static bool name_fits(const char *pattern, const char *host)
{
	/* A wildcard stands for one whole label (RFC 6125 6.4.3). */
	if (strncmp(pattern, "*.", 2) == 0) {
		const char *dot = strchr(host, '.');
		return dot && amt_strcasecmp(pattern + 1, dot) == 0;
	}
	return amt_strcasecmp(pattern, host) == 0;
}

static void judge_name(struct dev_judge *j, const struct amt_dev_chain *leaf)
{
	const char *fqdn = dev_fqdn(j), *cn = leaf->cn ? leaf->cn : "";
	bool server = dev_has_str(&leaf->ekus, EKU_SERVER), san = false;

	for (size_t i = 0; fqdn && i < leaf->dns_names.n; i++)
		san = san || name_fits(leaf->dns_names.v[i], fqdn);
	if (!fqdn)
		dev_say(j, "PV.02", AMT_UNKNOWN, AMT_DEVC_chain,
			"the certificate is for '%s'; the device was asked by %s, so there is no "
			"name to compare",
			cn, dev_is_address(j->d->host) ? "address" : "its short name");
	else if (!name_fits(cn, fqdn) && !san)
		dev_say(j, "PV.02", AMT_FAIL, AMT_DEVC_chain,
			"the certificate is for '%s', but the device is %s", cn, fqdn);
	else if (leaf->ekus.n && !server)
		dev_say(j, "PV.02", AMT_FAIL, AMT_DEVC_chain,
			"the certificate for %s is not for server authentication", fqdn);
	else if (!name_fits(cn, fqdn))
		dev_say(j, "PV.02", AMT_WARN, AMT_DEVC_chain,
			"%s stands only among the alternative names; the common name is '%s', "
			"which "
			"old consoles look at",
			fqdn, cn);
	else
		dev_say(j, "PV.02", AMT_PASS, AMT_DEVC_chain,
			"the certificate is for %s and for server authentication", fqdn);
}

static void judge_leaf(struct dev_judge *j, const struct amt_dev_chain *leaf)
{
	char from[AMT_TIME_TEXT], until[AMT_TIME_TEXT];
	bool sha1 =
		leaf->signature && amt_memcasestr(leaf->signature, strlen(leaf->signature), "sha1");
	bool md5 =
		leaf->signature && amt_memcasestr(leaf->signature, strlen(leaf->signature), "md5");

	amt_time_date(leaf->not_before, from);
	amt_time_date(leaf->not_after, until);
	if (leaf->self_signed == AMT_YES)
		dev_say(j, "P.05", j->provisioned ? AMT_FAIL : AMT_WARN, AMT_DEVC_chain,
			"the certificate is self-signed ('%s'): %s", OR(leaf->subject),
			j->provisioned
				? "the device is provisioned, but no CA has issued one for it"
				: "what AMT makes for itself before it is provisioned");
	else if (leaf->not_after != AMT_TIME_NONE && j->ctx->now > leaf->not_after)
		dev_say(j, "P.05", AMT_FAIL, AMT_DEVC_chain,
			"the certificate issued by '%s' ran out on %s", OR(leaf->issuer), until);
	else if (leaf->not_before != AMT_TIME_NONE && j->ctx->now < leaf->not_before)
		dev_say(j, "P.05", AMT_FAIL, AMT_DEVC_chain,
			"the certificate issued by '%s' is valid only from %s", OR(leaf->issuer),
			from);
	else if (leaf->not_after != AMT_TIME_NONE && leaf->not_after - j->ctx->now < RENEWAL)
		dev_say(j, "P.05", AMT_WARN, AMT_DEVC_chain,
			"the certificate issued by '%s' is valid until %s, less than six weeks: "
			"ConfigMgr's renewal task should have replaced it",
			OR(leaf->issuer), until);
	else if (sha1 || md5 || (leaf->key_bits > 0 && leaf->key_bits < 2048))
		dev_say(j, "P.05", AMT_WARN, AMT_DEVC_chain,
			"the certificate issued by '%s' has a %lld-bit key and is signed with %s, "
			"which today's clients refuse",
			OR(leaf->issuer), (long long)leaf->key_bits, OR(leaf->signature));
	else
		dev_say(j, "P.05", AMT_PASS, AMT_DEVC_chain,
			"the certificate is issued by '%s' and valid until %s", OR(leaf->issuer),
			until);
}

static void judge_chain(struct dev_judge *j, const struct amt_dev_tls *t,
			const struct amt_dev_chain *leaf)
{
	static const struct amt_fw bug = {3, 2, 1, -1};

	if (t->sent == 1 && leaf->self_signed == AMT_NO)
		dev_say(j, "PV.08", AMT_WARN, AMT_DEVC_chain,
			"the device sends its own certificate only, as AMT does: every client must "
			"hold the CAs above '%s' itself",
			OR(leaf->issuer));
	else if (t->sent > 1)
		dev_say(j, "PV.08", AMT_PASS, AMT_DEVC_chain, "the device sends a chain of %lld",
			(long long)t->sent);
	if (!j->fw_known || j->fw.rev < 0 || amt_fw_compare(&j->fw, &bug) != 0 ||
	    leaf->self_signed == AMT_MAYBE)
		return;
	if (leaf->self_signed == AMT_YES)
		dev_say(j, "S3.C16", AMT_FAIL, AMT_DEVC_chain,
			"firmware 3.2.1 with a self-signed certificate: the case in which TLS "
			"during "
			"provisioning fails with 0x80090308");
	else
		dev_say(j, "S3.C16", AMT_PASS, AMT_DEVC_chain,
			"firmware 3.2.1, but the certificate is issued by '%s'", OR(leaf->issuer));
}

void dev_judge_tls(struct dev_judge *j)
{
	const struct amt_dev_chain *a = dev_leaf(j->d, 16993), *b = dev_leaf(j->d, 16995);
	const struct amt_dev_tls *t = dev_tls(j->d, 16993);

	for (size_t i = 0; i < j->d->tls.n; i++)
		judge_handshake(j, &j->d->tls.v[i]);
	if (a) {
		judge_name(j, a);
		judge_leaf(j, a);
		if (t)
			judge_chain(j, t, a);
	}
	if (a && b && a->sha256 && b->sha256) {
		bool same = strcmp(a->sha256, b->sha256) == 0;
		dev_say(j, "X.D02", same ? AMT_PASS : AMT_WARN, AMT_DEVC_chain,
			same ? "16993 and 16995 show the same certificate (%s, %s)"
			     : "16993 and 16995 show different certificates ('%s' and '%s'): "
			       "re-keyed "
			       "in between, or something else answers on one of them",
			OR(a->subject), OR(b->subject));
	}
}
