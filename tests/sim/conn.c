/* One TCP connection: from the listener to its end, with the faults that live on this level. */
#include "sim.h"

#include <arpa/inet.h>
#include <stdio.h>

#define LINGER_MS 2000 /* how long the peer may take to answer our FIN */

static struct sim_conn *conns; /* all open ones */
static uv_timer_t sweep;       /* closes what is idle */

/* --- closing --- */

static void handle_closed(uv_handle_t *h)
{
	struct sim_conn *c = h->data;

	if (--c->handles)
		return;
	SSL_free(c->ssl);
	amt_buf_free(&c->in);
	amt_buf_free(&c->drip);
	free(c);
}

static void forget(struct sim_conn *c)
{
	c->closing = true;
	if (c->protocol && c->protocol->closed)
		c->protocol->closed(c);
	if (c->prev)
		c->prev->next = c->next;
	else
		conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	c->dev->connections--;
	sim.connections--;
}

void sim_conn_close(struct sim_conn *c)
{
	if (c->closing)
		return;
	forget(c);
	uv_close((uv_handle_t *)&c->timer, handle_closed);
	uv_close((uv_handle_t *)&c->tcp, handle_closed);
}

void sim_conn_reset(struct sim_conn *c)
{
	if (c->closing)
		return;
	forget(c);
	uv_close((uv_handle_t *)&c->timer, handle_closed);
	if (uv_tcp_close_reset(&c->tcp, handle_closed))
		uv_close((uv_handle_t *)&c->tcp, handle_closed);
}

static void timer_fired(uv_timer_t *t)
{
	struct sim_conn *c = t->data;
	void (*call)(struct sim_conn *) = c->later;

	c->later = NULL;
	if (call && !c->closing)
		call(c);
}

void sim_conn_later(struct sim_conn *c, uint64_t ms, void (*call)(struct sim_conn *c))
{
	if (c->closing)
		return;
	c->later = call;
	uv_timer_start(&c->timer, timer_fired, ms, 0);
}

static void after_shutdown(uv_shutdown_t *req, int status)
{
	(void)status;
	free(req);
}

static void shut(struct sim_conn *c)
{
	uv_shutdown_t *req = amt_malloc(sizeof(*req));

	if (uv_shutdown(req, (uv_stream_t *)&c->tcp, after_shutdown)) {
		free(req);
		sim_conn_close(c);
		return;
	}
	sim_conn_later(c, LINGER_MS, sim_conn_close);
}

/* FIN, and reading goes on: closing at once would turn unread bytes into a RST that kills our
 * answer on its way. */
void sim_conn_end(struct sim_conn *c)
{
	if (c->closing || c->ending)
		return;
	c->ending = true;
	if (c->ssl && SSL_is_init_finished(c->ssl)) {
		SSL_shutdown(c->ssl);
		sim_tls_output(c, NULL, 0);
	}
	if (!c->drip.len)
		shut(c);
}

/* --- writing --- */

static void written(uv_write_t *req, int status)
{
	struct sim_conn *c = req->handle->data;

	free(req->data);
	free(req);
	if (status < 0)
		sim_conn_close(c);
	else if (c->flooding && !c->closing)
		sim_flood(c);
}

static void write_now(struct sim_conn *c, const void *p, size_t n)
{
	uv_write_t *req = amt_malloc(sizeof(*req));
	uv_buf_t b = uv_buf_init(amt_malloc(n), (unsigned)n);

	memcpy(b.base, p, n);
	req->data = b.base;
	if (uv_write(req, (uv_stream_t *)&c->tcp, &b, 1, written)) {
		free(b.base);
		free(req);
		sim_conn_close(c);
	}
}

static void drip_one(struct sim_conn *c)
{
	if (c->drip.len) {
		write_now(c, c->drip.data, 1);
		amt_buf_consume(&c->drip, 1);
	}
	if (c->drip.len)
		sim_conn_later(c, (uint64_t)sim_fact_num(c->dev, "fault.slow_ms", 50), drip_one);
	else if (c->ending)
		shut(c);
}

/* Bytes as they go out on the wire. */
void sim_conn_wire(struct sim_conn *c, const void *p, size_t n)
{
	if (c->closing || !n)
		return;
	c->last = uv_now(sim.loop);
	if (c->fault != FAULT_SLOW) {
		write_now(c, p, n);
		return;
	}
	if (amt_buf_add(&c->drip, p, n) && !c->later)
		sim_conn_later(c, 0, drip_one);
}

void sim_conn_send(struct sim_conn *c, const void *p, size_t n)
{
	if (c->closing || c->ending)
		return;
	if (c->ssl)
		sim_tls_output(c, p, n);
	else
		sim_conn_wire(c, p, n);
}

/* The next piece of something without an end; called again when it has been written. */
void sim_flood(struct sim_conn *c)
{
	char piece[4096];

	for (size_t i = 0; i < sizeof(piece); i += 32)
		memcpy(piece + i, "X-Filler: 0123456789abcdefghij\r\n", 32);
	c->flooding = true;
	sim_conn_send(c, piece, sizeof(piece));
}

/* --- reading --- */

static void give_room(uv_handle_t *h, size_t want, uv_buf_t *b)
{
	static char room[64 * 1024]; /* used up before the callback returns */

	(void)h;
	(void)want;
	*b = uv_buf_init(room, sizeof(room));
}

