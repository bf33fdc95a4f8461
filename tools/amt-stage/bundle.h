/* What goes into a bundle, and in what state. */
#ifndef STAGE_BUNDLE_H
#define STAGE_BUNDLE_H

#include "amtdiag/redact.h"
#include "spool.h"
#include "stage.h"

#include <sys/types.h>

/* bundle_devices.c: those of a fleet. What goes into devices.ndjson, redacted if the run is; -1:
 * there is none. */
int stage_bundle_devices(const struct stage *st, off_t *size);
void stage_bundle_learn(const struct stage *st, struct amt_redactor *r);
bool stage_bundle_redact(struct stage *st, struct amt_redactor *r, struct amt_error *err);
/* The devices of an opened bundle, n by its report. What is not there is a note. */
void stage_bundle_reopen(struct stage *st, struct stage_spool *spool, int64_t n);

/* bundle_secret.c: why a file does not go into a bundle; NULL: it may. */
const char *stage_bundle_secret(const char *path, const struct amt_buf *b);

/* bundle_unpack.c: gzip and zstd */
enum bundle_packed {
	BUNDLE_PLAIN,    /* not packed */
	BUNDLE_UNPACKED, /* out has all of it */
	BUNDLE_CUT,      /* it ends early or is damaged: out has what could be read */
	BUNDLE_CLOSED    /* packed otherwise, twice, or too long */
};
enum bundle_packed stage_bundle_unpack(const struct amt_buf *b, struct amt_buf *out);

#endif
