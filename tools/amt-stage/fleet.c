/* Asking the devices of the inventory, each kept on disk as soon as it is through. */
#include "fleet.h"
#include "verdicts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct stage_fleet {
	struct stage *st;
	struct stage_spool *spool;
	struct amt_device_sweep *sweep;
	size_t at, left, through; /* place in the inventory; to be asked at the start, since then */
	int verdicts;             /* -1: not told as they come */
	bool failed;
};

static const char *host_of(const struct site_client *c)
{
	return *c->fqdn ? c->fqdn : c->name;
}

/* Not those that an earlier run finished, and nobody twice. */
static bool to_ask(const struct stage_fleet *f, size_t i)
{
	const struct site_inventory *inv = &f->st->inventory;
	const struct site_client *c = &inv->clients.v[i];

	return !stage_spool_has(f->spool, i) && stage_mine(f->st, c) &&
	       site_inventory_find(inv, host_of(c)) == c;
}

static bool next(void *arg, struct amt_device_target *t)
{
	struct stage_fleet *f = arg;
	const struct site_inventory *inv = &f->st->inventory;

	while (f->at < inv->clients.n && !to_ask(f, f->at))
		f->at++;
	if (f->at == inv->clients.n || f->failed)
		return false;
	const struct site_client *c = &inv->clients.v[f->at];
	*t = (struct amt_device_target){.host = host_of(c),
					.connect_to = *c->address ? c->address : NULL,
					.device = amt_calloc(1, sizeof(struct amt_device)),
					.user = f->at++};
	return true;
}

static void tell(struct stage_fleet *f, const struct amt_device_target *t)
{
	const struct site_client *c = &f->st->inventory.clients.v[t->user];

	if (f->verdicts < 0 || stage_verdicts_put(f->st, f->verdicts, c, t->device))
		return;
	amt_note_add(&f->st->cli->run.notes, "verdicts.ndjson",
		     "cut off: it can't be written any more; the report has all");
	close(f->verdicts);
	f->verdicts = -1;
}

static void keep(struct stage_fleet *f, const struct amt_device_target *t)
{
	struct stage *st = f->st;
	struct amt_error err;

	if (stage_spool_put(f->spool, t->user, amt_device_to_json(t->device), &err)) {
		tell(f, t);
		return;
	}
	f->failed = true;
	amt_device_sweep_cancel(f->sweep);
	amt_note_add(&st->cli->run.notes, f->spool->path,
		     "%s: no more devices are asked; %zu of %zu are kept%s%s", err.text,
		     f->spool->n, st->inventory.clients.n,
		     st->run_dir ? ". Make room, then --resume " : "",
		     st->run_dir ? st->run_dir : "");
	st->cli->io_failed = true; /* the report says so by its exit code */
}

static void on_through(void *arg, const struct amt_device_target *t)
{
	struct stage_fleet *f = arg;

	if (!f->failed && !amt_stopped()) {
		keep(f, t);
		f->through++;
		amt_progress_update(&f->st->cli->progress, "devices", f->spool->found + f->through,
				    f->spool->found + f->left);
	}
	amt_device_free(t->device);
	free(t->device);
}

struct stage_fleet *stage_fleet_start(struct stage *st, struct amt_loop *loop,
				      const struct amt_device_options *o, struct stage_spool *spool)
{
	struct stage_fleet *f = amt_calloc(1, sizeof(*f));
	const struct amt_device_feed feed = {.next = next, .through = on_through, .arg = f};
	const char *path =
		st->run_dir ? amt_arena_printf(&st->arena, "%s/devices.ndjson", st->run_dir) : NULL;
	struct amt_error err;

	f->st = st;
	f->spool = spool;
	f->verdicts = -1;
	if (!stage_spool_open(spool, path, st->scratch ? fileno(st->scratch) : -1,
			      st->opt.resume != NULL, &st->inventory, &st->cli->run.notes, &err)) {
		amt_note_add(&st->cli->run.notes, "devices", "not asked: %s", err.text);
		return f;
	}
	for (size_t i = 0; i < st->inventory.clients.n; i++)
		f->left += to_ask(f, i);
	f->verdicts = stage_verdicts_open(st);
	f->sweep = amt_device_sweep_start(loop, o, &feed);
	return f;
}

void stage_fleet_end(struct stage_fleet *f)
{
	struct stage *st = f->st;

	amt_device_sweep_free(f->sweep);
	if (f->verdicts >= 0)
		close(f->verdicts);
	if (f->sweep && amt_stopped() && st->run_dir)
		amt_note_add(&st->cli->run.notes, "devices",
			     "stopped: %zu of %zu are through and kept; --resume %s goes on",
			     f->spool->n, st->inventory.clients.n, st->run_dir);
	else if (f->sweep && amt_stopped())
		amt_note_add(&st->cli->run.notes, "devices",
			     "stopped: %zu of %zu are through; with --run DIR they would be kept "
			     "for the next time",
			     f->spool->n, st->inventory.clients.n);
	free(f);
}
