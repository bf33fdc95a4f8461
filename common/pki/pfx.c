/*
 * PFX (RFC 7292): every certificate and every key in it. Not by PKCS12_parse(), which takes
 * only the first key, refuses files without a MAC and decrypts keys by today's ciphers alone.
 */
#include "pki/private.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <stdlib.h>

/*
 * RC2-40 and 3DES of old PFX files live in the legacy provider. It is loaded in a
 * library context of its own, so that nothing else can come to use it.
 */
struct legacy {
	OSSL_LIB_CTX *ctx;
	OSSL_PROVIDER *providers[2];
};

static void legacy_close(struct legacy *l)
{
	for (int i = 0; i < 2; i++)
		if (l->providers[i])
			OSSL_PROVIDER_unload(l->providers[i]);
	OSSL_LIB_CTX_free(l->ctx);
	*l = (struct legacy){0};
	ERR_clear_error();
}

static bool legacy_open(struct legacy *l)
{
	static const char *const names[2] = {"default", "legacy"};

	l->ctx = OSSL_LIB_CTX_new();
	for (int i = 0; l->ctx && i < 2; i++)
		l->providers[i] = OSSL_PROVIDER_load(l->ctx, names[i]);
	if (l->providers[0] && l->providers[1])
		return true;
	legacy_close(l);
	return false;
}

static PKCS12 *read_pfx(const uint8_t *p, size_t n, OSSL_LIB_CTX *ctx)
{
	PKCS12 *empty = ctx ? PKCS12_init_ex(NID_pkcs7_data, ctx, NULL) : NULL;
	PKCS12 *pfx = d2i_PKCS12(ctx ? &empty : NULL, &p, (long)n);

	ERR_clear_error();
	return pfx;
}

#define DEPTH_MAX 8 /* of bags in bags; nobody makes any */

/* One try with one password: what it gave is kept only when all of it could be decrypted. */
struct attempt {
	struct pki_loading *l;
	OSSL_LIB_CTX *ctx;
	const char *password;
	int length;
	unsigned depth;
	uint64_t rounds; /* of work, so far */
	struct AMT_VEC(struct held {
		X509 *cert;
		EVP_PKEY *key;
		const char *friendly_name;
	}) held;
};

static bool take_bags(struct attempt *t, const STACK_OF(PKCS12_SAFEBAG) * bags);

static bool take_key(struct attempt *t, const PKCS12_SAFEBAG *bag)
{
	bool plain = PKCS12_SAFEBAG_get_nid(bag) == NID_keyBag;
	PKCS8_PRIV_KEY_INFO *own = NULL;
	const PKCS8_PRIV_KEY_INFO *p8 = plain ? PKCS12_SAFEBAG_get0_p8inf(bag) : NULL;
	const X509_ALGOR *alg = NULL;

	if (!plain)
		X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &alg, NULL);
	if (alg && pki_rounds_spend(&t->rounds, pki_rounds(alg)))
		p8 = own = PKCS12_decrypt_skey_ex(bag, t->password, t->length, t->ctx, NULL);
	struct held h = {.key = p8 ? EVP_PKCS82PKEY_ex(p8, t->ctx, NULL) : NULL};
	if (h.key)
		amt_vec_push(&t->held, h);
	PKCS8_PRIV_KEY_INFO_free(own);
	return p8 != NULL;
}

static void take_cert(struct attempt *t, PKCS12_SAFEBAG *bag)
{
	struct held h = {.cert = PKCS12_SAFEBAG_get1_cert(bag)};
	char *name = h.cert ? PKCS12_get_friendlyname(bag) : NULL;

	h.friendly_name = amt_arena_strdup(&t->l->f->arena, name);
	OPENSSL_free(name);
	if (h.cert)
		amt_vec_push(&t->held, h);
}

static bool take_bag(struct attempt *t, PKCS12_SAFEBAG *bag)
{
	switch (PKCS12_SAFEBAG_get_nid(bag)) {
	case NID_keyBag:
	case NID_pkcs8ShroudedKeyBag:
		return take_key(t, bag);
	case NID_certBag:
		if (PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate)
			take_cert(t, bag);
		return true;
	case NID_safeContentsBag:
		return take_bags(t, PKCS12_SAFEBAG_get0_safes(bag));
	default:
		return true;
	}
}

static bool take_bags(struct attempt *t, const STACK_OF(PKCS12_SAFEBAG) * bags)
{
	bool good = ++t->depth <= DEPTH_MAX;

	for (int i = 0; good && i < sk_PKCS12_SAFEBAG_num(bags); i++)
		good = take_bag(t, sk_PKCS12_SAFEBAG_value(bags, i));
	t->depth--;
	return good;
}

