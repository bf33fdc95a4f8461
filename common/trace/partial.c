/*
 * Partial results and their merge. One line holds what one run found; its key is
 * the source and the logs read, its version how much was read. Merging two sets is
 * the union in which each key keeps its greatest version: a join of a semilattice,
 * hence associative, commutative and idempotent.
 */
#include "order.h"

#include "amtdiag/trace_partial.h"

#include <stdlib.h>

void trace_partial_free(struct trace_partial *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i]);
	amt_vec_free(p);
}

/* Keys come out sorted, so that equal facts are equal bytes. */
static char *dump(const json_t *o)
{
	char *s = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	struct amt_buf safe;

	if (!s)
		return NULL;
	amt_buf_init(&safe, AMT_CAP_REPORT);
	amt_buf_json_text(&safe, s, strlen(s));
	free(s);
	char *copy = safe.over ? NULL : amt_strdup(amt_buf_cstr(&safe));
	amt_buf_free(&safe);
	return copy;
}

static bool good(const json_t *o, struct amt_error *err)
{
	if (!json_is_object(o) || amt_json_get_int(o, "partial", 0) != 1 ||
	    !amt_json_get_str(o, "source") || !amt_json_get_str(o, "log") ||
	    !json_is_integer(json_object_get(o, "version")) ||
	    !json_is_object(json_object_get(o, "facts")))
		return amt_fail(err, "this line is no partial summary of amt-logview");
	return true;
}

bool trace_partial_add_facts(struct trace_partial *p, const struct trace_facts *f,
			     const char *source, struct amt_error *err)
{
	json_t *o = json_object(), *names = json_array();
	uint64_t bytes = 0;

	/* The logs that were read are the key: the same ones later, grown, replace it. */
	for (size_t i = 0; i < f->files.n; i++) {
		json_array_append_new(names, amt_json_str(f->files.v[i].name));
		bytes += f->files.v[i].bytes;
	}
	char *log = dump(names);
	json_decref(names);
	json_object_set_new(o, "partial", json_integer(1));
	json_object_set_new(o, "source", amt_json_str(source));
	json_object_set_new(o, "log", amt_json_str(log ? log : ""));
	json_object_set_new(o, "version", json_integer((json_int_t)bytes));
	json_object_set_new(o, "facts", trace_to_json(f));
	free(log);
	char *line = dump(o);
	json_decref(o);
	if (!line)
		return amt_fail(err, "the facts can't be written as JSON");
	amt_vec_push(p, line);
	return true;
}

bool trace_partial_add_line(struct trace_partial *p, const char *line, size_t n,
			    struct amt_error *err)
{
	json_error_t why;
	json_t *o = json_loadb(line, n, JSON_REJECT_DUPLICATES, &why);

	if (!o)
		return amt_fail(err, "not JSON: %s", why.text);
	bool ok = good(o, err);
	char *copy = ok ? dump(o) : NULL;
	json_decref(o);
	if (copy)
		amt_vec_push(p, copy);
	return ok && copy;
}

struct entry {
	char *line, *key;
	int64_t version;
};

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = strcmp(x->key, y->key);

	if (c)
		return c;
	if (x->version != y->version)
		return x->version > y->version ? -1 : 1;
	return strcmp(y->line, x->line); /* any fixed order will do: the greatest line */
}

void trace_partial_settle(struct trace_partial *p)
{
	struct entry *v = amt_calloc(p->n + 1, sizeof(*v));
	size_t k = 0;

	for (size_t i = 0; i < p->n; i++) {
		json_t *o = json_loads(p->v[i], 0, NULL);
		const char *source = amt_json_get_str(o, "source"),
			   *log = amt_json_get_str(o, "log");
		struct amt_buf key;
		amt_buf_init(&key, AMT_MIB);
		amt_buf_printf(&key, "%s\n%s", source ? source : "", log ? log : "");
		v[i] = (struct entry){p->v[i], amt_strdup(amt_buf_cstr(&key)),
				      amt_json_get_int(o, "version", 0)};
		amt_buf_free(&key);
		json_decref(o);
	}
	if (p->n)
		qsort(v, p->n, sizeof(*v), by_key);
	for (size_t i = 0; i < p->n; i++) {
		if (k && !strcmp(v[k - 1].key, v[i].key)) {
			free(v[i].line);
			free(v[i].key);
			continue;
		}
		v[k++] = v[i];
	}
	for (size_t i = 0; i < k; i++) {
		p->v[i] = v[i].line;
		free(v[i].key);
	}
	p->n = k;
	free(v);
}

/* ---- all lines as the facts of one run ---- */

