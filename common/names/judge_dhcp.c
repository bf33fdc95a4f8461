/* P.14, P.15, S1.V14, S1.V15: what DHCP would hand out. */
#include "names/judge_dhcp.h"

#include <stdio.h>
#include <string.h>

static bool offers(const struct amt_dhcp_reply *r)
{
	return r->kind == AMT_DHCP_OFFER || r->kind == AMT_DHCP_ACK || r->kind == 0;
}

const char *dhcp_source_of(struct judging *j, const struct amt_dhcp_reply *r)
{
	if (r->scope)
		return amt_arena_printf(&j->fs->arena, "%s%sscope %s", r->server,
					*r->server ? " " : "", r->scope);
	return *r->server ? r->server : r->source;
}

void dhcp_show(struct judging *j, struct amt_finding *f, const struct amt_dhcp_reply *r,
	       const char *text)
{
	char locator[200], when[AMT_TIME_TEXT] = "", ms[32] = "";

	if (r->at != AMT_TIME_NONE)
		amt_time_format(r->at, when);
	if (r->kind && r->asked)
		snprintf(ms, sizeof(ms), ", after %.1f ms", r->ms);
	snprintf(locator, sizeof(locator), "%s%s%s%s%s",
		 r->kind ? amt_dhcp_reply_name(r) : "export", r->sender ? " from " : "",
		 r->sender ? r->sender : "", r->sender_mac ? " " : "",
		 r->sender_mac ? r->sender_mac : "");
	amt_finding_evidence(j->fs, f, r->source, locator, "%s%s%s%s", text, ms, *when ? ", " : "",
			     when);
}

char *dhcp_list(struct judging *j, const char *const *l)
{
	struct amt_buf b;

	amt_buf_init(&b, 4096);
	for (size_t i = 0; l && l[i]; i++)
		amt_buf_printf(&b, "%s%s", i ? ", " : "", l[i]);
	char *s = amt_arena_strdup(&j->fs->arena, amt_buf_cstr(&b));
	amt_buf_free(&b);
	return s;
}

char *dhcp_offer_text(struct judging *j, const struct amt_dhcp_reply *r)
{
	struct amt_buf b;

	amt_buf_init(&b, 4096);
	amt_buf_printf(&b, "server %s", *r->server ? r->server : "not named");
	if (r->yiaddr)
		amt_buf_printf(&b, " offers %s", r->yiaddr);
	if (r->lease >= 0)
		amt_buf_printf(&b, " for %lld s", (long long)r->lease);
	if (r->giaddr)
		amt_buf_printf(&b, ", by way of the relay %s", r->giaddr);
	for (size_t i = 0; r->malformed && r->malformed[i]; i++)
		amt_buf_printf(&b, "; %s", r->malformed[i]);
	if (r->copies > 1)
		amt_buf_printf(&b, "; received %zu times", r->copies);
	char *s = amt_arena_strdup(&j->fs->arena, amt_buf_cstr(&b));
	amt_buf_free(&b);
	return s;
}

/* ---- P.14: is there a server, and only one? ---- */

static size_t servers(struct judging *j, struct amt_strlist *names)
{
	for (size_t i = 0; i < j->f->dhcp.n; i++) {
		const struct amt_dhcp_reply *r = &j->f->dhcp.v[i];
		if (r->kind && offers(r) && !r->v6 && !amt_strlist_has(names, r->server))
			amt_vec_push(names, r->server);
	}
	return names->n;
}

static void judge_presence(struct judging *j)
{
	const struct amt_names_facts *f = j->f;
	struct amt_strlist names = {0};
	size_t n = servers(j, &names);
	const struct amt_dhcp_probe *probe = f->probes.n ? &f->probes.v[0] : NULL;
	struct amt_finding *fi;
	const char *names_text;

	if (!probe && !n) {
		amt_vec_free(&names);
		return;
	}
	amt_vec_push(&names, NULL); /* the list's end, for dhcp_list() */
	names_text = dhcp_list(j, names.v);
	if (n == 0 && probe->failed)
		fi = amt_finding_add(j->fs, "P.14", AMT_UNKNOWN, probe->interface,
				     "DHCP could not be asked: %s", probe->failed);
	else if (n == 0)
		fi = amt_finding_add(
			j->fs, "P.14", AMT_FAIL, probe->interface,
			"no DHCP server answered within %.0f seconds: no scope, or no relay",
			probe->waited);
	else if (n == 1)
		fi = amt_finding_add(j->fs, "P.14", AMT_PASS, names.v[0],
				     "DHCP server hands out addresses");
	else
		fi = amt_finding_add(
			j->fs, "P.14", AMT_WARN, probe ? probe->interface : "",
			"%zu DHCP servers answer on one network (%s): which of them are meant to?",
			n, names_text);
	for (size_t i = 0; i < f->dhcp.n; i++)
		if (f->dhcp.v[i].kind && !f->dhcp.v[i].v6)
			dhcp_show(j, fi, &f->dhcp.v[i], dhcp_offer_text(j, &f->dhcp.v[i]));
	if (probe && n == 0)
		amt_finding_evidence(j->fs, fi, probe->interface, "DISCOVER",
				     "sent from %s; AMT without an address sends no hello",
				     probe->mac);
	amt_vec_free(&names);
}

