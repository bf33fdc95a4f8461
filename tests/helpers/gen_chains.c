/*
 * gen_chains DIR N [ISSUERS]: N chains of three RSA-2048 certificates, one PEM file each, for
 * tests/bench/certcheck.sh. Leaves differ, ISSUERS intermediates are shared in turn.
 * Keys are made once; DIR/root.pem and DIR/int-K.pem stand beside DIR/chains/.
 */
#include "amtdiag/core.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct ca {
	X509 *cert;
	EVP_PKEY *key;
};

static void add(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static X509 *make(const char *cn, long serial, EVP_PKEY *key, const struct ca *by, bool ca)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
	X509_gmtime_adj(X509_getm_notBefore(x), -86400L * 700);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400L * 700);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, by ? X509_get_subject_name(by->cert) : name);
	X509_set_pubkey(x, key);
	add(x, by ? by->cert : x, NID_basic_constraints, ca ? "critical,CA:TRUE" : "CA:FALSE");
	add(x, by ? by->cert : x, NID_subject_key_identifier, "hash");
	if (!ca)
		add(x, by->cert, NID_ext_key_usage, "serverAuth,2.16.840.1.113741.1.2.3");
	X509_sign(x, by ? by->key : key, EVP_sha256());
	return x;
}

static void write_pem(const char *path, X509 *const *certs, size_t n)
{
	FILE *f = fopen(path, "w");

	for (size_t i = 0; f && i < n; i++)
		PEM_write_X509(f, certs[i]);
	if (!f || fclose(f))
		exit(1);
}

int main(int argc, char **argv)
{
	uint64_t n, issuers = 4;
	char path[4096], cn[64];
	struct ca root, *in;

	if (argc < 3 || !amt_num_u64(argv[2], 1, 10000000, &n, NULL) ||
	    (argc > 3 && !amt_num_u64(argv[3], 1, 1000, &issuers, NULL)))
		return 64;
	EVP_PKEY *leaf = EVP_RSA_gen(2048);
	root.key = EVP_RSA_gen(2048);
	root.cert = make("Bench Root", 1, root.key, NULL, true);
	in = amt_calloc(issuers, sizeof(*in));
	snprintf(path, sizeof(path), "%s/chains", argv[1]);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/root.pem", argv[1]);
	write_pem(path, &root.cert, 1);
	for (uint64_t i = 0; i < issuers; i++) {
		snprintf(cn, sizeof(cn), "Bench CA %llu", (unsigned long long)i);
		in[i].key = EVP_RSA_gen(2048);
		in[i].cert = make(cn, 100 + (long)i, in[i].key, &root, true);
		snprintf(path, sizeof(path), "%s/int-%llu.pem", argv[1], (unsigned long long)i);
		write_pem(path, &in[i].cert, 1);
	}
	for (uint64_t i = 0; i < n; i++) {
		const struct ca *by = &in[i % issuers];
		snprintf(cn, sizeof(cn), "amt%06llu.bench.test", (unsigned long long)i);
		X509 *chain[3] = {make(cn, 10000 + (long)i, leaf, by, false), by->cert, root.cert};
		snprintf(path, sizeof(path), "%s/chains/%06llu.pem", argv[1],
			 (unsigned long long)i);
		write_pem(path, chain, 3);
		X509_free(chain[0]);
	}
	for (uint64_t i = 0; i < issuers; i++) {
		X509_free(in[i].cert);
		EVP_PKEY_free(in[i].key);
	}
	free(in);
	X509_free(root.cert);
	EVP_PKEY_free(root.key);
	EVP_PKEY_free(leaf);
	return 0;
}
