/* Enterprise CAs as the forest publishes them: services, NTAuth, key lengths, AIA, CDP. Pure. */
#include "directory/certs.h"
#include "directory/judge.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_KEY = 2048, DAY = 24 * 3600 };

/* A CA certificate once, wherever it is published. */
struct ca {
	const struct directory_value *der;
	const struct directory_search *where;
	struct directory_cert cert;
	bool service; /* of an enrollment service */
	bool chain;   /* of a service, or above one */
	bool aia, ntauth;
};
struct cas AMT_VEC(struct ca);

static bool same(const struct directory_value *a, const struct directory_value *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static void gather(const struct directory_facts *f, const char *purpose, struct cas *out)
{
	const struct directory_search *s = directory_find(f, purpose, NULL, 0);

	for (size_t i = 0; s && i < s->entries.n; i++) {
		const struct directory_attribute *a =
			directory_attribute(&s->entries.v[i], "cACertificate");
		for (size_t k = 0; a && k < a->values.n; k++) {
			const struct directory_value *v = &a->values.v[k];
			struct ca *c = NULL;
			for (size_t n = 0; n < out->n && !c; n++)
				if (same(out->v[n].der, v))
					c = &out->v[n];
			struct directory_cert cert;
			if (!c && !directory_cert_read(v, &cert))
				continue; /* AD keeps an empty place as one zero byte */
			if (!c) {
				c = amt_vec_add(out);
				c->der = v;
				c->where = s;
				c->cert = cert;
			}
			c->service = c->service || !strcmp(purpose, "enrollment");
			c->chain = c->chain || c->service;
			c->aia = c->aia || !strcmp(purpose, "aia");
			c->ntauth = c->ntauth || !strcmp(purpose, "ntauth");
		}
	}
}

/* Who signed a certificate of the chain is of it too. */
static void chains(struct cas *l)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < l->n; i++)
			for (size_t k = 0; k < l->n && l->v[i].chain; k++)
				if (!l->v[k].chain &&
				    !strcmp(l->v[i].cert.issuer, l->v[k].cert.subject))
					more = l->v[k].chain = true;
	}
}

static bool trusted(const struct cas *l, const struct directory_entry *e)
{
	const struct directory_attribute *a = directory_attribute(e, "cACertificate");

	for (size_t k = 0; a && k < a->values.n; k++)
		for (size_t n = 0; n < l->n; n++)
			if (l->v[n].ntauth && same(l->v[n].der, &a->values.v[k]))
				return true;
	return false;
}

static void services(const struct directory_facts *f, const struct cas *l, struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "enrollment", NULL, 0),
				      *nt = directory_find(f, "ntauth", NULL, 0);

	if (!s->entries.n)
		judge_seen(fs,
			   amt_finding_add(fs, "P.01", AMT_FAIL, "",
					   "No enterprise CA is published in the forest."),
			   s);
	for (size_t i = 0; i < s->entries.n; i++) {
		const struct directory_entry *e = &s->entries.v[i];
		const char *cn = directory_text(e, "cn");
		bool issues = directory_attribute(e, "certificateTemplates") != NULL,
		     read = nt && (nt->code == 0 || nt->code == 32), in = trusted(l, e);
		struct amt_finding *x =
			amt_finding_add(fs, "P.01",
					!issues || (read && !in) ? AMT_WARN
					: in                     ? AMT_PASS
								 : AMT_UNKNOWN,
					cn ? cn : e->dn, "An enterprise CA%s%s.",
					issues ? "" : " that is set to issue no template",
					in     ? ", trusted for authentication (NTAuth)"
					: read ? ", whose certificate is missing from NTAuth"
					       : "; NTAuth could not be read");
		judge_seen(fs, x, s);
		judge_seen(fs, x, nt);
	}
}

/* A template that no CA offers can't be had, whatever its permissions. */
static void offered(const struct directory_facts *f, const struct directory_options *o,
		    struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "enrollment", NULL, 0);

	for (size_t t = 0; t < o->templates.n; t++) {
		const char *name = o->templates.v[t], *by = NULL;
		const struct directory_search *q = directory_find(f, "template", name, 0);
		const char *cn = q && q->entries.n ? directory_text(&q->entries.v[0], "cn") : NULL;
		for (size_t i = 0; i < s->entries.n && !by; i++)
			if (directory_has(&s->entries.v[i], "certificateTemplates", cn ? cn : name))
				by = s->entries.v[i].dn;
		judge_seen(fs,
			   amt_finding_add(fs, "S1.V05", by ? AMT_PASS : AMT_FAIL, name,
					   by ? "It is offered by %s." : "No CA offers it%s.",
					   by ? by : ""),
			   s);
	}
}

