/* Exports of Windows servers, and what they tell about the site. */
#include "rooms.h"

#include "amtdiag/exports.h"
#include "amtdiag/trace.h"

#include <string.h>

static bool wanted(const struct stage *st)
{
	return st->profile.exports.n > 0;
}

static void roles(const struct stage *st, struct exports_facts *f)
{
	const struct site_profile *p = &st->profile;

	for (size_t i = 0; i < p->site_servers.n; i++)
		exports_role_add(f, &f->roles.servers, p->site_servers.v[i]);
	for (size_t i = 0; i < p->service_point.n; i++)
		exports_role_add(f, &f->roles.servers, p->service_point.v[i]);
	for (size_t i = 0; i < p->consoles.n; i++)
		exports_role_add(f, &f->roles.consoles, p->consoles.v[i]);
	for (size_t i = 0; i < p->suffixes.n; i++)
		exports_role_add(f, &f->roles.suffixes, p->suffixes.v[i]);
	for (size_t i = 0; i < st->inventory.clients.n; i++) {
		const struct site_client *c = &st->inventory.clients.v[i];
		exports_role_add(f, &f->roles.clients, c->name);
		if (!strcmp(c->method, "in-band"))
			exports_role_add(f, &f->roles.in_band, c->name);
		else if (!strcmp(c->method, "out-of-band"))
			exports_role_add(f, &f->roles.out_of_band, c->name);
	}
}

static void collect(struct stage *st, void *state)
{
	struct exports_facts *f = state;

	roles(st, f);
	exports_collect(&st->profile.exports, f, &st->cli->run.notes);
}

static void devices(const void *state, struct walk_fleet *fleet)
{
	const struct exports_facts *f = state;

	for (size_t i = 0; i < f->facts.n; i++) {
		const struct exports_fact *c = &f->facts.v[i];
		bool imported = c->what == EXPORTS_IMPORTED;
		/* A list of all computers is no list of AMT clients: only what has a status. */
		bool client = c->what == EXPORTS_CLIENT && *c->field[EXPORTS_CLIENT_STATUS] >= '1';
		const char *const keys[] = {
			imported ? c->field[EXPORTS_IMPORT_FQDN] : NULL, c->name,
			imported ? c->field[EXPORTS_IMPORT_UUID] : c->field[EXPORTS_CLIENT_UUID]};
		if (imported || client)
			walk_fleet_add(fleet, keys, 3, false);
	}
}

/* Clients whose last task in the log took provisioning away, and those that the profile names. */
static void removed(const struct stage *st, struct amt_strlist *out)
{
	const struct trace_facts *t = stage_state(st, &stage_room_logs);
	const struct amt_strlist *named = &st->profile.directory_removed;

	for (size_t i = 0; t && i < t->devices.n; i++)
		if (t->devices.v[i].unprovisioned && *t->devices.v[i].host)
			amt_vec_push(out, t->devices.v[i].host);
	for (size_t i = 0; i < named->n; i++)
		if (!strchr(named->v[i], '='))
			amt_vec_push(out, named->v[i]);
}

/* What the exports prove about the site also counts for the walk. */
static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	struct amt_strlist gone = {0};

	exports_traits(state, &st->cli->context);
	removed(st, &gone);
	exports_judge_parts(state, &st->cli->context, &gone, fs, stage_judged);
	amt_vec_free(&gone);
}

static void write_facts(const void *state, struct amt_json_out *o)
{
	exports_write(state, o);
}

static json_t *to_json(const void *state)
{
	return exports_to_json(state);
}

static bool from_json(const json_t *j, void *state, struct amt_error *err)
{
	return exports_from_json(j, state, err);
}

static void release(void *state)
{
	exports_facts_free(state);
}

const struct stage_room stage_room_exports = {
	"exports",
	wanted,
	collect,
	devices,
	judge,
	to_json,
	from_json,
	release,
	sizeof(struct exports_facts),
	.write = write_facts,
};
