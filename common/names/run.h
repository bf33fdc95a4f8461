/* A collection under way. Private to the files of collect. */
#ifndef AMTDIAG_NAMES_RUN_H
#define AMTDIAG_NAMES_RUN_H

#include "names/asker.h"
#include "names/message.h"

#define NAMES_NS_MAX      16 /* servers of one zone that are asked */
#define NAMES_DC_MAX      8  /* domain controllers that become servers */
#define NAMES_ADDRESS_MAX 16 /* addresses of one host that are looked up back */

struct names_run {
	struct amt_loop *loop;
	struct dns_asker *asker;
	const struct amt_names_options *o;
	struct amt_names_facts *f;
	struct amt_error *err;
	bool stopped;
};

/* servers.c */
bool dns_server_parse(const char *text, struct amt_addr *out, struct amt_error *err);
/* Adds a server unless it is there; it becomes one of the clients' when clients is set. */
bool names_add_server(struct names_run *r, const struct amt_addr *addr, const char *origin,
		      bool clients);
/* From options, else from DHCP, resolv.conf; suffixes likewise. */
bool names_find_servers(struct names_run *r);
void names_add_suffix(struct names_run *r, const char *suffix);
bool names_list_add(struct amt_names_facts *f, struct amt_strlist *l, const char *s);

/* fleet.c */
void names_collect_hosts(struct names_run *r);

/* copy.c */
struct amt_dns_reply names_reply_copy(struct amt_arena *arena, const struct amt_dns_reply *r);
struct amt_dns_host names_host_copy(struct amt_arena *arena, const struct amt_dns_host *h);

/* Runs the loop until every question has ended. */
void names_wait(struct names_run *r);

#endif
