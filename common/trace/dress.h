/*
 * What a log's lines wear when they come out of other hands: the marks of a quoted mail, the name
 * and number that grep and findstr write before each, HTML, CSV, the line ends of an old Mac. The
 * first lines of a file tell; it is taken off before anything reads them. Lines stay lines, so that
 * their numbers hold.
 */
#ifndef TRACE_DRESS_H
#define TRACE_DRESS_H

#include "amtdiag/core.h"

struct trace_dress;
/* By the beginning of a file; NULL: it wears nothing. */
struct trace_dress *trace_dress_find(const char *p, size_t n);
void trace_dress_free(struct trace_dress *d); /* NULL: nothing */
/* Bytes as the file has them; last: no more come. */
void trace_dress_put(struct trace_dress *d, const char *p, size_t n, bool last);
/* Bytes without it; 0: more have to be put. */
size_t trace_dress_take(struct trace_dress *d, char *out, size_t n);
const char *trace_dress_name(const struct trace_dress *d); /* what was taken off */

#endif
