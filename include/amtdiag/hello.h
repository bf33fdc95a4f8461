/*
 * Hello messages and everything around them on the wire.
 *
 *	hello_collect*()  captures into facts            (I/O)
 *	hello_relate()    facts into devices             (pure)
 *	hello_judge()     facts into findings            (pure)
 *	hello_to_json(), hello_from_json()               (exact round trip)
 *
 * Layout of the message, cadence and symptom rows: handbook "The Intel AMT hello
 * message" (hello.md), sections 1, 2 and 6. All facts carry frame numbers as
 * Wireshark counts them (from 1, per file).
 */
#ifndef AMTDIAG_HELLO_H
#define AMTDIAG_HELLO_H

#include "amtdiag/core.h"
#include "amtdiag/guide.h"
#include "amtdiag/report.h"

#define HELLO_PORT 9971 /* hello.md 0: the provisioning port, configurable on both sides */

struct hello_ip {
	uint8_t family; /* 0 none, 4, 6 */
	uint8_t bytes[16];
};
struct hello_ips AMT_VEC(struct hello_ip);
struct hello_indices AMT_VEC(uint32_t); /* into a list of facts */
#define HELLO_IP_TEXT 48
char *hello_ip_text(const struct hello_ip *ip, char out[HELLO_IP_TEXT]); /* "" for none */
bool hello_ip_parse(const char *s, struct hello_ip *out);
bool hello_ip_equal(const struct hello_ip *a, const struct hello_ip *b);

struct hello_mac {
	bool known;
	uint8_t bytes[6];
};
char *hello_mac_text(const struct hello_mac *m, char out[18]);
bool hello_mac_parse(const char *s, struct hello_mac *out);
bool hello_mac_equal(const struct hello_mac *a, const struct hello_mac *b); /* both known */

/* Where a fact was seen. capture indexes hello_facts.captures; frame 0: nowhere. */
struct hello_spot {
	amt_time time;
	uint32_t capture;
	uint64_t frame;
};

/* ---- the message ------------------------------------------------------- */

enum hello_mode { HELLO_MODE_UNKNOWN, HELLO_MODE_PSK, HELLO_MODE_PKI, HELLO_MODES };
enum hello_verdict { HELLO_NO, HELLO_PLAUSIBLE, HELLO_EXACT, HELLO_VERDICTS };

struct hello_hash {
	uint8_t type;         /* as on the wire: 1 SHA-1, 2 SHA-256, 3 disputed (hello.md 1.6 C3) */
	uint8_t length;       /* as on the wire */
	const uint8_t *bytes; /* length of them */
	const char *algorithm;     /* named from the length; static */
	const char *name;          /* of the root in the firmware table, NULL if not in it */
	enum amt_tri matches_root; /* MAYBE: no root was given, or no digest has its length */
};
struct hello_hashes AMT_VEC(struct hello_hash);

struct hello_message {
	uint16_t credentials; /* "admin credentials set": 0 or 1 */
	uint16_t version;     /* 2 PSK, 3 PKI */
	uint32_t retry;
	uint8_t uuid[16]; /* wire order */
	enum hello_mode mode;
	enum hello_verdict verdict;
	char pid[9];                /* PSK: 8 characters, "" otherwise */
	unsigned declared_hashes;   /* PKI: the count byte */
	struct hello_hashes hashes; /* complete records only */
	size_t length;              /* bytes of this message that were there */
	size_t expected;            /* bytes it should have; 0 when that cannot be known */
	const uint8_t *body;        /* what follows the header of a version we don't know */
	size_t body_length;
	const char *note; /* what is odd about it; NULL if nothing */
};
void hello_message_free(struct hello_message *m); /* the vector; the rest is the arena's */

/*
 * Decodes one message from the front of p. more: bytes may still follow. Returns
 * the bytes it takes, 0 if this is no hello (m->verdict is HELLO_NO then) or, with
 * more set, if it is not complete yet. Hash bytes are copied into the arena.
 */
