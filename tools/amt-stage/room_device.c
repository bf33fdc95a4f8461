/* The devices themselves: asked over the network, or as they told an export. */
#include "bundle.h"
#include "cross.h"
#include "fleet.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT_MAX (16 * AMT_MIB)

static bool wanted(const struct stage *st)
{
	return st->profile.device_exports.n || st->profile.devices_mei ||
	       (st->profile.devices_probe == AMT_YES && st->inventory.clients.n);
}

static void import(struct stage *st, struct devices *all, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct amt_buf text;
	struct amt_error err;
	struct amt_device d;

	amt_device_init(&d, amt_arena_strndup(&st->arena, name, strcspn(name, ".")));
	amt_buf_init(&text, EXPORT_MAX);
	if (amt_file_read(path, &text, &err) &&
	    amt_device_import(&d, path, amt_buf_cstr(&text), text.len, &err)) {
		amt_vec_push(&all->list, d);
	} else {
		amt_note_add(&st->cli->run.notes, path, "%s", err.text);
		amt_device_free(&d);
	}
	amt_buf_free(&text);
}

/* The computer that this runs on. */
static void ask_mei(struct stage *st, struct devices *all)
{
	char host[256] = "this computer";
	struct amt_error err = {0};
	struct amt_device d;

	gethostname(host, sizeof(host) - 1);
	amt_device_init(&d, host);
	d.when = st->cli->now;
	if (amt_device_mei(&d, st->profile.devices_mei, (unsigned)(st->cli->timeout * 1000),
			   &err)) {
		amt_vec_push(&all->list, d);
	} else {
		amt_note_add(&st->cli->run.notes, st->profile.devices_mei, "%s", err.text);
		amt_device_free(&d);
	}
}

/* The password of the digest user: from the file of the profile, or the terminal. */
static char *digest_password(struct stage *st)
{
	const struct site_profile *p = &st->profile;
	struct amt_error err = {0};
	char prompt[128];

	if (!p->devices_user)
		return NULL;
	snprintf(prompt, sizeof(prompt), "password of %s on the devices", p->devices_user);
	char *password = amt_cli_password(p->devices_password_file, prompt, &err);
	if (!password)
		amt_note_add(&st->cli->run.notes,
			     p->devices_password_file ? p->devices_password_file : "devices", "%s",
			     err.text);
	return password;
}

static unsigned what_to_ask(const struct stage *st, bool login)
{
	unsigned ask = AMT_ASK_OPEN | (login ? (unsigned)AMT_ASK_WSMAN : 0);

	if (!st->opt.probe_5689)
		return ask;
	amt_cli_say(st->cli,
		    "--probe-5689: trying CVE-2017-5689 on every device: an empty log-in, which a "
		    "device may log as an attack; nothing is changed");
	return ask | AMT_ASK_CVE_5689;
}

/* Devices that were asked, as facts again. */
bool device_spooled(const struct devices *all, size_t client, struct amt_device *d)
{
	struct amt_error err;
	json_t *j =
		stage_spool_has(&all->spool, client) ? stage_spool_get(&all->spool, client) : NULL;
	bool good = j && amt_device_from_json(j, d, &err);

	json_decref(j);
	return good;
}

static void ask(struct stage *st, struct devices *all)
{
	const struct site_profile *p = &st->profile;
	bool kerberos = p->devices_kerberos == AMT_YES;

	all->password = kerberos ? NULL : digest_password(st);
	struct amt_device_options o = {.ask = what_to_ask(st, all->password || kerberos),
				       .user = all->password ? p->devices_user : NULL,
				       .password = all->password,
				       .kerberos = kerberos,
				       .ccache = p->devices_ccache,
				       .timeout_ms = (unsigned)(st->cli->timeout * 1000),
				       .at_once = st->cli->jobs};

	all->asking = stage_fleet_start(st, st->loop, &o, &all->spool);
}

/* A few are held in memory and stand in the document; of a fleet they stay on disk. */
static void end(struct stage *st, void *state)
{
	struct devices *all = state;
	struct amt_device d;

	if (!all->asking)
		return;
	stage_fleet_end(all->asking);
	if (all->password)
		amt_wipe(all->password, strlen(all->password));
	free(all->password);
	all->asking = NULL;
	all->password = NULL;
	if (all->spool.n > DEVICES_HELD)
		return;
	for (size_t i = 0; i < st->inventory.clients.n; i++)
		if (all->spool.at && device_spooled(all, i, &d))
			amt_vec_push(&all->list, d);
	stage_spool_close(&all->spool);
}

