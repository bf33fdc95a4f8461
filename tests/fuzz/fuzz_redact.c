/* Text that is learnt from (as facts in JSON) and redacted. */
#include "amtdiag/redact.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_redactor r = {0};
	json_t *doc = json_loadb((const char *)data, size, 0, NULL);
	struct amt_buf out;

	amt_buf_init(&out, AMT_MIB);
	if (doc)
		amt_redact_learn_facts(&r, doc);
	json_decref(amt_redact_json(&r, doc ? doc : json_null()));
	amt_redact_text(&r, (const char *)data, size, &out);
	amt_buf_free(&out);
	json_decref(doc);
	amt_redactor_free(&r);
	return 0;
}
