/* Questions and answers of RFC 1035 section 4, EDNS of RFC 6891. Pure. */
#include "names/message.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define FLAG_QR     0x8000u
#define FLAG_AA     0x0400u
#define FLAG_TC     0x0200u
#define FLAG_RD     0x0100u
#define FLAG_RA     0x0080u
#define OPCODE      0x7800u
#define UPDATE      (5u << 11)
#define CLASS_IN    1
#define RCODE_NAMES 11

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Header and one question (or zone section) with id 0: who sends it sets the id. */
static size_t begin(const char *name, unsigned type, unsigned flags, uint8_t *out, size_t size)
{
	uint8_t wire[DNS_NAME_WIRE];
	size_t n = dns_name_encode(name, wire);

	if (!n || size < DNS_HEADER + n + 4)
		return 0;
	memset(out, 0, DNS_HEADER);
	put16(out + 2, flags);
	put16(out + 4, 1);
	memcpy(out + DNS_HEADER, wire, n);
	put16(out + DNS_HEADER + n, type);
	put16(out + DNS_HEADER + n + 2, CLASS_IN);
	return DNS_HEADER + n + 4;
}

size_t amt_dns_query(const char *name, unsigned type, bool edns, uint8_t *out, size_t size)
{
	size_t n = begin(name, type, FLAG_RD, out, size);

	if (n && edns) {
		if (size < n + 11)
			return 0;
		memset(out + n, 0, 11);
		put16(out + n + 1, AMT_DNS_OPT);
		put16(out + n + 3, DNS_EDNS_SIZE);
		put16(out + 10, 1); /* one additional record */
		n += 11;
	}
	return n;
}

size_t dns_update_probe(const char *zone, uint8_t *out, size_t size)
{
	return begin(zone, AMT_DNS_SOA, UPDATE, out, size);
}

struct header {
	unsigned flags;
	unsigned count[4]; /* question, answer, authority, additional */
};

static struct header read_header(struct amt_rd *r)
{
	struct header h;

	amt_rd_skip(r, 2);
	h.flags = amt_rd_be16(r);
	for (int i = 0; i < 4; i++)
		h.count[i] = amt_rd_be16(r);
	return h;
}

struct record {
	char owner[DNS_NAME_TEXT];
	unsigned type, class;
	uint32_t ttl;
	struct amt_rd data; /* whole message behind it: names may point back */
	const uint8_t *end;
};

static bool read_record(struct amt_rd *r, struct record *rec)
{
	if (!dns_name_decode(r, rec->owner))
		return false;
	rec->type = amt_rd_be16(r);
	rec->class = amt_rd_be16(r);
	rec->ttl = amt_rd_be32(r);
	size_t n = amt_rd_be16(r);
	rec->data = *r;
	amt_rd_skip(r, n);
	rec->end = r->p;
	rec->data.end = rec->end;
	/* RFC 2181 section 8: a ttl with the top bit set counts as 0 */
	if (rec->ttl & 0x80000000u)
		rec->ttl = 0;
	return !r->short_;
}

/* The value of a record as text, or NULL when its bytes don't fit its type. */
static const char *value_text(struct record *rec, struct amt_arena *arena)
{
	struct amt_rd *d = &rec->data;
	char name[DNS_NAME_TEXT], second[DNS_NAME_TEXT], address[INET6_ADDRSTRLEN];
	unsigned a, b, c;

	switch (rec->type) {
	case AMT_DNS_A:
		if (amt_rd_left(d) != 4)
			return NULL;
		return amt_arena_strdup(arena, inet_ntop(AF_INET, d->p, address, sizeof(address)));
	case AMT_DNS_AAAA:
		if (amt_rd_left(d) != 16)
			return NULL;
		return amt_arena_strdup(arena, inet_ntop(AF_INET6, d->p, address, sizeof(address)));
	case AMT_DNS_CNAME:
	case AMT_DNS_PTR:
	case AMT_DNS_NS:
		if (!dns_name_decode(d, name) || d->p != rec->end)
			return NULL;
		return amt_arena_strdup(arena, name);
	case AMT_DNS_SRV:
		a = amt_rd_be16(d);
		b = amt_rd_be16(d);
		c = amt_rd_be16(d);
		if (d->short_ || !dns_name_decode(d, name))
			return NULL;
		return amt_arena_printf(arena, "%u %u %u %s", a, b, c, name);
	case AMT_DNS_SOA:
		if (!dns_name_decode(d, name) || !dns_name_decode(d, second))
			return NULL;
		a = amt_rd_be32(d);
		if (d->short_)
			return NULL;
		return amt_arena_printf(arena, "%s %s %u", name, second, a);
	default:
		return "";
	}
}

