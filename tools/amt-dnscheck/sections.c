/* Tables for people: servers, the matrix of ProvisionServer, zones, hosts, leases. */
#include "dnscheck.h"

#include <stdio.h>
#include <string.h>

static const char *server_title(const struct amt_dns_server *s, struct amt_arena *a)
{
	if (s->port == 53)
		return s->address;
	return amt_arena_printf(a, strchr(s->address, ':') ? "[%s]:%u" : "%s:%u", s->address,
				s->port);
}

static void servers(struct amt_cli *cli, const struct amt_names_facts *f)
{
	static const struct amt_column columns[] = {
		{"server", false, false}, {"found in", false, false}, {"packets", true, false},
		{"answers", true, false}, {"lost", true, false},      {"ignored", true, false},
		{"mean ms", true, false}, {"most ms", true, false},   {"window", true, false},
	};
	struct amt_section *s;

	if (!f->servers.n)
		return;
	s = amt_section_table(&cli->run, "DNS servers", columns,
			      sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < f->servers.n; i++) {
		const struct amt_dns_server *d = &f->servers.v[i];
		amt_section_cell(&cli->run, s, "%s", server_title(d, &cli->run.arena));
		amt_section_cell(&cli->run, s, "%s", d->origin ? d->origin : "");
		amt_section_cell(&cli->run, s, "%llu", (unsigned long long)d->questions);
		amt_section_cell(&cli->run, s, "%llu", (unsigned long long)d->answered);
		amt_section_cell(&cli->run, s, "%llu", (unsigned long long)d->lost);
		amt_section_cell(&cli->run, s, "%llu", (unsigned long long)d->ignored);
		amt_section_cell(&cli->run, s, "%.1f", d->ms_mean);
		amt_section_cell(&cli->run, s, "%.1f", d->ms_max);
		amt_section_cell(&cli->run, s, "%u-%u", d->window_low, d->window_high);
	}
}

static void answer_cell(struct amt_cli *cli, struct amt_section *s, const struct amt_dns_reply *r)
{
	struct amt_buf b;
	const char *v;

	amt_buf_init(&b, 512);
	for (size_t i = 0; r && (v = amt_dns_value(r, r->type, i)); i++) {
		if (i == 3) {
			amt_buf_printf(&b, " +%zu", amt_dns_values(r, r->type) - i);
			break;
		}
		amt_buf_printf(&b, "%s%s", i ? " " : "", v);
	}
	if (r && !b.len)
		amt_buf_str(&b, amt_dns_outcome_name((enum amt_dns_outcome)r->outcome));
	if (r && amt_dns_values(r, AMT_DNS_CNAME))
		amt_buf_str(&b, " (alias)");
	if (r && r->flags & AMT_DNS_UDP_LOST)
		amt_buf_str(&b, " (TCP only)");
	amt_section_cell(&cli->run, s, "%s", r ? amt_buf_cstr(&b) : "-");
	amt_buf_free(&b);
}

/* Columns: what is asked, then every server. Made anew each run, so they live in the run's arena.
 */
static struct amt_section *matrix(struct amt_cli *cli, const struct amt_names_facts *f,
				  const char *title, const char *first)
{
	struct amt_column *c = amt_arena_array(&cli->run.arena, f->servers.n + 1, sizeof(*c));

	c[0] = (struct amt_column){first, false, false};
	for (size_t i = 0; i < f->servers.n; i++)
		c[i + 1] = (struct amt_column){server_title(&f->servers.v[i], &cli->run.arena),
					       false, false};
	return amt_section_table(&cli->run, title, c, f->servers.n + 1);
}

