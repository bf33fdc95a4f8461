/* What people see: sizes side by side, bars, why it is big, and what to leave. */
#include "krbsize.h"

#include <stdlib.h>
#include <string.h>

static const struct amt_column size_columns[] = {
	{"user", false, false},        {"groups", true, false},      {"PAC", true, false},
	{"ticket", true, false},       {"AP-REQ", true, false},      {"GSS", true, false},
	{"SPNEGO", true, false},       {"base64", true, false},      {"header", true, false},
	{"KB327825", true, false},     {"http margin", true, false}, {"http", false, true},
	{"redir margin", true, false}, {"redir", false, true},
};

static size_t shown(const struct krbsize_result *r)
{
	return r->measured && krbsize.measured.base64 ? krbsize.measured.base64 : r->sizes.base64;
}

static int biggest(const void *a, const void *b)
{
	const struct krbsize_result *x = *(const struct krbsize_result *const *)a,
				    *y = *(const struct krbsize_result *const *)b;
	return x->sizes.base64 != y->sizes.base64 ? (x->sizes.base64 < y->sizes.base64 ? 1 : -1)
						  : (x->user > y->user) - (x->user < y->user);
}

static void sizes(struct amt_cli *cli, struct krbsize_result **order, size_t n)
{
	struct amt_run *run = &cli->run;
	struct amt_section *s =
		amt_section_table(run, "Sizes (bytes; base64 and header in characters)",
				  size_columns, sizeof(size_columns) / sizeof(size_columns[0]));
	s->main = true;
	for (size_t i = 0; i < n; i++) {
		const struct krbsize_result *r = order[i];
		const struct krb_sizes *z = &r->sizes;
		const struct krb_tally *y = &z->tally;
		const size_t cells[] = {y->global + y->universal + y->foreign + y->local,
					z->pac,
					z->ticket,
					z->ap_req,
					z->gss,
					z->spnego,
					z->base64,
					z->header,
					z->kb};
		amt_section_cell(run, s, "%s", krbsize.input.users.v[r->user].name);
		for (size_t c = 0; c < sizeof(cells) / sizeof(cells[0]); c++)
			amt_section_cell(run, s, "%zu", cells[c]);
		for (enum krb_path p = 0; p < KRB_PATHS; p++) {
			const struct krb_limit *l =
				krb_limit_for(&krbsize.limits, krbsize.major, p);
			if (l && l->chars)
				amt_section_cell(run, s, "%ld", (long)l->chars - (long)shown(r));
			else
				amt_section_cell(run, s, "not published");
			amt_section_cell(run, s, "%s",
					 amt_verdict_name(krb_judge_size(shown(r), l)));
		}
	}
}

/* A bar of 50 columns; the limit is a '|'. */
static void bar(struct amt_buf *out, const char *name, size_t n, size_t limit, const char *what)
{
	size_t scale = n > limit ? n : limit, used = n * 50 / scale, mark = limit * 50 / scale;

	amt_buf_printf(out, "%-20.20s ", name);
	for (size_t i = 0; i < 52; i++)
		amt_buf_byte(out, i == mark ? '|' : i < used ? '#' : i < mark ? '.' : ' ');
	amt_buf_printf(out, " %zu of %zu %s\n", n, limit, what);
}

static void bars(struct amt_cli *cli, struct krbsize_result **order, size_t n)
{
	struct amt_section *s = amt_section_text(&cli->run, "Against the limits");

	for (size_t i = 0; i < n && i < krbsize.top; i++)
		for (enum krb_path p = 0; p < KRB_PATHS; p++) {
			const struct krb_limit *l =
				krb_limit_for(&krbsize.limits, krbsize.major, p);
			if (l && l->chars)
				bar(&s->text, krbsize.input.users.v[order[i]->user].name,
				    shown(order[i]), l->chars, krb_path_name(p));
		}
	for (enum krb_path p = 0; p < KRB_PATHS; p++) {
		const struct krb_limit *l = krb_limit_for(&krbsize.limits, krbsize.major, p);
		if (l && l->chars)
			amt_buf_printf(&s->text, "%s limit %zu: %s\n", krb_path_name(p), l->chars,
				       l->source);
		else
			amt_buf_printf(&s->text, "%s limit for AMT %d.x: not published\n",
				       krb_path_name(p), krbsize.major);
	}
	amt_buf_printf(&s->text, "client %s, DC layout %s, ticket %s, session key %s, service %s\n",
		       krb_client_name(krbsize.terms.client),
		       krb_layout_name(krbsize.terms.layout < AMT_LAYOUT_COUNT
					       ? krbsize.terms.layout
					       : krbsize.input.layout),
		       n ? amt_etype_name(order[0]->sizes.etype) : "-",
		       n ? amt_etype_name(order[0]->sizes.skey) : "-",
		       krbsize.input.service.spn ? krbsize.input.service.spn : "-");
}

