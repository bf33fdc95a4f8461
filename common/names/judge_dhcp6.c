/* P.14, S1.V15: what DHCPv6 would hand out. */
#include "names/judge_dhcp.h"

/* How many of option 24's domains AMT looks in (handbook, hello 3.1). */
#define V6_DOMAINS 5

/* DHCPv6 is no part of what ConfigMgr 2007 needs, and nobody has confirmed since when and how AMT
 * uses its options: said, warned of, never a failure. */
void judge_dhcp6(struct judging *j, const struct amt_dhcp_reply *r)
{
	const char *who = dhcp_source_of(j, r), *other = NULL;
	bool fits = false, alone = j->f->probes.n == 0;

	for (size_t i = 0; i < j->f->dhcp.n && alone; i++)
		alone = j->f->dhcp.v[i].v6;
	struct amt_finding *fi =
		amt_finding_add(j->fs, "P.14", alone ? AMT_UNKNOWN : AMT_NA, who,
				"%s of DHCPv6: ConfigMgr 2007 manages AMT over IPv4 only%s",
				r->kind ? "an answer" : "a scope",
				alone ? ", and nothing of DHCP for IPv4 was given" : "");

	dhcp_show(j, fi, r, dhcp_offer_text(j, r));
	amt_finding_evidence(j->fs, fi, r->source, "option 23", "DNS servers %s",
			     r->dns ? dhcp_list(j, r->dns) : "none");
	for (size_t i = 0; r->search && r->search[i] && i < V6_DOMAINS; i++) {
		bool one = dhcp_within_one(&j->f->ad_domains, r->search[i]) &&
			   dhcp_within_one(&j->f->given_suffixes, r->search[i]);
		fits |= one;
		if (!one && !other)
			other = r->search[i];
	}
	if (other && !fits)
		fi = amt_finding_add(
			j->fs, "S1.V15", AMT_WARN, who,
			"hands out the domains %s by DHCPv6 (option 24), and none that AMT "
			"looks in is one of the clients': an AMT that starts over IPv6 may "
			"take its suffix from there",
			dhcp_list(j, r->search));
	else
		fi = amt_finding_add(
			j->fs, "S1.V15", AMT_NA, who,
			"hands out %s by DHCPv6 (option 24); over IPv4 option 015 counts",
			r->search ? dhcp_list(j, r->search) : "no domain");
	amt_finding_evidence(j->fs, fi, r->source, "option 24", "domains %s%s%s",
			     r->search ? dhcp_list(j, r->search) : "none",
			     r->doubt_domain ? "; " : "", r->doubt_domain ? r->doubt_domain : "");
}
