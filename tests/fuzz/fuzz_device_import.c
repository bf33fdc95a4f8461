/* Exports of other programs. */
#include "amtdiag/device.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_buf b;
	struct amt_device d;

	amt_buf_init(&b, size + 1);
	amt_buf_add(&b, data, size);
	amt_device_init(&d, "x");
	amt_device_import(&d, "x", amt_buf_cstr(&b), size, NULL);
	amt_device_free(&d);
	amt_buf_free(&b);
	return 0;
}