static void collect(struct stage *st, void *state)
{
	for (size_t i = 0; i < st->profile.device_exports.n; i++)
		import(st, state, st->profile.device_exports.v[i]);
	if (st->profile.devices_mei)
		ask_mei(st, state);
	device_cas_read(st, state);
	if (st->profile.devices_probe == AMT_YES && st->inventory.clients.n)
		ask(st, state);
}

static void names(const void *state, struct walk_fleet *fleet)
{
	const struct devices *all = state;

	for (size_t i = 0; i < all->list.n; i++) {
		const char *const keys[] = {all->list.v[i].host, all->list.v[i].address};
		walk_fleet_add(fleet, keys, 2, false);
	}
}

static void judge_one(const struct stage *st, const struct devices *all, const struct amt_device *d,
		      const struct amt_device_expect *site, struct amt_findings *fs)
{
	const struct site_client *c = site_inventory_find(&st->inventory, d->host);
	struct amt_device_expect expect = *site;
	struct amt_arena a = {0};

	if (c)
		device_expect_client(st, c, &a, &expect);
	amt_device_judge(d, &expect, &st->cli->context, fs);
	device_chain_judge(st, all, d, expect.fqdn ? expect.fqdn : d->host, fs);
	cross_device(st, d, fs);
	amt_arena_free(&a);
}

#define JUDGED_AT_ONCE 100 /* devices, before their findings are folded */

static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	const struct devices *all = state;
	struct amt_device_expect site = {0};
	struct amt_arena a = {0};
	struct amt_device d;

	device_expect_site(st, &a, &site);
	for (size_t i = 0; i < all->list.n; i++)
		judge_one(st, all, &all->list.v[i], &site, fs);
	for (size_t i = 0; all->spool.at && i < st->inventory.clients.n; i++) {
		if (!device_spooled(all, i, &d))
			continue;
		judge_one(st, all, &d, &site, fs);
		amt_device_free(&d);
		if (i % JUDGED_AT_ONCE == 0)
			stage_judged(fs);
	}
	device_expect_free(&site);
	amt_arena_free(&a);
}

static json_t *to_json(const void *state)
{
	const struct devices *all = state;
	json_t *list = json_array(), *j = json_object();

	for (size_t i = 0; i < all->list.n; i++)
		json_array_append_new(list, amt_device_to_json(&all->list.v[i]));
	json_object_set_new(j, "devices", list);
	json_object_set_new(j, "issuers", device_cas_to_json(all));
	if (all->spool.at) {
		json_object_set_new(j, "in_run_folder", json_integer((json_int_t)all->spool.n));
		json_object_set_new(j, "file", json_string("devices.ndjson"));
	}
	return j;
}

static bool from_json(const json_t *j, void *state, struct amt_error *err)
{
	struct devices *all = state;
	const json_t *list = json_object_get(j, "devices");

	int64_t elsewhere = amt_json_get_int(j, "in_run_folder", 0);

	if (elsewhere)
		stage_bundle_reopen(&stage, &all->spool, elsewhere);
	device_cas_from_json(json_object_get(j, "issuers"), all);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!amt_device_from_json(json_array_get(list, i), amt_vec_add(&all->list), err))
			return false;
	return true;
}

static void release(void *state)
{
	struct devices *all = state;

	for (size_t i = 0; i < all->list.n; i++)
		amt_device_free(&all->list.v[i]);
	amt_vec_free(&all->list);
	amt_vec_free(&all->cas);
	amt_arena_free(&all->arena);
	stage_spool_close(&all->spool);
}

const struct stage_room stage_room_devices = {
	.name = "devices",
	.wanted = wanted,
	.collect = collect,
	.devices = names,
	.judge = judge,
	.to_json = to_json,
	.from_json = from_json,
	.free = release,
	.size = sizeof(struct devices),
	.own_journal = true,
	.side_by_side = true,
	.end = end,
};
