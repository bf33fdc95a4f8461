/* Inside of the device room: device.def as tables, for the readers and both ways of JSON. */
#ifndef DEVICE_TABLE_H
#define DEVICE_TABLE_H

#include "amtdiag/device.h"

enum dev_kind {
	DEV_INT,
	DEV_REAL,
	DEV_TRI,
	DEV_STR,
	DEV_INTS,
	DEV_STRS,
	DEV_TIME,
	DEV_PORT,
	DEV_NET,
	DEV_TLS,
	DEV_GUID,
	DEV_SID,
	DEV_BYTES,
	DEV_MAC
};
enum dev_how { DEV_PROBE, DEV_GET, DEV_ENUM, DEV_METHOD, DEV_ACL };
enum dev_ns { DEV_NS_NONE, DEV_NS_AMT, DEV_NS_IPS, DEV_NS_CIM };

struct dev_field {
	enum dev_kind kind;
	size_t offset; /* in the record */
	const char *name, *prop;
};
struct dev_class {
	const char *id, *name, *arg;
	enum dev_how how;
	enum dev_ns ns;
	size_t size;   /* of a record */
	size_t offset; /* of the list in struct amt_device */
	const struct dev_field *fields;
	size_t n_fields;
};
extern const struct dev_class dev_classes[AMT_DEV_CLASS_COUNT];

/* What every list of struct amt_device looks like. */
struct dev_list {
	char *v;
	size_t n, cap;
};
static inline struct dev_list *dev_list(const struct amt_device *d, enum amt_dev_class c)
{
	return (struct dev_list *)((char *)d + dev_classes[c].offset);
}

/*
 * Puts a text into a field; lists grow by one. False, with the field left alone, when
 * the text is not of the field's kind. Blanks around it are ignored; nothing at all
 * is "not told" and is fine.
 */
bool dev_set(struct amt_device *d, void *record, const struct dev_field *f, const char *text);
/* The field of a class that has this property name, or NULL. Selectors ("A@B") and "A|B" count. */
const struct dev_field *dev_field_of(const struct dev_class *c, const char *prop);
void dev_add_int(struct amt_device *d, struct amt_dev_ints *l, int64_t v);
void dev_add_str(struct amt_device *d, struct amt_dev_strs *l, const char *s);
/* Makes every field of a record unknown. */
void dev_clear(const struct dev_class *c, void *record);
void dev_source(struct amt_device *d, enum amt_dev_class c, enum amt_dev_state state,
		const char *where, const char *error);

#endif
