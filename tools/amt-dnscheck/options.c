#include "dnscheck.h"

#include <string.h>

#define QPS_DEFAULT 200 /* these are somebody's domain controllers */

struct dnscheck dnscheck = {.names = {.qps = QPS_DEFAULT}, .resolv_conf = "/etc/resolv.conf"};

#define N dnscheck.names
const struct amt_opt dnscheck_options[] = {
	{0, "server", AMT_OPT_LIST, &N.servers, "IP[:PORT]",
	 "a DNS server that clients are given; may be repeated",
	 "Without it the servers come from the DHCP probe, else from resolv.conf; with --ad-domain "
	 "the domain "
	 "controllers that DNS names are asked as well.",
	 NULL, 0, 0},
	{0, "suffix", AMT_OPT_LIST, &N.suffixes, "NAME",
	 "a DNS suffix of the clients; may be repeated",
	 "Without it the suffixes come from DHCP option 15, --ad-domain, or resolv.conf.", NULL, 0,
	 0},
	{0, "service-point", AMT_OPT_LIST, &N.service_points, "IP|NAME",
	 "where the out of band service point is; may be repeated", NULL, NULL, 0, 0},
	{0, "provision-name", AMT_OPT_LIST, &N.provision_names, "NAME",
	 "name that clients look up, when it is not ProvisionServer",
	 "A name with a dot is asked as it is; an address, as some MEBx have it, is only compared.",
	 NULL, 0, 0},
	{0, "ad-domain", AMT_OPT_LIST, &N.ad_domains, "NAME",
	 "a domain of the AD forest, the root first; may be repeated",
	 "Judges contiguous and disjoint names, and finds domain controllers by their service "
	 "records.",
	 NULL, 0, 0},
	{0, "certificate-suffix", AMT_OPT_LIST, &N.certificate_suffixes, "NAME",
	 "DNS suffix of the provisioning certificate, compared with option 15", NULL, NULL, 0, 0},
	{0, "clients", AMT_OPT_FILE, &dnscheck.clients, "FILE",
	 "client list (CSV); - is standard input",
	 "Columns fqdn or name, suffix, address and wireless are used. A row that can't be used is "
	 "reported with its "
	 "line, and the rest is read.",
	 NULL, 0, 0},
	{0, "dhcp", AMT_OPT_STRING, &dnscheck.interface, "IFACE",
	 "ask for DHCP offers on this interface; takes no lease",
	 "Sends DISCOVER, and INFORM when the interface has an address. Never REQUEST. Needs "
	 "CAP_NET_RAW.",
	 NULL, 0, 0},
	{0, "mac", AMT_OPT_STRING, &dnscheck.dhcp.mac, "MAC",
	 "client address in the DISCOVER instead of the interface's",
	 "To see what a reservation for that MAC would hand out.", NULL, 0, 0},
	{0, "dhcp-wait", AMT_OPT_REAL, &dnscheck.dhcp.wait, "SECONDS",
	 "how long offers are collected (default 4)", NULL, NULL, 0.1, 120},
	{0, "dhcp-export", AMT_OPT_FILES, &dnscheck.dhcp_exports, "FILE",
	 "settings of a DHCP server: 'netsh dhcp server dump', dhcpd.conf or Kea's JSON", NULL,
	 NULL, 0, 0},
	{0, "capture", AMT_OPT_FILES, &dnscheck.captures, "FILE",
	 "take DHCP answers out of a packet capture (pcap, pcapng)", NULL, NULL, 0, 0},
	{0, "qps", AMT_OPT_UINT, &N.qps, "N",
	 "questions a second to one server at most (default 200; 0 = no ceiling)", NULL, NULL, 0,
	 1000000},
	{0, "window", AMT_OPT_UINT, &N.window, "N",
	 "open questions to one server at most (default 100)",
	 "Begins at 32, grows with answers and halves when packets are lost.", NULL, 1, 1000},
	{0, "tries", AMT_OPT_UINT, &N.tries, "N",
	 "packets for one question, within the time-out (default 3)", NULL, NULL, 1, 10},
	{0, "rounds", AMT_OPT_UINT, &N.rounds, "N",
	 "ask about the hosts so often, to see answers change (default 1)", NULL, NULL, 1, 100},
	{0, "round-pause", AMT_OPT_REAL, &N.round_pause, "SECONDS", "pause between rounds", NULL,
	 NULL, 0, 3600},
	{0, "no-provision", AMT_OPT_FLAG, &N.no_provision, NULL,
	 "only look at hosts, not at ProvisionServer and zones", NULL, NULL, 0, 0},
	{0, "no-aaaa", AMT_OPT_FLAG, &N.no_aaaa, NULL, "do not ask for IPv6 addresses of hosts",
	 NULL, NULL, 0, 0},
	{0, "no-authoritative", AMT_OPT_FLAG, &N.no_authoritative, NULL,
	 "do not ask the zones' own servers", NULL, NULL, 0, 0},
	{0, "ask-update", AMT_OPT_FLAG, &N.update, NULL,
	 "ask the zones whether they take dynamic updates",
	 "Sends an UPDATE without any change (RFC 2136) to the zones' own servers. Off by default, "
	 "because some "
	 "log it as an attempt.",
	 NULL, 0, 0},
	{0, "resolv-conf", AMT_OPT_FILE, &dnscheck.resolv_conf, "FILE",
	 "another file than /etc/resolv.conf", NULL, NULL, 0, 0},
	{0, "no-resolv-conf", AMT_OPT_FLAG, &dnscheck.no_resolv_conf, NULL,
	 "do not take servers from this machine", NULL, NULL, 0, 0},
	AMT_OPT_END,
};

