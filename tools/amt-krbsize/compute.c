/* From inputs to results: sizes, room left, advice, and the ways in which a group is reached. */
#include "krbsize.h"

#include <stdlib.h>
#include <string.h>

static void find_all(struct amt_cli *cli, const char *option, const struct amt_strlist *names,
		     struct krb_indices *out)
{
	out->n = 0;
	for (size_t i = 0; i < names->n; i++) {
		size_t g = krb_group_find(&krbsize.input, names->v[i]);
		if (g == SIZE_MAX)
			amt_note_add(&cli->run.notes, option,
				     "%s is no group that was read; left out", names->v[i]);
		else
			amt_vec_push(out, g);
	}
}

void krbsize_terms(struct amt_cli *cli)
{
	struct krb_terms *t = &krbsize.terms;
	struct krb_service *s = &krbsize.input.service;
	struct krb_domain *d = &krbsize.input.domain;

	find_all(cli, "--with", &krbsize.with, &krbsize.with_at);
	find_all(cli, "--without", &krbsize.without, &krbsize.without_at);
	find_all(cli, "--as-global", &krbsize.as_global, &krbsize.as_global_at);
	find_all(cli, "--keep", &krbsize.keep, &krbsize.keep_at);
	t->with = &krbsize.with_at;
	t->without = &krbsize.without_at;
	t->as_global = &krbsize.as_global_at;
	if (krbsize.spn)
		s->spn = krbsize.spn;
	if (!s->spn) {
		s->spn = amt_arena_printf(&krbsize.input.arena, "HTTP/host.%s:16993",
					  d->dns ? d->dns : "domain");
		amt_note_add(&cli->run.notes, "--spn",
			     "no service was named; %s is taken, and one character more or less is "
			     "one byte",
			     s->spn);
	}
	if (krbsize.input.users.n && krbsize.terms.layout == AMT_LAYOUT_COUNT &&
	    !krbsize.input.layout_given)
		amt_note_add(&cli->run.notes, krbsize.from ? krbsize.from : "directory",
			     "the generation of the domain controllers is not told; sizes are for "
			     "layout %s (--layout)",
			     krb_layout_name(krbsize.input.layout));
}

/* A ticket that was measured belongs to one account. */
static bool is_measured(const struct krb_user *u)
{
	const char *c = krbsize.measured.client;
	size_t n = strlen(u->name);

	return krbsize.measured.done && c && !amt_strncasecmp(c, u->name, n) && c[n] == '@';
}

void krbsize_compute(struct amt_cli *cli)
{
	const struct krb_input *in = &krbsize.input;
	struct krb_walk w = {0};

	krbsize.results.n = 0;
	for (size_t i = 0; i < in->users.n && !amt_stopped(); i++) {
		struct krbsize_result *r = amt_vec_add(&krbsize.results);
		const struct krb_user *u = &in->users.v[i];
		r->user = i;
		krb_size(in, u, &krbsize.terms, NULL, &w, &r->sizes);
		r->measured = is_measured(u);
		for (enum krb_path p = 0; p < KRB_PATHS; p++) {
			const struct krb_limit *l =
				krb_limit_for(&krbsize.limits, krbsize.major, p);
			size_t limit =
				l && l->chars > krbsize.reserve ? l->chars - krbsize.reserve : 0;
			r->room_global[p] = r->room_local[p] = SIZE_MAX;
			if (!limit)
				continue;
			if (in->users.n <= krbsize.top) {
				r->room_global[p] = krb_room(in, u, &krbsize.terms, &r->sizes.tally,
							     limit, false);
				r->room_local[p] = krb_room(in, u, &krbsize.terms, &r->sizes.tally,
							    limit, true);
			}
			if (krbsize.advise && r->sizes.base64 > limit)
				krb_advise(in, u, &krbsize.terms, limit, &krbsize.keep_at,
					   &r->advice[p]);
		}
		amt_progress_update(&cli->progress, "sizing users", i + 1, in->users.n);
	}
	krb_walk_free(&w);
}

const char *krbsize_group_name(size_t group)
{
	const struct krb_group *g = &krbsize.input.groups.v[group];
	return g->name ? g->name : g->sid;
}

void krbsize_path(const struct krb_user *u, size_t group, struct amt_buf *out)
{
	const struct krb_input *in = &krbsize.input;
	size_t n = in->groups.n, head = 0;
	size_t *from = amt_reallocarray(NULL, n + 1, sizeof(*from));
	struct krb_indices queue = {0}, way = {0};

	for (size_t i = 0; i < n; i++)
		from[i] = SIZE_MAX; /* not reached */
	if (u->primary < n) {
		from[u->primary] = u->primary;
		amt_vec_push(&queue, u->primary);
	}
	for (size_t i = 0; i < u->direct.n; i++)
		if (from[u->direct.v[i]] == SIZE_MAX) {
			from[u->direct.v[i]] = u->direct.v[i]; /* a root points to itself */
			amt_vec_push(&queue, u->direct.v[i]);
		}
	while (head < queue.n && from[group] == SIZE_MAX) {
		size_t g = queue.v[head++];
		for (size_t i = 0; i < in->groups.v[g].up.n; i++) {
			size_t up = in->groups.v[g].up.v[i];
			if (from[up] == SIZE_MAX) {
				from[up] = g;
				amt_vec_push(&queue, up);
			}
		}
	}
	for (size_t g = group; from[g] != SIZE_MAX;) {
		amt_vec_push(&way, g);
		if (from[g] == g)
			break;
		g = from[g];
	}
	for (size_t i = way.n; i-- > 0;)
		amt_buf_printf(out, "%s%s", krbsize_group_name(way.v[i]), i ? " > " : "");
	amt_vec_free(&queue);
	amt_vec_free(&way);
	free(from);
}

