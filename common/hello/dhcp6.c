/*
 * DHCPv6 as seen from the side (RFC 8415; options 23 and 24: RFC 3646): what servers hand out as
 * DNS servers and domains. ConfigMgr 2007 uses IPv4 only, so nothing is concluded from it here.
 */
#include "hello/engine.h"

#define ANSWERS_MAX 64 /* different ones that are kept */
#define LIST_MAX    32
#define RELAYS_MAX  32 /* RFC 8415, 7.6: HOP_COUNT_LIMIT is 8 */

enum { ADVERTISE = 2, REPLY = 7, RELAY_REPLY = 13 };
enum { IA_NA = 3, RELAYED = 9, DNS_SERVERS = 23, DOMAINS = 24 };

/* The next option; its bytes in *value. */
static bool next(struct amt_rd *r, unsigned *code, struct amt_rd *value)
{
	*code = amt_rd_be16(r);
	unsigned n = amt_rd_be16(r);
	*value = amt_rd_sub(r, n);
	return !r->short_;
}

static void servers(struct amt_rd v, struct hello_ips *out)
{
	while (amt_rd_left(&v) >= 16 && out->n < LIST_MAX) {
		struct hello_ip ip = {.family = 6};

		memcpy(ip.bytes, amt_rd_bytes(&v, 16), 16);
		amt_vec_push(out, ip);
	}
}

/* Names as DNS writes them, blanks between them; up to the first that is none. */
static const char *domains(struct hello_engine *e, struct amt_rd v)
{
	char name[256], text[1024];
	size_t n = 0;

	while (amt_rd_left(&v) && hello_read_name(&v, name, sizeof(name))) {
		size_t len = strlen(name);

		if (!len)
			continue;
		if (n + len + 2 > sizeof(text))
			break;
		if (n)
			text[n++] = ' ';
		amt_str_copy(text + n, sizeof(text) - n, name);
		n += len;
	}
	return n ? hello_keep_text(e, text, n) : NULL;
}

static bool same_list(const struct hello_ips *a, const struct hello_ips *b)
{
	return a->n == b->n && (!a->n || !memcmp(a->v, b->v, a->n * sizeof(*a->v)));
}

static void add(struct hello_engine *e, struct hello_dhcp6 *m)
{
	struct hello_facts *f = e->facts;

	for (size_t i = 0; i < f->dhcp6.n; i++) {
		struct hello_dhcp6 *had = &f->dhcp6.v[i];

		/* Texts that are kept are the same when they are equal. */
		if (had->reply == m->reply && had->domains == m->domains &&
		    !memcmp(&had->server, &m->server, sizeof(m->server)) &&
		    same_list(&had->dns, &m->dns)) {
			had->seen++;
			amt_vec_free(&m->dns);
			return;
		}
	}
	if (f->dhcp6.n < ANSWERS_MAX && !hello_spent(e)) {
		amt_vec_push(&f->dhcp6, *m);
	} else {
		f->forgotten++;
		amt_vec_free(&m->dns);
	}
}

void hello_dhcp6(struct hello_engine *e, const struct hello_frame *f)
{
	struct amt_rd r = amt_rd_init(f->payload, f->payload_caplen), value;
	struct hello_dhcp6 m = {.server = f->source, .client = f->destination, .seen = 1};
	unsigned type = amt_rd_u8(&r), code;
	bool counts = false;

	/* A relay's packet has the server's own inside. */
	for (int i = 0; type == RELAY_REPLY && i < RELAYS_MAX; i++) {
		amt_rd_skip(&r, 1 + 16);
		const uint8_t *peer = amt_rd_bytes(&r, 16);
		if (!peer)
			return;
		m.client = (struct hello_ip){.family = 6};
		memcpy(m.client.bytes, peer, 16);
		while (next(&r, &code, &value) && code != RELAYED)
			;
		if (r.short_ || code != RELAYED)
			return;
		r = value;
		type = amt_rd_u8(&r);
	}
	if ((type != ADVERTISE && type != REPLY) || f->source.family != 6)
		return;
	amt_rd_skip(&r, 3); /* the transaction */
	e->relevant = true;
	if (hello_engine_duplicate(e, f))
		return;
	m.at = hello_spot_of(e, f);
	m.reply = type == REPLY;
	while (amt_rd_left(&r) && next(&r, &code, &value)) {
		counts |= code == IA_NA || code == DNS_SERVERS || code == DOMAINS;
		if (code == DNS_SERVERS && !m.dns.n)
			servers(value, &m.dns);
		else if (code == DOMAINS && !m.domains)
			m.domains = domains(e, value);
	}
	/* An answer to a release or a question for confirmation says nothing of options. */
	if (counts)
		add(e, &m);
	else
		amt_vec_free(&m.dns);
}
