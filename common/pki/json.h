/* One table of fields a struct, walked in both directions: writing and reading can't drift apart.
 */
#ifndef AMTDIAG_PKI_JSON_H
#define AMTDIAG_PKI_JSON_H

#include "pki/private.h"

enum field_kind { F_STR, F_LIST, F_BOOL, F_INT, F_UINT, F_U32, F_SIZE, F_TIME, F_REAL };
struct field {
	const char *key;
	enum field_kind kind;
	size_t at;
};
struct fields {
	const struct field *v;
	size_t n;
};
extern const struct fields pki_cert_fields, pki_path_fields, pki_chain_fields, pki_source_fields,
	pki_fetch_fields, pki_asked_fields, pki_list_fields;

void pki_fields_write(const struct fields *t, const void *from, json_t *to);
void pki_fields_read(const struct fields *t, const json_t *from, void *to, struct amt_arena *a);
extern const char *const pki_link_names[3];
extern const char *const pki_rev_names[3];

#endif