/* Is there anything for clients of all kinds? */
static bool any_open(const struct amt_names_facts *f)
{
	for (size_t i = 0; i < f->dhcp.n; i++)
		if (offers(&f->dhcp.v[i]) && !f->dhcp.v[i].only_for && !f->dhcp.v[i].inactive &&
		    !f->dhcp.v[i].v6)
			return true;
	return false;
}

/* Whether AMT is of a class, no configuration tells. What is for others as well is judged instead.
 */
static void judge_restricted(struct judging *j, const struct amt_dhcp_reply *r)
{
	struct amt_finding *fi = amt_finding_add(
		j->fs, "P.14", any_open(j->f) ? AMT_NA : AMT_UNKNOWN, dhcp_source_of(j, r),
		"only for %s: whether AMT is one of them, a capture of its lease tells",
		r->only_for);

	dhcp_show(j, fi, r, dhcp_offer_text(j, r));
	amt_finding_evidence(j->fs, fi, r->source, "option 6", "%s",
			     r->dns ? dhcp_list(j, r->dns) : "none");
	amt_finding_evidence(j->fs, fi, r->source, "option 15", "%s",
			     r->domain ? r->domain : "none");
}

static void judge_scope(struct judging *j, const struct amt_dhcp_reply *r)
{
	struct amt_finding *fi;

	if (r->kind)
		return;
	fi = amt_finding_add(j->fs, "P.14", r->inactive ? AMT_WARN : AMT_PASS, dhcp_source_of(j, r),
			     "%s",
			     r->inactive ? "switched off, or without addresses to give" : "active");
	dhcp_show(j, fi, r, dhcp_offer_text(j, r));
}

/* ---- options 6, 15 and 81 ---- */

static const struct amt_dns_server *asked_server(const struct judging *j, const char *address)
{
	for (size_t i = 0; i < j->f->servers.n; i++)
		if (!strcmp(j->f->servers.v[i].address, address) && j->f->servers.v[i].questions)
			return &j->f->servers.v[i];
	return NULL;
}

static void judge_option_6(struct judging *j, const struct amt_dhcp_reply *r)
{
	const char *who = dhcp_source_of(j, r), *dead = NULL;
	struct amt_finding *fi;
	bool hope = false; /* one that answers, or was not asked */

	for (size_t i = 0; r->dns && r->dns[i]; i++) {
		const struct amt_dns_server *s = asked_server(j, r->dns[i]);
		if (!s || s->answered)
			hope = true;
		else if (!dead)
			dead = r->dns[i];
	}
	if ((!r->dns || !r->dns[0]) && r->doubt_dns)
		fi = amt_finding_add(j->fs, "P.15", AMT_UNKNOWN, who,
				     "no DNS servers (option 006) are set for all clients: %s",
				     r->doubt_dns);
	else if (!r->dns || !r->dns[0])
		fi = amt_finding_add(j->fs, "P.15", AMT_FAIL, who,
				     "hands out no DNS servers (option 006): AMT can't find the "
				     "service point");
	else if (dead && !hope)
		fi = amt_finding_add(j->fs, "P.15", AMT_FAIL, who,
				     "hands out the DNS servers %s, and none of them answers",
				     dhcp_list(j, r->dns));
	else if (dead)
		fi = amt_finding_add(j->fs, "P.15", AMT_WARN, who,
				     "hands out the DNS server %s, which does not answer", dead);
	else
		fi = amt_finding_add(j->fs, "P.15", AMT_PASS, who, "hands out the DNS servers %s",
				     dhcp_list(j, r->dns));
	dhcp_show(j, fi, r,
		  r->dns ? amt_arena_printf(&j->fs->arena, "option 6: %s", dhcp_list(j, r->dns))
			 : "no option 6");
	if (r->dns && r->doubt_dns)
		amt_finding_evidence(j->fs, fi, r->source, "option 6", "%s", r->doubt_dns);
	if (r->wins)
		amt_finding_evidence(j->fs, fi, r->source, "option 44",
				     "WINS servers %s: AMT does not use them",
				     dhcp_list(j, r->wins));
}

