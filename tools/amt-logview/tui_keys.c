/* Keys and what they do; the loop. */
#include "tui.h"

#include <stdlib.h>

static const char *const help[] = {
	"Moving",
	"  Up Down  k j       a record           PgUp PgDn  b Space  a screen",
	"  Home End  g G      first, last        Left Right  h l     sideways (0: back)",
	"  e E                next, previous error",
	"  T                  to a time          L                   to a line of the file",
	"Finding",
	"  /                  find text          \\                   find a regular expression",
	"  n N                next, previous     H                   highlight on, off",
	"  f                  filter             F                   show everything, filter again",
	"  P                  saved filters: switch on and off, any or every one of them",
	"Understanding",
	"  Enter d            the record explained: codes, meaning, what to do (J K scroll it)",
	"  s                  tasks of the devices; Enter jumps to a milestone",
	"  x                  count elapsed time from this record (again: stop)",
	"Marks and copies",
	"  m                  bookmark on, off (kept)    ] [         next, previous bookmark",
	"  v                  select from here on        w           write the lines to a file",
	"Columns",
	"  t  time: of day, with date, none              c  component    i  thread",
	"  u  times in UTC, or as they were written",
	"  S                  stay at the end as the log grows (tail)",
	"  ^L  draw again     q  leave",
};

void tui_help_run(struct tui *t)
{
	int top = 0, n = (int)(sizeof(help) / sizeof(help[0]));

	for (;;) {
		int rows = tui_screen_rows();
		tui_screen_clear();
		for (int y = 0; y < rows - 1 && top + y < n; y++) {
			struct tui_pen pen = {y, 1, tui_screen_columns(), 0};
			const char *s = help[top + y];
			tui_pen_put(t, &pen, s, strlen(s), *s == ' ' ? TUI_PLAIN : TUI_TITLE,
				    false);
		}
		struct tui_pen pen = {rows - 1, 0, tui_screen_columns(), 0};
		tui_pen_format(t, &pen, TUI_BAR,
			       " W warning  E error  * bookmark  + selected  x elapsed from here   "
			       "q: back");
		tui_pen_rest(t, &pen, TUI_BAR, false);
		tui_screen_flush();
		int key = tui_key(t, 1000);
		if (key == TUI_DOWN || key == 'j' || key == ' ')
			top += top < n - 1;
		else if (key == TUI_UP || key == 'k')
			top -= top > 0;
		else if ((key != TUI_NONE && key != TUI_RESIZE) || amt_stopped())
			return;
	}
}

static bool moving(struct tui *t, int key)
{
	uint32_t page = (uint32_t)tui_list_rows(t), n = tui_view_count(t), c = t->current;

	switch (key) {
	case TUI_UP:
	case 'k':
		c -= c > 0;
		break;
	case TUI_DOWN:
	case 'j':
		c++;
		break;
	case TUI_PAGE_UP:
	case 'b':
		c = c > page ? c - page : 0;
		t->top = t->top > page ? t->top - page : 0;
		break;
	case TUI_PAGE_DOWN:
	case ' ':
		c += page;
		if (t->top + 2 * page <= n)
			t->top += page;
		break;
	case TUI_HOME:
	case 'g':
		c = 0;
		break;
	case TUI_END:
	case 'G':
		t->stick = true;
		tui_goto(t, n ? n - 1 : 0);
		return true;
	default:
		return false;
	}
	t->stick = false;
	tui_goto(t, c);
	return true;
}

