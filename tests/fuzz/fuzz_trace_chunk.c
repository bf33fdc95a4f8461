/* The lines that are framed and understood ahead: they lie within the chunk and say what each says
 * alone. */
#include "trace/chunk.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chunk c = {.buf = amt_malloc(size), .len = size};
	static struct trace_memo memo;
	struct chunk_bench bench = {.group = 1, .memo = &memo};

	if (size)
		memcpy(c.buf, data, size);
	chunk_frame(&c, &bench);
	for (size_t i = 0; i < c.lines.n; i++) {
		const struct chunk_line *v = &c.lines.v[i];
		struct trace_record rec = {
			.framing = TRACE_SERVER, .type = -1, .text = c.buf + v->at};
		struct trace_meaning m;
		rec.text_len = v->text_len;
		bool worth = trace_understand(NULL, &rec, c.heads.v[v->head].ours, &m);
		if (v->at + v->used > size || v->text_len > v->used || m.m.event != v->event ||
		    m.severity != v->severity || worth != (v->meaning != 0))
			abort();
	}
	chunk_free(&c);
	return 0;
}
