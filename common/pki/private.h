/* What the files of the room share. */
#ifndef AMTDIAG_PKI_PRIVATE_H
#define AMTDIAG_PKI_PRIVATE_H

#include "amtdiag/pki.h"

#include <openssl/types.h>

/* Is a root in the default list of a firmware, by the table? */
enum pki_presence { PKI_PRESENT, PKI_UNSURE, PKI_ABSENT };
enum pki_presence pki_root_presence(const struct pki_root *r, const struct amt_fw *fw);

/* ---- oid.c ---- */

struct pki_sig_alg {
	const char *oid, *name, *digest; /* "" where the algorithm alone doesn't say */
};
#define PKI_OID_TEXT 128
/* Dotted form of the contents of an OBJECT IDENTIFIER; false when malformed or too long. */
bool pki_oid_text(const uint8_t *p, size_t n, char out[PKI_OID_TEXT]);
const struct pki_sig_alg *pki_sig_alg(const char *oid);
const char *pki_attribute_name(const char *oid); /* "CN"; NULL: show the OID */
const char *pki_eku_name(const char *oid);       /* "serverAuth"; NULL */
const char *pki_digest_name(const char *oid);    /* of a bare hash OID */
const char *pki_curve(const char *oid, int *bits);

/* ---- der.c ---- */

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13,
	DER_T61 = 0x14,
	DER_IA5 = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERAL_TIME = 0x18,
	DER_UNIVERSAL = 0x1c,
	DER_BMP = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
};
#define DER_CONTEXT(n)     (0xa0u | (n)) /* constructed */
#define DER_CONTEXT_RAW(n) (0x80u | (n)) /* primitive */

struct der {
	unsigned tag;
	const uint8_t *p; /* contents */
	size_t n;
	const uint8_t *whole; /* with tag and length */
	size_t whole_n;
};
/* The next value; false at the end, or when malformed (r->short_ is set then). */
bool der_next(struct amt_rd *r, struct der *out);
/* The next value if it has this tag; otherwise nothing is taken. */
bool der_take(struct amt_rd *r, unsigned tag, struct der *out);
struct amt_rd der_inside(const struct der *d);
/* A string type as UTF-8; control characters and NUL become \xx. */
char *der_string(const struct der *d, struct amt_arena *a);
bool der_time(const struct der *d, amt_time *out);
bool der_oid(const struct der *d, char out[PKI_OID_TEXT]);

/* ---- name.c, extensions.c, cert.c ---- */

struct pki_name {
	const char *text, *key;
	struct amt_strlist *cns, *ous; /* may be NULL */
	const char *marker_elsewhere;
};
bool pki_read_name(const struct der *d, struct amt_arena *a, struct pki_name *out);
void pki_read_extensions(const struct der *list, struct amt_arena *a, struct pki_cert *c);
/* Everything of one DER certificate; bytes are copied into the arena. */
bool pki_read_cert(const uint8_t *p, size_t n, struct amt_arena *a, struct pki_cert *c,
		   struct amt_error *err);
void pki_cert_free(struct pki_cert *c);             /* its vectors */
void pki_odd(struct pki_cert *c, const char *text); /* text must outlive it */

/* ---- store.c: the pool while collecting ---- */

struct pki_store {
	struct amt_map by_sha256, by_subject; /* index; head of a chain of indices */
	struct AMT_VEC(uint32_t) next_same;   /* same subject */
	struct AMT_VEC(EVP_PKEY *) keys;      /* public keys, made when first needed */
	struct AMT_VEC(uint8_t) key_state;    /* 0 not tried, 1 there, 2 can't be read */
	struct AMT_VEC(uint8_t) self_checked;
	struct AMT_VEC(X509 *) x509; /* for the OpenSSL opinion and fetches */
	struct AMT_VEC(struct pki_private_key {
		EVP_PKEY *key;
		const char *source;
	}) private_keys;
	struct AMT_VEC(struct pki_crl {
		X509_CRL *crl;
		const char *source;
	}) crls;
	size_t checks;           /* signatures verified */
	struct pki_cache *cache; /* the caller's; may be NULL */
};
struct pki_store *pki_store_of(struct pki_facts *f);
void pki_store_free(struct pki_store *s);
/* Index of the certificate, new or already there; UINT32_MAX when it can't be read. */
uint32_t pki_store_add(struct pki_facts *f, struct pki_source *src, const uint8_t *der, size_t n,
		       const char *friendly_name, struct amt_notes *notes);
EVP_PKEY *pki_store_key(struct pki_facts *f, uint32_t cert);
X509 *pki_store_x509(struct pki_facts *f, uint32_t cert);
enum pki_link pki_verify_link(struct pki_facts *f, uint32_t cert, uint32_t issuer);

