/* Facts back from JSON. The document comes from outside: every index and name is checked. */
#include "pki/json.h"

static int name_index(const char *const *names, size_t n, const char *s)
{
	for (size_t i = 0; s && i < n; i++)
		if (!strcmp(names[i], s))
			return (int)i;
	return 0;
}

#define PATH_READ_MAX 64

static struct pki_cert *slot(struct pki_facts *f, const json_t *o, struct amt_error *err)
{
	int64_t i = amt_json_get_int(o, "index", -1);

	if (i < 0 || (size_t)i >= AMT_CAP_PKI_CERTS) {
		amt_fail(err, "a certificate of the document has no usable index");
		return NULL;
	}
	while (f->certs.n <= (size_t)i) {
		struct pki_cert empty = {.path_length = -1};
		amt_vec_push(&f->certs, empty);
	}
	return &f->certs.v[i];
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static bool read_cert(struct pki_facts *f, const json_t *o, struct amt_error *err)
{
	struct pki_cert *c = slot(f, o, err);
	const json_t *key = json_object_get(o, "key");
	uint8_t hash[32];

	if (!c)
		return false;
	if (c->sha256)
		return true; /* shown in an earlier chain */
	pki_fields_read(&pki_cert_fields, o, c, &f->arena);
	c->key_type = or_empty(amt_json_dup(&f->arena, key, "type"));
	c->key_curve = amt_json_dup(&f->arena, key, "curve");
	c->key_bits = (int)amt_json_get_int(key, "bits", 0);
	c->source = or_empty(c->source);
	c->subject = or_empty(c->subject);
	c->issuer = or_empty(c->issuer);
	c->serial = or_empty(c->serial);
	c->signature = or_empty(c->signature);
	c->sha1 = or_empty(c->sha1);
	c->sha384 = or_empty(c->sha384);
	if (!c->sha256 || amt_hex_decode(c->sha256, hash, sizeof(hash)) != 32)
		return amt_fail(err, "a certificate of the document has no SHA-256");
	c->root = pki_root_by_hash(hash, 32);
	return true;
}

static bool read_path(struct pki_facts *f, const json_t *o, struct pki_path *p,
		      struct amt_error *err)
{
	const json_t *certs = json_object_get(o, "certificates");
	const json_t *links = json_object_get(o, "links");
	size_t n = json_array_size(certs);

