/* P.19, S2.C14a, P.40: does ProvisionServer lead every client to the service point? */
#include "names/judge.h"

#include <string.h>

/* What the servers said about one name. */
struct prov {
	const char *name, *suffix;
	unsigned asked, right, silent; /* servers that clients use */
	const struct amt_dns_reply *wrong, *missing, *broken, *several, *differs, *unsure,
		*tcp_only, *cut;
	const struct amt_dns_reply *first; /* definite */
	const struct amt_dns_reply *only6, *also6;
};

static bool all_known(const struct judging *j, const struct amt_dns_reply *r)
{
	const char *v;

	for (size_t i = 0; (v = amt_dns_value(r, AMT_DNS_A, i)); i++)
		if (!amt_strlist_has(&j->f->service_point_addresses, v))
			return false;
	return true;
}

static void keep(const struct amt_dns_reply **place, const struct amt_dns_reply *r)
{
	if (!*place)
		*place = r;
}

static void add_definite(struct judging *j, struct prov *p, const struct amt_dns_provision *e)
{
	const struct amt_dns_reply *r = &e->a;
	size_t n = amt_dns_values(r, AMT_DNS_A);

	if (p->first && !replies_agree(p->first, r, AMT_DNS_A))
		keep(&p->differs, r);
	keep(&p->first, r);
	if (r->outcome == AMT_DNS_DANGLING || r->outcome == AMT_DNS_LOOP) {
		keep(&p->broken, r);
	} else if (n == 0) {
		keep(e->aaaa.outcome == AMT_DNS_ANSWER ? &p->only6 : &p->missing, r);
	} else {
		if (j->f->service_point_addresses.n && !all_known(j, r))
			keep(&p->wrong, r);
		else if (n > 1)
			keep(&p->several, r);
		else
			p->right++;
		if (e->aaaa.outcome == AMT_DNS_ANSWER)
			keep(&p->also6, &e->aaaa);
	}
}

static void add_reply(struct judging *j, struct prov *p, const struct amt_dns_provision *e)
{
	const struct amt_dns_reply *r = &e->a;
	bool clients = j->f->servers.v[r->server].clients;

	/* Of an answer that was cut before its first address nothing is known. */
	if (amt_dns_outcome_definite((enum amt_dns_outcome)r->outcome) ||
	    (r->outcome == AMT_DNS_TRUNCATED && amt_dns_values(r, AMT_DNS_A))) {
		add_definite(j, p, e);
		if (clients && r->flags & AMT_DNS_UDP_LOST)
			keep(&p->tcp_only, r);
		else if (clients && r->flags & AMT_DNS_TC)
			keep(&p->cut, r);
		p->asked += clients;
		return;
	}
	/* What a zone's own server does not answer is judged with the servers. */
	if (!clients || r->outcome == AMT_DNS_STOPPED)
		return;
	p->asked++;
	p->silent++;
	if (r->outcome == AMT_DNS_SERVFAIL || r->outcome == AMT_DNS_REFUSED ||
	    r->outcome == AMT_DNS_REFERRAL || r->outcome == AMT_DNS_UNFOLLOWED)
		keep(&p->broken, r);
	else
		keep(&p->unsure, r);
}

static char *said(struct judging *j, const struct amt_dns_reply *r)
{
	char server[96];

	return amt_arena_printf(&j->fs->arena, "%s says: %s", server_text(j->f, r->server, server),
				judge_answer_text(&j->fs->arena, r));
}

static char *points(struct judging *j)
{
	const struct amt_strlist *l = &j->f->service_point_addresses;
	struct amt_buf b;

	amt_buf_init(&b, 1024);
	for (size_t i = 0; i < l->n; i++)
		amt_buf_printf(&b, "%s%s", i ? ", " : "", l->v[i]);
	char *s = amt_arena_strdup(&j->fs->arena, amt_buf_cstr(&b));
	amt_buf_free(&b);
	return s;
}

/* The verdict and its sentence; the first thing that is wrong says it. */
static enum amt_verdict decide(struct judging *j, const struct prov *p, char **why)
{
	struct amt_arena *a = &j->fs->arena;

	if (p->wrong) {
		*why = amt_arena_printf(a, "does not lead to the service point (%s): %s", points(j),
					said(j, p->wrong));
		return AMT_FAIL;
	}
	if (p->only6) {
		*why = amt_arena_printf(a, "has an IPv6 address only, and AMT asks for IPv4: %s",
					said(j, p->only6));
		return AMT_FAIL;
	}
	if (p->missing && !p->right) {
		*why = amt_arena_printf(a, "has no address: %s", said(j, p->missing));
		return AMT_FAIL;
	}
	if (p->broken) {
		*why = amt_arena_printf(a, "cannot be resolved at every server: %s",
					said(j, p->broken));
		return AMT_FAIL;
	}
	if (p->differs) {
		*why = amt_arena_printf(a, "gets different answers: %s; %s", said(j, p->first),
					said(j, p->differs));
		return AMT_FAIL;
	}
	if (p->tcp_only) {
		*why = amt_arena_printf(a, "is answered over TCP only, and AMT asks over UDP: %s",
					said(j, p->tcp_only));
		return AMT_FAIL;
	}
	if (!p->first) {
		*why = amt_arena_printf(a, "was not answered: %s",
					p->unsure ? said(j, p->unsure) : "no server was asked");
		return AMT_UNKNOWN;
	}
	if (!j->f->service_point_addresses.n) {
		*why = amt_arena_printf(
			a,
			"resolves (%s), but the service point's address is not known here: give "
			"--service-point to compare",
			said(j, p->first));
		return AMT_UNKNOWN;
	}
	if (p->several) {
		*why = amt_arena_printf(
			a, "has several addresses, so hellos go to several servers: %s",
			said(j, p->several));
		return AMT_FAIL; /* catalogue P.19, also when all are service points */
	}
	if (p->unsure) {
		*why = amt_arena_printf(
			a, "leads to the service point, but %u of %u servers did not answer: %s",
			p->silent, p->asked, said(j, p->unsure));
		return AMT_WARN;
	}
	if (p->cut) {
		*why = amt_arena_printf(
			a,
			"leads to the service point, but the answer does not fit a UDP packet: %s",
			said(j, p->cut));
		return AMT_WARN;
	}
	*why = amt_arena_printf(a, "leads to the service point at every server asked (%u): %s",
				p->asked, said(j, p->first));
	return AMT_PASS;
}

