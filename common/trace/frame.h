/*
 * Finds records in a window of bytes. Knows nothing of files: trace_reader
 * (reader.c) brings the bytes. Rules: handbook "Logs" 1.1 to 1.3.
 */
#ifndef TRACE_FRAME_H
#define TRACE_FRAME_H

#include "when.h"

#define FRAME_MAX (1024 * AMT_KIB) /* one record; logs.md 1.4: allow at least 1 MiB */

struct frame {
	struct trace_when_cache when;
	char component[104]; /* "$$<COMPONENT><" seen last */
	size_t component_len;
	/* What nearly every line has from its "$$<" to its thread, and the bits of it that all
	 * those lines share; the clock in it begins behind before_len bytes: frame_fast.c. */
	char like[320], same[320];
	size_t like_len, before_len;
	size_t fast_component;  /* length of the component in before */
	struct trace_when fast; /* of such a line, but for its time */
	amt_time fast_hour;
	unsigned learned;     /* how often they changed */
	bool framed;          /* lines without framing belong to a record that follows */
	bool shared;          /* the next record begins in the middle of a line */
	bool day_first;       /* pasted dates */
	bool component_leads; /* pasted columns: the component stands before the text */
	bool inside;          /* what comes is not the beginning of the file */
	size_t scanned;       /* bytes of the waiting group known to hold no end of a record */
	size_t flush;         /* bytes that will not become part of a framed record */
	size_t no_newline;    /* bytes ahead without a line end */
	/* pasted dates, to find out the order */
	uint64_t first_over_12, second_over_12, dates;
	uint64_t halves;                      /* dates with AM or PM */
	uint64_t text_first, component_first; /* pasted columns, by what they look like */
	uint64_t furniture;
	char unfolded[2][128]; /* component and source file that were wrapped, of the last record */
};

enum frame_result {
	FRAME_RECORD,
	FRAME_SKIPPED, /* used bytes, gave nothing */
	FRAME_MORE,    /* needs more bytes than there are */
};
/*
 * The next record at p. final: nothing follows end. full: the window can't grow.
 * used, lines: bytes and line ends taken. rec->offset and rec->line are those of
 * the record's first byte relative to p.
 */
enum frame_result frame_next(struct frame *f, const char *p, const char *end, bool final, bool full,
			     struct trace_record *rec, size_t *used);
/* A record that is one whole line in the exact form of the server framing. */
struct frame_line {
	size_t used, text_len; /* the text begins where the line does */
	const char *component;
	uint32_t thread;
	amt_time local;
};
/* A line like the one before it: same component, same hour, same zone. The rest of its
 * record is in f->fast. What it says does not depend on the lines before. */
bool frame_line(const struct frame *f, const char *p, const char *end, struct frame_line *out);
/* Any line in the exact form; learns from it. p is the beginning of a line. */
bool frame_alone(struct frame *f, const char *p, const char *end, struct frame_line *out);
/* frame_line() as a record. False: ask frame_next(). */
bool frame_fast(struct frame *f, const char *p, const char *end, struct trace_record *rec,
		size_t *used);
void frame_fast_learn(struct frame *f); /* after a line in the exact form */
/* Does the beginning of a file hold framed records? */
bool frame_probe(const char *p, size_t n);
uint32_t frame_count_lines(const char *p, const char *end);
/* A copy without line ends; how many bytes it has, at most size. */
size_t frame_unfold(const char *p, size_t n, char *out, size_t size);

/* frame_server.c: the part after the text. */
struct frame_tail {
	const char *begin, *end; /* from its first '$' to behind its last '>' */
	const char *component;
	size_t component_len;
	struct trace_when when;
	bool has_thread;
	uint32_t thread;
	unsigned damage;
};
enum frame_tail_result { TAIL_NONE, TAIL_PART, TAIL_FULL };
/* A tail that begins at the '$' at p, read tolerantly. */
enum frame_tail_result frame_tail_at(struct frame *f, const char *p, const char *end,
				     struct frame_tail *t);
/* The tail at the end of a line, in the exact form that nearly all lines have. */
bool frame_tail_fast(struct frame *f, const char *line, const char *end, struct frame_tail *t);

/* frame_rest.c: the end of a tail whose beginning is lost, at the end of a line. first: the file
 * begins with that line. */
bool frame_rest(struct frame *f, const char *line, const char *end, bool first,
		struct frame_tail *t);

/* frame_ccm.c */
#define CCM_OPEN     "<![LOG["
#define CCM_CLOSE    "]LOG]!>"
#define CCM_MARK_LEN 7
#define CCM_MARK_MAX 9 /* with a line end in the middle */
const char *frame_find(const char *p, const char *end, const char *mark);
/* Bytes of the mark at p, be it wrapped; 0: none is there. */
size_t frame_mark(const char *p, const char *end, const char *mark);
/* The first of either kind, be it wrapped. */
const char *frame_find_mark(const char *p, const char *end, size_t *len);
/* The attributes behind the closing mark. False: more bytes are needed. */
bool frame_ccm_attributes(const char *p, const char *end, bool final, struct trace_record *rec,
			  size_t *used);

/* frame_pasted.c */
bool frame_pasted(struct frame *f, const char *line, const char *end, struct trace_record *rec);
bool frame_furniture(const char *line, const char *end);

#endif
