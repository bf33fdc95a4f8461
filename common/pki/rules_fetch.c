/* S3.C24a and S3.C24b: what the CRL, AIA and OCSP places gave. */
#include "pki/rules.h"

static bool concerns(const struct rules *r, uint32_t cert)
{
	for (size_t i = 0; i < r->path->certs.n; i++)
		if (r->path->certs.v[i] == cert)
			return true;
	return false;
}

static const char *whose(struct rules *r, uint32_t cert)
{
	for (size_t i = 0; i < r->path->certs.n; i++)
		if (r->path->certs.v[i] == cert)
			return rule_part(r, i);
	return "nobody";
}

/* Only a certificate on hold comes off a list again, by a delta that is in force. */
static bool lifted(const struct rules *r, const struct pki_fetch_fact *x)
{
	if (strcmp(x->kind, "crl") != 0 && strcmp(x->kind, "file") != 0)
		return false;
	for (size_t i = 0; i < r->f->fetches.n; i++) {
		const struct pki_fetch_fact *d = &r->f->fetches.v[i];
		if (d->cert == x->cert && !strcmp(d->kind, "delta") && d->signature == AMT_YES &&
		    d->reason && !strcmp(d->reason, PKI_REASON_LIFTED) &&
		    d->this_update >= x->this_update && d->next_update >= r->ctx->now)
			return true;
	}
	return false;
}

static void revoked(struct rules *r, const struct pki_fetch_fact *x)
{
	char day[AMT_TIME_TEXT];

	if (lifted(r, x))
		return;
	rule_says(r, "S3.C24a", AMT_FAIL, x->cert, "%s is revoked since %s%s%s (%s)",
		  whose(r, x->cert), amt_time_date(x->revoked_at, day), x->reason ? ", " : "",
		  x->reason ? x->reason : "", x->url);
}

/* Gave what it should: a list in date by the issuer, or the issuer. */
static bool good_place(const struct rules *r, const struct pki_fetch_fact *x)
{
	if (!x->fetched || !x->parsed || x->fits)
		return false;
	return !strcmp(x->kind, "aia") ||
	       (x->signature == AMT_YES && x->this_update <= r->ctx->now &&
		(x->next_update == AMT_TIME_NONE || x->next_update >= r->ctx->now));
}

/* Whoever checks goes on to the next place, so one of several that fails only warns. */
static enum amt_verdict place_failed(const struct rules *r, const struct pki_fetch_fact *x)
{
	for (size_t i = 0; i < r->f->fetches.n; i++) {
		const struct pki_fetch_fact *y = &r->f->fetches.v[i];
		if (y->cert == x->cert && !strcmp(y->kind, x->kind) && good_place(r, y))
			return AMT_WARN;
	}
	return AMT_FAIL;
}

static void crl(struct rules *r, const struct pki_fetch_fact *x)
{
	amt_time now = r->ctx->now;
	enum amt_verdict failed = place_failed(r, x);
	char day[AMT_TIME_TEXT];
	uint32_t at = x->cert;

	if (!x->fetched) {
		rule_says(r, "S3.C24a", x->not_tried ? AMT_UNKNOWN : failed, at,
			  "the CRL of %s at %s %s: %s", whose(r, at), x->url,
			  x->not_tried ? "was not asked for" : "can't be had",
			  x->error ? x->error : "");
		return;
	}
	if (!x->parsed) {
		rule_says(r, "S3.C24a", failed, at, "what %s gives is no CRL", x->url);
		return;
	}
	if (x->signature == AMT_NO)
		rule_says(r, "S3.C24a", failed, at,
			  "the CRL at %s was not signed by the issuer of %s", x->url, whose(r, at));
	else if (x->signature == AMT_MAYBE)
		rule_says(r, "S3.C24a", AMT_UNKNOWN, at,
			  "the signature of the CRL at %s can't be checked: its issuer %s is not "
			  "at hand",
			  x->url, x->issuer ? x->issuer : "");
	if (x->this_update > now)
		rule_says(r, "S3.C24a", failed, at, "the CRL at %s is from the future (%s)", x->url,
			  amt_time_date(x->this_update, day));
	else if (x->next_update == AMT_TIME_NONE)
		rule_says(r, "S3.C24a", AMT_WARN, at,
			  "the CRL at %s does not say when the next "
			  "one comes",
			  x->url);
	else if (x->next_update < now)
		rule_says(r, "S3.C24a", failed, at, "the CRL at %s ran out on %s", x->url,
			  amt_time_date(x->next_update, day));
	else if (x->next_update < now + AMT_DAY)
		rule_says(r, "S3.C24a", AMT_WARN, at, "the CRL at %s runs out within a day (%s)",
			  x->url, amt_time_date(x->next_update, day));
	if (x->status == PKI_REV_REVOKED)
		revoked(r, x);
	else if (x->fits)
		rule_says(r, "S3.C24a", AMT_UNKNOWN, at, "the CRL at %s says nothing of %s: %s",
			  x->url, whose(r, at), x->fits);
}

