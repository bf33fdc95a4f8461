/* Facts as JSON and back: the DNS part, and the whole. */
#include "names/json.h"
#include "names/view.h"

#include <math.h>
#include <string.h>

static const struct {
	unsigned flag;
	const char *name;
} flags[] = {
	{AMT_DNS_AA, "authoritative"},
	{AMT_DNS_TC, "truncated"},
	{AMT_DNS_RA, "recursion"},
	{AMT_DNS_EDNS, "edns"},
	{AMT_DNS_TCP, "tcp"},
	{AMT_DNS_UDP_LOST, "udp_lost"},
	{AMT_DNS_TCP_FAILED, "tcp_failed"},
	{AMT_DNS_NO_EDNS, "plain"},
};
#define N_FLAGS (sizeof(flags) / sizeof(*flags))

void names_json_opt(json_t *o, const char *key, const char *s)
{
	if (s)
		json_object_set_new(o, key, amt_json_str(s));
}

json_t *names_json_list(const struct amt_strlist *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, amt_json_str(l->v[i]));
	return a;
}

void names_json_read_list(struct amt_names_facts *f, const json_t *o, const char *key,
			  struct amt_strlist *l)
{
	const json_t *a = json_object_get(o, key), *v;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)a, i, v)
	{
		if (json_is_string(v))
			amt_vec_push(l, amt_arena_strdup(&f->arena, json_string_value(v)));
	}
}

double names_ms(double ms)
{
	return round(ms * 1000) / 1000;
}

static json_t *ms_json(double ms)
{
	return json_real(names_ms(ms));
}

/* Values of one type as a list, beside the exact records. */
static void add_values(json_t *o, const char *key, const struct amt_dns_reply *r, unsigned type,
		       bool always)
{
	json_t *a;
	const char *v;

	if (!always && !amt_dns_values(r, type))
		return;
	a = json_array();
	for (size_t i = 0; (v = amt_dns_value(r, type, i)); i++)
		json_array_append_new(a, amt_json_str(v));
	json_object_set_new(o, key, a);
}

static json_t *reply_json(const struct amt_names_facts *f, const struct amt_dns_reply *r)
{
	json_t *o = json_object(), *records = json_array();
	char type[16], server[96];

	json_object_set_new(o, "server", amt_json_str(server_text(f, r->server, server)));
	json_object_set_new(o, "name", amt_json_str(r->name));
	json_object_set_new(o, "type", amt_json_str(amt_dns_type_name(r->type, type)));
	json_object_set_new(o, "outcome",
			    amt_json_str(amt_dns_outcome_name((enum amt_dns_outcome)r->outcome)));
	json_object_set_new(o, "rcode", json_integer(r->rcode));
	if (r->type == AMT_DNS_A || r->type == AMT_DNS_AAAA) {
		add_values(o, "addresses", r, r->type, true);
		add_values(o, "cname", r, AMT_DNS_CNAME, true);
	}
	if (r->type == AMT_DNS_PTR)
		add_values(o, "names", r, AMT_DNS_PTR, true);
	for (size_t i = 0; i < r->n_rr; i++)
		json_array_append_new(records, json_pack("{s:s,s:I,s:o}", "type",
							 amt_dns_type_name(r->rr[i].type, type),
							 "ttl", (json_int_t)r->rr[i].ttl, "value",
							 amt_json_str(r->rr[i].text)));
	json_object_set_new(o, "records", records);
	json_object_set_new(o, "ttl", json_integer(r->ttl));
	json_object_set_new(o, "truncated", json_boolean(r->flags & AMT_DNS_TC));
	for (size_t i = 0; i < N_FLAGS; i++)
		if (r->flags & flags[i].flag)
			json_object_set_new(o, flags[i].name, json_true());
	json_object_set_new(o, "tries", json_integer(r->tries));
	json_object_set_new(o, "time_ms", ms_json((double)r->ms));
	json_object_set_new(o, "at", amt_json_time(r->at));
	return o;
}

static bool reply_read(const struct amt_names_facts *f, const json_t *o, struct amt_arena *a,
		       struct amt_dns_reply *r)
{
	const char *server = amt_json_get_str(o, "server"), *type = amt_json_get_str(o, "type");
	const char *outcome = amt_json_get_str(o, "outcome");
	const json_t *records = json_object_get(o, "records"), *rr;
	enum amt_dns_outcome oc;
	unsigned t;
	size_t i, s;
	char text[96];

