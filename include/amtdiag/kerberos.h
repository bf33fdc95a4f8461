/*
 * How big a Kerberos ticket gets, to the byte, and why.
 *
 * The model: [MS-PAC] 2.3-2.14, [MS-RPCE] 2.2.6, RFC 4120, RFC 4121, RFC 4178,
 * RFC 3961/3962/4757/8009, [MS-KILE] 3.2.5.8 and 3.3.5.7.3; handbook kerberos.md
 * section 3. All sizes are bytes, those of base64 and header are characters.
 *
 * A judge here never asks a network. krb_measure() alone talks to a KDC.
 */
#ifndef AMTDIAG_KERBEROS_H
#define AMTDIAG_KERBEROS_H

#include "amtdiag/core.h"
#include "amtdiag/guide.h"
#include "amtdiag/report.h"

#include <jansson.h>

/* Encryption types, RFC 3961 registry numbers. */
enum { AMT_ETYPE_AES128 = 17, AMT_ETYPE_AES256 = 18, AMT_ETYPE_RC4 = 23 };
bool amt_etype_parse(const char *name,
		     int *out); /* rc4 aes128 aes256 aes128-sha2 aes256-sha2, or a number */
const char *amt_etype_name(int etype);

/* Whose SSPI or GSSAPI makes the token. */
enum krb_client { KRB_MIT, KRB_WIN7, KRB_WIN10, KRB_CLIENTS };
bool krb_client_parse(const char *name, enum krb_client *out);
const char *krb_client_name(enum krb_client c);

/* How the KDC lays out what it issues: krb_layouts.def. */
enum krb_layout {
#define AMT_LAYOUT(id, ...) AMT_LAYOUT_##id,
#include "amtdiag/krb_layouts.def"
#undef AMT_LAYOUT
	AMT_LAYOUT_COUNT
};
bool krb_layout_parse(const char *name, enum krb_layout *out);
const char *krb_layout_name(enum krb_layout l);
const char *krb_layout_meaning(enum krb_layout l);

enum krb_scope {
	AMT_SCOPE_GLOBAL,
	AMT_SCOPE_UNIVERSAL,
	AMT_SCOPE_LOCAL,   /* domain-local */
	AMT_SCOPE_BUILTIN, /* S-1-5-32-*: never in a PAC */
	AMT_SCOPES
};
const char *krb_scope_name(enum krb_scope s); /* "global", "universal", "domain-local", "builtin" */

struct krb_indices AMT_VEC(size_t);

struct krb_group {
	const char *sid, *name, *dn; /* dn may be NULL */
	enum krb_scope scope;
	bool security;              /* false: a distribution group, never in a PAC */
	struct krb_indices up;      /* groups it is a member of; cycles are allowed */
	struct amt_strlist history; /* sIDHistory */
};

struct krb_claim {
	const char *id;
	struct amt_strlist values; /* string claims */
};

struct krb_user {
	const char *name; /* sAMAccountName, also the name in the ticket */
	const char *sid, *upn, *display, *script, *profile, *home, *drive, *dn;
	struct krb_indices direct; /* direct memberships, without the primary group */
	struct krb_indices unseen; /* told by tokenGroups alone: they count, the way is not known */
	size_t primary; /* index of the primary group, or SIZE_MAX: one that only counts */
	bool flat;      /* direct holds the whole closure: the paths are not known */
	struct amt_strlist history;
	struct AMT_VEC(struct krb_claim) claims;
	uint32_t uac; /* userAccountControl; 0x100000 NOT_DELEGATED */
	const char
		*unread; /* why groups may be missing; NULL: none are, as far as krb_input says */
};
/* Who was to be sized and could not be. */
struct krb_absent {
	const char *who, *why;
};
#define AMT_UAC_DISABLED      0x2u
#define AMT_UAC_TRUSTED_DELEG 0x80000u
#define AMT_UAC_NOT_DELEGATED 0x100000u
#define AMT_UAC_NO_AUTH_DATA  0x2000000u
/* [MS-KILE] 2.2.7 */
#define AMT_ENC_RC4         0x4u
#define AMT_ENC_AES128      0x8u
#define AMT_ENC_AES256      0x10u
#define AMT_ENC_AES_SK      0x20u
#define AMT_ENC_NO_COMPRESS 0x80000u

