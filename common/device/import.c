/* Exports of other programs; see import below. */
#include "device/soap.h"

bool amt_device_import(struct amt_device *d, const char *name, const char *text, size_t len,
		       struct amt_error *err)
{
	struct dev_reply reply;

	if (!dev_soap_read(d, AMT_DEV_CLASS_COUNT, text, len, &reply, err))
		return amt_fail_prefix(err, "%s", name);
	return true;
}
