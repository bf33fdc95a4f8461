/* Other domains and forests: their controllers, the container in each, every DC's own answer. */
#include "directory/collect.h"

#include <string.h>

#define SPN_OF "(servicePrincipalName=HTTP/$:16993)"
static const char replica_attributes[] =
	"servicePrincipalName userAccountControl pwdLastSet whenCreated whenChanged";

struct directory_link *job_forest(struct job *j)
{
	return j->gc.ld ? &j->gc : &j->here;
}

const char *job_forest_base(const struct job *j)
{
	return j->gc.ld ? "" : j->nc;
}

const char *job_nc_of(const char *dn)
{
	const char *p = amt_memcasestr(dn, strlen(dn), ",DC=");
	return p ? p + 1 : dn;
}

const char *job_uri(struct job *j, const char *host_port)
{
	size_t n = strcspn(host_port, ":");
	const char *port = host_port + n;

	/* SRV tells the port of plain LDAP; a connection that began under TLS stays there. */
	if (strncmp(j->here.uri, "ldaps:", 6) != 0)
		return amt_arena_printf(&j->f->arena, "ldap://%s", host_port);
	return amt_arena_printf(&j->f->arena, "ldaps://%.*s%s", (int)n, host_port,
				!strcmp(port, ":389") || !*port ? ":636" : port);
}

static void controllers(struct job *j, const char *dns, struct amt_strlist *out)
{
	struct amt_arena *a = &j->f->arena;
	struct amt_error err = {0};
	struct amt_strlist found = {0};

	if (!directory_srv(amt_arena_printf(a, "_ldap._tcp.dc._msdcs.%s", dns), a, &found, &err))
		amt_note_add(j->notes, dns, "%s", err.text);
	for (size_t i = 0; i < found.n && out->n < AMT_CAP_LDAP_SERVERS; i++)
		if (!amt_strlist_has(out, found.v[i]))
			amt_vec_push(out, found.v[i]);
	amt_vec_free(&found);
}

static bool open_first(struct job *j, struct directory_link *l, const struct amt_strlist *hosts)
{
	struct amt_error err = {0};

	for (size_t i = 0; i < hosts->n && i < 3; i++) {
		if (link_open(l, job_uri(j, hosts->v[i]), &err)) {
			l->why = NULL;
			return true;
		}
		l->why = amt_arena_strdup(&j->f->arena, err.text);
	}
	if (!hosts->n)
		l->why = "no domain controller of it stands in DNS";
	return false;
}

struct directory_link *job_domain(struct job *j, const char *nc)
{
	struct amt_strlist hosts = {0};

	if (!amt_strcasecmp(nc, j->nc))
		return &j->here;
	for (size_t i = 0; i < j->others.n; i++)
		if (!amt_strcasecmp(j->others.v[i]->nc, nc))
			return &j->others.v[i]->link;
	struct other_domain *d = amt_arena_new(&j->f->arena, struct other_domain);
	*d = (struct other_domain){.dns = directory_dns_of(nc, &j->f->arena),
				   .nc = amt_arena_strdup(&j->f->arena, nc),
				   .link = {.o = j->o, .f = j->f, .uri = d->dns}};
	d->link.uri = d->dns;
	if (j->others.n < AMT_CAP_LDAP_SERVERS) {
		controllers(j, d->dns, &hosts);
		open_first(j, &d->link, &hosts);
	} else {
		d->link.why = "there are more domains than are asked";
	}
	amt_vec_free(&hosts);
	amt_vec_push(&j->others, d);
	return &d->link;
}

/* A DN as people write it and logs have it: after "LDAP://dc1/", and with blanks around its commas.
 */
static const char *plain_dn(struct amt_arena *a, const char *dn)
{
	const char *from = dn;

	if (!amt_strncasecmp(from, "LDAP://", 7)) {
		from += 7;
		size_t host = strcspn(from, "/=");
		from += from[host] == '/' ? host + 1 : 0;
	}
	char *out = amt_arena_strdup(a, from), *to = out;
	for (const char *p = from; *p; p++) {
		bool escaped = p > from && p[-1] == '\\';
		if (*p == ',' && !escaped) {
			while (to > out && to[-1] == ' ' && (to == out + 1 || to[-2] != '\\'))
				to--;
			*to++ = ',';
			p += strspn(p + 1, " ");
		} else {
			*to++ = *p;
		}
	}
	*to = 0;
	return out;
}

