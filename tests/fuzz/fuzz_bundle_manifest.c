/* MANIFEST.txt of a bundle against what is in it. */
#include "../../tools/amt-stage/bundle_open.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char digest[] = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b886f7e437faa5a7fce15d1ddc";
	struct amt_cli cli = {.replay = NULL};
	struct stage st = {.cli = &cli, .opt.open = "bundle"};
	struct opened o = {.st = &st};
	bool new;

	amt_buf_init(&o.manifest, size + 1);
	amt_buf_add(&o.manifest, data, size);
	amt_map_put_str(&o.found, "report.json", &new)->p = digest;
	amt_map_put_str(&o.found, "status.txt", &new)->p = digest;
	check_manifest(&o, NULL);
	amt_notes_free(&cli.run.notes);
	amt_map_free(&o.found);
	amt_buf_free(&o.manifest);
	return 0;
}
