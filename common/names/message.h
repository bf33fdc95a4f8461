/* DNS messages: names on the wire, questions, and reading whole answers. Pure. */
#ifndef AMTDIAG_NAMES_MESSAGE_H
#define AMTDIAG_NAMES_MESSAGE_H

#include "amtdiag/core/rd.h"
#include "amtdiag/names.h"

#define DNS_NAME_WIRE 255  /* RFC 1035 section 2.3.4 */
#define DNS_NAME_TEXT 1024 /* every byte as \DDD and a dot a label */
#define DNS_HEADER    12
#define DNS_EDNS_SIZE 1232 /* what crosses every path unfragmented: DNS flag day 2020 */
#define DNS_RR_MAX    512  /* records of one answer that are kept */
#define DNS_CHAIN_MAX 16   /* aliases followed */

/* Text to wire. Bytes used, or 0 when a label is empty or too long. "\." and "\DDD" are understood.
 */
size_t dns_name_encode(const char *name, uint8_t out[DNS_NAME_WIRE]);
/* Reads a name at r (pointers may lead back in the message) as text without the last dot. */
bool dns_name_decode(struct amt_rd *r, char out[DNS_NAME_TEXT]);
/* Names are equal without regard to ASCII case and a dot at the end. */
bool dns_name_equal(const char *a, const char *b);
/* name is in zone or is zone. "" holds everything. */
bool dns_name_within(const char *name, const char *zone);
/* An UPDATE without prerequisites and changes for the zone (RFC 2136 section 2): asks only whether.
 */
size_t dns_update_probe(const char *zone, uint8_t *out, size_t size);
/* The rcode of an answer to an UPDATE. */
bool dns_update_read(const void *p, size_t n, struct amt_dns_reply *out);

#endif
