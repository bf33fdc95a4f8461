/* What the files that ask questions share. Private to the room. */
#ifndef AMTDIAG_DIRECTORY_COLLECT_H
#define AMTDIAG_DIRECTORY_COLLECT_H

#include "directory/ldap.h"

/* A domain of the forest other than the first server's. */
struct other_domain {
	const char *dns, *nc;
	struct directory_link link; /* ld is NULL when no controller could be had */
};
struct job {
	struct directory_link here, gc;
	const struct directory_options *o;
	struct directory_facts *f;
	struct amt_notes *notes;
	const char *nc, *config, *schema, *dns; /* dns: of nc */
	struct AMT_VEC(struct other_domain *) others;
};

struct directory_search *job_ask(struct directory_link *l, const char *purpose, const char *about,
				 const char *base, enum directory_scope scope, const char *filter,
				 const char *attributes);
/* The global catalog when there is one, and the base that means "all of it". */
struct directory_link *job_forest(struct job *j);
const char *job_forest_base(const struct job *j);
/* A link to a domain by its naming context: the first server's or another one's, made once. */
struct directory_link *job_domain(struct job *j, const char *nc);
/* The naming context that a DN lies in: from its first "DC=" on. */
const char *job_nc_of(const char *dn);
/* The configured path of the AMT container in that domain. */
const char *job_container(const struct job *j, const char *nc);
/* "host:port" of SRV as a URI with the same protection as the first connection. */
const char *job_uri(struct job *j, const char *host_port);

void collect_container(struct job *j);
void collect_clients(struct job *j);
void collect_forest(struct job *j);
void collect_access(struct job *j);
void collect_pki(struct job *j);
void collect_every_dc(struct job *j);

#endif
