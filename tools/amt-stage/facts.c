/* Facts of the walk: what it found, and all evidence it stands on, so that it can be replayed. */
#include "html.h"

#include <stdlib.h>
#include <string.h>

static json_t *counts_to_json(const size_t counts[AMT_VERDICTS])
{
	json_t *j = json_object();

	for (int v = 0; v < AMT_VERDICTS; v++)
		json_object_set_new(j, amt_verdict_name((enum amt_verdict)v),
				    json_integer((json_int_t)counts[v]));
	return j;
}

static json_t *broken_to_json(int stage_no, const struct amt_finding *f, const char *subject,
			      const char *summary)
{
	json_t *j = json_object();

	if (!f)
		return json_decref(j), json_null();
	json_object_set_new(j, "stage", json_integer(stage_no));
	json_object_set_new(j, "id", json_string(f->item->id));
	json_object_set_new(j, "subject",
			    amt_json_str(*f->subject && subject ? subject : f->subject));
	json_object_set_new(j, "summary", amt_json_str(summary ? summary : f->summary));
	return j;
}

static json_t *stages_to_json(const struct walk *w)
{
	json_t *list = json_array();

	for (int s = 1; s <= AMT_STAGE_LAST; s++) {
		if (!w->stages[s].walked)
			continue;
		json_t *j = json_object();
		json_object_set_new(j, "stage", json_integer(s));
		json_object_set_new(j, "title", json_string(amt_stage_title(s)));
		json_object_set_new(j, "verdict",
				    json_string(amt_verdict_name(w->stages[s].verdict)));
		json_object_set_new(j, "counts", counts_to_json(w->stages[s].counts));
		json_array_append_new(list, j);
	}
	return list;
}

json_t *stage_client_to_json(const struct walk_client *c)
{
	json_t *j = json_object(), *keys = json_array(), *stages = json_object();

	json_object_set_new(j, "name", amt_json_str(c->name));
	for (size_t k = 0; k < c->keys.n; k++)
		json_array_append_new(keys, amt_json_str(c->keys.v[k]));
	json_object_set_new(j, "also", keys);
	json_object_set_new(j, "listed", json_boolean(c->listed));
	json_object_set_new(j, "stage_reached", json_integer(c->stage_reached));
	json_object_set_new(j, "first_broken",
			    broken_to_json(c->broken_stage, c->broken, c->broken ? c->name : NULL,
					   c->broken_summary));
	for (int s = 1; s <= AMT_STAGE_LAST; s++) {
		char key[2] = {(char)('0' + s), '\0'};
		json_object_set_new(stages, key, json_string(amt_verdict_name(c->stage[s])));
	}
	json_object_set_new(j, "stages", stages);
	return j;
}

static json_t *inventory_line_to_json(const struct site_client *c)
{
	const char *const keys[] = {"name",     "fqdn",   "uuid",   "mac",   "address",
				    "firmware", "method", "suffix", "notes", "wireless"};
	const char *const values[] = {c->name,     c->fqdn,   c->uuid,   c->mac,   c->address,
				      c->firmware, c->method, c->suffix, c->notes, c->wireless};
	json_t *j = json_object();

	for (size_t k = 0; k < 10; k++)
		if (*values[k])
			json_object_set_new(j, keys[k], amt_json_str(values[k]));
	json_object_set_new(j, "line", json_integer((json_int_t)c->line));
	return j;
}

static const char *const tri_words[] = {"unknown", "yes", "no"};

/* People write passwords into notes. */
static void put_note(json_t *j, const char *note)
{
	char *copy = amt_strdup(note);

	site_mask(copy, strlen(copy));
	json_object_set_new(j, "note", amt_json_str(copy));
	free(copy);
}

