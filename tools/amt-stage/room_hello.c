/* Captures with hello messages. */
#include "cross.h"
#include "rooms.h"

#include "amtdiag/exports.h"
#include "amtdiag/hello.h"
#include "amtdiag/pki.h"

#include <string.h>

static bool wanted(const struct stage *st)
{
	return st->profile.captures.n > 0;
}

#define HELLO_PORT 9971 /* what firmware comes with */

/* The port that the component listens on, where its settings say another; and the usual one, as
 * devices may not have been told. */
static size_t hello_ports(const struct stage *st, uint16_t out[2])
{
	const struct exports_facts *e = stage_state(st, &stage_room_exports);
	uint64_t port;

	for (size_t i = 0; e && i < e->facts.n; i++) {
		const struct exports_fact *x = &e->facts.v[i];
		if (x->what == EXPORTS_SETTING && !strcmp(x->name, "port") &&
		    amt_num_u64(x->field[EXPORTS_SETTING_TEXT], 1, UINT16_MAX, &port, NULL) &&
		    port != HELLO_PORT) {
			out[0] = (uint16_t)port;
			out[1] = HELLO_PORT;
			return 2;
		}
	}
	return 0;
}

static void collect(struct stage *st, void *state)
{
	uint16_t ports[2];
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
	opt.ports = ports;
	opt.n_ports = hello_ports(st, ports);
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

struct ended {
	const struct stage *st;
	const struct hello_facts *h;
	size_t near; /* the device found last: findings come in the order of devices */
};

static const struct hello_device *device_of(struct ended *e, const char *id)
{
	for (size_t i = 0; i < e->h->devices.n; i++) {
		size_t at = (e->near + i) % e->h->devices.n;
		const struct hello_device *d = &e->h->devices.v[at];
		if (d->hellos.n && !strcmp(d->id, id)) {
			e->near = at;
			return d;
		}
	}
	return NULL;
}

/* The task of the log that ended the hellos of a device; NULL: none. */
static const struct trace_session *ended_by(struct ended *e, const struct amt_finding *f)
{
	const struct hello_facts *h = e->h;
	const struct hello_device *d;
	const struct trace_session *s;

	if (strcmp(f->item->id, "S2.C13a") != 0 ||
	    (f->verdict != AMT_WARN && f->verdict != AMT_FAIL) ||
	    !(s = cross_provisioned(e->st, f->subject)))
		return NULL;
	d = device_of(e, f->subject);
	/* A hello after it means that it was un-provisioned since. */
	return d && s->placed && s->end < h->hellos.v[d->hellos.v[d->hellos.n - 1]].at.time ? NULL
											    : s;
}

static bool has_ended(void *arg, const struct amt_finding *f)
{
	return ended_by(arg, f) != NULL;
}

/* That a device says hello no more is as it should be once it is provisioned. */
static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	const struct trace_facts *logs = stage_state(st, &stage_room_logs);
	struct ended e = {.st = st, .h = state};
	size_t from = fs->list.n, n;

	hello_judge(state, &st->cli->context, fs);
	n = fs->list.n;
	for (size_t i = from; i < n; i++) {
		const struct amt_finding *f = fs->list.v[i];
		const struct trace_session *s = ended_by(&e, f);
		if (!s)
			continue;
		struct amt_finding *good = amt_finding_add(
			fs, "S2.C13a", AMT_PASS, f->subject,
			"its hellos have ended: the log says that it was provisioned");
		if (s->last.file < logs->files.n)
			amt_finding_evidence(fs, good, logs->files.v[s->last.file].name,
					     amt_arena_printf(&fs->arena, "line %llu",
							      (unsigned long long)s->last.line),
					     "the end of that task");
	}
	amt_findings_drop(fs, from, has_ended, &e);
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
