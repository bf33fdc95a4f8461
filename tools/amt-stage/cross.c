/*
 * Where rooms meet: what one says of a client against what another saw of it. Each judge needs two
 * rooms; where one of them has nothing, nothing is said.
 */
#include "cross.h"

#include "amtdiag/exports.h"

#include <stdlib.h>
#include <string.h>

const char *cross_line(const struct cross *x, const struct trace_spot *at)
{
	return amt_arena_printf(&x->fs->arena, "line %llu", (unsigned long long)at->line);
}

/* The UUID with the bytes of its first three parts the other way round (hello.md 1.5). */
bool cross_swapped(const char *a, const char *b)
{
	static const int order[] = {6, 7, 4, 5, 2, 3, 0, 1, 11, 12, 9, 10, 16, 17, 14, 15};
	static const int plain[] = {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17};

	if (strlen(a) != 36 || strlen(b) != 36 || amt_strcasecmp(a + 18, b + 18) != 0)
		return false;
	for (size_t i = 0; i < 16; i++) {
		const char one[2] = {a[order[i]], 0}, other[2] = {b[plain[i]], 0};
		if (amt_strcasecmp(one, other) != 0)
			return false;
	}
	return true;
}

/* S3.C02a: the record of the inventory against the UUID that was seen. */
void cross_uuid(const struct cross *x, const struct site_client *c, const char *uuid,
		const char *source, const char *where, bool by_address)
{
	bool same = !amt_strcasecmp(c->uuid, uuid), turned = !same && cross_swapped(c->uuid, uuid);
	/* Addresses change hands, names do not; who comes in-band is not found by its UUID. */
	bool by_uuid = strcmp(c->method, "in-band") != 0;
	enum amt_verdict v = same                                 ? AMT_PASS
			     : by_uuid && (turned || !by_address) ? AMT_FAIL
								  : AMT_WARN;
	const char *name = *c->fqdn ? c->fqdn : c->name;
	struct amt_finding *f = amt_finding_add(
		x->fs, "S3.C02a", v, name, "%s says UUID %s, the inventory %s%s", source, uuid,
		same ? "too" : c->uuid,
		turned       ? ": the same with the bytes of its first three parts turned round"
		: by_address ? ": another computer, unless the address has changed hands since"
			     : "");

	amt_finding_evidence(x->fs, f, source, where, "%s", uuid);
	amt_finding_evidence(
		x->fs, f, "inventory",
		amt_arena_printf(&x->fs->arena, "line %llu", (unsigned long long)c->line), "%s",
		c->uuid);
}

const struct site_client *cross_client_at(const struct cross *x, const char *address)
{
	const struct site_inventory *inv = &x->st->inventory;

	for (size_t i = 0; i < inv->clients.n; i++)
		if (*inv->clients.v[i].address && !strcmp(inv->clients.v[i].address, address))
			return &inv->clients.v[i];
	return NULL;
}

static void uuids(const struct cross *x)
{
	for (size_t i = 0; x->captures && i < x->captures->devices.n; i++) {
		const struct hello_device *d = &x->captures->devices.v[i];
		char ip[HELLO_IP_TEXT], where[48];
		if (!d->has_uuid || d->blank_uuid || !d->hellos.n)
			continue;
		const struct hello_seen *s = &x->captures->hellos.v[d->hellos.v[d->hellos.n - 1]];
		const struct site_client *c = cross_client_at(x, hello_ip_text(&s->source, ip));
		snprintf(where, sizeof(where), "frame %llu", (unsigned long long)s->at.frame);
		if (c && *c->uuid)
			cross_uuid(x, c, d->id, "the hello message", where, true);
	}
	for (size_t i = 0; x->logs && i < x->logs->devices.n; i++) {
		const struct trace_device *d = &x->logs->devices.v[i];
		const struct site_client *c =
			*d->host ? site_inventory_find(&x->st->inventory, d->host) : NULL;
		if (c && *c->uuid && *d->uuid)
			cross_uuid(x, c, d->uuid, "the log", NULL, false);
	}
}

static bool answered_with(const struct amt_names_facts *n, const char *ip, bool *any)
{
	for (size_t i = 0; i < n->provision.n; i++)
		for (size_t k = 0; k < amt_dns_values(&n->provision.v[i].a, 1); k++) {
			*any = true;
			if (amt_dns_has_value(&n->provision.v[i].a, 1, ip))
				return true;
		}
	return false;
}

