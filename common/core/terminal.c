/* What a terminal may be shown, and how wide it is there. */
#include "amtdiag/core/text.h"

struct range {
	uint32_t first, last;
};

/* Zero columns: combining marks and joiners (Unicode 15, the blocks that names and logs hold). */
static const struct range zero[] = {
	{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a},
	{0x064b, 0x065f}, {0x200b, 0x200b}, {0x200d, 0x200d}, {0x20d0, 0x20ff},
	{0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef},
};

/* Two columns: East Asian Wide and Fullwidth (UAX #11). */
static const struct range wide[] = {
	{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff}, {0x3400, 0x4dbf},
	{0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xac00, 0xd7a3}, {0xf900, 0xfaff},
	{0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6}, {0x1f300, 0x1f64f},
	{0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

/*
 * Characters that change what others look like: C0 and C1 controls, bidi
 * embeddings, overrides, isolates and marks, line separators, BOM, tag characters.
 */
static const struct range unsafe[] = {
	{0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x061c, 0x061c}, {0x200e, 0x200f},
	{0x2028, 0x202e}, {0x2060, 0x2069}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

static bool in(const struct range *r, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= r[i].first && cp <= r[i].last)
			return true;
	return false;
}

#define IN(table, cp) in(table, sizeof(table) / sizeof((table)[0]), cp)

bool amt_text_active(uint32_t cp)
{
	return IN(unsafe, cp);
}

size_t amt_text_width(const char *s, size_t n)
{
	const char *end = s + n;
	size_t width = 0;

	while (s < end) {
		uint32_t cp = (unsigned char)*s;
		if (cp < 0x80) {
			s++;
			width++;
			continue;
		}
		s += amt_utf8_get(s, end, &cp);
		width += IN(zero, cp) ? 0 : IN(wide, cp) ? 2 : 1;
	}
	return width;
}

bool amt_text_safe(struct amt_buf *out, const char *s, size_t n, bool keep_layout)
{
	const char *end = s + n;

	while (s < end) {
		const char *run = s;
		while (s < end && *s >= 0x20 && *s < 0x7f)
			s++;
		if (s > run)
			amt_buf_add(out, run, (size_t)(s - run));
		if (s == end)
			break;
		uint32_t cp;
		size_t k = amt_utf8_get(s, end, &cp);
		if (keep_layout && (cp == '\n' || cp == '\t'))
			amt_buf_byte(out, (char)cp);
		else if (cp == 0xfffd && k == 1)
			amt_buf_printf(out, "\\x%02x", (unsigned char)*s);
		else if (IN(unsafe, cp) && cp < 0x100)
			amt_buf_printf(out, "\\x%02x", cp);
		else if (IN(unsafe, cp))
			amt_buf_printf(out, "\\u%04x", cp);
		else
			amt_buf_add(out, s, k);
		s += k;
	}
	return !out->over;
}
