/*
 * Devices without number. They come in waves of some dozens: their names are looked up together and
 * their ports and RMCP asked together, port by port, so that no box gets eight connects at once.
 * Then each goes its own way. A wave that waits holds up no other.
 */
#include "device/ask.h"

#include <stdlib.h>
#include <sys/resource.h>

#define DEVICES_AT_ONCE 64
#define WINDOW          1024
#define WAVE            64
#define CONNECT_MS      5000
#define REPLY_MS        35000 /* the firmware's own minimum for an operation is 30 s (1.4) */
#define WAKE_TRIES      3

/* 9971 belongs to the service point, but is asked of whatever host is named (guide, P.35). */
static const unsigned ports[] = {16992, 16993, 16994, 16995, 623, 664, 5900, 9971};
#define PORTS (sizeof(ports) / sizeof(ports[0]))

struct dev_wave {
	struct amt_device_sweep *s;
	struct dev_wave *prev, *next;
	struct dev_job jobs[WAVE];
	struct amt_device_target targets[WAVE];
	struct amt_probe *probes;
	size_t n, left; /* devices; those that are not through */
	size_t pending; /* what the whole wave waits for */
};

struct amt_device_sweep {
	struct amt_loop *loop;
	struct amt_device_options o;
	struct amt_device_feed feed;
	struct dev_wave *waves, *dead;
	struct dev_job *first, *last; /* waiting for their first step */
	size_t in_memory, at_work;
	unsigned probe_window;
	struct amt_timer *timer; /* more waves are to be begun */
	struct amt_work *work;   /* until the last one is through */
	bool end, cancelled;
};

static void free_dead(struct amt_device_sweep *s)
{
	while (s->dead) {
		struct dev_wave *w = s->dead;
		s->dead = w->next;
		free(w->probes);
		free(w);
	}
}

/* ---- the first step of each, and the end ---- */

static void on_begin(void *arg)
{
	struct dev_job *j = arg;

	j->begin = NULL;
	dev_job_next(j);
}

/* Jobs begin from a timer of their own, so that a device with nothing open does not start the next
 * one from inside itself, ten thousand deep. */
static void begin_some(struct amt_device_sweep *s)
{
	while (s->first && s->at_work < s->o.at_once) {
		struct dev_job *j = s->first;
		s->first = j->next;
		s->at_work++;
		j->begin = amt_timer_start(s->loop, 0, 0, on_begin, j);
	}
}

static void on_more(void *arg);

static void more(struct amt_device_sweep *s)
{
	if (!s->timer)
		s->timer = amt_timer_start(s->loop, 0, 0, on_more, s);
}

bool dev_job_dropped(const struct dev_job *j)
{
	return j->wave->s->cancelled;
}

/* The job's memory stays until the loop has its turn: its step may be on the stack. */
void dev_job_through(struct dev_job *j)
{
	struct dev_wave *w = j->wave;
	struct amt_device_sweep *s = w->s;

	s->at_work--;
	s->in_memory--;
	s->feed.through(s->feed.arg, j->t);
	j->d = NULL;
	if (--w->left == 0) {
		*(w->prev ? &w->prev->next : &s->waves) = w->next;
		if (w->next)
			w->next->prev = w->prev;
		w->next = s->dead;
		s->dead = w;
	}
	if (amt_stopped())
		return;
	begin_some(s);
	if (s->in_memory + WAVE <= s->feed.window || !s->in_memory)
		more(s);
}

/* ---- what a wave does together ---- */

static void wave_step(void *arg)
{
	struct dev_wave *w = arg;
	struct amt_device_sweep *s = w->s;

	if (--w->pending || amt_stopped())
		return;
	for (size_t i = 0; i < w->n; i++) {
		struct dev_job *j = &w->jobs[i];
		j->next = NULL;
		if (s->first)
			s->last->next = j;
		else
			s->first = j;
		s->last = j;
	}
	begin_some(s);
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

static void probe_ports(struct dev_wave *w)
{
	size_t n = 0;

	w->probes = amt_calloc(w->n * PORTS, sizeof(*w->probes));
	for (size_t k = 0; k < PORTS; k++)
		for (size_t i = 0; i < w->n; i++) {
			struct dev_job *j = &w->jobs[i];
			if (!j->addr.len)
				continue;
			dev_source(j->d, AMT_DEVC_port, AMT_DEV_READ, j->d->host, NULL);
			w->probes[n].to = dev_job_addr(j, ports[k]);
			w->probes[n++].user = j;
		}
	struct amt_probes p = {.v = w->probes,
			       .n = n,
			       .timeout_ms = w->s->o.timeout_ms,
			       .window = w->s->probe_window,
			       .each = on_port,
			       .done = wave_step,
			       .arg = w};
	w->pending++;
	if (!n || !amt_probes_start(w->s->loop, &p, NULL))
		w->pending--;
}

static void ask_together(struct dev_wave *w)
{
	struct amt_device_sweep *s = w->s;

	w->pending++; /* so that nothing goes on in the middle */
	if (s->o.ask & AMT_ASK_PORTS)
		probe_ports(w);
	if (s->o.ask & AMT_ASK_RMCP) {
		w->pending++;
		dev_ask_rmcp(s->loop, w->jobs, w->n, wave_step, w);
	}
	wave_step(w);
}

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

	for (size_t i = n; i > 0; i--) /* ConfigMgr manages over IPv4 (prerequisites) */
		if (v[i - 1].ss.ss_family == AF_INET)
			pick = i - 1;
	if (how == AMT_NET_OK)
		set_address(j, &v[pick]);
	else
		amt_device_note(j->d, "%s has no address", j->t->host);
	if (--j->wave->pending == 0 && !amt_stopped())
		ask_together(j->wave);
}

