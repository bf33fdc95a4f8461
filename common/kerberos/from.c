/* The inputs of the model from JSON (docs/krbsize-from.md): somebody else's domain, or none at all.
 */
#include "kerberos/model.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_GROUPS = 1000000, MAX_COUNT = 100000 };

struct from {
	struct krb_input *in;
	const char *name;
	struct amt_notes *notes;
	bool missed; /* something that was said of groups was not understood */
};
static const char not_understood[] = "not all that the file says of groups was understood";

static const char *text(struct from *f, const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? amt_arena_strdup(&f->in->arena, s) : NULL;
}

/* PowerShell's ConvertTo-Json writes a list of one as the one. */
static size_t how_long(const json_t *v)
{
	return json_is_array(v) ? json_array_size(v) : v && !json_is_null(v);
}

static const json_t *nth(const json_t *v, size_t i)
{
	return json_is_array(v) ? json_array_get(v, i) : v;
}

static void strings(struct from *f, const json_t *list, struct amt_strlist *out)
{
	for (size_t i = 0; i < how_long(list); i++) {
		const char *s = json_string_value(nth(list, i));
		if (s)
			amt_vec_push(out, amt_arena_strdup(&f->in->arena, s));
	}
}

/* "domain-local"; Get-ADGroup says "DomainLocal". */
static bool scope_of(const char *s, enum krb_scope *out)
{
	for (size_t i = 0; s && i < AMT_SCOPES; i++)
		if (!amt_strcasecmp(s, krb_scope_name((enum krb_scope)i))) {
			*out = (enum krb_scope)i;
			return true;
		}
	if (!s || amt_strcasecmp(s, "DomainLocal") != 0)
		return false;
	*out = AMT_SCOPE_LOCAL;
	return true;
}

/* The SID of a RID of the user's domain; false when it can't be one. */
static bool own_sid(const struct from *f, const json_t *rid, char *sid, size_t size)
{
	json_int_t n = json_integer_value(rid);

	if (!json_is_integer(rid) || !f->in->domain.sid || n < 1 || n > UINT32_MAX)
		return false;
	snprintf(sid, size, "%s-%lld", f->in->domain.sid, (long long)n);
	return true;
}

/* "S-1-5-21-...", a RID of the user's domain, or the name of a group given before. */
static size_t reference(struct from *f, const json_t *v, const char *where)
{
	char sid[256];

	if (own_sid(f, v, sid, sizeof(sid)))
		return krb_group_at(f->in, sid);
	const char *s = json_string_value(v);
	if (s && krb_sid_subs(s))
		return krb_group_at(f->in, s);
	size_t g = s ? krb_group_find(f->in, s) : SIZE_MAX;
	f->missed = f->missed || g == SIZE_MAX;
	if (g == SIZE_MAX && f->notes)
		amt_note_add(f->notes, f->name,
			     "%s: \"%s\" is neither a SID nor a group of this file; left out",
			     where, s ? s : "?");
	return g;
}

static void references(struct from *f, const json_t *list, const char *where,
		       struct krb_indices *out)
{
	for (size_t i = 0; i < how_long(list); i++) {
		size_t g = reference(f, nth(list, i), where);
		if (g != SIZE_MAX)
			amt_vec_push(out, g);
	}
}

static void one_group(struct from *f, const json_t *o, size_t i)
{
	const char *sid = json_string_value(json_object_get(o, "sid"));
	char made[256];
	const json_t *rid = json_object_get(o, "rid");

	if (!sid && own_sid(f, rid, made, sizeof(made)))
		sid = made;
	if (!sid || !krb_sid_subs(sid)) {
		f->missed = true;
		if (f->notes)
			amt_note_add(f->notes, f->name, "groups[%zu]: no valid \"sid\"; left out",
				     i);
		return;
	}
	size_t at = krb_group_at(f->in, sid); /* may move the vector */
	struct krb_group *g = &f->in->groups.v[at];
	g->name = text(f, o, "name");
	g->dn = text(f, o, "dn");
	const char *scope = json_string_value(json_object_get(o, "scope"));
	if (scope && !scope_of(scope, &g->scope)) {
		f->missed = true;
		if (f->notes)
			amt_note_add(f->notes, f->name,
				     "groups[%zu]: scope \"%s\" is not known; taken as global", i,
				     scope);
	}
	g->security = !json_is_false(json_object_get(o, "security"));
	strings(f, json_object_get(o, "history"), &g->history);
}

