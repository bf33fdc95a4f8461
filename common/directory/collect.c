/* The questions: rootDSE and domain first, then what the options name. */
#include "directory/collect.h"

#include <string.h>

#define ENABLED_USER                                                                               \
	"(&(objectCategory=person)(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:" \
	"=2))"
static const char user_attributes[] =
	"objectSid sAMAccountName userPrincipalName displayName scriptPath profilePath "
	"homeDirectory homeDrive primaryGroupID sIDHistory userAccountControl memberOf";
struct directory_search *job_ask(struct directory_link *l, const char *purpose, const char *about,
				 const char *base, enum directory_scope scope, const char *filter,
				 const char *attributes)
{
	const struct question q = {purpose, about, base, filter, scope, attributes, 0, false};
	return link_search(l, &q);
}

/* All users or groups of a domain. */
static struct directory_search *ask_all(struct directory_link *l, const char *purpose,
					const char *about, const char *base, const char *filter,
					const char *attributes)
{
	const struct question q = {purpose,       about,      base, filter,
				   DIRECTORY_SUB, attributes, 0,    true};
	return link_search(l, &q);
}

static bool connect_any(struct job *j, struct amt_error *err)
{
	const struct directory_options *o = j->o;
	struct amt_arena *a = &j->f->arena;
	struct amt_strlist hosts = {0};
	bool ok = false;

	if (o->server)
		amt_vec_push(&hosts, o->server);
	else if (!o->domain)
		return amt_fail(
			err, "finding a domain controller: neither a server nor a domain is named");
	else if (!directory_srv(amt_arena_printf(a, "_ldap._tcp.dc._msdcs.%s", o->domain), a,
				&hosts, err))
		return false;
	for (size_t i = 0; i < hosts.n && !ok; i++) {
		const char *h = hosts.v[i];
		const char *uri = strstr(h, "://") ? h : amt_arena_printf(a, "ldap://%s", h);
		ok = link_open(&j->here, uri, err);
		if (!ok && hosts.n > 1)
			amt_note_add(j->notes, uri, "%s", err ? err->text : "");
	}
	amt_vec_free(&hosts);
	return ok;
}

/* The global catalog of the same server: port 3268, or 3269 under TLS. */
static void connect_gc(struct job *j)
{
	struct amt_error err = {0};
	const char *uri = j->here.uri, *host = strstr(uri, "://") + 3;
	bool tls = !strncmp(uri, "ldaps:", 6);
	size_t n = strcspn(host, ":/");

	j->gc = (struct directory_link){.o = j->o, .f = j->f};
	const char *gc = amt_arena_printf(&j->f->arena, "%s://%.*s:%d", tls ? "ldaps" : "ldap",
					  (int)n, host, tls ? 3269 : 3268);
	if (!link_open(&j->gc, gc, &err)) {
		amt_note_add(j->notes, gc,
			     "no global catalog: names are only searched in this domain (%s)",
			     err.text);
	}
}

static bool domain(struct job *j, struct amt_error *err)
{
	struct directory_facts *f = j->f;
	f->asked_at = amt_time_now();
	f->server = j->here.uri;
	struct directory_search *s = job_ask(
		&j->here, "rootdse", NULL, "", DIRECTORY_BASE, "(objectClass=*)",
		"defaultNamingContext configurationNamingContext rootDomainNamingContext "
		"schemaNamingContext currentTime dnsHostName domainFunctionality ldapServiceName");
	const struct directory_entry *e = s->entries.n ? &s->entries.v[0] : NULL;
	j->nc = directory_text(e, "defaultNamingContext");
	j->config = directory_text(e, "configurationNamingContext");
	j->schema = directory_text(e, "schemaNamingContext");
	if (!j->nc || !j->config)
		return amt_fail(err,
				"reading the rootDSE of %s: it names no domain, so it is no domain "
				"controller",
				j->here.uri);
	j->dns = directory_dns_of(j->nc, &f->arena);
	job_ask(&j->here, "domain", NULL, j->nc, DIRECTORY_BASE, "(objectClass=*)",
		"objectSid msDS-AllowedDNSSuffixes msDS-Behavior-Version");
	job_ask(&j->here, "crossrefs", NULL,
		amt_arena_printf(&f->arena, "CN=Partitions,%s", j->config), DIRECTORY_ONE,
		"(objectClass=crossRef)", "dnsRoot nCName nETBIOSName systemFlags trustParent");
	return true;
}