static void find_addresses(struct dev_wave *w)
{
	w->pending++;
	for (size_t i = 0; i < w->n; i++) {
		struct dev_job *j = &w->jobs[i];
		const char *name = j->t->connect_to ? j->t->connect_to : j->t->host;
		struct amt_addr a;
		if (amt_addr_parse(name, 0, &a, NULL)) {
			set_address(j, &a);
			continue;
		}
		w->pending++;
		amt_lookup_start(w->s->loop, name, 0, on_lookup, j);
	}
	if (--w->pending == 0)
		ask_together(w);
}

static bool begin_wave(struct amt_device_sweep *s)
{
	struct dev_wave *w = amt_calloc(1, sizeof(*w));

	w->s = s;
	while (w->n < WAVE && !s->end && !s->cancelled) {
		struct amt_device_target *t = &w->targets[w->n];
		s->end = !s->feed.next(s->feed.arg, t);
		if (s->end)
			break;
		struct dev_job *j = &w->jobs[w->n++];
		*j = (struct dev_job){
			.wave = w, .loop = s->loop, .o = &s->o, .t = t, .d = t->device};
		amt_device_init(j->d, t->host);
		j->d->when = amt_time_now();
	}
	w->left = w->n;
	if (!w->n) {
		free(w);
		return false;
	}
	s->in_memory += w->n;
	w->next = s->waves;
	if (s->waves)
		s->waves->prev = w;
	s->waves = w;
	find_addresses(w);
	return true;
}

static void on_more(void *arg)
{
	struct amt_device_sweep *s = arg;

	s->timer = NULL;
	free_dead(s);
	while (s->in_memory + WAVE <= s->feed.window && begin_wave(s))
		;
	if (s->in_memory)
		return;
	amt_work_end(s->work);
	s->work = NULL;
	if (s->feed.done)
		s->feed.done(s->feed.arg);
}

/* ---- from outside ---- */

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

/* All waves that may be under way share half of the descriptors; who talks has the other half. */
static unsigned probe_window(size_t window)
{
	struct rlimit lim;
	rlim_t most = 65536;

	if (!getrlimit(RLIMIT_NOFILE, &lim) && lim.rlim_cur < most)
		most = lim.rlim_cur;
	unsigned n = (unsigned)(most / 2 / (window / WAVE));
	return n < 16 ? 16 : n > WAVE * PORTS ? WAVE * PORTS : n;
}

static void on_stop(void *arg)
{
	struct amt_device_sweep *s = arg;

	amt_work_end(s->work);
	s->work = NULL;
}

struct amt_device_sweep *amt_device_sweep_start(struct amt_loop *loop,
						const struct amt_device_options *o,
						const struct amt_device_feed *feed)
{
	struct amt_device_sweep *s = amt_calloc(1, sizeof(*s));

	s->loop = loop;
	s->o = *o;
	s->feed = *feed;
	defaults(&s->o);
	if (s->feed.window < WAVE)
		s->feed.window = s->feed.window ? WAVE : WINDOW;
	s->probe_window = probe_window(s->feed.window);
	s->work = amt_work_begin(loop, on_stop, s);
	amt_http_limit(loop, 2 * s->o.at_once);
	more(s);
	return s;
}

void amt_device_sweep_cancel(struct amt_device_sweep *s)
{
	s->cancelled = true;
}

void amt_device_sweep_free(struct amt_device_sweep *s)
{
	if (!s)
		return;
	amt_timer_stop(s->timer);
	amt_work_end(s->work);
	/* A run that was stopped leaves timers behind, and they would find the jobs gone. */
	for (struct dev_wave *w = s->waves; w; w = w->next)
		for (size_t i = 0; i < w->n; i++) {
			amt_timer_stop(w->jobs[i].begin);
			if (w->jobs[i].d)
				s->feed.through(s->feed.arg, w->jobs[i].t);
		}
	while (s->waves) {
		struct dev_wave *w = s->waves;
		s->waves = w->next;
		w->next = s->dead;
		s->dead = w;
	}
	free_dead(s);
	free(s);
}
