/*
 * What Windows servers export to files: hot fixes, programs, services, drivers,
 * registry keys, lists of ConfigMgr, permissions of the CA. docs/evidence.md
 * tells the command that makes each file.
 *
 *   exports_collect()   reads files and recognises each by its content
 *   exports_traits()    what they tell about the site (sp1, ws2003, ...)
 *   exports_judge()     verdicts, pure
 *
 * Facts are small records of one shape, each with the file and line it stood in, so
 * that a new kind of export adds rows to tables and no code to what carries them.
 */
#ifndef AMTDIAG_EXPORTS_H
#define AMTDIAG_EXPORTS_H

#include "amtdiag/core.h"
#include "amtdiag/guide.h"
#include "amtdiag/report.h"

enum exports_kind {
#define EXPORTS_KIND(id, name, title) EXPORTS_##id##_FILE,
#include "amtdiag/exports_kinds.def"
#undef EXPORTS_KIND
	EXPORTS_KINDS
};
const char *exports_kind_name(enum exports_kind k);  /* "hotfixes" */
const char *exports_kind_title(enum exports_kind k); /* "hot fix list (QFE)" */

enum exports_what {
#define EXPORTS_FACT(id, name, fields, meaning) EXPORTS_##id,
#include "amtdiag/exports_facts.def"
#undef EXPORTS_FACT
	EXPORTS_WHATS
};
const char *exports_what_name(enum exports_what w);

#define EXPORTS_FIELDS 7
/* Places in exports_fact.field. */
enum { EXPORTS_OS_VERSION, EXPORTS_OS_SP };
enum { EXPORTS_HOTFIX_TITLE, EXPORTS_HOTFIX_LIST }; /* list: "qfe", "programs" */
enum { EXPORTS_PROGRAM_VERSION, EXPORTS_PROGRAM_PUBLISHER };
enum { EXPORTS_STATE, EXPORTS_TITLE }; /* state: "running", "stopped", "on", "off" or "" */
enum { EXPORTS_VALUE_NAME, EXPORTS_VALUE_DATA };
enum { EXPORTS_SITE_VERSION, EXPORTS_SITE_SERVER, EXPORTS_SITE_PARENT };
enum {
	EXPORTS_CLIENT_RESOURCE,
	EXPORTS_CLIENT_UUID,
	EXPORTS_CLIENT_AGENT, /* "yes", "no" or "" */
	EXPORTS_CLIENT_AGENT_VERSION,
	EXPORTS_CLIENT_SITES,
	EXPORTS_CLIENT_STATUS, /* "0" to "4", "" when ConfigMgr knows none */
	EXPORTS_CLIENT_FIRMWARE
};
enum {
	EXPORTS_CERT_THUMBPRINT,
	EXPORTS_CERT_ENDS, /* RFC 3339, "" when not understood */
	EXPORTS_CERT_STATUS,
	EXPORTS_CERT_TYPE,
	EXPORTS_CERT_ISSUER
};
enum { EXPORTS_STORE }; /* "root" or "intermediate" */
enum { EXPORTS_IMPORT_FQDN, EXPORTS_IMPORT_UUID, EXPORTS_IMPORT_MAC };
enum { EXPORTS_COLLECTION_AUTOMATIC }; /* "yes" or "no" */
enum { EXPORTS_SETTING_TEXT };
enum { EXPORTS_RIGHT_RIGHTS }; /* "manage-certificates" and others, with commas */
enum { EXPORTS_PREREQ_RESULT };

struct exports_fact {
	enum exports_what what;
	const char *computer; /* that the export is about; "" when not told */
	const char *name;
	const char *field[EXPORTS_FIELDS]; /* never NULL */
	uint32_t file;                     /* index in files */
	uint64_t line;
};

struct exports_file {
	const char *path;
	const char *computer; /* "" when neither content nor file name tells */
	const char *charset;  /* as it was read: "UTF-8", "UTF-16LE", "windows-1252" */
	enum exports_kind kind;
	uint64_t lines;
};

/* Who is who: from the site profile and the inventory, to be set by the caller. Short names or
 * FQDNs; case ignored. */
struct exports_roles {
	struct amt_strlist servers;              /* site servers and service points */
	struct amt_strlist consoles;             /* computers with console or browser */
	struct amt_strlist suffixes;             /* DNS suffixes of the clients */
	struct amt_strlist clients;              /* of the inventory; empty: everybody counts */
	struct amt_strlist in_band, out_of_band; /* those whose method is known */
};

struct exports_facts {
	struct amt_arena arena;
	struct AMT_VEC(struct exports_file) files;
	struct AMT_VEC(struct exports_fact) facts;
	struct exports_roles roles; /* strings live in the arena */
	uint64_t dropped;           /* facts over AMT_CAP_EXPORTS_FACTS */
};

/*
 * Reads the files. One that can't be read or is not recognised is a note; the rest is
 * read. UTF-8, UTF-16 with or without mark, else Windows code page 1252. A file belongs to
 * the computer that its content names, else to the one in its file name:
 * COMPUTER.what.ext, as %COMPUTERNAME%.qfe.csv makes it.
 */
void exports_collect(const struct amt_strlist *paths, struct exports_facts *f,
		     struct amt_notes *notes);
/* One file's content, which is changed and wiped. False when it was not recognised (a note). */
bool exports_parse(struct exports_facts *f, char *bytes, size_t len, const char *path,
		   struct amt_notes *notes);
void exports_facts_free(struct exports_facts *f);
/* Copies a name into one of the lists of roles. */
void exports_role_add(struct exports_facts *f, struct amt_strlist *list, const char *name);

/* Sets those traits that the context does not know yet and that the exports prove. */
void exports_traits(const struct exports_facts *f, struct amt_context *ctx);
void exports_judge(const struct exports_facts *f, const struct amt_context *ctx,
		   struct amt_findings *fs);
/* The same; of a fleet part takes the findings over, some thousand at a time, and leaves fs empty.
 * removed: names of clients that were un-provisioned since, so that no status of theirs is missing.
 */
void exports_judge_parts(const struct exports_facts *f, const struct amt_context *ctx,
			 const struct amt_strlist *removed, struct amt_findings *fs,
			 void (*part)(struct amt_findings *fs));

/* Members of the object that is open: a fleet's facts need the memory of one. */
void exports_write(const struct exports_facts *f, struct amt_json_out *o);
json_t *exports_to_json(const struct exports_facts *f);
bool exports_from_json(const json_t *j, struct exports_facts *f, struct amt_error *err);

#endif
