/* Facts as JSON, complete: what trace_judge() and the sections need stands in it. */
#include "amtdiag/trace.h"

static void set(json_t *o, const char *key, json_t *v)
{
	json_object_set_new(o, key, v);
}

static json_t *num(uint64_t v)
{
	return json_integer((json_int_t)v);
}

static void put_spot(json_t *o, const char *prefix, const struct trace_spot *at)
{
	char key[48];

	if (!at->line)
		return;
	amt_str_copy(key, sizeof(key), prefix);
	size_t n = strlen(key);
	amt_str_copy(key + n, sizeof(key) - n, "file");
	set(o, key, num(at->file));
	amt_str_copy(key + n, sizeof(key) - n, "line");
	set(o, key, num(at->line));
}

/* Only when it is not where another one is, which is told already. */
static void put_other_spot(json_t *o, const char *prefix, const struct trace_spot *at,
			   const struct trace_spot *known)
{
	if (at->file != known->file || at->line != known->line)
		put_spot(o, prefix, at);
}

static json_t *file_json(const struct trace_file_facts *f)
{
	json_t *o = json_object(), *d = json_object(), *k = json_object(), *s = json_object();

	set(o, "name", amt_json_str(f->name));
	set(o, "format", amt_json_str(f->format));
	set(o, "encoding", amt_json_str(f->encoding));
	set(o, "packed", amt_json_str(f->packed));
	set(o, "site_server", amt_json_str(f->site_server));
	set(o, "bytes", num(f->bytes));
	set(o, "lines", num(f->lines));
	set(o, "records", num(f->records));
	set(o, "damaged", num(f->damaged));
	for (unsigned i = 0; i < TRACE_DAMAGES; i++)
		if (f->damage[i])
			set(d, trace_damage_name(i), num(f->damage[i]));
	set(o, "damage", d);
	for (int i = 0; i < TRACE_FRAMINGS; i++)
		if (f->by_framing[i])
			set(k, trace_framing_name((enum trace_framing)i), num(f->by_framing[i]));
	set(o, "framing", k);
	for (int i = TRACE_INFO; i <= TRACE_ERROR; i++)
		set(s, trace_severity_name((enum trace_severity)i), num(f->by_severity[i]));
	set(o, "severity", s);
	set(o, "unknown_lines", num(f->unknown_lines));
	set(o, "furniture", num(f->furniture));
	set(o, "steps_back", num(f->steps_back));
	set(o, "first", amt_json_time(f->first));
	set(o, "last", amt_json_time(f->last));
	set(o, "offset", amt_json_str(trace_offset_name(f->offset)));
	set(o, "rolled", json_boolean(f->rolled));
	return o;
}

static json_t *actions(const struct trace_signature *g)
{
	json_t *a = json_array();

	if (g && strcmp(g->action, "-") != 0)
		json_array_append_new(a, json_string(g->action));
	return a;
}

static json_t *cause_json(const struct trace_cause *c)
{
	const struct trace_signature *g =
		c->signature >= 0 ? &trace_signatures[c->signature] : NULL;
	const struct trace_code *row = c->has_code ? trace_code_find(c->code, c->firmware) : NULL;
	json_t *o = json_object();
	char code[16];

	snprintf(code, sizeof(code), c->firmware ? "0x%X" : "0x%08X", c->code);
	set(o, "code", c->has_code ? json_string(code) : json_null());
	set(o, "firmware", json_boolean(c->firmware));
	set(o, "symbol", row ? json_string(row->symbol) : json_null());
	set(o, "signature", g ? json_string(g->id) : json_null());
	set(o, "event", amt_json_str(trace_event_name((enum trace_event)c->event)));
	set(o, "meaning",
	    g     ? json_string(g->meaning)
	    : row ? json_string(row->meaning)
		  : json_null());
	set(o, "actions", actions(g));
	set(o, "unconfirmed", json_boolean(c->unconfirmed));
	put_spot(o, "", &c->at);
	set(o, "time", amt_json_time(c->when));
	set(o, "text", amt_json_str(c->text));
	return o;
}

