/*
 * Linked into every fuzzer: "fuzz_NAME --rate SECONDS FILE..." hands the files to the harness again
 * and again for so many seconds of processor time and prints executions a second. Same binary, same
 * sanitizers, same coverage counters as while fuzzing, but without libFuzzer's mutations and its
 * bookkeeping of what was reached.
 */
#include "amtdiag/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* As libFuzzer does it: a copy of exactly so many bytes. */
static void feed(const struct amt_buf *b)
{
	uint8_t *copy = amt_malloc(b->len ? b->len : 1);

	if (b->len)
		memcpy(copy, b->data, b->len);
	LLVMFuzzerTestOneInput(copy, b->len);
	free(copy);
}

static double processor(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void rate(const char *seconds, char **files, size_t n)
{
	struct amt_buf *b = amt_calloc(n, sizeof(*b));
	size_t runs = 0, bytes = 0;
	double limit, begin, took;

	if (!amt_num_double(seconds, 0.1, 3600, &limit, NULL))
		exit(2);
	for (size_t i = 0; i < n; i++) {
		amt_buf_init(&b[i], AMT_MIB);
		if (!amt_file_read(files[i], &b[i], NULL))
			exit(2);
		bytes += b[i].len;
	}
	for (size_t i = 0; i < n; i++) /* what is set up once is set up */
		feed(&b[i]);
	begin = processor();
	do {
		for (size_t k = 0; k < 16; k++)
			for (size_t i = 0; i < n; i++)
				feed(&b[i]);
		runs += 16 * n;
		took = processor() - begin;
	} while (took < limit);
	printf("%.0f %zu\n", (double)runs / took, bytes / n);
	fflush(stdout);
	_exit(0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (*argc > 3 && !strcmp((*argv)[1], "--rate"))
		rate((*argv)[2], *argv + 3, (size_t)*argc - 3);
	return 0;
}
