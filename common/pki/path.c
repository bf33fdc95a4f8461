/*
 * Leaves and the ways up from them. A certificate is a leaf by its content, and
 * every certificate that can have signed another by name is tried with its key,
 * so that same-subject roots and cross-certificates come out as paths of their own.
 */
#include "pki/private.h"

#include <stdlib.h>

static const struct pki_cert *at(const struct pki_facts *f, uint32_t i)
{
	return &f->certs.v[i];
}

/* Can it be a CA? Version 1 has no way to say no. */
static bool may_issue(const struct pki_cert *c)
{
	return c->has_constraints ? c->ca : c->version < 3 || c->self_issued;
}

static void check_self(struct pki_facts *f, uint32_t i)
{
	struct pki_cert *c = &f->certs.v[i];

	if (f->store->self_checked.v[i]++)
		return;
	if (!c->self_issued)
		return;
	enum pki_link link = pki_verify_link(f, i, i);
	/* MD2 can't be checked; a root that stands in the firmware table by hash is that root. */
	c->self_signed = link == PKI_LINK_GOOD || (link == PKI_LINK_UNSUPPORTED && c->root);
}

struct candidate {
	uint32_t cert;
	int rank; /* smaller is tried first */
};

static int by_rank(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->cert < y->cert ? -1 : x->cert > y->cert;
}

/* Certificates whose subject is the issuer's name, the likeliest first. */
static size_t candidates(const struct pki_facts *f, uint32_t cert,
			 struct candidate out[PKI_CANDIDATES_MAX])
{
	const struct pki_cert *c = at(f, cert);
	const union amt_map_value *head = amt_map_get_str(&f->store->by_subject, c->issuer_key);
	struct candidate all[256];
	size_t n = 0;

	for (uint32_t i = head ? (uint32_t)head->n : UINT32_MAX; i != UINT32_MAX;
	     i = f->store->next_same.v[i]) {
		const struct pki_cert *k = at(f, i);
		int rank = 0;
		if (i == cert)
			continue;
		if (c->aki && k->ski)
			rank += strcmp(c->aki, k->ski) ? 4 : -1;
		rank += may_issue(k) ? 0 : 2;
		rank += k->self_issued ? 0 : 1;
		if (n == sizeof(all) / sizeof(all[0]))
			break;
		all[n++] = (struct candidate){i, rank};
	}
	if (!n)
		return 0;
	qsort(all, n, sizeof(all[0]), by_rank);
	n = n < PKI_CANDIDATES_MAX ? n : PKI_CANDIDATES_MAX;
	memcpy(out, all, n * sizeof(all[0]));
	return n;
}

struct search {
	struct pki_facts *f;
	struct pki_chain *chain;
	uint32_t stack[PKI_PATH_MAX];
	uint8_t links[PKI_PATH_MAX];
	size_t depth;
	unsigned steps;
};

static void record(struct search *s, bool complete, bool loop)
{
	struct pki_path *p;

	if (s->chain->paths.n >= PKI_PATHS_MAX)
		return;
	p = amt_vec_add(&s->chain->paths);
	for (size_t i = 0; i < s->depth; i++) {
		amt_vec_push(&p->certs, s->stack[i]);
		if (i + 1 < s->depth)
			amt_vec_push(&p->links, s->links[i]);
	}
	p->complete = complete;
	p->loop = loop;
	const struct pki_cert *top = at(s->f, s->stack[s->depth - 1]);
	if (!complete && !loop) {
		p->missing = top->issuer;
		p->fetch_at = top->issuers_at.n ? top->issuers_at.v[0] : NULL;
	}
}

static bool on_stack(const struct search *s, uint32_t cert)
{
	for (size_t i = 0; i < s->depth; i++)
		if (s->stack[i] == cert)
			return true;
	return false;
}

/* True when at least one way up from here verified or could not be checked. */
static void climb(struct search *s)
{
	uint32_t here = s->stack[s->depth - 1];
	struct candidate list[PKI_CANDIDATES_MAX];
	uint32_t bad = UINT32_MAX;
	bool any = false, loop = false;

	check_self(s->f, here);
	if (at(s->f, here)->self_signed) {
		record(s, true, false);
		return;
	}
	if (s->depth == PKI_PATH_MAX || ++s->steps > PKI_STEPS_MAX) {
		record(s, false, true);
		return;
	}
	size_t n = candidates(s->f, here, list);
	for (size_t i = 0; i < n && s->chain->paths.n < PKI_PATHS_MAX; i++) {
		if (on_stack(s, list[i].cert)) {
			loop = true;
			continue;
		}
		enum pki_link link = pki_verify_link(s->f, here, list[i].cert);
		if (link == PKI_LINK_BAD) {
			bad = bad == UINT32_MAX ? list[i].cert : bad;
			continue;
		}
		any = true;
		s->links[s->depth - 1] = (uint8_t)link;
		s->stack[s->depth++] = list[i].cert;
		climb(s);
		s->depth--;
	}
	if (any)
		return;
	if (bad == UINT32_MAX || s->depth == PKI_PATH_MAX) {
		record(s, false, loop);
		return;
	}
	/* Only a namesake with another key: shown, as a path that does not hold. */
	s->links[s->depth - 1] = PKI_LINK_BAD;
	s->stack[s->depth++] = bad;
	check_self(s->f, bad);
	record(s, false, false);
	s->depth--;
}