/* Old facts have none of this: nothing is known of their calls. */
static void put_calls(json_t *o, const struct trace_session *s)
{
	json_t *well = json_array(), *bad = json_array();

	for (int i = 0; i < TRACE_CALLS; i++)
		if (s->calls >> i & 1)
			json_array_append_new(well,
					      json_string(trace_call_name((enum trace_call)i)));
	for (const struct trace_bad_call *b = s->bad_calls; b; b = b->next) {
		json_t *e = json_object();
		set(e, "call", json_string(trace_call_name(b->call)));
		set(e, "status", num(b->status));
		set(e, "unconfirmed", json_boolean(b->unconfirmed));
		put_spot(e, "", &b->at);
		json_array_append_new(bad, e);
	}
	if (json_array_size(well))
		json_object_set(o, "calls", well);
	if (json_array_size(bad))
		json_object_set(o, "bad_calls", bad);
	json_decref(well);
	json_decref(bad);
}

static json_t *session_json(const struct trace_facts *f, const struct trace_session *s)
{
	const struct trace_device *d = s->device < f->devices.n ? &f->devices.v[s->device] : NULL;
	json_t *o = json_object(), *m = json_array();

	set(o, "device", d ? amt_json_str(d->id) : json_null());
	set(o, "device_index", d ? num(s->device) : json_null());
	set(o, "machine_id", s->has_machine ? num(s->machine) : json_null());
	set(o, "uuid", d && *d->uuid ? amt_json_str(d->uuid) : json_null());
	set(o, "kind", amt_json_str(trace_kind_name(s->kind)));
	set(o, "thread", s->has_thread ? num(s->thread) : json_null());
	set(o, "begin", amt_json_time(s->begin));
	set(o, "end", amt_json_time(s->end));
	set(o, "placed", json_boolean(s->placed));
	set(o, "beginning_seen", json_boolean(!s->implicit));
	put_spot(o, "", &s->first);
	put_spot(o, "end_", &s->last);
	set(o, "outcome", amt_json_str(trace_outcome_name(s->outcome)));
	set(o, "confirmed", json_boolean(s->confirmed));
	set(o, "reached", amt_json_str(trace_event_name((enum trace_event)s->reached)));
	set(o, "errors", num(s->errors));
	set(o, "retries", num(s->retries));
	if (s->failed_call) {
		set(o, "failed_call", amt_json_str(s->failed_call));
		set(o, "failed_status", num(s->failed_status));
	}
	put_calls(o, s);
	for (size_t i = 0; i < s->n_milestones; i++) {
		const struct trace_milestone *x = &s->milestones[i];
		json_t *e = json_object();
		set(e, "id", amt_json_str(trace_event_name((enum trace_event)x->event)));
		set(e, "time", amt_json_time(x->at));
		set(e, "file", num(x->file));
		set(e, "line", num(x->line));
		if (x->repeats)
			set(e, "repeats", num(x->repeats));
		json_array_append_new(m, e);
	}
	set(o, "milestones", m);
	set(o, "first_error", s->cause.set ? cause_json(&s->cause) : json_null());
	return o;
}

static json_t *device_json(const struct trace_device *d)
{
	json_t *o = json_object(), *m = json_array(), *c = json_object();

	set(o, "id", amt_json_str(d->id));
	set(o, "host", amt_json_str(d->host));
	set(o, "uuid", amt_json_str(d->uuid));
	set(o, "firmware", amt_json_str(d->firmware));
	for (size_t i = 0; i < d->n_machines; i++)
		json_array_append_new(m, num(trace_machines(d)[i]));
	set(o, "machine_ids", m);
	for (int i = 0; i < TRACE_OUTCOMES; i++)
		set(c, trace_outcome_name((enum trace_outcome)i), num(d->outcomes[i]));
	set(o, "outcomes", c);
	set(o, "hellos", num(d->hellos));
	set(o, "rejected_client", num(d->rejected_client));
	set(o, "rejected_unknown", num(d->rejected_unknown));
	set(o, "rejected_blocked", num(d->rejected_blocked));
	set(o, "requests", num(d->requests));
	put_spot(o, "rejected_", &d->rejected_at);
	put_other_spot(o, "client_", &d->client_at, &d->rejected_at);
	put_other_spot(o, "unknown_", &d->unknown_at, &d->rejected_at);
	put_spot(o, "requested_", &d->requested_at);
	set(o, "first", amt_json_time(d->seen_first));
	set(o, "last", amt_json_time(d->seen_last));
	set(o, "last_session", d->last_session == UINT32_MAX ? json_null() : num(d->last_session));
	set(o, "provisioned", json_boolean(d->provisioned));
	set(o, "unprovisioned", json_boolean(d->unprovisioned));
	return o;
}