static json_int_t how_many(struct from *f, const struct krb_user *u, const char *key,
			   const json_t *v)
{
	json_int_t n = json_integer_value(v);

	if (!v || (json_is_integer(v) && n >= 0 && n <= MAX_COUNT))
		return n;
	n = n > MAX_COUNT ? MAX_COUNT : 0;
	f->missed = true;
	if (f->notes)
		amt_note_add(f->notes, f->name,
			     "%s: count of %s is not a number from 0 to %d; %lld is taken", u->name,
			     key, MAX_COUNT, (long long)n);
	return n;
}

/* Groups of which only the number is known. */
static void counted(struct from *f, struct krb_user *u, const json_t *o)
{
	static const struct {
		const char *key;
		enum krb_scope scope;
		bool foreign;
		unsigned long base;
	} kinds[] = {{"global", AMT_SCOPE_GLOBAL, false, 3000000000},
		     {"universal", AMT_SCOPE_UNIVERSAL, false, 3100000000},
		     {"foreign_universal", AMT_SCOPE_UNIVERSAL, true, 3200000000},
		     {"domain_local", AMT_SCOPE_LOCAL, false, 3300000000}};
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		json_int_t n = how_many(f, u, kinds[k].key, json_object_get(o, kinds[k].key));
		const char *domain =
			kinds[k].foreign ? "S-1-5-21-4000000001-4000000002-4000000003"
			: kinds[k].scope == AMT_SCOPE_LOCAL && f->in->service.domain_sid
				? f->in->service.domain_sid
				: f->in->domain.sid;
		for (json_int_t i = 0; domain && i < n; i++) {
			char sid[256];
			snprintf(sid, sizeof(sid), "%s-%lu", domain,
				 kinds[k].base + (unsigned long)i);
			size_t at = krb_group_at(f->in, sid);
			struct krb_group *g = &f->in->groups.v[at];
			g->scope = kinds[k].scope;
			g->name = amt_arena_printf(&f->in->arena, "%s group %lld", kinds[k].key,
						   (long long)i + 1);
			amt_vec_push(&u->direct, at);
		}
	}
}

static void claims(struct from *f, struct krb_user *u, const json_t *array)
{
	size_t i;
	json_t *v;
	json_array_foreach(array, i, v)
	{
		struct krb_claim *c = amt_vec_add(&u->claims);
		c->id = text(f, v, "id");
		strings(f, json_object_get(v, "values"), &c->values);
	}
}

static void one_user(struct from *f, const json_t *o, size_t i)
{
	const char *name = text(f, o, "name");
	char where[64];

	if (!name || !*name) {
		if (f->notes)
			amt_note_add(f->notes, f->name, "users[%zu]: no \"name\"; left out", i);
		return;
	}
	snprintf(where, sizeof(where), "users[%zu]", i);
	struct krb_user *u = amt_vec_add(&f->in->users);
	*u = (struct krb_user){.name = name,
			       .sid = text(f, o, "sid"),
			       .upn = text(f, o, "upn"),
			       .display = text(f, o, "display"),
			       .script = text(f, o, "script"),
			       .profile = text(f, o, "profile"),
			       .home = text(f, o, "home"),
			       .drive = text(f, o, "drive"),
			       .dn = text(f, o, "dn"),
			       .primary = SIZE_MAX};
	const json_t *primary = json_object_get(o, "primary");
	if (primary && !json_is_null(primary)) {
		u->primary = reference(f, primary, where);
		if (u->primary != SIZE_MAX && !f->in->groups.v[u->primary].name)
			f->in->groups.v[u->primary].name = "(primary group)";
	}
	f->missed = false; /* whatever the primary group is, it has 8 bytes */
	references(f, json_object_get(o, "member_of"), where, &u->direct);
	references(f, json_object_get(o, "unseen"), where, &u->unseen);
	u->unread = text(f, o, "groups_unread");
	u->flat = json_is_true(json_object_get(o, "flat"));
	u->uac = (uint32_t)json_integer_value(json_object_get(o, "user_account_control"));
	counted(f, u, json_object_get(o, "count"));
	if (f->missed && !u->unread)
		u->unread = not_understood;
	strings(f, json_object_get(o, "history"), &u->history);
	claims(f, u, json_object_get(o, "claims"));
}