static json_t *answers_to_json(const struct site_answers *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->list.n; i++) {
		const struct site_answer *s = &a->list.v[i];
		json_t *j = json_object();
		json_object_set_new(j, "id", amt_json_str(s->id));
		json_object_set_new(j, "subject", amt_json_str(s->subject));
		json_object_set_new(j, "answer", json_string(tri_words[s->answer]));
		put_note(j, s->note);
		json_object_set_new(j, "by", amt_json_str(s->by));
		json_object_set_new(j, "date", amt_json_str(s->date));
		json_object_set_new(j, "line", json_integer(s->line));
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *traits_to_json(const struct amt_context *ctx)
{
	json_t *j = json_object();

	for (int t = 0; t < AMT_TRAIT_COUNT; t++)
		if (ctx->trait[t] != AMT_MAYBE)
			json_object_set_new(j, amt_trait_name((enum amt_trait)t),
					    json_string(tri_words[ctx->trait[t]]));
	return j;
}

json_t *stage_site_to_json(const struct stage *st)
{
	json_t *j = json_object();

	if (st->profile.name)
		json_object_set_new(j, "site", amt_json_str(st->profile.name));
	if (st->shards)
		json_object_set_new(j, "shard",
				    amt_json_str(amt_arena_printf(&st->cli->run.arena, "%llu/%llu",
								  (unsigned long long)st->shard,
								  (unsigned long long)st->shards)));
	return j;
}

void stage_write_room(const struct stage_room *room, const void *state, const char *key,
		      struct amt_json_out *o)
{
	if (!room->write) {
		amt_json_out_value(o, key, room->to_json(state));
		return;
	}
	amt_json_out_open(o, key, false);
	room->write(state, o);
	amt_json_out_close(o);
}

void stage_write_facts(void *arg, struct amt_json_out *o)
{
	const struct stage *st = arg;
	json_t *site = stage_site_to_json(st), *value;
	const char *key;

	amt_json_out_value(o, "stages", stages_to_json(&st->walk));
	amt_json_out_value(o, "first_broken",
			   broken_to_json(st->walk.broken_stage, st->walk.broken, NULL, NULL));
	amt_json_out_value(o, "corrections", stage_orders_to_json(st));
	amt_json_out_open(o, "clients", true);
	for (size_t i = 0; i < st->fleet.clients.n; i++)
		amt_json_out_value(o, NULL, stage_client_to_json(&st->fleet.clients.v[i]));
	amt_json_out_close(o);
	timelines_write(st, o);
	json_object_foreach(site, key, value) amt_json_out_value(o, key, json_incref(value));
	amt_json_out_value(o, "traits", traits_to_json(&st->cli->context));
	amt_json_out_open(o, "inventory", true);
	for (size_t i = 0; i < st->inventory.clients.n; i++)
		amt_json_out_value(o, NULL, inventory_line_to_json(&st->inventory.clients.v[i]));
	amt_json_out_close(o);
	amt_json_out_value(o, "answers", answers_to_json(&st->answers));
	amt_json_out_open(o, "evidence", false);
	for (size_t i = 0; stage_rooms[i]; i++)
		if (st->state[i])
			stage_write_room(stage_rooms[i], st->state[i], stage_rooms[i]->name, o);
	amt_json_out_close(o);
	if (st->as_judged)
		amt_json_out_value(o, "redacted", json_true());
	if (st->changes)
		amt_json_out_value(o, "changes", json_incref(st->changes));
	json_decref(site);
}

static const char *text(struct amt_arena *a, const json_t *j, const char *key)
{
	const char *s = amt_json_dup(a, j, key);

	return s ? s : "";
}

static void inventory_from_json(struct site_inventory *inv, const json_t *list)
{
	struct amt_arena *a = &inv->arena;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *j = json_array_get(list, i);
		const struct site_client c = {.name = text(a, j, "name"),
					      .fqdn = text(a, j, "fqdn"),
					      .uuid = text(a, j, "uuid"),
					      .mac = text(a, j, "mac"),
					      .address = text(a, j, "address"),
					      .firmware = text(a, j, "firmware"),
					      .method = text(a, j, "method"),
					      .suffix = text(a, j, "suffix"),
					      .notes = text(a, j, "notes"),
					      .wireless = text(a, j, "wireless"),
					      .line = (uint64_t)amt_json_get_int(j, "line", 0)};
		site_inventory_add(inv, &c);
	}
}

static enum amt_tri tri(const char *word)
{
	return !word                  ? AMT_MAYBE
	       : !strcmp(word, "yes") ? AMT_YES
	       : !strcmp(word, "no")  ? AMT_NO
				      : AMT_MAYBE;
}

static void answers_from_json(struct site_answers *answers, const json_t *list)
{
	struct amt_arena *a = &answers->arena;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *j = json_array_get(list, i);
		amt_vec_push(&answers->list,
			     (struct site_answer){.id = text(a, j, "id"),
						  .subject = text(a, j, "subject"),
						  .answer = tri(amt_json_get_str(j, "answer")),
						  .note = text(a, j, "note"),
						  .by = text(a, j, "by"),
						  .date = text(a, j, "date"),
						  .line = (int)amt_json_get_int(j, "line", 0)});
	}
}

bool stage_from_json(struct stage *st, const json_t *facts, struct amt_error *err)
{
	const json_t *evidence = json_object_get(facts, "evidence"),
		     *traits = json_object_get(facts, "traits");

	for (int t = 0; t < AMT_TRAIT_COUNT; t++) {
		const char *word = amt_json_get_str(traits, amt_trait_name((enum amt_trait)t));
		if (word && st->cli->context.trait[t] == AMT_MAYBE)
			st->cli->context.trait[t] = tri(word);
	}
	const char *shard = amt_json_get_str(facts, "shard");
	if (shard && !st->shards && !stage_parse_shard(st, shard, err))
		return false;
	if (!st->profile.name)
		st->profile.name = amt_json_dup(&st->arena, facts, "site");
	if (!st->inventory.clients.n)
		inventory_from_json(&st->inventory, json_object_get(facts, "inventory"));
	if (!st->answers.list.n)
		answers_from_json(&st->answers, json_object_get(facts, "answers"));
	for (size_t i = 0; stage_rooms[i]; i++) {
		const json_t *j = json_object_get(evidence, stage_rooms[i]->name);
		if (!j)
			continue;
		st->state[i] = amt_calloc(1, stage_rooms[i]->size);
		if (!stage_rooms[i]->from_json(j, st->state[i], err))
			return amt_fail_prefix(err, "evidence '%s'", stage_rooms[i]->name);
	}
	return true;
}
