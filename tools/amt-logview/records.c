/* The records themselves: merged by time, filtered, as NDJSON or text; and --follow. */
#include "logview.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct stream { /* the files of one log, one after the other */
	const struct trace_path *paths;
	size_t n, at;
	struct trace_reader *r;
	struct trace_record rec;
	bool have;
	ino_t inode;
	off_t size;
};

struct writer {
	struct amt_cli *cli;
	struct amt_buf out, text, other;
	struct amt_out file;
	bool failed;
	uint64_t written;
};

static void flush(struct writer *w)
{
	if (w->out.len && !w->failed)
		w->failed = fwrite(w->out.data, 1, w->out.len, w->file.f) != w->out.len;
	amt_buf_clear(&w->out);
}

/* A string that needs no escaping goes as it is: nearly all do. */
static void put_json(struct amt_buf *b, const char *s, size_t n)
{
	bool plain = true;

	for (size_t i = 0; i < n && plain; i++)
		plain = (unsigned char)s[i] >= 0x20 && (unsigned char)s[i] < 0x7f && s[i] != '"' &&
			s[i] != '\\';
	if (!plain) {
		amt_buf_json(b, s, n);
		return;
	}
	if (!amt_buf_reserve(b, n + 2))
		return;
	b->data[b->len++] = '"';
	memcpy(b->data + b->len, s, n);
	b->len += n;
	b->data[b->len++] = '"';
	b->data[b->len] = '\0';
}

static void put_number(struct amt_buf *b, uint64_t v)
{
	char digits[20];
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + v % 10);
	while (v /= 10);
	amt_buf_add(b, digits + n, sizeof(digits) - n);
}

static void put_when(struct amt_buf *b, const struct trace_when *w)
{
	char t[AMT_TIME_TEXT];

	trace_when_format(w, t);
	amt_buf_add(b, t, strlen(t));
}

/* One that was wrapped in the middle comes out on one line. */
static void component(struct writer *w, struct stream *s)
{
	size_t k = 0;

	amt_buf_clear(&w->other);
	trace_reader_utf8(s->r, s->rec.component, s->rec.component_len, &w->other);
	for (size_t i = 0; i < w->other.len; i++) {
		char c = w->other.data[i];
		if (c != '\r')
			w->other.data[k++] = c == '\n' ? ' ' : c;
	}
	w->other.len = k;
	if (k)
		w->other.data[k] = '\0';
}

static void put_record(struct writer *w, struct stream *s, const char *name,
		       enum trace_severity sev)
{
	struct amt_buf *b = &w->out;
	struct trace_record *rec = &s->rec;

	amt_buf_add(b, "{\"file\":", 8);
	put_json(b, name, strlen(name));
	amt_buf_add(b, ",\"line\":", 8);
	put_number(b, rec->line);
	if (rec->when.local == AMT_TIME_NONE) {
		amt_buf_add(b, ",\"time\":null", 12);
	} else {
		amt_buf_add(b, ",\"time\":\"", 9);
		put_when(b, &rec->when);
		amt_buf_byte(b, '"');
	}
	amt_buf_add(b, ",\"component\":", 13);
	component(w, s);
	put_json(b, amt_buf_cstr(&w->other), w->other.len);
	amt_buf_add(b, ",\"thread\":", 10);
	if (rec->has_thread)
		put_number(b, rec->thread);
	else
		amt_buf_add(b, "null", 4);
	amt_buf_add(b, ",\"severity\":\"", 13);
	amt_buf_str(b, trace_severity_name(sev));
	amt_buf_add(b, "\",\"text\":", 9);
	put_json(b, amt_buf_cstr(&w->text), w->text.len);
	if (rec->damage) {
		amt_buf_str(b, ",\"damage\":[");
		bool first = true;
		for (unsigned i = 0; i < TRACE_DAMAGES; i++)
			if (rec->damage >> i & 1) {
				amt_buf_printf(b, "%s\"%s\"", first ? "" : ",",
					       trace_damage_name(i));
				first = false;
			}
		amt_buf_byte(b, ']');
	}
	amt_buf_add(b, "}\n", 2);
}

static void put_line(struct writer *w, struct stream *s, enum trace_severity sev)
{
	struct trace_record *rec = &s->rec;

	put_when(&w->out, &rec->when);
	amt_buf_printf(&w->out, "  %-7s  ", trace_severity_name(sev));
	component(w, s);
	amt_text_safe(&w->out, amt_buf_cstr(&w->other), w->other.len, false);
	if (rec->has_thread)
		amt_buf_printf(&w->out, "  %u (0x%X)", rec->thread, rec->thread);
	amt_buf_str(&w->out, "  ");
	amt_text_safe(&w->out, amt_buf_cstr(&w->text), w->text.len, true);
	amt_buf_byte(&w->out, '\n');
}

