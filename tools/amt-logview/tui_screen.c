/* Curses: start and end, inks, keys, and text that is safe and fits. */
#include "tui.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen;
static FILE *keyboard;
static int inks[TUI_INKS];

static void colours(struct tui *t)
{
	bool wanted = t->cli->style.color;

	inks[TUI_BAR] = (int)A_REVERSE;
	inks[TUI_ERROR] = inks[TUI_TITLE] = (int)A_BOLD;
	inks[TUI_FOUND] = (int)A_UNDERLINE;
	if (!wanted || !has_colors() || start_color() == ERR)
		return;
	use_default_colors();
	bool many = COLORS >= 256;
	init_pair(1, many ? 203 : COLOR_RED, -1);
	init_pair(2, many ? 214 : COLOR_YELLOW, -1);
	init_pair(3, many ? 244 : COLOR_CYAN, -1);
	init_pair(4, COLOR_BLACK, many ? 221 : COLOR_YELLOW);
	init_pair(5, many ? 75 : COLOR_BLUE, -1);
	inks[TUI_ERROR] = COLOR_PAIR(1) | (many ? 0 : (int)A_BOLD);
	inks[TUI_WARNING] = COLOR_PAIR(2);
	inks[TUI_DIM] = COLOR_PAIR(3);
	inks[TUI_FOUND] = COLOR_PAIR(4);
	inks[TUI_TITLE] = COLOR_PAIR(5) | (int)A_BOLD;
}

static bool can(const char *name)
{
	const char *s = tigetstr(name);

	return s && s != (const char *)-1 && *s;
}

/* curses takes terminals on which a screen can't be drawn, and leaves them blank. */
static bool open_terminal(struct amt_error *err)
{
	const char *term = amt_cli_terminal();
	const char *why = "this machine has no description of it";

	screen = term ? newterm(NULL, stdout, keyboard) : NULL;
	if (screen) {
		set_term(screen);
		if (can("cup") && (can("clear") || can("ed")))
			return true;
		why = "its cursor can't be moved";
		endwin();
		delscreen(screen);
		screen = NULL;
	}
	if (!term)
		return amt_fail(err, "--tui: TERM is not set; set it to what the terminal is "
				     "(TERM=xterm-256color, linux), or use --records --raw | less");
	return amt_fail(err,
			"--tui: no screen can be drawn on a terminal of type TERM=%.64s: %s; set "
			"TERM to what it is (xterm-256color, linux), or use --records --raw | less",
			term, why);
}

bool tui_screen_start(struct tui *t, struct amt_error *err)
{
	if (!isatty(STDOUT_FILENO))
		return amt_fail(err, "--tui needs a terminal; --records prints to a file");
	/* Characters of the terminal; numbers and times stay as they are everywhere. */
	setlocale(LC_CTYPE, "");
	t->wide = !strcmp(nl_langinfo(CODESET), "UTF-8");
	keyboard = isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "re");
	if (!keyboard)
		return amt_fail(err, "--tui: no keyboard, standard input is not a terminal");
	if (!open_terminal(err)) {
		if (keyboard != stdin)
			fclose(keyboard);
		return false;
	}
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	set_escdelay(50);
	curs_set(0);
	colours(t);
	return true;
}

void tui_screen_stop(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
	if (keyboard && keyboard != stdin)
		fclose(keyboard);
}

int tui_screen_rows(void)
{
	return LINES;
}

int tui_screen_columns(void)
{
	return COLS;
}

void tui_screen_clear(void)
{
	erase();
}

void tui_screen_again(void)
{
	clearok(curscr, TRUE);
}

void tui_screen_flush(void)
{
	refresh();
}

void tui_screen_cursor(int y, int x)
{
	if (y < 0) {
		curs_set(0);
		return;
	}
	curs_set(1);
	move(y, x < COLS ? x : COLS - 1);
}

