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
	struct amt_findings
		*seen; /* of the rooms; may be folded; their lists of subjects go to out */
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

/*
 * The corrective actions of a walk in the two orders of the guide: by stage ("Troubleshooting by
 * Provisioning Stage") and by component ("Troubleshooting by Component"). In both what only looks
 * comes first, what erases data last (catalogue G.02). Pure.
 */
/* What the words of a step say it costs, where no table does: a sentence that a judge made. */
enum amt_cost orders_cost_of(const char *step);

/* The chapters of the guide's second part, in its order. */
enum orders_part {
	ORDERS_CLIENT,
	ORDERS_NETWORK,
	ORDERS_CONFIGMGR, /* and its console */
	ORDERS_AD,
	ORDERS_CA,
	ORDERS_OTHER, /* and browsers */
	ORDERS_PARTS
};
const char *orders_part_name(enum orders_part p);  /* "configmgr" */
const char *orders_part_title(enum orders_part p); /* "ConfigMgr servers" */
enum orders_part orders_part_of(enum amt_component c);

struct orders_step {
	const char *text; /* the findings' */
	const struct amt_item *item;
	int stage;
	enum orders_part part;
	enum amt_cost
		cost; /* at least that of the row's steps before it: they stay in their order */
	bool erases;  /* the step itself, not one before it */
};

struct orders_steps AMT_VEC(struct orders_step);

/* How far the corrective checks of a failing stage explain it. */
enum orders_state {
	ORDERS_FINE,      /* the stage does not fail, or waits for another */
	ORDERS_EXPLAINED, /* one of them fails */
	ORDERS_OPEN,      /* none fails, some are not answered */
	ORDERS_EXHAUSTED  /* all hold or do not apply: look at all stages */
};

const char *orders_state_name(enum orders_state s); /* "exhausted" */

struct orders {
	struct orders_steps by_stage, by_part;       /* sorted; each step once */
	enum orders_state state[AMT_STAGE_LAST + 1]; /* from 1 */
	size_t open[AMT_STAGE_LAST + 1];             /* corrective checks without an answer */
};
/* findings: what walk_run() gave; the steps point into it. */
void orders_make(struct amt_findings *findings, struct orders *out);
void orders_free(struct orders *o);
/* G.02, added at the end of what the walk found: whether what fails is explained, and what its
 * steps cost. */
struct amt_finding *orders_judge(struct amt_findings *findings);

#endif
