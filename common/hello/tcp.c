/*
 * Connections to the hello port and to the ports of AMT, and hellos on any other
 * port: who opened them, what was answered, how they ended. What is in them is
 * content.c's and tls.c's.
 */
#include "hello/engine.h"

static struct hello_conn *conn_of(struct hello_engine *e, const struct hello_flow *w)
{
	return &e->facts->conns.v[w->conn];
}

static uint32_t new_conn(struct hello_engine *e)
{
	struct hello_facts *f = e->facts;

	if (e->spare_conns.n) {
		uint32_t at = e->spare_conns.v[--e->spare_conns.n];
		f->conns.v[at] = (struct hello_conn){0};
		return at;
	}
	amt_vec_add(&f->conns);
	return (uint32_t)(f->conns.n - 1);
}

/* What nothing more could be concluded from need not be kept: a flood must not fill the memory. */
static bool worth_keeping(struct hello_engine *e, const struct hello_conn *c, bool evicted)
{
	/* The device is who has the port of AMT, or who calls for the hello; that one is known by
	 * its UUID when it has said it. */
	const struct hello_ip *device =
		c->server_port >= 16992 && c->server_port <= 16995 ? &c->server : &c->client;
	struct hello_cost cost = {.fixed = sizeof(*c) * 2,
				  .device = device->bytes,
				  .n_device = c->hellos ? 0 : sizeof(device->bytes)};

	/* Never answered, and pushed out or one of very many: a sample is enough. */
	bool strong = c->hellos || c->tls.client_hello || c->http_server || c->accepted ||
		      c->icmp_frame || (!evicted && !e->facts->evicted);
	if (!strong && e->weak >= AMT_CAP_HELLO_WEAK)
		return false;
	e->weak += !strong;
	return hello_afford(e, &cost);
}

void hello_tcp_finish(struct hello_engine *e, uint32_t at, bool evicted)
{
	struct hello_flow *w = &e->flows.pool.v[at];

	for (int d = 0; d < 2; d++)
		hello_stream_end(e, w, d);
	struct hello_conn *c = conn_of(e, w);
	c->evicted = evicted;
	if (c->passing || !worth_keeping(e, c, evicted)) {
		e->facts->forgotten += !c->passing;
		amt_vec_free(&c->tls.server_chain);
		amt_vec_free(&c->tls.client_chain);
		*c = (struct hello_conn){0}; /* family 0: compacted away at the end */
		amt_vec_push(&e->spare_conns, w->conn);
	}
	hello_flow_drop(&e->flows, at);
}

/* Whether the sender of f is the client of the connection. */
static bool from_client(const struct hello_conn *c, const struct hello_frame *f)
{
	if (!f->source.family) /* a bare payload comes from nowhere */
		return true;
	return c->client_port == f->source_port && hello_ip_equal(&c->client, &f->source);
}

static uint32_t open_flow(struct hello_engine *e, const struct hello_flow_key *key,
			  const struct hello_frame *f, bool client_sends, uint8_t kind)
{
	uint32_t at = hello_flow_new(e, key);
	uint32_t conn = new_conn(e);
	struct hello_flow *w = &e->flows.pool.v[at];
	struct hello_conn *c = &e->facts->conns.v[conn];

	w->conn = conn;
	w->kind = kind;
	/* The rest of such a hello must get past the glance at the ports. */
	if (kind == PORT_NONE && hello_port_class(e, f->destination_port) == PORT_NONE)
		hello_engine_port(e, f->destination_port, PORT_FOUND);
	c->first = hello_spot_of(e, f);
	c->passing = kind == PORT_DNS;
	c->client = client_sends ? f->source : f->destination;
	c->server = client_sends ? f->destination : f->source;
	c->client_port = client_sends ? f->source_port : f->destination_port;
	c->server_port = client_sends ? f->destination_port : f->source_port;
	c->client_mac = client_sends ? f->source_mac : f->destination_mac;
	c->server_mac = client_sends ? f->destination_mac : f->source_mac;
	/* Nobody reads what a hello's server answers, nor redirection. */
	w->dir[1].dead = kind == PORT_HELLO || kind == PORT_NONE || kind == PORT_AMT_REDIR;
	w->dir[0].dead = kind == PORT_AMT_HTTP || kind == PORT_AMT_REDIR;
	return at;
}

/* A packet without a flow: is it the beginning of one? */
static uint32_t begin(struct hello_engine *e, const struct hello_flow_key *key,
		      const struct hello_frame *f)
{
	uint8_t to = hello_port_class(e, f->destination_port);
	uint8_t from = hello_port_class(e, f->source_port);
	bool syn = f->flags & TCP_SYN, ack = f->flags & TCP_ACK;

	if (to > PORT_DNS)
		to = PORT_NONE;
	if (from > PORT_DNS)
		from = PORT_NONE;
	if (syn && (to || from)) {
		bool client_sends = !ack;
		uint8_t kind = client_sends ? to : from;

		return kind ? open_flow(e, key, f, client_sends, kind) : NOBODY;
	}
	if (!f->payload_caplen || syn || (f->flags & TCP_RST))
		return NOBODY;
	/* In the middle: only what can be recognised. */
	if ((to == PORT_DNS || from == PORT_DNS) &&
	    hello_dns_tcp_wanted(e, f->payload, f->payload_caplen))
		return open_flow(e, key, f, to == PORT_DNS, PORT_DNS);
	to = to == PORT_DNS ? PORT_NONE : to; /* a hello is one on any port */
	enum hello_content guess = hello_content_guess(f->payload, f->payload_caplen);
	bool hello = hello_looks_like(f->payload, f->payload_caplen);
	if (hello && to <= PORT_HELLO && from != PORT_HELLO)
		return open_flow(e, key, f, true, to);
	if (to == PORT_HELLO && guess != HELLO_CONTENT_NONE && guess != HELLO_CONTENT_OTHER)
		return open_flow(e, key, f, true, to);
	if ((to == PORT_AMT_HTTP || to == PORT_AMT_TLS) &&
	    (guess == HELLO_CONTENT_HTTP || guess == HELLO_CONTENT_TLS))
		return open_flow(e, key, f, true, to);
	if ((from == PORT_AMT_HTTP || from == PORT_AMT_TLS) &&
	    (guess == HELLO_CONTENT_HTTP || guess == HELLO_CONTENT_TLS))
		return open_flow(e, key, f, false, from);
	return NOBODY;
}

