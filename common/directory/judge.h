/* What the judges of this room share. */
#ifndef AMTDIAG_DIRECTORY_JUDGE_H
#define AMTDIAG_DIRECTORY_JUDGE_H

#include "amtdiag/directory.h"

/* The question as evidence, so that it can be repeated with ldapsearch. */
void judge_seen(struct amt_findings *fs, struct amt_finding *f, const struct directory_search *s);
/* An unanswered search becomes an unknown finding; true when it did. */
bool judge_unanswered(struct amt_findings *fs, const char *id, const char *subject,
		      const struct directory_search *s);
void judge_container(const struct directory_facts *f, const struct directory_options *o,
		     struct amt_findings *fs);
void judge_templates(const struct directory_facts *f, const struct directory_options *o,
		     struct amt_findings *fs);
void judge_clients(const struct directory_facts *f, const struct directory_options *o,
		   struct amt_findings *fs);

#endif
