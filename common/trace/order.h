/* The orders that facts are kept in; for qsort(). */
#ifndef TRACE_ORDER_H
#define TRACE_ORDER_H

#include "amtdiag/trace.h"

/* struct trace_session: by begin, then file and line. */
int trace_by_time(const void *a, const void *b);
/* struct trace_day */
int trace_by_day(const void *a, const void *b);

#endif
