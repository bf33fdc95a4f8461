/* What is meant when signing in to a directory fails. */
#ifndef AMTDIAG_DIRECTORY_LOGON_H
#define AMTDIAG_DIRECTORY_LOGON_H

/* diagnostic: the server's or the library's own text, may be NULL. NULL: it tells no reason that is
 * known. */
const char *directory_logon_reason(const char *diagnostic);

#endif
