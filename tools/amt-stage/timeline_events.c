/* What each room's facts say happened when, to whom. Nothing is judged here. */
#include "html.h"
#include "room_device.h"
#include "rooms.h"

#include "amtdiag/directory.h"
#include "amtdiag/hello.h"
#include "amtdiag/names.h"
#include "amtdiag/trace.h"

#include <string.h>

/* ---- captures ---------------------------------------------------------------- */

static size_t client_of_hello(const struct timelines *t, const struct hello_device *d)
{
	char text[HELLO_IP_TEXT];
	size_t client = timelines_client(t, d->id);

	for (size_t i = 0; client == TIMELINE_NOBODY && i < d->macs.n; i++)
		client = timelines_client(t, hello_mac_text(&d->macs.v[i], text));
	/* Addresses change hands: only when nothing else names it. */
	for (size_t i = 0; client == TIMELINE_NOBODY && !d->has_uuid && i < d->addresses.n; i++)
		client = timelines_client(t, hello_ip_text(&d->addresses.v[i], text));
	return client;
}

static void captures(const struct hello_facts *f, struct timelines *t)
{
	for (size_t i = 0; f && i < f->devices.n; i++) {
		const struct hello_device *d = &f->devices.v[i];
		size_t client = client_of_hello(t, d);
		for (size_t k = 0; client != TIMELINE_NOBODY && k < d->timeline.n; k++) {
			const struct hello_event *e = &d->timeline.v[k];
			char where[512];
			snprintf(where, sizeof(where), "%s, frame %llu",
				 e->at.capture < f->captures.n ? f->captures.v[e->at.capture].name
							       : "capture",
				 (unsigned long long)e->at.frame);
			timelines_tell(t, client,
				       &(struct timeline_event){.lane = TIMELINE_CAPTURE,
								.at = e->at.time,
								.verdict = e->failing ? "fail" : "",
								.where = where},
				       "%s: %s", e->event, e->detail ? e->detail : "");
		}
	}
}

/* ---- logs --------------------------------------------------------------------- */

struct log {
	const struct trace_facts *f;
	const struct trace_session *s;
	struct timelines *t;
	size_t client;
};

static void line(const struct log *l, amt_time at, uint32_t file, uint64_t number,
		 const char *verdict, const char *what)
{
	char where[512];

	snprintf(where, sizeof(where), "%s, line %llu",
		 file < l->f->files.n ? l->f->files.v[file].name : "log",
		 (unsigned long long)number);
	timelines_tell(l->t, l->client,
		       &(struct timeline_event){.lane = TIMELINE_LOG,
						.at = at,
						.local = !l->s->placed,
						.verdict = verdict,
						.where = where},
		       "%s", what);
}

static void session(const struct log *l)
{
	static const char *const ended[TRACE_OUTCOMES] = {"pass", "fail", "", ""};
	const struct trace_session *s = l->s;
	char what[600];

	for (uint32_t i = 0; i < s->n_milestones; i++) {
		const struct trace_milestone *m = &s->milestones[i];
		bool cause =
			s->cause.set && m->file == s->cause.at.file && m->line == s->cause.at.line;
		if (m->event == TRACE_EV_NONE || cause)
			continue;
		snprintf(what, sizeof(what), "%s%s", trace_event_label((enum trace_event)m->event),
			 m->repeats ? ", more than once" : "");
		line(l, m->at, m->file, m->line, "", what);
	}
	if (s->cause.set && s->outcome != TRACE_COMPLETE) {
		snprintf(what, sizeof(what), "what went wrong first: %s",
			 s->cause.text ? s->cause.text : "");
		line(l, s->cause.when, s->cause.at.file, s->cause.at.line,
		     s->cause.unconfirmed ? "warn" : "fail", what);
	}
	snprintf(what, sizeof(what), "end of %s: %s", trace_kind_name(s->kind),
		 trace_outcome_name(s->outcome));
	line(l, s->end, s->last.file, s->last.line, ended[s->outcome], what);
}

static void logs(const struct trace_facts *f, struct timelines *t)
{
	for (size_t i = 0; f && i < f->sessions.n; i++) {
		const struct trace_session *s = &f->sessions.v[i];
		const struct trace_device *d =
			s->device < f->devices.n ? &f->devices.v[s->device] : NULL;
		const char *const names[] = {d ? d->host : "", d ? d->uuid : "", d ? d->id : ""};
		struct log l = {f, s, t, TIMELINE_NOBODY};
		for (size_t k = 0; k < 3 && l.client == TIMELINE_NOBODY; k++)
			l.client = timelines_client(t, names[k]);
		if (l.client != TIMELINE_NOBODY)
			session(&l);
	}
}

/* ---- names -------------------------------------------------------------------- */

