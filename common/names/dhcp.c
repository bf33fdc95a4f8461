#include "names/dhcp.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum {
	OPT_PAD = 0,
	OPT_MASK = 1,
	OPT_ROUTERS = 3,
	OPT_DNS = 6,
	OPT_HOST_NAME = 12,
	OPT_DOMAIN = 15,
	OPT_WINS = 44,
	OPT_LEASE = 51,
	OPT_OVERLOAD = 52,
	OPT_KIND = 53,
	OPT_SERVER = 54,
	OPT_PARAMETERS = 55,
	OPT_CLIENT_ID = 61,
	OPT_FQDN = 81,
	OPT_RELAY = 82,
	OPT_SEARCH = 119,
	OPT_END = 255
};

const char *amt_dhcp_kind_name(unsigned kind)
{
	static const char *const names[] = {"BOOTP", "DISCOVER", "OFFER",   "REQUEST", "DECLINE",
					    "ACK",   "NAK",      "RELEASE", "INFORM"};

	return kind < sizeof(names) / sizeof(*names) ? names[kind] : "other";
}

const char *amt_dhcp_reply_name(const struct amt_dhcp_reply *r)
{
	if (r->v6 && r->kind)
		return r->kind == AMT_DHCP_ACK ? "REPLY" : "ADVERTISE";
	return amt_dhcp_kind_name(r->kind);
}

/* ---- building ---- */

static void option(uint8_t **p, unsigned code, const void *data, size_t n)
{
	*(*p)++ = (uint8_t)code;
	*(*p)++ = (uint8_t)n;
	memcpy(*p, data, n);
	*p += n;
}

size_t dhcp_build(const struct dhcp_question *q, uint8_t *out, size_t size)
{
	static const uint8_t magic[] = {0x63, 0x82, 0x53, 0x63};
	/* What AMT and the laptop need to know: mask, routers, DNS, host name, domain, FQDN, search
	 * list. */
	static const uint8_t wanted[] = {1, 3, 6, 12, 15, 81, 119};
	uint8_t id[7] = {1}, fqdn[3 + DNS_NAME_WIRE] = {AMT_DHCP_FQDN_S | AMT_DHCP_FQDN_E, 0, 0},
		*p = out;
	size_t name = q->fqdn ? dns_name_encode(q->fqdn, fqdn + 3) : 0;

	if ((q->kind != AMT_DHCP_DISCOVER && q->kind != AMT_DHCP_INFORM) || size < DHCP_FIXED + 320)
		return 0;
	memset(out, 0, DHCP_FIXED);
	out[0] = 1; /* BOOTREQUEST, Ethernet */
	out[1] = 1;
	out[2] = 6;
	for (int i = 0; i < 4; i++)
		out[4 + i] = (uint8_t)(q->xid >> (24 - 8 * i));
	/* Answers by broadcast: the address offered is nobody's yet. */
	if (q->kind == AMT_DHCP_DISCOVER)
		out[10] = 0x80;
	else
		memcpy(out + 12, q->address, 4);
	memcpy(out + 28, q->mac, 6);
	p += DHCP_FIXED;
	memcpy(p, magic, 4);
	p += 4;
	option(&p, OPT_KIND, &q->kind, 1);
	memcpy(id + 1, q->mac, 6);
	option(&p, OPT_CLIENT_ID, id, sizeof(id));
	if (name && name + 3 <= 255)
		option(&p, OPT_FQDN, fqdn, name + 3);
	option(&p, OPT_PARAMETERS, wanted, sizeof(wanted));
	*p++ = OPT_END;
	while (p < out + 300) /* RFC 1542 section 2.1: BOOTP relays expect this much */
		*p++ = 0;
	return (size_t)(p - out);
}

/* ---- reading ---- */

struct option {
	uint8_t data[DHCP_OPTION_MAX];
	size_t n;
	bool there;
};

struct reading {
	struct amt_arena *arena;
	struct amt_dhcp_reply *out;
	struct amt_rd areas[3]; /* options, file, sname: where options may stand */
	size_t n_areas;
	const char *bad[8];
	size_t n_bad;
	bool there[256]; /* codes that stand somewhere */
	/* Where each of those begins and ends to be there. */
	struct place {
		uint8_t area, last_area;
		const uint8_t *at, *last;
	} place[256];
};

static void complain(struct reading *rd, const char *what)
{
	if (rd->n_bad < sizeof(rd->bad) / sizeof(*rd->bad) - 1)
		rd->bad[rd->n_bad++] = what;
}

/* Which codes there are and where, so that nobody looks through all options for each. */
static void note_codes(struct reading *rd, size_t area)
{
	struct amt_rd r = rd->areas[area];

	while (amt_rd_left(&r)) {
		const uint8_t *at = r.p;
		unsigned c = amt_rd_u8(&r);

		if (c == OPT_PAD)
			continue;
		if (c == OPT_END)
			break;
		struct place *p = &rd->place[c];
		if (!rd->there[c]) {
			rd->there[c] = true;
			p->area = (uint8_t)area;
			p->at = at;
		}
		p->last_area = (uint8_t)area;
		p->last = at;
		size_t n = amt_rd_u8(&r);
		if (!amt_rd_bytes(&r, n) && n) {
			complain(rd, "an option runs past the end of the message");
			break;
		}
	}
}

