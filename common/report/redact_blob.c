/* Values that hold bytes: what is known in them is replaced, so that their shape stays. */
#include "report/redact_forms.h"

#include <stdlib.h>
#include <string.h>

#define HEX_LEAST 24 /* digits; a run of them may hold a MAC or a UUID */

/* n bytes at p, when their digits are known, become those of the pseudonym. */
static bool swap_known(struct amt_redactor *r, uint8_t *p, size_t n)
{
	char digits[2 * 16 + 1];

	amt_hex_encode(p, n, digits);
	const char *to = redact_known(r, digits, 2 * n);
	return to && strlen(to) == 2 * n && amt_hex_decode(to, p, n) == (long)n;
}

/* A SID of a domain, [MS-DTYP] 2.4.2.2: 01, count, authority 5, 21, then the domain's three
 * numbers. */
static bool swap_sid(struct amt_redactor *r, uint8_t *p, size_t n)
{
	static const uint8_t authority[] = {0, 0, 0, 0, 0, 5, 21, 0, 0, 0};
	uint32_t v[3];
	uint64_t k;
	char text[64];

	if (n < 24 || p[0] != 1 || p[1] < 4 || p[1] > 15 || memcmp(p + 2, authority, 10) != 0)
		return false;
	for (size_t i = 0; i < 3; i++)
		v[i] = (uint32_t)p[12 + 4 * i] | (uint32_t)p[13 + 4 * i] << 8 |
		       (uint32_t)p[14 + 4 * i] << 16 | (uint32_t)p[15 + 4 * i] << 24;
	snprintf(text, sizeof(text), "S-1-5-21-%u-%u-%u", v[0], v[1], v[2]);
	const char *to = redact_by_form(r, text, strlen(text));
	if (!to || !amt_num_u64(strrchr(to, '-') + 1, 0, UINT32_MAX, &k, NULL))
		return false;
	memset(p + 12, 0, 12);
	for (size_t i = 0; i < 4; i++)
		p[20 + i] = (uint8_t)(k >> 8 * i);
	return true;
}

/* Whether text in the bytes, of one or two bytes a character, names something. */
static bool names_something(struct amt_redactor *r, const uint8_t *p, size_t n)
{
	struct amt_buf text, out;
	bool found;

	amt_buf_init(&text, AMT_CAP_REPORT);
	amt_buf_init(&out, AMT_CAP_REPORT);
	for (size_t step = 1; step <= 2; step++) {
		for (size_t i = 0; i < n; i += step)
			amt_buf_byte(&text, p[i] >= ' ' && p[i] < 0x7f ? (char)p[i] : '\n');
		amt_buf_byte(&text, '\n');
	}
	for (size_t i = 1; i < n; i += 2)
		amt_buf_byte(&text, p[i] >= ' ' && p[i] < 0x7f ? (char)p[i] : '\n');
	amt_redact_text(r, amt_buf_cstr(&text), text.len, &out);
	found = out.len != text.len || memcmp(out.data, text.data, text.len) != 0;
	amt_buf_free(&text);
	amt_buf_free(&out);
	return found;
}

/* False: it names somebody, and no replacing helps. */
static bool scrub(struct amt_redactor *r, uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t left = n - i;
		if (swap_sid(r, p + i, left))
			i += 24;
		else if (left >= 16 && swap_known(r, p + i, 16))
			i += 16;
		else if (left >= 6 && swap_known(r, p + i, 6))
			i += 6;
		else
			i++;
	}
	return !names_something(r, p, n);
}

static void base64(struct amt_redactor *r, const char *s, size_t n, struct amt_buf *out)
{
	uint8_t *bytes = amt_malloc(n + 1);
	char *text = amt_malloc(n + 8);
	long k = amt_base64_decode(s, n, bytes, n);

	amt_buf_str(out, "base64:"); /* nothing after it: what it held names somebody */
	if (k > 0 && scrub(r, bytes, (size_t)k)) {
		amt_base64_encode(bytes, (size_t)k, text);
		amt_buf_str(out, text);
	}
	free(text);
	free(bytes);
}

bool redact_blob(struct amt_redactor *r, const char *s, size_t n, struct amt_buf *out)
{
	if (n > 7 && !strncmp(s, "base64:", 7)) {
		base64(r, s + 7, n - 7, out);
		return true;
	}
	if (n < HEX_LEAST || n % 2 || strspn(s, "0123456789abcdefABCDEF") != n ||
	    redact_known(r, s, n))
		return false;
	uint8_t *bytes = amt_malloc(n / 2), *before = amt_malloc(n / 2);
	char *text = amt_malloc(n + 1);
	if (amt_hex_decode(s, bytes, n / 2) == (long)(n / 2)) {
		memcpy(before, bytes, n / 2);
		bool clean = scrub(r, bytes, n / 2);
		amt_hex_encode(bytes, n / 2, text);
		amt_buf_add(out, memcmp(before, bytes, n / 2) != 0 ? text : s, clean ? n : 0);
	}
	free(before);
	free(text);
	free(bytes);
	return true;
}
