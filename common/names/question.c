/* One question: sent, sent again, over TCP or without EDNS, until it has an outcome. */
#include "names/question.h"

#include "names/json.h"
#include "names/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define QUERY_MAX (DNS_HEADER + DNS_NAME_WIRE + 4 + 11)

void dns_question_end(struct dns_question *q, enum amt_dns_outcome outcome)
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

static void answered(struct dns_peer *p, const struct dns_question *q)
{
	double ms = names_ms(amt_loop_ms(p->asker->loop) - q->sent);

	q->reply->ms = (float)ms;
	q->reply->at = amt_time_now();
	dns_pace_answered(&p->pace, ms, q->over_tcp);
}

/* No answer at all over UDP. TCP tells whether it is the server or a filter before it. */
static void udp_failed(struct dns_question *q, enum amt_dns_outcome how)
{
	struct dns_peer *p = q->peer;

	/* A server that answers over UDP otherwise need not be asked by TCP for each lost question.
	 */
	if (dns_pace_udp_failed(&p->pace) && q->type) {
		q->udp_end = how;
		q->over_tcp = true;
		dns_question_send(q);
		return;
	}
	p->pace.silent++;
	dns_question_end(q, how);
}

static void tcp_failed(struct dns_question *q, enum amt_dns_outcome how)
{
	if (!q->cut)
		q->peer->pace.silent++;
	/* How UDP ended says more than how the second attempt did. */
	dns_question_end(q, q->udp_end ? q->udp_end : how);
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

/* RFC 6891 section 7: a server that does not know EDNS is asked the plain way. By RFC 2671 5.3
 * it may also say SERVFAIL; then it has no EDNS in its answer. 16 is BADVERS. */
static bool refuses_edns(const struct amt_dns_reply *r)
{
	return r->outcome == AMT_DNS_FORMERR || r->outcome == AMT_DNS_NOTIMP || r->rcode == 16 ||
	       (r->outcome == AMT_DNS_SERVFAIL && !(r->flags & AMT_DNS_EDNS));
}

static void on_answer(struct dns_question *q, unsigned char *p, int n)
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
	if (!q->no_edns && q->type && refuses_edns(&whole)) {
		q->no_edns = true;
		dns_question_send(q);
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
		dns_question_send(q);
		return;
	}
	dns_question_end(q, (enum amt_dns_outcome)r->outcome);
}

static void open_add(struct dns_question *q)
{
	struct dns_question **head = &q->peer->open;

	q->before = NULL;
	q->after = *head;
	if (*head)
		(*head)->before = q;
	*head = q;
}

static void open_remove(struct dns_question *q)
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
	const struct dns_question *q = p->open;

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
	struct dns_question *q = arg;
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
		dns_question_end(q, how);
		return;
	}
	dns_pace_lost(&peer->pace, amt_loop_ms(peer->asker->loop));
	if (q->over_tcp) {
		tcp_failed(q, how);
	} else if (how == AMT_DNS_TIMEOUT && q->reply->tries < peer->asker->o.tries) {
		/* The last try goes without EDNS: some filters drop what they do not know. */
		if (q->reply->tries + 1u == peer->asker->o.tries)
			q->no_edns = true;
		dns_question_send(q);
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

void dns_question_send(struct dns_question *q)
{
	struct dns_peer *p = q->peer;
	struct dns_asker *a = p->asker;
	struct dns_channel *c = q->over_tcp ? &p->tcp : &p->udp;
	uint8_t query[QUERY_MAX];
	size_t n = q->type ? amt_dns_query(q->name, q->type, !q->no_edns, query, sizeof(query))
			   : dns_update_probe(q->name, query, sizeof(query));
	unsigned ms = (unsigned)(a->o.timeout * 1000);

	if (!n) {
		dns_question_end(q, AMT_DNS_BAD_NAME);
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
