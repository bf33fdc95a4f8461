/* The options of amt-hellocap, and what they amount to. */
#include "hellocap.h"

#include "amtdiag/pki.h"

#include <sys/stat.h>

struct hellocap hellocap = {.buffer = 64, .promiscuous = true};

const struct amt_opt hellocap_options[] = {
	{'i', "interface", AMT_OPT_LIST, &hellocap.interfaces, "IFACE",
	 "capture here; may be repeated, 'any' is every interface",
	 .man = "Needs the right to capture (CAP_NET_RAW). It is given up, like everything else, "
		"before the first packet is looked at."},
	{'r', "read", AMT_OPT_FILES, &hellocap.files, "FILE",
	 "read a capture: pcap or pcapng, also in gzip or zstd; - is standard input"},
	{0, "payload", AMT_OPT_FILE, &hellocap.payload, "FILE",
	 "decode one message without packets: raw bytes, or hex"},
	{'w', "write", AMT_OPT_FILE, &hellocap.write, "FILE",
	 "write the packets that mattered to FILE (pcapng), findings as comments"},
	{0, "server", AMT_OPT_LIST, &hellocap.servers_text, "IP",
	 "address of a service point, to tell right from wrong destinations"},
	{0, "root", AMT_OPT_FILES, &hellocap.root_files, "CERT",
	 "root certificate (PEM or DER) to look for in the hash lists"},
	{0, "expect", AMT_OPT_LIST, &hellocap.expect, "HOST",
	 "MAC, address or UUID of a computer that should say hello"},
	{0, "port", AMT_OPT_LIST, &hellocap.ports_text, "PORT",
	 "provisioning port, 9971 unless given; hellos are found on any port"},
	{0, "name", AMT_OPT_LIST, &hellocap.names, "NAME",
	 "host name of the provisioning server in DNS, ProvisionServer unless given"},
	{0, "duration", AMT_OPT_REAL, &hellocap.duration, "SECONDS",
	 "stop a live capture after so long", .min = 0.1, .max = 1e9},
	{0, "count", AMT_OPT_UINT, &hellocap.count, "N", "stop after N hello messages", .min = 1,
	 .max = 4e9},
	{0, "list-interfaces", AMT_OPT_FLAG, &hellocap.list_interfaces,
	 .help = "list the interfaces that can be captured on"},
	{0, "uuid-order", AMT_OPT_FLAG, &hellocap.uuid_order,
	 .help = "show UUIDs in the other byte order, as consoles show those of old BIOSes"},
	{0, "max-flows", AMT_OPT_UINT, &hellocap.max_flows, "N",
	 "connections to follow at a time (65536); the oldest makes room, and is counted",
	 .min = 16, .max = 16e6},
	{0, "max-memory", AMT_OPT_UINT, &hellocap.max_memory, "MIB",
	 "memory that the run may use (256); what does not fit is counted and said", .min = 64,
	 .max = 1e6},
	{0, "buffer", AMT_OPT_UINT, &hellocap.buffer, "MIB",
	 "kernel buffer of a live capture per interface", .min = 1, .max = 2000},
	{0, "promiscuous", AMT_OPT_FLAG, &hellocap.promiscuous,
	 .help = "see frames for others too (the default; --no-promiscuous)"},
	AMT_OPT_END};

static bool addresses(struct amt_error *err)
{
	for (size_t i = 0; i < hellocap.servers_text.n; i++) {
		struct hello_ip ip;

		if (!hello_ip_parse(hellocap.servers_text.v[i], &ip))
			return amt_fail(err, "--server %s: this is no IP address",
					hellocap.servers_text.v[i]);
		amt_vec_push(&hellocap.servers, ip);
	}
	for (size_t i = 0; i < hellocap.ports_text.n; i++) {
		uint64_t port;

		if (!amt_num_u64(hellocap.ports_text.v[i], 1, 65535, &port, err))
			return amt_fail_prefix(err, "--port");
		amt_vec_push(&hellocap.ports, (uint16_t)port);
	}
	for (size_t i = 0; i < hellocap.expect.n; i++) {
		const char *s = hellocap.expect.v[i];
		struct hello_ip ip;
		struct hello_mac mac;
		uint8_t uuid[17];

		if (!hello_ip_parse(s, &ip) && !hello_mac_parse(s, &mac) &&
		    amt_hex_decode(s, uuid, sizeof(uuid)) != 16)
			return amt_fail(err, "--expect %s: neither a MAC nor an address nor a UUID",
					s);
	}
	return true;
}

/* What is left on the command line: captures by their names, or a BPF filter. */
static void rest(struct amt_cli *cli)
{
	amt_buf_init(&hellocap.filter, 64 * AMT_KIB);
	for (size_t i = 0; i < cli->args.n; i++) {
		const char *s = cli->args.v[i];
		struct stat st;

		if (!hellocap.interfaces.n && !hellocap.filter.len && stat(s, &st) == 0) {
			amt_vec_push(&hellocap.files, s);
			continue;
		}
		if (hellocap.filter.len)
			amt_buf_byte(&hellocap.filter, ' ');
		amt_buf_str(&hellocap.filter, s);
	}
}

bool hellocap_setup(struct amt_cli *cli, struct amt_error *err)
{
	int sources;

	if (!addresses(err))
		return false;
	rest(cli);
	sources = (hellocap.interfaces.n > 0) + (hellocap.files.n > 0) + (hellocap.payload != NULL);
	if (sources > 1)
		return amt_fail(err, "-i, -r and --payload do not go together");
	if (!sources && !cli->replay && !hellocap.list_interfaces)
		return amt_fail(
			err,
			hellocap.filter.len
				? "%s: no such file, and a filter needs -i"
				: "%snothing to look at: give -i IFACE, -r FILE or --payload FILE",
			hellocap.filter.len ? amt_buf_cstr(&hellocap.filter) : "");
	if (hellocap.write && hellocap.payload)
		return amt_fail(err, "-w has no packets to write with --payload");
	hellocap.options = (struct hello_options){
		.servers = hellocap.servers.v,
		.n_servers = hellocap.servers.n,
		.names = &hellocap.names,
		.expect = &hellocap.expect,
		.ports = hellocap.ports.v,
		.n_ports = hellocap.ports.n,
		.max_flows = hellocap.max_flows,
		.max_memory = hellocap.max_memory * AMT_MIB,
		.max_hellos = hellocap.count,
		.threads = cli->jobs,
		.uuid_swapped = hellocap.uuid_order,
		.filter = hellocap.filter.len ? amt_buf_cstr(&hellocap.filter) : NULL,
		.name_of_hash = pki_root_name_of_hash,
		.progress = &cli->progress,
	};
	return true;
}
