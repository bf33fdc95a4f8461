/* DHCP facts as JSON and back. Options stand under their numbers, as in RFC 2132. */
#include "names/json.h"

static json_t *list_json(const char *const *l)
{
	json_t *a = json_array();

	for (size_t i = 0; l[i]; i++)
		json_array_append_new(a, amt_json_str(l[i]));
	return a;
}

static void opt_list(json_t *o, const char *key, const char *const *l)
{
	if (l)
		json_object_set_new(o, key, list_json(l));
}

static void if_there(json_t *o, const char *key, const char *text)
{
	if (text)
		names_json_opt(o, key, text);
}

static const char *const *list_read(struct amt_arena *a, const json_t *o, const char *key)
{
	const json_t *l = json_object_get(o, key);
	const char **out;
	size_t n = 0;

	if (!json_is_array(l))
		return NULL;
	out = amt_arena_array(a, json_array_size(l) + 1, sizeof(*out));
	for (size_t i = 0; i < json_array_size(l); i++) {
		const char *s = json_string_value(json_array_get(l, i));
		if (s)
			out[n++] = amt_arena_strdup(a, s);
	}
	return out;
}

static json_t *options_json(const struct amt_dhcp_reply *r)
{
	json_t *o = json_object();

	names_json_opt(o, "1", r->mask);
	opt_list(o, "3", r->routers);
	opt_list(o, r->v6 ? "23" : "6", r->dns);
	names_json_opt(o, "12", r->host_name);
	names_json_opt(o, "15", r->domain);
	opt_list(o, "44", r->wins);
	if (r->lease >= 0)
		json_object_set_new(o, "51", json_integer(r->lease));
	if (r->fqdn_flags >= 0) {
		json_t *f = json_object();
		json_object_set_new(f, "flags", json_integer(r->fqdn_flags));
		names_json_opt(f, "name", r->fqdn);
		json_object_set_new(o, "81", f);
	}
	names_json_opt(o, "82", r->relay);
	opt_list(o, r->v6 ? "24" : "119", r->search);
	return o;
}

static void options_read(const json_t *o, struct amt_arena *a, struct amt_dhcp_reply *r)
{
	const json_t *f = json_object_get(o, "81");

	r->mask = amt_json_dup(a, o, "1");
	r->routers = list_read(a, o, "3");
	r->dns = list_read(a, o, r->v6 ? "23" : "6");
	r->host_name = amt_json_dup(a, o, "12");
	r->domain = amt_json_dup(a, o, "15");
	r->wins = list_read(a, o, "44");
	r->lease = amt_json_get_int(o, "51", -1);
	r->fqdn_flags = f ? (int)amt_json_get_int(f, "flags", 0) : -1;
	r->fqdn = f ? amt_json_dup(a, f, "name") : NULL;
	r->relay = amt_json_dup(a, o, "82");
	r->search = list_read(a, o, r->v6 ? "24" : "119");
}

json_t *amt_names_dhcp_to_json(const struct amt_dhcp_reply *r)
{
	return names_dhcp_to_json(r);
}

json_t *names_dhcp_to_json(const struct amt_dhcp_reply *r)
{
	json_t *o = json_object();

	json_object_set_new(o, "server", amt_json_str(r->server));
	json_object_set_new(o, "source", amt_json_str(r->source));
	json_object_set_new(o, "kind", amt_json_str(r->kind ? amt_dhcp_reply_name(r) : "EXPORT"));
	json_object_set_new(o, "kind_number", json_integer(r->kind));
	json_object_set_new(o, "asked", json_integer(r->asked));
	names_json_opt(o, "sender", r->sender);
	names_json_opt(o, "sender_mac", r->sender_mac);
	names_json_opt(o, "scope", r->scope);
	json_object_set_new(o, "inactive", json_boolean(r->inactive));
	json_object_set_new(o, "xid", json_integer(r->xid));
	names_json_opt(o, "client_mac", r->client_mac);
	names_json_opt(o, "address", r->yiaddr);
	names_json_opt(o, "relay_agent", r->giaddr);
	names_json_opt(o, "subnet", r->subnet);
	json_object_set_new(o, "options", options_json(r));
	if (r->v6)
		json_object_set_new(o, "v6", json_true());
	if_there(o, "only_for", r->only_for);
	if_there(o, "doubt_dns", r->doubt_dns);
	if_there(o, "doubt_domain", r->doubt_domain);
	names_json_opt(o, "domain_fault", r->domain_fault);
	names_json_opt(o, "dynamic_update", r->dynamic_update);
	opt_list(o, "malformed", r->malformed);
	json_object_set_new(o, "time_ms", json_real(names_ms(r->ms)));
	json_object_set_new(o, "at", amt_json_time(r->at));
	json_object_set_new(o, "copies", json_integer((json_int_t)r->copies));
	return o;
}

