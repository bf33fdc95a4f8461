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
	if (f->end == f->p || f->end - f->p > 100)
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
		f->halves += (d->p[n - 1] | 0x20) == 'm';
	}
	return n;
}

/* The columns of a line; -1: it has none such. */
struct columns {
	int text, text_end, date, thread, component;
};

static bool has_blank(const struct field *f)
{
	return memchr(f->p, ' ', (size_t)(f->end - f->p)) != NULL;
}

/* Text and component look alike in some lines; most lines of a file tell which stands first. */
static void vote(struct frame *f, const struct field *a, const struct field *b)
{
	bool first = component_field(a), last = component_field(b);

	if (first != last) {
		f->text_first += last ? 3 : 0;
		f->component_first += first ? 3 : 0;
	} else if (first && has_blank(a) != has_blank(b)) {
		f->text_first += has_blank(a);
		f->component_first += has_blank(b);
	}
}

static bool is_rest(const struct columns *c, int i)
{
	return i != c->date && i != c->thread && i != c->component;
}

/* Which of the columns that are neither date nor thread is the component. */
static int component_of(struct frame *f, const struct field *v, int n, const struct columns *c)
{
	int first = 0, last = n - 1;

	while (first < n && !is_rest(c, first))
		first++;
	while (last > first && !is_rest(c, last))
		last--;
	if (first >= last)
		return -1;
	vote(f, &v[first], &v[last]);
	if (f->component_leads && component_field(&v[first]))
		return first;
	for (int i = last; i > first; i--)
		if (is_rest(c, i) && component_field(&v[i]))
			return i;
	return component_field(&v[first]) ? first : -1;
}

/* The text is the widest run of what is left: it may hold gaps of its own. */
static void text_of(const struct field *v, int n, struct columns *c)
{
	ptrdiff_t widest = -1;

	for (int i = 0, stop; i < n; i = stop + 1) {
		for (stop = i; stop < n && is_rest(c, stop); stop++)
			;
		if (stop > i && v[stop - 1].end - v[i].p > widest) {
			widest = v[stop - 1].end - v[i].p;
			c->text = i;
			c->text_end = stop - 1;
		}
	}
}

/* Which column is what, by shape. The date may be glued to the text behind it. */
static bool sort_out(struct frame *f, struct field *v, int n, struct columns *c,
		     struct trace_record *rec)
{
	bool glued = false;

	for (int i = 0; i < n; i++) {
		size_t took;
		if (c->thread < 0 && thread_field(&v[i], &rec->thread)) {
			c->thread = i;
			rec->has_thread = true;
		} else if (c->date < 0 && (took = when_field(f, &v[i], rec))) {
			c->date = i;
			glued = v[i].p + took < v[i].end;
			v[i].p += glued ? took : 0;
		}
	}
	if (c->date < 0 && c->thread < 0)
		return false;
	if (glued) {
		for (int i = n; i-- > 0 && c->component < 0;)
			if (is_rest(c, i) && component_field(&v[i]))
				c->component = i;
		c->text = c->text_end = c->date;
		while (c->text_end + 1 < n && is_rest(c, c->text_end + 1))
			c->text_end++;
	} else {
		c->component = component_of(f, v, n, c);
		text_of(v, n, c);
	}
	/* A date alone in running text is no column. */
	return n > 1 || rec->has_thread || glued;
}

/* What an ordinary line does not look like; the rest is looked at only where no frames are. */
static bool may_be_pasted(const char *line, const char *end)
{
	return (*line >= '0' && *line <= '9') || end[-1] == ')' || (end[-1] | 0x20) == 'm' ||
	       (end[-1] >= '0' && end[-1] <= '9');
}

bool frame_pasted(struct frame *f, const char *line, const char *end, struct trace_record *rec)
{
	struct columns c = {-1, -1, -1, -1, -1};
	struct field v[FIELDS_MAX];

	/* A last line without an end may have the file's padding behind it. */
	while (end > line && (is_blank(end[-1]) || end[-1] == '\r' || end[-1] == '\0'))
		end--;
	if (end - line < 12)
		return false;
	bool often = may_be_pasted(line, end);
	if (!often && f->framed)
		return false;
	size_t n = split(line, end, v);
	/* Where the text stands last, it takes three columns to tell a line from prose. */
	if (n < (often ? *line >= '0' && *line <= '9' ? 1 : 2 : 3) ||
	    !sort_out(f, v, (int)n, &c, rec) || (c.text < 0 && (n < 2 || !rec->has_thread)))
		return false;
	rec->text = c.text >= 0 ? v[c.text].p : line;
	rec->text_len = c.text >= 0 ? (size_t)(v[c.text_end].end - rec->text) : 0;
	if (c.component >= 0) {
		rec->component = v[c.component].p;
		rec->component_len = (size_t)(v[c.component].end - v[c.component].p);
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
