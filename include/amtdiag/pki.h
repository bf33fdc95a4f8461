/*
 * Certificates of AMT: chains, firmware roots, the domain suffix rule.
 *
 *	pki_collect()    files, folders, a key, a peer into facts      (I/O)
 *	pki_fetch()      CRLs, issuers and OCSP answers into facts     (network)
 *	pki_evaluate()   facts and context into verdict tables         (pure)
 *	pki_judge()      the same into findings                        (pure)
 *	pki_to_json(), pki_from_json()                                 (exact round trip)
 *
 * Rules: handbook "AMT provisioning certificates" (certificates.md) sections 1,
 * 2, 3 and 5; the guide, stage 3. Marks [A] to [?] are that chapter's. Strings and
 * arrays of facts belong to the facts' arena; vectors are freed with them.
 */
#ifndef AMTDIAG_PKI_H
#define AMTDIAG_PKI_H

#include "amtdiag/core.h"
#include "amtdiag/guide.h"
#include "amtdiag/net.h"
#include "amtdiag/report.h"

#define PKI_OID_SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define PKI_OID_CLIENT_AUTH "1.3.6.1.5.5.7.3.2"
#define PKI_OID_ANY_EKU     "2.5.29.37.0"
#define PKI_OID_AMT_SETUP   "2.16.840.1.113741.1.2.3" /* certificates.md 1.2 [A] */
#define PKI_OID_AMT_CONSOLE "2.16.840.1.113741.1.2.1"
#define PKI_OID_AMT_AGENT   "2.16.840.1.113741.1.2.2"
#define PKI_OU_AMT_SETUP    "Intel(R) Client Setup Certificate"

/* ---- roots in firmware --------------------------------------------------- */

/* How sure a bound of the table is. */
enum pki_bound {
	PKI_BOUND_NONE,    /* no limit known */
	PKI_BOUND_STATED,  /* a source states it */
	PKI_BOUND_SEEN,    /* seen on that firmware; the limit itself is not known */
	PKI_BOUND_UPDATES, /* came with firmware updates around 2009; builds not known */
	PKI_BOUND_BUILD,   /* removed at certain builds */
};

/* One root of firmware-roots.tsv. Hashes are lower-case hex, "" when not known. */
struct pki_root {
	const char *name, *sha1, *sha256, *sha384;
	const char *key, *signature;
	int x509_version;
	const char *not_before, *not_after; /* RFC 3339, "" */
	const char *first_fw, *last_fw;     /* as the table has them */
	struct amt_fw first, last;
	enum pki_bound first_bound, last_bound;
	const char *note, *source;
};
size_t pki_root_count(void);
const struct pki_root *pki_root_at(size_t i);
/* By SHA-1 (20), SHA-256 (32) or SHA-384 (48 bytes); NULL: none of the known roots. */
const struct pki_root *pki_root_by_hash(const uint8_t *hash, size_t length);
/* The same as a name, NULL if unknown: fits hello_options.name_of_hash. */
const char *pki_root_name_of_hash(void *arg, const uint8_t *hash, size_t length);

/* ---- firmware generations ------------------------------------------------ */

/* A row of common/pki/firmware.tsv: from this version up to the next row. */
struct pki_generation {
	const char *label; /* "15.0-H" */
	struct amt_fw from;
	bool h_only;             /* only the H platforms of that version */
	int leaf_max, chain_max; /* bits; over chain_max up to leaf_max is unconfirmed for CAs */
	int key_min;             /* bits */
	bool sha1_banned;
	bool siblings;  /* rule R3, .com and .net */
	bool tld_table; /* rule R4 */
	const char *note, *source;
};
size_t pki_generation_count(void);
const struct pki_generation *pki_generation_at(size_t i);
/* The row that a version falls in; 15.0 without a letter gets the row of 15.0-H. */
const struct pki_generation *pki_generation_of(const struct amt_fw *fw);

/* ---- the domain suffix --------------------------------------------------- */

enum pki_rule {
	PKI_RULE_NONE,     /* no match */
	PKI_RULE_BASE,     /* R1: equal, or the suffix of the identifier */
	PKI_RULE_WILDCARD, /* R2: under the base of a wildcard */
	PKI_RULE_SIBLING,  /* R3: .com and .net, same second-level domain */
	PKI_RULE_TLD,      /* R4: the depth table */
	PKI_RULE_BAD_SUFFIX,
	PKI_RULE_BAD_IDENTIFIER,
	PKI_RULE_NOT_ASCII, /* the suffix was not compared */
};
const char *pki_rule_name(enum pki_rule r);   /* "R1", "-" */
const char *pki_rule_phrase(enum pki_rule r); /* a sentence without its full stop */
static inline bool pki_rule_matches(enum pki_rule r)
{
	return r >= PKI_RULE_BASE && r <= PKI_RULE_TLD;
}
/* The decision procedure of certificates.md 2.3 for one identifier. */
enum pki_rule pki_suffix_match(const char *identifier, const char *suffix,
			       const struct pki_generation *gen);
