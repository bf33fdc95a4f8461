/* WS-MAN replies into facts, and those facts into JSON and a verdict. */
#include "device/soap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amt_device d;
	struct dev_reply reply;
	struct amt_findings fs = {0};
	struct amt_context ctx = {0};

	amt_device_init(&d, "pc1.example.com");
	dev_soap_read(&d, AMT_DEV_CLASS_COUNT, (const char *)data, size, &reply, NULL);
	json_decref(amt_device_to_json(&d));
	amt_device_judge(&d, NULL, &ctx, &fs);
	amt_findings_free(&fs);
	dev_eoi_version(&d, (const char *)data, size);
	amt_device_free(&d);
	return 0;
}
