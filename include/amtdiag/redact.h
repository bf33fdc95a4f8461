/*
 * Pseudonyms for reports that leave the house. Applied to a whole run just before
 * the writers see it, so that no format can leak what another hides.
 *
 * Values are learnt by type (the keys of facts, the inventory, the profile) and
 * recognised by form (addresses, MACs, UUIDs, SIDs, mail addresses, names below a
 * known domain). The same value always gets the same pseudonym; the map stays with
 * the user and can be used again for the next case.
 */
#ifndef AMTDIAG_REDACT_H
#define AMTDIAG_REDACT_H

#include "amtdiag/report.h"

enum amt_secret {
	AMT_SECRET_HOST,   /* host1 */
	AMT_SECRET_DOMAIN, /* domain-1.example */
	AMT_SECRET_IPV4,   /* 198.18.0.1: the range for benchmarks, RFC 2544 */
	AMT_SECRET_IPV6,   /* 2001:db8::1 */
	AMT_SECRET_MAC,    /* 02:00:00:00:00:01 */
	AMT_SECRET_UUID,   /* 00000000-0000-4000-8000-000000000001 */
	AMT_SECRET_USER,   /* user-1 */
	AMT_SECRET_SID,    /* S-1-5-21-0-0-1-512: what follows the domain stays */
	AMT_SECRET_SERIAL, /* serial-1 */
	AMT_SECRET_OTHER,  /* text-1: names of organisations and the like */
	AMT_SECRETS
};

struct amt_redactor {
	struct amt_arena arena;
	struct amt_map by_value; /* lower-case value -> pseudonym (char *) */
	struct amt_map by_field; /* those that are words of the catalogue: only as a whole field */
	struct amt_map words;    /* of the catalogue */
	struct amt_map phrases;  /* first word -> values of several words (struct amt_strlist *) */
	struct amt_strlist domains; /* known, lower case */
	size_t next[AMT_SECRETS];
};
void amt_redactor_free(struct amt_redactor *r);
/* The pseudonym of a value, made if it is new. NULL for "". */
const char *amt_redact_learn(struct amt_redactor *r, enum amt_secret kind, const char *value);
/* Learns every string of a facts document whose key says what it is. */
void amt_redact_learn_facts(struct amt_redactor *r, const json_t *facts);
/* Replaces all that is known or recognised. */
void amt_redact_text(struct amt_redactor *r, const char *s, size_t n, struct amt_buf *out);
/* A new JSON value with every string replaced. */
json_t *amt_redact_json(struct amt_redactor *r, const json_t *j);
/* Findings, notes, sections, headline and facts of a run, in place. */
void amt_redact_run(struct amt_redactor *r, struct amt_run *run);
/* The private map: "kind<TAB>value<TAB>pseudonym" lines; read back, it goes on counting. */
bool amt_redact_save(const struct amt_redactor *r, const char *path, struct amt_error *err);
bool amt_redact_load(struct amt_redactor *r, const char *path, struct amt_error *err);

#endif
