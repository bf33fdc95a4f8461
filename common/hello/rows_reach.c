/* Rows 1 to 12 of the symptom table: does the device find and reach its server? */
#include "hello/relate.h"

#define TYPE_AAAA        28
#define QUESTIONS_OF_ONE 64 /* who asks for more names and servers asks for others, too */

/* There is reason to take it for an AMT computer. */
static bool provisioning(const struct hello_facts *f, const struct hello_device *d)
{
	if (d->hellos.n || d->queries.n || d->expected)
		return true;
	for (size_t i = 0; i < d->conns.n; i++)
		if (hello_conn_to_server(f, &f->conns.v[d->conns.v[i]]))
			return true;
	return false;
}

static void dhcp(struct hello_facts *f, struct hello_device *d)
{
	for (size_t i = 0; i < d->leases.n; i++) {
		const struct hello_lease *l = &f->leases.v[d->leases.v[i]];
		struct hello_symptom *s;

		/* A REQUEST that names its server has had an OFFER; off a mirror port only the
		 * broadcasts of the client are seen. */
		if (l->discovers && !l->offers && !l->acks && !l->server.family &&
		    (l->discovers > 1 ||
		     hello_rest(f, l->first.capture, l->discover.time) > 10 * AMT_SECOND)) {
			s = hello_symptom_add(f, d, 2, "%u DHCP DISCOVER without an OFFER",
					      l->discovers);
			hello_symptom_silence(f, s);
			hello_symptom_spot(s, l->first);
			hello_symptom_spot(s, l->discover);
		}
		if (!l->acks || l->cut || !provisioning(f, d))
			continue;
		if (!l->has_dns) {
			s = hello_symptom_add(f, d, 3,
					      "the DHCP ACK has no option 6 (DNS servers)");
			hello_symptom_spot(s, l->ack);
		}
		if (!l->has_suffix) {
			s = hello_symptom_add(f, d, 4, "the DHCP ACK has no option 15 (domain)");
			hello_symptom_spot(s, l->ack);
		}
	}
}

static bool good(const struct hello_query *q)
{
	return q->answered && q->rcode == 0 && q->addresses.n;
}

static void one_query(struct hello_facts *f, struct hello_device *d, const struct hello_query *q,
		      bool resolved)
{
	char t[HELLO_IP_TEXT];
	struct hello_symptom *s;
	bool late = hello_rest(f, q->question.capture, q->question.time) > 5 * AMT_SECOND;

	/* What a truncated answer left out comes over TCP, perhaps on another way; and that there
	 * is no IPv6 address says nothing of the IPv4 one. */
	bool open =
		q->answered && q->rcode == 0 && (q->truncated || q->cut || q->type == TYPE_AAAA);

	if (!q->bare && !good(q) && !open && !resolved && (q->answered || late)) {
		s = hello_symptom_add(f, d, 7, "%s: %s from DNS server %s", q->name,
				      !q->answered    ? "no answer"
				      : q->rcode == 3 ? "NXDOMAIN"
				      : q->rcode      ? hello_rcode_name(q->rcode)
						      : "no address",
				      hello_ip_text(&q->server, t));
		if (!q->answered)
			hello_symptom_silence(f, s);
		hello_symptom_spot(s, q->question);
		hello_symptom_spot(s, q->answered ? q->answer : q->question);
	}
	for (size_t k = 0; f->servers.n && good(q) && k < q->addresses.n; k++) {
		if (hello_is_server(f, &q->addresses.v[k]) != AMT_NO)
			continue;
		s = hello_symptom_add(f, d, 8, "%s is answered with %s, which is no service point",
				      q->name, hello_ip_text(&q->addresses.v[k], t));
		hello_symptom_spot(s, q->answer);
		return;
	}
}

