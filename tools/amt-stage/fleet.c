/* Asking the devices of the inventory, slice by slice, each kept on disk as soon as it is through.
 */
#include "fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* So many are asked at a time and held in memory until the slowest of them is through. */
#define SLICE 1024

struct sweep {
	struct stage *st;
	struct stage_spool *spool;
	struct amt_loop *loop;
	struct amt_device_options o;
	struct amt_progress slice; /* counts on from the slices before */
	size_t *client;            /* places in the inventory of those to be asked */
	size_t n, at;
	struct amt_device *devices; /* of this slice */
	bool failed;
};

static void on_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	const struct sweep *s = arg;

	(void)total;
	amt_progress_update(&s->st->cli->progress, what, s->spool->found + s->at + done,
			    s->spool->found + s->n);
}

static void on_through(void *arg, size_t target)
{
	struct sweep *s = arg;
	struct amt_error err;

	if (s->failed || stage_spool_put(s->spool, s->client[s->at + target],
					 amt_device_to_json(&s->devices[target]), &err))
		return;
	s->failed = true;
	amt_note_add(&s->st->cli->run.notes, s->spool->path,
		     "%s: no more devices are asked; %zu of %zu are kept%s%s", err.text,
		     s->spool->n, s->st->inventory.clients.n,
		     s->st->run_dir ? ". Make room, then --resume " : "",
		     s->st->run_dir ? s->st->run_dir : "");
	amt_stop();
}

static bool slice(struct sweep *s)
{
	size_t left = s->n - s->at, n = left < SLICE ? left : SLICE;
	struct amt_device_target *targets = amt_calloc(n, sizeof(*targets));

	s->devices = amt_calloc(n, sizeof(*s->devices));
	for (size_t i = 0; i < n; i++) {
		const struct site_client *c = &s->st->inventory.clients.v[s->client[s->at + i]];
		targets[i] =
			(struct amt_device_target){.host = *c->fqdn ? c->fqdn : c->name,
						   .connect_to = *c->address ? c->address : NULL,
						   .device = &s->devices[i]};
	}
	bool whole = amt_device_collect(s->loop, targets, n, &s->o);
	for (size_t i = 0; i < n; i++)
		amt_device_free(&s->devices[i]);
	free(s->devices);
	free(targets);
	s->at += n;
	return whole;
}

/* Who is left to ask: not those that an earlier run finished, and nobody twice. */
static void list_targets(struct sweep *s)
{
	const struct site_inventory *inv = &s->st->inventory;

	s->client = amt_calloc(inv->clients.n, sizeof(*s->client));
	for (size_t i = 0; i < inv->clients.n; i++) {
		const struct site_client *c = &inv->clients.v[i];
		if (!stage_spool_has(s->spool, i) && stage_mine(s->st, c) &&
		    site_inventory_find(inv, *c->fqdn ? c->fqdn : c->name) == c)
			s->client[s->n++] = i;
	}
}

static void say_stopped(struct stage *st, const struct stage_spool *spool)
{
	if (st->run_dir)
		amt_note_add(&st->cli->run.notes, "devices",
			     "stopped: %zu of %zu are through and kept; --resume %s goes on",
			     spool->n, st->inventory.clients.n, st->run_dir);
	else
		amt_note_add(&st->cli->run.notes, "devices",
			     "stopped: %zu of %zu are through; with --run DIR they would be kept "
			     "for the next time",
			     spool->n, st->inventory.clients.n);
}

void stage_fleet_ask(struct stage *st, const struct amt_device_options *o,
		     struct stage_spool *spool)
{
	struct sweep s = {.st = st, .spool = spool, .o = *o};
	struct amt_error err;
	const char *path =
		st->run_dir ? amt_arena_printf(&st->arena, "%s/devices.ndjson", st->run_dir) : NULL;

	if (!stage_spool_open(spool, path, st->scratch ? fileno(st->scratch) : -1,
			      st->opt.resume != NULL, &st->inventory, &st->cli->run.notes, &err)) {
		amt_note_add(&st->cli->run.notes, "devices", "not asked: %s", err.text);
		return;
	}
	s.slice = (struct amt_progress){on_progress, &s};
	s.o.progress = &s.slice;
	s.o.each = on_through;
	s.o.each_arg = &s;
	list_targets(&s);
	s.loop = amt_loop_new(&err);
	if (!s.loop)
		amt_note_add(&st->cli->run.notes, "devices", "%s", err.text);
	while (s.loop && s.at < s.n && slice(&s))
		;
	if (s.failed) {
		/* Not the user's wish: the report says so by its exit code. */
		amt_stop_reset();
		st->cli->io_failed = true;
	} else if (amt_stopped()) {
		say_stopped(st, spool);
	}
	amt_loop_free(s.loop);
	free(s.client);
}
