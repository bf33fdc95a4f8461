/*
 * Certificates made at the start: a root and an intermediate that stay in the state directory
 * (ca.pem, intermediate.pem and their keys), and a leaf for each device when first asked.
 * Or those that the device's file names: tls.cert and tls.key.
 */
#include "sim.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

static EVP_PKEY *ca_key, *mid_key;
static X509 *ca, *mid;
static struct {
	unsigned bits;
	EVP_PKEY *key;
} leaf_keys[4]; /* one key a length serves every device: making thousands would take minutes */

static EVP_PKEY *key_new(unsigned bits)
{
	EVP_PKEY *k = EVP_RSA_gen(bits);

	if (!k)
		amt_no_memory();
	return k;
}

static EVP_PKEY *leaf_key(unsigned bits)
{
	for (size_t i = 0; i < 4; i++) {
		if (leaf_keys[i].bits == bits)
			return leaf_keys[i].key;
		if (!leaf_keys[i].bits) {
			leaf_keys[i].key = key_new(bits);
			leaf_keys[i].bits = bits;
			return leaf_keys[i].key;
		}
	}
	return leaf_keys[0].key;
}

static void add_ext(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (e)
		X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

/* What a certificate is made of; times in days from now. */
struct recipe {
	const char *cn;
	EVP_PKEY *key, *issuer_key;
	X509 *issuer; /* NULL: self-signed */
	const EVP_MD *md;
	long serial, from, until;
};

static X509 *cert_begin(const struct recipe *r)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_NAME_new();

	if (!x || !name)
		amt_no_memory();
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), r->serial);
	X509_gmtime_adj(X509_getm_notBefore(x), r->from * 86400);
	X509_gmtime_adj(X509_getm_notAfter(x), r->until * 86400);
	X509_set_pubkey(x, r->key);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)r->cn, -1, -1,
				   0);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(x, r->issuer ? X509_get_subject_name(r->issuer) : name);
	X509_NAME_free(name);
	return x;
}

static X509 *cert_end(X509 *x, const struct recipe *r)
{
	X509_sign(x, r->issuer ? r->issuer_key : r->key, r->md);
	return x;
}

static X509 *authority(const char *cn, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
	struct recipe r = {cn, key, issuer_key, issuer, EVP_sha256(), issuer ? 2 : 1, -60, 3650};
	X509 *x = cert_begin(&r);

	add_ext(x, issuer ? issuer : x, NID_basic_constraints, "critical,CA:TRUE");
	add_ext(x, issuer ? issuer : x, NID_key_usage, "critical,keyCertSign,cRLSign");
	add_ext(x, issuer ? issuer : x, NID_subject_key_identifier, "hash");
	return cert_end(x, &r);
}

/* --- the state directory --- */

static FILE *open_in(const char *dir, const char *name, const char *mode)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return fopen(path, mode);
}

static EVP_PKEY *load_key(const char *dir, const char *name)
{
	FILE *f = open_in(dir, name, "re");
	EVP_PKEY *k = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;

	if (f)
		fclose(f);
	return k;
}

static X509 *load_cert(const char *dir, const char *name)
{
	FILE *f = open_in(dir, name, "re");
	X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	if (f)
		fclose(f);
	return x;
}

static bool save(const char *dir, const char *name, X509 *x, EVP_PKEY *k, struct amt_error *err)
{
	FILE *f = open_in(dir, name, "we");
	bool ok = f != NULL;

	if (ok && x)
		ok = PEM_write_X509(f, x) == 1;
	if (ok && k)
		ok = PEM_write_PrivateKey(f, k, NULL, NULL, 0, NULL, NULL) == 1;
	if (f && fclose(f))
		ok = false;
	return ok || amt_fail(err, "can't write %s in %s", name, dir);
}

bool sim_certs_init(const char *dir, struct amt_error *err)
{
	if (dir) {
		ca_key = load_key(dir, "ca.key");
		ca = load_cert(dir, "ca.pem");
		mid_key = load_key(dir, "intermediate.key");
		mid = load_cert(dir, "intermediate.pem");
		leaf_keys[0].key = load_key(dir, "leaf.key");
		leaf_keys[0].bits = leaf_keys[0].key ? 2048 : 0;
		if (ca_key && ca && mid_key && mid && leaf_keys[0].key)
			return true;
		sim_certs_free(); /* part of a set is none */
	}
	ca_key = key_new(2048);
	ca = authority("amtsim root", ca_key, NULL, NULL);
	mid_key = key_new(2048);
	mid = authority("amtsim issuing CA", mid_key, ca, ca_key);
	return !dir ||
	       (save(dir, "ca.key", NULL, ca_key, err) && save(dir, "ca.pem", ca, NULL, err) &&
		save(dir, "intermediate.key", NULL, mid_key, err) &&
		save(dir, "intermediate.pem", mid, NULL, err) &&
		save(dir, "leaf.key", NULL, leaf_key(2048), err));
}

