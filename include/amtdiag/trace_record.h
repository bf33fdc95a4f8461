/* Records of a log as they stand in it: framing, time, damage, and the reader that gives them. */
#ifndef AMTDIAG_TRACE_RECORD_H
#define AMTDIAG_TRACE_RECORD_H

#include "amtdiag/core.h"

enum trace_framing {
	TRACE_PLAIN,  /* a line of text with nothing around it */
	TRACE_SERVER, /* text  $$<component><time><thread=...> */
	TRACE_CCM,    /* <![LOG[text]LOG]!><time=...> */
	TRACE_PASTED, /* columns copied from Trace32 or CMTrace */
	TRACE_FRAMINGS
};
const char *trace_framing_name(enum trace_framing f); /* "server" */

enum trace_severity { TRACE_NO_SEVERITY, TRACE_INFO, TRACE_WARNING, TRACE_ERROR };
const char *trace_severity_name(enum trace_severity s); /* "info" */
bool trace_severity_parse(const char *name, enum trace_severity *out);

/* What is wrong with a record. Bits. */
enum trace_damage {
	TRACE_CUT = 1 << 0,      /* its end is missing */
	TRACE_HEADLESS = 1 << 1, /* its beginning is missing */
	TRACE_MARKS = 1 << 2,    /* framing characters wrong or missing: $<, >> */
	TRACE_WRAPPED = 1 << 3,  /* framing broken over lines */
	TRACE_SHARED = 1 << 4,   /* not alone on its line */
	TRACE_BAD_TIME = 1 << 5, /* a time or bias that can't be right */
	TRACE_UNFRAMED = 1 << 6, /* lines without framing in a framed file */
	TRACE_DAMAGES = 7        /* how many bits */
};
const char *trace_damage_name(unsigned bit); /* bit number: "cut" */

/* Where the offset of a time comes from. */
enum trace_offset {
	TRACE_OFFSET_UNKNOWN, /* local time, can't be placed */
	TRACE_OFFSET_BIAS,    /* a bias stands in the record */
	TRACE_OFFSET_ZONE,    /* the zone's name and its daylight saving rule */
	TRACE_OFFSET_GMTDATE, /* measured at a status message of the same file */
	TRACE_OFFSET_OPTION,  /* told by the user */
	TRACE_OFFSETS
};
const char *trace_offset_name(enum trace_offset o);

struct trace_zone; /* a row of zones.tsv */

struct trace_when {
	amt_time local; /* as written; AMT_TIME_NONE: no time in the record */
	int bias;       /* minutes, UTC = local + bias; when offset says so */
	enum trace_offset offset;
	const struct trace_zone *zone; /* named in the record; NULL: none or not in the table */
	bool daylight;                 /* the zone's name says daylight time */
};
/* UTC, or the local time as it stands when the offset is unknown; NONE stays NONE. */
amt_time trace_utc(const struct trace_when *w);
/* RFC 3339 with offset; without one when it is not known; "-" for none. */
char *trace_when_format(const struct trace_when *w, char out[AMT_TIME_TEXT]);

/* A record as it stands in the (decoded) stream. Strings are not terminated. */
struct trace_record {
	uint64_t offset, line; /* where it begins; lines count from 1 */
	uint32_t lines;        /* physical lines it takes */
	enum trace_framing framing;
	unsigned damage;  /* enum trace_damage */
	const char *text; /* in the file's encoding, line ends as they stand */
	size_t text_len;
	const char *component; /* may be NULL */
	size_t component_len;
	const char *source_file; /* CCM file="..."; may be NULL */
	size_t source_file_len;
	bool has_thread;
	uint32_t thread;
	int type; /* CCM type 0 to 3; -1: not given */
	struct trace_when when;
};

enum trace_encoding { TRACE_UTF8, TRACE_UTF16LE, TRACE_UTF16BE, TRACE_ANSI, TRACE_ENCODINGS };

struct trace_options {
	const char *codepage;        /* for text that is not UTF-8; NULL: found out, else CP1252 */
	bool day_first, month_first; /* --date-order; neither: found out */
	bool has_tz;                 /* --tz: these offsets rule */
	int tz_bias;                 /* minutes, when tz_zone is NULL */
	const struct trace_zone *tz_zone;
	bool no_signatures;  /* sessions only */
	unsigned threads;    /* 0: two, if that pays; what is found is the same for any number */
	size_t window;       /* bytes read at once; 0: what is best. For tests */
	size_t max_sessions; /* kept in detail; 0: TRACE_SESSIONS_DEFAULT */
	const char *source;  /* name of this place in partial results; NULL: "" */
	const struct amt_progress *progress;
	/* A descriptor to read instead of the path, -1 for none; NULL: always the path. */
	int (*open)(void *arg, const char *path);
	void *open_arg;
};
#define TRACE_SESSIONS_DEFAULT 10000
/* +02:00, -330 (a bias), UTC, or a zone's name out of the table. */
bool trace_tz_parse(const char *s, struct trace_options *o, struct amt_error *err);

