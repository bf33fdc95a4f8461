/*
 * How much work a file wants to be done with its password. It says so itself, nothing ends the
 * work once it has begun, and what is made by people wants some thousands or a million rounds.
 */
#include "pki/private.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

static uint64_t number(const ASN1_INTEGER *i)
{
	uint64_t n = 0;

	return !i || ASN1_INTEGER_get_uint64(&n, i) ? n : UINT64_MAX;
}

static uint64_t times(uint64_t a, uint64_t b)
{
	return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* The parameters of an algorithm, where they are a sequence. */
static const unsigned char *parameters(const X509_ALGOR *alg, int *nid, long *n)
{
	const ASN1_OBJECT *what = NULL;
	const void *value = NULL;
	int type = 0;

	X509_ALGOR_get0(&what, &type, &value, alg);
	*nid = OBJ_obj2nid(what);
	if (type != V_ASN1_SEQUENCE)
		return NULL;
	*n = ASN1_STRING_length(value);
	return ASN1_STRING_get0_data(value);
}

/* What makes the key: PBKDF2 (RFC 8018) or scrypt (RFC 7914). */
static uint64_t of_function(const X509_ALGOR *alg)
{
	uint64_t rounds = 0;
	int nid;
	long n;
	const unsigned char *p = parameters(alg, &nid, &n);

	if (p && nid == NID_id_pbkdf2) {
		PBKDF2PARAM *f = d2i_PBKDF2PARAM(NULL, &p, n);
		rounds = f ? number(f->iter) : 0;
		PBKDF2PARAM_free(f);
	} else if (p && nid == NID_id_scrypt) {
		SCRYPT_PARAMS *f = d2i_SCRYPT_PARAMS(NULL, &p, n);
		if (f)
			rounds = times(times(number(f->costParameter), number(f->blockSize)),
				       number(f->parallelizationParameter));
		SCRYPT_PARAMS_free(f);
	}
	return rounds;
}

uint64_t pki_rounds(const X509_ALGOR *alg)
{
	uint64_t rounds = 0;
	int nid;
	long n;
	const unsigned char *p = parameters(alg, &nid, &n);

	if (p && nid == NID_pbes2) {
		PBE2PARAM *two = d2i_PBE2PARAM(NULL, &p, n);
		rounds = two ? of_function(two->keyfunc) : 0;
		PBE2PARAM_free(two);
	} else if (p) {
		PBEPARAM *one = d2i_PBEPARAM(NULL, &p, n);
		rounds = one ? number(one->iter) : 0;
		PBEPARAM_free(one);
	}
	ERR_clear_error();
	return rounds;
}

bool pki_rounds_spend(uint64_t *spent, uint64_t rounds)
{
	*spent = rounds > UINT64_MAX - *spent ? UINT64_MAX : *spent + rounds;
	return *spent <= PKI_ROUNDS_MAX;
}
