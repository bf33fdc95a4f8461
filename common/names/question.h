/* What the two halves of the asker share: a question on its way, the server it goes to, and who
 * asks. */
#ifndef NAMES_QUESTION_H
#define NAMES_QUESTION_H

#include "names/asker.h"
#include "names/pace.h"
#include "names/peer.h"

struct dns_question {
	struct dns_question *next;
	struct dns_question *before, *after; /* of the open ones of a server */
	struct dns_peer *peer;
	const char *name;
	unsigned type;
	struct amt_arena *arena;
	struct amt_dns_reply *reply;
	void (*done)(void *arg);
	void *arg;
	uint16_t id;                  /* as in the packet sent last */
	double sent;                  /* loop ms of the last packet */
	bool no_edns;                 /* ask the plain way */
	bool over_tcp;                /* on its way over TCP */
	bool cut;                     /* a truncated UDP answer stands in the reply */
	enum amt_dns_outcome udp_end; /* how UDP ended when TCP is tried instead */
};

struct dns_peer {
	struct dns_asker *asker;
	unsigned index;
	struct amt_addr addr;
	struct dns_channel udp, tcp;
	struct dns_question *first, **last; /* waiting */
	struct dns_question *open;          /* with c-ares */
	struct dns_pace pace;
};

struct dns_asker {
	struct amt_loop *loop;
	struct dns_asker_options o;
	struct AMT_VEC(struct dns_peer *) peers;
	struct dns_question *spare;
	size_t open;
	struct amt_timer *timer;
	double last_tick;
	bool pumping;
	uint16_t ids[128]; /* 256 bytes: read at once or not at all */
	size_t n_ids;
};

/* Hands a question to c-ares. It may end at once (no route), before this returns. */
void dns_question_send(struct dns_question *q);
/* Its answer, or that there is none: calls done, then q is spare again. */
void dns_question_end(struct dns_question *q, enum amt_dns_outcome outcome);

#endif
