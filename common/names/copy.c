/* Facts that outlive the question they came from. */
#include "names/dhcp.h"
#include "names/run.h"

#include <string.h>

struct amt_dns_reply names_reply_copy(struct amt_arena *arena, const struct amt_dns_reply *r)
{
	struct amt_dns_reply c = *r;

	if (r->n_rr)
		c.rr = amt_arena_array(arena, r->n_rr, sizeof(*c.rr));
	for (size_t i = 0; i < r->n_rr; i++) {
		c.rr[i] = r->rr[i];
		c.rr[i].text = amt_arena_strdup(arena, r->rr[i].text);
	}
	return c;
}

static struct amt_dns_replies copy_all(struct amt_arena *arena, const struct amt_dns_replies *l,
				       const char *from, const char *to)
{
	struct amt_dns_replies c = {.n = l->n, .cap = l->n};

	if (l->n)
		c.v = amt_arena_array(arena, l->n, sizeof(*c.v));
	for (size_t i = 0; i < l->n; i++) {
		c.v[i] = names_reply_copy(arena, &l->v[i]);
		/* Most were asked for the same name: one copy does for them and their neighbours.
		 */
		if (l->v[i].name == from)
			c.v[i].name = to;
		else if (i && l->v[i].name == l->v[i - 1].name)
			c.v[i].name = c.v[i - 1].name;
		else
			c.v[i].name = amt_arena_strdup(arena, l->v[i].name);
	}
	return c;
}

struct amt_dns_host names_host_copy(struct amt_arena *arena, const struct amt_dns_host *h)
{
	struct amt_dns_host c = *h;

	c.target.name = amt_arena_strdup(arena, h->target.name);
	c.target.source = amt_arena_strdup(arena, h->target.source);
	c.target.address = amt_arena_strdup(arena, h->target.address);
	c.target.wireless = amt_arena_strdup(arena, h->target.wireless);
	c.forward = copy_all(arena, &h->forward, h->target.name, c.target.name);
	c.reverse = copy_all(arena, &h->reverse, h->target.name, c.target.name);
	c.back = copy_all(arena, &h->back, h->target.name, c.target.name);
	return c;
}

void amt_names_facts_free(struct amt_names_facts *f)
{
	amt_vec_free(&f->servers);
	amt_vec_free(&f->suffixes);
	amt_vec_free(&f->given_suffixes);
	amt_vec_free(&f->provision_names);
	amt_vec_free(&f->service_points);
	amt_vec_free(&f->service_point_addresses);
	amt_vec_free(&f->ad_domains);
	amt_vec_free(&f->certificate_suffixes);
	amt_vec_free(&f->provision);
	amt_vec_free(&f->zones);
	amt_vec_free(&f->lookups);
	amt_vec_free(&f->hosts);
	amt_vec_free(&f->probes);
	amt_vec_free(&f->dhcp);
	amt_arena_free(&f->arena);
	*f = (struct amt_names_facts){0};
}

void amt_names_add_dhcp(struct amt_names_facts *f, const struct amt_dhcp_reply *r)
{
	struct amt_dhcp_reply copy = *r;

	/* A capture's has been read elsewhere, which says nothing of odd characters. */
	if (copy.domain && *copy.domain && !copy.domain_fault)
		copy.domain_fault =
			dhcp_domain_fault((const uint8_t *)copy.domain, strlen(copy.domain));
	amt_vec_push(&f->dhcp, copy);
}
