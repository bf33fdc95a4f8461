/* Where the records are: checkpoints of each file, and the order of several by time. */
#include "tui.h"

#include <stdlib.h>
#include <sys/stat.h>

/* A place of the stream to come back to: the window is shared by reading on and by drawing. */
static void remember(struct tui_file *f)
{
	struct trace_file_facts facts = {0};

	trace_reader_facts(f->r, &facts);
	f->end_offset = facts.bytes;
	f->end_line = facts.lines + 1;
}

static bool look(struct tui_file *f, bool *grown)
{
	struct stat st;

	if (f->spooled && !f->inode)
		return true; /* a pipe */
	if (!strcmp(f->path, "-") || stat(f->path, &st) || !S_ISREG(st.st_mode))
		return true;
	bool same =
		!f->inode || ((uint64_t)st.st_ino == f->inode && (uint64_t)st.st_size >= f->size);
	same = same && !(f->r && trace_reader_changed(f->r));
	*grown = same && (uint64_t)st.st_size > f->size;
	f->inode = (uint64_t)st.st_ino;
	f->size = (uint64_t)st.st_size;
	return same;
}

/* Packed, piped and UTF-16 logs are copied into a file without a name as they are read. */
static bool open_one(struct tui_file *f, struct amt_error *err)
{
	struct trace_record rec;
	bool ignored;

	f->cursor = UINT32_MAX;
	f->end_line = 1;
	look(f, &ignored);
	if (!(f->r = trace_reader_open(f->path, &logview.options, err)))
		return false;
	if (f->inode) { /* a file: a pipe can be read only once */
		(void)trace_reader_next(f->r, &rec);
		if (trace_reader_can_seek(f->r))
			return true;
		trace_reader_close(f->r);
		if (!(f->r = trace_reader_open(f->path, &logview.options, err)))
			return false;
	}
	f->spooled = true;
	return trace_reader_spool(f->r, err);
}

/* Record i of a file, i at most the first one not known yet. */
static bool get(struct tui_file *f, uint32_t i, struct trace_record *rec)
{
	bool ok;

	if (!f->r)
		return false;
	if (i == f->cursor) {
		ok = trace_reader_next(f->r, rec) == TRACE_RECORD;
	} else if (i == f->n) {
		ok = trace_reader_at(f->r, f->end_offset, f->end_line, rec);
	} else {
		const struct tui_point *p = &f->points.v[i / TUI_STRIDE];
		if (f->cursor == f->n)
			remember(f);
		ok = trace_reader_at(f->r, p->offset, p->line, rec);
		for (uint32_t k = i % TUI_STRIDE; ok && k; k--)
			ok = trace_reader_next(f->r, rec) == TRACE_RECORD;
	}
	if (!ok && i == f->n && f->cursor == f->n)
		remember(f);
	f->cursor = ok ? i + 1 : UINT32_MAX;
	if (ok)
		trace_reader_clock(f->r, rec);
	return ok;
}

bool tui_index_list(struct tui *t, struct amt_error *err)
{
	struct trace_paths paths = {0};

	if (!trace_expand(&logview.files, &t->arena, &paths, &t->cli->run.notes) || !paths.n) {
		amt_vec_free(&paths);
		return amt_fail(err, "no log could be opened");
	}
	if (paths.n > TUI_FILES) {
		amt_vec_free(&paths);
		return amt_fail(err, "--tui shows %u files at most; %zu were named", TUI_FILES,
				paths.n);
	}
	t->files = amt_calloc(paths.n, sizeof(*t->files));
	t->n_files = (unsigned)paths.n;
	for (unsigned i = 0; i < t->n_files; i++) {
		t->files[i].path = paths.v[i].path;
		t->files[i].group = paths.v[i].group;
	}
	amt_vec_free(&paths);
	return true;
}

bool tui_index_open(struct tui *t, struct amt_error *err)
{
	tui_index_again(t);
	for (unsigned i = 0; i < t->n_files; i++)
		if (!t->files[i].failed)
			return true;
	return amt_fail(err, "%s", t->message);
}

static void forget(struct tui *t)
{
	for (unsigned i = 0; i < t->n_files; i++) {
		trace_reader_close(t->files[i].r);
		t->files[i].r = NULL;
		amt_vec_free(&t->files[i].points);
	}
	amt_vec_free(&t->order);
	amt_vec_free(&t->counts);
	amt_vec_free(&t->severities);
	amt_vec_free(&t->bits);
	amt_vec_free(&t->ranks);
}

