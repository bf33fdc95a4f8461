/* Asking one device, one thing after the other. */
#include "device/ask.h"

#include <stdlib.h>
#include <string.h>

struct amt_addr dev_job_addr(const struct dev_job *j, unsigned port)
{
	struct amt_addr a = j->addr;

	amt_addr_set_port(&a, port + j->t->port_offset);
	return a;
}

bool dev_job_open(const struct dev_job *j, unsigned port)
{
	if (!j->addr.len)
		return false;
	for (size_t i = 0; i < j->d->port.n; i++)
		if (j->d->port.v[i].port == (int64_t)port)
			return j->d->port.v[i].state == AMT_PORT_OPEN;
	return true;
}

enum dev_tls_mode dev_job_tls(const struct dev_job *j, unsigned port)
{
	for (size_t i = 0; i < j->d->tls.n; i++) {
		const struct amt_dev_tls *t = &j->d->tls.v[i];
		if (t->port == (int64_t)port)
			return t->modern == AMT_TLSC_OK   ? DEV_TLS_MODERN
			       : t->legacy == AMT_TLSC_OK ? DEV_TLS_LEGACY
							  : DEV_PLAIN;
	}
	return DEV_TLS_LEGACY; /* nobody looked: the forgiving way reaches most */
}

/* ---- steps ---- */

static void tls_16993(struct dev_job *j)
{
	dev_ask_tls(j, 16993);
}
static void tls_16995(struct dev_job *j)
{
	dev_ask_tls(j, 16995);
}
static void http_16992(struct dev_job *j)
{
	dev_ask_http(j, 16992);
}
static void http_16993(struct dev_job *j)
{
	dev_ask_http(j, 16993);
}
static void redirection_16994(struct dev_job *j)
{
	dev_ask_redirection(j, 16994);
}
static void redirection_16995(struct dev_job *j)
{
	dev_ask_redirection(j, 16995);
}

static void (*const steps[])(struct dev_job *) = {
	tls_16993,         tls_16995,        http_16992,    http_16993,  redirection_16994,
	redirection_16995, dev_ask_cve_5689, dev_ask_wsman, dev_ask_eoi,
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

void dev_job_next(struct dev_job *j)
{
	if (j->step < STEPS && j->addr.len && !amt_stopped() && !dev_job_dropped(j))
		steps[j->step++](j);
	else
		dev_job_through(j);
}

struct listed {
	const struct amt_device_target *targets;
	size_t n, next, through;
	const struct amt_device_options *o;
};

static bool next_listed(void *arg, struct amt_device_target *t)
{
	struct listed *l = arg;

	if (l->next == l->n)
		return false;
	*t = l->targets[l->next];
	t->user = l->next++;
	return true;
}

static void on_through(void *arg, const struct amt_device_target *t)
{
	struct listed *l = arg;

	if (l->o->each && !amt_stopped())
		l->o->each(l->o->each_arg, t->user);
	amt_progress_update(l->o->progress, "devices", ++l->through, l->n);
}

bool amt_device_collect(struct amt_loop *loop, const struct amt_device_target *targets, size_t n,
			const struct amt_device_options *o)
{
	struct listed l = {.targets = targets, .n = n, .o = o};
	const struct amt_device_feed feed = {next_listed, on_through, NULL, &l, 0};
	struct amt_device_sweep *s = amt_device_sweep_start(loop, o, &feed);
	bool whole = amt_loop_run(loop);

	amt_device_sweep_free(s);
	for (size_t i = l.next; i < n; i++) /* stopped before their turn */
		amt_device_init(targets[i].device, targets[i].host);
	return whole;
}
