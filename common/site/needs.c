#include "site/needs.h"

#include <stdlib.h>
#include <string.h>

void needs_init(struct needs *n, const struct walk_fleet *fleet, struct amt_findings *out)
{
	*n = (struct needs){.fleet = fleet, .out = out};
	n->row = amt_calloc(amt_guide_count(), sizeof(*n->row));
}

void needs_free(struct needs *n)
{
	for (size_t i = 0; i < amt_guide_count(); i++)
		amt_map_free(&n->row[i].whom);
	free(n->row);
}

static struct needs_row *row_of(struct needs *n, const struct amt_item *item)
{
	return &n->row[item - amt_guide_at(0)];
}

void needs_row_done(struct needs *n, const struct amt_item *item, size_t begin)
{
	struct needs_row *r = row_of(n, item);

	r->begin = begin;
	r->end = n->out->list.n;
}

/* A client is one by any of its names; what is no client stands by its own. */
struct who {
	const void *key;
	size_t len;
	bool client;
	const struct walk_client *c;
};

static struct who *who_is(const struct needs *n, const char *subject, struct who *w)
{
	w->c = walk_fleet_find(n->fleet, subject);
	w->client = w->c != NULL;
	w->key = w->client ? (const void *)&w->c : subject;
	w->len = w->client ? sizeof(w->c) : strlen(subject);
	return w;
}

static void add_failure(struct needs_row *r, const struct needs *n, const char *subject, size_t at)
{
	struct who w;

	who_is(n, subject, &w);
	if (w.client)
		r->clients++;
	else
		r->site = true;
	union amt_map_value *v = amt_map_put(&r->whom, w.key, w.len, NULL);
	if (!v->n)
		v->n = at + 1;
}

/* Once a row that is needed was walked: who fails it. */
static void look(struct needs *n, struct needs_row *r)
{
	size_t first = 0;

	r->looked = true;
	for (size_t i = r->begin; i < r->end; i++) {
		const struct amt_finding *f = n->out->list.v[i];
		r->holds |= f->verdict == AMT_PASS || f->verdict == AMT_WARN;
		if (f->verdict != AMT_FAIL)
			continue;
		first = first ? first : i + 1;
		add_failure(r, n, f->subject, i);
		for (size_t m = 1; m < f->subjects.n; m++)
			add_failure(r, n, f->subjects.v[m].name, i);
	}
	/* A few clients say nothing about those that nobody measured. */
	if (first && !r->holds && (r->site || r->clients >= n->fleet->clients.n))
		r->all = n->out->list.v[first - 1];
}

static const struct amt_finding *failure_of(struct needs *n, struct needs_row *r,
					    const char *subject)
{
	struct who w;

	if (!r->looked)
		look(n, r);
	who_is(n, subject, &w);
	const union amt_map_value *v = amt_map_get(&r->whom, w.key, w.len);
	return v ? n->out->list.v[v->n - 1] : r->all;
}

const struct amt_finding *needs_failed(struct needs *n, const struct amt_item *item,
				       const char *subject, bool sure, const char **words)
{
	for (size_t i = 0; i < item->n_needs; i++) {
		const struct amt_need *need = &item->needs[i];
		if (sure && !need->confirmed)
			continue;
		const struct amt_item *other = amt_guide_find(need->id);
		struct needs_row *r = row_of(n, other);
		const char *rest = "failed";
		const struct amt_finding *by = failure_of(n, r, subject);
		if (!by && !r->holds) {
			by = needs_failed(n, other, subject, sure, words ? &rest : NULL);
		}
		if (!by)
			continue;
		if (words)
			*words = amt_arena_printf(&n->out->arena, "needs %s, which %s", other->id,
						  rest);
		return by;
	}
	return NULL;
}
