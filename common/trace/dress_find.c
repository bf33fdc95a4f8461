/* What the lines at the beginning of a file have in common that is none of the log's. */
#include "dress_find.h"

#define LINES_LEAST 3 /* fewer have too much in common by chance */
#define LINES_MOST  200

static bool is_mark(char c)
{
	return c == '>' || c == '|' || c == '+' || c == ' ' || c == '\t';
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Behind "C:\logs\Amtopmgr.log:"; NULL: no such name leads. */
static const char *name_end(const char *p, const char *e)
{
	static const char *const ends[] = {".log", ".lo_", ".txt"};
	const char *stop = e - p > 260 ? p + 260 : e;

	for (const char *q = p; stop - q > 4 && *q != '<' && *q != '$'; q++)
		for (size_t i = 0; *q == '.' && i < sizeof(ends) / sizeof(ends[0]); i++)
			if (!amt_strncasecmp(q, ends[i], 4) && (q[4] == ':' || q[4] == '-'))
				return q + 5;
	return NULL;
}

/* Behind "12:", "[12]", "    12\t" and the like; NULL: no number leads. */
static const char *number_end(const char *p, const char *e, bool named, uint64_t *value)
{
	bool bracket = false;
	const char *first;

	while (p < e && *p == ' ')
		p++;
	if (p < e && *p == '[') {
		bracket = true;
		p++;
	}
	*value = 0;
	for (first = p; p < e && digit(*p) && p - first < 10; p++)
		*value = *value * 10 + (uint64_t)(*p - '0');
	if (p == first || p == e)
		return NULL;
	if (bracket ? *p != ']' : !(*p == ':' || *p == '\t' || *p == ' ' || (named && *p == '-')))
		return NULL;
	/* "08:15:20" is a time. */
	return !named && *p == ':' && p + 2 < e && digit(p[1]) && digit(p[2]) ? NULL : p + 1;
}

size_t dress_lead(const struct dress_kind *k, const char *p, size_t n)
{
	const char *q = p, *e = p + n, *next;
	uint64_t value;

	for (size_t i = 0; i < k->n_marks && q < e && *q == k->marks[i]; i++)
		q++;
	if (k->named && (next = name_end(q, e)))
		q = next;
	if (k->numbered && (next = number_end(q, e, k->named, &value)))
		q = next;
	if (k->blank && q > p && q < e && *q == ' ')
		q++;
	return (size_t)(q - p);
}

/* The lines of a sample that have a text. */
struct line {
	const char *p, *e;
};

static size_t lines_of(const char *p, size_t n, struct line out[LINES_MOST])
{
	const char *end = p + n, *nl;
	size_t k = 0;

	for (; k < LINES_MOST && (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1) {
		const char *q = p;
		while (q < nl && (is_mark(*q) || *q == '\r' || *q == '-'))
			q++;
		if (q < nl)
			out[k++] = (struct line){p, nl};
	}
	return k;
}

/* Marks that all lines begin with. */
static void marks(const struct line *v, size_t n, struct dress_kind *k)
{
	size_t len = sizeof(k->marks);

	for (size_t i = 0; i < n; i++) {
		size_t same = 0;
		while (same < len && v[i].p + same < v[i].e && is_mark(v[i].p[same]) &&
		       v[i].p[same] == v[0].p[same])
			same++;
		len = same;
	}
	memcpy(k->marks, v[0].p, len);
	k->n_marks = len;
}

/* All of n, but for a heading or a remark among them. */
static bool nearly_all(size_t have, size_t n)
{
	return have >= LINES_LEAST && n - have <= 1 + n / 16;
}

/* A name before each of them, a number before each: growing ones, where no name says what they are.
 */
static void names_and_numbers(const struct line *v, size_t n, struct dress_kind *k)
{
	size_t named = 0, numbered = 0, blank = 0;
	uint64_t value, before = 0;

	for (size_t i = 0; i < n; i++)
		named += name_end(v[i].p + k->n_marks, v[i].e) != NULL;
	k->named = nearly_all(named, n);
	for (size_t i = 0; i < n; i++) {
		const char *p = v[i].p + k->n_marks, *next;
		next = k->named ? name_end(p, v[i].e) : NULL;
		p = next ? next : p;
		next = number_end(p, v[i].e, k->named, &value);
		numbered += next && (k->named || value > before);
		before = next ? value : before;
		p = next ? next : p;
		blank += p < v[i].e && *p == ' ';
	}
	k->numbered = nearly_all(numbered, n);
	k->blank = (k->named || k->numbered) && nearly_all(blank, n);
}

/* "2436 (0x984)", or in quotes: the column that every copy has. */
static bool is_thread(const char *p, const char *e)
{
	const char *x = memmem(p, (size_t)(e - p), " (0x", 4);

	while (p < e && *p == '"')
		p++;
	while (e > p && (e[-1] == '"' || e[-1] == '\r'))
		e--;
	if (!x || x == p || e - x < 6 || e[-1] != ')')
		return false;
	while (p < x && digit(*p))
		p++;
	return p == x;
}

static bool has_thread(const struct line *l, char delimiter)
{
	for (const char *p = l->p, *stop; p < l->e; p = stop + 1) {
		stop = memchr(p, delimiter, (size_t)(l->e - p));
		stop = stop ? stop : l->e;
		if (is_thread(p, stop))
			return true;
	}
	return false;
}

static void csv(const struct line *v, size_t n, struct dress_kind *k)
{
	static const char delimiters[] = ",;";

	for (size_t d = 0; delimiters[d] && !k->delimiter; d++) {
		size_t with = 0;
		for (size_t i = 0; i < n; i++)
			with += has_thread(&v[i], delimiters[d]);
		/* The first line may be of headings, and a text may go over several. */
		if (with > n / 2)
			k->delimiter = delimiters[d];
	}
}

static bool holds(const char *p, size_t n, const char *what)
{
	return memmem(p, n, what, strlen(what)) != NULL;
}

/* "<br>", "</p>" and the like at the end of a line. */
static bool ends_in_tag(const struct line *l)
{
	const char *e = l->e, *tag;

	while (e > l->p && (e[-1] == '\r' || e[-1] == ' '))
		e--;
	tag = e > l->p && e[-1] == '>' ? memrchr(l->p, '<', (size_t)(e - l->p)) : NULL;
	return tag && (tag[1] == '/' || !amt_strncasecmp(tag, "<br", 3));
}

static bool html(const char *p, size_t n, const struct line *v, size_t lines)
{
	size_t tags = 0;

	if (holds(p, n, "$$<") || holds(p, n, "<![LOG["))
		return false;
	for (size_t i = 0; i < lines; i++)
		tags += ends_in_tag(&v[i]);
	return nearly_all(tags, lines) || holds(p, n, "&lt;![LOG[") || holds(p, n, "$$&lt;") ||
	       (holds(p, n, "&gt;&gt;") && !memchr(p, '<', n)) ||
	       (n > 9 && (!amt_strncasecmp(p, "<!DOCTYPE", 9) || !amt_strncasecmp(p, "<html", 5)));
}

static const char *name_of(const struct dress_kind *k)
{
	if (k->html)
		return "HTML";
	if (k->delimiter)
		return "CSV";
	if (k->named)
		return "the name of a file before each line";
	if (k->numbered)
		return "a number before each line";
	if (k->n_marks && !memchr(k->marks, '>', k->n_marks))
		return "what stands before each line";
	if (k->n_marks)
		return "marks before each line, as of a quoted mail";
	return k->nbsp ? "no-break spaces" : k->cr ? "line ends of CR alone" : NULL;
}

bool dress_find(const char *p, size_t n, struct dress_kind *k)
{
	struct line v[LINES_MOST];
	size_t lines;

	if (memchr(p, '\n', n)) {
		k->nbsp = holds(p, n, "\xc2\xa0$$<") || holds(p, n, "\xc2\xa0 $$<");
		lines = lines_of(p, n, v);
		k->html = html(p, n, v, lines);
		if (lines >= LINES_LEAST && !k->html) {
			marks(v, lines, k);
			names_and_numbers(v, lines, k);
			csv(v, lines, k);
		}
	} else {
		const char *cr = memchr(p, '\r', n);
		k->cr = cr && memchr(cr + 1, '\r', n - (size_t)(cr + 1 - p));
	}
	k->name = name_of(k);
	return k->name;
}
