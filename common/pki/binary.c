/* Binary inputs: DER certificates and CRLs, PKCS#7, private keys; PFX: pfx.c. */
#include "pki/private.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <stdlib.h>

void pki_add_x509(struct pki_loading *l, X509 *x, const char *friendly_name)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);

	if (n > 0)
		pki_store_add(l->f, pki_source_of(l), der, (size_t)n, friendly_name, l->notes);
	OPENSSL_free(der);
}

static void add_crl(struct pki_loading *l, X509_CRL *crl)
{
	struct pki_crl c = {crl, pki_source_of(l)->name};

	pki_source_of(l)->crls++;
	amt_vec_push(&l->f->store->crls, c);
}

bool pki_load_pkcs7(struct pki_loading *l, const uint8_t *p, size_t n)
{
	PKCS7 *p7 = d2i_PKCS7(NULL, &p, (long)n);

	if (!p7) {
		ERR_clear_error();
		return false;
	}
	bool is_signed = PKCS7_type_is_signed(p7) && p7->d.sign;
	STACK_OF(X509) *certs = is_signed ? p7->d.sign->cert : NULL;
	STACK_OF(X509_CRL) *crls = is_signed ? p7->d.sign->crl : NULL;
	if (!*pki_source_of(l)->format)
		pki_source_of(l)->format = "PKCS#7";
	for (int i = 0; i < sk_X509_num(certs); i++)
		pki_add_x509(l, sk_X509_value(certs, i), NULL);
	for (int i = 0; i < sk_X509_CRL_num(crls); i++)
		add_crl(l, X509_CRL_dup(sk_X509_CRL_value(crls, i)));
	if (!certs || !sk_X509_num(certs))
		amt_note_add(l->notes, pki_source_of(l)->name,
			     "the PKCS#7 message holds no certificates");
	PKCS7_free(p7);
	return true;
}

bool pki_looks_signed(const uint8_t *p, size_t n)
{
	struct amt_rd in = amt_rd_init(p, n);
	struct der whole, part;

	if (!der_take(&in, DER_SEQUENCE, &whole))
		return false;
	in = der_inside(&whole);
	/* NOLINTBEGIN(misc-redundant-expression): each call takes the next element */
	return der_take(&in, DER_SEQUENCE, &part) && der_take(&in, DER_SEQUENCE, &part) &&
	       der_take(&in, DER_BIT_STRING, &part);
	/* NOLINTEND(misc-redundant-expression) */
}

/* The second field of a TBSCertList is an algorithm or an issuer, never a serial number. */
static bool looks_like_crl(const uint8_t *p, size_t n)
{
	struct amt_rd in = amt_rd_init(p, n);
	struct der whole, tbs, d;

	if (!der_take(&in, DER_SEQUENCE, &whole))
		return false;
	in = der_inside(&whole);
	if (!der_take(&in, DER_SEQUENCE, &tbs))
		return false;
	in = der_inside(&tbs);
	der_take(&in, DER_INTEGER, &d);
	/* NOLINTBEGIN(misc-redundant-expression): each call takes the next element */
	return der_take(&in, DER_SEQUENCE, &d) && der_take(&in, DER_SEQUENCE, &d) &&
	       (der_take(&in, DER_UTC_TIME, &d) || der_take(&in, DER_GENERAL_TIME, &d));
	/* NOLINTEND(misc-redundant-expression) */
}

bool pki_load_crl(struct pki_loading *l, const uint8_t *p, size_t n)
{
	X509_CRL *crl = looks_like_crl(p, n) ? d2i_X509_CRL(NULL, &p, (long)n) : NULL;

	ERR_clear_error();
	if (!crl)
		return false;
	if (!*pki_source_of(l)->format)
		pki_source_of(l)->format = "DER";
	add_crl(l, crl);
	return true;
}

bool pki_load_der(struct pki_loading *l, const uint8_t *p, size_t n)
{
	struct pki_source *s = pki_source_of(l);

	if (pki_load_crl(l, p, n))
		return true;
	if (pki_looks_signed(p, n)) {
		/* Several certificates end to end are taken one after the other. */
		struct amt_rd in = amt_rd_init(p, n);
		struct der one;
		if (!*s->format)
			s->format = "DER";
		s->ordered = true;
		while (der_take(&in, DER_SEQUENCE, &one))
			pki_store_add(l->f, s, one.whole, one.whole_n, NULL, l->notes);
		if (in.short_ || amt_rd_left(&in))
			amt_note_add(l->notes, s->name, "bytes from %zu on are no certificate",
				     amt_rd_at(&in));
		return true;
	}
	return n && p[0] == DER_SEQUENCE &&
	       (pki_load_pkcs7(l, p, n) || pki_load_pfx(l, p, n) || pki_load_key(l, p, n));
}