/* What other tools would say, 2.3: RPS takes the last two labels of the CN,
 * MeshCentral wants the suffix at or under the depth-trimmed CN. */
bool pki_suffix_rps(const char *identifier, const char *suffix);
bool pki_suffix_meshcentral(const char *identifier, const char *suffix);
/* Labels that the TLD table compares: 2 or 3, 0 when the TLD is not in it. */
int pki_tld_depth(const char *name);
/* trimmed, lower case, without one trailing dot; false: empty, an empty label, too long. */
#define PKI_NAME_MAX 256
bool pki_name_normal(const char *name, char out[PKI_NAME_MAX]);
int pki_name_labels(const char *normal);

/* ---- facts --------------------------------------------------------------- */

enum pki_profile {
	PKI_PROVISIONING, /* the certificate that provisions AMT */
	PKI_WEBSERVER,    /* the certificate of an AMT device, from the enterprise CA */
	PKI_CA,           /* the issuing chain of the enterprise CA */
	PKI_CLIENT,       /* the 802.1X client certificate of a device */
	PKI_CONSOLE,      /* mutual TLS of a console or local agent */
	PKI_PROFILES
};
const char *pki_profile_name(enum pki_profile p);
bool pki_profile_parse(const char *name, enum pki_profile *out);

#define PKI_KU_DIGITAL_SIGNATURE 0x80u
#define PKI_KU_KEY_ENCIPHERMENT  0x20u
#define PKI_KU_CERT_SIGN         0x04u
#define PKI_KU_CRL_SIGN          0x02u

struct pki_cert {
	const char *source;                   /* the file or peer it was met in first */
	unsigned position;                    /* certificate number there, from 1 */
	const char *friendly_name;            /* of a PFX; NULL if none */
	int version;                          /* 1, 2, 3 */
	const char *serial;                   /* hex, "-" before it when negative */
	const char *subject, *issuer;         /* most significant last: "CN=a,OU=b,O=c" */
	const char *subject_key, *issuer_key; /* for comparing names: case and blanks folded */
	struct amt_strlist cns, ous;          /* as written */
	const char *marker_elsewhere; /* attribute that holds the OU text instead of OU; NULL */
	const char *sha1, *sha256, *sha384;
	const char *key_type;  /* "RSA", "EC", "Ed25519", or a dotted OID */
	const char *key_curve; /* EC only */
	int key_bits;          /* 0: not known */
	const char *signature; /* "sha256WithRSAEncryption", or a dotted OID */
	const char *digest;    /* "SHA-1"; NULL when the algorithm has none or is unknown */
	amt_time not_before, not_after; /* NONE: not a valid time */
	bool has_eku;
	struct amt_strlist ekus; /* dotted OIDs */
	bool has_key_usage;
	unsigned key_usage; /* first octet of the bit string */
	bool has_constraints, ca;
	int path_length;                            /* -1: none */
	const char *ski, *aki;                      /* hex */
	struct amt_strlist dns, ips, upns;          /* subjectAltName */
	struct amt_strlist crls, issuers_at, ocsps; /* CDP, AIA */
	const char *critical_unknown;  /* dotted OID of a critical extension nobody here reads */
	const char *template_name;     /* Microsoft enterprise CA; NULL */
	bool self_issued, self_signed; /* names equal; and its signature verifies with its key */
	struct amt_strlist oddities;   /* what is strange in its bytes */
	const struct pki_root *root;   /* the firmware root it is; found again on replay */
	/* Not in JSON: what only counts while paths are built, and the bytes. */
	bool name_constraints;
	const uint8_t *der;
	size_t der_len;
	struct pki_span {
		uint32_t at, len;
	} tbs, spki, sig_alg, sig, issuer_der;
};

enum pki_link {
	PKI_LINK_GOOD,        /* the signature verifies */
	PKI_LINK_BAD,         /* it does not: names match, the key is another */
	PKI_LINK_UNSUPPORTED, /* the algorithm can't be checked (MD2) */
};

/* One way from a leaf up. */
struct pki_path {
	struct AMT_VEC(uint32_t) certs; /* into facts.certs, leaf first */
	struct AMT_VEC(uint8_t) links;  /* enum pki_link: certs[i] signed by certs[i + 1] */
	bool complete;                  /* ends at a self-signed certificate */
	const char *missing;            /* subject of the issuer that was not there; NULL */
	const char *fetch_at;           /* where that issuer can be had (AIA); NULL */
	bool loop;                      /* went in a circle and was cut */
	struct amt_strlist trouble;     /* basic constraints, key usage, path length */
	struct amt_strlist openssl;     /* what X509_verify_cert says beside dates */
	bool openssl_asked;
};

