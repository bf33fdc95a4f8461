/* amt-dnscheck: names and leases as AMT and the service point see them. */
#include "dnscheck.h"

#include "amtdiag/net.h"

static void read_exports(struct amt_cli *cli)
{
	struct amt_error err = {0};

	for (size_t i = 0; i < dnscheck.dhcp_exports.n; i++)
		if (!amt_dhcp_export_read(dnscheck.dhcp_exports.v[i], &dnscheck.facts,
					  &cli->run.notes, &err))
			amt_note_add(&cli->run.notes, dnscheck.dhcp_exports.v[i], "%s", err.text);
}

static void allow(struct amt_strlist *to, const struct amt_strlist *from)
{
	for (size_t i = 0; i < from->n; i++)
		amt_vec_push(to, from->v[i]);
}

/* What needs privilege comes first; then the process is confined; only then foreign bytes are read,
 * from files or from the network. */
static bool collect(struct amt_cli *cli, struct amt_error *err)
{
	struct amt_names_facts *f = &dnscheck.facts;
	struct amt_dhcp_socket *dhcp = NULL;
	struct amt_confine confine = {.net = true};
	struct amt_error why = {0};
	struct targets *targets = NULL;
	struct amt_loop *loop;
	bool good;

	if (dnscheck.interface && !(dhcp = amt_dhcp_open(dnscheck.interface, &why)))
		amt_note_add(&cli->run.notes, dnscheck.interface, "%s", why.text);
	allow(&confine.read, &dnscheck.dhcp_exports);
	allow(&confine.read, &dnscheck.captures);
	if (dnscheck.clients)
		amt_vec_push(&confine.read, dnscheck.clients);
	if (dnscheck.names.resolv_conf)
		amt_vec_push(&confine.read, dnscheck.names.resolv_conf);
	good = amt_cli_confine(cli, &confine, err) && (loop = amt_loop_new(err)) != NULL;
	if (good) {
		read_exports(cli);
		dnscheck_captures(cli);
		targets = targets_open(cli, &dnscheck.names.total);
		dnscheck.names.next = targets_next;
		dnscheck.names.next_arg = targets;
		good = (!dhcp || amt_dhcp_probe(loop, dhcp, &dnscheck.dhcp, f, err)) &&
		       amt_names_collect(loop, &dnscheck.names, f, err);
		amt_loop_free(loop);
	}
	targets_close(targets);
	amt_dhcp_close(dhcp);
	return good;
}

static bool replay(struct amt_cli *cli, const json_t *facts, struct amt_error *err)
{
	(void)cli;
	return amt_names_from_json(facts, &dnscheck.facts, err);
}

static void write_facts(void *arg, struct amt_json_out *o)
{
	amt_names_write_json(arg, o);
}

static json_t *facts(struct amt_cli *cli)
{
	cli->run.write_facts = write_facts;
	cli->run.write_arg = &dnscheck.facts;
	return NULL;
}

static void judge(struct amt_cli *cli)
{
	amt_names_judge(&dnscheck.facts, &cli->context, &cli->run.findings);
}

static void cleanup(struct amt_cli *cli)
{
	struct amt_names_options *o = &dnscheck.names;

	(void)cli;
	amt_names_facts_free(&dnscheck.facts);
	amt_vec_free(&o->servers);
	amt_vec_free(&o->suffixes);
	amt_vec_free(&o->provision_names);
	amt_vec_free(&o->service_points);
	amt_vec_free(&o->ad_domains);
	amt_vec_free(&o->certificate_suffixes);
	amt_vec_free(&dnscheck.dhcp_exports);
	amt_vec_free(&dnscheck.captures);
	site_profile_free(&dnscheck.profile);
}

static const struct amt_tool tool = {
	.name = "amt-dnscheck",
	.id = AMT_TOOL_DNSCHECK,
	.purpose = "names and leases as AMT and the service point see them",
	.synopsis = "[--server IP[:PORT]]... [--suffix NAME]... [--service-point IP|NAME]... "
		    "[--clients FILE] "
		    "[--dhcp IFACE] [NAME|IP]...",
	.description =
		"Asks every DNS server that clients are given for ProvisionServer in each client "
		"suffix, and compares "
		"the answers with the service point; looks up hosts forward, reverse and back "
		"again at every server; "
		"collects the offers of every DHCP server on a network without taking a lease.\n\n"
		"Every question that was not answered is told apart: no such name, no such record, "
		"refused, failed, "
		"referred elsewhere, silent, closed, cut, unreadable. Questions are asked at a "
		"modest rate; --qps "
		"raises it.\n\n"
		"An argument of - reads names from standard input, one a line.",
	.examples = "amt-dnscheck --suffix corp.example.com --service-point 192.0.2.30\n"
		    "    ask this machine's servers for provisionserver.corp.example.com\n"
		    "amt-dnscheck --server 192.0.2.1 --server 192.0.2.2 --clients clients.csv "
		    "--format csv\n"
		    "    forward and reverse look-ups of a fleet at two servers\n"
		    "amt-dnscheck --dhcp eth0 --service-point sccm1.corp.example.com\n"
		    "    take servers and suffix from the DHCP offers on eth0\n"
		    "amt-dnscheck --no-provision --rounds 5 --round-pause 12 pc1.corp.example.com\n"
		    "    does an answer change within a minute?\n",
	.options = dnscheck_options,
	.setup = dnscheck_setup,
	.collect = collect,
	.replay = replay,
	.facts = facts,
	.judge = judge,
	.sections = dnscheck_sections,
	.cleanup = cleanup,
};

int main(int argc, char **argv)
{
	return amt_cli_main(&tool, argc, argv);
}