/* What the ticket is for, and the domain of user and service. */
struct krb_domain {
	const char *realm;   /* CORP.EXAMPLE.COM */
	const char *dns;     /* corp.example.com */
	const char *netbios; /* CORP */
	const char *sid;     /* S-1-5-21-a-b-c */
	const char *dc;      /* NetBIOS name of the DC that logged on, LogonServer */
};
struct krb_service {
	const char *spn; /* HTTP/pc1.corp.example.com:16993 */
	const char *realm, *domain_sid;
	bool etypes_set;
	uint32_t etypes, uac; /* msDS-SupportedEncryptionTypes, userAccountControl */
	int64_t kvno;
	bool found; /* seen in the directory */
};

/* Everything the size of a ticket follows from. Strings belong to arena. */
struct krb_input {
	struct amt_arena arena;
	struct krb_domain domain;
	struct krb_service service;
	enum krb_layout layout;
	bool layout_given;
	struct AMT_VEC(struct krb_group) groups;
	struct AMT_VEC(struct krb_user) users;
	struct amt_map by_sid; /* SID text to index of groups */
	const char *unread;    /* why groups of all users are missing; NULL: as each user says */
	struct AMT_VEC(struct krb_absent) absent;
};
void krb_input_free(struct krb_input *in);
/* Finds or adds a group by SID; its index. */
size_t krb_group_at(struct krb_input *in, const char *sid);
/* By SID or name, case ignored; SIZE_MAX when there is none. */
size_t krb_group_find(const struct krb_input *in, const char *sid_or_name);
/* Frees the vectors of one user and forgets it; for sweeps that don't keep users. */
void krb_user_clear(struct krb_user *u);
/* docs/krbsize-from.md; the two ends are round-trip tested. */
bool krb_input_parse(const json_t *doc, const char *name, struct krb_input *in,
		     struct amt_notes *notes, struct amt_error *err);
json_t *krb_input_to_json(const struct krb_input *in);
/* S-1-5-21-...: number of sub-authorities (1-15), 0 when it is not a SID. */
unsigned krb_sid_subs(const char *sid);

/* What is asked of the model. Zeroed: MIT client, etypes from the service, no change. */
struct krb_terms {
	enum krb_client client;
	enum krb_layout layout; /* AMT_LAYOUT_COUNT: the input's */
	int etype, skey;        /* 0: what the service's attribute makes the KDC choose */
	bool delegate;          /* the client hands over its TGT */
	bool no_history;
	enum amt_tri compress; /* resource SID compression; MAYBE: by layout and service */
	const struct krb_indices
		*without;               /* these groups are not counted, nor what only they bring */
	const struct krb_indices *with; /* counted as if joined directly */
	const struct krb_indices *as_global;
	size_t more_global, more_local; /* this many new groups on top */
};

struct krb_tally {
	size_t ids, extra, asserted, resource; /* 8, 40, 24 and 8 bytes each */
	size_t global, universal, foreign, local, history, dropped;
	size_t less; /* bytes taken off KERB_VALIDATION_INFO: what if */
};

struct krb_sizes {
	struct krb_tally tally;
	size_t kvi, pac, encpart, ticket, authenticator, ap_req, gss, spnego, base64, header;
	size_t kb2008, kb2012; /* KB327825 for comparison */
	size_t kb;             /* the one that belongs to the layout */
	int etype, skey;
};

/* The groups of a user, transitively, each once; out is cleared first. The work area may be reused.
 */
struct krb_walk {
	uint32_t *seen, stamp;
	size_t n_seen;
	struct krb_indices stack;
};
void krb_walk_free(struct krb_walk *w);
/* skip: bit per direct membership to leave out, NULL for none. */
void krb_closure(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		 const bool *skip, struct krb_walk *w, struct krb_indices *out);
/* Bytes that a group adds to the PAC: 0, 8 or 40 (without the 32 of a first resource group). */
unsigned krb_group_bytes(const struct krb_input *in, const struct krb_user *u,
			 const struct krb_terms *t, size_t group);
void krb_size(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
	      const bool *skip, struct krb_walk *w, struct krb_sizes *out);
