/* Root hash lists: lines, amtinfo, MeshCmd, documents of amt-hellocap. */
#include "amtdiag/pki.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pki_facts f = {0};
	struct amt_notes notes = {0};

	pki_load_hashes(&f, "list", (const char *)data, size, &notes);
	amt_notes_free(&notes);
	pki_facts_free(&f);
	return 0;
}
