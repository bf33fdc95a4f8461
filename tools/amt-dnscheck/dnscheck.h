/* What the files of amt-dnscheck share. */
#ifndef AMTDIAG_DNSCHECK_H
#define AMTDIAG_DNSCHECK_H

#include "amtdiag/cli.h"
#include "amtdiag/names.h"
#include "amtdiag/site.h"

struct dnscheck {
	struct amt_names_options names;
	struct amt_dhcp_options dhcp;
	struct amt_strlist dhcp_exports, captures;
	const char *clients, *interface, *resolv_conf;
	bool no_resolv_conf;
	struct site_profile profile;
	struct amt_names_facts facts;
};
extern struct dnscheck dnscheck;
extern const struct amt_opt dnscheck_options[];

/* Fills what the command line left open from the site profile. */
bool dnscheck_setup(struct amt_cli *cli, struct amt_error *err);
void dnscheck_sections(struct amt_cli *cli);

/* DHCP out of captures, through the hello room. */
void dnscheck_captures(struct amt_cli *cli);

/* Where hosts come from: arguments, the client list, lines of standard input; one after the other.
 */
struct targets;
struct targets *targets_open(struct amt_cli *cli, uint64_t *total);
bool targets_next(void *arg, struct amt_dns_target *t);
void targets_close(struct targets *t);

#endif