static void absent(struct from *f, const json_t *array)
{
	size_t i;
	json_t *v;
	json_array_foreach(array, i, v)
	{
		const char *who = text(f, v, "who"), *why = text(f, v, "why");
		amt_vec_push(&f->in->absent,
			     (struct krb_absent){who ? who : "", why ? why : "not told"});
	}
}

static void service(struct from *f, const json_t *o)
{
	struct krb_service *s = &f->in->service;
	const json_t *e = json_object_get(o, "supported_etypes");

	s->spn = text(f, o, "spn");
	s->realm = text(f, o, "realm");
	s->domain_sid = text(f, o, "domain_sid");
	s->etypes_set = json_integer_value(e) != 0; /* to a KDC 0 is the same as not set */
	s->etypes = (uint32_t)json_integer_value(e);
	s->uac = (uint32_t)json_integer_value(json_object_get(o, "user_account_control"));
	s->kvno = json_integer_value(json_object_get(o, "kvno"));
	s->found = json_is_integer(e) || json_is_true(json_object_get(o, "found"));
}

bool krb_input_parse(const json_t *doc, const char *name, struct krb_input *in,
		     struct amt_notes *notes, struct amt_error *err)
{
	struct from f = {in, name, notes};
	const json_t *d = json_object_get(doc, "domain"), *groups = json_object_get(doc, "groups");
	const json_t *users = json_object_get(doc, "users");
	size_t i;
	json_t *v;

	if (!json_is_object(doc) || !json_is_object(d) || !json_is_array(users))
		return amt_fail(err, "an object with \"domain\" and \"users\" is wanted "
				     "(docs/krbsize-from.md)");
	if (json_array_size(groups) > MAX_GROUPS || json_array_size(users) > MAX_GROUPS)
		return amt_fail(err, "reading %s: more than %d groups or users", name, MAX_GROUPS);
	in->domain =
		(struct krb_domain){text(&f, d, "realm"), text(&f, d, "dns"),
				    text(&f, d, "netbios"), text(&f, d, "sid"), text(&f, d, "dc")};
	if (!in->domain.realm && in->domain.dns) {
		char *r = amt_arena_strdup(&in->arena, in->domain.dns);
		for (char *p = r; *p; p++)
			*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
		in->domain.realm = r;
	}
	if (in->domain.sid && krb_sid_subs(in->domain.sid) != 4)
		return amt_fail(err, "reading %s: domain.sid \"%s\" is not the SID of a domain",
				name, in->domain.sid);
	const char *layout = json_string_value(json_object_get(d, "layout"));
	in->layout = AMT_LAYOUT_2012;
	in->layout_given = layout && amt_strcasecmp(layout, "auto") != 0;
	if (in->layout_given && !krb_layout_parse(layout, &in->layout))
		return amt_fail(err, "reading %s: domain.layout \"%s\" is not known", name, layout);
	const char *guess = json_string_value(json_object_get(d, "guessed_layout"));
	if (!in->layout_given && guess && !krb_layout_parse(guess, &in->layout))
		in->layout = AMT_LAYOUT_2012;
	in->unread = text(&f, doc, "groups_unread");
	service(&f, json_object_get(doc, "service"));
	/* Names first, so that member_of may point forward. */
	json_array_foreach(groups, i, v) one_group(&f, v, i);
	json_array_foreach(groups, i, v)
	{
		const char *sid = json_string_value(json_object_get(v, "sid"));
		const json_t *rid = json_object_get(v, "rid");
		char where[64];
		snprintf(where, sizeof(where), "groups[%zu]", i);
		if (!krb_sid_subs(sid) && !json_is_integer(rid))
			continue;
		json_t *self = sid ? json_string(sid) : json_incref((json_t *)(uintptr_t)rid);
		size_t g = reference(&f, self, where);
		json_decref(self);
		struct krb_indices up = {0};
		references(&f, json_object_get(v, "member_of"), where, &up);
		if (g == SIZE_MAX)
			amt_vec_free(&up);
		else {
			amt_vec_free(
				&in->groups.v[g].up); /* the same group twice: the last one holds */
			in->groups.v[g].up = up;
		}
	}
	if (f.missed && !in->unread)
		in->unread = not_understood;
	json_array_foreach(users, i, v) one_user(&f, v, i);
	absent(&f, json_object_get(doc, "absent"));
	return true;
}
