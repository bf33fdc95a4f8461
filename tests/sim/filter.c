/*
 * Sockets that drop what comes in without a word: a port behind a firewall, or an ME asleep.
 *
 * A classic BPF program on a listening TCP socket is asked about every SYN; what it refuses is
 * dropped as if it had never arrived, and counted in the socket's drop counter. No privilege is
 * needed. A sleeping device is woken when that counter moves: the first packet is lost and wakes
 * the ME, a later one is answered (1.1, idle timer).
 */
#include "sim.h"

#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#define MOST_IPS   2000 /* two instructions each; BPF_MAXINSNS is 4096 */
#define LOOK_MS    50
#define MAX_SOCKET 8

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

struct sim_sleep {
	uv_timer_t timer;
	struct sim_device *dev;
	int fds[MAX_SOCKET];
	uint32_t seen[MAX_SOCKET];
	size_t n;
	uint64_t awake_until, waking_at; /* 0: not asleep; 0: nobody knocked */
};

bool sim_filter_drop(int fd, const uint32_t *ips, size_t n, struct amt_error *err)
{
	struct sock_filter *code = amt_calloc(2 * n + 4, sizeof(*code));
	struct sock_fprog prog = {0, code};
	size_t k = 0;
	bool ok;

	if (n > MOST_IPS) {
		free(code);
		return amt_fail(err, "more than %d filtered devices on shared listeners", MOST_IPS);
	}
	if (n) {
		code[k++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
							 (uint32_t)SKF_NET_OFF + 16);
		for (size_t i = 0; i < n; i++) {
			code[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ips[i],
								 0, 1);
			code[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
		}
		code[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0xffffffff);
	} else {
		code[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	}
	prog.filter = code;
	prog.len = (unsigned short)k;
	ok = !setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
	free(code);
	return ok || amt_fail(err, "can't put a packet filter on a socket");
}

void sim_filter_clear(int fd)
{
	int unused = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused));
}

static uint32_t drops(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len))
		return 0;
	return info[SK_MEMINFO_DROPS];
}

static void fall_asleep(struct sim_sleep *s)
{
	for (size_t i = 0; i < s->n; i++) {
		(void)sim_filter_drop(s->fds[i], NULL, 0, NULL);
		s->seen[i] = drops(s->fds[i]);
	}
	s->awake_until = s->waking_at = 0;
	sim_log(s->dev, 0, "-", "ME asleep");
}

static void wake(struct sim_sleep *s, uint64_t now)
{
	for (size_t i = 0; i < s->n; i++)
		sim_filter_clear(s->fds[i]);
	s->awake_until = now + 1000 * (uint64_t)sim_fact_num(s->dev, "sleep_after_s", 60);
	sim_log(s->dev, 0, "-", "ME awake");
}

static void look(uv_timer_t *t)
{
	struct sim_sleep *s = t->data;
	uint64_t now = uv_now(sim.loop);

	if (s->awake_until) {
		if (now > s->awake_until && !s->dev->connections)
			fall_asleep(s);
		return;
	}
	for (size_t i = 0; i < s->n && !s->waking_at; i++)
		if (drops(s->fds[i]) != s->seen[i])
			s->waking_at = now + (uint64_t)sim_fact_num(s->dev, "wake_ms", 700);
	if (s->waking_at && now >= s->waking_at)
		wake(s, now);
}

/* The socket takes part in the device's sleep; starts asleep. */
bool sim_sleep_add(struct sim_device *d, int fd, struct amt_error *err)
{
	struct sim_sleep *s = d->sleep;

	if (sim_fact_num(d, "sleep_after_s", 0) <= 0)
		return true;
	if (!s) {
		s = d->sleep = amt_calloc(1, sizeof(*s));
		s->dev = d;
		s->timer.data = s;
		uv_timer_init(sim.loop, &s->timer);
		uv_timer_start(&s->timer, look, LOOK_MS, LOOK_MS);
	}
	if (s->n == MAX_SOCKET)
		return true;
	if (!sim_filter_drop(fd, NULL, 0, err))
		return false;
	s->seen[s->n] = drops(fd);
	s->fds[s->n++] = fd;
	return true;
}

void sim_sleep_touch(struct sim_device *d)
{
	struct sim_sleep *s = d->sleep;

	if (s && s->awake_until)
		s->awake_until =
			uv_now(sim.loop) + 1000 * (uint64_t)sim_fact_num(d, "sleep_after_s", 60);
}

static void sleep_closed(uv_handle_t *h)
{
	free(h->data);
}

void sim_sleep_free(struct sim_device *d)
{
	if (d->sleep)
		uv_close((uv_handle_t *)&d->sleep->timer, sleep_closed);
	d->sleep = NULL;
}
