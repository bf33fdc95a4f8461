/* Rules about every member of the chain: completeness, keys, signatures, dates. */
#include "pki/rules.h"

#include <stdio.h>

const char *rule_part(struct rules *r, size_t i)
{
	if (!i)
		return r->f->asked.profile == PKI_CA ? "the CA certificate" : "the leaf";
	if (i + 1 == r->path->certs.n && rule_cert(r, i)->self_issued)
		return "the root";
	return "an intermediate";
}

const char *rule_key(struct amt_arena *a, const struct pki_cert *c)
{
	if (c->key_curve)
		return amt_arena_printf(a, "%s %s", c->key_type, c->key_curve);
	return c->key_bits ? amt_arena_printf(a, "%s %d bits", c->key_type, c->key_bits)
			   : c->key_type;
}

bool pki_weak(const char *digest, const char **which)
{
	*which = digest;
	return digest &&
	       (!strcmp(digest, "SHA-1") || !strcmp(digest, "MD5") || !strcmp(digest, "MD2"));
}

unsigned pki_warn_days(const struct pki_facts *f)
{
	if (f->asked.warn_days)
		return f->asked.warn_days;
	/* Catalogue S3.C13: 60 days; S3.C22: 90 for the CA of the AMT leaves. */
	return f->asked.profile == PKI_PROVISIONING ? 60 : 90;
}

static const char *source_at(struct rules *r, const struct pki_cert *c)
{
	return amt_arena_printf(&r->t->arena, "%s, certificate %u", c->source, c->position);
}

static void complete_links(struct rules *r, const char *id, bool *bad)
{
	const struct pki_path *p = r->path;

	for (size_t i = 0; i + 1 < p->certs.n; i++) {
		if (p->links.v[i] == PKI_LINK_BAD) {
			*bad = true;
			rule_says(r, id, AMT_FAIL, p->certs.v[i],
				  "%s was not signed by the only %s there is (%s): the right one, "
				  "with the same name and another key, is missing",
				  rule_part(r, i), rule_cert(r, i)->issuer,
				  source_at(r, rule_cert(r, i + 1)));
		} else if (p->links.v[i] == PKI_LINK_UNSUPPORTED) {
			rule_says(r, id, AMT_WARN, p->certs.v[i],
				  "the signature of %s (%s) can't be checked here", rule_part(r, i),
				  rule_cert(r, i)->signature);
		}
	}
}

/* Certificates of the leaf's file that are in nobody's chain. *first: one of them. */
static unsigned strays_of(const struct rules *r, uint32_t *first)
{
	const char *source = rule_leaf(r)->source;
	unsigned n = 0;

	for (size_t i = r->f->others.n; i-- > 0;) {
		if (strcmp(r->f->certs.v[r->f->others.v[i]].source, source) != 0)
			continue;
		*first = r->f->others.v[i];
		n++;
	}
	return n;
}

static bool on_path(const struct pki_path *p, uint32_t cert)
{
	for (size_t i = 0; i < p->certs.n; i++)
		if (p->certs.v[i] == cert)
			return true;
	return false;
}

/* Certificates of the same file that only another way up needs: a cross-certificate and what is
 * above it. *first: one of them. */
static unsigned detours_of(const struct rules *r, uint32_t *first)
{
	const char *source = rule_leaf(r)->source;
	unsigned n = 0;

	for (size_t p = 0; p < r->chain->paths.n; p++) {
		const struct pki_path *other = &r->chain->paths.v[p];
		for (size_t i = 0; i < other->certs.n; i++) {
			uint32_t at = other->certs.v[i];
			bool seen = on_path(r->path, at);
			for (size_t q = 0; q < p && !seen; q++)
				seen = on_path(&r->chain->paths.v[q], at);
			if (seen || strcmp(r->f->certs.v[at].source, source) != 0)
				continue;
			*first = n++ ? *first : at;
		}
	}
	return n;
}

static unsigned duplicates_of(const struct rules *r)
{
	for (size_t i = 0; i < r->f->sources.n; i++)
		if (!strcmp(r->f->sources.v[i].name, rule_leaf(r)->source))
			return r->f->sources.v[i].duplicates;
	return 0;
}

/* Order, stray and double certificates: host-based setup takes leaf first, root last (SDK-chain).
 */
