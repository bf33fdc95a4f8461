/* device.def as tables. */
#include "device/table.h"

#include <stddef.h>

#define AMT_DEV_CLASS(id, how, ns, name, arg) static const struct dev_field id##_fields[] = {
#define AMT_DEV_FIELD(id, kind, field, prop)                                                       \
	{DEV_##kind, offsetof(struct amt_dev_##id, field), #field, prop},
#define AMT_DEV_END(id)                                                                            \
	}                                                                                          \
	;
#include "amtdiag/device.def"
#undef AMT_DEV_CLASS
#undef AMT_DEV_FIELD
#undef AMT_DEV_END

const struct dev_class dev_classes[AMT_DEV_CLASS_COUNT] = {
#define AMT_DEV_CLASS(id, how, ns, name, arg)                                                      \
	{#id,                                                                                      \
	 name,                                                                                     \
	 arg,                                                                                      \
	 DEV_##how,                                                                                \
	 DEV_NS_##ns,                                                                              \
	 sizeof(struct amt_dev_##id),                                                              \
	 offsetof(struct amt_device, id),                                                          \
	 id##_fields,                                                                              \
	 sizeof(id##_fields) / sizeof(id##_fields[0])},
#define AMT_DEV_FIELD(id, kind, field, prop)
#define AMT_DEV_END(id)
#include "amtdiag/device.def"
#undef AMT_DEV_CLASS
#undef AMT_DEV_FIELD
#undef AMT_DEV_END
};

/* struct amt_device_options.classes has a bit for each. */
_Static_assert((int)AMT_DEV_CLASS_COUNT <= 64, "more classes than bits");
