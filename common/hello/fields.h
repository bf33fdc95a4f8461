/*
 * Private to common/hello: facts as JSON by tables. One table a struct serves both
 * directions, so that writing and reading can't drift apart.
 */
#ifndef AMTDIAG_HELLO_FIELDS_H
#define AMTDIAG_HELLO_FIELDS_H

#include "amtdiag/hello.h"

enum hello_field_kind {
	FIELD_BOOL,
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_UINT,
	FIELD_U64,
	FIELD_TIME,
	FIELD_IP,
	FIELD_MAC,
	FIELD_TEXT,
	FIELD_SPOT,
	FIELD_IPS,
	FIELD_INDICES,
};

struct hello_field {
	const char *key;
	enum hello_field_kind kind;
	size_t at;   /* offset in the struct */
	bool always; /* also when it is zero, none or empty */
};

/* Ends with a NULL key. */
void hello_fields_out(json_t *o, const struct hello_field *fields, const void *from);
/* Missing keys leave zero; a value of the wrong type is an error that names the key. */
bool hello_fields_in(const json_t *o, const struct hello_field *fields, void *to,
		     struct amt_arena *a, struct amt_error *err);
/* Times that are 0 become AMT_TIME_NONE. */
void hello_fields_no_times(const struct hello_field *fields, void *p);
json_t *hello_json_ip(const struct hello_ip *ip);
json_t *hello_json_hex(const uint8_t *p, size_t n);

#endif
