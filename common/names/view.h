/* What the replies about one host, taken together, say. Pure; shared by judges, JSON and tables. */
#ifndef AMTDIAG_NAMES_VIEW_H
#define AMTDIAG_NAMES_VIEW_H

#include "names/message.h"

#define VIEW_MAX 32 /* distinct values of one host that are told apart */

enum view_state {
	VIEW_NOT_ASKED,
	VIEW_UNKNOWN, /* no server gave a definite answer */
	VIEW_MISSING, /* definite: there is none */
	VIEW_OTHER,   /* reverse: only other names */
	VIEW_MATCH
};

struct host_view {
	enum view_state forward, reverse;
	const char *address[VIEW_MAX]; /* distinct A values */
	size_t n_addresses;
	const char *address6[VIEW_MAX];
	size_t n_addresses6;
	const char *ptr[VIEW_MAX]; /* distinct PTR values of all its addresses */
	size_t n_ptr;
	const char *alias; /* what it is an alias of: the end of the chain if it has one; NULL */
	uint32_t ttl;
	bool agree;         /* all servers with a definite answer about A say the same */
	bool reverse_agree; /* the same for PTR */
	bool flap;          /* one server changed its answer between rounds */
	bool reverse_gap;   /* one of its addresses has no PTR to this name */
	bool broken_alias;  /* dangling or looping */
	bool alias_ptr;     /* the address of an alias leads to the name behind it */
	bool asked6;        /* IPv6 addresses were asked for */
	bool ptr_unbacked;  /* some other name in PTR does not lead back to the address */
	unsigned silent;    /* servers without a definite answer about A */
	bool given_address; /* the target is an address */
	/* yes: forward and reverse lead to each other on every server; maybe: not measured */
	enum amt_tri consistent;
};

void host_view(const struct amt_names_facts *f, const struct amt_dns_host *h, struct host_view *v);
/* Same set of values of that type. */
bool replies_agree(const struct amt_dns_reply *a, const struct amt_dns_reply *b, unsigned type);
/* "192.0.2.1", or with ":port" when it is not 53. */
const char *server_text(const struct amt_names_facts *f, unsigned server, char out[96]);

#endif
