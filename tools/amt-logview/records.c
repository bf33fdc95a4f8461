/* The records themselves: merged by time, filtered, as NDJSON or text; and --follow. */
#include "records.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENOUGH (256 * AMT_KIB) /* to be written at once */

static void fail(struct writer *w)
{
	w->failed = true;
	w->why = errno;
}

static void flush(struct writer *w)
{
	if (w->out.len && !w->failed && fwrite(w->out.data, 1, w->out.len, w->file.f) != w->out.len)
		fail(w);
	amt_buf_clear(&w->out);
}

/* What --grep asks; the text is found on the way. */
static bool fits(struct writer *w, struct stream *s)
{
	bool there = put_find_text(w, s);

	if (there && w->search && trace_search_knows(w->search, s->r, w->text, w->text_len))
		return true;
	return logview_filter_text(logview.filter, w->text, w->text_len, there);
}

static void give(struct writer *w, struct stream *s)
{
	struct trace_record *rec = &s->rec;
	struct trace_match m;
	const char *name = s->paths[s->at].path;

	w->text = NULL;
	/* The cheapest first: most records of a search end here. */
	if (w->choosy && !fits(w, s))
		return;
	bool ours = put_component_of(w, s);
	const struct trace_record *as = rec;
	struct trace_record said;
	char text[TRACE_UNWRAP_MAX];
	if (rec->lines > 1) {
		said = *rec;
		as = trace_unwrap(&said, ours, text) ? &said : rec;
	}
	trace_classify(as->text, as->text_len, ours, &m);
	enum trace_severity sev = trace_severity_of(as, &m);
	if (w->choosy && !logview_filter_rest(rec, sev, &m, w->text, w->text_len))
		return;
	w->written++;
	if (logview.raw)
		put_line(w, s, sev);
	else if (w->cli->format == AMT_FORMAT_CSV)
		put_csv(w, s, name, sev);
	else
		put_record(w, s, name, sev);
	if (w->out.len > ENOUGH)
		flush(w);
}

/* The next record of a log, through its rolled-over files. */
static bool advance(struct writer *w, struct stream *s)
{
	struct amt_error err;

	for (s->have = false; s->at < s->n;) {
		if (!s->r) {
			s->r = trace_reader_open(s->paths[s->at].path, &logview.options, &err);
			if (!s->r) {
				amt_note_add(&w->cli->run.notes, s->paths[s->at].path, "%s",
					     err.text);
				s->at++;
				continue;
			}
			/* What is not complete yet will be. */
			trace_reader_follow(s->r, logview.follow && s->at + 1 == s->n);
			if (w->search)
				trace_search_begin(w->search);
		}
		if ((w->search ? trace_search_next(w->search, s->r, &s->rec)
			       : trace_reader_next(s->r, &s->rec)) == TRACE_RECORD) {
			trace_reader_clock(s->r, &s->rec);
			return s->have = true;
		}
		if (trace_reader_error(s->r))
			amt_note_add(&w->cli->run.notes, s->paths[s->at].path, "%s",
				     trace_reader_error(s->r));
		if (s->at + 1 == s->n && logview.follow)
			return false; /* the reader stays for what comes */
		trace_reader_close(s->r);
		s->r = NULL;
		s->at++;
	}
	return false;
}

/* The stream whose record is earliest; the first of equals. One without time goes at once. */
static struct stream *earliest(struct stream *v, size_t n)
{
	struct stream *best = NULL;

	if (n == 1)
		return v->have ? v : NULL;
	for (size_t i = 0; i < n; i++) {
		if (!v[i].have)
			continue;
		if (!best || trace_utc(&v[i].rec.when) < trace_utc(&best->rec.when))
			best = &v[i];
	}
	return best;
}

/* Was the file replaced by a new one, or cut to a shorter one? */
static bool replaced(struct stream *s)
{
	struct stat st;

	if (stat(s->paths[s->at].path, &st))
		return false; /* between two renames: it will come back */
	bool is = st.st_ino != s->inode || (uint64_t)st.st_size < trace_reader_taken(s->r);
	s->inode = st.st_ino;
	s->size = st.st_size;
	return is;
}

static void take_all(struct writer *w, struct stream *s)
{
	while (!amt_stopped() && trace_reader_next(s->r, &s->rec) == TRACE_RECORD) {
		trace_reader_clock(s->r, &s->rec);
		give(w, s);
	}
}

