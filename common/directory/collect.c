/* The questions: rootDSE and domain first, then what the options name. */
#include "directory/ldap.h"

#include <string.h>

#define ENABLED_USER                                                                               \
	"(&(objectCategory=person)(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:" \
	"=2))"
static const char user_attributes[] =
	"objectSid sAMAccountName userPrincipalName displayName scriptPath profilePath "
	"homeDirectory homeDrive primaryGroupID sIDHistory userAccountControl memberOf";
static const char object_attributes[] =
	"objectClass sAMAccountName cn dNSHostName servicePrincipalName userAccountControl "
	"pwdLastSet "
	"whenCreated whenChanged memberOf managedBy accountExpires msDS-SupportedEncryptionTypes "
	"msDS-KeyVersionNumber";
static const char template_attributes[] =
	"cn msPKI-Certificate-Name-Flag msPKI-Enrollment-Flag msPKI-RA-Signature "
	"pKIExtendedKeyUsage "
	"msPKI-Certificate-Application-Policy msPKI-Template-Schema-Version "
	"msPKI-Minimal-Key-Size nTSecurityDescriptor";

struct job {
	struct directory_link here, gc;
	const struct directory_options *o;
	struct directory_facts *f;
	struct amt_notes *notes;
	const char *nc, *config, *root;
};

static struct directory_search *ask(struct directory_link *l, const char *purpose,
				    const char *about, const char *base, enum directory_scope scope,
				    const char *filter, const char *attributes, bool sd)
{
	struct question q = {purpose, about, base, filter, scope, attributes, sd};
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
		if (!ok) {
			link_close(&j->here);
			if (hosts.n > 1)
				amt_note_add(j->notes, uri, "%s", err ? err->text : "");
		}
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
		link_close(&j->gc);
	}
}

static struct directory_link *forest(struct job *j)
{
	return j->gc.ld ? &j->gc : &j->here;
}

static bool domain(struct job *j, struct amt_error *err)
{
	struct directory_facts *f = j->f;
	f->asked_at = amt_time_now();
	f->server = j->here.uri;
	struct directory_search *s =
		ask(&j->here, "rootdse", NULL, "", DIRECTORY_BASE, "(objectClass=*)",
		    "defaultNamingContext configurationNamingContext rootDomainNamingContext "
		    "currentTime dnsHostName domainFunctionality ldapServiceName",
		    false);
	const struct directory_entry *e = s->entries.n ? &s->entries.v[0] : NULL;
	j->nc = directory_text(e, "defaultNamingContext");
	j->config = directory_text(e, "configurationNamingContext");
	j->root = directory_text(e, "rootDomainNamingContext");
	if (!j->nc || !j->config)
		return amt_fail(err,
				"reading the rootDSE of %s: it names no domain, so it is no domain "
				"controller",
				j->here.uri);
	ask(&j->here, "domain", NULL, j->nc, DIRECTORY_BASE, "(objectClass=*)",
	    "objectSid msDS-AllowedDNSSuffixes msDS-Behavior-Version", false);
	ask(&j->here, "crossrefs", NULL, amt_arena_printf(&f->arena, "CN=Partitions,%s", j->config),
	    DIRECTORY_ONE, "(objectClass=crossRef)",
	    "dnsRoot nCName nETBIOSName systemFlags trustParent", false);
	return true;
}

static void container(struct job *j)
{
	const char *dn = j->o->container;

	if (!dn)
		return;
	ask(&j->here, "container", dn, dn, DIRECTORY_BASE, "(objectClass=*)",
	    "objectClass nTSecurityDescriptor", true);
	struct directory_options few = *j->o;
	few.max_entries = 20;
	j->here.o = &few;
	ask(&j->here, "container-child", dn, dn, DIRECTORY_ONE, "(objectClass=*)",
	    "objectClass nTSecurityDescriptor", true);
	j->here.o = j->o;
}