static json_t *group_facts(const struct krb_user *u)
{
	const struct krb_input *in = &krbsize.input;
	struct krb_walk w = {0};
	struct krb_indices groups = {0};
	json_t *a = json_array();

	krb_closure(in, u, &krbsize.terms, NULL, &w, &groups);
	for (size_t i = 0; i < groups.n; i++) {
		const struct krb_group *g = &in->groups.v[groups.v[i]];
		json_t *o = json_object();
		struct amt_buf path;
		amt_buf_init(&path, 64 * AMT_KIB);
		krbsize_path(u, groups.v[i], &path);
		json_object_set_new(o, "sid", json_string(g->sid));
		json_object_set_new(o, "name", json_string(krbsize_group_name(groups.v[i])));
		json_object_set_new(o, "scope", json_string(krb_scope_name(g->scope)));
		json_object_set_new(
			o, "bytes",
			json_integer(krb_group_bytes(in, u, &krbsize.terms, groups.v[i])));
		json_object_set_new(o, "via",
				    u->flat || !path.len ? json_array()
							 : json_pack("[s]", amt_buf_cstr(&path)));
		json_array_append_new(a, o);
		amt_buf_free(&path);
	}
	krb_walk_free(&w);
	amt_vec_free(&groups);
	return a;
}

static json_t *limit_facts(const struct krbsize_result *r)
{
	json_t *a = json_array();
	size_t n =
		r->measured && krbsize.measured.base64 ? krbsize.measured.base64 : r->sizes.base64;

	for (enum krb_path p = 0; p < KRB_PATHS; p++) {
		const struct krb_limit *l = krb_limit_for(&krbsize.limits, krbsize.major, p);
		json_t *o = json_object();
		char fw[32];
		if (!l)
			continue;
		snprintf(fw, sizeof(fw), "%d.x", krbsize.major);
		json_object_set_new(o, "firmware", json_string(fw));
		json_object_set_new(o, "path", json_string(krb_path_name(p)));
		json_object_set_new(o, "limit",
				    l->chars ? json_integer((json_int_t)l->chars) : json_null());
		json_object_set_new(o, "source", json_string(l->source));
		json_object_set_new(o, "confidence", json_string(l->confidence));
		json_object_set_new(o, "margin",
				    l->chars ? json_integer((json_int_t)l->chars - (json_int_t)n)
					     : json_null());
		json_object_set_new(o, "verdict",
				    json_string(amt_verdict_name(krb_judge_size(n, l))));
		if (r->room_global[p] != SIZE_MAX) {
			json_object_set_new(o, "room_global",
					    json_integer((json_int_t)r->room_global[p]));
			json_object_set_new(o, "room_domain_local",
					    json_integer((json_int_t)r->room_local[p]));
		}
		json_array_append_new(a, o);
	}
	return a;
}

json_t *krbsize_user_facts(const struct krbsize_result *r)
{
	const struct krb_user *u = &krbsize.input.users.v[r->user];
	const struct krb_sizes *s = &r->sizes;
	json_t *o = json_object(), *advice = json_array();
	const struct {
		const char *key;
		size_t n;
	} n[] = {{"pac", s->pac},
		 {"ticket", s->ticket},
		 {"ap_req", s->ap_req},
		 {"gss", s->gss},
		 {"spnego", s->spnego},
		 {"base64", s->base64},
		 {"header", s->header},
		 {"kb327825", s->kb},
		 {"etype", (size_t)s->etype},
		 {"session_key", (size_t)s->skey}};

	json_object_set_new(o, "user", json_string(u->name));
	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++)
		json_object_set_new(o, n[i].key, json_integer((json_int_t)n[i].n));
	if (r->measured)
		json_object_set_new(o, "measured", krb_measured_to_json(&krbsize.measured));
	json_object_set_new(o, "limits", limit_facts(r));
	if (krbsize.results.n <= krbsize.top)
		json_object_set_new(o, "groups", group_facts(u));
	for (enum krb_path p = 0; p < KRB_PATHS; p++) {
		const struct krb_advice *a = &r->advice[p];
		if (!a->base64)
			continue;
		json_t *x = json_object(), *leave = json_array();
		for (size_t i = 0; i < a->leave.n; i++)
			json_array_append_new(leave,
					      json_string(krbsize_group_name(a->leave.v[i])));
		json_object_set_new(x, "path", json_string(krb_path_name(p)));
		json_object_set_new(x, "possible", json_boolean(a->possible));
		json_object_set_new(x, "smallest", json_boolean(a->proven));
		json_object_set_new(x, "leave", leave);
		json_object_set_new(x, "base64", json_integer((json_int_t)a->base64));
		json_object_set_new(x, "groups_dropped", json_integer((json_int_t)a->dropped));
		json_array_append_new(advice, x);
	}
	json_object_set_new(o, "advice", advice);
	return o;
}
