/* One record explained: the whole text, codes decoded, what it means and what to do. */
#include "tui.h"

struct place { /* of the pane, counted in lines of its text */
	struct tui *t;
	int y, rows, columns, line, top;
};

/* A paragraph, wrapped at blanks, its further lines indented. */
static void paragraph(struct place *p, const char *title, const char *s, size_t n)
{
	size_t indent = strlen(title), width = (size_t)p->columns - indent - 1;

	if (p->columns < 30)
		width = 20;
	do {
		const char *nl = memchr(s, '\n', n < width ? n : width);
		size_t take = nl ? (size_t)(nl - s) : n < width ? n : width;
		if (!nl && n > width) {
			const char *blank = memrchr(s, ' ', width);
			if (blank && blank > s)
				take = (size_t)(blank - s);
			while (take && ((unsigned char)s[take] & 0xc0) == 0x80)
				take--;
		}
		int y = p->line++ - p->top;
		if (y >= 0 && y < p->rows) {
			struct tui_pen pen = {p->y + y, 0, p->columns, 0};
			tui_pen_put(p->t, &pen, title, strlen(title), TUI_TITLE, false);
			pen.x = (int)indent;
			tui_pen_put(p->t, &pen, s, take, TUI_PLAIN, false);
		}
		title = "";
		size_t used = take + (take < n && (s[take] == ' ' || s[take] == '\n'));
		if (!used)
			break;
		s += used;
		n -= used;
	} while (n);
}

static void words(struct place *p, const char *title, const char *s)
{
	if (s && s[0] && strcmp(s, "-") != 0)
		paragraph(p, title, s, strlen(s));
}

static void codes(struct place *p, const struct tui_row *row)
{
	struct trace_code_hit hits[8];
	char line[400];
	size_t n = trace_codes_in(amt_buf_cstr(&row->text), row->text.len, hits,
				  sizeof(hits) / sizeof(hits[0]));

	for (size_t i = 0; i < n; i++) {
		const struct trace_code *c = hits[i].row;
		snprintf(line, sizeof(line), hits[i].firmware ? "0x%X %s: %s%s" : "0x%08X %s: %s%s",
			 hits[i].code, c ? c->symbol : "not in the tables", c ? c->meaning : "",
			 c && c->tag == 'U' ? " (unconfirmed)" : "");
		words(p, "Code     ", line);
	}
}

static void meaning(struct place *p, struct tui *t, const struct tui_row *row)
{
	uint8_t signs[TRACE_SIGNS_MAX];
	struct trace_match m;
	const char *text = amt_buf_cstr(&row->text);

	trace_classify(text, row->text.len,
		       !row->rec.component ||
			       trace_component_is_ours(row->rec.component, row->rec.component_len),
		       &m);
	if (m.row && m.event != TRACE_EV_NONE)
		words(p, "Step     ", trace_event_label(m.event));
	if (m.row && (m.loose || m.row->tag == 'U'))
		words(p, "         ", "(the wording is not confirmed by a public sample)");
	codes(p, row);
	if (!t->signer)
		t->signer = trace_signer_new(false, NULL);
	size_t n = t->signer ? trace_sign(t->signer, text, row->text.len, signs) : 0;
	for (size_t i = 0; i < n; i++) {
		const struct trace_signature *s = &trace_signatures[signs[i]];
		words(p, "Meaning  ", s->meaning);
		words(p, "Causes   ", s->causes);
		words(p, "To do    ", s->action);
		if (s->tag == 'U')
			words(p, "         ", "(unconfirmed)");
	}
}

static void facts(struct place *p, const struct tui_row *row)
{
	const struct trace_record *rec = &row->rec;
	char line[600], when[AMT_TIME_TEXT], thread[40] = "";

	if (rec->has_thread)
		snprintf(thread, sizeof(thread), ", thread %u (0x%X)", rec->thread, rec->thread);
	snprintf(line, sizeof(line), "%.300s line %llu, %s framing%s", row->file->path,
		 (unsigned long long)rec->line, trace_framing_name(rec->framing), thread);
	words(p, "File     ", line);
	snprintf(line, sizeof(line), "%s  (offset: %s)  %s", trace_when_format(&rec->when, when),
		 trace_offset_name(rec->when.offset), trace_severity_name(row->severity));
	words(p, "Time     ", line);
	words(p, "From     ", amt_buf_cstr(&row->component));
	for (unsigned i = 0; i < TRACE_DAMAGES; i++)
		if (rec->damage >> i & 1)
			words(p, "Damage   ", trace_damage_name(i));
}

void tui_detail_draw(struct tui *t, int y, int rows)
{
	struct place p = {t, y + 1, rows - 1, tui_screen_columns(), 0, t->detail_top};
	struct tui_pen pen = {y, 0, tui_screen_columns(), 0};

	if (!tui_index_fetch(t, tui_view_record(t, t->current), &t->row))
		return;
	paragraph(&p, "Text     ", amt_buf_cstr(&t->row.text), t->row.text.len);
	meaning(&p, t, &t->row);
	facts(&p, &t->row);
	if (p.line <= p.top && t->detail_top)
		t->detail_top = p.line - 1;
	tui_pen_format(t, &pen, TUI_BAR,
		       " Record, lines %d to %d of %d  (J K scroll, Enter closes)", p.top + 1,
		       p.top + p.rows < p.line ? p.top + p.rows : p.line, p.line);
	tui_pen_rest(t, &pen, TUI_BAR, false);
}
