/* Who says hello against the import files. */
#include "cross.h"

#include "amtdiag/exports.h"

#include <string.h>

/* Braces, missing dashes and small letters taken away: "4C4C4544-0001-...". */
static bool plain_uuid(const char *s, char out[37])
{
	size_t n = 0;

	for (; *s; s++) {
		if (strchr("-{} ", *s))
			continue;
		if (!strchr("0123456789abcdefABCDEF", *s) || n == 36)
			return false;
		out[n++] = (char)(*s >= 'a' ? *s - 32 : *s);
		if (n == 8 || n == 13 || n == 18 || n == 23)
			out[n++] = '-';
	}
	out[n] = '\0';
	return n == 36;
}

/* Only who is provisioned out-of-band has to be imported. */
static enum amt_tri in_band(const struct cross *x, const struct site_client *c)
{
	const enum amt_tri *trait = x->st->cli->context.trait;

	if (c && *c->method)
		return strcmp(c->method, "in-band") ? AMT_NO : AMT_YES;
	if (trait[AMT_TRAIT_IN_BAND] == AMT_YES && trait[AMT_TRAIT_OUT_OF_BAND] == AMT_NO)
		return AMT_YES;
	return trait[AMT_TRAIT_IN_BAND] == AMT_NO ? AMT_NO : AMT_MAYBE;
}

struct imports {
	struct amt_map known;           /* UUID in the import files -> fact */
	const struct exports_fact *any; /* one that was found again */
	size_t found;
	const struct exports_facts *from;
};

/* One UUID that said hello, against the import files. maybe: whose it is
 * if the inventory lacks the UUID; or NULL. */
static void said_hello(const struct cross *x, struct imports *m, const char *id,
		       const struct site_client *maybe, const char *source, const char *where)
{
	const struct exports_facts *ex = m->from;
	const struct exports_fact *row = NULL;
	const struct site_client *c = site_inventory_find(&x->st->inventory, id);
	enum amt_tri agent = in_band(x, c ? c : maybe);
	char uuid[37];

	if (agent == AMT_YES || !plain_uuid(id, uuid))
		return;
	union amt_map_value *v = amt_map_get_str(&m->known, uuid);
	if (v) {
		m->any = v->p;
		m->found++;
		return;
	}
	for (size_t i = 0; i < ex->facts.n && !row; i++) {
		const struct exports_fact *e = &ex->facts.v[i];
		char other[37];
		if (e->what == EXPORTS_IMPORTED &&
		    plain_uuid(e->field[EXPORTS_IMPORT_UUID], other) && cross_swapped(uuid, other))
			row = e;
	}
	struct amt_finding *f = amt_finding_add(
		x->fs, "S3.C02a", row || agent == AMT_MAYBE ? AMT_WARN : AMT_FAIL, id,
		row ? "it says hello as %s; the import file has it with the bytes of its first "
		      "three parts turned round%s"
		    : "it says hello as %s, which no import file holds: it was not imported%s",
		uuid, agent == AMT_MAYBE ? "; that matters unless it is provisioned in-band" : "");
	amt_finding_evidence(x->fs, f, source, where, "%s", uuid);
	if (row)
		amt_finding_evidence(
			x->fs, f, ex->files.v[row->file].path,
			amt_arena_printf(&x->fs->arena, "line %llu", (unsigned long long)row->line),
			NULL);
}

static void in_capture(const struct cross *x, struct imports *m, const struct hello_device *d)
{
	const struct hello_seen *s = &x->captures->hellos.v[d->hellos.v[d->hellos.n - 1]];
	char ip[HELLO_IP_TEXT];

	said_hello(x, m, d->id, cross_client_at(x, hello_ip_text(&s->source, ip)),
		   "the hello message",
		   amt_arena_printf(&x->fs->arena, "frame %llu", (unsigned long long)s->at.frame));
}

/* S3.C02a: who says hello, in captures and logs, against the import files (guide S3-CA#2). */
void cross_imports(const struct cross *x)
{
	const struct exports_facts *ex = stage_state(x->st, &stage_room_exports);
	struct imports m = {.from = ex};
	char uuid[37];

	for (size_t i = 0; ex && i < ex->facts.n; i++) {
		const struct exports_fact *e = &ex->facts.v[i];
		if (e->what == EXPORTS_IMPORTED && plain_uuid(e->field[EXPORTS_IMPORT_UUID], uuid))
			amt_map_put_str(&m.known, uuid, NULL)->p = (void *)(uintptr_t)e;
	}
	for (size_t i = 0; m.known.count && x->captures && i < x->captures->devices.n; i++) {
		const struct hello_device *d = &x->captures->devices.v[i];
		if (d->has_uuid && !d->blank_uuid && d->hellos.n)
			in_capture(x, &m, d);
	}
	for (size_t i = 0; m.known.count && x->logs && i < x->logs->devices.n; i++) {
		const struct trace_device *d = &x->logs->devices.v[i];
		if (d->hellos && *d->uuid && d->rejected_at.file < x->logs->files.n)
			said_hello(x, &m, d->uuid,
				   *d->host ? site_inventory_find(&x->st->inventory, d->host)
					    : NULL,
				   x->logs->files.v[d->rejected_at.file].name,
				   d->rejected_at.line ? cross_line(x, &d->rejected_at) : NULL);
	}
	if (m.found) {
		struct amt_finding *f = amt_finding_add(
			x->fs, "S3.C02a", AMT_PASS, "",
			"%zu UUIDs that said hello are in the import file", m.found);
		amt_finding_evidence(x->fs, f, ex->files.v[m.any->file].path, NULL, NULL);
	}
	amt_map_free(&m.known);
}
