/* What the files of amt-hellocap share. */
#ifndef HELLOCAP_H
#define HELLOCAP_H

#include "amtdiag/cli.h"
#include "amtdiag/hello.h"

struct hellocap {
	/* as given */
	struct amt_strlist interfaces, files, servers_text, root_files, names, expect, ports_text;
	const char *payload, *write;
	double duration;
	unsigned count, max_flows, max_memory, buffer;
	bool list_interfaces, uuid_order, promiscuous;
	/* made of it */
	struct AMT_VEC(struct hello_ip) servers;
	struct AMT_VEC(struct hello_root) roots;
	struct AMT_VEC(uint16_t) ports;
	struct amt_buf filter; /* the BPF of the user; empty: ours */
	struct hello_options options;
	struct hello_facts facts;
	struct hello_writer *writer; /* -w */
};
extern struct hellocap hellocap;
extern const struct amt_opt hellocap_options[];

/* options.c: after parsing, before anything is opened */
bool hellocap_setup(struct amt_cli *cli, struct amt_error *err);
/* roots.c: certificates of --root, hashed; a file that is none is a note */
void hellocap_load_roots(struct amt_cli *cli);
/* main.c: from here on only the named files, and no new sockets */
bool hellocap_confine(struct amt_cli *cli, struct amt_error *err);
/* live.c */
bool hellocap_live(struct amt_cli *cli, struct amt_error *err);
int hellocap_interfaces(struct amt_cli *cli); /* --list-interfaces */
/* chains.c: certificates seen on the wire, judged by pki */
void hellocap_judge_chains(struct amt_cli *cli);
/* sections.c */
void hellocap_sections(struct amt_cli *cli);

#endif
