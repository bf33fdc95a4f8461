/* Facts of an earlier run (--replay): what others wrote is checked, related and judged. */
#include "amtdiag/hello.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *j = json_loadb((const char *)data, size, 0, NULL);
	struct hello_facts facts = {0};
	struct amt_findings findings = {0};
	struct amt_context ctx = {0};

	if (j && hello_from_json(j, &facts, NULL)) {
		hello_relate(&facts, false);
		hello_judge(&facts, &ctx, &findings);
	}
	json_decref(j);
	amt_findings_free(&findings);
	hello_facts_free(&facts);
	return 0;
}