size_t hello_decode(const uint8_t *p, size_t n, bool more, struct amt_arena *a,
		    struct hello_message *m);
/* The first 24 bytes pass the header test of hello.md 1.7 for versions 1 to 3. */
bool hello_looks_like(const uint8_t *p, size_t n);
/* 36 characters. swapped: the other byte order (old BIOSes; hello.md 1.5). */
char *hello_uuid_text(const uint8_t wire[16], bool swapped, char out[37]);
const char *hello_algorithm(size_t hash_length);
const char *hello_mode_name(enum hello_mode m);
const char *hello_verdict_name(enum hello_verdict v);

/* ---- facts ------------------------------------------------------------- */

/* A root certificate that hellos are compared with (--root). */
struct hello_root {
	const char *label;
	uint8_t md5[16], sha1[20], sha256[32], sha384[48], sha512[64]; /* hello.md 1.3, C3 */
};

struct hello_seen {
	struct hello_spot at; /* the segment that began it */
	uint64_t last_frame;  /* the segment that completed it */
	struct hello_ip source, destination;
	uint16_t source_port, destination_port;
	struct hello_mac mac;
	struct hello_message m;
};

/* One TLS handshake as an observer sees it. */
struct hello_tls {
	bool client_hello, server_hello, server_done, client_key;
	bool client_ccs, server_ccs;                     /* both: the handshake went through */
	uint16_t client_version, server_version, cipher; /* as on the wire; 0x0303 = TLS 1.2 */
	bool server_cert, client_cert, client_cert_empty, cert_request;
	struct hello_spot server_cert_at, client_cert_at;
	struct hello_indices server_chain, client_chain; /* into hello_facts.certificates */
	const char *psk_identity;                        /* NULL if none was sent */
	uint8_t alert_level, alert;                      /* first alert in clear; level 0: none */
	uint8_t alert_by;                                /* 1 client, 2 server */
	struct hello_spot alert_at;
	uint64_t client_bytes, server_bytes; /* of application data records */
};

enum hello_content {
	HELLO_CONTENT_NONE,
	HELLO_CONTENT_HELLO,
	HELLO_CONTENT_HTTP,
	HELLO_CONTENT_TLS,
	HELLO_CONTENT_OTHER,
	HELLO_CONTENTS
};

/* One TCP connection that matters: to the hello port, or to an AMT port. */
struct hello_conn {
	struct hello_spot first; /* first packet seen */
	amt_time last;
	uint64_t last_frame;
	struct hello_ip client, server; /* who opened it, who was called */
	uint16_t client_port, server_port;
	struct hello_mac client_mac, server_mac;
	unsigned syns;    /* without SPAN duplicates */
	bool begun;       /* the SYN was seen */
	bool accepted;    /* SYN-ACK seen */
	bool established; /* data or ACK after it */
	uint8_t reset_by; /* 0 nobody, 1 client, 2 server */
	uint8_t closed_by;
	uint64_t frame_synack, frame_reset, frame_close;
	uint64_t client_bytes, server_bytes; /* payload, retransmissions not counted */
	bool gap;                            /* bytes are missing: lost by the capture */
	bool cut;                            /* bytes are missing: the capture's snap length */
	bool passing; /* only carries DNS while its flow lives: never a fact of its own */
	bool evicted; /* state was given up under --max-flows before it ended */
	enum hello_content content; /* of what the client sent first */
	unsigned hellos;
	uint8_t icmp_type, icmp_code; /* of an unreachable about it; with icmp_frame */
	struct hello_ip icmp_from;
	uint64_t icmp_frame;
	const char *http_server; /* value of the Server header; NULL if none */
	struct hello_tls tls;
};

/* What tells one message of a client from the next. */
struct hello_dhcp_id {
	amt_time time;
	uint32_t xid, yiaddr;
	uint8_t type;
	bool relayed;
};

