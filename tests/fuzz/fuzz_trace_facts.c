/* Facts as anybody may send them for --replay, judged and written again. */
#include "amtdiag/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *j = json_loadb((const char *)data, size, 0, NULL);
	struct trace_facts f = {.amt = false};
	struct amt_findings fs = {.list = {NULL, 0, 0}};
	struct amt_context ctx = {.now = 0};

	if (j && trace_from_json(j, &f, NULL)) {
		trace_judge(&f, &ctx, &fs);
		json_decref(trace_to_json(&f));
	}
	amt_findings_free(&fs);
	trace_facts_free(&f);
	json_decref(j);
	return 0;
}
