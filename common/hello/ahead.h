/*
 * Private to common/hello: a big capture file cut in pieces that several threads read and skim
 * before it is known where records begin in them. Where a thread guessed right, only the packets
 * that may matter are left to do; where not, the piece is gone through as if there were no threads.
 */
#ifndef AMTDIAG_HELLO_AHEAD_H
#define AMTDIAG_HELLO_AHEAD_H

#include "hello/skim.h"

struct hello_ahead_options {
	size_t piece;     /* bytes; 0: what was measured to be best */
	unsigned threads; /* with the caller's; 0: one for each free processor, 4 at most */
	bool always;      /* also where it is not worth it; for tests */
};
/*
 * From here on the reader's bytes come from pieces. False, and nothing changed, where it would not
 * be worth it or can't be done: no regular file, a small or packed one, pcapng, one processor.
 */
bool hello_ahead_start(struct hello_reader *r, const struct hello_engine *e,
		       const struct hello_ahead_options *opt);
/* bytes.c: the buffer is at its end; hello_bytes_fill() of such a reader. */
bool hello_ahead_fill(struct hello_bytes *b, size_t n);
/* What was noted of the bytes in the buffer; NULL: nothing. */
const struct hello_noted *hello_ahead_noted(struct hello_reader *r);
/* Whether that was right: threads that only guess wrong are sent home. */
void hello_ahead_met(struct hello_reader *r, bool met);
void hello_ahead_stop(struct hello_bytes *b);

#endif