static void site_servers(struct job *j)
{
	for (size_t i = 0; i < j->o->site_servers.n; i++) {
		const char *name = j->o->site_servers.v[i];
		struct directory_search *s = ask(
			&j->here, "site-server", name, j->nc, DIRECTORY_SUB,
			filter_text(&j->f->arena,
				    "(&(objectCategory=computer)(|(cn=$)(dNSHostName=$)))", name),
			"objectSid dNSHostName", false);
		if (s->entries.n)
			ask(&j->here, "site-server-groups", name, s->entries.v[0].dn,
			    DIRECTORY_BASE, "(objectClass=*)", "objectSid tokenGroups", false);
	}
}

static void clients(struct job *j)
{
	static const char *const ports[] = {"16992", "16993", "16994", "16995", "623", "664"};
	struct amt_arena *a = &j->f->arena;

	for (size_t i = 0; i < j->o->clients.n && !amt_stopped(); i++) {
		const char *fqdn = j->o->clients.v[i];
		ask(&j->here, "amt-object", fqdn, j->nc, DIRECTORY_SUB,
		    filter_text(a,
				"(&(objectCategory=computer)(servicePrincipalName=HTTP/$:16993))",
				fqdn),
		    object_attributes, false);
		for (size_t p = 0; p < 6; p++) {
			const char *spn = amt_arena_printf(a, "HTTP/%s:%s", fqdn, ports[p]);
			ask(forest(j), "spn", spn, j->gc.ld ? "" : j->nc, DIRECTORY_SUB,
			    filter_text(a, "(servicePrincipalName=$)", spn), "distinguishedName",
			    false);
		}
		ask(forest(j), "windows", fqdn, j->gc.ld ? "" : j->nc, DIRECTORY_SUB,
		    filter_text(a,
				"(&(objectCategory=computer)(dNSHostName=$)(!(servicePrincipalName="
				"HTTP/*:16993)))",
				fqdn),
		    "dNSHostName userAccountControl cn", false);
	}
	for (size_t i = 0; i < j->o->removed.n; i++)
		ask(forest(j), "removed", j->o->removed.v[i], j->gc.ld ? "" : j->nc, DIRECTORY_SUB,
		    filter_text(a, "(servicePrincipalName=HTTP/$:*)", j->o->removed.v[i]),
		    "servicePrincipalName", false);
	if (j->o->spn && strchr(j->o->spn, '/')) {
		ask(forest(j), "spn", j->o->spn, j->gc.ld ? "" : j->nc, DIRECTORY_SUB,
		    filter_text(a, "(servicePrincipalName=$)", j->o->spn), "distinguishedName",
		    false);
		ask(&j->here, "service", j->o->spn, j->nc, DIRECTORY_SUB,
		    filter_text(a, "(servicePrincipalName=$)", j->o->spn), object_attributes,
		    false);
	}
}

static void pki(struct job *j)
{
	struct amt_arena *a = &j->f->arena;
	const char *pks = amt_arena_printf(a, "CN=Public Key Services,CN=Services,%s", j->config);

	if (!j->o->templates.n)
		return;
	for (size_t i = 0; i < j->o->templates.n; i++)
		ask(&j->here, "template", j->o->templates.v[i],
		    amt_arena_printf(a, "CN=Certificate Templates,%s", pks), DIRECTORY_ONE,
		    filter_text(a, "(|(cn=$)(displayName=$))", j->o->templates.v[i]),
		    template_attributes, true);
	ask(&j->here, "enrollment", NULL, amt_arena_printf(a, "CN=Enrollment Services,%s", pks),
	    DIRECTORY_ONE, "(objectClass=pKIEnrollmentService)",
	    "cn dNSHostName certificateTemplates cACertificate", false);
	ask(&j->here, "ntauth", NULL, amt_arena_printf(a, "CN=NTAuthCertificates,%s", pks),
	    DIRECTORY_BASE, "(objectClass=*)", "cACertificate", false);
}