/* False: nothing more will come of it. */
static bool follow_one(struct writer *w, struct stream *s)
{
	struct amt_error err;

	if (s->r && trace_reader_changed(s->r)) {
		/* Cut, and longer than before already: what stands behind our place is no record.
		 */
		trace_reader_close(s->r);
		s->r = NULL;
	}
	if (!s->r) {
		s->r = trace_reader_open(s->paths[s->at].path, &logview.options, &err);
		if (!s->r)
			return s->inode; /* gone for the moment; or it never was there */
		trace_reader_follow(s->r, true);
	}
	take_all(w, s);
	bool over = !s->inode && !trace_reader_waits(s->r); /* a pipe that was closed */
	if (!over && (!s->inode || !replaced(s)))
		return true;
	/* Take what was still written to the old file, then begin the new one. */
	trace_reader_follow(s->r, false);
	take_all(w, s);
	trace_reader_close(s->r);
	s->r = NULL;
	return !over && follow_one(w, s);
}

static void follow(struct writer *w, struct stream *v, size_t n)
{
	bool any = n > 0;

	for (size_t i = 0; i < n; i++) {
		v[i].at = v[i].n - 1;
		struct stat st;
		const char *path = v[i].paths[v[i].at].path;
		if (strcmp(path, "-") != 0 && !stat(path, &st) && S_ISREG(st.st_mode))
			v[i].inode = st.st_ino;
	}
	while (any && !amt_stopped() && !w->failed) {
		any = false;
		for (size_t i = 0; i < n; i++)
			if (!v[i].over) {
				v[i].over = !follow_one(w, &v[i]);
				any = any || !v[i].over;
			}
		flush(w);
		if (fflush(w->file.f))
			fail(w);
		if (any)
			usleep(250 * 1000);
	}
}

static size_t streams(const struct trace_paths *paths, struct stream **out)
{
	struct stream *v = amt_calloc(paths->n + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < paths->n; i++) {
		if (n && v[n - 1].paths[0].group == paths->v[i].group) {
			v[n - 1].n++;
			continue;
		}
		v[n].paths = &paths->v[i];
		v[n++].n = 1;
	}
	*out = v;
	return n;
}

int logview_records(struct amt_cli *cli)
{
	struct writer w = {.cli = cli, .choosy = logview_filter_any(logview.filter)};
	struct trace_paths paths = {NULL, 0, 0};
	struct stream *v, *s;
	struct amt_error err = {0};

	trace_expand(&logview.files, &cli->run.arena, &paths, &cli->run.notes);
	size_t n = streams(&paths, &v);
	amt_buf_init(&w.out, 64 * AMT_MIB);
	amt_buf_init(&w.copy, 16 * AMT_MIB);
	amt_buf_init(&w.other, 64 * AMT_KIB);
	amt_buf_init(&w.component.json, 512 * AMT_KIB);
	amt_buf_init(&w.name, 64 * AMT_KIB);
	put_begin(&w);
	if (!amt_out_open(&w.file, cli->output, &err)) {
		amt_cli_say(cli, "%s", err.text);
		return AMT_EXIT_IO;
	}
	setvbuf(w.file.f, NULL, _IONBF, 0); /* w.out is the buffer */
	amt_out_widen(&w.file);
	if (cli->format == AMT_FORMAT_CSV && !logview.raw)
		put_csv_head(&w);
	/* Logs that are merged need the times of all their records. */
	if (n == 1 && logview.grep.n && !logview.follow)
		w.search = trace_search_new((const char *const *)logview.grep.v, logview.grep.n);
	for (size_t i = 0; i < n; i++)
		advance(&w, &v[i]);
	while (!w.failed && !amt_stopped() && (s = earliest(v, n))) {
		give(&w, s);
		advance(&w, s);
	}
	if (logview.follow)
		follow(&w, v, n);
	flush(&w);
	errno = w.why; /* what the stream failed of; it is aborted then */
	bool ok = amt_out_commit(&w.file, &err);
	if (!ok)
		amt_cli_say(cli, "%s", err.text);
	for (size_t i = 0; i < n; i++)
		trace_reader_close(v[i].r);
	trace_search_free(w.search);
	free(v);
	amt_vec_free(&paths);
	amt_buf_free(&w.out);
	amt_buf_free(&w.copy);
	amt_buf_free(&w.other);
	amt_buf_free(&w.component.json);
	amt_buf_free(&w.name);
	if (!ok)
		return AMT_EXIT_IO;
	if (amt_stopped())
		return AMT_EXIT_INTERRUPTED;
	return w.written || logview_filter_any(logview.filter) ? AMT_EXIT_PASS : AMT_EXIT_UNKNOWN;
}