static void ocsp(struct rules *r, const struct pki_fetch_fact *x)
{
	if (!x->fetched || !x->parsed)
		rule_says(r, "S3.C24a", AMT_WARN, x->cert,
			  "the OCSP responder of %s at %s gave no answer that can be used: %s",
			  whose(r, x->cert), x->url, x->error ? x->error : "");
	else if (x->signature == AMT_NO)
		rule_says(r, "S3.C24a", AMT_FAIL, x->cert,
			  "the OCSP answer of %s is not signed by the issuer of %s", x->url,
			  whose(r, x->cert));
	else if (x->next_update != AMT_TIME_NONE && x->next_update < r->ctx->now)
		rule_says(r, "S3.C24a", AMT_WARN, x->cert, "the OCSP answer of %s is out of date",
			  x->url);
	else if (x->status == PKI_REV_REVOKED)
		revoked(r, x);
	else if (x->status == PKI_REV_UNKNOWN)
		rule_says(r, "S3.C24a", AMT_WARN, x->cert,
			  "the OCSP responder at %s does not know %s", x->url, whose(r, x->cert));
}

static void aia(struct rules *r, const struct pki_fetch_fact *x, bool *bad)
{
	if (!x->fetched)
		rule_says(r, "S3.C24b", x->not_tried ? AMT_UNKNOWN : place_failed(r, x), x->cert,
			  "the issuer of %s %s at %s: %s", whose(r, x->cert),
			  x->not_tried ? "was not asked for" : "can't be had", x->url,
			  x->error ? x->error : "");
	else if (!x->parsed)
		rule_says(r, "S3.C24b", place_failed(r, x), x->cert,
			  "what %s gives is no certificate", x->url);
	else if (x->fits)
		rule_says(r, "S3.C24b", AMT_FAIL, x->cert,
			  "%s gives another certificate than the issuer of %s: %s", x->url,
			  whose(r, x->cert), x->fits);
	else
		return;
	*bad = true;
}

/* A delta alone answers nothing: it tells what changed since another list. */
static bool was_asked(const struct rules *r, uint32_t cert)
{
	for (size_t i = 0; i < r->f->fetches.n; i++) {
		const struct pki_fetch_fact *x = &r->f->fetches.v[i];
		if (x->cert == cert && strcmp(x->kind, "aia") != 0 && strcmp(x->kind, "delta") != 0)
			return true;
	}
	return false;
}

/* CAs that nothing was asked about, for the text of a pass; "" when there are none. */
static const char *not_asked(struct rules *r)
{
	unsigned n = 0;

	for (size_t i = 1; i < r->path->certs.n; i++)
		n += !was_asked(r, r->path->certs.v[i]) && !rule_cert(r, i)->self_issued;
	return n ? amt_arena_printf(&r->t->arena, "; nothing was asked about %u CA certificate%s",
				    n, n == 1 ? "" : "s")
		 : "";
}

void rule_revocation(struct rules *r)
{
	size_t before = r->row->reasons.n, crls = 0, issuers = 0;
	bool bad = false, had_bad = false;

	if (!r->f->asked.crl)
		return;
	for (size_t i = 0; i < r->f->fetches.n; i++) {
		const struct pki_fetch_fact *x = &r->f->fetches.v[i];
		if (!concerns(r, x->cert))
			continue;
		if (!strcmp(x->kind, "aia")) {
			issuers++;
			continue;
		}
		crls++;
		if (!strcmp(x->kind, "ocsp"))
			ocsp(r, x);
		else
			crl(r, x);
	}
	if (!crls)
		rule_says(
			r, "S3.C24a", AMT_UNKNOWN, NO_CERT,
			"no certificate of the chain names a CRL or an OCSP responder, and no CRL "
			"was given");
	else if (!was_asked(r, r->chain->leaf) && !rule_leaf(r)->self_issued)
		rule_says(r, "S3.C24a", AMT_UNKNOWN, r->chain->leaf,
			  "whether the leaf is revoked is not known: it names neither a CRL nor an "
			  "OCSP responder, and no CRL of its issuer was given");
	if (crls && r->row->reasons.n == before)
		rule_says(r, "S3.C24a", AMT_PASS, NO_CERT,
			  "every CRL and OCSP place gave a good answer (%zu), and nothing is "
			  "revoked%s",
			  crls, not_asked(r));
	for (size_t i = 0; i < r->f->fetches.n; i++) {
		const struct pki_fetch_fact *x = &r->f->fetches.v[i];
		if (concerns(r, x->cert) && !strcmp(x->kind, "aia")) {
			aia(r, x, &bad);
			had_bad = had_bad || bad;
		}
	}
	if (issuers && !had_bad)
		rule_says(r, "S3.C24b", AMT_PASS, NO_CERT,
			  "every AIA place gave the right issuer (%zu)", issuers);
}
