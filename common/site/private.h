/* What the files of this room share: inih with line numbers and clear messages. */
#ifndef SITE_PRIVATE_H
#define SITE_PRIVATE_H

#include "amtdiag/site.h"

#include <ini.h>

struct ini_source {
	const char *p, *end;
	int line; /* the line that inih is looking at */
};

/*
 * Reads an INI file and calls handler a key; src->line is the current line
 * inside it. Lines that are not INI become notes and are counted.
 */
bool ini_source_parse(struct ini_source *src, const char *path, ini_handler handler, void *arg,
		      struct amt_notes *notes, size_t *mistakes, struct amt_error *err);

#endif
