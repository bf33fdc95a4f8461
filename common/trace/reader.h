#ifndef TRACE_READER_H
#define TRACE_READER_H

#include "frame.h"
#include "input.h"

struct trace_reader {
	struct trace_input *in;
	char *name;
	struct trace_options options;
	struct frame frame;
	char *buf; /* the window: [start, end) waits */
	size_t cap, start, end;
	uint64_t offset, line; /* of buf[start] */
	uint64_t mark;         /* bytes of a byte order mark before offset 0 */
	uint64_t records;
	bool eof, failed, follow, waited, probed, utf8, ansi, ambiguous, spooled;
	enum trace_encoding encoding; /* before it was spooled */
	const char *codepage;
	struct amt_error err;
	/* clock */
	bool gmt_known;
	int gmt_bias;
	amt_time gmt_local;
	const struct trace_zone *gmt_zone, *rule_zone;
	amt_time rule_hour;
	int rule_bias;
	amt_time clock_first, clock_last, clock_before;
	uint64_t steps_back;
	/* the offset of the record before, good for its hour */
	amt_time hour_begin;
	const struct trace_zone *hour_zone;
	bool hour_daylight;
	int hour_bias;
	enum trace_offset hour_offset;
	enum trace_offset offset_kind;
};

#endif
