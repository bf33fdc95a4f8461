/* Filters with a name: kept between runs, switched on and off, and combined. */
#include "tui.h"

static const char *name_of(const struct tui_filter_text *x, struct amt_buf *b)
{
	const char *const parts[][2] = {
		{"text", x->text},     {"severity", x->severity}, {"component", x->component},
		{"thread", x->thread}, {"device", x->device},     {"from", x->from},
		{"to", x->to}};

	amt_buf_clear(b);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i][1][0])
			amt_buf_printf(b, "%s%s %s%s", b->len ? ", " : "", parts[i][0], parts[i][1],
				       i == 0 && x->regex ? " (regular expression)" : "");
	return amt_buf_cstr(b);
}

bool tui_saved_fits(const struct tui *t, const struct trace_record *rec, enum trace_severity sev,
		    const struct trace_match *m, const char *text, size_t n)
{
	bool asked = false;

	for (size_t i = 0; i < t->saved.n && !t->show_all; i++) {
		const struct tui_saved *s = &t->saved.v[i];
		if (!s->on || !s->filter)
			continue;
		bool fits = tui_filter_asks(s->filter, rec, sev, m, text, n);
		if (fits == t->saved_any)
			return fits;
		asked = true;
	}
	return !asked || !t->saved_any;
}

bool tui_saved_any_on(const struct tui *t)
{
	for (size_t i = 0; i < t->saved.n && !t->show_all; i++)
		if (t->saved.v[i].on)
			return true;
	return false;
}

bool tui_saved_add(struct tui *t, const char *name, const struct tui_filter_text *text, bool on,
		   struct amt_error *err)
{
	struct tui_filter *f = tui_filter_new(text, err);
	struct tui_saved *s = NULL;

	if (!f)
		return false;
	for (size_t i = 0; i < t->saved.n; i++)
		if (!strcmp(t->saved.v[i].name, name))
			s = &t->saved.v[i];
	if (!s && t->saved.n == TUI_SAVED_MAX) {
		tui_filter_free(f);
		return amt_fail(err, "%u filters are kept; delete one first", TUI_SAVED_MAX);
	}
	if (!s)
		s = amt_vec_add(&t->saved);
	tui_filter_free(s->filter);
	*s = (struct tui_saved){.text = *text, .filter = f, .on = on};
	amt_str_copy(s->name, sizeof(s->name), name);
	for (char *p = s->name; *p; p++) /* a tab ends a field of the file they are kept in */
		*p = *p == '\t' ? ' ' : *p;
	return true;
}

void tui_saved_free(struct tui *t)
{
	for (size_t i = 0; i < t->saved.n; i++)
		tui_filter_free(t->saved.v[i].filter);
	amt_vec_free(&t->saved);
}

static void draw(struct tui *t, uint32_t at, uint32_t *top)
{
	uint32_t rows = tui_screen_rows() > 3 ? (uint32_t)tui_screen_rows() - 2 : 1;
	struct tui_pen pen = {0, 0, tui_screen_columns(), 0};
	struct amt_buf b;

	*top = at < *top ? at : at >= *top + rows ? at - rows + 1 : *top;
	amt_buf_init(&b, 4 * AMT_KIB);
	tui_screen_clear();
	tui_pen_format(t, &pen, TUI_BAR, " Saved filters: a record is shown when %s fits",
		       t->saved_any ? "any that is switched on" : "every one that is switched on");
	tui_pen_rest(t, &pen, TUI_BAR, false);
	for (uint32_t i = *top; i < t->saved.n && i < *top + rows; i++) {
		const struct tui_saved *s = &t->saved.v[i];
		pen = (struct tui_pen){(int)(i - *top) + 1, 0, tui_screen_columns(), 0};
		tui_pen_format(t, &pen, s->on ? TUI_TITLE : TUI_PLAIN, "%c [%c] %-20s  ",
			       i == at ? '>' : ' ', s->on ? 'x' : ' ', s->name);
		tui_pen_format(t, &pen, TUI_DIM, "%s", name_of(&s->text, &b));
		tui_pen_rest(t, &pen, TUI_PLAIN, false);
	}
	pen = (struct tui_pen){tui_screen_rows() - 1, 0, tui_screen_columns(), 0};
	tui_pen_format(t, &pen, TUI_BAR,
		       " Space: on, off  a: any, every  e: into the form  D: delete  q: back");
	tui_pen_rest(t, &pen, TUI_BAR, false);
	tui_screen_flush();
	amt_buf_free(&b);
}

/* Key on filter number at; true while the pane stays. */
static bool press(struct tui *t, int key, uint32_t *at)
{
	struct tui_saved *s = &t->saved.v[*at];

	if (key == TUI_DOWN || key == 'j')
		*at += *at + 1 < t->saved.n;
	else if (key == TUI_UP || key == 'k')
		*at -= *at > 0;
	else if (key == ' ')
		s->on = !s->on;
	else if (key == 'a')
		t->saved_any = !t->saved_any;
	else if (key == 'e')
		t->filter_text = s->text;
	else if (key == 'D') {
		tui_filter_free(s->filter);
		memmove(s, s + 1, (t->saved.n - *at - 1) * sizeof(*s));
		t->saved.n--;
		*at -= *at == t->saved.n && *at > 0;
	}
	return key != 'q' && key != 'e' && key != TUI_ENTER && key != TUI_ESCAPE && t->saved.n;
}

void tui_saved_run(struct tui *t)
{
	struct tui_filter_text *now = t->filter ? &t->filter_text : NULL, typed = t->filter_text;
	struct amt_error err = {0};
	uint32_t at = 0, top = 0;

	if (!t->saved.n) {
		amt_str_copy(t->message, sizeof(t->message),
			     "no filter is saved yet: f, fill it in, ^N");
		return;
	}
	do
		draw(t, at, &top);
	while (press(t, tui_key(t, 1000), &at) && !amt_stopped());
	/* What 'e' put into the form is not in force before the form says so. */
	t->show_all = false;
	tui_filter_set(t, now ? &typed : NULL, &err);
	tui_state_save(t);
}
