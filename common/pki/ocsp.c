/* OCSP (RFC 6960): the question for one certificate, and what the answer says. */
#include "pki/private.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509_vfy.h>

/* SHA-1 names the issuer here, as every responder understands; nothing is signed with it. */
static OCSP_CERTID *id_of(struct pki_facts *f, uint32_t cert, uint32_t issuer)
{
	X509 *c = pki_store_x509(f, cert), *i = pki_store_x509(f, issuer);

	return c && i ? OCSP_cert_to_id(EVP_sha1(), c, i) : NULL;
}

size_t pki_ocsp_request(struct pki_facts *f, uint32_t cert, uint32_t issuer, uint8_t **der)
{
	OCSP_REQUEST *req = OCSP_REQUEST_new();
	OCSP_CERTID *id = req ? id_of(f, cert, issuer) : NULL;
	unsigned char *out = NULL;
	int n = 0;

	*der = NULL;
	if (id && OCSP_request_add0_id(req, id))
		n = i2d_OCSP_REQUEST(req, &out);
	if (n > 0) {
		*der = amt_malloc((size_t)n);
		memcpy(*der, out, (size_t)n);
	}
	OPENSSL_free(out);
	OCSP_REQUEST_free(req);
	ERR_clear_error();
	return n > 0 ? (size_t)n : 0;
}

/* By the issuer itself, or by a responder that the issuer certified for it. */
static enum amt_tri verified(struct pki_facts *f, OCSP_BASICRESP *basic, uint32_t issuer)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *certs = sk_X509_new_null();
	X509 *x = pki_store_x509(f, issuer);
	int rc = -1;

	if (store && certs && x && X509_STORE_add_cert(store, x) && X509_up_ref(x) &&
	    sk_X509_push(certs, x)) {
		X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
		rc = OCSP_basic_verify(basic, certs, store, 0);
	}
	X509_STORE_free(store);
	sk_X509_pop_free(certs, X509_free);
	ERR_clear_error();
	return rc == 1 ? AMT_YES : AMT_NO;
}

static void read_basic(struct pki_facts *f, uint32_t cert, uint32_t issuer, OCSP_BASICRESP *basic,
		       struct pki_fetch_fact *x)
{
	ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
	OCSP_CERTID *id = id_of(f, cert, issuer);
	int status = -1, reason = -1;

	x->parsed = true;
	x->signature = verified(f, basic, issuer);
	if (id && OCSP_resp_find_status(basic, id, &status, &reason, &revoked, &this_update,
					&next_update)) {
		x->this_update = pki_asn1_time(this_update);
		x->next_update = pki_asn1_time(next_update);
		if (x->signature == AMT_YES && status == V_OCSP_CERTSTATUS_GOOD)
			x->status = PKI_REV_GOOD;
		if (x->signature == AMT_YES && status == V_OCSP_CERTSTATUS_REVOKED) {
			x->status = PKI_REV_REVOKED;
			x->revoked_at = pki_asn1_time(revoked);
			if (reason >= 0)
				x->reason = OCSP_crl_reason_str(reason);
		}
	} else {
		x->error = "the answer is about another certificate";
	}
	OCSP_CERTID_free(id);
}

void pki_ocsp_fact(struct pki_facts *f, uint32_t cert, uint32_t issuer, const void *p, size_t n,
		   struct pki_fetch_fact *x)
{
	const unsigned char *at = p;
	OCSP_RESPONSE *resp = n < INT32_MAX ? d2i_OCSP_RESPONSE(NULL, &at, (long)n) : NULL;
	int status = resp ? OCSP_response_status(resp) : -1;
	OCSP_BASICRESP *basic = status == 0 ? OCSP_response_get1_basic(resp) : NULL;

	if (!resp)
		x->error = "it is no OCSP answer";
	else if (status != 0)
		x->error = OCSP_response_status_str(status);
	else if (!basic)
		x->error = "the answer has a form that is not known";
	if (basic)
		read_basic(f, cert, issuer, basic, x);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(resp);
	ERR_clear_error();
}
