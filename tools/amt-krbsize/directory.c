/* Where the two rooms meet: what the directory holds becomes the inputs of the size model. */
#include "krbsize.h"

#include <string.h>

const char *krbsize_sid(const struct directory_value *v, struct amt_arena *a)
{
	struct directory_sid s;
	char text[DIRECTORY_SID_TEXT];

	return directory_sid_parse(v->data, v->len, &s, NULL)
		       ? amt_arena_strdup(a, directory_sid_text(&s, text))
		       : NULL;
}

static const char *object_sid(const struct directory_entry *e, struct amt_arena *a)
{
	const struct directory_attribute *t = directory_attribute(e, "objectSid");
	return t ? krbsize_sid(&t->values.v[0], a) : NULL;
}

static void history(const struct directory_entry *e, struct amt_arena *a, struct amt_strlist *out)
{
	const struct directory_attribute *t = directory_attribute(e, "sIDHistory");
	for (size_t i = 0; t && i < t->values.n; i++) {
		const char *s = krbsize_sid(&t->values.v[i], a);
		if (s)
			amt_vec_push(out, s);
	}
}

static const char *upper(const char *s, size_t n, struct amt_arena *a)
{
	char *u = amt_arena_strndup(a, s, n);
	for (char *p = u; *p; p++)
		*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
	return u;
}

static void domain(const struct directory_facts *f, struct krb_input *in)
{
	struct amt_arena *a = &in->arena;
	const struct directory_search *root = directory_find(f, "rootdse", NULL, 0),
				      *head = directory_find(f, "domain", NULL, 0),
				      *refs = directory_find(f, "crossrefs", NULL, 0);
	const struct directory_entry *r = root && root->entries.n ? &root->entries.v[0] : NULL;
	const char *nc = directory_text(r, "defaultNamingContext"),
		   *dc = directory_text(r, "dnsHostName");

	in->domain.dns = directory_dns_of(nc, a);
	in->domain.realm = upper(in->domain.dns, strlen(in->domain.dns), a);
	in->domain.sid = head && head->entries.n ? object_sid(&head->entries.v[0], a) : NULL;
	in->domain.dc = dc ? upper(dc, strcspn(dc, "."), a) : NULL;
	for (size_t i = 0; nc && refs && i < refs->entries.n; i++)
		if (directory_has(&refs->entries.v[i], "nCName", nc))
			in->domain.netbios = directory_text(&refs->entries.v[i], "nETBIOSName");
	/* Functional level 5: every DC is 2012 or later. Below, the DC that answers decides; below
	 * 3 krbtgt has no AES keys, so the checksums are those of RC4 (handbook kerberos 4). */
	int64_t level = directory_number(r, "domainFunctionality", 3);
	in->layout_given = level >= 5;
	in->layout = level >= 5   ? AMT_LAYOUT_2012
		     : level >= 3 ? AMT_LAYOUT_2008AES
				  : AMT_LAYOUT_2008;
}

static void service(const struct directory_facts *f, struct krb_input *in)
{
	const struct directory_search *s =
		directory_find(f, "service", krbsize.spn ? krbsize.spn : "", 0);
	struct krb_service *v = &in->service;

	v->spn = krbsize.spn;
	if (!s || !s->entries.n)
		return;
	const struct directory_entry *e = &s->entries.v[0];
	v->found = true;
	v->etypes = (uint32_t)directory_number(e, "msDS-SupportedEncryptionTypes", 0);
	v->etypes_set = v->etypes != 0; /* to a KDC 0 is the same as not set */
	v->uac = (uint32_t)directory_number(e, "userAccountControl", 0);
	v->kvno = directory_number(e, "msDS-KeyVersionNumber", 2);
	/* Another domain than the users': its name is in the ticket, its domain-local groups count.
	 */
	const struct directory_search *d = directory_find(f, "service-domain", NULL, 0);
	if (d) {
		const char *dns = directory_dns_of(d->base, &in->arena);
		v->realm = upper(dns, strlen(dns), &in->arena);
		v->domain_sid = d->entries.n ? object_sid(&d->entries.v[0], &in->arena) : NULL;
	}
}

/* DNs are compared without regard to case. */
static const char *key(const char *dn, char *buf, size_t size)
{
	size_t i;
	for (i = 0; dn[i] && i + 1 < size; i++)
		buf[i] = (char)(dn[i] >= 'A' && dn[i] <= 'Z' ? dn[i] + 32 : dn[i]);
	buf[i] = 0;
	return buf;
}

