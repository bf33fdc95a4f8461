/* The order of asking: domain, zones and their own servers, ProvisionServer, hosts. */
#include "names/run.h"

#include <stdio.h>
#include <string.h>

#define NAME_DEFAULT "ProvisionServer"

static void nothing(void *arg)
{
	(void)arg;
}

static bool all_answered(void *arg)
{
	const struct names_run *r = arg;

	return !dns_asker_open(r->asker);
}

/* Not for others, who may be at work on the same loop. */
void names_wait(struct names_run *r)
{
	if (!amt_loop_until(r->loop, all_answered, r)) {
		r->stopped = true;
		r->f->interrupted = true;
		dns_asker_cancel(r->asker);
	}
}

/* ---- questions that find things out ---- */

/* Asks every server that clients use; the answers are facts. */
static void look_up(struct names_run *r, const char *name, unsigned type, const char *why)
{
	for (size_t i = 0; i < r->f->servers.n; i++)
		if (r->f->servers.v[i].clients)
			amt_vec_push(&r->f->lookups,
				     (struct amt_dns_lookup){.why = why,
							     .reply = {.name = name,
								       .type = (uint16_t)type,
								       .server = (uint16_t)i}});
}

static void ask_lookups(struct names_run *r, size_t from)
{
	struct amt_names_facts *f = r->f;

	/* Only now: the vector does not move any more. */
	for (size_t i = from; i < f->lookups.n && !r->stopped; i++) {
		struct amt_dns_reply *p = &f->lookups.v[i].reply;
		dns_ask(r->asker, p->server, p->name, p->type, &f->arena, p, nothing, NULL);
	}
	names_wait(r);
}

/* The host of an SRV value, behind three numbers. */
static const char *srv_host(const char *text)
{
	for (int i = 0; text && i < 3; i++) {
		text = strchr(text, ' ');
		text = text ? text + 1 : NULL;
	}
	return text;
}

static void controllers_of(struct names_run *r, const char *domain, struct amt_strlist *hosts,
			   size_t from)
{
	for (size_t i = from; i < r->f->lookups.n; i++) {
		const struct amt_dns_reply *p = &r->f->lookups.v[i].reply;
		const char *v;
		if (p->type != AMT_DNS_SRV || !dns_name_within(p->name, domain))
			continue;
		for (size_t k = 0; (v = srv_host(amt_dns_value(p, AMT_DNS_SRV, k))); k++)
			if (hosts->n < NAMES_DC_MAX && !amt_strlist_has(hosts, v))
				amt_vec_push(hosts, v);
	}
}

/* Domain controllers by their service records; they are DNS servers of the domain as a rule. */
static bool find_controllers(struct names_run *r)
{
	struct amt_names_facts *f = r->f;
	bool good = true;

	for (size_t i = 0; i < f->ad_domains.n; i++) {
		const char *domain = f->ad_domains.v[i];
		struct amt_strlist hosts = {0};
		size_t from = f->lookups.n;
		char *why = amt_arena_printf(&f->arena, "domain controllers of %s", domain);
		look_up(r, amt_arena_printf(&f->arena, "_ldap._tcp.dc._msdcs.%s", domain),
			AMT_DNS_SRV, why);
		ask_lookups(r, from);
		controllers_of(r, domain, &hosts, from);
		size_t second = f->lookups.n;
		for (size_t k = 0; k < hosts.n; k++)
			look_up(r, hosts.v[k], AMT_DNS_A, why);
		amt_vec_free(&hosts);
		ask_lookups(r, second);
		for (size_t k = second; !r->o->servers.n && k < f->lookups.n && good; k++) {
			const char *v = amt_dns_value(&f->lookups.v[k].reply, AMT_DNS_A, 0);
			struct amt_addr a;
			if (v && amt_addr_parse(v, 53, &a, NULL))
				good = names_add_server(r, &a, why, true);
		}
	}
	return good;
}

static void find_service_points(struct names_run *r)
{
	struct amt_names_facts *f = r->f;
	size_t from = f->lookups.n;

	for (size_t i = 0; i < f->service_points.n; i++) {
		struct amt_addr a;
		if (amt_addr_parse(f->service_points.v[i], 0, &a, NULL))
			names_list_add(f, &f->service_point_addresses, f->service_points.v[i]);
		else
			look_up(r, f->service_points.v[i], AMT_DNS_A, "service point");
	}
	ask_lookups(r, from);
	for (size_t i = from; i < f->lookups.n; i++) {
		const char *v;
		for (size_t k = 0; (v = amt_dns_value(&f->lookups.v[i].reply, AMT_DNS_A, k)); k++)
			names_list_add(f, &f->service_point_addresses, v);
	}
}

