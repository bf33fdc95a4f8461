#include "input_state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define WIDE_PART  (64 * AMT_KIB)
#define WIDE_SMALL ((size_t)512)

struct trace_input *trace_input_open(const char *path, const struct trace_options *o,
				     struct amt_error *err)
{
	int fd = o && o->open ? o->open(o->open_arg, path) : -1;
	struct trace_input *in;
	struct stat st;

	if (fd < 0)
		fd = amt_file_open(path, err);
	if (fd < 0)
		return NULL;
	in = amt_calloc(1, sizeof(*in));
	in->fd = fd;
	in->copy = -1;
	in->path = path;
	in->raw_cap = AMT_CAP_READ;
	in->wide_cap = WIDE_PART;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		in->regular = true;
		in->seekable = lseek(fd, 0, SEEK_CUR) == 0;
		in->size = (uint64_t)st.st_size;
	}
	return in;
}

struct trace_input *trace_input_memory(const void *p, size_t n)
{
	struct trace_input *in = amt_calloc(1, sizeof(*in));

	in->fd = in->copy = -1;
	in->regular = true;
	in->memory = p;
	in->memory_left = n;
	in->path = "memory";
	in->size = n;
	/* Little input, little memory: fuzzing and tests read many small ones. */
	in->raw_cap = n < AMT_CAP_READ ? n + 1 : AMT_CAP_READ;
	in->wide_cap = n < WIDE_SMALL ? WIDE_SMALL : WIDE_PART;
	return in;
}

void trace_input_close(struct trace_input *in)
{
	if (!in)
		return;
	if (in->packing == GZIP)
		inflateEnd(&in->gz);
	ZSTD_freeDStream(in->zs);
	if (in->fd >= 0)
		close(in->fd);
	if (in->copy >= 0)
		close(in->copy);
	free(in->raw);
	free(in->wide);
	trace_dress_free(in->dress);
	free(in);
}

/* Is there something to read, be it the end? Only a pipe may have to be waited for. */
static bool ready(const struct trace_input *in, int wait)
{
	struct pollfd p = {.fd = in->fd, .events = POLLIN};

	return in->regular || poll(&p, 1, wait) > 0;
}

