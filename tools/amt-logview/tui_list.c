/* The records, the head line and the status line. */
#include "tui.h"

static int detail_rows(const struct tui *t)
{
	return t->show_detail && tui_screen_rows() >= 10 ? (tui_screen_rows() - 2) / 2 : 0;
}

int tui_list_rows(const struct tui *t)
{
	int rows = tui_screen_rows() - 2 - detail_rows(t);

	return rows > 0 ? rows : 1;
}

static int time_width(const struct tui *t)
{
	return t->show_time == 2 ? 23 : t->show_time ? 12 : 0;
}

/* "13:43:12.345", with the date before it when asked for. */
static void show_time(struct tui *t, const struct trace_when *w, char out[32])
{
	struct amt_civil c;
	amt_time at = t->utc ? trace_utc(w) : w->local;

	out[0] = '\0';
	if (at == AMT_TIME_NONE)
		return;
	amt_time_to_civil(at, 0, &c);
	int n = t->show_time == 2 ? snprintf(out, 32, "%04d-%02d-%02d ", c.year % 10000,
					     c.month % 100, c.day % 100)
				  : 0;
	snprintf(out + n, 32 - (size_t)n, "%02d:%02d:%02d.%03d", c.hour % 100, c.minute % 100,
		 c.second % 100, c.usec / 1000 % 1000);
}

static void column(struct tui *t, struct tui_pen *line, const char *s, size_t n, int width,
		   enum tui_ink ink, bool reverse)
{
	struct tui_pen pen = {line->y, line->x, line->x + width, 0};

	if (!width)
		return;
	if (pen.end > line->end)
		pen.end = line->end;
	tui_pen_put(t, &pen, s, n, ink, reverse);
	pen.end = line->x + width + 1 < line->end ? line->x + width + 1 : line->end;
	tui_pen_rest(t, &pen, ink, reverse);
	line->x = pen.end;
}

static int component_width(const struct tui *t)
{
	return !t->show_component ? 0 : tui_screen_columns() >= 110 ? 25 : 14;
}

static void head(struct tui *t)
{
	struct tui_pen pen = {0, 0, tui_screen_columns(), 0};

	column(t, &pen, "", 0, 2, TUI_BAR, false);
	column(t, &pen, t->utc ? "Time (UTC)" : "Time", t->utc ? 10 : 4, time_width(t), TUI_BAR,
	       false);
	column(t, &pen, "Component", 9, component_width(t), TUI_BAR, false);
	column(t, &pen, "Thread", 6, t->show_thread ? 6 : 0, TUI_BAR, false);
	tui_pen_put(t, &pen, "Text", 4, TUI_BAR, false);
	tui_pen_rest(t, &pen, TUI_BAR, false);
}

/* The text with what was searched for set off. */
static void body(struct tui *t, struct tui_pen *pen, enum tui_ink ink, bool here)
{
	const char *s = amt_buf_cstr(&t->row.text);
	size_t n = t->row.text.len, at, len;

	pen->skip = t->left;
	while (t->highlight && n && tui_filter_where(t->finder, s, n, &at, &len) && len) {
		tui_pen_put(t, pen, s, at, ink, here);
		tui_pen_put(t, pen, s + at, len, TUI_FOUND, here);
		s += at + len;
		n -= at + len;
	}
	tui_pen_put(t, pen, s, n, ink, here);
	tui_pen_rest(t, pen, ink, here);
}

static bool selected(const struct tui *t, uint32_t v)
{
	if (!t->anchored)
		return false;
	return t->anchor < t->current ? v >= t->anchor && v <= t->current
				      : v >= t->current && v <= t->anchor;
}