void sim_certs_free(void)
{
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(mid_key);
	X509_free(ca);
	X509_free(mid);
	ca_key = mid_key = NULL;
	ca = mid = NULL;
	for (size_t i = 0; i < 4; i++) {
		EVP_PKEY_free(leaf_keys[i].key);
		leaf_keys[i].key = NULL;
		leaf_keys[i].bits = 0;
	}
}

X509 *sim_cert_root(void)
{
	return ca;
}

/* --- leaves --- */

static X509 *leaf_given(const struct sim_device *d, EVP_PKEY **key)
{
	char path[512];
	X509 *x = NULL;
	FILE *f = fopen(sim_text(d, "tls.cert", path, sizeof(path)), "re");

	if (f)
		x = PEM_read_X509(f, NULL, NULL, NULL);
	if (f)
		fclose(f);
	f = fopen(sim_text(d, "tls.key", path, sizeof(path)), "re");
	if (f && key)
		*key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	if (f)
		fclose(f);
	return x;
}

static const EVP_MD *hash_of(const struct sim_device *d)
{
	char hash[16];
	const EVP_MD *md = EVP_get_digestbyname(sim_text(d, "tls.hash", hash, sizeof(hash)));

	return md ? md : EVP_sha256();
}

/* san: names apart by commas; an IP address becomes an iPAddress. */
static void add_san(X509 *x, X509 *issuer, const char *san)
{
	struct amt_buf b;
	char name[256];
	uint32_t ip;

	amt_buf_init(&b, 8 * AMT_KIB);
	while (*san) {
		size_t n = strcspn(san, ",");

		amt_str_copy(name, n + 1 < sizeof(name) ? n + 1 : sizeof(name), san);
		amt_buf_printf(&b, "%s%s:%s", b.len ? "," : "",
			       sim_ip_parse(name, &ip) ? "IP" : "DNS", name);
		san += n + (san[n] == ',');
	}
	if (b.len)
		add_ext(x, issuer, NID_subject_alt_name, amt_buf_cstr(&b));
	amt_buf_free(&b);
}

static X509 *leaf_new(const struct sim_device *d, bool redirection, EVP_PKEY *key)
{
	char cn[256], text[512];
	struct recipe r = {cn, key, NULL, NULL, hash_of(d), 0, 0, 0};
	X509 *x;

	sim_text(d, "tls.issuer", text, sizeof(text));
	if (!strcmp(text, "intermediate")) {
		r.issuer = mid;
		r.issuer_key = mid_key;
	} else if (strcmp(text, "self")) {
		r.issuer = ca;
		r.issuer_key = ca_key;
	}
	sim_text(d,
		 redirection && *sim_fact(d, "tls.redirection_cn") ? "tls.redirection_cn"
								   : "tls.cn",
		 cn, sizeof(cn));
	r.serial =
		0x1000 + (long)d->index * 2 + (redirection && *sim_fact(d, "tls.redirection_cn"));
	r.from = (long)sim_fact_num(d, "tls.from_days", -30);
	r.until = (long)sim_fact_num(d, "tls.until_days", 700);
	x = cert_begin(&r);
	if (sim_major(d) > 5) /* what a Windows CA puts in; the old self-made ones were bare [I] */
		add_ext(x, r.issuer ? r.issuer : x, NID_key_usage,
			"critical,digitalSignature,keyEncipherment");
	sim_text(d, "tls.eku", text, sizeof(text));
	if (!strcmp(text, "server"))
		add_ext(x, r.issuer ? r.issuer : x, NID_ext_key_usage, "serverAuth");
	else if (!strcmp(text, "client"))
		add_ext(x, r.issuer ? r.issuer : x, NID_ext_key_usage, "clientAuth");
	add_san(x, r.issuer ? r.issuer : x, sim_text(d, "tls.san", text, sizeof(text)));
	return cert_end(x, &r);
}

static void keep(struct sim_leaf *slot, X509 *x)
{
	slot->len = x ? i2d_X509(x, &slot->der) : 0;
	X509_free(x);
}

X509 *sim_cert_leaf(struct sim_device *d, bool redirection, EVP_PKEY **key, X509 **extra)
{
	char chain[16];
	const unsigned char *p;
	struct sim_leaf *slot = &d->leaf[redirection && *sim_fact(d, "tls.redirection_cn")];

	if (*sim_fact(d, "tls.cert")) {
		slot = &d->leaf[0];
		if (!slot->der)
			keep(slot, leaf_given(d, &d->given_key));
		*key = d->given_key;
	} else {
		*key = leaf_key((unsigned)sim_fact_num(d, "tls.key_bits", 2048));
		if (!slot->der)
			keep(slot, leaf_new(d, redirection, *key));
	}
	if (extra && !strcmp(sim_text(d, "tls.chain", chain, sizeof(chain)), "full") &&
	    !strcmp(sim_fact(d, "tls.issuer"), "intermediate"))
		*extra = mid;
	p = slot->der;
	return *key && slot->len > 0 ? d2i_X509(NULL, &p, slot->len) : NULL;
}
