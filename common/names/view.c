#include "names/view.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool replies_agree(const struct amt_dns_reply *a, const struct amt_dns_reply *b, unsigned type)
{
	const char *v;

	if (amt_dns_values(a, type) != amt_dns_values(b, type))
		return false;
	for (size_t i = 0; (v = amt_dns_value(a, type, i)); i++)
		if (!amt_dns_has_value(b, type, v))
			return false;
	return true;
}

const char *server_text(const struct amt_names_facts *f, unsigned server, char out[96])
{
	const struct amt_dns_server *s;

	if (server >= f->servers.n)
		return "?";
	s = &f->servers.v[server];
	if (s->port == 53)
		return s->address;
	snprintf(out, 96, strchr(s->address, ':') ? "[%s]:%u" : "%s:%u", s->address, s->port);
	return out;
}

static void note_value(const char **list, size_t *n, const char *v)
{
	for (size_t i = 0; i < *n; i++)
		if (dns_name_equal(list[i], v))
			return;
	if (*n < VIEW_MAX)
		list[(*n)++] = v;
}

static bool is_of_clients(const struct amt_names_facts *f, unsigned server)
{
	return server < f->servers.n && f->servers.v[server].clients;
}

/* Compares each reply with the others about the same name; other servers, or other rounds. */
static void compare(const struct amt_dns_replies *l, size_t i, unsigned type, bool *agree,
		    bool *flap)
{
	for (size_t k = 0; k < i; k++) {
		if (l->v[k].type != type || !dns_name_equal(l->v[k].name, l->v[i].name) ||
		    !amt_dns_outcome_definite((enum amt_dns_outcome)l->v[k].outcome) ||
		    replies_agree(&l->v[k], &l->v[i], type))
			continue;
		if (l->v[k].server == l->v[i].server)
			*flap = true;
		else
			*agree = false;
		return;
	}
}

static void view_forward(const struct amt_names_facts *f, const struct amt_dns_host *h,
			 struct host_view *v)
{
	bool definite = false;

	v->agree = true;
	v->forward = h->forward.n ? VIEW_UNKNOWN : VIEW_NOT_ASKED;
	for (size_t i = 0; i < h->forward.n; i++) {
		const struct amt_dns_reply *r = &h->forward.v[i];
		const char *s;
		for (size_t k = 0; (s = amt_dns_value(r, AMT_DNS_AAAA, k)); k++)
			note_value(v->address6, &v->n_addresses6, s);
		v->asked6 |= r->type == AMT_DNS_AAAA && r->outcome != AMT_DNS_NOT_ASKED;
		if (r->type != AMT_DNS_A)
			continue;
		bool had = v->alias != NULL;
		for (size_t k = 0; (s = amt_dns_value(r, AMT_DNS_A, k)); k++)
			note_value(v->address, &v->n_addresses, s);
		/* Of a chain that ends, its end: the real name. */
		for (size_t k = 0; !had && (s = amt_dns_value(r, AMT_DNS_CNAME, k)); k++)
			if (!k || r->outcome == AMT_DNS_ANSWER)
				v->alias = s;
		if (!amt_dns_outcome_definite((enum amt_dns_outcome)r->outcome)) {
			v->silent += is_of_clients(f, r->server);
			continue;
		}
		definite = true;
		if (r->outcome == AMT_DNS_ANSWER && (!v->ttl || r->ttl < v->ttl))
			v->ttl = r->ttl;
		v->broken_alias |= r->outcome == AMT_DNS_DANGLING || r->outcome == AMT_DNS_LOOP;
		compare(&h->forward, i, AMT_DNS_A, &v->agree, &v->flap);
	}
	if (v->n_addresses)
		v->forward = VIEW_MATCH;
	else if (definite)
		v->forward = VIEW_MISSING;
}

