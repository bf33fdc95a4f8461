/*
 * Which template a line is. A radix tree over what the templates begin with is
 * walked once per line; a second one over the loose form (letters and digits, lower
 * case) is asked when the wording is unknown and the component is one of ours.
 */
#include "classify.h"

#include <pthread.h>
#include <stdlib.h>

struct node {
	const char *run; /* bytes to pass before this node is reached */
	uint16_t run_len;
	uint16_t rows, n_rows; /* into tree.order: templates whose head ends here */
	struct node *child, *sibling;
};

struct tree {
	struct node *first[256];
	uint16_t *order;
};

static struct trace_compiled *rows;
static struct tree exact, loose;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool names_machine(const char *p, size_t n)
{
	static const char *const ends[] = {"MachineId = ", "machine id = ", "target ID '",
					   "Target machine "};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (n >= strlen(ends[i]) &&
		    !memcmp(p + n - strlen(ends[i]), ends[i], strlen(ends[i])))
			return true;
	return false;
}

static void compile(struct trace_compiled *c, const struct trace_template *row)
{
	const char *p = row->pattern, *end = p + strlen(p);
	const char *call = row->event == TRACE_EV_CALL ? strstr(p, " finished with H") : NULL;

	c->row = row;
	while (p < end && c->n < SEGMENTS_MAX) {
		const char *pct = memchr(p, '%', (size_t)(end - p));
		size_t lit = (size_t)((pct ? pct : end) - p);
		if (lit)
			c->v[c->n++] = (struct trace_segment){.type = 'l', .p = p, .len = lit};
		if (pct && c->n < SEGMENTS_MAX) {
			char type = pct[1];
			if (type == 'n' && lit && names_machine(p, lit))
				type = 'm';
			c->v[c->n++] =
				(struct trace_segment){.type = type, .class = trace_class_of(type)};
		}
		p = pct ? pct + 2 : end;
	}
	c->typed = true;
	for (size_t i = 0; i < c->n; i++)
		c->typed = c->typed && strchr("lmnhuixvw", c->v[i].type);
	c->head = row->pattern;
	c->head_len = call ? (size_t)(call - row->pattern) : c->v[0].len;
	char flat[256];
	c->flat_len = trace_flatten(c->head, c->head + c->head_len, flat, sizeof(flat));
	c->flat = amt_strndup(flat, c->flat_len);
}

struct head {
	const char *p;
	size_t len;
	uint16_t row;
};

static int by_head(const void *a, const void *b)
{
	const struct head *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = memcmp(x->p, y->p, n);

	if (c)
		return c;
	return x->len < y->len ? -1 : x->len > y->len ? 1 : x->row < y->row ? -1 : 1;
}

/* The tree of h[0..n), which share their first depth bytes. */
static struct node *grow(struct tree *t, const struct head *h, size_t n, size_t depth,
			 size_t *placed)
{
	struct node *node = amt_calloc(1, sizeof(*node));
	size_t common = h[0].len, i;

	for (i = 1; i < n; i++) {
		size_t k = depth;
		while (k < common && k < h[i].len && h[i].p[k] == h[0].p[k])
			k++;
		common = k < common ? k : common;
	}
	node->run = h[0].p + depth;
	node->run_len = (uint16_t)(common - depth);
	node->rows = (uint16_t)*placed;
	for (i = 0; i < n && h[i].len == common; i++) {
		t->order[(*placed)++] = h[i].row;
		node->n_rows++;
	}
	struct node **link = &node->child;
	while (i < n) {
		size_t j = i;
		while (j < n && h[j].p[common] == h[i].p[common])
			j++;
		*link = grow(t, h + i, j - i, common, placed);
		link = &(*link)->sibling;
		i = j;
	}
	return node;
}

static void plant(struct tree *t, struct head *h, size_t n)
{
	size_t placed = 0;

	t->order = amt_calloc(n, sizeof(*t->order));
	qsort(h, n, sizeof(*h), by_head);
	for (size_t i = 0; i < n;) {
		size_t j = i;
		while (j < n && h[j].p[0] == h[i].p[0])
			j++;
		t->first[(unsigned char)h[i].p[0]] = grow(t, h + i, j - i, 0, &placed);
		i = j;
	}
}