static const char *text_or_empty(struct amt_arena *a, const json_t *o, const char *key)
{
	const char *s = amt_json_dup(a, o, key);

	return s ? s : "";
}

void names_dhcp_from_json(const json_t *o, struct amt_arena *a, struct amt_dhcp_reply *r)
{
	r->server = text_or_empty(a, o, "server");
	r->source = text_or_empty(a, o, "source");
	r->kind = (uint8_t)amt_json_get_int(o, "kind_number", 0);
	r->asked = (uint8_t)amt_json_get_int(o, "asked", 0);
	r->sender = amt_json_dup(a, o, "sender");
	r->sender_mac = amt_json_dup(a, o, "sender_mac");
	r->scope = amt_json_dup(a, o, "scope");
	r->inactive = amt_json_get_bool(o, "inactive", false);
	r->xid = (uint32_t)amt_json_get_int(o, "xid", 0);
	r->client_mac = amt_json_dup(a, o, "client_mac");
	r->yiaddr = amt_json_dup(a, o, "address");
	r->giaddr = amt_json_dup(a, o, "relay_agent");
	r->subnet = amt_json_dup(a, o, "subnet");
	r->v6 = amt_json_get_bool(o, "v6", false);
	r->only_for = amt_json_dup(a, o, "only_for");
	r->doubt_dns = amt_json_dup(a, o, "doubt_dns");
	r->doubt_domain = amt_json_dup(a, o, "doubt_domain");
	options_read(json_object_get(o, "options"), a, r);
	r->domain_fault = amt_json_dup(a, o, "domain_fault");
	r->dynamic_update = amt_json_dup(a, o, "dynamic_update");
	r->malformed = list_read(a, o, "malformed");
	r->ms = json_number_value(json_object_get(o, "time_ms"));
	r->at = amt_json_get_time(o, "at");
	r->copies = (size_t)amt_json_get_int(o, "copies", 1);
}

json_t *names_probe_to_json(const struct amt_dhcp_probe *p)
{
	json_t *o = json_object();

	json_object_set_new(o, "interface", amt_json_str(p->interface));
	names_json_opt(o, "mac", p->mac);
	names_json_opt(o, "address", p->address);
	names_json_opt(o, "fqdn", p->fqdn);
	json_object_set_new(o, "kind", json_integer(p->kind));
	json_object_set_new(o, "waited", json_real(p->waited));
	json_object_set_new(o, "replies", json_integer((json_int_t)p->replies));
	names_json_opt(o, "failed", p->failed);
	json_object_set_new(o, "at", amt_json_time(p->at));
	return o;
}

void names_probe_from_json(const json_t *o, struct amt_arena *a, struct amt_dhcp_probe *p)
{
	p->interface = text_or_empty(a, o, "interface");
	p->mac = amt_json_dup(a, o, "mac");
	p->address = amt_json_dup(a, o, "address");
	p->fqdn = amt_json_dup(a, o, "fqdn");
	p->kind = (uint8_t)amt_json_get_int(o, "kind", 0);
	p->waited = json_number_value(json_object_get(o, "waited"));
	p->replies = (size_t)amt_json_get_int(o, "replies", 0);
	p->failed = amt_json_dup(a, o, "failed");
	p->at = amt_json_get_time(o, "at");
}