static void provision(struct amt_cli *cli, const struct amt_names_facts *f)
{
	struct amt_section *s;

	if (!f->provision.n)
		return;
	s = matrix(cli, f, "ProvisionServer", "name");
	for (size_t i = 0; i < f->provision.n; i++) {
		const char *name = f->provision.v[i].a.name;
		bool seen = false;
		for (size_t k = 0; k < i && !seen; k++)
			seen = !strcmp(f->provision.v[k].a.name, name);
		if (seen)
			continue;
		amt_section_cell(&cli->run, s, "%s", name);
		for (size_t n = 0; n < f->servers.n; n++) {
			const struct amt_dns_reply *r = NULL;
			for (size_t k = i; k < f->provision.n && !r; k++)
				if (f->provision.v[k].a.server == n &&
				    !strcmp(f->provision.v[k].a.name, name))
					r = &f->provision.v[k].a;
			answer_cell(cli, s, r);
		}
	}
}

static void zones(struct amt_cli *cli, const struct amt_names_facts *f)
{
	struct amt_section *s;

	if (!f->zones.n)
		return;
	s = matrix(cli, f, "Zones (serial number, * authoritative)", "suffix");
	for (size_t i = 0; i < f->suffixes.n; i++) {
		amt_section_cell(&cli->run, s, "%s", f->suffixes.v[i]);
		for (size_t n = 0; n < f->servers.n; n++) {
			const struct amt_dns_reply *r = NULL;
			for (size_t k = 0; k < f->zones.n && !r; k++)
				if (f->zones.v[k].soa.server == n &&
				    !strcmp(f->zones.v[k].suffix, f->suffixes.v[i]))
					r = &f->zones.v[k].soa;
			const char *soa = r ? amt_dns_value(r, AMT_DNS_SOA, 0) : NULL;
			const char *serial = soa ? strrchr(soa, ' ') : NULL;
			if (serial)
				amt_section_cell(&cli->run, s, "%s%s", serial + 1,
						 r->flags & AMT_DNS_AA ? "*" : "");
			else
				answer_cell(cli, s, r);
		}
	}
}

static void values_cell(struct amt_cli *cli, struct amt_section *s, const struct amt_dns_replies *l,
			unsigned type)
{
	struct amt_buf b;
	size_t n = 0;

	amt_buf_init(&b, 1024);
	for (size_t i = 0; i < l->n; i++) {
		const char *v;
		for (size_t k = 0; (v = amt_dns_value(&l->v[i], type, k)); k++) {
			bool seen = false;
			for (size_t j = 0; j < i && !seen; j++)
				seen = amt_dns_has_value(&l->v[j], type, v);
			if (!seen && n++ < 4)
				amt_buf_printf(&b, "%s%s", n > 1 ? " " : "", v);
		}
	}
	for (size_t i = 0; i < l->n && !n; i++)
		if (l->v[i].type == type && !b.len)
			amt_buf_str(&b,
				    amt_dns_outcome_name((enum amt_dns_outcome)l->v[i].outcome));
	amt_section_cell(&cli->run, s, "%s", amt_buf_cstr(&b));
	amt_buf_free(&b);
}

static void hosts(struct amt_cli *cli, const struct amt_names_facts *f)
{
	static const struct amt_column columns[] = {
		{"host", false, false},          {"from", false, false},
		{"addresses", false, false},     {"ttl", true, false},
		{"reverse", false, false},       {"consistent", false, false},
		{"servers agree", false, false}, {"name", false, false},
	};
	struct amt_section *s;

	if (!f->hosts.n)
		return;
	s = amt_section_table(&cli->run, "Hosts", columns, sizeof(columns) / sizeof(*columns));
	s->main = true;
	for (size_t i = 0; i < f->hosts.n; i++) {
		const struct amt_dns_host *h = &f->hosts.v[i];
		struct amt_dns_verdict v = amt_dns_host_verdict(f, h);
		char faults[512];
		amt_name_faults(v.faults, faults, sizeof(faults));
		amt_section_cell(&cli->run, s, "%s", h->target.name);
		amt_section_cell(&cli->run, s, "%s", h->target.source ? h->target.source : "");
		values_cell(cli, s, &h->forward, AMT_DNS_A);
		amt_section_cell(&cli->run, s, "%u", v.ttl);
		values_cell(cli, s, &h->reverse, AMT_DNS_PTR);
		amt_section_cell(&cli->run, s, "%s",
				 v.consistent == AMT_YES  ? "yes"
				 : v.consistent == AMT_NO ? "no"
							  : "not known");
		amt_section_cell(&cli->run, s, "%s", v.agree ? "yes" : "no");
		amt_section_cell(&cli->run, s, "%s", v.faults ? faults : "fits");
	}
}

