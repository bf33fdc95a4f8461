/*
 * The certificates that a server showed to AMT in a call back (TLS up to 1.2: in clear), against
 * the hash lists and the DHCP domain of the devices it called: the meeting place of the rooms hello
 * and pki. Works on facts alone, so a replayed document gets it too.
 */
#include "hellocap.h"

#include "amtdiag/pki.h"

#define CHAINS_MAX  32 /* different chains in one capture */
#define DEVICES_MAX 64 /* hash lists held against one chain */

static bool same(const struct hello_indices *a, const struct hello_indices *b)
{
	return a->n == b->n && memcmp(a->v, b->v, a->n * sizeof(*a->v)) == 0;
}

/* The newest whole list of the device, as pki takes it. */
static void add_list(struct pki_facts *p, const struct hello_device *d)
{
	const struct hello_facts *f = &hellocap.facts;

	for (size_t i = d->hellos.n; i-- > 0;) {
		const struct hello_message *m = &f->hellos.v[d->hellos.v[i]].m;

		if (m->mode != HELLO_MODE_PKI || m->verdict != HELLO_EXACT)
			continue;
		struct pki_hash_list *l =
			pki_add_list(p, amt_arena_printf(&p->arena, "hello of %s", d->id));
		for (size_t k = 0; k < m->hashes.n; k++)
			pki_add_hash(p, l, m->hashes.v[k].bytes, m->hashes.v[k].length,
				     m->hashes.v[k].name);
		return;
	}
}

static void add_suffix(struct pki_facts *p, const struct hello_device *d)
{
	const struct hello_facts *f = &hellocap.facts;

	for (size_t i = 0; i < d->leases.n; i++) {
		const char *s = f->leases.v[d->leases.v[i]].suffix;

		if (s && !amt_strlist_has(&p->asked.suffixes, s))
			amt_vec_push(&p->asked.suffixes, amt_arena_strdup(&p->arena, s));
	}
}

/* Every device that was called with this chain. */
static void add_devices(struct pki_facts *p, const struct hello_indices *chain)
{
	const struct hello_facts *f = &hellocap.facts;
	size_t added = 0;

	for (size_t i = 0; i < f->devices.n && added < DEVICES_MAX; i++) {
		const struct hello_device *d = &f->devices.v[i];

		for (size_t k = 0; k < d->conns.n; k++)
			if (same(&f->conns.v[d->conns.v[k]].tls.client_chain, chain)) {
				add_list(p, d);
				add_suffix(p, d);
				added++;
				break;
			}
	}
}

static void judge_chain(struct amt_cli *cli, const struct hello_conn *c)
{
	const struct hello_facts *f = &hellocap.facts;
	const struct hello_indices *chain = &c->tls.client_chain;
	struct pki_options opt = {.asked = {.profile = PKI_PROVISIONING}};
	struct pki_facts p = {.asked = {.profile = PKI_PROVISIONING, .as_sent = true}};
	const char *source = amt_arena_printf(
		&cli->run.arena, "%s frame %llu",
		c->first.capture < f->captures.n ? f->captures.v[c->first.capture].name : "facts",
		(unsigned long long)c->tls.client_cert_at.frame);

	for (size_t i = 0; i < chain->n; i++) {
		const struct hello_certificate *x = &f->certificates.v[chain->v[i]];

		pki_load_bytes(&p, source, x->der, x->length, &opt, &cli->run.notes);
	}
	add_devices(&p, chain);
	opt.asked = p.asked;
	pki_build(&p, &opt, &cli->run.notes);
	if (p.certs.n)
		pki_judge(&p, &cli->context, &cli->run.findings);
	pki_facts_free(&p);
}

void hellocap_judge_chains(struct amt_cli *cli)
{
	const struct hello_facts *f = &hellocap.facts;
	const struct hello_conn *done[CHAINS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < f->conns.n && n < CHAINS_MAX; i++) {
		const struct hello_conn *c = &f->conns.v[i];
		bool seen = !c->tls.client_chain.n || c->server_port != 16993;

		for (size_t k = 0; k < n && !seen; k++)
			seen = same(&done[k]->tls.client_chain, &c->tls.client_chain);
		if (seen)
			continue;
		done[n++] = c;
		judge_chain(cli, c);
	}
}
