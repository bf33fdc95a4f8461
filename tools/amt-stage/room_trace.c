/* ConfigMgr logs. */
#include "rooms.h"

#include "amtdiag/trace.h"

static bool wanted(const struct stage *st)
{
	return st->profile.logs.n > 0;
}

static void collect(struct stage *st, void *state)
{
	struct trace_options opt = {.threads = st->cli->jobs, .progress = &st->cli->progress};
	struct amt_error err;

	if (!trace_collect(&st->profile.logs, &opt, state, &st->cli->run.notes, &err))
		amt_note_add(&st->cli->run.notes, st->profile.logs.v[0], "%s", err.text);
}

static void devices(const void *state, struct walk_fleet *fleet)
{
	const struct trace_facts *f = state;

	for (size_t i = 0; i < f->devices.n; i++) {
		const char *const keys[] = {f->devices.v[i].host, f->devices.v[i].uuid,
					    f->devices.v[i].id};
		walk_fleet_add(fleet, keys, 3, false);
	}
}

static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	trace_judge(state, &st->cli->context, fs);
}

static json_t *to_json(const void *state)
{
	return trace_to_json(state);
}

static bool from_json(const json_t *j, void *state, struct amt_error *err)
{
	return trace_from_json(j, state, err);
}

static void release(void *state)
{
	trace_facts_free(state);
}

const struct stage_room stage_room_logs = {
	"logs",    wanted,  collect,
	devices,   judge,   to_json,
	from_json, release, sizeof(struct trace_facts),
};
