/* What the judges of this room share. */
#ifndef AMTDIAG_DIRECTORY_JUDGE_H
#define AMTDIAG_DIRECTORY_JUDGE_H

#include "amtdiag/directory.h"

/* The question as evidence, so that it can be repeated with ldapsearch. */
void judge_seen(struct amt_findings *fs, struct amt_finding *f, const struct directory_search *s);
/* An unanswered search becomes an unknown finding; true when it did. */
bool judge_unanswered(struct amt_findings *fs, const char *id, const char *subject,
		      const struct directory_search *s);
/* The naming context of a DN: from its first "DC=" on. */
const char *judge_nc(const char *dn);
/* The crossRef of a naming context or of a DNS name; NULL when the forest has no such domain. */
const struct directory_entry *judge_crossref(const struct directory_facts *f, const char *nc,
					     const char *dns);
/* Characters of a name as the console counts them: UTF-16 units, not bytes of UTF-8. */
size_t judge_chars(const char *s);
enum { DISABLED = 2 }; /* userAccountControl */
/* accountExpires counts 100 ns from 1601; 0 and the greatest value mean never. */
bool judge_expired(const struct directory_entry *e, amt_time now);
bool judge_is_container(const struct directory_search *s);
/* A class that another AMT console brings, not one that every AD has (intellimirrorSCP). */
bool judge_console_class(const char *ldap_display_name);
/* Some other judge has already said something about this row. */
bool judge_told(const struct amt_findings *fs, const char *id);
void judge_container(const struct directory_facts *f, const struct directory_options *o,
		     struct amt_findings *fs);
void judge_templates(const struct directory_facts *f, const struct directory_options *o,
		     struct amt_findings *fs);
void judge_clients(const struct directory_facts *f, const struct directory_options *o,
		   const struct amt_context *ctx, struct amt_findings *fs);
void judge_forest(const struct directory_facts *f, const struct directory_options *o,
		  struct amt_findings *fs);
void judge_ca(const struct directory_facts *f, const struct directory_options *o,
	      const struct amt_context *ctx, struct amt_findings *fs);
void judge_link(const struct directory_facts *f, const struct directory_options *o,
		const char *fqdn, struct amt_findings *fs);
void judge_replicas(const struct directory_facts *f, const char *fqdn, struct amt_findings *fs);
void judge_removed(const struct directory_facts *f, struct amt_findings *fs);
void judge_access(const struct directory_facts *f, const struct directory_options *o,
		  const struct amt_context *ctx, struct amt_findings *fs);

#endif
