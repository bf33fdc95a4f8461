/* Which build of the pass over a chunk this processor takes. */
#include "chunk_run.h"

#include <stdlib.h>

void chunk_frame_any(struct chunk *c, struct chunk_bench *b)
{
	frame_chunk(c, b);
}

void chunk_frame(struct chunk *c, struct chunk_bench *b)
{
	if (chunk_can_wide())
		chunk_frame_wide(c, b);
	else
		chunk_frame_any(c, b);
}

void chunk_free(struct chunk *c)
{
	free(c->buf);
	amt_vec_free(&c->lines);
	amt_vec_free(&c->runs);
	amt_vec_free(&c->meanings);
	amt_vec_free(&c->heads);
}
