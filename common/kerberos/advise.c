/*
 * The smallest set of direct memberships to leave. Sets are tried by growing
 * size; a branch is cut when even the dearest remaining memberships, counted as
 * if nothing overlapped, can't free enough. What must be freed is known to the
 * byte: all layers above KERB_VALIDATION_INFO grow with it.
 */
#include "kerberos/model.h"

#include <stdlib.h>
#include <string.h>

enum { BUDGET = 300000 }; /* evaluations; then the best found by greed is given, unproven */

struct choice {
	size_t at;           /* place in direct */
	size_t bytes;        /* at most what leaving it frees */
	size_t local, extra; /* resource groups and 40-byte SIDs under it */
};

struct search {
	const struct krb_input *in;
	const struct krb_user *u;
	const struct krb_terms *t;
	const struct krb_indices *keep;
	struct krb_walk walk;
	struct krb_indices groups;
	bool *kept; /* per keep: was reached before */
	struct AMT_VEC(struct choice) list;
	bool *skip;
	size_t limit, need, budget, most_local, most_extra;
	struct krb_sizes now;
};

static bool keeps(struct search *s)
{
	/* groups holds the closure of the last walk; seen stamps mark it. */
	for (size_t i = 0; i < s->keep->n; i++)
		if (s->kept[i] && s->walk.seen[s->keep->v[i]] != s->walk.stamp)
			return false;
	return true;
}

static bool good(struct search *s)
{
	if (s->budget)
		s->budget--;
	krb_size(s->in, s->u, s->t, s->skip, &s->walk, &s->now);
	return s->now.base64 <= s->limit && keeps(s);
}

/* Can any k choices from i on free enough? Over-estimates, so it never cuts a solution. */
static bool hopeful(const struct search *s, size_t i, size_t k, const struct choice *got,
		    const struct krb_tally *all)
{
	size_t bytes = got->bytes;

	for (size_t j = i; j < s->list.n && j < i + k; j++)
		bytes += s->list.v[j].bytes;
	/* The heads of the resource block and of ExtraSids go only with their last SID. */
	if (all->resource && got->local + k * s->most_local >= all->resource)
		bytes += 32;
	if (all->extra && got->extra + k * s->most_extra >= all->extra)
		bytes += 4;
	return bytes >= s->need;
}

static bool pick(struct search *s, size_t i, size_t k, struct choice got,
		 const struct krb_tally *all)
{
	if (!k)
		return good(s);
	for (; i + k <= s->list.n && s->budget; i++) {
		s->budget--;
		if (!hopeful(s, i, k, &got, all))
			return false; /* the list is in falling order: later ones free less */
		const struct choice *c = &s->list.v[i];
		struct choice sum = {0, got.bytes + c->bytes, got.local + c->local,
				     got.extra + c->extra};
		s->skip[c->at] = true;
		if (pick(s, i + 1, k - 1, sum, all))
			return true;
		s->skip[c->at] = false;
	}
	return false;
}

static int dearer(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;
	return x->bytes != y->bytes ? (x->bytes < y->bytes ? 1 : -1)
				    : (x->at > y->at) - (x->at < y->at);
}

/* Bytes of KERB_VALIDATION_INFO that must go; it moves in steps of 4. */
static size_t needed(const struct search *s)
{
	struct krb_sizes z = s->now;

	while (z.base64 > s->limit && z.kvi > 300) {
		z.tally.less += 4;
		krb_size_tally(s->in, s->u, s->t, &z);
	}
	return z.tally.less;
}

