/*
 * The site: its profile (INI), its clients (CSV) and the answers that only a
 * person can give. Reads files; knows no tool and no protocol.
 */
#ifndef AMTDIAG_SITE_H
#define AMTDIAG_SITE_H

#include "amtdiag/core.h"
#include "amtdiag/guide.h"
#include "amtdiag/report.h"

enum site_type {
	SITE_TEXT,  /* const char * */
	SITE_LIST,  /* struct amt_strlist: commas, or the key again, or indented lines */
	SITE_FILE,  /* a path, relative to the profile's folder */
	SITE_FILES, /* a list of them; '*' and '?' in the last part are expanded */
	SITE_UINT,  /* unsigned */
	SITE_YESNO, /* enum amt_tri */
};

struct site_profile {
	struct amt_arena arena;
	const char *path;
#define SITE_KEY(section, key, type, ctype, field, sample, doc) ctype field;
#include "amtdiag/site_keys.def"
#undef SITE_KEY
	enum amt_tri trait[AMT_TRAIT_COUNT]; /* section [traits] */
	size_t mistakes;                     /* lines that were not understood; each is a note */
};

/*
 * Reads a profile. Unknown sections and keys and bad values become notes that
 * name file and line, and the rest is read. False when the file can't be read.
 */
bool site_profile_load(struct site_profile *p, const char *path, struct amt_notes *notes,
		       struct amt_error *err);
/* The files that the profile names; the texts stay the profile's. */
void site_profile_files(const struct site_profile *p, struct amt_strlist *out);
void site_profile_free(struct site_profile *p);
/* A commented profile with every key, for 'amt-stage --init' and the manual. */
void site_profile_sample(struct amt_buf *out);
/* Copies the traits that the profile knows into a context. */
void site_profile_traits(const struct site_profile *p, struct amt_context *ctx);

struct site_client {
	const char *name;     /* short computer name; never NULL, may be "" */
	const char *fqdn;     /* "" when the file has none */
	const char *uuid;     /* as written, upper case; "" when none */
	const char *mac;      /* aa:bb:cc:dd:ee:ff; "" when none */
	const char *address;  /* "" when none */
	const char *firmware; /* "" when none; checked with amt_fw_parse */
	const char *method;   /* "in-band", "out-of-band" or "" */
	const char *suffix;   /* DNS suffix by DHCP option 15 or MEBx; "" when none */
	const char *notes;
	const char *wireless; /* its wireless address; "" when none */
	uint64_t line;
};

struct site_inventory {
	struct amt_arena arena;
	struct AMT_VEC(struct site_client) clients;
	struct amt_map by_key; /* lower-case FQDN, name and UUID -> index */
	size_t rejected;       /* rows that were not usable; each is a note */
	bool import_format;    /* the ConfigMgr import file: its password columns were never kept */
};

/*
 * A client list: CSV with a header (name, fqdn, uuid, mac, address, firmware,
 * method, suffix, wireless, notes in any order; others are ignored), or the import file
 * of ConfigMgr 2007 (name,FQDN,SMBIOS GUID[,MAC[,passwords]], no header:
 * configmgr.md, import), whose password columns are overwritten while reading.
 * RFC 4180 quoting, UTF-8 or UTF-16 with BOM, separated by ',' ';' or tab.
 * Bad rows are notes with their line and the rest is read; of a row with a cell that is no UUID,
 * MAC or version only that cell is left out.
 */
bool site_inventory_load(struct site_inventory *inv, const char *path, struct amt_notes *notes,
			 struct amt_error *err);
bool site_inventory_parse(struct site_inventory *inv, char *text, size_t len, const char *name,
			  struct amt_notes *notes);
void site_inventory_free(struct site_inventory *inv);
/* Adds a client; its strings must live as long as the inventory. */
void site_inventory_add(struct site_inventory *inv, const struct site_client *c);
/* By FQDN, name or UUID, case ignored; the first that has it, NULL if none. */
const struct site_client *site_inventory_find(const struct site_inventory *inv, const char *key);

/* Puts stars over what looks like a password in n bytes of text, UTF-16 too: KEY = VALUE, JSON,
 * XML, "the password is ...". How many there were. */
size_t site_mask(char *text, size_t n);

/* CSV, record by record, in place: fields are NUL-terminated inside text. */
struct site_csv {
	char *p, *end;
	char separator; /* ',' ';' '\t'; 0: guessed from the first line */
	uint64_t line;  /* line of the record returned last */
	uint64_t next_line;
	bool bad_quote; /* the record has a quote that never closes, or text after one */
};
void site_csv_init(struct site_csv *c, char *text, size_t len);
/* Fields of the next record into v (at most max are stored). Count of fields, 0 at the end. */
size_t site_csv_next(struct site_csv *c, char **v, size_t max);

struct site_answer {
	const char *id, *subject; /* subject "" = the whole site */
	enum amt_tri answer;
	const char *note, *by, *date; /* "" when not given */
	int line;
};

struct site_answers {
	struct amt_arena arena;
	struct AMT_VEC(struct site_answer) list;
	size_t mistakes;
};

/*
 * Answers (INI): a section a check, "[S1.V01]" or "[S2.C10 pc1.contoso.com]",
 * with answer = yes|no|unknown, note, by, date. Unknown ids are notes.
 */
bool site_answers_load(struct site_answers *a, const char *path, struct amt_notes *notes,
		       struct amt_error *err);
void site_answers_free(struct site_answers *a);
/* The subject's own answer, else the site's; NULL if none. */
const struct site_answer *site_answer_find(const struct site_answers *a, const char *id,
					   const char *subject);
/* Adds or replaces. Strings are copied. */
void site_answer_set(struct site_answers *a, const char *id, const char *subject,
		     enum amt_tri answer, const char *note);
/* The whole file, atomically. */
bool site_answers_save(const struct site_answers *a, const char *path, struct amt_error *err);

/* A failure that is known and answered for: demoted to a warning, never hidden. */
struct site_waiver {
	const char *id, *subject; /* subject "" = any; '*' and '?' match */
	const char *owner, *reason;
	amt_time expires;
	int line;
};
struct site_waivers {
	struct amt_arena arena;
	struct AMT_VEC(struct site_waiver) list;
};
/* INI: "[S3.C14]" or "[S2.C10 pc*.contoso.com]" with owner, reason and expires, all needed. */
bool site_waivers_load(struct site_waivers *w, const char *path, struct amt_notes *notes,
		       struct amt_error *err);
void site_waivers_free(struct site_waivers *w);
/* Failures that a complete waiver names become warnings that say by whom, why and until when. */
void site_waivers_apply(const struct site_waivers *w, amt_time now, struct amt_findings *fs);

#endif
