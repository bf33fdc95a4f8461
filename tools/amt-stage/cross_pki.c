/* Where certificates meet: what devices trust, what consoles trust, and what was revoked. */
#include "cross.h"

#include "amtdiag/exports.h"
#include "amtdiag/pki.h"

#include <string.h>

/* ---- S3.C10b: the list that a device told, against the root of the chain ------------------- */

static const struct hello_seen *told(const struct hello_facts *h, const struct hello_device *d)
{
	for (size_t i = d->hellos.n; i-- > 0;) {
		const struct hello_seen *s = &h->hellos.v[d->hellos.v[i]];
		if (s->m.mode == HELLO_MODE_PKI && s->m.verdict == HELLO_EXACT)
			return s;
	}
	return NULL;
}

bool cross_lists_told(const struct stage *st)
{
	const struct hello_facts *h = stage_state(st, &stage_room_captures);
	const struct devices *devices = stage_state(st, &stage_room_devices);

	for (size_t i = 0; h && i < h->devices.n; i++)
		if (told(h, &h->devices.v[i]))
			return true;
	for (size_t i = 0; devices && i < devices->list.n; i++)
		if (devices->list.v[i].hash.n)
			return true;
	return devices && devices->spool.n > 0;
}

/* The longest form in which the list has it; NULL: it has not. */
static const char *listed(const struct hello_message *m, const struct pki_cert *c)
{
	const char *form = NULL;
	char hex[97];

	for (size_t i = 0; i < m->hashes.n; i++) {
		const struct hello_hash *y = &m->hashes.v[i];
		const char *own = y->length == 20   ? c->sha1
				  : y->length == 32 ? c->sha256
				  : y->length == 48 ? c->sha384
						    : NULL;
		if (!own || !y->bytes)
			continue;
		amt_hex_encode(y->bytes, y->length, hex);
		if (amt_strcasecmp(hex, own) != 0)
			continue;
		if (y->length == 20)
			return "SHA-1"; /* the form that ConfigMgr 2007 looks for */
		form = y->algorithm;
	}
	return form;
}

static void compare(const struct cross *x, const struct hello_device *d, const struct hello_seen *s,
		    const struct pki_cert *root, const char *which)
{
	const char *form = listed(&s->m, root);
	bool whole = s->m.hashes.n >= s->m.declared_hashes;
	enum amt_verdict v = form    ? strcmp(form, "SHA-1") ? AMT_WARN : AMT_PASS
			     : whole ? AMT_FAIL
				     : AMT_UNKNOWN;
	struct amt_finding *f = amt_finding_add(
		x->fs, "S3.C10b", v, d->id, "%s, %s, is %s%s%s", which, root->subject,
		form    ? "in the list of its hello as "
		: whole ? "not among the hashes of its hello"
			: "not in what was captured of its list",
		form ? form : "",
		v == AMT_WARN ? " only; ConfigMgr 2007 compares SHA-1 hashes" : "");
	amt_finding_evidence(
		x->fs, f, "capture",
		amt_arena_printf(&x->fs->arena, "frame %llu", (unsigned long long)s->at.frame),
		"%zu of %u hashes", s->m.hashes.n, s->m.declared_hashes);
	amt_finding_evidence(x->fs, f, root->source, NULL, "SHA-1 %s", root->sha1);
}

/* No failure: that the root must be sent is documented for host-based setup only; of the handshake
 * there are examples that send it (handbook certificates.md 1.2, tags A and B; hello.md 3.3, one
 * source). */
static void no_root(const struct cross *x, const struct hello_device *d, const char *where,
		    size_t n)
{
	struct amt_finding *f = amt_finding_add(
		x->fs, "S3.C10b", AMT_WARN, d->id,
		"the service point sends %zu certificate%s in the handshake, and no root: AMT has "
		"nothing to compare with its list, if it needs the root there",
		n, n == 1 ? "" : "s");

	amt_finding_evidence(x->fs, f, "capture", where, NULL);
	amt_finding_evidence(x->fs, f, "handbook", "certificates.md 1.2",
			     "the root must be sent in host-based setup; for the handshake only "
			     "examples are known that send it");
	amt_finding_action(x->fs, f,
			   "Install the whole chain with its root on the service point, so that "
			   "the root is sent too");
}

