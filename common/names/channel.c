/*
 * c-ares on our loop: sockets, readiness, and the datagram read last. Datagrams are read
 * and sent many at a time: with one system call each, those took most of the time.
 */
#include "names/message.h"
#include "names/peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define RECEIVE_BUFFER (1024 * 1024) /* a window of large answers must fit */
#define RECEIVE_BATCH  16
#define SEND_BATCH     64
#define QUESTION_MAX   512

struct dns_batch {
	int fd;         /* the UDP socket; -1: none */
	int error;      /* how sending failed; told with the next read */
	bool drained;   /* the last read took all there was */
	size_t at, got; /* of in */
	size_t n;       /* of out */
	struct mmsghdr in[RECEIVE_BATCH], out[SEND_BATCH];
	struct iovec in_part[RECEIVE_BATCH], out_part[SEND_BATCH];
	struct sockaddr_storage from[RECEIVE_BATCH];
	uint8_t datagrams[RECEIVE_BATCH][DATAGRAM_MAX];
	uint8_t questions[SEND_BATCH][QUESTION_MAX];
};

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
	struct dns_channel *c = arg;
	struct dns_batch *b = c->batch;

	if (b && b->fd == fd) {
		b->fd = -1;
		b->error = 0;
		b->at = b->got = b->n = 0;
	}
	return close(fd);
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t len,
			  void *arg)
{
	struct dns_channel *c = arg;
	int rc = connect(fd, to, len);

	if (c->batch) {
		c->batch->fd = fd;
		c->batch->drained = false;
	}
	return rc ? failed(c) : rc;
}

/* -1 with errno when there is nothing. */
static int read_batch(struct dns_batch *b, int flags)
{
	int got;

	b->at = b->got = 0;
	if (b->drained) {
		/* Asking again would only give EAGAIN; the loop says when there is more. */
		b->drained = false;
		errno = EAGAIN;
		return -1;
	}
	for (size_t i = 0; i < RECEIVE_BATCH; i++) {
		b->in_part[i] = (struct iovec){b->datagrams[i], DATAGRAM_MAX};
		b->in[i].msg_hdr = (struct msghdr){.msg_name = &b->from[i],
						   .msg_namelen = sizeof(b->from[i]),
						   .msg_iov = &b->in_part[i],
						   .msg_iovlen = 1};
	}
	got = recvmmsg(b->fd, b->in, RECEIVE_BATCH, flags | MSG_DONTWAIT, NULL);
	if (got <= 0)
		return -1;
	b->got = (size_t)got;
	b->drained = b->got < RECEIVE_BATCH;
	return 0;
}

/*
 * A refusal may come without the question (unbound's access-control does that), and c-ares
 * takes no answer without one. It gets its question back by its id: this can only make an
 * error of an open question, never data.
 */
static void add_question(const struct dns_channel *c, uint8_t *p, unsigned *len)
{
	uint16_t id;

	if (*len < DNS_HEADER || !(p[2] & 0x80) || !(p[3] & 0x0f) || p[4] || p[5])
		return;
	memcpy(&id, p, sizeof(id));
	size_t n = dns_peer_question(c->peer, id, p + DNS_HEADER, DATAGRAM_MAX - DNS_HEADER);
	if (!n)
		return;
	p[5] = 1;
	memset(p + 6, 0, 6);
	*len = (unsigned)(DNS_HEADER + n);
}

static ares_ssize_t receive(ares_socket_t fd, void *p, size_t n, int flags, struct sockaddr *from,
			    ares_socklen_t *from_len, void *arg)
{
	struct dns_channel *c = arg;
	struct dns_batch *b = c->batch;

	if (!b) {
		ssize_t got = recvfrom(fd, p, n, flags, from, from_len);
		return got < 0 ? failed(c) : got;
	}
	if (b->error) {
		errno = b->error;
		b->error = 0;
		return failed(c);
	}
	if (b->at == b->got && read_batch(b, flags))
		return failed(c);
	struct mmsghdr *m = &b->in[b->at];
	add_question(c, b->datagrams[b->at], &m->msg_len);
	size_t len = m->msg_len < n ? m->msg_len : n;
	if (len)
		memcpy(p, b->datagrams[b->at], len);
	if (from && from_len && *from_len >= m->msg_hdr.msg_namelen) {
		memcpy(from, &b->from[b->at], m->msg_hdr.msg_namelen);
		*from_len = m->msg_hdr.msg_namelen;
	}
	c->last = b->datagrams[b->at++];
	c->last_len = m->msg_len;
	if (len)
		c->datagrams++;
	return (ares_ssize_t)len;
}

/* Sends what it can; what the kernel has no room for stays. False: the socket failed. */
static bool send_batch(struct dns_batch *b)
{
	size_t done = 0;
	int sent = 0;

	while (done < b->n &&
	       (sent = sendmmsg(b->fd, b->out + done, (unsigned)(b->n - done), MSG_NOSIGNAL)) > 0)
		done += (size_t)sent;
	if (done == b->n) {
		b->n = 0;
		return true;
	}
	bool later = sent < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == EINTR);
	b->error = later ? 0 : errno;
	/* Slots have their own bytes, so these move, and not the headers. */
	for (size_t i = 0; later && done && i < b->n - done; i++) {
		memcpy(b->questions[i], b->questions[done + i], QUESTION_MAX);
		b->out_part[i].iov_len = b->out_part[done + i].iov_len;
	}
	b->n = later ? b->n - done : 0;
	return later;
}

static ares_ssize_t send_vector(ares_socket_t fd, const struct iovec *v, int n, void *arg)
{
	struct msghdr m = {.msg_iov = (struct iovec *)(uintptr_t)v, .msg_iovlen = (size_t)n};
	struct dns_channel *c = arg;
	struct dns_batch *b = c->batch;

	if (!b || n != 1 || v->iov_len > QUESTION_MAX || b->fd != fd) {
		ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);
		return sent < 0 ? failed(c) : sent;
	}
	if (b->n == SEND_BATCH && (!send_batch(b) || b->n == SEND_BATCH)) {
		errno = b->error ? b->error : EAGAIN;
		return failed(c);
	}
	memcpy(b->questions[b->n], v->iov_base, v->iov_len);
	b->out_part[b->n] = (struct iovec){b->questions[b->n], v->iov_len};
	b->out[b->n].msg_hdr = (struct msghdr){.msg_iov = &b->out_part[b->n], .msg_iovlen = 1};
	b->n++;
	return (ares_ssize_t)v->iov_len;
}

void dns_channel_flush(struct dns_channel *c)
{
	/* What fails may be asked again at once, over a new socket. */
	for (int i = 0; i < 4 && c->ares && c->batch && c->batch->n; i++)
		if (!send_batch(c->batch))
			ares_process_fd(c->ares, c->batch->fd, ARES_SOCKET_BAD);
		else
			break;
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
	if (!c->tcp) {
		c->batch = amt_malloc(sizeof(*c->batch));
		c->batch->fd = -1;
		c->batch->error = 0;
		c->batch->drained = false;
		c->batch->at = c->batch->got = c->batch->n = 0;
	}
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
	free(c->batch);
	c->batch = NULL;
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
