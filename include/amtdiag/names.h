/*
 * Names and leases as AMT and the service point see them: what every DNS server
 * answers, question by question, and what every DHCP server would hand out.
 * c-ares on the process event loop (net.h); DHCP by raw socket, DISCOVER and
 * INFORM only, so that no lease is ever taken.
 *
 * Collect fills facts, judge is pure, facts go to JSON and back. A question that
 * was not answered is a fact of its own kind, never an empty answer.
 */
#ifndef AMTDIAG_NAMES_H
#define AMTDIAG_NAMES_H

#include "amtdiag/core.h"
#include "amtdiag/guide.h"
#include "amtdiag/report.h"

struct amt_loop;

/* ---- DNS: one question to one server ---- */

/* How it ended. Every way that the field tells apart has its own word. */
enum amt_dns_outcome {
#define AMT_DNS_OUTCOME(id, name, meaning) AMT_DNS_##id,
#include "amtdiag/dns_outcomes.def"
#undef AMT_DNS_OUTCOME
	AMT_DNS_OUTCOMES
};
const char *amt_dns_outcome_name(enum amt_dns_outcome o);    /* "nxdomain" */
const char *amt_dns_outcome_meaning(enum amt_dns_outcome o); /* a phrase */
bool amt_dns_outcome_parse(const char *name, enum amt_dns_outcome *out);
/* True when the server spoke for the name: an answer, or a definite "there is none". */
bool amt_dns_outcome_definite(enum amt_dns_outcome o);

/* Record types that are asked or understood (RFC 1035, 3596, 2782). */
enum {
	AMT_DNS_A = 1,
	AMT_DNS_NS = 2,
	AMT_DNS_CNAME = 5,
	AMT_DNS_SOA = 6,
	AMT_DNS_PTR = 12,
	AMT_DNS_AAAA = 28,
	AMT_DNS_SRV = 33,
	AMT_DNS_OPT = 41
};
char *amt_dns_type_name(unsigned type, char out[16]); /* "A", "TYPE65" */
bool amt_dns_type_parse(const char *name, unsigned *out);
const char *amt_dns_rcode_name(unsigned rcode); /* "NXDOMAIN"; "RCODE11" style is "other" */

/* One record of the answer, in the order of the alias chain. */
struct amt_dns_rr {
	uint16_t type;
	uint32_t ttl;     /* seconds */
	const char *text; /* address, name without the last dot, "prio weight port host", "mname
			     rname serial" */
};

enum amt_dns_flag {
	AMT_DNS_AA = 1 << 0,         /* the server is authoritative */
	AMT_DNS_TC = 1 << 1,         /* the UDP answer was cut */
	AMT_DNS_RA = 1 << 2,         /* recursion is offered */
	AMT_DNS_EDNS = 1 << 3,       /* the answer carried EDNS */
	AMT_DNS_TCP = 1 << 4,        /* this answer came over TCP */
	AMT_DNS_UDP_LOST = 1 << 5,   /* UDP had no answer, TCP had */
	AMT_DNS_TCP_FAILED = 1 << 6, /* cut over UDP, and TCP failed: values are partial */
	AMT_DNS_NO_EDNS = 1 << 7,    /* only a question without EDNS was answered */
};

struct amt_dns_reply {
	const char *name; /* as asked, no dot at the end */
	uint16_t type;
	uint16_t server; /* index into servers */
	uint8_t outcome; /* enum amt_dns_outcome */
	uint8_t rcode;
	uint8_t tries; /* packets sent over UDP */
	uint8_t flags; /* enum amt_dns_flag */
	uint32_t n_rr;
	uint32_t ttl; /* the smallest of the answer; 0 when there is none */
	float ms;     /* from the packet that was answered to the answer */
	amt_time at;
	struct amt_dns_rr *rr;
};
/* The n-th value of that type, from 0; NULL when there are fewer. */
const char *amt_dns_value(const struct amt_dns_reply *r, unsigned type, size_t n);
size_t amt_dns_values(const struct amt_dns_reply *r, unsigned type);
bool amt_dns_has_value(const struct amt_dns_reply *r, unsigned type, const char *text);
struct amt_dns_replies AMT_VEC(struct amt_dns_reply);

/* ---- facts ---- */

struct amt_dns_server {
	const char *address; /* "192.0.2.1" */
	unsigned port;
	const char
		*origin; /* "option", "resolv.conf", "dhcp 192.0.2.9", "NS of corp.example.com" */
	bool clients;    /* clients are told to use it; false: only authoritative for a zone */
	uint64_t questions, answered, lost, /* packets without an answer in time */
		ignored, /* datagrams that fit no open question: late, doubled, forged or malformed
			  */
		tcp;     /* questions over TCP */
	unsigned window_low, window_high; /* the adaptive window's range in the run */
	double ms_min, ms_mean, ms_max;
	bool given_up; /* never answered: the rest was not asked */
};