/* The root of what the service point sent in the latest handshake back to the device. */
static void sent(const struct cross *x, const struct hello_device *d, const struct hello_seen *s)
{
	const struct hello_facts *h = x->captures;
	const struct pki_options opt = {.no_opinion = true};
	struct amt_notes notes = {0};
	struct pki_facts f = {0};
	const struct hello_conn *c = NULL;

	for (size_t i = d->conns.n; i-- > 0 && !c;) {
		const struct hello_conn *one = &h->conns.v[d->conns.v[i]];
		if (one->server_port == 16993 && one->tls.client_chain.n)
			c = one;
	}
	if (!c)
		return;
	const char *where = amt_arena_printf(&x->fs->arena, "frame %llu",
					     (unsigned long long)c->tls.client_cert_at.frame);
	for (size_t i = 0; i < c->tls.client_chain.n; i++) {
		const struct hello_certificate *y = &h->certificates.v[c->tls.client_chain.v[i]];
		pki_load_bytes(&f, where, y->der, y->length, &opt, &notes);
	}
	const struct pki_cert *root = NULL;
	for (size_t i = 0; i < f.certs.n; i++)
		if (f.certs.v[i].self_issued)
			root = &f.certs.v[i];
	if (root)
		compare(x, d, s, root, "the root that the service point sends in the handshake");
	else if (f.certs.n)
		no_root(x, d, where, f.certs.n);
	amt_notes_free(&notes);
	pki_facts_free(&f);
}

void cross_roots(const struct cross *x)
{
	const struct pki_facts *p = stage_state(x->st, &stage_room_chain);

	for (size_t i = 0; x->captures && i < x->captures->devices.n; i++) {
		const struct hello_device *d = &x->captures->devices.v[i];
		const struct hello_seen *s = told(x->captures, d);
		if (!s)
			continue;
		sent(x, d, s);
		for (size_t c = 0; p && c < p->chains.n; c++) {
			const struct pki_path *path = &p->chains.v[c].paths.v[0];
			const struct pki_cert *top = &p->certs.v[path->certs.v[path->certs.n - 1]];
			if (top->self_issued)
				compare(x, d, s, top, "the root of the provisioning chain");
		}
	}
}

/* ---- S5.C07: the stores of consoles ------------------------------------------------------- */

/* sha1 NULL: any certificate, which tells that the store was exported. */
static bool in_store(const struct exports_facts *e, const char *computer, const char *sha1,
		     const char *store)
{
	for (size_t i = 0; i < e->facts.n; i++) {
		const struct exports_fact *s = &e->facts.v[i];
		if (s->what == EXPORTS_STORED && !amt_strcasecmp(s->computer, computer) &&
		    (!sha1 || !amt_strcasecmp(s->name, sha1)) &&
		    !strcmp(s->field[EXPORTS_STORE], store))
			return true;
	}
	return false;
}

struct console_cas {
	size_t n;
	const char *missing, *middle; /* one that is in no store, in the intermediate store only */
};

static struct console_cas cas_of(const struct exports_facts *e, const char *computer,
				 const struct pki_facts *p)
{
	struct console_cas a = {0};

	for (size_t i = 0; i < p->certs.n; i++) {
		const struct pki_cert *c = &p->certs.v[i];
		if (!c->ca)
			continue;
		a.n++;
		if (in_store(e, computer, c->sha1, "root"))
			continue;
		if (in_store(e, computer, c->sha1, "intermediate"))
			a.middle = c->subject;
		else
			a.missing = c->subject;
	}
	return a;
}

static void one_console(const struct cross *x, const struct exports_facts *e,
			const struct exports_fact *any, const struct pki_facts *p)
{
	const char *const who = any->computer;
	struct console_cas a = cas_of(e, who, p);
	bool root = in_store(e, who, NULL, "root"), both = in_store(e, who, NULL, "intermediate");
	struct amt_finding *f;

	if (!a.n)
		return;
	if (!root)
		f = amt_finding_add(x->fs, "S5.C07", AMT_UNKNOWN, who,
				    "its Trusted Root store was not exported");
	else if (a.missing && both)
		f = amt_finding_add(x->fs, "S5.C07", AMT_FAIL, who,
				    "%s is in neither of its certificate stores", a.missing);
	else if (a.missing)
		f = amt_finding_add(x->fs, "S5.C07", AMT_WARN, who,
				    "%s is not in Trusted Root; its intermediate store was not "
				    "exported",
				    a.missing);
	else if (a.middle)
		f = amt_finding_add(x->fs, "S5.C07", AMT_WARN, who,
				    "%s is in the intermediate store only; redirection looks in "
				    "Trusted Root",
				    a.middle);
	else
		f = amt_finding_add(x->fs, "S5.C07", AMT_PASS, who,
				    "all %zu CAs of the chain are in Trusted Root", a.n);
	amt_finding_evidence(
		x->fs, f, e->files.v[any->file].path,
		amt_arena_printf(&x->fs->arena, "line %llu", (unsigned long long)any->line),
		"the first certificate of the export");
	amt_finding_evidence(x->fs, f, p->sources.n ? p->sources.v[0].name : "issuing CA", NULL,
			     "%zu CA certificates", a.n);
}

void cross_stores(const struct cross *x)
{
	const struct exports_facts *e = stage_state(x->st, &stage_room_exports);
	const struct pki_facts *p = stage_state(x->st, &stage_room_issuing_ca);
	struct amt_map done = {0};

	for (size_t i = 0; e && p && i < e->facts.n; i++) {
		const struct exports_fact *s = &e->facts.v[i];
		if (s->what != EXPORTS_STORED)
			continue;
		union amt_map_value *v = amt_map_put(&done, s->computer, strlen(s->computer), NULL);
		if (!v->n)
			one_console(x, e, s, p);
		v->n = 1;
	}
	amt_map_free(&done);
}