enum pki_order {
	PKI_ORDER_UNKNOWN,    /* members come from several places, or a set without order */
	PKI_ORDER_LEAF_FIRST, /* each followed by its issuer */
	PKI_ORDER_REVERSED,
	PKI_ORDER_MIXED,
	PKI_ORDERS
};
const char *pki_order_name(enum pki_order o); /* "leaf-first" */

struct pki_chain {
	uint32_t leaf;                         /* into facts.certs */
	struct AMT_VEC(struct pki_path) paths; /* at least one; the likeliest first */
	enum pki_order order;
	bool has_key;     /* a private key was given for it */
	bool key_matches; /* and fits the leaf's public key */
	const char *key_source;
};

/* A root hash that a device holds. */
struct pki_hash {
	uint8_t length; /* 20, 32, 48 */
	uint8_t bytes[48];
	const char *name; /* as the list has it; NULL */
	bool inactive;    /* the list says so */
};

/* Hashes of one device or file. */
struct pki_hash_list {
	const char *source;   /* file */
	const char *device;   /* what the list says of its device; NULL */
	const char *firmware; /* NULL if not said */
	bool partial;         /* the list says that it is not whole */
	struct AMT_VEC(struct pki_hash) hashes;
};

/* A source of certificates and what stood in it. */
struct pki_source {
	const char *name;
	const char *format; /* "PEM", "DER", "PKCS#7", "PFX", "SST", "TLS peer" */
	unsigned certificates, duplicates, unreadable, keys, crls;
	bool ordered;         /* the order of its certificates means something */
	bool legacy;          /* opened with algorithms of the legacy provider only */
	bool opened;          /* false: see the notes */
	const char *protocol; /* of a peer: "TLSv1.2, ECDHE-RSA-..." */
};

enum pki_revocation { PKI_REV_UNKNOWN, PKI_REV_GOOD, PKI_REV_REVOKED };

/* reason of a good status: a delta takes back what the base list says (RFC 5280 5.3.1). */
#define PKI_REASON_LIFTED "removed from the CRL"

/* A CRL, an issuer certificate or an OCSP answer that was looked for. */
struct pki_fetch_fact {
	const char *kind; /* "crl", "delta", "aia", "ocsp"; "file" for an offline base CRL */
	const char *url;  /* or file name */
	uint32_t cert;    /* whose; UINT32_MAX for a file that fits no certificate */
	bool fetched;
	bool not_tried;    /* nothing here can ask such a place, so it says nothing */
	const char *error; /* why not */
	double ms;
	size_t bytes;
	bool parsed;
	enum amt_tri signature; /* verifies with the issuer's key; MAYBE: issuer not there */
	const char *issuer;
	amt_time this_update, next_update;
	enum pki_revocation status; /* of cert */
	amt_time revoked_at;
	const char *reason;
	unsigned revoked_count; /* entries in the CRL */
	const char *fits;       /* aia: NULL when it is the issuer, else what is different;
				 * a CRL: why it says nothing of cert, NULL when it does */
};

/* What was asked for: judged with, kept for --replay. */
struct pki_asked {
	enum pki_profile profile;
	struct amt_strlist suffixes; /* option 15 or MEBx */
	const char *identifier;      /* --name, before it is bought */
	const char *server;          /* FQDN of the ConfigMgr service point */
	const char *host;            /* FQDN of the device (webserver, client) */
	unsigned warn_days;          /* 0: 60 for a provisioning chain, 90 for CAs */
	bool h_platform;             /* firmware was given as 15.0-H */
	bool crl;                    /* revocation was asked for */
	const char *peer;            /* --connect */
	/* The chain is what somebody was seen to send, where the root may be left out: only
	 * host-based setup is known to need it (handbook certificates.md 1.2, A/B). Not in JSON. */
	bool as_sent;
};

struct pki_facts {
	struct amt_arena arena;
	struct pki_asked asked;
	struct AMT_VEC(struct pki_source) sources;
	struct AMT_VEC(struct pki_cert) certs; /* each once */
	struct AMT_VEC(struct pki_chain) chains;
	struct AMT_VEC(uint32_t) others; /* in no chain */
	struct AMT_VEC(struct pki_hash_list) lists;
	struct AMT_VEC(struct pki_fetch_fact) fetches;
	size_t skipped_chains;   /* end entities beyond what one report shows */
	struct pki_store *store; /* keys and buckets while collecting; not in JSON */
};
void pki_facts_free(struct pki_facts *f);

