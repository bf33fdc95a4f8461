/* What the rule files of the judge share. */
#ifndef AMTDIAG_PKI_RULES_H
#define AMTDIAG_PKI_RULES_H

#include "pki/private.h"

/* One path of one chain on one firmware. */
struct rules {
	const struct pki_facts *f;
	const struct amt_context *ctx;
	struct pki_tables *t;
	const struct pki_chain *chain;
	const struct pki_path *path;
	const struct pki_generation *gen;
	struct amt_fw fw;
	bool unsure_h; /* 15.0, and nobody said whether it is an H platform */
	struct pki_verdict *row;
};

#define NO_CERT UINT32_MAX
void rule_says(struct rules *r, const char *id, enum amt_verdict v, uint32_t cert, const char *fmt,
	       ...) AMT_PRINTF(5, 6);
static inline const struct pki_cert *rule_cert(const struct rules *r, size_t i)
{
	return &r->f->certs.v[r->path->certs.v[i]];
}
static inline const struct pki_cert *rule_leaf(const struct rules *r)
{
	return rule_cert(r, 0);
}
/* fail, or warn when it holds on H platforms only and this may be none */
static inline enum amt_verdict rule_h(const struct rules *r)
{
	return r->unsure_h ? AMT_WARN : AMT_FAIL;
}
/* "the leaf", "CA certificate 2", "the root" */
const char *rule_part(struct rules *r, size_t i);
const char *rule_key(struct amt_arena *a, const struct pki_cert *c); /* "RSA 2048" */
bool pki_weak(const char *digest, const char **which);               /* SHA-1 and older */
unsigned pki_warn_days(const struct pki_facts *f);
/* The OU of AMT or what is wrong with it: NULL good is left alone. */
enum pki_marker { PKI_MARKER_NONE, PKI_MARKER_EXACT, PKI_MARKER_WRONG };
enum pki_marker pki_ou_marker(const struct pki_cert *c, struct amt_arena *a, const char **why);

/* Some device list holds it, active or not. */
bool rule_in_lists(const struct pki_facts *f, const struct pki_cert *top);

/* rules_leaf.c */
void rule_purpose(struct rules *r);
void rule_marker(struct rules *r);
void rule_private_key(struct rules *r);
void rule_peer_self_signed(struct rules *r);
/* rules_chain.c */
void rule_complete(struct rules *r, const char *id);
void rule_keys(struct rules *r);
void rule_signatures(struct rules *r);
void rule_dates(struct rules *r, const char *id);
void rule_trusted_root(struct rules *r);
/* rules_root.c */
void rule_root_listed(struct rules *r);
/* rules_name.c */
void rule_suffix(struct rules *r);
void rule_tld(struct rules *r);
void rule_server_domain(struct rules *r);
void rule_characters(struct rules *r);
/* rules_profiles.c */
void rules_webserver(struct rules *r);
void rules_ca(struct rules *r);
void rules_client(struct rules *r);
void rules_console(struct rules *r);
/* rules_fetch.c */
void rule_revocation(struct rules *r);

#endif
