/* What the judges of DHCP and of DHCPv6 share. */
#ifndef AMTDIAG_NAMES_JUDGE_DHCP_H
#define AMTDIAG_NAMES_JUDGE_DHCP_H

#include "names/judge.h"

/* The server or scope, to be named first in a finding. */
const char *dhcp_source_of(struct judging *j, const struct amt_dhcp_reply *r);
/* The reply as evidence: who sent what, where. */
void dhcp_show(struct judging *j, struct amt_finding *f, const struct amt_dhcp_reply *r,
	       const char *text);
char *dhcp_list(struct judging *j, const char *const *l); /* "a, b" */
char *dhcp_offer_text(struct judging *j, const struct amt_dhcp_reply *r);
/* Is the domain one of these? None given: any is. */
bool dhcp_within_one(const struct amt_strlist *l, const char *domain);

void judge_dhcp6(struct judging *j, const struct amt_dhcp_reply *r);

#endif