/* ---- cache.c ---- */

EVP_PKEY *pki_cache_key(struct pki_cache *c, const char *sha256); /* a reference, or NULL */
void pki_cache_keep_key(struct pki_cache *c, const char *sha256, EVP_PKEY *key);
union amt_map_value *pki_cache_link(struct pki_cache *c, const char *cert, const char *issuer,
				    bool *fresh);

/* ---- load ---- */

struct pki_loading {
	struct pki_facts *f;
	uint32_t source; /* index into f->sources */
	const struct pki_options *opt;
	struct amt_notes *notes;
};
static inline struct pki_source *pki_source_of(const struct pki_loading *l)
{
	return &l->f->sources.v[l->source];
}
bool pki_load_pem(struct pki_loading *l, const char *text, size_t n); /* false: no PEM in it */
bool pki_load_base64(struct pki_loading *l, const char *text, size_t n);
bool pki_load_der(struct pki_loading *l, const uint8_t *p, size_t n);
/* SEQUENCE { SEQUENCE, SEQUENCE, BIT STRING }: a certificate or a CRL. */
bool pki_looks_signed(const uint8_t *p, size_t n);
bool pki_load_crl(struct pki_loading *l, const uint8_t *p, size_t n); /* DER */
bool pki_load_pkcs7(struct pki_loading *l, const uint8_t *p, size_t n);
bool pki_load_pfx(struct pki_loading *l, const uint8_t *p, size_t n);
bool pki_load_sst(struct pki_loading *l, const uint8_t *p, size_t n);
void pki_add_x509(struct pki_loading *l, X509 *x, const char *friendly_name);
bool pki_keep_key(struct pki_loading *l, EVP_PKEY *key); /* false: it has no public half */
/* rounds.c: how often a password is worked over to make a key of it, as the algorithm says; 0: it
 * does not say. Of one file at most so many in all (a few seconds; openssl makes 2,048, Windows
 * 2,000, some programs a million). */
#define PKI_ROUNDS_MAX 10000000
#define PKI_ROUNDS_NOTE                                                                            \
	"it wants its password worked over more than %d times: it is damaged, or made to keep us " \
	"busy"
uint64_t pki_rounds(const X509_ALGOR *alg);
bool pki_rounds_spend(uint64_t *spent, uint64_t rounds); /* false: more than that */
/* A private key, PEM or DER, with the password if it wants one. */
bool pki_load_key(struct pki_loading *l, const void *p, size_t n);
const char *pki_ssl_error(char *buf, size_t size); /* the newest; clears the queue */

/* ---- crl.c ---- */

/* What a CRL says of a certificate: dates, signature, status. */
void pki_crl_fact(struct pki_facts *f, X509_CRL *crl, uint32_t cert, struct pki_fetch_fact *x);
/* Facts for the CRLs that came as files. */
void pki_crl_files(struct pki_facts *f, struct amt_notes *notes);
X509_CRL *pki_crl_parse(const void *p, size_t n);
/* The certificate whose key made the signature of another; UINT32_MAX when it isn't there. */
uint32_t pki_issuer_of(const struct pki_facts *f, uint32_t cert);
amt_time pki_asn1_time(const ASN1_TIME *t);
/* ---- ocsp.c ---- */
size_t pki_ocsp_request(struct pki_facts *f, uint32_t cert, uint32_t issuer, uint8_t **der);
void pki_ocsp_fact(struct pki_facts *f, uint32_t cert, uint32_t issuer, const void *p, size_t n,
		   struct pki_fetch_fact *x);
/* ---- fetch_ldap.c ---- */
struct pki_ldap;
/* done: bytes of the first value, or how it failed; called from the loop, once. */
struct pki_ldap *pki_ldap_start(struct amt_loop *loop, const char *url, const char *server,
				unsigned timeout_ms,
				void (*done)(void *arg, const void *p, size_t n, const char *error),
				void *arg);

/* ---- path.c ---- */

void pki_find_chains(struct pki_facts *f, const struct pki_options *opt, struct amt_notes *notes);
void pki_openssl_opinion(struct pki_facts *f, struct pki_path *p);
bool pki_same_key(const EVP_PKEY *a, const EVP_PKEY *b);

/* Limits of what hostile bundles can make us do. */
#define PKI_PATH_MAX       10   /* certificates in a path; RPS takes 4, the device a few more */
#define PKI_PATHS_MAX      8    /* paths of one leaf */
#define PKI_CHAINS_MAX     64   /* leaves in one report */
#define PKI_CANDIDATES_MAX 8    /* issuers of one name tried for one certificate */
#define PKI_OPINIONS_MAX   16   /* chains that OpenSSL is asked about */
#define PKI_STEPS_MAX      1000 /* of the search for one leaf */

#endif
