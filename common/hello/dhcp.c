/*
 * DHCP for IPv4 as seen from the side (RFC 2131, 2132; option 81: RFC 4702; options
 * in pieces: RFC 3396): what each
 * MAC asked for and was given. Options 55, 60 and 61 of an ME are not known
 * from any public capture (hello.md 3.2): printed, nothing is concluded.
 */
#include "hello/engine.h"

#define COOKIE       0x63825363u
#define FIXED        236 /* before the cookie */
#define SNAME        44 /* 64 bytes, and 128 of the file's name: options too if option 52 says so */
#define FILE_NAME    108
#define OPTIONS_MAX  128
#define JOINED_MAX   2048 /* bytes of options that came in pieces */
#define PARAMS_MAX   255
#define PXE_PORT     4011       /* of a boot server */
#define RELAY_WINDOW AMT_SECOND /* clients ask again after four (RFC 2131, 4.1) */

enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };

enum {
	NOT_READ,
	DNS,
	HOSTNAME,
	SUFFIX,
	LEASE,
	OVERLOAD,
	TYPE,
	SERVER,
	PARAMS,
	CLASS_ID,
	FQDN,
	KINDS
};
static const uint8_t kind_of[256] = {
	[6] = DNS,   [12] = HOSTNAME, [15] = SUFFIX, [51] = LEASE,    [52] = OVERLOAD,
	[53] = TYPE, [54] = SERVER,   [55] = PARAMS, [60] = CLASS_ID, [81] = FQDN};

struct value { /* of an option, in the packet; n 0: not there, or empty */
	const uint8_t *p;
	uint32_t n;
};

struct message {
	const uint8_t *fixed; /* the part before the cookie */
	uint8_t type;
	bool pieces; /* an option came more than once */
	bool cut;    /* the snap length took the end of the options */
	struct value v[KINDS];
};

static void address(struct hello_ip *out, const uint8_t *p)
{
	*out = (struct hello_ip){.family = p[0] | p[1] | p[2] | p[3] ? 4 : 0};
	if (out->family)
		memcpy(out->bytes, p, 4);
}

/* An Ethernet client's message? */
static bool begins(const struct hello_frame *f)
{
	const uint8_t *p = f->payload;

	return f->payload_caplen >= FIXED + 4 && (p[0] == 1 || p[0] == 2) && p[1] == 1 &&
	       p[2] == 6 && hello_be32(p + FIXED) == COOKIE;
}

/* The options from p on; the pieces of one are left for join(). True: up to their end. */
static bool options(struct message *m, const uint8_t *p, const uint8_t *end)
{
	for (int i = 0; i < OPTIONS_MAX && p < end; i++) {
		unsigned code = *p++;

		if (code == 0)
			continue;
		if (code == 255)
			return true;
		if (p == end || p[0] > end - p - 1)
			break;
		struct value *v = &m->v[kind_of[code]];
		m->pieces |= v->p && v != m->v;
		*v = (struct value){p + 1, p[0]};
		p += 1 + p[0];
	}
	return false;
}

/* Adds the pieces of one kind from p on. RFC 3396, 7: they are one value, in this order. */
static size_t gather(unsigned kind, const uint8_t *p, const uint8_t *end, uint8_t *out, size_t room)
{
	size_t n = 0;

	for (int i = 0; i < OPTIONS_MAX && p < end; i++) {
		unsigned code = *p++;

		if (code == 0)
			continue;
		if (code == 255 || p == end || p[0] > end - p - 1)
			break;
		if (kind_of[code] == kind && p[0] <= room - n) {
			memcpy(out + n, p + 1, p[0]);
			n += p[0];
		}
		p += 1 + p[0];
	}
	return n;
}

/* Rare: options in pieces, or in the fields that are for names of boot files. */
static void join(struct message *m, const uint8_t *p, const uint8_t *end,
		 uint8_t joined[JOINED_MAX])
{
	unsigned overload = m->v[OVERLOAD].n ? m->v[OVERLOAD].p[0] : 0;
	const uint8_t *names = m->fixed + SNAME, *file = m->fixed + FILE_NAME;
	size_t at = 0;

	for (unsigned kind = 1; kind < KINDS; kind++) {
		size_t n = gather(kind, p, end, joined + at, JOINED_MAX - at);

		if (overload & 1)
			n += gather(kind, file, m->fixed + FIXED, joined + at + n,
				    JOINED_MAX - at - n);
		if (overload & 2)
			n += gather(kind, names, file, joined + at + n, JOINED_MAX - at - n);
		m->v[kind] = (struct value){n ? joined + at : NULL, (uint32_t)n};
		at += n;
	}
}