/* From the beginning: the first time, and when a log was rolled over. */
void tui_index_again(struct tui *t)
{
	struct amt_error err = {0};

	forget(t);
	t->n = t->asked = t->fitting = 0;
	t->indexed = t->piped = false;
	t->bytes = 0;
	for (unsigned i = 0; i < t->n_files; i++) {
		struct tui_file *f = &t->files[i];
		struct tui_file fresh = {.path = f->path, .group = f->group};
		*f = fresh;
		if (!open_one(f, &err)) {
			f->failed = f->done = true;
			amt_str_copy(t->message, sizeof(t->message), err.text);
		}
		t->bytes += f->size;
		t->piped = t->piped || !f->inode;
	}
}

void tui_index_free(struct tui *t)
{
	forget(t);
	free(t->files);
	t->files = NULL;
	t->n_files = 0;
}

enum trace_severity tui_index_severity(const struct tui *t, uint32_t p)
{
	return (enum trace_severity)(t->severities.v[p / 4] >> (p % 4 * 2) & 3);
}

static void judge(struct tui_row *row, struct trace_match *m)
{
	const struct trace_record *rec = &row->rec;

	trace_classify(
		rec->text, rec->text_len,
		!rec->component || trace_component_is_ours(rec->component, rec->component_len), m);
	row->severity = trace_severity_of(rec, m);
}

/* The next unknown record of a file becomes its head. */
static void advance(struct tui *t, struct tui_file *f)
{
	struct trace_match m;
	struct tui_row *row = &t->row;

	if (!get(f, f->n, &row->rec)) {
		f->done = true;
		f->waits = trace_reader_waits(f->r);
		if (trace_reader_error(f->r))
			amt_str_copy(t->message, sizeof(t->message), trace_reader_error(f->r));
		return;
	}
	row->file = f;
	if (f->n % TUI_STRIDE == 0)
		amt_vec_push(&f->points, (struct tui_point){row->rec.offset, row->rec.line});
	judge(row, &m);
	amt_time when = trace_utc(&row->rec.when);
	if (when != AMT_TIME_NONE || !f->n)
		f->time = when;
	f->severity = (uint8_t)row->severity;
	f->fits_of = t->filter_of;
	f->fits = !t->filtered || tui_filter_fits(t, row);
	f->n++;
	f->have = true;
}

static void place(struct tui *t, unsigned file)
{
	struct tui_file *f = &t->files[file];
	uint32_t p = t->n;

	if (t->n_files > 1) {
		if (p % TUI_BLOCK == 0)
			for (unsigned i = 0; i < t->n_files; i++)
				amt_vec_push(&t->counts,
					     t->files[i].n - (uint32_t)t->files[i].have);
		amt_vec_push(&t->order, (uint8_t)file);
	}
	if (p % 4 == 0)
		amt_vec_push(&t->severities, 0);
	t->severities.v[p / 4] |= (uint8_t)(f->severity << (p % 4 * 2));
	f->have = false;
	t->n++;
	if (t->filtered && t->asked == p && f->fits_of == t->filter_of)
		tui_filter_answer(t, p, f->fits);
}

/* One record more in the order; false when there is none. */
static bool step(struct tui *t)
{
	unsigned best = t->n_files;

	for (unsigned i = 0; i < t->n_files; i++) {
		struct tui_file *f = &t->files[i];
		/* The newer files of a log wait for the older ones. */
		if (!f->have && !f->done &&
		    (i == 0 || f[-1].group != f->group || (f[-1].done && !f[-1].have)))
			advance(t, f);
		if (f->have && (best == t->n_files || f->time < t->files[best].time))
			best = i;
	}
	if (best == t->n_files) {
		for (unsigned i = 0; i < t->n_files; i++)
			if (!t->files[i].done)
				return true;
		return false;
	}
	place(t, best);
	return true;
}

