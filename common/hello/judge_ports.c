/*
 * What is found at the ports: who is called and who answers, the handshake back, what came to the
 * provisioning port. Pure.
 */
#include "hello/judge.h"

#include <stdlib.h>

void hello_judge_destination(const struct hello_facts *f, const struct hello_device *d,
			     struct amt_findings *fs)
{
	char t[HELLO_IP_TEXT];

	for (size_t i = 0; f->servers.n && !hello_scanner(d) && i < d->servers.n; i++) {
		const struct hello_ip *ip = &d->servers.v[i];

		enum amt_tri is = hello_is_server(f, ip);

		if (is == AMT_YES)
			amt_finding_add(fs, "S2.C14b", AMT_PASS, d->id,
					"it talks to %s, a service point", hello_ip_text(ip, t));
		else if (is == AMT_MAYBE)
			amt_finding_add(fs, "S2.C14b", AMT_UNKNOWN, d->id,
					"it talks to %s: no service point was given with an IPv%u "
					"address",
					hello_ip_text(ip, t), ip->family);
		else
			amt_finding_add(fs, "S2.C14b", AMT_FAIL, d->id,
					"it talks to %s, which is no service point",
					hello_ip_text(ip, t));
	}
	for (size_t i = 0; i < d->conns.n; i++) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];

		if (c->server_port == 16993 && c->accepted && c->begun) {
			hello_judge_evidence(f, fs,
					     amt_finding_add(fs, "P.37", AMT_PASS, d->id,
							     "16993 is accepted from %s",
							     hello_ip_text(&c->client, t)),
					     c->first, "SYN");
			break;
		}
	}
}

struct sharing { /* of one address */
	size_t uuids;
	const struct hello_seen *one, *other;
	bool shared; /* not only handed on from one computer to the next */
};

static void another_uuid(struct sharing *s, const struct hello_seen *h,
			 const struct hello_seen *before, bool again)
{
	/* DHCP hands an address on to a computer with a MAC of its own. */
	bool handed_on =
		before->mac.known && h->mac.known && !hello_mac_equal(&before->mac, &h->mac);

	s->shared = s->shared || again || !handed_on;
	if (!s->other)
		s->other = h;
}

static void shared_address(const struct hello_facts *f, const struct sharing *s,
			   struct amt_findings *fs)
{
	char t[HELLO_IP_TEXT];

	if (!s->shared)
		return;
	struct amt_finding *x =
		amt_finding_add(fs, "S3.C02a", AMT_WARN, hello_ip_text(&s->one->source, t),
				"%zu UUIDs say hello from this address: a NAT, through which the "
				"server's call back "
				"can't reach each of them, or one board whose UUID was changed",
				s->uuids);
	hello_judge_evidence(f, fs, x, s->one->at, "hello");
	hello_judge_evidence(f, fs, x, s->other->at, "hello of another UUID");
	amt_finding_action(fs, x,
			   "Let the clients reach the service point with addresses of their own; "
			   "for one computer compare its SMBIOS UUID with the imported one");
}

/* hello.md 1.5: two UUIDs from one address. */
void hello_judge_addresses(const struct hello_facts *f, struct amt_findings *fs)
{
	struct hello_holders t = {0};
	size_t *seen = amt_calloc(f->devices.n + 1, sizeof(*seen)); /* group that had it last */
	size_t group = 0;
	struct sharing s = {0};

	hello_holders_make(f, &t);
	for (size_t i = 0; i < t.n; i++) {
		const struct hello_holder *b = i ? &t.v[i - 1] : NULL, *h = &t.v[i];
		const struct hello_seen *hello = &f->hellos.v[h->nth];

		if (!b || !hello_ip_equal(b->ip, h->ip)) {
			shared_address(f, &s, fs);
			s = (struct sharing){.one = hello};
			b = NULL;
			group++;
		}
		bool again = seen[h->device] == group;
		s.uuids += !again;
		seen[h->device] = group;
		if (b && h->ip->family && b->device != h->device)
			another_uuid(&s, hello, &f->hellos.v[b->nth], again);
	}
	shared_address(f, &s, fs);
	amt_vec_free(&t);
	free(seen);
}

static bool is_hello_port(const struct hello_facts *f, unsigned port)
{
	for (size_t i = 0; i < f->ports.n; i++)
		if (f->ports.v[i] == port)
			return true;
	return false;
}

/* The service point's port as real clients meet it. */
void hello_judge_service_port(const struct hello_facts *f, const struct hello_device *d,
			      struct amt_findings *fs)
{
	char t[HELLO_IP_TEXT];

