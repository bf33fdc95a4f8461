/*
 * One packet after the other: a glance at the ports, and for the few that matter the
 * whole way down. The glance is what a capture of millions is measured by.
 */
#include "hello/skim.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define ETHER_ARP        0x0806
#define TUNNELS_MAX      3           /* in one another */
#define DUPLICATE_WINDOW (30 * 1000) /* microseconds between a packet and its mirror copy */

/* Packets of this port do not simply pass by. */
static void look_into(struct hello_engine *e, uint16_t port)
{
	uint16_t wire = htons(port);

	e->wanted.dealt_with[wire >> 6] |= UINT64_C(1) << (wire & 63);
	e->wanted.generation++;
}

void hello_engine_port(struct hello_engine *e, uint16_t port, enum hello_port_class c)
{
	if (!e->ports[port / HELLO_PAGE])
		e->ports[port / HELLO_PAGE] = amt_calloc(HELLO_PAGE, 1);
	e->ports[port / HELLO_PAGE][port % HELLO_PAGE] = (uint8_t)c;
	e->any[port >> 6] |= UINT64_C(1) << (port & 63);
	if (c != PORT_DNS)
		look_into(e, port);
}

static void set_ports(struct hello_engine *e)
{
	const struct hello_options *o = e->opt;

	static const struct {
		uint16_t port;
		uint8_t class;
	} known[] = {{16992, PORT_AMT_HTTP},  {16993, PORT_AMT_TLS}, {16994, PORT_AMT_REDIR},
		     {16995, PORT_AMT_REDIR}, {53, PORT_DNS},        {67, PORT_DHCP},
		     {68, PORT_DHCP},         {623, PORT_RMCP},      {664, PORT_RMCP},
		     {546, PORT_DHCP6},       {547, PORT_DHCP6}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		hello_engine_port(e, known[i].port, known[i].class);
	look_into(e, HELLO_PORT_VXLAN);
	if (!o->n_ports)
		amt_vec_push(&e->facts->ports, (uint16_t)HELLO_PORT);
	for (size_t i = 0; i < o->n_ports; i++)
		amt_vec_push(&e->facts->ports, o->ports[i]);
	for (size_t i = 0; i < e->facts->ports.n; i++)
		hello_engine_port(e, e->facts->ports.v[i], PORT_HELLO);
}

static void set_names(struct hello_engine *e)
{
	const struct amt_strlist *names = e->opt->names;

	for (size_t i = 0; names && i < names->n; i++) {
		char *s = amt_arena_strdup(&e->facts->arena, names->v[i]);

		s[strcspn(s, ".")] = '\0';
		for (char *p = s; *p; p++)
			*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
		if (*s)
			amt_vec_push(&e->names, s);
	}
	if (!e->names.n)
		amt_vec_push(&e->names, "provisionserver"); /* hello.md 3.1 */
	for (size_t i = 0; i < e->names.n; i++)
		e->wanted.labels |= UINT64_C(1) << (strlen(e->names.v[i]) & 63);
}

static void set_expected(struct hello_engine *e)
{
	const struct amt_strlist *x = e->opt->expect;

	for (size_t i = 0; x && i < x->n; i++) {
		struct hello_mac mac = {0};
		struct hello_ip ip = {0};

		if (!hello_ip_parse(x->v[i], &ip))
			hello_mac_parse(x->v[i], &mac);
		amt_vec_push(&e->expect_macs, mac);
		amt_vec_push(&e->expect_ips, ip);
		struct hello_expected *h = amt_vec_add(&e->facts->expected);
		h->text = amt_arena_strdup(&e->facts->arena, x->v[i]);
		e->looking = true;
	}
}

void hello_engine_init(struct hello_engine *e, struct hello_facts *facts,
		       const struct hello_options *opt)
{
	memset(e, 0, sizeof(*e));
	e->facts = facts;
	e->opt = opt;
	set_ports(e);
	set_names(e);
	set_expected(e);
	for (size_t i = 0; i < opt->n_servers; i++)
		amt_vec_push(&facts->servers, opt->servers[i]);
	facts->root_given = opt->n_roots > 0;
	e->seed = (uint64_t)(uintptr_t)e * 0x9e3779b97f4a7c15u;
	hello_flows_init(&e->flows, opt->max_flows);
	hello_budget_init(e);
}

uint32_t hello_engine_capture(struct hello_engine *e, const char *name, const char *format)
{
	free(e->recent); /* another file's packets are no mirror copies */
	e->recent = NULL;
	struct hello_capture *c = amt_vec_add(&e->facts->captures);
	c->name = amt_arena_strdup(&e->facts->arena, name);
	c->format = format;
	c->first = c->last = AMT_TIME_NONE;
	e->capture = (uint32_t)(e->facts->captures.n - 1);
	e->before = INT64_MIN / 2;
	return e->capture;
}

void hello_engine_flush(struct hello_engine *e)
{
	while (e->flows.oldest != NOBODY)
		hello_tcp_finish(e, e->flows.oldest, false);
	if (!e->fragments)
		return;
	struct hello_capture *c = &e->facts->captures.v[e->capture];
	struct hello_fragments_lost lost = hello_fragments_end(e->fragments);
	c->fragments += lost.all;
	c->fragments_relevant += lost.relevant;
}

void hello_engine_finish(struct hello_engine *e)
{
	struct hello_facts *f = e->facts;
	size_t n = 0;

	hello_engine_flush(e);
	/* Connections that were given up leave holes; a bare payload never had one. */
	for (size_t i = 0; i < f->conns.n; i++)
		if (f->conns.v[i].client.family)
			f->conns.v[n++] = f->conns.v[i];
	f->conns.n = n;
	amt_vec_free(&e->spare_conns);
}

void hello_engine_free(struct hello_engine *e)
{
	hello_engine_finish(e);
	hello_flows_free(&e->flows);
	hello_fragments_free(e->fragments);
	free(e->known);
	free(e->recent);
	free(e->leases);
	for (size_t i = 0; i < sizeof(e->ports) / sizeof(e->ports[0]); i++)
		free(e->ports[i]);
	amt_map_free(&e->queries);
	amt_map_free(&e->rmcps);
	amt_map_free(&e->certificates);
	amt_arena_free(&e->scratch);
	amt_vec_free(&e->expect_macs);
	amt_vec_free(&e->expect_ips);
	amt_vec_free(&e->names);
}

/* Domains and classes are mostly the same: a small cache finds them again. What belongs to
 * connections and clients that were forgotten stays in the arena, so there is an end to it. */
const char *hello_keep_text(struct hello_engine *e, const void *p, size_t n)
{
	const char *s = p;

	while (n && !s[n - 1])
		n--;
	if (!n)
		return NULL;
	struct hello_text *t =
		&e->texts[hello_hash(p, n, e->seed) % (sizeof(e->texts) / sizeof(e->texts[0]))];
	if (t->text && t->n == n && memcmp(t->text, s, n) == 0)
		return t->text;
	if (hello_spent(e))
		return NULL;
	*t = (struct hello_text){amt_arena_strndup(&e->facts->arena, s, n), (uint32_t)n};
	return t->text;
}

/*
 * Copies differ in VLAN tag, MAC, TTL and checksum when a router was between
 * the two mirror points; the rest of the first 40 bytes is the same.
 */
bool hello_engine_duplicate(struct hello_engine *e, const struct hello_frame *f)
{
	uint8_t id[2 * 16 + 8 + 40];
	size_t n = 0, take = f->l4_caplen < 40 ? f->l4_caplen : 40;
	size_t address = f->source.family == 4 ? 4 : 16;
	uint32_t what[2] = {f->ip_id, f->l4_len};

	memcpy(id, f->source.bytes, address), n += address;
	memcpy(id + n, f->destination.bytes, address), n += address;
	memcpy(id + n, what, sizeof(what)), n += sizeof(what);
	memcpy(id + n, f->l4, take), n += take;
	uint64_t hash = hello_hash(id, n, e->seed);
	if (!e->recent)
		e->recent = amt_calloc(HELLO_RECENT, sizeof(*e->recent));
	struct hello_recent *r = &e->recent[hash % HELLO_RECENT];
	amt_time d = f->time - r->time;

	if (r->hash == hash && d >= -DUPLICATE_WINDOW && d <= DUPLICATE_WINDOW) {
		e->facts->duplicates++;
		return true;
	}
	*r = (struct hello_recent){hash, f->time};
	return false;
}

/* Destination unreachable quotes the header and 8 bytes of what it is about (RFC 792, 4443). */
static void icmp(struct hello_engine *e, struct hello_frame *f)
{
	if (f->l4_caplen < 8 + 28)
		return;
	uint8_t type = f->l4[0], code = f->l4[1];
	bool unreachable = f->protocol == PROTO_ICMP ? type == 3 : type == 1;
	if (!unreachable)
		return;
	struct hello_packet inner = {.data = f->l4 + 8,
				     .caplen = f->l4_caplen - 8,
				     .len = f->l4_caplen - 8,
				     .link = LINK_RAW,
				     .ns = f->packet->ns,
				     .frame = f->packet->frame};
	struct hello_frame q;
	if (!hello_frame_ip(&inner, &q) || q.l4_caplen < 4 || q.protocol != PROTO_TCP)
		return;
	q.source_port = (uint16_t)(q.l4[0] << 8 | q.l4[1]);
	q.destination_port = (uint16_t)(q.l4[2] << 8 | q.l4[3]);
	hello_tcp_unreachable(e, &q, f, type, code);
}

static void transport(struct hello_engine *e, struct hello_frame *f)
{
	if (f->protocol == PROTO_ICMP || f->protocol == PROTO_ICMP6) {
		icmp(e, f);
		return;
	}
	if (!hello_frame_l4(f))
		return;
	if (f->protocol == PROTO_TCP) {
		hello_tcp(e, f);
		return;
	}
	uint8_t a = hello_port_class(e, f->source_port);
	uint8_t b = hello_port_class(e, f->destination_port);
	if (a == PORT_DNS || b == PORT_DNS)
		hello_dns(e, f);
	else if (a == PORT_DHCP || b == PORT_DHCP)
		hello_dhcp(e, f);
	else if (a == PORT_DHCP6 || b == PORT_DHCP6)
		hello_dhcp6(e, f);
	else if (a == PORT_RMCP || b == PORT_RMCP)
		hello_rmcp(e, f);
}

/* A first fragment that shows what its datagram is, and that it is nothing of ours. */
static bool of_others(const struct hello_engine *e, const struct hello_frame *fragment)
{
	struct hello_frame f = *fragment;

	if (f.fragment_offset || !hello_frame_l4(&f))
		return false;
	return !hello_port_any(e, f.source_port) && !hello_port_any(e, f.destination_port) &&
	       !(f.protocol == PROTO_TCP && hello_looks_like(f.payload, f.payload_caplen));
}

static void whole_way(struct hello_engine *e, const struct hello_packet *p)
{
	struct hello_frame f;

	if (!hello_frame_ip(p, &f))
		return;
	if (f.fragment && !e->fragments)
		e->fragments = hello_fragments_new();
	if (f.fragment && !hello_fragments_add(e->fragments, &f, of_others(e, &f))) {
		e->relevant = e->relevant || f.protocol == PROTO_TCP;
		return;
	}
	transport(e, &f);
}

/* A hello's first bytes (hello.md 1.7), wherever they go: eight bytes turn nearly all others away.
 */
static bool begins_hello(const struct hello_glance *g, uint32_t header)
{
	const uint8_t *p = g->l4 + header;

	return g->left >= header + 24 && p[0] <= 1 && !p[1] && p[2] >= 1 && p[2] <= 3 && !p[3] &&
	       !p[5] && !p[6] && !p[7] && hello_looks_like(p, g->left - header);
}

/*
 * Most segments to the ports of AMT belong to sessions that began before the
 * capture and are encrypted: without a flow only a SYN or a first message counts.
 */
static bool tcp_matters(struct hello_engine *e, const struct hello_glance *g)
{
	bool known = hello_port_any(e, g->source_port) || hello_port_any(e, g->destination_port);

	if (g->left < 20)
		return known;
	uint32_t header = (g->l4[12] >> 4) * 4u;
	if (!known)
		return header >= 20 && begins_hello(g, header);
	if ((g->l4[13] & TCP_SYN) ||
	    hello_flow_hinted(&e->flows, hello_flow_hint(g->source, g->destination, g->source_port,
							 g->destination_port)))
		return true;
	if (header < 20 || g->left <= header)
		return false;
	return hello_dns_tcp_wanted(e, g->l4 + header, g->left - header) ||
	       hello_content_guess(g->l4 + header, g->left - header) != HELLO_CONTENT_OTHER;
}

static bool matters(struct hello_engine *e, const struct hello_packet *p)
{
	struct hello_glance g;
	int protocol = hello_frame_glance(p, &g);

	if (protocol == PROTO_TCP)
		return tcp_matters(e, &g);
	if (protocol == PROTO_UDP) {
		if (!hello_port_any(e, g.source_port) && !hello_port_any(e, g.destination_port))
			return false;
		uint8_t a = hello_port_class(e, g.source_port);
		uint8_t b = hello_port_class(e, g.destination_port);
		if (a == PORT_DNS || b == PORT_DNS)
			return g.left > 8 && hello_dns_wanted(e, g.l4 + 8, g.left - 8);
		return a > PORT_AMT_REDIR || b > PORT_AMT_REDIR;
	}
	return protocol == PROTO_ICMP || protocol == PROTO_ICMP6 || protocol == PROTO_FRAGMENT;
}

static void count_expected(struct hello_engine *e, const struct hello_packet *p)
{
	struct hello_frame f;
	bool ip = hello_frame_ip(p, &f);
	struct hello_mac mac = {.known = p->link == LINK_ETHERNET && p->caplen >= 12};
	struct hello_link l = hello_frame_link(p);

	/* A host that is silent for want of anything to say still asks for addresses (RFC 826). */
	if (l.type == ETHER_ARP && p->caplen >= l.at + 28 && hello_be16(p->data + l.at) == 1) {
		f.source = (struct hello_ip){.family = 4};
		memcpy(f.source.bytes, p->data + l.at + 14, 4);
		ip = true;
	}

	if (mac.known)
		memcpy(mac.bytes, p->data + 6, 6);
	for (size_t i = 0; i < e->facts->expected.n; i++)
		if (hello_mac_equal(&e->expect_macs.v[i], &mac) ||
		    (ip && hello_ip_equal(&e->expect_ips.v[i], &f.source)))
			e->facts->expected.v[i].frames++;
}

void hello_engine_look(struct hello_engine *e, const struct hello_packet *p)
{
	struct hello_packet inner;
	const struct hello_packet *at = p;

	for (int depth = 0; !matters(e, at); depth++) {
		if (!depth)
			inner = *p;
		if (depth == TUNNELS_MAX || !hello_tunnel(&inner)) {
			if (!hello_link_supported(p->link))
				e->facts->captures.v[e->capture].unsupported++;
			return;
		}
		at = &inner;
	}
	e->relevant = false;
	whole_way(e, at);
	if (e->relevant && e->opt->relevant)
		e->opt->relevant(e->opt->relevant_arg, e->capture, p);
}

static void note_time(struct hello_engine *e, struct hello_capture *c, int64_t ns)
{
	amt_time t = ns / 1000;

	if (c->first == AMT_TIME_NONE || t < c->first)
		c->first = t;
	if (c->last == AMT_TIME_NONE || t > c->last)
		c->last = t;
	if (ns < e->before - HELLO_CLOCK_BACK)
		c->clock_back++;
	e->before = ns;
}

void hello_engine_packet(struct hello_engine *e, const struct hello_packet *p)
{
	struct hello_capture *c = &e->facts->captures.v[e->capture];

	c->packets++;
	c->bytes += p->caplen;
	if (!p->timeless)
		note_time(e, c, p->ns);
	if (p->caplen < p->len)
		c->cut++;
	if (e->looking)
		count_expected(e, p);
	if (p->link != LINK_ETHERNET || p->caplen < HELLO_GLANCE ||
	    !hello_passes_by(&e->wanted, p->data, p->caplen))
		hello_engine_look(e, p);
}

void hello_engine_payload(struct hello_engine *e, const uint8_t *p, size_t n)
{
	struct hello_packet packet = {.frame = 0};
	struct hello_frame f = {.packet = &packet,
				.time = AMT_TIME_NONE,
				.protocol = PROTO_TCP,
				.destination_port = HELLO_PORT,
				.flags = TCP_FIN,
				.payload = p,
				.payload_caplen = (uint32_t)n,
				.payload_len = (uint32_t)n,
				.l4 = p};

	hello_engine_port(e, HELLO_PORT, PORT_HELLO);
	hello_tcp(e, &f);
}
