/* Find, the next error, and jumps. */
#include "tui.h"

void tui_goto(struct tui *t, uint32_t v)
{
	uint32_t n = tui_view_count(t);
	uint32_t rows = (uint32_t)tui_list_rows(t);

	t->current = !n ? 0 : v < n ? v : n - 1;
	if (t->current < t->top)
		t->top = t->current;
	else if (t->current >= t->top + rows)
		t->top = t->current - rows + 1;
	t->detail_top = 0;
}

void tui_goto_record(struct tui *t, uint32_t p)
{
	tui_goto(t, tui_view_of(t, p));
	t->stick = false;
	/* A jump lands with something before it in sight. */
	uint32_t rows = (uint32_t)tui_list_rows(t), third = rows / 3;
	if (t->current == t->top || t->current + 1 == t->top + rows)
		t->top = t->current > third ? t->current - third : 0;
}

void tui_search_set(struct tui *t, const char *needle, bool regex)
{
	struct tui_filter_text text = {.regex = regex};
	struct amt_error err = {0};

	amt_str_copy(text.text, sizeof(text.text), needle);
	struct tui_filter *f = tui_filter_new(&text, &err);
	if (!f) {
		amt_str_copy(t->message, sizeof(t->message), err.text);
		return;
	}
	tui_filter_free(t->finder);
	t->finder = f;
	amt_str_copy(t->needle, sizeof(t->needle), needle);
	t->needle_regex = regex;
	t->highlight = needle[0] != '\0';
}

/* A long search is given up at a key, and says how far it is. */
static bool interrupted(struct tui *t, uint32_t v, amt_time *next)
{
	amt_time now = amt_time_steady();

	if (now < *next)
		return false;
	*next = now + AMT_SECOND / 5;
	snprintf(t->message, sizeof(t->message), "searching, at record %u; any key stops", v + 1);
	tui_list_status(t);
	tui_screen_flush();
	if (tui_screen_key(0) == TUI_NONE && !amt_stopped())
		return false;
	amt_str_copy(t->message, sizeof(t->message), "search stopped");
	return true;
}

void tui_search_next(struct tui *t, int step)
{
	uint32_t n = tui_view_count(t);
	amt_time next = amt_time_steady() + AMT_SECOND / 4;
	size_t at, len;

	if (!t->finder || !t->needle[0]) {
		amt_str_copy(t->message, sizeof(t->message), "nothing to find yet: type /");
		return;
	}
	for (uint32_t v = t->current;;) {
		if (step < 0 ? v == 0 : v + 1 >= n)
			break;
		v = step < 0 ? v - 1 : v + 1;
		if (tui_index_fetch(t, tui_view_record(t, v), &t->row) &&
		    tui_filter_where(t->finder, amt_buf_cstr(&t->row.text), t->row.text.len, &at,
				     &len)) {
			tui_goto_record(t, tui_view_record(t, v));
			t->message[0] = '\0';
			return;
		}
		if (v % 256 == 0 && interrupted(t, v, &next))
			return;
	}
	snprintf(t->message, sizeof(t->message), "no '%.80s' %s%s", t->needle,
		 step < 0 ? "above" : "below", t->indexed ? "" : " yet");
}

void tui_search_error(struct tui *t, int step)
{
	uint32_t n = tui_view_count(t);

	for (uint32_t v = t->current; step < 0 ? v > 0 : v + 1 < n;) {
		v = step < 0 ? v - 1 : v + 1;
		uint32_t p = tui_view_record(t, v);
		if (tui_index_severity(t, p) == TRACE_ERROR) {
			tui_goto_record(t, p);
			return;
		}
	}
	snprintf(t->message, sizeof(t->message), "no error %s%s", step < 0 ? "above" : "below",
		 t->indexed ? "" : " yet");
}

static amt_time time_of(struct tui *t, uint32_t v)
{
	/* A record without a time has that of the one before. */
	for (;; v--) {
		if (tui_index_record(t, tui_view_record(t, v), &t->row)) {
			const struct trace_when *w = &t->row.rec.when;
			amt_time when = t->utc ? trace_utc(w) : w->local;
			if (when != AMT_TIME_NONE)
				return when;
		}
		if (!v)
			return AMT_TIME_NONE;
	}
}

/* A time of day alone means the day of the current record. Times as the list shows them. */
static bool parse(struct tui *t, const char *s, amt_time *out, struct amt_error *err)
{
	char text[64], day[AMT_TIME_TEXT] = "";
	amt_time now = time_of(t, t->current);

	if (strlen(s) < 3 || s[2] == ':' || s[1] == ':') {
		amt_time_date(now == AMT_TIME_NONE ? 0 : now, day);
		snprintf(text, sizeof(text), "%sT%s%.20s", day, s[1] == ':' ? "0" : "", s);
	} else {
		snprintf(text, sizeof(text), "%.40s", s);
		if (strlen(text) > 10)
			text[10] = 'T';
	}
	size_t n = strlen(text);
	amt_str_copy(text + n, sizeof(text) - n,
		     n == 10   ? ""
		     : n == 13 ? ":00:00Z"
		     : n == 16 ? ":00Z"
			       : "Z");
	return amt_time_parse(text, out, err);
}

void tui_search_time(struct tui *t, const char *when)
{
	struct amt_error err = {0};
	amt_time want;

	if (!tui_view_count(t))
		return;
	if (!parse(t, when, &want, &err)) {
		amt_str_copy(t->message, sizeof(t->message), err.text);
		return;
	}
	uint32_t low = 0, high = tui_view_count(t);
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		amt_time at = time_of(t, mid);
		if (at == AMT_TIME_NONE || at < want)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == tui_view_count(t))
		snprintf(t->message, sizeof(t->message), "the last record is older%s",
			 t->indexed ? "" : "; not all is read yet");
	tui_goto_record(t, tui_view_record(t, low < tui_view_count(t) ? low : low - 1));
}

void tui_search_line(struct tui *t, const char *line)
{
	unsigned file = 0;
	uint64_t n;
	struct amt_error err = {0};

	if (!t->n)
		return;
	if (!amt_num_u64(line, 1, UINT64_MAX, &n, &err)) {
		amt_str_copy(t->message, sizeof(t->message), err.text);
		return;
	}
	if (tui_view_count(t))
		tui_index_place(t, tui_view_record(t, t->current), &file);
	uint32_t p = tui_index_find(t, file, n);
	if (p != UINT32_MAX)
		tui_goto_record(t, p);
	else
		amt_str_copy(t->message, sizeof(t->message), "that line is not read yet");
}
