/* Private to dress.c and dress_find.c: what a file's lines wear. */
#ifndef TRACE_DRESS_FIND_H
#define TRACE_DRESS_FIND_H

#include "amtdiag/core.h"

#define DRESS_LEAD_MAX   320 /* bytes before a line that are looked at: a path and a number */
#define DRESS_ENTITY_MAX 12  /* "&#x1F600;" */

struct dress_kind {
	const char *name; /* for people */
	/* Before each line: marks, the name of a file, a number, a blank. */
	char marks[16];
	size_t n_marks;
	bool named, numbered, blank;
	bool html, nbsp, cr;
	char delimiter; /* of CSV */
};
bool dress_find(const char *p, size_t n, struct dress_kind *out);
/* How many bytes before the text of a line of n bytes are none of the log's. */
size_t dress_lead(const struct dress_kind *k, const char *p, size_t n);

#endif
