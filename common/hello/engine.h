/*
 * Private to common/hello: what turns packets into facts. One engine a run; the
 * flows live in a table of fixed size, the least recently used makes room.
 */
#ifndef AMTDIAG_HELLO_ENGINE_H
#define AMTDIAG_HELLO_ENGINE_H

#include "hello/frame.h"

/* What a port means to us; 0: nothing. */
enum hello_port_class {
	PORT_NONE,
	PORT_HELLO,
	PORT_AMT_HTTP,  /* 16992 */
	PORT_AMT_TLS,   /* 16993 */
	PORT_AMT_REDIR, /* 16994, 16995 */
	PORT_DNS,
	PORT_DHCP,
	PORT_DHCP6,
	PORT_RMCP,
	PORT_FOUND, /* a hello was recognised on it by its content */
};

#define NOBODY UINT32_MAX

#define HELLO_RECENT 1024
#define HELLO_PAGE   1024 /* ports */

/* Packets come a little out of order from several interfaces; by so many nanoseconds only when
 * the clock was set back. */
#define HELLO_CLOCK_BACK ((int64_t)10 * 1000000000)

/* DHCP clients are kept as a cache does: a few places for each value of a hash, in order of use. */
#define LEASE_WAYS 4
#define LEASE_SETS (AMT_CAP_HELLO_LEASES / LEASE_WAYS)

struct hello_segment { /* arrived before its turn */
	struct hello_segment *next;
	uint32_t seq, len, caplen;
	uint64_t frame;
	amt_time time;
	uint8_t bytes[];
};

/* One direction of a connection, put in order. */
struct hello_stream {
	bool known;         /* next is meaningful */
	bool dead;          /* nobody reads it any more */
	bool ended;         /* FIN delivered */
	bool ccs;           /* TLS: ChangeCipherSpec seen, the rest is encrypted */
	bool fin_known;     /* fin is meaningful */
	uint32_t next, fin; /* sequence numbers: of the byte that is due, behind the last one */
	struct amt_buf buf; /* in order, not decoded yet */
	struct amt_buf hs;  /* TLS: handshake bytes out of the records */
	struct hello_segment *waiting;
	unsigned n_waiting;
	uint64_t frame; /* of the first byte in buf */
	amt_time time;
	uint64_t last_frame; /* that added to buf */
	amt_time last_time;
};

struct hello_flow_key {
	uint8_t bytes[36]; /* lower end, higher end: address (16) and port (2) each */
};

struct hello_flow {
	struct hello_flow_key key;
	uint32_t chain;        /* next in the bucket, or in the free list */
	uint32_t newer, older; /* by last use */
	uint32_t conn;         /* into facts */
	uint8_t kind;          /* enum hello_port_class; NONE: found by content */
	bool used, isn_known;
	uint32_t isn;
	struct hello_stream dir[2]; /* 0: from the client */
};

struct hello_flows {
	struct AMT_VEC(struct hello_flow) pool;
	uint32_t *buckets;
	size_t n_buckets;
	uint32_t free, newest, oldest;
	size_t count, max, buffered;
	uint8_t *hint; /* flows by hello_flow_hint(); 255: many, and stays; NULL: no flow yet */
	uint16_t hint_mask;
};

/* What every packet is held against: small, so that it stays in the first cache. */
struct hello_wanted {
	/* A bit for each port that means something and is not DNS's, by its number as it is on the
	 * wire. Bits are only ever added. */
	uint64_t dealt_with[1024];
	uint64_t labels;     /* a bit for each length of the names' first labels */
	unsigned generation; /* so many bits were added */
};

