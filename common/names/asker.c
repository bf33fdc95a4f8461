#include "names/asker.h"

#include "names/message.h"
#include "names/pace.h"
#include "names/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define TICK_MS   10
#define QUERY_MAX (DNS_HEADER + DNS_NAME_WIRE + 4 + 11)

struct question {
	struct question *next;
	struct question *before, *after; /* of the open ones of a server */
	struct dns_peer *peer;
	const char *name;
	unsigned type;
	struct amt_arena *arena;
	struct amt_dns_reply *reply;
	void (*done)(void *arg);
	void *arg;
	uint16_t id;                  /* as in the packet sent last */
	double sent;                  /* loop ms of the last packet */
	bool no_edns;                 /* ask the plain way */
	bool over_tcp;                /* on its way over TCP */
	bool cut;                     /* a truncated UDP answer stands in the reply */
	enum amt_dns_outcome udp_end; /* how UDP ended when TCP is tried instead */
};

struct dns_peer {
	struct dns_asker *asker;
	unsigned index;
	struct amt_addr addr;
	struct dns_channel udp, tcp;
	struct question *first, **last; /* waiting */
	struct question *open;          /* with c-ares */
	struct dns_pace pace;
};

struct dns_asker {
	struct amt_loop *loop;
	struct dns_asker_options o;
	struct AMT_VEC(struct dns_peer *) peers;
	struct question *spare;
	size_t open;
	struct amt_timer *timer;
	double last_tick;
	bool pumping;
	uint16_t ids[128]; /* 256 bytes: read at once or not at all */
	size_t n_ids;
};

static void pump(struct dns_peer *p);
static void transmit(struct question *q);

static struct question *question_new(struct dns_asker *a)
{
	struct question *q = a->spare;

	if (q)
		a->spare = q->next;
	else
		q = amt_malloc(sizeof(*q));
	memset(q, 0, sizeof(*q));
	return q;
}

static void finish(struct question *q, enum amt_dns_outcome outcome)
{
	struct dns_asker *a = q->peer->asker;
	void (*done)(void *arg) = q->done;
	void *arg = q->arg;

	if (q->cut && outcome != AMT_DNS_STOPPED) {
		/* What UDP gave is all there is. */
		q->reply->flags |= AMT_DNS_TC | AMT_DNS_TCP_FAILED;
		outcome = AMT_DNS_TRUNCATED;
	}
	q->reply->outcome = (uint8_t)outcome;
	q->next = a->spare;
	a->spare = q;
	a->open--;
	done(arg);
}

static void answered(struct dns_peer *p, const struct question *q)
{
	double ms = amt_loop_ms(p->asker->loop) - q->sent;

	q->reply->ms = (float)ms;
	q->reply->at = amt_time_now();
	dns_pace_answered(&p->pace, ms, q->over_tcp);
}

/* No answer at all over UDP. TCP tells whether it is the server or a filter before it. */
static void udp_failed(struct question *q, enum amt_dns_outcome how)
{
	struct dns_peer *p = q->peer;

	/* A server that answers over UDP otherwise need not be asked by TCP for each lost question.
	 */
	if (dns_pace_udp_failed(&p->pace) && q->type) {
		q->udp_end = how;
		q->over_tcp = true;
		transmit(q);
		return;
	}
	p->pace.silent++;
	finish(q, how);
}

static void tcp_failed(struct question *q, enum amt_dns_outcome how)
{
	if (!q->cut)
		q->peer->pace.silent++;
	/* How UDP ended says more than how the second attempt did. */
	finish(q, q->udp_end ? q->udp_end : how);
}

static enum amt_dns_outcome of_status(int status, int error)
{
	switch (status) {
	case ARES_ECONNREFUSED: /* also what c-ares makes of every other error of a socket */
		return error == ENETUNREACH || error == EHOSTUNREACH ? AMT_DNS_UNREACHABLE
								     : AMT_DNS_CLOSED;
	case ARES_ECANCELLED:
	case ARES_EDESTRUCTION:
		return AMT_DNS_STOPPED;
	case ARES_EBADRESP:
		return AMT_DNS_MALFORMED;
	default:
		return AMT_DNS_TIMEOUT;
	}
}