static bool parse(const struct hello_frame *f, struct message *m, uint8_t joined[JOINED_MAX])
{
	const uint8_t *p = f->payload + FIXED + 4, *end = f->payload + f->payload_caplen;

	m->fixed = f->payload;
	m->cut = !options(m, p, end) && f->payload_caplen < f->payload_len;
	if (m->pieces || m->v[OVERLOAD].n)
		join(m, p, end, joined);
	m->type = m->v[TYPE].n ? m->v[TYPE].p[0] : 0;
	return m->type >= DISCOVER && m->type <= INFORM;
}

/* The option's text, or what was known before if it is empty. */
static const char *text(struct hello_engine *e, const char *had, struct value v)
{
	const char *t = v.n ? hello_keep_text(e, v.p, v.n) : NULL;

	return t ? t : had;
}

/* Option 81 behind its three fixed bytes: text, or a name as DNS writes it (RFC 4702, 2.3.1). */
static const char *fqdn(struct hello_engine *e, const char *had, struct value v)
{
	char name[256];
	size_t n = 0;

	if (v.n <= 3)
		return had;
	if (!(v.p[0] & 4))
		return text(e, had, (struct value){v.p + 3, v.n - 3});
	for (uint32_t at = 3; at < v.n && v.p[at] && v.p[at] < v.n - at;) {
		uint32_t len = v.p[at++];

		if (n + len + 1 > sizeof(name))
			break;
		if (n)
			name[n++] = '.';
		memcpy(name + n, v.p + at, len);
		n += len;
		at += len;
	}
	return text(e, had, (struct value){(const uint8_t *)name, (uint32_t)n});
}

/* ---- the clients ------------------------------------------------------------ */

struct seat { /* where a client is kept */
	struct hello_lease_slot *set;
	uint32_t tag;
	int way;
};

static uint64_t hash_of(const struct hello_engine *e, const uint8_t *mac)
{
	return hello_fold(((uint64_t)hello_be32(mac) << 16 | hello_be16(mac + 4)) ^ e->seed);
}

/* The MAC's entry, or the least recently used one that nobody waits for; on its way into the cache.
 */
static struct seat seat(struct hello_engine *e, const uint8_t *mac)
{
	uint64_t hash = hash_of(e, mac);
	if (!e->leases)
		e->leases = amt_calloc(LEASE_SETS, sizeof(*e->leases));
	struct seat s = {e->leases[hash % LEASE_SETS], (uint32_t)(hash >> 32), 0};

	while (s.way < LEASE_WAYS - 1 && s.set[s.way].index && s.set[s.way].tag != s.tag)
		s.way++;
	while (s.way > 0 && s.set[s.way].pinned && s.set[s.way].tag != s.tag)
		s.way--;
	if (s.set[s.way].index) {
		const char *l = (const char *)&e->facts->leases.v[s.set[s.way].index - 1];

		for (size_t i = 0; i < sizeof(struct hello_lease); i += 64)
			__builtin_prefetch(l + i, 1);
	}
	return s;
}

/* Takes the seat, in front of its set. */
static struct hello_lease *place(struct hello_engine *e, const struct hello_frame *f,
				 const struct seat *s, const uint8_t *mac)
{
	struct hello_facts *facts = e->facts;
	struct hello_lease_slot *set = s->set, slot = set[s->way];
	bool same = slot.index && slot.tag == s->tag;
	struct hello_lease *l;

	slot.pinned = slot.pinned && same;
	slot.tag = s->tag;
	if (!slot.index) {
		l = amt_vec_add(&facts->leases);
		slot.index = (uint32_t)facts->leases.n;
	} else {
		l = &facts->leases.v[slot.index - 1];
		/* Another client's is written over without reading it: reading waits for memory. */
		if (!same || memcmp(l->mac.bytes, mac, 6) != 0) {
			if (slot.addresses)
				amt_vec_free(&l->dns);
			slot.addresses = same = false;
			*l = (struct hello_lease){0};
			facts->other_hosts++;
		}
	}
	for (int way = s->way; way > 0; way--)
		set[way] = set[way - 1];
	set[0] = slot;
	if (!same) {
		l->mac.known = true;
		memcpy(l->mac.bytes, mac, 6);
		l->first = hello_spot_of(e, f);
	}
	return l;
}

void hello_dhcp_pin(struct hello_engine *e, const struct hello_mac *mac)
{
	uint64_t hash = hash_of(e, mac->bytes);
	if (!e->leases)
		return;
	struct hello_lease_slot *set = e->leases[hash % LEASE_SETS];

	for (int way = 0; mac->known && way < LEASE_WAYS; way++)
		if (set[way].index && set[way].tag == (uint32_t)(hash >> 32))
			set[way].pinned = true;
}

/* Some servers fill an option that was left empty with a NUL or a blank. */
static bool blank(struct value v)
{
	while (v.n && (!v.p[v.n - 1] || v.p[v.n - 1] == ' '))
		v.n--;
	return v.n == 0;
}

