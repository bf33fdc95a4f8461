/* Replies of the ME; the first byte says to which question. */
#include "device/mei.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dev_mei_handles handles = {.n = 0};
	struct amt_error err = {0};
	struct amt_device d;

	if (!size)
		return 0;
	amt_device_init(&d, "x");
	dev_mei_reply(&d, data[0] % DEV_MEI_COMMANDS, data + 1, size - 1, &handles, &err);
	amt_device_free(&d);
	return 0;
}
