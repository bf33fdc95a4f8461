/* What Active Directory holds about AMT. */
#include "rooms.h"

#include "amtdiag/directory.h"
#include "amtdiag/exports.h"
#include "amtdiag/net.h"
#include "amtdiag/trace.h"

#include <stdlib.h>
#include <string.h>

struct ad {
	struct directory_facts facts;
	struct amt_notes notes; /* of the thread that asks */
	struct amt_error err;
	bool asking, whole;
	struct amt_arena arena; /* strings of asked that came out of a document or another room */
	struct directory_options asked;
};

const struct directory_facts *stage_directory(const struct stage *st)
{
	const struct ad *ad = stage_state(st, &stage_room_directory);

	return ad ? &ad->facts : NULL;
}

static bool wanted(const struct stage *st)
{
	return st->profile.directory_server != NULL && !st->no_directory;
}

static void add(struct ad *ad, struct amt_strlist *l, const char *s, size_t n)
{
	while (n && s[n - 1] == ' ')
		n--;
	while (n && *s == ' ')
		s++, n--;
	const char *copy = n ? amt_arena_strndup(&ad->arena, s, n) : NULL;
	if (copy && !amt_strlist_has(l, copy))
		amt_vec_push(l, copy);
}

static void add_all(struct ad *ad, struct amt_strlist *l, const struct amt_strlist *from)
{
	for (size_t i = 0; i < from->n; i++)
		add(ad, l, from->v[i], strlen(from->v[i]));
}

/* The settings of the component: container, template and AMT user accounts. */
static void component(const struct stage *st, struct ad *ad)
{
	const struct exports_facts *e = stage_state(st, &stage_room_exports);
	const struct {
		const char *key;
		struct amt_strlist *to;
	} lists[] = {{"template", &ad->asked.templates},
		     {"client-template", &ad->asked.templates},
		     {"users", &ad->asked.acl}};

	for (size_t i = 0; e && i < e->facts.n; i++) {
		const struct exports_fact *x = &e->facts.v[i];
		const char *text = x->field[EXPORTS_SETTING_TEXT];
		if (x->what != EXPORTS_SETTING)
			continue;
		if (!strcmp(x->name, "container") && !ad->asked.container && *text)
			ad->asked.container = amt_arena_strdup(&ad->arena, text);
		for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++)
			for (const char *p = text; !strcmp(x->name, lists[k].key) && *p;) {
				size_t n = strcspn(p, ",");
				add(ad, lists[k].to, p, n);
				p += n + (p[n] == ',');
			}
	}
}

/* What the logs say was done to clients: updates have a date, and removals leave nothing. */
static void done(const struct stage *st, struct ad *ad)
{
	const struct trace_facts *t = stage_state(st, &stage_room_logs);

	for (size_t i = 0; t && i < t->sessions.n; i++) {
		const struct trace_session *s = &t->sessions.v[i];
		const char *host = t->devices.v[s->device].host;
		if (s->kind == TRACE_MAINTENANCE && s->outcome == TRACE_COMPLETE && s->placed &&
		    strchr(host, '.'))
			amt_vec_push(&ad->asked.updates,
				     (struct directory_update){amt_arena_strdup(&ad->arena, host),
							       s->end});
	}
	for (size_t i = 0; t && i < t->devices.n; i++)
		if (t->devices.v[i].unprovisioned && strchr(t->devices.v[i].host, '.'))
			add(ad, &ad->asked.removed, t->devices.v[i].host,
			    strlen(t->devices.v[i].host));
}

/* What the profile and the inventory say should be there: asked for, judged with, and kept. */
static void expectations(const struct stage *st, struct ad *ad)
{
	const struct site_profile *p = &st->profile;

	ad->asked = (struct directory_options){.server = p->directory_server,
					       .domain = p->domain,
					       .bind_dn = p->directory_bind,
					       .ca_file = p->directory_ca_file,
					       .starttls = p->directory_starttls == AMT_YES,
					       .qps = p->directory_qps,
					       .timeout = st->cli->timeout,
					       .container = p->directory_container,
					       .every_dc = p->directory_every_dc != AMT_NO,
					       .forest = true,
					       .sntp = true,
					       .pki = true};
	add_all(ad, &ad->asked.site_servers, &p->site_servers);
	add_all(ad, &ad->asked.operators, &p->operators);
	add_all(ad, &ad->asked.domains, &p->forest_domains);
	add_all(ad, &ad->asked.templates, &p->directory_templates);
	add_all(ad, &ad->asked.acl, &p->amt_users);
	add_all(ad, &ad->asked.radius, &p->radius_groups);
	add_all(ad, &ad->asked.removed, &p->directory_removed);
	component(st, ad);
	done(st, ad);
	for (size_t i = 0; i < st->inventory.clients.n; i++) {
		const struct site_client *c = &st->inventory.clients.v[i];
		/* Once each, by the inventory's own index: a fleet is too long to be looked through
		 * for every one of it. */
		if (*c->fqdn && site_inventory_find(&st->inventory, c->fqdn) == c &&
		    !amt_strlist_has(&ad->asked.removed, c->fqdn))
			amt_vec_push(&ad->asked.clients, c->fqdn);
	}
}

