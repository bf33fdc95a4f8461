/* The many forms in which one secret value is written. */
#ifndef REPORT_REDACT_FORMS_H
#define REPORT_REDACT_FORMS_H

#include "amtdiag/redact.h"

#define REDACT_VALUE_MAX 512

extern const char *const redact_kind_names[AMT_SECRETS];

/* By exactly these characters, case ignored; NULL: not known. */
const char *redact_known(const struct amt_redactor *r, const char *s, size_t n);
/* The same of a field whose kind is known: also words of the dictionary. */
const char *redact_known_field(const struct amt_redactor *r, const char *s, size_t n);
const char *redact_remember(struct amt_redactor *r, const char *s, size_t n, const char *pseudonym);
/* A word of the catalogue: never replaced in running text, whatever is named so. */
bool redact_is_word(struct amt_redactor *r, const char *s, size_t n);
/* The next free pseudonym of a kind. */
const char *redact_make(struct amt_redactor *r, enum amt_secret kind);

/* Addresses, MACs, UUIDs and SIDs by how they look, in any notation. NULL: none of these. */
const char *redact_by_form(struct amt_redactor *r, const char *s, size_t n);
/* After a MAC, UUID or address got its pseudonym: its other notations. */
void redact_learn_forms(struct amt_redactor *r, enum amt_secret kind, const char *value,
			const char *pseudonym);
/* The longest phrase (a value of several words) that begins here: its length, or 0. */
size_t redact_phrase(const struct amt_redactor *r, const char *s, size_t n, const char **pseudonym);
/* Accounts and containers that are the same everywhere. */
bool redact_well_known(const char *s);
/* CN, OU and DC of a distinguished name. */
void redact_learn_dn(struct amt_redactor *r, const char *dn);
/* "base64:..." and long runs of hex digits: what they hold is replaced in place. False: s holds
 * none of these. */
bool redact_blob(struct amt_redactor *r, const char *s, size_t n, struct amt_buf *out);

#endif