/* One character of known width; what the terminal's character set lacks becomes '?'. */
static void put(struct tui *t, struct tui_pen *pen, uint32_t cp, int width)
{
	char bytes[MB_LEN_MAX];
	wchar_t one[2] = {(wchar_t)cp, 0};

	if (pen->skip > 0) {
		pen->skip -= width;
		/* Half of a wide character is left: a blank. */
		for (; pen->skip < 0 && pen->x < pen->end; pen->skip++)
			mvaddch(pen->y, pen->x++, ' ');
		return;
	}
	if (pen->x + width > pen->end) {
		pen->x = pen->end;
		return;
	}
	if (cp >= 0x80 && !t->wide && wctomb(bytes, (wchar_t)cp) <= 0)
		one[0] = L'?';
	mvaddnwstr(pen->y, pen->x, one, 1);
	pen->x += one[0] == L'?' ? 1 : width;
}

void tui_pen_put(struct tui *t, struct tui_pen *pen, const char *s, size_t n, enum tui_ink ink,
		 bool reverse)
{
	struct amt_buf safe;

	amt_buf_init(&safe, 4 * AMT_MIB);
	amt_text_safe(&safe, s, n, true);
	attrset(inks[ink] | (reverse ? (int)A_REVERSE : 0));
	const char *p = amt_buf_cstr(&safe), *end = p + safe.len;
	while (p < end && pen->x < pen->end) {
		uint32_t cp;
		size_t took = amt_utf8_get(p, end, &cp);
		int width = (int)amt_text_width(p, took);
		if (cp == '\n' || cp == '\t')
			cp = ' ', width = 1;
		if (width > 0) /* combining marks are left out: the grid stays whole */
			put(t, pen, cp, width);
		p += took;
	}
	attrset(0);
	amt_buf_free(&safe);
}

void tui_pen_format(struct tui *t, struct tui_pen *pen, enum tui_ink ink, const char *fmt, ...)
{
	struct amt_buf b;
	va_list ap;

	amt_buf_init(&b, 64 * AMT_KIB);
	va_start(ap, fmt);
	amt_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	tui_pen_put(t, pen, amt_buf_cstr(&b), b.len, ink, false);
	amt_buf_free(&b);
}

void tui_pen_rest(struct tui *t, struct tui_pen *pen, enum tui_ink ink, bool reverse)
{
	(void)t;
	attrset(inks[ink] | (reverse ? (int)A_REVERSE : 0));
	while (pen->x < pen->end)
		mvaddch(pen->y, pen->x++, ' ');
	attrset(0);
}

static int translate(int key)
{
	switch (key) {
	case KEY_UP:
		return TUI_UP;
	case KEY_DOWN:
		return TUI_DOWN;
	case KEY_LEFT:
		return TUI_LEFT;
	case KEY_RIGHT:
		return TUI_RIGHT;
	case KEY_PPAGE:
		return TUI_PAGE_UP;
	case KEY_NPAGE:
		return TUI_PAGE_DOWN;
	case KEY_HOME:
		return TUI_HOME;
	case KEY_END:
		return TUI_END;
	case KEY_ENTER:
		return TUI_ENTER;
	case KEY_BACKSPACE:
		return TUI_BACKSPACE;
	case KEY_RESIZE:
		return TUI_RESIZE;
	default:
		return TUI_OTHER;
	}
}

/*
 * A character of several bytes, the first of which is there. get_wch() would go on reading behind
 * one that is none (a letter of another character set), and swallow what is typed meanwhile.
 */
static int character(int key)
{
	mbstate_t state = {0};
	wchar_t c;

	timeout(20);
	for (bool first = true; key != ERR; first = false, key = getch()) {
		char byte = (char)key;
		size_t n = key < KEY_MIN ? mbrtowc(&c, &byte, 1, &state) : (size_t)-1;
		if (n != (size_t)-1 && n != (size_t)-2)
			return (int)c;
		if (n == (size_t)-1) {
			if (!first)
				ungetch(key);
			break;
		}
	}
	return TUI_OTHER;
}

int tui_screen_key(int wait)
{
	timeout(wait);
	int key = getch();
	switch (key) {
	case ERR:
		return TUI_NONE;
	case '\r':
	case '\n':
		return TUI_ENTER;
	case 27:
		return TUI_ESCAPE;
	case 127:
	case 8:
		return TUI_BACKSPACE;
	default:
		return key >= KEY_MIN ? translate(key) : key < 0x80 ? key : character(key);
	}
}
