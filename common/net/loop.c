/* The loop, timers and watched descriptors. */
#include "net/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* How often a running loop looks whether it was asked to stop. */
#define STOP_POLL_MS 100

void net_link_add(struct net_link *head, struct net_link *l)
{
	l->prev = head->prev;
	l->next = head;
	head->prev->next = l;
	head->prev = l;
}

void net_link_del(struct net_link *l)
{
	if (!l->next)
		return;
	l->prev->next = l->next;
	l->next->prev = l->prev;
	l->prev = l->next = NULL;
}

void net_pending_add(struct amt_loop *loop, struct net_pending *p,
		     void (*stop)(struct net_pending *))
{
	p->stop = stop;
	net_link_add(&loop->pending, &p->link);
	if (loop->n_pending++ == 0)
		uv_ref((uv_handle_t *)&loop->keep_alive);
}

void net_pending_del(struct amt_loop *loop, struct net_pending *p)
{
	if (!p->link.next)
		return;
	net_link_del(&p->link);
	if (--loop->n_pending == 0)
		uv_unref((uv_handle_t *)&loop->keep_alive);
}

static void on_stop_poll(uv_timer_t *t)
{
	struct amt_loop *loop = t->data;

	if (amt_stopped())
		amt_loop_break(loop);
}

static void on_keep_alive(uv_async_t *a)
{
	(void)a;
}

/* libuv ends the program by abort() when it can't have its signal pipe, so look first. */
static bool descriptors_left(void)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		return false;
	close(fd[0]);
	close(fd[1]);
	return true;
}

struct amt_loop *amt_loop_new(struct amt_error *err)
{
	if (!descriptors_left()) {
		amt_fail_errno(err, errno, "starting the event loop");
		return NULL;
	}
	struct amt_loop *loop = amt_calloc(1, sizeof(*loop));
	int rc = uv_loop_init(&loop->uv);

	if (rc) {
		amt_fail(err, "starting the event loop: %s", uv_strerror(rc));
		free(loop);
		return NULL;
	}
	loop->pending.prev = loop->pending.next = &loop->pending;
	loop->owned.prev = loop->owned.next = &loop->owned;
	loop->stop_poll.data = loop;
	loop->http_limit = 256;
	uv_timer_init(&loop->uv, &loop->stop_poll);
	uv_timer_start(&loop->stop_poll, on_stop_poll, STOP_POLL_MS, STOP_POLL_MS);
	uv_unref((uv_handle_t *)&loop->stop_poll);
	/* Can fail only for want of a descriptor, which uv_loop_init() has just had. */
	rc = uv_async_init(&loop->uv, &loop->keep_alive, on_keep_alive);
	if (rc) {
		amt_fail(err, "starting the event loop: %s", uv_strerror(rc));
		uv_close((uv_handle_t *)&loop->stop_poll, NULL);
		uv_run(&loop->uv, UV_RUN_DEFAULT);
		uv_loop_close(&loop->uv);
		free(loop);
		return NULL;
	}
	uv_unref((uv_handle_t *)&loop->keep_alive);
	return loop;
}

struct amt_work {
	struct net_pending pending; /* first */
	struct amt_loop *loop;
	void (*stop)(void *arg);
	void *arg;
};

static void work_stop(struct net_pending *p)
{
	struct amt_work *w = (struct amt_work *)p;

	/* Off the ring first: one that does not end itself must not be asked for ever. */
	net_pending_del(w->loop, p);
	w->stop(w->arg);
}

struct amt_work *amt_work_begin(struct amt_loop *loop, void (*stop)(void *arg), void *arg)
{
	struct amt_work *w = amt_calloc(1, sizeof(*w));

	w->loop = loop;
	w->stop = stop;
	w->arg = arg;
	net_pending_add(loop, &w->pending, work_stop);
	return w;
}

void amt_work_end(struct amt_work *w)
{
	if (!w)
		return;
	net_pending_del(w->loop, &w->pending);
	free(w);
}

/* Done functions may start more (the next of a fleet); that is ended as well. */
static void stop_pending(struct amt_loop *loop)
{
	while (loop->pending.next != &loop->pending) {
		struct net_pending *p = (struct net_pending *)loop->pending.next;
		p->stop(p);
	}
}

bool amt_loop_run(struct amt_loop *loop)
{
	loop->broken = amt_stopped();
	if (!loop->broken)
		uv_run(&loop->uv, UV_RUN_DEFAULT);
	if (!loop->broken)
		return true;
	stop_pending(loop);
	return false;
}

