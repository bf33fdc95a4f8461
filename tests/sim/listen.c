/* Which ports a device has, and the listeners: one an address and port, or one a port for all. */
#include "sim.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/resource.h>

static const uint16_t all_ports[] = {16992, 16993, 16994, 16995, 623, 664, 5900};
#define N_PORTS (sizeof(all_ports) / sizeof(all_ports[0]))

struct listener {
	uv_tcp_t tcp;
	uint16_t port;
	struct sim_device *dev; /* NULL: by the local address of each connection */
	struct listener *next;
};
static struct listener *listeners;

/* The rule of 1.5: with TLS on, only what tls.accept_plain or a redirect keeps of the plain ones.
 */
static bool automatic(const struct sim_device *d, uint16_t port)
{
	/* Small business mode has no TLS port (1.5). */
	bool tls = sim_fact_on(d, "tls") && sim_fact_num(d, "mode", 1) != 2;
	bool plain = sim_fact_on(d, "ports.plain") && (!tls || sim_fact_on(d, "tls.accept_plain"));
	bool dash = sim_fact_on(d, "dash");
	bool redir = sim_fact_on(d, "redir.listener") && sim_fact_num(d, "redir.state", 0) != 32768;

	switch (port) {
	case 16992:
		return plain ||
		       (tls && sim_fact_on(d, "redirect_to_tls") && sim_fact_on(d, "ports.plain"));
	case 16993:
		return tls;
	case 16994:
		return plain && redir;
	case 16995:
		return tls && redir;
	case 623:
		return plain && dash;
	case 664:
		return tls && dash;
	default:
		return sim_fact_on(d, "kvm.5900");
	}
}

bool sim_device_listens(const struct sim_device *d, uint16_t port)
{
	char list[128], text[8];

	sim_text(d, "ports", list, sizeof(list));
	if (!strcmp(list, "auto"))
		return automatic(d, port);
	snprintf(text, sizeof(text), "%u", port);
	return sim_list_has(list, text);
}

static bool filtered(const struct sim_device *d, uint16_t port)
{
	char text[8];

	snprintf(text, sizeof(text), "%u", port);
	return sim_list_has(sim_fact(d, "ports.filtered"), text);
}

static void incoming(uv_stream_t *server, int status)
{
	struct listener *l = server->data;

	if (status >= 0)
		sim_conn_open(server, l->port, l->dev);
}

static int fd_of(struct listener *l)
{
	int fd = -1;

	(void)uv_fileno((uv_handle_t *)&l->tcp, &fd);
	return fd;
}

static struct listener *listen_on(struct sim_device *d, uint16_t port, struct amt_error *err)
{
	struct listener *l = amt_calloc(1, sizeof(*l));
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(port)};
	char ip[16];
	int rc;

	sa.sin_addr.s_addr = htonl(d ? d->ip : INADDR_ANY);
	l->tcp.data = l;
	l->port = port;
	l->dev = d;
	l->next = listeners;
	listeners = l;
	uv_tcp_init(sim.loop, &l->tcp);
	rc = uv_tcp_bind(&l->tcp, (struct sockaddr *)&sa, 0);
	if (!rc)
		rc = uv_listen((uv_stream_t *)&l->tcp, d ? 128 : 4096, incoming);
	if (rc) {
		amt_fail(err, "can't listen on %s port %u: %s",
			 d ? sim_ip_text(d->ip, ip) : "0.0.0.0", port, uv_strerror(rc));
		return NULL;
	}
	return l;
}

static bool listen_device(struct sim_device *d, struct amt_error *err)
{
	for (size_t i = 0; i < N_PORTS; i++) {
		struct listener *l;

		/* a filtered port may be one that is not open behind the filter */
		if (!sim_device_listens(d, all_ports[i]) && !filtered(d, all_ports[i]))
			continue;
		l = listen_on(d, all_ports[i], err);
		if (!l)
			return false;
		if (filtered(d, all_ports[i])) {
			if (!sim_filter_drop(fd_of(l), NULL, 0, err))
				return false;
		} else if (!sim_sleep_add(d, fd_of(l), err)) {
			return false;
		}
	}
	return sim_rmcp_listen(d, err);
}

static bool listen_shared(struct amt_error *err)
{
	uint32_t *ips = amt_calloc(sim.devices.n ? sim.devices.n : 1, sizeof(*ips));
	bool ok = true;

	for (size_t i = 0; i < N_PORTS && ok; i++) {
		size_t used = 0, drop = 0;
		struct listener *l;

		for (size_t k = 0; k < sim.devices.n; k++) {
			used += sim_device_listens(sim.devices.v[k], all_ports[i]);
			if (filtered(sim.devices.v[k], all_ports[i]))
				ips[drop++] = sim.devices.v[k]->ip;
		}
		if (!used && !drop)
			continue;
		l = listen_on(NULL, all_ports[i], err);
		ok = l && (!drop || sim_filter_drop(fd_of(l), ips, drop, err));
	}
	free(ips);
	return ok && sim_rmcp_listen(NULL, err);
}

bool sim_listen_all(struct amt_error *err)
{
	struct rlimit r;

	if (!getrlimit(RLIMIT_NOFILE, &r) && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
	if (sim.shared)
		return listen_shared(err);
	for (size_t i = 0; i < sim.devices.n; i++)
		if (!listen_device(sim.devices.v[i], err))
			return false;
	return true;
}

static void listener_closed(uv_handle_t *h)
{
	free(h->data);
}

void sim_listen_close(void)
{
	while (listeners) {
		struct listener *l = listeners;

		listeners = l->next;
		uv_close((uv_handle_t *)&l->tcp, listener_closed);
	}
	sim_rmcp_close();
}
