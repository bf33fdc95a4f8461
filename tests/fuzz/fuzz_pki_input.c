/* Any file given to amt-certcheck: PEM, DER, PKCS#7, PFX, store exports, keys, CRLs; then judged.
 */
#include "amtdiag/pki.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct amt_context ctx = {.now = 1763640000 * AMT_SECOND};
	const struct pki_options opt = {.password = "x"};
	struct pki_facts f = {0};
	struct amt_notes notes = {0};
	struct amt_findings fs = {0};

	pki_load_bytes(&f, "input", data, size, &opt, &notes);
	pki_build(&f, &opt, &notes);
	pki_judge(&f, &ctx, &fs);
	amt_findings_free(&fs);
	amt_notes_free(&notes);
	pki_facts_free(&f);
	return 0;
}
