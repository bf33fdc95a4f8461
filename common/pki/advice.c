/* What to order or change instead, and where today's consoles would decide differently. */
#include "pki/rules.h"

struct advice {
	const struct pki_facts *f;
	struct pki_tables *t;
	const struct amt_context *ctx;
	const struct pki_chain_table *table;
	const struct pki_chain *chain;
	struct amt_buf *out;
};

static const struct pki_cert *leaf_of(const struct advice *d)
{
	return &d->f->certs.v[d->chain->leaf];
}

static bool has_problem(const struct advice *d, const char *id, bool newest_only)
{
	for (size_t i = 0; i < d->table->rows.n; i++) {
		const struct pki_verdict *v = &d->table->rows.v[i];
		if (newest_only && !v->gen->sha1_banned)
			continue;
		for (size_t k = 0; k < v->reasons.n; k++)
			if (!strcmp(v->reasons.v[k].id, id) && v->reasons.v[k].verdict == AMT_FAIL)
				return true;
	}
	return false;
}

static void name_path(const struct advice *d, const struct pki_path *p)
{
	for (size_t i = 0; i < p->certs.n; i++) {
		const struct pki_cert *c = &d->f->certs.v[p->certs.v[i]];
		const char *name = c->root ? c->root->name : c->cns.n ? c->cns.v[0] : c->subject;
		amt_buf_printf(d->out, "%s%s (%s, %u)", i ? ", then " : "", name, c->source,
			       c->position);
	}
}

/* Two ways up, or things in the bundle that are in the way. */
static void bundle(const struct advice *d)
{
	const struct pki_path *best = &d->chain->paths.v[d->table->path];
	bool tidy = d->chain->order == PKI_ORDER_LEAF_FIRST || d->chain->order == PKI_ORDER_UNKNOWN;

	if (d->chain->paths.n < 2 && tidy && !d->f->others.n)
		return;
	if (!best->complete)
		return;
	amt_buf_str(d->out, "- Bundle exactly these, in this order: ");
	name_path(d, best);
	amt_buf_str(d->out, ".\n");
	for (size_t p = 0; p < d->chain->paths.n; p++) {
		struct amt_buf list;
		amt_buf_init(&list, 1024);
		if (p != d->table->path)
			for (size_t i = 0; i < d->table->rows.n; i++)
				if (d->table->rows.v[i].path == p &&
				    !d->table->rows.v[i].out_of_question)
					amt_buf_printf(&list, "%s%s", list.len ? ", " : "",
						       d->table->rows.v[i].version);
		if (list.len) {
			amt_buf_printf(d->out, "- For AMT %s the same leaf does better over: ",
				       amt_buf_cstr(&list));
			name_path(d, &d->chain->paths.v[p]);
			amt_buf_str(d->out, ".\n");
		}
		amt_buf_free(&list);
	}
}

static bool any_listed_root(const struct advice *d)
{
	const struct pki_path *p = &d->chain->paths.v[d->table->path];

	return d->f->certs.v[p->certs.v[p->certs.n - 1]].root != NULL;
}

static void order(const struct advice *d)
{
	const struct pki_path *p = &d->chain->paths.v[d->table->path];
	const struct pki_cert *top = &d->f->certs.v[p->certs.v[p->certs.n - 1]];

	if (has_problem(d, "S3.C08", false) || has_problem(d, "S3.C07", false))
		amt_buf_printf(d->out,
			       "- Order a certificate for AMT provisioning by that name: server "
			       "authentication and the purpose %s. An ordinary TLS certificate, "
			       "wildcard or not, does not have it.\n",
			       PKI_OID_AMT_SETUP);
	if (has_problem(d, "S3.C14", false))
		amt_buf_str(d->out, "- Order an RSA key of 2048 bits: every firmware takes that "
				    "size, and none asks for more.\n");
	if (has_problem(d, "X.PKI1", true) ||
	    (any_listed_root(d) && has_problem(d, "S3.C10b", true)))
		amt_buf_str(d->out,
			    "- For AMT 15.0-H, 16.0 and newer order a chain that ends at Go Daddy "
			    "G2, Starfield G2, DigiCert Global Root G2 (or Trusted Root G4), "
			    "GlobalSign R3 or R6, without any SHA-1 cross-certificate. Older "
			    "clients may need a second certificate.\n");
	if (p->complete && !top->root && !rule_in_lists(d->f, top))
		amt_buf_printf(
			d->out,
			"- The root is a private one. Enter its hash in MEBx or by USB "
			"(setup.bin): SHA-256 %s; firmware before 11.0 also takes SHA-1 %s. A "
			"full un-provision deletes it.\n",
			top->sha256, top->sha1);
	if (!p->complete && p->fetch_at)
		amt_buf_printf(d->out, "- Get the missing issuer from %s and add it.\n",
			       p->fetch_at);
	if (has_problem(d, "S3.C11", false) && d->f->asked.suffixes.n)
		amt_buf_printf(
			d->out,
			"- Order a common name under %s (or set DHCP option 15 or the MEBx "
			"suffix to a domain that %s ends with); --name NAME --suffix %s shows "
			"what another name would do.\n",
			d->f->asked.suffixes.v[0],
			leaf_of(d)->cns.n ? leaf_of(d)->cns.v[0] : "the name",
			d->f->asked.suffixes.v[0]);
	if (has_problem(d, "S3.C13", false))
		amt_buf_str(d->out,
			    "- Renew what has expired. The firmware only records dates, but "
			    "ConfigMgr, RPS and MeshCentral refuse an expired "
			    "certificate.\n");
}