/* Groups by their DN; and of groups that only tell their members, whom each member is in. */
struct who {
	struct amt_map by_dn, members;
	struct AMT_VEC(struct krb_indices) in;
};

static void who_free(struct who *w)
{
	for (size_t i = 0; i < w->in.n; i++)
		amt_vec_free(&w->in.v[i]);
	amt_vec_free(&w->in);
	amt_map_free(&w->by_dn);
	amt_map_free(&w->members);
}

static void add_groups(const struct directory_search *s, struct krb_input *in, struct who *w)
{
	char buf[4096];
	bool is_new;

	for (size_t i = 0; s && i < s->entries.n; i++) {
		const struct directory_entry *e = &s->entries.v[i];
		const char *sid = object_sid(e, &in->arena);
		if (!sid || amt_map_get_str(&w->by_dn, key(e->dn, buf, sizeof(buf))))
			continue;
		size_t at = krb_group_at(in, sid);
		struct krb_group *g = &in->groups.v[at];
		uint32_t type = (uint32_t)directory_number(e, "groupType", 0);
		g->name = directory_text(e, "sAMAccountName");
		g->dn = e->dn;
		g->scope = type & 1 || !strncmp(sid, "S-1-5-32-", 9) ? AMT_SCOPE_BUILTIN
			   : type & 4                                ? AMT_SCOPE_LOCAL
			   : type & 8                                ? AMT_SCOPE_UNIVERSAL
								     : AMT_SCOPE_GLOBAL;
		g->security = type & 0x80000000u;
		history(e, &in->arena, &g->history);
		amt_map_put_str(&w->by_dn, key(e->dn, buf, sizeof(buf)), &is_new)->n = at;
	}
}

static void up_by_member_of(const struct directory_search *s, struct krb_input *in,
			    const struct who *w)
{
	char buf[4096];

	for (size_t i = 0; s && i < s->entries.n; i++) {
		const struct directory_attribute *m =
			directory_attribute(&s->entries.v[i], "memberOf");
		union amt_map_value *self =
			amt_map_get_str(&w->by_dn, key(s->entries.v[i].dn, buf, sizeof(buf)));
		for (size_t k = 0; self && m && k < m->values.n; k++) {
			union amt_map_value *up =
				amt_map_get_str(&w->by_dn, key((const char *)m->values.v[k].data,
							       buf, sizeof(buf)));
			if (up)
				amt_vec_push(&in->groups.v[self->n].up, (size_t)up->n);
		}
	}
}

static void up_by_member(const struct directory_search *s, struct krb_input *in, struct who *w)
{
	char buf[4096];
	bool is_new;

	for (size_t i = 0; s && i < s->entries.n; i++) {
		const struct directory_attribute *m =
			directory_attribute(&s->entries.v[i], "member");
		union amt_map_value *self =
			amt_map_get_str(&w->by_dn, key(s->entries.v[i].dn, buf, sizeof(buf)));
		for (size_t k = 0; self && m && k < m->values.n; k++) {
			const char *dn = key((const char *)m->values.v[k].data, buf, sizeof(buf));
			union amt_map_value *g = amt_map_get_str(&w->by_dn, dn);
			if (g) {
				amt_vec_push(&in->groups.v[g->n].up, (size_t)self->n);
				continue;
			}
			union amt_map_value *v = amt_map_put_str(&w->members, dn, &is_new);
			if (is_new) {
				v->n = w->in.n;
				amt_vec_add(&w->in);
			}
			amt_vec_push(&w->in.v[v->n], (size_t)self->n);
		}
	}
}

static void groups(const struct directory_facts *f, struct krb_input *in, struct who *w)
{
	const struct directory_search *here = directory_find(f, "groups", NULL, 0),
				      *universal = directory_find(f, "universal", NULL, 0),
				      *local = directory_find(f, "local-groups", NULL, 0);

	add_groups(here, in, w);
	add_groups(universal, in, w);
	add_groups(local, in, w);
	up_by_member_of(here, in, w);
	up_by_member(universal, in, w);
	up_by_member(local, in, w);
}

/* Why a search of groups did not tell all of them; NULL: it did. */
static const char *lacking(const struct directory_search *s)
{
	return !s ? NULL : s->error ? s->error : s->cut ? "there are more than were read" : NULL;
}

