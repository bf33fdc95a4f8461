/* Files that want their password worked over for hours: refused at once, and said so. Whole ones of
 * the usual number are in tests/e2e/certcheck_containers.sh. */
#include "pki/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#define HOURS INT32_MAX

static unsigned char salt[8] = {1, 2, 3, 4, 5, 6, 7, 8};

static X509_ALGOR *pbkdf2(int rounds)
{
	return PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), rounds, salt, sizeof(salt), NULL,
				 NID_hmacWithSHA256);
}

static X509_SIG *sealed(X509_ALGOR *alg)
{
	static const unsigned char noise[48] = {7};
	X509_SIG *s = X509_SIG_new();
	ASN1_OCTET_STRING *data;
	X509_ALGOR *into;

	X509_SIG_getm(s, &into, &data);
	X509_ALGOR_copy(into, alg);
	ASN1_OCTET_STRING_set(data, noise, sizeof(noise));
	X509_ALGOR_free(alg);
	return s;
}

static void says(X509_ALGOR *alg, uint64_t want)
{
	assert_non_null(alg);
	assert_true(pki_rounds(alg) == want);
	X509_ALGOR_free(alg);
}

static void algorithms(void **state)
{
	(void)state;
	says(pbkdf2(2048), 2048);
	says(pbkdf2(HOURS), HOURS);
	says(PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, 2000, salt, sizeof(salt)), 2000);
	says(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt, sizeof(salt), NULL, 16384, 8, 1),
	     (uint64_t)16384 * 8);
	uint64_t spent = 0;
	assert_true(pki_rounds_spend(&spent, PKI_ROUNDS_MAX));
	assert_false(pki_rounds_spend(&spent, 1));
	assert_false(pki_rounds_spend(&spent, UINT64_MAX));
	assert_true(spent == UINT64_MAX);
}

/* Whether loading the file ends with that said. */
static void refused(const unsigned char *p, int n)
{
	struct pki_facts f = {0};
	struct amt_notes notes = {0};
	struct pki_options opt = {.password = "secret"};

	assert_true(n > 0);
	pki_load_bytes(&f, "slow", p, (size_t)n, &opt, &notes);
	assert_int_equal(notes.list.n, 1);
	assert_non_null(strstr(notes.list.v[0].text, "worked over more than 10000000 times"));
	assert_int_equal(f.certs.n, 0);
	amt_notes_free(&notes);
	pki_facts_free(&f);
}

static void keys(void **state)
{
	X509_SIG *s = sealed(pbkdf2(HOURS));
	unsigned char *der = NULL;
	char *text;

	(void)state;
	int n = i2d_X509_SIG(s, &der);
	refused(der, n);
	OPENSSL_free(der);
	BIO *bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PKCS8(bio, s);
	n = (int)BIO_get_mem_data(bio, &text);
	refused((unsigned char *)text, n);
	BIO_free(bio);
	X509_SIG_free(s);
}

/* The key, or the MAC, of a PFX. */
static void pfx_of(int bags, int rounds, bool mac)
{
	STACK_OF(PKCS12_SAFEBAG) *list = sk_PKCS12_SAFEBAG_new_null();
	STACK_OF(PKCS7) *safes = sk_PKCS7_new_null();
	PKCS12 *pfx = PKCS12_init(NID_pkcs7_data);
	unsigned char *der = NULL;

	for (int i = 0; i < bags; i++)
		sk_PKCS12_SAFEBAG_push(list, PKCS12_SAFEBAG_create0_pkcs8(sealed(pbkdf2(rounds))));
	sk_PKCS7_push(safes, PKCS12_pack_p7data(list));
	assert_int_equal(PKCS12_pack_authsafes(pfx, safes), 1);
	if (mac)
		assert_int_equal(PKCS12_setup_mac(pfx, HOURS, salt, sizeof(salt), EVP_sha256()), 1);
	int n = i2d_PKCS12(pfx, &der);
	refused(der, n);
	OPENSSL_free(der);
	sk_PKCS12_SAFEBAG_pop_free(list, PKCS12_SAFEBAG_free);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	PKCS12_free(pfx);
}

static void containers(void **state)
{
	(void)state;
	pfx_of(1, HOURS, false);
	pfx_of(0, 0, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(algorithms),
		cmocka_unit_test(keys),
		cmocka_unit_test(containers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