static int costliest(const void *a, const void *b, void *arg)
{
	const size_t *x = a, *y = b;
	const struct krb_user *u = arg;
	unsigned i = krb_group_bytes(&krbsize.input, u, &krbsize.terms, *x),
		 j = krb_group_bytes(&krbsize.input, u, &krbsize.terms, *y);
	return i != j ? (i < j ? 1 : -1) : (*x > *y) - (*x < *y);
}

/* Bytes per group, and the memberships that bring it in. */
static void why(struct amt_cli *cli, const struct krbsize_result *r)
{
	static const struct amt_column columns[] = {{"group", false, false},
						    {"scope", false, false},
						    {"bytes", true, false},
						    {"by way of", false, false}};
	const struct krb_user *u = &krbsize.input.users.v[r->user];
	struct amt_run *run = &cli->run;
	struct krb_walk w = {0};
	struct krb_indices groups = {0};

	krb_closure(&krbsize.input, u, &krbsize.terms, NULL, &w, &groups);
	if (groups.n) {
		qsort_r(groups.v, groups.n, sizeof(*groups.v), costliest, (void *)(uintptr_t)u);
		struct amt_section *s = amt_section_table(
			run, amt_arena_printf(&run->arena, "What %s's groups cost", u->name),
			columns, 4);
		for (size_t i = 0; i < groups.n && i < krbsize.top; i++) {
			struct amt_buf path;
			amt_buf_init(&path, 64 * AMT_KIB);
			if (!u->flat)
				krbsize_path(u, groups.v[i], &path);
			amt_section_cell(run, s, "%s", krbsize_group_name(groups.v[i]));
			amt_section_cell(run, s, "%s%s",
					 krb_scope_name(krbsize.input.groups.v[groups.v[i]].scope),
					 krbsize.input.groups.v[groups.v[i]].security
						 ? ""
						 : ", distribution");
			amt_section_cell(
				run, s, "%u",
				krb_group_bytes(&krbsize.input, u, &krbsize.terms, groups.v[i]));
			amt_section_cell(run, s, "%s",
					 path.len ? amt_buf_cstr(&path) : "not known");
			amt_buf_free(&path);
		}
	}
	krb_walk_free(&w);
	amt_vec_free(&groups);
}

struct saving {
	size_t group, ticket, base64;
};
static int most_saved(const void *a, const void *b)
{
	const struct saving *x = a, *y = b;
	return x->ticket != y->ticket ? (x->ticket > y->ticket ? 1 : -1)
				      : (x->group > y->group) - (x->group < y->group);
}

/* What leaving one direct membership would save. */
static void savings(struct amt_cli *cli, const struct krbsize_result *r)
{
	static const struct amt_column columns[] = {{"leave", false, false},
						    {"bytes saved", true, false},
						    {"characters saved", true, false}};
	const struct krb_user *u = &krbsize.input.users.v[r->user];
	struct amt_run *run = &cli->run;
	struct AMT_VEC(struct saving) list = {0};
	struct krb_walk w = {0};

	if (u->flat || !u->direct.n || u->direct.n > 5000)
		return;
	bool *skip = amt_calloc(u->direct.n, sizeof(*skip));
	for (size_t i = 0; i < u->direct.n; i++) {
		struct krb_sizes z;
		skip[i] = true;
		krb_size(&krbsize.input, u, &krbsize.terms, skip, &w, &z);
		skip[i] = false;
		amt_vec_push(&list, (struct saving){u->direct.v[i], z.ticket, z.base64});
	}
	qsort(list.v, list.n, sizeof(*list.v), most_saved);
	struct amt_section *s = amt_section_table(
		run, amt_arena_printf(&run->arena, "What %s would save by leaving", u->name),
		columns, 3);
	for (size_t i = 0; i < list.n && i < krbsize.top; i++) {
		amt_section_cell(run, s, "%s", krbsize_group_name(list.v[i].group));
		amt_section_cell(run, s, "%zu", r->sizes.ticket - list.v[i].ticket);
		amt_section_cell(run, s, "%zu", r->sizes.base64 - list.v[i].base64);
	}
	free(skip);
	amt_vec_free(&list);
	krb_walk_free(&w);
}

