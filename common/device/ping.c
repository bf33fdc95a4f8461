/*
 * RMCP presence for all devices through one socket. Twice at most, 20 ms apart between
 * bursts: a pong is 28 bytes, but the receive buffer is finite.
 */
#include "device/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BURST    64
#define BURST_MS 10
#define RETRY_MS 1000
#define PONG_MAX 512

struct ping {
	struct amt_loop *loop;
	struct dev_job *jobs;
	size_t n, next, answered, asked;
	unsigned round;
	void (*done)(void *arg);
	void *arg;
	int fd[2]; /* IPv4, IPv6 */
	struct amt_watch *watch[2];
	struct amt_timer *timer;
	struct amt_work *work;
	struct amt_map by_address;
	double *sent;
};

static size_t key_of(const struct amt_addr *a, char key[AMT_ADDR_TEXT + 8])
{
	char text[AMT_ADDR_TEXT];

	return (size_t)snprintf(key, AMT_ADDR_TEXT + 8, "%s/%u", amt_addr_format(a, text),
				amt_addr_port(a));
}

static void ping_end(struct ping *p)
{
	for (int i = 0; i < 2; i++) {
		amt_watch_stop(p->watch[i]);
		if (p->fd[i] >= 0)
			close(p->fd[i]);
	}
	amt_timer_stop(p->timer);
	amt_work_end(p->work);
	amt_map_free(&p->by_address);
	free(p->sent);
	p->done(p->arg);
	free(p);
}

static void on_stop(void *arg)
{
	ping_end(arg);
}

static void on_pong(struct ping *p, int fd)
{
	uint8_t b[PONG_MAX], tag;
	struct amt_addr from = {.len = sizeof(from.ss)};
	char key[AMT_ADDR_TEXT + 8];

	for (;;) {
		from.len = sizeof(from.ss);
		ssize_t n = recvfrom(fd, b, sizeof(b), 0, (struct sockaddr *)&from.ss, &from.len);
		if (n < 0) /* an ICMP error of one peer is no reason to stop for the others */
			return;
		union amt_map_value *v = amt_map_get(&p->by_address, key, key_of(&from, key));
		if (!v)
			continue;
		struct dev_job *j = &p->jobs[v->n];
		struct amt_dev_rmcp *r = amt_dev_first(j->d, rmcp);
		struct amt_dev_rmcp got;
		dev_clear(&dev_classes[AMT_DEVC_rmcp], &got);
		if (r->answered == AMT_YES || !dev_rmcp_pong(j->d, b, (size_t)n, &got, &tag))
			continue;
		got.answered = AMT_YES;
		got.ms = amt_loop_ms(p->loop) - p->sent[v->n];
		*r = got;
		p->answered++;
	}
}

static void on_ready(void *arg, unsigned ready)
{
	struct ping *p = arg;

	(void)ready;
	for (int i = 0; i < 2; i++)
		if (p->fd[i] >= 0)
			on_pong(p, p->fd[i]);
	if (p->answered == p->asked) /* those that are still to be sent again have answered too */
		ping_end(p);
}

static void send_burst(void *arg)
{
	struct ping *p = arg;
	uint8_t ping[DEV_RMCP_PING];

	p->timer = NULL;
	for (size_t k = 0; k < BURST && p->next < p->n; p->next++) {
		struct dev_job *j = &p->jobs[p->next];
		struct amt_addr to = dev_job_addr(j, 623);
		const struct amt_dev_rmcp *seen = amt_dev_first(j->d, rmcp);
		int fd = to.ss.ss_family == AF_INET6 ? p->fd[1] : p->fd[0];
		if (!j->addr.len || fd < 0 || (seen && seen->answered == AMT_YES))
			continue;
		dev_rmcp_ping(ping, (uint8_t)p->round);
		p->sent[p->next] = amt_loop_ms(p->loop);
		(void)sendto(fd, ping, sizeof(ping), 0, (struct sockaddr *)&to.ss, to.len);
		k++;
	}
	if (p->next < p->n) {
		p->timer = amt_timer_start(p->loop, BURST_MS, 0, send_burst, p);
	} else if (p->round++ < 2) {
		p->next = p->round < 2 ? 0 : p->n;
		p->timer = amt_timer_start(p->loop, RETRY_MS, 0, send_burst, p);
	} else {
		ping_end(p);
	}
}

void dev_ask_rmcp(struct amt_loop *loop, struct dev_job *jobs, size_t n, void (*done)(void *arg),
		  void *arg)
{
	struct ping *p = amt_calloc(1, sizeof(*p));
	char key[AMT_ADDR_TEXT + 8];
	static const int family[2] = {AF_INET, AF_INET6};
	int room = 1 << 20;

	p->loop = loop;
	p->jobs = jobs;
	p->n = n;
	p->done = done;
	p->arg = arg;
	p->sent = amt_calloc(n ? n : 1, sizeof(*p->sent));
	for (int i = 0; i < 2; i++) {
		p->fd[i] = socket(family[i], SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (p->fd[i] < 0)
			continue;
		setsockopt(p->fd[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
		p->watch[i] = amt_watch_start(loop, p->fd[i], AMT_READ, on_ready, p, NULL);
	}
	for (size_t i = 0; i < n; i++) {
		struct amt_dev_rmcp *r = amt_device_add(jobs[i].d, AMT_DEVC_rmcp);
		struct amt_addr a = dev_job_addr(&jobs[i], 623);
		r->answered = AMT_NO;
		dev_source(jobs[i].d, AMT_DEVC_rmcp, AMT_DEV_READ, jobs[i].d->host, NULL);
		if (jobs[i].addr.len) {
			amt_map_put(&p->by_address, key, key_of(&a, key), NULL)->n = i;
			p->asked++;
		}
	}
	p->work = amt_work_begin(loop, on_stop, p);
	p->timer = amt_timer_start(loop, 0, 0, send_burst, p);
}
