/*
 * CRL distribution points, AIA issuers and OCSP responders of every member of every
 * chain, asked at once on the loop. The same address is asked once a certificate:
 * lists are small, and each fact stays whole.
 */
#include "pki/private.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

struct fetching {
	struct pki_facts *f;
	struct amt_loop *loop;
	const struct pki_fetch_options *opt;
	size_t started, done;
};
struct job {
	struct fetching *g;
	size_t fact; /* index: the vector moves */
	uint32_t issuer;
};

static void start(struct fetching *g, const char *kind, const char *url, uint32_t cert);

static const char *keep(struct fetching *g, const char *s)
{
	return amt_arena_strdup(&g->f->arena, s);
}

/* Deltas that a CRL itself names (RFC 5280 5.2.6): where Windows CAs put them. */
static void start_deltas(struct fetching *g, X509_CRL *crl, uint32_t cert)
{
	CRL_DIST_POINTS *points = X509_CRL_get_ext_d2i(crl, NID_freshest_crl, NULL, NULL);

	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *dp = sk_DIST_POINT_value(points, i);
		if (!dp->distpoint || dp->distpoint->type != 0)
			continue;
		for (int k = 0; k < sk_GENERAL_NAME_num(dp->distpoint->name.fullname); k++) {
			int type;
			const ASN1_STRING *s = GENERAL_NAME_get0_value(
				sk_GENERAL_NAME_value(dp->distpoint->name.fullname, k), &type);
			if (type != GEN_URI)
				continue;
			struct der d = {.tag = DER_IA5,
					.p = ASN1_STRING_get0_data(s),
					.n = (size_t)ASN1_STRING_length(s)};
			start(g, "delta", der_string(&d, &g->f->arena), cert);
		}
	}
	CRL_DIST_POINTS_free(points);
	ERR_clear_error();
}

static void take_crl(struct job *j, const void *p, size_t n)
{
	struct pki_fetch_fact *x = &j->g->f->fetches.v[j->fact];
	bool base = !strcmp(x->kind, "crl");
	uint32_t cert = x->cert;
	X509_CRL *crl = pki_crl_parse(p, n);

	if (!crl)
		return;
	pki_crl_fact(j->g->f, crl, cert, x);
	if (base)
		start_deltas(j->g, crl, cert);
	X509_CRL_free(crl);
}

/* Why a certificate is not the issuer of another; NULL: it is. */
static const char *not_issuer(struct fetching *g, struct pki_facts *one, uint32_t i, uint32_t cert)
{
	const struct pki_cert *c = &g->f->certs.v[cert], *k = &one->certs.v[i];
	const char *why = NULL;

	if (strcmp(k->subject_key, c->issuer_key) != 0)
		return amt_arena_printf(&g->f->arena, "it is of %s", k->subject);
	EVP_PKEY *key = pki_store_key(one, i);
	X509 *subject = pki_store_x509(g->f, cert);
	if (!key || !subject || X509_verify(subject, key) != 1)
		why = "it has the right name, but its key did not sign";
	ERR_clear_error();
	return why;
}

/* What an AIA place gives, read into a pool of its own. One of several may be the issuer
 * (RFC 5280 4.2.2.1): collections, and directory entries of CAs that were renewed. */
static void take_issuer(struct job *j, const void *p, size_t n)
{
	struct pki_fetch_fact *x = &j->g->f->fetches.v[j->fact];
	struct pki_facts one = {0};
	struct amt_notes notes = {0};

	pki_load_bytes(&one, x->url, p, n, NULL, &notes);
	x->parsed = one.certs.n > 0;
	for (uint32_t i = 0; i < one.certs.n && (!i || x->fits); i++) {
		const char *why = not_issuer(j->g, &one, i, x->cert);
		if (i && why)
			continue;
		x->fits = why;
		x->issuer = keep(j->g, one.certs.v[i].subject);
	}
	pki_facts_free(&one);
	amt_notes_free(&notes);
}

static void take(struct job *j, const void *p, size_t n)
{
	struct pki_fetch_fact *x = &j->g->f->fetches.v[j->fact];

	x->fetched = true;
	x->bytes = n;
	if (!strcmp(x->kind, "aia"))
		take_issuer(j, p, n);
	else if (!strcmp(x->kind, "ocsp"))
		pki_ocsp_fact(j->g->f, x->cert, j->issuer, p, n, x);
	else
		take_crl(j, p, n);
}

static void finish(struct job *j)
{
	struct fetching *g = j->g;

	g->done++;
	amt_progress_update(g->opt->progress, "CRL, AIA and OCSP", g->done, g->started);
	free(j);
}

