/* The inputs of the model as JSON: what --from reads, and what a document keeps for --replay. */
#include "kerberos/model.h"

#include <string.h>

static void put(json_t *o, const char *key, const char *s)
{
	if (s)
		json_object_set_new(o, key, json_stringn_nocheck(s, strlen(s)));
}

static json_t *list(const struct amt_strlist *l)
{
	json_t *a = json_array();
	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_string(l->v[i]));
	return a;
}

static json_t *sids(const struct krb_input *in, const struct krb_indices *l)
{
	json_t *a = json_array();
	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_string(in->groups.v[l->v[i]].sid));
	return a;
}

static json_t *group(const struct krb_input *in, const struct krb_group *g)
{
	json_t *o = json_object();
	put(o, "sid", g->sid);
	put(o, "name", g->name);
	put(o, "dn", g->dn);
	put(o, "scope", krb_scope_name(g->scope));
	json_object_set_new(o, "security", json_boolean(g->security));
	if (g->up.n)
		json_object_set_new(o, "member_of", sids(in, &g->up));
	if (g->history.n)
		json_object_set_new(o, "history", list(&g->history));
	return o;
}

static json_t *user(const struct krb_input *in, const struct krb_user *u)
{
	json_t *o = json_object();
	put(o, "name", u->name);
	put(o, "sid", u->sid);
	put(o, "upn", u->upn);
	put(o, "display", u->display);
	put(o, "script", u->script);
	put(o, "profile", u->profile);
	put(o, "home", u->home);
	put(o, "drive", u->drive);
	put(o, "dn", u->dn);
	if (u->primary != SIZE_MAX)
		put(o, "primary", in->groups.v[u->primary].sid);
	json_object_set_new(o, "member_of", sids(in, &u->direct));
	if (u->unseen.n)
		json_object_set_new(o, "unseen", sids(in, &u->unseen));
	put(o, "groups_unread", u->unread);
	if (u->flat)
		json_object_set_new(o, "flat", json_true());
	json_object_set_new(o, "user_account_control", json_integer(u->uac));
	if (u->history.n)
		json_object_set_new(o, "history", list(&u->history));
	json_t *claims = json_array();
	for (size_t i = 0; i < u->claims.n; i++) {
		json_t *c = json_object();
		put(c, "id", u->claims.v[i].id);
		json_object_set_new(c, "values", list(&u->claims.v[i].values));
		json_array_append_new(claims, c);
	}
	if (u->claims.n)
		json_object_set(o, "claims", claims);
	json_decref(claims);
	return o;
}

json_t *krb_input_to_json(const struct krb_input *in)
{
	json_t *doc = json_object(), *d = json_object(), *s = json_object();
	json_t *groups = json_array(), *users = json_array();

	put(d, "realm", in->domain.realm);
	put(d, "dns", in->domain.dns);
	put(d, "netbios", in->domain.netbios);
	put(d, "sid", in->domain.sid);
	put(d, "dc", in->domain.dc);
	put(d, "layout", in->layout_given ? krb_layout_name(in->layout) : "auto");
	/* A guess, but the sizes are by it: without it a replay would find others. */
	if (!in->layout_given && in->layout != AMT_LAYOUT_2012)
		put(d, "guessed_layout", krb_layout_name(in->layout));
	put(s, "spn", in->service.spn);
	put(s, "realm", in->service.realm);
	put(s, "domain_sid", in->service.domain_sid);
	if (in->service.etypes_set)
		json_object_set_new(s, "supported_etypes", json_integer(in->service.etypes));
	json_object_set_new(s, "user_account_control", json_integer(in->service.uac));
	json_object_set_new(s, "kvno", json_integer(in->service.kvno));
	json_object_set_new(s, "found", json_boolean(in->service.found));
	for (size_t i = 0; i < in->groups.n; i++)
		json_array_append_new(groups, group(in, &in->groups.v[i]));
	for (size_t i = 0; i < in->users.n; i++)
		json_array_append_new(users, user(in, &in->users.v[i]));
	json_object_set_new(doc, "domain", d);
	json_object_set_new(doc, "service", s);
	json_object_set_new(doc, "groups", groups);
	json_object_set_new(doc, "users", users);
	put(doc, "groups_unread", in->unread);
	json_t *absent = json_array();
	for (size_t i = 0; i < in->absent.n; i++) {
		json_t *o = json_object();
		json_object_set_new(o, "who", amt_json_str(in->absent.v[i].who));
		json_object_set_new(o, "why", amt_json_str(in->absent.v[i].why));
		json_array_append_new(absent, o);
	}
	json_object_set_new(doc, "absent", absent);
	return doc;
}
