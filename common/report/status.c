/* One line for monitoring systems: AMT STATE - summary | perfdata. */
#include "report/writers.h"

#include <string.h>

#define SUMMARY_MAX 400 /* bytes; NRPE of version 2 passes on 1024 of the whole line */

/* '|' would begin the perfdata, a line break would end the line. */
static void plain(struct amt_buf *out, const char *s)
{
	struct amt_buf safe;

	amt_buf_init(&safe, AMT_MIB);
	amt_text_safe(&safe, s, strlen(s), false);
	size_t n = safe.len > SUMMARY_MAX ? SUMMARY_MAX : safe.len;
	while (n < safe.len && n && ((unsigned char)safe.data[n] & 0xc0) == 0x80)
		n--; /* no half character */
	for (size_t i = 0; i < n; i++)
		amt_buf_byte(out, safe.data[i] == '|' ? '/' : safe.data[i]);
	if (n < safe.len)
		amt_buf_str(out, "...");
	amt_buf_free(&safe);
}

static const struct amt_finding *worst(const struct amt_findings *fs)
{
	const struct amt_finding *w = NULL;

	for (size_t i = 0; i < fs->list.n; i++)
		if (!w || amt_verdict_rank(fs->list.v[i]->verdict) > amt_verdict_rank(w->verdict))
			w = fs->list.v[i];
	return w;
}

void write_status(struct amt_run *r, const struct amt_style *style, struct amt_buf *out)
{
	static const char *const states[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
	enum amt_verdict v = amt_run_verdict(r);
	const struct amt_finding *w = worst(&r->findings);
	size_t counts[AMT_VERDICTS];

	(void)style;
	amt_findings_count(&r->findings, counts);
	amt_buf_printf(out, "AMT %s - ", states[amt_verdict_exit(v)]);
	if (w && amt_verdict_exit(v) != 0) {
		plain(out, w->item->id);
		amt_buf_byte(out, ' ');
		if (*w->subject) {
			plain(out, w->subject);
			amt_buf_str(out, ": ");
		}
		plain(out, w->summary);
		amt_buf_str(out, " (");
	}
	struct amt_buf words;
	amt_buf_init(&words, AMT_KIB);
	count_words(r, &words);
	plain(out, amt_buf_cstr(&words));
	amt_buf_free(&words);
	amt_buf_str(out, w && amt_verdict_exit(v) != 0 ? ") |" : " |");
	for (int i = 0; i < AMT_VERDICTS; i++)
		amt_buf_printf(out, " %s=%zu;;;0", amt_verdict_name((enum amt_verdict)i),
			       counts[i]);
	if (r->perfdata)
		amt_buf_printf(out, " %s", r->perfdata);
	amt_buf_byte(out, '\n');
}