/* The configured path below another naming context. */
const char *job_container(const struct job *j, const char *nc)
{
	const char *dn = plain_dn(&j->f->arena, j->o->container),
		   *dc = amt_memcasestr(dn, strlen(dn), ",DC=");
	return amt_arena_printf(&j->f->arena, "%.*s,%s", (int)(dc ? (size_t)(dc - dn) : strlen(dn)),
				dn, nc);
}

static void one_container(struct job *j, struct directory_link *l, const char *nc)
{
	const char *dn = job_container(j, nc);
	const struct question few = {.purpose = "container-child",
				     .about = dn,
				     .base = dn,
				     .filter = "(objectClass=*)",
				     .scope = DIRECTORY_ONE,
				     .attributes = "objectClass nTSecurityDescriptor",
				     .max = 20};

	const struct directory_search *s =
		job_ask(l, "container", dn, dn, DIRECTORY_BASE, "(objectClass=*)",
			"objectClass nTSecurityDescriptor");
	if (!s->code && s->entries.n)
		link_search(l, &few);
}

/* Groups of the other domain that hold the server count there, and only there. */
static void local_groups(struct job *j, struct directory_link *l, const char *nc)
{
	for (size_t i = 0; i < j->o->site_servers.n; i++) {
		const char *name = j->o->site_servers.v[i];
		const struct directory_search *s = directory_find(j->f, "site-server", name, 0);
		if (s && s->entries.n)
			job_ask(l, "site-server-local",
				amt_arena_printf(&j->f->arena, "%s %s", name, nc), nc,
				DIRECTORY_SUB,
				filter_text(&j->f->arena,
					    "(&(groupType:1.2.840.113556.1.4.803:=2147483652)"
					    "(member:1.2.840.113556.1.4.1941:=$))",
					    s->entries.v[0].dn),
				"objectSid");
	}
}

static void site_servers(struct job *j)
{
	for (size_t i = 0; i < j->o->site_servers.n; i++) {
		const char *name = j->o->site_servers.v[i];
		struct directory_search *s = job_ask(
			&j->here, "site-server", name, j->nc, DIRECTORY_SUB,
			filter_text(&j->f->arena,
				    "(&(objectCategory=computer)(|(cn=$)(dNSHostName=$)))", name),
			"objectSid dNSHostName");
		if (s->entries.n)
			job_ask(&j->here, "site-server-groups", name, s->entries.v[0].dn,
				DIRECTORY_BASE, "(objectClass=*)", "objectSid tokenGroups");
	}
}

static bool in_scope(const struct job *j, const char *nc)
{
	return !j->o->domains.n ||
	       amt_strlist_has(&j->o->domains, directory_dns_of(nc, &j->f->arena));
}

void collect_container(struct job *j)
{
	const struct directory_search *refs = directory_find(j->f, "crossrefs", NULL, 0);

	site_servers(j);
	if (!j->o->container)
		return;
	one_container(j, &j->here, j->nc);
	for (size_t i = 0; j->o->forest && i < refs->entries.n && !amt_stopped(); i++) {
		const struct directory_entry *e = &refs->entries.v[i];
		const char *nc = directory_text(e, "nCName");
		/* systemFlags bit 2: a domain, and not an application partition */
		if (!nc || !(directory_number(e, "systemFlags", 0) & 2) ||
		    !amt_strcasecmp(nc, j->nc) || !in_scope(j, nc))
			continue;
		struct directory_link *l = job_domain(j, nc);
		one_container(j, l, nc);
		if (l->ld)
			local_groups(j, l, nc);
	}
}

/* Another forest is asked nameless: nothing of ours is shown to its controllers. */
static void foreign(struct job *j, const char *suffix)
{
	struct directory_link l = {.o = j->o, .f = j->f, .anonymous = true};
	struct amt_strlist hosts = {0};

	l.uri = suffix;
	controllers(j, suffix, &hosts);
	open_first(j, &l, &hosts);
	job_ask(&l, "forest", suffix, "", DIRECTORY_BASE, "(objectClass=*)",
		"rootDomainNamingContext defaultNamingContext dnsHostName");
	link_close(&l);
	amt_vec_free(&hosts);
}

