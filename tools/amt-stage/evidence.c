/* The site's own files, then every room's evidence. */
#include "stage.h"

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
}

const void *stage_state(const struct stage *st, const struct stage_room *room)
{
	for (size_t i = 0; stage_rooms[i]; i++)
		if (stage_rooms[i] == room)
			return st->state[i];
	return NULL;
}

void stage_collect(struct stage *st)
{
	for (size_t i = 0; stage_rooms[i] && !amt_stopped(); i++) {
		if (!stage_rooms[i]->wanted(st))
			continue;
		st->state[i] = amt_calloc(1, stage_rooms[i]->size);
		if (!stage_rooms[i]->own_journal &&
		    stage_journal_read(st, stage_rooms[i], st->state[i]))
			continue;
		stage_rooms[i]->collect(st, st->state[i]);
		if (!stage_rooms[i]->own_journal)
			stage_journal_write(st, stage_rooms[i], st->state[i]);
	}
}

void stage_free(struct stage *st)
{
	for (size_t i = 0; stage_rooms[i]; i++) {
		if (st->state[i])
			stage_rooms[i]->free(st->state[i]);
		free(st->state[i]);
	}
	if (st->scratch)
		fclose(st->scratch);
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
