/* Several runs as one: a set of runs, and what follows from it. */
#ifndef STAGE_MERGE_H
#define STAGE_MERGE_H

#include "stage.h"

/*
 * A run as it is merged: a JSON object with site, started, now, version, shard (may be
 * missing), verdict, clients, timelines and findings, as in its document. Merging is the union of
 * sets of these: the order and how often one is given do not matter, and a merged document
 * holds its runs whole, so that it can be merged again.
 */
/* Adds the run, or the runs, of a document or run folder. Trouble is a note. */
void stage_merge_add(struct stage *st, const char *path);
/* The same from facts of a merged document. */
void stage_merge_add_facts(struct stage *st, const json_t *facts);
/* The runs, newest first. */
size_t stage_merge_runs(void);
const json_t *stage_merge_run(size_t i);
bool stage_merge_is(const json_t *facts);
/* Clients and findings that hold now: of each the newest run that speaks of it. */
void stage_merge_judge(struct stage *st);
/* The facts of the merged document. */
json_t *stage_merge_facts(const struct stage *st);
void stage_merge_sections(struct stage *st);
void stage_merge_free(struct stage *st);

#endif