static bool of_forest(const struct job *j, const char *suffix)
{
	const struct directory_search *refs = directory_find(j->f, "crossrefs", NULL, 0);
	for (size_t i = 0; i < refs->entries.n; i++)
		if (directory_has(&refs->entries.v[i], "dnsRoot", suffix))
			return true;
	return false;
}

void collect_forest(struct job *j)
{
	size_t asked = 0;

	if (j->schema)
		job_ask(&j->here, "schema", NULL, j->schema, DIRECTORY_ONE,
			"(&(objectClass=classSchema)(|(lDAPDisplayName=mSSMSSite)"
			"(lDAPDisplayName=intel*)(cn=Intel-*)))",
			"lDAPDisplayName cn");
	for (size_t i = 0; i < j->o->clients.n && asked < AMT_CAP_LDAP_SERVERS; i++) {
		const char *dot = strchr(j->o->clients.v[i], '.');
		const struct directory_search *w =
			directory_find(j->f, "windows", j->o->clients.v[i], 0);
		if (!dot || (w && w->entries.n) || of_forest(j, dot + 1) ||
		    directory_find(j->f, "forest", dot + 1, 0))
			continue;
		foreign(j, dot + 1);
		asked++;
	}
}

static void ask_replica(struct job *j, struct directory_link *l, const char *nc)
{
	for (size_t i = 0; i < j->o->clients.n && !amt_stopped(); i++) {
		const char *fqdn = j->o->clients.v[i];
		const struct directory_search *s = directory_find(j->f, "amt-object", fqdn, 0);
		if (s && s->entries.n && !amt_strcasecmp(job_nc_of(s->entries.v[0].dn), nc))
			job_ask(l, "replica", fqdn, nc, DIRECTORY_SUB,
				filter_text(&j->f->arena, SPN_OF, fqdn), replica_attributes);
	}
	for (size_t i = 0; i < j->o->removed.n && !amt_stopped(); i++) {
		const char *who = j->o->removed.v[i];
		bool dn = strchr(who, '=') != NULL;
		if (dn && amt_strcasecmp(job_nc_of(who), nc) != 0)
			continue;
		job_ask(l, "removed", who, dn ? who : nc, dn ? DIRECTORY_BASE : DIRECTORY_SUB,
			dn ? "(objectClass=*)"
			   : filter_text(&j->f->arena, "(servicePrincipalName=HTTP/$:*)", who),
			"servicePrincipalName whenChanged");
	}
}

/* The same object asked of every DC of a domain: those in DNS and those with an account. */
static void one_domain(struct job *j, struct directory_link *first, const char *nc)
{
	struct amt_arena *a = &j->f->arena;
	struct amt_strlist hosts = {0};

	controllers(j, directory_dns_of(nc, a), &hosts);
	const struct directory_search *s =
		job_ask(first, "dcs", nc, nc, DIRECTORY_SUB,
			"(&(objectCategory=computer)(userAccountControl:1.2.840.113556.1.4.803:="
			"8192))",
			"dNSHostName");
	for (size_t i = 0; i < s->entries.n && hosts.n < AMT_CAP_LDAP_SERVERS; i++) {
		const char *h = directory_text(&s->entries.v[i], "dNSHostName");
		const char *with = h ? amt_arena_printf(a, "%s:389", h) : NULL;
		if (with && !amt_strlist_has(&hosts, with))
			amt_vec_push(&hosts, with);
	}
	for (size_t i = 0; i < hosts.n && !amt_stopped(); i++) {
		struct amt_error err = {0};
		struct directory_link l = {.o = j->o, .f = j->f};
		const char *uri = job_uri(j, hosts.v[i]);
		if (!link_open(&l, uri, &err)) {
			l.why = amt_arena_strdup(a, err.text);
			amt_note_add(j->notes, uri, "%s", err.text);
		}
		ask_replica(j, &l, nc);
		link_close(&l);
	}
	amt_vec_free(&hosts);
}

void collect_every_dc(struct job *j)
{
	one_domain(j, &j->here, j->nc);
	for (size_t i = 0; i < j->others.n; i++)
		if (j->others.v[i]->link.ld)
			one_domain(j, &j->others.v[i]->link, j->others.v[i]->nc);
}
