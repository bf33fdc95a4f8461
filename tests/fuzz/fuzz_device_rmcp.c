/* Presence pongs. */
#include "device/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_dev_rmcp r = {0};
	static struct amt_device d; /* only its arena is used */
	uint8_t tag;

	dev_rmcp_pong(&d, data, size, &r, &tag);
	amt_arena_free(&d.arena);
	return 0;
}
