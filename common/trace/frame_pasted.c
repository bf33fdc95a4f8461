/* Text copied out of Trace32 or CMTrace, and screen dumps (logs.md 1.3). */
#include "frame.h"

#define FIELDS_MAX 12

struct field {
	const char *p, *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A no-break space, as web pages put between columns. */
static bool nbsp(const char *p, const char *end)
{
	return end - p >= 2 && p[0] == '\xc2' && p[1] == '\xa0';
}

/* Columns: one tab, or two blanks and more. */
static size_t split(const char *p, const char *end, struct field *out)
{
	size_t n = 0;
	const char *start = p, *last = p;

	while (p < end && n < FIELDS_MAX - 1) {
		const char *q = p;
		bool tab = false;
		while (q < end && (is_blank(*q) || nbsp(q, end))) {
			tab = tab || *q == '\t';
			q += nbsp(q, end) ? 2 : 1;
		}
		if (q - p >= 2 || tab) {
			if (last > start || tab)
				out[n++] = (struct field){start, last > start ? last : start};
			start = last = p = q;
			continue;
		}
		p = q == p ? p + 1 : q;
		while (p < end && !is_blank(*p) && *p != '\xc2')
			p++;
		last = p;
	}
	while (end > start && is_blank(end[-1]))
		end--;
	if (end > start)
		out[n++] = (struct field){start, end};
	return n;
}

/* "2436 (0x984)" */
static bool thread_field(const struct field *f, uint32_t *out)
{
	uint64_t v = 0;
	const char *p = f->p;

	if (f->end - p < 7 || f->end - p > 24)
		return false;
	for (; p < f->end && *p >= '0' && *p <= '9' && v <= UINT32_MAX; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	if (p == f->p || v > UINT32_MAX || f->end - p < 5 || memcmp(p, " (0x", 4) != 0 ||
	    f->end[-1] != ')')
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool component_field(const struct field *f)
{
	if (f->end - f->p < 2 || f->end - f->p > 100)
		return false;
	for (const char *p = f->p; p < f->end; p++)
		if (!((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= 'a' && *p <= 'z') || strchr("_.-:\\ ", *p)))
			return false;
	return true;
}

static size_t when_field(struct frame *f, const struct field *d, struct trace_record *rec)
{
	int first = 0, second = 0;
	size_t n = trace_when_pasted(d->p, (size_t)(d->end - d->p), f->day_first, &rec->when,
				     &first, &second);

	if (n && first) {
		f->dates++;
		f->first_over_12 += first > 12;
		f->second_over_12 += second > 12;
	}
	return n;
}

/* Which column is what, by shape. The date may be glued to the text behind it. */
static int sort_out(struct frame *f, struct field *v, size_t n, struct trace_record *rec)
{
	int text = -1, date = -1, thread = -1;

	for (size_t i = 0; i < n; i++) {
		size_t took;
		if (thread < 0 && thread_field(&v[i], &rec->thread)) {
			thread = (int)i;
			rec->has_thread = true;
		} else if (date < 0 && (took = when_field(f, &v[i], rec))) {
			if (v[i].p + took < v[i].end) {
				v[i].p += took;
				text = (int)i;
			}
			date = (int)i;
		}
	}
	if (date < 0 && thread < 0)
		return -1;
	/* The component stands right before the date or the thread, or right after the date. */
	int near = date > 0 ? date - 1 : thread > 0 ? thread - 1 : -1;
	if (date == 0 || (near >= 0 && near == thread))
		near = -1;
	for (size_t i = 0; i < n && text < 0; i++)
		if ((int)i != date && (int)i != thread && ((int)i != near || n < 3 || i == 0))
			text = (int)i;
	for (size_t i = n; i-- > 0 && !rec->component;)
		if ((int)i != date && (int)i != thread && (int)i != text &&
		    component_field(&v[i])) {
			rec->component = v[i].p;
			rec->component_len = (size_t)(v[i].end - v[i].p);
		}
	/* A date alone in running text is no column. */
	return n > 1 || rec->has_thread || (date == 0 && text == 0) ? text : -1;
}

bool frame_pasted(struct frame *f, const char *line, const char *end, struct trace_record *rec)
{
	struct field v[FIELDS_MAX];
	bool digit = line < end && *line >= '0' && *line <= '9';

	while (end > line && (is_blank(end[-1]) || end[-1] == '\r'))
		end--;
	if (end - line < 12 || (!digit && end[-1] != ')' && end[-1] != 'M' && end[-1] != 'm' &&
				!(end[-1] >= '0' && end[-1] <= '9')))
		return false;
	size_t n = split(line, end, v);
	if (!n || (n < 2 && !digit))
		return false;
	int text = sort_out(f, v, n, rec);
	if (text < 0 && (n < 2 || !rec->has_thread))
		return false;
	rec->text = text >= 0 ? v[text].p : line;
	rec->text_len = text >= 0 ? (size_t)(v[text].end - v[text].p) : 0;
	/* Columns that were text with wide gaps: take all of it. */
	for (size_t i = text >= 0 ? (size_t)text + 1 : n; i < n; i++) {
		if (v[i].p == rec->component ||
		    (rec->has_thread && v[i].end[-1] == ')' && i + 1 == n))
			break;
		if (rec->component && v[i].p > rec->component)
			break;
		if (rec->component && v[i].p < rec->component)
			rec->text_len = (size_t)(v[i].end - rec->text);
	}
	rec->framing = TRACE_PASTED;
	return true;
}

bool frame_furniture(const char *line, const char *end)
{
	static const char *const begins[] = {
		"SMS Trace - [",
		"Trace32 - [",
		"CMTrace - [",
		"Configuration Manager Trace Log Tool",
		"File Tools Window Help",
		"Date/Time:",
		"Elapsed time is ",
		"Log Text\t",
		"Log Text  ",
	};
	size_t n;

	while (line < end && is_blank(*line))
		line++;
	while (end > line && (is_blank(end[-1]) || end[-1] == '\r'))
		end--;
	n = (size_t)(end - line);
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (n >= strlen(begins[i]) && !memcmp(line, begins[i], strlen(begins[i])))
			return true;
	if (n == 8 && !memcmp(line, "Log Text", 8))
		return true;
	return n > 8 && !memcmp(line, "Thread: ", 8) && memmem(line, n, "Source:", 7);
}
