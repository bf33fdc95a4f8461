/* The tasks of the devices: outcomes, milestones, and jumps to their lines. */
#include "tui.h"

static void when(amt_time at, char out[32])
{
	struct amt_civil c;

	out[0] = '\0';
	if (at == AMT_TIME_NONE)
		return;
	amt_time_to_civil(at, 0, &c);
	snprintf(out, 32, "%04d-%02d-%02d %02d:%02d:%02d", c.year % 10000, c.month % 100,
		 c.day % 100, c.hour % 100, c.minute % 100, c.second % 100);
}

static void task_line(struct tui *t, struct amt_buf *b, const struct trace_session *s)
{
	char at[32], took[24];
	const char *device =
		s->device < t->facts.devices.n ? t->facts.devices.v[s->device].id : "(no device)";

	when(s->begin, at);
	amt_buf_printf(b, "%-19s  %-8s %8s  %-28s %s", at, trace_outcome_name(s->outcome),
		       s->begin == AMT_TIME_NONE || s->end == AMT_TIME_NONE
			       ? ""
			       : logview_duration(s->end - s->begin, took),
		       device, trace_kind_name(s->kind));
}

static void draw_line(struct tui *t, int y, uint32_t i)
{
	const struct tui_session *x = &t->tasks.v[i];
	const struct trace_session *s = &t->facts.sessions.v[x->session];
	struct tui_pen pen = {y, 0, tui_screen_columns(), 0};
	enum tui_ink ink = TUI_PLAIN;
	char text[400], at[32];
	struct amt_buf b;

	amt_buf_init(&b, 4 * AMT_KIB);
	amt_buf_str(&b, i == t->task_current ? "> " : "  ");
	if (x->milestone < 0) {
		ink = s->outcome == TRACE_FAILED ? TUI_ERROR : TUI_TITLE;
		task_line(t, &b, s);
	} else if ((uint32_t)x->milestone < s->n_milestones) {
		const struct trace_milestone *m = &s->milestones[x->milestone];
		when(m->at, at);
		amt_buf_printf(&b, "    %s  %s", at, logview_milestone_name(m));
		if (m->repeats)
			amt_buf_printf(&b, " (and %u more)", m->repeats);
	} else {
		ink = TUI_ERROR;
		amt_buf_printf(&b, "    cause: %s", logview_cause(&s->cause, text, sizeof(text)));
	}
	tui_pen_put(t, &pen, amt_buf_cstr(&b), b.len, ink, i == t->task_current);
	tui_pen_rest(t, &pen, ink, i == t->task_current);
	amt_buf_free(&b);
}

static void draw(struct tui *t)
{
	uint32_t rows = tui_screen_rows() > 3 ? (uint32_t)tui_screen_rows() - 2 : 1;
	struct tui_pen top = {0, 0, tui_screen_columns(), 0};
	struct tui_pen low = {tui_screen_rows() - 1, 0, tui_screen_columns(), 0};

	if (t->task_current < t->task_top)
		t->task_top = t->task_current;
	if (t->task_current >= t->task_top + rows)
		t->task_top = t->task_current - rows + 1;
	tui_screen_clear();
	tui_pen_format(t, &top, TUI_BAR, "  %-19s  %-8s %8s  %-28s %s", "Begin (UTC)", "Outcome",
		       "Took", "Device", "Task");
	tui_pen_rest(t, &top, TUI_BAR, false);
	for (uint32_t y = 0; y < rows && t->task_top + y < t->tasks.n; y++)
		draw_line(t, (int)y + 1, t->task_top + y);
	tui_pen_format(t, &low, TUI_BAR,
		       "%zu tasks of %zu devices%s  Enter: to the line  n p: next, "
		       "previous task  q: back",
		       t->facts.sessions.n, t->facts.devices.n, t->job ? ", reading again" : "");
	tui_pen_rest(t, &low, TUI_BAR, false);
	tui_screen_flush();
}

static void jump(struct tui *t)
{
	const struct tui_session *x = &t->tasks.v[t->task_current];
	const struct trace_session *s = &t->facts.sessions.v[x->session];
	struct trace_spot spot = s->first;

	if (x->milestone >= 0 && (uint32_t)x->milestone < s->n_milestones) {
		spot.file = s->milestones[x->milestone].file;
		spot.line = s->milestones[x->milestone].line;
	} else if (x->milestone >= 0) {
		spot = s->cause.at;
	}
	for (unsigned i = 0; spot.file < t->facts.files.n && i < t->n_files; i++) {
		if (strcmp(t->files[i].path, t->facts.files.v[spot.file].name) != 0)
			continue;
		uint32_t p = tui_index_find(t, i, spot.line);
		if (p == UINT32_MAX)
			break;
		tui_goto_record(t, p);
		uint32_t shown = tui_view_count(t) ? tui_view_record(t, t->current) : p;
		if (shown != p)
			amt_str_copy(t->message, sizeof(t->message),
				     "that line is hidden by the filter (F shows all)");
		return;
	}
	amt_str_copy(t->message, sizeof(t->message), "that line is not read yet");
}

static void next_task(struct tui *t, int step)
{
	uint32_t i = t->task_current;

	while (step > 0 ? i + 1 < t->tasks.n : i > 0) {
		i = step > 0 ? i + 1 : i - 1;
		if (t->tasks.v[i].milestone < 0) {
			t->task_current = i;
			return;
		}
	}
}

/* False: left, or nothing to show. */
static bool wait_for_tasks(struct tui *t)
{
	for (unsigned n = 0; !tui_job_take(t); n++) {
		struct tui_pen low = {tui_screen_rows() - 1, 0, tui_screen_columns(), 0};
		tui_pen_format(t, &low, TUI_BAR,
			       " reading the tasks, %u s; any key: back, reading goes on", n / 5);
		tui_pen_rest(t, &low, TUI_BAR, false);
		tui_screen_flush();
		int key = tui_key(t, 200);
		if ((key != TUI_NONE && key != TUI_RESIZE) || amt_stopped())
			return false;
	}
	if (!t->tasks.n && !t->message[0])
		amt_str_copy(t->message, sizeof(t->message), "no task of a device in these logs");
	return t->tasks.n;
}

void tui_session_run(struct tui *t)
{
	tui_job_start(t);
	if (!wait_for_tasks(t))
		return;
	for (;;) {
		tui_job_take(t);
		if (!t->tasks.n)
			return;
		uint32_t page = tui_screen_rows() > 3 ? (uint32_t)tui_screen_rows() - 2 : 1;
		uint32_t last = (uint32_t)t->tasks.n - 1, *i = &t->task_current;
		draw(t);
		int key = tui_key(t, t->job ? 200 : 1000);
		if (key == 'q' || key == 's' || key == TUI_ESCAPE || amt_stopped())
			return;
		if (key == TUI_ENTER) {
			jump(t);
			return;
		}
		if (key == TUI_DOWN || key == 'j')
			*i += *i < last;
		else if (key == TUI_UP || key == 'k')
			*i -= *i > 0;
		else if (key == TUI_PAGE_DOWN || key == ' ')
			*i = last - *i < page ? last : *i + page;
		else if (key == TUI_PAGE_UP || key == 'b')
			*i = *i < page ? 0 : *i - page;
		else if (key == TUI_HOME || key == 'g')
			*i = 0;
		else if (key == TUI_END || key == 'G')
			*i = last;
		else if (key == 'n' || key == 'p')
			next_task(t, key == 'n' ? 1 : -1);
	}
}
