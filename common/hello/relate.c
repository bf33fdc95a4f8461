/*
 * Who is who: hellos, connections, leases, questions and pongs brought together into
 * devices by UUID, address and MAC. A MAC that speaks for several UUIDs or
 * addresses is a router's and identifies nobody.
 */
#include "hello/relate.h"

#include <stdio.h>
#include <stdlib.h>

#define SMALL 16 /* DHCP clients up to which every one is worth a line */

struct index {
	struct hello_facts *f;
	struct amt_map by_uuid, by_ip, by_mac; /* device + 1 */
	struct amt_map routers;                /* MACs */
	struct hello_holders holders;
};

#define LIST_HAS(list, item, equal)                                                                \
	for (size_t i_ = 0; i_ < (list)->n; i_++)                                                  \
		if (equal(&(list)->v[i_], item))                                                   \
	return

static void add_ip(struct hello_device *d, const struct hello_ip *ip)
{
	LIST_HAS(&d->addresses, ip, hello_ip_equal);
	amt_vec_push(&d->addresses, *ip);
}

static void add_server(struct hello_device *d, const struct hello_ip *ip)
{
	LIST_HAS(&d->servers, ip, hello_ip_equal);
	if (ip->family)
		amt_vec_push(&d->servers, *ip);
}

static void add_mac(struct hello_device *d, const struct hello_mac *mac)
{
	LIST_HAS(&d->macs, mac, hello_mac_equal);
	amt_vec_push(&d->macs, *mac);
}

static struct hello_device *found(struct index *x, const union amt_map_value *v)
{
	return v ? &x->f->devices.v[v->n - 1] : NULL;
}

static struct hello_device *by_ip(struct index *x, const struct hello_ip *ip)
{
	return ip->family ? found(x, amt_map_get(&x->by_ip, ip, sizeof(*ip))) : NULL;
}

static struct hello_device *by_mac(struct index *x, const struct hello_mac *mac)
{
	if (!mac->known || amt_map_get(&x->routers, mac->bytes, 6))
		return NULL;
	return found(x, amt_map_get(&x->by_mac, mac->bytes, 6));
}

static struct hello_device *new_device(struct index *x)
{
	struct hello_device *d = amt_vec_add(&x->f->devices);

	d->next_expected = d->begun = d->window_first = d->window_later = AMT_TIME_NONE;
	return d;
}

static size_t number(const struct index *x, const struct hello_device *d)
{
	return (size_t)(d - x->f->devices.v) + 1;
}

static void claim(struct index *x, struct hello_device *d, const struct hello_ip *ip,
		  const struct hello_mac *mac)
{
	bool fresh;

	/* Lists are searched for what others have, too: what is d's alone, the maps know, and one
	 * UUID may have very many. */
	if (ip && ip->family) {
		union amt_map_value *v = amt_map_put(&x->by_ip, ip, sizeof(*ip), &fresh);

		if (fresh) {
			v->n = number(x, d);
			amt_vec_push(&d->addresses, *ip);
		} else if (v->n != number(x, d)) {
			add_ip(d, ip);
		}
	}
	if (mac && mac->known && !amt_map_get(&x->routers, mac->bytes, 6)) {
		union amt_map_value *v = amt_map_put(&x->by_mac, mac->bytes, 6, &fresh);

		if (fresh) {
			v->n = number(x, d);
			amt_vec_push(&d->macs, *mac);
		} else if (v->n != number(x, d)) {
			add_mac(d, mac);
		}
	}
}

static void speaks_for(struct index *x, struct amt_map *first, const struct hello_mac *mac,
		       const struct hello_ip *ip)
{
	bool fresh;

	if (!mac->known)
		return;
	union amt_map_value *v = amt_map_put(first, mac->bytes, 6, &fresh);
	if (fresh)
		v->p = (void *)(uintptr_t)ip;
	else if (((const struct hello_ip *)v->p)->family == ip->family && !hello_ip_equal(v->p, ip))
		amt_map_put(&x->routers, mac->bytes, 6, NULL);
}

