/* Facts as JSON: shapes of CLI.md, "amt-certcheck" (chains[].certificates[] and so on). */
#include "pki/json.h"

#include <stdlib.h>

static const char *const profile_names[PKI_PROFILES] = {"provisioning", "webserver", "ca", "client",
							"console"};
static const char *const order_names[PKI_ORDERS] = {"unknown", "leaf-first", "reversed", "mixed"};

const char *pki_profile_name(enum pki_profile p)
{
	return profile_names[p];
}

bool pki_profile_parse(const char *name, enum pki_profile *out)
{
	for (int i = 0; name && i < PKI_PROFILES; i++) {
		if (!strcmp(profile_names[i], name)) {
			*out = (enum pki_profile)i;
			return true;
		}
	}
	return false;
}

const char *pki_order_name(enum pki_order o)
{
	return order_names[o];
}

static json_t *cert_json(const struct pki_facts *f, uint32_t i)
{
	const struct pki_cert *c = &f->certs.v[i];
	json_t *o = json_object();

	json_object_set_new(o, "index", json_integer(i));
	pki_fields_write(&pki_cert_fields, c, o);
	json_object_set_new(o, "key",
			    json_pack("{s:o,s:i,s:o}", "type", amt_json_str(c->key_type), "bits",
				      c->key_bits, "curve", amt_json_str(c->key_curve)));
	json_object_set_new(o, "firmware_root", amt_json_str(c->root ? c->root->name : NULL));
	return o;
}

static json_t *path_json(const struct pki_path *p)
{
	json_t *o = json_object(), *certs = json_array(), *links = json_array();

	for (size_t i = 0; i < p->certs.n; i++)
		json_array_append_new(certs, json_integer(p->certs.v[i]));
	for (size_t i = 0; i < p->links.n; i++)
		json_array_append_new(links, json_string(pki_link_names[p->links.v[i]]));
	json_object_set_new(o, "certificates", certs);
	json_object_set_new(o, "links", links);
	pki_fields_write(&pki_path_fields, p, o);
	return o;
}

static json_t *chain_json(const struct pki_facts *f, const struct pki_chain *c, bool *written)
{
	json_t *o = json_object(), *certs = json_array(), *paths = json_array();
	bool *here = amt_calloc(f->certs.n + 1, sizeof(*here));

	for (size_t p = 0; p < c->paths.n; p++) {
		for (size_t i = 0; i < c->paths.v[p].certs.n; i++) {
			uint32_t k = c->paths.v[p].certs.v[i];
			if (!here[k])
				json_array_append_new(certs, cert_json(f, k));
			here[k] = written[k] = true;
		}
		json_array_append_new(paths, path_json(&c->paths.v[p]));
	}
	free(here);
	json_object_set_new(o, "certificates", certs);
	json_object_set_new(o, "order", json_string(pki_order_name(c->order)));
	json_object_set_new(o, "complete", json_boolean(c->paths.n && c->paths.v[0].complete));
	json_object_set_new(o, "paths", paths);
	pki_fields_write(&pki_chain_fields, c, o);
	return o;
}

static json_t *list_json(const struct pki_hash_list *l)
{
	json_t *o = json_object(), *hashes = json_array();
	char hex[97];

	pki_fields_write(&pki_list_fields, l, o);
	for (size_t i = 0; i < l->hashes.n; i++) {
		const struct pki_hash *h = &l->hashes.v[i];
		amt_hex_encode(h->bytes, h->length, hex);
		json_array_append_new(hashes,
				      json_pack("{s:s,s:o,s:b}", "hex", hex, "name",
						amt_json_str(h->name), "inactive", h->inactive));
	}
	json_object_set_new(o, "hashes", hashes);
	return o;
}

static json_t *fetch_json(const struct pki_fetch_fact *x)
{
	static const char *const tri[] = {"unknown", "yes", "no"};
	json_t *o = json_object();

	pki_fields_write(&pki_fetch_fields, x, o);
	json_object_set_new(o, "signature", json_string(tri[x->signature]));
	json_object_set_new(o, "status", json_string(pki_rev_names[x->status]));
	return o;
}

json_t *pki_to_json(const struct pki_facts *f)
{
	json_t *o = json_object(), *asked = json_object(), *sources = json_array(),
	       *chains = json_array(), *others = json_array(), *lists = json_array(),
	       *fetches = json_array();
	bool *written = amt_calloc(f->certs.n + 1, sizeof(*written));

	pki_fields_write(&pki_asked_fields, &f->asked, asked);
	json_object_set_new(asked, "profile", json_string(pki_profile_name(f->asked.profile)));
	for (size_t i = 0; i < f->sources.n; i++) {
		json_t *s = json_object();
		pki_fields_write(&pki_source_fields, &f->sources.v[i], s);
		json_array_append_new(sources, s);
	}
	for (size_t i = 0; i < f->chains.n; i++)
		json_array_append_new(chains, chain_json(f, &f->chains.v[i], written));
	for (size_t i = 0; i < f->others.n; i++)
		if (!written[f->others.v[i]])
			json_array_append_new(others, cert_json(f, f->others.v[i]));
	for (size_t i = 0; i < f->lists.n; i++)
		json_array_append_new(lists, list_json(&f->lists.v[i]));
	for (size_t i = 0; i < f->fetches.n; i++)
		json_array_append_new(fetches, fetch_json(&f->fetches.v[i]));
	free(written);
	json_object_set_new(o, "asked", asked);
	json_object_set_new(o, "sources", sources);
	json_object_set_new(o, "chains", chains);
	json_object_set_new(o, "others", others);
	json_object_set_new(o, "hash_lists", lists);
	json_object_set_new(o, "fetches", fetches);
	json_object_set_new(o, "skipped_chains", json_integer((json_int_t)f->skipped_chains));
	return o;
}
