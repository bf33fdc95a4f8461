/*
 * One self-contained file: no script, font, image or style from outside, readable
 * when printed, light and dark. The script sorts and filters what is already there;
 * without it everything is still to be read. The browser is told to run nothing but
 * this style and this script, by their digests.
 */
#include "report/writers.h"

#include "report_page.inc"

#include <stdlib.h>
#include <string.h>

void amt_html_escape(struct amt_buf *out, const char *s, size_t n)
{
	struct amt_buf safe;

	amt_buf_init(&safe, AMT_CAP_REPORT);
	amt_text_safe(&safe, s, n, true);
	amt_text_xml(out, safe.data, safe.len);
	amt_buf_free(&safe);
}

void amt_html_element(struct amt_buf *out, const char *open, const char *text, const char *close)
{
	amt_buf_str(out, open);
	amt_html_escape(out, text, strlen(text));
	amt_buf_str(out, close);
}

void amt_html_verdict(struct amt_buf *out, enum amt_verdict v)
{
	amt_buf_printf(out, "<span class=\"v %s\">%s</span>", amt_verdict_name(v),
		       amt_verdict_name(v));
}

void amt_html_scroll(struct amt_buf *out, const char *label)
{
	amt_html_element(out, "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"",
			 label, "\">");
}

#define FILTERED_FROM 12 /* rows; fewer are seen at a glance */

static void filter_form(struct amt_buf *out, size_t nth)
{
	amt_buf_printf(out,
		       "<form class=\"filter\" data-of=\"table-%zu\" hidden><label "
		       "class=\"w\">Filter rows <input type=\"search\" autocomplete=\"off\">"
		       "</label><button type=\"reset\">Clear</button>"
		       "<button type=\"button\" name=\"more\" hidden>Show all</button>"
		       "<span role=\"status\"></span></form>\n",
		       nth);
}

#define ONE_LINE 40 /* characters: times, names and UUIDs are read whole */

static void cell(struct amt_buf *out, const struct amt_column *col, const char *text)
{
	enum amt_verdict v;
	bool keep = strlen(text) <= ONE_LINE && !strchr(text, ' ');

	if (col->verdict && amt_verdict_parse(text, &v)) {
		amt_buf_str(out, "<td>");
		amt_html_verdict(out, v);
		amt_buf_str(out, "</td>");
	} else {
		amt_html_element(out,
				 col->right ? "<td class=\"r\">"
				 : keep     ? "<td class=\"k\">"
					    : "<td>",
				 text, "</td>");
	}
}

static void table(struct amt_buf *out, const struct amt_section *s, size_t nth)
{
	const char *title = s->title && *s->title ? s->title : "Table";

	if (!s->n_columns || !s->cells.n) {
		amt_buf_str(out, "<p>none</p>\n");
		return;
	}
	if (s->cells.n / s->n_columns >= FILTERED_FROM)
		filter_form(out, nth);
	amt_html_scroll(out, title);
	amt_buf_printf(out, "<table class=\"sort\" id=\"table-%zu\">", nth);
	amt_html_element(out, "<caption class=\"vh\">", title, "</caption><thead><tr>");
	for (size_t c = 0; c < s->n_columns; c++)
		amt_html_element(out,
				 s->columns[c].right ? "<th scope=\"col\" class=\"r\">"
						     : "<th scope=\"col\">",
				 *s->columns[c].title ? s->columns[c].title : "Remark", "</th>");
	amt_buf_str(out, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < s->cells.n; i++) {
		if (i % s->n_columns == 0)
			amt_buf_str(out, "<tr>");
		cell(out, &s->columns[i % s->n_columns], s->cells.v[i]);
		if (i % s->n_columns == s->n_columns - 1)
			amt_buf_str(out, "</tr>\n");
	}
	amt_buf_str(out, "</tbody></table></div>\n");
}

