/* What happened to one device, in order of time, and the sentence that sums it up. */
#include "hello/relate.h"

#include <stdlib.h>

#define EVENTS_MAX 400 /* a device; a fleet's report has to stay readable */

static void add(struct hello_facts *f, struct hello_device *d, struct hello_spot at,
		const char *event, const char *fmt, ...) AMT_PRINTF(5, 6);
static void add(struct hello_facts *f, struct hello_device *d, struct hello_spot at,
		const char *event, const char *fmt, ...)
{
	va_list ap;

	if (d->timeline.n >= EVENTS_MAX)
		return;
	va_start(ap, fmt);
	struct hello_event e = {at, event, amt_arena_vprintf(&f->derived, fmt, ap), false};
	va_end(ap);
	amt_vec_push(&d->timeline, e);
}

static void leases(struct hello_facts *f, struct hello_device *d)
{
	for (size_t i = 0; i < d->leases.n; i++) {
		const struct hello_lease *l = &f->leases.v[d->leases.v[i]];
		char a[HELLO_IP_TEXT], s[HELLO_IP_TEXT], dns[HELLO_IP_TEXT] = "none";

		if (l->discovers)
			add(f, d, l->discover, "dhcp-discover", "%u DISCOVER%s", l->discovers,
			    l->offers || l->acks || l->naks ? "" : ", no answer");
		if (l->naks)
			add(f, d, l->nak, "dhcp-nak", "%u NAK: the address is refused", l->naks);
		if (!l->acks)
			continue;
		if (l->dns.n)
			hello_ip_text(&l->dns.v[0], dns);
		add(f, d, l->ack, "dhcp-ack", "%s%s%s, DNS %s, domain %s, host name %s",
		    hello_ip_text(&l->address, a), l->server.family ? " from " : "",
		    l->server.family ? hello_ip_text(&l->server, s) : "", dns,
		    l->suffix ? l->suffix : "none", l->hostname ? l->hostname : "none");
	}
}

const char *hello_rcode_name(unsigned rcode)
{
	static const char *const rcodes[] = {"no error",     "format error",    "server failure",
					     "no such name", "not implemented", "refused"};

	return rcode < sizeof(rcodes) / sizeof(rcodes[0]) ? rcodes[rcode] : "an error";
}

static void queries(struct hello_facts *f, struct hello_device *d)
{
	for (size_t i = 0; i < d->queries.n; i++) {
		const struct hello_query *q = &f->queries.v[d->queries.v[i]];
		const char *kind = q->type == 1 ? "A" : q->type == 28 ? "AAAA" : "?";
		char s[HELLO_IP_TEXT], a[HELLO_IP_TEXT];

		hello_ip_text(&q->server, s);
		if (q->asked)
			add(f, d, q->question, "dns-query", "%s %s to %s%s%s", q->name, kind, s,
			    q->tcp ? " over TCP" : "", q->answered ? "" : ", no answer");
		if (!q->answered)
			continue;
		if (q->addresses.n)
			add(f, d, q->answer, "dns-answer", "%s is %s%s", q->name,
			    hello_ip_text(&q->addresses.v[0], a),
			    q->addresses.n > 1 ? " and others" : "");
		else
			add(f, d, q->answer, "dns-answer", "%s: %s", q->name,
			    q->rcode ? hello_rcode_name(q->rcode) : "no address");
	}
}

static struct hello_spot at_frame(const struct hello_conn *c, uint64_t frame, amt_time time)
{
	return (struct hello_spot){time, c->first.capture, frame};
}

static void tls(struct hello_facts *f, struct hello_device *d, const struct hello_conn *c)
{
	const struct hello_tls *t = &c->tls;

	if (t->server_cert || t->client_cert)
		add(f, d, t->client_cert ? t->client_cert_at : t->server_cert_at,
		    "tls-certificates", "AMT sent %zu, the server %s", t->server_chain.n,
		    !t->client_cert          ? "none yet"
		    : t->client_cert_empty   ? "an empty list"
		    : t->client_chain.n == 1 ? "1"
					     : "a chain");
	if (t->psk_identity)
		add(f, d, at_frame(c, c->last_frame, c->last), "tls-psk", "identity %s",
		    t->psk_identity);
	if (t->alert_level)
		add(f, d, t->alert_at, "tls-alert", "alert %u by %s", t->alert,
		    t->alert_by == 2 ? "AMT" : "the server");
	if (t->client_ccs && t->server_ccs)
		add(f, d, at_frame(c, c->last_frame, c->last), "tls-session",
		    "%llu bytes to AMT, %llu from it", (unsigned long long)t->client_bytes,
		    (unsigned long long)t->server_bytes);
}

