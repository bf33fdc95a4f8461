/*
 * What is found at the ports: who is called and who answers, the handshake back, what came to the
 * provisioning port. Pure.
 */
#include "hello/judge.h"

void hello_judge_destination(const struct hello_facts *f, const struct hello_device *d,
			     struct amt_findings *fs)
{
	char t[HELLO_IP_TEXT];

	for (size_t i = 0; f->servers.n && i < d->servers.n; i++) {
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

/* A handshake back to the device that both sides finished, the latest of them. */
void hello_judge_handshake(const struct hello_facts *f, const struct hello_device *d,
			   struct amt_findings *fs)
{
	char t[HELLO_IP_TEXT];

	for (size_t i = d->conns.n; i-- > 0;) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];

		if (c->server_port != 16993 || !c->tls.client_hello)
			continue;
		if (c->tls.client_ccs && c->tls.server_ccs && !hello_has_row(d, 27) &&
		    !hello_has_row(d, 29))
			hello_judge_evidence(
				f, fs,
				amt_finding_add(fs, "X.HC5", AMT_PASS, d->id,
						"the TLS handshake from %s goes through",
						hello_ip_text(&c->client, t)),
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
