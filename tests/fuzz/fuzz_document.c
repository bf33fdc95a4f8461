/* A JSON or NDJSON document given to --replay. */
#include "amtdiag/report.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_findings fs = {0};
	json_t *doc = NULL;
	char *text = amt_strndup((const char *)data, 0);

	text = amt_realloc(text, size + 1);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (amt_report_parse(text, size, "fuzz", &doc, NULL))
		amt_findings_from_json(json_object_get(doc, "findings"), &fs, NULL);
	amt_findings_free(&fs);
	json_decref(doc);
	free(text);
	return 0;
}
