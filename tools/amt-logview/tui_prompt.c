/* A line of input at the bottom, and the form of the filter. */
#include "tui.h"

/* One key into a line; false when it is none of a line's. */
static bool edit(char *line, size_t size, int key)
{
	size_t n = strlen(line);
	char bytes[4];

	if (key == TUI_BACKSPACE) {
		while (n && ((unsigned char)line[n - 1] & 0xc0) == 0x80)
			n--;
		line[n ? n - 1 : 0] = '\0';
		return true;
	}
	if (key == 21) { /* ^U */
		line[0] = '\0';
		return true;
	}
	if (key < ' ' || key >= 0x110000)
		return false;
	size_t took = amt_utf8_put((uint32_t)key, bytes);
	if (n + took < size) {
		memcpy(line + n, bytes, took);
		line[n + took] = '\0';
	}
	return true;
}

bool tui_prompt(struct tui *t, const char *question, char *line, size_t size)
{
	for (;;) {
		struct tui_pen pen = {tui_screen_rows() - 1, 0, tui_screen_columns(), 0};
		tui_pen_put(t, &pen, question, strlen(question), TUI_TITLE, false);
		tui_pen_put(t, &pen, line, strlen(line), TUI_PLAIN, false);
		int x = pen.x;
		tui_pen_rest(t, &pen, TUI_PLAIN, false);
		tui_screen_cursor(pen.y, x);
		tui_screen_flush();
		int key = tui_screen_key(1000);
		if (key == TUI_ENTER || key == TUI_ESCAPE || amt_stopped()) {
			tui_screen_cursor(-1, 0);
			return key == TUI_ENTER;
		}
		if (key == TUI_RESIZE)
			tui_list_draw(t);
		edit(line, size, key);
	}
}

struct field {
	const char *label, *hint;
	char *value;
	size_t size;
};

static void draw(struct tui *t, const struct field *fields, int n, int at, bool regex,
		 const char *why)
{
	int y = 1;

	tui_screen_clear();
	struct tui_pen pen = {0, 0, tui_screen_columns(), 0};
	tui_pen_format(t, &pen, TUI_BAR,
		       " Filter: a record is shown when every field that is "
		       "filled fits");
	tui_pen_rest(t, &pen, TUI_BAR, false);
	int x = 0;
	for (int i = 0; i < n; i++, y++) {
		pen = (struct tui_pen){++y, 1, tui_screen_columns(), 0};
		tui_pen_format(t, &pen, i == at ? TUI_TITLE : TUI_PLAIN, "%c %-10s ",
			       i == at ? '>' : ' ', fields[i].label);
		tui_pen_put(t, &pen, fields[i].value, strlen(fields[i].value), TUI_PLAIN, i == at);
		if (i == at)
			x = pen.x;
		if (!fields[i].value[0])
			tui_pen_format(t, &pen, TUI_DIM, "   (%s)", fields[i].hint);
	}
	pen = (struct tui_pen){y + 1, 1, tui_screen_columns(), 0};
	tui_pen_format(t, &pen, TUI_PLAIN, "Text is %s (^R changes it)",
		       regex ? "a regular expression" : "plain text");
	pen = (struct tui_pen){y + 2, 1, tui_screen_columns(), 0};
	tui_pen_format(t, &pen, TUI_ERROR, "%s", why);
	pen = (struct tui_pen){tui_screen_rows() - 1, 0, tui_screen_columns(), 0};
	tui_pen_format(
		t, &pen, TUI_BAR,
		" Enter: apply  Up Down Tab: field  ^U: empty  ^X: all  ^N: save as  Esc: leave");
	tui_pen_rest(t, &pen, TUI_BAR, false);
	tui_screen_cursor(2 + 2 * at, x);
	tui_screen_flush();
}

static void save(struct tui *t, const struct tui_filter_text *f, struct amt_error *err)
{
	char name[sizeof(t->saved.v->name)] = "";

	*err = (struct amt_error){0};
	if (tui_filter_empty(f))
		amt_fail(err, "nothing is filled in yet");
	else if (tui_prompt(t, "Save this filter as: ", name, sizeof(name)) && name[0] &&
		 tui_saved_add(t, name, f, false, err)) {
		amt_fail(err, "saved as %s; P in the list switches it on", name);
		tui_state_save(t);
	}
}

/* False: left without a change. */
bool tui_prompt_filter(struct tui *t, struct tui_filter_text *f)
{
	const struct field fields[] = {
		{"Text", "any part of the line, case ignored", f->text, sizeof(f->text)},
		{"Severity", "letters: e error, w warning, i info, - none", f->severity,
		 sizeof(f->severity)},
		{"Component", "a part of its name, * and ? allowed", f->component,
		 sizeof(f->component)},
		{"Thread", "decimal, or 0x and hexadecimal", f->thread, sizeof(f->thread)},
		{"Device", "host name or UUID or a part of it, or MachineId", f->device,
		 sizeof(f->device)},
		{"From", "2009-01-14 13:43, UTC", f->from, sizeof(f->from)},
		{"To", "2009-01-14 14:00, UTC, not included", f->to, sizeof(f->to)},
	};
	const int n = (int)(sizeof(fields) / sizeof(fields[0]));
	struct amt_error err = {0};
	int at = 0;

	for (;;) {
		draw(t, fields, n, at, f->regex, err.text);
		int key = tui_screen_key(1000);
		if (key == TUI_ESCAPE || amt_stopped())
			break;
		if (key == TUI_ENTER) {
			struct tui_filter *try = tui_filter_new(f, &err);
			if (try) {
				tui_filter_free(try);
				tui_screen_cursor(-1, 0);
				return true;
			}
		} else if (key == TUI_DOWN || key == '\t') {
			at = (at + 1) % n;
		} else if (key == TUI_UP) {
			at = (at + n - 1) % n;
		} else if (key == 18) { /* ^R */
			f->regex = !f->regex;
		} else if (key == 14) { /* ^N; ^S and ^Q belong to the terminal */
			save(t, f, &err);
		} else if (key == 24) { /* ^X */
			*f = (struct tui_filter_text){0};
		} else {
			edit(fields[at].value, fields[at].size, key);
		}
	}
	tui_screen_cursor(-1, 0);
	return false;
}