/* A MAC with two source addresses among calls to the server and questions for its name. */
static void find_routers(struct index *x)
{
	struct amt_map first = {0};
	struct hello_facts *f = x->f;

	for (size_t i = 0; i < f->conns.n; i++) {
		const struct hello_conn *c = &f->conns.v[i];

		if (!c->passing && hello_conn_to_server(f, c))
			speaks_for(x, &first, &c->client_mac, &c->client);
	}
	for (size_t i = 0; i < f->queries.n; i++)
		if (f->queries.v[i].client.family == 4) /* of IPv6 a host has several */
			speaks_for(x, &first, &f->queries.v[i].mac, &f->queries.v[i].client);
	amt_map_free(&first);
}

static void take_hellos(struct index *x)
{
	struct hello_facts *f = x->f;
	bool *copies = hello_copies(f);

	for (size_t i = 0; i < f->hellos.n; i++) {
		const struct hello_seen *h = &f->hellos.v[i];
		bool fresh;
		if (copies[i])
			continue;
		union amt_map_value *v = amt_map_put(&x->by_uuid, h->m.uuid, 16, &fresh);

		if (fresh) {
			struct hello_device *d = new_device(x);

			v->n = f->devices.n;
			d->has_uuid = true;
			/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): it is there */
			memcpy(d->uuid, h->m.uuid, 16);
			d->blank_uuid = true;
			for (int k = 1; k < 16; k++)
				if (d->uuid[k] != d->uuid[0])
					d->blank_uuid = false;
		}
		struct hello_device *d = found(x, v);
		claim(x, d, &h->source, &h->mac);
		add_server(d, &h->destination);
		amt_vec_push(&d->hellos, (uint32_t)i);
	}
	free(copies);
}

static void take_conns(struct index *x)
{
	struct hello_facts *f = x->f;

	for (size_t i = 0; i < f->conns.n; i++) {
		const struct hello_conn *c = &f->conns.v[i];

		/* given up, or DNS, while the capture goes on */
		if (!c->client.family || c->passing)
			continue;
		bool up = hello_conn_to_server(f, c);
		const struct hello_ip *ip = up ? &c->client : &c->server;
		const struct hello_mac *mac = up ? &c->client_mac : &c->server_mac;
		/* The connection that carries a hello is of who said it. */
		const struct hello_holder *h =
			hello_holder_at(&x->holders, ip, c->hellos ? c->last : c->first.time);
		struct hello_device *d = h ? &f->devices.v[h->device] : by_ip(x, ip);

		if (!d && up)
			d = by_mac(x, mac);
		if (!d)
			d = new_device(x);
		claim(x, d, ip, up ? mac : NULL);
		if (up)
			add_server(d, &c->server);
		amt_vec_push(&d->conns, (uint32_t)i);
	}
}

static void take_names(struct index *x)
{
	struct hello_facts *f = x->f;

	for (size_t i = 0; i < f->queries.n; i++) {
		const struct hello_query *q = &f->queries.v[i];
		struct hello_device *d = by_ip(x, &q->client);

		if (!d)
			d = by_mac(x, &q->mac);
		if (!d)
			d = new_device(x);
		claim(x, d, &q->client, &q->mac);
		amt_vec_push(&d->queries, (uint32_t)i);
	}
	for (size_t i = 0; i < f->rmcps.n; i++) {
		const struct hello_rmcp *m = &f->rmcps.v[i];
		struct hello_device *d = by_ip(x, m->pong ? &m->from : &m->to);

		if (!d && (!m->pong || m->enterprise != 343))
			continue; /* a ping to nobody, a pong of another maker's */
		if (!d) {
			d = new_device(x);
			claim(x, d, &m->from, NULL);
		}
		amt_vec_push(&d->rmcps, (uint32_t)i);
	}
}

static bool expected_mac(const struct hello_facts *f, const struct hello_mac *mac)
{
	for (size_t i = 0; i < f->expected.n; i++) {
		struct hello_mac m = {0};

		if (hello_mac_parse(f->expected.v[i].text, &m) && hello_mac_equal(&m, mac))
			return true;
	}
	return false;
}