static void on_answer(struct question *q, unsigned char *p, int n)
{
	struct dns_peer *peer = q->peer;
	struct dns_channel *c = q->over_tcp ? &peer->tcp : &peer->udp;
	struct amt_dns_reply *r = q->reply;
	struct amt_dns_reply whole = *r;

	c->accepted++;
	dns_channel_answer(c, &p, &n);
	whole.flags &= AMT_DNS_NO_EDNS;
	if (q->type)
		amt_dns_read(p, (size_t)n, q->name, q->type, q->arena, &whole);
	else if (!dns_update_read(p, (size_t)n, &whole))
		whole.outcome = AMT_DNS_MALFORMED;
	if (!q->no_edns && q->type &&
	    (whole.outcome == AMT_DNS_FORMERR || whole.outcome == AMT_DNS_NOTIMP)) {
		/* RFC 6891 section 7: a server that does not know EDNS is asked the plain way. */
		q->no_edns = true;
		transmit(q);
		return;
	}
	*r = whole;
	answered(peer, q);
	if (q->over_tcp) {
		peer->pace.stats.tcp++;
		r->flags |= AMT_DNS_TCP;
		if (q->cut)
			r->flags |= AMT_DNS_TC;
		q->cut = false;
		if (q->udp_end)
			r->flags |= AMT_DNS_UDP_LOST;
	} else if (r->flags & AMT_DNS_TC) {
		q->cut = true;
		q->over_tcp = true;
		transmit(q);
		return;
	}
	finish(q, (enum amt_dns_outcome)r->outcome);
}

static void open_add(struct question *q)
{
	struct question **head = &q->peer->open;

	q->before = NULL;
	q->after = *head;
	if (*head)
		(*head)->before = q;
	*head = q;
}

static void open_remove(struct question *q)
{
	if (q->before)
		q->before->after = q->after;
	else
		q->peer->open = q->after;
	if (q->after)
		q->after->before = q->before;
}

size_t dns_peer_question(const struct dns_peer *p, uint16_t id, uint8_t *out, size_t cap)
{
	uint8_t query[QUERY_MAX];
	const struct question *q = p->open;

	while (q && (q->id != id || q->over_tcp || !q->type))
		q = q->after;
	size_t n = q ? amt_dns_query(q->name, q->type, false, query, sizeof(query)) : 0;
	if (n <= DNS_HEADER || n - DNS_HEADER > cap)
		return 0;
	memcpy(out, query + DNS_HEADER, n - DNS_HEADER);
	return n - DNS_HEADER;
}

static void on_end(void *arg, int status, int timeouts, unsigned char *p, int n)
{
	struct question *q = arg;
	struct dns_peer *peer = q->peer;
	int error = q->over_tcp ? peer->tcp.error : peer->udp.error;
	enum amt_dns_outcome how = of_status(status, error);

	(void)timeouts;
	peer->pace.open--;
	open_remove(q);
	if (status == ARES_SUCCESS) {
		on_answer(q, p, n);
		return;
	}
	q->reply->at = amt_time_now();
	if (how == AMT_DNS_STOPPED) {
		finish(q, how);
		return;
	}
	dns_pace_lost(&peer->pace, amt_loop_ms(peer->asker->loop));
	if (q->over_tcp) {
		tcp_failed(q, how);
	} else if (how == AMT_DNS_TIMEOUT && q->reply->tries < peer->asker->o.tries) {
		/* The last try goes without EDNS: some filters drop what they do not know. */
		if (q->reply->tries + 1u == peer->asker->o.tries)
			q->no_edns = true;
		transmit(q);
	} else {
		udp_failed(q, how);
	}
}

