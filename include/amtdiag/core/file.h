/* Files: read with a cap, line by line, and written whole or not at all. */
#ifndef AMTDIAG_CORE_FILE_H
#define AMTDIAG_CORE_FILE_H

#include "amtdiag/core/buf.h"

#include <stdint.h>
#include <stdio.h>

/*
 * Opens a file for reading; "-" is standard input. Directories, sockets and
 * the like are refused with a clear message. The descriptor, or -1.
 */
int amt_file_open(const char *path, struct amt_error *err);
/* Appends the whole file to b, up to b->max; a larger one is an error. */
bool amt_file_read(const char *path, struct amt_buf *b, struct amt_error *err);

/* One line at a time through a fixed buffer. A longer line comes in pieces, .cut set. */
struct amt_lines {
	int fd;
	const char *path; /* for messages; not copied */
	char *buf;
	size_t cap, start, end;
	uint64_t line; /* number of the line returned last, from 1 */
	bool cut;      /* the line is longer than the buffer; the next call goes on with it */
	bool eof, failed;
};
bool amt_lines_open(struct amt_lines *l, const char *path, size_t cap, struct amt_error *err);
/* A line without its \n or \r\n, valid until the next call. False at the end or on error. */
bool amt_lines_next(struct amt_lines *l, char **text, size_t *len, struct amt_error *err);
void amt_lines_close(struct amt_lines *l);

/*
 * Output that appears under its name only when it is complete: temporary file
 * beside it, fsync, rename. "-" or NULL is standard output, written through.
 */
struct amt_out {
	FILE *f;
	char *path, *temp; /* NULL for standard output */
};
bool amt_out_open(struct amt_out *o, const char *path, struct amt_error *err);
/* Much will be written: a pipe is asked to hold more. That it can't is no loss. */
void amt_out_widen(const struct amt_out *o);
bool amt_out_commit(struct amt_out *o, struct amt_error *err);
void amt_out_abort(struct amt_out *o);
/* Unlinks every unfinished output; safe in a signal handler and at out of memory. */
void amt_out_abort_all(void);

/* For a buffer's hand_on, with a struct amt_out_sink: what was written until the first error. */
struct amt_out_sink {
	FILE *f;
	int error; /* errno of the first write that failed */
};
bool amt_out_hand_on(void *sink, const char *p, size_t n);
/* A file (NULL or "-": standard output) made piece by piece, whole or not at all: fill appends to
 * out, of which no more than cap is in memory. */
enum amt_filled {
	AMT_FILLED,
	AMT_FILL_NOT_WRITTEN, /* the file: err says why */
	AMT_FILL_REFUSED      /* fill did: err is what it said */
};
enum amt_filled amt_out_fill(const char *path, size_t cap,
			     bool (*fill)(void *arg, struct amt_buf *out, struct amt_error *err),
			     void *arg, struct amt_error *err);
/* A whole buffer through amt_out. */
bool amt_file_write(const char *path, const void *p, size_t n, struct amt_error *err);

#endif