static void dns(struct hello_facts *f, struct hello_device *d)
{
	bool qualified = false, resolved = false;
	struct hello_spot bare = {0};

	for (size_t i = 0; i < d->queries.n; i++) {
		const struct hello_query *q = &f->queries.v[d->queries.v[i]];

		qualified = qualified || !q->bare;
		resolved = resolved || good(q);
		if (q->bare)
			bare = q->question;
	}
	for (size_t i = 0; i < d->queries.n; i++)
		one_query(f, d, &f->queries.v[d->queries.v[i]], resolved);
	if (bare.frame && !qualified && !resolved) {
		struct hello_symptom *s =
			hello_symptom_add(f, d, 6, "only the bare name of the server is asked for");
		hello_symptom_silence(f, s);
		hello_symptom_spot(s, bare);
	}
}

/* A lease but no step after it; and steps without the question that should come first. */
static void steps(struct hello_facts *f, struct hello_device *d)
{
	const struct hello_lease *l = NULL;
	const struct hello_conn *first = NULL;
	char t[HELLO_IP_TEXT];

	for (size_t i = 0; i < d->leases.n; i++)
		if (f->leases.v[d->leases.v[i]].acks && f->leases.v[d->leases.v[i]].has_dns)
			l = &f->leases.v[d->leases.v[i]];
	for (size_t i = 0; i < d->conns.n && !first; i++)
		if (hello_conn_to_server(f, &f->conns.v[d->conns.v[i]]))
			first = &f->conns.v[d->conns.v[i]];
	if (!l || d->queries.n)
		return;
	if (!first && !d->hellos.n && d->conns.n == 0 &&
	    hello_rest(f, l->ack.capture, l->ack.time) >= 60 * AMT_SECOND) {
		struct hello_symptom *s = hello_symptom_add(
			f, d, 5,
			"a lease, then neither a question for the server nor a connection in %lld "
			"s",
			(long long)((hello_rest(f, l->ack.capture, l->ack.time)) / AMT_SECOND));
		hello_symptom_spot(s, l->ack);
	} else if (first && first->begun && first->first.time >= l->first.time) {
		struct hello_symptom *s =
			hello_symptom_add(f, d, 9, "it connects to %s without having asked DNS",
					  hello_ip_text(&first->server, t));
		hello_symptom_silence(f, s);
		hello_symptom_spot(s, first->first);
	}
}

/* hello.md 3.2: the answer against where it then connects to. */
static void other_than_dns(struct hello_facts *f, struct hello_device *d)
{
	char t[HELLO_IP_TEXT], a[HELLO_IP_TEXT];

	for (size_t i = 0; i < d->conns.n && d->queries.n <= QUESTIONS_OF_ONE; i++) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];
		const struct hello_query *last = NULL;
		bool told = false;

		if (!c->begun || !hello_conn_to_server(f, c))
			continue;
		for (size_t k = 0; k < d->queries.n; k++) {
			const struct hello_query *q = &f->queries.v[d->queries.v[k]];

			if (!good(q) || q->addresses.v[0].family != c->server.family)
				continue;
			if (q->answer.time <= c->first.time)
				last = q;
			for (size_t n = 0; n < q->addresses.n; n++)
				told = told || hello_ip_equal(&q->addresses.v[n], &c->server);
		}
		if (told || !last)
			continue;
		struct hello_symptom *s = hello_symptom_add(
			f, d, 9, "it connects to %s, though DNS gave %s",
			hello_ip_text(&c->server, t), hello_ip_text(&last->addresses.v[0], a));
		hello_symptom_spot(s, last->answer);
		hello_symptom_spot(s, c->first);
		return;
	}
}

struct tally {
	unsigned refused, silent, rejected;
	const struct hello_conn *last_refused, *last_silent, *last_rejected;
};

/* The latest answer of each server that it calls: what was before is history. */
struct answers {
	const struct hello_conn *latest[HELLO_SERVERS_OF_ONE];
	size_t n;
};

static const struct hello_conn *answer_of(const struct answers *a, const struct hello_conn *c)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->latest[i]->server_port == c->server_port &&
		    hello_ip_equal(&a->latest[i]->server, &c->server))
			return a->latest[i];
	return NULL;
}

static struct answers answers(const struct hello_facts *f, const struct hello_device *d)
{
	struct answers a = {0};

