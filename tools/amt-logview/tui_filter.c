/* What is shown: the filter's fields, and a bit for each record. */
#include "tui.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

struct tui_filter {
	struct tui_filter_text text;
	unsigned severities;
	bool has_thread;
	uint32_t thread;
	amt_time from, to;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

static bool compile(struct tui_filter *f, struct amt_error *err)
{
	int what;
	PCRE2_SIZE where;
	uint32_t how = PCRE2_CASELESS | PCRE2_UTF | (f->text.regex ? 0 : PCRE2_LITERAL);

	if (!f->text.text[0])
		return true;
	f->code = pcre2_compile((PCRE2_SPTR)f->text.text, PCRE2_ZERO_TERMINATED, how, &what, &where,
				NULL);
	if (!f->code) {
		char why[128];
		pcre2_get_error_message(what, (PCRE2_UCHAR *)why, sizeof(why));
		return amt_fail(err, "text: %s, at character %zu", why, (size_t)where);
	}
	pcre2_jit_compile(f->code, PCRE2_JIT_COMPLETE);
	f->data = pcre2_match_data_create(1, NULL);
	f->limits = pcre2_match_context_create(NULL);
	if (!f->data || !f->limits)
		amt_no_memory();
	/* A pattern that explodes on a line is given up there, not waited for. */
	pcre2_set_match_limit(f->limits, 1000000);
	return true;
}

static bool severities(struct tui_filter *f, struct amt_error *err)
{
	for (const char *s = f->text.severity; *s; s++) {
		const char *in = "-iwe", *at = strchr(in, *s >= 'A' && *s <= 'Z' ? *s + 32 : *s);
		if (*s == ' ' || *s == ',')
			continue;
		if (!at)
			return amt_fail(err, "severity: letters of e (error), w, i, - (none)");
		f->severities |= 1u << (at - in);
	}
	return true;
}

static bool when(const char *name, const char *s, amt_time *out, struct amt_error *err)
{
	char text[48];

	*out = AMT_TIME_NONE;
	if (!s[0])
		return true;
	/* "2009-01-14 13:43" is what people type. */
	snprintf(text, sizeof(text), "%.39s", s);
	if (strlen(text) > 10 && text[10] == ' ')
		text[10] = 'T';
	if (strlen(text) == 16)
		amt_str_copy(text + 16, sizeof(text) - 16, ":00Z");
	else if (strlen(text) >= 19 && !strpbrk(text + 19, "Z+-"))
		amt_str_copy(text + strlen(text), sizeof(text) - strlen(text), "Z");
	return amt_time_parse(text, out, err) || amt_fail_prefix(err, "%s", name);
}

struct tui_filter *tui_filter_new(const struct tui_filter_text *text, struct amt_error *err)
{
	struct tui_filter *f = amt_calloc(1, sizeof(*f));
	const char *s = text->thread;
	uint64_t v = 0;
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	bool ok = true;

