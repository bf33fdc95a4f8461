/*
 * What Active Directory holds about AMT: domain, container, AMT objects, rights,
 * templates, users and groups.
 *
 * Facts are searches: who was asked, with which base, scope, filter and
 * attributes, and the entries that came back. So every verdict can show the
 * question, and an engineer can repeat it with ldapsearch. directory_collect()
 * alone talks to a server; the judges are pure.
 * Sources: handbook configmgr.md 2-5, kerberos.md 4; [MS-ADTS], [MS-DTYP].
 */
#ifndef AMTDIAG_DIRECTORY_H
#define AMTDIAG_DIRECTORY_H

#include "amtdiag/core.h"
#include "amtdiag/guide.h"
#include "amtdiag/report.h"

#include <jansson.h>

/* A SID, [MS-DTYP] 2.4.2.2: at most 15 sub-authorities. */
struct directory_sid {
	uint8_t revision, count;
	uint64_t authority; /* 48 bits */
	uint32_t sub[15];
};
#define DIRECTORY_SID_TEXT 192
/* A SID at the start of n bytes; false when it is malformed. used (may be NULL): its length. */
bool directory_sid_parse(const void *p, size_t n, struct directory_sid *out, size_t *used);
bool directory_sid_from_text(const char *s, struct directory_sid *out);
char *directory_sid_text(const struct directory_sid *s, char out[DIRECTORY_SID_TEXT]);
bool directory_sid_equal(const struct directory_sid *a, const struct directory_sid *b);

/* An access control entry of a DACL, [MS-DTYP] 2.4.4. */
enum {
	DIRECTORY_ACE_ALLOW = 0,
	DIRECTORY_ACE_DENY = 1,
	DIRECTORY_ACE_OBJECT_ALLOW = 5,
	DIRECTORY_ACE_OBJECT_DENY = 6
};
struct directory_ace {
	uint8_t type, flags; /* type: one of these */
	uint32_t mask;
	bool has_object, has_inherited;
	uint8_t object[16], inherited[16]; /* GUIDs as they stand: mixed byte order */
	struct directory_sid sid;
};
#define DIRECTORY_ACE_OBJECT_INHERIT    0x01
#define DIRECTORY_ACE_CONTAINER_INHERIT 0x02
#define DIRECTORY_ACE_NO_PROPAGATE      0x04
#define DIRECTORY_ACE_INHERIT_ONLY      0x08
#define DIRECTORY_ACE_INHERITED         0x10
struct directory_sd {
	uint16_t control;
	bool has_dacl; /* false: a NULL DACL, everybody may do everything */
	struct AMT_VEC(struct directory_ace) dacl;
	size_t skipped; /* entries of kinds that neither allow nor deny */
};
#define DIRECTORY_SD_PROTECTED 0x1000
#define DIRECTORY_FULL         0x000F01FFu
#define DIRECTORY_GENERIC_ALL  0x10000000u
/* A self-relative security descriptor, [MS-DTYP] 2.4.6. Every offset is checked. */
bool directory_sd_parse(const void *p, size_t n, struct directory_sd *out, struct amt_error *err);
void directory_sd_free(struct directory_sd *sd);
struct directory_sids AMT_VEC(struct directory_sid);
/*
 * Which bits of want a holder of these SIDs gets, entries in their order, deny
 * before a later allow. object (may be NULL): the GUID of an extended right or of
 * an object class; entries for other ones are left out. below: rights as a child
 * container would inherit them. The deciding entry: *by, -1 for none.
 */
uint32_t directory_access(const struct directory_sd *sd, const struct directory_sids *who,
			  uint32_t want, const uint8_t object[16], bool below, long *by);

struct directory_value {
	const uint8_t *data; /* NUL after len */
	size_t len;
};
struct directory_attribute {
	const char *name;
	struct AMT_VEC(struct directory_value) values;
};
struct directory_entry {
	const char *dn;
	struct AMT_VEC(struct directory_attribute) attributes;
};
enum directory_scope { DIRECTORY_BASE, DIRECTORY_ONE, DIRECTORY_SUB };
struct directory_search {
	const char *purpose, *about;                     /* "spn", "HTTP/pc1:16993" */
	const char *server, *base, *filter, *attributes; /* attributes separated by blanks */
	enum directory_scope scope;
	int code;          /* LDAP result; 0 success, 32 no such object; -1 never asked */
	const char *error; /* in words; NULL when code is 0 */
	bool cut;          /* there was more than was kept */
	struct AMT_VEC(struct directory_entry) entries;
};
struct directory_facts {
	struct amt_arena arena;
	struct AMT_VEC(struct directory_search *) searches;
	const char *server; /* host asked */
	amt_time asked_at;  /* our clock when rootDSE was read */
	struct {
		const char *server; /* NULL: not asked */
		bool done;
		amt_time offset; /* our clock minus the server's */
		const char *error;
	} ntp;
};
void directory_facts_free(struct directory_facts *f);
json_t *directory_to_json(const struct directory_facts *f);
bool directory_from_json(const json_t *j, struct directory_facts *f, struct amt_error *err);

