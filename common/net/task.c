/* Blocking work beside the loop, on libuv's threads. */
#include "net/loop.h"

#include <stdlib.h>

struct task {
	struct net_pending pending; /* first */
	struct amt_loop *loop;
	uv_work_t uv;
	uv_sem_t back; /* posted when work has come back */
	void (*work)(void *arg);
	void (*done)(void *arg);
	void *arg;
	bool stopped;
};

static void on_work(uv_work_t *u)
{
	struct task *t = u->data;

	t->work(t->arg);
	uv_sem_post(&t->back);
}

static void task_end(struct task *t)
{
	net_pending_del(t->loop, &t->pending);
	if (!t->stopped && t->done)
		t->done(t->arg);
	uv_sem_destroy(&t->back);
	free(t);
}

static void on_back(uv_work_t *u, int status)
{
	struct task *t = u->data;

	(void)status;
	task_end(t);
}

/* The thread can't be ended from outside; libuv hands the task back when the loop is freed. */
static void task_stop(struct net_pending *p)
{
	struct task *t = (struct task *)p;

	net_pending_del(t->loop, p);
	t->stopped = true;
	if (uv_cancel((uv_req_t *)&t->uv) != 0)
		uv_sem_wait(&t->back);
}

void amt_task_start(struct amt_loop *loop, void (*work)(void *arg), void (*done)(void *arg),
		    void *arg)
{
	struct task *t = amt_calloc(1, sizeof(*t));

	t->loop = loop;
	t->work = work;
	t->done = done;
	t->arg = arg;
	t->uv.data = t;
	net_pending_add(loop, &t->pending, task_stop);
	if (uv_sem_init(&t->back, 0))
		amt_no_memory();
	uv_queue_work(&loop->uv, &t->uv, on_work, on_back); /* fails only for want of work */
}
