/*
 * OpenMetrics text, for a textfile collector or a push gateway. Everything is a gauge: a run
 * is a state, and gauges read the same in the older Prometheus text format.
 */
#include "report/writers.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A label value: backslash, quote and line break are escaped, the rest is made safe UTF-8. */
static void label(struct amt_buf *out, const char *name, const char *value)
{
	struct amt_buf safe;

	amt_buf_init(&safe, LAY_SAFE_MAX);
	amt_text_safe(&safe, value, strlen(value), false);
	amt_buf_printf(out, "%s=\"", name);
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.data[i] == '"' || safe.data[i] == '\\')
			amt_buf_byte(out, '\\');
		amt_buf_byte(out, safe.data[i]);
	}
	amt_buf_byte(out, '"');
	amt_buf_free(&safe);
}

static void family(struct amt_buf *out, const char *name, const char *unit, const char *help)
{
	amt_buf_printf(out, "# TYPE amtdiag_%s gauge\n", name);
	if (unit)
		amt_buf_printf(out, "# UNIT amtdiag_%s %s\n", name, unit);
	amt_buf_printf(out, "# HELP amtdiag_%s %s\n", name, help);
}

/* name{tool="...",key="value"; the caller closes it with "} N\n". */
static void sample(const struct amt_run *r, struct amt_buf *out, const char *name, const char *key,
		   const char *value)
{
	amt_buf_printf(out, "amtdiag_%s{", name);
	label(out, "tool", r->tool);
	if (key) {
		amt_buf_byte(out, ',');
		label(out, key, value);
	}
}

static void one(const struct amt_run *r, struct amt_buf *out, const char *name, const char *unit,
		const char *help, double value)
{
	family(out, name, unit, help);
	sample(r, out, name, NULL, NULL);
	amt_buf_printf(out, "} %.15g\n", value);
}

static double seconds(amt_time t)
{
	return (double)t / (double)AMT_SECOND;
}

static void verdicts(struct amt_run *r, struct amt_buf *out)
{
	enum amt_verdict all = amt_run_verdict(r);
	size_t counts[AMT_VERDICTS];

	amt_findings_count(&r->findings, counts);
	family(out, "run_verdict", NULL, "1 for the verdict of the run, 0 for the others.");
	for (int v = 0; v < AMT_VERDICTS; v++) {
		sample(r, out, "run_verdict", "verdict", amt_verdict_name((enum amt_verdict)v));
		amt_buf_printf(out, "} %d\n", v == (int)all);
	}
	family(out, "findings", NULL, "Findings of the run by verdict.");
	for (int v = 0; v < AMT_VERDICTS; v++) {
		sample(r, out, "findings", "verdict", amt_verdict_name((enum amt_verdict)v));
		amt_buf_printf(out, "} %zu\n", counts[v]);
	}
}

static size_t index_of(const struct amt_item *item)
{
	size_t i = 0;

	while (i < amt_guide_count() && amt_guide_at(i) != item)
		i++;
	return i;
}

/* Subjects are left out: a fleet has too many of them to be labels. */
static void checks(const struct amt_run *r, struct amt_buf *out)
{
	size_t n = amt_guide_count(), at = 0;
	size_t(*counts)[AMT_VERDICTS] = amt_calloc(n + 1, sizeof(*counts));
	const struct amt_item *last = NULL;

	for (size_t i = 0; i < r->findings.list.n; i++) {
		const struct amt_finding *f = r->findings.list.v[i];
		if (f->item != last)
			at = index_of(f->item);
		last = f->item;
		counts[at][f->verdict]++;
	}
	family(out, "check_findings", NULL, "Findings of one check of the catalogue by verdict.");
	for (size_t i = 0; i < n; i++) {
		for (int v = 0; v < AMT_VERDICTS; v++) {
			if (!counts[i][v])
				continue;
			sample(r, out, "check_findings", "id", amt_guide_at(i)->id);
			amt_buf_printf(out, ",verdict=\"%s\"} %zu\n",
				       amt_verdict_name((enum amt_verdict)v), counts[i][v]);
		}
	}
	free(counts);
}

/* What the tool measured beside the verdicts: "name=value;warn;crit name=value". */
static void measured(const struct amt_run *r, struct amt_buf *out)
{
	if (!r->perfdata)
		return;
	family(out, "measured", NULL, "What the tool counted or measured, by name.");
	for (const char *p = r->perfdata; *p;) {
		size_t n = strcspn(p, " "), name = strcspn(p, "=");
		if (name < n && isdigit((unsigned char)p[name + 1])) {
			size_t digits = strspn(p + name + 1, "0123456789.");
			char *key = amt_strndup(p, name);
			sample(r, out, "measured", "name", key);
			amt_buf_printf(out, "} %.*s\n", (int)digits, p + name + 1);
			free(key);
		}
		p += n + strspn(p + n, " ");
	}
}

void write_openmetrics(struct amt_run *r, const struct amt_style *style, struct amt_buf *out)
{
	(void)style;
	family(out, "build", NULL, "Always 1; the version that made this.");
	sample(r, out, "build", "version", r->version);
	amt_buf_str(out, "} 1\n");
	one(r, out, "run_started_seconds", "seconds", "When the run began, since 1970.",
	    seconds(r->started));
	one(r, out, "run_ended_seconds", "seconds", "When the run ended, since 1970.",
	    seconds(r->ended));
	one(r, out, "run_judged_as_of_seconds", "seconds",
	    "The time that dates were compared with, since 1970.", seconds(r->now));
	one(r, out, "run_interrupted", NULL, "1 when the run was interrupted: findings may lack.",
	    r->interrupted);
	one(r, out, "run_exit_code", NULL, "0 pass, 1 warn, 2 fail, 3 unknown, 130 interrupted.",
	    r->interrupted ? 130 : amt_verdict_exit(amt_run_verdict(r)));
	one(r, out, "input_notes", NULL, "Inputs that could not be read whole.",
	    (double)(r->notes.list.n + r->notes.dropped));
	verdicts(r, out);
	checks(r, out);
	measured(r, out);
	amt_buf_str(out, "# EOF\n");
}
