/* What the forest publishes about its CAs: NTAuth, AIA, CDP, key lengths. */
#include "directory_scene.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

static EVP_PKEY *key_of(int bits)
{
	EVP_PKEY *k = bits ? EVP_RSA_gen((unsigned)bits) : EVP_EC_gen("P-256");
	assert_non_null(k);
	return k;
}

/* DER in the facts' arena. */
static struct directory_value cert(struct site *s, const char *subject, EVP_PKEY *key,
				   const char *issuer, EVP_PKEY *by)
{
	X509 *x = X509_new();
	unsigned char *der = NULL;
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)subject, -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)issuer, -1, -1, 0);
	ASN1_TIME_set(X509_getm_notBefore(x), 1700000000);
	ASN1_TIME_set(X509_getm_notAfter(x), 1900000000);
	X509_set_pubkey(x, key);
	X509_sign(x, by, EVP_sha256());
	int n = i2d_X509(x, &der);
	assert_true(n > 0);
	struct directory_value v = {
		memcpy(amt_arena_alloc(&s->f.arena, (size_t)n + 1), der, (size_t)n), (size_t)n};
	OPENSSL_free(der);
	X509_free(x);
	return v;
}

static struct directory_value crl(struct site *s, const char *issuer, EVP_PKEY *by, time_t next)
{
	X509_CRL *x = X509_CRL_new();
	unsigned char *der = NULL;
	X509_NAME *name = X509_NAME_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, 1760000000);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)issuer, -1, -1,
				   0);
	X509_CRL_set_issuer_name(x, name);
	X509_CRL_set1_lastUpdate(x, t);
	ASN1_TIME_set(t, next);
	X509_CRL_set1_nextUpdate(x, t);
	X509_CRL_sign(x, by, EVP_sha256());
	int n = i2d_X509_CRL(x, &der);
	assert_true(n > 0);
	struct directory_value v = {
		memcpy(amt_arena_alloc(&s->f.arena, (size_t)n + 1), der, (size_t)n), (size_t)n};
	OPENSSL_free(der);
	ASN1_TIME_free(t);
	X509_NAME_free(name);
	X509_CRL_free(x);
	return v;
}

struct hierarchy {
	struct directory_search *enrollment, *ntauth, *aia, *roots, *cdp;
	struct directory_entry *service;
};

static struct hierarchy hierarchy(struct site *s)
{
	struct hierarchy h = {search(&s->f, "enrollment", "", 0), search(&s->f, "ntauth", "", 0),
			      search(&s->f, "aia", "", 0),        search(&s->f, "roots", "", 0),
			      search(&s->f, "cdp", "", 0),        NULL};
	h.service = entry(h.enrollment, "CN=Issuing");
	text(h.service, "cn", "Issuing");
	text(h.service, "certificateTemplates", "AMTWeb");
	return h;
}

static void put(struct directory_entry *e, const char *name, struct directory_value v)
{
	give(e, name, v.data, v.len);
}

static void authorities(void **state)
{
	(void)state;
	struct site *s = site_new();
	EVP_PKEY *small = key_of(2048), *big = key_of(3072), *curve = key_of(0);
	const time_t now = 1767268800;
	struct hierarchy h = hierarchy(s);
	struct directory_value issuing = cert(s, "Issuing", small, "Root", small),
			       root = cert(s, "Root", small, "Root", small),
			       large = cert(s, "Root", big, "Root", big),
			       alien = cert(s, "Alien", curve, "Alien", curve);
	amt_vec_push(&s->o.templates, "AMTWeb");
	assert_int_equal(judged(s, "P.03"), AMT_UNKNOWN);
	put(h.service, "cACertificate", issuing);
	assert_int_equal(judged(s, "P.01"), AMT_WARN); /* not in NTAuth */
	assert_int_equal(verdict(&s->fs, "S1.V05"), AMT_PASS);
	assert_int_equal(verdict(&s->fs, "S3.C24b"), AMT_WARN);     /* nor in AIA */
	give(entry(h.ntauth, "CN=NTAuth"), "cACertificate", "", 1); /* AD's empty place */
	assert_int_equal(judged(s, "P.01"), AMT_WARN);
	put(&h.ntauth->entries.v[0], "cACertificate", issuing);
	assert_int_equal(judged(s, "P.01"), AMT_PASS);
	h.ntauth->code = 50;
	assert_int_equal(judged(s, "P.01"), AMT_PASS); /* it is there, whatever else is hidden */
	h.ntauth->code = 0;
	put(entry(h.aia, "CN=Issuing"), "cACertificate", cert(s, "Issuing", curve, "Root", small));
	assert_int_equal(judged(s, "S3.C24b"), AMT_FAIL); /* another key under its name */
	put(entry(h.aia, "CN=Issuing2"), "cACertificate", issuing);
	assert_int_equal(judged(s, "S3.C24b"), AMT_PASS);
	h.aia->entries.v[0].attributes.v[0].values.v[0] = issuing;
	put(entry(h.roots, "CN=Root"), "cACertificate", root);
	assert_int_equal(judged(s, "P.03"), AMT_PASS);
	put(entry(h.roots, "CN=Alien"), "cACertificate", alien); /* nobody's root here */
	assert_int_equal(judged(s, "P.03"), AMT_WARN);
	put(entry(h.roots, "CN=Big"), "cACertificate", large);
	judged(s, "P.03");
	size_t failed = 0;
	for (size_t i = 0; i < s->fs.list.n; i++)
		failed += !strcmp(s->fs.list.v[i]->item->id, "P.03") &&
			  s->fs.list.v[i]->verdict == AMT_FAIL;
	assert_int_equal(failed, 1);

	static const struct {
		time_t after;
		bool wrong;
		const char *issuer;
		enum amt_verdict v;
	} rows[] = {{7 * 24 * 3600, false, "Root", AMT_PASS},
		    {3600, false, "Root", AMT_WARN},
		    {-3600, false, "Root", AMT_FAIL},
		    {7 * 24 * 3600, true, "Root", AMT_FAIL},
		    {7 * 24 * 3600, false, "Nobody", AMT_UNKNOWN}};
	struct directory_entry *e = entry(h.cdp, "CN=Root,CN=CDP");
	give(e, "certificateRevocationList", "", 1);
	assert_int_equal(judged(s, "S3.C24a"), AMT_VERDICTS); /* nothing is published */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct directory_value v =
			crl(s, rows[i].issuer, rows[i].wrong ? curve : small, now + rows[i].after);
		e->attributes.v[0].values.v[0] = v;
		assert_int_equal(judged(s, "S3.C24a"), rows[i].v);
		e->attributes.v[0].values.v[0].len--; /* and cut */
		assert_int_equal(judged(s, "S3.C24a"), AMT_FAIL);
	}
	s->o.templates.v[0] = "Other";
	assert_int_equal(judged(s, "S1.V05"), AMT_FAIL); /* no CA offers it */
	EVP_PKEY_free(small);
	EVP_PKEY_free(big);
	EVP_PKEY_free(curve);
	site_free(s);
	s = site_new();
	search(&s->f, "enrollment", "", 0);
	assert_int_equal(judged(s, "P.01"), AMT_FAIL);
	site_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(authorities)};
	return cmocka_run_group_tests_name("directory CAs", tests, NULL, NULL);
}
