/* An export of a DHCP server: netsh, ISC or Kea, as its bytes say. */
#include "amtdiag/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_names_facts f = {0};
	struct amt_findings fs = {0};
	struct amt_context ctx = {0};
	struct amt_notes notes = {0};
	struct amt_error err;

	if (amt_dhcp_export_parse("export", (const char *)data, size, &f, &notes, &err))
		amt_names_judge(&f, &ctx, &fs);
	amt_findings_free(&fs);
	amt_notes_free(&notes);
	amt_names_facts_free(&f);
	return 0;
}