static void complete_bundle(struct rules *r, const char *id)
{
	uint32_t detour = NO_CERT, stray = NO_CERT;
	unsigned strays = strays_of(r, &stray), doubles = duplicates_of(r);
	unsigned detours = detours_of(r, &detour);
	const char *source = rule_leaf(r)->source;

	if (r->chain->order == PKI_ORDER_REVERSED || r->chain->order == PKI_ORDER_MIXED)
		rule_says(r, id, AMT_WARN, r->chain->leaf,
			  "%s has the certificates in %s order; AMT is given the leaf first and "
			  "the root last",
			  source, r->chain->order == PKI_ORDER_REVERSED ? "reversed" : "the wrong");
	if (strays)
		rule_says(r, id, AMT_WARN, stray,
			  "%s also holds %u certificate%s that no path needs", source, strays,
			  strays == 1 ? "" : "s");
	/* Handbook failure 14: the device is given every certificate of the bundle. */
	if (detours)
		rule_says(r, id, AMT_WARN, detour,
			  "%s holds more than one way up: %u certificate%s (%s) of another one "
			  "%s in the way of tools that hand all of them to AMT",
			  source, detours, detours == 1 ? "" : "s", r->f->certs.v[detour].subject,
			  detours == 1 ? "is" : "are");
	if (doubles)
		rule_says(r, id, AMT_WARN, NO_CERT, "%s holds %u certificate%s twice", source,
			  doubles, doubles == 1 ? "" : "s");
	if (r->path->certs.n > 4)
		rule_says(r, id, AMT_WARN, NO_CERT,
			  "the chain has %zu certificates; RPS takes 4 at most, and the device has "
			  "a limit that is not published (AddNextCertInChain status 5)",
			  r->path->certs.n);
}

/* Default roots of version 1 are taken by their hash alone (certificates.md 1.2). */
static void complete_version(struct rules *r, const char *id)
{
	size_t last = r->path->certs.n - 1;
	const struct pki_cert *top = rule_cert(r, last);

	if (last && top->self_signed && top->version < 3 && !top->root && !rule_in_lists(r->f, top))
		rule_says(r, id, AMT_WARN, r->path->certs.v[last],
			  "the root is an X.509 certificate of version %d, which can't say that it "
			  "is a CA: only a device that holds its hash may take it",
			  top->version);
}

void rule_complete(struct rules *r, const char *id)
{
	const struct pki_path *p = r->path;
	bool bad = false;
	size_t before = r->row->reasons.n;

	complete_links(r, id, &bad);
	if (p->loop)
		rule_says(r, id, AMT_FAIL, NO_CERT,
			  "the chain goes round in a circle or is deeper than %d certificates",
			  PKI_PATH_MAX);
	else if (!p->complete && !bad && r->f->asked.as_sent)
		rule_says(
			r, id, AMT_WARN, p->certs.v[p->certs.n - 1],
			"the chain that was sent stops at %s: its issuer %s was not sent with it; "
			"host-based setup needs the root, of the handshake only examples are known",
			rule_part(r, p->certs.n - 1), p->missing ? p->missing : "");
	else if (!p->complete && !bad)
		rule_says(r, id, AMT_FAIL, p->certs.v[p->certs.n - 1],
			  "the chain stops at %s: its issuer %s is missing%s%s",
			  rule_part(r, p->certs.n - 1), p->missing ? p->missing : "",
			  p->fetch_at ? "; it can be had at " : "", p->fetch_at ? p->fetch_at : "");
	for (size_t i = 0; i < p->trouble.n; i++)
		rule_says(r, id, AMT_FAIL, NO_CERT, "%s", p->trouble.v[i]);
	if (r->row->reasons.n == before)
		for (size_t i = 0; i < p->openssl.n; i++)
			rule_says(r, id, AMT_WARN, NO_CERT, "OpenSSL's strict check says of %s",
				  p->openssl.v[i]);
	complete_version(r, id);
	complete_bundle(r, id);
	if (r->row->reasons.n == before)
		rule_says(r, id, AMT_PASS, NO_CERT,
			  p->certs.n == 1 ? "the certificate is its own root"
					  : "every issuer up to the root is there and every "
					    "signature verifies");
}