static void build(void)
{
	size_t n = 0, flat = 0;
	struct head *h = amt_calloc(trace_templates_count, sizeof(*h));

	rows = amt_calloc(trace_templates_count, sizeof(*rows));
	for (size_t i = 0; i < trace_templates_count; i++) {
		compile(&rows[i], &trace_templates[i]);
		if (rows[i].head_len)
			h[n++] = (struct head){rows[i].head, rows[i].head_len, (uint16_t)i};
	}
	plant(&exact, h, n);
	for (size_t i = 0; i < trace_templates_count; i++)
		if (rows[i].flat_len >= 8) /* shorter ones would match by chance */
			h[flat++] = (struct head){rows[i].flat, rows[i].flat_len, (uint16_t)i};
	plant(&loose, h, flat);
	free(h);
}

const struct trace_compiled *trace_compiled_rows(void)
{
	pthread_once(&once, build);
	return rows;
}

/* Nodes passed on the way, deepest last. */
static size_t walk(const struct tree *t, const char *p, const char *end,
		   const struct node *path[16])
{
	const struct node *n = p < end ? t->first[(unsigned char)*p] : NULL;
	size_t depth = 0;

	while (n && depth < 16) {
		size_t left = (size_t)(end - p);
		if (left < n->run_len || memcmp(p, n->run, n->run_len) != 0)
			break;
		p += n->run_len;
		path[depth++] = n;
		const struct node *c = n->child;
		if (p >= end)
			break;
		while (c && c->run[0] != *p)
			c = c->sibling;
		n = c;
	}
	return depth;
}

/* Field by field: what is not pointed at or said to be there is never read. */
static void clear(struct trace_match *m)
{
	m->row = NULL;
	m->event = TRACE_EV_NONE;
	m->loose = m->whole = false;
	m->host = m->uuid = m->version = m->word = m->address = m->method = NULL;
	m->has_number = m->has_machine = m->has_hex = false;
	m->has_hresult = m->has_status = m->has_client = false;
	m->hresult = m->status = 0;
	m->client = 0;
}

/*
 * The row that a line like this one was last. Only rows that leave no room for
 * another reading are kept, and only whole matches count.
 */
static _Thread_local const struct trace_compiled *recent[256][2];

static bool try_recent(const struct trace_compiled *c, const char *p, const char *end,
		       struct trace_match *m)
{
	if (c->row->event == TRACE_EV_CALL) {
		if ((size_t)(end - p) < c->head_len + 16 || memcmp(p, c->head, c->head_len) != 0 ||
		    memcmp(p + c->head_len, " finished with H", 16) != 0 ||
		    !trace_match_call(p, end, m))
			return false;
	} else if (trace_match_row(c, p, end, m) != 2) {
		return false;
	}
	m->row = c->row;
	m->event = c->row->event;
	m->whole = c->row->event != TRACE_EV_CALL;
	return true;
}

static bool try_exact(const char *p, const char *end, struct trace_match *m)
{
	const struct node *path[16];
	size_t depth = walk(&exact, p, end, path);

	while (depth--) {
		for (uint16_t i = 0; i < path[depth]->n_rows; i++) {
			const struct trace_compiled *c = &rows[exact.order[path[depth]->rows + i]];
			if (c->row->event == TRACE_EV_CALL) {
				if (!trace_match_call(p, end, m))
					continue;
			} else {
				clear(m);
				int how = trace_match_row(c, p, end, m);
				if (!how)
					continue;
				m->whole = how == 2;
			}
			m->row = c->row;
			m->event = c->row->event;
			return true;
		}
	}
	return false;
}

#define WORDS_MAX 12 /* letters that may stand where a template has one word */

/* The literals behind the head must follow in the loose form too. */
static bool rest_fits(const struct trace_compiled *c, const char *flat, size_t n)
{
	const char *p = flat + c->flat_len, *end = flat + n;
	char lit[128];

	for (size_t i = 1; i < c->n; i++) {
		if (c->v[i].type != 'l')
			continue;
		size_t k = trace_flatten(c->v[i].p, c->v[i].p + c->v[i].len, lit, sizeof(lit));
		const char *at = k ? memmem(p, (size_t)(end - p), lit, k) : p;
		/* "power on", "wake up"; not half a sentence of another meaning */
		if (!at || (c->v[i - 1].type == 'w' && at - p > WORDS_MAX))
			return false;
		p = at + k;
	}
	return true;
}

