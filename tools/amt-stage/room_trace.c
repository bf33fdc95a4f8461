/* ConfigMgr logs. */
#include "rooms.h"

#include "amtdiag/trace.h"

#include <stdlib.h>
#include <string.h>

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

static void pass(const struct trace_facts *f, struct amt_findings *fs, const char *id,
		 const char *device, const struct trace_spot *at, const char *summary)
{
	struct amt_finding *fd = amt_finding_add(fs, id, AMT_PASS, device, "%s", summary);

	amt_finding_evidence(
		fs, fd, f->files.v[at->file].name,
		amt_arena_printf(&fs->arena, "line %llu", (unsigned long long)at->line), NULL);
}

/* The room tells of failures one by one and of successes in sum; the walk wants to know of each
 * client how far it came. */
static void how_far(const struct trace_facts *f, const struct trace_device *d, uint32_t task,
		    struct amt_findings *fs)
{
	if (d->requests && d->requested_at.file < f->files.n)
		pass(f, fs, "S2.V01a", d->id, &d->requested_at,
		     "its provisioning request reached the server");
	else if (d->rejected_client && d->rejected_at.file < f->files.n)
		pass(f, fs, "S2.V01a", d->id, &d->rejected_at, "its hello reached the server");
	if (task >= f->sessions.n)
		return;
	const struct trace_session *s = &f->sessions.v[task];
	if (s->outcome != TRACE_COMPLETE || s->last.file >= f->files.n)
		return;
	if (s->kind == TRACE_PROVISION)
		pass(f, fs, "S3.V01h", d->id, &s->last, "its provisioning ended well");
	else
		pass(f, fs, "S7.V01", d->id, &s->last, "its un-provisioning is complete");
}

/* Of each device the last task that changed whether it is provisioned: power control, discovery
 * and updates go on for years after it. */
static void all_how_far(const struct trace_facts *f, struct amt_findings *fs)
{
	uint32_t *task = amt_calloc(f->devices.n + 1, sizeof(*task));

	for (size_t i = 0; i < f->devices.n; i++)
		task[i] = UINT32_MAX;
	for (uint32_t i = 0; i < f->sessions.n; i++) {
		const struct trace_session *s = &f->sessions.v[i];
		bool told = s->reached || !s->implicit || s->outcome != TRACE_UNKNOWN;
		if (s->device < f->devices.n && s->kind <= TRACE_PARTIAL_UNPROVISION && told)
			task[s->device] = i;
	}
	for (size_t i = 0; i < f->devices.n; i++)
		how_far(f, &f->devices.v[i], task[i], fs);
	free(task);
}

/* S3.C01: a hello that is refused because of the agent is as it should be for an in-band client. */
static void refused(const struct site_client *c, struct amt_finding *f)
{
	bool in_band = !strcmp(c->method, "in-band");

	if (!*c->method)
		return;
	f->subject = *c->fqdn ? c->fqdn : c->name;
	f->verdict = in_band ? AMT_NA : AMT_FAIL;
	f->summary = in_band ? "its hello was refused because it has the agent; the inventory says "
			       "in-band, so it needs none"
			     : "it is to be provisioned out-of-band, but its hello was refused "
			       "because it has the ConfigMgr agent";
}

/* S3.C16: the version that the log does not tell stands in the inventory. */
static void self_signed(const struct site_client *c, struct amt_arena *a, struct amt_finding *f)
{
	static const struct amt_fw bug = {3, 2, 1, -1};
	struct amt_fw fw;

	if (!*c->firmware || !amt_fw_parse(c->firmware, &fw, NULL))
		return;
	if (!amt_fw_compare(&fw, &bug) && fw.rev < 0) /* 3.2 may be it, and may not */
		return;
	fw.build = -1;
	bool is = !amt_fw_compare(&fw, &bug);
	f->verdict = is ? AMT_FAIL : AMT_NA;
	f->summary = amt_arena_printf(a,
				      is ? "its self-signed certificate can't be read and the "
					   "firmware is %s (inventory, line %llu)"
					 : "not the fault of 3.2.1: the firmware is %s (inventory, "
					   "line %llu)",
				      c->firmware, (unsigned long long)c->line);
}

/* What the log alone leaves open. */
static void by_inventory(const struct stage *st, struct amt_findings *fs)
{
	for (size_t i = 0; i < fs->list.n; i++) {
		struct amt_finding *f = fs->list.v[i];
		const struct site_client *c =
			*f->subject ? site_inventory_find(&st->inventory, f->subject) : NULL;
		if (c && !strcmp(f->item->id, "S3.C01"))
			refused(c, f);
		else if (c && f->verdict == AMT_WARN && !strcmp(f->item->id, "S3.C16"))
			self_signed(c, &fs->arena, f);
	}
}

static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	const struct trace_facts *f = state;

	trace_judge_each(f, &st->cli->context, fs);
	by_inventory(st, fs);
	all_how_far(f, fs);
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
