/* A DHCP message from the network. What is made of it: fuzz_dhcp_judged. */
#include "names/dhcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct amt_arena arena;
	struct amt_dhcp_reply r;
	struct amt_error err;

	amt_dhcp_parse(data, size, &arena, &r, &err);
	amt_arena_reset(&arena);
	return 0;
}
