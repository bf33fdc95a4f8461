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
/* Must the feed hear of such a line, whatever signatures are in it? */
static inline bool trace_is_worth(enum trace_event e, enum trace_severity s)
{
	return s == TRACE_ERROR ||
	       (e != TRACE_EV_NONE && e != TRACE_EV_WORKER && e != TRACE_EV_POOL);
}
/* Is a line with a host about a device, and not of a task? */
static inline bool trace_is_about(enum trace_event e)
{
	return e != TRACE_EV_NONE && !feed_is_task(e);
}
/* True if the feed must hear of it. signer may be NULL. */
bool trace_understand(struct trace_signer *signer, const struct trace_record *rec, bool ours,
		      struct trace_meaning *out);

/* What is counted of every line, whether the feed must hear of it or not. */
struct trace_say {
	uint32_t meaning; /* of chunk.meanings, + 1; 0: nothing for the feed */
	uint8_t severity;
	bool unknown, rollover; /* no row of the templates; the marker of a rolled file */
	bool amt;               /* a row that only the service point writes */
	uint8_t touches;        /* enum feed_touch */
};

struct chunk_line { /* one that the feed must hear of */
	uint32_t at, text_len;
	uint32_t thread, no; /* no: lines of its run before it */
	amt_time local;
	uint64_t hash;    /* of the thread; of a line about a device, that of its host */
	uint64_t name;    /* trace_index_name() of its host; 0: none */
	uint32_t meaning; /* of meanings */
	bool about;
	uint8_t touches; /* enum feed_touch */
};

/* What lines share. */
struct chunk_head {
	struct trace_when when; /* but for the time */
	bool ours;
};

/*
 * Lines one behind the other without anything between them, of the same hour and head: what
 * is only counted is counted here, as most of a log is.
 */
struct chunk_run {
	uint32_t at, len;        /* bytes */
	uint32_t lines, n_lines; /* of chunk.lines: the first, how many */
	uint32_t records, by_severity[4], unknown, steps_back;
	amt_time first, last, least, most; /* local */
	uint16_t head;
	bool amt, rolled;
};

#define CHUNK_SLACK 64
struct chunk {
	char *buf; /* CHUNK_SLACK bytes can be read behind len */
	size_t len;
	struct AMT_VEC(struct chunk_line) lines;
	struct AMT_VEC(struct chunk_run) runs;
	struct AMT_VEC(struct trace_meaning) meanings;
	struct AMT_VEC(struct chunk_head) heads;
	bool ready;
};
/* The next free place of c->meanings, to be written in place. */
static inline struct trace_meaning *chunk_room(struct chunk *c)
{
	if (c->meanings.n == c->meanings.cap)
		c->meanings.v = amt_vec_grow_(c->meanings.v, c->meanings.n, &c->meanings.cap,
					      sizeof(*c->meanings.v));
	return &c->meanings.v[c->meanings.n];
}

/*
 * The lines of a log that repeat word for word, and what they said: of short lines
 * without the name of a computer. One of each thread. Lines of one chunk share what
 * they mean.
 */
struct trace_quick;
#define MEMO_SLOTS 64 /* of two lines */
#define MEMO_TEXT  160
#define MEMO_SIGNS 2048
struct trace_memo {
	uint64_t chunk; /* counts them */
	unsigned turn;  /* which of two goes */
	/* What lines that begin so were, either or none: classify.h. */
	const struct trace_quick *quick[256];
	struct trace_memo_line *line[256];
	/* Texts that were searched for signatures, by trace_index_name(), with what was found in
	 * the place of its last byte: 0 nothing, else a row + 1. */
	uint64_t signs[MEMO_SIGNS][4];
	unsigned sign_turn;
	struct trace_memo_line {
		uint16_t len; /* 0: free */
		bool ours;
		struct trace_say say;
		uint64_t chunk;               /* for which say.meaning holds */
		char text[MEMO_TEXT + 32];    /* to be compared in steps of 32 */
		struct trace_meaning meaning; /* strings point into text */
	} lines[MEMO_SLOTS][2];
};
/* trace_understand() for one who asks again and again, with the same signer. */
struct trace_say trace_understand_in(struct chunk *c, struct trace_memo *memo,
				     struct trace_signer *signer, const struct trace_record *rec,
				     bool ours);

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
/* It is one of these: for any processor; chunk_wide.c: for one with AVX2. */
void chunk_frame_any(struct chunk *c, struct chunk_bench *b);
bool chunk_can_wide(void);
void chunk_frame_wide(struct chunk *c, struct chunk_bench *b);

/* crew.c: the chunks of a reader's file, prepared by several threads. */
struct crew;
struct crew *crew_new(struct trace_reader *r, struct trace_signer *signer,
		      const struct trace_options *o, uint32_t group);
/* The next chunk in order, valid until the next call; NULL: the end, or an error of the reader. */
const struct chunk *crew_next(struct crew *w);
void crew_free(struct crew *w);

#endif
