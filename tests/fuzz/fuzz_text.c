/* What a terminal may be shown, JSON strings, times and numbers: core's readers of text. */
#include "amtdiag/core.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_buf b;
	amt_time t;
	char *text = amt_strndup((const char *)data, size), *bytes = amt_malloc(size);

	amt_buf_init(&b, 16 * size + 64);
	amt_text_safe(&b, (const char *)data, size, size & 1);
	if (!amt_utf8_valid(b.data ? b.data : "", b.len) || memchr(amt_buf_cstr(&b), 0x1b, b.len))
		abort();
	amt_buf_json(&b, (const char *)data, size);
	amt_time_parse_when(text, 0, &t, NULL);
	amt_text_width((const char *)data, size);
	if (amt_base64_decode(text, strlen(text), bytes, size) > (long)size ||
	    amt_hex_decode(text, bytes, size) > (long)size)
		abort();
	amt_buf_free(&b);
	free(text);
	free(bytes);
	return 0;
}