static void give(struct writer *w, struct stream *s)
{
	struct trace_record *rec = &s->rec;
	bool ours = !rec->component || trace_component_is_ours(rec->component, rec->component_len);
	struct trace_match m;
	const char *name = s->paths[s->at].path;

	trace_classify(rec->text, rec->text_len, ours, &m);
	enum trace_severity sev = trace_severity_of(rec, &m);
	amt_buf_clear(&w->text);
	trace_reader_text(s->r, rec, &w->text);
	if (!logview_filter_record(logview.filter, rec, sev, &m, amt_buf_cstr(&w->text),
				   w->text.len))
		return;
	w->written++;
	if (logview.raw)
		put_line(w, s, sev);
	else
		put_record(w, s, name, sev);
	if (w->out.len > 256 * AMT_KIB)
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
		}
		if (trace_reader_next(s->r, &s->rec) == TRACE_RECORD) {
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

	for (size_t i = 0; i < n; i++) {
		if (!v[i].have)
			continue;
		if (!best || trace_utc(&v[i].rec.when) < trace_utc(&best->rec.when))
			best = &v[i];
	}
	return best;
}

/* Was the file replaced by a new one, or cut to a shorter one? */
static bool replaced(struct stream *s, uint64_t offset)
{
	struct stat st;

	if (stat(s->paths[s->at].path, &st))
		return false; /* between two renames: it will come back */
	if (!s->inode)
		s->inode = st.st_ino;
	bool is = st.st_ino != s->inode || (uint64_t)st.st_size < offset;
	s->inode = st.st_ino;
	s->size = st.st_size;
	return is;
}

static void follow_one(struct writer *w, struct stream *s)
{
	struct amt_error err;
	uint64_t offset = 0;

	if (!s->r) {
		s->r = trace_reader_open(s->paths[s->at].path, &logview.options, &err);
		if (!s->r)
			return;
		trace_reader_follow(s->r, true);
	}
	while (trace_reader_next(s->r, &s->rec) == TRACE_RECORD) {
		trace_reader_clock(s->r, &s->rec);
		give(w, s);
	}
	struct trace_file_facts facts = {.bytes = 0};
	trace_reader_facts(s->r, &facts);
	offset = facts.bytes;
	if (!replaced(s, offset))
		return;
	/* Take what was still written to the old file, then begin the new one. */
	trace_reader_follow(s->r, false);
	while (trace_reader_next(s->r, &s->rec) == TRACE_RECORD) {
		trace_reader_clock(s->r, &s->rec);
		give(w, s);
	}
	trace_reader_close(s->r);
	s->r = NULL;
	follow_one(w, s);
}

static void follow(struct writer *w, struct stream *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		v[i].at = v[i].n - 1;
		struct stat st;
		if (!stat(v[i].paths[v[i].at].path, &st))
			v[i].inode = st.st_ino;
		if (v[i].r)
			trace_reader_follow(v[i].r, true);
	}
	while (!amt_stopped() && !w->failed) {
		for (size_t i = 0; i < n; i++)
			follow_one(w, &v[i]);
		flush(w);
		if (fflush(w->file.f))
			w->failed = true;
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
	struct writer w = {.cli = cli};
	struct trace_paths paths = {NULL, 0, 0};
	struct stream *v, *s;
	struct amt_error err = {0};

	trace_expand(&logview.files, &cli->run.arena, &paths, &cli->run.notes);
	size_t n = streams(&paths, &v);
	amt_buf_init(&w.out, 64 * AMT_MIB);
	amt_buf_init(&w.text, 16 * AMT_MIB);
	amt_buf_init(&w.other, 64 * AMT_KIB);
	if (!amt_out_open(&w.file, cli->output, &err)) {
		amt_cli_say(cli, "%s", err.text);
		return AMT_EXIT_IO;
	}
	for (size_t i = 0; i < n; i++)
		advance(&w, &v[i]);
	while (!w.failed && !amt_stopped() && (s = earliest(v, n))) {
		give(&w, s);
		advance(&w, s);
	}
	if (logview.follow)
		follow(&w, v, n);
	flush(&w);
	bool ok = !w.failed && amt_out_commit(&w.file, &err);
	if (!ok)
		amt_cli_say(cli, "%s", err.text[0] ? err.text : "can't write the records");
	for (size_t i = 0; i < n; i++)
		trace_reader_close(v[i].r);
	free(v);
	amt_vec_free(&paths);
	amt_buf_free(&w.out);
	amt_buf_free(&w.text);
	amt_buf_free(&w.other);
	if (!ok)
		return AMT_EXIT_IO;
	if (amt_stopped())
		return AMT_EXIT_INTERRUPTED;
	return w.written || logview_filter_any(logview.filter) ? AMT_EXIT_PASS : AMT_EXIT_UNKNOWN;
}
