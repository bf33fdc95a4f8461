/* The time fields of every framing. */
#ifndef TRACE_WHEN_H
#define TRACE_WHEN_H

#include "amtdiag/trace.h"

/* Keeps what repeats from record to record: the minute and the zone. */
struct trace_when_cache {
	char head[24], tail[72]; /* of the field parsed last, around its seconds */
	size_t head_len, tail_len;
	amt_time minute;
	struct trace_when when;
	const char *codepage; /* of zone names that are not UTF-8; NULL */
};

/* "Wed Jan 14 13:43:12.123 2009 GMT Standard Time", "Wed May 21 17:09:02 1997~",
 * "11-30-2022 01:03:34.174-60". Bad values: false. */
bool trace_when_server(struct trace_when_cache *c, const char *p, size_t n, struct trace_when *w);
/* time="..." and date="..." of CCM. *odd: a bias that can't be read; the time itself is good. */
bool trace_when_ccm(const char *time, size_t nt, const char *date, size_t nd, struct trace_when *w,
		    bool *odd);
/* "14/01/2009 13:43:12", "1/14/2009 1:43:12 PM". Returns the bytes taken, 0: it is no time.
 * first and second are the numbers before the year, for finding out the order. */
size_t trace_when_pasted(const char *p, size_t n, bool day_first, struct trace_when *w, int *first,
			 int *second);

#endif