/* S3.C14: the guide's 1024 to 2048; 4096 from 6.0 (CM2012); 2048 at least from 15.0-H (SDK-hash).
 */
static void one_key(struct rules *r, size_t i)
{
	const struct pki_cert *c = rule_cert(r, i);
	const char *part = rule_part(r, i), *key = rule_key(&r->t->arena, c);
	uint32_t at = r->path->certs.v[i];
	const struct pki_generation *g = r->gen;
	int max = i ? g->chain_max : g->leaf_max;

	if (strcmp(c->key_type, "RSA") != 0) {
		if (!i || g->leaf_max <= 2048)
			rule_says(r, "S3.C14", AMT_FAIL, at,
				  "%s has an %s key; AMT provisioning uses RSA keys", part, key);
		else
			rule_says(r, "S3.C14", AMT_WARN, at,
				  "%s has an %s key; whether AMT takes it in a chain is not proven",
				  part, key);
	} else if (c->key_bits > g->leaf_max) {
		rule_says(r, "S3.C14", AMT_FAIL, at, "%s has %s; %d is the most", part, key,
			  g->leaf_max);
	} else if (c->key_bits > max) {
		rule_says(r, "S3.C14", AMT_WARN, at,
			  "%s has %s; for CA certificates more than %d is not confirmed", part, key,
			  max);
	} else if (c->key_bits < 1024) {
		rule_says(r, "S3.C14", AMT_FAIL, at, "%s has %s; 1024 is the least", part, key);
	} else if (c->key_bits < g->key_min) {
		rule_says(r, "S3.C14", rule_h(r), at, "%s has %s; %d is the least%s", part, key,
			  g->key_min, r->unsure_h ? " on H platforms" : "");
	} else if (!i && c->key_bits != 1024 && c->key_bits != 2048 && c->key_bits != 4096 &&
		   g->leaf_max > 2048) {
		rule_says(r, "S3.C14", AMT_WARN, at,
			  "%s has %s; only 1024, 2048 and 4096 are named anywhere", part, key);
	}
}

void rule_keys(struct rules *r)
{
	size_t before = r->row->reasons.n;

	for (size_t i = 0; i < r->path->certs.n; i++)
		one_key(r, i);
	if (r->row->reasons.n == before)
		rule_says(r, "S3.C14", AMT_PASS, NO_CERT,
			  "the keys of all certificates have sizes that AMT takes (leaf: %s)",
			  rule_key(&r->t->arena, rule_leaf(r)));
}

/* No SHA-1 anywhere, the root's own signature included, from 15.0-H and 16.0 (SDK-hash, KB90051).
 * SHA-384 is known of newer platforms only, other kinds of none (certificates.md 1.2, B); a root
 * is compared by its hash, so its own signature may be of any kind but those that are banned. */
static void one_signature(struct rules *r, size_t i)
{
	const struct pki_cert *c = rule_cert(r, i);
	const char *d, *part = rule_part(r, i);
	uint32_t at = r->path->certs.v[i];

	if (pki_weak(c->digest, &d)) {
		if (r->gen->sha1_banned)
			rule_says(r, "X.PKI1", rule_h(r), at,
				  "%s is signed with %s, which %s refuses everywhere in the chain",
				  part, d, r->unsure_h ? "15.0 on H platforms" : "this firmware");
		else if (strcmp(d, "SHA-1") != 0 && !c->root)
			rule_says(r, "X.PKI1", AMT_WARN, at, "%s is signed with %s", part, d);
		return;
	}
	bool pss = !strcmp(c->signature, "rsassaPss");
	bool sha256 = d && !strcmp(d, "SHA-256"), sha384 = d && !strcmp(d, "SHA-384");
	if (c->self_signed && d)
		return;
	if (pss || (!sha256 && !sha384))
		rule_says(r, "X.PKI1", AMT_WARN, at,
			  "%s is signed with %s, which no AMT document names", part, c->signature);
	else if (sha384 && r->fw.major < 16)
		rule_says(r, "X.PKI1", AMT_WARN, at,
			  "%s is signed with SHA-384, which only platforms from about 16.0 on are "
			  "known to take",
			  part);
}

