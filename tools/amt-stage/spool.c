/*
 * The devices of a fleet, one line of JSON each, written as they finish: what is in the
 * file is done, whatever happens to the process. With --run it is DIR/devices.ndjson and
 * --resume goes on with it; else a file without a name.
 */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void place(struct stage_spool *s, size_t client, int64_t at)
{
	s->n += s->at[client] < 0;
	s->at[client] = at;
}

/* Which client a line is of; SIZE_MAX when it is no line of ours. */
static size_t client_of(const struct stage_spool *s, const char *line, size_t len)
{
	json_t *j = json_loadb(line, len, 0, NULL);
	const char *name = amt_json_get_str(j, "client");
	const struct site_client *c = name && json_is_object(json_object_get(j, "facts"))
					      ? site_inventory_find(s->inventory, name)
					      : NULL;

	json_decref(j);
	return c ? (size_t)(c - s->inventory->clients.v) : SIZE_MAX;
}

/* What an earlier run finished. A line without its end was being written when it was killed. */
static bool read_back(struct stage_spool *s, struct amt_notes *notes, struct amt_error *err)
{
	char *buf = NULL;
	size_t cap = 0;
	ssize_t n;
	uint64_t line = 0;
	FILE *f = fdopen(dup(s->fd), "r");

	if (!f)
		return amt_fail_errno(err, errno, "can't read %s", s->path);
	while ((n = getline(&buf, &cap, f)) > 0 && buf[n - 1] == '\n') {
		size_t client = client_of(s, buf, (size_t)n);
		line++;
		if (client != SIZE_MAX)
			place(s, client, s->end);
		else
			amt_note_add(notes, s->path, "line %llu is of no client of this run",
				     (unsigned long long)line);
		s->end += n;
	}
	bool good = !ferror(f);
	int code = errno;
	free(buf);
	fclose(f);
	s->found = s->n;
	if (!good)
		return amt_fail_errno(err, code, "can't read %s", s->path);
	if (ftruncate(s->fd, s->end))
		return amt_fail_errno(err, errno, "can't write %s", s->path);
	return true;
}

bool stage_spool_open(struct stage_spool *s, const char *path, int unnamed, bool resume,
		      const struct site_inventory *inventory, struct amt_notes *notes,
		      struct amt_error *err)
{
	size_t n = inventory->clients.n;

	*s = (struct stage_spool){.path = path ? path : "a temporary file", .inventory = inventory};
	s->at = amt_calloc(n ? n : 1, sizeof(*s->at));
	for (size_t i = 0; i < n; i++)
		s->at[i] = -1;
	if (path)
		s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (resume ? 0 : O_TRUNC), 0600);
	else
		s->fd = unnamed < 0 ? -1 : fcntl(unnamed, F_DUPFD_CLOEXEC, 3);
	if (s->fd < 0)
		return amt_fail_errno(err, errno, "can't keep devices in %s", s->path);
	return !resume || read_back(s, notes, err);
}

bool stage_spool_has(const struct stage_spool *s, size_t client)
{
	return s->at && s->at[client] >= 0;
}

bool stage_spool_put(struct stage_spool *s, size_t client, json_t *facts, struct amt_error *err)
{
	const struct site_client *c = &s->inventory->clients.v[client];
	json_t *j = json_object();
	size_t done = 0;

	json_object_set_new(j, "client", amt_json_str(*c->fqdn ? c->fqdn : c->name));
	json_object_set_new(j, "facts", facts);
	char *text = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	size_t n = text ? strlen(text) : 0;
	if (text)
		text[n++] = '\n'; /* over the end of the string */
	while (done < n) {
		ssize_t k = pwrite(s->fd, text + done, n - done, s->end + (off_t)done);
		if (k <= 0 && errno != EINTR)
			break;
		done += k > 0 ? (size_t)k : 0;
	}
	int code = errno;
	free(text);
	if (!n || done < n) {
		(void)!ftruncate(s->fd, s->end); /* half a line would be cut off by --resume too */
		return amt_fail_errno(err, code, "can't write %s", s->path);
	}
	place(s, client, s->end);
	s->end += (off_t)n;
	return true;
}

json_t *stage_spool_get(const struct stage_spool *s, size_t client)
{
	struct amt_buf b;
	json_t *j = NULL;
	int64_t at = s->at[client];

	amt_buf_init(&b, AMT_CAP_JSON_IN);
	while (!j) {
		char part[16 * 1024];
		ssize_t n = pread(s->fd, part, sizeof(part), at);
		if (n <= 0)
			break;
		char *end = memchr(part, '\n', (size_t)n);
		if (!amt_buf_add(&b, part, end ? (size_t)(end - part) : (size_t)n))
			break;
		at += n;
		if (!end)
			continue;
		j = json_loadb(b.data, b.len, 0, NULL);
		break;
	}
	json_t *facts = json_incref(json_object_get(j, "facts"));
	json_decref(j);
	amt_buf_free(&b);
	return facts;
}

void stage_spool_close(struct stage_spool *s)
{
	if (s->at) {
		if (s->fd >= 0)
			close(s->fd);
		free(s->at);
	}
	*s = (struct stage_spool){0};
}
