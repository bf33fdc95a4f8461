/* A certificate as a record of facts. */
#include "device/ask.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

static const char *name_text(struct amt_device *d, const X509_NAME *n)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p = NULL;

	if (!b)
		amt_no_memory();
	X509_NAME_print_ex(b, n, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	long len = BIO_get_mem_data(b, &p);
	const char *out = amt_arena_strndup(&d->arena, p ? p : "", len > 0 ? (size_t)len : 0);
	BIO_free(b);
	return out;
}

static const char *string_text(struct amt_device *d, const ASN1_STRING *s)
{
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, s);
	const char *out = NULL;

	/* A NUL inside would hide what follows it: kept visible as it is cut. */
	if (n >= 0)
		out = amt_arena_strndup(&d->arena, (char *)utf8, (size_t)n);
	OPENSSL_free(utf8);
	return out;
}

static const char *common_name(struct amt_device *d, X509 *cert)
{
	const X509_NAME *n = X509_get_subject_name(cert);
	int last = -1;

	for (int i; (i = X509_NAME_get_index_by_NID(n, NID_commonName, last)) >= 0;)
		last = i;
	return last < 0 ? NULL
			: string_text(d, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(n, last)));
}

static amt_time time_of(const ASN1_TIME *t)
{
	struct tm tm;

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return AMT_TIME_NONE;
	struct amt_civil c = {tm.tm_year + 1900,
			      tm.tm_mon + 1,
			      tm.tm_mday,
			      tm.tm_hour,
			      tm.tm_min,
			      tm.tm_sec,
			      0,
			      0,
			      true};
	return amt_time_from_civil(&c);
}

static void names_of(struct amt_device *d, X509 *cert, struct amt_dev_strs *out)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
		const char *s = g->type == GEN_DNS ? string_text(d, g->d.dNSName) : NULL;
		if (s)
			dev_add_str(d, out, s);
	}
	GENERAL_NAMES_free(names);
}

static void ekus_of(struct amt_device *d, X509 *cert, struct amt_dev_strs *out)
{
	EXTENDED_KEY_USAGE *ekus = X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
	char oid[128];

	for (int i = 0; i < sk_ASN1_OBJECT_num(ekus); i++)
		if (OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(ekus, i), 1) > 0)
			dev_add_str(d, out, oid);
	EXTENDED_KEY_USAGE_free(ekus);
}

static const char *digest_of(struct amt_device *d, X509 *cert, const EVP_MD *md)
{
	unsigned char h[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (X509_digest(cert, md, h, &n) != 1)
		return NULL;
	char *hex = amt_arena_alloc(&d->arena, 2 * (size_t)n + 1);
	amt_hex_encode(h, n, hex);
	return hex;
}

static const char *pem_of(struct amt_device *d, X509 *cert)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p = NULL;
	const char *out = NULL;

	if (!b)
		amt_no_memory();
	if (PEM_write_bio_X509(b, cert) == 1) {
		long n = BIO_get_mem_data(b, &p);
		out = amt_arena_strndup(&d->arena, p, (size_t)n);
	}
	BIO_free(b);
	return out;
}

void dev_chain_add(struct amt_device *d, unsigned port, unsigned index, X509 *cert)
{
	struct amt_dev_chain *c = amt_device_add(d, AMT_DEVC_chain);
	EVP_PKEY *key = X509_get0_pubkey(cert);
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);

	if (!c)
		return;
	c->port = port;
	c->index = index;
	c->subject = name_text(d, X509_get_subject_name(cert));
	c->issuer = name_text(d, X509_get_issuer_name(cert));
	c->cn = common_name(d, cert);
	names_of(d, cert, &c->dns_names);
	ekus_of(d, cert, &c->ekus);
	c->not_before = time_of(X509_get0_notBefore(cert));
	c->not_after = time_of(X509_get0_notAfter(cert));
	if (key) {
		c->key_type = amt_arena_strdup(&d->arena, OBJ_nid2sn(EVP_PKEY_get_base_id(key)));
		c->key_bits = EVP_PKEY_get_bits(key);
	}
	c->signature = amt_arena_strdup(&d->arena, OBJ_nid2ln(X509_get_signature_nid(cert)));
	char *hex = amt_arena_alloc(&d->arena, 2 * (size_t)serial->length + 1);
	amt_hex_encode(serial->data, (size_t)serial->length, hex);
	c->serial = hex;
	c->self_signed = X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert))
				 ? AMT_NO
				 : AMT_YES;
	c->sha1 = digest_of(d, cert, EVP_sha1());
	c->sha256 = digest_of(d, cert, EVP_sha256());
	c->pem = pem_of(d, cert);
}