/* Only the arithmetic, from a tally that is already known. */
void krb_size_tally(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		    struct krb_sizes *out);
/* What msDS-SupportedEncryptionTypes makes a patched DC choose (handbook 1.3). */
void krb_etypes(const struct krb_service *s, int *ticket, int *session);
/* How many more groups of 8 or 40 bytes until base64 passes limit; capped at 10000. */
size_t krb_room(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		const struct krb_tally *tally, size_t limit, bool local);

/* Smallest set of direct memberships to leave. */
struct krb_advice {
	struct krb_indices leave; /* indices of groups */
	size_t base64;            /* what it comes to */
	size_t dropped;           /* groups that fall away, the left ones included */
	bool possible;            /* false: even leaving all that may be left is not enough */
	bool proven;              /* no smaller set exists */
};
void krb_advise(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		size_t limit, const struct krb_indices *keep, struct krb_advice *out);

/* Limits of the firmware: limits.def, or a file of the same columns. */
enum krb_path { AMT_PATH_HTTP, AMT_PATH_REDIR, KRB_PATHS };
const char *krb_path_name(enum krb_path p); /* "http", "redirection" */
struct krb_limit {
	int from, to; /* major versions, both included */
	enum krb_path path;
	size_t chars; /* 0: not published */
	const char *source, *confidence;
};
size_t krb_limit_count(void);
const struct krb_limit *krb_limit_at(size_t i);
const struct krb_limit *krb_limit_find(int major, enum krb_path p);
/* Limits given on the command line or in a file; they go before the table. */
struct krb_limits {
	struct AMT_VEC(struct krb_limit) list;
	struct amt_arena arena;
};
/* Lines "from<TAB>to<TAB>http|redirection<TAB>characters or -<TAB>source<TAB>confidence"; '#'
 * comments. */
bool krb_limits_read(const char *path, struct krb_limits *out, struct amt_error *err);
void krb_limits_free(struct krb_limits *l);
/* The limit for a firmware, own list first. NULL: nothing is known, not even that it is unknown. */
const struct krb_limit *krb_limit_for(const struct krb_limits *own, int major, enum krb_path p);

/* A real ticket. Everything 0 that could not be had. */
struct krb_measured {
	bool done;
	size_t ticket, ap_req, gss, spnego, base64;
	int etype, skey;
	const char *client, *spn; /* principals, from the arena given */
	bool delegated, ok_as_delegate;
	bool started; /* it begins later than the sign-in: MIT's KDC only then tells when */
	bool renewable;
	amt_time authtime, endtime;
	char error[256]; /* why not, when !done */
};
struct krb_measure_options {
	const char *spn;    /* asked for exactly, port included */
	const char *ccache; /* NULL: the default one */
	const char *keytab; /* with principal: a fresh TGT in a private cache */
	const char *principal;
	const char *password; /* with principal; never copied by us beyond libkrb5 */
	bool delegate, fresh; /* fresh: a private cache, the user's tickets are not looked at */
};
bool krb_measure(const struct krb_measure_options *o, struct amt_arena *arena,
		 struct krb_measured *out, struct amt_error *err);
json_t *krb_measured_to_json(const struct krb_measured *m);
bool krb_measured_from_json(const json_t *j, struct amt_arena *arena, struct krb_measured *out);
/* Why measured is not computed, in words; "" when they agree. Tries layouts, etypes, whole groups.
 */
void krb_explain(const struct krb_input *in, const struct krb_user *u, const struct krb_terms *t,
		 const struct krb_sizes *computed, const struct krb_measured *m,
		 struct amt_buf *out);

/* S5.C10a and S5.C10b for one user. computed may be the measured one's double. Pure. */
struct krb_verdict_in {
	const struct krb_user *user;
	const struct krb_sizes *sizes;
	const struct krb_measured *measured; /* NULL or !done: by the model alone */
	const struct krb_limits *limits;
	const char *spn;
	const char *where;  /* evidence: where the inputs came from */
	const char *unread; /* as in krb_input: a computed size is the least it can be */
};
enum amt_verdict krb_judge_size(size_t base64, const struct krb_limit *l);
void krb_judge_user(const struct krb_verdict_in *in, const struct amt_context *ctx,
		    struct amt_findings *fs);
/* Encryption types and delegation of the AMT object against the firmware. */
void krb_judge_service(const struct krb_service *s, const struct krb_measured *m, const char *where,
		       const struct amt_context *ctx, struct amt_findings *fs);

#endif
