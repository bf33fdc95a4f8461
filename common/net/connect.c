/* One connection with a deadline, and a look-up by the system's resolver. */
#include "net/loop.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct amt_connect {
	struct net_pending pending; /* first */
	struct amt_loop *loop;
	int fd, error; /* error: known before the loop could tell */
	double start;
	struct amt_watch *watch;
	struct amt_timer *timer;
	void (*done)(void *arg, int fd, enum amt_net_class how, double ms);
	void *arg;
};

static void connect_end(struct amt_connect *c, enum amt_net_class how)
{
	int fd = c->fd;
	double ms = amt_loop_ms(c->loop) - c->start;

	net_pending_del(c->loop, &c->pending);
	amt_watch_stop(c->watch);
	amt_timer_stop(c->timer);
	if (how != AMT_NET_OK && fd >= 0) {
		close(fd);
		fd = -1;
	}
	c->done(c->arg, fd, how, ms);
	free(c);
}

static void connect_stop(struct net_pending *p)
{
	connect_end((struct amt_connect *)p, AMT_NET_STOPPED);
}

static void connect_timer(void *arg)
{
	struct amt_connect *c = arg;

	c->timer = NULL;
	connect_end(c, c->error ? amt_net_class_of_errno(c->error) : AMT_NET_TIMEOUT);
}

static void connect_ready(void *arg, unsigned ready)
{
	struct amt_connect *c = arg;
	int code = 0;
	socklen_t len = sizeof(code);

	(void)ready;
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &code, &len))
		code = errno;
	connect_end(c, amt_net_class_of_errno(code));
}

struct amt_connect *
amt_connect_start(struct amt_loop *loop, const struct amt_addr *to, unsigned timeout_ms,
		  void (*done)(void *arg, int fd, enum amt_net_class how, double ms), void *arg)
{
	struct amt_connect *c = amt_calloc(1, sizeof(*c));
	int on = 1;

	c->loop = loop;
	c->done = done;
	c->arg = arg;
	c->start = amt_loop_ms(loop);
	net_pending_add(loop, &c->pending, connect_stop);
	c->fd = socket(to->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		c->error = errno;
	} else {
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (connect(c->fd, (const struct sockaddr *)&to->ss, to->len) &&
		    errno != EINPROGRESS)
			c->error = errno;
	}
	/* A failure known already is still told from the loop, never from in here. */
	if (!c->error) {
		c->watch = amt_watch_start(loop, c->fd, AMT_WRITE, connect_ready, c, NULL);
		if (!c->watch)
			c->error = EIO;
	}
	c->timer = amt_timer_start(loop, c->error ? 0 : timeout_ms, 0, connect_timer, c);
	return c;
}

struct amt_lookup {
	struct net_pending pending; /* first */
	uv_getaddrinfo_t uv;
	struct amt_loop *loop;
	struct amt_timer *timer; /* when libuv refused at once */
	void (*done)(void *arg, enum amt_net_class how, const struct amt_addr *addrs, size_t n);
	void *arg;
	bool told; /* stopped: only the memory is still libuv's */
};

#define LOOKUP_ADDRS 16

static void lookup_tell(struct amt_lookup *l, enum amt_net_class how, const struct amt_addr *v,
			size_t n)
{
	net_pending_del(l->loop, &l->pending);
	l->told = true;
	l->done(l->arg, how, v, n);
}

static void lookup_stop(struct net_pending *p)
{
	struct amt_lookup *l = (struct amt_lookup *)p;

	lookup_tell(l, AMT_NET_STOPPED, NULL, 0);
	if (l->timer) {
		amt_timer_stop(l->timer);
		free(l);
	} else {
		uv_cancel((uv_req_t *)&l->uv); /* on_addrinfo frees, now or when it is through */
	}
}

static void on_addrinfo(uv_getaddrinfo_t *req, int status, struct addrinfo *res)
{
	struct amt_lookup *l = req->data;
	struct amt_addr v[LOOKUP_ADDRS] = {0};
	size_t n = 0;

	for (struct addrinfo *ai = res; ai && n < LOOKUP_ADDRS; ai = ai->ai_next)
		if (ai->ai_addrlen <= sizeof(v[n].ss)) {
			memcpy(&v[n].ss, ai->ai_addr, ai->ai_addrlen);
			v[n++].len = ai->ai_addrlen;
		}
	uv_freeaddrinfo(res);
	if (!l->told)
		lookup_tell(l, status == 0 && n ? AMT_NET_OK : AMT_NET_RESOLVE, v, n);
	free(l);
}

static void lookup_refused(void *arg)
{
	struct amt_lookup *l = arg;

	lookup_tell(l, AMT_NET_RESOLVE, NULL, 0);
	free(l);
}

struct amt_lookup *amt_lookup_start(struct amt_loop *loop, const char *host, unsigned port,
				    void (*done)(void *arg, enum amt_net_class how,
						 const struct amt_addr *addrs, size_t n),
				    void *arg)
{
	struct amt_lookup *l = amt_calloc(1, sizeof(*l));
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct amt_buf service;

	amt_buf_init(&service, 16);
	amt_buf_printf(&service, "%u", port);
	l->loop = loop;
	l->done = done;
	l->arg = arg;
	l->uv.data = l;
	net_pending_add(loop, &l->pending, lookup_stop);
	if (uv_getaddrinfo(&loop->uv, &l->uv, on_addrinfo, host, amt_buf_cstr(&service), &hints))
		l->timer = amt_timer_start(loop, 0, 0, lookup_refused, l);
	amt_buf_free(&service);
	return l;
}