static void take_leases(struct index *x)
{
	struct hello_facts *f = x->f;

	for (size_t i = 0; i < f->leases.n; i++) {
		const struct hello_lease *l = &f->leases.v[i];
		struct hello_device *d = by_mac(x, &l->mac);

		if (!d)
			d = by_ip(x, &l->address);
		/* In a small capture every DHCP client may be the one that is looked for. */
		if (!d && (f->leases.n <= SMALL || expected_mac(f, &l->mac)))
			d = new_device(x);
		if (!d)
			continue;
		claim(x, d, &l->address, &l->mac);
		amt_vec_push(&d->leases, (uint32_t)i);
	}
}

static void take_expected(struct index *x)
{
	struct hello_facts *f = x->f;

	for (size_t i = 0; i < f->expected.n; i++) {
		const char *text = f->expected.v[i].text;
		struct hello_ip ip = {0};
		struct hello_mac mac = {0};
		struct hello_device *d = NULL;
		char one[37], other[37];

		if (hello_ip_parse(text, &ip))
			d = by_ip(x, &ip);
		else if (hello_mac_parse(text, &mac))
			d = by_mac(x, &mac);
		for (size_t k = 0; !d && k < f->devices.n; k++)
			/* NOLINTBEGIN(clang-analyzer-core.NullDereference): k counts devices that
			 * are there */
			if (f->devices.v[k].has_uuid &&
			    (!amt_strcasecmp(hello_uuid_text(f->devices.v[k].uuid, false, one),
					     text) ||
			     !amt_strcasecmp(hello_uuid_text(f->devices.v[k].uuid, true, other),
					     text)))
				d = &f->devices.v[k];
		/* NOLINTEND(clang-analyzer-core.NullDereference) */
		if (!d) {
			d = new_device(x);
			claim(x, d, &ip, &mac);
			d->id = amt_arena_strdup(&f->derived, text);
		}
		d->expected = true;
	}
}

static void name_it(struct hello_facts *f, struct hello_device *d, bool swapped)
{
	char t[64];

	if (d->id)
		return;
	if (d->has_uuid)
		hello_uuid_text(d->uuid, swapped, t);
	else if (d->addresses.n)
		hello_ip_text(&d->addresses.v[0], t);
	else if (d->macs.n)
		hello_mac_text(&d->macs.v[0], t);
	else
		amt_str_copy(t, sizeof(t), "?");
	d->id = amt_arena_strdup(&f->derived, t);
}

/* "12.0.92" out of a Server header, or the pong's numbers (hello.md 4.1, 4.2). */
static void firmware(struct hello_facts *f, struct hello_device *d)
{
	for (size_t i = 0; i < d->conns.n; i++) {
		const char *s = f->conns.v[d->conns.v[i]].http_server;
		const char *digit = s && (amt_str_begins(s, "Intel(R)") || amt_str_begins(s, "AMT"))
					    ? strpbrk(s, "0123456789")
					    : NULL;

		if (digit)
			d->firmware = amt_arena_strdup(&f->derived, digit);
	}
	for (size_t i = 0; i < d->rmcps.n && !d->firmware; i++) {
		const struct hello_rmcp *m = &f->rmcps.v[d->rmcps.v[i]];

		if (m->pong && m->major)
			d->firmware = amt_arena_printf(&f->derived, "%u.%u", m->major, m->minor);
	}
}

static enum hello_vantage vantage(const struct hello_facts *f)
{
	bool hello = false, before = false, back = false;

