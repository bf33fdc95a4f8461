/*
 * Private to common/hello: the layout of facts in JSON, for json_out.c and json_in.c. Keys are
 * the contract of CLI.md ("amt-hellocap"); a key that is not always there is
 * zero, none or false when it is missing.
 */
#ifndef AMTDIAG_HELLO_TABLES_H
#define AMTDIAG_HELLO_TABLES_H

#include "hello/fields.h"

extern const struct hello_field hello_capture_fields[], hello_seen_fields[], hello_conn_fields[],
	hello_tls_fields[], hello_lease_fields[], hello_dhcp6_fields[], hello_query_fields[],
	hello_rmcp_fields[], hello_counter_fields[], hello_no_fields[];
extern const char *const hello_content_names[HELLO_CONTENTS];

/* What was seen in packets without a time stamp, at 0 till then, has no time. */
void hello_no_times(struct hello_facts *f);
/* devices.c: derived, written but never read */
json_t *hello_device_json(const struct hello_device *d);

#endif
