/* Inside of the device room: WS-MAN requests as text, and replies read. */
#ifndef DEVICE_SOAP_H
#define DEVICE_SOAP_H

#include "device/table.h"

#include "late_xml2.h"

/* A document to be freed with xmlFreeDoc; NULL with the place of the fault in err. */
xmlDoc *dev_xml_read(const char *xml, size_t len, struct amt_error *err);

#define DEV_SOAP_HANDLES 128 /* access list entries read from one device */

/* What one reply held, beside the records that went into the device. */
struct dev_reply {
	bool fault;
	bool of_receiver;     /* the service's own trouble, not the question's */
	char fault_code[96];  /* "b:DestinationUnreachable": the innermost code */
	char fault_text[256]; /* the reason */
	char context[256];    /* of an enumeration that goes on; "" */
	bool end;             /* EndOfSequence */
	bool enumerate;       /* an EnumerateResponse */
	size_t records;       /* added to the device */
	int64_t return_value; /* of a method; AMT_DEV_NONE: none told */
	int64_t handles[DEV_SOAP_HANDLES];
	size_t n_handles;
	int64_t total;        /* TotalCount; AMT_DEV_NONE */
	enum amt_tri enabled; /* GetAclEnabledState */
};

/*
 * Reads a reply into d: records of class c, or of the class that the elements name
 * when c is AMT_DEV_CLASS_COUNT (stored replies). Prefixes, the order of elements
 * and what is not known don't matter; a document type, however small, is refused. False:
 * not a SOAP message; err says where. A fault is a reply like others.
 */
bool dev_soap_read(struct amt_device *d, enum amt_dev_class c, const char *xml, size_t len,
		   struct dev_reply *out, struct amt_error *err);

/* The version in an EOI reply to GetCoreVersion, from the device's arena; NULL: none. */
const char *dev_eoi_version(struct amt_device *d, const char *xml, size_t len);

/* Requests. id: a counter of the session, comes back in RelatesTo. */
void dev_soap_get(struct amt_buf *out, enum amt_dev_class c, unsigned id);
void dev_soap_enumerate(struct amt_buf *out, enum amt_dev_class c, unsigned id);
void dev_soap_pull(struct amt_buf *out, enum amt_dev_class c, unsigned id, const char *context);
/* One parameter at most: every read-only method that is asked has none or one. */
void dev_soap_method(struct amt_buf *out, enum amt_dev_class c, unsigned id, const char *method,
		     const char *parameter, int64_t value);

#endif
