/* UDP 623: the ASF presence pong (2.4). One socket can serve every address of a fleet. */
#include "sim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

struct pong_socket {
	uv_poll_t poll;
	int fd;
	struct sim_device *dev; /* NULL: found by the address that was asked */
	struct pong_socket *next;
};
static struct pong_socket *sockets;

static void version_bytes(const struct sim_device *d, uint8_t *data)
{
	const char *v = sim_fact(d, "version"), *dot = strchr(v, '.'), *how;
	char style[16];
	unsigned major = sim_major(d), minor = 0;

	how = sim_text(d, "rmcp.version", style, sizeof(style));
	while (dot && dot[1] >= '0' && dot[1] <= '9' && minor < 100)
		minor = minor * 10 + (unsigned)(*++dot - '0');
	if (!strcmp(how, "nibbles")) {
		data[6] = (uint8_t)((major & 15) << 4 | (minor & 15));
	} else if (!strcmp(how, "pair")) {
		data[10] = (uint8_t)major;
		data[11] = (uint8_t)minor;
	}
}

/* The pong for a ping in p; 0 when there is nothing to answer. */
size_t sim_rmcp_reply(const struct sim_device *d, const uint8_t *p, size_t n, uint8_t out[32])
{
	static const uint8_t head[12] = {0x06, 0, 0xff, 0x06, 0, 0, 0x11, 0xbe, 0x40, 0, 0, 16};
	static const uint8_t garbage[12] = {0x06, 0,    0xff, 0x06, 0, 0,
					    0x11, 0xbe, 0x40, 0,    0, 0xff};
	uint8_t *data = out + 12;
	unsigned state = (unsigned)sim_fact_num(d, "rmcp.state", 2);
	bool plain = sim_device_listens(d, 16992), tls = sim_device_listens(d, 16993);
	uint16_t port = tls ? 16993 : plain ? 16992 : 0;

	if (n < 12 || p[0] != 0x06 || p[3] != 0x06 || p[4] || p[5] || p[6] != 0x11 ||
	    p[7] != 0xbe || p[8] != 0x80)
		return 0;
	if (!sim_fact_on(d, "rmcp") || sim_fact_num(d, "mode", 1) == 2 ||
	    /* 2.4 */ (!state && !sim_fact_on(d, "rmcp.unprovisioned")))
		return 0;
	memset(out, 0, 32);
	memcpy(out, head, sizeof(head));
	out[9] = p[9]; /* the tag */
	data[2] = 0x01;
	data[3] = 0x57;         /* 343, Intel */
	if (sim_major(d) > 5) { /* bytes 5 to 8 are filled in from 6.0 on (hello 4.1) */
		if (state) {
			data[4] = (uint8_t)(port >> 8);
			data[5] = (uint8_t)port;
		}
		version_bytes(d, data);
		data[7] = (uint8_t)((state & 3) | (plain && tls && state ? 4 : 0));
	}
	if (sim_fact_on(d, "dash"))
		data[sim_major(d) > 5 || !strncmp(sim_fact(d, "version"), "5.1", 3) ||
				     !strncmp(sim_fact(d, "version"), "5.2", 3)
			     ? 9
			     : 8] = 0x20;
	switch (sim_fault_of(d, 623)) {
	case FAULT_HANG:
	case FAULT_RESET:
		return 0;
	case FAULT_HALF:
		return 17;
	case FAULT_LENGTH:
		out[11] = 0xff;
		return 28;
	case FAULT_GARBAGE:
		memcpy(out, garbage, sizeof(garbage));
		memset(out + 12, 0xee, 20);
		return 32;
	default:
		return 28;
	}
}

static void answer(struct pong_socket *s, struct msghdr *in, const uint8_t *p, size_t n)
{
	struct sim_device *d = s->dev;
	struct in_pktinfo from = {0};
	union {
		char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr align;
	} control = {0};
	uint8_t out[32];
	struct iovec iov = {out, 0};
	struct msghdr reply = {0};
	struct cmsghdr *cm;

	for (cm = CMSG_FIRSTHDR(in); cm; cm = CMSG_NXTHDR(in, cm))
		if (cm->cmsg_level == IPPROTO_IP && cm->cmsg_type == IP_PKTINFO)
			memcpy(&from, CMSG_DATA(cm), sizeof(from));
	if (!d)
		d = sim_device_at(ntohl(from.ipi_addr.s_addr));
	if (!d)
		return;
	sim_sleep_touch(d);
	iov.iov_len = sim_rmcp_reply(d, p, n, out);
	sim_log(d, 623, "udp", "presence ping, %zu bytes back", iov.iov_len);
	if (!iov.iov_len)
		return;
	/* from the address that was asked */
	from.ipi_spec_dst = from.ipi_addr;
	from.ipi_ifindex = 0;
	reply.msg_name = in->msg_name;
	reply.msg_namelen = in->msg_namelen;
	reply.msg_iov = &iov;
	reply.msg_iovlen = 1;
	reply.msg_control = control.room;
	reply.msg_controllen = sizeof(control.room);
	cm = CMSG_FIRSTHDR(&reply);
	cm->cmsg_level = IPPROTO_IP;
	cm->cmsg_type = IP_PKTINFO;
	cm->cmsg_len = CMSG_LEN(sizeof(from));
	memcpy(CMSG_DATA(cm), &from, sizeof(from));
	(void)!sendmsg(s->fd, &reply, MSG_DONTWAIT);
}

static void readable(uv_poll_t *poll, int status, int events)
{
	struct pong_socket *s = poll->data;
	uint8_t room[512];
	union {
		char room[CMSG_SPACE(sizeof(struct in_pktinfo)) + 64];
		struct cmsghdr align;
	} control;
	struct sockaddr_in peer;

	(void)events;
	for (int i = 0; status >= 0 && i < 64; i++) {
		struct iovec iov = {room, sizeof(room)};
		struct msghdr m = {&peer,        sizeof(peer),         &iov, 1,
				   control.room, sizeof(control.room), 0};
		ssize_t n = recvmsg(s->fd, &m, MSG_DONTWAIT);

		if (n < 0)
			return;
		answer(s, &m, room, (size_t)n);
	}
}

bool sim_rmcp_listen(struct sim_device *d, struct amt_error *err)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(623)};
	struct pong_socket *s;
	char ip[16];
	int one = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	sa.sin_addr.s_addr = htonl(d ? d->ip : INADDR_ANY);
	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		int code = errno;

		if (fd >= 0)
			close(fd);
		return amt_fail_errno(err, code, "can't bind UDP %s port 623",
				      d ? sim_ip_text(d->ip, ip) : "0.0.0.0");
	}
	s = amt_calloc(1, sizeof(*s));
	s->fd = fd;
	s->dev = d;
	s->poll.data = s;
	s->next = sockets;
	sockets = s;
	uv_poll_init(sim.loop, &s->poll, fd);
	uv_poll_start(&s->poll, UV_READABLE, readable);
	return !d || sim_sleep_add(d, fd, err);
}

static void poll_closed(uv_handle_t *h)
{
	struct pong_socket *s = h->data;

	close(s->fd);
	free(s);
}

void sim_rmcp_close(void)
{
	while (sockets) {
		struct pong_socket *s = sockets;

		sockets = s->next;
		uv_close((uv_handle_t *)&s->poll, poll_closed);
	}
}