	for (s = 0; server && s < f->servers.n; s++)
		if (!strcmp(server_text(f, (unsigned)s, text), server))
			break;
	if (!server || s == f->servers.n || !type || !amt_dns_type_parse(type, &t) || !outcome ||
	    !amt_dns_outcome_parse(outcome, &oc))
		return false;
	*r = (struct amt_dns_reply){
		.type = (uint16_t)t, .server = (uint16_t)s, .outcome = (uint8_t)oc};
	r->name = amt_json_dup(a, o, "name");
	if (!r->name)
		r->name = "";
	r->rcode = (uint8_t)amt_json_get_int(o, "rcode", 0);
	r->tries = (uint8_t)amt_json_get_int(o, "tries", 0);
	r->ttl = (uint32_t)amt_json_get_int(o, "ttl", 0);
	r->ms = (float)json_number_value(json_object_get(o, "time_ms"));
	r->at = amt_json_get_time(o, "at");
	for (size_t k = 0; k < N_FLAGS; k++)
		if (amt_json_get_bool(o, flags[k].name, false))
			r->flags |= (uint8_t)flags[k].flag;
	if (json_array_size(records))
		r->rr = amt_arena_array(a, json_array_size(records), sizeof(*r->rr));
	json_array_foreach((json_t *)(uintptr_t)records, i, rr)
	{
		const char *rt = amt_json_get_str(rr, "type");
		char *value = amt_json_dup(a, rr, "value");
		if (rt && value && amt_dns_type_parse(rt, &t))
			r->rr[r->n_rr++] = (struct amt_dns_rr){
				(uint16_t)t, (uint32_t)amt_json_get_int(rr, "ttl", 0), value};
	}
	return true;
}

static json_t *replies_json(const struct amt_names_facts *f, const struct amt_dns_replies *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, reply_json(f, &l->v[i]));
	return a;
}

static struct amt_dns_replies replies_read(struct amt_names_facts *f, const json_t *o,
					   const char *key)
{
	const json_t *a = json_object_get(o, key), *v;
	struct amt_dns_replies l = {0};
	size_t i;

	if (!json_array_size(a))
		return l;
	l.v = amt_arena_array(&f->arena, json_array_size(a), sizeof(*l.v));
	json_array_foreach((json_t *)(uintptr_t)a, i, v) l.n +=
		reply_read(f, v, &f->arena, &l.v[l.n]);
	l.cap = l.n;
	return l;
}

static json_t *host_json(const struct amt_names_facts *f, const struct amt_dns_host *h)
{
	json_t *o = json_object();
	unsigned faults;
	struct host_view v;
	char words[512];

	host_view(f, h, &v);
	faults = v.given_address ? 0 : amt_name_check(h->target.name);
	json_object_set_new(o, "name", amt_json_str(h->target.name));
	names_json_opt(o, "source", h->target.source);
	names_json_opt(o, "expected_address", h->target.address);
	names_json_opt(o, "wireless_address", h->target.wireless);
	json_object_set_new(o, "index", json_integer((json_int_t)h->index));
	json_object_set_new(o, "forward", replies_json(f, &h->forward));
	json_object_set_new(o, "reverse", replies_json(f, &h->reverse));
	json_object_set_new(o, "back", replies_json(f, &h->back));
	json_object_set_new(o, "consistent",
			    v.consistent == AMT_MAYBE ? json_null()
						      : json_boolean(v.consistent == AMT_YES));
	json_object_set_new(o, "servers_agree", json_boolean(v.agree && v.reverse_agree));
	json_object_set_new(o, "name_ok", json_boolean(!(faults & AMT_NAME_FATAL)));
	if (faults) {
		amt_name_faults(faults, words, sizeof(words));
		json_object_set_new(o, "name_faults", amt_json_str(words));
	}
	return o;
}

static void host_read(struct amt_names_facts *f, const json_t *o)
{
	struct amt_dns_host h = {0};

	h.target.name = amt_json_dup(&f->arena, o, "name");
	if (!h.target.name)
		return;
	h.target.source = amt_json_dup(&f->arena, o, "source");
	h.target.address = amt_json_dup(&f->arena, o, "expected_address");
	h.target.wireless = amt_json_dup(&f->arena, o, "wireless_address");
	h.index = (uint64_t)amt_json_get_int(o, "index", 0);
	h.forward = replies_read(f, o, "forward");
	h.reverse = replies_read(f, o, "reverse");
	h.back = replies_read(f, o, "back");
	amt_vec_push(&f->hosts, h);
}