static void conns(struct hello_facts *f, struct hello_device *d)
{
	for (size_t i = 0; i < d->conns.n; i++) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];
		bool up = hello_conn_to_server(f, c);
		char who[HELLO_IP_TEXT];
		const char *end = c->accepted || c->established ? "accepted"
				  : c->reset_by == 2            ? "refused (reset)"
				  : c->icmp_frame               ? "rejected (ICMP)"
								: "no answer";

		hello_ip_text(up ? &c->server : &c->client, who);
		if (c->begun || !c->hellos)
			add(f, d, c->first, up ? "connect" : "connect-back",
			    up ? "to %s:%u, %s" : "from %s to port %u, %s", who, c->server_port,
			    end);
		if (!up)
			tls(f, d, c);
		if (c->http_server)
			add(f, d, at_frame(c, c->last_frame, c->last), "http-server", "%s",
			    c->http_server);
	}
}

static void messages(struct hello_facts *f, struct hello_device *d)
{
	for (size_t i = 0; i < d->hellos.n; i++) {
		const struct hello_seen *h = &f->hellos.v[d->hellos.v[i]];
		char s[HELLO_IP_TEXT];

		hello_ip_text(&h->destination, s);
		if (h->m.mode == HELLO_MODE_PKI)
			add(f, d, h->at, "hello", "PKI, %u hashes, retry %u, to %s%s%s",
			    h->m.declared_hashes, h->m.retry, s, h->m.note ? "; " : "",
			    h->m.note ? h->m.note : "");
		else if (h->m.mode == HELLO_MODE_PSK)
			add(f, d, h->at, "hello", "PSK, PID %.4s-%s, retry %u, to %s%s%s", h->m.pid,
			    strlen(h->m.pid) > 4 ? h->m.pid + 4 : "", h->m.retry, s,
			    h->m.note ? "; " : "", h->m.note ? h->m.note : "");
		else
			add(f, d, h->at, "hello", "version %u, retry %u, to %s; %s", h->m.version,
			    h->m.retry, s, h->m.note ? h->m.note : "");
	}
	for (size_t i = 0; i < d->rmcps.n; i++) {
		const struct hello_rmcp *m = &f->rmcps.v[d->rmcps.v[i]];
		static const char *const states[] = {"not configured", "in progress", "configured",
						     "?"};

		if (m->pong && m->enterprise == 343)
			add(f, d, m->at, "pong", "port %u, %s", m->port, states[m->state]);
		else if (m->pong)
			add(f, d, m->at, "pong", "of enterprise %u, not Intel", m->enterprise);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct hello_event *x = a, *y = b;

	if (x->at.capture == y->at.capture && x->at.frame != y->at.frame)
		return x->at.frame < y->at.frame ? -1 : 1;
	return x->at.time < y->at.time ? -1 : x->at.time > y->at.time;
}

void hello_timeline(struct hello_facts *f, struct hello_device *d)
{
	const struct hello_symptom *main = d->symptoms.n ? &d->symptoms.v[0] : NULL;

	leases(f, d);
	queries(f, d);
	conns(f, d);
	messages(f, d);
	if (d->timeline.n > 1)
		qsort(d->timeline.v, d->timeline.n, sizeof(*d->timeline.v), by_time);
	/* The step where it stops: the last event that the main conclusion rests on. */
	const struct hello_row *row = main ? hello_row_find(main->row) : NULL;
	for (size_t i = d->timeline.n; row && row->verdict != AMT_PASS && i-- > 0;)
		for (size_t k = 0; k < main->spots.n; k++)
			if (main->spots.v[k].frame == d->timeline.v[i].at.frame &&
			    main->spots.v[k].capture == d->timeline.v[i].at.capture) {
				d->timeline.v[i].failing = true;
				return;
			}
}

/* The order in which rows explain: what is nearest to the cause first. */
static const uint8_t order[] = {2,  3,  6,  4,  7,  8,  12, 10, 11, 9,  15, 18, 19,
				28, 27, 26, 30, 29, 33, 31, 22, 23, 24, 32, 21, 36,
				35, 37, 20, 34, 16, 38, 39, 17, 14, 13, 5,  1,  25};

void hello_conclude(struct hello_facts *f, struct hello_device *d)
{
	size_t best = SIZE_MAX, place = sizeof(order);

	for (size_t i = 0; i < d->symptoms.n; i++)
		for (size_t k = 0; k < place; k++)
			if (order[k] == d->symptoms.v[i].row) {
				place = k;
				best = i;
			}
	if (best != SIZE_MAX) {
		const struct hello_row *row = hello_row_find(d->symptoms.v[best].row);
		struct hello_symptom main = d->symptoms.v[best];

		memmove(&d->symptoms.v[1], &d->symptoms.v[0], best * sizeof(main));
		d->symptoms.v[0] = main;
		d->conclusion = amt_arena_printf(&f->derived, "%s: %s", main.text, row->meaning);
		d->next_step = row->action;
	} else if (d->hellos.n) {
		d->conclusion =
			"hellos leave the device; nothing in this capture speaks against it";
		d->next_step = "Look for the call back of the server";
	} else {
		d->conclusion = "nothing to conclude";
	}
}
