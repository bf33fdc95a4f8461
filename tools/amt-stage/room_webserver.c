/*
 * Where devices and certificates meet: the chain that a device sends over TLS, with the CAs of the
 * profile, goes through the pki room's webserver profile. Nothing is kept but the CAs' files: the
 * devices' facts hold their certificates, so that --replay judges them again.
 */
#include "room_device.h"

#include "amtdiag/pki.h"

#include <stdlib.h>
#include <string.h>

static void read_ca(struct stage *st, struct devices *all, const char *path)
{
	struct amt_buf b;
	struct amt_error err;

	amt_buf_init(&b, AMT_CAP_PKI_FILE);
	if (amt_file_read(path, &b, &err)) {
		struct device_ca ca = {.name = amt_arena_strdup(&all->arena, path), .n = b.len};
		uint8_t *copy = amt_arena_alloc(&all->arena, b.len + 1);
		memcpy(copy, amt_buf_cstr(&b), b.len);
		ca.bytes = copy;
		amt_vec_push(&all->cas, ca);
	} else {
		amt_note_add(&st->cli->run.notes, path, "%s", err.text);
	}
	amt_buf_free(&b);
}

void device_cas_read(struct stage *st, struct devices *all)
{
	const struct site_profile *p = &st->profile;

	if (p->devices_ca_file)
		read_ca(st, all, p->devices_ca_file);
	for (size_t i = 0; i < p->issuing_ca.n; i++)
		read_ca(st, all, p->issuing_ca.v[i]);
}

json_t *device_cas_to_json(const struct devices *all)
{
	json_t *list = json_array();

	for (size_t i = 0; i < all->cas.n; i++) {
		const struct device_ca *ca = &all->cas.v[i];
		char *text = amt_malloc(amt_base64_len(ca->n) + 1);
		json_t *o = json_object();
		amt_base64_encode(ca->bytes, ca->n, text);
		json_object_set_new(o, "file", amt_json_str(ca->name));
		json_object_set_new(o, "der", amt_json_str(text));
		json_array_append_new(list, o);
		free(text);
	}
	return list;
}

void device_cas_from_json(const json_t *list, struct devices *all)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		const char *text = json_string_value(json_object_get(o, "der"));
		size_t len = text ? strlen(text) : 0;
		uint8_t *bytes = amt_arena_alloc(&all->arena, len + 1);
		long n = text ? amt_base64_decode(text, len, bytes, len + 1) : -1;
		struct device_ca ca = {amt_json_dup(&all->arena, o, "file"), bytes, (size_t)n};
		if (n > 0)
			amt_vec_push(&all->cas, ca);
	}
}

/* What the device room says itself, of handshake and leaf: one sentence a thing is enough. */
static bool said_there(const char *id)
{
	return strcmp(id, "PV.02") == 0 || strcmp(id, "P.05") == 0;
}

/* AMT sends its own certificate only, so without the CA's file a chain that is not whole says
 * nothing. */
static enum amt_verdict verdict_of(const struct amt_finding *f, bool cas)
{
	return !cas && strcmp(f->item->id, "S3.C21") == 0 && f->verdict != AMT_PASS ? AMT_UNKNOWN
										    : f->verdict;
}

static void take_over(const struct amt_findings *from, const char *host, bool cas,
		      struct amt_findings *fs)
{
	for (size_t i = 0; i < from->list.n; i++) {
		const struct amt_finding *f = from->list.v[i];
		if (said_there(f->item->id))
			continue;
		enum amt_verdict v = verdict_of(f, cas);
		struct amt_finding *g = amt_finding_add(
			fs, f->item->id, v, host, "the device's certificate: %s%s", f->summary,
			v != f->verdict ? "; no CA file was given (ca-file)" : "");
		for (size_t k = 0; k < f->evidence.n; k++) {
			const struct amt_evidence *e = &f->evidence.v[k];
			amt_finding_evidence(fs, g, e->source, e->locator, "%s",
					     e->text ? e->text : "");
		}
		for (size_t k = 0; k < f->actions.n; k++)
			amt_finding_action(fs, g, "%s", f->actions.v[k]);
	}
}

