/* Text: comparing, cutting, encodings, and what may reach a terminal. */
#ifndef AMTDIAG_CORE_TEXT_H
#define AMTDIAG_CORE_TEXT_H

#include "amtdiag/core/buf.h"

#include <stdint.h>

/* ASCII only: the locale never matters. */
int amt_strcasecmp(const char *a, const char *b);
int amt_strncasecmp(const char *a, const char *b, size_t n);
bool amt_str_ends(const char *s, const char *suffix);   /* case ignored */
bool amt_str_begins(const char *s, const char *prefix); /* case ignored */
const char *amt_memcasestr(const char *hay, size_t n, const char *needle);
char *amt_str_trim(char *s);                       /* in place; returns the first non-blank */
bool amt_glob(const char *pattern, const char *s); /* '*' and '?', case ignored */
void amt_str_copy(char *dst, size_t size, const char *src); /* cut to fit, always NUL */

/* One code point from [p, end); U+FFFD and one byte on bad UTF-8. Bytes taken. */
size_t amt_utf8_get(const char *p, const char *end, uint32_t *cp);
size_t amt_utf8_put(uint32_t cp, char out[4]);
/* Does something on a terminal, or makes other characters look like something else. */
bool amt_text_active(uint32_t cp);
bool amt_utf8_valid(const char *s, size_t n);
/* Columns on a terminal: wide East Asian characters count 2, combining ones 0. */
size_t amt_text_width(const char *s, size_t n);

/*
 * Appends s so that a terminal shows it and does nothing else: control
 * characters, ESC, C1, bidi marks and bad UTF-8 become visible \x1b or \u202e
 * forms. '\n' and '\t' are kept when keep_layout is set.
 */
bool amt_text_safe(struct amt_buf *out, const char *s, size_t n, bool keep_layout);

/* Appends s with what XML and HTML take for their own as entities, in text and attributes. */
void amt_text_xml(struct amt_buf *out, const char *s, size_t n);

/* Converts a whole string to UTF-8 with iconv; *bad counts bytes that did not convert (each a
 * U+FFFD). */
bool amt_text_to_utf8(const char *charset, const void *p, size_t n, struct amt_buf *out,
		      size_t *bad, struct amt_error *err);

#endif
