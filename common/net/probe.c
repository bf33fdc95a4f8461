/*
 * Connect probes, tens of thousands at once. A libuv handle per socket would cost
 * five system calls a probe; these have an epoll descriptor of their own, which
 * the loop watches as one: socket, connect, add, wait, close.
 */
#include "net/loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define PROBE_TIMEOUT_MS 3000
#define PROBE_WINDOW     512
#define PROBE_EVENTS     256
#define PROBE_BURST      64
#define PROBE_BURSTS     8 /* before the loop gets its turn */
#define FDS_FOR_OTHERS   64
#define NONE             ((size_t)-1)

struct batch {
	struct net_pending pending; /* first */
	struct amt_loop *loop;
	struct amt_probes p;
	size_t next, under_way;
	size_t oldest, newest; /* queue of those under way; all wait equally long */
	int epoll;
	size_t fresh[PROBE_BURST], n_fresh; /* started, not in the epoll set yet */
	struct amt_watch *watch;
	struct amt_timer *timer; /* runs out when the oldest does */
};

static void batch_end(struct batch *b)
{
	net_pending_del(b->loop, &b->pending);
	amt_watch_stop(b->watch);
	amt_timer_stop(b->timer);
	close(b->epoll);
	if (b->p.done)
		b->p.done(b->p.arg);
	free(b);
}

static void queue_del(struct batch *b, struct amt_probe *p)
{
	if (p->prev_ != NONE)
		b->p.v[p->prev_].next_ = p->next_;
	else
		b->oldest = p->next_;
	if (p->next_ != NONE)
		b->p.v[p->next_].prev_ = p->prev_;
	else
		b->newest = p->prev_;
	b->under_way--;
}

static enum amt_port_state state_of(int code)
{
	switch (amt_net_class_of_errno(code)) {
	case AMT_NET_OK:
		return AMT_PORT_OPEN;
	case AMT_NET_REFUSED:
	case AMT_NET_RESET:
		return AMT_PORT_REFUSED;
	case AMT_NET_TIMEOUT:
		return AMT_PORT_FILTERED;
	case AMT_NET_UNREACHABLE:
		return AMT_PORT_UNREACHABLE;
	default:
		/* EACCES and EPERM: a local or remote filter answered (ICMP prohibited). */
		return code == EACCES || code == EPERM ? AMT_PORT_FILTERED : AMT_PORT_UNKNOWN;
	}
}

/* An answer, or the lack of one, for a probe that was taken off the queue. */
static void settle(struct batch *b, struct amt_probe *p, enum amt_port_state state, int code,
		   double now)
{
	const struct linger reset = {1, 0};

	/* Closing an open one sends a reset: no TIME_WAIT here, nothing half-open there. */
	if (p->fd_ >= 0 && state == AMT_PORT_OPEN)
		setsockopt(p->fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (p->fd_ >= 0)
		close(p->fd_);
	p->fd_ = -1;
	p->state = state;
	p->error = code;
	p->ms = now - p->start_;
	if (b->p.each)
		b->p.each(b->p.arg, p);
}

/* False: no descriptor is left just now, and others are under way that will give one back. */
static bool start_one(struct batch *b, double now)
{
	size_t i = b->next;
	struct amt_probe *p = &b->p.v[i];
	int code = 0;

	p->state = AMT_PORT_UNKNOWN;
	p->start_ = now;
	p->fd_ = socket(p->to.ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd_ < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS) && b->under_way)
		return false;
	b->next++;
	if (p->fd_ < 0) {
		code = errno;
	} else {
		if (connect(p->fd_, (struct sockaddr *)&p->to.ss, p->to.len) == 0) {
			settle(b, p, AMT_PORT_OPEN, 0, amt_loop_ms(b->loop));
			return true;
		}
		code = errno == EINPROGRESS ? 0 : errno;
	}
	if (code) {
		settle(b, p, state_of(code), code, now);
		return true;
	}
	p->prev_ = b->newest;
	p->next_ = NONE;
	if (b->newest != NONE)
		b->p.v[b->newest].next_ = i;
	else
		b->oldest = i;
	b->newest = i;
	b->under_way++;
	b->fresh[b->n_fresh++] = i;
	return true;
}

static void answered(struct batch *b, struct amt_probe *p, bool failed, double now)
{
	int code = 0;
	socklen_t len = sizeof(code);

	/* Writable and nothing else means accepted; only the others are asked why. */
	if (failed && getsockopt(p->fd_, SOL_SOCKET, SO_ERROR, &code, &len))
		code = errno;
	queue_del(b, p);
	settle(b, p, state_of(code), code, now);
}

/* On a local network many have answered while the rest of a burst was started: one poll() for them
 * all is cheaper than an entry in the epoll set for each. The others get theirs. */