static json_t *server_json(const struct amt_dns_server *s)
{
	return json_pack(
		"{s:o,s:i,s:o,s:b,s:I,s:I,s:I,s:I,s:I,s:i,s:i,s:o,s:o,s:o,s:b}", "address",
		amt_json_str(s->address), "port", (int)s->port, "origin", amt_json_str(s->origin),
		"clients", s->clients, "questions", (json_int_t)s->questions, "answered",
		(json_int_t)s->answered, "lost", (json_int_t)s->lost, "ignored",
		(json_int_t)s->ignored, "tcp", (json_int_t)s->tcp, "window_low", (int)s->window_low,
		"window_high", (int)s->window_high, "ms_min", ms_json(s->ms_min), "ms_mean",
		ms_json(s->ms_mean), "ms_max", ms_json(s->ms_max), "given_up", s->given_up);
}

static void server_read(struct amt_names_facts *f, const json_t *o)
{
	struct amt_dns_server s = {0};

	s.address = amt_json_dup(&f->arena, o, "address");
	s.origin = amt_json_dup(&f->arena, o, "origin");
	if (!s.address)
		return;
	s.port = (unsigned)amt_json_get_int(o, "port", 53);
	s.clients = amt_json_get_bool(o, "clients", true);
	s.questions = (uint64_t)amt_json_get_int(o, "questions", 0);
	s.answered = (uint64_t)amt_json_get_int(o, "answered", 0);
	s.lost = (uint64_t)amt_json_get_int(o, "lost", 0);
	s.ignored = (uint64_t)amt_json_get_int(o, "ignored", 0);
	s.tcp = (uint64_t)amt_json_get_int(o, "tcp", 0);
	s.window_low = (unsigned)amt_json_get_int(o, "window_low", 0);
	s.window_high = (unsigned)amt_json_get_int(o, "window_high", 0);
	s.ms_min = json_number_value(json_object_get(o, "ms_min"));
	s.ms_mean = json_number_value(json_object_get(o, "ms_mean"));
	s.ms_max = json_number_value(json_object_get(o, "ms_max"));
	s.given_up = amt_json_get_bool(o, "given_up", false);
	amt_vec_push(&f->servers, s);
}

static void write_zones(const struct amt_names_facts *f, struct amt_json_out *o)
{
	json_t *zones = json_array(), *lookups = json_array(), *prov = json_array();

	for (size_t i = 0; i < f->zones.n; i++) {
		const struct amt_dns_zone *z = &f->zones.v[i];
		json_t *j = json_pack("{s:o,s:b,s:o,s:o}", "suffix", amt_json_str(z->suffix),
				      "listed", z->listed, "soa", reply_json(f, &z->soa), "ns",
				      reply_json(f, &z->ns));
		if (z->update.name)
			json_object_set_new(j, "update", reply_json(f, &z->update));
		json_array_append_new(zones, j);
	}
	for (size_t i = 0; i < f->lookups.n; i++) {
		json_t *j = reply_json(f, &f->lookups.v[i].reply);
		json_object_set_new(j, "why", amt_json_str(f->lookups.v[i].why));
		json_array_append_new(lookups, j);
	}
	for (size_t i = 0; i < f->provision.n; i++) {
		json_t *j = reply_json(f, &f->provision.v[i].a);
		json_object_set_new(j, "suffix", amt_json_str(f->provision.v[i].suffix));
		json_object_set_new(j, "aaaa", reply_json(f, &f->provision.v[i].aaaa));
		json_array_append_new(prov, j);
	}
	amt_json_out_value(o, "provision_server", prov);
	amt_json_out_value(o, "zones", zones);
	amt_json_out_value(o, "lookups", lookups);
}

void amt_names_write_json(const struct amt_names_facts *f, struct amt_json_out *o)
{
	json_t *servers = json_array();

	for (size_t i = 0; i < f->servers.n; i++)
		json_array_append_new(servers, server_json(&f->servers.v[i]));
	amt_json_out_value(o, "servers", servers);
	amt_json_out_value(o, "suffixes", names_json_list(&f->suffixes));
	amt_json_out_value(o, "given_suffixes", names_json_list(&f->given_suffixes));
	amt_json_out_value(o, "provision_names", names_json_list(&f->provision_names));
	amt_json_out_value(o, "service_points", names_json_list(&f->service_points));
	amt_json_out_value(o, "service_point_addresses",
			   names_json_list(&f->service_point_addresses));
	amt_json_out_value(o, "ad_domains", names_json_list(&f->ad_domains));
	amt_json_out_value(o, "certificate_suffixes", names_json_list(&f->certificate_suffixes));
	write_zones(f, o);
	amt_json_out_open(o, "hosts", true);
	for (size_t i = 0; i < f->hosts.n; i++)
		amt_json_out_value(o, NULL, host_json(f, &f->hosts.v[i]));
	amt_json_out_close(o);
	amt_json_out_open(o, "dhcp_probes", true);
	for (size_t i = 0; i < f->probes.n; i++)
		amt_json_out_value(o, NULL, names_probe_to_json(&f->probes.v[i]));
	amt_json_out_close(o);
	amt_json_out_open(o, "dhcp", true);
	for (size_t i = 0; i < f->dhcp.n; i++)
		amt_json_out_value(o, NULL, names_dhcp_to_json(&f->dhcp.v[i]));
	amt_json_out_close(o);
	amt_json_out_value(o, "hosts_seen", json_integer((json_int_t)f->hosts_seen));
	amt_json_out_value(o, "rounds", json_integer(f->rounds));
	amt_json_out_value(o, "seconds", ms_json(f->seconds));
	amt_json_out_value(o, "interrupted", json_boolean(f->interrupted));
}

