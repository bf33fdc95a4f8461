/*
 * A byte buffer that grows up to a cap given when it is made. Going over the
 * cap sets a sticky flag and drops the rest, so a run of appends is checked
 * once, at the end. The caps of the whole program stand in core/caps.h.
 */
#ifndef AMTDIAG_CORE_BUF_H
#define AMTDIAG_CORE_BUF_H

#include "amtdiag/core/error.h"

#include <stdint.h>

struct amt_buf {
	char *data; /* NUL after len whenever it is not NULL */
	size_t len;
	size_t cap;
	size_t max; /* len never exceeds it */
	bool over;  /* something did not fit */
	/* Set: what is long goes there, whole lines if there are any, and leaves the buffer. False:
	 * it can't, and the rest is dropped. */
	bool (*hand_on)(void *arg, const char *p, size_t n);
	void *hand_arg;
};

void amt_buf_init(struct amt_buf *b, size_t max);
void amt_buf_free(struct amt_buf *b); /* and makes it empty, max kept */
void amt_buf_clear(struct amt_buf *b);
/* Room for n more bytes at data + len; false and over when the cap forbids. */
bool amt_buf_reserve(struct amt_buf *b, size_t n);
bool amt_buf_add(struct amt_buf *b, const void *p, size_t n);
bool amt_buf_byte(struct amt_buf *b, char c);
bool amt_buf_str(struct amt_buf *b, const char *s);
bool amt_buf_printf(struct amt_buf *b, const char *fmt, ...) AMT_PRINTF(2, 3);
bool amt_buf_vprintf(struct amt_buf *b, const char *fmt, va_list ap) AMT_PRINTF(2, 0);
bool amt_buf_flush(struct amt_buf *b);             /* hands on all that is left; false when over */
void amt_buf_consume(struct amt_buf *b, size_t n); /* drop n bytes at the front */
/* Never NULL: "" when empty. */
const char *amt_buf_cstr(const struct amt_buf *b);
/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
bool amt_buf_json(struct amt_buf *b, const char *s, size_t n);
/* n bytes from s to o, if all of them stand for themselves in a JSON string and none is but:
 * nearly always. False: o holds nothing of use. */
bool amt_json_plain(char *o, const char *s, size_t n, char but);
/* Valid JSON as it is, but what would drive a terminal is escaped: the same document. */
bool amt_buf_json_text(struct amt_buf *b, const char *json, size_t n);

#endif
