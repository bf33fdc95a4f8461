/*
 * The redirection port (handbook device 2.5): for SOL, IDER and KVM a session start and
 * the authentication query, then the end message. No password, no 0x20 and no 0x40: opening a
 * session would show on the screen of the user and lock others out.
 */
#include "device/ask.h"

#include <stdlib.h>
#include <string.h>

static const char *const services[] = {"SOL", "IDER", "KVM"};
#define SERVICES  (sizeof(services) / sizeof(services[0]))
#define REPLY_MAX (8 * AMT_KIB)

struct redirection {
	struct dev_job *j;
	unsigned port;
	size_t service;
	struct amt_dev_redirection_probe r;
	bool bad;
};

static void ask_service(struct redirection *x);

static void on_opened(void *arg, struct dev_stream *s)
{
	struct redirection *x = arg;
	uint8_t start[DEV_REDIR_START];

	dev_redir_start(start, services[x->service]);
	dev_stream_send(s, start, sizeof(start));
}

static bool on_data(void *arg, struct dev_stream *s, const uint8_t *p, size_t n)
{
	struct redirection *x = arg;
	struct dev_redir_reply reply;
	uint8_t out[DEV_REDIR_QUERY];
	long used = dev_redir_read(p, n, &reply);

	if (used < 0)
		x->bad = true;
	if (used <= 0)
		return used == 0;
	if (reply.type == 0x11) {
		x->r.status = reply.status;
		x->r.ms = dev_stream_ms(s);
		if (reply.status != 0)
			return false;
		dev_stream_forget(s, (size_t)used);
		dev_redir_query(out);
		dev_stream_send(s, out, DEV_REDIR_QUERY);
		return true;
	}
	for (size_t i = 0; i < reply.n_methods; i++)
		dev_add_int(x->j->d, &x->r.methods, reply.methods[i]);
	dev_redir_end(out);
	dev_stream_send(s, out, DEV_REDIR_END);
	return false;
}

static void on_ended(void *arg, struct dev_stream *s, enum amt_net_class how)
{
	struct redirection *x = arg;
	struct dev_job *j = x->j;
	struct amt_dev_redirection_probe *r = amt_device_add(j->d, AMT_DEVC_redirection_probe);

	(void)s;
	x->r.how = x->bad                                             ? AMT_NET_PROTOCOL
		   : how == AMT_NET_OK && x->r.status == AMT_DEV_NONE ? AMT_NET_RESET
								      : how;
	if (r)
		*r = x->r;
	x->service++;
	if (x->service == SERVICES || (how != AMT_NET_OK && how != AMT_NET_RESET)) {
		free(x);
		dev_job_next(j);
	} else {
		ask_service(x);
	}
}

static void ask_service(struct redirection *x)
{
	struct dev_job *j = x->j;
	struct amt_addr to = dev_job_addr(j, x->port);
	struct dev_stream_use use = {on_opened, on_data, on_ended, x, REPLY_MAX};

	dev_clear(&dev_classes[AMT_DEVC_redirection_probe], &x->r);
	x->r.port = x->port;
	x->r.service = services[x->service];
	x->bad = false;
	dev_stream_start(j->loop, &to, x->port == 16995 ? dev_job_tls(j, x->port) : DEV_PLAIN,
			 j->t->host, j->o->timeout_ms, &use);
}

void dev_ask_redirection(struct dev_job *j, unsigned port)
{
	struct redirection *x;

	if (!(j->o->ask & AMT_ASK_REDIRECTION) || !dev_job_open(j, port) ||
	    (port == 16995 && dev_job_tls(j, port) == DEV_PLAIN)) {
		dev_job_next(j);
		return;
	}
	dev_source(j->d, AMT_DEVC_redirection_probe, AMT_DEV_READ, j->d->host, NULL);
	x = amt_calloc(1, sizeof(*x));
	x->j = j;
	x->port = port;
	ask_service(x);
}
