/* The site's own files, then every room's evidence. */
#include "stage.h"

#include "amtdiag/net.h"

#include <stdlib.h>
#include <string.h>

static bool load_inventory(struct stage *st, struct amt_error *err)
{
	const char *path = st->opt.inventory ? st->opt.inventory : st->profile.inventory;

	return !path || site_inventory_load(&st->inventory, path, &st->cli->run.notes, err);
}

static bool load_answers(struct stage *st, struct amt_error *err)
{
	return !st->answers_path ||
	       site_answers_load(&st->answers, st->answers_path, &st->cli->run.notes, err);
}

/* Firmware of the profile counts unless the command line names some. */
static void firmware(struct stage *st)
{
	struct amt_cli *cli = st->cli;

	for (size_t i = 0; !cli->firmware_text.n && i < st->profile.firmware.n; i++) {
		struct amt_fw fw;
		struct amt_error err;
		if (amt_fw_parse(st->profile.firmware.v[i], &fw, &err))
			amt_vec_push(&cli->firmware, fw);
		else
			amt_note_add(&cli->run.notes, st->profile.path, "[site] firmware: %s",
				     err.text);
	}
}

/* Three labels or more, and neither .com nor .net: the case of S3.C15. */
static bool is_deep(const char *suffix)
{
	size_t labels = 1, n = strlen(suffix);

	for (const char *p = suffix; *p; p++)
		labels += *p == '.' && p[1];
	return labels > 2 && !(n > 4 && (!amt_strcasecmp(suffix + n - 4, ".com") ||
					 !amt_strcasecmp(suffix + n - 4, ".net")));
}

/* What the suffixes of the clients tell, unless the profile does. */
static void deep_domain(struct stage *st)
{
	enum amt_tri *trait = &st->cli->context.trait[AMT_TRAIT_DEEP_DOMAIN];
	bool deep = false;

	if (*trait != AMT_MAYBE || !st->profile.suffixes.n)
		return;
	for (size_t i = 0; i < st->profile.suffixes.n; i++)
		deep = deep || is_deep(st->profile.suffixes.v[i]);
	for (size_t i = 0; i < st->inventory.clients.n; i++)
		deep = deep || is_deep(st->inventory.clients.v[i].suffix);
	*trait = deep ? AMT_YES : AMT_NO;
}

bool stage_load(struct stage *st, struct amt_error *err)
{
	if (st->cli->site) {
		if (!site_profile_load(&st->profile, st->cli->site, &st->cli->run.notes, err))
			return false;
		st->has_profile = true;
	}
	firmware(st);
	site_profile_traits(&st->profile, &st->cli->context);
	st->answers_path = st->opt.answers ? st->opt.answers : st->profile.answers;
	/* Walking on without waivers would judge otherwise than was asked. */
	return !st->opt.waive ||
	       site_waivers_load(&st->waivers, st->opt.waive, &st->cli->run.notes, err);
}

/* A list that can't be read is trouble with an input: the walk goes on without it. */
void stage_load_lists(struct stage *st)
{
	struct amt_error trouble;

	if (!load_inventory(st, &trouble))
		amt_note_add(&st->cli->run.notes, "inventory", "%s", trouble.text);
	if (!load_answers(st, &trouble))
		amt_note_add(&st->cli->run.notes, "answers", "%s", trouble.text);
	deep_domain(st);
}

const void *stage_state(const struct stage *st, const struct stage_room *room)
{
	for (size_t i = 0; stage_rooms[i]; i++)
		if (stage_rooms[i] == room)
			return st->state[i];
	return NULL;
}

void stage_room_done(struct stage *st, const struct stage_room *room)
{
	const void *state = stage_state(st, room);

	if (state && !room->own_journal)
		stage_journal_write(st, room, state);
}

/* False: there is nothing to collect, or it was collected by an earlier run. */
static bool to_collect(struct stage *st, size_t i)
{
	const struct stage_room *room = stage_rooms[i];

	if (amt_stopped() || !room->wanted(st))
		return false;
	st->state[i] = amt_calloc(1, room->size);
	return room->own_journal || !stage_journal_read(st, room, st->state[i]);
}

static void collect_one(struct stage *st, size_t i)
{
	const struct stage_room *room = stage_rooms[i];

	room->collect(st, st->state[i]);
	if (!room->end)
		stage_room_done(st, room);
}

/* Rooms [from, to): first those that only start something, then those that wait for answers, in
 * whose turns of the loop the others go on. */
static void side_by_side(struct stage *st, size_t from, size_t to)
{
	bool due[STAGE_ROOMS_MAX] = {false}, any = false;
	struct amt_error err;

	for (size_t i = from; i < to; i++)
		any |= due[i] = to_collect(st, i);
	st->loop = any ? amt_loop_new(&err) : NULL;
	for (size_t i = from; any && !st->loop && i < to; i++) {
		if (!due[i])
			continue;
		amt_note_add(&st->cli->run.notes, stage_rooms[i]->name, "not asked: %s", err.text);
		free(st->state[i]);
		st->state[i] = NULL;
	}
	if (!st->loop)
		return;
	for (size_t i = from; i < to; i++)
		if (due[i] && stage_rooms[i]->end)
			collect_one(st, i);
	for (size_t i = from; i < to; i++)
		if (due[i] && !stage_rooms[i]->end)
			collect_one(st, i);
	amt_loop_run(st->loop);
	for (size_t i = from; i < to; i++)
		if (due[i] && stage_rooms[i]->end)
			stage_rooms[i]->end(st, st->state[i]);
	amt_loop_free(st->loop);
	st->loop = NULL;
}

void stage_collect(struct stage *st)
{
	for (size_t i = 0, to; stage_rooms[i]; i = to) {
		to = i;
		while (stage_rooms[to] && stage_rooms[to]->side_by_side)
			to++;
		if (to > i) {
			side_by_side(st, i, to);
			continue;
		}
		to = i + 1;
		if (to_collect(st, i))
			collect_one(st, i);
	}
}

void stage_free(struct stage *st)
{
	for (size_t i = 0; stage_rooms[i]; i++) {
		if (st->state[i])
			stage_rooms[i]->free(st->state[i]);
		free(st->state[i]);
	}
	json_decref(st->changes);
	if (st->scratch)
		fclose(st->scratch);
	if (st->redacted)
		fclose(st->redacted);
	amt_folder_free(&st->folder);
	amt_findings_free(&st->seen);
	walk_fleet_free(&st->fleet);
	site_waivers_free(&st->waivers);
	site_answers_free(&st->answers);
	site_inventory_free(&st->inventory);
	site_profile_free(&st->profile);
	amt_vec_free(&st->opt.stages);
	amt_vec_free(&st->opt.clients);
	amt_arena_free(&st->arena);
}
