#ifndef AMTDIAG_TRACE_PARTIAL_H
#define AMTDIAG_TRACE_PARTIAL_H

#include "amtdiag/trace.h"

/*
 * Partial results: NDJSON, one self-contained line per log read ({"partial":1,
 * "source":..., "log":..., "version":..., "facts":{...}}). Merging keeps the newest
 * version of each log: associative, commutative, idempotent; sorted, so that equal
 * sets are equal bytes.
 */
struct trace_partial AMT_VEC(char *);
void trace_partial_free(struct trace_partial *p);
bool trace_partial_add_facts(struct trace_partial *p, const struct trace_facts *f,
			     const char *source, struct amt_error *err);
bool trace_partial_add_line(struct trace_partial *p, const char *line, size_t n,
			    struct amt_error *err);
void trace_partial_settle(struct trace_partial *p); /* sort, keep the newest of each */
bool trace_partial_facts(const struct trace_partial *p, struct trace_facts *f,
			 struct amt_error *err);

#endif
