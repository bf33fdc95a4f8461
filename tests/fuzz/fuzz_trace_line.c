/* Records in a window of bytes, every framing; fuzz_trace_frame reads whole files. */
#include "trace/frame.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size;
	struct frame f = {.framed = size & 1, .day_first = size & 2};
	struct trace_record rec;
	enum frame_result r;
	size_t used;

	while (p < end && (r = frame_next(&f, p, end, true, false, &rec, &used)) != FRAME_MORE) {
		if (used > (size_t)(end - p) || (r == FRAME_RECORD && rec.text_len &&
						 (rec.text < p || rec.text + rec.text_len > end)))
			abort();
		p += used;
	}
	return 0;
}