static bool try_loose(const char *p, const char *end, struct trace_match *m)
{
	const struct node *path[16];
	char flat[512];
	size_t n = trace_flatten(p, end, flat, sizeof(flat));
	size_t depth = walk(&loose, flat, flat + n, path);

	while (depth--) {
		for (uint16_t i = 0; i < path[depth]->n_rows; i++) {
			const struct trace_compiled *c = &rows[loose.order[path[depth]->rows + i]];
			if (!rest_fits(c, flat, n))
				continue;
			*m = (struct trace_match){
				.row = c->row, .event = c->row->event, .loose = true};
			if (m->event == TRACE_EV_CALL)
				trace_match_call(p, end, m);
			else
				trace_match_loose(p, end, m);
			return true;
		}
	}
	return false;
}

bool trace_classify(const char *text, size_t n, bool ours, struct trace_match *m)
{
	const char *p = text, *end = text + n;

	pthread_once(&once, build);
	clear(m);
	/* Marks before the words: paragraph marks, ">>>>", "**** ". */
	while (p < end && (*p == ' ' || *p == '~' || *p == '>' || *p == '*' || *p == '\t'))
		p++;
	if (p == end)
		return false;
	size_t slot = end - p >= 8 ? trace_kind_of(p, (size_t)(end - p)) : 0;
	/* Two, as two kinds of lines that take turns may meet in one place. */
	for (int i = 0; i < 2 && end - p >= 8 && recent[slot][i]; i++) {
		if (try_recent(recent[slot][i], p, end, m))
			return true;
		clear(m);
	}
	if (try_exact(p, end, m)) {
		const struct trace_compiled *c = &rows[m->row - trace_templates];
		if (end - p >= 8 && (c->row->event == TRACE_EV_CALL || (c->typed && m->whole)))
			recent[slot][1] = recent[slot][0], recent[slot][0] = c;
		return true;
	}
	clear(m);
	const char *space = memchr(p, ' ', (size_t)(end - p));
	if (space && memchr(p, '.', (size_t)(space - p)) && trace_match_call(p, end, m))
		return true;
	clear(m);
	return ours && try_loose(p, end, m);
}

bool trace_component_is_ours(const char *component, size_t n)
{
	static const char *const words[] = {"AMT", "OOB"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (component && amt_memcasestr(component, n, words[i]))
			return true;
	return false;
}

static bool has_word(const char *p, size_t n, const char *word)
{
	return amt_memcasestr(p, n, word) != NULL;
}

/* By words, as CMTrace colours, without its mistakes on "clientError = 0" and "failover". */
static enum trace_severity by_words(const char *p, size_t n)
{
	size_t skip = 0;

	for (const char *at; skip < n && (at = amt_memcasestr(p + skip, n - skip, "error"));) {
		size_t i = (size_t)(at - p);
		if (i < 6 || amt_strncasecmp(at - 6, "client", 6) != 0)
			return TRACE_ERROR;
		skip = i + 5;
	}
	for (const char *at; n && (at = amt_memcasestr(p, n, "fail"));) {
		size_t i = (size_t)(at - p);
		if (n - i < 8 || amt_strncasecmp(at, "failover", 8) != 0)
			return TRACE_ERROR;
		p += i + 4;
		n -= i + 4;
	}
	return has_word(p, n, "warn") ? TRACE_WARNING : TRACE_INFO;
}

enum trace_severity trace_severity_of(const struct trace_record *rec, const struct trace_match *m)
{
	if (m->event == TRACE_EV_CALL) {
		if ((m->has_hresult && m->hresult) || (m->has_client && m->client))
			return TRACE_ERROR;
		if (!m->has_status || !m->status)
			return TRACE_INFO;
		/* SetMEBxPassword, 0x10: the guide calls it harmless (signature P22). */
		return m->status == 0x10 && m->method_len > 15 &&
				       memmem(m->method, m->method_len, "SetMEBxPassword", 15)
			       ? TRACE_WARNING
			       : TRACE_ERROR;
	}
	if (m->row && m->row->severity != TRACE_NO_SEVERITY)
		return m->row->severity;
	if (rec->framing == TRACE_CCM && rec->type > 0)
		return rec->type == 3 ? TRACE_ERROR : rec->type == 2 ? TRACE_WARNING : TRACE_INFO;
	if (rec->framing == TRACE_CCM && rec->type == 0)
		return TRACE_INFO;
	return by_words(rec->text, rec->text_len);
}
