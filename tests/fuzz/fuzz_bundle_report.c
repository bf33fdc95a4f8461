/* The report of a redacted bundle: its findings as they were judged, and the walk out of them. */
#include "../../tools/amt-stage/restore.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_cli cli = {.replay = NULL};
	struct stage st = {.cli = &cli};
	json_t *doc = json_loadb((const char *)data, size, 0, NULL);

	if (doc)
		stage_restore(&st, json_object_get(doc, "facts"), json_object_get(doc, "findings"),
			      NULL);
	walk_fleet_free(&st.fleet);
	amt_findings_free(&cli.run.findings);
	amt_notes_free(&cli.run.notes);
	json_decref(doc);
	return 0;
}