bool dhcp_within_one(const struct amt_strlist *l, const char *domain)
{
	for (size_t i = 0; i < l->n; i++)
		if (dns_name_equal(l->v[i], domain))
			return true;
	return l->n == 0;
}

/* Rule R1 of every firmware: the certificate's domain is the one handed out, or lies under it. */
static bool certificate_fits(const struct amt_strlist *l, const char *domain)
{
	for (size_t i = 0; i < l->n; i++)
		if (strchr(domain, '.') && dns_name_within(l->v[i], domain))
			return true;
	return l->n == 0;
}

static void judge_option_15(struct judging *j, const struct amt_dhcp_reply *r)
{
	const struct amt_names_facts *f = j->f;
	const char *who = dhcp_source_of(j, r), *d = r->domain;
	struct amt_finding *fi;
	unsigned faults = d ? amt_name_check(d) & AMT_NAME_FATAL : 0;

	if (!d && r->doubt_domain)
		fi = amt_finding_add(j->fs, "S1.V15", AMT_UNKNOWN, who,
				     "no DNS domain (option 015) is set for all clients: %s",
				     r->doubt_domain);
	else if (!d || !*d)
		fi = amt_finding_add(j->fs, "S1.V15", AMT_FAIL, who,
				     "hands out no DNS domain (option 015%s): AMT has no suffix "
				     "to look up the service "
				     "point with, nor one to check its certificate against",
				     d ? " is empty" : " is absent");
	else if (r->domain_fault || faults)
		fi = amt_finding_add(j->fs, "S1.V15", AMT_WARN, who,
				     "the DNS domain handed out (\"%s\") %s", d,
				     r->domain_fault ? r->domain_fault
						     : "holds characters that no DNS name has");
	else if (!dhcp_within_one(&f->ad_domains, d))
		fi = amt_finding_add(
			j->fs, "S1.V15", AMT_WARN, who,
			"hands out the DNS domain %s, which is no AD domain of the site", d);
	else if (!dhcp_within_one(&f->given_suffixes, d))
		fi = amt_finding_add(
			j->fs, "S1.V15", AMT_WARN, who,
			"hands out the DNS domain %s, which is none of the clients' suffixes", d);
	else if (!certificate_fits(&f->certificate_suffixes, d))
		fi = amt_finding_add(
			j->fs, "S1.V15", AMT_WARN, who,
			"hands out the DNS domain %s, and the provisioning certificate names "
			"%s: "
			"amt-certcheck --suffix %s tells whether firmware accepts that",
			d, f->certificate_suffixes.v[0], d);
	else
		fi = amt_finding_add(j->fs, "S1.V15", AMT_PASS, who, "hands out the DNS domain %s",
				     d);
	dhcp_show(j, fi, r,
		  d ? amt_arena_printf(&j->fs->arena, "option 15: \"%s\"", d) : "no option 15");
	if (d && r->doubt_domain)
		amt_finding_evidence(j->fs, fi, r->source, "option 15", "%s", r->doubt_domain);
	if (r->search)
		amt_finding_evidence(j->fs, fi, r->source, "option 119",
				     "search list %s: AMT does not use it",
				     dhcp_list(j, r->search));
}

/* The last two labels of a name. */
static const char *registered_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	while (dot && dot > name && dot[-1] != '.')
		dot--;
	return dot ? dot : name;
}

/* S3.C11, as far as the names alone decide: equal or above it fits for every firmware, nothing in
 * common fits for none (handbook, certificates: rules R1 to R4). amt-certcheck knows what is
 * between. */