static void look_at_fresh(struct batch *b)
{
	struct pollfd pf[PROBE_BURST];
	size_t n = b->n_fresh;

	for (size_t i = 0; i < n; i++)
		pf[i] = (struct pollfd){b->p.v[b->fresh[i]].fd_, POLLOUT, 0};
	b->n_fresh = 0;
	if (poll(pf, n, 0) < 0)
		for (size_t i = 0; i < n; i++)
			pf[i].revents = 0;
	double now = amt_loop_ms(b->loop);
	for (size_t i = 0; i < n; i++) {
		struct amt_probe *p = &b->p.v[b->fresh[i]];
		struct epoll_event ev = {.events = EPOLLOUT, .data.u64 = b->fresh[i]};
		if (pf[i].revents) {
			answered(b, p, pf[i].revents & (POLLERR | POLLHUP), now);
		} else if (epoll_ctl(b->epoll, EPOLL_CTL_ADD, p->fd_, &ev)) {
			int code = errno;
			queue_del(b, p);
			settle(b, p, AMT_PORT_UNKNOWN, code, now);
		}
	}
}

static void on_deadline(void *arg);

static void refill(struct batch *b)
{
	double now;
	bool room = true;
	unsigned bursts = 0;

	while (room && b->next < b->p.n && b->under_way < b->p.window && bursts++ < PROBE_BURSTS) {
		while (room && b->next < b->p.n && b->under_way < b->p.window &&
		       b->n_fresh < PROBE_BURST)
			room = start_one(b, amt_loop_ms(b->loop));
		look_at_fresh(b);
	}
	now = amt_loop_ms(b->loop);
	if (!b->under_way && b->next == b->p.n) {
		batch_end(b);
		return;
	}
	if (room && b->next < b->p.n && b->under_way < b->p.window) {
		/* All answered at once, and would for ever: others on the loop come first. */
		amt_timer_stop(b->timer);
		b->timer = amt_timer_start(b->loop, 0, 0, on_deadline, b);
	}
	if (!b->timer) {
		double left = b->p.timeout_ms;
		if (b->oldest != NONE)
			left -= now - b->p.v[b->oldest].start_;
		b->timer = amt_timer_start(b->loop, left > 0 ? (uint64_t)left + 1 : 1, 0,
					   on_deadline, b);
	}
}

static void on_deadline(void *arg)
{
	struct batch *b = arg;
	double now = amt_loop_ms(b->loop);

	b->timer = NULL;
	while (b->oldest != NONE && now - b->p.v[b->oldest].start_ >= b->p.timeout_ms) {
		struct amt_probe *p = &b->p.v[b->oldest];
		queue_del(b, p);
		settle(b, p, AMT_PORT_FILTERED, 0, now);
	}
	refill(b);
}

static void on_ready(void *arg, unsigned ready)
{
	struct batch *b = arg;
	struct epoll_event ev[PROBE_EVENTS];
	int n = epoll_wait(b->epoll, ev, PROBE_EVENTS, 0);
	double now = amt_loop_ms(b->loop);

	(void)ready;
	for (int i = 0; i < n; i++) {
		answered(b, &b->p.v[ev[i].data.u64], ev[i].events & (EPOLLERR | EPOLLHUP), now);
	}
	refill(b);
}

static void batch_stop(struct net_pending *pending)
{
	struct batch *b = (struct batch *)pending;
	double now = amt_loop_ms(b->loop);

	while (b->oldest != NONE) {
		struct amt_probe *p = &b->p.v[b->oldest];
		queue_del(b, p);
		settle(b, p, AMT_PORT_UNKNOWN, 0, now);
	}
	for (; b->next < b->p.n; b->next++) {
		b->p.v[b->next].fd_ = -1;
		b->p.v[b->next].start_ = now;
		settle(b, &b->p.v[b->next], AMT_PORT_UNKNOWN, 0, now);
	}
	batch_end(b);
}

static void on_first(void *arg)
{
	struct batch *b = arg;

	b->timer = NULL;
	refill(b);
}

static unsigned window_of(unsigned wanted)
{
	struct rlimit lim;
	unsigned w = wanted ? wanted : PROBE_WINDOW;

	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur != RLIM_INFINITY) {
		rlim_t most = lim.rlim_cur > 2 * FDS_FOR_OTHERS ? lim.rlim_cur - FDS_FOR_OTHERS
								: FDS_FOR_OTHERS;
		if (w > most)
			w = (unsigned)most;
	}
	return w;
}

bool amt_probes_start(struct amt_loop *loop, const struct amt_probes *p, struct amt_error *err)
{
	struct batch *b = amt_calloc(1, sizeof(*b));

	b->loop = loop;
	b->p = *p;
	b->p.window = window_of(p->window);
	b->p.timeout_ms = p->timeout_ms ? p->timeout_ms : PROBE_TIMEOUT_MS;
	b->oldest = b->newest = NONE;
	b->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (b->epoll < 0) {
		amt_fail_errno(err, errno, "preparing to probe ports");
		free(b);
		return false;
	}
	b->watch = amt_watch_start(loop, b->epoll, AMT_READ, on_ready, b, err);
	if (!b->watch) {
		close(b->epoll);
		free(b);
		return false;
	}
	net_pending_add(loop, &b->pending, batch_stop);
	b->timer = amt_timer_start(loop, 0, 0, on_first, b);
	return true;
}
