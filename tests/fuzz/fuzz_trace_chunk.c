/* The lines that are framed and understood ahead: they lie within the chunk and say what each says
 * alone. */
#include "trace/chunk.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chunk c = {.buf = amt_calloc(1, size + CHUNK_SLACK), .len = size};
	static struct trace_memo memo;
	struct trace_record rec = {.type = -1, .framing = TRACE_SERVER};
	struct chunk_bench bench = {.group = 1, .memo = &memo};

	memcpy(c.buf, data, size);
	chunk_frame(&c, &bench);
	const struct chunk_run *u = c.runs.v;
	for (size_t i = 0; i < c.lines.n; i++) {
		const struct chunk_line *v = &c.lines.v[i];
		rec.text = c.buf + v->at;
		rec.text_len = v->text_len;
		struct trace_meaning m;
		for (; i >= u->lines + u->n_lines; u++)
			;
		if (!trace_understand(NULL, &rec, c.heads.v[u->head].ours, &m) || v->at < u->at ||
		    v->at + v->text_len > u->at + u->len || u->at + u->len > size ||
		    m.m.event != c.meanings.v[v->meaning].m.event)
			abort();
	}
	return chunk_free(&c), 0;
}