static json_t *sign_json(const struct trace_sign_facts *s)
{
	json_t *o = json_object();

	set(o, "id", json_string(trace_signatures[s->row].id));
	set(o, "count", num(s->count));
	set(o, "first", amt_json_time(s->first));
	set(o, "last", amt_json_time(s->last));
	set(o, "meaning", json_string(trace_signatures[s->row].meaning));
	put_spot(o, "", &s->first_at);
	put_spot(o, "last_", &s->last_at);
	return o;
}

static json_t *day_json(const struct trace_day *d)
{
	json_t *o = json_object();
	char text[AMT_TIME_TEXT];

	set(o, "day",
	    d->day == INT32_MIN ? json_null() : json_string(amt_time_date(d->day * AMT_DAY, text)));
	set(o, "records", num(d->records));
	set(o, "errors", num(d->errors));
	for (int i = 0; i < TRACE_OUTCOMES; i++)
		set(o, trace_outcome_name((enum trace_outcome)i), num(d->outcomes[i]));
	return o;
}

static json_t *site_json(const struct trace_site_facts *s)
{
	json_t *o = json_object();

#define TRACE_COUNT(name) set(o, #name, num(s->name));
#define TRACE_SPOT(name)  put_spot(o, #name "_", &s->name##_at);
#include "site.def"
#undef TRACE_COUNT
#undef TRACE_SPOT
	set(o, "hello_wait", json_boolean(s->hello_wait));
	set(o, "cert_expiring", json_boolean(s->cert_expiring));
	set(o, "cert_expiring_days", num(s->cert_expiring_days));
	if (s->console_code)
		set(o, "console_code", num(s->console_code));
	set(o, "cert_hash", amt_json_str(s->cert_hash ? s->cert_hash : ""));
	return o;
}

/* The facts of the site say the same of a single one. */
static json_t *agents_json(const struct trace_facts *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->agents.n; i++) {
		const struct trace_agent *a = &f->agents.v[i];
		json_t *o = json_object();
		set(o, "failed", num(a->failed));
		set(o, "failed_sure", num(a->failed_sure));
		set(o, "policy", num(a->policy));
		set(o, "no_policy", num(a->no_policy));
		put_spot(o, "failed_", &a->failed_at);
		put_spot(o, "policy_", &a->policy_at);
		put_spot(o, "no_policy_", &a->no_policy_at);
		json_array_append_new(list, o);
	}
	return list;
}

json_t *trace_to_json(const struct trace_facts *f)
{
	json_t *o = json_object(), *list, *kinds = json_object();

	set(o, "files", list = json_array());
	for (size_t i = 0; i < f->files.n; i++)
		json_array_append_new(list, file_json(&f->files.v[i]));
	set(o, "devices", list = json_array());
	for (size_t i = 0; i < f->devices.n; i++)
		json_array_append_new(list, device_json(&f->devices.v[i]));
	set(o, "sessions", list = json_array());
	for (size_t i = 0; i < f->sessions.n; i++)
		json_array_append_new(list, session_json(f, &f->sessions.v[i]));
	set(o, "signatures", list = json_array());
	for (size_t i = 0; i < f->signatures.n; i++)
		json_array_append_new(list, sign_json(&f->signatures.v[i]));
	set(o, "days", list = json_array());
	for (size_t i = 0; i < f->days.n; i++)
		json_array_append_new(list, day_json(&f->days.v[i]));
	for (int k = 0; k < TRACE_KINDS; k++) {
		json_t *c = json_object();
		for (int i = 0; i < TRACE_OUTCOMES; i++)
			set(c, trace_outcome_name((enum trace_outcome)i), num(f->outcomes[k][i]));
		set(kinds, trace_kind_name((enum trace_kind)k), c);
	}
	set(o, "outcomes", kinds);
	if (f->agents.n > 1)
		set(o, "agents", agents_json(f));
	set(o, "site", site_json(&f->site));
	set(o, "sessions_dropped", num(f->sessions_dropped));
	set(o, "amt", json_boolean(f->amt));
	return o;
}
