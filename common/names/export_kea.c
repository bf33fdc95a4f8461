/* Kea's configuration of DHCPv4 and DHCPv6: its scopes, with what they inherit. */
#include "names/export_kea.h"

#include <stdlib.h>
#include <string.h>

/* A reservation's options are its client's, before all others. Those without any are like the rest
 * of the subnet. */
static void reservations(struct kea *k, const json_t *o, const struct kea_level *outer, bool global)
{
	static const char *const ids[] = {"hw-address", "duid", "client-id", "circuit-id",
					  "flex-id"};
	struct amt_arena *a = &k->x->f->arena;
	const json_t *list = json_object_get(o, "reservations");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *h = json_array_get(list, i);
		const char *who = "?";
		struct kea_level l = *outer;

		if (!kea_has_options(k, h))
			continue;
		for (size_t n = 0; n < sizeof(ids) / sizeof(*ids); n++)
			if (amt_json_get_str(h, ids[n]))
				who = amt_json_get_str(h, ids[n]);
		l.r.source = amt_arena_printf(a, "%s reservation %zu", outer->r.source, i + 1);
		l.r.scope = amt_arena_printf(a, "%s%sreservation %s",
					     outer->r.scope ? outer->r.scope : "",
					     outer->r.scope ? " " : "", who);
		l.r.inactive = false;
		kea_options(k, h, &l, true);
		/* What it does not say comes from whatever subnet the client is in. */
		if (global && !l.own_dns)
			l.r.doubt_dns = "the client's subnet decides";
		if (global && !l.own_domain)
			l.r.doubt_domain = "the client's subnet decides";
		kea_emit(k, l);
	}
}

/* Pools may have options and classes of their own. False: no pool does without them. */
static bool pools(struct kea *k, const json_t *list, const struct kea_level *subnet)
{
	bool plain = json_array_size(list) == 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *p = json_array_get(list, i);
		const char *range = amt_json_get_str(p, "pool");
		struct kea_level l = *subnet;

		kea_restrict(k, p, &l);
		if (json_array_size(json_object_get(p, "option-data")) == 0 &&
		    l.r.only_for == subnet->r.only_for) {
			plain = true;
			continue;
		}
		l.r.source =
			amt_arena_printf(&k->x->f->arena, "%s pool %zu", subnet->r.source, i + 1);
		l.r.scope = amt_arena_printf(&k->x->f->arena, "%s pool %s", subnet->r.scope,
					     range ? range : "?");
		kea_options(k, p, &l, true);
		kea_emit(k, l);
	}
	return plain;
}

static void subnets(struct kea *k, const json_t *o, const struct kea_level *outer,
		    const char *network)
{
	const char *key = k->v6 ? "subnet6" : "subnet4";
	const json_t *list = json_object_get(o, key);
	struct amt_arena *a = &k->x->f->arena;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i), *p = json_object_get(s, "pools");
		const char *subnet = amt_json_get_str(s, "subnet");
		struct kea_level l = *outer;

		l.r.source = amt_arena_printf(a, "%s %s%s %zu", k->x->name, network, key, i + 1);
		l.r.scope = amt_arena_strdup(a, subnet ? subnet : "?");
		l.r.subnet = l.r.scope;
		kea_options(k, s, &l, true);
		kea_restrict(k, s, &l);
		/* DHCPv6 hands out options without addresses as well. */
		l.r.inactive = !k->v6 && json_array_size(p) == 0 &&
			       json_array_size(json_object_get(s, "reservations")) == 0;
		if (pools(k, p, &l))
			kea_emit(k, l);
		reservations(k, s, &l, false);
	}
}

static void server(struct kea *k, const json_t *d)
{
	const json_t *shared = json_object_get(d, "shared-networks");
	struct kea_level l = {.r = export_scope(k->x, 1)};

	l.r.v6 = k->v6;
	kea_classes(k, json_object_get(d, "client-classes"));
	k->updates_sent =
		amt_json_get_bool(json_object_get(d, "dhcp-ddns"), "enable-updates", false);
	if (k->updates_sent)
		export_dynamic(k->x, &l.r, true, "dhcp-ddns enable-updates true");
	kea_options(k, d, &l, false);
	subnets(k, d, &l, "");
	for (size_t i = 0; i < json_array_size(shared); i++) {
		const json_t *n = json_array_get(shared, i);
		struct kea_level inner = l;

		kea_options(k, n, &inner, true);
		kea_restrict(k, n, &inner);
		subnets(k, n, &inner,
			amt_arena_printf(&k->x->f->arena, "shared network %zu ", i + 1));
	}
	l.r.source = k->x->name;
	reservations(k, d, &l, true);
}

bool export_kea(struct export_reading *x, const char *text, size_t n, struct amt_error *err)
{
	char *copy = amt_malloc(n + 1);
	struct kea k = {.x = x};
	json_error_t why;
	json_t *doc;

	memcpy(copy, text, n);
	copy[n] = '\0';
	k.includes = kea_plain_json(x, copy, n);
	doc = json_loadb(copy, n, 0, &why);
	free(copy);
	if (!doc)
		return amt_fail(err, "%s: line %d: %s", x->name, why.line, why.text);
	/* The answer to config-get has the configuration inside, perhaps in a list of one. */
	const json_t *d = json_is_array(doc) ? json_array_get(doc, 0) : doc;
	if (json_object_get(d, "arguments"))
		d = json_object_get(d, "arguments");
	server(&k, json_object_get(d, "Dhcp4"));
	k.v6 = true;
	server(&k, json_object_get(d, "Dhcp6"));
	json_decref(doc);
	return true;
}
