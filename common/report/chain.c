/* Causes and their consequences, for the writers. */
#include "report/writers.h"

#include <stdlib.h>
#include <string.h>

const char *subject_words(struct amt_run *r, const struct amt_finding *f)
{
	return f->subjects.n ? amt_arena_printf(&r->arena, "%s and %zu more", f->subject,
						f->subjects.n - 1)
			     : f->subject;
}

static size_t key_of(char *key, size_t size, const char *id, const char *subject)
{
	int n = snprintf(key, size, "%s\n%s", id, subject);

	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

void consequences_find(const struct amt_findings *fs, struct consequences *c)
{
	struct amt_map causes = {0};
	char key[400];
	size_t n = fs->list.n, *last = amt_calloc(n ? n : 1, sizeof(*last));

	c->cause = amt_calloc(n ? n : 1, sizeof(*c->cause));
	c->first = amt_calloc(n ? n : 1, sizeof(*c->first));
	c->next = amt_calloc(n ? n : 1, sizeof(*c->next));
	for (size_t i = 0; i < n; i++) {
		const struct amt_finding *f = fs->list.v[i];
		if (f->verdict == AMT_FAIL)
			amt_map_put(&causes, key, key_of(key, sizeof(key), f->item->id, f->subject),
				    NULL)
				->n = i + 1;
	}
	for (size_t i = 0; i < n; i++) {
		const struct amt_finding *f = fs->list.v[i];
		if (!f->because_id)
			continue;
		const union amt_map_value *v = amt_map_get(
			&causes, key, key_of(key, sizeof(key), f->because_id, f->because_subject));
		if (!v || v->n == i + 1)
			continue;
		size_t at = (size_t)v->n - 1;
		c->cause[i] = at + 1;
		if (last[at])
			c->next[last[at] - 1] = i + 1;
		else
			c->first[at] = i + 1;
		last[at] = i + 1;
	}
	amt_map_free(&causes);
	free(last);
}

void consequences_free(struct consequences *c)
{
	free(c->cause);
	free(c->first);
	free(c->next);
}
