#include "amtdiag/core/text.h"

#include <errno.h>
#include <iconv.h>

bool amt_text_to_utf8(const char *charset, const void *p, size_t n, struct amt_buf *out,
		      size_t *bad, struct amt_error *err)
{
	iconv_t cd = iconv_open("UTF-8", charset);
	/* iconv's prototype wants char **, but it does not write through it. */
	char *in = (char *)(uintptr_t)p;
	char chunk[4096];

	if (bad)
		*bad = 0;
	if (cd == (iconv_t)-1)
		return amt_fail(err, "the character set '%.40s' is not known here", charset);
	while (n && !out->over) {
		char *o = chunk;
		size_t left = sizeof(chunk);
		size_t rc = iconv(cd, &in, &n, &o, &left);
		int why = errno;
		amt_buf_add(out, chunk, sizeof(chunk) - left);
		if (rc != (size_t)-1 || why == E2BIG)
			continue;
		/* EILSEQ or EINVAL: give up one byte, go on with the next. */
		amt_buf_str(out, "\xef\xbf\xbd");
		if (bad)
			(*bad)++;
		in++;
		n--;
		iconv(cd, NULL, NULL, NULL, NULL);
	}
	iconv_close(cd);
	return out->over ? amt_fail(err, "text longer than %zu bytes", out->max) : true;
}
