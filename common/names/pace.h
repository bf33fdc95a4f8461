/*
 * How fast one server is asked: a window that grows with answers and halves with
 * losses, a ceiling of questions a second, and when to leave a server alone. Numbers
 * only, no I/O: the asker tells what happened and when.
 */
#ifndef AMTDIAG_NAMES_PACE_H
#define AMTDIAG_NAMES_PACE_H

#include "amtdiag/names.h"

#define PACE_WINDOW_FIRST   32
#define PACE_WINDOW_LEAST   4
#define PACE_GIVE_UP_SILENT 3  /* questions without any answer before a server is left alone */
#define PACE_GIVE_UP_LATER  24 /* the same, for one that did answer earlier */

struct dns_pace {
	unsigned most;             /* the window's ceiling */
	unsigned qps;              /* 0: no ceiling */
	unsigned open;             /* packets on their way */
	unsigned window, in_a_row; /* answers since the window last changed */
	unsigned silent;           /* questions in a row without an answer */
	unsigned udp_silent;       /* the same over UDP alone */
	bool udp_dead;             /* only TCP answers: UDP is no longer tried */
	double tokens, halved;     /* halved: ms, when the window was last cut */
	double ms_sum;
	struct amt_dns_server stats;
};

void dns_pace_init(struct dns_pace *p, unsigned most, unsigned qps);
/* May another question be sent now? */
bool dns_pace_free(const struct dns_pace *p);
bool dns_pace_given_up(const struct dns_pace *p);
/* seconds went by since the last call. */
void dns_pace_tick(struct dns_pace *p, double seconds);
void dns_pace_answered(struct dns_pace *p, double ms, bool over_tcp);
void dns_pace_lost(struct dns_pace *p, double now_ms);
/* No answer at all over UDP; true when TCP is worth a try. */
bool dns_pace_udp_failed(struct dns_pace *p);
/* The counting part of the server's facts; ignored: packets that fit no question. */
void dns_pace_stats(const struct dns_pace *p, uint64_t ignored, struct amt_dns_server *out);

#endif
