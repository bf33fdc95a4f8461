/*
 * Hosts, however many: a ring of those under way, read from the source as places
 * fall free and handed on in the order of the input. Each walks through forward,
 * reverse, and forward of what reverse gave.
 */
#include "names/run.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define RING             2048 /* hosts under way, finished ones that wait for an earlier one included */
#define ROUNDS_MAX_HOSTS 5000 /* further rounds are for a sample, not for a fleet */

enum step { STEP_FORWARD, STEP_REVERSE, STEP_BACK, STEP_DONE };

struct fleet;
struct slot {
	struct fleet *fleet;
	struct amt_arena arena;
	struct amt_dns_host host;
	enum step step;
	size_t pending;
};

struct fleet {
	struct names_run *r;
	struct slot *ring;
	uint64_t read, delivered;
	bool end, filling;
};

static void advance(struct slot *s);
static void deliver(struct fleet *fl);

static void on_reply(void *arg)
{
	struct slot *s = arg;

	if (--s->pending == 0)
		advance(s);
}

static bool is_address(const char *s)
{
	unsigned char b[16];

	return inet_pton(AF_INET, s, b) == 1 || inet_pton(AF_INET6, s, b) == 1;
}

static void ask_into(struct slot *s, struct amt_dns_replies *l, unsigned server, const char *name,
		     unsigned type)
{
	s->pending++;
	dns_ask(s->fleet->r->asker, server, name, type, &s->arena, &l->v[l->n++], on_reply, s);
}

static void make_room(struct slot *s, struct amt_dns_replies *l, size_t n)
{
	l->v = amt_arena_array(&s->arena, n, sizeof(*l->v));
	l->n = 0;
	l->cap = n;
}

/* Does this server have a say about the host's name? */
static bool speaks_for(const struct names_run *r, size_t server, const char *name)
{
	const struct amt_names_facts *f = r->f;

	if (f->servers.v[server].clients)
		return true;
	for (size_t i = 0; i < f->zones.n; i++)
		if (f->zones.v[i].soa.server == server &&
		    dns_name_within(name, f->zones.v[i].suffix))
			return true;
	return false;
}

static void ask_forward(struct slot *s)
{
	struct names_run *r = s->fleet->r;
	const char *name = s->host.target.name;

	if (is_address(name))
		return;
	make_room(s, &s->host.forward, r->f->servers.n * 2);
	s->pending++; /* so that nothing advances in the middle */
	for (size_t i = 0; i < r->f->servers.n; i++) {
		if (!speaks_for(r, i, name))
			continue;
		ask_into(s, &s->host.forward, (unsigned)i, name, AMT_DNS_A);
		if (!r->o->no_aaaa)
			ask_into(s, &s->host.forward, (unsigned)i, name, AMT_DNS_AAAA);
	}
	s->pending--;
}

/* Distinct values of a type in the replies, and one given. */
static size_t distinct(const struct amt_dns_replies *l, unsigned type, const char *first,
		       const char *except, const char *out[NAMES_ADDRESS_MAX])
{
	size_t n = 0;

	if (first)
		out[n++] = first;
	for (size_t i = 0; i < l->n; i++) {
		const char *v;
		for (size_t k = 0; (v = amt_dns_value(&l->v[i], type, k)); k++) {
			size_t j = 0;
			while (j < n && !dns_name_equal(out[j], v))
				j++;
			if (j == n && n < NAMES_ADDRESS_MAX &&
			    !(except && dns_name_equal(v, except)))
				out[n++] = v;
		}
	}
	return n;
}

static void ask_everywhere(struct slot *s, struct amt_dns_replies *l, const char *const *names,
			   size_t n, unsigned type)
{
	const struct amt_names_facts *f = s->fleet->r->f;

	if (!n)
		return;
	make_room(s, l, n * f->servers.n);
	s->pending++;
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < f->servers.n; i++)
			if (f->servers.v[i].clients)
				ask_into(s, l, (unsigned)i, names[k], type);
	s->pending--;
}

static void ask_reverse(struct slot *s)
{
	const char *addresses[NAMES_ADDRESS_MAX + 1], *names[NAMES_ADDRESS_MAX + 1];
	const char *name = s->host.target.name;
	size_t n = distinct(&s->host.forward, AMT_DNS_A, is_address(name) ? name : NULL, NULL,
			    addresses);

	for (size_t i = 0; i < n; i++) {
		char reverse[80];
		if (!amt_dns_reverse_name(addresses[i], reverse, sizeof(reverse)))
			reverse[0] = '\0';
		names[i] = amt_arena_strdup(&s->arena, reverse);
	}
	ask_everywhere(s, &s->host.reverse, names, n, AMT_DNS_PTR);
}

static void ask_back(struct slot *s)
{
	const char *names[NAMES_ADDRESS_MAX + 1];
	size_t n = distinct(&s->host.reverse, AMT_DNS_PTR, NULL, s->host.target.name, names);

	ask_everywhere(s, &s->host.back, names, n, AMT_DNS_A);
}