/* ProvisionServer, one name at one server. */
struct amt_dns_provision {
	const char *suffix; /* "" for the bare name */
	struct amt_dns_reply a, aaaa;
};

/* A client zone at one server. */
struct amt_dns_zone {
	const char *suffix;
	bool listed; /* the zone's NS records name this server */
	struct amt_dns_reply soa, ns;
	struct amt_dns_reply update; /* the opt-in empty UPDATE; type 0 when not sent */
};

/* A name to look at, and what the inventory says about it. */
struct amt_dns_target {
	const char *name;     /* a name or an address */
	const char *source;   /* "clients.csv line 12", "argument" */
	const char *address;  /* where it should be; NULL: not known */
	const char *wireless; /* its wireless address; NULL */
};

struct amt_dns_host {
	struct amt_dns_target target;
	uint64_t index; /* position in the input, from 0 */
	/* The lists' storage is in the arena of the facts: never pushed to. */
	struct amt_dns_replies forward; /* A and AAAA of the name, every server, every round */
	struct amt_dns_replies reverse; /* PTR of every address found */
	struct amt_dns_replies back;    /* A of every other name that a PTR gave */
};

enum amt_dhcp_kind {
	AMT_DHCP_DISCOVER = 1,
	AMT_DHCP_OFFER,
	AMT_DHCP_REQUEST,
	AMT_DHCP_DECLINE,
	AMT_DHCP_ACK,
	AMT_DHCP_NAK,
	AMT_DHCP_RELEASE,
	AMT_DHCP_INFORM
};
const char *amt_dhcp_kind_name(unsigned kind); /* "OFFER" */

struct amt_dhcp_reply;
const char *amt_dhcp_reply_name(const struct amt_dhcp_reply *r); /* "OFFER", "ADVERTISE" */

#define AMT_DHCP_FQDN_S 0x01 /* option 81 flags, RFC 4702 section 2.1 */
#define AMT_DHCP_FQDN_O 0x02
#define AMT_DHCP_FQDN_E 0x04
#define AMT_DHCP_FQDN_N 0x08

/* A DHCP message of a server, or a scope of an export. Lists are NULL-terminated; absent = NULL. */
struct amt_dhcp_reply {
	const char *source; /* "eth0", "offer.pcap frame 7", "dhcp.txt line 40" */
	const char *server; /* option 54, else the sender; "" in an export that names none */
	const char *sender; /* IPv4 source; NULL in an export */
	const char *sender_mac;
	const char *scope; /* export: "10.8.0.0/24", and whether it is on */
	bool inactive;
	bool v6; /* of DHCPv6, an OFFER being its ADVERTISE, an ACK its REPLY; dns is option 23,
		    search option 24 */
	/* Export: the clients that it is for, when not all ("members of the class phones"), and
	 * what else may decide option 6 or 15 than what was read here. NULL: nothing. */
	const char *only_for, *doubt_dns, *doubt_domain;
	uint8_t kind;  /* enum amt_dhcp_kind; 0: export */
	uint8_t asked; /* DISCOVER or INFORM that it answers; 0: seen in passing */
	uint32_t xid;
	const char *client_mac;
	const char *yiaddr, *giaddr; /* NULL when 0.0.0.0 */
	const char *mask, *subnet;
	const char *const *routers;
	const char *const *dns;    /* option 6 */
	const char *host_name;     /* option 12 */
	const char *domain;        /* option 15; "" when present and empty */
	const char *domain_fault;  /* what is wrong with its bytes: "ends in a NUL byte"; NULL */
	const char *const *search; /* option 119 */
	const char *const *wins;   /* option 44 */
	int64_t lease;             /* option 51, seconds; -1: absent */
	int fqdn_flags; /* option 81; -1: absent. Export: the dynamic update setting of the scope */
	const char *fqdn;
	const char *dynamic_update;   /* export: what it says about registering names; NULL */
	const char *relay;            /* option 82 as hex */
	const char *const *malformed; /* what does not fit the format, in words */
	double ms;
	amt_time at;
	size_t copies; /* the same message came this often */
};

/* What was asked on an interface, whether or not anybody answered. */
struct amt_dhcp_probe {
	const char *interface;
	const char *mac, *address; /* address: for INFORM; NULL */
	const char *fqdn;          /* sent in option 81 */
	uint8_t kind;
	double waited; /* seconds */
	size_t replies;
	const char *failed; /* why it could not be sent; NULL */
	amt_time at;
};

/* A question asked to find things out: service records, addresses of what they name. */
struct amt_dns_lookup {
	const char *why; /* "domain controllers of example.com" */
	struct amt_dns_reply reply;
};