static void advice(struct amt_cli *cli, const struct krbsize_result *r)
{
	const char *name = krbsize.input.users.v[r->user].name;
	struct amt_section *s = amt_section_text(
		&cli->run, amt_arena_printf(&cli->run.arena, "Room and advice for %s", name));

	for (enum krb_path p = 0; p < KRB_PATHS; p++) {
		const struct krb_advice *a = &r->advice[p];
		if (r->room_global[p] != SIZE_MAX)
			amt_buf_printf(
				&s->text,
				"%s: room for %zu more global or %zu more domain-local groups\n",
				krb_path_name(p), r->room_global[p], r->room_local[p]);
		if (!a->base64)
			continue;
		if (!a->possible) {
			amt_buf_printf(&s->text,
				       "%s: even leaving every group that may be left makes %zu "
				       "characters\n",
				       krb_path_name(p), a->base64);
			continue;
		}
		amt_buf_printf(&s->text,
			       "%s: leave %zu direct membership%s%s, then it is %zu characters "
			       "(%zu groups fall away):\n",
			       krb_path_name(p), a->leave.n, a->leave.n == 1 ? "" : "s",
			       a->proven ? "; no smaller set does" : " (a smaller set may exist)",
			       a->base64, a->dropped);
		for (size_t i = 0; i < a->leave.n; i++)
			amt_buf_printf(&s->text, "    %s\n", krbsize_group_name(a->leave.v[i]));
	}
	if (!s->text.len)
		amt_buf_str(
			&s->text,
			"no limit is known for this firmware, so there is none to stay below\n");
}

static void compare(struct amt_cli *cli)
{
	static const struct amt_column columns[] = {{"", false, false},
						    {"computed", true, false},
						    {"measured", true, false},
						    {"difference", true, false}};
	const struct krb_measured *m = &krbsize.measured;
	struct amt_run *run = &cli->run;

	for (size_t i = 0; i < krbsize.results.n; i++) {
		const struct krb_sizes *z = &krbsize.results.v[i].sizes;
		const struct {
			const char *name;
			size_t computed, measured;
		} rows[] = {{"ticket", z->ticket, m->ticket},
			    {"AP-REQ", z->ap_req, m->ap_req},
			    {"GSS", z->gss, m->gss},
			    {"SPNEGO", z->spnego, m->spnego},
			    {"base64", z->base64, m->base64}};
		if (!krbsize.results.v[i].measured)
			continue;
		struct amt_section *s = amt_section_table(
			run,
			amt_arena_printf(&run->arena, "Computed and measured: %s for %s", m->client,
					 m->spn),
			columns, 4);
		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
			amt_section_cell(run, s, "%s", rows[k].name);
			amt_section_cell(run, s, "%zu", rows[k].computed);
			amt_section_cell(run, s, "%zu", rows[k].measured);
			amt_section_cell(run, s, "%+ld",
					 (long)rows[k].measured - (long)rows[k].computed);
		}
	}
}

void krbsize_sections(struct amt_cli *cli)
{
	size_t n = krbsize.results.n;

	if (!n)
		return;
	struct krbsize_result **order = amt_reallocarray(NULL, n, sizeof(struct krbsize_result *));
	for (size_t i = 0; i < n; i++)
		order[i] = &krbsize.results.v[i];
	qsort(order, n, sizeof(struct krbsize_result *), biggest);
	sizes(cli, order,
	      cli->format == AMT_FORMAT_TEXT && n > krbsize.top && cli->verbose < 1 ? krbsize.top
										    : n);
	bars(cli, order, n);
	compare(cli);
	for (size_t i = 0; i < n && n <= 5; i++) {
		why(cli, order[i]);
		savings(cli, order[i]);
		advice(cli, order[i]);
	}
	krbsize_histogram(cli);
	const struct krbsize_result *worst = order[0];
	cli->run.headline = amt_arena_printf(
		&cli->run.arena, "%zu user%s; the largest token is %s's: %zu base64 characters.", n,
		n == 1 ? "" : "s", krbsize.input.users.v[worst->user].name, shown(worst));
	cli->run.perfdata =
		amt_arena_printf(&cli->run.arena, "max_base64=%zu users=%zu", shown(worst), n);
	free(order);
}