static void section(struct amt_buf *out, const struct amt_section *s, size_t nth)
{
	bool titled = s->title && *s->title;

	if (titled)
		amt_buf_printf(out, "<section id=\"part-%zu\" aria-labelledby=\"title-%zu\">\n",
			       nth, nth);
	else
		amt_buf_str(out, "<div>\n");
	if (titled) {
		amt_buf_printf(out, "<h2 id=\"title-%zu\">", nth);
		amt_html_element(out, "", s->title, "</h2>\n");
	}
	if (s->kind == AMT_SECTION_TABLE)
		table(out, s, nth);
	else if (s->kind == AMT_SECTION_TEXT)
		amt_html_element(out, "<pre>", amt_buf_cstr(&s->text), "</pre>\n");
	else
		amt_buf_add(out, amt_buf_cstr(&s->text), s->text.len);
	amt_buf_str(out, titled ? "</section>\n" : "</div>\n");
}

static void notes(struct amt_run *r, struct amt_buf *out)
{
	if (!r->notes.list.n)
		return;
	amt_buf_str(out, "<section id=\"notes\" aria-labelledby=\"title-notes\">"
			 "<h2 id=\"title-notes\">Inputs with trouble</h2><ul>\n");
	for (size_t i = 0; i < r->notes.list.n; i++) {
		amt_html_element(out, "<li><code>", r->notes.list.v[i].source, "</code>: ");
		amt_html_element(out, "", r->notes.list.v[i].text, "</li>\n");
	}
	amt_buf_str(out, "</ul></section>\n");
}

static void contents(struct amt_run *r, struct amt_buf *out)
{
	amt_buf_str(out, "<nav aria-label=\"Contents\"><ul>\n");
	for (size_t i = 0; i < r->sections.n; i++) {
		const struct amt_section *s = r->sections.v[i];
		if (s->text_only || !s->title || !*s->title)
			continue;
		amt_buf_printf(out, "<li><a href=\"#part-%zu\">", i + 1);
		amt_html_element(out, "", s->title, "</a></li>\n");
	}
	amt_buf_str(out, "<li><a href=\"#findings\">Findings</a></li>\n");
	if (r->notes.list.n)
		amt_buf_str(out, "<li><a href=\"#notes\">Inputs with trouble</a></li>\n");
	amt_buf_str(out, "</ul></nav>\n");
}

static void head(struct amt_run *r, struct amt_buf *out)
{
	const char *verdict = amt_verdict_name(amt_run_verdict(r));

	amt_buf_str(out,
		    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta name=\"color-scheme\" content=\"light dark\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src '" PAGE_STYLE_HASH "'; script-src '" PAGE_SCRIPT_HASH
		    "'; base-uri 'none'; form-action 'none'\">\n");
	amt_html_element(out, "<title>", r->tool, "");
	amt_html_element(out, ": ", r->headline ? r->headline : verdict, "</title>\n<style>");
	amt_buf_str(out, page_style);
	amt_buf_str(out, "</style>\n</head>\n<body>\n"
			 "<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n");
}

static void banner(struct amt_run *r, struct amt_buf *out)
{
	char now[AMT_TIME_TEXT], started[AMT_TIME_TEXT];
	struct amt_buf words;

	amt_buf_init(&words, AMT_KIB);
	count_words(r, &words);
	amt_html_element(out, "<header>\n<h1>", r->tool, " ");
	amt_html_verdict(out, amt_run_verdict(r));
	amt_buf_str(out, "</h1>\n");
	if (r->headline)
		amt_html_element(out, "<p class=\"head\">", r->headline, "</p>\n");
	amt_buf_printf(out, "<p class=\"meta\">%s. Version %s, run %s, judged as of %s.%s</p>\n",
		       amt_buf_cstr(&words), r->version, amt_time_format(r->started, started),
		       amt_time_format(r->now, now), r->interrupted ? " Interrupted." : "");
	contents(r, out);
	amt_buf_str(out, "</header>\n<main>\n");
	amt_buf_free(&words);
}

void write_html(struct amt_run *r, const struct amt_style *style, struct amt_buf *out)
{
	(void)style;
	head(r, out);
	banner(r, out);
	for (size_t i = 0; i < r->sections.n; i++)
		if (!r->sections.v[i]->text_only)
			section(out, r->sections.v[i], i + 1);
	html_findings(r, out);
	notes(r, out);
	amt_buf_printf(out,
		       "</main>\n<footer>Written by %s %s. This file is whole: it loads nothing "
		       "from anywhere.</footer>\n<script>",
		       r->tool, r->version);
	amt_buf_str(out, page_script);
	amt_buf_str(out, "</script>\n</body>\n</html>\n");
}