/*
 * Reads the records of one file ("-": standard input), gzip and zstd unpacked,
 * UTF-16 decoded. The window is 256 KiB and grows to hold a record of 1 MiB at
 * most; longer ones come in pieces, marked as cut.
 */
struct trace_reader;
struct trace_reader *trace_reader_open(const char *path, const struct trace_options *o,
				       struct amt_error *err);
/* The same over bytes in memory, which stay the caller's. */
struct trace_reader *trace_reader_memory(const void *p, size_t n, const char *name,
					 const struct trace_options *o);
void trace_reader_close(struct trace_reader *r);
enum trace_step {
	TRACE_RECORD,
	TRACE_AGAIN, /* followed or spooled: nothing complete yet, ask later */
	TRACE_END,   /* or an error: trace_reader_error() */
};
/* The record is valid until the next call. */
enum trace_step trace_reader_next(struct trace_reader *r, struct trace_record *rec);
const char *trace_reader_error(const struct trace_reader *r); /* NULL: none */
/* Do not take the end of the file for the end of the log: TRACE_AGAIN there. */
void trace_reader_follow(struct trace_reader *r, bool on);
/*
 * For viewers: an index is the offset and line of each record of a first pass.
 * Then one record at a place, without reading what is before it. False for inputs
 * that can't seek (packed, piped, UTF-16): after trace_reader_spool(), before the first
 * record, what is decoded goes into an unnamed file on the way, and they can. A pipe
 * is not waited for then: TRACE_AGAIN, and trace_reader_waits(), when it has nothing.
 */
bool trace_reader_at(struct trace_reader *r, uint64_t offset, uint64_t line,
		     struct trace_record *rec);
bool trace_reader_can_seek(const struct trace_reader *r);
bool trace_reader_spool(struct trace_reader *r, struct amt_error *err);
bool trace_reader_waits(const struct trace_reader *r);
uint64_t trace_reader_taken(const struct trace_reader *r); /* bytes of the file read so far */
/* Were they written over since, be the file as long as before or longer? */
bool trace_reader_changed(const struct trace_reader *r);
int trace_reader_copy(const struct trace_reader *r); /* that file, the reader's own; -1: none */
/*
 * Like reading to the end, but only the records that may match, faster: patterns are
 * PCRE2, matched without regard to case, and all must match. NULL when no word must stand
 * in every match: then there is no faster way. Not for a log that is followed.
 */
struct trace_search;
struct trace_search *trace_search_new(const char *const *patterns, size_t n);
void trace_search_free(struct trace_search *s);
void trace_search_begin(struct trace_search *s); /* before the first record of each reader */
enum trace_step trace_search_next(struct trace_search *s, struct trace_reader *r,
				  struct trace_record *rec);
/* Of the record that came last: is it known that all patterns match its text? text is what
 * trace_text_in_place() gave. False: see for yourself. */
bool trace_search_knows(struct trace_search *s, const struct trace_reader *r, const char *text,
			size_t n);
/* What was found out about the file so far. */
struct trace_file_facts;
void trace_reader_facts(const struct trace_reader *r, struct trace_file_facts *out);
/* Calibrates by status messages and decides the offset of the record's time. */
void trace_reader_clock(struct trace_reader *r, struct trace_record *rec);
/* The text in UTF-8, '~' marks and carriage returns turned into line ends or dropped. */
void trace_reader_text(struct trace_reader *r, const struct trace_record *rec, struct amt_buf *out);
/* The bytes of the file that are the text, without the marks and blanks at their end. They are
 * the text in UTF-8 if they are ASCII without '~', carriage return and NUL. */
size_t trace_text_len(const struct trace_record *rec);
/* The same without a copy, *len bytes long, where that is so: nearly always. Else NULL. */
const char *trace_text_in_place(const struct trace_record *rec, size_t *len);
/* Any other string of a record in UTF-8, as it stands. */
void trace_reader_utf8(struct trace_reader *r, const char *s, size_t n, struct amt_buf *out);

#endif
