/*
 * Private to common/hello: a second thread that reads a big file a few chunks ahead, so
 * that copying out of the page cache and looking at packets overlap.
 */
#ifndef AMTDIAG_HELLO_READAHEAD_H
#define AMTDIAG_HELLO_READAHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hello_ahead;

/* head: bytes kept free in front of every chunk, for what is left of the one before. NULL: no
 * thread. */
struct hello_ahead *hello_ahead_new(int fd, size_t chunk, size_t head);
/*
 * The next chunk: its buffer, with n bytes at head; n 0 at the end or, with *error set,
 * when reading failed. The one before is given back and may be written over.
 */
uint8_t *hello_ahead_next(struct hello_ahead *a, size_t *n, int *error);
/* Done with the chunk in hand (after the rest of it was copied): call after next. */
void hello_ahead_release(struct hello_ahead *a);
void hello_ahead_free(struct hello_ahead *a); /* ends the thread; NULL is fine */

#endif
