/* Status codes: look-up, and finding them in a text. */
#include "amtdiag/trace.h"

#include <pthread.h>
#include <stdio.h>

/* Row numbers + 1 by code, made once: lines name codes by the million. */
#define PLACES 1024
static uint16_t places[PLACES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static size_t place_of(uint32_t code)
{
	return (code * UINT32_C(0x9e3779b1)) >> 22;
}

static void index_codes(void)
{
	for (size_t i = 0; i < trace_codes_count && i < PLACES / 2; i++) {
		size_t at = place_of(trace_codes[i].code);
		while (places[at])
			at = (at + 1) % PLACES;
		places[at] = (uint16_t)(i + 1);
	}
}

const struct trace_code *trace_code_find(uint32_t code, bool firmware)
{
	pthread_once(&once, index_codes);
	for (size_t at = place_of(code); places[at]; at = (at + 1) % PLACES) {
		const struct trace_code *c = &trace_codes[places[at] - 1];
		if (c->code == code && c->firmware == firmware)
			return c;
	}
	return NULL;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}
static bool hexdigit(char c)
{
	return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

#define TEN(c)                                                                                     \
	[c] = 1, [(c) + 1] = 1, [(c) + 2] = 1, [(c) + 3] = 1, [(c) + 4] = 1, [(c) + 5] = 1,        \
	[(c) + 6] = 1, [(c) + 7] = 1, [(c) + 8] = 1, [(c) + 9] = 1
#define LETTER(c)                                                                                  \
	TEN(c), TEN((c) + 10), [(c) + 20] = 1, [(c) + 21] = 1, [(c) + 22] = 1, [(c) + 23] = 1,     \
				      [(c) + 24] = 1, [(c) + 25] = 1
static const uint8_t is_word[256] = {TEN('0'), LETTER('a'), LETTER('A'), ['_'] = 1};

static uint32_t hexvalue(const char *p, size_t n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 4 | (uint32_t)(digit(p[i]) ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	return v;
}

static bool behind(const char *text, const char *p, const char *words)
{
	size_t n = strlen(words);

	return (size_t)(p - text) >= n && !amt_strncasecmp(p - n, words, n);
}

/* Back over what stands between a word and its value: " = ", ": ", " (". */
static const char *before_value(const char *text, const char *p)
{
	while (p > text && p[-1] == ' ')
		p--;
	if (p > text && (p[-1] == '=' || p[-1] == ':' || p[-1] == '('))
		p--;
	while (p > text && p[-1] == ' ')
		p--;
	return p;
}

/* "Win32 error 5", "WinHTTP error code = 12029": plain numbers, where a word says of what. */
static bool behind_windows(const char *text, const char *p)
{
	static const char *const words[] = {"win32 error", "windows error", "winhttp error",
					    "lasterror", "lasterror()"};

	p = before_value(text, p);
	if (behind(text, p, " code"))
		p -= 5;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (behind(text, p, words[i]))
			return true;
	return false;
}

/* Windows codes have the top bit and one of the facilities that logs show. */
static bool windows_code(uint32_t v)
{
	uint32_t facility = v >> 16 & 0x7ff;

	return v >> 31 && (facility == 0 || facility == 1 || facility == 2 || facility == 4 ||
			   facility == 7 || facility == 9 || facility == 0xb || facility == 0x33);
}

/* The code written in [p, e), a run of word characters; 0 if it is none. */
static bool token(const char *text, const char *p, const char *e, struct trace_code_hit *h)
{
	size_t n = (size_t)(e - p), hex = 0;

	*h = (struct trace_code_hit){.at = (size_t)(p - text), .len = n};
	/* "0x80070005L", as the headers have it */
	n -= n == 11 && (p[n - 1] | 0x20) == 'l';
	h->len = n;
	if (n > 2 && n <= 10 && p[0] == '0' && (p[1] | 0x20) == 'x') {
		for (size_t i = 2; i < n; i++)
			if (!hexdigit(p[i]))
				return false;
		h->code = hexvalue(p + 2, n - 2);
		h->firmware = h->code <= 0xffff && behind(text, before_value(text, p), "status");
		if (h->firmware)
			return h->code != 0;
		return windows_code(h->code) ||
		       (h->code > 0xffff && trace_code_find(h->code, false));
	}
	while (hex < n && hexdigit(p[hex]))
		hex++;
	/* "80020009argNum = 0": the a is a hexadecimal digit too. */
	if ((n == 8 && hex == 8) || (n == 9 && hex == 8 && (p[8] | 0x20) == 'h') ||
	    (n == 14 && hex >= 8 && !memcmp(p + 8, "argNum", 6))) {
		h->len = 8;
		h->code = hexvalue(p, 8);
		if (behind(text, p, "(Error: ") && h->code && h->code < 0x10000) {
			h->code |= 0x80070000;
			return true;
		}
		return (p == text || p[-1] != '-') && (e[0] != '-' || e[1] == ' ') &&
		       windows_code(h->code);
	}
	return false;
}

static bool last_error(const char *text, const char *p, const char *e, struct trace_code_hit *h)
{
	uint32_t v = 0;

	if (e - p > 5)
		return false;
	for (const char *q = p; q < e; q++) {
		if (!digit(*q))
			return false;
		v = v * 10 + (uint32_t)(*q - '0');
	}
	*h = (struct trace_code_hit){.at = (size_t)(p - text),
				     .len = (size_t)(e - p),
				     .code = 0x80070000 | (v & 0xffff)};
	return v <= 0xffff && trace_code_find(h->code, false) && behind_windows(text, p);
}

static bool decimal(const char *text, const char *p, const char *e, struct trace_code_hit *h)
{
	bool minus = p > text && p[-1] == '-';
	uint64_t v = 0;

	e -= e - p == 11 && e[-1] == 'l'; /* "2147942405l", as some components print a long */
	if (e - p != 10)
		return false;
	for (const char *q = p; q < e; q++) {
		if (!digit(*q))
			return false;
		v = v * 10 + (uint64_t)(*q - '0');
	}
	if (minus ? v > UINT64_C(2147483648) : v < UINT64_C(2147483648) || v > UINT32_MAX)
		return false;
	h->code = minus ? (uint32_t)(UINT64_C(4294967296) - v) : (uint32_t)v;
	h->at = (size_t)(p - text) - minus;
	h->len = 10u + minus;
	h->firmware = false;
	/* Large numbers are common; only known codes and Win32 ones are believed. */
	return h->code >> 16 == 0x8007 || trace_code_find(h->code, false);
}

size_t trace_codes_in(const char *text, size_t n, struct trace_code_hit *out, size_t max)
{
	const char *p = text, *end = text + n;
	size_t found = 0;

	/* Its number is a pointer and differs on every line. */
	if (n >= 17 && memchr(text, 'A', n) && memmem(text, n, "ApplyControlToken", 17))
		return 0;
	while (p < end && found < max) {
		if (!is_word[(unsigned char)*p]) {
			p++;
			continue;
		}
		const char *e = p;
		while (e < end && is_word[(unsigned char)*e])
			e++;
		/* token() looks one or two characters past e. */
		if (digit(*p)) {
			struct trace_code_hit *h = &out[found];
			char pad[64];
			size_t before = (size_t)(p - text) < 32 ? (size_t)(p - text) : 32;
			size_t len = (size_t)(e - p);
			bool is = false;
			if (len <= 14) {
				size_t more = end - e > 2 ? 2 : (size_t)(end - e);
				memcpy(pad, p - before, before + len + more);
				memset(pad + before + len + more, 0, 3);
				is = token(pad, pad + before, pad + before + len, h) ||
				     decimal(pad, pad + before, pad + before + len, h) ||
				     last_error(pad, pad + before, pad + before + len, h);
			}
			if (is) {
				h->at += (size_t)(p - text) - before;
				h->row = trace_code_find(h->code, h->firmware);
				found++;
			}
		}
		p = e;
	}
	return found;
}

static const char *facility(uint32_t code)
{
	switch (code >> 16 & 0x7ff) {
	case 4:
		return "WMI or COM interface";
	case 7:
		return "Win32";
	case 9:
		return "security (SSPI, certificates)";
	case 0xb:
		return "certificate trust";
	case 0x33:
		return "WS-Management";
	default:
		return "other";
	}
}

static void say_signature(struct amt_buf *out, const struct trace_signature *g, const char *before)
{
	amt_buf_printf(out, "%s%s %s%s\n", before, g->id, g->meaning,
		       g->tag == 'U' ? " (wording unconfirmed)" : "");
	if (strcmp(g->causes, "-") != 0)
		amt_buf_printf(out, "    causes: %s\n", g->causes);
	if (strcmp(g->action, "-") != 0)
		amt_buf_printf(out, "    do: %s\n", g->action);
}

static bool say(struct amt_buf *out, uint32_t code, bool firmware)
{
	const struct trace_code *row = trace_code_find(code, firmware);
	char text[80];

	if (!row)
		return false;
	amt_buf_printf(out,
		       firmware ? "0x%X  %s  (AMT firmware or SDK status)\n    %s\n"
				: "0x%08X  %s\n    %s\n",
		       code, row->symbol, row->meaning);
	if (row->tag == 'U')
		amt_buf_str(out, "    unconfirmed: no public source for this row\n");
	/* As lines have them, so that the patterns fit. */
	snprintf(text, sizeof(text),
		 firmware ? "status = 0x%X" : "Error 0x%08X returned by InitializeSecurityContext",
		 code);
	struct trace_signer *s = trace_signer_new(true, NULL);
	uint8_t hits[TRACE_SIGNS_MAX];
	size_t n = s ? trace_sign(s, text, strlen(text), hits) : 0;
	for (size_t i = 0; i < n; i++)
		say_signature(out, &trace_signatures[hits[i]], "    in a log: ");
	trace_signer_free(s);
	return true;
}

static bool parse(const char *s, uint32_t *out)
{
	size_t n = strlen(s);
	char digits[16], mark = n > 1 && n < sizeof(digits) ? (char)(s[n - 1] | 0x20) : '\0';
	int64_t v;
	uint64_t h;

	/* "80070005h"; "2147942405l", as some components print a long. */
	if (mark == 'h' || mark == 'l') {
		amt_str_copy(digits, n, s);
		s = digits;
	}
	if (mark != 'h' && amt_num_i64(s, INT32_MIN, UINT32_MAX, &v, NULL)) {
		*out = (uint32_t)v;
		return true;
	}
	if (!amt_num_hex(s, &h, NULL) || h > UINT32_MAX)
		return false;
	*out = (uint32_t)h;
	return true;
}

/* As a number, in every notation it may be meant in. */
static bool by_number(const char *what, struct amt_buf *out)
{
	bool found = false;
	uint32_t code;
	uint64_t h;

	if (!parse(what, &code))
		return false;
	found = say(out, code, true);
	found = say(out, code, false) || found;
	/* A plain Win32 number, in decimal as errors are usually told. */
	if (code < 0x10000)
		found = say(out, code | 0x80070000, false) || found;
	/* Digits alone may have been meant as hexadecimal. */
	if (amt_num_hex(what, &h, NULL) && h <= UINT32_MAX && (uint32_t)h != code) {
		found = say(out, (uint32_t)h, true) || found;
		found = say(out, (uint32_t)h, false) || found;
		code = (uint32_t)h >> 31 ? (uint32_t)h : code;
	}
	if (!found && code >> 31) {
		amt_buf_printf(out, "0x%08X  not in the table: facility %u (%s), code %u\n", code,
			       code >> 16 & 0x7ff, facility(code), code & 0xffff);
		found = true;
	}
	return found;
}

/* By a part of its symbol, or else of what it means. */
static bool by_words(const char *what, struct amt_buf *out)
{
	bool found = false;

	if (strlen(what) < 3)
		return false;
	for (unsigned meaning = 0; meaning < 2 && !found; meaning++)
		for (size_t i = 0; i < trace_codes_count; i++) {
			const struct trace_code *c = &trace_codes[i];
			const char *in = meaning ? c->meaning : c->symbol;
			if (amt_memcasestr(in, strlen(in), what))
				found = say(out, c->code, c->firmware) || found;
		}
	return found;
}

/* The name of a signature, as reports and the viewer show it. */
static bool by_signature(const char *what, struct amt_buf *out)
{
	const struct trace_signature *g = trace_signature_find(what);

	if (g)
		say_signature(out, g, "");
	return g;
}

static bool by_text(const char *what, struct amt_buf *out)
{
	struct trace_code_hit hits[8];
	size_t n = trace_codes_in(what, strlen(what), hits, 8);
	bool found = false;

	for (size_t i = 0; i < n; i++)
		found = say(out, hits[i].code, hits[i].firmware) || found;
	return found;
}

bool trace_lookup(const char *what, struct amt_buf *out)
{
	static const char around[] = " \t\r\n\"'()[]<>,.;:";
	char word[256];

	/* What is pasted brings its surroundings along. */
	what += strspn(what, around);
	amt_str_copy(word, sizeof(word), what);
	for (size_t n = strlen(word); n && strchr(around, word[n - 1]);)
		word[--n] = '\0';
	return by_number(word, out) || by_words(word, out) || by_signature(word, out) ||
	       by_text(word, out);
}