static bool same(const struct prov *p, const struct amt_dns_provision *e)
{
	return !strcmp(p->name, e->a.name);
}

/* The servers and the suffix that DHCP hands out on this network (S2.C14a). */
static bool by_dhcp(const struct judging *j, const struct prov *p)
{
	for (size_t i = 0; i < j->f->dhcp.n; i++) {
		const struct amt_dhcp_reply *d = &j->f->dhcp.v[i];
		if (d->kind && d->asked && d->domain && d->dns && d->dns[0] &&
		    dns_name_equal(d->domain, p->suffix))
			return true;
	}
	return false;
}

static void judge_name(struct judging *j, size_t at)
{
	const struct amt_names_facts *f = j->f;
	struct prov p = {.name = f->provision.v[at].a.name, .suffix = f->provision.v[at].suffix};
	bool bare = !*p.suffix && !strchr(p.name, '.');
	enum amt_verdict v;
	struct amt_finding *fi;
	char *why;

	for (size_t i = at; i < f->provision.n; i++)
		if (same(&p, &f->provision.v[i]))
			add_reply(j, &p, &f->provision.v[i]);
	/* The bare name is asked and shown; alone it proves nothing. */
	if (bare)
		return;
	v = decide(j, &p, &why);
	if (j->ctx->trait[AMT_TRAIT_OUT_OF_BAND] == AMT_NO)
		v = AMT_NA;
	fi = amt_finding_add(j->fs, "P.19", v, p.name, "%s", why);
	for (size_t i = at; i < f->provision.n; i++)
		if (same(&p, &f->provision.v[i]))
			judge_evidence(j, fi, &f->provision.v[i].a);
	if (p.missing && v == AMT_FAIL)
		amt_finding_action(j->fs, fi,
				   "Add an A record (or an alias) for %s that leads to %s", p.name,
				   f->service_point_addresses.n ? points(j) : "the service point");
	if (by_dhcp(j, &p)) {
		fi = amt_finding_add(
			j->fs, "S2.C14a", v, p.name,
			"with the servers and the suffix that DHCP hands out here, it %s", why);
		for (size_t i = at; i < f->provision.n; i++)
			if (same(&p, &f->provision.v[i]) &&
			    f->servers.v[f->provision.v[i].a.server].clients)
				judge_evidence(j, fi, &f->provision.v[i].a);
	}
	if (p.also6) {
		fi = amt_finding_add(
			j->fs, "P.40", AMT_WARN, p.name,
			"has an IPv6 address beside the IPv4 one; out of band traffic needs IPv4");
		judge_evidence(j, fi, p.also6);
	}
	if (p.only6) {
		fi = amt_finding_add(j->fs, "P.40", AMT_FAIL, p.name, "has an IPv6 address only");
		judge_evidence(j, fi, p.only6);
	}
}

static void judge_bare_address(struct judging *j, const char *name)
{
	if (!j->f->service_point_addresses.n)
		return;
	bool known = amt_strlist_has(&j->f->service_point_addresses, name);
	amt_finding_add(j->fs, "P.19", known ? AMT_PASS : AMT_FAIL, name,
			known ? "the provisioning server is set as an address, and it is the "
				"service point's (%s)"
			      : "the provisioning server is set as an address, and it is not the "
				"service point's (%s)",
			points(j));
}

void judge_provision(struct judging *j)
{
	const struct amt_names_facts *f = j->f;

	for (size_t i = 0; i < f->provision_names.n; i++) {
		char reverse[80];
		if (amt_dns_reverse_name(f->provision_names.v[i], reverse, sizeof(reverse)))
			judge_bare_address(j, f->provision_names.v[i]);
	}
	for (size_t i = 0; i < f->provision.n; i++) {
		bool seen = false;
		for (size_t k = 0; k < i && !seen; k++)
			seen = !strcmp(f->provision.v[k].a.name, f->provision.v[i].a.name);
		if (!seen)
			judge_name(j, i);
	}
	if (f->provision_names.n && f->servers.n && !f->suffixes.n &&
	    j->ctx->trait[AMT_TRAIT_OUT_OF_BAND] != AMT_NO && !strchr(f->provision_names.v[0], '.'))
		amt_finding_add(j->fs, "P.19", AMT_UNKNOWN, f->provision_names.v[0],
				"no client DNS suffix is known here, so %s could not be asked for: "
				"give --suffix",
				f->provision_names.v[0]);
}