static bool take_safe(struct attempt *t, PKCS7 *safe)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;

	if (PKCS7_type_is_data(safe))
		bags = PKCS12_unpack_p7data(safe);
	else if (!PKCS7_type_is_encrypted(safe))
		return true; /* for the key of one recipient: nobody makes these either */
	else if (pki_rounds_spend(&t->rounds, pki_rounds(safe->d.encrypted->enc_data->algorithm)))
		bags = PKCS12_unpack_p7encdata(safe, t->password, t->length);
	bool good = bags && take_bags(t, bags);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return good;
}

static void keep(struct attempt *t, bool good)
{
	for (size_t i = 0; i < t->held.n; i++) {
		struct held *h = &t->held.v[i];
		if (good && h->cert)
			pki_add_x509(t->l, h->cert, h->friendly_name);
		if (good && h->key)
			pki_keep_key(t->l, h->key);
		X509_free(h->cert);
		EVP_PKEY_free(h->key);
	}
	amt_vec_free(&t->held);
}

static bool mac_fits(struct attempt *t, PKCS12 *pfx)
{
	const ASN1_INTEGER *iter = NULL;
	uint64_t rounds = 1;

	if (!PKCS12_mac_present(pfx))
		return true;
	PKCS12_get0_mac(NULL, NULL, NULL, &iter, pfx);
	if (iter && !ASN1_INTEGER_get_uint64(&rounds, iter))
		rounds = UINT64_MAX;
	return pki_rounds_spend(&t->rounds, rounds) &&
	       PKCS12_verify_mac(pfx, t->password, t->length);
}

static bool try_password(struct pki_loading *l, const uint8_t *p, size_t n, OSSL_LIB_CTX *ctx,
			 const char *password, uint64_t *rounds)
{
	PKCS12 *pfx = read_pfx(p, n, ctx);
	struct attempt t = {.l = l, .ctx = ctx, .password = password};
	STACK_OF(PKCS7) *safes = NULL;

	t.length = password ? (int)strlen(password) : 0;
	if (pfx && mac_fits(&t, pfx))
		safes = PKCS12_unpack_authsafes(pfx);
	bool good = safes != NULL;
	for (int i = 0; good && i < sk_PKCS7_num(safes); i++)
		good = take_safe(&t, sk_PKCS7_value(safes, i));
	keep(&t, good);
	*rounds = t.rounds > *rounds ? t.rounds : *rounds;
	sk_PKCS7_pop_free(safes, PKCS7_free);
	PKCS12_free(pfx);
	ERR_clear_error();
	return good;
}

/* *rounds: the most that one try came to. */
static bool open_pfx(struct pki_loading *l, const uint8_t *p, size_t n, const char *password,
		     uint64_t *rounds)
{
	struct legacy old = {0};

	if (try_password(l, p, n, NULL, password, rounds))
		return true;
	if (*rounds > PKI_ROUNDS_MAX || !legacy_open(&old))
		return false;
	bool good = try_password(l, p, n, old.ctx, password, rounds);
	legacy_close(&old);
	pki_source_of(l)->legacy = good;
	return good;
}

bool pki_load_pfx(struct pki_loading *l, const uint8_t *p, size_t n)
{
	struct pki_source *s = pki_source_of(l);
	PKCS12 *pfx = read_pfx(p, n, NULL);
	struct amt_error err = {0};
	char *asked = NULL;
	uint64_t rounds = 0;
	bool good = false;

	if (!pfx)
		return false;
	bool mac = PKCS12_mac_present(pfx);
	PKCS12_free(pfx);
	s->format = "PFX";
	if (l->opt->password)
		good = open_pfx(l, p, n, l->opt->password, &rounds);
	/* Both ways of having no password. */
	good = good || open_pfx(l, p, n, "", &rounds) || open_pfx(l, p, n, NULL, &rounds);
	if (!good && rounds <= PKI_ROUNDS_MAX && !l->opt->password && l->opt->ask) {
		asked = l->opt->ask(l->opt->ask_arg, s->name, &err);
		good = asked && open_pfx(l, p, n, asked, &rounds);
	}
	if (!good && rounds > PKI_ROUNDS_MAX)
		amt_note_add(l->notes, s->name, "the PFX was not opened: " PKI_ROUNDS_NOTE,
			     PKI_ROUNDS_MAX);
	else if (!good && err.text[0])
		amt_note_add(l->notes, s->name, "the PFX was not opened: %s", err.text);
	else if (!good && (l->opt->password || asked))
		amt_note_add(l->notes, s->name, "the PFX was not opened: the password is wrong%s",
			     mac ? "" : ", or it is damaged");
	else if (!good)
		amt_note_add(l->notes, s->name,
			     "the PFX wants a password: give it with --password-file");
	if (asked) {
		amt_wipe(asked, strlen(asked));
		free(asked);
	}
	s->opened = good;
	/* It is a PFX either way: nobody else needs to try. */
	return true;
}