static int weakness(const struct pki_facts *f, const struct pki_path *p)
{
	int w = 0;

	for (size_t i = 0; i < p->certs.n; i++) {
		const char *d = at(f, p->certs.v[i])->digest;
		w += d && (!strcmp(d, "SHA-1") || !strcmp(d, "MD5") || !strcmp(d, "MD2"));
	}
	return w;
}

/* The neutral order: complete, without weak signatures, short. Firmware decides in evaluate.c. */
static bool better(const struct pki_facts *f, const struct pki_path *a, const struct pki_path *b)
{
	if (a->complete != b->complete)
		return a->complete;
	int x = weakness(f, a), y = weakness(f, b);
	if (x != y)
		return x < y;
	return a->certs.n < b->certs.n;
}

static void sort_paths(const struct pki_facts *f, struct pki_chain *c)
{
	for (size_t i = 1; i < c->paths.n; i++) {
		struct pki_path p = c->paths.v[i];
		size_t k = i;
		for (; k && better(f, &p, &c->paths.v[k - 1]); k--)
			c->paths.v[k] = c->paths.v[k - 1];
		c->paths.v[k] = p;
	}
}

/* What RFC 5280 6.1.4 asks of issuers; a hash-matched root is exempt (certificates.md 1.2). */
static void check_issuers(struct pki_facts *f, struct pki_path *p)
{
	int below = 0; /* CA certificates between the issuer and the leaf */

	for (size_t i = 1; i < p->certs.n; i++) {
		const struct pki_cert *c = at(f, p->certs.v[i]);
		const char *what = NULL;
		if (c->root && i + 1 == p->certs.n)
			continue;
		if (c->version < 3 && !c->self_signed)
			what = "is used as a CA, but its version of X.509 can't say that it is one";
		else if (c->has_constraints ? !c->ca : c->version >= 3)
			what = "is used as a CA but does not say that it is one";
		else if (c->has_key_usage && !(c->key_usage & PKI_KU_CERT_SIGN))
			what = "is used as a CA but its key usage forbids signing certificates";
		else if (c->has_constraints && c->path_length >= 0 && below > c->path_length)
			what = "allows fewer CA certificates under it than there are";
		else if (c->critical_unknown)
			what = "has a critical extension that is not known here";
		if (what)
			amt_vec_push(&p->trouble,
				     amt_arena_printf(&f->arena, "%s %s", c->subject, what));
		if (!c->self_issued)
			below++;
	}
}

static enum pki_order order_of(const struct pki_facts *f, const struct pki_path *p)
{
	const char *source = at(f, p->certs.v[0])->source;
	bool up = true, down = true, ordered = false;

	for (size_t i = 0; i < f->sources.n; i++)
		if (f->sources.v[i].name == source)
			ordered = f->sources.v[i].ordered;
	if (!ordered)
		return PKI_ORDER_UNKNOWN;
	for (size_t i = 1; i < p->certs.n; i++) {
		const struct pki_cert *a = at(f, p->certs.v[i - 1]), *b = at(f, p->certs.v[i]);
		if (b->source != source)
			return PKI_ORDER_UNKNOWN;
		up = up && b->position > a->position;
		down = down && b->position < a->position;
	}
	return up ? PKI_ORDER_LEAF_FIRST : down ? PKI_ORDER_REVERSED : PKI_ORDER_MIXED;
}

static bool fits_a_leaf(struct pki_facts *f, const struct pki_private_key *k)
{
	bool any = false;

	for (size_t i = 0; i < f->chains.n; i++) {
		struct pki_chain *c = &f->chains.v[i];
		EVP_PKEY *own = pki_store_key(f, c->leaf);
		if (!own || !pki_same_key(own, k->key))
			continue;
		any = c->has_key = c->key_matches = true;
		c->key_source = k->source;
	}
	return any;
}

/* A key that fits no leaf at all speaks against those without one; the key of another leaf
 * beside them says nothing about them. */
static void give_keys(struct pki_facts *f)
{
	struct pki_store *s = f->store;
	const struct pki_private_key *stray = NULL;

	for (size_t i = 0; i < s->private_keys.n; i++)
		if (!fits_a_leaf(f, &s->private_keys.v[i]))
			stray = &s->private_keys.v[i];
	for (size_t i = 0; stray && i < f->chains.n; i++) {
		if (f->chains.v[i].has_key)
			continue;
		f->chains.v[i].has_key = true;
		f->chains.v[i].key_source = stray->source;
	}
}

