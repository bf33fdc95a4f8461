#include "when.h"

#include "zone.h"

/* A cursor over a field; blanks may be line ends where the text was wrapped. */
struct cur {
	const char *p, *end;
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip(struct cur *c)
{
	while (c->p < c->end && blank(*c->p))
		c->p++;
}

/* Up to max digits into *out; the count of digits, 0 for none or too many. */
static int digits(struct cur *c, int max, int *out)
{
	int n = 0, v = 0;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9' && n < max) {
		v = v * 10 + (*c->p++ - '0');
		n++;
	}
	if (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		return 0;
	*out = v;
	return n;
}

static bool take(struct cur *c, char ch)
{
	if (c->p >= c->end || *c->p != ch)
		return false;
	c->p++;
	return true;
}

static bool clock_part(struct cur *c, struct amt_civil *v)
{
	int f = 0, n;

	if (!digits(c, 2, &v->hour) || !take(c, ':') || !digits(c, 2, &v->minute) ||
	    !take(c, ':') || !digits(c, 2, &v->second))
		return false;
	if (!take(c, '.'))
		return true;
	n = digits(c, 7, &f);
	if (!n)
		return false;
	for (; n < 6; n++)
		f *= 10;
	v->usec = n == 7 ? f / 10 : f;
	return true;
}

static int month_of(const char *p)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (!amt_strncasecmp(names + 3 * i, p, 3))
			return i + 1;
	return 0;
}

/* A signed count of minutes that fills the rest. */
static bool bias_part(struct cur *c, int *out)
{
	bool minus = false;
	int v;

	if (take(c, '-'))
		minus = true;
	else if (!take(c, '+'))
		return false;
	if (!digits(c, 4, &v) || c->p != c->end || v > 16 * 60)
		return false;
	*out = minus ? -v : v;
	return true;
}

static void zone_part(struct trace_when_cache *k, struct cur *c, struct trace_when *w)
{
	struct amt_buf b;

	skip(c);
	while (c->end > c->p && (blank(c->end[-1]) || c->end[-1] == '~'))
		c->end--;
	if (c->p == c->end)
		return;
	amt_buf_init(&b, 512);
	for (const char *p = c->p; p < c->end; p++)
		if (!blank(*p))
			amt_buf_byte(&b, *p);
		else if (b.len && b.data[b.len - 1] != ' ')
			amt_buf_byte(&b, ' ');
	if (!amt_utf8_valid(amt_buf_cstr(&b), b.len)) {
		struct amt_buf u;
		size_t bad;
		const char *page =
			k->codepage ? k->codepage : trace_zone_charset(amt_buf_cstr(&b), b.len);

		amt_buf_init(&u, 512);
		if (page && amt_text_to_utf8(page, b.data, b.len, &u, &bad, NULL)) {
			struct amt_buf t = b;
			b = u;
			u = t;
		}
		amt_buf_free(&u);
	}
	w->zone = trace_zone_find(amt_buf_cstr(&b), b.len, &w->daylight);
	amt_buf_free(&b);
}

static bool finish(struct trace_when *w, const struct amt_civil *v)
{
	w->local = amt_time_from_civil(v);
	return w->local != AMT_TIME_NONE;
}

/* Weekday month day clock year [zone]. */
static bool words(struct trace_when_cache *k, struct cur c, struct trace_when *w)
{
	struct amt_civil v = {.month = 0};

	while (c.p < c.end && !blank(*c.p)) /* the weekday, in whatever language */
		c.p++;
	skip(&c);
	if (c.end - c.p < 4 || !(v.month = month_of(c.p)) || !blank(c.p[3]))
		return false;
	c.p += 3;
	skip(&c);
	if (!digits(&c, 2, &v.day))
		return false;
	skip(&c);
	if (!clock_part(&c, &v))
		return false;
	skip(&c);
	if (digits(&c, 4, &v.year) != 4)
		return false;
	zone_part(k, &c, w);
	return finish(w, &v);
}

/* MM-DD-YYYY clock bias. */
static bool numbers(struct cur c, struct trace_when *w)
{
	struct amt_civil v = {.month = 0};
	int bias;

	if (!digits(&c, 2, &v.month) || !take(&c, '-') || !digits(&c, 2, &v.day) ||
	    !take(&c, '-') || digits(&c, 4, &v.year) != 4)
		return false;
	skip(&c);
	if (!clock_part(&c, &v))
		return false;
	if (c.p < c.end && bias_part(&c, &bias)) {
		w->bias = bias;
		w->offset = TRACE_OFFSET_BIAS;
	}
	return finish(w, &v);
}

/* Only seconds and milliseconds differ from the field before: "12.123" at at. */
static bool cached(const struct trace_when_cache *c, const char *p, size_t n, struct trace_when *w)
{
	if (!c->head_len || n != c->head_len + 6 + c->tail_len ||
	    memcmp(p, c->head, c->head_len) != 0 ||
	    memcmp(p + n - c->tail_len, c->tail, c->tail_len) != 0)
		return false;
	unsigned d[6];
	static const uint8_t place[5] = {0, 1, 3, 4, 5};

	p += c->head_len;
	for (int i = 0; i < 5; i++)
		if ((d[i] = (unsigned)p[place[i]] - '0') > 9)
			return false;
	if (d[0] > 5 || p[2] != '.')
		return false;
	*w = c->when;
	w->local = c->minute + (amt_time)(d[0] * 10 + d[1]) * AMT_SECOND +
		   (amt_time)(d[2] * 100 + d[3] * 10 + d[4]) * 1000;
	return true;
}