static uint32_t device_in(struct trace_facts *f, struct amt_map *ids, const struct trace_device *d)
{
	bool is_new;
	union amt_map_value *v = amt_map_put_str(ids, d->id, &is_new);

	if (!is_new) {
		struct trace_device *x = &f->devices.v[v->n];
		for (int i = 0; i < TRACE_OUTCOMES; i++)
			x->outcomes[i] += d->outcomes[i];
		x->hellos += d->hellos;
		x->rejected_client += d->rejected_client;
		x->rejected_unknown += d->rejected_unknown;
		x->rejected_blocked += d->rejected_blocked;
		x->requests += d->requests;
		if (d->seen_last > x->seen_last) {
			x->seen_last = d->seen_last;
			x->provisioned = d->provisioned;
			x->unprovisioned = d->unprovisioned;
			if (*d->firmware)
				x->firmware = amt_arena_strdup(&f->arena, d->firmware);
		}
		if (d->seen_first < x->seen_first && d->seen_first != AMT_TIME_NONE)
			x->seen_first = d->seen_first;
		return (uint32_t)v->n;
	}
	v->n = f->devices.n;
	struct trace_device copy = *d;
	copy.id = amt_arena_strdup(&f->arena, d->id);
	copy.host = amt_arena_strdup(&f->arena, d->host);
	copy.uuid = amt_arena_strdup(&f->arena, d->uuid);
	copy.firmware = amt_arena_strdup(&f->arena, d->firmware);
	copy.n_machines = 0;
	for (size_t i = 0; i < d->n_machines; i++)
		trace_add_machine(&f->arena, &copy, trace_machines(d)[i]);
	copy.rejected_at = copy.requested_at = (struct trace_spot){0, 0};
	copy.client_at = copy.unknown_at = copy.rejected_at;
	amt_vec_push(&f->devices, copy);
	return (uint32_t)v->n;
}

static void shift(struct trace_spot *at, uint32_t files)
{
	if (at->line)
		at->file += files;
}

static void take_spot(struct trace_spot *at, const struct trace_spot *from, uint32_t files)
{
	if (!from->line)
		return;
	*at = *from;
	shift(at, files);
}

static struct trace_bad_call *bad_calls(struct trace_facts *f, const struct trace_bad_call *from,
					uint32_t files)
{
	struct trace_bad_call *first = NULL, **end = &first;

	for (; from; from = from->next) {
		struct trace_bad_call *b = amt_arena_alloc(&f->arena, sizeof(*b));
		*b = *from;
		b->next = NULL;
		shift(&b->at, files);
		*end = b;
		end = &b->next;
	}
	return first;
}

static void add_sessions(struct trace_facts *f, const struct trace_facts *g, const uint32_t *place,
			 uint32_t files)
{
	for (size_t i = 0; i < g->sessions.n; i++) {
		struct trace_session s = g->sessions.v[i];
		if (s.device != UINT32_MAX)
			s.device = place[s.device];
		shift(&s.first, files);
		shift(&s.last, files);
		shift(&s.cause.at, files);
		s.cause.text = amt_arena_strdup(&f->arena, s.cause.text);
		s.failed_call = amt_arena_strdup(&f->arena, s.failed_call);
		struct trace_milestone *m =
			amt_arena_array(&f->arena, s.n_milestones + 1, sizeof(*m));
		for (size_t k = 0; k < s.n_milestones; k++) {
			m[k] = s.milestones[k];
			m[k].file += files;
		}
		s.milestones = m;
		s.bad_calls = bad_calls(f, s.bad_calls, files);
		amt_vec_push(&f->sessions, s);
	}
}

static void add_counts(struct trace_facts *f, const struct trace_facts *g, uint32_t files)
{
	for (size_t i = 0; i < g->signatures.n; i++) {
		struct trace_sign_facts s = g->signatures.v[i], *x = NULL;
		shift(&s.first_at, files);
		shift(&s.last_at, files);
		for (size_t k = 0; k < f->signatures.n; k++)
			if (f->signatures.v[k].row == s.row)
				x = &f->signatures.v[k];
		if (!x) {
			amt_vec_push(&f->signatures, s);
			continue;
		}
		x->count += s.count;
		if (s.first < x->first) {
			x->first = s.first;
			x->first_at = s.first_at;
		}
		if (s.last > x->last) {
			x->last = s.last;
			x->last_at = s.last_at;
		}
	}
	for (size_t i = 0; i < g->days.n; i++) {
		const struct trace_day *d = &g->days.v[i];
		struct trace_day *x = NULL;
		for (size_t k = 0; k < f->days.n; k++)
			if (f->days.v[k].day == d->day)
				x = &f->days.v[k];
		if (!x) {
			amt_vec_push(&f->days, *d);
			continue;
		}
		x->records += d->records;
		x->errors += d->errors;
		for (int n = 0; n < TRACE_OUTCOMES; n++)
			x->outcomes[n] += d->outcomes[n];
	}
	for (int k = 0; k < TRACE_KINDS; k++)
		for (int n = 0; n < TRACE_OUTCOMES; n++)
			f->outcomes[k][n] += g->outcomes[k][n];
	f->sessions_dropped += g->sessions_dropped;
	f->amt = f->amt || g->amt;
}