void rule_signatures(struct rules *r)
{
	size_t before = r->row->reasons.n;

	for (size_t i = 0; i < r->path->certs.n; i++)
		one_signature(r, i);
	if (r->row->reasons.n == before)
		rule_says(r, "X.PKI1", AMT_PASS, NO_CERT,
			  "the signatures of all certificates are of a kind that AMT takes");
}

static void one_date(struct rules *r, const char *id, size_t i)
{
	const struct pki_cert *c = rule_cert(r, i);
	char day[AMT_TIME_TEXT];
	uint32_t at = r->path->certs.v[i];
	const char *part = rule_part(r, i);
	amt_time now = r->ctx->now, soon = now + (amt_time)pki_warn_days(r->f) * AMT_DAY;

	if (c->not_before == AMT_TIME_NONE || c->not_after == AMT_TIME_NONE)
		rule_says(r, id, AMT_FAIL, at, "%s has no valid dates", part);
	else if (c->not_after < now)
		rule_says(r, id, AMT_FAIL, at, "%s expired on %s", part,
			  amt_time_date(c->not_after, day));
	else if (c->not_before > now)
		rule_says(r, id, AMT_FAIL, at, "%s is not valid before %s", part,
			  amt_time_date(c->not_before, day));
	else if (c->not_after < soon)
		rule_says(r, id, AMT_WARN, at, "%s expires on %s, in %d days", part,
			  amt_time_date(c->not_after, day), (int)((c->not_after - now) / AMT_DAY));
}

void rule_dates(struct rules *r, const char *id)
{
	size_t before = r->row->reasons.n, first = 0;
	char day[AMT_TIME_TEXT];

	for (size_t i = 0; i < r->path->certs.n; i++) {
		one_date(r, id, i);
		if (rule_cert(r, i)->not_after < rule_cert(r, first)->not_after)
			first = i;
	}
	if (r->row->reasons.n == before)
		rule_says(r, id, AMT_PASS, NO_CERT,
			  "all certificates are in date; %s is the first to expire, on %s",
			  rule_part(r, first), amt_time_date(rule_cert(r, first)->not_after, day));
}

bool rule_in_lists(const struct pki_facts *f, const struct pki_cert *top)
{
	uint8_t h[48];

	for (size_t i = 0; i < f->lists.n; i++) {
		for (size_t k = 0; k < f->lists.v[i].hashes.n; k++) {
			const struct pki_hash *x = &f->lists.v[i].hashes.v[k];
			const char *own = x->length == 20   ? top->sha1
					  : x->length == 32 ? top->sha256
							    : top->sha384;
			if (amt_hex_decode(own, h, sizeof(h)) == x->length &&
			    !memcmp(h, x->bytes, x->length))
				return true;
		}
	}
	return false;
}

/* S3.C10a: the chain ends at a root that clients know, or may have been told. */
void rule_trusted_root(struct rules *r)
{
	const struct pki_path *p = r->path;
	const struct pki_cert *top = rule_cert(r, p->certs.n - 1);
	uint32_t at = p->certs.v[p->certs.n - 1];

	if (!p->complete && r->f->asked.as_sent)
		rule_says(r, "S3.C10a", AMT_WARN, at,
			  "the chain that was sent does not end at a root: %s is not self-signed",
			  top->subject);
	else if (!p->complete && top->self_signed)
		rule_says(r, "S3.C10a", AMT_FAIL, at,
			  "the chain does not end at a root: the one called %s that was given is "
			  "another one, with another key",
			  top->subject);
	else if (!p->complete)
		rule_says(r, "S3.C10a", AMT_FAIL, at,
			  "the chain does not end at a root: %s is not self-signed", top->subject);
	else if (p->certs.n == 1)
		rule_says(
			r, "S3.C10a", AMT_WARN, at,
			"the leaf is self-signed, so its own hash would have to be in the device");
	else if (top->root)
		rule_says(r, "S3.C10a", AMT_PASS, at, "the chain ends at %s, which firmware holds",
			  top->root->name);
	else if (rule_in_lists(r->f, top))
		rule_says(r, "S3.C10a", AMT_PASS, at,
			  "the chain ends at %s, which the device was told of", top->subject);
	else
		rule_says(
			r, "S3.C10a", AMT_WARN, at,
			"the chain ends at the root %s, which no firmware holds by default: it has "
			"to be entered in every client",
			top->subject);
}