static bool columns(struct tui *t, int key)
{
	switch (key) {
	case TUI_LEFT:
	case 'h':
		t->left = t->left > 20 ? t->left - 20 : 0;
		return true;
	case TUI_RIGHT:
	case 'l':
		t->left += 20;
		return true;
	case '0':
		t->left = 0;
		return true;
	case 't':
		t->show_time = (t->show_time + 1) % 3;
		return true;
	case 'c':
		t->show_component = !t->show_component;
		return true;
	case 'i':
		t->show_thread = !t->show_thread;
		return true;
	case 'u':
		t->utc = !t->utc;
		return true;
	case 'H':
		t->highlight = !t->highlight && t->needle[0];
		return true;
	case 'J':
		t->detail_top++;
		return true;
	case 'K':
		t->detail_top -= t->detail_top > 0;
		return true;
	case TUI_ENTER:
	case 'd':
		t->show_detail = !t->show_detail;
		t->detail_top = 0;
		return true;
	default:
		return false;
	}
}

static bool asked(struct tui *t, int key)
{
	char line[128] = "";

	switch (key) {
	case '/':
	case '\\':
		if (tui_prompt(t, key == '/' ? "Find: " : "Find (regular expression): ", line,
			       sizeof(line))) {
			if (line[0])
				tui_search_set(t, line, key == '\\');
			if (!t->message[0])
				tui_search_next(t, 1);
		}
		return true;
	case 'T':
		if (tui_prompt(t, "To the time (13:43, or 2009-01-14 13:43): ", line,
			       sizeof(line)) &&
		    line[0])
			tui_search_time(t, line);
		return true;
	case 'L':
		if (tui_prompt(t, "To the line: ", line, sizeof(line)) && line[0])
			tui_search_line(t, line);
		return true;
	case 'w':
		amt_str_copy(line, sizeof(line), "amt-logview.txt");
		if (tui_prompt(t, "Write to the new file: ", line, sizeof(line)) && line[0])
			tui_copy(t, line);
		return true;
	default:
		return false;
	}
}

static void filter(struct tui *t, int key)
{
	struct tui_filter_text text = t->filter_text;
	struct amt_error err = {0};

	if (key == 'F') {
		t->show_all = t->filter || tui_saved_any_on(t);
		tui_filter_set(t, t->show_all ? NULL : &text, &err);
	} else if (tui_prompt_filter(t, &text)) {
		t->filter_text = text;
		t->show_all = false;
		tui_filter_set(t, &text, &err);
		tui_state_save(t);
	}
	if (err.text[0])
		amt_str_copy(t->message, sizeof(t->message), err.text);
}

/* Things done to the current record. */
static void marks(struct tui *t, int key)
{
	if (!tui_view_count(t))
		return;
	uint32_t p = tui_view_record(t, t->current);
	if (!tui_index_fetch(t, p, &t->row))
		return;
	if (key == 'm') {
		tui_state_toggle(t, &t->row);
	} else if (key == 'v') {
		t->anchored = !t->anchored;
		t->anchor = t->current;
	} else if (t->marked && t->mark_record == p) {
		t->marked = false;
	} else {
		t->marked = true;
		t->mark_record = p;
		t->mark_time = trace_utc(&t->row.rec.when);
	}
}

void tui_keys_press(struct tui *t, int key)
{
	t->message[0] = '\0';
	if (moving(t, key) || columns(t, key) || asked(t, key))
		return;
	switch (key) {
	case 'q':
		t->quit = true;
		break;
	case '?':
		tui_help_run(t);
		break;
	case 's':
		tui_session_run(t);
		break;
	case 'f':
	case 'F':
		filter(t, key);
		break;
	case 'P':
		tui_saved_run(t);
		break;
	case 12: /* ^L */
		tui_screen_again();
		break;
	case 'n':
	case 'N':
		tui_search_next(t, key == 'n' ? 1 : -1);
		break;
	case 'e':
	case 'E':
		tui_search_error(t, key == 'e' ? 1 : -1);
		break;
	case ']':
	case '[':
		tui_state_next(t, key == ']' ? 1 : -1);
		break;
	case 'm':
	case 'v':
	case 'x':
		marks(t, key);
		break;
	case 'S':
		t->stick = !t->stick;
		break;
	default:
		break;
	}
}
