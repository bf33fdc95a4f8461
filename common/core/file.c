#include "amtdiag/core/file.h"

#include "amtdiag/core/alloc.h"
#include "amtdiag/core/caps.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* /dev/zero and its like never end. A terminal and /dev/null do. */
static bool endless(int fd, const struct stat *st)
{
	struct stat null;

	if (S_ISBLK(st->st_mode))
		return true;
	return S_ISCHR(st->st_mode) && !isatty(fd) &&
	       (stat("/dev/null", &null) || null.st_rdev != st->st_rdev);
}

int amt_file_open(const char *path, struct amt_error *err)
{
	struct stat st;

	if (!strcmp(path, "-"))
		return dup(STDIN_FILENO);
	/* Without O_NONBLOCK a FIFO that nobody writes to would hang here. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		amt_fail_errno(err, errno, "can't open %s", path);
		return -1;
	}
	if (fstat(fd, &st) || S_ISDIR(st.st_mode)) {
		amt_fail(err, "can't read %s: it is a folder, a file was expected", path);
		close(fd);
		return -1;
	}
	if (endless(fd, &st)) {
		amt_fail(err, "can't read %s: it is a device, a file was expected", path);
		close(fd);
		return -1;
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

static ssize_t read_some(int fd, void *p, size_t n)
{
	ssize_t got;

	do
		got = read(fd, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* 1 more was read, 0 the end, -1 an error (errno), -2 over the cap. */
static int read_more(int fd, struct amt_buf *b)
{
	size_t room = b->max - b->len;
	char extra;

	if (!room) {
		/* Full: is there more, or was it exactly that long? */
		ssize_t got = read_some(fd, &extra, 1);
		return got > 0 ? -2 : (int)got;
	}
	size_t want = room < AMT_CAP_READ ? room : AMT_CAP_READ;
	if (!amt_buf_reserve(b, want))
		return -2;
	ssize_t got = read_some(fd, b->data + b->len, want);
	if (got > 0) {
		b->len += (size_t)got;
		b->data[b->len] = '\0';
	}
	return got > 0 ? 1 : (int)got;
}

bool amt_file_read(const char *path, struct amt_buf *b, struct amt_error *err)
{
	int fd = amt_file_open(path, err);
	int rc;

	if (fd < 0)
		return false;
	do
		rc = read_more(fd, b);
	while (rc > 0);
	if (rc == -1)
		amt_fail_errno(err, errno, "can't read %s", path);
	if (rc == -2)
		amt_fail(err, "%s is larger than the %zu bytes that are read of such a file", path,
			 b->max);
	close(fd);
	return rc == 0;
}

bool amt_lines_open(struct amt_lines *l, const char *path, size_t cap, struct amt_error *err)
{
	*l = (struct amt_lines){.fd = amt_file_open(path, err), .path = path, .cap = cap};
	if (l->fd < 0)
		return false;
	l->buf = amt_malloc(cap + 1);
	return true;
}

static void fill(struct amt_lines *l, struct amt_error *err)
{
	if (l->start) {
		memmove(l->buf, l->buf + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	ssize_t got = read_some(l->fd, l->buf + l->end, l->cap - l->end);
	if (got < 0) {
		amt_fail_errno(err, errno, "can't read %s after line %" PRIu64, l->path, l->line);
		l->failed = true;
	}
	if (got <= 0)
		l->eof = true;
	else
		l->end += (size_t)got;
}

bool amt_lines_next(struct amt_lines *l, char **text, size_t *len, struct amt_error *err)
{
	char *p, *nl;
	size_t have;

	for (;;) {
		p = l->buf + l->start;
		have = l->end - l->start;
		nl = have ? memchr(p, '\n', have) : NULL;
		if (nl || l->eof || have == l->cap)
			break;
		fill(l, err);
	}
	if (!have || l->failed)
		return false;
	if (!l->cut)
		l->line++;
	size_t n = nl ? (size_t)(nl - p) : have;
	l->cut = !nl && !l->eof;
	l->start += nl ? n + 1 : n;
	if (nl && n && p[n - 1] == '\r')
		n--;
	p[n] = '\0';
	*text = p;
	*len = n;
	return true;
}

void amt_lines_close(struct amt_lines *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->buf);
	*l = (struct amt_lines){.fd = -1};
}
