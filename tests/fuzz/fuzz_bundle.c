/* A bundle as amt-stage --open unpacks it: gzip, tar, which members it takes. */
#include "../../tools/amt-stage/bundle_open.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_cli cli = {.replay = NULL};
	struct stage st = {.cli = &cli, .scratch = tmpfile()};
	int in = memfd_create("bundle", MFD_CLOEXEC);
	uint64_t out;

	st.opt.open = amt_arena_printf(&st.arena, "/proc/self/fd/%d", in);
	if (write(in, data, size) == (ssize_t)size && stage_open(&st, NULL) &&
	    amt_num_u64(strrchr(cli.replay, '/') + 1, 0, INT_MAX, &out, NULL))
		close((int)out);
	amt_notes_free(&cli.run.notes);
	amt_arena_free(&st.arena);
	fclose(st.scratch);
	return close(in);
}