/* Does any server's A answer for the name hold the address? The host's own, then the others'. */
static bool leads_to(const struct amt_dns_host *h, const char *name, const char *address)
{
	for (size_t i = 0; i < h->back.n; i++)
		if (dns_name_equal(h->back.v[i].name, name) &&
		    amt_dns_has_value(&h->back.v[i], AMT_DNS_A, address))
			return true;
	return false;
}

/* "101.0.8.10.in-addr.arpa" asked for which of the host's addresses? */
static const char *address_of(const struct host_view *v, const struct amt_dns_host *h,
			      const char *reverse)
{
	char name[80];

	for (size_t i = 0; i < v->n_addresses; i++)
		if (amt_dns_reverse_name(v->address[i], name, sizeof(name)) &&
		    dns_name_equal(name, reverse))
			return v->address[i];
	return v->given_address ? h->target.name : NULL;
}

struct ptr_sum {
	bool definite, ours, other;
};

static void view_ptr(const struct amt_dns_host *h, size_t i, struct host_view *v,
		     struct ptr_sum *sum)
{
	const struct amt_dns_reply *r = &h->reverse.v[i];
	const char *address = address_of(v, h, r->name), *s;
	bool ours = false;

	for (size_t k = 0; (s = amt_dns_value(r, AMT_DNS_PTR, k)); k++) {
		note_value(v->ptr, &v->n_ptr, s);
		/* Of an address that was given, any name that leads back is its own. */
		bool back = leads_to(h, s, address ? address : "");
		if (v->given_address ? back : dns_name_equal(s, h->target.name))
			ours = true;
		else if (v->alias && dns_name_equal(s, v->alias))
			ours = v->alias_ptr = true;
		else
			sum->other = true;
		if (!back && !dns_name_equal(s, h->target.name))
			v->ptr_unbacked = true;
	}
	if (!amt_dns_outcome_definite((enum amt_dns_outcome)r->outcome))
		return;
	sum->definite = true;
	sum->ours |= ours;
	if (!ours)
		v->reverse_gap = true;
	compare(&h->reverse, i, AMT_DNS_PTR, &v->reverse_agree, &v->flap);
}

static void view_reverse(const struct amt_dns_host *h, struct host_view *v)
{
	struct ptr_sum sum = {0};

	v->reverse_agree = true;
	v->reverse = h->reverse.n ? VIEW_UNKNOWN : VIEW_NOT_ASKED;
	for (size_t i = 0; i < h->reverse.n; i++)
		view_ptr(h, i, v, &sum);
	if (sum.ours)
		v->reverse = VIEW_MATCH;
	else if (sum.other)
		v->reverse = VIEW_OTHER;
	else if (sum.definite)
		v->reverse = VIEW_MISSING;
}

void host_view(const struct amt_names_facts *f, const struct amt_dns_host *h, struct host_view *v)
{
	unsigned char b[16];

	memset(v, 0, sizeof(*v));
	v->given_address = inet_pton(AF_INET, h->target.name, b) == 1 ||
			   inet_pton(AF_INET6, h->target.name, b) == 1;
	view_forward(f, h, v);
	view_reverse(h, v);
	bool forward_ok = v->given_address || (v->forward == VIEW_MATCH && v->agree && !v->flap);
	bool known = (v->given_address || v->forward > VIEW_UNKNOWN) &&
		     (v->reverse > VIEW_UNKNOWN || v->forward == VIEW_MISSING);
	if (!known)
		v->consistent = AMT_MAYBE;
	else if (forward_ok && v->reverse == VIEW_MATCH && v->reverse_agree && !v->reverse_gap &&
		 v->n_ptr == 1)
		v->consistent = AMT_YES;
	else
		v->consistent = AMT_NO;
}

struct amt_dns_verdict amt_dns_host_verdict(const struct amt_names_facts *f,
					    const struct amt_dns_host *h)
{
	struct host_view v;

	host_view(f, h, &v);
	return (struct amt_dns_verdict){.consistent = v.consistent,
					.agree = v.agree && v.reverse_agree,
					.ttl = v.ttl,
					.faults = v.given_address ? 0
								  : amt_name_check(h->target.name)};
}