static const char *tell(bool yes)
{
	return yes ? "accepts" : "refuses";
}

static void consoles_on_suffix(const struct advice *d, const char *cn)
{
	for (size_t i = 0; i < d->f->asked.suffixes.n && i < 4; i++) {
		const char *s = d->f->asked.suffixes.v[i];
		const struct pki_generation *newest = pki_generation_at(pki_generation_count() - 1);
		bool device = pki_rule_matches(pki_suffix_match(cn, s, newest));
		bool rps = pki_suffix_rps(cn, s), mesh = pki_suffix_meshcentral(cn, s);
		if (rps != device)
			amt_buf_printf(
				d->out,
				"- RPS %s %s for %s where a current device %s it: it compares "
				"the last two labels.\n",
				tell(rps), cn, s, tell(device));
		if (mesh != device)
			amt_buf_printf(
				d->out,
				"- MeshCentral %s %s for %s where a current device %s it: it "
				"wants the suffix at or under the trimmed name.\n",
				tell(mesh), cn, s, tell(device));
	}
}

/* certificates.md 2.3 and 7 [B] */
static void consoles(const struct advice *d)
{
	const struct pki_cert *c = leaf_of(d);
	const struct pki_path *p = &d->chain->paths.v[d->table->path];
	bool oid = amt_strlist_has(&c->ekus, PKI_OID_AMT_SETUP);
	const char *why;
	enum pki_marker ou = pki_ou_marker(c, &d->t->arena, &why);

	if (!oid && ou == PKI_MARKER_EXACT)
		amt_buf_str(d->out, "- RPS refuses a certificate that has the OU only; the device "
				    "and MeshCentral take it.\n");
	if (p->certs.n > 4)
		amt_buf_str(d->out, "- RPS takes 4 certificates at most.\n");
	if (!strcmp(c->key_type, "RSA") && c->key_bits < 2048)
		amt_buf_str(d->out, "- RPS refuses keys under 2048 bits on any firmware.\n");
	if (c->cns.n)
		consoles_on_suffix(d, c->cns.v[0]);
	else if (c->dns.n)
		amt_buf_str(d->out, "- RPS and MeshCentral look at the common name only, and there "
				    "is none.\n");
	if (!p->complete)
		amt_buf_str(d->out, "- RPS and MeshCentral want the root in the bundle.\n");
}

#define ADVICE_WIDTH 96

/* Lines of at most ADVICE_WIDTH, the rest of a sentence under its beginning. */
static void wrap(const char *text, struct amt_buf *out)
{
	size_t column = 0;

	while (*text) {
		size_t n = strcspn(text, " \n");
		size_t width = amt_text_width(text, n);
		if (column && column + 1 + width > ADVICE_WIDTH) {
			amt_buf_str(out, "\n ");
			column = 1;
		}
		if (column) {
			amt_buf_byte(out, ' ');
			column++;
		}
		amt_buf_add(out, text, n);
		column += width;
		text += n;
		if (*text == '\n') {
			amt_buf_byte(out, '\n');
			column = 0;
		}
		text += *text != '\0';
	}
}

void pki_advice(const struct pki_facts *f, struct pki_tables *t, const struct amt_context *ctx,
		struct amt_buf *out)
{
	struct amt_buf text;

	amt_buf_init(&text, out->max);
	for (size_t i = 0; i < t->chains.n; i++) {
		struct advice d = {f,  t, ctx, &t->chains.v[i], &f->chains.v[t->chains.v[i].chain],
				   out};
		size_t before = out->len;
		bundle(&d);
		if (f->asked.profile == PKI_PROVISIONING) {
			order(&d);
			consoles(&d);
		}
		if (t->chains.n > 1 && text.len > before)
			amt_buf_printf(&text, "- (This was for chain %zu, %s.)\n", i + 1,
				       leaf_of(&d)->subject);
	}
	wrap(amt_buf_cstr(&text), out);
	amt_buf_free(&text);
}
