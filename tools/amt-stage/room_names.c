/* DNS as clients and the service point see it, and what DHCP servers hand out. */
#include "cross.h"
#include "rooms.h"

#include "amtdiag/names.h"
#include "amtdiag/net.h"
#include "amtdiag/pki.h"

#include <string.h>

static bool wanted(const struct stage *st)
{
	return st->profile.dns_servers.n || st->profile.dhcp_exports.n;
}

struct cursor {
	const struct stage *st;
	size_t at;
	char source[64];
};

static bool next(void *arg, struct amt_dns_target *t)
{
	struct cursor *c = arg;

	const struct site_inventory *inv = &c->st->inventory;

	while (c->at < inv->clients.n && !stage_mine(c->st, &inv->clients.v[c->at]))
		c->at++;
	if (c->at == inv->clients.n)
		return false;
	const struct site_client *client = &inv->clients.v[c->at++];
	snprintf(c->source, sizeof(c->source), "inventory line %llu",
		 (unsigned long long)client->line);
	*t = (struct amt_dns_target){.name = *client->fqdn ? client->fqdn : client->name,
				     .source = c->source,
				     .address = *client->address ? client->address : NULL};
	return true;
}

/* Where chain and leases meet: the domain of the certificate's name. */
static void certificate_suffixes(const struct stage *st, struct amt_strlist *out)
{
	const struct pki_facts *p = stage_state(st, &stage_room_chain);

	for (size_t i = 0; p && i < p->chains.n; i++) {
		const struct pki_cert *leaf = &p->certs.v[p->chains.v[i].leaf];
		for (size_t k = 0; k < leaf->cns.n; k++) {
			const char *dot = strchr(leaf->cns.v[k], '.');
			if (dot && dot[1])
				amt_vec_push(out, dot + 1);
		}
	}
}

/* An export of a DHCP server is judged against the same, whether DNS is asked or not. */
static void ask(struct stage *st, struct amt_names_facts *f)
{
	struct cursor c = {.st = st};
	struct amt_names_options o = {.servers = st->profile.dns_servers,
				      .suffixes = st->profile.suffixes,
				      .provision_names = st->profile.provision_server,
				      .service_points = st->profile.service_point,
				      .ad_domains = st->profile.forest_domains,
				      .timeout = st->cli->timeout,
				      .qps = st->profile.dns_qps ? st->profile.dns_qps : 200,
				      .rounds = st->profile.dns_rounds,
				      .round_pause = 1,
				      .next = next,
				      .next_arg = &c,
				      .total = st->inventory.clients.n,
				      .progress = &st->cli->progress,
				      .notes = &st->cli->run.notes};
	struct amt_error err;

	certificate_suffixes(st, &o.certificate_suffixes);
	if (!o.servers.n)
		amt_names_expect(&o, f);
	else if (!amt_names_collect(st->loop, &o, f, &err))
		amt_note_add(&st->cli->run.notes, "DNS", "%s", err.text);
	amt_vec_free(&o.certificate_suffixes);
}

static void collect(struct stage *st, void *state)
{
	struct amt_error err;

	for (size_t i = 0; i < st->profile.dhcp_exports.n; i++)
		if (!amt_dhcp_export_read(st->profile.dhcp_exports.v[i], state, &st->cli->run.notes,
					  &err))
			amt_note_add(&st->cli->run.notes, st->profile.dhcp_exports.v[i], "%s",
				     err.text);
	ask(st, state);
}

/* What the certificate covers beside its own domain, on the firmware that is there, only the chain
 * knows. */
static void judge(const struct stage *st, const void *state, struct amt_findings *fs)
{
	struct amt_names_facts f = *(const struct amt_names_facts *)state;
	struct cross_versions all = cross_firmware(st);
	struct amt_strlist covered = {0};

	for (size_t i = 0; i < f.certificate_suffixes.n; i++)
		amt_vec_push(&covered, f.certificate_suffixes.v[i]);
	for (size_t i = 0; covered.n && i < f.dhcp.n; i++) {
		const char *d = f.dhcp.v[i].domain;
		if (d && *d && !amt_strlist_has(&covered, d) &&
		    cross_suffix(st, &all, NULL, d) == AMT_PASS)
			amt_vec_push(&covered, d);
	}
	f.certificate_suffixes = covered;
	amt_names_judge(&f, &st->cli->context, fs);
	amt_vec_free(&covered);
	amt_vec_free(&all);
}

static json_t *to_json(const void *state)
{
	return amt_names_to_json(state);
}

static bool from_json(const json_t *j, void *state, struct amt_error *err)
{
	return amt_names_from_json(j, state, err);
}

static void release(void *state)
{
	amt_names_facts_free(state);
}

const struct stage_room stage_room_names = {
	.name = "names",
	.wanted = wanted,
	.collect = collect,
	.judge = judge,
	.to_json = to_json,
	.from_json = from_json,
	.free = release,
	.size = sizeof(struct amt_names_facts),
	.side_by_side = true,
};