/* What DHCP said about one MAC. */
struct hello_lease {
	struct hello_mac mac;
	struct hello_ips dns; /* option 6 of the ACK */
	struct hello_spot first;
	unsigned discovers, offers, requests, acks, naks;
	struct hello_spot discover, offer, ack, nak; /* the latest of each */
	struct hello_ip address, server, relay;
	bool has_dns, has_suffix;
	bool cut;                  /* the snap length cut the ACK: what it lacks may stand there */
	const char *suffix;        /* option 15 of the ACK */
	const char *hostname;      /* option 12 of the client */
	const char *fqdn;          /* option 81 */
	const char *class_id;      /* option 60 */
	const char *params;        /* option 55 as hex: nothing is concluded from it */
	uint32_t lease;            /* seconds, option 51 */
	struct hello_dhcp_id last; /* while the capture is read: relays repeat messages */
};

/* What DHCPv6 handed out: answers that differ, each once. */
struct hello_dhcp6 {
	struct hello_spot at;
	bool reply;                     /* else an ADVERTISE */
	struct hello_ip server, client; /* as seen here; by way of a relay: the relay's client */
	struct hello_ips dns;           /* option 23 */
	const char *domains;            /* option 24, blanks between them; NULL: none */
	uint64_t seen;
};

/* One question about the provisioning server's name. */
struct hello_query {
	struct hello_ip client, server;
	const char *name;
	uint16_t type; /* 1 A, 28 AAAA */
	bool bare;     /* a single label: no suffix was known */
	unsigned asked, answered;
	struct hello_spot question, answer;
	uint8_t rcode;
	bool truncated;
	bool cut; /* the snap length cut the latest answer */
	bool tcp; /* the latest of them went over TCP */
	struct hello_ips addresses;
	const char *cname; /* the last name of the chain; NULL if none */
	uint32_t ttl;
	struct hello_mac mac;
};

/* RMCP presence ping or pong (hello.md 4.1). */
struct hello_rmcp {
	struct hello_spot at;
	struct hello_ip from, to;
	bool pong;
	uint8_t tag;
	uint32_t enterprise;  /* 343 Intel */
	uint16_t port;        /* 16992, 16993 or 0 */
	uint8_t major, minor; /* 0.0: older than 6.0 */
	uint8_t state;        /* 0 not configured, 1 in progress, 2 configured */
	bool both_ports;
	uint8_t entities, interactions;
};

struct hello_capture {
	const char *name;   /* file or interface */
	const char *format; /* "pcap", "pcapng", "live" */
	bool live;
	amt_time first, last;
	uint64_t packets, bytes;
	uint64_t cut;                 /* packets shorter than on the wire */
	uint32_t snaplen;             /* smallest that was said; 0 unknown */
	uint64_t dropped, if_dropped; /* by kernel, by interface */
	uint64_t unsupported;         /* packets of a link type we can't read */
	const char *link;             /* names of its link types */
	bool damaged;                 /* ended early */
	bool filtered;                /* by whoever captured it, who left out what matters */
	uint64_t clock_back; /* packets much older than the one before: lengths mean nothing */
	/* IP packets whose fragments never became whole; of those, with ports that matter or that
	 * are not known */
	uint64_t fragments, fragments_relevant;
};

enum hello_phase {
	HELLO_PHASE_UNKNOWN,
	HELLO_PHASE_MINUTE,
	HELLO_PHASE_FIVE,
	HELLO_PHASE_HOUR,
	HELLO_PHASE_IRREGULAR,
	HELLO_PHASES
};
const char *hello_phase_name(enum hello_phase p);

struct hello_event {
	struct hello_spot at;
	const char *event; /* static: "hello", "dns", "syn" ... */
	const char *detail;
	bool failing; /* the step where it stops */
};