/* The nth search of a purpose; about NULL: any. */
const struct directory_search *directory_find(const struct directory_facts *f, const char *purpose,
					      const char *about, size_t nth);
const struct directory_attribute *directory_attribute(const struct directory_entry *e,
						      const char *name);
/* First value as text, NULL when there is none. */
const char *directory_text(const struct directory_entry *e, const char *name);
/* Values that are DNs of other objects: a reference that AD itself does not keep on every object.
 */
bool directory_is_link(const struct directory_attribute *a);
/* "20260101120000.0Z"; NONE when it is none */
amt_time directory_time(const char *generalized);
int64_t directory_number(const struct directory_entry *e, const char *name, int64_t otherwise);
bool directory_has(const struct directory_entry *e, const char *name,
		   const char *value); /* case ignored */

/* When a client's controller memory was updated, from a log: for the date of its object. */
struct directory_update {
	const char *fqdn;
	amt_time at;
};
struct directory_options {
	const char *server;  /* ldap://dc1.example.com, ldaps://..., or a host; NULL: by domain */
	const char *domain;  /* example.com: DCs by SRV */
	const char *bind_dn; /* simple bind, only over TLS; NULL: GSSAPI sign and seal */
	const char *password;
	const char *ca_file;
	bool starttls;
	double timeout; /* seconds a search */
	unsigned qps;   /* searches a second, 0 no limit */
	size_t max_entries;
	const struct amt_progress *progress;

	/* what to look at; each may be empty */
	const char *container; /* of AMT objects: a DN, or what stands before ",DC=" in one */
	struct amt_strlist site_servers; /* computer names */
	struct amt_strlist clients;      /* FQDNs */
	struct amt_strlist templates;    /* cn of certificate templates */
	struct amt_strlist users;        /* logon names, UPNs or DNs */
	struct amt_strlist members_of;   /* groups by name or DN */
	const char *users_below;         /* DN */
	const char *spn;                 /* the service that tickets are for */
	struct amt_strlist removed;      /* FQDNs or DNs of clients that were un-provisioned */
	struct amt_strlist domains;   /* DNS names that need the container; empty: the forest's */
	struct amt_strlist operators; /* who uses AMT: logon names, UPNs or DNs */
	struct amt_strlist acl;       /* AMT user accounts: groups or users, DOMAIN\name too */
	struct amt_strlist radius;    /* groups for 802.1X and wireless */
	bool groups;                  /* read all groups of the domain once */
	unsigned verify;              /* so many users' tokenGroups are read to check the closure */
	bool every_dc;                /* ask every DC for the AMT objects */
	bool forest; /* the clients' place in the forest: its domains, its trees, its schema */
	bool sntp;   /* ask the first server for its clock by SNTP, too */
	bool pki;    /* enrollment services, NTAuth, AIA, CDP */
	struct AMT_VEC(struct directory_update) updates;
};
/* KB955355 and KB957183: longer names crash or are refused by SP1 alone. */
#define DIRECTORY_LONG_DN    100
#define DIRECTORY_LONG_GROUP 20
/* False only when no server could be bound to; what failed later stands in the searches. */
bool directory_collect(const struct directory_options *o, struct directory_facts *f,
		       struct amt_notes *notes, struct amt_error *err);
/* Connects and signs in, once, and leaves again: whether the credentials work. A directory that
 * counts wrong passwords counts one at most. */
bool directory_try(const struct directory_options *o, struct amt_error *err);
/* The ad and ca rows of the catalogue. Pure. */
void directory_judge(const struct directory_facts *f, const struct directory_options *o,
		     const struct amt_context *ctx, struct amt_findings *fs);
/* What the facts prove about the site: domains, controllers, long names. Only what was not known.
 */
void directory_traits(const struct directory_facts *f, const struct directory_options *o,
		      struct amt_context *ctx);
/* "DC=corp,DC=example,DC=com" as "corp.example.com", from the arena. */
const char *directory_dns_of(const char *dn, struct amt_arena *a);
/* SRV records of a name, best first: "host:port" strings into the arena. */
bool directory_srv(const char *name, struct amt_arena *a, struct amt_strlist *out,
		   struct amt_error *err);

/*
 * SNTP (RFC 4330): our clock minus the server's. The answer of 48 bytes to a request whose
 * transmit time was cookie, sent at sent and received at got.
 */
bool directory_sntp_parse(const void *p, size_t n, uint64_t cookie, amt_time sent, amt_time got,
			  amt_time *offset, struct amt_error *err);
/* Asks once, waits so many seconds. */
bool directory_sntp(const char *host, const char *service, double timeout, amt_time *offset,
		    struct amt_error *err);

#endif
