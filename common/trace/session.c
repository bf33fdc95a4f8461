/*
 * The state of one task on one thread. A session opens at "Provision task begin" and
 * ends at "Provision task end" or with the pool's word; lines of other threads never
 * touch it (logs.md 2, "Session rules").
 */
#include "feed.h"

#include "bytes.h"

#include <stdlib.h>

void feed_init(struct feed *f, struct trace_facts *facts, size_t max_sessions)
{
	*f = (struct feed){.facts = facts,
			   .max_sessions = max_sessions ? max_sessions : TRACE_SESSIONS_DEFAULT};
	(void)trace_index_hash(0); /* the seed, before there are threads */
	facts->site.cert_hash = "";
}

/* ---- open sessions by group and thread ---- */

static struct feed_open *make(struct feed *f, uint64_t key, uint64_t hash)
{
	if (f->n_open >= FEED_OPEN_MAX) {
		/* Threads come and go by the thousand: start over with an empty table. */
		feed_close_all(f);
		trace_index_free(&f->open_index);
	}
	if (f->n_open == f->pool.n * FEED_POOL)
		amt_vec_push(&f->pool, amt_calloc(FEED_POOL, sizeof(struct feed_open)));
	trace_index_add(&f->open_index, hash, (uint32_t)f->n_open);
	struct feed_open *o = feed_nth(f, f->n_open++);
	o->key = key;
	return o;
}

static inline struct feed_open *get(struct feed *f, uint64_t key, uint64_t hash, bool may_make)
{
	const struct trace_index_slot *s;

	for (size_t at = 0; (s = trace_index_next(&f->open_index, hash, &at));) {
		struct feed_open *o = feed_nth(f, s->number - 1);
		if (o->key == key)
			return o;
	}
	return may_make ? make(f, key, hash) : NULL;
}

struct feed_open *feed_find(struct feed *f, uint64_t key)
{
	return get(f, key, trace_index_hash(key), false);
}

void feed_expect(const struct feed *f, uint64_t hash, enum feed_step step)
{
	const struct trace_index_slot *s;
	size_t at = 0;

	if (step == FEED_SLOT) {
		trace_index_fetch(&f->open_index, hash);
		return;
	}
	s = trace_index_next(&f->open_index, hash, &at);
	if (!s)
		return;
	const struct feed_open *o = feed_nth(f, s->number - 1);
	if (step == FEED_STATE) {
		for (const char *p = (const char *)o; p < (const char *)(o + 1); p += 64)
			__builtin_prefetch(p);
		return;
	}
	__builtin_prefetch(o->milestones.v + o->milestones.n);
}

uint64_t feed_key(uint32_t group, uint32_t thread)
{
	return (uint64_t)group << 32 | thread;
}

static uint64_t key_of(const struct feed_line *l)
{
	return l->has_thread ? feed_key(l->group, l->thread) : FEED_NO_THREAD | l->group;
}

static struct feed_open *of_line(struct feed *f, const struct feed_line *l, bool may_make)
{
	uint64_t key = key_of(l);

	return get(f, key, l->hash ? l->hash : trace_index_hash(key), may_make);
}

/* ---- what belongs where ---- */

static enum trace_kind kind_of(enum trace_event e)
{
	switch (e) {
	case TRACE_EV_DISCOVER:
	case TRACE_EV_DISCOVER_STEP:
	case TRACE_EV_DISCOVERED:
	case TRACE_EV_DISCOVER_FAILED:
		return TRACE_DISCOVERY;
	case TRACE_EV_POWER:
	case TRACE_EV_POWER_OK:
	case TRACE_EV_POWER_FAILED:
	case TRACE_EV_POWER_END:
		return TRACE_POWER;
	case TRACE_EV_UPDATE:
	case TRACE_EV_UPDATE_STEP:
	case TRACE_EV_UPDATE_END:
	case TRACE_EV_UPDATE_FAILED:
		return TRACE_MAINTENANCE;
	case TRACE_EV_PARTLY:
		return TRACE_PARTIAL_UNPROVISION;
	case TRACE_EV_REVOKE:
	case TRACE_EV_AD_REMOVE:
	case TRACE_EV_AD_REMOVE_SENT:
	case TRACE_EV_UNPROVISIONED:
	case TRACE_EV_STATE_UNPROVISIONED:
	case TRACE_EV_UNPROVISION_FAILED:
		return TRACE_UNPROVISION;
	default:
		return TRACE_PROVISION;
	}
}

static const uint8_t ranks[TRACE_EVENTS] = {
#define TRACE_EVENT(id, name, label, milestone) [TRACE_EV_##id] = (milestone),
#include "amtdiag/trace_events.def"
#undef TRACE_EVENT
};

