/* Text on a terminal: colour, wrapping, tables. Every foreign byte passes amt_text_safe. */
#include "report/writers.h"

#include <stdlib.h>
#include <string.h>

#define LAY_SAFE_MAX  (1 * AMT_MIB)
#define LEAST_COLUMNS 24 /* wrapping narrower than this helps nobody */

static const char *color_of(enum amt_verdict v)
{
	static const char *const colors[AMT_VERDICTS] = {
		[AMT_PASS] = "32",      [AMT_WARN] = "33;1",  [AMT_FAIL] = "31;1",
		[AMT_UNKNOWN] = "35;1", [AMT_PENDING] = "36", [AMT_NA] = "2",
		[AMT_SKIPPED] = "2",
	};
	return colors[v];
}

void lay_pad(struct layout *l, size_t n)
{
	while (n--)
		amt_buf_byte(l->out, ' ');
}

static void colored(struct layout *l, const char *color, const char *text)
{
	if (l->style->color)
		amt_buf_printf(l->out, "\033[%sm%s\033[0m", color, text);
	else
		amt_buf_str(l->out, text);
}

static void upper(const char *s, char *out, size_t size)
{
	size_t i = 0;

	for (; s[i] && i + 1 < size; i++)
		out[i] = (char)(s[i] >= 'a' && s[i] <= 'z' ? s[i] - 32 : s[i]);
	out[i] = '\0';
}

void lay_verdict(struct layout *l, enum amt_verdict v, size_t width)
{
	char word[16];

	upper(amt_verdict_name(v), word, sizeof(word));
	colored(l, color_of(v), word);
	size_t n = strlen(word);
	lay_pad(l, n < width ? width - n : 0);
}

void lay_heading(struct layout *l, const char *text)
{
	amt_buf_byte(l->out, '\n');
	struct amt_buf safe;

	amt_buf_init(&safe, AMT_MIB);
	amt_text_safe(&safe, text, strlen(text), false);
	colored(l, "1", amt_buf_cstr(&safe));
	amt_buf_free(&safe);
	amt_buf_byte(l->out, '\n');
}

/* The longest piece of s that fits room columns, cut at a blank where there is one. */
size_t lay_take(const char *s, size_t room)
{
	const char *end = s + strcspn(s, "\n"), *p = s, *blank = NULL;
	size_t used = 0;

	while (p < end) {
		uint32_t cp;
		size_t k = amt_utf8_get(p, end, &cp);
		size_t w = amt_text_width(p, k);
		if (used + w > room)
			return blank ? (size_t)(blank - s) : p > s ? (size_t)(p - s) : k;
		if (*p == ' ')
			blank = p;
		used += w;
		p += k;
	}
	return (size_t)(end - s);
}

void lay_para(struct layout *l, size_t indent, const char *label, const char *text)
{
	struct amt_buf safe;
	size_t under = indent + amt_text_width(label, strlen(label));
	size_t width = l->style->width > 0 ? (size_t)l->style->width : SIZE_MAX / 2;
	size_t room = width > under + LEAST_COLUMNS ? width - under : LEAST_COLUMNS;

	amt_buf_init(&safe, LAY_SAFE_MAX);
	amt_text_safe(&safe, text, strlen(text), true);
	lay_pad(l, indent);
	amt_buf_str(l->out, label);
	const char *s = amt_buf_cstr(&safe);
	do {
		size_t n = lay_take(s, room);
		amt_buf_add(l->out, s, n);
		amt_buf_byte(l->out, '\n');
		s += n;
		while (*s == ' ' || *s == '\n')
			s++;
		if (*s)
			lay_pad(l, under);
	} while (*s);
	if (safe.over)
		amt_buf_str(l->out, "[cut: longer than 1 MiB]\n");
	amt_buf_free(&safe);
}
