/* Where two rooms meet: leases that the hello room saw in a capture, as DHCP facts of this one. */
#include "dnscheck.h"

#include "amtdiag/hello.h"

#include <string.h>

static const char *address(struct amt_arena *a, const struct hello_ip *ip)
{
	char text[HELLO_IP_TEXT];

	return ip->family ? amt_arena_strdup(a, hello_ip_text(ip, text)) : NULL;
}

static const char *const *addresses(struct amt_arena *a, const struct hello_ips *ips)
{
	const char **list = amt_arena_array(a, ips->n + 1, sizeof(*list));

	for (size_t i = 0; i < ips->n; i++)
		list[i] = address(a, &ips->v[i]);
	return list;
}

static void add_lease(struct amt_names_facts *f, const struct hello_facts *h,
		      const struct hello_lease *l)
{
	struct amt_arena *a = &f->arena;
	const struct hello_spot *at = l->acks ? &l->ack : &l->offer;
	struct amt_dhcp_reply r = {.lease = l->lease ? (int64_t)l->lease : -1, .fqdn_flags = -1};
	char mac[18];

	/* A client that nobody answered is a matter for amt-hellocap's timeline. */
	if (!l->acks && !l->offers)
		return;
	r.kind = l->acks ? AMT_DHCP_ACK : AMT_DHCP_OFFER;
	r.copies = l->acks ? l->acks : l->offers;
	r.at = at->time;
	r.source = amt_arena_printf(a, "%s frame %llu", h->captures.v[at->capture].name,
				    (unsigned long long)at->frame);
	r.server = address(a, &l->server);
	if (!r.server)
		r.server = "";
	r.yiaddr = address(a, &l->address);
	r.giaddr = address(a, &l->relay);
	r.client_mac = amt_arena_strdup(a, hello_mac_text(&l->mac, mac));
	r.host_name = amt_arena_strdup(a, l->hostname);
	r.fqdn = amt_arena_strdup(a, l->fqdn);
	if (l->has_suffix)
		r.domain = amt_arena_strdup(a, l->suffix ? l->suffix : "");
	if (l->has_dns)
		r.dns = addresses(a, &l->dns);
	amt_names_add_dhcp(f, &r);
}

/* Names with blanks between them. */
static const char *const *names_of(struct amt_arena *a, const char *text)
{
	char *copy = amt_arena_strdup(a, text), *save = NULL;
	const char **list = amt_arena_array(a, strlen(text) / 2 + 2, sizeof(*list));
	size_t n = 0;

	for (char *s = strtok_r(copy, " ", &save); s; s = strtok_r(NULL, " ", &save))
		list[n++] = s;
	return list;
}

static void add_dhcp6(struct amt_names_facts *f, const struct hello_facts *h,
		      const struct hello_dhcp6 *m)
{
	struct amt_arena *a = &f->arena;
	struct amt_dhcp_reply r = {.v6 = true, .lease = -1, .fqdn_flags = -1};

	r.kind = m->reply ? AMT_DHCP_ACK : AMT_DHCP_OFFER;
	r.copies = m->seen;
	r.at = m->at.time;
	r.source = amt_arena_printf(a, "%s frame %llu", h->captures.v[m->at.capture].name,
				    (unsigned long long)m->at.frame);
	r.server = address(a, &m->server);
	r.sender = r.server;
	if (m->dns.n)
		r.dns = addresses(a, &m->dns);
	if (m->domains)
		r.search = names_of(a, m->domains);
	amt_names_add_dhcp(f, &r);
}

void dnscheck_captures(struct amt_cli *cli)
{
	struct hello_facts h = {0};
	struct hello_options o = {.progress = &cli->progress};
	struct amt_error err = {0};

	if (!dnscheck.captures.n)
		return;
	if (!hello_collect(&dnscheck.captures, &o, &h, &cli->run.notes, &err))
		amt_note_add(&cli->run.notes, dnscheck.captures.v[0], "%s", err.text);
	for (size_t i = 0; i < h.leases.n; i++)
		add_lease(&dnscheck.facts, &h, &h.leases.v[i]);
	for (size_t i = 0; i < h.dhcp6.n; i++)
		add_dhcp6(&dnscheck.facts, &h, &h.dhcp6.v[i]);
	if (!h.leases.n && h.captures.n)
		amt_note_add(&cli->run.notes, dnscheck.captures.v[0],
			     "no DHCP of an AMT client in it; only clients that also asked for the "
			     "provisioning server "
			     "or said hello are kept");
	hello_facts_free(&h);
}