static bool opens(enum trace_event e)
{
	return e == TRACE_EV_BEGIN || e == TRACE_EV_DISCOVER || e == TRACE_EV_POWER ||
	       e == TRACE_EV_UPDATE;
}

/* A line that only makes sense inside a task, so that one whose beginning is missing shows. */
static bool inside(enum trace_event e)
{
	return ranks[e] >= 10 || e == TRACE_EV_CALL || e == TRACE_EV_CONNECT_FAILED ||
	       e == TRACE_EV_NO_CONNECTION || e == TRACE_EV_OTP_BAD || e == TRACE_EV_AD_FAILED ||
	       e == TRACE_EV_CERT_MISSING || e == TRACE_EV_STAGE1_FAILED ||
	       e == TRACE_EV_WSMAN_FAILED || e == TRACE_EV_REVOKE_FAILED ||
	       e == TRACE_EV_UNPROVISION_FAILED || e == TRACE_EV_POWER_FAILED ||
	       e == TRACE_EV_UPDATE_FAILED || e == TRACE_EV_DISCOVER_FAILED ||
	       e == TRACE_EV_TLS_FAILED || e == TRACE_EV_MEBX;
}

static bool outside(enum trace_event e)
{
	return e == TRACE_EV_STATE_FILE || e == TRACE_EV_STATE_FILL || e == TRACE_EV_PROXY_FILE ||
	       e == TRACE_EV_NO_MUTUAL || (ranks[e] && ranks[e] < 10);
}

static bool is_pool(enum trace_event e)
{
	return e == TRACE_EV_POOL_OK || e == TRACE_EV_POOL_RETRY || e == TRACE_EV_POOL_FAILED;
}

/* Ends a task for good when nothing better follows. */
static bool terminal(enum trace_event e)
{
	return e == TRACE_EV_NO_CONNECTION || e == TRACE_EV_OTP_BAD ||
	       e == TRACE_EV_STAGE1_FAILED || e == TRACE_EV_CERT_MISSING ||
	       e == TRACE_EV_UNPROVISION_FAILED || e == TRACE_EV_UPDATE_FAILED ||
	       e == TRACE_EV_POWER_FAILED || e == TRACE_EV_POOL_FAILED || e == TRACE_EV_POOL_RETRY;
}

static bool success(enum trace_event e)
{
	return e == TRACE_EV_STAGE2_END || e == TRACE_EV_PROVISIONED ||
	       e == TRACE_EV_STATE_PROVISIONED || e == TRACE_EV_UNPROVISIONED ||
	       e == TRACE_EV_PARTLY || e == TRACE_EV_STATE_UNPROVISIONED ||
	       e == TRACE_EV_DISCOVERED || e == TRACE_EV_POWER_OK || e == TRACE_EV_UPDATE_END;
}

bool feed_is_task(enum trace_event e)
{
	return opens(e) || inside(e) || is_pool(e);
}

static void begin(struct feed_open *o, const struct feed_line *l)
{
	o->used = true;
	o->ended = o->pool_ok = o->pool_bad = o->done = o->terminal = false;
	o->scope = l->scope;
	o->milestones.n = 0;
	o->s = (struct trace_session){.device = UINT32_MAX,
				      .kind = kind_of(l->m->event),
				      .has_thread = l->has_thread,
				      .thread = l->thread,
				      .implicit = !opens(l->m->event),
				      .placed = l->placed,
				      .begin = l->at,
				      .end = l->at,
				      .first = {l->file, l->line}};
}

static void milestone(struct feed_open *o, const struct feed_line *l)
{
	enum trace_event e = l->m->event;
	size_t n = o->milestones.n;

	if (n && o->milestones.v[n - 1].event == e) {
		if (o->milestones.v[n - 1].repeats < UINT16_MAX)
			o->milestones.v[n - 1].repeats++;
		return;
	}
	if (n >= FEED_MILESTONES_MAX)
		return;
	/* Thousands of threads keep one of these: grow by little. */
	if (n == o->milestones.cap) {
		o->milestones.cap += 4;
		o->milestones.v = amt_reallocarray(o->milestones.v, o->milestones.cap,
						   sizeof(*o->milestones.v));
	}
	amt_vec_push(&o->milestones,
		     (struct trace_milestone){
			     .event = (uint8_t)e, .file = l->file, .line = l->line, .at = l->at});
}

static bool same_version(const struct feed_open *o, const struct trace_match *m)
{
	return m->version_len == o->version_len && m->version_len <= sizeof(o->version) &&
	       !memcmp(o->version, m->version, m->version_len);
}

