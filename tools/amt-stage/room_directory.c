/* What Active Directory holds about AMT. */
#include "rooms.h"

#include "amtdiag/directory.h"

#include <stdlib.h>
#include <string.h>

struct ad {
	struct directory_facts facts;
	struct amt_arena arena; /* strings of asked that came out of a document */
	struct directory_options asked;
};

static bool wanted(const struct stage *st)
{
	return st->profile.directory_server != NULL;
}

/* What the profile and the inventory say should be there: asked for, judged with, and kept. */
static void expectations(const struct stage *st, struct ad *ad)
{
	const struct site_profile *p = &st->profile;

	ad->asked = (struct directory_options){.server = p->directory_server,
					       .domain = p->domain,
					       .bind_dn = p->directory_bind,
					       .ca_file = p->directory_ca_file,
					       .timeout = st->cli->timeout,
					       .container = p->directory_container,
					       .progress = &st->cli->progress};
	for (size_t i = 0; i < p->site_servers.n; i++)
		amt_vec_push(&ad->asked.site_servers, p->site_servers.v[i]);
	for (size_t i = 0; i < p->operators.n; i++)
		amt_vec_push(&ad->asked.users, p->operators.v[i]);
	for (size_t i = 0; i < st->inventory.clients.n; i++)
		if (*st->inventory.clients.v[i].fqdn)
			amt_vec_push(&ad->asked.clients, st->inventory.clients.v[i].fqdn);
}

static void collect(struct stage *st, void *state)
{
	struct ad *ad = state;
	struct amt_error err;
	char *password = NULL;

	expectations(st, ad);
	if (st->profile.directory_bind && st->profile.directory_password_file) {
		password = amt_cli_password(st->profile.directory_password_file, "", &err);
		if (!password)
			amt_note_add(&st->cli->run.notes, st->profile.directory_password_file, "%s",
				     err.text);
	}
	ad->asked.password = password;
	if (!directory_collect(&ad->asked, &ad->facts, &st->cli->run.notes, &err))
		amt_note_add(&st->cli->run.notes, st->profile.directory_server, "%s", err.text);
	ad->asked.password = NULL;
	if (password)
		amt_wipe(password, strlen(password));
	free(password);
}

static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	const struct ad *ad = state;

	directory_judge(&ad->facts, &ad->asked, &st->cli->context, fs);
}

static json_t *strings(const struct amt_strlist *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(list, amt_json_str(l->v[i]));
	return list;
}

static json_t *to_json(const void *state)
{
	const struct ad *ad = state;
	json_t *j = json_object();

	json_object_set_new(j, "domain", amt_json_str(ad->asked.domain));
	json_object_set_new(j, "container", amt_json_str(ad->asked.container));
	json_object_set_new(j, "site_servers", strings(&ad->asked.site_servers));
	json_object_set_new(j, "users", strings(&ad->asked.users));
	json_object_set_new(j, "clients", strings(&ad->asked.clients));
	json_object_set_new(j, "facts", directory_to_json(&ad->facts));
	return j;
}

static void read_strings(struct ad *ad, const json_t *list, struct amt_strlist *out)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (s)
			amt_vec_push(out, amt_arena_strdup(&ad->arena, s));
	}
}

static bool from_json(const json_t *j, void *state, struct amt_error *err)
{
	struct ad *ad = state;

	ad->asked.domain = amt_json_dup(&ad->arena, j, "domain");
	ad->asked.container = amt_json_dup(&ad->arena, j, "container");
	read_strings(ad, json_object_get(j, "site_servers"), &ad->asked.site_servers);
	read_strings(ad, json_object_get(j, "users"), &ad->asked.users);
	read_strings(ad, json_object_get(j, "clients"), &ad->asked.clients);
	return directory_from_json(json_object_get(j, "facts"), &ad->facts, err);
}

static void release(void *state)
{
	struct ad *ad = state;

	amt_vec_free(&ad->asked.site_servers);
	amt_vec_free(&ad->asked.users);
	amt_vec_free(&ad->asked.clients);
	directory_facts_free(&ad->facts);
	amt_arena_free(&ad->arena);
}

const struct stage_room stage_room_directory = {
	"directory", wanted, collect, NULL, judge, to_json, from_json, release, sizeof(struct ad),
};
