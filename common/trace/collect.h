/* What the steps of trace_collect() share. */
#ifndef TRACE_COLLECT_H
#define TRACE_COLLECT_H

#include "feed.h"
#include "reader.h"

/* Counters of one file, and what scanning keeps from line to line. */
struct trace_scan {
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

struct trace_meaning;
/* Is the record of a component of ours? */
bool trace_scan_ours(struct trace_scan *s, const struct trace_record *rec);
void trace_scan_record(struct trace_scan *s, const struct trace_record *rec,
		       const struct trace_meaning *m, bool ours);
void trace_scan_statmsg(struct trace_scan *s, const char *text, size_t n);
/* scan.c: all records of a file, by one thread or several. */
void trace_scan_file(struct trace_run *run, struct trace_reader *r, struct trace_scan *s,
		     const struct trace_path *path, uint32_t index);

#endif