static void got(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct sim_conn *c = s->data;

	if (c->closing)
		return;
	if (n < 0) {
		sim_conn_close(c);
		return;
	}
	c->last = uv_now(sim.loop);
	sim_sleep_touch(c->dev);
	if (!n || c->ending || c->flooding || c->fault == FAULT_HANG)
		return;
	if (sim_port_is_tls(c->port)) {
		if (c->ssl || sim_tls_start(c))
			sim_tls_input(c, b->base, (size_t)n);
		else
			sim_conn_reset(c);
		return;
	}
	if (!amt_buf_add(&c->in, b->base, (size_t)n))
		sim_conn_reset(c); /* more than any request may have */
	else
		c->protocol->data(c);
}

static void sweep_idle(uv_timer_t *t)
{
	(void)t;
	for (struct sim_conn *c = conns, *next; c; c = next) {
		uint64_t idle = 1000 * (uint64_t)sim_fact_num(c->dev, "idle_s", 60);

		next = c->next;
		if (uv_now(sim.loop) - c->last > idle)
			sim_conn_close(c);
	}
}

/* --- opening --- */

bool sim_port_is_tls(uint16_t port)
{
	return port == 16993 || port == 16995 || port == 664;
}

enum sim_fault sim_fault_of(const struct sim_device *d, uint16_t port)
{
	static const char *const names[] = {"none",  "slow",     "half",    "length", "garbage",
					    "hang",  "reset",    "headers", "chunk",  "bomb",
					    "types", "redirect", "deep",    "status"};
	const char *ports = sim_fact(d, "fault.ports"), *want = sim_fact(d, "fault");
	char text[8];

	snprintf(text, sizeof(text), "%u", port);
	if (*ports && !sim_list_has(ports, text))
		return FAULT_NONE;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(want, names[i]))
			return (enum sim_fault)i;
	return FAULT_NONE;
}

static const struct sim_protocol *protocol_of(uint16_t port)
{
	if (port == 16994 || port == 16995)
		return &sim_redir_protocol;
	return port == 5900 ? &sim_rfb_protocol : &sim_http_protocol;
}

static bool addresses(struct sim_conn *c, uint32_t *local)
{
	struct sockaddr_storage sa;
	struct sockaddr_in in;
	int n = sizeof(sa);

	if (uv_tcp_getsockname(&c->tcp, (struct sockaddr *)&sa, &n) || sa.ss_family != AF_INET)
		return false;
	memcpy(&in, &sa, sizeof(in));
	*local = ntohl(in.sin_addr.s_addr);
	n = sizeof(sa);
	if (!uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&sa, &n) && sa.ss_family == AF_INET) {
		char ip[16];

		memcpy(&in, &sa, sizeof(in));
		snprintf(c->peer, sizeof(c->peer), "%s:%u",
			 sim_ip_text(ntohl(in.sin_addr.s_addr), ip), ntohs(in.sin_port));
	}
	return true;
}

/* False: the connection is reset (a shared listener also takes what no device would). */
static bool wanted(struct sim_conn *c)
{
	int64_t most = sim_fact_num(c->dev, "max_connections", 0);

	return c->fault != FAULT_RESET && sim_device_listens(c->dev, c->port) &&
	       (most <= 0 || c->dev->connections <= (unsigned)most);
}

void sim_conn_open(uv_stream_t *server, uint16_t port, struct sim_device *dev)
{
	static struct sim_device nobody = {.name = (char *)(uintptr_t) "nobody"};
	struct sim_conn *c = amt_calloc(1, sizeof(*c));
	uint32_t local = 0;
	bool ok;

	uv_tcp_init(sim.loop, &c->tcp);
	uv_timer_init(sim.loop, &c->timer);
	c->tcp.data = c->timer.data = c;
	c->handles = 2;
	c->port = port;
	c->last = uv_now(sim.loop);
	c->protocol = protocol_of(port);
	amt_buf_init(&c->in, SIM_CAP_REQUEST);
	amt_buf_init(&c->drip, 2 * SIM_CAP_REPLY);
	ok = !uv_accept(server, (uv_stream_t *)&c->tcp) && addresses(c, &local);
	c->dev = dev ? dev : sim_device_at(local);
	ok = ok && c->dev;
	if (!c->dev)
		c->dev = &nobody;
	c->next = conns;
	if (conns)
		conns->prev = c;
	conns = c;
	c->dev->connections++;
	if (++sim.connections > sim.peak_connections)
		sim.peak_connections = sim.connections;
	if (ok)
		c->fault = sim_fault_of(c->dev, port);
	if (!ok || !wanted(c)) {
		sim_conn_reset(c);
		return;
	}
	sim_log(c->dev, port, c->peer, "connect");
	uv_tcp_nodelay(&c->tcp, 1);
	uv_read_start((uv_stream_t *)&c->tcp, give_room, got);
	if (c->protocol->opened && c->fault != FAULT_HANG)
		c->protocol->opened(c);
	if (!uv_is_active((uv_handle_t *)&sweep)) {
		uv_timer_init(sim.loop, &sweep);
		uv_timer_start(&sweep, sweep_idle, 1000, 1000);
		uv_unref((uv_handle_t *)&sweep);
	}
}

void sim_conns_close(void)
{
	while (conns)
		sim_conn_close(conns);
	if (sweep.loop)
		uv_close((uv_handle_t *)&sweep, NULL);
}
