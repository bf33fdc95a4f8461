/* The servers' queues: who may ask now, what waits, and what ends when the run is stopped. */
#include "names/asker.h"

#include "names/question.h"

#include <stdlib.h>
#include <string.h>

#define TICK_MS 10

static struct dns_question *question_new(struct dns_asker *a)
{
	struct dns_question *q = a->spare;

	if (q)
		a->spare = q->next;
	else
		q = amt_malloc(sizeof(*q));
	memset(q, 0, sizeof(*q));
	return q;
}

static void start_one(struct dns_peer *p)
{
	struct dns_question *q = p->first;

	p->first = q->next;
	if (!p->first)
		p->last = &p->first;
	if (dns_pace_given_up(&p->pace)) {
		p->pace.stats.given_up = true;
		dns_question_end(q, AMT_DNS_NOT_ASKED);
		return;
	}
	if (p->pace.udp_dead && q->type) {
		q->udp_end = AMT_DNS_TIMEOUT;
		q->over_tcp = true;
	}
	p->pace.tokens -= 1;
	dns_question_send(q);
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
	struct dns_question *q = question_new(a);

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
			struct dns_question *q = p->first;
			p->first = q->next;
			if (!p->first)
				p->last = &p->first;
			dns_question_end(q, AMT_DNS_STOPPED);
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
		struct dns_question *q = a->spare;
		a->spare = q->next;
		free(q);
	}
	ares_library_cleanup();
	free(a);
}