/* A row of the symptom table that fits a device (or the capture). */
struct hello_symptom {
	uint8_t row;      /* hello.md section 6 */
	const char *text; /* what was measured */
	bool doubtful;    /* it rests on an answer that was not seen, and not all was seen */
	struct AMT_VEC(struct hello_spot) spots;
};

/* Made by hello_relate() from all the rest. */
struct hello_device {
	const char *id; /* UUID if it said hello, else address or MAC */
	bool has_uuid, blank_uuid;
	uint8_t uuid[16];
	struct hello_ips addresses, servers;
	struct AMT_VEC(struct hello_mac) macs;
	struct hello_indices hellos; /* indices into facts */
	struct hello_indices conns, leases, queries, rmcps;
	bool expected; /* named with --expect */
	enum hello_phase phase;
	amt_time next_expected;              /* AMT_TIME_NONE if it can't be said */
	amt_time tolerance;                  /* +/- of it */
	amt_time begun;                      /* first hello of the running sequence */
	bool begun_certain;                  /* its retry counter was 0 */
	amt_time window_first, window_later; /* ends of a 24 h and a 6 h window, if those apply */
	unsigned restarts, lost;
	const char *firmware; /* from a Server header or pong */
	struct AMT_VEC(struct hello_event) timeline;
	struct AMT_VEC(struct hello_symptom) symptoms;
	const char *conclusion, *next_step;
};

enum hello_vantage {
	HELLO_VANTAGE_UNKNOWN,
	HELLO_VANTAGE_SERVER,
	HELLO_VANTAGE_CLIENT,
	HELLO_VANTAGE_BETWEEN,
	HELLO_VANTAGES
};
const char *hello_vantage_name(enum hello_vantage v);

struct hello_certificate {
	const uint8_t *der;
	size_t length;
};

struct hello_expected {
	const char *text; /* as given */
	uint64_t frames;  /* of this MAC or address */
};

struct hello_facts {
	struct amt_arena arena;
	struct AMT_VEC(struct hello_capture) captures;
	struct AMT_VEC(struct hello_seen) hellos;
	struct AMT_VEC(struct hello_conn) conns;
	struct AMT_VEC(struct hello_lease) leases;
	struct AMT_VEC(struct hello_dhcp6) dhcp6;
	struct AMT_VEC(struct hello_query) queries;
	struct AMT_VEC(struct hello_rmcp) rmcps;
	struct AMT_VEC(struct hello_certificate) certificates;
	struct hello_ips servers; /* service points, as given */
	struct AMT_VEC(struct hello_expected) expected;
	struct AMT_VEC(uint16_t) ports; /* hello ports */
	uint64_t duplicates;            /* copies by a mirror port */
	uint64_t evicted;               /* flows given up under max_flows */
	uint64_t forgotten;             /* facts over a cap or max_memory: counted, not kept */
	uint64_t other_hosts;           /* DHCP clients that never touched provisioning: not kept */
	bool filtered;                  /* a filter of the user's own decided what was captured */
	bool root_given;
	/* derived: made anew by every hello_relate() */
	struct amt_arena derived;
	struct AMT_VEC(struct hello_device) devices;
	struct AMT_VEC(struct hello_symptom) symptoms; /* of the capture as a whole */
	enum hello_vantage vantage;
};
void hello_facts_free(struct hello_facts *f);

struct hello_packet; /* common/hello/packet.h */

