/* The list of facts: adding, names, memory. */
#include "exports.h"

#include <stdlib.h>
#include <string.h>

const char *exports_kind_name(enum exports_kind k)
{
	static const char *const names[] = {
#define EXPORTS_KIND(id, name, title) name,
#include "amtdiag/exports_kinds.def"
#undef EXPORTS_KIND
	};
	return k < EXPORTS_KINDS ? names[k] : "unknown";
}

const char *exports_kind_title(enum exports_kind k)
{
	static const char *const titles[] = {
#define EXPORTS_KIND(id, name, title) title,
#include "amtdiag/exports_kinds.def"
#undef EXPORTS_KIND
	};
	return k < EXPORTS_KINDS ? titles[k] : "not recognised";
}

const char *exports_what_name(enum exports_what w)
{
	static const char *const names[] = {
#define EXPORTS_FACT(id, name, fields, meaning) name,
#include "amtdiag/exports_facts.def"
#undef EXPORTS_FACT
	};
	return w < EXPORTS_WHATS ? names[w] : "";
}

static const char *keep(struct exports_facts *f, const char *s)
{
	if (!s || !*s)
		return "";
	return amt_arena_strndup(&f->arena, s, strnlen(s, AMT_CAP_EXPORTS_VALUE));
}

struct exports_fact *export_add(struct export_source *s, enum exports_what what,
				const char *computer, const char *name, ...)
{
	struct exports_facts *f = s->facts;
	va_list ap;

	if (f->facts.n >= AMT_CAP_EXPORTS_FACTS) {
		f->dropped++;
		return NULL;
	}
	struct exports_fact *fact = amt_vec_add(&f->facts);
	fact->what = what;
	/* Most facts of a file are about one computer: its name is kept once. */
	fact->computer =
		!computer || !strcmp(computer, s->computer) ? s->computer : keep(f, computer);
	fact->name = keep(f, name);
	fact->file = s->file;
	fact->line = s->line;
	bool end = false;
	va_start(ap, name);
	for (size_t i = 0; i < EXPORTS_FIELDS; i++) {
		const char *v = end ? "" : va_arg(ap, const char *);
		end |= v == EXPORTS_END;
		fact->field[i] = end ? "" : keep(f, v);
	}
	va_end(ap);
	return fact;
}

void exports_role_add(struct exports_facts *f, struct amt_strlist *list, const char *name)
{
	if (name && *name)
		amt_vec_push(list, keep(f, name));
}

bool export_kb(const char *text, char out[16])
{
	for (const char *p = text; *p; p++) {
		bool begins = p == text || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
						   "abcdefghijklmnopqrstuvwxyz0123456789",
						   p[-1]);
		size_t skip = !begins                        ? 0
			      : !amt_strncasecmp(p, "KB", 2) ? 2
			      : *p == 'Q' || *p == 'q'       ? 1
							     : 0;
		size_t n = skip ? strspn(p + skip, "0123456789") : 0;
		if (n < 6 || n > 8)
			continue;
		memcpy(out, "KB", 2);
		memcpy(out + 2, p + skip, n);
		out[2 + n] = '\0';
		return true;
	}
	return false;
}

bool export_same_computer(const char *a, const char *b)
{
	size_t na = strcspn(a, "."), nb = strcspn(b, ".");

	if (na != nb || amt_strncasecmp(a, b, na) || !na)
		return false;
	/* Two full names have to agree whole. */
	return !a[na] || !b[nb] || !amt_strcasecmp(a, b);
}

bool export_in_list(const struct amt_strlist *l, const char *computer)
{
	for (size_t i = 0; i < l->n; i++)
		if (export_same_computer(l->v[i], computer))
			return true;
	return false;
}

void exports_facts_free(struct exports_facts *f)
{
	amt_vec_free(&f->files);
	amt_vec_free(&f->facts);
	amt_vec_free(&f->roles.servers);
	amt_vec_free(&f->roles.consoles);
	amt_vec_free(&f->roles.suffixes);
	amt_vec_free(&f->roles.clients);
	amt_vec_free(&f->roles.in_band);
	amt_vec_free(&f->roles.out_of_band);
	amt_arena_free(&f->arena);
}