/* ares_send() takes the id that stands in the question, so it has to be one that nobody guesses. */
static uint16_t next_id(struct dns_asker *a)
{
	if (a->n_ids == 0) {
		if (getrandom(a->ids, sizeof(a->ids), 0) != sizeof(a->ids))
			abort(); /* cannot fail for so few bytes (getrandom(2)) */
		a->n_ids = sizeof(a->ids) / sizeof(*a->ids);
	}
	return a->ids[--a->n_ids];
}

/* Hands a question to c-ares. It may end at once (no route), before this returns. */
static void transmit(struct question *q)
{
	struct dns_peer *p = q->peer;
	struct dns_asker *a = p->asker;
	struct dns_channel *c = q->over_tcp ? &p->tcp : &p->udp;
	uint8_t query[QUERY_MAX];
	size_t n = q->type ? amt_dns_query(q->name, q->type, !q->no_edns, query, sizeof(query))
			   : dns_update_probe(q->name, query, sizeof(query));
	unsigned ms = (unsigned)(a->o.timeout * 1000);

	if (!n) {
		finish(q, AMT_DNS_BAD_NAME);
		return;
	}
	p->pace.open++;
	p->pace.stats.questions++;
	open_add(q);
	if (!c->ares) {
		c->peer = p;
		c->tcp = q->over_tcp;
		if (!dns_channel_open(c, a->loop, &p->addr, c->tcp ? ms : ms / a->o.tries)) {
			on_end(q, ARES_ECONNREFUSED, 0, NULL, 0);
			return;
		}
	}
	if (!q->over_tcp) {
		q->reply->tries++;
		if (q->no_edns && q->type)
			q->reply->flags |= AMT_DNS_NO_EDNS;
	}
	q->id = next_id(a);
	memcpy(query, &q->id, sizeof(q->id));
	q->sent = amt_loop_ms(a->loop);
	ares_send(c->ares, query, (int)n, on_end, q);
}

static void start_one(struct dns_peer *p)
{
	struct question *q = p->first;

	p->first = q->next;
	if (!p->first)
		p->last = &p->first;
	if (dns_pace_given_up(&p->pace)) {
		p->pace.stats.given_up = true;
		finish(q, AMT_DNS_NOT_ASKED);
		return;
	}
	if (p->pace.udp_dead && q->type) {
		q->udp_end = AMT_DNS_TIMEOUT;
		q->over_tcp = true;
	}
	p->pace.tokens -= 1;
	transmit(q);
}

static void pump(struct dns_peer *p)
{
	if (p->asker->pumping)
		return; /* the one below on the stack goes on */
	p->asker->pumping = true;
	while (p->first && (dns_pace_given_up(&p->pace) || dns_pace_free(&p->pace)))
		start_one(p);
	p->asker->pumping = false;
}

/* An answer to one server's question may have queued questions for others. */
static void pump_all(struct dns_asker *a)
{
	for (size_t i = 0; i < a->peers.n; i++)
		pump(a->peers.v[i]);
	for (size_t i = 0; i < a->peers.n; i++)
		dns_channel_flush(&a->peers.v[i]->udp);
}

void dns_peer_ready(struct dns_peer *p)
{
	pump_all(p->asker);
}

static void set_awake(struct dns_asker *a, bool awake)
{
	for (size_t i = 0; i < a->peers.n; i++) {
		dns_channel_awake(&a->peers.v[i]->udp, awake);
		dns_channel_awake(&a->peers.v[i]->tcp, awake);
	}
}

static void on_tick(void *arg)
{
	struct dns_asker *a = arg;
	double now = amt_loop_ms(a->loop), passed = (now - a->last_tick) / 1000;

	a->last_tick = now;
	for (size_t i = 0; i < a->peers.n; i++) {
		struct dns_peer *p = a->peers.v[i];
		dns_pace_tick(&p->pace, passed);
		dns_channel_tick(&p->udp);
		dns_channel_tick(&p->tcp);
	}
	pump_all(a);
	if (!a->open) {
		/* The loop may end now; sockets stay open, but are not looked at. */
		amt_timer_stop(a->timer);
		a->timer = NULL;
		set_awake(a, false);
	}
}

