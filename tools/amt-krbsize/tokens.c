/* The groups of an account as a domain controller adds them up itself (tokenGroups), against those
 * that memberOf led to. What it tells is counted by the handbook's rules, kerberos.md 4. */
#include "krbsize.h"

#include <stdlib.h>
#include <string.h>

static bool has(const struct directory_attribute *t, const struct directory_value *sid)
{
	for (size_t i = 0; t && i < t->values.n; i++)
		if (t->values.v[i].len == sid->len &&
		    !memcmp(t->values.v[i].data, sid->data, sid->len))
			return true;
	return false;
}

static struct krb_user *user_of(struct krb_input *in, const char *dn)
{
	for (size_t i = 0; i < in->users.n; i++)
		if (in->users.v[i].dn && !amt_strcasecmp(in->users.v[i].dn, dn))
			return &in->users.v[i];
	return NULL;
}

/* A group or a former SID that only tokenGroups shows. */
static void count(struct krb_input *in, struct krb_user *u, const char *sid, bool widely)
{
	size_t n = in->domain.sid ? strlen(in->domain.sid) : 0;
	bool known = amt_map_get_str(&in->by_sid, sid) != NULL,
	     own = n && !strncmp(sid, in->domain.sid, n) && sid[n] == '-';

	if (!own && !widely && !known) {
		amt_vec_push(&u->history, sid);
		return;
	}
	size_t g = krb_group_at(in, sid);
	if (!known)
		in->groups.v[g].scope = !widely ? AMT_SCOPE_LOCAL
					: own   ? AMT_SCOPE_GLOBAL
						: AMT_SCOPE_UNIVERSAL;
	amt_vec_push(&u->unseen, g);
}

/* What memberOf led to, former SIDs included. */
static void reached(const struct krb_input *in, const struct krb_user *u, struct amt_map *out,
		    size_t *groups)
{
	const struct krb_terms plain = {.layout = AMT_LAYOUT_COUNT};
	struct krb_walk w = {0};
	struct krb_indices got = {0};
	size_t n = in->domain.sid ? strlen(in->domain.sid) : 0;
	bool is_new;

	krb_closure(in, u, &plain, NULL, &w, &got);
	for (size_t i = 0; i < u->history.n; i++)
		amt_map_put_str(out, u->history.v[i], &is_new);
	for (size_t i = 0; i < got.n; i++) {
		const struct krb_group *g = &in->groups.v[got.v[i]];
		amt_map_put_str(out, g->sid, &is_new);
		for (size_t k = 0; k < g->history.n; k++)
			amt_map_put_str(out, g->history.v[k], &is_new);
		/* A DC tells no builtin groups' members, and no domain-local groups of other
		 * domains. */
		*groups +=
			g->security && g->scope != AMT_SCOPE_BUILTIN &&
			(g->scope != AMT_SCOPE_LOCAL || !n || !strncmp(g->sid, in->domain.sid, n));
	}
	krb_walk_free(&w);
	amt_vec_free(&got);
}

/* How many of tokenGroups were not reached. */
static size_t compare(struct amt_cli *cli, const struct directory_entry *e, struct krb_input *in,
		      struct krb_user *u)
{
	const struct directory_attribute *t = directory_attribute(e, "tokenGroups"),
					 *wide = directory_attribute(
						 e, "tokenGroupsGlobalAndUniversal");
	struct amt_map known = {0};
	size_t groups = 0, both = 0, more = 0;

	reached(in, u, &known, &groups);
	for (size_t i = 0; i < t->values.n; i++) {
		const char *sid = krbsize_sid(&t->values.v[i], &in->arena);
		if (!sid || strncmp(sid, "S-1-5-21-", 9) != 0)
			continue;
		if (amt_map_get_str(&known, sid)) {
			const union amt_map_value *g = amt_map_get_str(&in->by_sid, sid);
			both += g != NULL;
			continue;
		}
		count(in, u, sid, !wide || has(wide, &t->values.v[i]));
		more++;
	}
	amt_map_free(&known);
	if (more)
		amt_note_add(&cli->run.notes, u->name,
			     "%zu groups are told by tokenGroups alone (of other domains, former "
			     "SIDs, or hidden "
			     "from who asked): they count, but the way to them is not known",
			     more);
	if (groups > both)
		amt_note_add(&cli->run.notes, u->name,
			     "%zu groups that memberOf leads to are not told by tokenGroups: the "
			     "memberships may "
			     "be new, and they count",
			     groups - both);
	if (more && !wide)
		u->unread = "tokenGroups shows more, but not of which kind";
	return more;
}

void krbsize_tokens(struct amt_cli *cli, const struct directory_facts *f, struct krb_input *in,
		    const char *lacking)
{
	const struct directory_search *s;
	bool *told = amt_calloc(in->users.n + 1, sizeof(*told));
	size_t compared = 0, off = 0;

	for (size_t n = 0; (s = directory_find(f, "token", NULL, n)); n++) {
		const struct directory_entry *e = s->entries.n ? &s->entries.v[0] : NULL;
		struct krb_user *u = user_of(in, s->about);
		if (!u)
			continue;
		if (directory_attribute(e, "tokenGroups")) {
			told[u - in->users.v] = true;
			compared++;
			off += compare(cli, e, in, u) > 0;
			continue;
		}
		amt_note_add(&cli->run.notes, u->name,
			     "tokenGroups is not given out (%s): groups that are hidden from who "
			     "asked would not "
			     "be noticed",
			     s->error ? s->error
				      : "a right of \"Windows Authorization Access Group\"");
		if (!u->direct.n)
			u->unread = "neither memberOf nor tokenGroups is given out";
	}
	if (off && !lacking)
		lacking = amt_arena_printf(
			&in->arena,
			"of %zu accounts compared with tokenGroups %zu are in more than "
			"memberOf shows; --verify compares more",
			compared, off);
	for (size_t i = 0; lacking && i < in->users.n; i++)
		if (!told[i] && !in->users.v[i].unread)
			in->users.v[i].unread = lacking;
	free(told);
}
