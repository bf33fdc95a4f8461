/* One connection to a directory server. Private to the room. */
#ifndef AMTDIAG_DIRECTORY_LDAP_H
#define AMTDIAG_DIRECTORY_LDAP_H

#include "amtdiag/directory.h"

#include "directory/guard.h"

/* An attribute that came in part: "member;range=0-1499". */
struct directory_range {
	size_t entry;
	const char *name;
};
struct directory_link {
	LDAP *ld;
	struct directory_guard *guard;
	const char *uri;
	const struct directory_options *o;
	struct directory_facts *f;
	amt_time last;   /* when the last search was sent, for qps */
	bool anonymous;  /* no bind: nobody learns who asks, and no password goes there */
	const char *why; /* it could not be opened, or is not to be used any more */
	unsigned silent; /* searches in a row that no answer came to in time */
	struct AMT_VEC(struct directory_range) ranges; /* of the search under way */
};
/* Connects and binds. uri is kept. */
bool link_open(struct directory_link *l, const char *uri, struct amt_error *err);
void link_close(struct directory_link *l);
/* What is asked. Of nTSecurityDescriptor only the DACL is wanted. */
struct question {
	const char *purpose, *about, *base, *filter;
	enum directory_scope scope;
	const char *attributes; /* separated by blanks */
	size_t max;             /* entries; 0: what the options say */
	bool bulk;              /* all users or groups: may fill what a run keeps */
};
/* Pages, follows ranges, reconnects once; always a record in the facts, also of a failure. */
struct directory_search *link_search(struct directory_link *l, const struct question *q);
/* A value in a filter: RFC 4515 escapes. */
void filter_escape(struct amt_buf *out, const void *p, size_t n);
const char *filter_text(struct amt_arena *a, const char *fmt, const char *value);

#endif