static bool known_host(const struct feed_open *o, const struct trace_match *m)
{
	return o->host_len && o->host_len == m->host_len &&
	       bytes_same(o->host, m->host, m->host_len);
}

/* Nothing new in this line: the host is known, and the MachineId too. */
static bool same_host(const struct feed_open *o, const struct trace_match *m)
{
	if (m->uuid || (m->version && !same_version(o, m)) ||
	    (m->has_machine && (!o->s.has_machine || o->s.machine != m->machine)))
		return false;
	return m->host ? known_host(o, m) : m->has_machine && o->named;
}

static void about(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	if (!l->m->host && !l->m->uuid && !l->m->has_machine)
		return;
	if (o->s.device != UINT32_MAX && same_host(o, l->m))
		return;
	/* Threads often go on with the computer of their last task. */
	if (l->m->host && !l->m->uuid && !l->m->version && !l->m->has_machine &&
	    known_host(o, l->m)) {
		o->s.device = o->device;
		return;
	}
	uint32_t d = feed_device(f, l);
	if (d != UINT32_MAX) {
		o->device = d;
		o->s.device = d;
		const char *host = f->facts->devices.v[d].host;
		size_t n = strlen(host);
		o->named = n > 0;
		o->host_len = n <= FEED_HOST_MAX ? (uint8_t)n : 0;
		memcpy(o->host, host, o->host_len);
	}
	if (l->m->version && l->m->version_len <= sizeof(o->version)) {
		memcpy(o->version, l->m->version, l->m->version_len);
		o->version_len = (uint8_t)l->m->version_len;
	}
	if (l->m->has_machine) {
		o->s.has_machine = true;
		o->s.machine = l->m->machine;
	}
}

static void take(struct feed *f, struct feed_open *o, const struct feed_line *l)
{
	enum trace_event e = l->m->event;
	unsigned rank = ranks[e];

	about(f, o, l);
	o->s.last = (struct trace_spot){l->file, l->line};
	if (l->at != AMT_TIME_NONE)
		o->s.end = l->at;
	if (kind_of(e) == TRACE_UNPROVISION || kind_of(e) == TRACE_PARTIAL_UNPROVISION)
		o->s.kind = kind_of(e);
	if (rank && rank < 70 && rank > ranks[o->s.reached])
		o->s.reached = (uint8_t)e;
	if (e == TRACE_EV_CERT_RETRY && l->m->has_number && l->m->number > o->s.retries)
		o->s.retries = l->m->number;
	if (e == TRACE_EV_CONNECTED)
		feed_cause_clear(&o->soft);
	if (e == TRACE_EV_CALL && l->severity == TRACE_ERROR && !o->s.failed_call) {
		o->s.failed_call = amt_arena_strndup(&f->facts->arena, l->m->method,
						     l->m->method_len < 80 ? l->m->method_len : 80);
		o->s.failed_status = l->m->status;
	}
	o->done = o->done || success(e);
	o->terminal = terminal(e) || (o->terminal && !success(e));
	if (rank || terminal(e) || l->severity == TRACE_ERROR)
		milestone(o, l);
	if (l->severity != TRACE_INFO || l->n_signs)
		feed_causes(f, o, l);
}

static void task_line(struct feed *f, const struct feed_line *l)
{
	enum trace_event e = l->m->event;
	bool start = opens(e), pool = is_pool(e);
	struct feed_open *o = of_line(f, l, start || inside(e));

	if (!o)
		return;
	if (pool) {
		if (!o->used)
			return;
		o->pool_ok = e == TRACE_EV_POOL_OK;
		o->pool_bad = !o->pool_ok;
		take(f, o, l);
		feed_close(f, o, false);
		return;
	}
	if (o->used && (start || (o->ended && inside(e) && e != TRACE_EV_END)))
		feed_close(f, o, false);
	if (!o->used) {
		if (!start && (!inside(e) || outside(e) || e == TRACE_EV_END))
			return;
		begin(o, l);
	}
	take(f, o, l);
	if (e == TRACE_EV_END || e == TRACE_EV_POWER_END)
		o->ended = true;
}

/* ---- lines that belong to a device or the site, not to a task ---- */

static bool spot(uint64_t *count, struct trace_spot *at, const struct feed_line *l)
{
	*at = (struct trace_spot){l->file, l->line};
	return (*count)++ == 0;
}