/* The answer section as read, before the alias chain is followed. */
struct answers {
	struct amt_dns_rr rr[DNS_RR_MAX];
	const char *owner[DNS_RR_MAX];
	size_t n;
	bool referral; /* authority names servers */
	bool negative; /* authority has the SOA */
	bool bad;      /* a record does not fit its type */
};

static bool read_sections(struct amt_rd *r, const struct header *h, struct amt_arena *arena,
			  struct answers *a, struct amt_dns_reply *out)
{
	struct record rec;

	for (int section = 1; section <= 3; section++) {
		for (unsigned i = 0; i < h->count[section]; i++) {
			if (!read_record(r, &rec))
				/* A cut answer may end anywhere. */
				return (h->flags & FLAG_TC) != 0;
			if (section == 3 && rec.type == AMT_DNS_OPT) {
				out->flags |= AMT_DNS_EDNS;
				out->rcode = (uint8_t)(out->rcode | (rec.ttl >> 24) << 4);
			}
			if (rec.class != CLASS_IN)
				continue;
			a->referral |= section == 2 && rec.type == AMT_DNS_NS;
			a->negative |= section == 2 && rec.type == AMT_DNS_SOA;
			if (section != 1 || a->n == DNS_RR_MAX)
				continue;
			const char *text = value_text(&rec, arena);
			a->bad |= !text;
			if (!text || !*text)
				continue;
			a->owner[a->n] = amt_arena_strdup(arena, rec.owner);
			a->rr[a->n++] = (struct amt_dns_rr){(uint16_t)rec.type, rec.ttl, text};
		}
	}
	return true;
}

static void keep(struct amt_dns_reply *out, const struct amt_dns_rr *rr)
{
	if (!out->n_rr || rr->ttl < out->ttl)
		out->ttl = rr->ttl;
	out->rr[out->n_rr++] = *rr;
}

/* Follows the aliases from the name asked, and keeps what belongs to it. Records of other names,
 * which a server has no business to send, are left out. */
static enum amt_dns_outcome follow(const struct answers *a, const char *name, unsigned type,
				   struct amt_dns_reply *out)
{
	const char *seen[DNS_CHAIN_MAX];
	size_t n_seen = 0;

	for (;;) {
		const struct amt_dns_rr *alias = NULL;
		size_t before = out->n_rr;
		for (size_t i = 0; i < a->n; i++) {
			if (!dns_name_equal(a->owner[i], name))
				continue;
			if (a->rr[i].type == type)
				keep(out, &a->rr[i]);
			else if (a->rr[i].type == AMT_DNS_CNAME)
				alias = &a->rr[i];
		}
		if (out->n_rr > before)
			return AMT_DNS_ANSWER;
		if (!alias)
			return n_seen ? AMT_DNS_UNFOLLOWED : AMT_DNS_NODATA;
		for (size_t i = 0; i < n_seen; i++)
			if (dns_name_equal(seen[i], alias->text))
				return AMT_DNS_LOOP;
		if (n_seen == DNS_CHAIN_MAX)
			return AMT_DNS_LOOP;
		seen[n_seen++] = name;
		if (dns_name_equal(name, alias->text))
			return AMT_DNS_LOOP;
		keep(out, alias);
		name = alias->text;
	}
}

