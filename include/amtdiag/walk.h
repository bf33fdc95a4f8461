/*
 * The walk through stages 1 to 7: findings of all rooms, answers of people and
 * the catalogue become one verdict a row, a stage and a client. Pure.
 *
 * Rules (guide, "Troubleshooting by stage"; catalogue G.01, G.02):
 *  - A row belongs to the lowest of its stages; prerequisites (P) are stage 1.
 *  - A row that does not apply is na, with the reason.
 *  - What was measured counts; else the answer of a person; else the row is
 *    unknown and says what would answer it.
 *  - A failure ends the walk for whom it concerns: the site's for everybody, a
 *    client's for that client. A row about a client's parts whose subject is no
 *    client that is known ends nobody's walk. Later rows are skipped; what was seen there
 *    meanwhile is kept as evidence, and what holds there stays a pass.
 *  - Where the checks that verify a stage hold, its unanswered corrective rows
 *    are not needed: na.
 */
#ifndef AMTDIAG_WALK_H
#define AMTDIAG_WALK_H

#include "amtdiag/site.h"

/* A client by all the names it has in different evidence. */
struct walk_client {
	const char *name; /* FQDN, else name, UUID, address */
	struct amt_strlist keys;
	bool listed; /* stands in the inventory */
	/* filled by walk_run() */
	int stage_reached; /* the last stage where something of it was seen to hold; 0 none */
	int broken_stage;  /* 0: not broken */
	const struct amt_finding *broken; /* it may be one of its subjects */
	const struct amt_item *broken_row;
	const char *broken_summary; /* what was said of this one */
	enum amt_verdict stage[AMT_STAGE_LAST + 1];
	bool judged[AMT_STAGE_LAST + 1]; /* stage[] holds something of its own */
};

struct walk_fleet {
	struct amt_arena arena;
	struct AMT_VEC(struct walk_client) clients;
	struct amt_map by_key; /* lower-case key -> index */
};
void walk_fleet_free(struct walk_fleet *f);
/* The client that has one of the keys (NULL and "" are passed over), made if there is none; the
 * others become keys of it too. Its index. */
size_t walk_fleet_add(struct walk_fleet *f, const char *const *keys, size_t n, bool listed);
/* The client a finding's subject names, or NULL: then it concerns the site. */
struct walk_client *walk_fleet_find(const struct walk_fleet *f, const char *subject);

struct walk_input {
	const struct amt_findings *seen; /* of the rooms; may be folded */
	const struct amt_context *ctx;
	const struct site_answers *answers; /* may be NULL */
	unsigned stages;                    /* bits to walk; 0: all */
};

struct walk_stage {
	bool walked;
	enum amt_verdict verdict;
	size_t counts[AMT_VERDICTS];
};

struct walk {
	struct walk_stage stages[AMT_STAGE_LAST + 1]; /* from 1 */
	int broken_stage;                             /* 0: none */
	const struct amt_finding *broken;             /* in out */
};

/* The stage a row belongs to: 1 to 7. */
int walk_stage_of(const struct amt_item *item);
/* Walks; findings go to out, verdicts to w and the clients of fleet. */
void walk_run(const struct walk_input *in, struct walk_fleet *fleet, struct amt_findings *out,
	      struct walk *w);

#endif
