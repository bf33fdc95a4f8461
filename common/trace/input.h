/* Bytes of one log: plain, gzip or zstd, UTF-16 turned into UTF-8. */
#ifndef TRACE_INPUT_H
#define TRACE_INPUT_H

#include "amtdiag/trace.h"

struct trace_input;
struct trace_input *trace_input_open(const char *path, struct amt_error *err);
struct trace_input *trace_input_memory(const void *p, size_t n);
void trace_input_close(struct trace_input *in);
/* Decoded bytes; 0: the end (for now); -1: an error. n is at least 64. */
long trace_input_read(struct trace_input *in, char *out, size_t n, struct amt_error *err);
bool trace_input_seek(struct trace_input *in, uint64_t offset); /* plain files only */
bool trace_input_can_seek(const struct trace_input *in);
void trace_input_use(struct trace_input *in, int fd); /* go on with this plain file */
int trace_input_fd(const struct trace_input *in);     /* -1: memory */
enum trace_encoding trace_input_encoding(const struct trace_input *in); /* UTF8: no word on it */
const char *trace_input_packed(const struct trace_input *in);           /* "", "gzip", "zstd" */
uint64_t trace_input_size(const struct trace_input *in);                /* 0: not known */
uint64_t trace_input_mark(const struct trace_input *in); /* bytes of a byte order mark */

#endif
