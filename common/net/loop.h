/* Inside of the net room: the loop's own state, and what is under way on it. */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "amtdiag/net.h"

#include <uv.h>

/* A link of a ring; a zeroed one is in none. */
struct net_link {
	struct net_link *prev, *next;
};

/* Something with a done function. It keeps the loop running and can be ended from outside. */
struct net_pending {
	struct net_link link; /* first: the ring is walked by it */
	/* Calls done with AMT_NET_STOPPED; must take itself off with net_pending_del(). */
	void (*stop)(struct net_pending *p);
};

struct net_multi; /* http.c */

struct amt_loop {
	uv_loop_t uv;
	uv_timer_t stop_poll;  /* looks at amt_stopped(); never keeps the loop alive */
	uv_async_t keep_alive; /* referenced while n_pending > 0 */
	bool broken;
	size_t n_pending;
	struct net_link pending, owned; /* heads of rings */
	struct net_multi *multi;        /* made with the first request */
	unsigned http_limit;
};

void net_link_add(struct net_link *head, struct net_link *l);
void net_link_del(struct net_link *l);
void net_pending_add(struct amt_loop *loop, struct net_pending *p,
		     void (*stop)(struct net_pending *));
void net_pending_del(struct amt_loop *loop, struct net_pending *p);
void net_multi_free(struct net_multi *m);

#endif
