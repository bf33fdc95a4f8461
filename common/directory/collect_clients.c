/* AMT objects and who may use them; certificate services. */
#include "directory/collect.h"

#include <string.h>

static const char template_attributes[] =
	"cn msPKI-Certificate-Name-Flag msPKI-Enrollment-Flag msPKI-RA-Signature "
	"pKIExtendedKeyUsage "
	"msPKI-Certificate-Application-Policy msPKI-Template-Schema-Version "
	"msPKI-Minimal-Key-Size nTSecurityDescriptor";

/* All of an AMT object: which attribute holds its link to the computer is not documented. */
static const char object_attributes[] = "* msDS-KeyVersionNumber";

enum { MOST_LINKS = 8 };

/* What it refers to: is that a computer, and which? */
static void links(struct job *j, const char *fqdn, const struct directory_search *s)
{
	size_t asked = 0;

	for (size_t i = 0; s->entries.n == 1 && i < s->entries.v[0].attributes.n; i++) {
		const struct directory_attribute *t = &s->entries.v[0].attributes.v[i];
		if (!directory_is_link(t))
			continue;
		for (size_t k = 0; k < t->values.n && asked < MOST_LINKS; k++, asked++)
			job_ask(job_forest(j), "link", fqdn, (const char *)t->values.v[k].data,
				DIRECTORY_BASE, "(objectClass=*)", "objectClass dNSHostName");
	}
}

/* netbootGUID holds the bytes as firmware has them: the first three parts of the text are little
 * endian, as in every GUID of Windows. As text it is read, compared and redacted as any other UUID.
 */
