/* Devices of a fleet on disk, by their place in the inventory. */
#ifndef STAGE_SPOOL_H
#define STAGE_SPOOL_H

#include "amtdiag/report.h"
#include "amtdiag/site.h"

#include <sys/types.h>

struct stage_spool {
	int fd;
	const char *path; /* not copied */
	const struct site_inventory *inventory;
	int64_t *at;     /* of each client: where its line begins, -1: not there. NULL: not open */
	size_t n, found; /* clients that are there; of them when it was opened */
	off_t end;       /* after the last whole line */
};

/*
 * path NULL: the file unnamed, which stays the caller's. resume: what is in the file counts, a torn
 * last line is cut off. False with err when it can't be had; stage_spool_close() is still due.
 */
bool stage_spool_open(struct stage_spool *s, const char *path, int unnamed, bool resume,
		      const struct site_inventory *inventory, struct amt_notes *notes,
		      struct amt_error *err);
bool stage_spool_has(const struct stage_spool *s, size_t client);
/* Appends; facts is taken over. False: nothing of it is in the file (the disk is full, say). */
bool stage_spool_put(struct stage_spool *s, size_t client, json_t *facts, struct amt_error *err);
/* A new reference, or NULL when it can't be read back. */
json_t *stage_spool_get(const struct stage_spool *s, size_t client);
void stage_spool_close(struct stage_spool *s);

#endif
