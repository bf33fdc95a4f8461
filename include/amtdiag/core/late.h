/*
 * Libraries that only some runs need (libcurl, libldap, libxml2, libarchive) bring dozens of
 * others along. They are loaded when the first of their functions is called, so that the rest
 * of a tool starts without them. FILE.late in a room lists the functions of one library;
 * common/core/late.awk makes late_LIB.h of it, which is included in place of the library's
 * own header. In a static build none can be loaded.
 */
#ifndef AMTDIAG_CORE_LATE_H
#define AMTDIAG_CORE_LATE_H

#include "amtdiag/core/error.h"

#include <stdbool.h>

struct amt_late {
	const char *soname;
	const char *package;      /* of Debian 12, that the library is in */
	const char *const *names; /* NULL at the end */
	void *at;                 /* a struct of pointers, one a name in their order */
	bool loaded;
	struct amt_late *next;
};

/* Makes one known, before main(). */
void amt_late_add(struct amt_late *l);
/* Where it may be missing: ask before the first call. Cheap when it is loaded. */
bool amt_late_load(struct amt_late *l, struct amt_error *err);
/* For a call that nobody asked for: without the library the run ends, as without memory (70). */
void amt_late_must(struct amt_late *l);
/* All that this program knows: before confinement takes away the files they are in. */
void amt_late_all(void);

#endif
