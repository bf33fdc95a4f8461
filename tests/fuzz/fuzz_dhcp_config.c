/* A dump of netsh or a dhcpd.conf, as the first byte says, read alone; fuzz_dhcp_export judges it
 * too. */
#include "names/export.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_names_facts f = {0};
	struct export_reading x = {.name = "x", .f = &f};
	char *text = size ? amt_strndup((const char *)data + 1, size - 1) : NULL;

	if (text && data[0] & 1)
		export_netsh(&x, text, strlen(text));
	else if (text)
		export_isc(&x, text, strlen(text));
	amt_names_facts_free(&f);
	free(text);
	return 0;
}
