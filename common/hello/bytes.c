/*
 * A capture file as a stream of bytes: read() into one reusable buffer, gzip
 * and zstd uncompressed on the way. A stream that can't be sought (standard
 * input, a pipe) is as good as a file.
 */
#include "hello/ahead.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

/* Measured against 256 KiB: a fifth to a third less time for the copy out of the page cache. */
#define CHUNK   (1024 * 1024)
#define BUFFER  (CHUNK + HELLO_SNAPLEN_MAX + 64 * 1024) /* the longest record always fits */
#define ZIP_MAX ((uint64_t)1 << 40)                     /* a bomb ends here */

struct hello_inflate {
	bool zstd;
	z_stream gz;
	ZSTD_DStream *zs;
	uint8_t *in;
	size_t start, end;
	bool eof, within; /* within: inside a member or frame */
};

static ssize_t read_some(int fd, uint8_t *p, size_t n)
{
	ssize_t got;

	do
		got = read(fd, p, n);
	while (got < 0 && errno == EINTR && !amt_stopped());
	return got;
}

static bool broken(struct hello_bytes *b, const char *why)
{
	b->failed = true;
	return amt_fail(&b->err, "%s: after %llu bytes uncompressed: %s", b->path,
			(unsigned long long)b->offset + (b->end - b->start), why);
}

/* Up to n uncompressed bytes to p. 0 at the end, -1 when broken. */
static long inflate_gz(struct hello_bytes *b, uint8_t *p, size_t n)
{
	struct hello_inflate *z = b->z;
	int rc;

	z->gz.next_in = z->in + z->start;
	z->gz.avail_in = (uInt)(z->end - z->start);
	z->gz.next_out = p;
	z->gz.avail_out = (uInt)n;
	if (!z->within && z->gz.avail_in) { /* gzip files may be joined */
		inflateReset(&z->gz);
		z->within = true;
	}
	rc = inflate(&z->gz, Z_NO_FLUSH);
	z->start = z->end - z->gz.avail_in;
	if (rc == Z_STREAM_END)
		z->within = false;
	else if (rc != Z_OK && rc != Z_BUF_ERROR)
		return broken(b, "damaged gzip data") ? 0 : -1;
	return (long)(n - z->gz.avail_out);
}

static long inflate_zstd(struct hello_bytes *b, uint8_t *p, size_t n)
{
	struct hello_inflate *z = b->z;
	ZSTD_inBuffer in = {z->in, z->end, z->start};
	ZSTD_outBuffer out = {p, n, 0};
	size_t rc = ZSTD_decompressStream(z->zs, &out, &in);

	z->start = in.pos;
	if (ZSTD_isError(rc))
		return broken(b, "damaged zstd data") ? 0 : -1;
	z->within = rc != 0;
	return (long)out.pos;
}

static long read_compressed(struct hello_bytes *b, uint8_t *p, size_t n)
{
	struct hello_inflate *z = b->z;

	if (b->offset > ZIP_MAX)
		return broken(b, "more than 1 TiB: given up") ? 0 : -1;
	for (;;) {
		if (z->start == z->end && !z->eof) {
			ssize_t got = read_some(b->fd, z->in, CHUNK);

			if (got < 0)
				return got;
			z->eof = got == 0;
			z->start = 0;
			z->end = (size_t)got;
		}
		if (z->start == z->end && z->eof && !z->within)
			return 0;
		long out = z->zstd ? inflate_zstd(b, p, n) : inflate_gz(b, p, n);
		if (out != 0)
			return out;
		if (z->start == z->end && z->eof)
			return z->within ? (broken(b, "the compressed file is cut off") ? 0 : -1)
					 : 0;
	}
}

bool hello_bytes_fill(struct hello_bytes *b, size_t n)
{
	if (n > b->cap || b->borrowed)
		return false;
	if (b->ahead && hello_ahead_fill(b, n))
		return true;
	if (b->start) {
		memmove(b->buf, b->buf + b->start, b->end - b->start);
		b->end -= b->start;
		b->start = 0;
	}
	while (b->end < n && !b->eof && !b->failed) {
		size_t room = b->cap - b->end;
		ssize_t got;

		if (room > CHUNK)
			room = CHUNK;
		got = b->z ? read_compressed(b, b->buf + b->end, room)
			   : read_some(b->fd, b->buf + b->end, room);
		if (got > 0) {
			b->end += (size_t)got;
			continue;
		}
		b->eof = true;
		if (got < 0 && !b->failed) {
			b->failed = true;
			amt_fail_errno(&b->err, errno, "%s: reading at byte %llu", b->path,
				       (unsigned long long)b->offset + b->end);
		}
	}
	return b->end >= n;
}

bool hello_bytes_skip(struct hello_bytes *b, uint64_t n)
{
	while (n) {
		size_t have = hello_bytes_left(b);

		if (!have) {
			if (!hello_bytes_fill(b, 1))
				return false;
			continue;
		}
		if (have > n)
			have = (size_t)n;
		hello_bytes_take(b, have);
		n -= have;
	}
	return true;
}

/* The bytes read so far become the input of a decompressor. */
static bool start_inflate(struct hello_bytes *b, bool zstd, struct amt_error *err)
{
	struct hello_inflate *z = amt_calloc(1, sizeof(*z));

	z->zstd = zstd;
	z->in = amt_malloc(CHUNK + 16);
	memcpy(z->in, b->buf + b->start, b->end - b->start);
	z->end = b->end - b->start;
	z->eof = b->eof;
	b->start = b->end = 0;
	b->eof = false;
	b->z = z;
	if (zstd) {
		z->zs = ZSTD_createDStream();
		if (z->zs)
			return true;
	} else if (inflateInit2(&z->gz, 15 + 16) == Z_OK) {
		z->within = true;
		return true;
	}
	return amt_fail(err, "%s: no memory to uncompress it", b->path);
}

bool hello_bytes_open(struct hello_bytes *b, const char *path, struct amt_error *err)
{
	*b = (struct hello_bytes){.path = path, .cap = BUFFER};
	b->fd = amt_file_open(path, err);
	if (b->fd < 0)
		return false;
	b->buf = amt_malloc(b->cap);
	const uint8_t *p = hello_bytes_need(b, 4);
	if (b->failed) {
		if (err)
			*err = b->err;
		return false;
	}
	if (p && p[0] == 0x1f && p[1] == 0x8b)
		return start_inflate(b, false, err);
	if (p && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0)
		return start_inflate(b, true, err);
	return true;
}

void hello_bytes_memory(struct hello_bytes *b, const void *p, size_t n)
{
	*b = (struct hello_bytes){
		.fd = -1, .path = "memory", .end = n, .cap = n, .eof = true, .borrowed = true};
	b->buf = (uint8_t *)(uintptr_t)p;
}

void hello_bytes_close(struct hello_bytes *b)
{
	hello_ahead_stop(b);
	if (b->z) {
		if (b->z->zstd)
			ZSTD_freeDStream(b->z->zs);
		else
			inflateEnd(&b->z->gz);
		free(b->z->in);
		free(b->z);
	}
	if (!b->borrowed)
		free(b->buf);
	if (b->fd > 2)
		close(b->fd);
	*b = (struct hello_bytes){.fd = -1};
}