/* S2.C14b: where the hello went, against what DNS answers for the provisioning server. */
static void destinations(const struct cross *x)
{
	for (size_t i = 0; x->captures && x->names && i < x->captures->devices.n; i++) {
		const struct hello_device *d = &x->captures->devices.v[i];
		char ip[HELLO_IP_TEXT];
		bool any = false;
		if (!d->hellos.n)
			continue;
		const struct hello_seen *s = &x->captures->hellos.v[d->hellos.v[d->hellos.n - 1]];
		hello_ip_text(&s->destination, ip);
		bool fits = answered_with(x->names, ip, &any);
		if (!any)
			continue;
		struct amt_finding *f = amt_finding_add(
			x->fs, "S2.C14b", fits ? AMT_PASS : AMT_FAIL, d->id,
			fits ? "its hello goes to %s, which DNS answers for the provisioning server"
			     : "its hello goes to %s, which is no address that DNS answers for the "
			       "provisioning server: an address in MEBx, an old answer, or another "
			       "DNS server",
			ip);
		amt_finding_evidence(x->fs, f, "capture",
				     amt_arena_printf(&x->fs->arena, "frame %llu",
						      (unsigned long long)s->at.frame),
				     "to %s port %u", ip, (unsigned)s->destination_port);
	}
}

/* What the device sends on 16993 now, or NULL. */
const struct amt_dev_chain *cross_leaf_of(const struct amt_device *d)
{
	for (size_t i = 0; i < d->chain.n; i++)
		if (d->chain.v[i].port == 16993 && d->chain.v[i].index == 0)
			return &d->chain.v[i];
	return NULL;
}

