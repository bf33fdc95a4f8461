/*
 * DIR/verdicts.ndjson: a line a device as soon as it is through, for who does not want to wait for
 * the report. It says what fails or warns of the device by itself; what needs logs, names or the
 * directory, and what a failure of the site skips, only the report knows.
 */
#include "verdicts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line that a kill cut off goes: the next begins where it did. */
static bool drop_torn(int fd)
{
	char part[4096];
	off_t end = lseek(fd, 0, SEEK_END);

	while (end > 0) {
		size_t want = end < (off_t)sizeof(part) ? (size_t)end : sizeof(part);
		if (pread(fd, part, want, end - (off_t)want) != (ssize_t)want)
			return false;
		const char *nl = memrchr(part, '\n', want);
		if (nl) {
			end -= (off_t)want - (nl + 1 - part);
			break;
		}
		end -= (off_t)want;
	}
	return !ftruncate(fd, end) && lseek(fd, end, SEEK_SET) == end;
}

int stage_verdicts_open(struct stage *st)
{
	const char *path = st->run_dir
				   ? amt_arena_printf(&st->arena, "%s/verdicts.ndjson", st->run_dir)
				   : NULL;
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | (st->opt.resume ? 0 : O_TRUNC),
			     0600)
		      : -1;

	if (fd >= 0 && drop_torn(fd))
		return fd;
	if (path)
		amt_note_add(&st->cli->run.notes, path, "not written: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static json_t *said(const struct amt_findings *fs, enum amt_verdict v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < fs->list.n; i++) {
		const struct amt_finding *f = fs->list.v[i];
		json_t *j = f->verdict == v ? json_object() : NULL;
		if (!j)
			continue;
		json_object_set_new(j, "id", json_string(f->item->id));
		json_object_set_new(j, "summary", amt_json_str(f->summary));
		json_array_append_new(list, j);
	}
	return list;
}

bool stage_verdicts_put(const struct stage *st, int fd, const struct site_client *c,
			const struct amt_device *d)
{
	const struct amt_device_expect expect = {
		.fqdn = *c->fqdn ? c->fqdn : NULL,
		.uuid = *c->uuid ? c->uuid : NULL,
		.suffix = *c->suffix ? c->suffix : NULL,
		.unprovisioned = amt_strlist_has(&st->profile.directory_removed, c->fqdn)};
	struct amt_context ctx = st->cli->context;
	struct amt_findings fs = {0};
	json_t *j = json_object(), *n_of = json_object();

	/* Set for judges when all is collected. */
	ctx.now = st->cli->now;
	ctx.firmware = st->cli->firmware.v;
	ctx.n_firmware = st->cli->firmware.n;
	amt_device_judge(d, &expect, &ctx, &fs);
	site_waivers_apply(&st->waivers, st->cli->now, &fs);
	json_object_set_new(j, "client", amt_json_str(*c->fqdn ? c->fqdn : c->name));
	json_object_set_new(j, "at", amt_json_time(amt_time_now()));
	size_t counts[AMT_VERDICTS];
	amt_findings_count(&fs, counts);
	for (int v = 0; v < AMT_VERDICTS; v++)
		json_object_set_new(n_of, amt_verdict_name((enum amt_verdict)v),
				    json_integer((json_int_t)counts[v]));
	json_object_set_new(j, "counts", n_of);
	json_object_set_new(j, "fail", said(&fs, AMT_FAIL));
	json_object_set_new(j, "warn", said(&fs, AMT_WARN));
	char *text = json_dumps(j, JSON_COMPACT);
	size_t n = text ? strlen(text) : 0;
	if (text)
		text[n] = '\n'; /* where its NUL was: one write a line */
	bool good = text && write(fd, text, n + 1) == (ssize_t)n + 1;
	free(text);
	json_decref(j);
	amt_findings_free(&fs);
	return good;
}