static void keys(const struct cas *l, const struct directory_search *s, struct amt_findings *fs)
{
	size_t bad = 0, chain = 0;
	struct amt_finding *x;

	for (size_t i = 0; i < l->n; i++) {
		const struct ca *c = &l->v[i];
		bool fits = c->cert.rsa && c->cert.bits <= LONGEST_KEY;
		chain += c->chain;
		if (fits)
			continue;
		bad += c->chain;
		x = amt_finding_add(fs, "P.03", c->chain ? AMT_FAIL : AMT_WARN, c->cert.subject,
				    "The key has %d bits%s%s.", c->cert.bits,
				    c->cert.rsa ? "" : " and is not RSA",
				    c->chain ? "" : "; no CA that issues here hangs below it");
		judge_seen(fs, x, c->where);
	}
	if (!chain) {
		x = amt_finding_add(fs, "P.03", AMT_UNKNOWN, "",
				    "The directory holds no CA certificate that could be read.");
		judge_seen(fs, x, s);
	} else if (!bad) {
		x = amt_finding_add(fs, "P.03", AMT_PASS, "",
				    "The keys of all %zu CA certificates above the enrollment "
				    "services are RSA of at most %d bits.",
				    chain, LONGEST_KEY);
		judge_seen(fs, x, s);
		for (size_t i = 0; i < l->n; i++)
			if (l->v[i].chain)
				amt_finding_evidence(fs, x, l->v[i].where->server,
						     l->v[i].where->base, "%s: %d bits",
						     l->v[i].cert.subject, l->v[i].cert.bits);
	}
}

static void crl(const struct directory_entry *e, const char *attribute,
		const struct directory_value *v, const struct cas *l,
		const struct directory_search *s, amt_time now, struct amt_findings *fs)
{
	struct directory_crl c;
	bool known = false, good = false;
	char day[AMT_TIME_TEXT];
	struct amt_finding *x;

	if (v->len < 2)
		return; /* nothing published at this place: one zero byte */
	if (!directory_crl_read(v, &c)) {
		x = amt_finding_add(fs, "S3.C24a", AMT_FAIL, e->dn, "%s holds no CRL.", attribute);
		judge_seen(fs, x, s);
		return;
	}
	for (size_t i = 0; i < l->n && !good; i++)
		if (!strcmp(l->v[i].cert.subject, c.issuer)) {
			known = true;
			good = directory_crl_signed(v, l->v[i].der);
		}
	bool over = c.next != AMT_TIME_NONE && c.next < now,
	     soon = c.next != AMT_TIME_NONE && c.next < now + DAY * AMT_SECOND;
	x = amt_finding_add(fs, "S3.C24a",
			    over || (known && !good) || c.from > now ? AMT_FAIL
			    : !known                                 ? AMT_UNKNOWN
			    : soon || c.next == AMT_TIME_NONE        ? AMT_WARN
								     : AMT_PASS,
			    e->dn, "The list of %s %s %s%s.", c.issuer,
			    over   ? "ran out on"
			    : soon ? "runs out within a day, on"
				   : "is good until",
			    c.next == AMT_TIME_NONE ? "no day it tells"
						    : amt_time_date(c.next, day),
			    known && !good ? "; its signature is wrong"
			    : !known       ? "; its issuer is not in the directory"
					   : "");
	amt_finding_evidence(fs, x, e->dn, attribute, "%zu bytes", v->len);
	judge_seen(fs, x, s);
}

static void lists(const struct directory_facts *f, const struct cas *l, amt_time now,
		  struct amt_findings *fs)
{
	static const char *const names[] = {"certificateRevocationList", "deltaRevocationList"};
	const struct directory_search *s = directory_find(f, "cdp", NULL, 0);

	for (size_t i = 0; s && i < s->entries.n; i++)
		for (size_t n = 0; n < 2; n++) {
			const struct directory_attribute *a =
				directory_attribute(&s->entries.v[i], names[n]);
			for (size_t k = 0; a && k < a->values.n; k++)
				crl(&s->entries.v[i], names[n], &a->values.v[k], l, s, now, fs);
		}
}

static void issuers(const struct directory_facts *f, const struct cas *l, struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "aia", NULL, 0);

	if (!s || s->code != 0)
		return;
	for (size_t i = 0; i < l->n; i++) {
		const struct ca *c = &l->v[i];
		bool other = false;
		for (size_t k = 0; c->service && !c->aia && k < l->n; k++)
			other = other ||
				(l->v[k].aia && !strcmp(l->v[k].cert.subject, c->cert.subject));
		if (!c->service)
			continue;
		judge_seen(fs,
			   amt_finding_add(fs, "S3.C24b",
					   c->aia  ? AMT_PASS
					   : other ? AMT_FAIL
						   : AMT_WARN,
					   c->cert.subject, "The directory's AIA container %s.",
					   c->aia  ? "has the certificate of this CA"
					   : other ? "has another certificate under this CA's name"
						   : "has no certificate of this CA"),
			   s);
	}
}

void judge_ca(const struct directory_facts *f, const struct directory_options *o,
	      const struct amt_context *ctx, struct amt_findings *fs)
{
	const struct directory_search *s = directory_find(f, "enrollment", NULL, 0);
	struct cas l = {0};

	if (!s || judge_unanswered(fs, "P.01", "", s))
		return;
	gather(f, "enrollment", &l);
	gather(f, "ntauth", &l);
	gather(f, "aia", &l);
	gather(f, "roots", &l);
	chains(&l);
	services(f, &l, fs);
	offered(f, o, fs);
	keys(&l, s, fs);
	lists(f, &l, ctx->now, fs);
	issuers(f, &l, fs);
	amt_vec_free(&l);
}
