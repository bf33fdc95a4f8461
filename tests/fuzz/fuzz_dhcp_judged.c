/* A DHCP message from the network, and the judge over what it says. */
#include "names/dhcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_names_facts f = {0};
	struct amt_findings fs = {0};
	struct amt_context ctx = {0};
	struct amt_dhcp_reply r;
	struct amt_error err;

	if (amt_dhcp_parse(data, size, &f.arena, &r, &err)) {
		amt_names_add_dhcp(&f, &r);
		amt_names_judge(&f, &ctx, &fs);
		json_decref(amt_names_to_json(&f));
	}
	amt_findings_free(&fs);
	amt_names_facts_free(&f);
	return 0;
}
