/* Captures with hello messages. */
#include "rooms.h"

#include "amtdiag/hello.h"
#include "amtdiag/pki.h"

static bool wanted(const struct stage *st)
{
	return st->profile.captures.n > 0;
}

static void collect(struct stage *st, void *state)
{
	struct hello_options opt = {.progress = &st->cli->progress,
				    .name_of_hash = pki_root_name_of_hash};
	struct AMT_VEC(struct hello_ip) servers = {0};
	struct amt_error err;

	for (size_t i = 0; i < st->profile.service_point.n; i++) {
		struct hello_ip ip;
		if (hello_ip_parse(st->profile.service_point.v[i], &ip))
			amt_vec_push(&servers, ip);
	}
	opt.servers = servers.v;
	opt.n_servers = servers.n;
	if (st->profile.provision_server.n)
		opt.names = &st->profile.provision_server;
	if (!hello_collect(&st->profile.captures, &opt, state, &st->cli->run.notes, &err))
		amt_note_add(&st->cli->run.notes, st->profile.captures.v[0], "%s", err.text);
	amt_vec_free(&servers);
}

static void devices(const void *state, struct walk_fleet *fleet)
{
	const struct hello_facts *f = state;

	for (size_t i = 0; i < f->devices.n; i++) {
		const struct hello_device *d = &f->devices.v[i];
		char ip[HELLO_IP_TEXT] = "", mac[18] = "";
		if (d->addresses.n)
			hello_ip_text(&d->addresses.v[0], ip);
		if (d->macs.n)
			hello_mac_text(&d->macs.v[0], mac);
		/* The UUID first: addresses change hands. */
		const char *const keys[] = {d->id, mac, ip};
		if (d->hellos.n)
			walk_fleet_add(fleet, keys, 3, false);
	}
}

static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	hello_judge(state, &st->cli->context, fs);
}

static json_t *to_json(const void *state)
{
	return hello_to_json(state, false);
}

static bool from_json(const json_t *j, void *state, struct amt_error *err)
{
	if (!hello_from_json(j, state, err))
		return false;
	hello_relate(state, false);
	return true;
}

static void release(void *state)
{
	hello_facts_free(state);
}

const struct stage_room stage_room_captures = {
	"captures", wanted,  collect,
	devices,    judge,   to_json,
	from_json,  release, sizeof(struct hello_facts),
};
