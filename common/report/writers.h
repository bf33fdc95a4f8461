/* What the writers of this room share; one writer a file. */
#ifndef REPORT_WRITERS_H
#define REPORT_WRITERS_H

#include "amtdiag/report.h"

void write_text(struct amt_run *r, const struct amt_style *style, struct amt_buf *out);
void write_json(struct amt_run *r, const struct amt_style *style, struct amt_buf *out);
void write_ndjson(struct amt_run *r, const struct amt_style *style, struct amt_buf *out);
void write_junit(struct amt_run *r, const struct amt_style *style, struct amt_buf *out);
void write_html(struct amt_run *r, const struct amt_style *style, struct amt_buf *out);
void write_csv(struct amt_run *r, const struct amt_style *style, struct amt_buf *out);
void write_openmetrics(struct amt_run *r, const struct amt_style *style, struct amt_buf *out);
void write_status(struct amt_run *r, const struct amt_style *style, struct amt_buf *out);

/* Worse is higher: the folding rule. */
int amt_verdict_rank(enum amt_verdict v);
/* Findings, worst first, otherwise in the order they were made: n indices; free the array. */
size_t *order_by_severity(const struct amt_findings *fs);
/* "pc1", "pc1 and 13 more" */
const char *subject_words(struct amt_run *r, const struct amt_finding *f);
/* Which findings are consequences of which. Only of causes that are in the list. */
struct consequences {
	size_t *cause;        /* by index in the list: index + 1 of the cause, 0: none */
	size_t *first, *next; /* chains of index + 1 */
};
void consequences_find(const struct amt_findings *fs, struct consequences *c);
void consequences_free(struct consequences *c);
/* "2 fail, 1 warn, 9 pass" into out. */
void count_words(struct amt_run *r, struct amt_buf *out);

json_t *finding_to_json(struct amt_findings *fs, const struct amt_finding *f);
json_t *head_to_json(const struct amt_run *r);
void tail_to_json(struct amt_run *r, json_t *into); /* verdict, counts, interrupted */
void json_out_members(struct amt_json_out *o, const json_t *object);
void add_json(struct amt_buf *out, const json_t *j, size_t flags);

/* layout.c: text on a terminal */
struct layout {
	struct amt_buf *out;
	const struct amt_style *style;
};
/* "pass", coloured when the style says so, padded to width columns. */
void lay_verdict(struct layout *l, enum amt_verdict v, size_t width);
void lay_heading(struct layout *l, const char *text);
/* label at indent, then text wrapped at the style's width, lines after the first under the text. */
void lay_para(struct layout *l, size_t indent, const char *label, const char *text);
void lay_pad(struct layout *l, size_t n);
/* Bytes of the longest piece of s that fits room columns, cut at a blank where there is one. */
size_t lay_take(const char *s, size_t room);
#define LAY_SAFE_MAX (1 * AMT_MIB) /* one string of a report, made safe */
/* html_finding.c */
void html_findings(struct amt_run *r, struct amt_buf *out);
/* table.c */
void lay_table(struct layout *l, const struct amt_section *s);

#endif