static void forget(char *password)
{
	if (password)
		amt_wipe(password, strlen(password));
	free(password);
}

/* The bind's password, or NULL: the ticket is used, or it can't be read (a note). */
static char *bind_password(struct stage *st)
{
	struct amt_error err;
	char *password = NULL;

	if (!st->profile.directory_bind || !st->profile.directory_password_file)
		return NULL;
	password = amt_cli_password(st->profile.directory_password_file, "", &err);
	if (!password)
		amt_note_add(&st->cli->run.notes, st->profile.directory_password_file, "%s",
			     err.text);
	return password;
}

bool stage_directory_try(struct stage *st, struct amt_error *err)
{
	const struct site_profile *p = &st->profile;
	char *password = bind_password(st);
	const struct directory_options o = {.server = p->directory_server,
					    .bind_dn = p->directory_bind,
					    .ca_file = p->directory_ca_file,
					    .starttls = p->directory_starttls == AMT_YES,
					    .timeout = st->cli->timeout,
					    .password = password};
	bool good = directory_try(&o, err);

	forget(password);
	return good;
}

/* libldap only waits, so it has a thread of its own: nothing else may touch its room meanwhile. */
static void work(void *arg)
{
	struct ad *ad = arg;

	ad->whole = directory_collect(&ad->asked, &ad->facts, &ad->notes, &ad->err);
}

static void wipe(struct ad *ad)
{
	forget((char *)(uintptr_t)ad->asked.password);
	ad->asked.password = NULL;
}

static void on_done(void *arg)
{
	wipe(arg);
	stage_room_done(&stage, &stage_room_directory);
}

static void collect(struct stage *st, void *state)
{
	struct ad *ad = state;

	expectations(st, ad);
	ad->asked.password = bind_password(st);
	ad->asking = true;
	amt_fail(&ad->err, "stopped before it was asked");
	amt_task_start(st->loop, work, on_done, ad);
}

static void end(struct stage *st, void *state)
{
	struct ad *ad = state;

	if (!ad->asking)
		return;
	wipe(ad);
	for (size_t i = 0; i < ad->notes.list.n; i++)
		amt_note_add(&st->cli->run.notes, ad->notes.list.v[i].source, "%s",
			     ad->notes.list.v[i].text);
	if (!ad->whole)
		amt_note_add(&st->cli->run.notes, st->profile.directory_server, "%s", ad->err.text);
	directory_traits(&ad->facts, &ad->asked, &st->cli->context);
}

static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	const struct ad *ad = state;

	directory_judge(&ad->facts, &ad->asked, &st->cli->context, fs);
}

/* The lists of the options, by the names that they have in a document. */
#define LISTS(X)                                                                                   \
	X(site_servers)                                                                            \
	X(operators)                                                                               \
	X(clients)                                                                                 \
	X(domains)                                                                                 \
	X(templates)                                                                               \
	X(acl)                                                                                     \
	X(radius)                                                                                  \
	X(removed)

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
	json_t *j = json_object(), *updates = json_array();

	json_object_set_new(j, "domain", amt_json_str(ad->asked.domain));
	json_object_set_new(j, "container", amt_json_str(ad->asked.container));
#define LIST(name) json_object_set_new(j, #name, strings(&ad->asked.name));
	LISTS(LIST)
#undef LIST
	for (size_t i = 0; i < ad->asked.updates.n; i++) {
		json_t *u = json_object();
		json_object_set_new(u, "fqdn", amt_json_str(ad->asked.updates.v[i].fqdn));
		json_object_set_new(u, "at", amt_json_time(ad->asked.updates.v[i].at));
		json_array_append_new(updates, u);
	}
	json_object_set_new(j, "updates", updates);
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
	const json_t *updates = json_object_get(j, "updates");

	ad->asked.forest = true;
	ad->asked.domain = amt_json_dup(&ad->arena, j, "domain");
	ad->asked.container = amt_json_dup(&ad->arena, j, "container");
#define LIST(name) read_strings(ad, json_object_get(j, #name), &ad->asked.name);
	LISTS(LIST)
#undef LIST
	for (size_t i = 0; i < json_array_size(updates); i++) {
		const json_t *u = json_array_get(updates, i);
		const char *fqdn = amt_json_dup(&ad->arena, u, "fqdn");
		if (fqdn)
			amt_vec_push(&ad->asked.updates,
				     (struct directory_update){fqdn, amt_json_get_time(u, "at")});
	}
	bool ok = directory_from_json(json_object_get(j, "facts"), &ad->facts, err);
	if (ok)
		directory_traits(&ad->facts, &ad->asked, &stage.cli->context);
	return ok;
}

static void release(void *state)
{
	struct ad *ad = state;

#define LIST(name) amt_vec_free(&ad->asked.name);
	LISTS(LIST)
#undef LIST
	amt_vec_free(&ad->asked.updates);
	directory_facts_free(&ad->facts);
	amt_notes_free(&ad->notes);
	amt_arena_free(&ad->arena);
}

const struct stage_room stage_room_directory = {
	.name = "directory",
	.wanted = wanted,
	.collect = collect,
	.judge = judge,
	.to_json = to_json,
	.from_json = from_json,
	.free = release,
	.size = sizeof(struct ad),
	.side_by_side = true,
	.end = end,
};
