/* Numbers and encodings from text: whole string or nothing, always with a range. */
#ifndef AMTDIAG_CORE_NUM_H
#define AMTDIAG_CORE_NUM_H

#include "amtdiag/core/error.h"

#include <stdint.h>

/* Decimal digits only (a leading '-' for the signed one). */
bool amt_num_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out, struct amt_error *err);
bool amt_num_i64(const char *s, int64_t min, int64_t max, int64_t *out, struct amt_error *err);
bool amt_num_double(const char *s, double min, double max, double *out, struct amt_error *err);
/* Up to 16 hex digits, with or without 0x. */
bool amt_num_hex(const char *s, uint64_t *out, struct amt_error *err);

/* Parts of a longer text: one to `most` (at most 9) decimal digits at *at, which moves past them.
 */
bool amt_num_take(const char **at, unsigned most, int *out);
bool amt_num_mark(const char **at, char c); /* the character c at *at, which moves past it */

/* 2 * n lower-case digits and a NUL into out. */
void amt_hex_encode(const void *p, size_t n, char *out);
/* Digits, optionally with ':' '-' or blanks between bytes. Count of bytes, or -1. */
long amt_hex_decode(const char *s, void *out, size_t max);
/* Characters of standard base64 for n bytes, without the NUL. */
size_t amt_base64_len(size_t n);
void amt_base64_encode(const void *p, size_t n, char *out); /* amt_base64_len(n) + 1 bytes */
long amt_base64_decode(const char *s, size_t len, void *out, size_t max); /* bytes, or -1 */

#endif
