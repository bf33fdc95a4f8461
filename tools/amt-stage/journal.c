/*
 * --run DIR: the evidence of each room is written as soon as it is there, whole or
 * not at all, so that a run that is killed loses only the room it was in.
 * --resume DIR: what is there already is read and not collected again.
 */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path_of(struct stage *st, const char *name)
{
	return amt_arena_printf(&st->arena, "%s/%s.json", st->run_dir, name);
}

bool stage_journal_open(struct stage *st, struct amt_error *err)
{
	struct stat info;

	st->run_dir = st->opt.resume ? st->opt.resume : st->opt.run;
	if (!st->run_dir)
		return true;
	if (st->opt.run && st->opt.resume && strcmp(st->opt.run, st->opt.resume) != 0)
		return amt_fail(err, "--run and --resume name different folders");
	if (!st->opt.resume && mkdir(st->run_dir, 0700) && errno != EEXIST)
		return amt_fail_errno(err, errno, "can't make the folder %s", st->run_dir);
	if (stat(st->run_dir, &info) || !S_ISDIR(info.st_mode))
		return amt_fail(err, "%s is not a folder of an earlier run", st->run_dir);
	/* Held until the process ends, however it ends. */
	int fd = open(st->run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return close(fd), amt_fail(err, "another run is at work in %s", st->run_dir);
	st->run_lock = fd;
	if (!st->opt.resume && !stat(path_of(st, "report"), &info))
		return amt_fail(err, "%s holds a finished run; --resume %s goes on with it",
				st->run_dir, st->run_dir);
	return true;
}

void stage_journal_scratch(struct stage *st)
{
	if (!st->run_dir && st->profile.devices_probe == AMT_YES)
		st->scratch = tmpfile();
}

bool stage_journal_read(struct stage *st, const struct stage_room *room, void *state)
{
	struct amt_error err;
	struct amt_buf b;
	json_t *doc = NULL;

	if (!st->opt.resume)
		return false;
	const char *path = path_of(st, room->name);
	amt_buf_init(&b, AMT_CAP_JSON_IN);
	bool there = amt_file_read(path, &b, &err);
	bool good = there && amt_report_parse(amt_buf_cstr(&b), b.len, path, &doc, &err) &&
		    room->from_json(json_object_get(doc, "facts"), state, &err);
	if (!good && !(err.code == ENOENT && !there))
		amt_note_add(&st->cli->run.notes, path, "not used, collected anew: %s", err.text);
	json_decref(doc);
	amt_buf_free(&b);
	return good;
}

static void write_file(struct stage *st, const char *path,
		       bool (*fill)(void *arg, struct amt_buf *out, struct amt_error *err),
		       void *arg)
{
	struct amt_error err;

	if (amt_out_fill(path, AMT_CAP_REPORT, fill, arg, &err) == AMT_FILLED)
		return;
	amt_note_add(&st->cli->run.notes, path, "%s", err.text);
	st->cli->io_failed = true;
}

struct room_facts {
	const struct stage *st;
	const struct stage_room *room;
	const void *state;
};

/* A document like any other of the suite, with one room's facts. */
static bool fill_room(void *arg, struct amt_buf *out, struct amt_error *err)
{
	const struct room_facts *what = arg;
	struct amt_json_out o = {.out = out, .flags = JSON_COMPACT};

	(void)err;
	amt_json_out_open(&o, NULL, false);
	amt_json_out_value(&o, "schema", json_string("amtdiag/1"));
	amt_json_out_value(&o, "tool", json_string("amt-stage"));
	amt_json_out_value(&o, "collected", amt_json_time(what->st->cli->run.started));
	stage_write_room(what->room, what->state, "facts", &o);
	amt_json_out_close(&o);
	return true;
}

static bool fill_report(void *arg, struct amt_buf *out, struct amt_error *err)
{
	struct stage *st = arg;

	(void)err;
	amt_report_document(&st->cli->run, JSON_COMPACT, out);
	return true;
}

void stage_journal_write(struct stage *st, const struct stage_room *room, const void *state)
{
	/* A room that was interrupted is not finished: the next run collects it again. */
	struct room_facts what = {st, room, state};
	if (st->run_dir && !amt_stopped())
		write_file(st, path_of(st, room->name), fill_room, &what);
}

void stage_journal_close(struct stage *st)
{
	if (st->run_dir && !amt_stopped() && !st->cli->io_failed) {
		st->cli->run.ended = st->cli->run.started;
		write_file(st, path_of(st, "report"), fill_report, st);
	}
	if (st->run_lock > 0)
		close(st->run_lock);
	st->run_lock = 0;
}
