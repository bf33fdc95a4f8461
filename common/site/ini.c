#include "site/private.h"

#include <string.h>

/* inih reads lines into a buffer of INI_MAX_LINE (200 in Debian 12): longer ones are cut there. */
static char *next_line(char *out, int size, void *stream)
{
	struct ini_source *s = stream;
	size_t n = 0, max = (size_t)size - 1;

	if (s->p == s->end)
		return NULL;
	s->line++;
	const char *nl = memchr(s->p, '\n', (size_t)(s->end - s->p));
	size_t whole = nl ? (size_t)(nl - s->p) + 1 : (size_t)(s->end - s->p);
	for (; n < whole && n < max; n++)
		out[n] = s->p[n] ? s->p[n] : ' ';
	out[n] = '\0';
	s->p += whole;
	return out;
}

static void long_lines(const struct amt_buf *b, const char *path, struct amt_notes *notes,
		       size_t *mistakes)
{
	const char *p = amt_buf_cstr(b), *end = p + b->len;

	for (int line = 1; p < end; line++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p);
		if (n >= 198) {
			++*mistakes;
			amt_note_add(notes, path,
				     "line %d: %zu characters; only 198 are read. Go on in an "
				     "indented line",
				     line, n);
		}
		p += n + 1;
	}
}

bool ini_source_parse(struct ini_source *src, const char *path, ini_handler handler, void *arg,
		      struct amt_notes *notes, size_t *mistakes, struct amt_error *err)
{
	struct amt_buf b;

	amt_buf_init(&b, AMT_CAP_INI);
	if (!amt_file_read(path, &b, err)) {
		amt_buf_free(&b);
		return false;
	}
	if (b.len && memchr(b.data, '\0', b.len)) {
		amt_buf_free(&b);
		return amt_fail(err, "%s is not a text file (it holds NUL bytes)", path);
	}
	long_lines(&b, path, notes, mistakes);
	*src = (struct ini_source){amt_buf_cstr(&b), amt_buf_cstr(&b) + b.len, 0};
	int bad = ini_parse_stream(next_line, src, handler, arg);
	if (bad > 0) {
		++*mistakes;
		amt_note_add(notes, path, "line %d: neither [section], key = value nor a # comment",
			     bad);
	}
	amt_buf_free(&b);
	return bad >= 0 ? true : amt_fail(err, "can't read %s: out of memory", path);
}