static void handshake(struct hello_flow *w, struct hello_conn *c, const struct hello_frame *f,
		      int dir)
{
	if (f->flags & TCP_SYN) {
		w->dir[dir].known = true;
		if (f->flags & TCP_ACK) {
			c->accepted = true;
			c->frame_synack = f->packet->frame;
			w->dir[dir].next = f->seq + 1;
			return;
		}
		c->syns++;
		c->begun = true;
		w->isn = f->seq;
		w->isn_known = true;
		w->dir[dir].next = f->seq + 1;
	} else if (!(f->flags & TCP_RST)) {
		/* What the client sends after its SYN shows an answer, mirrored or not. */
		if (dir == 0 || (f->payload_len && (c->accepted || !c->begun)))
			c->established = true;
	}
}

/* A SYN with another first number: the ports are used again. */
static bool another_life(const struct hello_flow *w, const struct hello_frame *f)
{
	return (f->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && w->isn_known && w->isn != f->seq;
}

static bool fin_in_turn(const struct hello_flow *w, const struct hello_frame *f, int dir)
{
	return !w->dir[dir].known || (int32_t)(f->seq + f->payload_len - w->dir[dir].next) <= 0;
}

/* DNS about other names. */
static bool of_no_interest(const struct hello_flow *w, const struct hello_conn *c)
{
	return c->passing && w->dir[0].dead && !w->dir[0].ended;
}

void hello_tcp(struct hello_engine *e, struct hello_frame *f)
{
	struct hello_flow_key key;

	hello_flow_key(&f->source, f->source_port, &f->destination, f->destination_port, &key);
	uint32_t at = hello_flow_find(&e->flows, &key);
	if (at != NOBODY && another_life(&e->flows.pool.v[at], f)) {
		hello_tcp_finish(e, at, false);
		at = NOBODY;
	}
	bool first = at == NOBODY;
	if (first && (at = begin(e, &key, f)) == NOBODY)
		return;
	e->relevant = true;
	if (hello_engine_duplicate(e, f) && !first)
		return;
	hello_flow_touch(&e->flows, at);
	struct hello_flow *w = &e->flows.pool.v[at];
	struct hello_conn *c = conn_of(e, w);
	int dir = from_client(c, f) ? 0 : 1;
	c->last = f->time;
	c->last_frame = f->packet->frame;
	if (dir == 1 && !c->server_mac.known)
		c->server_mac = f->source_mac;
	handshake(w, c, f, dir);
	if (f->payload_len)
		hello_stream_segment(e, w, dir, f);
	c = conn_of(e, w);
	if (of_no_interest(w, c)) {
		e->relevant = false;
		hello_tcp_finish(e, at, false);
		return;
	}
	if (f->flags & TCP_RST) { /* data before it counts */
		c->reset_by = (uint8_t)(dir + 1);
		c->frame_reset = f->packet->frame;
		hello_tcp_finish(e, at, false);
		return;
	}
	if (f->flags & TCP_FIN) {
		if (!c->closed_by) {
			c->closed_by = (uint8_t)(dir + 1);
			c->frame_close = f->packet->frame;
		}
		w->dir[dir].fin_known = w->dir[dir].known;
		w->dir[dir].fin = f->seq + f->payload_len;
		if (fin_in_turn(w, f, dir))
			hello_stream_end(e, w, dir);
		if (w->dir[0].ended && w->dir[1].ended)
			hello_tcp_finish(e, at, false);
	}
	while (e->flows.buffered > AMT_CAP_HELLO_BUFFERS && e->flows.count) {
		e->facts->evicted++;
		hello_tcp_finish(e, e->flows.oldest, true);
	}
}

void hello_tcp_unreachable(struct hello_engine *e, const struct hello_frame *quoted,
			   const struct hello_frame *icmp, uint8_t type, uint8_t code)
{
	struct hello_flow_key key;

	hello_flow_key(&quoted->source, quoted->source_port, &quoted->destination,
		       quoted->destination_port, &key);
	uint32_t at = hello_flow_find(&e->flows, &key);
	if (at == NOBODY)
		return;
	struct hello_conn *c = conn_of(e, &e->flows.pool.v[at]);
	e->relevant = true;
	c->icmp_type = type;
	c->icmp_code = code;
	c->icmp_from = icmp->source;
	c->icmp_frame = icmp->packet->frame;
}
