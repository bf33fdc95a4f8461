/* A word that every match of a pattern must hold: search.c looks for it in raw bytes. */
#ifndef TRACE_SEARCH_H
#define TRACE_SEARCH_H

#include "amtdiag/trace.h"

#define NEEDLE_MAX  64
#define NEEDLE_MIN  3
#define NEEDLES_MAX 16 /* alternatives of one pattern */

struct needles {
	size_t n, least, most; /* how many; bytes of the shortest and the longest */
	bool folds;            /* holds k or s, which letters outside ASCII fold to */
	bool whole; /* they are all there is to the pattern: where one stands it matches */
	uint8_t len[NEEDLES_MAX];
	char text[NEEDLES_MAX][NEEDLE_MAX];
};
/* Of a PCRE2 pattern that is matched without regard to case. False: there are none. */
bool needles_of(const char *pattern, struct needles *out);

#endif