json_t *amt_names_to_json(const struct amt_names_facts *f)
{
	struct amt_json_out o = {0};

	amt_json_out_open(&o, NULL, false);
	amt_names_write_json(f, &o);
	amt_json_out_close(&o);
	return o.tree;
}

static void read_zones(struct amt_names_facts *f, const json_t *o)
{
	json_t *v;
	size_t i;

	json_array_foreach(json_object_get(o, "zones"), i, v)
	{
		struct amt_dns_zone z = {.listed = amt_json_get_bool(v, "listed", false)};
		z.suffix = amt_json_dup(&f->arena, v, "suffix");
		if (!z.suffix || !reply_read(f, json_object_get(v, "soa"), &f->arena, &z.soa) ||
		    !reply_read(f, json_object_get(v, "ns"), &f->arena, &z.ns))
			continue;
		reply_read(f, json_object_get(v, "update"), &f->arena, &z.update);
		amt_vec_push(&f->zones, z);
	}
	json_array_foreach(json_object_get(o, "lookups"), i, v)
	{
		struct amt_dns_lookup l = {.why = amt_json_dup(&f->arena, v, "why")};
		if (l.why && reply_read(f, v, &f->arena, &l.reply))
			amt_vec_push(&f->lookups, l);
	}
	json_array_foreach(json_object_get(o, "provision_server"), i, v)
	{
		struct amt_dns_provision p = {.suffix = amt_json_dup(&f->arena, v, "suffix")};
		if (p.suffix && reply_read(f, v, &f->arena, &p.a) &&
		    reply_read(f, json_object_get(v, "aaaa"), &f->arena, &p.aaaa))
			amt_vec_push(&f->provision, p);
	}
}

bool amt_names_from_json(const json_t *facts, struct amt_names_facts *f, struct amt_error *err)
{
	json_t *v;
	size_t i;

	if (!json_is_object(facts) || !json_is_array(json_object_get(facts, "servers")))
		return amt_fail(err, "facts without \"servers\": not a document of amt-dnscheck");
	json_array_foreach(json_object_get(facts, "servers"), i, v) server_read(f, v);
	names_json_read_list(f, facts, "suffixes", &f->suffixes);
	names_json_read_list(f, facts, "given_suffixes", &f->given_suffixes);
	names_json_read_list(f, facts, "provision_names", &f->provision_names);
	names_json_read_list(f, facts, "service_points", &f->service_points);
	names_json_read_list(f, facts, "service_point_addresses", &f->service_point_addresses);
	names_json_read_list(f, facts, "ad_domains", &f->ad_domains);
	names_json_read_list(f, facts, "certificate_suffixes", &f->certificate_suffixes);
	read_zones(f, facts);
	json_array_foreach(json_object_get(facts, "hosts"), i, v) host_read(f, v);
	json_array_foreach(json_object_get(facts, "dhcp_probes"), i, v)
	{
		struct amt_dhcp_probe p = {0};
		names_probe_from_json(v, &f->arena, &p);
		amt_vec_push(&f->probes, p);
	}
	json_array_foreach(json_object_get(facts, "dhcp"), i, v)
	{
		struct amt_dhcp_reply r = {0};
		names_dhcp_from_json(v, &f->arena, &r);
		amt_names_add_dhcp(f, &r);
	}
	f->hosts_seen = (uint64_t)amt_json_get_int(facts, "hosts_seen", 0);
	f->rounds = (unsigned)amt_json_get_int(facts, "rounds", 1);
	f->seconds = json_number_value(json_object_get(facts, "seconds"));
	f->interrupted = amt_json_get_bool(facts, "interrupted", false);
	return true;
}
