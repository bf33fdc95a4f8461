/* Settings of a DHCP server as its export says them. Private to the readers. */
#ifndef AMTDIAG_NAMES_EXPORT_H
#define AMTDIAG_NAMES_EXPORT_H

#include "amtdiag/names.h"

#define EXPORT_CAP        (64 * AMT_MIB)
#define EXPORT_SCOPES_MAX 20000
#define EXPORT_LIST_MAX   64
#define EXPORT_REMARK_MAX 400

struct export_reading {
	const char *name; /* of the file */
	struct amt_names_facts *f;
	struct amt_notes *notes;
	size_t scopes;
};

/* An empty scope of this export. */
struct amt_dhcp_reply export_scope(struct export_reading *x, uint64_t line);
/* Hands a finished scope to the facts. */
void export_emit(struct export_reading *x, const struct amt_dhcp_reply *scope);
/* A NULL-terminated copy of n words. */
const char *const *export_list(struct export_reading *x, const char *const *words, size_t n);
/* Option 15 as configured. */
void export_domain(struct export_reading *x, struct amt_dhcp_reply *scope, const char *domain);
/* had (NULL: nothing) and text as one remark. It ends at some length: a file may hold any number.
 */
const char *export_also(struct export_reading *x, const char *had, const char *between,
			const char *text);
/* Does the server register names? It says so in its own words. */
void export_dynamic(struct export_reading *x, struct amt_dhcp_reply *scope, bool on,
		    const char *words);

bool export_netsh(struct export_reading *x, char *text, size_t n);
bool export_isc(struct export_reading *x, const char *text, size_t n);
bool export_kea(struct export_reading *x, const char *text, size_t n, struct amt_error *err);

#endif
