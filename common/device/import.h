/* Inside of the device room: the kinds of exports. Each returns false when nothing was found. */
#ifndef DEVICE_IMPORT_H
#define DEVICE_IMPORT_H

#include "device/table.h"

bool dev_import_json(struct amt_device *d, const char *name, const char *text, size_t len,
		     struct amt_error *err);

#endif
