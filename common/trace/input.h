/* Bytes of one log: plain, gzip or zstd, UTF-16 turned into UTF-8, what other hands put around its
 * lines taken off (dress.h). */
#ifndef TRACE_INPUT_H
#define TRACE_INPUT_H

#include "amtdiag/trace.h"

struct trace_input;
struct trace_input *trace_input_open(const char *path, const struct trace_options *o,
				     struct amt_error *err);
struct trace_input *trace_input_memory(const void *p, size_t n);
void trace_input_close(struct trace_input *in);
/* Decoded bytes; 0: the end (for now); -1: an error. n is at least 64. */
long trace_input_read(struct trace_input *in, char *out, size_t n, struct amt_error *err);
bool trace_input_seek(struct trace_input *in, uint64_t offset); /* plain files only */
bool trace_input_can_seek(const struct trace_input *in);
/* A shared descriptor (standard input) back to where the next one will begin. */
void trace_input_rewind(struct trace_input *in);
/* A pipe that has nothing at the moment is not waited for. */
void trace_input_patient(struct trace_input *in, bool on);
bool trace_input_waits(const struct trace_input *in); /* that 0 was not the end */
/*
 * Before the first read: patient, and what is decoded is kept in a file without a name
 * as well, where it can be sought.
 */
bool trace_input_spool(struct trace_input *in, struct amt_error *err);
uint64_t trace_input_taken(const struct trace_input *in); /* bytes read, as they are packed */
/* Was what was read last written over, as by one who empties the file and fills it again? */
bool trace_input_changed(const struct trace_input *in);
int trace_input_copy(const struct trace_input *in);                     /* -1: not spooled */
int trace_input_fd(const struct trace_input *in);                       /* -1: memory */
enum trace_encoding trace_input_encoding(const struct trace_input *in); /* UTF8: no word on it */
const char *trace_input_packed(const struct trace_input *in);           /* "", "gzip", "zstd" */
const char *trace_input_dress(const struct trace_input *in); /* what was taken off; NULL: nothing */
uint64_t trace_input_size(const struct trace_input *in);     /* 0: not known */
uint64_t trace_input_mark(const struct trace_input *in);     /* bytes before offset 0 */

#endif
