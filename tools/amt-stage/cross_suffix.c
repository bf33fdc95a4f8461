/* Where leases and the provisioning chain meet: does the certificate cover the domain that DHCP
 * gave? */
#include "cross.h"

#include "amtdiag/pki.h"

#include <stdlib.h>
#include <string.h>

/* ---- the versions that count --------------------------------------------- */

enum { MOST_VERSIONS = 64 }; /* of more, every generation says the same in fewer words */

static int by_version(const void *a, const void *b)
{
	return amt_fw_compare(a, b);
}

bool cross_listed_firmware(const struct stage *st, struct cross_versions *out)
{
	for (size_t i = 0; i < st->inventory.clients.n; i++) {
		const struct site_client *c = &st->inventory.clients.v[i];
		struct amt_fw fw;
		bool known = false;
		if (!stage_mine(st, c))
			continue;
		if (!amt_fw_parse(c->firmware, &fw, NULL) || out->n == MOST_VERSIONS)
			return false;
		for (size_t k = 0; !known && k < out->n; k++)
			known = !amt_fw_compare(&out->v[k], &fw);
		if (!known)
			amt_vec_push(out, fw);
	}
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_version);
	return out->n > 0;
}

/* ---- one domain ----------------------------------------------------------- */

/* One of the leaves that were given has a name that covers it. */
static bool covered(const struct pki_facts *p, const char *suffix, const struct pki_generation *g)
{
	for (size_t i = 0; i < p->chains.n; i++) {
		const struct pki_cert *c = &p->certs.v[p->chains.v[i].leaf];
		for (size_t k = 0; k < c->cns.n + c->dns.n; k++)
			if (pki_rule_matches(pki_suffix_match(k < c->cns.n ? c->cns.v[k]
									   : c->dns.v[k - c->cns.n],
							      suffix, g)))
				return true;
	}
	return false;
}

/* PASS: on every version; FAIL: on none; WARN: on some. */
static enum amt_verdict over(const struct pki_facts *p, const char *suffix,
			     const struct amt_fw *versions, size_t n)
{
	size_t all = n ? n : pki_generation_count(), good = 0;

	for (size_t i = 0; i < all; i++)
		good += covered(p, suffix,
				n ? pki_generation_of(&versions[i]) : pki_generation_at(i));
	return good == all ? AMT_PASS : good ? AMT_WARN : AMT_FAIL;
}

struct cross_versions cross_firmware(const struct stage *st)
{
	const struct amt_context *ctx = &st->cli->context;
	struct cross_versions out = {0};

	for (size_t i = 0; i < ctx->n_firmware; i++)
		amt_vec_push(&out, ctx->firmware[i]);
	if (!out.n && !cross_listed_firmware(st, &out))
		out.n = 0;
	return out;
}

enum amt_verdict cross_suffix(const struct stage *st, const struct cross_versions *all,
			      const struct site_client *c, const char *suffix)
{
	const struct pki_facts *p = stage_state(st, &stage_room_chain);
	struct amt_fw own;

	if (!p || !p->chains.n)
		return AMT_UNKNOWN;
	return c && amt_fw_parse(c->firmware, &own, NULL) ? over(p, suffix, &own, 1)
							  : over(p, suffix, all->v, all->n);
}

/* ---- S3.C11: what a device was given, in a capture ------------------------- */

static const char *name_of_leaf(const struct stage *st)
{
	const struct pki_facts *p = stage_state(st, &stage_room_chain);
	const struct pki_cert *c = &p->certs.v[p->chains.v[0].leaf];

	return c->cns.n ? c->cns.v[0] : c->dns.n ? c->dns.v[0] : "without a name";
}

static bool speaks_pki(const struct hello_facts *h, const struct hello_device *d)
{
	return d->hellos.n && h->hellos.v[d->hellos.v[d->hellos.n - 1]].m.mode == HELLO_MODE_PKI;
}

void cross_suffixes(const struct cross *x)
{
	const struct hello_facts *h = x->captures;
	struct cross_versions all = cross_firmware(x->st);

	for (size_t i = 0; h && i < h->devices.n; i++) {
		const struct hello_device *d = &h->devices.v[i];
		const struct hello_lease *l = NULL;
		for (size_t k = 0; k < d->leases.n; k++)
			if (h->leases.v[d->leases.v[k]].acks)
				l = &h->leases.v[d->leases.v[k]];
		/* It had another suffix from MEBx if it was provisioned all the same. */
		if (!l || !l->has_suffix || !l->suffix || !*l->suffix || !speaks_pki(h, d) ||
		    cross_provisioned(x->st, d->id))
			continue;
		enum amt_verdict v = cross_suffix(
			x->st, &all, site_inventory_find(&x->st->inventory, d->id), l->suffix);
		if (v == AMT_UNKNOWN)
			continue;
		struct amt_finding *f = amt_finding_add(
			x->fs, "S3.C11", v, d->id,
			v == AMT_PASS ? "DHCP gave it the domain %s, which the certificate's name "
					"%s covers"
			: v == AMT_FAIL
				? "DHCP gave it the domain %s, which the certificate's name %s "
				  "does "
				  "not cover: it refuses the certificate, unless MEBx holds "
				  "another "
				  "suffix"
				: "DHCP gave it the domain %s, which the certificate's name %s "
				  "covers on some firmware only",
			l->suffix, name_of_leaf(x->st));
		amt_finding_evidence(x->fs, f,
				     l->ack.capture < h->captures.n
					     ? h->captures.v[l->ack.capture].name
					     : "capture",
				     amt_arena_printf(&x->fs->arena, "frame %llu",
						      (unsigned long long)l->ack.frame),
				     "DHCP ACK, option 15: \"%s\"", l->suffix);
	}
	amt_vec_free(&all);
}
