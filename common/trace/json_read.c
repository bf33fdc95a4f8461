/* Facts back from JSON: strict about shapes and ranges, for it may come from anybody. */
#include "amtdiag/trace.h"

struct in {
	struct trace_facts *f;
	struct amt_arena *a;
};

static uint64_t num(const json_t *o, const char *key)
{
	int64_t v = amt_json_get_int(o, key, 0);

	return v < 0 ? 0 : (uint64_t)v;
}

static uint32_t num32(const json_t *o, const char *key)
{
	uint64_t v = num(o, key);

	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static const char *text(struct in *in, const json_t *o, const char *key)
{
	const char *s = amt_json_dup(in->a, o, key);

	return s ? s : "";
}

static bool name_in(const char *s, const char *(*name)(int), int n, int *out)
{
	for (int i = 0; s && i < n; i++)
		if (!strcmp(name(i), s)) {
			*out = i;
			return true;
		}
	return false;
}

static const char *event_at(int i)
{
	return trace_event_name((enum trace_event)i);
}
static const char *kind_at(int i)
{
	return trace_kind_name((enum trace_kind)i);
}
static const char *outcome_at(int i)
{
	return trace_outcome_name((enum trace_outcome)i);
}
static const char *offset_at(int i)
{
	return trace_offset_name((enum trace_offset)i);
}

static uint8_t event_of(const json_t *o, const char *key)
{
	int e = 0;

	name_in(amt_json_get_str(o, key), event_at, TRACE_EVENTS, &e);
	return (uint8_t)e;
}

static int sign_of(const char *id)
{
	const struct trace_signature *g = id ? trace_signature_find(id) : NULL;

	return g ? (int)(g - trace_signatures) : -1;
}

static void spot(struct in *in, const json_t *o, const char *prefix, struct trace_spot *at)
{
	char key[48];

	amt_str_copy(key, sizeof(key), prefix);
	size_t n = strlen(key);
	amt_str_copy(key + n, sizeof(key) - n, "file");
	at->file = num32(o, key);
	amt_str_copy(key + n, sizeof(key) - n, "line");
	at->line = num(o, key);
	if (at->file >= in->f->files.n)
		*at = (struct trace_spot){0, 0};
}

static void file(struct in *in, const json_t *o)
{
	struct trace_file_facts *f = amt_vec_add(&in->f->files);
	const json_t *d = json_object_get(o, "damage"), *k = json_object_get(o, "framing");
	const json_t *s = json_object_get(o, "severity");
	int v = 0;

	f->name = text(in, o, "name");
	f->format = text(in, o, "format");
	f->encoding = text(in, o, "encoding");
	f->packed = text(in, o, "packed");
	f->site_server = text(in, o, "site_server");
	f->bytes = num(o, "bytes");
	f->lines = num(o, "lines");
	f->records = num(o, "records");
	f->damaged = num(o, "damaged");
	for (unsigned i = 0; i < TRACE_DAMAGES; i++)
		f->damage[i] = num(d, trace_damage_name(i));
	for (int i = 0; i < TRACE_FRAMINGS; i++)
		f->by_framing[i] = num(k, trace_framing_name((enum trace_framing)i));
	for (int i = TRACE_INFO; i <= TRACE_ERROR; i++)
		f->by_severity[i] = num(s, trace_severity_name((enum trace_severity)i));
	f->unknown_lines = num(o, "unknown_lines");
	f->furniture = num(o, "furniture");
	f->steps_back = num(o, "steps_back");
	f->first = amt_json_get_time(o, "first");
	f->last = amt_json_get_time(o, "last");
	name_in(amt_json_get_str(o, "offset"), offset_at, TRACE_OFFSETS, &v);
	f->offset = (enum trace_offset)v;
	f->rolled = amt_json_get_bool(o, "rolled", false);
}

static void device(struct in *in, const json_t *o)
{
	struct trace_device *d = amt_vec_add(&in->f->devices);
	const json_t *m = json_object_get(o, "machine_ids"), *c = json_object_get(o, "outcomes");

	d->id = text(in, o, "id");
	d->host = text(in, o, "host");
	d->uuid = text(in, o, "uuid");
	d->firmware = text(in, o, "firmware");
	for (size_t i = 0; i < json_array_size(m); i++)
		trace_add_machine(in->a, d, (uint32_t)json_integer_value(json_array_get(m, i)));
	for (int i = 0; i < TRACE_OUTCOMES; i++)
		d->outcomes[i] = num32(c, outcome_at(i));
	d->hellos = num32(o, "hellos");
	d->rejected_client = num32(o, "rejected_client");
	d->rejected_unknown = num32(o, "rejected_unknown");
	d->rejected_blocked = num32(o, "rejected_blocked");
	d->requests = num32(o, "requests");
	spot(in, o, "rejected_", &d->rejected_at);
	spot(in, o, "client_", &d->client_at);
	if (!d->client_at.line && d->rejected_client)
		d->client_at = d->rejected_at;
	spot(in, o, "unknown_", &d->unknown_at);
	if (!d->unknown_at.line && d->rejected_unknown)
		d->unknown_at = d->rejected_at;
	spot(in, o, "requested_", &d->requested_at);
	d->seen_first = amt_json_get_time(o, "first");
	d->seen_last = amt_json_get_time(o, "last");
	d->last_session = json_is_integer(json_object_get(o, "last_session"))
				  ? num32(o, "last_session")
				  : UINT32_MAX;
	d->provisioned = amt_json_get_bool(o, "provisioned", false);
	d->unprovisioned = amt_json_get_bool(o, "unprovisioned", false);
}

static void cause(struct in *in, const json_t *o, struct trace_cause *c)
{
	const char *code = amt_json_get_str(o, "code");
	uint64_t v = 0;

	c->text = "";
	c->signature = -1;
	if (!json_is_object(o)) {
		c->signature = 0;
		return;
	}
	c->set = true;
	c->has_code = code && amt_num_hex(code, &v, NULL) && v <= UINT32_MAX;
	c->code = c->has_code ? (uint32_t)v : 0;
	c->firmware = amt_json_get_bool(o, "firmware", false);
	c->signature = (int16_t)sign_of(amt_json_get_str(o, "signature"));
	c->event = event_of(o, "event");
	c->unconfirmed = amt_json_get_bool(o, "unconfirmed", false);
	spot(in, o, "", &c->at);
	c->when = amt_json_get_time(o, "time");
	c->text = text(in, o, "text");
}

static int call_of(const char *name)
{
	int c = 0;

	while (c < TRACE_CALLS && (!name || strcmp(trace_call_name((enum trace_call)c), name) != 0))
		c++;
	return c;
}

static void calls(struct in *in, const json_t *o, struct trace_session *s)
{
	struct trace_bad_call *first = NULL, **end = &first;
	const json_t *e;
	size_t i;

	json_array_foreach(json_object_get(o, "calls"), i, e)
	{
		int c = call_of(json_string_value(e));
		s->calls |= (uint8_t)(c < TRACE_CALLS ? 1 << c : 0);
	}
	json_array_foreach(json_object_get(o, "bad_calls"), i, e)
	{
		int c = call_of(amt_json_get_str(e, "call"));
		if (c == TRACE_CALLS)
			continue;
		struct trace_bad_call *b = amt_arena_alloc(in->a, sizeof(*b));
		*b = (struct trace_bad_call){
			.status = num32(e, "status"),
			.call = (uint8_t)c,
			.unconfirmed = amt_json_get_bool(e, "unconfirmed", false),
		};
		spot(in, e, "", &b->at);
		*end = b;
		end = &b->next;
	}
	s->bad_calls = first;
}

static bool session(struct in *in, const json_t *o, struct amt_error *err)
{
	struct trace_session *s = amt_vec_add(&in->f->sessions);
	const json_t *m = json_object_get(o, "milestones");
	int v;

	if (!name_in(amt_json_get_str(o, "kind"), kind_at, TRACE_KINDS, &v))
		return amt_fail(err, "session %zu has no kind that is known",
				in->f->sessions.n - 1);
	s->kind = (enum trace_kind)v;
	if (!name_in(amt_json_get_str(o, "outcome"), outcome_at, TRACE_OUTCOMES, &v))
		return amt_fail(err, "session %zu has no outcome that is known",
				in->f->sessions.n - 1);
	s->outcome = (enum trace_outcome)v;
	s->device = json_is_integer(json_object_get(o, "device_index")) ? num32(o, "device_index")
									: UINT32_MAX;
	if (s->device != UINT32_MAX && s->device >= in->f->devices.n)
		return amt_fail(err, "session %zu belongs to device %u, which is not in the facts",
				in->f->sessions.n - 1, s->device);
	s->has_machine = json_is_integer(json_object_get(o, "machine_id"));
	s->machine = num32(o, "machine_id");
	s->has_thread = json_is_integer(json_object_get(o, "thread"));
	s->thread = num32(o, "thread");
	s->begin = amt_json_get_time(o, "begin");
	s->end = amt_json_get_time(o, "end");
	s->placed = amt_json_get_bool(o, "placed", false);
	s->implicit = !amt_json_get_bool(o, "beginning_seen", true);
	spot(in, o, "", &s->first);
	spot(in, o, "end_", &s->last);
	s->confirmed = amt_json_get_bool(o, "confirmed", true);
	s->reached = event_of(o, "reached");
	s->errors = num32(o, "errors");
	s->retries = num32(o, "retries");
	s->failed_call = amt_json_dup(in->a, o, "failed_call");
	s->failed_status = num32(o, "failed_status");
	calls(in, o, s);
	s->n_milestones = (uint32_t)json_array_size(m);
	s->milestones = amt_arena_array(in->a, s->n_milestones + 1, sizeof(*s->milestones));
	for (size_t i = 0; i < s->n_milestones; i++) {
		const json_t *e = json_array_get(m, i);
		struct trace_milestone *x = &s->milestones[i];
		struct trace_spot at;
		spot(in, e, "", &at);
		x->event = event_of(e, "id");
		x->at = amt_json_get_time(e, "time");
		x->file = at.file;
		x->line = at.line;
		x->repeats = (uint16_t)num(e, "repeats");
	}
	cause(in, json_object_get(o, "first_error"), &s->cause);
	return true;
}

static void signature(struct in *in, const json_t *o)
{
	int row = sign_of(amt_json_get_str(o, "id"));
	struct trace_sign_facts s = {.count = num(o, "count")};

	if (row < 0)
		return;
	s.row = (uint8_t)row;
	s.first = amt_json_get_time(o, "first");
	s.last = amt_json_get_time(o, "last");
	spot(in, o, "", &s.first_at);
	spot(in, o, "last_", &s.last_at);
	amt_vec_push(&in->f->signatures, s);
}

static void day(struct in *in, const json_t *o)
{
	struct trace_day *d = amt_vec_add(&in->f->days);
	amt_time t = amt_json_get_time(o, "day");

	d->day = t == AMT_TIME_NONE ? INT32_MIN : (int32_t)(t / AMT_DAY);
	d->records = num(o, "records");
	d->errors = num(o, "errors");
	for (int i = 0; i < TRACE_OUTCOMES; i++)
		d->outcomes[i] = num32(o, outcome_at(i));
}

static void site(struct in *in, const json_t *o)
{
	struct trace_site_facts *s = &in->f->site;

#define TRACE_COUNT(name) s->name = num(o, #name);
#define TRACE_SPOT(name)  spot(in, o, #name "_", &s->name##_at);
#include "site.def"
#undef TRACE_COUNT
#undef TRACE_SPOT
	s->hello_wait = amt_json_get_bool(o, "hello_wait", false);
	s->cert_expiring = amt_json_get_bool(o, "cert_expiring", false);
	s->cert_expiring_days = num32(o, "cert_expiring_days");
	s->console_code = num32(o, "console_code");
	s->cert_hash = text(in, o, "cert_hash");
}

static void agent(struct in *in, const json_t *o)
{
	struct trace_agent *a = amt_vec_add(&in->f->agents);

	*a = (struct trace_agent){.group = (uint32_t)in->f->agents.n - 1,
				  .failed = num(o, "failed"),
				  .failed_sure = num(o, "failed_sure"),
				  .policy = num(o, "policy"),
				  .no_policy = num(o, "no_policy")};
	spot(in, o, "failed_", &a->failed_at);
	spot(in, o, "policy_", &a->policy_at);
	spot(in, o, "no_policy_", &a->no_policy_at);
}

bool trace_from_json(const json_t *j, struct trace_facts *f, struct amt_error *err)
{
	struct in in = {f, &f->arena};
	const json_t *o, *kinds = json_object_get(j, "outcomes");
	size_t i;

	if (!json_is_array(json_object_get(j, "files")) ||
	    !json_is_array(json_object_get(j, "sessions")))
		return amt_fail(err, "the facts hold no files[] and sessions[] of amt-logview");
	json_array_foreach(json_object_get(j, "files"), i, o) file(&in, o);
	json_array_foreach(json_object_get(j, "devices"), i, o) device(&in, o);
	json_array_foreach(json_object_get(j, "sessions"), i, o)
	{
		if (!session(&in, o, err))
			return false;
	}
	for (i = 0; i < f->devices.n; i++)
		if (f->devices.v[i].last_session >= f->sessions.n)
			f->devices.v[i].last_session = UINT32_MAX;
	json_array_foreach(json_object_get(j, "signatures"), i, o) signature(&in, o);
	json_array_foreach(json_object_get(j, "days"), i, o) day(&in, o);
	json_array_foreach(json_object_get(j, "agents"), i, o) agent(&in, o);
	for (int k = 0; k < TRACE_KINDS; k++)
		for (int n = 0; n < TRACE_OUTCOMES; n++)
			f->outcomes[k][n] = num(json_object_get(kinds, kind_at(k)), outcome_at(n));
	site(&in, json_object_get(j, "site"));
	f->sessions_dropped = num(j, "sessions_dropped");
	f->amt = amt_json_get_bool(j, "amt", false);
	return true;
}
