/* The profiles beside provisioning: certificates.md 5, the guide's CA and console rows. */
#include "pki/rules.h"

#define AMT_CA_KEY_MAX 2048 /* ConfigMgr: longer CA keys can't be loaded into AMT (prereq#1) */

/* P.03: every CA certificate of the chain. from 0: all are CAs. */
static void ca_keys(struct rules *r, size_t from)
{
	size_t before = r->row->reasons.n;

	for (size_t i = from; i < r->path->certs.n; i++) {
		const struct pki_cert *c = rule_cert(r, i);
		if (strcmp(c->key_type, "RSA") != 0 || c->key_bits > AMT_CA_KEY_MAX)
			rule_says(r, "P.03", AMT_FAIL, r->path->certs.v[i],
				  "the CA certificate %s has %s; AMT can't load CA keys other than "
				  "RSA of at most %d bits",
				  c->subject, rule_key(&r->t->arena, c), AMT_CA_KEY_MAX);
	}
	if (r->row->reasons.n == before && r->path->certs.n > from)
		rule_says(r, "P.03", AMT_PASS, NO_CERT, "all CA keys are RSA of at most %d bits",
			  AMT_CA_KEY_MAX);
}

static bool names_host(const struct pki_cert *c, const char *host, bool *cn_too)
{
	char want[PKI_NAME_MAX], have[PKI_NAME_MAX];
	bool found = false;

	*cn_too = false;
	if (!pki_name_normal(host, want))
		return false;
	for (size_t i = 0; i < c->cns.n; i++)
		if (pki_name_normal(c->cns.v[i], have) && !strcmp(have, want))
			found = *cn_too = true;
	for (size_t i = 0; i < c->dns.n; i++)
		found = found || (pki_name_normal(c->dns.v[i], have) && !strcmp(have, want));
	return found;
}

/* PV.02 */
static void web_name(struct rules *r)
{
	const struct pki_cert *c = rule_leaf(r);
	const char *host = r->f->asked.host;
	bool cn;

	if (!c->has_eku)
		rule_says(
			r, "PV.02", AMT_WARN, r->chain->leaf,
			"the certificate names no purpose; server authentication (%s) is asked for",
			PKI_OID_SERVER_AUTH);
	else if (!amt_strlist_has(&c->ekus, PKI_OID_SERVER_AUTH))
		rule_says(r, "PV.02", AMT_FAIL, r->chain->leaf,
			  "the certificate is not for server authentication (%s)",
			  PKI_OID_SERVER_AUTH);
	if (!host)
		rule_says(r, "PV.02", AMT_UNKNOWN, r->chain->leaf,
			  "the certificate is for %s; the device's FQDN (--host) was not given",
			  c->cns.n ? c->cns.v[0] : "nobody by name");
	else if (!names_host(c, host, &cn))
		rule_says(r, "PV.02", AMT_FAIL, r->chain->leaf,
			  "the certificate is for %s, not for %s",
			  c->cns.n ? c->cns.v[0] : "nobody by name", host);
	else if (!cn)
		rule_says(r, "PV.02", AMT_WARN, r->chain->leaf,
			  "%s stands in the alternative names only, not in the common name", host);
	else
		rule_says(r, "PV.02", AMT_PASS, r->chain->leaf, "the certificate is for %s", host);
}

void rules_webserver(struct rules *r)
{
	const struct pki_cert *c = rule_leaf(r);

	rule_peer_self_signed(r);
	if (c->self_issued && r->path->certs.n == 1) {
		rule_says(r, "P.05", AMT_WARN, r->chain->leaf,
			  "the certificate is self-signed: the device is not provisioned, or not "
			  "by an enterprise CA");
		return;
	}
	web_name(r);
	ca_keys(r, 1);
	/* The device sends its chain without the root (MeshCentral#3559). */
	rule_complete(r, "S3.C21");
	rule_dates(r, "S3.C22");
	rule_revocation(r);
}

void rules_ca(struct rules *r)
{
	ca_keys(r, 0);
	rule_complete(r, "S3.C21");
	rule_dates(r, "S3.C22");
	rule_revocation(r);
}

/* certificates.md 5, row "802.1X client cert" (CM2012) */
void rules_client(struct rules *r)
{
	const struct pki_cert *c = rule_leaf(r);
	const char *host = r->f->asked.host;
	size_t before = r->row->reasons.n;
	bool cn;

	if (!amt_strlist_has(&c->ekus, PKI_OID_CLIENT_AUTH))
		rule_says(r, "X.PKI3", AMT_FAIL, r->chain->leaf,
			  "the certificate is not for client authentication (%s)",
			  PKI_OID_CLIENT_AUTH);
	if (strcmp(c->key_type, "RSA") != 0 || c->key_bits > 2048)
		rule_says(r, "X.PKI3", AMT_FAIL, r->chain->leaf,
			  "the key is %s; RSA of at most 2048 bits is asked for",
			  rule_key(&r->t->arena, c));
	if (host && !names_host(c, host, &cn))
		rule_says(r, "X.PKI3", AMT_FAIL, r->chain->leaf,
			  "the certificate is for %s, not for %s",
			  c->cns.n ? c->cns.v[0] : "nobody by name", host);
	else if (!host)
		rule_says(r, "X.PKI3", AMT_WARN, r->chain->leaf,
			  "the certificate is for %s; the device's FQDN (--host) was not given",
			  c->cns.n ? c->cns.v[0] : "nobody by name");
	if (!c->upns.n)
		rule_says(r, "X.PKI3", AMT_WARN, r->chain->leaf,
			  "no user principal name stands in the alternative names");
	if (r->row->reasons.n == before)
		rule_says(r, "X.PKI3", AMT_PASS, r->chain->leaf,
			  "purpose, name and key are as an 802.1X client certificate of AMT has "
			  "them");
	rule_complete(r, "S3.C21");
	rule_dates(r, "S3.C22");
	rule_revocation(r);
}

void rules_console(struct rules *r)
{
	const struct pki_cert *c = rule_leaf(r);
	bool remote = amt_strlist_has(&c->ekus, PKI_OID_AMT_CONSOLE);
	bool local = amt_strlist_has(&c->ekus, PKI_OID_AMT_AGENT);

	if (!remote && !local)
		rule_says(r, "X.PKI2", AMT_FAIL, r->chain->leaf,
			  "the certificate has neither the remote console purpose %s nor the local "
			  "agent purpose %s",
			  PKI_OID_AMT_CONSOLE, PKI_OID_AMT_AGENT);
	else if (!amt_strlist_has(&c->ekus, PKI_OID_CLIENT_AUTH))
		rule_says(r, "X.PKI2", AMT_WARN, r->chain->leaf,
			  "the certificate has the AMT purpose but not client authentication (%s)",
			  PKI_OID_CLIENT_AUTH);
	else
		rule_says(r, "X.PKI2", AMT_PASS, r->chain->leaf,
			  "the certificate is for client authentication as %s",
			  remote && local ? "remote console and local agent"
			  : remote        ? "remote console"
					  : "local agent");
	rule_private_key(r);
	rule_complete(r, "S3.C21");
	rule_dates(r, "S3.C22");
	rule_revocation(r);
}
