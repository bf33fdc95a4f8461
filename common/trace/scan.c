/* All records of one file into the feed. */
#include "collect.h"

static const char *line_codepage(struct trace_reader *r, const struct trace_record *rec)
{
	for (size_t i = 0; i < rec->text_len; i++)
		if ((unsigned char)rec->text[i] >= 0x80)
			return amt_utf8_valid(rec->text, rec->text_len) ? NULL
			       : r->codepage                            ? r->codepage
									: "CP1252";
	return NULL;
}

void trace_scan_file(struct trace_run *run, struct trace_reader *r, struct trace_scan *s,
		     const struct trace_path *path, uint32_t index)
{
	struct feed_line l = {.file = index, .group = path->group, .scope = path->scope};
	struct trace_record rec;
	uint64_t size = trace_input_size(r->in), next = 0, errors = 0, records = 0;
	amt_time day_end = AMT_TIME_NONE, day_begin = AMT_TIME_NONE;

	while (trace_reader_next(r, &rec) == TRACE_RECORD) {
		trace_reader_clock(r, &rec);
		amt_time at = trace_utc(&rec.when);
		if (at != AMT_TIME_NONE && (at < day_begin || at >= day_end)) {
			if (records)
				feed_count(run->feed, day_begin, records, errors);
			records = errors = 0;
			day_begin = at - (at % AMT_DAY + AMT_DAY) % AMT_DAY;
			day_end = day_begin + AMT_DAY;
		}
		l.at = at;
		l.placed = rec.when.offset != TRACE_OFFSET_UNKNOWN;
		bool hear = trace_scan_record(s, &rec, &l);
		records++;
		errors += l.severity == TRACE_ERROR;
		if (hear) {
			l.codepage = l.severity == TRACE_INFO ? NULL : line_codepage(r, &rec);
			feed_line(run->feed, &l);
		}
		if (r->offset >= next) {
			next = r->offset + 4 * AMT_MIB;
			amt_progress_update(run->options->progress, path->path, r->offset, size);
			if (amt_stopped())
				break;
		}
	}
	if (records)
		feed_count(run->feed, day_begin, records, errors);
	feed_file_end(run->feed, path->group);
}
