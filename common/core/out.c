/* Output files that appear complete or not at all. */
#include "amtdiag/core/alloc.h"
#include "amtdiag/core/caps.h"
#include "amtdiag/core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Unfinished temporaries, in plain arrays so that a signal handler can unlink them. */
#define OPEN_MAX_OUT 16
static char pending[OPEN_MAX_OUT][PATH_MAX];

static void remember(const char *temp)
{
	for (size_t i = 0; i < OPEN_MAX_OUT; i++) {
		if (!pending[i][0]) {
			snprintf(pending[i], sizeof(pending[i]), "%s", temp);
			return;
		}
	}
}

static void forget(const char *temp)
{
	for (size_t i = 0; i < OPEN_MAX_OUT; i++)
		if (!strcmp(pending[i], temp))
			pending[i][0] = '\0';
}

void amt_out_abort_all(void)
{
	for (size_t i = 0; i < OPEN_MAX_OUT; i++)
		if (pending[i][0])
			unlink(pending[i]);
}

/* A device or a FIFO can't be replaced by renaming: write through. */
static bool open_through(struct amt_out *o, const char *path, struct amt_error *err)
{
	o->f = fopen(path, "we");
	if (!o->f)
		return amt_fail_errno(err, errno, "can't write %s", path);
	o->path = amt_strdup(path);
	return true;
}

static bool open_beside(struct amt_out *o, const char *path, struct amt_error *err)
{
	char temp[PATH_MAX];

	if ((size_t)snprintf(temp, sizeof(temp), "%s.XXXXXX", path) >= sizeof(temp))
		return amt_fail(err, "can't write %s: the name is too long", path);
	int fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return amt_fail_errno(err, errno, "can't write beside %s", path);
	mode_t mask = umask(0);
	umask(mask);
	fchmod(fd, 0666 & ~mask);
	remember(temp);
	o->path = amt_strdup(path);
	o->temp = amt_strdup(temp);
	o->f = fdopen(fd, "w");
	if (o->f)
		return true;
	amt_fail_errno(err, errno, "can't write %s", path);
	close(fd);
	amt_out_abort(o);
	return false;
}

bool amt_out_open(struct amt_out *o, const char *path, struct amt_error *err)
{
	struct stat st;

	*o = (struct amt_out){.f = stdout};
	if (!path || !strcmp(path, "-"))
		return true;
	o->f = NULL;
	bool there = !stat(path, &st);
	if (there && S_ISDIR(st.st_mode))
		return amt_fail(err, "can't write %s: it is a folder", path);
	return there && !S_ISREG(st.st_mode) ? open_through(o, path, err)
					     : open_beside(o, path, err);
}

static void close_names(struct amt_out *o)
{
	free(o->path);
	free(o->temp);
	*o = (struct amt_out){0};
}

/* To fill a pipe of 64 KiB and wait, again and again, costs three times what the copying does. */
#define PIPE_HOLDS AMT_MIB

void amt_out_widen(const struct amt_out *o)
{
	int fd = fileno(o->f), holds = fcntl(fd, F_GETPIPE_SZ); /* -1: no pipe */

	for (int want = PIPE_HOLDS; holds > 0 && want > holds; want /= 2)
		if (fcntl(fd, F_SETPIPE_SZ, want) >= 0)
			break;
}

void amt_out_abort(struct amt_out *o)
{
	if (o->f && o->f != stdout)
		fclose(o->f);
	if (o->temp) {
		unlink(o->temp);
		forget(o->temp);
	}
	close_names(o);
}

bool amt_out_commit(struct amt_out *o, struct amt_error *err)
{
	/* After a failed write errno still says why; a stream keeps only that it failed. */
	bool good = !ferror(o->f);
	if (good)
		errno = 0;
	good = good && !fflush(o->f);
	if (good && o->temp)
		good = !fsync(fileno(o->f));
	int why = errno ? errno : EIO;
	if (o->f != stdout && fclose(o->f) && good) {
		good = false;
		why = errno;
	}
	o->f = NULL;
	if (good && o->temp && rename(o->temp, o->path)) {
		good = false;
		why = errno;
	}
	if (!good) {
		amt_fail_errno(err, why, "can't write %s", o->path ? o->path : "standard output");
		amt_out_abort(o);
		return false;
	}
	if (o->temp)
		forget(o->temp);
	close_names(o);
	return true;
}

bool amt_out_hand_on(void *arg, const char *p, size_t n)
{
	struct amt_out_sink *s = arg;

	errno = 0;
	if (fwrite(p, 1, n, s->f) == n)
		return true;
	s->error = errno ? errno : EIO;
	return false;
}

enum amt_filled amt_out_fill(const char *path, size_t cap,
			     bool (*fill)(void *arg, struct amt_buf *out, struct amt_error *err),
			     void *arg, struct amt_error *err)
{
	struct amt_out file;
	struct amt_buf out;

	if (!amt_out_open(&file, path, err))
		return AMT_FILL_NOT_WRITTEN;
	struct amt_out_sink sink = {.f = file.f};
	amt_buf_init(&out, cap);
	out.hand_on = amt_out_hand_on;
	out.hand_arg = &sink;
	bool good = fill(arg, &out, err);
	good = amt_buf_flush(&out) && good;
	amt_buf_free(&out);
	if (!good && !sink.error) {
		amt_out_abort(&file);
		return AMT_FILL_REFUSED;
	}
	errno = sink.error; /* why the stream failed */
	return amt_out_commit(&file, err) ? AMT_FILLED : AMT_FILL_NOT_WRITTEN;
}

bool amt_file_write(const char *path, const void *p, size_t n, struct amt_error *err)
{
	struct amt_out o;

	if (!amt_out_open(&o, path, err))
		return false;
	if (n)
		fwrite(p, 1, n, o.f);
	return amt_out_commit(&o, err);
}