struct hello_engine {
	struct hello_facts *facts;
	const struct hello_options *opt;
	uint8_t *
		ports[65536 / HELLO_PAGE]; /* enum hello_port_class of each, in pages; NULL: NONE */
	uint64_t any[1024];                /* a bit for each port that means something */
	struct hello_wanted wanted;
	struct hello_flows flows;
	struct hello_fragments *fragments;
	struct hello_lease_slot {
		uint32_t index; /* + 1 */
		bool pinned;
		bool addresses;  /* the entry has some of its own to free */
		uint32_t tag;    /* of the MAC's hash: an entry is touched only when it fits */
	} (*leases)[LEASE_WAYS]; /* LEASE_SETS of them; NULL: no DHCP yet */
	struct hello_text {
		const char *text;
		uint32_t n;
	} texts[256]; /* by hash: options that come again and again */
	uint64_t seed;
	struct amt_map queries;      /* client, server, name -> index + 1 */
	struct amt_map rmcps;        /* device, kind -> index + 1 */
	struct amt_map certificates; /* DER -> index */
	struct AMT_VEC(uint32_t) spare_conns;
	struct hello_recent {
		uint64_t hash;
		amt_time time;
	} * recent; /* HELLO_RECENT packets that mattered, by hash, against copies of them; or NULL
		     */
	struct amt_arena scratch; /* of hellos that are only counted */
	/* budget.c */
	size_t budget, held; /* bytes, by estimate, that facts may need, and that those kept do */
	uint8_t *known; /* known_bits, by hash: devices that are counted in held; NULL: none yet */
	size_t known_bits;
	unsigned weak; /* connections kept that carried nothing, once some had to be given up */
	uint32_t capture;
	int64_t before; /* nanoseconds since 1970, of the packet before */
	bool relevant;  /* the packet in hand matters */
	bool looking;   /* there are expected hosts to count */
	struct AMT_VEC(struct hello_mac) expect_macs; /* same order as facts->expected */
	struct AMT_VEC(struct hello_ip) expect_ips;
	/* lower-case first labels of the server's name */
	struct AMT_VEC(const char *) names;
};

/*
 * Hashes for tables in which a collision costs little; amt_hash() mixes better and takes four
 * times as long. Both halves of a product: each bit of x reaches all of them.
 */
__extension__ typedef unsigned __int128 hello_u128;
static inline uint64_t hello_fold(uint64_t x)
{
	hello_u128 m = (hello_u128)(x ^ 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}
static inline uint64_t hello_hash(const uint8_t *p, size_t n, uint64_t seed)
{
	uint64_t h = seed ^ n, word = 0;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&word, p, 8);
		h = hello_fold(h ^ word);
	}
	word = 0;
	for (size_t i = 0; i < n; i++)
		word = word << 8 | p[i];
	return hello_fold(h ^ word);
}

void hello_engine_init(struct hello_engine *e, struct hello_facts *facts,
		       const struct hello_options *opt);
/* A new input; the index of its capture. */
uint32_t hello_engine_capture(struct hello_engine *e, const char *name, const char *format);
void hello_engine_packet(struct hello_engine *e, const struct hello_packet *p);
/* The same to one that was counted. */
void hello_engine_look(struct hello_engine *e, const struct hello_packet *p);
void hello_engine_flush(struct hello_engine *e);
/* Ends all flows and leaves the facts without holes; then free it. */
void hello_engine_finish(struct hello_engine *e);
void hello_engine_free(struct hello_engine *e);
/* Bytes as if a client had sent them to the hello port; no addresses, no frame. */
void hello_engine_payload(struct hello_engine *e, const uint8_t *p, size_t n);
/* collect.c */
void hello_prune(struct hello_facts *f);
/* max_hellos reached */
static inline bool hello_engine_full(const struct hello_engine *e)
{
	return e->opt->max_hellos && e->facts->hellos.n >= e->opt->max_hellos;
}
/* A copy of a packet that was just seen (a mirror port delivers some twice). */
bool hello_engine_duplicate(struct hello_engine *e, const struct hello_frame *f);
static inline struct hello_spot hello_spot_of(const struct hello_engine *e,
					      const struct hello_frame *f)
{
	return (struct hello_spot){f->time, e->capture, f->packet->frame};
}

void hello_engine_port(struct hello_engine *e, uint16_t port, enum hello_port_class c);
static inline uint8_t hello_port_class(const struct hello_engine *e, uint16_t port)
{
	const uint8_t *page = e->ports[port / HELLO_PAGE];

	return page ? page[port % HELLO_PAGE] : PORT_NONE;
}
static inline bool hello_port_any(const struct hello_engine *e, uint16_t port)
{
	return e->any[port >> 6] >> (port & 63) & 1;
}

/*
 * budget.c: facts that are kept must fit into max_memory, with all that is made of them later: the
 * device, its timeline, findings. What does not is only counted.
 */