	if (!n || n > PATH_READ_MAX || json_array_size(links) != n - 1)
		return amt_fail(err, "a path of the document has no certificates, too many, or not "
				     "as many links as it should");
	for (size_t i = 0; i < n; i++) {
		json_int_t k = json_integer_value(json_array_get(certs, i));
		if (k < 0 || (size_t)k >= f->certs.n || !f->certs.v[k].sha256)
			return amt_fail(err, "a path names certificate %lld, which is not there",
					(long long)k);
		amt_vec_push(&p->certs, (uint32_t)k);
		if (i + 1 < n)
			amt_vec_push(
				&p->links,
				(uint8_t)name_index(pki_link_names, 3,
						    json_string_value(json_array_get(links, i))));
	}
	pki_fields_read(&pki_path_fields, o, p, &f->arena);
	return true;
}

static bool read_chain(struct pki_facts *f, const json_t *o, struct amt_error *err)
{
	const json_t *certs = json_object_get(o, "certificates"),
		     *paths = json_object_get(o, "paths");
	static const char *const orders[] = {"unknown", "leaf-first", "reversed", "mixed"};
	size_t i;
	json_t *v;

	json_array_foreach(certs, i, v)
	{
		if (!read_cert(f, v, err))
			return false;
	}
	struct pki_chain *c = amt_vec_add(&f->chains);
	pki_fields_read(&pki_chain_fields, o, c, &f->arena);
	c->order = (enum pki_order)name_index(orders, 4, amt_json_get_str(o, "order"));
	if (c->has_key)
		c->key_source = or_empty(c->key_source);
	if (!json_array_size(paths) || json_array_size(paths) > PKI_PATHS_MAX)
		return amt_fail(err, "a chain of the document has no paths, or too many");
	json_array_foreach(paths, i, v)
	{
		if (!read_path(f, v, amt_vec_add(&c->paths), err))
			return false;
	}
	c->leaf = c->paths.v[0].certs.v[0];
	return true;
}

static void read_lists(struct pki_facts *f, const json_t *array)
{
	size_t i, k;
	json_t *o, *h;

	json_array_foreach(array, i, o)
	{
		struct pki_hash_list *l = pki_add_list(f, or_empty(amt_json_get_str(o, "source")));
		pki_fields_read(&pki_list_fields, o, l, &f->arena);
		l->source = or_empty(l->source);
		json_array_foreach(json_object_get(o, "hashes"), k, h)
		{
			uint8_t bytes[48];
			const char *hex = amt_json_get_str(h, "hex");
			long n = hex ? amt_hex_decode(hex, bytes, sizeof(bytes)) : -1;
			size_t had = l->hashes.n;
			if (n > 0)
				pki_add_hash(f, l, bytes, (size_t)n, amt_json_get_str(h, "name"));
			if (l->hashes.n > had)
				l->hashes.v[had].inactive = amt_json_get_bool(h, "inactive", false);
		}
	}
}

static void read_fetches(struct pki_facts *f, const json_t *array)
{
	static const char *const tri[] = {"unknown", "yes", "no"};
	size_t i;
	json_t *o;

	json_array_foreach(array, i, o)
	{
		struct pki_fetch_fact *x = amt_vec_add(&f->fetches);
		pki_fields_read(&pki_fetch_fields, o, x, &f->arena);
		x->kind = or_empty(x->kind);
		x->url = or_empty(x->url);
		x->signature = (enum amt_tri)name_index(tri, 3, amt_json_get_str(o, "signature"));
		x->status = (enum pki_revocation)name_index(pki_rev_names, 3,
							    amt_json_get_str(o, "status"));
		if (x->cert >= f->certs.n)
			x->cert = UINT32_MAX;
	}
}

/* Certificates that no chain showed but an index counts on stay without a name. */
static void fill_gaps(struct pki_facts *f)
{
	for (size_t i = 0; i < f->certs.n; i++) {
		struct pki_cert *c = &f->certs.v[i];
		if (c->sha256)
			continue;
		c->source = c->subject = c->issuer = c->serial = c->signature = "";
		c->sha1 = c->sha256 = c->sha384 = c->key_type = "";
	}
}

bool pki_from_json(const json_t *j, struct pki_facts *f, struct amt_error *err)
{
	const json_t *asked = json_object_get(j, "asked");
	size_t i;
	json_t *v;

	if (!json_is_object(j) || !json_is_object(asked))
		return amt_fail(err, "the document has no facts of amt-certcheck");
	pki_fields_read(&pki_asked_fields, asked, &f->asked, &f->arena);
	if (!pki_profile_parse(amt_json_get_str(asked, "profile"), &f->asked.profile))
		return amt_fail(err, "the document does not say which profile was asked for");
	json_array_foreach(json_object_get(j, "sources"), i, v)
	{
		struct pki_source *s = amt_vec_add(&f->sources);
		pki_fields_read(&pki_source_fields, v, s, &f->arena);
		s->name = or_empty(s->name);
		s->format = or_empty(s->format);
	}
	json_array_foreach(json_object_get(j, "chains"), i, v)
	{
		if (!read_chain(f, v, err))
			return false;
	}
	json_array_foreach(json_object_get(j, "others"), i, v)
	{
		if (!read_cert(f, v, err))
			return false;
		amt_vec_push(&f->others, (uint32_t)amt_json_get_int(v, "index", 0));
	}
	read_lists(f, json_object_get(j, "hash_lists"));
	read_fetches(f, json_object_get(j, "fetches"));
	f->skipped_chains = (size_t)amt_json_get_int(j, "skipped_chains", 0);
	fill_gaps(f);
	return true;
}
