/* Which records, sessions and devices the user wants to see. */
#include "logview.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

struct logview_filter {
	struct AMT_VEC(pcre2_code *) grep;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	struct AMT_VEC(uint64_t) sessions; /* file index << 32 | thread: open tasks of --device */
};

struct logview_filter *logview_filter_new(struct amt_error *err)
{
	struct logview_filter *f = amt_calloc(1, sizeof(*f));

	for (size_t i = 0; i < logview.grep.n; i++) {
		int what;
		PCRE2_SIZE where;
		pcre2_code *c = pcre2_compile((PCRE2_SPTR)logview.grep.v[i], PCRE2_ZERO_TERMINATED,
					      PCRE2_CASELESS | PCRE2_UTF, &what, &where, NULL);
		if (!c) {
			char text[128];
			pcre2_get_error_message(what, (PCRE2_UCHAR *)text, sizeof(text));
			amt_fail(err, "--grep '%.60s': %s, at character %zu", logview.grep.v[i],
				 text, (size_t)where);
			logview_filter_free(f);
			return NULL;
		}
		pcre2_jit_compile(c, PCRE2_JIT_COMPLETE);
		amt_vec_push(&f->grep, c);
	}
	f->data = pcre2_match_data_create(1, NULL);
	f->limits = pcre2_match_context_create(NULL);
	if (!f->data || !f->limits)
		amt_no_memory();
	/* A pattern that explodes on a line is given up there, not waited for. */
	pcre2_set_match_limit(f->limits, 1000000);
	return f;
}

void logview_filter_free(struct logview_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->grep.n; i++)
		pcre2_code_free(f->grep.v[i]);
	amt_vec_free(&f->grep);
	amt_vec_free(&f->sessions);
	pcre2_match_data_free(f->data);
	pcre2_match_context_free(f->limits);
	free(f);
}

bool logview_filter_any(const struct logview_filter *f)
{
	return f->grep.n || logview.device.n || logview.component.n || logview.threads.n ||
	       logview.severities || logview.since != AMT_TIME_NONE ||
	       logview.until != AMT_TIME_NONE;
}

static bool glob_n(const char *pattern, const char *p, size_t n)
{
	char s[256];

	if (n >= sizeof(s))
		n = sizeof(s) - 1;
	memcpy(s, p, n);
	s[n] = '\0';
	return amt_glob(pattern, s);
}

static bool time_fits(amt_time t)
{
	if (logview.since != AMT_TIME_NONE && (t == AMT_TIME_NONE || t < logview.since))
		return false;
	return logview.until == AMT_TIME_NONE || (t != AMT_TIME_NONE && t < logview.until);
}

static bool device_fits(const struct trace_match *m, const char *text, size_t n)
{
	if (!logview.device.n)
		return true;
	for (size_t i = 0; i < logview.device.n; i++) {
		const char *d = logview.device.v[i];
		uint64_t id;
		if (m->host && glob_n(d, m->host, m->host_len))
			return true;
		if (m->uuid && glob_n(d, m->uuid, m->uuid_len))
			return true;
		if (m->has_machine && amt_num_u64(d, 0, UINT32_MAX, &id, NULL) && id == m->machine)
			return true;
		if (!strpbrk(d, "*?") && strlen(d) > 3 && amt_memcasestr(text, n, d))
			return true;
	}
	return false;
}

bool logview_filter_text(struct logview_filter *f, const char *text, size_t n, bool ascii)
{
	uint32_t options = ascii ? PCRE2_NO_UTF_CHECK : 0;

	for (size_t i = 0; i < f->grep.n; i++)
		if (pcre2_match(f->grep.v[i], (PCRE2_SPTR)text, n, 0, options, f->data, f->limits) <
		    0)
			return false;
	return true;
}

bool logview_filter_rest(const struct trace_record *rec, enum trace_severity sev,
			 const struct trace_match *m, const char *text, size_t n)
{
	bool fits = logview.component.n == 0 && logview.threads.n == 0;

	if (logview.severities && !(logview.severities >> sev & 1))
		return false;
	if (!time_fits(trace_utc(&rec->when)))
		return false;
	if (logview.component.n) {
		fits = false;
		for (size_t i = 0; i < logview.component.n && rec->component; i++)
			fits = fits ||
			       glob_n(logview.component.v[i], rec->component, rec->component_len);
		if (!fits)
			return false;
	}
	if (logview.threads.n) {
		fits = false;
		for (size_t i = 0; i < logview.threads.n; i++)
			fits = fits || (rec->has_thread && rec->thread == logview.threads.v[i]);
		if (!fits)
			return false;
	}
	return device_fits(m, text, n);
}

bool logview_filter_record(struct logview_filter *f, const struct trace_record *rec,
			   enum trace_severity sev, const struct trace_match *m, const char *text,
			   size_t n)
{
	return logview_filter_rest(rec, sev, m, text, n) && logview_filter_text(f, text, n, false);
}

bool logview_filter_device(const struct trace_device *d)
{
	if (!logview.device.n)
		return true;
	for (size_t i = 0; i < logview.device.n; i++) {
		const char *want = logview.device.v[i];
		uint64_t id;
		if (amt_glob(want, d->id) || amt_glob(want, d->host) || amt_glob(want, d->uuid))
			return true;
		/* The short name is enough. */
		size_t n = strlen(want);
		if (!amt_strncasecmp(want, d->host, n) && d->host[n] == '.')
			return true;
		for (size_t k = 0; k < d->n_machines; k++)
			if (amt_num_u64(want, 0, UINT32_MAX, &id, NULL) &&
			    id == trace_machines(d)[k])
				return true;
	}
	return false;
}

bool logview_filter_session(const struct trace_facts *facts, const struct trace_session *s)
{
	if (logview.device.n &&
	    (s->device == UINT32_MAX || !logview_filter_device(&facts->devices.v[s->device])))
		return false;
	if (logview.since != AMT_TIME_NONE && (s->end == AMT_TIME_NONE || s->end < logview.since))
		return false;
	return logview.until == AMT_TIME_NONE ||
	       (s->begin != AMT_TIME_NONE && s->begin < logview.until);
}
