/* Who is in what: the group graph and its transitive closure. */
#include "kerberos/model.h"

#include <stdlib.h>
#include <string.h>

unsigned krb_sid_subs(const char *sid)
{
	unsigned parts = 0;

	if (!sid || strncmp(sid, "S-1-", 4) != 0)
		return 0;
	for (const char *p = sid + 4; *p; parts++) {
		size_t digits = strspn(p, "0123456789");
		if (!digits || digits > 15 || (p[digits] && p[digits] != '-'))
			return 0;
		p += digits;
		if (*p == '-' && !*++p)
			return 0;
	}
	return parts >= 2 && parts <= 16 ? parts - 1 : 0;
}

const char *krb_scope_name(enum krb_scope s)
{
	static const char *const names[AMT_SCOPES] = {"global", "universal", "domain-local",
						      "builtin"};
	return names[s];
}

size_t krb_group_at(struct krb_input *in, const char *sid)
{
	bool is_new;
	union amt_map_value *v = amt_map_put_str(&in->by_sid, sid, &is_new);

	if (is_new) {
		v->n = in->groups.n;
		struct krb_group *g = amt_vec_add(&in->groups);
		g->sid = amt_arena_strdup(&in->arena, sid);
		g->security = true;
		if (!strncmp(sid, "S-1-5-32-", 9))
			g->scope = AMT_SCOPE_BUILTIN;
	}
	return (size_t)v->n;
}

size_t krb_group_find(const struct krb_input *in, const char *s)
{
	union amt_map_value *v = amt_map_get_str(&in->by_sid, s);

	if (v)
		return (size_t)v->n;
	for (size_t i = 0; i < in->groups.n; i++)
		if (in->groups.v[i].name && !amt_strcasecmp(in->groups.v[i].name, s))
			return i;
	return SIZE_MAX;
}

void krb_user_clear(struct krb_user *u)
{
	amt_vec_free(&u->direct);
	amt_vec_free(&u->unseen);
	amt_vec_free(&u->history);
	for (size_t i = 0; i < u->claims.n; i++)
		amt_vec_free(&u->claims.v[i].values);
	amt_vec_free(&u->claims);
	*u = (struct krb_user){.primary = SIZE_MAX};
}

void krb_input_free(struct krb_input *in)
{
	for (size_t i = 0; i < in->groups.n; i++) {
		amt_vec_free(&in->groups.v[i].up);
		amt_vec_free(&in->groups.v[i].history);
	}
	for (size_t i = 0; i < in->users.n; i++)
		krb_user_clear(&in->users.v[i]);
	amt_vec_free(&in->groups);
	amt_vec_free(&in->users);
	amt_vec_free(&in->absent);
	amt_map_free(&in->by_sid);
	amt_arena_free(&in->arena);
	*in = (struct krb_input){0};
}

void krb_walk_free(struct krb_walk *w)
{
	free(w->seen);
	amt_vec_free(&w->stack);
	*w = (struct krb_walk){0};
}

static void walk_start(struct krb_walk *w, size_t n)
{
	if (w->n_seen < n) {
		w->seen = amt_reallocarray(w->seen, n, sizeof(*w->seen));
		memset(w->seen + w->n_seen, 0, (n - w->n_seen) * sizeof(*w->seen));
		w->n_seen = n;
	}
	if (++w->stamp == 0) { /* wrapped: old stamps would look fresh */
		memset(w->seen, 0, w->n_seen * sizeof(*w->seen));
		w->stamp = 1;
	}
	w->stack.n = 0;
}

static void visit(struct krb_walk *w, size_t n, size_t g)
{
	if (g < n && w->seen[g] != w->stamp) {
		w->seen[g] = w->stamp;
		amt_vec_push(&w->stack, g);
	}
}

void krb_closure(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		 const bool *skip, struct krb_walk *w, struct krb_indices *out)
{
	size_t n = in->groups.n;

	out->n = 0;
	walk_start(w, n);
	if (t->without) /* as if seen before: nothing goes through them */
		for (size_t i = 0; i < t->without->n; i++)
			if (t->without->v[i] < n)
				w->seen[t->without->v[i]] = w->stamp;
	visit(w, n, u->primary);
	for (size_t i = 0; i < u->direct.n; i++)
		if (!skip || !skip[i])
			visit(w, n, u->direct.v[i]);
	for (size_t i = 0; i < u->unseen.n; i++)
		visit(w, n, u->unseen.v[i]);
	if (t->with)
		for (size_t i = 0; i < t->with->n; i++)
			visit(w, n, t->with->v[i]);
	while (w->stack.n) {
		size_t g = w->stack.v[--w->stack.n];
		amt_vec_push(out, g);
		if (u->flat || !in->groups.v[g].security)
			continue; /* a DC doesn't expand through distribution groups */
		for (size_t i = 0; i < in->groups.v[g].up.n; i++)
			visit(w, n, in->groups.v[g].up.v[i]);
	}
}