/* "jane" of CORP\\jane and of jane@corp.example.com, when that is this domain; others are left as
 * they are, so that nobody of the same name is taken for them. */
static const char *account(const struct job *j, const char *who)
{
	const struct directory_search *refs = directory_find(j->f, "crossrefs", NULL, 0);
	const char *slash = strchr(who, '\\'), *at = strchr(who, '@');

	if (at && !amt_strcasecmp(at + 1, j->dns))
		return amt_arena_strndup(&j->f->arena, who, (size_t)(at - who));
	if (!slash)
		return who;
	const char *domain = amt_arena_strndup(&j->f->arena, who, (size_t)(slash - who));
	bool ours = !amt_strcasecmp(domain, j->dns);
	for (size_t i = 0; i < refs->entries.n; i++)
		ours = ours || (directory_has(&refs->entries.v[i], "nCName", j->nc) &&
				directory_has(&refs->entries.v[i], "nETBIOSName", domain));
	return ours ? slash + 1 : who;
}

/*
 * Groups once for all accounts. Of other domains: universal ones by their members in the catalog,
 * and the domain-local ones of the domain that the service is in (handbook kerberos.md 4).
 */
static void groups(struct job *j)
{
	static const char by_member[] = "objectSid sAMAccountName groupType member sIDHistory";
	const struct directory_search *refs = directory_find(j->f, "crossrefs", NULL, 0),
				      *s = directory_find(j->f, "service", NULL, 0);
	size_t domains = 0;

	ask_all(&j->here, "groups", NULL, j->nc, "(groupType:1.2.840.113556.1.4.803:=2147483648)",
		"objectSid sAMAccountName groupType memberOf sIDHistory");
	for (size_t i = 0; i < refs->entries.n; i++)
		domains += (directory_number(&refs->entries.v[i], "systemFlags", 0) & 2) != 0;
	if (domains > 1 && j->gc.ld)
		ask_all(&j->gc, "universal", NULL, "",
			"(groupType:1.2.840.113556.1.4.803:=2147483656)", by_member);
	const char *nc = s && s->entries.n ? job_nc_of(s->entries.v[0].dn) : j->nc;
	if (!amt_strcasecmp(nc, j->nc))
		return;
	struct directory_link *l = job_domain(j, nc);
	job_ask(l, "service-domain", nc, nc, DIRECTORY_BASE, "(objectClass=*)", "objectSid");
	s = ask_all(l, "local-groups", nc, nc, "(groupType:1.2.840.113556.1.4.803:=2147483652)",
		    by_member);
	if (s->code)
		amt_note_add(j->notes, nc,
			     "the domain-local groups of the AMT object's domain could not be "
			     "read, so sizes may be too low: %s",
			     s->error);
}

/* The clock by SNTP too: rootDSE tells whole seconds only. */
static void clock_offset(struct job *j)
{
	const char *p = strstr(j->here.uri, "://"), *host = p ? p + 3 : j->here.uri;
	struct amt_arena *a = &j->f->arena;
	struct amt_error err = {0};

	bool six = *host == '[';
	j->f->ntp.server = amt_arena_strndup(a, host + six, strcspn(host + six, six ? "]" : ":/"));
	j->f->ntp.done = directory_sntp(j->f->ntp.server, "ntp", 1, &j->f->ntp.offset, &err);
	if (!j->f->ntp.done)
		j->f->ntp.error = amt_arena_strdup(a, err.text);
}

