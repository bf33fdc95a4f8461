/* Container and templates: do they exist, and what may the site servers do? Pure. */
#include "directory/judge.h"

#include <stdio.h>
#include <string.h>

static const uint8_t enroll[16] = {0x68, 0xc9, 0x10, 0x0e, 0xfb, 0x78, 0xd2, 0x11,
				   0x90, 0xd4, 0x00, 0xc0, 0x4f, 0x79, 0xdc, 0x55};
enum { READ = 0x20094, CONTROL_ACCESS = 0x100 };
#define SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define ANY_PURPOSE "2.5.29.37.0"

static void add_sids(const struct directory_entry *e, const char *name, struct directory_sids *out)
{
	const struct directory_attribute *a = directory_attribute(e, name);
	struct directory_sid s;
	for (size_t i = 0; a && i < a->values.n; i++)
		if (directory_sid_parse(a->values.v[i].data, a->values.v[i].len, &s, NULL))
			amt_vec_push(out, s);
}

/* Who a site server is: what its rights come by. */
struct server {
	struct directory_sids sids;
	enum amt_verdict lacks; /* what it means that a right is not there */
	const char *but;        /* and the reason, when it means nothing */
};

/* Its own SID, its groups, Everyone and Authenticated Users; nc: and the groups of that other
 * domain that hold it. False when it was not found. */
static bool server_find(const struct directory_facts *f, const char *name, const char *nc,
			struct server *out)
{
	char about[1024];

	const struct directory_search *s = directory_find(f, "site-server", name, 0),
				      *g = directory_find(f, "site-server-groups", name, 0);

	*out = (struct server){.lacks = AMT_FAIL, .but = ""};
	if (!s || !s->entries.n || !directory_attribute(&s->entries.v[0], "objectSid"))
		return false;
	add_sids(&s->entries.v[0], "objectSid", &out->sids);
	size_t own = out->sids.n;
	if (g && g->entries.n)
		add_sids(&g->entries.v[0], "tokenGroups", &out->sids);
	snprintf(about, sizeof(about), "%s %s", name, nc ? nc : "");
	const struct directory_search *l = directory_find(f, "site-server-local", about, 0);
	/* Everybody is in a group at least: none means that they were not given out. */
	if (out->sids.n == own || (l && l->code)) {
		out->lacks = AMT_UNKNOWN;
		out->but = ", unless by a group: those of the server could not be read";
	}
	for (size_t i = 0; l && i < l->entries.n; i++)
		add_sids(&l->entries.v[i], "objectSid", &out->sids);
	amt_vec_push(&out->sids, (struct directory_sid){1, 1, 1, {0}});
	amt_vec_push(&out->sids, (struct directory_sid){1, 1, 5, {11}});
	return true;
}

static bool descriptor(const struct directory_entry *e, struct directory_sd *sd,
		       struct amt_error *err)
{
	const struct directory_attribute *a = directory_attribute(e, "nTSecurityDescriptor");
	if (!a)
		return amt_fail(err, "nTSecurityDescriptor was not given out");
	return directory_sd_parse(a->values.v[0].data, a->values.v[0].len, sd, err);
}

/* What objects in the container say of who: bad is the first that lacks full control. */
struct below {
	const char *bad, *reason;
	size_t looked, unread;
};

static struct below objects_below(const struct directory_search *s,
				  const struct directory_sids *who)
{
	struct below b = {.reason = ""};

	/* 4: more than the sample that was asked for */
	b.unread = s && s->code > 0 && s->code != 4;
	for (size_t i = 0; s && i < s->entries.n && !b.bad; i++) {
		struct directory_sd c = {0};
		if (!descriptor(&s->entries.v[i], &c, NULL)) {
			b.unread++;
			continue;
		}
		b.looked++;
		if (directory_access(&c, who, DIRECTORY_FULL, NULL, false, NULL) !=
		    DIRECTORY_FULL) {
			b.bad = s->entries.v[i].dn;
			b.reason = c.control & DIRECTORY_SD_PROTECTED ? ", which does not inherit"
								      : "";
		}
		directory_sd_free(&c);
	}
	return b;
}

/* Rights as the security editor of Active Directory calls them ([MS-ADTS] 5.1.3.2 has the bits). */
static const char *rights(struct amt_arena *a, uint32_t mask)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{0x1, "create all child objects"},
		{0x2, "delete all child objects"},
		{0x4, "list contents"},
		{0x8, "all validated writes"},
		{0x10, "read all properties"},
		{0x20, "write all properties"},
		{0x40, "delete subtree"},
		{0x80, "list object"},
		{0x100, "all extended rights"},
		{0x10000, "delete"},
		{0x20000, "read permissions"},
		{0x40000, "modify permissions"},
		{0x80000, "modify owner"},
	};
	const char *out = "";

	if (mask & DIRECTORY_GENERIC_ALL || (mask & DIRECTORY_FULL) == DIRECTORY_FULL)
		return "full control";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (mask & names[i].bit)
			out = amt_arena_printf(a, "%s%s%s", out, *out ? ", " : "", names[i].name);
	return *out ? out : amt_arena_printf(a, "rights 0x%x", mask);
}

