/* Private to input.c and unpack.c: a log under way. */
#ifndef TRACE_INPUT_STATE_H
#define TRACE_INPUT_STATE_H

#include "dress.h"
#include "input.h"

#include <zlib.h>
#include <zstd.h>

enum packing { PLAIN, GZIP, ZSTD };

struct trace_input {
	int fd;
	const char *memory; /* instead of fd */
	size_t memory_left;
	const char *path;
	enum packing packing;
	enum trace_encoding encoding;
	bool begun, decided, seekable, regular;
	bool ended;          /* between two packed members */
	bool patient, waits; /* patient: a pipe is asked for what it has; waits: nothing now */
	char *raw;           /* what comes out of the file, when it is packed or UTF-16 */
	size_t raw_cap, raw_start, raw_end;
	z_stream gz;
	ZSTD_DStream *zs;
	uint8_t half[4]; /* bytes of a character that go on in the next block */
	size_t n_half;
	char *wide; /* UTF-16 on its way */
	size_t wide_cap;
	bool looked;               /* at the first lines */
	struct trace_dress *dress; /* what they wear; NULL: nothing */
	uint64_t size, mark, taken;
	char last[64]; /* the end of what was read last */
	size_t n_last;
	int copy; /* what was decoded so far, to come back to; -1: not kept */
	uint64_t copied, copy_at;
};

/* Bytes as the file has them: how many, 0 at its end, less when it can't be read. */
long input_pull(struct trace_input *in, char *out, size_t n, struct amt_error *err);
/* More of them behind those that wait in raw. */
long input_refill(struct trace_input *in, struct amt_error *err);
/* What they hold when they are packed. */
long input_unpacked(struct trace_input *in, char *out, size_t n, struct amt_error *err);

#endif