struct dns_asker *dns_asker_new(struct amt_loop *loop, const struct dns_asker_options *o)
{
	struct dns_asker *a = amt_calloc(1, sizeof(*a));

	a->loop = loop;
	a->o = *o;
	if (!(a->o.timeout > 0))
		a->o.timeout = 5;
	if (!a->o.tries)
		a->o.tries = 3;
	if (!a->o.window)
		a->o.window = 100;
	ares_library_init_mem(ARES_LIB_INIT_ALL, amt_malloc, free, amt_realloc);
	return a;
}

bool dns_asker_add(struct dns_asker *a, const struct amt_addr *server, unsigned *index,
		   struct amt_error *err)
{
	struct dns_peer *p;

	if (a->peers.n >= UINT16_MAX)
		return amt_fail(err, "more than %u DNS servers", UINT16_MAX);
	p = amt_calloc(1, sizeof(*p));
	p->asker = a;
	p->addr = *server;
	p->index = (unsigned)a->peers.n;
	p->last = &p->first;
	dns_pace_init(&p->pace, a->o.window, a->o.qps);
	amt_vec_push(&a->peers, p);
	*index = p->index;
	return true;
}

void dns_ask(struct dns_asker *a, unsigned server, const char *name, unsigned type,
	     struct amt_arena *arena, struct amt_dns_reply *reply, void (*done)(void *arg),
	     void *arg)
{
	struct question *q = question_new(a);

	memset(reply, 0, sizeof(*reply));
	reply->name = name;
	reply->type = (uint16_t)type;
	reply->server = (uint16_t)server;
	reply->at = amt_time_now();
	q->peer = a->peers.v[server];
	q->name = name;
	q->type = type;
	q->arena = arena;
	q->reply = reply;
	q->done = done;
	q->arg = arg;
	*q->peer->last = q;
	q->peer->last = &q->next;
	a->open++;
	if (!a->timer) {
		set_awake(a, true);
		a->last_tick = amt_loop_ms(a->loop);
		a->timer = amt_timer_start(a->loop, 1, TICK_MS, on_tick, a);
	}
}

size_t dns_asker_open(const struct dns_asker *a)
{
	return a->open;
}

void dns_asker_cancel(struct dns_asker *a)
{
	a->pumping = true; /* nothing new is sent while old questions end */
	for (size_t i = 0; i < a->peers.n; i++) {
		struct dns_peer *p = a->peers.v[i];
		if (p->udp.ares)
			ares_cancel(p->udp.ares);
		if (p->tcp.ares)
			ares_cancel(p->tcp.ares);
	}
	/* What ends may have asked more. */
	for (size_t i = 0; a->open && a->peers.n; i = (i + 1) % a->peers.n) {
		struct dns_peer *p = a->peers.v[i];
		while (p->first) {
			struct question *q = p->first;
			p->first = q->next;
			if (!p->first)
				p->last = &p->first;
			finish(q, AMT_DNS_STOPPED);
		}
	}
	a->pumping = false;
}

void dns_asker_stats(const struct dns_asker *a, unsigned server, struct amt_dns_server *out)
{
	const struct dns_peer *p = a->peers.v[server];

	dns_pace_stats(&p->pace, p->udp.datagrams - p->udp.accepted, out);
}

void dns_asker_free(struct dns_asker *a)
{
	if (!a)
		return;
	dns_asker_cancel(a);
	amt_timer_stop(a->timer);
	for (size_t i = 0; i < a->peers.n; i++) {
		dns_channel_close(&a->peers.v[i]->udp);
		dns_channel_close(&a->peers.v[i]->tcp);
		free(a->peers.v[i]);
	}
	amt_vec_free(&a->peers);
	while (a->spare) {
		struct question *q = a->spare;
		a->spare = q->next;
		free(q);
	}
	ares_library_cleanup();
	free(a);
}