long input_pull(struct trace_input *in, char *out, size_t n, struct amt_error *err)
{
	ssize_t got;

	if (in->fd < 0) {
		size_t take = n < in->memory_left ? n : in->memory_left;
		if (!take)
			return 0;
		memcpy(out, in->memory, take);
		in->memory += take;
		in->memory_left -= take;
		return (long)take;
	}
	in->waits = in->patient && !ready(in, 0);
	while (!in->patient && !amt_stopped() && !ready(in, 200))
		; /* a signal may come before the system call that it would end */
	if (in->waits || (amt_stopped() && !in->regular))
		return 0;
	do
		got = read(in->fd, out, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		amt_fail_errno(err, errno, "can't read %s", in->path);
	if (got <= 0)
		return got;
	in->taken += (uint64_t)got;
	in->n_last = (size_t)got < sizeof(in->last) ? (size_t)got : sizeof(in->last);
	memcpy(in->last, out + got - in->n_last, in->n_last);
	return got;
}

/* Without a mark: every second byte of the first ones is 0. */
static enum trace_encoding guess(const uint8_t *p, size_t n)
{
	size_t even = 0, odd = 0;

	n = n > 512 ? 512 : n & ~(size_t)1;
	for (size_t i = 0; i + 1 < n; i += 2) {
		even += !p[i];
		odd += !p[i + 1];
	}
	if (n < 8)
		return TRACE_UTF8;
	/* NUL-padded files have both; text in UTF-16 nearly all of one. */
	if (odd > n / 4 && even < n / 16)
		return TRACE_UTF16LE;
	if (even > n / 4 && odd < n / 16)
		return TRACE_UTF16BE;
	return TRACE_UTF8;
}

#define ENOUGH 8 /* bytes that tell how a log is packed and encoded, when no more are there yet */

static bool begin(struct trace_input *in, struct amt_error *err)
{
	const uint8_t *p;

	while (in->raw_end < 512 && (in->raw_end < ENOUGH || ready(in, 0))) {
		long got = input_refill(in, err);
		if (got < 0 || (!got && in->waits))
			return false;
		if (!got)
			break;
	}
	in->begun = true;
	p = (const uint8_t *)in->raw;
	size_t n = in->raw_end;
	if (n >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8) {
		in->packing = GZIP;
		if (inflateInit2(&in->gz, 15 + 16) != Z_OK)
			amt_no_memory();
	} else if (n >= 4 && !memcmp(p, "\x28\xb5\x2f\xfd", 4)) {
		in->packing = ZSTD;
		in->zs = ZSTD_createDStream();
		if (!in->zs)
			amt_no_memory();
		/* Windows up to 128 MiB would cost as much memory; logs are packed with 8. */
		ZSTD_DCtx_setParameter(in->zs, ZSTD_d_windowLogMax, 23);
	}
	if (in->packing)
		in->seekable = false;
	return true;
}

/* Looks at the first decoded bytes for a byte order mark or UTF-16 without one. */
static void decide(struct trace_input *in, char *p, long *got)
{
	size_t n = (size_t)*got, mark = 0;
	const uint8_t *b = (const uint8_t *)p;

	if (n >= 3 && b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf) {
		mark = 3;
	} else if (n >= 2 && b[0] == 0xff && b[1] == 0xfe) {
		in->encoding = TRACE_UTF16LE;
		mark = 2;
	} else if (n >= 2 && b[0] == 0xfe && b[1] == 0xff) {
		in->encoding = TRACE_UTF16BE;
		mark = 2;
	} else {
		in->encoding = guess(b, n);
	}
	in->mark = mark;
	memmove(p, p + mark, n - mark);
	*got -= (long)mark;
	if (in->encoding != TRACE_UTF8)
		in->seekable = false;
}

static size_t utf16(struct trace_input *in, const uint8_t *p, size_t n, char *out)
{
	size_t o = 0;
	bool big = in->encoding == TRACE_UTF16BE;

	for (size_t i = 0; i < n; i++) {
		in->half[in->n_half++] = p[i];
		if (in->n_half != 2 && in->n_half != 4)
			continue;
		const uint8_t *h = in->half + in->n_half - 2;
		uint32_t u = big ? (uint32_t)(h[0] << 8 | h[1]) : (uint32_t)(h[1] << 8 | h[0]);
		if (in->n_half == 2 && u >= 0xd800 && u < 0xdc00)
			continue; /* the other half follows */
		if (in->n_half == 4) {
			const uint8_t *g = in->half;
			uint32_t hi =
				big ? (uint32_t)(g[0] << 8 | g[1]) : (uint32_t)(g[1] << 8 | g[0]);
			if (u >= 0xdc00 && u < 0xe000) {
				u = 0x10000 + ((hi - 0xd800) << 10) + (u - 0xdc00);
			} else {
				o += amt_utf8_put(0xfffd, out + o);
				if (u >= 0xd800 && u < 0xdc00) {
					memcpy(in->half, h, 2);
					in->n_half = 2;
					continue;
				}
			}
		} else if (u >= 0xdc00 && u < 0xe000) {
			u = 0xfffd;
		}
		in->n_half = 0;
		o += amt_utf8_put(u, out + o);
	}
	return o;
}

static long decoded(struct trace_input *in, char *out, size_t n, struct amt_error *err)
{
	if (!in->begun && !begin(in, err))
		return in->waits ? 0 : -1;
	if (in->decided && in->encoding == TRACE_UTF8)
		return input_unpacked(in, out, n, err);
	if (!in->wide)
		in->wide = amt_malloc(in->wide_cap);
	for (;;) {
		/* One UTF-16 unit of two bytes becomes at most three. */
		size_t part = n / 2 < in->wide_cap ? n / 2 : in->wide_cap;
		long got = input_unpacked(in, in->wide, part, err);
		if (got <= 0)
			return got;
		if (!in->decided)
			decide(in, in->wide, &got);
		in->decided = true;
		if (in->encoding == TRACE_UTF8) {
			memcpy(out, in->wide, (size_t)got);
			if (got)
				return got;
			return input_unpacked(in, out, n, err);
		}
		size_t made = utf16(in, (const uint8_t *)in->wide, (size_t)got, out);
		if (made)
			return (long)made;
	}
}

/* Decoded bytes without what the lines wear. */
static long undressed(struct trace_input *in, char *out, size_t n, struct amt_error *err)
{
	long got;

	if (in->looked && !in->dress)
		return decoded(in, out, n, err);
	for (;;) {
		size_t made = in->dress ? trace_dress_take(in->dress, out, n) : 0;
		if (made)
			return (long)made;
		got = decoded(in, out, n, err);
		if (got > 0 && !in->looked) {
			in->looked = true;
			in->dress = trace_dress_find(out, (size_t)got);
			in->seekable = in->seekable && !in->dress;
		}
		if (got < 0 || !in->dress)
			return got;
		/* Where nothing comes now, what waited for its rest has none. */
		trace_dress_put(in->dress, out, (size_t)got, !got && !in->waits);
		if (!got)
			return (long)trace_dress_take(in->dress, out, n);
	}
}

/* On a disk if there is room for files without a name, so that a log does not fill the memory. */
static int nameless(void)
{
	int fd = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		fd = memfd_create("amt-log", MFD_CLOEXEC);
	return fd;
}

bool trace_input_spool(struct trace_input *in, struct amt_error *err)
{
	in->copy = nameless();
	if (in->copy < 0)
		return amt_fail(err, "can't make a temporary copy of %s", in->path);
	trace_input_patient(in, true);
	return true;
}

void trace_input_patient(struct trace_input *in, bool on)
{
	in->patient = on && !in->regular;
}

long trace_input_read(struct trace_input *in, char *out, size_t n, struct amt_error *err)
{
	long got;

	if (in->copy < 0)
		return undressed(in, out, n, err);
	if (in->copy_at < in->copied) {
		uint64_t left = in->copied - in->copy_at;
		got = pread(in->copy, out, n < left ? n : (size_t)left, (off_t)in->copy_at);
		if (got <= 0) {
			amt_fail(err, "can't read the temporary copy of %s", in->path);
			return -1;
		}
	} else {
		got = undressed(in, out, n, err);
		if (got <= 0)
			return got;
		if (pwrite(in->copy, out, (size_t)got, (off_t)in->copied) != got) {
			amt_fail(err, "no room for a temporary copy of %s", in->path);
			return -1;
		}
		in->copied += (uint64_t)got;
	}
	in->copy_at += (uint64_t)got;
	return got;
}

bool trace_input_can_seek(const struct trace_input *in)
{
	return in->seekable || in->fd < 0 || in->copy >= 0;
}

bool trace_input_seek(struct trace_input *in, uint64_t offset)
{
	if (in->copy >= 0) {
		in->copy_at = offset;
		return offset <= in->copied;
	}
	if (!in->seekable || lseek(in->fd, (off_t)offset, SEEK_SET) < 0)
		return false;
	in->raw_start = in->raw_end = in->n_last = 0;
	return true;
}

void trace_input_rewind(struct trace_input *in)
{
	if (in->seekable)
		(void)lseek(in->fd, 0, SEEK_SET);
}

bool trace_input_waits(const struct trace_input *in)
{
	return in->waits;
}

uint64_t trace_input_taken(const struct trace_input *in)
{
	return in->taken;
}

bool trace_input_changed(const struct trace_input *in)
{
	char now[sizeof(in->last)];
	off_t at = in->regular && in->fd >= 0 && in->n_last ? lseek(in->fd, 0, SEEK_CUR) : -1;

	return at >= (off_t)in->n_last &&
	       (pread(in->fd, now, in->n_last, at - (off_t)in->n_last) != (ssize_t)in->n_last ||
		memcmp(now, in->last, in->n_last) != 0);
}

int trace_input_copy(const struct trace_input *in)
{
	return in->copy;
}

int trace_input_fd(const struct trace_input *in)
{
	return in->fd;
}

enum trace_encoding trace_input_encoding(const struct trace_input *in)
{
	return in->encoding;
}

const char *trace_input_packed(const struct trace_input *in)
{
	return in->packing == GZIP ? "gzip" : in->packing == ZSTD ? "zstd" : "";
}

const char *trace_input_dress(const struct trace_input *in)
{
	return in->dress ? trace_dress_name(in->dress) : NULL;
}

uint64_t trace_input_size(const struct trace_input *in)
{
	return in->size;
}

uint64_t trace_input_mark(const struct trace_input *in)
{
	return in->copy < 0 ? in->mark : 0;
}