/* ---- zones ---- */

static void ask_zones(struct names_run *r, size_t from)
{
	struct amt_names_facts *f = r->f;

	for (size_t i = from; i < f->zones.n && !r->stopped; i++) {
		struct amt_dns_zone *z = &f->zones.v[i];
		unsigned server = z->soa.server;
		dns_ask(r->asker, server, z->suffix, AMT_DNS_SOA, &f->arena, &z->soa, nothing,
			NULL);
		dns_ask(r->asker, server, z->suffix, AMT_DNS_NS, &f->arena, &z->ns, nothing, NULL);
	}
	names_wait(r);
}

static void add_zone(struct names_run *r, const char *suffix, size_t server)
{
	for (size_t i = 0; i < r->f->zones.n; i++)
		if (r->f->zones.v[i].soa.server == server && r->f->zones.v[i].suffix == suffix)
			return;
	amt_vec_push(&r->f->zones,
		     (struct amt_dns_zone){.suffix = suffix, .soa = {.server = (uint16_t)server}});
}

/* The servers that the zone itself names; they are asked too, whether clients use them or not. */
static bool find_zone_servers(struct names_run *r, const char *suffix)
{
	struct amt_names_facts *f = r->f;
	struct amt_strlist names = {0};
	char *why = amt_arena_printf(&f->arena, "NS of %s", suffix);
	size_t from = f->lookups.n;
	bool good = true;

	for (size_t i = 0; i < f->zones.n; i++) {
		const char *v;
		for (size_t k = 0; f->zones.v[i].suffix == suffix &&
				   (v = amt_dns_value(&f->zones.v[i].ns, AMT_DNS_NS, k));
		     k++)
			if (names.n < NAMES_NS_MAX && !amt_strlist_has(&names, v))
				amt_vec_push(&names, v);
	}
	for (size_t i = 0; i < names.n; i++)
		look_up(r, names.v[i], AMT_DNS_A, why);
	amt_vec_free(&names);
	ask_lookups(r, from);
	size_t first = f->zones.n;
	for (size_t i = from; i < f->lookups.n && good; i++) {
		const char *v;
		struct amt_addr a;
		for (size_t k = 0;
		     good && (v = amt_dns_value(&f->lookups.v[i].reply, AMT_DNS_A, k)); k++) {
			if (!amt_addr_parse(v, 53, &a, NULL))
				continue;
			good = names_add_server(r, &a, why, false);
			for (size_t s = 0; s < f->servers.n; s++)
				if (!strcmp(f->servers.v[s].address, v) &&
				    f->servers.v[s].port == 53)
					add_zone(r, suffix, s);
		}
	}
	ask_zones(r, first);
	for (size_t i = 0; i < f->zones.n; i++)
		for (size_t k = from; f->zones.v[i].suffix == suffix && k < f->lookups.n; k++)
			f->zones.v[i].listed |=
				amt_dns_has_value(&f->lookups.v[k].reply, AMT_DNS_A,
						  f->servers.v[f->zones.v[i].soa.server].address);
	return good;
}

static bool find_zones(struct names_run *r)
{
	struct amt_names_facts *f = r->f;
	size_t n_servers = f->servers.n;

	for (size_t i = 0; i < f->suffixes.n; i++)
		for (size_t s = 0; s < n_servers; s++)
			if (f->servers.v[s].clients)
				add_zone(r, f->suffixes.v[i], s);
	ask_zones(r, 0);
	for (size_t i = 0; i < f->suffixes.n && !r->o->no_authoritative && !r->stopped; i++)
		if (!find_zone_servers(r, f->suffixes.v[i]))
			return false;
	return true;
}

/* Opt-in: would the zone take dynamic updates? Only its own servers can say. */
static void ask_updates(struct names_run *r)
{
	for (size_t i = 0; i < r->f->zones.n && !r->stopped; i++) {
		struct amt_dns_zone *z = &r->f->zones.v[i];
		if (z->soa.outcome == AMT_DNS_ANSWER && (z->soa.flags & AMT_DNS_AA))
			dns_ask(r->asker, z->soa.server, z->suffix, 0, &r->f->arena, &z->update,
				nothing, NULL);
	}
	names_wait(r);
}

