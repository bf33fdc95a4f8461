/* Rows that need another row: whose failure is in the way of whom. Pure. */
#ifndef SITE_NEEDS_H
#define SITE_NEEDS_H

#include "amtdiag/walk.h"

/* What a row of the walk said so far, for those that need it. */
struct needs_row {
	size_t begin, end; /* its findings in out; none: begin == end */
	bool looked;
	bool holds;                    /* somebody passes it, or nearly */
	bool site;                     /* something fails that is no client */
	size_t clients;                /* that fail */
	const struct amt_finding *all; /* it failed wherever it was measured */
	struct amt_map whom;           /* failures by subject; a client's by client */
};

struct needs {
	const struct walk_fleet *fleet;
	struct amt_findings *out; /* of the walk, in its order */
	struct needs_row *row;    /* by place in the catalogue */
};

void needs_init(struct needs *n, const struct walk_fleet *fleet, struct amt_findings *out);
void needs_free(struct needs *n);
/* The findings of a row are out->list.v[begin] up to its end now. */
void needs_row_done(struct needs *n, const struct amt_item *item, size_t begin);
/*
 * The failure that is in the way of item for this subject, or NULL. words (may be NULL) gets the
 * chain: "needs S3.V02, which needs S1.V07, which failed". sure: along confirmed edges only: what
 * was measured is called a consequence by these alone.
 */
const struct amt_finding *needs_failed(struct needs *n, const struct amt_item *item,
				       const char *subject, bool sure, const char **words);

#endif
