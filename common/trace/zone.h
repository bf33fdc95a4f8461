/* Windows time zones by name, and their daylight saving rules. */
#ifndef TRACE_ZONE_H
#define TRACE_ZONE_H

#include "amtdiag/trace.h"

enum trace_rule {
	TRACE_RULE_none,
	TRACE_RULE_eu,
	TRACE_RULE_us,
	TRACE_RULE_au,
	TRACE_RULE_nz,
	TRACE_RULE_ru,
	TRACE_RULE_mx, /* Mexico */
	TRACE_RULE_wa  /* Western Australia */
};

struct trace_zone {
	const char *name; /* UTF-8, of standard time */
	int bias;         /* minutes, UTC = standard time + bias */
	enum trace_rule rule;
	const char *charset; /* code page that such a name hints at; "-" */
};
extern const struct trace_zone trace_zones[];
extern const size_t trace_zones_count;

/* A name as logs have it, in UTF-8; daylight: it is the name of daylight saving time. */
const struct trace_zone *trace_zone_find(const char *name, size_t n, bool *daylight);
/* The code page in which these bytes are a zone of the table; NULL: none. */
const char *trace_zone_charset(const char *bytes, size_t n);
/* UTC = local + this many minutes, by the rule. */
int trace_zone_bias(const struct trace_zone *z, amt_time local);

#endif