	for (size_t i = d->conns.n; i-- > 0;) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];

		if (!is_hello_port(f, c->server_port) || !c->accepted || !c->begun)
			continue;
		if (hello_has_row(d, 10) || hello_has_row(d, 11) || hello_has_row(d, 12))
			return;
		hello_judge_evidence(f, fs,
				     amt_finding_add(fs, "P.35", AMT_PASS, d->id,
						     "its connection to %s port %u is answered",
						     hello_ip_text(&c->server, t), c->server_port),
				     c->first, "SYN");
		return;
	}
}

static bool broken_off(const struct hello_device *d)
{
	for (unsigned row = 26; row <= 30; row++)
		if (hello_has_row(d, row))
			return true;
	return false;
}

static const char *how_it_ended(struct amt_findings *fs, const struct hello_conn *c)
{
	if (c->tls.alert_level == 2)
		return amt_arena_printf(&fs->arena, "ends with TLS alert %u %s", c->tls.alert,
					c->tls.alert_by == 2 ? "of AMT" : "of the server");
	return c->reset_by == 2              ? "is reset by AMT"
	       : c->closed_by == 2           ? "is closed by AMT"
	       : c->reset_by || c->closed_by ? "is given up by the server"
					     : "has no end in this capture";
}

/* A handshake back to the device that both sides finished, the latest of them. */
void hello_judge_handshake(const struct hello_facts *f, const struct hello_device *d,
			   struct amt_findings *fs)
{
	char t[HELLO_IP_TEXT];

	for (size_t i = d->conns.n; i-- > 0;) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];

		if (c->server_port != 16993 || !c->tls.client_hello)
			continue;
		bool both = c->tls.client_ccs && c->tls.server_ccs;

		if (both && hello_tls_hidden(&c->tls) && !hello_has_row(d, 32))
			hello_judge_evidence(
				f, fs,
				amt_finding_add(fs, "X.HC5", AMT_UNKNOWN, d->id,
						"TLS 1.3 from %s: whether AMT took the certificate "
						"is encrypted",
						hello_ip_text(&c->client, t)),
				c->first, "SYN");
		else if (both && !hello_has_row(d, 27) && !hello_has_row(d, 29))
			hello_judge_evidence(
				f, fs,
				amt_finding_add(fs, "X.HC5", AMT_PASS, d->id,
						"the TLS handshake from %s goes through",
						hello_ip_text(&c->client, t)),
				c->first, "SYN");
		else if (!both && !broken_off(d))
			hello_judge_evidence(f, fs,
					     amt_finding_add(fs, "X.HC5", AMT_UNKNOWN, d->id,
							     "the TLS handshake from %s %s",
							     hello_ip_text(&c->client, t),
							     how_it_ended(fs, c)),
					     c->first, "SYN");
		return;
	}
}

static bool any_row(const struct hello_facts *f, uint8_t row)
{
	for (size_t i = 0; i < f->symptoms.n; i++)
		if (f->symptoms.v[i].row == row)
			return true;
	for (size_t i = 0; i < f->devices.n; i++)
		if (hello_has_row(&f->devices.v[i], row))
			return true;
	return false;
}

/* What came to the provisioning port of real clients: it shows the place to be a good one, too. */
void hello_judge_provisioning_port(const struct hello_facts *f, struct amt_findings *fs)
{
	const struct hello_seen *first = NULL;
	size_t conns = 0, empty = 0;

	for (size_t i = 0; i < f->conns.n; i++) {
		const struct hello_conn *c = &f->conns.v[i];

		if (!is_hello_port(f, c->server_port) || !c->accepted)
			continue;
		conns++;
		empty += c->content != HELLO_CONTENT_HELLO;
	}
	for (size_t i = 0; i < f->hellos.n && !first; i++)
		if (f->hellos.v[i].at.frame)
			first = &f->hellos.v[i];
	if (!first)
		return;
	/* Facts of others may name a capture that they don't hold. */
	bool live = first->at.capture < f->captures.n && f->captures.v[first->at.capture].live;
	if (!live)
		hello_judge_evidence(
			f, fs,
			amt_finding_add(fs, "T.04", AMT_PASS,
					hello_judge_source(f, first->at.capture),
					"it was taken where hello messages of clients are seen"),
			first->at, "hello");
	if (conns && !empty && !any_row(f, 13) && !any_row(f, 14))
		hello_judge_evidence(
			f, fs,
			amt_finding_add(fs, "X.HC3", AMT_PASS, "",
					"%zu connection%s to the provisioning port, each with a "
					"hello message",
					conns, conns > 1 ? "s" : ""),
			first->at, "hello");
}