static void full_control(const struct directory_facts *f, const char *server,
			 const struct directory_search *s, const struct directory_search *children,
			 struct amt_findings *fs)
{
	struct server who;
	struct directory_sd sd = {0};
	struct amt_error err = {0};
	struct amt_finding *x = NULL;
	long by = -1;

	if (!server_find(f, server, judge_nc(s->about), &who)) {
		x = amt_finding_add(fs, "S1.V07b", AMT_UNKNOWN, server,
				    "No computer account of that name was found.");
	} else if (!descriptor(&s->entries.v[0], &sd, &err)) {
		x = amt_finding_add(fs, "S1.V07b", AMT_UNKNOWN, server,
				    "The permissions of %s could not be read: %s.", s->about,
				    err.text);
	} else {
		uint32_t here = directory_access(&sd, &who.sids, DIRECTORY_FULL, NULL, false, &by);
		uint32_t below = directory_access(&sd, &who.sids, DIRECTORY_FULL, NULL, true, NULL);
		struct below b = objects_below(children, &who.sids);
		if (here != DIRECTORY_FULL)
			x = amt_finding_add(fs, "S1.V07b", who.lacks, server,
					    "It lacks full control of %s (not granted: %s)%s.",
					    s->about, rights(&fs->arena, DIRECTORY_FULL & ~here),
					    who.but);
		else if (below != DIRECTORY_FULL)
			x = amt_finding_add(fs, "S1.V07b", who.lacks, server,
					    "It has full control of %s itself, but objects below "
					    "do not inherit all of it (not inherited: %s)%s.",
					    s->about, rights(&fs->arena, DIRECTORY_FULL & ~below),
					    who.but);
		else if (b.bad)
			x = amt_finding_add(fs, "S1.V07b", who.lacks, server,
					    "It lacks full control of %s%s%s.", b.bad, b.reason,
					    who.but);
		else
			x = amt_finding_add(
				fs, "S1.V07b", b.unread ? AMT_WARN : AMT_PASS, server,
				"It has full control of %s and of the %zu objects looked at in "
				"it%s.",
				s->about, b.looked,
				b.unread ? "; the permissions of others in it could not be read"
					 : "");
		if (by >= 0) {
			char sid[DIRECTORY_SID_TEXT];
			/* NOLINTBEGIN(clang-analyzer-core.NullDereference): by is the index of an
			   entry */
			const struct directory_ace *a = &sd.dacl.v[by];
			amt_finding_evidence(fs, x, s->about, "nTSecurityDescriptor",
					     "entry %ld decides: %s %s (0x%x) %s", by + 1,
					     a->type == DIRECTORY_ACE_DENY ||
							     a->type == DIRECTORY_ACE_OBJECT_DENY
						     ? "denies"
						     : "allows",
					     rights(&fs->arena, a->mask), a->mask,
					     directory_sid_text(&a->sid, sid));
			/* NOLINTEND(clang-analyzer-core.NullDereference) */
		}
		directory_sd_free(&sd);
	}
	judge_seen(fs, x, s);
	judge_seen(fs, x, directory_find(f, "site-server", server, 0));
	amt_vec_free(&who.sids);
}

bool judge_is_container(const struct directory_search *s)
{
	return s->entries.n &&
	       (directory_has(&s->entries.v[0], "objectClass", "organizationalUnit") ||
		directory_has(&s->entries.v[0], "objectClass", "container"));
}

void judge_container(const struct directory_facts *f, const struct directory_options *o,
		     struct amt_findings *fs)
{
	const struct directory_search *s;

	for (size_t n = 0; (s = directory_find(f, "container", NULL, n)); n++) {
		if (judge_unanswered(fs, "S1.V07", s->about, s))
			continue;
		bool is = judge_is_container(s);
		struct amt_finding *x = amt_finding_add(
			fs, "S1.V07",
			is             ? AMT_PASS
			: s->entries.n ? AMT_WARN
				       : AMT_FAIL,
			s->about, "%s",
			is             ? "The container exists."
			: s->entries.n ? "The object exists, but is neither an OU nor a container."
				       : "The container does not exist.");
		judge_seen(fs, x, s);
		for (size_t i = 0; s->entries.n && i < o->site_servers.n; i++)
			full_control(f, o->site_servers.v[i], s,
				     directory_find(f, "container-child", s->about, 0), fs);
	}
}

