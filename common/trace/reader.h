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
	bool eof, failed, follow, waits, waited, probed, utf8, ansi, ambiguous;
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

/* For one that reads the bytes itself (crew.c): the first window, looked at. */
void trace_reader_begin(struct trace_reader *r);
/* Bytes into the window; how many there was room for. Pull until it has nothing more. */
size_t trace_reader_push(struct trace_reader *r, const char *p, size_t n);
bool trace_reader_pull(struct trace_reader *r, bool final, struct trace_record *rec);
/* Reads more into the window; look at eof then. */
void trace_reader_more(struct trace_reader *r);
/* Nothing waits: a line that follows begins a record. */
static inline bool trace_reader_is_idle(const struct trace_reader *r)
{
	const struct frame *f = &r->frame;

	return r->start == r->end && !f->scanned && !f->flush && !f->shared;
}
/* Lines in the exact form were taken elsewhere. */
static inline void trace_reader_pass(struct trace_reader *r, uint32_t lines, size_t used)
{
	r->frame.framed = true;
	r->frame.no_newline = 0;
	r->line += lines;
	r->offset += used;
	r->records += lines;
}

/* The first part of trace_reader_clock(): decides the offset of the record's time, which is
 * that of all lines with the same zone in its hour. The second tells of a time in UTC. */
void trace_reader_offset(struct trace_reader *r, struct trace_record *rec);
/* The first status message of the window tells the offset of what stands before it, too. */
void trace_reader_foresee(struct trace_reader *r);
void trace_reader_note(struct trace_reader *r, amt_time t);
/* The same of those that came after one. */
void trace_reader_note_more(struct trace_reader *r, amt_time least, amt_time most, amt_time last,
			    uint32_t steps_back);

#define TRACE_STEP_BACK (60 * AMT_SECOND)

#endif
