/* Bytes of a log as UTF-8: marks, UTF-16 in both orders, gzip, zstd. */
#include "trace/input.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_input *in = trace_input_memory(data, size);
	char out[512];
	long n, total = 0;

	while ((n = trace_input_read(in, out, sizeof(out), NULL)) > 0 && total < 65536) {
		if (n > (long)sizeof(out))
			abort();
		total += n;
	}
	trace_input_close(in);
	return 0;
}