/* ---- ProvisionServer ---- */

static bool asks_about(const struct names_run *r, size_t server, const char *suffix)
{
	if (r->f->servers.v[server].clients)
		return true;
	/* A zone's own server is asked about its own zone only. */
	for (size_t i = 0; i < r->f->zones.n; i++)
		if (r->f->zones.v[i].soa.server == server &&
		    dns_name_equal(r->f->zones.v[i].suffix, suffix))
			return true;
	return false;
}

static void add_provision(struct names_run *r, const char *name, const char *suffix)
{
	char *full = *suffix ? amt_arena_printf(&r->f->arena, "%s.%s", name, suffix)
			     : amt_arena_strdup(&r->f->arena, name);

	for (size_t s = 0; s < r->f->servers.n; s++)
		if (asks_about(r, s, suffix))
			amt_vec_push(&r->f->provision,
				     (struct amt_dns_provision){
					     .suffix = suffix,
					     .a = {.name = full, .server = (uint16_t)s}});
}

static void ask_provision(struct names_run *r)
{
	struct amt_names_facts *f = r->f;

	for (size_t n = 0; n < f->provision_names.n; n++) {
		const char *name = f->provision_names.v[n];
		struct amt_addr a;
		/* An address in MEBx needs no DNS (handbook, hello 3.1); a full name needs no
		 * suffix. */
		if (amt_addr_parse(name, 0, &a, NULL))
			continue;
		for (size_t i = 0; i < f->suffixes.n && !strchr(name, '.'); i++)
			add_provision(r, name, f->suffixes.v[i]);
		add_provision(r, name, "");
	}
	for (size_t i = 0; i < f->provision.n && !r->stopped; i++) {
		struct amt_dns_provision *p = &f->provision.v[i];
		const char *name = p->a.name;
		unsigned server = p->a.server;
		dns_ask(r->asker, server, name, AMT_DNS_A, &f->arena, &p->a, nothing, NULL);
		dns_ask(r->asker, server, name, AMT_DNS_AAAA, &f->arena, &p->aaaa, nothing, NULL);
	}
	names_wait(r);
}

void amt_names_expect(const struct amt_names_options *o, struct amt_names_facts *f)
{
	for (size_t i = 0; i < o->provision_names.n; i++)
		names_list_add(f, &f->provision_names, o->provision_names.v[i]);
	if (!f->provision_names.n && !o->no_provision)
		names_list_add(f, &f->provision_names, NAME_DEFAULT);
	for (size_t i = 0; i < o->suffixes.n; i++)
		names_list_add(f, &f->given_suffixes, o->suffixes.v[i]);
	for (size_t i = 0; i < o->service_points.n; i++)
		names_list_add(f, &f->service_points, o->service_points.v[i]);
	for (size_t i = 0; i < o->ad_domains.n; i++)
		names_list_add(f, &f->ad_domains, o->ad_domains.v[i]);
	for (size_t i = 0; i < o->certificate_suffixes.n; i++)
		names_list_add(f, &f->certificate_suffixes, o->certificate_suffixes.v[i]);
}

bool amt_names_collect(struct amt_loop *loop, const struct amt_names_options *o,
		       struct amt_names_facts *f, struct amt_error *err)
{
	struct dns_asker_options ao = {o->timeout, o->tries, o->qps, o->window};
	struct names_run r = {.loop = loop, .o = o, .f = f, .err = err};
	bool good;

	double start = amt_loop_ms(loop);
	r.asker = dns_asker_new(loop, &ao);
	amt_names_expect(o, f);
	f->rounds = o->rounds ? o->rounds : 1;
	good = names_find_servers(&r);
	if (!f->servers.n && o->notes)
		amt_note_add(o->notes, "DNS",
			     "no server to ask: none was given, and none was found");
	good = good && find_controllers(&r) && (o->no_provision || find_zones(&r));
	if (good && !o->no_provision) {
		find_service_points(&r);
		ask_provision(&r);
		if (o->update)
			ask_updates(&r);
	}
	if (good)
		names_collect_hosts(&r);
	for (size_t i = 0; i < f->servers.n; i++)
		dns_asker_stats(r.asker, (unsigned)i, &f->servers.v[i]);
	dns_asker_free(r.asker);
	f->seconds = (amt_loop_ms(loop) - start) / 1000;
	return good;
}