static void users(struct job *j)
{
	const struct directory_options *o = j->o;
	struct amt_arena *a = &j->f->arena;

	for (size_t i = 0; i < o->users.n; i++) {
		const char *u = o->users.v[i];
		if (strchr(u, '='))
			ask(&j->here, "users", u, u, DIRECTORY_BASE, "(objectClass=user)",
			    user_attributes, false);
		else
			ask(&j->here, "users", u, j->nc, DIRECTORY_SUB,
			    filter_text(a,
					"(&(objectCategory=person)(objectClass=user)(|("
					"sAMAccountName=$)(userPrincipalName=$)))",
					u),
			    user_attributes, false);
	}
	if (o->users_below)
		ask(&j->here, "users", o->users_below, o->users_below, DIRECTORY_SUB,
		    ENABLED_USER ")", user_attributes, false);
	for (size_t i = 0; i < o->members_of.n; i++) {
		const char *g = o->members_of.v[i];
		struct directory_search *s = ask(
			&j->here, "group", g, strchr(g, '=') ? g : j->nc,
			strchr(g, '=') ? DIRECTORY_BASE : DIRECTORY_SUB,
			strchr(g, '=')
				? "(objectClass=group)"
				: filter_text(a,
					      "(&(objectClass=group)(|(cn=$)(sAMAccountName=$)))",
					      g),
			"objectSid", false);
		if (s->entries.n)
			ask(&j->here, "users", g, j->nc, DIRECTORY_SUB,
			    filter_text(a, ENABLED_USER "(memberOf:1.2.840.113556.1.4.1941:=$))",
					s->entries.v[0].dn),
			    user_attributes, false);
		else
			amt_note_add(j->notes, g, "no such group in %s", j->nc);
	}
	if (o->groups)
		ask(&j->here, "groups", NULL, j->nc, DIRECTORY_SUB,
		    "(groupType:1.2.840.113556.1.4.803:=2147483648)",
		    "objectSid sAMAccountName groupType memberOf sIDHistory", false);
	size_t left = o->verify;
	for (size_t n = 0; left; n++) {
		const struct directory_search *s = directory_find(j->f, "users", NULL, n);
		if (!s)
			break;
		for (size_t i = 0; i < s->entries.n && left; i++, left--)
			ask(&j->here, "token", s->entries.v[i].dn, s->entries.v[i].dn,
			    DIRECTORY_BASE, "(objectClass=*)", "tokenGroups", false);
	}
}

/* The same object asked of every DC: replication. */
static void every_dc(struct job *j)
{
	struct amt_arena *a = &j->f->arena;
	struct amt_strlist hosts = {0};
	struct amt_error err = {0};

	if (!j->o->every_dc || !j->o->domain)
		return;
	if (!directory_srv(amt_arena_printf(a, "_ldap._tcp.dc._msdcs.%s", j->o->domain), a, &hosts,
			   &err))
		amt_note_add(j->notes, j->o->domain, "%s", err.text);
	for (size_t i = 0; i < hosts.n && !amt_stopped(); i++) {
		struct directory_link l = {.o = j->o, .f = j->f};
		const char *uri = amt_arena_printf(a, "ldap://%s", hosts.v[i]);
		if (!link_open(&l, uri, &err))
			amt_note_add(j->notes, uri, "%s", err.text);
		for (size_t c = 0; l.ld && c < j->o->clients.n; c++)
			ask(&l, "replica", j->o->clients.v[c], j->nc, DIRECTORY_SUB,
			    filter_text(a,
					"(&(objectCategory=computer)(servicePrincipalName=HTTP/"
					"$:16993))",
					j->o->clients.v[c]),
			    "servicePrincipalName userAccountControl pwdLastSet whenCreated",
			    false);
		link_close(&l);
	}
	amt_vec_free(&hosts);
}

bool directory_collect(const struct directory_options *o, struct directory_facts *f,
		       struct amt_notes *notes, struct amt_error *err)
{
	struct job j = {.here = {.o = o, .f = f}, .o = o, .f = f, .notes = notes};

	bool ok = connect_any(&j, err) && domain(&j, err);
	if (ok) {
		if (o->clients.n || o->spn || o->removed.n)
			connect_gc(&j);
		container(&j);
		site_servers(&j);
		clients(&j);
		pki(&j);
		users(&j);
		every_dc(&j);
	}
	link_close(&j.gc);
	link_close(&j.here);
	return ok;
}