static enum amt_dns_outcome of_rcode(unsigned rcode)
{
	switch (rcode) {
	case 1:
		return AMT_DNS_FORMERR;
	case 2:
		return AMT_DNS_SERVFAIL;
	case 4:
		return AMT_DNS_NOTIMP;
	case 5:
		return AMT_DNS_REFUSED;
	default:
		return AMT_DNS_RCODE;
	}
}

static enum amt_dns_outcome judge_answer(const struct answers *a, const char *name, unsigned type,
					 struct amt_dns_reply *out)
{
	enum amt_dns_outcome o;

	if (out->rcode != 0 && out->rcode != 3)
		return of_rcode(out->rcode);
	o = follow(a, name, type, out);
	if (o == AMT_DNS_ANSWER || o == AMT_DNS_LOOP)
		return o;
	bool aliased = o == AMT_DNS_UNFOLLOWED;
	if (out->rcode == 3)
		return aliased ? AMT_DNS_DANGLING : AMT_DNS_NXDOMAIN;
	if (a->bad)
		return AMT_DNS_MALFORMED;
	if (out->flags & AMT_DNS_TC)
		return AMT_DNS_TRUNCATED;
	if (aliased)
		return a->negative ? AMT_DNS_DANGLING : AMT_DNS_UNFOLLOWED;
	if (a->referral && !a->negative && !(out->flags & AMT_DNS_AA))
		return AMT_DNS_REFERRAL;
	return AMT_DNS_NODATA;
}

static uint8_t flags_of(unsigned flags)
{
	unsigned f = 0;

	f |= flags & FLAG_AA ? AMT_DNS_AA : 0;
	f |= flags & FLAG_TC ? AMT_DNS_TC : 0;
	f |= flags & FLAG_RA ? AMT_DNS_RA : 0;
	return (uint8_t)f;
}

bool amt_dns_read(const void *p, size_t n, const char *name, unsigned type, struct amt_arena *arena,
		  struct amt_dns_reply *out)
{
	struct amt_rd r = amt_rd_init(p, n);
	struct header h = read_header(&r);
	char asked[DNS_NAME_TEXT];
	struct answers a;

	out->outcome = AMT_DNS_MALFORMED;
	out->n_rr = 0;
	out->rr = NULL;
	if (r.short_ || !(h.flags & FLAG_QR) || (h.flags & OPCODE))
		return false;
	out->rcode = h.flags & 15;
	out->flags =
		(uint8_t)((out->flags & ~(AMT_DNS_AA | AMT_DNS_TC | AMT_DNS_RA | AMT_DNS_EDNS)) |
			  flags_of(h.flags));
	/* Some servers answer FORMERR and the like with a header alone. */
	if (h.count[0] == 0 && out->rcode != 0) {
		out->outcome = (uint8_t)of_rcode(out->rcode);
		return true;
	}
	if (h.count[0] != 1 || !dns_name_decode(&r, asked) || !dns_name_equal(asked, name) ||
	    amt_rd_be16(&r) != type || amt_rd_be16(&r) != CLASS_IN || r.short_)
		return false;
	a.n = 0;
	a.referral = a.negative = a.bad = false;
	if (!read_sections(&r, &h, arena, &a, out))
		return false;
	if (a.n)
		out->rr = amt_arena_array(arena, a.n, sizeof(*out->rr));
	out->outcome = (uint8_t)judge_answer(&a, name, type, out);
	return out->outcome != AMT_DNS_MALFORMED;
}

bool dns_update_read(const void *p, size_t n, struct amt_dns_reply *out)
{
	struct amt_rd r = amt_rd_init(p, n);
	struct header h = read_header(&r);

	if (r.short_ || !(h.flags & FLAG_QR) || (h.flags & OPCODE) != UPDATE)
		return false;
	out->rcode = h.flags & 15;
	out->flags |= flags_of(h.flags);
	out->outcome = (uint8_t)(out->rcode ? of_rcode(out->rcode) : AMT_DNS_ANSWER);
	return true;
}