struct hello_options {
	const struct hello_ip *servers; /* service points */
	size_t n_servers;
	const struct hello_root *roots;
	size_t n_roots;
	/* The firmware table's name for a hash, or NULL. May be NULL. */
	const char *(*name_of_hash)(void *arg, const uint8_t *hash, size_t length);
	void *name_arg;
	const struct amt_strlist
		*names; /* first label(s) of the server's name; NULL: provisionserver */
	const struct amt_strlist *expect; /* MACs, addresses or UUIDs that should say hello */
	const uint16_t *ports;            /* hello ports; none: 9971 */
	size_t n_ports;
	size_t max_flows;    /* 0: HELLO_FLOWS_DEFAULT */
	size_t max_memory;   /* bytes that the whole run may use; 0: HELLO_MEMORY_DEFAULT */
	uint64_t max_hellos; /* stop after so many; 0: never */
	unsigned threads;    /* for large files; 0: one for each free processor, up to 4 */
	const char *filter;  /* BPF: only these packets of a file; NULL: all */
	bool uuid_swapped;   /* show UUIDs in the other byte order */
	const struct amt_progress *progress;
	/* Every packet that mattered, in order (amt-hellocap -w). May be NULL. */
	void (*relevant)(void *arg, uint32_t capture, const struct hello_packet *p);
	void *relevant_arg;
};
#define HELLO_FLOWS_DEFAULT  65536
#define HELLO_MEMORY_DEFAULT (256 * AMT_MIB)

/*
 * Reads capture files ("-": standard input) one after the other into facts and
 * relates them. A damaged file is a note and what was read of it stays. False
 * only when no file could be opened at all.
 */
bool hello_collect(const struct amt_strlist *paths, const struct hello_options *opt,
		   struct hello_facts *facts, struct amt_notes *notes, struct amt_error *err);
/* One message without packets: raw bytes, or hex text. */
bool hello_collect_payload(const char *path, const struct hello_options *opt,
			   struct hello_facts *facts, struct amt_notes *notes,
			   struct amt_error *err);

/* Devices, phases, timelines, symptoms and vantage point from the rest. May be called again. */
void hello_relate(struct hello_facts *f, bool uuid_swapped);

void hello_judge(const struct hello_facts *f, const struct amt_context *ctx,
		 struct amt_findings *fs);

/* The members of the facts, written while they are made: for amt_run.write_facts. */
void hello_write_facts(const struct hello_facts *f, bool uuid_swapped, struct amt_json_out *o);
json_t *hello_to_json(const struct hello_facts *f, bool uuid_swapped);
bool hello_from_json(const json_t *j, struct hello_facts *f, struct amt_error *err);

/* ---- writing (amt-hellocap -w) ------------------------------------------ */

struct hello_writer;
struct hello_writer *hello_writer_open(const char *path, struct amt_error *err);
/* For hello_options.relevant, with the writer as its argument. */
void hello_writer_packet(void *writer, uint32_t capture, const struct hello_packet *p);
/* Everything into the file, findings as comments; it appears whole or not at all. */
bool hello_writer_finish(struct hello_writer *w, const struct hello_facts *f,
			 const struct amt_findings *fs, struct amt_error *err);
void hello_writer_free(struct hello_writer *w); /* NULL is fine */

/* ---- live capture ------------------------------------------------------ */

struct hello_live;
struct hello_live_options {
	const struct amt_strlist *interfaces;
	const char *filter;  /* the user's BPF; NULL: ours */
	unsigned buffer_mib; /* ring per interface, default 64 */
	bool promiscuous;
};
/* Opens the devices (needs CAP_NET_RAW). The message says how to get the right. */
struct hello_live *hello_live_open(const struct hello_live_options *o,
				   const struct hello_options *opt, struct hello_facts *facts,
				   struct amt_notes *notes, struct amt_error *err);
/* Takes what is there, waits at most timeout_ms. False at the end or on error (err set). */
bool hello_live_poll(struct hello_live *l, int timeout_ms, struct amt_error *err);
void hello_live_statistics(struct hello_live *l); /* refreshes facts->captures */
void hello_live_finish(struct hello_live *l);     /* flushes flows, relates */
void hello_live_free(struct hello_live *l);
/* Lines "name: description, addresses" for --list-interfaces. */
bool hello_live_interfaces(struct amt_buf *out, struct amt_error *err);
/* The BPF used without one of the user's own; from the arena. */
const char *hello_live_filter(const struct hello_options *opt, struct amt_arena *a);

#endif
