/* One client's events as a picture: a lane a source, time from left to right. */
#include "html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	WIDTH = 960,
	LEFT = 84,   /* names of the lanes */
	RIGHT = 14,  /* a mark's half, and air */
	TOP = 40,    /* times */
	LANE = 26,   /* a lane of one row */
	ROW = 13,    /* each further row of marks */
	ROWS = 4,    /* marks on top of each other, before they cover each other */
	NEAR = 11,   /* pixels: closer marks go into another row */
	LABEL = 118, /* pixels that a time needs */
};

struct picture {
	const struct timeline *t;
	struct amt_buf *b;
	double *x;                     /* of each event */
	unsigned *row;                 /* of each event in its lane */
	unsigned rows[TIMELINE_LANES]; /* 0: no event */
	int top[TIMELINE_LANES], height;
};

/* Gaps count by their logarithm: a minute of provisioning stays readable beside a week of
 * silence. */
static void place(struct picture *p)
{
	const struct timeline *t = p->t;
	double at = 0, scale;

	for (size_t i = 0; i < t->list.n; i++) {
		if (i && t->list.v[i].at > t->list.v[i - 1].at) {
			double gap = (double)(t->list.v[i].at - t->list.v[i - 1].at) /
				     (double)AMT_SECOND;
			at += 1 + 1.2 * log10(1 + gap);
		}
		p->x[i] = at;
	}
	scale = at > 0 ? (WIDTH - LEFT - RIGHT - 10) / at : 0;
	for (size_t i = 0; i < t->list.n; i++)
		p->x[i] = LEFT + 10 + p->x[i] * scale;
}

static void stack(struct picture *p)
{
	double last[TIMELINE_LANES][ROWS];

	for (size_t l = 0; l < TIMELINE_LANES; l++)
		for (size_t r = 0; r < ROWS; r++)
			last[l][r] = -WIDTH;
	for (size_t i = 0; i < p->t->list.n; i++) {
		unsigned lane = p->t->list.v[i].lane, r = 0;
		while (r < ROWS - 1 && p->x[i] - last[lane][r] < NEAR)
			r++;
		last[lane][r] = p->x[i];
		p->row[i] = r;
		p->rows[lane] = r + 1 > p->rows[lane] ? r + 1 : p->rows[lane];
	}
	p->height = TOP;
	for (size_t l = 0; l < TIMELINE_LANES; l++) {
		p->top[l] = p->height;
		if (p->rows[l])
			p->height += LANE + ROW * (int)(p->rows[l] - 1) + 4;
	}
}

static void lanes(const struct picture *p)
{
	for (size_t l = 0; l < TIMELINE_LANES; l++) {
		if (!p->rows[l])
			continue;
		int h = LANE + ROW * (int)(p->rows[l] - 1);
		amt_buf_printf(p->b,
			       "<rect class=\"lane\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\" "
			       "rx=\"4\"/><text x=\"8\" y=\"%d\">%s</text>\n",
			       p->top[l], WIDTH, h, p->top[l] + LANE / 2 + 4,
			       timeline_lane_names[l]);
	}
}

/* "2009-01-14" over "13:43:12" where there is room, most wanted after a long gap. */
static void times(const struct picture *p)
{
	double free_from = 0;
	const char *day = NULL;

	for (size_t i = 0; i < p->t->list.n; i++) {
		const struct timeline_event *e = &p->t->list.v[i];
		bool fits = p->x[i] >= free_from, end = p->x[i] > WIDTH - LABEL;
		if (!fits)
			continue;
		bool same = day && strncmp(day, e->when, 10) == 0;
		const char *anchor = end ? " text-anchor=\"end\"" : "";
		amt_buf_printf(p->b,
			       "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" "
			       "y2=\"%d\"/>\n",
			       p->x[i], p->x[i], TOP - 4, p->height);
		if (!same)
			amt_buf_printf(p->b, "<text x=\"%.1f\" y=\"13\"%s>%.10s</text>\n", p->x[i],
				       anchor, e->when);
		amt_buf_printf(p->b, "<text class=\"mut\" x=\"%.1f\" y=\"28\"%s>%.8s%s</text>\n",
			       p->x[i], anchor, strlen(e->when) > 18 ? e->when + 11 : "",
			       e->local ? " local" : "");
		day = e->when;
		free_from = p->x[i] + LABEL;
	}
}

/* Not by colour alone: a failure is a square on its corner, a warning a triangle. */
static void mark(const struct picture *p, size_t i)
{
	const struct timeline_event *e = &p->t->list.v[i];
	double x = p->x[i], y = p->top[e->lane] + LANE / 2.0 + ROW * p->row[i];

	if (*e->verdict == 'f')
		amt_buf_printf(p->b, "<path class=\"m fail\" d=\"M%.1f %.1fl7 7l-7 7l-7 -7z\">", x,
			       y - 7);
	else if (*e->verdict == 'w')
		amt_buf_printf(p->b, "<path class=\"m warn\" d=\"M%.1f %.1fl6 11h-12z\">", x,
			       y - 6);
	else
		amt_buf_printf(p->b, "<circle class=\"m %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\">",
			       e->verdict, x, y);
	amt_html_element(p->b, "<title>", e->when, " ");
	amt_html_element(p->b, timeline_lane_names[e->lane], ": ", "");
	amt_html_element(p->b, "", e->what, " (");
	amt_html_element(p->b, "", e->where, ")</title>");
	amt_buf_str(p->b, *e->verdict == 'f' || *e->verdict == 'w' ? "</path>\n" : "</circle>\n");
}

static void describe(const struct picture *p, const char *name, size_t nth)
{
	size_t n = p->t->list.n, fails = 0;

	for (size_t i = 0; i < n; i++)
		fails += *p->t->list.v[i].verdict == 'f';
	amt_buf_printf(p->b,
		       "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"tl-%zu-t "
		       "tl-%zu-d\">\n<title id=\"tl-%zu-t\">",
		       WIDTH, p->height + 6, nth, nth, nth);
	amt_html_element(p->b, "Timeline of ", name, "</title>");
	amt_buf_printf(p->b,
		       "<desc id=\"tl-%zu-d\">%zu events from %s to %s, %zu of them failures; the "
		       "table below has them one by one.</desc>\n",
		       nth, n, p->t->list.v[0].when, p->t->list.v[n - 1].when, fails);
}

void timeline_svg(const struct timeline *t, const char *name, size_t nth, struct amt_buf *b)
{
	size_t n = t->list.n;
	struct picture p = {.t = t, .b = b};

	if (!n)
		return;
	p.x = amt_calloc(n, sizeof(*p.x));
	p.row = amt_calloc(n, sizeof(*p.row));
	place(&p);
	stack(&p);
	describe(&p, name, nth);
	lanes(&p);
	times(&p);
	for (size_t i = 0; i < n; i++)
		mark(&p, i);
	amt_buf_str(b, "</svg>\n");
	free(p.x);
	free(p.row);
}