/* Those whose primary group it is: memberOf does not show them. */
static const char *primary_of(struct amt_arena *a, const struct directory_entry *group)
{
	const struct directory_attribute *t = directory_attribute(group, "objectSid");
	struct directory_sid sid;

	if (!t || !directory_sid_parse(t->values.v[0].data, t->values.v[0].len, &sid, NULL) ||
	    !sid.count)
		return "";
	return amt_arena_printf(a, "(primaryGroupID=%u)", sid.sub[sid.count - 1]);
}

static void users(struct job *j)
{
	const struct directory_options *o = j->o;
	struct amt_arena *a = &j->f->arena;

	for (size_t i = 0; i < o->users.n; i++) {
		const char *u = o->users.v[i];
		if (strchr(u, '='))
			job_ask(&j->here, "users", u, u, DIRECTORY_BASE, "(objectClass=user)",
				user_attributes);
		else
			job_ask(&j->here, "users", u, j->nc, DIRECTORY_SUB,
				amt_arena_printf(
					a,
					"(&(objectCategory=person)(objectClass=user)"
					"(|%s%s))",
					filter_text(a, "(sAMAccountName=$)", account(j, u)),
					filter_text(a, "(userPrincipalName=$)", u)),
				user_attributes);
	}
	if (o->users_below)
		ask_all(&j->here, "users", o->users_below, o->users_below, ENABLED_USER ")",
			user_attributes);
	for (size_t i = 0; i < o->members_of.n; i++) {
		const char *g = o->members_of.v[i];
		struct directory_search *s = job_ask(
			&j->here, "group", g, strchr(g, '=') ? g : j->nc,
			strchr(g, '=') ? DIRECTORY_BASE : DIRECTORY_SUB,
			strchr(g, '=')
				? "(objectClass=group)"
				: filter_text(a,
					      "(&(objectClass=group)(|(cn=$)(sAMAccountName=$)))",
					      g),
			"objectSid");
		if (s->entries.n)
			ask_all(&j->here, "users", g, j->nc,
				amt_arena_printf(
					a, "%s%s%s))", ENABLED_USER "(|",
					filter_text(a, "(memberOf:1.2.840.113556.1.4.1941:=$)",
						    s->entries.v[0].dn),
					primary_of(a, &s->entries.v[0])),
				user_attributes);
	}
	if (o->groups)
		groups(j);
	size_t left = o->verify;
	for (size_t n = 0; left; n++) {
		const struct directory_search *s = directory_find(j->f, "users", NULL, n);
		if (!s)
			break;
		for (size_t i = 0; i < s->entries.n && left; i++, left--)
			job_ask(&j->here, "token", s->entries.v[i].dn, s->entries.v[i].dn,
				DIRECTORY_BASE, "(objectClass=*)",
				"tokenGroups tokenGroupsGlobalAndUniversal");
	}
}

bool directory_try(const struct directory_options *o, struct amt_error *err)
{
	struct directory_facts f = {0};
	struct amt_notes notes = {0};
	struct job j = {.here = {.o = o, .f = &f}, .o = o, .f = &f, .notes = &notes};
	bool ok = o->server && connect_any(&j, err);

	link_close(&j.here);
	amt_notes_free(&notes);
	directory_facts_free(&f);
	return ok;
}

bool directory_collect(const struct directory_options *o, struct directory_facts *f,
		       struct amt_notes *notes, struct amt_error *err)
{
	struct job j = {.here = {.o = o, .f = f}, .o = o, .f = f, .notes = notes};

	bool ok = connect_any(&j, err) && domain(&j, err);
	if (ok) {
		if (o->clients.n || o->spn || o->removed.n || o->groups)
			connect_gc(&j);
		if (o->sntp)
			clock_offset(&j);
		collect_container(&j);
		collect_clients(&j);
		if (o->forest)
			collect_forest(&j);
		collect_access(&j);
		collect_pki(&j);
		users(&j);
		if (o->every_dc)
			collect_every_dc(&j);
	}
	for (size_t i = 0; i < j.others.n; i++)
		link_close(&j.others.v[i]->link);
	amt_vec_free(&j.others);
	link_close(&j.gc);
	link_close(&j.here);
	return ok;
}
