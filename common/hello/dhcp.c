/*
 * DHCP for IPv4 as seen from the side (RFC 2131, 2132; option 81: RFC 4702): what each
 * MAC asked for and was given. Options 55, 60 and 61 of an ME are not known
 * from any public capture (hello.md 3.2): printed, nothing is concluded.
 */
#include "hello/engine.h"

#define COOKIE      0x63825363u
#define FIXED       236 /* before the cookie */
#define OPTIONS_MAX 128

enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };

struct message {
	uint8_t type;
	struct hello_mac mac;
	struct hello_ip yours, clients, relay, server;
	struct amt_rd dns, suffix, hostname, fqdn, class_id, params;
	uint32_t lease;
	bool has_dns, has_suffix;
};

static void address(struct hello_ip *out, const uint8_t *p)
{
	*out = (struct hello_ip){.family = p && (p[0] | p[1] | p[2] | p[3]) ? 4 : 0};
	if (out->family)
		memcpy(out->bytes, p, 4);
}

static void option(struct message *m, unsigned code, struct amt_rd v)
{
	switch (code) {
	case 6:
		m->dns = v;
		m->has_dns = amt_rd_left(&v) >= 4;
		break;
	case 12:
		m->hostname = v;
		break;
	case 15:
		m->suffix = v;
		m->has_suffix = amt_rd_left(&v) > 0;
		break;
	case 51:
		m->lease = amt_rd_be32(&v);
		break;
	case 53:
		m->type = amt_rd_u8(&v);
		break;
	case 54:
		if (amt_rd_left(&v) >= 4)
			address(&m->server, v.p);
		break;
	case 55:
		m->params = v;
		break;
	case 60:
		m->class_id = v;
		break;
	case 81:
		amt_rd_skip(&v, 3); /* flags and two return codes */
		m->fqdn = v;
		break;
	default:
		break;
	}
}

static bool parse(const struct hello_frame *f, struct message *m)
{
	struct amt_rd r = amt_rd_init(f->payload, f->payload_caplen);

	unsigned op = amt_rd_u8(&r), hardware = amt_rd_u8(&r), length = amt_rd_u8(&r);
	amt_rd_skip(&r, 9);
	address(&m->clients, amt_rd_bytes(&r, 4));
	address(&m->yours, amt_rd_bytes(&r, 4));
	amt_rd_skip(&r, 4);
	address(&m->relay, amt_rd_bytes(&r, 4));
	const uint8_t *mac = amt_rd_bytes(&r, 16);
	if (r.short_ || op < 1 || op > 2 || hardware != 1 || length != 6)
		return false;
	m->mac.known = true;
	memcpy(m->mac.bytes, mac, 6);
	amt_rd_skip(&r, FIXED - 44);
	if (amt_rd_be32(&r) != COOKIE || r.short_)
		return false;
	for (int i = 0; i < OPTIONS_MAX && amt_rd_left(&r); i++) {
		unsigned code = amt_rd_u8(&r);

		if (code == 0)
			continue;
		if (code == 255)
			break;
		struct amt_rd v = amt_rd_sub(&r, amt_rd_u8(&r));
		if (r.short_)
			break;
		option(m, code, v);
	}
	return m->type >= DISCOVER && m->type <= INFORM;
}

/*
 * Text of an option, without the NUL that some senders add. Domains and classes are
 * mostly the same: a small cache finds them again. Texts of clients that
 * were forgotten stay in the arena, so there is an end to it.
 */
static const char *text(struct hello_engine *e, const char *had, struct amt_rd v)
{
	size_t n = amt_rd_left(&v);

	while (n && v.p[n - 1] == 0)
		n--;
	if (!n)
		return had;
	const char **place =
		&e->texts[amt_hash(v.p, n, e->seed) % (sizeof(e->texts) / sizeof(e->texts[0]))];
	if (*place && strlen(*place) == n && memcmp(*place, v.p, n) == 0)
		return *place;
	if (e->facts->arena.used > AMT_CAP_HELLO_TEXT)
		return had;
	return *place = amt_arena_strndup(&e->facts->arena, (const char *)v.p, n);
}

