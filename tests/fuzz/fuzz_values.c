/* Times, numbers, base64 and hex, as options and fields of documents hold them. */
#include "amtdiag/core.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = amt_strndup((const char *)data, size), *bytes = amt_malloc(size);
	uint64_t n;
	int64_t i;
	amt_time t;

	amt_time_parse_when(text, 0, &t, NULL);
	amt_num_u64(text, 0, UINT64_MAX, &n, NULL);
	amt_num_i64(text, INT64_MIN, INT64_MAX, &i, NULL);
	amt_num_hex(text, &n, NULL);
	if (amt_base64_decode(text, strlen(text), bytes, size) > (long)size ||
	    amt_hex_decode(text, bytes, size) > (long)size)
		abort();
	free(text);
	free(bytes);
	return 0;
}
