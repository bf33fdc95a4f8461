/* Asking many devices at once, each one thing at a time. */
#include "device/ask.h"

#include <stdlib.h>
#include <string.h>

#define DEVICES_AT_ONCE 64
#define CONNECT_MS      5000
#define REPLY_MS        35000 /* the firmware's own minimum for an operation is 30 s (1.4) */
#define WAKE_TRIES      3

/* 9971 belongs to the service point, but is asked of whatever host is named (guide, P.35). */
static const unsigned ports[] = {16992, 16993, 16994, 16995, 623, 664, 5900, 9971};
#define PORTS (sizeof(ports) / sizeof(ports[0]))

struct dev_run {
	struct amt_loop *loop;
	struct amt_device_options o;
	struct dev_job *jobs;
	size_t n, next, through;
};

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

static void start_more(struct dev_run *run);

void dev_job_next(struct dev_job *j)
{
	struct dev_run *run = j->run;

	if (j->step < STEPS && j->addr.len && !amt_stopped()) {
		steps[j->step++](j);
		return;
	}
	run->through++;
	if (run->o.each && !amt_stopped())
		run->o.each(run->o.each_arg, (size_t)(j - run->jobs));
	amt_progress_update(run->o.progress, "devices", run->through, run->n);
	start_more(run);
}

/* Jobs begin from a timer of their own, so that a device with nothing open does not start the next
 * one from inside itself, ten thousand deep. */
static void begin(void *arg)
{
	struct dev_job *j = arg;

	j->begin = NULL;
	dev_job_next(j);
}

static void start_more(struct dev_run *run)
{
	struct dev_job *j;

	if (run->next == run->n)
		return;
	j = &run->jobs[run->next++];
	j->begin = amt_timer_start(run->loop, 0, 0, begin, j);
}

/* A run that was stopped leaves timers behind, and they would find the jobs gone. */
static void drop_jobs(struct dev_run *run)
{
	for (size_t i = 0; i < run->n; i++)
		amt_timer_stop(run->jobs[i].begin);
	free(run->jobs);
}

/* ---- names and ports ---- */

static void set_address(struct dev_job *j, const struct amt_addr *a)
{
	char text[AMT_ADDR_TEXT];

	j->addr = *a;
	j->d->address = amt_arena_strdup(&j->d->arena, amt_addr_format(a, text));
}

static void on_lookup(void *arg, enum amt_net_class how, const struct amt_addr *v, size_t n)
{
	struct dev_job *j = arg;
	size_t pick = 0;

	if (how != AMT_NET_OK) {
		amt_device_note(j->d, "%s has no address", j->t->host);
		return;
	}
	for (size_t i = n; i > 0; i--) /* ConfigMgr manages over IPv4 (prerequisites) */
		if (v[i - 1].ss.ss_family == AF_INET)
			pick = i - 1;
	set_address(j, &v[pick]);
}

static void find_addresses(struct dev_run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		struct dev_job *j = &run->jobs[i];
		const char *name = j->t->connect_to ? j->t->connect_to : j->t->host;
		struct amt_addr a;
		if (amt_addr_parse(name, 0, &a, NULL))
			set_address(j, &a);
		else
			amt_lookup_start(run->loop, name, 0, on_lookup, j);
	}
}

static void on_port(void *arg, struct amt_probe *p)
{
	struct dev_job *j = p->user;
	struct amt_dev_port *r = amt_device_add(j->d, AMT_DEVC_port);

	(void)arg;
	r->port = (int64_t)amt_addr_port(&p->to) - j->t->port_offset;
	r->state = p->state;
	r->error = p->error ? p->error : AMT_DEV_NONE;
	r->ms = p->ms;
}

static struct amt_probe *probe_ports(struct dev_run *run)
{
	struct amt_probe *v = amt_calloc(run->n * PORTS, sizeof(*v));
	size_t n = 0;

	/* Port by port over the fleet, not device by device: no box gets eight connects at once. */
	for (size_t k = 0; k < PORTS; k++)
		for (size_t i = 0; i < run->n; i++) {
			struct dev_job *j = &run->jobs[i];
			if (!j->addr.len)
				continue;
			dev_source(j->d, AMT_DEVC_port, AMT_DEV_READ, "this computer", NULL);
			v[n].to = dev_job_addr(j, ports[k]);
			v[n++].user = j;
		}
	struct amt_probes p = {.v = v, .n = n, .timeout_ms = run->o.timeout_ms, .each = on_port};
	if (n)
		amt_probes_start(run->loop, &p, NULL);
	return v;
}

static void defaults(struct amt_device_options *o)
{
	if (!o->ask)
		o->ask = AMT_ASK_OPEN | (o->user || o->kerberos ? AMT_ASK_WSMAN : 0);
	if (!o->user && !o->kerberos)
		o->ask &= ~(unsigned)AMT_ASK_WSMAN;
	o->timeout_ms = o->timeout_ms ? o->timeout_ms : CONNECT_MS;
	o->reply_ms = o->reply_ms ? o->reply_ms : REPLY_MS;
	o->at_once = o->at_once ? o->at_once : DEVICES_AT_ONCE;
	o->wake_tries = o->wake_tries ? o->wake_tries : WAKE_TRIES;
}

bool amt_device_collect(struct amt_loop *loop, const struct amt_device_target *targets, size_t n,
			const struct amt_device_options *o)
{
	struct dev_run run = {.loop = loop, .o = *o, .n = n};
	struct amt_probe *probes = NULL;
	bool whole;

	defaults(&run.o);
	run.jobs = amt_calloc(n ? n : 1, sizeof(*run.jobs));
	for (size_t i = 0; i < n; i++) {
		struct dev_job *j = &run.jobs[i];
		*j = (struct dev_job){.run = &run, .loop = loop, .o = &run.o, .t = &targets[i]};
		j->d = targets[i].device;
		amt_device_init(j->d, targets[i].host);
		j->d->when = amt_time_now();
	}
	find_addresses(&run);
	whole = amt_loop_run(loop);
	/* Together: what waits for pongs waits for filtered ports anyway. */
	if (whole && (run.o.ask & AMT_ASK_PORTS))
		probes = probe_ports(&run);
	if (whole && (run.o.ask & AMT_ASK_RMCP))
		dev_ask_rmcp(loop, run.jobs, n, run.o.timeout_ms);
	whole = whole && amt_loop_run(loop);
	if (whole) {
		amt_http_limit(loop, 2 * run.o.at_once);
		for (unsigned i = 0; i < run.o.at_once; i++)
			start_more(&run);
		whole = amt_loop_run(loop);
	}
	free(probes);
	drop_jobs(&run);
	return whole;
}
