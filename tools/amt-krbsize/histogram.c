/* How many users have tokens of which size, with the limits in it: for the HTML report. */
#include "krbsize.h"

enum { STEP = 128, MAX_BARS = 200, HEIGHT = 160, BAR = 8 };

void krbsize_histogram(struct amt_cli *cli)
{
	size_t count[MAX_BARS] = {0}, most = 1, last = 0;

	for (size_t i = 0; i < krbsize.results.n; i++) {
		size_t b = krbsize.results.v[i].sizes.base64 / STEP;
		b = b < MAX_BARS ? b : MAX_BARS - 1;
		count[b]++;
		most = count[b] > most ? count[b] : most;
		last = b > last ? b : last;
	}
	for (enum krb_path p = 0; p < KRB_PATHS; p++) {
		const struct krb_limit *l = krb_limit_for(&krbsize.limits, krbsize.major, p);
		size_t b = l ? l->chars / STEP : 0;
		last = b > last && b < MAX_BARS ? b : last;
	}
	struct amt_section *s = amt_section_html(&cli->run, "Token sizes against the limits");
	size_t width = (last + 2) * BAR;
	amt_buf_printf(&s->text,
		       "<svg role=\"img\" aria-label=\"histogram of token sizes\" width=\"%zu\" "
		       "height=\"%d\" viewBox=\"0 0 %zu %d\">\n",
		       width + 60, HEIGHT + 40, width + 60, HEIGHT + 40);
	for (size_t b = 0; b <= last; b++) {
		size_t h = count[b] * HEIGHT / most;
		if (count[b])
			amt_buf_printf(&s->text,
				       "<rect x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%zu\" "
				       "class=\"bar\"><title>%zu to %zu characters: %zu "
				       "users</title></rect>\n",
				       b * BAR, (size_t)HEIGHT - (h ? h : 1), BAR - 1, h ? h : 1,
				       b * STEP, (b + 1) * STEP - 1, count[b]);
	}
	for (enum krb_path p = 0; p < KRB_PATHS; p++) {
		const struct krb_limit *l = krb_limit_for(&krbsize.limits, krbsize.major, p);
		if (!l || !l->chars)
			continue;
		size_t x = l->chars * BAR / STEP;
		amt_buf_printf(
			&s->text,
			"<line x1=\"%zu\" x2=\"%zu\" y1=\"0\" y2=\"%d\" class=\"limit\"/><text "
			"x=\"%zu\" y=\"%d\" font-size=\"11\">%s %zu</text>\n",
			x, x, HEIGHT + 14, x + 2, HEIGHT + (p == AMT_PATH_HTTP ? 14 : 28),
			krb_path_name(p), l->chars);
	}
	amt_buf_str(&s->text, "</svg>\n");
}