struct amt_names_facts {
	struct amt_arena arena; /* owns everything below but the vectors' storage */
	struct AMT_VEC(struct amt_dns_server) servers;
	struct amt_strlist suffixes, provision_names;
	struct amt_strlist given_suffixes;          /* those that the site gives, DHCP's aside */
	struct amt_strlist service_points;          /* as given */
	struct amt_strlist service_point_addresses; /* IPv4, given or looked up */
	struct amt_strlist ad_domains; /* as given: the forest's domains, first the root */
	struct amt_strlist certificate_suffixes; /* DNS suffixes of the provisioning certificate */
	struct AMT_VEC(struct amt_dns_provision) provision;
	struct AMT_VEC(struct amt_dns_zone) zones;
	struct AMT_VEC(struct amt_dns_lookup) lookups;
	struct AMT_VEC(struct amt_dns_host) hosts;
	struct AMT_VEC(struct amt_dhcp_probe) probes;
	struct AMT_VEC(struct amt_dhcp_reply) dhcp;
	uint64_t hosts_seen; /* all, also those that were streamed and not kept */
	unsigned rounds;
	double seconds; /* that asking DNS took */
	bool interrupted;
};
void amt_names_facts_free(struct amt_names_facts *f);
/* Facts as in CLI.md and back (round trip tested). */
json_t *amt_names_to_json(const struct amt_names_facts *f);
bool amt_names_from_json(const json_t *facts, struct amt_names_facts *f, struct amt_error *err);
/* The same, one host at a time: a fleet as a tree takes ten times its facts. */
void amt_names_write_json(const struct amt_names_facts *f, struct amt_json_out *o);
json_t *amt_names_dhcp_to_json(const struct amt_dhcp_reply *r);

/* ---- collect ---- */

struct amt_names_options {
	struct amt_strlist servers;         /* "192.0.2.1", "192.0.2.1:5353", "[2001:db8::1]:53" */
	struct amt_strlist suffixes;        /* client DNS suffixes */
	struct amt_strlist provision_names; /* empty: ProvisionServer */
	struct amt_strlist service_points;  /* addresses, or names to look up */
	struct amt_strlist ad_domains; /* one server found by SRV is added when servers is empty */
	struct amt_strlist certificate_suffixes;
	const char *resolv_conf; /* read when no server is given otherwise; NULL: not */
	double timeout;          /* seconds per question, over all tries; 0: 5 */
	unsigned tries;          /* UDP packets per question; 0: 3 */
	unsigned qps;            /* per server; 0: no ceiling */
	unsigned window;         /* open questions per server at most; 0: 100 */
	unsigned rounds;         /* how often hosts are asked; 0: 1 (catalogue S3.C06c: 5) */
	double round_pause;      /* seconds between rounds */
	bool no_provision;       /* only hosts */
	bool no_aaaa;
	bool no_authoritative; /* do not ask the zones' own servers */
	bool update;           /* send the empty UPDATE; off by default */
	/* Names to look at, one by one, so that a fleet need not be in memory. Strings are copied.
	 * False at the end. */
	bool (*next)(void *arg, struct amt_dns_target *t);
	void *next_arg;
	uint64_t total; /* for progress; 0: not known */
	/* Given: called in input order with each finished host, which is then forgotten. False
	 * stops. */
	bool (*each)(void *arg, const struct amt_names_facts *f, const struct amt_dns_host *h);
	void *each_arg;
	const struct amt_progress *progress;
	struct amt_notes *notes;
};
/* What DHCP is judged against (names, suffixes, domains of o) where nobody is asked. */
void amt_names_expect(const struct amt_names_options *o, struct amt_names_facts *f);
/* Adds to facts (which may hold DHCP already: its servers and suffixes are used). False only for
 * our own failure; what could not be asked is a fact or a note. */
bool amt_names_collect(struct amt_loop *loop, const struct amt_names_options *o,
		       struct amt_names_facts *f, struct amt_error *err);

/* A raw socket for DHCP on one interface. Open needs CAP_NET_RAW; probing does not. */
struct amt_dhcp_socket;
struct amt_dhcp_socket *amt_dhcp_open(const char *interface, struct amt_error *err);
void amt_dhcp_close(struct amt_dhcp_socket *s); /* NULL allowed */
struct amt_dhcp_options {
	const char *mac;  /* NULL: the interface's own */
	const char *fqdn; /* option 81; NULL: a throw-away name */
	double wait;      /* seconds; 0: 4 */
};
/* Sends DISCOVER, and INFORM when the interface has an address; collects all that comes back. */
bool amt_dhcp_probe(struct amt_loop *loop, struct amt_dhcp_socket *s,
		    const struct amt_dhcp_options *o, struct amt_names_facts *f,
		    struct amt_error *err);