/* Only its public half is kept, in our own library context: comparing needs both in one. */
bool pki_keep_key(struct pki_loading *l, EVP_PKEY *key)
{
	struct pki_private_key k = {NULL, pki_source_of(l)->name};
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	const unsigned char *p = der;

	k.key = n > 0 ? d2i_PUBKEY(NULL, &p, n) : NULL;
	OPENSSL_free(der);
	ERR_clear_error();
	if (!k.key)
		return false;
	pki_source_of(l)->keys++;
	amt_vec_push(&l->f->store->private_keys, k);
	return true;
}

static int key_password(char *buf, int size, int writing, void *arg)
{
	const char *password = arg;
	size_t n = password ? strlen(password) : 0;

	(void)writing;
	if (!password || n > (size_t)size)
		return -1;
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): OpenSSL wants a length */
	memcpy(buf, password, n);
	return (int)n;
}

/* Whether it is an encrypted key that wants more work than is bearable. */
static bool is_dear(const void *p, size_t n)
{
	BIO *bio = BIO_new_mem_buf(p, (int)n);
	X509_SIG *sealed = bio ? PEM_read_bio_PKCS8(bio, NULL, NULL, NULL) : NULL;
	const X509_ALGOR *alg = NULL;
	uint64_t rounds = 0;

	if (bio && !sealed && BIO_reset(bio) == 1)
		sealed = d2i_PKCS8_bio(bio, NULL);
	if (sealed)
		X509_SIG_get0(sealed, &alg, NULL);
	bool dear = alg && !pki_rounds_spend(&rounds, pki_rounds(alg));
	X509_SIG_free(sealed);
	BIO_free(bio);
	ERR_clear_error();
	return dear;
}

static EVP_PKEY *read_key(const void *p, size_t n, const char *password)
{
	const unsigned char *at = p;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)n);

	if (!key) {
		BIO *bio = BIO_new_mem_buf(p, (int)n);
		union {
			const char *in;
			void *out;
		} secret = {.in = password};
		key = bio ? PEM_read_bio_PrivateKey(bio, NULL, key_password, secret.out) : NULL;
		if (bio && !key && BIO_reset(bio) == 1)
			key = d2i_PKCS8PrivateKey_bio(bio, NULL, key_password, secret.out);
		BIO_free(bio);
	}
	ERR_clear_error();
	return key;
}

bool pki_load_key(struct pki_loading *l, const void *p, size_t n)
{
	struct pki_source *s = pki_source_of(l);
	bool pem = n > 10 && !memcmp(p, "-----BEGIN", 10);
	bool dear = n < INT32_MAX && is_dear(p, n);
	EVP_PKEY *key = n < INT32_MAX && !dear ? read_key(p, n, l->opt->password) : NULL;
	struct amt_error err = {0};
	char *asked = NULL;

	if (!key && !dear && pem && memmem(p, n, "ENCRYPTED", 9) && !l->opt->password &&
	    l->opt->ask) {
		asked = l->opt->ask(l->opt->ask_arg, s->name, &err);
		if (asked) {
			key = read_key(p, n, asked);
			amt_wipe(asked, strlen(asked));
			free(asked);
		}
	}
	if (!key && !pem && !dear)
		return false;
	if (!*s->format)
		s->format = pem ? "PEM" : "DER";
	if (dear)
		amt_note_add(l->notes, s->name, "the private key can't be read: " PKI_ROUNDS_NOTE,
			     PKI_ROUNDS_MAX);
	else if (!key || !pki_keep_key(l, key))
		amt_note_add(l->notes, s->name, "the private key can't be read%s%s%s",
			     memmem(p, n, "ENCRYPTED", 9) ? ": wrong or missing password" : "",
			     err.text[0] ? "; " : "", err.text);
	EVP_PKEY_free(key);
	return true;
}
