/* The advice against brute force over every subset, on small random graphs. */
#include "kerberos/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DOM "S-1-5-21-1-2-3"

static uint64_t seed = 42;
static size_t rnd(size_t n)
{
	seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
	return (size_t)(seed % n);
}

static void make(struct krb_input *in, size_t n, size_t direct)
{
	*in = (struct krb_input){
		.domain = {"CORP.EXAMPLE.COM", "corp.example.com", "CORP", DOM, "DC1"},
		.service = {.spn = "HTTP/pc1.corp.example.com:16993",
			    .etypes_set = true,
			    .etypes = rnd(2) ? 4 : 0x80004,
			    .kvno = 2},
		.layout = rnd(2) ? AMT_LAYOUT_2012 : AMT_LAYOUT_2008};
	for (size_t i = 0; i < n; i++) {
		char sid[64];
		snprintf(sid, sizeof(sid), rnd(6) ? DOM "-%zu" : "S-1-5-21-9-9-9-%zu", 1000 + i);
		size_t g = krb_group_at(in, sid);
		in->groups.v[g].scope =
			strstr(sid, "9-9-9") ? AMT_SCOPE_UNIVERSAL : (enum krb_scope)rnd(3);
		if (!rnd(8))
			amt_vec_push(&in->groups.v[g].history, "S-1-5-21-7-7-7-1");
	}
	for (size_t i = 0; i < n * 3 / 2; i++) { /* cycles too */
		struct krb_group *g = &in->groups.v[rnd(n)];
		amt_vec_push(&g->up, rnd(n));
	}
	struct krb_user *u = amt_vec_add(&in->users);
	u->name = "operator";
	u->primary = rnd(2) ? SIZE_MAX : rnd(n);
	for (size_t i = 0; i < direct; i++)
		amt_vec_push(&u->direct, rnd(n));
}

static bool still(const struct krb_input *in, const struct krb_terms *t, const bool *skip,
		  const struct krb_indices *keep, struct krb_walk *w)
{
	struct krb_indices was = {0}, is = {0};
	bool ok = true;
	krb_closure(in, &in->users.v[0], t, NULL, w, &was);
	krb_closure(in, &in->users.v[0], t, skip, w, &is);
	for (size_t k = 0; k < keep->n; k++) {
		bool a = false, b = false;
		for (size_t i = 0; i < was.n; i++)
			a = a || was.v[i] == keep->v[k];
		for (size_t i = 0; i < is.n; i++)
			b = b || is.v[i] == keep->v[k];
		ok = ok && (!a || b);
	}
	amt_vec_free(&was);
	amt_vec_free(&is);
	return ok;
}

/* The smallest number of memberships, by trying all; SIZE_MAX when nothing helps. */
static size_t brute(const struct krb_input *in, const struct krb_terms *t, size_t limit,
		    const struct krb_indices *keep)
{
	const struct krb_user *u = &in->users.v[0];
	struct krb_walk w = {0};
	size_t best = SIZE_MAX;

	for (size_t mask = 0; mask < (size_t)1 << u->direct.n; mask++) {
		bool skip[16] = {0}, allowed = true;
		size_t count = 0;
		for (size_t i = 0; i < u->direct.n; i++)
			if (mask >> i & 1) {
				skip[i] = true;
				count++;
				allowed = allowed && u->direct.v[i] != u->primary;
				for (size_t k = 0; k < keep->n; k++)
					allowed = allowed && keep->v[k] != u->direct.v[i];
			}
		if (!allowed || count >= best)
			continue;
		struct krb_sizes s;
		krb_size(in, u, t, skip, &w, &s);
		if (s.base64 <= limit && still(in, t, skip, keep, &w))
			best = count;
	}
	krb_walk_free(&w);
	return best;
}

static void same_as_brute_force(void **state)
{
	(void)state;
	size_t possible = 0, impossible = 0, several = 0;
	for (int round = 0; round < 400; round++) {
		struct krb_input in;
		make(&in, 6 + rnd(20), 1 + rnd(10));
		struct krb_indices keep = {0};
		for (size_t i = rnd(3); i > 0; i--)
			amt_vec_push(&keep, rnd(in.groups.n));
		struct krb_terms t = {.client = KRB_WIN7, .layout = AMT_LAYOUT_COUNT};
		struct krb_walk w = {0};
		struct krb_sizes s;
		krb_size(&in, &in.users.v[0], &t, NULL, &w, &s);
		krb_walk_free(&w);
		size_t limit = s.base64 - 4 * (rnd(120));
		struct krb_advice a;
		krb_advise(&in, &in.users.v[0], &t, limit, &keep, &a);
		size_t best = brute(&in, &t, limit, &keep);
		assert_true(a.proven);
		assert_int_equal(a.possible, best != SIZE_MAX);
		if (a.possible) {
			assert_int_equal(a.leave.n, best);
			assert_true(a.base64 <= limit);
		}
		possible += a.possible;
		impossible += !a.possible;
		several += a.possible && best > 1;
		amt_vec_free(&a.leave);
		amt_vec_free(&keep);
		krb_input_free(&in);
	}
	/* The test means something only if all kinds came up. */
	assert_true(possible > 50 && impossible > 20 && several > 20);
}

/* Many equal groups: the bound must find the answer at once. */
static void large_and_flat(void **state)
{
	(void)state;
	for (int local = 0; local < 2; local++) {
		struct krb_input in = {
			.domain = {"CORP.EXAMPLE.COM", "corp.example.com", "CORP", DOM, "DC1"},
			.service = {.spn = "HTTP/pc1.corp.example.com:16993",
				    .etypes_set = true,
				    .etypes = 4},
			.layout = AMT_LAYOUT_2012};
		struct krb_user *u = amt_vec_add(&in.users);
		u->name = "operator";
		u->primary = SIZE_MAX;
		for (size_t i = 0; i < 400; i++) {
			char sid[64];
			snprintf(sid, sizeof(sid), DOM "-%zu", 1000 + i);
			size_t g = krb_group_at(&in, sid);
			in.groups.v[g].scope = local ? AMT_SCOPE_LOCAL : AMT_SCOPE_GLOBAL;
			amt_vec_push(&u->direct, g);
		}
		struct krb_terms t = {.client = KRB_WIN7, .layout = AMT_LAYOUT_COUNT};
		struct krb_advice a;
		krb_advise(&in, u, &t, 4096, NULL, &a);
		assert_true(a.possible && a.proven);
		struct krb_tally none = {.ids = 1};
		assert_int_equal(400 - a.leave.n, krb_room(&in, u, &t, &none, 4096, local));
		amt_vec_free(&a.leave);
		krb_input_free(&in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_brute_force),
		cmocka_unit_test(large_and_flat),
	};
	return cmocka_run_group_tests_name("krb_advise", tests, NULL, NULL);
}
