/* amt-hellocap: the hello message and everything around it. */
#include "hellocap.h"

#include <stdlib.h>

/* Opened before, or never again: only what is named can be read from here on. */
bool hellocap_confine(struct amt_cli *cli, struct amt_error *err)
{
	struct amt_confine c = {0};

	for (size_t i = 0; i < hellocap.files.n; i++)
		amt_vec_push(&c.read, hellocap.files.v[i]);
	for (size_t i = 0; i < hellocap.root_files.n; i++)
		amt_vec_push(&c.read, hellocap.root_files.v[i]);
	if (hellocap.payload)
		amt_vec_push(&c.read, hellocap.payload);
	if (hellocap.write)
		amt_vec_push(&c.write, hellocap.write);
	return amt_cli_confine(cli, &c, err);
}

/* An hour of capturing is not begun when what is captured can't be kept. */
static int special(struct amt_cli *cli)
{
	struct amt_error err = {0};

	if (hellocap.list_interfaces)
		return hellocap_interfaces(cli);
	if (!hellocap.write)
		return -1;
	hellocap.writer = hello_writer_open(hellocap.write, &err);
	if (!hellocap.writer) {
		amt_cli_say(cli, "%s", err.text);
		return AMT_EXIT_IO;
	}
	hellocap.options.relevant = hello_writer_packet;
	hellocap.options.relevant_arg = hellocap.writer;
	return -1;
}

static bool collect(struct amt_cli *cli, struct amt_error *err)
{
	struct hello_facts *f = &hellocap.facts;
	struct amt_notes *notes = &cli->run.notes;
	struct amt_error why = {0};
	bool ok = true;

	if (hellocap.interfaces.n)
		return hellocap_live(cli, err);
	if (!hellocap_confine(cli, err))
		return false;
	hellocap_load_roots(cli);
	if (hellocap.payload) {
		ok = hello_collect_payload(hellocap.payload, &hellocap.options, f, notes, &why);
	} else if (hellocap.files.n) {
		ok = hello_collect(&hellocap.files, &hellocap.options, f, notes, &why);
	}
	if (!ok) /* bad input, not our failure: the verdict will be unknown */
		amt_note_add(notes, hellocap.payload ? hellocap.payload : hellocap.files.v[0], "%s",
			     why.text);
	return true;
}

static bool replay(struct amt_cli *cli, const json_t *facts, struct amt_error *err)
{
	(void)cli;
	if (!hello_from_json(facts, &hellocap.facts, err))
		return false;
	hello_relate(&hellocap.facts, hellocap.uuid_order);
	return true;
}

static void write_facts(void *unused, struct amt_json_out *o)
{
	(void)unused;
	hello_write_facts(&hellocap.facts, hellocap.uuid_order, o);
}

static void judge(struct amt_cli *cli)
{
	struct amt_error err = {0};

	hello_judge(&hellocap.facts, &cli->context, &cli->run.findings);
	if (hellocap.interfaces.n && !hellocap.facts.captures.n && !cli->replay)
		amt_finding_add(&cli->run.findings, "T.04", AMT_UNKNOWN, hellocap.interfaces.v[0],
				"nothing could be captured here: see the note on the interface");
	hellocap_judge_chains(cli);
	cli->run.write_facts = write_facts;
	if (hellocap.writer &&
	    !hello_writer_finish(hellocap.writer, &hellocap.facts, &cli->run.findings, &err)) {
		amt_note_add(&cli->run.notes, hellocap.write, "%s", err.text);
		cli->io_failed = true;
	}
}

static void cleanup(struct amt_cli *cli)
{
	(void)cli;
	hello_writer_free(hellocap.writer);
	hello_facts_free(&hellocap.facts);
	amt_buf_free(&hellocap.filter);
	amt_vec_free(&hellocap.servers);
	amt_vec_free(&hellocap.roots);
	amt_vec_free(&hellocap.ports);
	amt_vec_free(&hellocap.interfaces);
	amt_vec_free(&hellocap.files);
	amt_vec_free(&hellocap.servers_text);
	amt_vec_free(&hellocap.root_files);
	amt_vec_free(&hellocap.names);
	amt_vec_free(&hellocap.expect);
	amt_vec_free(&hellocap.ports_text);
}

int main(int argc, char **argv)
{
	const struct amt_tool tool = {
		.name = "amt-hellocap",
		.id = AMT_TOOL_HELLOCAP,
		.purpose = "capture and explain the hello messages of Intel AMT",
		.synopsis = "-i IFACE [-w OUT.pcapng] [options] [BPF...]\n[-r] FILE... "
			    "[options]\n--payload FILE",
		.description = "Decodes the hello message that a computer with Intel AMT sends to "
			       "the provisioning server, and "
			       "reads what happens around it: DHCP, DNS, connection attempts, the "
			       "server's call back and its TLS "
			       "handshake, presence pongs. Each device gets one timeline, with the "
			       "step where it stops.\n\n"
			       "Conclusions follow the symptom table of the handbook. Each names "
			       "the frames it rests on, what else it "
			       "could be, and what would tell them apart. That something is "
			       "missing is only concluded from a "
			       "complete capture that is long enough.",
		.examples = "amt-hellocap site.pcapng\n    what a capture file shows, device by "
			    "device\n"
			    "amt-hellocap -i eth1 --duration 4000 -w case.pcapng\n    capture for "
			    "an hour, keep the packets that matter\n"
			    "amt-hellocap -r server.pcap --server 10.0.0.5 --root root.cer "
			    "--json\n    judge destinations and hash lists, for other tools\n"
			    "amt-hellocap --payload hello.bin\n    decode one message\n",
		.options = hellocap_options,
		.setup = hellocap_setup,
		.special = special,
		.collect = collect,
		.replay = replay,
		.judge = judge,
		.sections = hellocap_sections,
		.cleanup = cleanup,
	};

	return amt_cli_main(&tool, argc, argv);
}
