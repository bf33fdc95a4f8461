/* Presence pongs. */
#include "device/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_dev_rmcp r = {0};
	struct amt_device d;
	uint8_t tag;

	amt_device_init(&d, "x");
	dev_rmcp_pong(&d, data, size, &r, &tag);
	amt_device_free(&d);
	return 0;
}