static void record(struct tui *t, int y, uint32_t v)
{
	static const char letters[] = " iWE";
	struct tui_pen pen = {y, 0, tui_screen_columns(), 0};
	uint32_t p = tui_view_record(t, v);
	bool here = v == t->current;
	char text[32], mark[3] = "  ";

	if (!tui_index_fetch(t, p, &t->row)) {
		tui_pen_put(t, &pen, "(can't be read any more)", 24, TUI_DIM, here);
		return;
	}
	struct tui_row *row = &t->row;
	enum trace_severity sev = tui_index_severity(t, p);
	enum tui_ink ink = sev == TRACE_ERROR     ? TUI_ERROR
			   : sev == TRACE_WARNING ? TUI_WARNING
						  : TUI_PLAIN;
	mark[0] = here ? '>' : selected(t, v) ? '+' : ' ';
	if (tui_state_marked(t, row))
		mark[0] = here ? '#' : '*';
	if (t->marked && t->mark_record == p)
		mark[0] = 'x';
	mark[1] = letters[sev];
	column(t, &pen, mark, 2, 2, ink, here);
	show_time(t, &row->rec.when, text);
	column(t, &pen, text, strlen(text), time_width(t), ink, here);
	column(t, &pen, amt_buf_cstr(&row->component), row->component.len, component_width(t), ink,
	       here);
	text[0] = '\0';
	if (row->rec.has_thread)
		snprintf(text, sizeof(text), "%6u", row->rec.thread);
	column(t, &pen, text, strlen(text), t->show_thread ? 6 : 0, ink, here);
	body(t, &pen, ink, here);
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void elapsed(struct tui *t, struct amt_buf *b)
{
	amt_time at = trace_utc(&t->row.rec.when);
	char text[24];

	if (!t->marked || at == AMT_TIME_NONE || t->mark_time == AMT_TIME_NONE)
		return;
	amt_time d = at - t->mark_time;
	amt_buf_printf(b, "  %c%s from x", d < 0 ? '-' : '+',
		       logview_duration(d < 0 ? -d : d, text));
}

static void progress(const struct tui *t, struct amt_buf *b)
{
	uint64_t done = t->indexed ? t->asked : tui_index_done(t);
	uint64_t all = t->indexed ? t->n : t->bytes;

	if (t->indexed && (!t->filtered || t->asked >= t->n))
		return;
	if (!t->indexed && t->piped)
		amt_buf_printf(b, "  reading, %llu KiB so far",
			       (unsigned long long)(done / AMT_KIB));
	else
		amt_buf_printf(b, "  %s %u %%", t->indexed ? "filtering" : "reading",
			       all ? (unsigned)(100 * (done < all ? done : all) / all) : 0);
}

/* Leaves the current record in t->row. */
void tui_list_status(struct tui *t)
{
	struct tui_pen pen = {tui_screen_rows() - 1, 0, tui_screen_columns(), 0};
	uint32_t n = tui_view_count(t);
	struct amt_buf b;
	char when[AMT_TIME_TEXT];

	amt_buf_init(&b, 4 * AMT_KIB);
	if (n && tui_index_fetch(t, tui_view_record(t, t->current), &t->row)) {
		amt_buf_printf(&b, "%s:%llu  %u/%u", base(t->row.file->path),
			       (unsigned long long)t->row.rec.line, t->current + 1, n);
		if (t->filtered)
			amt_buf_printf(&b, " of %u (filter)", t->n);
		elapsed(t, &b);
		if (!t->message[0] && t->row.rec.when.local != AMT_TIME_NONE)
			amt_buf_printf(&b, "  %s", trace_when_format(&t->row.rec.when, when));
	} else {
		amt_buf_printf(&b, t->filtered ? "0 of %u (filter)" : "no records", t->n);
	}
	progress(t, &b);
	if (t->stick)
		amt_buf_str(&b, "  tail");
	if (t->message[0])
		amt_buf_printf(&b, "  %s", t->message);
	else
		amt_buf_str(&b, "  ? help");
	tui_pen_put(t, &pen, amt_buf_cstr(&b), b.len, TUI_BAR, false);
	tui_pen_rest(t, &pen, TUI_BAR, false);
	amt_buf_free(&b);
}

void tui_list_draw(struct tui *t)
{
	int rows = tui_list_rows(t);
	uint32_t n = tui_view_count(t);

	if (t->stick && n)
		tui_goto(t, n - 1);
	if (t->current >= n)
		tui_goto(t, n ? n - 1 : 0);
	if (t->current < t->top || t->current >= t->top + (uint32_t)rows)
		tui_goto(t, t->current); /* the window has another size */
	tui_screen_clear();
	head(t);
	for (int y = 0; y < rows && t->top + (uint32_t)y < n; y++)
		record(t, y + 1, t->top + (uint32_t)y);
	tui_list_status(t);
	if (detail_rows(t) && n)
		tui_detail_draw(t, 1 + rows, detail_rows(t));
	tui_screen_flush();
}