static void candidates(struct search *s)
{
	struct krb_user one = *s->u;
	struct krb_terms plain = *s->t;

	plain.with = NULL;
	for (size_t i = 0; i < s->u->direct.n; i++) {
		size_t g = s->u->direct.v[i];
		bool kept = g == s->u->primary || g >= s->in->groups.n;
		for (size_t j = 0; j < s->keep->n; j++)
			kept = kept || s->keep->v[j] == g;
		if (kept)
			continue;
		struct choice c = {.at = i};
		one.direct = (struct krb_indices){&s->u->direct.v[i], 1, 1};
		one.primary = SIZE_MAX;
		one.unseen = (struct krb_indices){0};
		krb_closure(s->in, &one, &plain, NULL, &s->walk, &s->groups);
		for (size_t j = 0; j < s->groups.n; j++) {
			unsigned b = krb_group_bytes(s->in, s->u, s->t, s->groups.v[j]);
			c.bytes += b;
			c.local += b % 40 == 8 &&
				   s->in->groups.v[s->groups.v[j]].scope == AMT_SCOPE_LOCAL;
			c.extra += b / 40;
		}
		s->most_local = c.local > s->most_local ? c.local : s->most_local;
		s->most_extra = c.extra > s->most_extra ? c.extra : s->most_extra;
		if (c.bytes)
			amt_vec_push(&s->list, c);
	}
	if (s->list.n)
		qsort(s->list.v, s->list.n, sizeof(*s->list.v), dearer);
}

/* One after the other, always the one that brings the most; then what was not needed comes back. */
static size_t greedy(struct search *s)
{
	size_t taken = 0;
	memset(s->skip, 0, s->u->direct.n);
	for (size_t i = 0; i < s->list.n; i++) {
		if (good(s))
			break;
		s->skip[s->list.v[i].at] = true;
		krb_size(s->in, s->u, s->t, s->skip, &s->walk, &s->now);
		if (!keeps(s))
			s->skip[s->list.v[i].at] = false;
		else
			taken++;
	}
	for (size_t i = s->list.n; i-- > 0;) {
		if (!s->skip[s->list.v[i].at])
			continue;
		s->skip[s->list.v[i].at] = false;
		if (good(s))
			taken--;
		else
			s->skip[s->list.v[i].at] = true;
	}
	return taken;
}

static void result(struct search *s, size_t before, struct krb_advice *out)
{
	out->possible = good(s);
	out->base64 = s->now.base64;
	krb_closure(s->in, s->u, s->t, s->skip, &s->walk, &s->groups);
	out->dropped = before - s->groups.n;
	for (size_t i = 0; i < s->u->direct.n; i++)
		if (s->skip[i])
			amt_vec_push(&out->leave, s->u->direct.v[i]);
}

void krb_advise(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		size_t limit, const struct krb_indices *keep, struct krb_advice *out)
{
	static const struct krb_indices none = {0};
	struct search s = {.in = in, .u = u, .t = t, .limit = limit, .budget = BUDGET};

	*out = (struct krb_advice){.proven = true};
	s.keep = keep ? keep : &none;
	s.skip = amt_calloc(u->direct.n + 1, 1);
	s.kept = amt_calloc(s.keep->n + 1, 1);
	krb_size(in, u, t, NULL, &s.walk, &s.now);
	for (size_t i = 0; i < s.keep->n; i++)
		s.kept[i] = s.walk.seen[s.keep->v[i]] == s.walk.stamp;
	krb_closure(in, u, t, NULL, &s.walk, &s.groups);
	size_t before = s.groups.n;
	bool found = s.now.base64 <= limit;

	if (!found) {
		struct krb_tally all = s.now.tally;
		s.need = needed(&s);
		candidates(&s);
		size_t most = greedy(&s);
		if (!good(&s))
			most = s.list.n + 1;
		bool *best = amt_malloc(u->direct.n + 1);
		memcpy(best, s.skip, u->direct.n);
		s.budget = BUDGET;
		bool smaller = false;
		for (size_t k = 1; k < most && s.budget && !smaller; k++) {
			memset(s.skip, 0, u->direct.n);
			smaller = pick(&s, 0, k, (struct choice){0}, &all);
		}
		out->proven = smaller || s.budget > 0;
		if (!smaller)
			memcpy(s.skip, best, u->direct.n);
		free(best);
	}
	result(&s, before, out);
	krb_walk_free(&s.walk);
	amt_vec_free(&s.groups);
	amt_vec_free(&s.list);
	free(s.skip);
	free(s.kept);
}