static void replies(const struct amt_names_facts *f, const struct amt_dns_replies *list,
		    struct timelines *t, size_t client)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct amt_dns_reply *r = &list->v[i];
		const char *value = amt_dns_value(r, r->type, 0);
		char type[16];
		/* No IPv6 address is the usual case. */
		if ((r->type == 28 && !value) || r->outcome == AMT_DNS_NOT_ASKED)
			continue;
		timelines_tell(
			t, client,
			&(struct timeline_event){.lane = TIMELINE_DNS,
						 .at = r->at,
						 .verdict = value ? "" : "warn",
						 .where = r->server < f->servers.n
								  ? f->servers.v[r->server].address
								  : "DNS"},
			"%s %s: %s", amt_dns_type_name(r->type, type), r->name,
			value ? value : amt_dns_outcome_name((enum amt_dns_outcome)r->outcome));
	}
}

static void names(const struct amt_names_facts *f, struct timelines *t)
{
	for (size_t i = 0; f && i < f->hosts.n; i++) {
		size_t client = timelines_client(t, f->hosts.v[i].target.name);
		replies(f, &f->hosts.v[i].forward, t, client);
		replies(f, &f->hosts.v[i].reverse, t, client);
	}
}

/* ---- directory ---------------------------------------------------------------- */

/* "20090114134312.0Z", [MS-ADTS] generalized time. */
static amt_time generalized(const char *s)
{
	char iso[24];
	amt_time t;

	if (!s || strlen(s) < 15 || strspn(s, "0123456789") != 14)
		return AMT_TIME_NONE;
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s, s + 4, s + 6, s + 8, s + 10,
		 s + 12);
	return amt_time_parse(iso, &t, NULL) ? t : AMT_TIME_NONE;
}

static void directory(const struct directory_facts *f, struct timelines *t)
{
	static const struct {
		const char *attribute, *what;
	} dates[] = {{"whenCreated", "created"}, {"whenChanged", "last changed"}};

	for (size_t i = 0; f && i < f->searches.n; i++) {
		const struct directory_search *s = f->searches.v[i];
		size_t client = timelines_client(t, s->about);
		if (client == TIMELINE_NOBODY || !s->purpose || !strcmp(s->purpose, "replica"))
			continue;
		for (size_t e = 0; e < s->entries.n; e++)
			for (size_t k = 0; k < 2; k++)
				timelines_tell(
					t, client,
					&(struct timeline_event){
						.lane = TIMELINE_AD,
						.at = generalized(directory_text(
							&s->entries.v[e], dates[k].attribute)),
						.where = s->server},
					"%s object %s: %s", s->purpose, dates[k].what,
					s->entries.v[e].dn);
	}
}

/* ---- devices ------------------------------------------------------------------- */

static void tell_device(struct timelines *t, const struct amt_device *d)
{
	const size_t client = timelines_client(t, d->host);
	struct timeline_event e = {.lane = TIMELINE_DEVICE, .where = d->host};

	for (size_t i = 0; i < d->chain.n; i++) {
		const struct amt_dev_chain *c = &d->chain.v[i];
		if (c->index != 0)
			continue;
		e.at = c->not_before;
		timelines_tell(t, client, &e, "certificate on port %lld begins to hold: %s",
			       (long long)c->port, c->subject ? c->subject : "?");
		e.at = c->not_after;
		timelines_tell(t, client, &e, "certificate on port %lld ends: %s",
			       (long long)c->port, c->subject ? c->subject : "?");
	}
	for (size_t i = 0; i < d->tls.n; i++) {
		const struct amt_dev_tls *x = &d->tls.v[i];
		e.at = d->when;
		/* Old firmware speaks only what a client of today has switched off. */
		bool spoke = x->legacy == AMT_TLSC_OK || x->modern == AMT_TLSC_OK;
		e.verdict = spoke ? "" : "warn";
		timelines_tell(t, client, &e, "asked, port %lld: %s", (long long)x->port,
			       spoke && x->version ? x->version : amt_tls_class_meaning(x->legacy));
	}
	e.verdict = "";
	e.at = d->tls.n ? AMT_TIME_NONE : d->when;
	timelines_tell(t, client, &e, "asked");
}

static void devices(const struct stage *st, struct timelines *t)
{
	const struct devices *all = stage_state(st, &stage_room_devices);

	for (size_t i = 0; all && i < all->list.n; i++)
		tell_device(t, &all->list.v[i]);
	for (size_t i = 0; all && all->spool.at && i < st->inventory.clients.n; i++) {
		const struct site_client *c = &st->inventory.clients.v[i];
		size_t client = timelines_client(t, *c->fqdn ? c->fqdn : c->name);
		struct amt_device d;
		/* Reading all of a fleet back twice would cost more than the rest of the report. */
		if (client == TIMELINE_NOBODY || !stage_spool_has(&all->spool, i))
			continue;
		if (t->counting) {
			t->told[client]++;
		} else if (t->slot[client] && device_spooled(all, i, &d)) {
			tell_device(t, &d);
			amt_device_free(&d);
		}
	}
}

void timeline_events(const struct stage *st, struct timelines *t)
{
	if (st->merge) {
		timelines_of_runs(t);
		return;
	}
	captures(stage_state(st, &stage_room_captures), t);
	logs(stage_state(st, &stage_room_logs), t);
	names(stage_state(st, &stage_room_names), t);
	directory(stage_directory(st), t);
	devices(st, t);
}