/* The MAC's entry, in front of its set; a new one takes the place of the least recently used. */
static struct hello_lease *place(struct hello_engine *e, const struct hello_frame *f,
				 const struct hello_mac *mac)
{
	struct hello_facts *facts = e->facts;
	uint64_t hash = amt_hash(mac->bytes, 6, e->seed);
	struct hello_lease_slot *set = e->leases[hash % LEASE_SETS], slot;
	uint32_t tag = (uint32_t)(hash >> 32);
	struct hello_lease *l;
	int way = 0;

	while (way < LEASE_WAYS - 1 && set[way].index && set[way].tag != tag)
		way++;
	while (way > 0 && set[way].pinned && set[way].tag != tag)
		way--; /* a younger one that nobody waits for */
	slot = (struct hello_lease_slot){.index = set[way].index, .tag = tag};
	bool same = slot.index && set[way].tag == tag;
	slot.pinned = set[way].pinned && same;
	slot.addresses = set[way].addresses;
	if (!slot.index) {
		l = amt_vec_add(&facts->leases);
		slot.index = (uint32_t)facts->leases.n;
	} else {
		l = &facts->leases.v[slot.index - 1];
		/* Another client's is written over without reading it: reading waits for memory. */
		if (!same || !hello_mac_equal(&l->mac, mac)) {
			if (slot.addresses)
				amt_vec_free(&l->dns);
			slot.addresses = same = false;
			*l = (struct hello_lease){0};
			facts->other_hosts++;
		}
	}
	memmove(set + 1, set, (size_t)way * sizeof(*set));
	set[0] = slot;
	if (!same) {
		l->mac = *mac;
		l->first = hello_spot_of(e, f);
	}
	return l;
}

void hello_dhcp_pin(struct hello_engine *e, const struct hello_mac *mac)
{
	uint64_t hash = amt_hash(mac->bytes, 6, e->seed);
	struct hello_lease_slot *set = e->leases[hash % LEASE_SETS];

	for (int way = 0; mac->known && way < LEASE_WAYS; way++)
		if (set[way].index && set[way].tag == (uint32_t)(hash >> 32))
			set[way].pinned = true;
}

static void acknowledged(struct hello_engine *e, struct hello_lease *l, const struct message *m)
{
	uint64_t hash = amt_hash(m->mac.bytes, 6, e->seed);
	struct amt_rd dns = m->dns;

	l->address = m->yours.family ? m->yours : m->clients;
	l->lease = m->lease;
	l->has_dns = m->has_dns;
	l->has_suffix = m->has_suffix;
	l->suffix = m->has_suffix ? text(e, l->suffix, m->suffix) : NULL;
	l->dns.n = 0;
	while (amt_rd_left(&dns) >= 4 && l->dns.n < 8) {
		struct hello_ip ip;

		address(&ip, amt_rd_bytes(&dns, 4));
		amt_vec_push(&l->dns, ip);
	}
	e->leases[hash % LEASE_SETS][0].addresses = true;
}

static void from_the_client(struct hello_engine *e, struct hello_lease *l, const struct message *m)
{
	l->hostname = text(e, l->hostname, m->hostname);
	l->fqdn = text(e, l->fqdn, m->fqdn);
	l->class_id = text(e, l->class_id, m->class_id);
	if (amt_rd_left(&m->params) && !l->params) {
		size_t n = amt_rd_left(&m->params);
		char *hex = amt_arena_alloc(&e->facts->arena, 2 * n + 1);

		amt_hex_encode(m->params.p, n, hex);
		l->params = hex;
	}
}

void hello_dhcp(struct hello_engine *e, const struct hello_frame *f)
{
	struct message m = {0};

	if (!parse(f, &m))
		return;
	e->relevant = true;
	if (hello_engine_duplicate(e, f))
		return;
	struct hello_lease *l = place(e, f, &m.mac);
	if (m.server.family)
		l->server = m.server;
	if (m.relay.family)
		l->relay = m.relay;
	if (m.type != OFFER && m.type != ACK && m.type != NAK)
		from_the_client(e, l, &m);
	switch (m.type) {
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
		l->acks++;
		l->ack = hello_spot_of(e, f);
		acknowledged(e, l, &m);
		break;
	case NAK:
		l->naks++;
		break;
	default:
		break;
	}
}