struct pki_options {
	struct pki_asked asked;
	const char *key_file; /* a private key beside the certificates; NULL */
	const char *password; /* of PFX and key files; NULL: none was given */
	/* Asked once when a file wants a password and none was given; NULL: never. Freed with
	 * amt_wipe and free. */
	char *(*ask)(void *arg, const char *file, struct amt_error *err);
	void *ask_arg;
	struct amt_strlist hash_files; /* --hashes and --hello (a JSON document) */
	struct amt_strlist crl_files;
	double timeout;          /* seconds, for the peer */
	struct pki_cache *cache; /* shared by the runs of one thread; NULL: none */
	bool no_opinion;         /* don't ask OpenSSL too: for thousands of chains */
	const struct amt_progress *progress;
};

/*
 * Reads every path (files, folders with everything in them, "-") into one pool,
 * finds the leaves and builds their paths. Unreadable things are notes. False only
 * when nothing at all could be opened.
 */
bool pki_collect(const struct amt_strlist *paths, const struct pki_options *opt,
		 struct pki_facts *f, struct amt_notes *notes, struct amt_error *err);
/* The same from bytes, for tests, fuzzing and the TLS peer; then pki_build(). */
void pki_load_bytes(struct pki_facts *f, const char *source, const void *p, size_t n,
		    const struct pki_options *opt, struct amt_notes *notes);
void pki_build(struct pki_facts *f, const struct pki_options *opt, struct amt_notes *notes);
/* Decoded keys and checked CA signatures, kept between the runs of one thread. */
struct pki_cache;
struct pki_cache *pki_cache_new(void);
void pki_cache_free(struct pki_cache *c);
/* One device list: hash lines, rpc-go amtinfo text or JSON, MeshCmd, amt-hellocap JSON. */
bool pki_load_hashes(struct pki_facts *f, const char *source, const char *text, size_t n,
		     struct amt_notes *notes);
/* A hash the caller has from elsewhere (a hello capture). */
struct pki_hash_list *pki_add_list(struct pki_facts *f, const char *source);
void pki_add_hash(struct pki_facts *f, struct pki_hash_list *l, const uint8_t *hash, size_t length,
		  const char *name);
/* The chain that a TLS server sends, as sent. */
bool pki_connect(struct pki_facts *f, const char *host_port, double timeout,
		 struct amt_notes *notes, struct amt_error *err);
struct pki_fetch_options {
	double timeout; /* seconds for one answer */
	const char
		*ldap_server; /* for ldap:/// URLs, which mean the domain's own; NULL: not known */
	const struct amt_progress *progress;
};
/* CRLs (deltas too), issuers and OCSP answers of every member of every chain, all at once on
 * the loop. What can't be had is a fact. */
void pki_fetch(struct pki_facts *f, struct amt_loop *loop, const struct pki_fetch_options *opt);

json_t *pki_to_json(const struct pki_facts *f);
bool pki_from_json(const json_t *j, struct pki_facts *f, struct amt_error *err);

/* ---- verdicts ------------------------------------------------------------ */

/* Why a generation gets its verdict. */
struct pki_reason {
	const char *id; /* catalogue */
	enum amt_verdict verdict;
	const char *text;
	uint32_t cert; /* UINT32_MAX: none in particular */
};
struct pki_verdict {
	const struct pki_generation *gen;
	char version[48]; /* as asked, or the generation's label */
	unsigned path;    /* the best path here */
	enum amt_verdict verdict;
	struct AMT_VEC(struct pki_reason) reasons;
	bool out_of_question; /* this firmware cannot know the root: other rules don't matter */
};
struct pki_suffix_fact {
	const char *identifier, *suffix, *version;
	enum pki_rule rule;
	bool from_san;
};
struct pki_chain_table {
	uint32_t chain;
	struct AMT_VEC(struct pki_verdict) rows;
	unsigned path; /* the best over all rows */
};
struct pki_tables {
	struct amt_arena arena;
	struct AMT_VEC(struct pki_chain_table) chains;
	struct AMT_VEC(struct pki_suffix_fact) suffixes;
};
void pki_evaluate(const struct pki_facts *f, const struct amt_context *ctx, struct pki_tables *t);
void pki_tables_free(struct pki_tables *t);
/* firmware[] and suffix[] of the document, from the tables. */
json_t *pki_tables_firmware(const struct pki_tables *t);
json_t *pki_tables_suffix(const struct pki_tables *t);

void pki_judge(const struct pki_facts *f, const struct amt_context *ctx, struct amt_findings *fs);
/* Sentences on what to order or change instead; lines into out. */
void pki_advice(const struct pki_facts *f, struct pki_tables *t, const struct amt_context *ctx,
		struct amt_buf *out);

#endif