/* All pieces of an option, in order (RFC 3396 section 7). */
static bool gather(struct reading *rd, unsigned code, struct option *o)
{
	const struct place *w = &rd->place[code];

	o->n = 0;
	o->there = false;
	if (!rd->there[code])
		return false;
	for (size_t i = w->area; i <= w->last_area; i++) {
		struct amt_rd r = rd->areas[i];
		if (i == w->area)
			r.p = w->at;
		while (amt_rd_left(&r) && (i < w->last_area || r.p <= w->last)) {
			unsigned c = amt_rd_u8(&r);
			if (c == OPT_PAD)
				continue;
			if (c == OPT_END)
				break;
			size_t n = amt_rd_u8(&r);
			const uint8_t *p = amt_rd_bytes(&r, n);
			if (!p && n)
				break;
			if (c != code || o->n + n > sizeof(o->data))
				continue;
			o->there = true;
			if (n)
				memcpy(o->data + o->n, p, n);
			o->n += n;
		}
	}
	return o->there;
}

static const char *address_text(struct amt_arena *a, const uint8_t *p)
{
	char text[INET_ADDRSTRLEN];

	return amt_arena_strdup(a, inet_ntop(AF_INET, p, text, sizeof(text)));
}

static const char *const *addresses(struct reading *rd, unsigned code, const char *what)
{
	struct option o;
	const char **list;
	size_t n;

	if (!gather(rd, code, &o))
		return NULL;
	if (o.n % 4 || !o.n)
		complain(rd, what);
	n = o.n / 4 < DHCP_LIST_MAX ? o.n / 4 : DHCP_LIST_MAX;
	list = amt_arena_array(rd->arena, n + 1, sizeof(*list));
	for (size_t i = 0; i < n; i++)
		list[i] = address_text(rd->arena, o.data + 4 * i);
	return list;
}

/* Labels with their lengths before them, up to the end or the root. */
static bool is_wire_name(const uint8_t *p, size_t n)
{
	size_t at = 0;

	if (p[0] == 0 || p[0] >= ' ')
		return false;
	while (at < n && p[at] && p[at] < n - at)
		at += 1 + p[at];
	return at == n || (at + 1 == n && !p[at]);
}

const char *dhcp_domain_fault(const uint8_t *p, size_t n)
{
	if (!n)
		return "is empty";
	if (is_wire_name(p, n))
		return "has lengths between its labels, as names in DNS messages; option 15 is "
		       "text";
	if (p[n - 1] == 0)
		return "ends in a NUL byte";
	if (p[n - 1] == ' ' || p[0] == ' ')
		return "begins or ends with a blank";
	if (p[0] == '.')
		return "begins with a dot";
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x20 || p[i] == 0x7f)
			return "holds a control character";
		if (p[i] == ' ' || p[i] == ',' || p[i] == ';')
			return "holds several names; option 15 is for one";
		if (p[i] >= 0x80)
			return "holds a character outside ASCII; DNS has such names in their xn-- "
			       "form";
	}
	return NULL;
}

/* Text up to a NUL at the end, which some servers count in. */
static const char *text_of(struct amt_arena *a, const struct option *o)
{
	size_t n = o->n;

	while (n && o->data[n - 1] == 0)
		n--;
	char *s = amt_arena_strndup(a, (const char *)o->data, n);
	for (size_t i = 0; i < n; i++)
		if (!s[i])
			s[i] = '?';
	return s;
}

static void read_domain(struct reading *rd)
{
	struct option o;

	if (!gather(rd, OPT_DOMAIN, &o))
		return;
	rd->out->domain = text_of(rd->arena, &o);
	rd->out->domain_fault = dhcp_domain_fault(o.data, o.n);
}

static void read_fqdn(struct reading *rd)
{
	struct option o;
	char name[DNS_NAME_TEXT];

	if (!gather(rd, OPT_FQDN, &o))
		return;
	if (o.n < 3) {
		complain(rd, "option 81 is shorter than its three fixed bytes");
		return;
	}
	rd->out->fqdn_flags = o.data[0];
	if (o.data[0] & AMT_DHCP_FQDN_E) {
		/* Names on the wire, perhaps without the root label (RFC 4702 section 2.3). */
		if (o.n < sizeof(o.data))
			o.data[o.n] = 0;
		struct amt_rd r = amt_rd_init(o.data + 3, o.n < sizeof(o.data) ? o.n - 2 : o.n - 3);
		if (dns_name_decode(&r, name))
			rd->out->fqdn = amt_arena_strdup(rd->arena, name);
		else
			complain(rd, "option 81 holds no readable name");
		return;
	}
	memmove(o.data, o.data + 3, o.n - 3);
	o.n -= 3;
	rd->out->fqdn = text_of(rd->arena, &o);
}

