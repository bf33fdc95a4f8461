/*
 * What is kept between runs: the last filter and the bookmarks, one file of lines
 *
 *	filter TAB regex TAB text TAB severity TAB component TAB thread TAB device TAB from TAB to
 *	saved TAB on TAB name TAB regex TAB text ... TAB to
 *	any TAB 0 or 1
 *	mark TAB offset TAB line TAB path
 */
#include "tui.h"

#include <stdlib.h>
#include <sys/stat.h>

#define STATE_MAX AMT_MIB
#define MARKS_MAX 2000u

/* Fields of a line, cut at tabs in place. */
static size_t fields(char *line, char **out, size_t max)
{
	size_t n = 0;

	for (char *p = line; p && n < max;) {
		out[n++] = p;
		p = n < max ? strchr(p, '\t') : NULL;
		if (p)
			*p++ = '\0';
	}
	return n;
}

#define FILTER_FIELDS 8

static void filter_in(char *const f[FILTER_FIELDS], struct tui_filter_text *x)
{
	x->regex = f[0][0] == '1';
	amt_str_copy(x->text, sizeof(x->text), f[1]);
	amt_str_copy(x->severity, sizeof(x->severity), f[2]);
	amt_str_copy(x->component, sizeof(x->component), f[3]);
	amt_str_copy(x->thread, sizeof(x->thread), f[4]);
	amt_str_copy(x->device, sizeof(x->device), f[5]);
	amt_str_copy(x->from, sizeof(x->from), f[6]);
	amt_str_copy(x->to, sizeof(x->to), f[7]);
}

static void filter_out(struct amt_buf *b, const struct tui_filter_text *x)
{
	amt_buf_printf(b, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x->regex, x->text, x->severity,
		       x->component, x->thread, x->device, x->from, x->to);
}

static void one(struct tui *t, char *line)
{
	char *f[3 + FILTER_FIELDS];
	size_t n = fields(line, f, !strncmp(line, "mark\t", 5) ? 4 : 3 + FILTER_FIELDS);
	struct tui_filter_text x = {0};
	struct tui_mark m = {0};

	if (n == 1 + FILTER_FIELDS && !strcmp(f[0], "filter")) {
		filter_in(f + 1, &t->filter_text);
	} else if (n == 3 + FILTER_FIELDS && !strcmp(f[0], "saved")) {
		filter_in(f + 3, &x);
		tui_saved_add(t, f[2], &x, f[1][0] == '1', NULL);
	} else if (n == 2 && !strcmp(f[0], "any")) {
		t->saved_any = f[1][0] == '1';
	} else if (n == 4 && !strcmp(f[0], "mark") && t->marks.n < MARKS_MAX &&
		   amt_num_u64(f[1], 0, UINT64_MAX, &m.offset, NULL) &&
		   amt_num_u64(f[2], 0, UINT64_MAX, &m.line, NULL)) {
		m.path = amt_strdup(f[3]);
		amt_vec_push(&t->marks, m);
	}
}

void tui_state_load(struct tui *t)
{
	struct amt_buf b;
	const char *folder = amt_cli_state_folder(&t->arena);

	if (!folder)
		return;
	t->state_path = amt_arena_printf(&t->arena, "%s/logview", folder);
	amt_buf_init(&b, STATE_MAX);
	if (amt_file_read(t->state_path, &b, NULL)) {
		char *line = b.data, *nl;
		for (; line && *line; line = nl) {
			if ((nl = strchr(line, '\n')))
				*nl++ = '\0';
			one(t, line);
		}
	}
	amt_buf_free(&b);
}

/* A bookmark is of a file, whatever name it was opened by. */
static char *real(const char *path)
{
	char *r = realpath(path, NULL);

	return r ? r : amt_strdup(path);
}

static size_t find(const struct tui *t, const struct tui_row *row)
{
	char *path = t->marks.n ? real(row->file->path) : NULL;
	size_t i;

	for (i = 0; i < t->marks.n; i++)
		if (t->marks.v[i].offset == row->rec.offset && !strcmp(t->marks.v[i].path, path))
			break;
	free(path);
	return i;
}

bool tui_state_marked(const struct tui *t, const struct tui_row *row)
{
	for (size_t i = 0; i < t->marks.n; i++)
		if (t->marks.v[i].offset == row->rec.offset)
			return find(t, row) < t->marks.n;
	return false;
}

void tui_state_toggle(struct tui *t, const struct tui_row *row)
{
	size_t i = find(t, row);

	if (i < t->marks.n) {
		free(t->marks.v[i].path);
		t->marks.v[i] = t->marks.v[--t->marks.n];
	} else if (t->marks.n < MARKS_MAX) {
		struct tui_mark m = {real(row->file->path), row->rec.offset, row->rec.line};
		amt_vec_push(&t->marks, m);
	}
	tui_state_save(t);
}

void tui_state_next(struct tui *t, int step)
{
	uint32_t here = tui_view_count(t) ? tui_view_record(t, t->current) : 0, best = UINT32_MAX;

	for (unsigned f = 0; f < t->n_files; f++) {
		char *path = real(t->files[f].path);
		for (size_t i = 0; i < t->marks.n; i++) {
			if (strcmp(t->marks.v[i].path, path) != 0)
				continue;
			uint32_t p = tui_index_find(t, f, t->marks.v[i].line);
			if (p == UINT32_MAX || (step > 0 ? p <= here : p >= here))
				continue;
			if (best == UINT32_MAX || (step > 0 ? p < best : p > best))
				best = p;
		}
		free(path);
	}
	if (best == UINT32_MAX)
		snprintf(t->message, sizeof(t->message), "no bookmark %s",
			 step > 0 ? "below" : "above");
	else
		tui_goto_record(t, best);
}

void tui_state_save(struct tui *t)
{
	struct amt_error err = {0};
	struct amt_buf b;

	if (!t->state_path)
		return;
	amt_buf_init(&b, STATE_MAX);
	amt_buf_str(&b, "filter\t");
	filter_out(&b, &t->filter_text);
	for (size_t i = 0; i < t->saved.n; i++) {
		amt_buf_printf(&b, "saved\t%d\t%s\t", t->saved.v[i].on, t->saved.v[i].name);
		filter_out(&b, &t->saved.v[i].text);
	}
	amt_buf_printf(&b, "any\t%d\n", t->saved_any);
	for (size_t i = 0; i < t->marks.n; i++)
		if (!strchr(t->marks.v[i].path, '\n'))
			amt_buf_printf(&b, "mark\t%llu\t%llu\t%s\n",
				       (unsigned long long)t->marks.v[i].offset,
				       (unsigned long long)t->marks.v[i].line, t->marks.v[i].path);
	if (!amt_file_write(t->state_path, amt_buf_cstr(&b), b.len, &err))
		snprintf(t->message, sizeof(t->message), "not kept: %.200s", err.text);
	amt_buf_free(&b);
}

void tui_state_free(struct tui *t)
{
	for (size_t i = 0; i < t->marks.n; i++)
		free(t->marks.v[i].path);
	amt_vec_free(&t->marks);
}
