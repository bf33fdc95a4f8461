/* chunk_frame() for processors with AVX2. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx2,bmi,bmi2")
#endif
#include "chunk_run.h"

bool chunk_can_wide(void)
{
#ifdef __AVX2__
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("bmi2");
#else
	return false;
#endif
}

void chunk_frame_wide(struct chunk *c, struct chunk_bench *b)
{
	frame_chunk(c, b);
}