/* Devices stand by id, which is the host in lower case where a log told one. */
const struct trace_device *cross_logged(const struct stage *st, const char *host)
{
	const struct trace_facts *t = stage_state(st, &stage_room_logs);
	size_t low = 0, high = t ? t->devices.n : 0;
	char name[256];

	for (size_t i = 0; i < sizeof(name); i++) {
		char c = host[i];
		name[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		if (!c)
			break;
		if (i == sizeof(name) - 1)
			return NULL;
	}
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(t->devices.v[mid].id, name);
		if (!order)
			return &t->devices.v[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool cross_removed(const struct stage *st, const struct walk_client *c)
{
	for (size_t i = 0; i < c->keys.n; i++) {
		const struct trace_device *d = cross_logged(st, c->keys.v[i]);
		if ((d && d->unprovisioned) ||
		    amt_strlist_has(&st->profile.directory_removed, c->keys.v[i]))
			return true;
	}
	return false;
}

const struct trace_session *cross_provisioned(const struct stage *st, const char *name)
{
	const struct trace_facts *t = stage_state(st, &stage_room_logs);
	const struct walk_client *c = t ? walk_fleet_find(&st->fleet, name) : NULL;

	for (size_t i = 0; c && i < c->keys.n; i++) {
		const struct trace_device *d = cross_logged(st, c->keys.v[i]);
		if (d && d->provisioned && d->last_session < t->sessions.n)
			return &t->sessions.v[d->last_session];
	}
	return NULL;
}

static void seen_on_16993(const struct cross *x, struct amt_finding *f, const struct amt_device *d,
			  const struct amt_dev_chain *leaf)
{
	amt_finding_evidence(x->fs, f,
			     amt_arena_printf(&x->fs->arena, "TLS of %s port 16993", d->host), NULL,
			     "%s, issued by %s", leaf->subject ? leaf->subject : "?",
			     leaf->issuer ? leaf->issuer : "?");
}

/* How the log says that the device's last task ended, against the certificate that it shows. */
static void endings(const struct cross *x, const struct amt_device *d)
{
	const struct trace_device *t = cross_logged(x->st, d->host);
	const struct amt_dev_chain *leaf = cross_leaf_of(d);

	if (!t || t->last_session >= x->logs->sessions.n || (!leaf && !t->unprovisioned))
		return;
	const struct trace_session *s = &x->logs->sessions.v[t->last_session];
	bool own = leaf && leaf->self_signed != AMT_YES;
	struct amt_finding *f;
	if (t->provisioned)
		f = amt_finding_add(
			x->fs, "S3.V01g", own ? AMT_PASS : AMT_FAIL, d->host,
			own ? "the log says that it was provisioned, and it shows a certificate of "
			      "the CA"
			    : "the log says that it was provisioned, but it shows a certificate "
			      "that it made itself: it was un-provisioned or set up by somebody "
			      "else since");
	else if (t->unprovisioned && d->port.n)
		f = amt_finding_add(
			x->fs, "S7.V01", own ? AMT_FAIL : AMT_PASS, d->host,
			own ? "the log says that it was un-provisioned, but it still shows a "
			      "certificate of the CA"
			    : "the log says that it was un-provisioned, and it shows no "
			      "certificate of the CA any more");
	else
		return;
	if (s->last.file < x->logs->files.n)
		amt_finding_evidence(x->fs, f, x->logs->files.v[s->last.file].name,
				     cross_line(x, &s->last), NULL);
	if (leaf)
		seen_on_16993(x, f, d, leaf);
	/* The full removal finished: told apart from one that was never asked for. */
	if (t->unprovisioned && own && s->kind == TRACE_UNPROVISION) {
		f = amt_finding_add(x->fs, "PV.21", AMT_WARN, d->host,
				    "the full removal finished, but it still shows its old "
				    "certificate");
		seen_on_16993(x, f, d, leaf);
	}
}

static bool names_it(const struct amt_dev_chain *leaf, const char *fqdn)
{
	for (size_t i = 0; i < leaf->dns_names.n; i++)
		if (!amt_strcasecmp(leaf->dns_names.v[i], fqdn))
			return true;
	return !amt_strcasecmp(leaf->cn, fqdn);
}

/* PV.24: the name in the certificate of provisioning against the client's name today. */
static void renamed(const struct cross *x, const struct amt_device *d)
{
	const struct amt_dev_chain *leaf = cross_leaf_of(d);
	const struct site_client *c = site_inventory_find(&x->st->inventory, d->host);

	if (!leaf || leaf->self_signed == AMT_YES || !leaf->cn || !c || !*c->fqdn)
		return;
	bool same = names_it(leaf, c->fqdn);
	const char *dot = strchr(leaf->cn, '.'), *domain = strchr(c->fqdn, '.');
	struct amt_finding *f = amt_finding_add(
		x->fs, "PV.24", same ? AMT_PASS : AMT_FAIL, d->host,
		same ? "it was provisioned under the name that it has: %s"
		     : "it was provisioned as %s, and %s since",
		same ? c->fqdn : leaf->cn,
		dot && domain && amt_strcasecmp(dot, domain) != 0 ? "moved to another domain"
								  : "renamed");
	seen_on_16993(x, f, d, leaf);
}

void stage_index_statuses(struct stage *st)
{
	const struct exports_facts *ex = stage_state(st, &stage_room_exports);
	const struct walk_client *all = st->fleet.clients.v;

	st->amt_status =
		amt_arena_array(&st->arena, st->fleet.clients.n + 1, sizeof(*st->amt_status));
	for (size_t i = ex ? ex->facts.n : 0; i-- > 0;) {
		const struct exports_fact *e = &ex->facts.v[i];
		const struct walk_client *c =
			e->what == EXPORTS_CLIENT ? walk_fleet_find(&st->fleet, e->name) : NULL;
		if (c && *e->field[EXPORTS_CLIENT_STATUS] >= '0')
			st->amt_status[c - all] = (uint32_t)i + 1;
	}
}

/* CK.13: the status in ConfigMgr against what the device shows. That both agree is said where the
 * export is judged. */
static void status(const struct cross *x, const struct amt_device *d)
{
	const struct exports_facts *ex = stage_state(x->st, &stage_room_exports);
	const struct amt_dev_chain *leaf = cross_leaf_of(d);
	const struct walk_client *c = walk_fleet_find(&x->st->fleet, d->host);
	uint32_t at = c ? x->st->amt_status[c - x->st->fleet.clients.v] : 0;

	if (!at || !leaf || leaf->self_signed == AMT_MAYBE)
		return;
	const struct exports_fact *e = &ex->facts.v[at - 1];
	const char *has = e->field[EXPORTS_CLIENT_STATUS];
	if ((*has == '3') == (leaf->self_signed == AMT_NO))
		return;
	struct amt_finding *f = amt_finding_add(
		x->fs, "CK.13", AMT_WARN, d->host,
		*has == '3' ? "ConfigMgr calls it provisioned, but it shows a certificate that it "
			      "made itself"
			    : "ConfigMgr does not call it provisioned (AMTStatus %s), but it shows "
			      "a certificate of a CA: discovery is out of date, or somebody else "
			      "provisioned it",
		has);
	amt_finding_evidence(
		x->fs, f, ex->files.v[e->file].path,
		amt_arena_printf(&x->fs->arena, "line %llu", (unsigned long long)e->line),
		"%s: AMTStatus %s", e->name, has);
	seen_on_16993(x, f, d, leaf);
}

static struct cross all_of(const struct stage *st, struct amt_findings *fs)
{
	return (struct cross){
		.st = st,
		.logs = stage_state(st, &stage_room_logs),
		.captures = stage_state(st, &stage_room_captures),
		.names = stage_state(st, &stage_room_names),
		.ad = stage_directory(st),
		.fs = fs,
	};
}

void cross_device(const struct stage *st, const struct amt_device *d, struct amt_findings *fs)
{
	const struct cross x = all_of(st, fs);

	endings(&x, d);
	renamed(&x, d);
	status(&x, d);
	cross_clock(&x, d);
}

void stage_judge_cross(const struct stage *st, struct amt_findings *fs)
{
	const struct cross x = all_of(st, fs);

	uuids(&x);
	cross_imports(&x);
	destinations(&x);
	cross_directory(&x);
	cross_roots(&x);
	cross_suffixes(&x);
	cross_stores(&x);
	cross_revoked(&x);
	cross_clients(&x);
	cross_tasks(&x);
	cross_rows(&x);
}