/* ---- S7.V02: what un-provisioning should have revoked -------------------------------------- */

static bool names(const struct pki_cert *c, const char *host)
{
	for (size_t i = 0; i < c->cns.n; i++)
		if (!amt_strcasecmp(c->cns.v[i], host))
			return true;
	for (size_t i = 0; i < c->dns.n; i++)
		if (!amt_strcasecmp(c->dns.v[i], host))
			return true;
	return false;
}

/* The list that says most: a revocation, else the newest. */
static const struct pki_fetch_fact *best_list(const struct pki_facts *p, uint32_t cert)
{
	const struct pki_fetch_fact *best = NULL;

	for (size_t i = 0; i < p->fetches.n; i++) {
		const struct pki_fetch_fact *y = &p->fetches.v[i];
		if (y->cert != cert || !y->parsed || y->status == PKI_REV_UNKNOWN ||
		    !strcmp(y->kind, "aia"))
			continue;
		if (y->status == PKI_REV_REVOKED)
			return y;
		if (!best || y->this_update > best->this_update)
			best = y;
	}
	return best;
}

/* The right is optional: its row warns where it is missing. */
static bool may_not_revoke(const struct cross *x)
{
	for (size_t i = 0; i < x->st->seen.list.n; i++)
		if (x->st->seen.list.v[i]->verdict == AMT_WARN &&
		    !strcmp(x->st->seen.list.v[i]->item->id, "S1.V06"))
			return true;
	return false;
}

static void one_certificate(const struct cross *x, const struct pki_facts *p, uint32_t cert,
			    const char *host, amt_time since, const struct trace_spot *at)
{
	const struct pki_fetch_fact *y = best_list(p, cert);
	const struct pki_cert *c = &p->certs.v[cert];
	char day[AMT_TIME_TEXT], list[AMT_TIME_TEXT];
	struct amt_finding *f;

	if (!y)
		f = amt_finding_add(x->fs, "S7.V02", AMT_UNKNOWN, host,
				    "no revocation list was to be had for certificate %s that it "
				    "had",
				    c->serial);
	else if (y->status == PKI_REV_REVOKED)
		f = amt_finding_add(x->fs, "S7.V02", AMT_PASS, host,
				    "certificate %s that it had was revoked at %s", c->serial,
				    amt_time_format(y->revoked_at, day));
	else if (since != AMT_TIME_NONE && y->this_update < since)
		f = amt_finding_add(x->fs, "S7.V02", AMT_PENDING, host,
				    "certificate %s is not revoked in the list of %s, which is "
				    "older than the un-provisioning at %s: the next list will tell",
				    c->serial, amt_time_format(y->this_update, list),
				    amt_time_format(since, day));
	else
		f = amt_finding_add(x->fs, "S7.V02", may_not_revoke(x) ? AMT_WARN : AMT_FAIL, host,
				    "certificate %s that it had is not revoked in the list of %s%s",
				    c->serial, amt_time_format(y->this_update, list),
				    may_not_revoke(x) ? ": the site server may not revoke (S1.V06)"
						      : "");
	amt_finding_evidence(x->fs, f, c->source, NULL, "serial number %s, of %s", c->serial,
			     c->issuer);
	if (y)
		amt_finding_evidence(x->fs, f, y->url, NULL, "list of %s, %u entries",
				     amt_time_format(y->this_update, list), y->revoked_count);
	if (x->logs && at && at->file < x->logs->files.n)
		amt_finding_evidence(x->fs, f, x->logs->files.v[at->file].name, cross_line(x, at),
				     "un-provisioned");
}

static void one_removed(const struct cross *x, const struct pki_facts *p, const char *host,
			amt_time since, const struct trace_spot *at)
{
	for (size_t i = 0; i < p->chains.n; i++) {
		uint32_t leaf = p->chains.v[i].leaf;
		const struct pki_cert *c = &p->certs.v[leaf];
		/* One that it was given later is not what this un-provisioning left. */
		if (names(c, host) && !c->self_signed &&
		    (since == AMT_TIME_NONE || c->not_before <= since))
			one_certificate(x, p, leaf, host, since, at);
	}
}

void cross_revoked(const struct cross *x)
{
	const struct pki_facts *p = stage_state(x->st, &stage_room_client_certificates);

	for (size_t i = 0; p && x->logs && i < x->logs->devices.n; i++) {
		const struct trace_device *t = &x->logs->devices.v[i];
		const struct trace_session *s = t->last_session < x->logs->sessions.n
							? &x->logs->sessions.v[t->last_session]
							: NULL;
		if (t->unprovisioned && *t->host)
			one_removed(x, p, t->host, s ? s->end : AMT_TIME_NONE, s ? &s->last : NULL);
	}
}
