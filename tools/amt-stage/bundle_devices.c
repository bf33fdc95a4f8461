/*
 * The devices of a fleet in a bundle: devices.ndjson, a line each, as they stand on disk, copied or
 * redacted one by one, so that a bundle of any fleet takes no more memory than one device.
 */
#include "bundle.h"
#include "room_device.h"
#include "rooms.h"

#include <string.h>
#include <unistd.h>

static const struct stage_spool *spool_of(const struct stage *st)
{
	const struct devices *all = stage_state(st, &stage_room_devices);

	return all && all->spool.at ? &all->spool : NULL;
}

int stage_bundle_devices(const struct stage *st, off_t *size)
{
	const struct stage_spool *s = spool_of(st);

	if (!s)
		return -1;
	if (!st->opt.redact) {
		*size = s->end;
		return s->fd;
	}
	if (!st->redacted || fflush(st->redacted))
		return -1;
	*size = lseek(fileno(st->redacted), 0, SEEK_END);
	return fileno(st->redacted);
}

static json_t *line_of(const struct stage *st, const struct stage_spool *s, size_t client)
{
	const struct site_client *c = &st->inventory.clients.v[client];
	json_t *facts = stage_spool_has(s, client) ? stage_spool_get(s, client) : NULL;
	json_t *j = facts ? json_object() : NULL;

	if (j) {
		json_object_set_new(j, "client", amt_json_str(*c->fqdn ? c->fqdn : c->name));
		json_object_set_new(j, "facts", facts);
	}
	return j;
}

void stage_bundle_learn(const struct stage *st, struct amt_redactor *r)
{
	const struct stage_spool *s = spool_of(st);

	for (size_t i = 0; s && i < st->inventory.clients.n; i++) {
		json_t *j = line_of(st, s, i);
		amt_redact_learn_facts(r, j);
		json_decref(j);
	}
}

bool stage_bundle_redact(struct stage *st, struct amt_redactor *r, struct amt_error *err)
{
	const struct stage_spool *s = spool_of(st);
	bool good = true;

	for (size_t i = 0; s && st->redacted && good && i < st->inventory.clients.n; i++) {
		json_t *j = line_of(st, s, i), *out = j ? amt_redact_json(r, j) : NULL;
		good = !out || (!json_dumpf(out, st->redacted, JSON_COMPACT) &&
				fputc('\n', st->redacted) != EOF);
		json_decref(out);
		json_decref(j);
	}
	return good || amt_fail(err, "can't keep the redacted devices in a temporary file");
}

void stage_bundle_reopen(struct stage *st, struct stage_spool *spool, int64_t n)
{
	struct amt_error err;

	if (st->opt.open && st->scratch &&
	    stage_spool_open(spool, NULL, fileno(st->scratch), true, &st->inventory,
			     &st->cli->run.notes, &err)) {
		if ((int64_t)spool->n < n)
			amt_note_add(&st->cli->run.notes, st->opt.open,
				     "%zu of %lld devices are in it; the others are not judged",
				     spool->n, (long long)n);
		return;
	}
	stage_spool_close(spool);
	amt_note_add(&st->cli->run.notes, "devices",
		     "what %lld devices told is in the run folder, not in this document: "
		     "without it they are not judged; --resume DIR judges all, a bundle holds all",
		     (long long)n);
}