static void enrollment(const struct directory_facts *f, const char *server,
		       const struct directory_search *s, struct amt_findings *fs)
{
	struct server who;
	struct directory_sd sd = {0};
	struct amt_error err = {0};
	struct amt_finding *x;

	if (!server_find(f, server, NULL, &who)) {
		x = amt_finding_add(fs, "S1.V05", AMT_UNKNOWN, server,
				    "No computer account of that name was found.");
	} else if (!descriptor(&s->entries.v[0], &sd, &err)) {
		x = amt_finding_add(fs, "S1.V05", AMT_UNKNOWN, server,
				    "The permissions of template %s could not be read: %s.",
				    s->about, err.text);
	} else {
		bool read = directory_access(&sd, &who.sids, READ, NULL, false, NULL) == READ;
		bool may = directory_access(&sd, &who.sids, CONTROL_ACCESS, enroll, false, NULL) ==
			   CONTROL_ACCESS;
		x = amt_finding_add(fs, "S1.V05", read && may ? AMT_PASS : who.lacks, server,
				    "It %s read and %s enroll the template %s%s.",
				    read ? "may" : "may not", may ? "may" : "may not", s->about,
				    read && may ? "" : who.but);
		directory_sd_free(&sd);
	}
	judge_seen(fs, x, s);
	amt_vec_free(&who.sids);
}

static void template(const struct directory_facts *f, const struct directory_options *o,
		     const struct directory_search *s, struct amt_findings *fs)
{
	const struct directory_entry *e = &s->entries.v[0];
	int64_t flags = directory_number(e, "msPKI-Enrollment-Flag", 0),
		ra = directory_number(e, "msPKI-RA-Signature", 0);
	int64_t name = directory_number(e, "msPKI-Certificate-Name-Flag", 0),
		version = directory_number(e, "msPKI-Template-Schema-Version", 1),
		bits = directory_number(e, "msPKI-Minimal-Key-Size", 0);
	bool hold = flags & 2,
	     eku = directory_has(e, "pKIExtendedKeyUsage", SERVER_AUTH) ||
		   directory_has(e, "msPKI-Certificate-Application-Policy", SERVER_AUTH);
	bool none = !directory_attribute(e, "pKIExtendedKeyUsage") &&
		    !directory_attribute(e, "msPKI-Certificate-Application-Policy"),
	     any = directory_has(e, "pKIExtendedKeyUsage", ANY_PURPOSE) ||
		   directory_has(e, "msPKI-Certificate-Application-Policy", ANY_PURPOSE);
	struct amt_finding *x;

	x = amt_finding_add(
		fs, "P.02", hold || ra > 0 ? AMT_FAIL : AMT_PASS, s->about, "%s%s%s",
		hold ? "Requests wait for a manager's approval." : "",
		ra > 0 ? " Requests need authorised signatures." : "",
		hold || ra > 0 ? ""
			       : "Requests are issued at once, as far as the template decides.");
	amt_finding_evidence(fs, x, e->dn, "msPKI-Enrollment-Flag", "0x%llx, RA signatures %lld",
			     (unsigned long long)flags, (long long)ra);
	judge_seen(fs, x, s);
	x = amt_finding_add(fs, "S3.C20a",
			    eku           ? AMT_PASS
			    : any || none ? AMT_WARN
					  : AMT_FAIL,
			    s->about, "%s",
			    eku    ? "Server authentication is among the purposes."
			    : any  ? "The template says any purpose instead of naming server "
				     "authentication."
			    : none ? "The template names no purpose at all."
				   : "Server authentication is not among the purposes.");
	judge_seen(fs, x, s);
	x = amt_finding_add(fs, "S3.C20b",
			    !(name & 1)                   ? AMT_FAIL
			    : version >= 3 || bits > 2048 ? AMT_WARN
							  : AMT_PASS,
			    s->about,
			    "The subject is %s the request; the template has version %lld%s.",
			    name & 1 ? "taken from" : "not taken from", (long long)version,
			    bits > 2048 ? " and asks for keys longer than 2048 bits" : "");
	amt_finding_evidence(fs, x, e->dn, "msPKI-Certificate-Name-Flag",
			     "0x%llx, minimal key size %lld", (unsigned long long)name,
			     (long long)bits);
	judge_seen(fs, x, s);
	for (size_t i = 0; i < o->site_servers.n; i++)
		enrollment(f, o->site_servers.v[i], s, fs);
}

void judge_templates(const struct directory_facts *f, const struct directory_options *o,
		     struct amt_findings *fs)
{
	const struct directory_search *s;

	for (size_t n = 0; (s = directory_find(f, "template", NULL, n)); n++) {
		if (judge_unanswered(fs, "S3.C20b", s->about, s))
			continue;
		if (s->entries.n) {
			template(f, o, s, fs);
			continue;
		}
		struct amt_finding *x = amt_finding_add(fs, "S3.C20b", AMT_FAIL, s->about,
							"There is no template of that name.");
		judge_seen(fs, x, s);
	}
}