static void from_http(void *arg, const struct amt_http_result *r)
{
	struct job *j = arg;
	struct pki_fetch_fact *x = &j->g->f->fetches.v[j->fact];

	x->ms = r->total_ms;
	if (r->how != AMT_NET_OK)
		x->error = keep(j->g, r->error);
	else if (r->status != 200)
		x->error = amt_arena_printf(&j->g->f->arena, "HTTP status %d", r->status);
	else
		take(j, r->body, r->body_len);
	finish(j);
}

static void from_ldap(void *arg, const void *p, size_t n, const char *error)
{
	struct job *j = arg;

	if (error)
		j->g->f->fetches.v[j->fact].error = keep(j->g, error);
	else
		take(j, p, n);
	finish(j);
}

static void start_http(struct job *j, const char *kind, const char *url, uint32_t cert)
{
	unsigned ms = (unsigned)(j->g->opt->timeout * 1000);
	bool list = strcmp(kind, "aia") != 0 && strcmp(kind, "ocsp") != 0;
	struct amt_http_request q = {.connect_ms = ms,
				     .total_ms = ms * 4,
				     .max_redirects = 3,
				     .max_body = list ? AMT_CAP_PKI_CRL : AMT_CAP_PKI_ANSWER};
	uint8_t *question = NULL;
	struct amt_buf escaped;

	/* CAs write blanks into addresses, and Windows asks for %20. */
	amt_buf_init(&escaped, AMT_CAP_PKI_STRING * 3);
	for (const char *p = url; *p; p++)
		amt_buf_add(&escaped, *p == ' ' ? "%20" : p, *p == ' ' ? 3 : 1);
	q.url = amt_buf_cstr(&escaped);
	if (!strcmp(kind, "ocsp")) {
		q.body_len = pki_ocsp_request(j->g->f, cert, j->issuer, &question);
		q.body = question;
		q.headers = "Content-Type: application/ocsp-request\n";
	}
	amt_http_start(j->g->loop, NULL, &q, from_http, j);
	free(question);
	amt_buf_free(&escaped);
}

static void start(struct fetching *g, const char *kind, const char *url, uint32_t cert)
{
	struct pki_fetch_fact x = {.kind = kind,
				   .url = url,
				   .cert = cert,
				   .this_update = AMT_TIME_NONE,
				   .next_update = AMT_TIME_NONE,
				   .revoked_at = AMT_TIME_NONE};
	bool http = amt_str_begins(url, "http://") || amt_str_begins(url, "https://");
	bool ldap = amt_str_begins(url, "ldap:");
	uint32_t issuer = pki_issuer_of(g->f, cert);

	if (g->f->fetches.n >= AMT_CAP_PKI_FETCHES)
		return;
	for (size_t i = 0; i < g->f->fetches.n; i++) {
		const struct pki_fetch_fact *y = &g->f->fetches.v[i];
		if (y->cert == cert && !strcmp(y->kind, kind) && !strcmp(y->url, url))
			return;
	}
	if (!http && !ldap)
		x.error = "only http and ldap addresses can be asked from here";
	else if (ldap && amt_str_begins(url, "ldap:///") && !g->opt->ldap_server)
		x.error = "the address names no server (the domain's own is meant): name a domain "
			  "controller (--ldap-server, or server in [directory] of the profile)";
	x.not_tried = x.error != NULL;
	if (!strcmp(kind, "ocsp") && issuer == UINT32_MAX)
		x.error = "the issuer is not at hand, so the question can't be made";
	amt_vec_push(&g->f->fetches, x);
	if (x.error)
		return;
	struct job *j = amt_calloc(1, sizeof(*j));
	*j = (struct job){g, g->f->fetches.n - 1, issuer};
	g->started++;
	if (http)
		start_http(j, kind, url, cert);
	else
		pki_ldap_start(g->loop, url, g->opt->ldap_server,
			       (unsigned)(g->opt->timeout * 1000), from_ldap, j);
}

static void start_cert(struct fetching *g, uint32_t i)
{
	const struct pki_cert *c = &g->f->certs.v[i];

	for (size_t k = 0; k < c->crls.n; k++)
		start(g, "crl", c->crls.v[k], i);
	for (size_t k = 0; k < c->issuers_at.n; k++)
		start(g, "aia", c->issuers_at.v[k], i);
	for (size_t k = 0; k < c->ocsps.n; k++)
		start(g, "ocsp", c->ocsps.v[k], i);
}

void pki_fetch(struct pki_facts *f, struct amt_loop *loop, const struct pki_fetch_options *opt)
{
	struct fetching g = {.f = f, .loop = loop, .opt = opt};

	for (size_t c = 0; c < f->chains.n; c++)
		for (size_t p = 0; p < f->chains.v[c].paths.n; p++)
			for (size_t i = 0; i < f->chains.v[c].paths.v[p].certs.n; i++)
				start_cert(&g, f->chains.v[c].paths.v[p].certs.v[i]);
	if (g.started)
		amt_loop_run(loop);
}