	f->text = *text;
	f->has_thread = s[0] != '\0';
	if (f->has_thread &&
	    (!(hex ? amt_num_hex(s, &v, err) : amt_num_u64(s, 0, UINT32_MAX, &v, err)) ||
	     v > UINT32_MAX))
		ok = amt_fail_prefix(err, "thread");
	f->thread = (uint32_t)v;
	if (ok && severities(f, err) && when("from", text->from, &f->from, err) &&
	    when("to", text->to, &f->to, err) && compile(f, err))
		return f;
	tui_filter_free(f);
	return NULL;
}

void tui_filter_free(struct tui_filter *f)
{
	if (!f)
		return;
	pcre2_code_free(f->code);
	pcre2_match_data_free(f->data);
	pcre2_match_context_free(f->limits);
	free(f);
}

bool tui_filter_empty(const struct tui_filter_text *t)
{
	return !t->text[0] && !t->severity[0] && !t->component[0] && !t->thread[0] &&
	       !t->device[0] && !t->from[0] && !t->to[0];
}

static bool glob(const char *pattern, const char *s, size_t n)
{
	char name[256], any[80];

	if (!s)
		return false;
	n = n < sizeof(name) ? n : sizeof(name) - 1;
	memcpy(name, s, n);
	name[n] = '\0';
	/* A part of the name is enough, as in other viewers. */
	snprintf(any, sizeof(any), "*%s*", pattern);
	return amt_glob(any, name);
}

static bool device(const char *want, const struct trace_match *m, const char *text, size_t n)
{
	uint64_t id;

	if (amt_num_u64(want, 0, UINT32_MAX, &id, NULL))
		return m->has_machine && m->machine == id;
	return glob(want, m->host, m->host_len) || glob(want, m->uuid, m->uuid_len) ||
	       amt_memcasestr(text, n, want) != NULL;
}

bool tui_filter_where(struct tui_filter *f, const char *s, size_t n, size_t *at, size_t *len)
{
	if (!f->code || pcre2_match(f->code, (PCRE2_SPTR)s, n, 0, 0, f->data, f->limits) < 0)
		return false;
	const PCRE2_SIZE *o = pcre2_get_ovector_pointer(f->data);
	*at = o[0];
	*len = o[1] > o[0] ? o[1] - o[0] : 0;
	return true;
}

bool tui_filter_asks(struct tui_filter *f, const struct trace_record *rec, enum trace_severity sev,
		     const struct trace_match *m, const char *text, size_t n)
{
	const struct tui_filter_text *x = &f->text;
	size_t at, len;

	if (f->severities && !(f->severities >> sev & 1))
		return false;
	if (f->has_thread && !(rec->has_thread && rec->thread == f->thread))
		return false;
	if (x->component[0] && !glob(x->component, rec->component, rec->component_len))
		return false;
	if (f->from != AMT_TIME_NONE || f->to != AMT_TIME_NONE) {
		amt_time t = trace_utc(&rec->when);
		if (t == AMT_TIME_NONE || (f->from != AMT_TIME_NONE && t < f->from) ||
		    (f->to != AMT_TIME_NONE && t >= f->to))
			return false;
	}
	if (x->device[0] && !device(x->device, m, text, n))
		return false;
	return !f->code || tui_filter_where(f, text, n, &at, &len);
}

/* The fields and what the command line asked for, together. row->rec is there. */
bool tui_filter_fits(struct tui *t, struct tui_row *row)
{
	const struct trace_record *rec = &row->rec;
	struct trace_match m;

	trace_classify(
		rec->text, rec->text_len,
		!rec->component || trace_component_is_ours(rec->component, rec->component_len), &m);
	row->severity = trace_severity_of(rec, &m);
	amt_buf_clear(&row->text);
	trace_reader_text(row->file->r, rec, &row->text);
	const char *text = amt_buf_cstr(&row->text);
	if (t->filter && !tui_filter_asks(t->filter, rec, row->severity, &m, text, row->text.len))
		return false;
	if (!tui_saved_fits(t, rec, row->severity, &m, text, row->text.len))
		return false;
	return logview_filter_record(logview.filter, rec, row->severity, &m, text, row->text.len);
}

/* NULL: no filter but the command line's and the saved ones. */
void tui_filter_set(struct tui *t, const struct tui_filter_text *text, struct amt_error *err)
{
	bool none = !text || tui_filter_empty(text);
	struct tui_filter *f = none ? NULL : tui_filter_new(text, err);
	uint32_t p = t->n ? tui_view_record(t, t->current) : 0;

	if (!none && !f)
		return;
	tui_filter_free(t->filter);
	t->filter = f;
	t->filtered = f || tui_saved_any_on(t) || logview_filter_any(logview.filter);
	t->filter_of++;
	t->asked = t->fitting = 0;
	t->bits.n = t->ranks.n = 0;
	t->anchored = false;
	/* Enough answers for a screen around the record that was current. */
	t->current = t->top = 0;
	for (amt_time end = amt_time_steady() + AMT_SECOND / 10;
	     t->filtered && t->asked < t->n && amt_time_steady() < end;)
		(void)tui_index_work(t, 1000);
	tui_goto_record(t, p);
}

void tui_filter_answer(struct tui *t, uint32_t p, bool fits)
{
	if (p % 512 == 0)
		amt_vec_push(&t->ranks, t->fitting);
	if (p % 64 == 0)
		amt_vec_push(&t->bits, 0);
	t->bits.v[p / 64] |= (uint64_t)fits << (p % 64);
	t->fitting += fits;
	t->asked = p + 1;
}

uint32_t tui_view_count(const struct tui *t)
{
	return t->filtered ? t->fitting : t->n;
}

uint32_t tui_view_record(const struct tui *t, uint32_t v)
{
	size_t low = 0, high = t->ranks.n;

	if (!t->filtered)
		return v;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;
		if (t->ranks.v[mid] <= v)
			low = mid;
		else
			high = mid;
	}
	if (!t->ranks.n || v >= t->fitting)
		return t->n ? t->n - 1 : 0;
	uint32_t left = v - t->ranks.v[low];
	for (size_t w = low * 8; w < t->bits.n; w++) {
		uint32_t here = (uint32_t)__builtin_popcountll(t->bits.v[w]);
		if (left < here) {
			uint64_t word = t->bits.v[w];
			while (left--)
				word &= word - 1;
			return (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
		}
		left -= here;
	}
	return t->n - 1;
}

uint32_t tui_view_of(const struct tui *t, uint32_t p)
{
	if (!t->filtered)
		return p;
	if (p >= t->asked)
		return t->fitting;
	uint32_t v = t->ranks.v[p / 512];
	for (uint32_t w = p / 512 * 8; w < p / 64; w++)
		v += (uint32_t)__builtin_popcountll(t->bits.v[w]);
	if (p % 64)
		v += (uint32_t)__builtin_popcountll(t->bits.v[p / 64] << (64 - p % 64));
	return v;
}