/* What tokenGroups makes up for: groups of the users' domain, universal ones of others. */
static const char *groups_lacking(const struct directory_facts *f)
{
	const struct directory_search *refs = directory_find(f, "crossrefs", NULL, 0),
				      *universal = directory_find(f, "universal", NULL, 0);
	const char *why = lacking(directory_find(f, "groups", NULL, 0));
	size_t domains = 0;

	for (size_t i = 0; refs && i < refs->entries.n; i++)
		domains += (directory_number(&refs->entries.v[i], "systemFlags", 0) & 2) != 0;
	if (!why && domains > 1 && !universal)
		why = "no global catalog told the universal groups of the other domains";
	return why ? why : lacking(universal);
}

static void join_group(struct krb_user *u, size_t group)
{
	for (size_t i = 0; i < u->direct.n; i++)
		if (u->direct.v[i] == group)
			return;
	amt_vec_push(&u->direct, group);
}

static void user(const struct directory_entry *e, struct krb_input *in, const struct who *w)
{
	char buf[4096], sid[256];
	const char *name = directory_text(e, "sAMAccountName");
	const struct directory_attribute *m = directory_attribute(e, "memberOf");

	if (!name)
		return;
	int64_t rid = directory_number(e, "primaryGroupID", 0);
	size_t primary = SIZE_MAX;
	if (rid && in->domain.sid) {
		snprintf(sid, sizeof(sid), "%s-%lld", in->domain.sid, (long long)rid);
		primary = krb_group_at(in, sid);
	}
	struct krb_user *u = amt_vec_add(&in->users);
	*u = (struct krb_user){.name = name,
			       .sid = object_sid(e, &in->arena),
			       .upn = directory_text(e, "userPrincipalName"),
			       .display = directory_text(e, "displayName"),
			       .script = directory_text(e, "scriptPath"),
			       .profile = directory_text(e, "profilePath"),
			       .home = directory_text(e, "homeDirectory"),
			       .drive = directory_text(e, "homeDrive"),
			       .dn = e->dn,
			       .primary = primary,
			       .uac = (uint32_t)directory_number(e, "userAccountControl", 0)};
	for (size_t k = 0; m && k < m->values.n; k++) {
		union amt_map_value *g = amt_map_get_str(
			&w->by_dn, key((const char *)m->values.v[k].data, buf, sizeof(buf)));
		if (g) /* distribution groups were not asked for */
			join_group(u, (size_t)g->n);
	}
	const union amt_map_value *more =
		amt_map_get_str(&w->members, key(e->dn, buf, sizeof(buf)));
	const struct krb_indices *those = more && w->in.v ? &w->in.v[more->n] : NULL;
	for (size_t i = 0; those && i < those->n; i++)
		join_group(u, those->v[i]);
	history(e, &in->arena, &u->history);
}

/* A whole search that came to nothing, or to less than all: what of it was not sized. */
static void absent(struct krb_input *in, const struct directory_search *s, const char *why)
{
	const char *what =
		s->entries.n ? amt_arena_printf(&in->arena, "others of %s", s->about) : s->about;
	amt_vec_push(&in->absent, (struct krb_absent){what, amt_arena_printf(&in->arena, "%s (%s)",
									     why, s->base)});
}

void krbsize_join(struct amt_cli *cli)
{
	const struct directory_facts *f = &krbsize.directory;
	struct krb_input *in = &krbsize.input;
	const struct directory_search *s;
	struct who w = {0};

	domain(f, in);
	service(f, in);
	groups(f, in, &w);
	for (size_t n = 0; (s = directory_find(f, "users", NULL, n)); n++) {
		const char *why = lacking(s);
		for (size_t i = 0; i < s->entries.n; i++)
			user(&s->entries.v[i], in, &w);
		if (why || !s->entries.n)
			absent(in, s, why ? why : "there is no such account");
	}
	for (size_t n = 0; (s = directory_find(f, "group", NULL, n)); n++)
		if (!s->entries.n)
			absent(in, s, s->error ? s->error : "there is no such group");
	krbsize_tokens(cli, f, in, groups_lacking(f));
	const char *there = lacking(directory_find(f, "local-groups", NULL, 0));
	for (size_t i = 0; there && i < in->users.n; i++)
		in->users.v[i].unread = there;
	who_free(&w);
	krbsize.where = f->server ? f->server : "directory";
}
