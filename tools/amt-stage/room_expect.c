/* Where devices meet the chain and the directory: what the other evidence says a device should say.
 */
#include "cross.h"

#include "amtdiag/pki.h"

/* The root at the end of the provisioning chain, by each algorithm that firmware may list it. */
static void root_hashes(const struct pki_facts *p, struct amt_device_expect *e)
{
	for (size_t i = 0; p && i < p->chains.n; i++) {
		const struct pki_path *path = &p->chains.v[i].paths.v[0];
		const struct pki_cert *top = &p->certs.v[path->certs.v[path->certs.n - 1]];
		if (!top->self_issued)
			continue;
		amt_vec_push(&e->root_hashes, top->sha256);
		amt_vec_push(&e->root_hashes, top->sha1);
		amt_vec_push(&e->root_hashes, top->sha384);
	}
}

static void add_sids(const struct directory_entry *e, const char *name, struct amt_arena *a,
		     struct amt_strlist *out)
{
	const struct directory_attribute *at = e ? directory_attribute(e, name) : NULL;

	for (size_t i = 0; at && i < at->values.n; i++) {
		struct directory_sid sid;
		char text[DIRECTORY_SID_TEXT];
		if (directory_sid_parse(at->values.v[i].data, at->values.v[i].len, &sid, NULL))
			amt_vec_push(out, amt_arena_strdup(a, directory_sid_text(&sid, text)));
	}
}

static const struct directory_entry *first(const struct directory_search *s)
{
	return s && s->entries.n ? &s->entries.v[0] : NULL;
}

/* Accounts whose SID the directory told, by name. */
static void sid_names(const struct directory_facts *f, const char *purpose, struct amt_arena *a,
		      struct amt_strlist *out)
{
	const struct directory_search *s;

	for (size_t n = 0; (s = directory_find(f, purpose, NULL, n)); n++) {
		const struct directory_entry *e = first(s);
		const char *name = e ? directory_text(e, "sAMAccountName") : NULL;
		size_t before = out->n;
		if (!name)
			continue;
		add_sids(e, "objectSid", a, out);
		if (out->n > before)
			amt_vec_push(out, name);
	}
}

void device_expect_site(const struct stage *st, struct amt_arena *a, struct amt_device_expect *e)
{
	const struct directory_facts *f = stage_directory(st);

	root_hashes(stage_state(st, &stage_room_chain), e);
	if (!f)
		return;
	/* One operator: of several, each would have to be judged alone. */
	const struct directory_entry *who = first(directory_find(f, "operator", NULL, 0)),
				     *in = first(directory_find(f, "operator-groups", NULL, 0));
	/* Without his groups nobody can say that he is not in the list. */
	if (who && in && directory_attribute(in, "tokenGroups")) {
		add_sids(who, "objectSid", a, &e->sids);
		add_sids(in, "tokenGroups", a, &e->sids);
	}
	sid_names(f, "operator", a, &e->sid_names);
	sid_names(f, "acl", a, &e->sid_names);
}

void device_expect_client(const struct stage *st, const struct site_client *c, struct amt_arena *a,
			  struct amt_device_expect *e)
{
	const struct directory_facts *f = stage_directory(st);
	const struct trace_device *log = *c->fqdn ? cross_logged(st, c->fqdn) : NULL;
	const struct directory_entry *object =
		f && *c->fqdn ? first(directory_find(f, "amt-object", c->fqdn, 0)) : NULL;

	e->unprovisioned = (log && log->unprovisioned) ||
			   amt_strlist_has(&st->profile.directory_removed, c->fqdn);
	e->fqdn = *c->fqdn ? c->fqdn : NULL;
	e->uuid = *c->uuid ? c->uuid : NULL;
	e->suffix = *c->suffix ? c->suffix : NULL;
	e->realm = object ? directory_dns_of(object->dn, a) : NULL;
	e->key_version = object ? directory_number(object, "msDS-KeyVersionNumber", 0) : 0;
}

void device_expect_free(struct amt_device_expect *e)
{
	amt_vec_free(&e->root_hashes);
	amt_vec_free(&e->sids);
	amt_vec_free(&e->sid_names);
}
