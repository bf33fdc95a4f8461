/*
 * S3.C10b: is the root's hash in the device? A list read from the device always
 * wins over the table of default roots (certificates.md 3).
 */
#include "pki/rules.h"

/* How good a hit is: a hash that is switched on before one that is not, and the newer kind
 * before SHA-1, because lists may hold a root in several forms. */
static int worth(const struct pki_hash *h)
{
	return h ? 1 + (h->inactive ? 0 : 100) + h->length : 0;
}

static const struct pki_hash *in_list(const struct pki_hash_list *l, const struct pki_cert *c)
{
	const struct pki_hash *found = NULL;
	char hex[97];

	for (size_t i = 0; i < l->hashes.n; i++) {
		const struct pki_hash *h = &l->hashes.v[i];
		const char *own = h->length == 20   ? c->sha1
				  : h->length == 32 ? c->sha256
						    : c->sha384;
		amt_hex_encode(h->bytes, h->length, hex);
		if (!strcmp(hex, own) && worth(h) > worth(found))
			found = h;
	}
	return found;
}

static const char *list_name(struct rules *r, const struct pki_hash_list *l)
{
	return l->device ? amt_arena_printf(&r->t->arena, "%s, device %s", l->source, l->device)
			 : l->source;
}

static void by_lists(struct rules *r, const struct pki_cert *root, uint32_t at)
{
	const char *missing = NULL, *partial = NULL, *with = NULL;
	unsigned absent = 0, poor = 0;

	for (size_t i = 0; i < r->f->lists.n; i++) {
		const struct pki_hash_list *l = &r->f->lists.v[i];
		const struct pki_hash *h = in_list(l, root);
		if (h) {
			with = list_name(r, l);
			bool old = h->length == 20 && r->gen->sha1_banned;
			poor += h->inactive || old;
			if (h->inactive)
				rule_says(r, "S3.C10b", AMT_FAIL, at,
					  "the root's hash is in the list but switched off (%s)",
					  with);
			else if (old)
				rule_says(r, "S3.C10b", AMT_WARN, at,
					  "the list (%s) has the root as SHA-1, which this "
					  "firmware no longer takes",
					  with);
		} else if (l->partial) {
			partial = list_name(r, l);
		} else {
			missing = list_name(r, l);
			absent++;
		}
	}
	if (absent)
		rule_says(r, "S3.C10b", AMT_FAIL, at,
			  "the root %s is not in the hash list%s of the device%s (%s)",
			  root->subject, absent > 1 ? "s" : "",
			  absent > 1 ? amt_arena_printf(&r->t->arena, "s, %u of %zu", absent,
							r->f->lists.n)
				     : "",
			  missing);
	else if (partial)
		rule_says(r, "S3.C10b", AMT_UNKNOWN, at,
			  "the root is not in what was captured of the hash list, which is not "
			  "whole (%s)",
			  partial);
	else if (!poor)
		/* generateProvisioningCert.md: custom hashes go with a full un-provision. */
		rule_says(r, "S3.C10b", AMT_PASS, at,
			  "the root is in the hash list of the device (%s)%s", with,
			  root->root ? ""
				     : "; it is none of the default roots, so a full un-provision "
				       "takes it out again");
}

static void by_table(struct rules *r, const struct pki_cert *top, uint32_t at)
{
	const struct pki_root *root = top->root;

	switch (pki_root_presence(root, &r->fw)) {
	case PKI_PRESENT:
		rule_says(r, "S3.C10b", AMT_PASS, at,
			  "%s is a default root of this firmware, as far as lists are known",
			  root->name);
		return;
	case PKI_UNSURE:
		rule_says(r, "S3.C10b", AMT_WARN, at,
			  "whether %s is in this firmware depends on the build (first: %s, last: "
			  "%s); a list from the device decides",
			  root->name, root->first_fw,
			  *root->last_fw ? root->last_fw : "no end known");
		return;
	case PKI_ABSENT:
		r->row->out_of_question = true;
		rule_says(r, "S3.C10b", AMT_FAIL, at,
			  "%s is not a default root of this firmware (first: %s%s%s); its hash "
			  "would have to be entered by hand",
			  root->name, root->first_fw, *root->last_fw ? ", last: " : "",
			  root->last_fw);
		return;
	}
}

/* configmgr.md 9 [D], certificates.md 2.2 R1: 2.2, 2.6 and 3.0 are the first with PKI. A warning,
 * no more: beside such clients, which use PSK, a fleet may well have others. */
static bool without_hashes(struct rules *r)
{
	const struct amt_fw *v = &r->fw;
	bool before = v->major < 2 || (v->major == 2 && (v->minor == 0 || v->minor == 1));

	if (!before && (v->major != 2 || v->minor != 5))
		return false;
	rule_says(r, "S3.C10b", AMT_WARN, NO_CERT,
		  "this firmware is not known to provision by certificate (%s is the first that "
		  "does): by PSK, or after an upgrade",
		  before ? "2.2" : "2.6");
	return true;
}

void rule_root_listed(struct rules *r)
{
	const struct pki_path *p = r->path;
	uint32_t at = p->certs.v[p->certs.n - 1];
	const struct pki_cert *top = &r->f->certs.v[at];

	if (without_hashes(r))
		return;
	if (!p->complete && !top->root)
		rule_says(r, "S3.C10b", AMT_UNKNOWN, at,
			  "the chain has no root to look for in the device");
	else if (r->f->lists.n)
		by_lists(r, top, at);
	else if (top->root)
		by_table(r, top, at);
	else
		rule_says(r, "S3.C10b", AMT_UNKNOWN, at,
			  "the root %s is none of the %zu known default roots, so its hash must "
			  "have been entered in the device: --hashes or --hello would tell",
			  top->subject, pki_root_count());
}