static void acknowledged(struct hello_engine *e, struct hello_lease *l, const struct message *m)
{
	const struct value *dns = &m->v[DNS], *lease = &m->v[LEASE];

	address(&l->address, m->fixed + 16); /* yiaddr */
	l->lease = lease->n >= 4 ? hello_be32(lease->p) : 0;
	l->cut = m->cut;
	l->has_suffix = !blank(m->v[SUFFIX]);
	l->suffix = l->has_suffix ? text(e, l->suffix, m->v[SUFFIX]) : NULL;
	l->dns.n = 0;
	for (uint32_t i = 0; i + 4 <= dns->n && l->dns.n < 8; i += 4) {
		struct hello_ip ip;

		address(&ip, dns->p + i);
		if (ip.family)
			amt_vec_push(&l->dns, ip);
	}
	l->has_dns = l->dns.n > 0;
}

static void from_the_client(struct hello_engine *e, struct hello_lease *l, const struct message *m)
{
	struct value params = m->v[PARAMS];

	l->hostname = text(e, l->hostname, m->v[HOSTNAME]);
	l->fqdn = fqdn(e, l->fqdn, m->v[FQDN]);
	l->class_id = text(e, l->class_id, m->v[CLASS_ID]);
	if (params.n && !l->params) {
		char hex[2 * PARAMS_MAX + 1];
		uint32_t n = params.n < PARAMS_MAX ? params.n : PARAMS_MAX;

		amt_hex_encode(params.p, n, hex);
		l->params = text(e, NULL, (struct value){(const uint8_t *)hex, 2 * n});
	}
}

/* RFC 2131, 4.3.5: what answers an INFORM leases nothing and holds what was asked for only; nor
 * does a boot server's ACK (PXE 2.1), which mostly comes from its own port. */
static bool leases(const struct hello_frame *f, const struct message *m)
{
	return hello_be32(m->fixed + 16) && f->source_port != PXE_PORT;
}

/* Where a lease comes from, its ACK says; what other servers say besides changes nothing. */
static bool names_its_server(const struct hello_frame *f, const struct hello_lease *l,
			     const struct message *m)
{
	const struct value *id = &m->v[SERVER];

	return id->n >= 4 && hello_be32(id->p) &&
	       (m->type == ACK ? leases(f, m) : !l->acks && m->type != RELEASE);
}

/* A relay's copy of the message before, or the message that it is a copy of. */
static bool other_side_of_relay(const struct hello_frame *f, struct hello_lease *l,
				const struct message *m)
{
	struct hello_dhcp_id id = {.time = f->time,
				   .xid = hello_be32(m->fixed + 4),
				   .yiaddr = hello_be32(m->fixed + 16),
				   .type = m->type,
				   .relayed = hello_be32(m->fixed + 24)};
	const struct hello_dhcp_id *had = &l->last;
	bool copy = had->type == id.type && had->xid == id.xid && had->yiaddr == id.yiaddr &&
		    (had->relayed || id.relayed) && id.time - had->time < RELAY_WINDOW;

	l->last = id;
	return copy;
}

static void took_place(struct hello_engine *e, struct hello_lease *l, const struct hello_frame *f,
		       const struct message *m)
{
	if (names_its_server(f, l, m))
		address(&l->server, m->v[SERVER].p);
	if (hello_be32(m->fixed + 24)) /* giaddr */
		address(&l->relay, m->fixed + 24);
	if (other_side_of_relay(f, l, m))
		return;
	if (m->type != OFFER && m->type != ACK && m->type != NAK)
		from_the_client(e, l, m);
	switch (m->type) {
	case DISCOVER:
		l->discovers++;
		l->discover = hello_spot_of(e, f);
		break;
	case OFFER:
		l->offers++;
		l->offer = hello_spot_of(e, f);
		break;
	case REQUEST:
		l->requests++;
		break;
	case ACK:
		if (!leases(f, m))
			break;
		l->acks++;
		l->ack = hello_spot_of(e, f);
		acknowledged(e, l, m);
		break;
	case NAK:
		l->naks++;
		l->nak = hello_spot_of(e, f);
		break;
	default:
		break;
	}
}

void hello_dhcp(struct hello_engine *e, const struct hello_frame *f)
{
	uint8_t joined[JOINED_MAX];
	struct message m = {0};

	if (!begins(f))
		return;
	const uint8_t *mac = f->payload + 28; /* chaddr */
	struct seat s = seat(e, mac);
	if (!parse(f, &m, joined))
		return;
	e->relevant = true;
	if (hello_engine_duplicate(e, f))
		return;
	took_place(e, place(e, f, &s, mac), f, &m);
	s.set->addresses |= m.type == ACK;
}