bool amt_loop_until(struct amt_loop *loop, bool (*ready)(void *arg), void *arg)
{
	loop->broken = amt_stopped();
	while (!loop->broken && !ready(arg) && uv_run(&loop->uv, UV_RUN_ONCE))
		;
	if (!loop->broken)
		return true;
	stop_pending(loop);
	return false;
}

void amt_loop_break(struct amt_loop *loop)
{
	loop->broken = true;
	uv_stop(&loop->uv);
}

double amt_loop_ms(const struct amt_loop *loop)
{
	(void)loop;
	return (double)uv_hrtime() / 1e6;
}

struct uv_loop_s *amt_loop_uv(struct amt_loop *loop)
{
	return &loop->uv;
}

/* ---- timers and watches: one kind of object, freed when libuv lets go of its handle ---- */

struct amt_timer {
	struct net_link link; /* first */
	uv_timer_t uv;
	void (*fn)(void *arg);
	void *arg;
};

struct amt_watch {
	struct net_link link; /* first */
	uv_poll_t uv;
	void (*fn)(void *arg, unsigned ready);
	void *arg;
};

_Static_assert(offsetof(struct amt_timer, uv) == offsetof(struct amt_watch, uv),
	       "amt_loop_free() closes both kinds through one of them");

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

static void close_owned(struct net_link *l, uv_handle_t *h)
{
	net_link_del(l);
	uv_close(h, on_closed);
}

static void on_timer(uv_timer_t *u)
{
	struct amt_timer *t = u->data;
	void (*fn)(void *) = t->fn;
	void *arg = t->arg;

	if (uv_timer_get_repeat(u) == 0)
		close_owned(&t->link, (uv_handle_t *)u);
	fn(arg);
}

struct amt_timer *amt_timer_start(struct amt_loop *loop, uint64_t ms, uint64_t repeat_ms,
				  void (*fn)(void *arg), void *arg)
{
	struct amt_timer *t = amt_calloc(1, sizeof(*t));

	t->fn = fn;
	t->arg = arg;
	t->uv.data = t;
	uv_timer_init(&loop->uv, &t->uv);
	/* libuv counts from the loop's idea of now, which is old after long work. */
	uv_update_time(&loop->uv);
	uv_timer_start(&t->uv, on_timer, ms, repeat_ms);
	net_link_add(&loop->owned, &t->link);
	return t;
}

void amt_timer_stop(struct amt_timer *t)
{
	if (t)
		close_owned(&t->link, (uv_handle_t *)&t->uv);
}

static void on_poll(uv_poll_t *u, int status, int events)
{
	struct amt_watch *w = u->data;
	unsigned ready = 0;

	/* An error on the descriptor is found by who reads or writes it next. */
	if (status < 0 || (events & (UV_READABLE | UV_DISCONNECT)))
		ready |= AMT_READ;
	if (status < 0 || (events & UV_WRITABLE))
		ready |= AMT_WRITE;
	w->fn(w->arg, ready);
}

void amt_watch_events(struct amt_watch *w, unsigned events)
{
	int want = (events & AMT_READ ? UV_READABLE : 0) | (events & AMT_WRITE ? UV_WRITABLE : 0);

	if (want)
		uv_poll_start(&w->uv, want, on_poll);
	else
		uv_poll_stop(&w->uv);
}

struct amt_watch *amt_watch_start(struct amt_loop *loop, int fd, unsigned events,
				  void (*fn)(void *arg, unsigned ready), void *arg,
				  struct amt_error *err)
{
	struct amt_watch *w = amt_calloc(1, sizeof(*w));
	int rc = uv_poll_init(&loop->uv, &w->uv, fd);

	if (rc) {
		amt_fail(err, "watching descriptor %d: %s", fd, uv_strerror(rc));
		free(w);
		return NULL;
	}
	w->fn = fn;
	w->arg = arg;
	w->uv.data = w;
	net_link_add(&loop->owned, &w->link);
	amt_watch_events(w, events);
	return w;
}

void amt_watch_stop(struct amt_watch *w)
{
	if (w)
		close_owned(&w->link, (uv_handle_t *)&w->uv);
}

static void close_left(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

void amt_loop_free(struct amt_loop *loop)
{
	if (!loop)
		return;
	stop_pending(loop);
	net_multi_free(loop->multi);
	while (loop->owned.next != &loop->owned) {
		struct net_link *l = loop->owned.next;
		/* Timers and watches begin alike: link, then a handle whose data is the object. */
		close_owned(l, (uv_handle_t *)&((struct amt_timer *)l)->uv);
	}
	uv_walk(&loop->uv, close_left, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	uv_loop_close(&loop->uv);
	free(loop);
}
