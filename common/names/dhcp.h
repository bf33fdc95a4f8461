/* DHCP messages (RFC 2131, 2132, 3396, 3397, 4702): built and read. Pure. */
#ifndef AMTDIAG_NAMES_DHCP_H
#define AMTDIAG_NAMES_DHCP_H

#include "names/message.h"

#define DHCP_FIXED      236 /* RFC 2131 section 2, up to the options */
#define DHCP_MAGIC      0x63825363u
#define DHCP_OPTION_MAX 1500 /* one option, pieces of RFC 3396 put together */
#define DHCP_LIST_MAX   32   /* addresses or names of one option that are kept */

struct dhcp_question {
	uint8_t kind; /* DISCOVER or INFORM, nothing else is ever built */
	uint32_t xid;
	uint8_t mac[6];
	uint8_t address[4]; /* of an INFORM */
	const char *fqdn;   /* option 81; NULL: left out */
};
/* The UDP payload; 0 when it does not fit or the kind is not one of the two. */
size_t dhcp_build(const struct dhcp_question *q, uint8_t *out, size_t size);
/* What is wrong with the bytes of option 15, in words; NULL: nothing. */
const char *dhcp_domain_fault(const uint8_t *p, size_t n);
/* Names as DNS writes them, one behind the other (RFC 3397; option 24 of RFC 3646), NULL at the
 * end. Not whole: what follows could not be read. */
const char *const *dhcp_search_list(struct amt_arena *a, const uint8_t *p, size_t n, bool *whole);

#endif
