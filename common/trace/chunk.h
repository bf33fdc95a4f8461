/*
 * A file in chunks: read in order, framed and understood by any thread, joined in
 * order by one (scan.c). Only lines in the exact server form are framed ahead, as
 * nothing before them can change what they say; what lies between them is left to
 * the joining thread's reader. So the outcome does not depend on chunks or threads.
 */
#ifndef TRACE_CHUNK_H
#define TRACE_CHUNK_H

#include "collect.h"

/* What a line of text says, found without looking at any other line. */
struct trace_meaning {
	struct trace_match m;
	enum trace_severity severity;
	uint64_t host_hash; /* of a line about a device; 0: none */
	uint8_t n_signs;
	uint8_t signs[TRACE_SIGNS_MAX];
};
/* True if the feed must hear of it. signer may be NULL. */
bool trace_understand(struct trace_signer *signer, const struct trace_record *rec, bool ours,
		      struct trace_meaning *out);

/*
 * The lines of a log that repeat word for word, and what they said: of short lines
 * without the name of a computer. One of each thread.
 */
#define MEMO_SLOTS 128
#define MEMO_TEXT  160
struct trace_memo {
	struct trace_memo_line {
		uint16_t len; /* 0: free */
		bool ours, worth;
		char text[MEMO_TEXT];
		struct trace_meaning meaning; /* strings point into text */
	} lines[MEMO_SLOTS];
};
/* trace_understand() for one who asks again and again, with the same signer. */
bool trace_understand_again(struct trace_memo *memo, struct trace_signer *signer,
			    const struct trace_record *rec, bool ours, struct trace_meaning *out);

struct chunk_line {
	uint32_t at, used;
	uint32_t text_len, thread; /* the text begins at at */
	amt_time local;
	uint32_t meaning; /* number in meanings + 1; 0: nothing for the feed */
	uint16_t head;    /* number in heads */
	uint8_t event, severity;
	bool known; /* a row of the templates */
	bool about; /* about a device: hash is that of its host; else of the thread */
	uint64_t hash;
};

/* What lines share. */
struct chunk_head {
	struct trace_when when; /* but for the time */
	bool ours;
};

struct chunk {
	char *buf;
	size_t len, cap;
	struct AMT_VEC(struct chunk_line) lines;
	struct AMT_VEC(struct trace_meaning) meanings;
	struct AMT_VEC(struct chunk_head) heads;
	bool ready;
};

/* A thread's own tools. */
struct chunk_bench {
	struct frame frame;
	struct trace_signer *signer; /* NULL: no signatures */
	struct trace_memo *memo;
	uint32_t group; /* of the file */
};

/* Frames and understands the lines of c->buf that stand alone. */
void chunk_frame(struct chunk *c, struct chunk_bench *b);
void chunk_free(struct chunk *c);

/* crew.c: the chunks of a reader's file, prepared by several threads. */
struct crew;
struct crew *crew_new(struct trace_reader *r, struct trace_signer *signer,
		      const struct trace_options *o, uint32_t group);
/* The next chunk in order, valid until the next call; NULL: the end, or an error of the reader. */
const struct chunk *crew_next(struct crew *w);
void crew_free(struct crew *w);

#endif