/* The chain whose leaf the device sent; NULL: it sent none. */
static const struct pki_chain *sent_chain(const struct pki_facts *f, const char *source)
{
	for (size_t i = 0; i < f->chains.n; i++)
		if (!strcmp(f->certs.v[f->chains.v[i].leaf].source, source))
			return &f->chains.v[i];
	return NULL;
}

/* Whether the CA files hold any root, so that a chain that ends at none is not their fault. */
static bool holds_root(const struct pki_facts *f, const char *source)
{
	for (size_t i = 0; i < f->certs.n; i++)
		if (f->certs.v[i].self_signed && strcmp(f->certs.v[i].source, source) != 0)
			return true;
	return false;
}

static bool chain_of_device(void *host, const struct amt_finding *f)
{
	return !strcmp(f->item->id, "PV.08") && !strcmp(f->subject, host);
}

/* PV.08, in place of what the device room says of the number of certificates alone: does what is
 * sent, with the CA files, build up to a root? The root itself may be left out. */
static void judge_whole(const struct pki_facts *f, const char *source, const char *host,
			struct amt_findings *fs)
{
	const struct pki_chain *c = sent_chain(f, source);

	if (!c || f->certs.v[c->leaf].self_signed)
		return;
	const struct pki_path *p = &c->paths.v[0];
	const struct pki_cert *top = &f->certs.v[p->certs.v[p->certs.n - 1]];
	size_t left_out = 0;
	for (size_t i = 1; i + 1 < p->certs.n; i++)
		left_out += strcmp(f->certs.v[p->certs.v[i]].source, source) != 0;
	char *subject = amt_arena_strdup(&fs->arena, host);
	amt_findings_drop(fs, 0, chain_of_device, subject);
	struct amt_finding *g;
	if (p->complete && !left_out)
		g = amt_finding_add(fs, "PV.08", AMT_PASS, host,
				    "what the device sends builds up to the root %s", top->subject);
	else if (p->complete)
		g = amt_finding_add(fs, "PV.08", AMT_WARN, host,
				    "the device leaves out %zu certificate%s between its own and "
				    "the root %s: every console must hold what is missing",
				    left_out, left_out == 1 ? "" : "s", top->subject);
	else
		g = amt_finding_add(
			fs, "PV.08", holds_root(f, source) ? AMT_FAIL : AMT_UNKNOWN, host,
			holds_root(f, source) ? "what the device sends does not build up to a root "
						"with the CA files given: %s was not made by them"
					      : "the CA files given hold no root, so whether what "
						"the device sends builds up to one is open (%s)",
			f->certs.v[c->leaf].subject);
	for (size_t i = 0; i < p->certs.n; i++) {
		const struct pki_cert *k = &f->certs.v[p->certs.v[i]];
		amt_finding_evidence(fs, g, k->source,
				     amt_arena_printf(&fs->arena, "certificate %u", k->position),
				     "%s, issued by %s", k->subject, k->issuer);
	}
}

void device_chain_judge(const struct stage *st, const struct devices *all,
			const struct amt_device *d, const char *fqdn, struct amt_findings *fs)
{
	struct pki_options opt = {.asked = {.profile = PKI_WEBSERVER}, .no_opinion = true};
	struct amt_findings judged = {0};
	struct amt_notes notes = {0};
	struct pki_facts f = {0};
	char source[320];

	f.asked.profile = PKI_WEBSERVER;
	f.asked.host = amt_arena_strdup(&f.arena, fqdn);
	snprintf(source, sizeof(source), "TLS of %s port 16993", d->host);
	for (size_t i = 0; i < d->chain.n; i++) {
		const struct amt_dev_chain *c = &d->chain.v[i];
		if (c->port == 16993 && c->pem)
			pki_load_bytes(&f, source, c->pem, strlen(c->pem), &opt, &notes);
	}
	if (f.certs.n) {
		for (size_t i = 0; i < all->cas.n; i++)
			pki_load_bytes(&f, all->cas.v[i].name, all->cas.v[i].bytes, all->cas.v[i].n,
				       &opt, &notes);
		pki_build(&f, &opt, &notes);
		if (f.chains.n)
			pki_judge(&f, &st->cli->context, &judged);
		take_over(&judged, d->host, all->cas.n > 0, fs);
		if (all->cas.n)
			judge_whole(&f, source, d->host, fs);
	}
	amt_findings_free(&judged);
	amt_notes_free(&notes);
	pki_facts_free(&f);
}
