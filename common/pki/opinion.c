/*
 * What OpenSSL thinks of a path: its own store for every path, no system trust,
 * no time (dates are judged by us against --now), strict checks, depth limit, and
 * every error collected instead of stopping at the first one. A second opinion:
 * purpose and host name are ours, because RFC host matching is wrong for AMT.
 */
#include "pki/private.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509_vfy.h>

bool pki_same_key(const EVP_PKEY *a, const EVP_PKEY *b)
{
	bool same = EVP_PKEY_eq(a, b) == 1;

	ERR_clear_error();
	return same;
}

struct opinion {
	struct pki_facts *f;
	struct pki_path *path;
};

static int heard(int good, X509_STORE_CTX *ctx)
{
	struct opinion *o = X509_STORE_CTX_get_app_data(ctx);
	int code = X509_STORE_CTX_get_error(ctx);
	const char *text;

	/* What a root says of itself doesn't count: devices compare its hash. */
	bool root = o->path->complete &&
		    X509_STORE_CTX_get_error_depth(ctx) + 1 == (int)o->path->certs.n;
	if (good || (root && o->path->certs.n > 1))
		return 1;
	text = amt_arena_printf(&o->f->arena, "certificate %d: %s",
				X509_STORE_CTX_get_error_depth(ctx) + 1,
				X509_verify_cert_error_string(code));
	if (!amt_strlist_has(&o->path->openssl, text) && o->path->openssl.n < 16)
		amt_vec_push(&o->path->openssl, text);
	return 1;
}

static X509_STORE *store_of(struct pki_facts *f, const struct pki_path *p, STACK_OF(X509) * rest)
{
	X509_STORE *store = X509_STORE_new();

	/* A root alone is its own anchor; that it is self-signed is no complaint. */
	for (size_t i = p->complete && p->certs.n == 1 ? 0 : 1; store && i < p->certs.n; i++) {
		X509 *x = pki_store_x509(f, p->certs.v[i]);
		if (!x)
			continue;
		if (i + 1 == p->certs.n)
			X509_STORE_add_cert(store, x);
		else if (X509_up_ref(x) && !sk_X509_push(rest, x))
			X509_free(x);
	}
	return store;
}

void pki_openssl_opinion(struct pki_facts *f, struct pki_path *p)
{
	X509 *leaf = pki_store_x509(f, p->certs.v[0]);
	STACK_OF(X509) *rest = sk_X509_new_null();
	X509_STORE *store = rest ? store_of(f, p, rest) : NULL;
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	struct opinion o = {f, p};

	if (!leaf)
		amt_vec_push(&p->openssl, "certificate 1: it can't read it");
	if (leaf && store && ctx && X509_STORE_CTX_init(ctx, store, leaf, rest)) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_ALT_CHAINS);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
		X509_VERIFY_PARAM_set_depth(param, PKI_PATH_MAX);
		X509_VERIFY_PARAM_set_auth_level(param, 0);
		X509_STORE_CTX_set_app_data(ctx, &o);
		X509_STORE_CTX_set_verify_cb(ctx, heard);
		X509_verify_cert(ctx);
		p->openssl_asked = true;
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_pop_free(rest, X509_free);
	ERR_clear_error();
}