/* The profile speaks where the command line does not. */
static void from_list(struct amt_strlist *to, const struct amt_strlist *from)
{
	for (size_t i = 0; !to->n && i < from->n; i++) {
		for (size_t k = i; k < from->n; k++)
			amt_vec_push(to, from->v[k]);
		break;
	}
}

static bool from_profile(struct amt_cli *cli, struct amt_error *err)
{
	struct site_profile *p = &dnscheck.profile;

	if (!cli->site)
		return true;
	if (!site_profile_load(p, cli->site, &cli->run.notes, err))
		return false;
	from_list(&N.servers, &p->dns_servers);
	from_list(&N.suffixes, &p->suffixes);
	from_list(&N.service_points, &p->service_point);
	from_list(&N.provision_names, &p->provision_server);
	from_list(&N.ad_domains, &p->forest_domains);
	if (!N.ad_domains.n && p->domain)
		amt_vec_push(&N.ad_domains, p->domain);
	from_list(&dnscheck.dhcp_exports, &p->dhcp_exports);
	if (!dnscheck.clients)
		dnscheck.clients = p->inventory;
	if (!dnscheck.interface && p->dhcp_interface && *p->dhcp_interface)
		dnscheck.interface = p->dhcp_interface;
	if (N.qps == QPS_DEFAULT && p->dns_qps)
		N.qps = p->dns_qps;
	site_profile_traits(p, &cli->context);
	return true;
}

static bool check_mac(struct amt_error *err)
{
	unsigned char mac[6];

	if (!dnscheck.dhcp.mac)
		return true;
	if (!dnscheck.interface)
		return amt_fail(err, "--mac goes with --dhcp");
	return amt_hex_decode(dnscheck.dhcp.mac, mac, 6) == 6 ||
	       amt_fail(err, "--mac: '%s' is not a MAC address", dnscheck.dhcp.mac);
}

bool dnscheck_setup(struct amt_cli *cli, struct amt_error *err)
{
	if (!from_profile(cli, err) || !check_mac(err))
		return false;
	N.timeout = cli->timeout;
	N.resolv_conf = dnscheck.no_resolv_conf ? NULL : dnscheck.resolv_conf;
	N.notes = &cli->run.notes;
	N.progress = &cli->progress;
	if (dnscheck.clients && !strcmp(dnscheck.clients, "-"))
		for (size_t i = 0; i < cli->args.n; i++)
			if (!strcmp(cli->args.v[i], "-"))
				return amt_fail(err, "standard input can't be the client list and "
						     "a list of names at once");
	return true;
}
