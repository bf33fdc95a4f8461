/*
 * Runs a fuzz harness over a stored corpus, without libFuzzer: every file of
 * the folders given, and every prefix of the small ones (the truncation sweep).
 */
#include "amtdiag/core.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SWEEP_MAX 4096 /* larger files are cut at 4,096 evenly spread places */

/* A copy of exactly n bytes, so that a sanitizer sees a read past the end. */
static void feed(const char *data, size_t n)
{
	uint8_t *copy = amt_malloc(n ? n : 1);

	memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void sweep(const struct amt_buf *b)
{
	size_t step = b->len > SWEEP_MAX ? b->len / SWEEP_MAX : 1;

	for (size_t n = 0; n < b->len; n += step)
		feed(b->data, n);
	feed(amt_buf_cstr(b), b->len);
}

static size_t replay_dir(const char *dir, int *bad)
{
	DIR *d = opendir(dir);
	size_t files = 0;

	for (struct dirent *e; d && (e = readdir(d));) {
		char path[4096];
		struct amt_buf b;
		struct amt_error err;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		amt_buf_init(&b, 64 * AMT_MIB);
		if (amt_file_read(path, &b, &err)) {
			sweep(&b);
			files++;
		} else {
			printf("# %s\n", err.text);
			*bad = 1;
		}
		amt_buf_free(&b);
	}
	if (d)
		closedir(d);
	return files;
}

int main(int argc, char **argv)
{
	int bad = 0;
	size_t files = 0;

	feed("", 0);
	for (int i = 1; i < argc; i++)
		files += replay_dir(argv[i], &bad);
	if (!files)
		bad = 1;
	printf("%s 1 - corpus replay and truncation sweep of %zu files\n1..1\n",
	       bad ? "not ok" : "ok", files);
	return bad;
}
