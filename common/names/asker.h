/*
 * Many questions to many servers at once, on the event loop: a window and a rate per
 * server, tries, TCP where UDP does not do, and every ending told apart. c-ares
 * carries the packets: sockets, and matching of answers to questions, are its own.
 */
#ifndef AMTDIAG_NAMES_ASKER_H
#define AMTDIAG_NAMES_ASKER_H

#include "amtdiag/names.h"
#include "amtdiag/net.h"

struct dns_asker_options {
	double timeout; /* seconds per question, all tries together */
	unsigned tries;
	unsigned qps; /* per server; 0: no ceiling */
	unsigned window;
};

struct dns_asker;
struct dns_asker *dns_asker_new(struct amt_loop *loop, const struct dns_asker_options *o);
/* Pending questions end as stopped. */
void dns_asker_free(struct dns_asker *a);
/* Index of the server from now on, in order of adding. */
bool dns_asker_add(struct dns_asker *a, const struct amt_addr *server, unsigned *index,
		   struct amt_error *err);
size_t dns_asker_open(const struct dns_asker *a); /* asked and queued, not yet ended */

/*
 * Asks; done is called from the loop, exactly once. name, arena and reply must
 * stay until then; the reply's strings are in the arena. type 0 sends the empty
 * UPDATE for the zone of that name.
 */
void dns_ask(struct dns_asker *a, unsigned server, const char *name, unsigned type,
	     struct amt_arena *arena, struct amt_dns_reply *reply, void (*done)(void *arg),
	     void *arg);
/* Ends everything that is pending as stopped. */
void dns_asker_cancel(struct dns_asker *a);
/* Fills the counting part of the server's facts. */
void dns_asker_stats(const struct dns_asker *a, unsigned server, struct amt_dns_server *out);

#endif
