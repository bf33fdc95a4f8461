/* Kea's configuration in three steps: its text as plain JSON, the options of a level, the scopes.
 * Private to the readers of exports. */
#ifndef AMTDIAG_NAMES_EXPORT_KEA_H
#define AMTDIAG_NAMES_EXPORT_KEA_H

#include "names/export.h"

#define KEA_CLASSES     256 /* with options of ours, that are looked at; names of one list too */
#define KEA_CLASS_LISTS 4   /* shared network, subnet, pool, reservation */

struct kea {
	struct export_reading *x;
	bool v6;
	struct kea_class {
		const char *name, *dns, *domain; /* what members get; NULL: nothing is said */
		bool on_demand;                  /* looked at where a scope names it only */
	} classes[KEA_CLASSES];
	size_t n_classes;
	const char *includes; /* what was included and may hold options; NULL */
	bool updates_sent;    /* dhcp-ddns.enable-updates */
};

/* What holds at one level: outer ones are copied into inner ones. */
struct kea_level {
	struct amt_dhcp_reply r;
	/* Set at a level that is more than a class's; taken away wherever "never-send" is said. */
	bool own_dns, own_domain, never_dns, never_domain;
	const json_t
		*evaluated[KEA_CLASS_LISTS]; /* classes that are looked at for this scope only */
	size_t n_evaluated;
};

/* Remarks and includes become blanks, commas at ends of lists (which Kea lets pass) too. Says in
 * notes which files were not read; returns their names when they may hold options, else NULL. */
const char *kea_plain_json(struct export_reading *x, char *text, size_t n);
/* Takes the options of one object: the whole server (not "own"), a network, a subnet, a pool, a
 * reservation. */
void kea_options(struct kea *k, const json_t *o, struct kea_level *l, bool own);
/* Takes the classes that say anything about our options. */
void kea_classes(struct kea *k, const json_t *list);
/* Only for members of classes? Kea's own classes that all or any reserved ones are in don't count.
 */
void kea_restrict(struct kea *k, const json_t *o, struct kea_level *l);
/* Hands over the scope, with what classes and includes leave open. */
void kea_emit(struct kea *k, struct kea_level l);
/* Does the object have DNS servers or domain of its own? */
bool kea_has_options(const struct kea *k, const json_t *o);

#endif