/* The only one of a log is told by the facts of the site. */
static struct trace_agent the_agent(const struct trace_facts *g)
{
	const struct trace_site_facts *s = &g->site;

	return (struct trace_agent){.failed = s->client_failed,
				    .failed_sure = s->client_failed_sure,
				    .policy = s->client_policy,
				    .no_policy = s->client_no_policy,
				    .failed_at = s->client_failed_at,
				    .policy_at = s->client_policy_at,
				    .no_policy_at = s->client_no_policy_at};
}

static void add_agents(struct trace_facts *f, const struct trace_facts *g, uint32_t files)
{
	size_t n = g->agents.n ? g->agents.n : g->site.client_seen > 0;

	for (size_t i = 0; i < n; i++) {
		struct trace_agent a = g->agents.n ? g->agents.v[i] : the_agent(g);
		a.group = (uint32_t)f->agents.n;
		shift(&a.failed_at, files);
		shift(&a.policy_at, files);
		shift(&a.no_policy_at, files);
		amt_vec_push(&f->agents, a);
	}
}

static void add_site(struct trace_facts *f, const struct trace_facts *g, uint32_t files)
{
	struct trace_site_facts *x = &f->site;
	struct trace_site_facts s = g->site;

#define TRACE_COUNT(name) x->name += s.name;
#define TRACE_SPOT(name)                                                                           \
	if (s.name##_at.line) {                                                                    \
		x->name##_at = s.name##_at;                                                        \
		shift(&x->name##_at, files);                                                       \
	}
#include "site.def"
#undef TRACE_COUNT
#undef TRACE_SPOT
	x->hello_wait = x->hello_wait || s.hello_wait;
	if (s.console_failed)
		x->console_code = s.console_code;
	if (s.cert_expiring &&
	    (!x->cert_expiring || s.cert_expiring_days < x->cert_expiring_days)) {
		x->cert_expiring = true;
		x->cert_expiring_days = s.cert_expiring_days;
	}
	if (*s.cert_hash)
		x->cert_hash = amt_arena_strdup(&f->arena, s.cert_hash);
}

bool trace_partial_facts(const struct trace_partial *p, struct trace_facts *f,
			 struct amt_error *err)
{
	struct amt_map ids = {.count = 0};
	bool ok = true;

	f->site.cert_hash = "";
	for (size_t i = 0; i < p->n && ok; i++) {
		json_t *o = json_loads(p->v[i], 0, NULL);
		struct trace_facts g = {.amt = false};
		const char *source = amt_json_get_str(o, "source");
		uint32_t files = (uint32_t)f->files.n;
		ok = trace_from_json(json_object_get(o, "facts"), &g, err);
		uint32_t *place = amt_calloc(g.devices.n + 1, sizeof(*place));
		for (size_t k = 0; ok && k < g.files.n; k++) {
			struct trace_file_facts x = g.files.v[k];
			x.name = amt_arena_printf(&f->arena, "%s%s%s", source, *source ? ":" : "",
						  x.name);
			x.format = amt_arena_strdup(&f->arena, x.format);
			x.encoding = amt_arena_strdup(&f->arena, x.encoding);
			x.packed = amt_arena_strdup(&f->arena, x.packed);
			x.site_server = amt_arena_strdup(&f->arena, x.site_server);
			amt_vec_push(&f->files, x);
		}
		for (size_t k = 0; ok && k < g.devices.n; k++) {
			place[k] = device_in(f, &ids, &g.devices.v[k]);
			struct trace_device *d = &f->devices.v[place[k]];
			const struct trace_device *from = &g.devices.v[k];
			take_spot(&d->rejected_at, &from->rejected_at, files);
			take_spot(&d->client_at, &from->client_at, files);
			take_spot(&d->unknown_at, &from->unknown_at, files);
			take_spot(&d->requested_at, &from->requested_at, files);
		}
		if (ok) {
			add_sessions(f, &g, place, files);
			add_counts(f, &g, files);
			add_site(f, &g, files);
			add_agents(f, &g, files);
		}
		free(place);
		trace_facts_free(&g);
		json_decref(o);
	}
	if (f->sessions.n)
		qsort(f->sessions.v, f->sessions.n, sizeof(*f->sessions.v), trace_by_time);
	for (uint32_t i = 0; i < f->sessions.n; i++)
		if (f->sessions.v[i].device != UINT32_MAX)
			f->devices.v[f->sessions.v[i].device].last_session = i;
	if (f->days.n)
		qsort(f->days.v, f->days.n, sizeof(*f->days.v), trace_by_day);
	amt_map_free(&ids);
	return ok;
}
