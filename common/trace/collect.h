/* What the steps of trace_collect() share. */
#ifndef TRACE_COLLECT_H
#define TRACE_COLLECT_H

#include "feed.h"
#include "reader.h"

/* Counters of one file, and what scanning keeps from line to line. */
struct trace_scan {
	struct trace_signer *signer; /* NULL: no signatures */
	uint64_t records, damaged, unknown_lines;
	uint64_t damage[TRACE_DAMAGES], by_framing[TRACE_FRAMINGS], by_severity[4];
	bool rolled, amt, component_ours;
	char component[104], site_server[64];
	size_t component_len;
};

struct trace_run {
	const struct trace_options *options;
	struct trace_facts *facts;
	struct amt_notes *notes;
	struct feed *feed;
	struct trace_signer *signer;
};

bool trace_is_quiet(const struct trace_match *m);
/* Meaning and signatures of a record; true if the feed must hear of it. */
bool trace_scan_record(struct trace_scan *s, struct trace_record *rec, struct feed_line *l);
/* scan.c: all records of a file, by one thread or several. */
void trace_scan_file(struct trace_run *run, struct trace_reader *r, struct trace_scan *s,
		     const struct trace_path *path, uint32_t index);

#endif
