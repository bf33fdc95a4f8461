/* The devices themselves: asked over the network, or as they told an export. */
#include "room_device.h"
#include "rooms.h"

#include "amtdiag/net.h"

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

	if (st->profile.devices_probe_5689 != AMT_YES)
		return ask;
	amt_cli_say(st->cli, "trying CVE-2017-5689 on every device, as the profile wants "
			     "(devices, probe-5689): an empty log-in, which a device may log as an "
			     "attack; nothing is changed");
	return ask | AMT_ASK_CVE_5689;
}

/* Every client of the inventory, many at once. */
static void ask(struct stage *st, struct devices *all)
{
	const struct site_profile *p = &st->profile;
	size_t n = st->inventory.clients.n, first = all->list.n;
	bool kerberos = p->devices_kerberos == AMT_YES;
	char *password = kerberos ? NULL : digest_password(st);
	struct amt_device_options o = {.ask = what_to_ask(st, password || kerberos),
				       .user = password ? p->devices_user : NULL,
				       .password = password,
				       .kerberos = kerberos,
				       .ccache = p->devices_ccache,
				       .timeout_ms = (unsigned)(st->cli->timeout * 1000),
				       .at_once = st->cli->jobs,
				       .progress = &st->cli->progress};
	struct amt_device_target *targets = amt_calloc(n, sizeof(*targets));

	for (size_t i = 0; i < n; i++)
		(void)amt_vec_add(&all->list);
	for (size_t i = 0; i < n; i++) {
		const struct site_client *c = &st->inventory.clients.v[i];
		targets[i] =
			(struct amt_device_target){.host = *c->fqdn ? c->fqdn : c->name,
						   .connect_to = *c->address ? c->address : NULL,
						   .device = &all->list.v[first + i]};
	}
	struct amt_error why;
	struct amt_loop *loop = amt_loop_new(&why);

	if (!loop) {
		amt_note_add(&st->cli->run.notes, "devices", "%s", why.text);
		goto out;
	}
	amt_device_collect(loop, targets, n, &o);
	amt_loop_free(loop);
out:
	free(targets);
	if (password)
		amt_wipe(password, strlen(password));
	free(password);
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

static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	const struct devices *all = state;
	struct amt_device_expect site = {0};
	struct amt_arena a = {0};

	device_expect_site(st, &a, &site);
	for (size_t i = 0; i < all->list.n; i++) {
		const struct amt_device *d = &all->list.v[i];
		const struct site_client *c = site_inventory_find(&st->inventory, d->host);
		struct amt_device_expect expect = site;
		if (c)
			device_expect_client(st, c, &a, &expect);
		amt_device_judge(d, &expect, &st->cli->context, fs);
		device_chain_judge(st, all, d, expect.fqdn ? expect.fqdn : d->host, fs);
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
	return j;
}

static bool from_json(const json_t *j, void *state, struct amt_error *err)
{
	struct devices *all = state;
	const json_t *list = json_object_get(j, "devices");

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
}

const struct stage_room stage_room_devices = {
	"devices", wanted,  collect,
	names,     judge,   to_json,
	from_json, release, sizeof(struct devices),
};