static void advance(struct slot *s)
{
	/* A step that asks nothing is over at once. */
	while (s->pending == 0 && s->step != STEP_DONE) {
		s->step++;
		if (s->step == STEP_REVERSE)
			ask_reverse(s);
		else if (s->step == STEP_BACK)
			ask_back(s);
	}
	if (s->step == STEP_DONE)
		deliver(s->fleet);
}

static void begin(struct slot *s, const struct amt_dns_target *t, uint64_t index)
{
	amt_arena_reset(&s->arena);
	s->host = (struct amt_dns_host){.index = index};
	s->host.target.name = amt_arena_strdup(&s->arena, t->name);
	s->host.target.source = amt_arena_strdup(&s->arena, t->source);
	s->host.target.address = amt_arena_strdup(&s->arena, t->address);
	s->host.target.wireless = amt_arena_strdup(&s->arena, t->wireless);
	s->step = STEP_FORWARD;
	s->pending = 0;
	ask_forward(s);
	advance(s);
}

static void fill(struct fleet *fl)
{
	struct amt_dns_target t;

	if (fl->filling)
		return;
	fl->filling = true;
	while (!fl->end && !fl->r->stopped && fl->read - fl->delivered < RING) {
		memset(&t, 0, sizeof(t));
		if (amt_stopped() || !fl->r->o->next || !fl->r->o->next(fl->r->o->next_arg, &t)) {
			fl->end = true;
			break;
		}
		uint64_t index = fl->read++;
		begin(&fl->ring[index % RING], &t, index);
	}
	fl->filling = false;
}

static void deliver(struct fleet *fl)
{
	const struct amt_names_options *o = fl->r->o;
	struct amt_names_facts *f = fl->r->f;

	while (fl->delivered < fl->read) {
		struct slot *s = &fl->ring[fl->delivered % RING];
		if (s->step != STEP_DONE)
			break;
		fl->delivered++;
		f->hosts_seen++;
		if (!o->each)
			amt_vec_push(&f->hosts, names_host_copy(&f->arena, &s->host));
		else if (!o->each(o->each_arg, f, &s->host))
			fl->end = true;
		amt_progress_update(o->progress, "hosts", fl->delivered, o->total);
	}
	/* Half a ring at a time, so that reading and asking alternate in good pieces. */
	if (fl->read - fl->delivered <= RING / 2)
		fill(fl);
}

/* ---- further rounds (catalogue S3.C06c) ---- */

static void nothing(void *arg)
{
	(void)arg;
}

/* Asks the same questions again; the answers stand behind those of earlier rounds. */
static void again(struct names_run *r, struct amt_dns_replies *l, size_t per_round)
{
	struct amt_dns_reply *v = amt_arena_array(&r->f->arena, l->n + per_round, sizeof(*v));

	if (l->n)
		memcpy(v, l->v, l->n * sizeof(*v));
	for (size_t i = 0; i < per_round; i++)
		dns_ask(r->asker, v[i].server, v[i].name, v[i].type, &r->f->arena, &v[l->n + i],
			nothing, NULL);
	l->v = v;
	l->n += per_round;
	l->cap = l->n;
}

static void more_rounds(struct names_run *r)
{
	struct amt_names_facts *f = r->f;
	size_t *counts = amt_calloc(f->hosts.n + 1, 2 * sizeof(*counts));

	for (size_t i = 0; i < f->hosts.n; i++) {
		counts[2 * i] = f->hosts.v[i].forward.n;
		counts[2 * i + 1] = f->hosts.v[i].reverse.n;
	}
	for (unsigned round = 1; round < f->rounds && !r->stopped; round++) {
		amt_progress_update(r->o->progress, "rounds", round, f->rounds);
		if (r->o->round_pause > 0) {
			amt_timer_start(r->loop, (uint64_t)(r->o->round_pause * 1000), 0, nothing,
					NULL);
			r->stopped = !amt_loop_run(r->loop);
		}
		for (size_t i = 0; i < f->hosts.n && !r->stopped; i++) {
			again(r, &f->hosts.v[i].forward, counts[2 * i]);
			again(r, &f->hosts.v[i].reverse, counts[2 * i + 1]);
		}
		names_wait(r);
	}
	free(counts);
}

void names_collect_hosts(struct names_run *r)
{
	struct fleet fl = {.r = r};

	if (!r->o->next || r->stopped)
		return;
	fl.ring = amt_calloc(RING, sizeof(*fl.ring));
	for (size_t i = 0; i < RING; i++) {
		fl.ring[i].fleet = &fl;
		fl.ring[i].step = STEP_DONE;
	}
	fill(&fl);
	names_wait(r);
	if (r->stopped)
		fl.end = true;
	deliver(&fl);
	for (size_t i = 0; i < RING; i++)
		amt_arena_free(&fl.ring[i].arena);
	free(fl.ring);
	if (r->f->rounds > 1 && !r->o->each && r->f->hosts.n <= ROUNDS_MAX_HOSTS)
		more_rounds(r);
	else
		r->f->rounds = 1;
}