static void uuid_as_text(struct amt_arena *a, struct directory_search *s)
{
	static const uint8_t place[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

	for (size_t i = 0; i < s->entries.n; i++)
		for (size_t k = 0; k < s->entries.v[i].attributes.n; k++) {
			struct directory_attribute *t = &s->entries.v[i].attributes.v[k];
			const char *text = "";
			if (amt_strcasecmp(t->name, "netbootGUID") != 0 || !t->values.n ||
			    t->values.v[0].len != 16)
				continue;
			for (size_t b = 0; b < 16; b++)
				text = amt_arena_printf(a, "%s%s%02X", text,
							b == 4 || b == 6 || b == 8 || b == 10 ? "-"
											      : "",
							t->values.v[0].data[place[b]]);
			t->values.v[0] = (struct directory_value){(const uint8_t *)text, 36};
		}
}

static void one_client(struct job *j, const char *fqdn)
{
	static const char *const ports[] = {"16992", "16993", "16994", "16995", "623", "664"};
	struct amt_arena *a = &j->f->arena;
	const char *any = "(|", *base = job_forest_base(j), *nc = j->nc;

	for (size_t p = 0; p < 6; p++)
		any = amt_arena_printf(a, "%s(servicePrincipalName=HTTP/$:%s)", any, ports[p]);
	const struct directory_search *s = job_ask(
		job_forest(j), "spn", fqdn, base, DIRECTORY_SUB,
		filter_text(a, amt_arena_printf(a, "%s)", any), fqdn), "servicePrincipalName");
	if (s->entries.n)
		nc = job_nc_of(s->entries.v[0].dn);
	struct directory_link *l = job_domain(j, nc);
	s = job_ask(l, "amt-object", fqdn, nc, DIRECTORY_SUB,
		    filter_text(a, "(servicePrincipalName=HTTP/$:16993)", fqdn), object_attributes);
	links(j, fqdn, s);
	if (!s->entries.n && j->o->container)
		job_ask(l, "amt-name", fqdn, job_container(j, nc), DIRECTORY_SUB,
			filter_text(a, "(&(objectCategory=computer)(cn=$*))",
				    amt_arena_strndup(a, fqdn, strcspn(fqdn, "."))),
			"servicePrincipalName userAccountControl");
	struct directory_search *windows =
		job_ask(job_forest(j), "windows", fqdn, base, DIRECTORY_SUB,
			filter_text(a,
				    "(&(objectCategory=computer)(dNSHostName=$)"
				    "(!(servicePrincipalName=HTTP/*:16993)))",
				    fqdn),
			"dNSHostName userAccountControl cn netbootGUID");
	uuid_as_text(a, windows);
	s = windows;
	if (!s->code && !s->entries.n)
		job_ask(job_forest(j), "windows-name", fqdn, base, DIRECTORY_SUB,
			filter_text(a,
				    "(&(objectCategory=computer)(cn=$)"
				    "(!(servicePrincipalName=HTTP/*:16993)))",
				    amt_arena_strndup(a, fqdn, strcspn(fqdn, "."))),
			"dNSHostName userAccountControl cn");
}

static void service(struct job *j)
{
	struct amt_arena *a = &j->f->arena;
	const char *spn = j->o->spn, *nc = j->nc;

	if (!spn || !strchr(spn, '/'))
		return;
	const char *filter = filter_text(a, "(servicePrincipalName=$)", spn);
	const struct directory_search *s = job_ask(job_forest(j), "spn", spn, job_forest_base(j),
						   DIRECTORY_SUB, filter, "servicePrincipalName");
	if (s->entries.n)
		nc = job_nc_of(s->entries.v[0].dn);
	job_ask(job_domain(j, nc), "service", spn, nc, DIRECTORY_SUB, filter, object_attributes);
}

void collect_clients(struct job *j)
{
	struct amt_arena *a = &j->f->arena;

	for (size_t i = 0; i < j->o->clients.n && !amt_stopped(); i++)
		one_client(j, j->o->clients.v[i]);
	for (size_t i = 0; i < j->o->removed.n; i++) {
		const char *who = j->o->removed.v[i];
		if (strchr(who, '='))
			job_ask(job_forest(j), "removed", who, who, DIRECTORY_BASE,
				"(objectClass=*)", "servicePrincipalName whenChanged");
		else
			job_ask(job_forest(j), "removed", who, job_forest_base(j), DIRECTORY_SUB,
				filter_text(a, "(servicePrincipalName=HTTP/$:*)", who),
				"servicePrincipalName whenChanged");
	}
	service(j);
}

/* "CONTOSO\\name" and "name@domain" as the name alone. */
static const char *bare(struct amt_arena *a, const char *name)
{
	const char *slash = strrchr(name, '\\');
	name = slash ? slash + 1 : name;
	return amt_arena_strndup(a, name, strcspn(name, "@"));
}

/* CHILD\\name and name@child.example.com are of that domain, not of one here who is called alike.
 */
static const char *home_of(const struct job *j, const char *who)
{
	const struct directory_search *refs = directory_find(j->f, "crossrefs", NULL, 0);
	const char *slash = strchr(who, '\\'), *at = strchr(who, '@');
	const char *domain = slash ? amt_arena_strndup(&j->f->arena, who, (size_t)(slash - who))
			     : at  ? at + 1
				   : "";

	for (size_t i = 0; i < refs->entries.n; i++) {
		const struct directory_entry *e = &refs->entries.v[i];
		const char *nc = directory_text(e, "nCName");
		if (nc && (directory_has(e, "nETBIOSName", domain) ||
			   directory_has(e, "dnsRoot", domain)))
			return nc;
	}
	return j->nc;
}

static struct directory_link *named(struct job *j, const char *purpose, const char *who)
{
	struct amt_arena *a = &j->f->arena;
	bool dn = strchr(who, '=') != NULL;
	const char *nc = dn ? job_nc_of(who) : home_of(j, who);
	struct directory_link *l = job_domain(j, nc);

	const char *filter = amt_arena_printf(
		a, "(&(|(objectClass=group)(objectClass=user))(|%s%s))",
		filter_text(a, "(sAMAccountName=$)(cn=$)", bare(a, who)),
		strchr(who, '@') ? filter_text(a, "(userPrincipalName=$)", who) : "");
	job_ask(l, purpose, who, dn ? who : nc, dn ? DIRECTORY_BASE : DIRECTORY_SUB,
		dn ? "(objectClass=*)" : filter,
		!strcmp(purpose, "radius-group")
			? "sAMAccountName groupType member"
			: "objectSid sAMAccountName groupType objectClass userAccountControl "
			  "accountExpires");
	return l;
}

void collect_access(struct job *j)
{
	for (size_t i = 0; i < j->o->acl.n; i++)
		named(j, "acl", j->o->acl.v[i]);
	for (size_t i = 0; i < j->o->radius.n; i++)
		named(j, "radius-group", j->o->radius.v[i]);
	for (size_t i = 0; i < j->o->operators.n; i++) {
		const char *who = j->o->operators.v[i];
		struct directory_link *l = named(j, "operator", who);
		const struct directory_search *s = directory_find(j->f, "operator", who, 0);
		if (s && s->entries.n)
			job_ask(l, "operator-groups", who, s->entries.v[0].dn, DIRECTORY_BASE,
				"(objectClass=*)", "tokenGroups");
	}
}

void collect_pki(struct job *j)
{
	struct amt_arena *a = &j->f->arena;
	const char *pks = amt_arena_printf(a, "CN=Public Key Services,CN=Services,%s", j->config);

	for (size_t i = 0; i < j->o->templates.n; i++)
		job_ask(&j->here, "template", j->o->templates.v[i],
			amt_arena_printf(a, "CN=Certificate Templates,%s", pks), DIRECTORY_ONE,
			filter_text(a, "(|(cn=$)(displayName=$))", j->o->templates.v[i]),
			template_attributes);
	if (!j->o->templates.n && !j->o->pki)
		return;
	job_ask(&j->here, "enrollment", NULL, amt_arena_printf(a, "CN=Enrollment Services,%s", pks),
		DIRECTORY_ONE, "(objectClass=pKIEnrollmentService)",
		"cn dNSHostName certificateTemplates cACertificate");
	job_ask(&j->here, "ntauth", NULL, amt_arena_printf(a, "CN=NTAuthCertificates,%s", pks),
		DIRECTORY_BASE, "(objectClass=*)", "cACertificate");
	job_ask(&j->here, "aia", NULL, amt_arena_printf(a, "CN=AIA,%s", pks), DIRECTORY_ONE,
		"(objectClass=certificationAuthority)", "cn cACertificate");
	job_ask(&j->here, "roots", NULL,
		amt_arena_printf(a, "CN=Certification Authorities,%s", pks), DIRECTORY_ONE,
		"(objectClass=certificationAuthority)", "cn cACertificate");
	job_ask(&j->here, "cdp", NULL, amt_arena_printf(a, "CN=CDP,%s", pks), DIRECTORY_SUB,
		"(objectClass=cRLDistributionPoint)",
		"cn certificateRevocationList deltaRevocationList");
}
