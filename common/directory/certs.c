/* The little that the directory's judges want of a certificate or CRL, by OpenSSL. */
#include "directory/certs.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

static X509 *cert_of(const struct directory_value *v)
{
	const unsigned char *p = v->data;
	return v->len && v->len < INT32_MAX ? d2i_X509(NULL, &p, (long)v->len) : NULL;
}

static X509_CRL *crl_of(const struct directory_value *v)
{
	const unsigned char *p = v->data;
	return v->len && v->len < INT32_MAX ? d2i_X509_CRL(NULL, &p, (long)v->len) : NULL;
}

static void name_of(const X509_NAME *n, char *out, int size)
{
	BIO *b = BIO_new(BIO_s_mem());
	int got = 0;

	if (b && X509_NAME_print_ex(b, n, 0, XN_FLAG_RFC2253) >= 0)
		got = BIO_read(b, out, size - 1);
	out[got > 0 ? got : 0] = 0;
	BIO_free(b);
}

static amt_time time_of(const ASN1_TIME *t)
{
	struct tm tm;

	if (!t || !ASN1_TIME_to_tm(t, &tm))
		return AMT_TIME_NONE;
	struct amt_civil c = {.year = tm.tm_year + 1900,
			      .month = tm.tm_mon + 1,
			      .day = tm.tm_mday,
			      .hour = tm.tm_hour,
			      .minute = tm.tm_min,
			      .second = tm.tm_sec,
			      .offset_known = true};
	return amt_civil_valid(&c) ? amt_time_from_civil(&c) : AMT_TIME_NONE;
}

bool directory_cert_read(const struct directory_value *v, struct directory_cert *out)
{
	X509 *x = cert_of(v);
	EVP_PKEY *key = x ? X509_get0_pubkey(x) : NULL;

	*out = (struct directory_cert){0};
	if (x) {
		name_of(X509_get_subject_name(x), out->subject, sizeof(out->subject));
		name_of(X509_get_issuer_name(x), out->issuer, sizeof(out->issuer));
		out->rsa = key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
		out->bits = key ? EVP_PKEY_get_bits(key) : 0;
		out->ends = time_of(X509_get0_notAfter(x));
	}
	X509_free(x);
	return x != NULL;
}

bool directory_crl_read(const struct directory_value *v, struct directory_crl *out)
{
	X509_CRL *x = crl_of(v);

	*out = (struct directory_crl){0};
	if (x) {
		name_of(X509_CRL_get_issuer(x), out->issuer, sizeof(out->issuer));
		out->from = time_of(X509_CRL_get0_lastUpdate(x));
		out->next = time_of(X509_CRL_get0_nextUpdate(x));
	}
	X509_CRL_free(x);
	return x != NULL;
}

bool directory_crl_signed(const struct directory_value *crl, const struct directory_value *by)
{
	X509_CRL *x = crl_of(crl);
	X509 *c = cert_of(by);
	EVP_PKEY *key = c ? X509_get0_pubkey(c) : NULL;
	bool ok = x && key && X509_CRL_verify(x, key) == 1;

	X509_CRL_free(x);
	X509_free(c);
	return ok;
}
