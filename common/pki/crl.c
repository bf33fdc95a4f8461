/* CRLs: who signed them, until when they hold, what they say of a certificate (RFC 5280 5). */
#include "pki/private.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

amt_time pki_asn1_time(const ASN1_TIME *t)
{
	struct der d = {0};
	amt_time out;

	if (!t)
		return AMT_TIME_NONE;
	d.tag = ASN1_STRING_type(t) == V_ASN1_UTCTIME ? DER_UTC_TIME : DER_GENERAL_TIME;
	d.p = ASN1_STRING_get0_data(t);
	d.n = (size_t)ASN1_STRING_length(t);
	return der_time(&d, &out) ? out : AMT_TIME_NONE;
}

uint32_t pki_issuer_of(const struct pki_facts *f, uint32_t cert)
{
	for (size_t c = 0; c < f->chains.n; c++) {
		for (size_t p = 0; p < f->chains.v[c].paths.n; p++) {
			const struct pki_path *path = &f->chains.v[c].paths.v[p];
			for (size_t i = 0; i + 1 < path->certs.n; i++)
				if (path->certs.v[i] == cert && path->links.v[i] == PKI_LINK_GOOD)
					return path->certs.v[i + 1];
		}
	}
	return f->certs.v[cert].self_signed ? cert : UINT32_MAX;
}

X509_CRL *pki_crl_parse(const void *p, size_t n)
{
	const unsigned char *at = p;
	X509_CRL *crl = NULL;

	if (n > INT32_MAX)
		return NULL;
	if (memmem(p, n, "-----BEGIN", 10)) {
		BIO *bio = BIO_new_mem_buf(p, (int)n);
		crl = bio ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) : NULL;
		BIO_free(bio);
	} else {
		crl = d2i_X509_CRL(NULL, &at, (long)n);
	}
	ERR_clear_error();
	return crl;
}

static const char *reason_text(const X509_REVOKED *r)
{
	static const char *const text[] = {"no reason given",
					   "the key was compromised",
					   "the CA was compromised",
					   "affiliation changed",
					   "superseded",
					   "cessation of operation",
					   "on hold",
					   NULL,
					   PKI_REASON_LIFTED,
					   "privilege withdrawn",
					   "attribute authority compromised"};
	ASN1_ENUMERATED *e = X509_REVOKED_get_ext_d2i(r, NID_crl_reason, NULL, NULL);
	long code = e ? ASN1_ENUMERATED_get(e) : -1;

	ASN1_ENUMERATED_free(e);
	return code >= 0 && code < (long)(sizeof(text) / sizeof(text[0])) ? text[code] : NULL;
}

/* The name of a CRL's issuer by our own reader, to be compared with ours. */
static bool crl_issuer(struct pki_facts *f, X509_CRL *crl, struct pki_name *name)
{
	const unsigned char *der;
	size_t n;
	struct der d;

	if (!X509_NAME_get0_der(X509_CRL_get_issuer(crl), &der, &n))
		return false;
	struct amt_rd r = amt_rd_init(der, n);
	return der_take(&r, DER_SEQUENCE, &d) && pki_read_name(&d, &f->arena, name);
}

static enum amt_tri signed_by(struct pki_facts *f, X509_CRL *crl, uint32_t cert)
{
	EVP_PKEY *key = pki_store_key(f, cert);
	int rc = key ? X509_CRL_verify(crl, key) : -1;

	ERR_clear_error();
	return rc == 1 ? AMT_YES : rc == 0 ? AMT_NO : AMT_MAYBE;
}

/* Lists may be of some certificates or reasons only (RFC 5280 5.2.5); NULL: of this one too. */
static const char *beyond(X509_CRL *crl, const struct pki_cert *c)
{
	ISSUING_DIST_POINT *p =
		X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, NULL, NULL);
	const char *why = NULL;

	if (p && p->onlyCA > 0 && !c->ca)
		why = "it is of CA certificates only";
	else if (p && p->onlyuser > 0 && c->ca)
		why = "it is of end certificates only";
	else if (p && p->onlyattr > 0)
		why = "it is of attribute certificates only";
	else if (p && p->onlysomereasons)
		why = "it is of some reasons for revocation only";
	ISSUING_DIST_POINT_free(p);
	ERR_clear_error();
	return why;
}

