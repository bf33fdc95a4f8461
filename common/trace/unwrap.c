/*
 * Texts that a web page or a mail broke over lines at a fixed width. Nothing in a record
 * tells such a break from a line end of its own: but a known wording comes out only when
 * it is read the right way.
 */
#include "amtdiag/trace.h"

/* Behind a word and the hexadecimal number that follows it at once. */
static const char *past(const char *p, const char *end, const char *what)
{
	size_t n = strlen(what);

	if (!p || (size_t)(end - p) < n || amt_strncasecmp(p, what, n) != 0)
		return NULL;
	p += n;
	const char *digits = p;
	while (p < end && ((*p >= '0' && *p <= '9') || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'f')))
		p++;
	return p > digits ? p : NULL;
}

/* "... finished with HResult = 0x0, status = 0x17, clientError = 0." */
static bool call_is_whole(const char *p, size_t n)
{
	static const char from[] = " finished with ", last[] = ", clientError = ";
	const char *end = p + n, *at = memmem(p, n, from, sizeof(from) - 1);

	at = past(at ? at + sizeof(from) - 1 : NULL, end, "HResult = 0x");
	at = past(at, end, ", status = 0x");
	return at && (size_t)(end - at) >= sizeof(last) - 1 && !memcmp(at, last, sizeof(last) - 1);
}

/* How much of a text is known. */
static int known(const char *p, size_t n, bool ours)
{
	struct trace_match m;

	if (!trace_classify(p, n, ours, &m) || !m.row)
		return 0;
	if (m.loose)
		return 1;
	return m.whole || (m.event == TRACE_EV_CALL && call_is_whole(p, n)) ? 3 : 2;
}

/* With a character in the place of each line end; '\0': with none. */
static size_t without_ends(const struct trace_record *rec, char with, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < rec->text_len; i++) {
		char c = rec->text[i];
		if (c == '\r' || (c == '\n' && !with))
			continue;
		if (c == '\n')
			c = with;
		if (c != with || !n || out[n - 1] != with)
			out[n++] = c;
	}
	return n;
}

bool trace_unwrap(struct trace_record *rec, bool ours, char out[TRACE_UNWRAP_MAX])
{
	char other[TRACE_UNWRAP_MAX];
	size_t n, n_other;

	if (rec->lines < 2 || rec->text_len > TRACE_UNWRAP_MAX ||
	    !memchr(rec->text, '\n', rec->text_len))
		return false;
	int as_it_is = known(rec->text, rec->text_len, ours);
	if (as_it_is == 3)
		return false;
	n = without_ends(rec, ' ', out);
	int blank = known(out, n, ours);
	n_other = blank == 3 ? 0 : without_ends(rec, '\0', other);
	int nothing = n_other ? known(other, n_other, ours) : 0;
	if (nothing > blank) {
		memcpy(out, other, n_other);
		n = n_other;
		blank = nothing;
	}
	if (blank <= as_it_is)
		return false;
	rec->text = out;
	rec->text_len = n;
	return true;
}