static void list_cell(struct amt_cli *cli, struct amt_section *s, const char *const *l)
{
	struct amt_buf b;

	amt_buf_init(&b, 1024);
	for (size_t i = 0; l && l[i]; i++)
		amt_buf_printf(&b, "%s%s", i ? " " : "", l[i]);
	amt_section_cell(&cli->run, s, "%s", b.len ? amt_buf_cstr(&b) : "none");
	amt_buf_free(&b);
}

static void leases(struct amt_cli *cli, const struct amt_names_facts *f)
{
	static const struct amt_column columns[] = {
		{"message", false, false},          {"server", false, false},
		{"scope or address", false, false}, {"DNS (6)", false, false},
		{"domain (15)", false, false},      {"FQDN (81)", false, false},
		{"lease s", true, false},           {"relay", false, false},
	};
	struct amt_section *s;

	if (!f->dhcp.n)
		return;
	s = amt_section_table(&cli->run, "DHCP", columns, sizeof(columns) / sizeof(*columns));
	s->main = !f->hosts.n;
	for (size_t i = 0; i < f->dhcp.n; i++) {
		const struct amt_dhcp_reply *r = &f->dhcp.v[i];
		char fqdn[8] = "none";
		if (r->fqdn_flags >= 0)
			snprintf(fqdn, sizeof(fqdn), "%s%s%s%s",
				 r->fqdn_flags & AMT_DHCP_FQDN_S ? "S" : "-",
				 r->fqdn_flags & AMT_DHCP_FQDN_O ? "O" : "-",
				 r->fqdn_flags & AMT_DHCP_FQDN_E ? "E" : "-",
				 r->fqdn_flags & AMT_DHCP_FQDN_N ? "N" : "-");
		amt_section_cell(&cli->run, s, "%s", r->kind ? amt_dhcp_reply_name(r) : "export");
		amt_section_cell(&cli->run, s, "%s", r->server);
		amt_section_cell(&cli->run, s, "%s%s",
				 r->scope    ? r->scope
				 : r->yiaddr ? r->yiaddr
					     : "",
				 r->inactive ? " (off)" : "");
		list_cell(cli, s, r->dns);
		if (r->v6)
			list_cell(cli, s, r->search);
		else
			amt_section_cell(&cli->run, s, "%s", r->domain ? r->domain : "none");
		amt_section_cell(&cli->run, s, "%s%s%s", fqdn, r->fqdn ? " " : "",
				 r->fqdn ? r->fqdn : "");
		if (r->lease >= 0)
			amt_section_cell(&cli->run, s, "%lld", (long long)r->lease);
		else
			amt_section_cell(&cli->run, s, "%s", "");
		amt_section_cell(&cli->run, s, "%s", r->giaddr ? r->giaddr : "");
	}
}

void dnscheck_sections(struct amt_cli *cli)
{
	const struct amt_names_facts *f = &dnscheck.facts;

	provision(cli, f);
	hosts(cli, f);
	leases(cli, f);
	zones(cli, f);
	servers(cli, f);
	uint64_t questions = 0;
	for (size_t i = 0; i < f->servers.n; i++)
		questions += f->servers.v[i].questions;
	cli->run.perfdata = amt_arena_printf(
		&cli->run.arena, "hosts=%llu servers=%zu offers=%zu questions=%llu seconds=%.3f",
		(unsigned long long)f->hosts_seen, f->servers.n, f->dhcp.n,
		(unsigned long long)questions, f->seconds);
}
