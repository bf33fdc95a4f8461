/* The lines that are framed and understood ahead; what they say lies within the chunk. */
#include "trace/chunk.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chunk c = {.buf = amt_malloc(size), .len = size};
	struct chunk_bench bench = {.group = 1};

	if (size)
		memcpy(c.buf, data, size);
	chunk_frame(&c, &bench);
	for (size_t i = 0; i < c.lines.n; i++)
		if (c.lines.v[i].at + c.lines.v[i].used > size ||
		    c.lines.v[i].text_len > c.lines.v[i].used)
			abort();
	chunk_free(&c);
	return 0;
}