static void remember(struct trace_when_cache *c, const char *p, size_t n,
		     const struct trace_when *w)
{
	const char *dot = memchr(p, '.', n);

	if (!dot || dot - p < 6 || dot[-3] != ':' || (size_t)(dot - p) + 4 > n)
		return;
	for (const char *d = dot + 1; d < dot + 4; d++)
		if (*d < '0' || *d > '9')
			return;
	size_t head = (size_t)(dot - p) - 2, tail = n - head - 6;
	if (head > sizeof(c->head) || tail > sizeof(c->tail) ||
	    (tail && p[head + 6] >= '0' && p[head + 6] <= '9'))
		return;
	memcpy(c->head, p, head);
	memcpy(c->tail, p + head + 6, tail);
	c->head_len = head;
	c->tail_len = tail;
	c->when = *w;
	c->minute = w->local - w->local % (60 * AMT_SECOND);
}

bool trace_when_server(struct trace_when_cache *c, const char *p, size_t n, struct trace_when *w)
{
	struct cur cur = {p, p + n};

	if (cached(c, p, n, w))
		return true;
	c->head_len = 0;
	*w = (struct trace_when){.local = AMT_TIME_NONE};
	skip(&cur);
	while (cur.end > cur.p && (blank(cur.end[-1]) || cur.end[-1] == '~'))
		cur.end--;
	if (cur.p == cur.end)
		return false;
	if (!(*cur.p >= '0' && *cur.p <= '9' ? numbers(cur, w) : words(c, cur, w)))
		return false;
	if (w->local >= 0)
		remember(c, p, n, w);
	return true;
}

bool trace_when_ccm(const char *time, size_t nt, const char *date, size_t nd, struct trace_when *w,
		    bool *odd)
{
	struct cur t = {time, time + nt}, d = {date, date + nd};
	struct amt_civil v = {.month = 0};
	int bias;

	*w = (struct trace_when){.local = AMT_TIME_NONE};
	*odd = false;
	if (!digits(&d, 2, &v.month) || !take(&d, '-') || !digits(&d, 2, &v.day) ||
	    !take(&d, '-') || digits(&d, 4, &v.year) != 4)
		return false;
	/* Bare digits after the fraction are no bias (script-made logs glue them on). */
	if (nt > 12 && time[8] == '.') {
		size_t run = 9;
		while (run < nt && time[run] >= '0' && time[run] <= '9')
			run++;
		if (run != 12 && run != 16) {
			*odd = true;
			t.end = time + (run > 12 ? 12 : run);
		}
	}
	if (!clock_part(&t, &v))
		return false;
	if (t.p < t.end) {
		if (bias_part(&t, &bias)) {
			w->bias = bias;
			w->offset = TRACE_OFFSET_BIAS;
		} else {
			*odd = true;
		}
	}
	return finish(w, &v);
}

size_t trace_when_pasted(const char *p, size_t n, bool day_first, struct trace_when *w, int *first,
			 int *second)
{
	struct cur c = {p, p + n};
	struct amt_civil v = {.month = 0};
	char sep;

	*w = (struct trace_when){.local = AMT_TIME_NONE};
	*first = *second = 0;
	int n_first = digits(&c, 4, first);
	if (!n_first || n_first == 3 || c.p >= c.end)
		return 0;
	sep = *c.p;
	if ((sep != '/' && sep != '.' && sep != '-') || !take(&c, sep) || !digits(&c, 2, second) ||
	    !take(&c, sep))
		return 0;
	/* Japan, Korea, Sweden: the year stands first, and there is no doubt. */
	bool year_first = n_first == 4;
	int n_last = digits(&c, year_first ? 2 : 4, year_first ? &v.day : &v.year);
	if (!n_last || (!year_first && n_last != 4))
		return 0;
	if (year_first) {
		v.year = *first;
		v.month = *second;
		*first = *second = 0;
	}
	take(&c, ',');
	skip(&c);
	if (!clock_part(&c, &v))
		return 0;
	const char *after = c.p;
	skip(&c);
	if (c.end - c.p >= 2 && (c.p[1] == 'M' || c.p[1] == 'm')) {
		bool pm = *c.p == 'P' || *c.p == 'p';
		if ((pm || *c.p == 'A' || *c.p == 'a') && v.hour >= 1 && v.hour <= 12) {
			v.hour = v.hour % 12 + (pm ? 12 : 0);
			after = c.p + 2;
		}
	}
	if (*first > 12)
		day_first = true;
	else if (*second > 12)
		day_first = false;
	if (!year_first) {
		v.day = day_first ? *first : *second;
		v.month = day_first ? *second : *first;
	}
	return finish(w, &v) ? (size_t)(after - p) : 0;
}