static void judge_certificate_domain(struct judging *j, const struct amt_dhcp_reply *r)
{
	const struct amt_strlist *l = &j->f->certificate_suffixes;
	const char *d = r->domain;
	enum amt_verdict v = AMT_FAIL;
	struct amt_finding *fi;
	size_t n;

	if (!l->n || !d || !*d)
		return;
	/* A dot at the end belongs to no label. */
	n = strlen(d);
	d = amt_arena_strndup(&j->fs->arena, d, n - (n > 1 && d[n - 1] == '.'));
	if (certificate_fits(l, d))
		v = AMT_PASS;
	/* A domain of one label is none to a device. */
	for (size_t i = 0; i < l->n && v != AMT_PASS && strchr(d, '.'); i++)
		if (dns_name_within(l->v[i], registered_part(d)))
			v = AMT_WARN;
	fi = amt_finding_add(
		j->fs, "S3.C11", v, dhcp_source_of(j, r),
		v == AMT_PASS && !dns_name_within(l->v[0], d)
			? "the domain handed out (%s) is covered by the certificate's (%s)"
		: v == AMT_PASS ? "the domain handed out (%s) is the certificate's (%s), or "
				  "above it"
		: v == AMT_WARN ? "whether the domain handed out (%s) fits the "
				  "certificate's (%s) depends on "
				  "the firmware: amt-certcheck tells"
				: "the domain handed out (%s) has nothing in common "
				  "with the certificate's (%s)",
		d, l->v[0]);
	dhcp_show(j, fi, r, amt_arena_printf(&j->fs->arena, "option 15: \"%s\"", d));
}

static void judge_export_81(struct judging *j, const struct amt_dhcp_reply *r)
{
	const char *who = dhcp_source_of(j, r);
	bool off = r->fqdn_flags >= 0 && (r->fqdn_flags & AMT_DHCP_FQDN_N);

	if (!r->dynamic_update)
		return;
	struct amt_finding *fi = amt_finding_add(j->fs, "S1.V14", off ? AMT_WARN : AMT_PASS, who,
						 off ? "does not register names in DNS (%s)"
						     : "registers names in DNS (%s)",
						 r->dynamic_update);
	dhcp_show(j, fi, r, r->dynamic_update);
}

static void judge_option_81(struct judging *j, const struct amt_dhcp_reply *r)
{
	const char *who = dhcp_source_of(j, r);
	struct amt_finding *fi;
	int f = r->fqdn_flags;

	if (r->kind == 0) {
		judge_export_81(j, r);
		return;
	}
	/* To an INFORM we send no option 81; in a capture only the answer to a lease counts. */
	if (r->asked == AMT_DHCP_INFORM || (!r->asked && f < 0))
		return;
	if (f < 0)
		fi = amt_finding_add(j->fs, "S1.V14", AMT_WARN, who,
				     "does not answer option 081 in its %s; many servers do so "
				     "only in the ACK, or leave "
				     "registering to the operating system",
				     amt_dhcp_kind_name(r->kind));
	else if (f & AMT_DHCP_FQDN_N)
		fi = amt_finding_add(
			j->fs, "S1.V14", AMT_WARN, who,
			"answers option 081, and says that it will not register names");
	else
		fi = amt_finding_add(
			j->fs, "S1.V14", AMT_PASS, who, "answers option 081: %s",
			f & AMT_DHCP_FQDN_S
				? "it registers host and PTR records"
				: "it registers PTR records, the client its host record");
	dhcp_show(j, fi, r,
		  f < 0 ? "no option 81"
			: amt_arena_printf(
				  &j->fs->arena, "option 81: flags %s%s%s%s, name %s",
				  f & AMT_DHCP_FQDN_S ? "S" : "-", f & AMT_DHCP_FQDN_O ? "O" : "-",
				  f & AMT_DHCP_FQDN_E ? "E" : "-", f & AMT_DHCP_FQDN_N ? "N" : "-",
				  r->fqdn ? r->fqdn : "none"));
}

/* One reply a server stands for the rest: the first that answers the same kind of question. */
static bool first_of_server(const struct amt_names_facts *f, size_t at)
{
	const struct amt_dhcp_reply *r = &f->dhcp.v[at];

	for (size_t i = 0; i < at && r->kind; i++)
		if (f->dhcp.v[i].kind && offers(&f->dhcp.v[i]) &&
		    !strcmp(f->dhcp.v[i].server, r->server))
			return false;
	return true;
}

void judge_dhcp(struct judging *j)
{
	judge_presence(j);
	for (size_t i = 0; i < j->f->dhcp.n; i++) {
		const struct amt_dhcp_reply *r = &j->f->dhcp.v[i];
		if (!offers(r) || !first_of_server(j->f, i))
			continue;
		if (r->v6) {
			judge_dhcp6(j, r);
			continue;
		}
		if (r->only_for && !r->inactive) {
			judge_restricted(j, r);
			continue;
		}
		judge_scope(j, r);
		/* What a scope that is off would hand out matters to nobody. */
		if (r->inactive)
			continue;
		judge_option_6(j, r);
		judge_option_15(j, r);
		judge_certificate_domain(j, r);
		judge_option_81(j, r);
	}
}