/* Name constraints (RFC 5280 4.2.1.10) have no reader of ours. */
static bool constrained(const struct pki_facts *f, const struct pki_path *p)
{
	for (size_t i = 1; i < p->certs.n; i++)
		if (at(f, p->certs.v[i])->name_constraints)
			return true;
	return false;
}

static void build_chain(struct pki_facts *f, uint32_t leaf, bool opinion)
{
	struct pki_chain *c = amt_vec_add(&f->chains);
	struct search s = {.f = f, .chain = c, .stack = {leaf}, .depth = 1};

	c->leaf = leaf;
	climb(&s);
	sort_paths(f, c);
	for (size_t i = 0; i < c->paths.n; i++) {
		check_issuers(f, &c->paths.v[i]);
		if ((opinion && f->chains.n <= PKI_OPINIONS_MAX) || constrained(f, &c->paths.v[i]))
			pki_openssl_opinion(f, &c->paths.v[i]);
	}
	c->order = order_of(f, &c->paths.v[0]);
}

static bool has_marker(const struct pki_cert *c)
{
	if (amt_strlist_has(&c->ekus, PKI_OID_AMT_SETUP) || c->marker_elsewhere)
		return true;
	for (size_t i = 0; i < c->ous.n; i++)
		if (amt_memcasestr(c->ous.v[i], strlen(c->ous.v[i]), "client setup cert"))
			return true;
	return false;
}

/* How much a certificate looks like the one to judge; 0: it is a CA or somebody's issuer. */
static int leaf_rank(const struct pki_facts *f, uint32_t i, const bool *issues)
{
	const struct pki_cert *c = at(f, i);
	bool says_ca = c->has_constraints && c->ca;

	if (f->asked.profile == PKI_CA)
		return issues[i] || !may_issue(c) ? 0 : 2;
	if (issues[i])
		return 0;
	if (f->asked.profile == PKI_PROVISIONING && has_marker(c))
		return 3;
	if (!says_ca && !(c->self_issued && !c->has_eku && (c->root || c->version < 3)))
		return 2;
	/* A self-signed CA:TRUE certificate alone: a leaf made by a tool (handbook 8.1). */
	return says_ca && c->has_eku && c->dns.n ? 1 : 0;
}

static void mark_issuers(const struct pki_facts *f, bool *issues)
{
	for (uint32_t i = 0; i < f->certs.n; i++) {
		const union amt_map_value *head =
			amt_map_get_str(&f->store->by_subject, at(f, i)->issuer_key);
		unsigned n = 0;
		for (uint32_t k = head ? (uint32_t)head->n : UINT32_MAX; k != UINT32_MAX && n < 256;
		     k = f->store->next_same.v[k], n++)
			if (k != i && may_issue(at(f, k)) && !at(f, i)->self_issued)
				issues[k] = true;
	}
}

static void list_others(struct pki_facts *f)
{
	bool *used = amt_calloc(f->certs.n ? f->certs.n : 1, sizeof(*used));

	for (size_t i = 0; i < f->chains.n; i++)
		for (size_t p = 0; p < f->chains.v[i].paths.n; p++)
			for (size_t k = 0; k < f->chains.v[i].paths.v[p].certs.n; k++)
				used[f->chains.v[i].paths.v[p].certs.v[k]] = true;
	for (uint32_t i = 0; i < f->certs.n; i++) {
		if (used[i])
			continue;
		check_self(f, i);
		amt_vec_push(&f->others, i);
	}
	free(used);
}

void pki_find_chains(struct pki_facts *f, const struct pki_options *opt, struct amt_notes *notes)
{
	bool *issues = amt_calloc(f->certs.n ? f->certs.n : 1, sizeof(*issues));
	int best = 0;

	mark_issuers(f, issues);
	for (uint32_t i = 0; i < f->certs.n; i++) {
		int rank = leaf_rank(f, i, issues);
		best = rank > best ? rank : best;
	}
	for (uint32_t i = 0; best && i < f->certs.n && !amt_stopped(); i++) {
		if (leaf_rank(f, i, issues) != best)
			continue;
		if (f->chains.n < PKI_CHAINS_MAX)
			build_chain(f, i, !opt->no_opinion);
		else
			f->skipped_chains++;
		amt_progress_update(opt->progress, "chains", i + 1, f->certs.n);
	}
	free(issues);
	give_keys(f);
	if (f->skipped_chains)
		amt_note_add(notes, "input",
			     "%zu more end certificates are not judged here; --each judges every "
			     "file by itself",
			     f->skipped_chains);
	if (f->certs.n >= AMT_CAP_PKI_CERTS)
		amt_note_add(notes, "input", "only the first %zu different certificates were read",
			     (size_t)AMT_CAP_PKI_CERTS);
	list_others(f);
}