struct hello_cost {
	size_t fixed;       /* bytes of the fact itself, beside what is in the arena */
	const void *device; /* what would make it a new device */
	size_t n_device;
};
void hello_budget_init(struct hello_engine *e);
/* True: it is counted as kept. */
bool hello_afford(struct hello_engine *e, const struct hello_cost *cost);
/* Nothing more is kept, so nothing need be put into the arena. */
bool hello_spent(const struct hello_engine *e);

/* flow.c */
void hello_flows_init(struct hello_flows *t, size_t max);
void hello_flows_free(struct hello_flows *t);
void hello_flow_key(const struct hello_ip *a, uint16_t ap, const struct hello_ip *b, uint16_t bp,
		    struct hello_flow_key *out);
uint32_t hello_flow_find(struct hello_flows *t, const struct hello_flow_key *key);
/* NOBODY never: the oldest goes first if need be, and is given to finish(). */
uint32_t hello_flow_new(struct hello_engine *e, const struct hello_flow_key *key);
/* The same for both directions. */
static inline uint16_t hello_flow_hint(const uint8_t *a, const uint8_t *b, uint16_t ap, uint16_t bp)
{
	return (uint16_t)((unsigned)(a[2] ^ b[2]) << 8 ^ (unsigned)(a[3] ^ b[3]) ^
			  (unsigned)(ap ^ bp) * 0x9e3du);
}
/* False: no such flow, without looking it up. */
static inline bool hello_flow_hinted(const struct hello_flows *t, uint16_t hint)
{
	return t->hint && t->hint[hint & t->hint_mask];
}
void hello_flow_touch(struct hello_flows *t, uint32_t at);
void hello_flow_drop(struct hello_flows *t, uint32_t at); /* no finishing */

/* tcp.c */
void hello_tcp(struct hello_engine *e, struct hello_frame *f);
void hello_tcp_finish(struct hello_engine *e, uint32_t flow, bool evicted);
/* An ICMP error that quotes a packet of this connection. */
void hello_tcp_unreachable(struct hello_engine *e, const struct hello_frame *quoted,
			   const struct hello_frame *icmp, uint8_t type, uint8_t code);

/* stream.c: bytes of one direction, in any order; what is in order goes to content.c */
void hello_stream_segment(struct hello_engine *e, struct hello_flow *w, int dir,
			  const struct hello_frame *f);
void hello_stream_end(struct hello_engine *e, struct hello_flow *w, int dir);
void hello_stream_free(struct hello_engine *e, struct hello_stream *s);

/* content.c: buf has grown (or, with end, will not grow any more) */
void hello_content(struct hello_engine *e, struct hello_flow *w, int dir, bool end);
/* Could these be the first bytes of something that we follow? */
enum hello_content hello_content_guess(const uint8_t *p, size_t n);

/* tls.c, dhcp.c, dns.c, rmcp.c */
void hello_tls(struct hello_engine *e, struct hello_flow *w, int dir);
void hello_dhcp(struct hello_engine *e, const struct hello_frame *f);
void hello_dhcp6(struct hello_engine *e, const struct hello_frame *f);
/* This MAC took a step towards provisioning: its lease is not to be forgotten. */
void hello_dhcp_pin(struct hello_engine *e, const struct hello_mac *mac);
/* A name of DNS at r, compressed or not: small letters, no dot at the end. False: not a name. */
bool hello_read_name(struct amt_rd *r, char *out, size_t size);
void hello_dns(struct hello_engine *e, const struct hello_frame *f);
/* The same in a connection: each message after its length. End: nothing more will come. */
void hello_dns_stream(struct hello_engine *e, struct hello_flow *w, int dir, bool end);
/* The quick look: is the first label of the first question one of ours? */
bool hello_dns_wanted(const struct hello_engine *e, const uint8_t *p, size_t n);
/* The same of a TCP segment that begins with a message's length. */
static inline bool hello_dns_tcp_wanted(const struct hello_engine *e, const uint8_t *p, size_t n)
{
	return n > 2 && hello_dns_wanted(e, p + 2, n - 2);
}
/*
 * Text for the facts: small, often the same again; NULL when the budget is spent. Without the NUL
 * that some senders add.
 */
const char *hello_keep_text(struct hello_engine *e, const void *p, size_t n);
void hello_rmcp(struct hello_engine *e, const struct hello_frame *f);

#endif
