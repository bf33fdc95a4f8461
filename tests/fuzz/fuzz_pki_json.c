/* Facts of an earlier document: read, judged, written. */
#include "amtdiag/pki.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct amt_context ctx = {.now = 1763640000 * AMT_SECOND};
	json_t *j = json_loadb((const char *)data, size, 0, NULL);
	struct pki_facts f = {0};
	struct amt_findings fs = {0};

	if (j && pki_from_json(j, &f, NULL)) {
		pki_judge(&f, &ctx, &fs);
		json_decref(pki_to_json(&f));
	}
	amt_findings_free(&fs);
	pki_facts_free(&f);
	json_decref(j);
	return 0;
}