	for (size_t i = 0; i < f->devices.n; i++) {
		const struct hello_device *d = &f->devices.v[i];
		bool calls = false;

		for (size_t k = 0; k < d->conns.n; k++) {
			const struct hello_conn *c = &f->conns.v[d->conns.v[k]];

			if (hello_conn_to_server(f, c))
				calls = true;
			else if (d->has_uuid)
				back = true;
		}
		hello = hello || calls;
		if (calls || d->expected || f->leases.n <= SMALL)
			before = before || d->leases.n || d->queries.n;
	}
	if (before)
		return HELLO_VANTAGE_CLIENT;
	if (hello && back)
		return HELLO_VANTAGE_SERVER;
	return hello ? HELLO_VANTAGE_BETWEEN : HELLO_VANTAGE_UNKNOWN;
}

static void free_devices(struct hello_facts *f)
{
	for (size_t i = 0; i < f->devices.n; i++) {
		struct hello_device *d = &f->devices.v[i];

		amt_vec_free(&d->addresses);
		amt_vec_free(&d->servers);
		amt_vec_free(&d->macs);
		amt_vec_free(&d->hellos);
		amt_vec_free(&d->conns);
		amt_vec_free(&d->leases);
		amt_vec_free(&d->queries);
		amt_vec_free(&d->rmcps);
		amt_vec_free(&d->timeline);
		for (size_t k = 0; k < d->symptoms.n; k++)
			amt_vec_free(&d->symptoms.v[k].spots);
		amt_vec_free(&d->symptoms);
	}
	amt_vec_free(&f->devices);
	for (size_t k = 0; k < f->symptoms.n; k++)
		amt_vec_free(&f->symptoms.v[k].spots);
	amt_vec_free(&f->symptoms);
}

void hello_relate(struct hello_facts *f, bool uuid_swapped)
{
	struct index x = {.f = f};

	free_devices(f);
	amt_arena_reset(&f->derived);
	find_routers(&x);
	take_hellos(&x);
	hello_holders_make(f, &x.holders);
	take_conns(&x);
	take_names(&x);
	take_leases(&x);
	take_expected(&x);
	f->vantage = vantage(f);
	for (size_t i = 0; i < f->devices.n; i++) {
		struct hello_device *d = &f->devices.v[i];

		name_it(f, d, uuid_swapped);
		firmware(f, d);
		if (f->captures.n > 1)
			hello_order(f, d);
		hello_cadence(f, d);
	}
	for (size_t i = 0; i < f->devices.n; i++) {
		struct hello_device *d = &f->devices.v[i];

		hello_rows_reach(f, d);
		hello_rows_message(f, d);
		hello_rows_server(f, d);
		hello_conclude(f, d);
		hello_timeline(f, d);
	}
	hello_rows_capture(f);
	amt_map_free(&x.by_uuid);
	amt_map_free(&x.by_ip);
	amt_map_free(&x.by_mac);
	amt_map_free(&x.routers);
	amt_vec_free(&x.holders);
}

void hello_facts_free(struct hello_facts *f)
{
	free_devices(f);
	for (size_t i = 0; i < f->hellos.n; i++)
		hello_message_free(&f->hellos.v[i].m);
	for (size_t i = 0; i < f->conns.n; i++) {
		amt_vec_free(&f->conns.v[i].tls.server_chain);
		amt_vec_free(&f->conns.v[i].tls.client_chain);
	}
	for (size_t i = 0; i < f->leases.n; i++)
		amt_vec_free(&f->leases.v[i].dns);
	for (size_t i = 0; i < f->queries.n; i++)
		amt_vec_free(&f->queries.v[i].addresses);
	amt_vec_free(&f->captures);
	amt_vec_free(&f->hellos);
	amt_vec_free(&f->conns);
	amt_vec_free(&f->leases);
	for (size_t i = 0; i < f->dhcp6.n; i++)
		amt_vec_free(&f->dhcp6.v[i].dns);
	amt_vec_free(&f->dhcp6);
	amt_vec_free(&f->queries);
	amt_vec_free(&f->rmcps);
	amt_vec_free(&f->certificates);
	amt_vec_free(&f->servers);
	amt_vec_free(&f->expected);
	amt_vec_free(&f->ports);
	amt_arena_free(&f->arena);
	amt_arena_free(&f->derived);
	*f = (struct hello_facts){0};
}