/* One DHCP message (the UDP payload). Strings go to the arena. False: not DHCP at all. */
bool amt_dhcp_parse(const void *p, size_t n, struct amt_arena *arena, struct amt_dhcp_reply *out,
		    struct amt_error *err);
/* Appends a reply seen elsewhere (a capture). The reply's strings must be in f's arena. */
void amt_names_add_dhcp(struct amt_names_facts *f, const struct amt_dhcp_reply *r);
/* Reads an export (`netsh dhcp server dump`, dhcpd.conf, Kea's JSON); the kind is seen by itself.
 * Scopes become facts. Lines that are not understood are counted in a note. */
bool amt_dhcp_export_read(const char *path, struct amt_names_facts *f, struct amt_notes *notes,
			  struct amt_error *err);
bool amt_dhcp_export_parse(const char *name, const char *text, size_t n, struct amt_names_facts *f,
			   struct amt_notes *notes, struct amt_error *err);

/* ---- judge ---- */

/* What the answers about one host come to, for tables. */
struct amt_dns_verdict {
	enum amt_tri consistent; /* forward and reverse lead to each other; MAYBE: not measured */
	bool agree;              /* every server says the same */
	uint32_t ttl;            /* the smallest of its address records */
	unsigned faults;         /* enum amt_name_fault */
};
struct amt_dns_verdict amt_dns_host_verdict(const struct amt_names_facts *f,
					    const struct amt_dns_host *h);

/* More hosts than this: findings are grouped by cause, not given one by one. */
#define AMT_NAMES_GROUP_ABOVE 200
/* The whole of the facts. Pure. */
void amt_names_judge(const struct amt_names_facts *f, const struct amt_context *ctx,
		     struct amt_findings *fs);

/* What is wrong with a name, for AMT (catalogue S3.C03). Bits; 0: nothing. */
enum amt_name_fault {
	AMT_NAME_EMPTY = 1 << 0,
	AMT_NAME_UNDERSCORE = 1 << 1,
	AMT_NAME_NOT_ASCII = 1 << 2,
	AMT_NAME_CHARACTER = 1 << 3,   /* anything else than letters, digits, hyphen and dot */
	AMT_NAME_HYPHEN_EDGE = 1 << 4, /* a label begins or ends with a hyphen */
	AMT_NAME_EMPTY_LABEL = 1 << 5,
	AMT_NAME_LABEL_LONG = 1 << 6, /* above 63 characters: RFC 1035 section 2.3.4 */
	AMT_NAME_LONG = 1 << 7,       /* above 253 characters */
	AMT_NAME_DOMAIN_LONG =
		1 << 8,            /* above 191 characters: AMT 6.0 and up (handbook, device 1.2) */
	AMT_NAME_NETBIOS = 1 << 9, /* host above 15 characters: AD's computer name */
	AMT_NAME_BARE = 1 << 10,   /* no domain */
	AMT_NAME_NUMERIC = 1 << 11, /* the first label is a number only */
};
#define AMT_NAME_FATAL                                                                             \
	(AMT_NAME_EMPTY | AMT_NAME_UNDERSCORE | AMT_NAME_NOT_ASCII | AMT_NAME_CHARACTER |          \
	 AMT_NAME_HYPHEN_EDGE | AMT_NAME_EMPTY_LABEL | AMT_NAME_LABEL_LONG | AMT_NAME_LONG |       \
	 AMT_NAME_DOMAIN_LONG)
unsigned amt_name_check(const char *name);
/* The faults in words, ", " between them. */
void amt_name_faults(unsigned faults, char *out, size_t size);

/* Where a name stands against the AD domains of the forest. */
enum amt_namespace {
	AMT_NS_SAME,       /* directly in one of the domains */
	AMT_NS_BELOW,      /* deeper: the primary suffix is not an AD domain (disjoint) */
	AMT_NS_OTHER_TREE, /* in a domain of another tree of the forest */
	AMT_NS_OUTSIDE,    /* in none of them */
	AMT_NS_NO_DOMAIN   /* a bare name */
};
enum amt_namespace amt_namespace_of(const char *name, const char *const *domains, size_t n);
const char *amt_namespace_meaning(enum amt_namespace ns);

/* Parts that tests and fuzzing reach: pure. */
bool amt_dns_name_valid(const char *name);
bool amt_dns_reverse_name(const char *address, char *out, size_t size); /* 74 bytes are enough */
size_t amt_dns_query(const char *name, unsigned type, bool edns, uint8_t *out, size_t size);
/* What a whole answer says about the question. Returns false for a message that is not an answer to
 * it (then the outcome is malformed). Values go to the arena. */
bool amt_dns_read(const void *p, size_t n, const char *name, unsigned type, struct amt_arena *arena,
		  struct amt_dns_reply *out);

#endif