	for (size_t i = d->conns.n; i-- > 0 && a.n < HELLO_SERVERS_OF_ONE;) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];

		if (hello_conn_to_server(f, c) && (c->accepted || c->established) &&
		    !answer_of(&a, c))
			a.latest[a.n++] = c;
	}
	return a;
}

static struct tally count(const struct hello_facts *f, const struct hello_device *d)
{
	struct tally t = {0};
	struct answers a = answers(f, d);

	for (size_t i = 0; i < d->conns.n; i++) {
		const struct hello_conn *c = &f->conns.v[d->conns.v[i]];
		const struct hello_conn *later = answer_of(&a, c);

		if (!hello_conn_to_server(f, c) || c->accepted || c->established || !c->begun ||
		    c->client_bytes || (later && later->first.time > c->first.time))
			continue;
		if (c->icmp_frame) {
			t.rejected++;
			t.last_rejected = c;
		} else if (c->reset_by == 2) {
			t.refused++;
			t.last_refused = c;
		} else if (!c->reset_by &&
			   hello_rest(f, c->first.capture, c->last) >= HELLO_PATIENCE) {
			t.silent += c->syns;
			t.last_silent = c;
		} else if (!c->reset_by && c->syns > 1) {
			t.silent += c->syns;
			t.last_silent = c;
		}
	}
	return t;
}

static void connections(struct hello_facts *f, struct hello_device *d)
{
	char ip[HELLO_IP_TEXT];
	struct hello_symptom *s;

	if (hello_scanner(d)) {
		s = hello_symptom_add(f, d, 13, "it calls %zu hosts on this port and says no hello",
				      d->servers.n);
		hello_symptom_spot(s, f->conns.v[d->conns.v[0]].first);
		return;
	}
	struct tally t = count(f, d);
	if (t.last_refused) {
		s = hello_symptom_add(f, d, 10, "%s refuses port %u (%u resets)",
				      hello_ip_text(&t.last_refused->server, ip),
				      t.last_refused->server_port, t.refused);
		hello_symptom_spot(s, t.last_refused->first);
		hello_symptom_frame(s, t.last_refused, t.last_refused->frame_reset);
	}
	if (t.last_silent) {
		s = hello_symptom_add(f, d, 11, "%s does not answer on port %u (%u SYNs)",
				      hello_ip_text(&t.last_silent->server, ip),
				      t.last_silent->server_port, t.silent);
		hello_symptom_silence(f, s);
		hello_symptom_spot(s, t.last_silent->first);
		hello_symptom_frame(s, t.last_silent, t.last_silent->last_frame);
	}
	if (t.last_rejected) {
		s = hello_symptom_add(f, d, 12, "%s rejects the connection (ICMP type %u code %u)",
				      hello_ip_text(&t.last_rejected->icmp_from, ip),
				      t.last_rejected->icmp_type, t.last_rejected->icmp_code);
		hello_symptom_spot(s, t.last_rejected->first);
		hello_symptom_frame(s, t.last_rejected, t.last_rejected->icmp_frame);
	}
}

void hello_rows_reach(struct hello_facts *f, struct hello_device *d)
{
	dhcp(f, d);
	dns(f, d);
	steps(f, d);
	other_than_dns(f, d);
	connections(f, d);
	/* Row 1: it is there, we would see it, and it says nothing for longer than the slowest
	 * cadence. */
	if (!d->expected || d->hellos.n || d->symptoms.n || d->conns.n || d->queries.n ||
	    !hello_capture_complete(f))
		return;
	for (size_t i = 0; i < f->expected.n; i++) {
		amt_time length = 0;

		for (size_t k = 0; k < f->captures.n; k++)
			if (hello_since(f->captures.v[k].first, f->captures.v[k].last) > length)
				length = hello_since(f->captures.v[k].first, f->captures.v[k].last);
		if (strcmp(f->expected.v[i].text, d->id) == 0 && f->expected.v[i].frames &&
		    length >= HELLO_ABSENCE)
			hello_symptom_add(f, d, 1,
					  "%llu frames of it in %lld minutes, no hello and no step "
					  "towards one",
					  (unsigned long long)f->expected.v[i].frames,
					  (long long)(length / (60 * AMT_SECOND)));
	}
}
