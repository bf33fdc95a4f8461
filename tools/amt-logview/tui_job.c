/* The tasks of the devices: a second reading of the logs, beside the viewer. */
#include "tui.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct copy {
	const char *path;
	int fd;
};

struct tui_job {
	pthread_t thread;
	struct trace_options options;
	struct trace_facts facts;
	struct amt_notes notes; /* said by the first reading already */
	struct amt_error err;
	uint64_t of; /* bytes of the logs when it began */
	bool ok;
	atomic_bool done;
	struct AMT_VEC(struct copy) copies;
};

static void *work(void *arg)
{
	struct tui_job *j = arg;

	j->ok = trace_collect(&logview.files, &j->options, &j->facts, &j->notes, &j->err);
	atomic_store(&j->done, true);
	return NULL;
}

static uint64_t size_of(const struct tui *t)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < t->n_files; i++)
		n += t->files[i].inode ? t->files[i].size : trace_reader_taken(t->files[i].r);
	return n;
}

/* Pipes are read already: their copies take their place. */
static void lend_copies(struct tui_job *j, const struct tui *t)
{
	for (unsigned i = 0; i < t->n_files; i++) {
		const struct tui_file *f = &t->files[i];
		int copy = f->failed || f->inode ? -1 : trace_reader_copy(f->r);
		struct copy c = {f->path, copy < 0 ? -1 : dup(copy)};
		if (c.fd >= 0)
			amt_vec_push(&j->copies, c);
	}
}

static int open_copy(void *arg, const char *path)
{
	const struct tui_job *j = arg;

	for (size_t i = 0; i < j->copies.n; i++)
		if (!strcmp(j->copies.v[i].path, path) &&
		    lseek(j->copies.v[i].fd, 0, SEEK_SET) == 0)
			return dup(j->copies.v[i].fd);
	return -1;
}

static void end(struct tui_job *j)
{
	for (size_t i = 0; i < j->copies.n; i++)
		close(j->copies.v[i].fd);
	amt_vec_free(&j->copies);
	amt_notes_free(&j->notes);
	free(j);
}

/* Reads them when they were not read yet, or the logs have grown since. */
void tui_job_start(struct tui *t)
{
	struct tui_job *j;

	if (t->job || (t->have_facts && t->facts_of == size_of(t)))
		return;
	j = amt_calloc(1, sizeof(*j));
	j->options = logview.options;
	j->options.progress = NULL;
	j->of = size_of(t);
	lend_copies(j, t);
	j->options.open = open_copy;
	j->options.open_arg = j;
	if (pthread_create(&j->thread, NULL, work, j) == 0) {
		t->job = j;
		return;
	}
	end(j);
	amt_str_copy(t->message, sizeof(t->message), "the tasks can't be read: no thread");
}

static void list(struct tui *t)
{
	t->tasks.n = 0;
	for (uint32_t i = 0; i < t->facts.sessions.n; i++) {
		const struct trace_session *s = &t->facts.sessions.v[i];
		if (!logview_filter_session(&t->facts, s))
			continue;
		amt_vec_push(&t->tasks, (struct tui_session){i, -1});
		for (uint32_t k = 0; k < s->n_milestones; k++)
			amt_vec_push(&t->tasks, (struct tui_session){i, (int)k});
		if (s->cause.set)
			amt_vec_push(&t->tasks, (struct tui_session){i, (int)s->n_milestones});
	}
	if (t->task_current >= t->tasks.n)
		t->task_current = t->tasks.n ? (uint32_t)t->tasks.n - 1 : 0;
}

bool tui_job_take(struct tui *t)
{
	struct tui_job *j = t->job;

	if (!j)
		return true;
	if (!atomic_load(&j->done))
		return t->have_facts;
	pthread_join(j->thread, NULL);
	t->job = NULL;
	if (j->ok) {
		trace_facts_free(&t->facts);
		t->facts = j->facts;
		t->have_facts = true;
		t->facts_of = j->of;
		list(t);
	} else {
		amt_str_copy(t->message, sizeof(t->message), j->err.text);
		trace_facts_free(&j->facts);
	}
	end(j);
	return true;
}

void tui_job_stop(struct tui *t)
{
	bool stopped = amt_stopped();

	if (!t->job)
		return;
	amt_stop();
	pthread_join(t->job->thread, NULL);
	if (!stopped)
		amt_stop_reset();
	trace_facts_free(&t->job->facts);
	end(t->job);
	t->job = NULL;
}
