/* A walk under way: walk.c adds the rows of a stage, walk_close.c ends it. */
#ifndef SITE_WALK_STATE_H
#define SITE_WALK_STATE_H

#include "site/needs.h"

enum { WALK_SEAT_STAGE = 5 }; /* from here on a client is met through a console or browser */

struct walk_state {
	const struct walk_input *in;
	struct walk_fleet *fleet;
	struct amt_findings *out;
	struct walk *w;
	size_t *head, *next; /* findings of a row: chains of index + 1 by row */
	struct needs needs;
	size_t stage_begin; /* out->list.n where the stage began */
	int loose_stage;    /* the first failure of a client that nobody knows */
	const struct amt_finding *loose;
	/* What fails at a console or browser, by stage: no client's own fault, but each is met
	 * through one. */
	const struct amt_finding *seat[AMT_STAGE_LAST + 1];
};

void walk_because(struct amt_finding *f, const struct amt_finding *by);
void walk_close_stage(struct walk_state *st, int stage);
/* After the last stage. */
void walk_close_clients(struct walk_state *st);

#endif
