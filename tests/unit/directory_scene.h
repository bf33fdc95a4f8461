/* Searches and entries made by hand, for tests of the directory's judges. */
#ifndef DIRECTORY_SCENE_H
#define DIRECTORY_SCENE_H

#include "amtdiag/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct directory_search *search(struct directory_facts *f, const char *purpose,
				       const char *about, int code)
{
	struct directory_search *s = amt_arena_new(&f->arena, struct directory_search);
	*s = (struct directory_search){.purpose = purpose,
				       .about = about,
				       .server = "ldap://dc1",
				       .base = "DC=x",
				       .filter = "(cn=*)",
				       .attributes = "cn",
				       .code = code};
	amt_vec_push(&f->searches, s);
	return s;
}

static struct directory_entry *entry(struct directory_search *s, const char *dn)
{
	struct directory_entry *e = amt_vec_add(&s->entries);
	e->dn = dn;
	return e;
}

static void give(struct directory_entry *e, const char *name, const void *p, size_t n)
{
	struct directory_attribute *a = NULL;
	for (size_t i = 0; i < e->attributes.n; i++)
		if (!strcmp(e->attributes.v[i].name, name))
			a = &e->attributes.v[i];
	if (!a) {
		a = amt_vec_add(&e->attributes);
		a->name = name;
	}
	amt_vec_push(&a->values, (struct directory_value){p, n});
}

static inline void text(struct directory_entry *e, const char *name, const char *s)
{
	give(e, name, s, strlen(s));
}

static enum amt_verdict verdict(const struct amt_findings *fs, const char *id)
{
	for (size_t i = 0; i < fs->list.n; i++)
		if (!strcmp(fs->list.v[i]->item->id, id))
			return fs->list.v[i]->verdict;
	return AMT_VERDICTS;
}

struct site {
	struct directory_facts f;
	struct directory_options o;
	struct amt_context ctx;
	struct amt_findings fs;
};

static inline struct site *site_new(void)
{
	struct site *s = calloc(1, sizeof(*s));
	struct directory_entry *e = entry(search(&s->f, "rootdse", "", 0), "");
	struct directory_search *refs;

	text(e, "defaultNamingContext", "DC=x,DC=test");
	text(e, "rootDomainNamingContext", "DC=x,DC=test");
	text(e, "currentTime", "20260101120000.0Z");
	entry(search(&s->f, "domain", "", 0), "DC=x,DC=test");
	refs = search(&s->f, "crossrefs", "", 0);
	static const char *const rows[][4] = {
		{"CN=X", "DC=x,DC=test", "x.test", NULL},
		{"CN=CHILD", "DC=child,DC=x,DC=test", "child.x.test", "CN=X"},
		{"CN=TREE", "DC=tree,DC=test", "tree.test", NULL},
		{"CN=LOOP1", "DC=l1,DC=test", "l1.test", "CN=LOOP2"},
		{"CN=LOOP2", "DC=l2,DC=test", "l2.test", "CN=LOOP1"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		e = entry(refs, rows[i][0]);
		text(e, "nCName", rows[i][1]);
		text(e, "dnsRoot", rows[i][2]);
		text(e, "systemFlags", "3");
		if (rows[i][3])
			text(e, "trustParent", rows[i][3]);
	}
	s->f.asked_at = 1767268800 * AMT_SECOND;
	s->ctx.now = s->f.asked_at;
	s->o.forest = true;
	return s;
}

static inline enum amt_verdict judged(struct site *s, const char *id)
{
	amt_findings_free(&s->fs);
	s->fs = (struct amt_findings){0};
	directory_judge(&s->f, &s->o, &s->ctx, &s->fs);
	/* Whatever is said, the question stands beside it. */
	for (size_t i = 0; i < s->fs.list.n; i++) {
		const struct amt_finding *x = s->fs.list.v[i];
		bool filter = false;
		for (size_t k = 0; k < x->evidence.n; k++)
			filter = filter || strstr(x->evidence.v[k].text, "search (");
		if (!strcmp(x->item->id, id))
			assert_true(filter);
	}
	return verdict(&s->fs, id);
}

static inline void site_free(struct site *s)
{
	amt_findings_free(&s->fs);
	directory_facts_free(&s->f);
	amt_vec_free(&s->o.clients);
	amt_vec_free(&s->o.operators);
	amt_vec_free(&s->o.acl);
	amt_vec_free(&s->o.radius);
	amt_vec_free(&s->o.templates);
	amt_vec_free(&s->o.updates);
	free(s);
}

#endif
