/* c-ares on our loop: sockets, readiness, and the datagram read last. */
#include "names/peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define RECEIVE_BUFFER (1024 * 1024) /* a window of large answers must fit */

static ares_socket_t open_socket(int domain, int type, int protocol, void *arg)
{
	const struct dns_channel *c = arg;
	int size = RECEIVE_BUFFER;
	int fd = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	if (fd >= 0 && !c->tcp)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

/* Remembers why, because c-ares does not tell. */
static int failed(struct dns_channel *c)
{
	if (errno != EAGAIN && errno != EINPROGRESS && errno != EINTR)
		c->error = errno;
	return -1;
}

static int close_socket(ares_socket_t fd, void *arg)
{
	(void)arg;
	return close(fd);
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t len,
			  void *arg)
{
	struct dns_channel *c = arg;
	int rc = connect(fd, to, len);

	return rc ? failed(c) : rc;
}

static ares_ssize_t receive(ares_socket_t fd, void *p, size_t n, int flags, struct sockaddr *from,
			    ares_socklen_t *from_len, void *arg)
{
	struct dns_channel *c = arg;
	ssize_t got = recvfrom(fd, p, n, flags, from, from_len);

	if (got < 0)
		return failed(c);
	if (!c->tcp && got > 0) {
		c->datagrams++;
		c->last_len = (size_t)got < sizeof(c->last) ? (size_t)got : sizeof(c->last);
		memcpy(c->last, p, c->last_len);
	}
	return got;
}

static ares_ssize_t send_vector(ares_socket_t fd, const struct iovec *v, int n, void *arg)
{
	struct msghdr m = {.msg_iov = (struct iovec *)(uintptr_t)v, .msg_iovlen = (size_t)n};

	ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);

	return sent < 0 ? failed(arg) : sent;
}

static const struct ares_socket_functions socket_functions = {open_socket, close_socket,
							      connect_socket, receive, send_vector};

static void on_ready(void *arg, unsigned ready)
{
	const struct dns_fd *f = arg;
	struct dns_channel *c = f->channel;
	int fd = f->fd;

	ares_process_fd(c->ares, ready & AMT_READ ? fd : ARES_SOCKET_BAD,
			ready & AMT_WRITE ? fd : ARES_SOCKET_BAD);
	dns_peer_ready(c->peer);
}

static void on_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct dns_channel *c = arg;
	struct dns_fd *f = NULL, *free_one = NULL;
	unsigned events = (readable ? AMT_READ : 0u) | (writable ? AMT_WRITE : 0u);

	for (size_t i = 0; i < sizeof(c->fds) / sizeof(*c->fds); i++) {
		if (c->fds[i].watch && c->fds[i].fd == fd)
			f = &c->fds[i];
		else if (!c->fds[i].watch && !free_one)
			free_one = &c->fds[i];
	}
	if (f && !events) {
		amt_watch_stop(f->watch);
		f->watch = NULL;
	} else if (f) {
		f->events = events;
		amt_watch_events(f->watch, events);
	} else if (events && free_one) {
		free_one->channel = c;
		free_one->fd = fd;
		free_one->events = events;
		free_one->watch = amt_watch_start(c->loop, fd, events, on_ready, free_one, NULL);
	}
}

bool dns_channel_open(struct dns_channel *c, struct amt_loop *loop, const struct amt_addr *to,
		      unsigned timeout_ms)
{
	struct ares_options o = {0};
	struct ares_addr_port_node server = {0};
	char lookups[] = "b", none[] = "/dev/null";

	c->loop = loop;
	/* Any rcode is an answer to us; a cut one is asked again by us, so that both are seen. */
	o.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC | ARES_FLAG_STAYOPEN |
		  ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | (c->tcp ? ARES_FLAG_USEVC : 0);
	o.timeout = (int)timeout_ms;
	o.tries = 1;
	o.lookups = lookups;
	o.resolvconf_path = none;
	o.sock_state_cb = on_state;
	o.sock_state_cb_data = c;
	if (ares_init_options(&c->ares, &o,
			      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
				      ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB |
				      ARES_OPT_RESOLVCONF) != ARES_SUCCESS)
		return false;
	ares_set_socket_functions(c->ares, &socket_functions, c);
	server.family = to->ss.ss_family;
	server.udp_port = server.tcp_port = (int)amt_addr_port(to);
	if (server.family == AF_INET)
		server.addr.addr4 = ((const struct sockaddr_in *)(const void *)&to->ss)->sin_addr;
	else
		memcpy(&server.addr.addr6,
		       &((const struct sockaddr_in6 *)(const void *)&to->ss)->sin6_addr,
		       sizeof(server.addr.addr6));
	return ares_set_servers_ports(c->ares, &server) == ARES_SUCCESS;
}

void dns_channel_close(struct dns_channel *c)
{
	if (c->ares)
		ares_destroy(c->ares);
	c->ares = NULL;
}

void dns_channel_tick(struct dns_channel *c)
{
	if (c->ares)
		ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void dns_channel_awake(struct dns_channel *c, bool awake)
{
	for (size_t i = 0; i < sizeof(c->fds) / sizeof(*c->fds); i++)
		if (c->fds[i].watch)
			amt_watch_events(c->fds[i].watch, awake ? c->fds[i].events : 0);
}

void dns_channel_answer(struct dns_channel *c, unsigned char **p, int *n)
{
	if (c->tcp || (size_t)*n > c->last_len || memcmp(*p, c->last, (size_t)*n) != 0)
		return;
	*p = c->last;
	*n = (int)c->last_len;
}
