/*
 * The pool of a run: each distinct DER is read once (found again by SHA-256),
 * each public key is decoded once and only when somebody's signature needs it.
 * One pool belongs to one thread; no OpenSSL object is shared.
 */
#include "pki/private.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdlib.h>

struct pki_store *pki_store_of(struct pki_facts *f)
{
	if (!f->store)
		f->store = amt_calloc(1, sizeof(*f->store));
	return f->store;
}

void pki_store_free(struct pki_store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->keys.n; i++)
		EVP_PKEY_free(s->keys.v[i]);
	for (size_t i = 0; i < s->x509.n; i++)
		X509_free(s->x509.v[i]);
	for (size_t i = 0; i < s->private_keys.n; i++)
		EVP_PKEY_free(s->private_keys.v[i].key);
	for (size_t i = 0; i < s->crls.n; i++)
		X509_CRL_free(s->crls.v[i].crl);
	amt_vec_free(&s->keys);
	amt_vec_free(&s->key_state);
	amt_vec_free(&s->self_checked);
	amt_vec_free(&s->x509);
	amt_vec_free(&s->private_keys);
	amt_vec_free(&s->crls);
	amt_vec_free(&s->next_same);
	amt_map_free(&s->by_sha256);
	amt_map_free(&s->by_subject);
	free(s);
}

const char *pki_ssl_error(char *buf, size_t size)
{
	unsigned long e = ERR_peek_last_error();

	ERR_clear_error();
	const char *reason = e ? ERR_reason_error_string(e) : NULL;
	amt_str_copy(buf, size, reason ? reason : "no reason given");
	return buf;
}

static void grow(struct pki_store *s, uint32_t next)
{
	amt_vec_push(&s->next_same, next);
	amt_vec_push(&s->keys, NULL);
	amt_vec_push(&s->key_state, 0);
	amt_vec_push(&s->self_checked, 0);
	amt_vec_push(&s->x509, NULL);
}

uint32_t pki_store_add(struct pki_facts *f, struct pki_source *src, const uint8_t *der, size_t n,
		       const char *friendly_name, struct amt_notes *notes)
{
	struct pki_store *s = pki_store_of(f);
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct amt_error err = {0};
	struct pki_cert c;

	src->certificates++;
	SHA256(der, n, hash);
	union amt_map_value *known = amt_map_get(&s->by_sha256, hash, sizeof(hash));
	if (known) {
		src->duplicates++;
		return (uint32_t)known->n;
	}
	if (f->certs.n >= AMT_CAP_PKI_CERTS) {
		src->unreadable++;
		return UINT32_MAX;
	}
	if (!pki_read_cert(der, n, &f->arena, &c, &err)) {
		pki_cert_free(&c);
		src->unreadable++;
		amt_note_add(notes, src->name, "certificate %u can't be read: %s",
			     src->certificates, err.text);
		return UINT32_MAX;
	}
	c.source = src->name;
	c.position = src->certificates;
	c.friendly_name = amt_arena_strdup(&f->arena, friendly_name);
	uint32_t index = (uint32_t)f->certs.n;
	amt_map_put(&s->by_sha256, hash, sizeof(hash), NULL)->n = index;
	bool fresh = false;
	union amt_map_value *same = amt_map_put_str(&s->by_subject, c.subject_key, &fresh);
	grow(s, fresh ? UINT32_MAX : (uint32_t)same->n);
	same->n = index;
	amt_vec_push(&f->certs, c);
	return index;
}

EVP_PKEY *pki_store_key(struct pki_facts *f, uint32_t cert)
{
	struct pki_store *s = f->store;
	const struct pki_cert *c = &f->certs.v[cert];

	if (s->key_state.v[cert])
		return s->keys.v[cert];
	EVP_PKEY *key = s->cache ? pki_cache_key(s->cache, c->sha256) : NULL;
	if (!key) {
		const uint8_t *p = c->der + c->spki.at;
		key = d2i_PUBKEY(NULL, &p, (long)c->spki.len);
		ERR_clear_error();
		if (key && s->cache && (c->ca || c->self_issued))
			pki_cache_keep_key(s->cache, c->sha256, key);
	}
	s->keys.v[cert] = key;
	s->key_state.v[cert] = key ? 1 : 2;
	return key;
}

X509 *pki_store_x509(struct pki_facts *f, uint32_t cert)
{
	const struct pki_cert *c = &f->certs.v[cert];
	X509 **x = &f->store->x509.v[cert];

	if (!*x) {
		const uint8_t *p = c->der;
		*x = d2i_X509(NULL, &p, (long)c->der_len);
		ERR_clear_error();
	}
	return *x;
}

static const EVP_MD *digest_of(const struct pki_cert *c)
{
	static const struct {
		const char *name;
		const EVP_MD *(*md)(void);
	} mds[] = {
		{"SHA-256", EVP_sha256}, {"SHA-1", EVP_sha1},     {"SHA-384", EVP_sha384},
		{"SHA-512", EVP_sha512}, {"SHA-224", EVP_sha224}, {"MD5", EVP_md5},
	};

	for (size_t i = 0; c->digest && i < sizeof(mds) / sizeof(mds[0]); i++)
		if (!strcmp(mds[i].name, c->digest))
			return mds[i].md();
	return NULL;
}

/* PSS, Ed25519 and what else has parameters: OpenSSL reads them itself. */
static enum pki_link verify_slowly(struct pki_facts *f, uint32_t cert, EVP_PKEY *key)
{
	X509 *x = pki_store_x509(f, cert);
	int rc = x ? X509_verify(x, key) : -1;

	ERR_clear_error();
	return rc == 1 ? PKI_LINK_GOOD : rc == 0 ? PKI_LINK_BAD : PKI_LINK_UNSUPPORTED;
}

static enum pki_link verify(struct pki_facts *f, uint32_t cert, uint32_t issuer)
{
	const struct pki_cert *c = &f->certs.v[cert];
	EVP_PKEY *key = pki_store_key(f, issuer);
	const EVP_MD *md = digest_of(c);

	f->store->checks++;
	if (!key)
		return PKI_LINK_UNSUPPORTED;
	bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
	/* An RSA signature by an EC key is no signature by that key. */
	if (amt_str_ends(c->signature, "WithRSAEncryption") && !rsa)
		return PKI_LINK_BAD;
	if (amt_str_begins(c->signature, "ecdsa") && EVP_PKEY_get_base_id(key) != EVP_PKEY_EC)
		return PKI_LINK_BAD;
	if (c->digest && !strcmp(c->digest, "MD2"))
		return PKI_LINK_UNSUPPORTED;
	if (!md || !strcmp(c->signature, "rsassaPss"))
		return verify_slowly(f, cert, key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = -1;
	if (ctx && EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1)
		rc = EVP_DigestVerify(ctx, c->der + c->sig.at, c->sig.len, c->der + c->tbs.at,
				      c->tbs.len);
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return rc == 1 ? PKI_LINK_GOOD : PKI_LINK_BAD;
}

/* Signatures on CA certificates come again with every chain; those on leaves don't. */
enum pki_link pki_verify_link(struct pki_facts *f, uint32_t cert, uint32_t issuer)
{
	const struct pki_cert *c = &f->certs.v[cert];
	bool fresh = false;

	if (!f->store->cache || !(c->ca || c->self_issued))
		return verify(f, cert, issuer);
	union amt_map_value *v =
		pki_cache_link(f->store->cache, c->sha256, f->certs.v[issuer].sha256, &fresh);
	if (!fresh)
		return (enum pki_link)v->n;
	enum pki_link link = verify(f, cert, issuer);
	v->n = link;
	return link;
}
