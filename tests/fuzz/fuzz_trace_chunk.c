/* The lines that are framed and understood ahead: they lie within the chunk and say what each says
 * alone, in both builds. */
#include "trace/chunk.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t one(void (*frame)(struct chunk *, struct chunk_bench *), struct trace_memo *memo,
		  const uint8_t *data, size_t size)
{
	struct chunk c = {.buf = amt_calloc(1, size + CHUNK_SLACK), .len = size};
	struct trace_record rec = {.type = -1, .framing = TRACE_SERVER};
	struct chunk_bench bench = {.group = 1, .memo = memo};

	memcpy(c.buf, data, size);
	frame(&c, &bench);
	const struct chunk_run *u = c.runs.v;
	for (size_t i = 0; i < c.lines.n; i++) {
		const struct chunk_line *v = &c.lines.v[i];
		const struct trace_match *said = &c.meanings.v[v->meaning].m;
		rec.text = c.buf + v->at, rec.text_len = v->text_len;
		struct trace_meaning m;
		for (; i >= u->lines + u->n_lines; u++)
			;
		if (!trace_understand(NULL, &rec, c.heads.v[u->head].ours, &m) || v->at < u->at ||
		    v->at + v->text_len > u->at + u->len || u->at + u->len > size ||
		    m.m.event != said->event || m.m.row != said->row)
			abort();
	}
	size_t n = c.lines.n;
	return chunk_free(&c), n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct trace_memo memos[2];

	if (one(chunk_frame_any, &memos[0], data, size) != one(chunk_frame, &memos[1], data, size))
		abort();
	return 0;
}
