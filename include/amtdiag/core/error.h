/*
 * What went wrong, in words that a field engineer can act on.
 *
 * A function that can fail returns bool or a pointer and takes a struct
 * amt_error *. The message says what was being done, to what, and why it
 * failed. On success the error is left alone. A NULL error is accepted
 * everywhere: the caller then only learns that it failed.
 */
#ifndef AMTDIAG_CORE_ERROR_H
#define AMTDIAG_CORE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct amt_error {
	int code;       /* errno of the cause, or 0 */
	char text[512]; /* one line, no newline, UTF-8 */
};

#define AMT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Sets the message; a longer one is cut at a character. Always returns false. */
bool amt_fail(struct amt_error *err, const char *fmt, ...) AMT_PRINTF(2, 3);
/* The same, with ": strerror(code)" appended and the code kept. */
bool amt_fail_errno(struct amt_error *err, int code, const char *fmt, ...) AMT_PRINTF(3, 4);
/* Puts "prefix: " before a message that is already there. Always returns false. */
bool amt_fail_prefix(struct amt_error *err, const char *fmt, ...) AMT_PRINTF(2, 3);

#endif