const char *const *dhcp_search_list(struct amt_arena *a, const uint8_t *p, size_t n, bool *whole)
{
	const char **list = amt_arena_array(a, DHCP_LIST_MAX + 1, sizeof(*list));
	struct amt_rd r = amt_rd_init(p, n);
	size_t names = 0;

	*whole = true;
	while (*whole && amt_rd_left(&r) && names < DHCP_LIST_MAX) {
		char name[DNS_NAME_TEXT];
		*whole = dns_name_decode(&r, name);
		if (*whole)
			list[names++] = amt_arena_strdup(a, name);
	}
	return list;
}

static void read_search(struct reading *rd)
{
	struct option o;
	bool whole;

	if (!gather(rd, OPT_SEARCH, &o))
		return;
	rd->out->search = dhcp_search_list(rd->arena, o.data, o.n, &whole);
	if (!whole)
		complain(rd, "option 119 holds no readable list");
}

static void read_numbers(struct reading *rd)
{
	struct amt_dhcp_reply *out = rd->out;
	struct option o;

	if (gather(rd, OPT_KIND, &o) && o.n == 1)
		out->kind = o.data[0];
	if (gather(rd, OPT_LEASE, &o)) {
		struct amt_rd r = amt_rd_init(o.data, o.n);
		if (o.n == 4)
			out->lease = amt_rd_be32(&r);
		else
			complain(rd, "option 51 is not four bytes");
	}
	if (gather(rd, OPT_SERVER, &o)) {
		if (o.n == 4)
			out->server = address_text(rd->arena, o.data);
		else
			complain(rd, "option 54 is not an address");
	}
	if (gather(rd, OPT_MASK, &o)) {
		if (o.n == 4)
			out->mask = address_text(rd->arena, o.data);
		else
			complain(rd, "option 1 is not a mask");
	}
	if (gather(rd, OPT_RELAY, &o)) {
		char *hex = amt_arena_alloc(rd->arena, 2 * o.n + 1);
		amt_hex_encode(o.data, o.n, hex);
		out->relay = hex;
	}
	if (gather(rd, OPT_HOST_NAME, &o))
		out->host_name = text_of(rd->arena, &o);
}

/* Options may go on in the file and server name fields (RFC 2132 section 9.3). */
static void find_areas(struct reading *rd, const uint8_t *p, struct amt_rd options)
{
	struct option o;

	rd->areas[rd->n_areas++] = options;
	note_codes(rd, 0);
	if (!gather(rd, OPT_OVERLOAD, &o) || o.n != 1)
		return;
	if (o.data[0] & 1)
		rd->areas[rd->n_areas++] = amt_rd_init(p + 108, 128);
	if (o.data[0] & 2)
		rd->areas[rd->n_areas++] = amt_rd_init(p + 44, 64);
	for (size_t i = 1; i < rd->n_areas; i++)
		note_codes(rd, i);
}

static const char *mac_text(struct amt_arena *a, const uint8_t *p)
{
	return amt_arena_printf(a, "%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3], p[4],
				p[5]);
}

bool amt_dhcp_parse(const void *data, size_t n, struct amt_arena *arena, struct amt_dhcp_reply *out,
		    struct amt_error *err)
{
	static const uint8_t zero[4];
	const uint8_t *p = data;
	struct amt_rd r = amt_rd_init(data, n);
	struct reading rd = {.arena = arena, .out = out};

	*out = (struct amt_dhcp_reply){
		.source = "", .server = "", .lease = -1, .fqdn_flags = -1, .copies = 1};
	out->at = AMT_TIME_NONE;
	if (n < DHCP_FIXED)
		return amt_fail(
			err,
			"%zu bytes are too few for a DHCP message: the fixed part alone has %u", n,
			DHCP_FIXED);
	amt_rd_skip(&r, DHCP_FIXED);
	if (p[0] != 1 && p[0] != 2)
		return amt_fail(err, "operation %u is neither a request nor a reply of DHCP", p[0]);
	if (amt_rd_be32(&r) != DHCP_MAGIC)
		return amt_fail(err, "the DHCP magic cookie is missing at byte %u", DHCP_FIXED);
	struct amt_rd x = amt_rd_init(p + 4, 4);
	out->xid = amt_rd_be32(&x);
	if (memcmp(p + 16, zero, 4) != 0)
		out->yiaddr = address_text(arena, p + 16);
	if (memcmp(p + 24, zero, 4) != 0)
		out->giaddr = address_text(arena, p + 24);
	if (p[2] == 6)
		out->client_mac = mac_text(arena, p + 28);
	find_areas(&rd, p, r);
	read_numbers(&rd);
	out->routers = addresses(&rd, OPT_ROUTERS, "option 3 is not a list of addresses");
	out->dns = addresses(&rd, OPT_DNS, "option 6 is not a list of addresses");
	out->wins = addresses(&rd, OPT_WINS, "option 44 is not a list of addresses");
	read_domain(&rd);
	read_fqdn(&rd);
	read_search(&rd);
	if (rd.n_bad) {
		const char **bad = amt_arena_array(arena, rd.n_bad + 1, sizeof(*bad));
		memcpy(bad, rd.bad, rd.n_bad * sizeof(*bad));
		out->malformed = bad;
	}
	return true;
}