void pki_crl_fact(struct pki_facts *f, X509_CRL *crl, uint32_t cert, struct pki_fetch_fact *x)
{
	uint32_t issuer = pki_issuer_of(f, cert);
	X509 *subject = pki_store_x509(f, cert);
	struct pki_name name = {0};
	X509_REVOKED *entry = NULL;

	x->parsed = true;
	if (crl_issuer(f, crl, &name))
		x->issuer = name.text;
	x->this_update = pki_asn1_time(X509_CRL_get0_lastUpdate(crl));
	x->next_update = pki_asn1_time(X509_CRL_get0_nextUpdate(crl));
	x->signature = issuer == UINT32_MAX ? AMT_MAYBE : signed_by(f, crl, issuer);
	int n = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl));
	x->revoked_count = n > 0 ? (unsigned)n : 0;
	/* A list that its issuer didn't sign says nothing of anybody. */
	if (!subject || x->signature != AMT_YES)
		return;
	int rc = X509_CRL_get0_by_serial(crl, &entry, X509_get_serialNumber(subject));
	x->fits = beyond(crl, &f->certs.v[cert]);
	x->status = rc == 1 ? PKI_REV_REVOKED : x->fits ? PKI_REV_UNKNOWN : PKI_REV_GOOD;
	if (rc == 1) {
		x->revoked_at = pki_asn1_time(X509_REVOKED_get0_revocationDate(entry));
		x->reason = reason_text(entry);
	} else if (rc == 2) {
		x->reason = PKI_REASON_LIFTED; /* only a delta says that */
	}
	ERR_clear_error();
}

/* A CA that was renewed with a new key has a list for each of its keys, all of one name. */
static bool of_another_key(const struct pki_facts *f, X509_CRL *crl, uint32_t cert)
{
	AUTHORITY_KEYID *aki = X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, NULL, NULL);
	uint32_t issuer = pki_issuer_of(f, cert);
	const char *ski = issuer == UINT32_MAX ? NULL : f->certs.v[issuer].ski;
	bool other = false;

	if (aki && aki->keyid && ski) {
		char *hex = amt_malloc(2 * (size_t)aki->keyid->length + 1);
		amt_hex_encode(aki->keyid->data, (size_t)aki->keyid->length, hex);
		other = strcmp(hex, ski) != 0;
		free(hex);
	}
	AUTHORITY_KEYID_free(aki);
	ERR_clear_error();
	return other;
}

static bool in_a_chain(const struct pki_facts *f, uint32_t cert)
{
	for (size_t i = 0; i < f->others.n; i++)
		if (f->others.v[i] == cert)
			return false;
	return true;
}

static unsigned one_file(struct pki_facts *f, const struct pki_crl *c)
{
	struct pki_name name = {0};
	unsigned hits = 0;

	if (!crl_issuer(f, c->crl, &name))
		return 0;
	bool delta = X509_CRL_get_ext_by_NID(c->crl, NID_delta_crl, -1) >= 0;
	for (uint32_t i = 0; i < f->certs.n && f->fetches.n < AMT_CAP_PKI_FETCHES; i++) {
		if (strcmp(f->certs.v[i].issuer_key, name.key) != 0 || !in_a_chain(f, i) ||
		    f->certs.v[i].self_signed || of_another_key(f, c->crl, i))
			continue;
		struct pki_fetch_fact x = {.kind = delta ? "delta" : "file",
					   .url = c->source,
					   .cert = i,
					   .fetched = true,
					   .revoked_at = AMT_TIME_NONE};
		pki_crl_fact(f, c->crl, i, &x);
		amt_vec_push(&f->fetches, x);
		hits++;
	}
	return hits;
}

void pki_crl_files(struct pki_facts *f, struct amt_notes *notes)
{
	for (size_t i = 0; i < f->store->crls.n; i++)
		if (!one_file(f, &f->store->crls.v[i]))
			amt_note_add(notes, f->store->crls.v[i].source,
				     "the CRL is of an issuer, or of another key of it, that no "
				     "certificate here has");
	f->asked.crl = f->asked.crl || f->store->crls.n;
}
