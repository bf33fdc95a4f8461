/*
 * Time is an argument. amt_time counts microseconds since 1970-01-01T00:00:00Z;
 * only collectors and main() ask amt_time_now(). Years 0001 to 9999.
 */
#ifndef AMTDIAG_CORE_TIME_H
#define AMTDIAG_CORE_TIME_H

#include "amtdiag/core/error.h"

#include <stdint.h>

typedef int64_t amt_time;
#define AMT_TIME_NONE INT64_MIN
#define AMT_SECOND    ((amt_time)1000000)
#define AMT_DAY       (86400 * AMT_SECOND)

struct amt_civil {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second, usec;
	int offset;        /* minutes east of UTC: local = UTC + offset */
	bool offset_known; /* false: the time is local and can't be placed */
};

#define AMT_TIME_TEXT 40 /* bytes that every formatted time fits in */

amt_time amt_time_now(void);
/* For time-outs and durations: nobody sets this clock. Counts from no known moment. */
amt_time amt_time_steady(void);
bool amt_civil_valid(const struct amt_civil *c); /* second 60 is refused */
/* The instant; an unknown offset counts as 0. AMT_TIME_NONE when not valid. */
amt_time amt_time_from_civil(const struct amt_civil *c);
void amt_time_to_civil(amt_time t, int offset_min, struct amt_civil *out);
int amt_weekday(int year, int month, int day); /* 0 = Sunday */

/* RFC 3339; the fraction is cut at microseconds, a date alone means 00:00:00Z. */
bool amt_time_parse(const char *s, amt_time *out, struct amt_error *err);
/* RFC 3339, or +30d -12h +90m +10s relative to base. */
bool amt_time_parse_when(const char *s, amt_time base, amt_time *out, struct amt_error *err);
/* "2009-01-14T13:43:12Z"; a fraction only when there is one. "-" for NONE. Returns out. */
char *amt_time_format(amt_time t, char out[AMT_TIME_TEXT]);
/* The same with an offset, or without any when it is not known. */
char *amt_civil_format(const struct amt_civil *c, char out[AMT_TIME_TEXT]);
/* "2009-01-14" */
char *amt_time_date(amt_time t, char out[AMT_TIME_TEXT]);

#endif