static void device_line(struct feed *f, const struct feed_line *l)
{
	enum trace_event e = l->m->event;
	struct trace_spot here = {l->file, l->line};
	uint32_t n = feed_device(f, l);

	if (n == UINT32_MAX)
		return;
	struct trace_device *d = &f->facts->devices.v[n];
	if (e == TRACE_EV_HELLO_IN || e == TRACE_EV_HELLO_TASK)
		d->hellos++;
	if (e == TRACE_EV_ZTC_FOUND || e == TRACE_EV_ZTC_FILE) {
		d->requests += e == TRACE_EV_ZTC_FOUND || !d->requests;
		d->requested_at = here;
	}
	if (e == TRACE_EV_HELLO_CLIENT || e == TRACE_EV_HELLO_UNKNOWN ||
	    e == TRACE_EV_HELLO_BLOCKED) {
		d->hellos++;
		d->rejected_client += e == TRACE_EV_HELLO_CLIENT;
		d->rejected_unknown += e == TRACE_EV_HELLO_UNKNOWN;
		d->rejected_blocked += e == TRACE_EV_HELLO_BLOCKED;
		d->rejected_at = here;
	}
}

static void site_line(struct feed *f, const struct feed_line *l)
{
	struct trace_site_facts *s = &f->facts->site;

	switch (l->m->event) {
	case TRACE_EV_HELLO_WAIT:
		spot(&s->hello_waits, &s->hello_wait_at, l);
		s->hello_wait = true;
		break;
	case TRACE_EV_HELLO_BAD:
		s->hellos_bad++;
		break;
	case TRACE_EV_CERT_BAD:
		spot(&s->cert_bad, &s->cert_bad_at, l);
		break;
	case TRACE_EV_CERT_EXPIRING:
		s->cert_expiring = true;
		s->cert_expiring_at = (struct trace_spot){l->file, l->line};
		s->cert_expiring_days = l->m->number;
		break;
	case TRACE_EV_CERT_MATCHED:
		spot(&s->cert_matched, &s->cert_matched_at, l);
		break;
	case TRACE_EV_HELPER:
		if (l->m->word_len == 40 &&
		    (strlen(s->cert_hash) != 40 || memcmp(s->cert_hash, l->m->word, 40) != 0))
			s->cert_hash = amt_arena_strndup(&f->facts->arena, l->m->word, 40);
		break;
	case TRACE_EV_NO_FQDN:
		s->fqdn_missing++;
		break;
	case TRACE_EV_BAD_FILE:
		s->bad_files++;
		break;
	case TRACE_EV_NO_MUTUAL:
		spot(&s->no_mutual, &s->no_mutual_at, l);
		break;
	case TRACE_EV_MEBX:
		spot(&s->mebx_kept, &s->mebx_at, l);
		break;
	case TRACE_EV_CLIENT_FAILED:
		s->client_seen++;
		spot(&s->client_failed, &s->client_failed_at, l);
		break;
	case TRACE_EV_CLIENT_POLICY:
		s->client_seen++;
		spot(&s->client_policy, &s->client_policy_at, l);
		break;
	case TRACE_EV_CLIENT_STATE:
	case TRACE_EV_CLIENT_DONE:
		s->client_seen++;
		break;
	case TRACE_EV_CONSOLE_FAILED:
		s->console_seen++;
		spot(&s->console_failed, &s->console_failed_at, l);
		break;
	default:
		break;
	}
}

static void count_signs(struct feed *f, const struct feed_line *l)
{
	for (size_t i = 0; i < l->n_signs; i++) {
		struct trace_sign_facts *s = &f->signs[l->signs[i]];
		struct trace_spot here = {l->file, l->line};
		s->row = l->signs[i];
		if (!s->count++) {
			s->first = s->last = l->at;
			s->first_at = s->last_at = here;
		}
		if (l->at < s->first && l->at != AMT_TIME_NONE) {
			s->first = l->at;
			s->first_at = here;
		}
		if (l->at >= s->last) {
			s->last = l->at;
			s->last_at = here;
		}
	}
}

/* No step of a task, but it says that something went wrong on the thread of one. */
static void trouble(struct feed *f, const struct feed_line *l)
{
	struct feed_open *o = of_line(f, l, false);

	if (!o || !o->used || o->ended)
		return;
	if (l->severity == TRACE_ERROR)
		milestone(o, l);
	feed_causes(f, o, l);
}

void feed_line(struct feed *f, const struct feed_line *l)
{
	enum trace_event e = l->m->event;

	count_signs(f, l);
	if (e == TRACE_EV_WORKER || e == TRACE_EV_POOL)
		return;
	site_line(f, l);
	if (feed_is_task(e)) {
		task_line(f, l);
		return;
	}
	if (l->severity == TRACE_ERROR || l->n_signs)
		trouble(f, l);
	if (e != TRACE_EV_NONE && (l->m->host || l->m->uuid || l->m->has_machine))
		device_line(f, l);
}