bool tui_index_work(struct tui *t, amt_time slice)
{
	amt_time end = amt_time_steady() + slice;

	for (unsigned i = 1;; i++) {
		if (!t->indexed)
			t->indexed = !step(t);
		else if (t->filtered && t->asked < t->n)
			tui_filter_answer(t, t->asked,
					  tui_index_record(t, t->asked, &t->row) &&
						  tui_filter_fits(t, &t->row));
		else
			return false;
		if (i % 64 == 0 && amt_time_steady() >= end)
			return true;
	}
}

/* A folder may hold the old one by another name now. */
static void list_again(struct tui *t)
{
	struct tui_file *old = t->files;
	struct amt_error err;

	forget(t);
	t->row.file = NULL;
	if (tui_index_list(t, &err))
		free(old);
	tui_index_again(t);
	amt_str_copy(t->message, sizeof(t->message), "the log was replaced; it is read again");
}

void tui_index_look(struct tui *t)
{
	for (unsigned i = 0; i < t->n_files; i++) {
		struct tui_file *f = &t->files[i];
		bool grown = false;
		if (f->failed || !f->done)
			continue;
		if (!look(f, &grown) || (grown && f->spooled)) {
			list_again(t);
			return;
		}
		if (grown || f->waits) {
			f->done = false;
			t->indexed = false;
		}
	}
}

uint64_t tui_index_done(const struct tui *t)
{
	uint64_t done = 0;

	for (unsigned i = 0; i < t->n_files; i++) {
		const struct tui_file *f = &t->files[i];
		if (f->spooled)
			done += f->done && f->inode ? f->size : trace_reader_taken(f->r);
		else if (f->points.n)
			done += f->done ? f->size : f->points.v[f->points.n - 1].offset;
	}
	return done;
}

uint32_t tui_index_place(const struct tui *t, uint32_t p, unsigned *file)
{
	if (t->n_files == 1) {
		*file = 0;
		return p;
	}
	uint32_t block = p / TUI_BLOCK;
	*file = t->order.v[p];
	uint32_t i = t->counts.v[block * t->n_files + *file];
	for (uint32_t k = block * TUI_BLOCK; k < p; k++)
		i += t->order.v[k] == *file;
	return i;
}

/* The number of the record of that file which holds that line. */
static uint32_t at_line(struct tui_file *f, uint64_t line)
{
	size_t low = 0, high = f->points.n;
	struct trace_record rec;

	while (high - low > 1) {
		size_t mid = (low + high) / 2;
		if (f->points.v[mid].line <= line)
			low = mid;
		else
			high = mid;
	}
	uint32_t i = (uint32_t)low * TUI_STRIDE, best = i;
	for (; i < f->n && i < (low + 1) * TUI_STRIDE && get(f, i, &rec); i++) {
		if (rec.line > line)
			break;
		best = i;
	}
	return best;
}

uint32_t tui_index_find(struct tui *t, unsigned file, uint64_t line)
{
	struct tui_file *f = &t->files[file];

	if (!f->n)
		return UINT32_MAX;
	uint32_t want = at_line(f, line);
	if (t->n_files == 1)
		return want < t->n ? want : UINT32_MAX;
	/* The last block that begins with no more of this file's records than wanted. */
	size_t low = 0, high = t->counts.n / t->n_files;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;
		if (t->counts.v[mid * t->n_files + file] <= want)
			low = mid;
		else
			high = mid;
	}
	if (!t->n)
		return UINT32_MAX;
	uint32_t i = t->counts.v[low * t->n_files + file];
	for (uint32_t p = (uint32_t)low * TUI_BLOCK; p < t->n; p++)
		if (t->order.v[p] == file && i++ == want)
			return p;
	return UINT32_MAX;
}

bool tui_index_record(struct tui *t, uint32_t p, struct tui_row *row)
{
	unsigned file;

	if (p >= t->n)
		return false;
	uint32_t i = tui_index_place(t, p, &file);
	row->file = &t->files[file];
	row->severity = tui_index_severity(t, p);
	return get(row->file, i, &row->rec);
}

bool tui_index_fetch(struct tui *t, uint32_t p, struct tui_row *row)
{
	amt_buf_clear(&row->text);
	amt_buf_clear(&row->component);
	if (!tui_index_record(t, p, row))
		return false;
	trace_reader_text(row->file->r, &row->rec, &row->text);
	trace_reader_utf8(row->file->r, row->rec.component, row->rec.component_len,
			  &row->component);
	return true;
}
