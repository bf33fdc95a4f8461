/* The certificates of --root, as the hashes that a hello may hold. */
#include "hellocap.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

static bool digest(const EVP_MD *md, const unsigned char *der, size_t n, uint8_t *out)
{
	return EVP_Digest(der, n, out, NULL, md, NULL) == 1;
}

static void add(struct amt_cli *cli, const char *file, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	struct hello_root r = {.label = file};

	if (n > 0 && digest(EVP_md5(), der, (size_t)n, r.md5) &&
	    digest(EVP_sha1(), der, (size_t)n, r.sha1) &&
	    digest(EVP_sha256(), der, (size_t)n, r.sha256) &&
	    digest(EVP_sha384(), der, (size_t)n, r.sha384) &&
	    digest(EVP_sha512(), der, (size_t)n, r.sha512))
		amt_vec_push(&hellocap.roots, r);
	else
		amt_note_add(&cli->run.notes, file, "the certificate cannot be hashed");
	OPENSSL_free(der);
}

static void load(struct amt_cli *cli, const char *file)
{
	struct amt_error err;
	struct amt_buf b;
	size_t before = hellocap.roots.n;

	amt_buf_init(&b, 4 * AMT_MIB);
	if (!amt_file_read(file, &b, &err)) {
		amt_note_add(&cli->run.notes, file, "%s", err.text);
		amt_buf_free(&b);
		return;
	}
	const unsigned char *p = (const unsigned char *)amt_buf_cstr(&b);
	X509 *x = d2i_X509(NULL, &p, (long)b.len);
	if (x) {
		add(cli, file, x);
		X509_free(x);
	} else {
		BIO *in = BIO_new_mem_buf(b.data, (int)b.len);

		while (in && (x = PEM_read_bio_X509(in, NULL, NULL, NULL))) {
			add(cli, file, x);
			X509_free(x);
		}
		BIO_free(in);
	}
	ERR_clear_error();
	if (hellocap.roots.n == before)
		amt_note_add(&cli->run.notes, file, "no certificate in it (PEM or DER is read)");
	amt_buf_free(&b);
}

void hellocap_load_roots(struct amt_cli *cli)
{
	for (size_t i = 0; i < hellocap.root_files.n; i++)
		load(cli, hellocap.root_files.v[i]);
	hellocap.options.roots = hellocap.roots.v;
	hellocap.options.n_roots = hellocap.roots.n;
}
