/* From evidence to verdicts: who the clients are, what the rooms say of them, and the walk. */
#include "stage.h"

#include <string.h>

/* Everybody that evidence speaks of; those that were not asked for are left out of the walk. */
static void gather_fleet(struct stage *st)
{
	for (size_t i = 0; i < st->inventory.clients.n; i++) {
		const struct site_client *c = &st->inventory.clients.v[i];
		const char *const keys[] = {c->fqdn, c->name, c->uuid, c->mac, c->address};
		walk_fleet_add(&st->fleet, keys, 5, true);
	}
	for (size_t i = 0; stage_rooms[i]; i++)
		if (st->state[i] && stage_rooms[i]->devices)
			stage_rooms[i]->devices(st->state[i], &st->fleet);
}

/* A name that was mistyped would walk over nobody. */
static void unheard_of(struct stage *st)
{
	for (size_t i = 0; i < st->opt.clients.n; i++) {
		const char *name = st->opt.clients.v[i];
		if (walk_fleet_find(&st->fleet, name))
			continue;
		amt_cli_say(st->cli, "--client: no evidence speaks of '%s'", name);
		amt_note_add(&st->cli->run.notes, "--client", "no evidence speaks of '%s'", name);
	}
}

static bool of_others(void *arg, const struct amt_finding *f)
{
	const struct stage *st = arg;
	const struct walk_client *c = walk_fleet_find(&st->fleet, f->subject);

	return c && !stage_mine_walked(st, c);
}

void stage_judged(struct amt_findings *fs)
{
	site_waivers_apply(&stage.waivers, stage.cli->now, fs);
	amt_findings_drop(fs, 0, of_others, &stage);
	amt_fold_add(&stage.folder, fs);
	amt_findings_free(fs);
}

/* Those that were not asked for are no part of the result. */
static void trim_fleet(struct stage *st)
{
	size_t n = 0;

	for (size_t i = 0; i < st->fleet.clients.n; i++) {
		struct walk_client *c = &st->fleet.clients.v[i];
		if (stage_mine_walked(st, c))
			st->fleet.clients.v[n++] = *c;
		else
			amt_vec_free(&c->keys);
	}
	st->fleet.clients.n = n;
}

void stage_walk(struct stage *st)
{
	struct walk_input in = {.seen = &st->seen,
				.ctx = &st->cli->context,
				.answers = &st->answers,
				.stages = st->stages};
	struct amt_run *r = &st->cli->run;
	struct amt_findings fs = {0};
	struct amt_error err;

	gather_fleet(st);
	stage_index_statuses(st);
	unheard_of(st);
	st->folder.out = &st->seen;
	for (size_t i = 0; stage_rooms[i]; i++) {
		if (!st->state[i])
			continue;
		stage_rooms[i]->judge(st, st->state[i], &fs);
		stage_judged(&fs);
	}
	stage_judge_cross(st, &fs);
	stage_judged(&fs);
	stage_judge_ports(st, &fs);
	stage_judged(&fs);
	stage_judge_removals(st, &fs);
	stage_judged(&fs);
	amt_folder_free(&st->folder);
	stage_judge_own(st, &st->seen);
	if (st->opt.interactive && !stage_ask(st, &err)) {
		amt_cli_say(st->cli, "%s", err.text);
		amt_note_add(&r->notes, "answers", "%s", err.text);
	}
	walk_run(&in, &st->fleet, &r->findings, &st->walk);
	trim_fleet(st);
}
