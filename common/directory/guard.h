/* Ends what libldap waits for without end. Private to the room. */
#ifndef AMTDIAG_DIRECTORY_GUARD_H
#define AMTDIAG_DIRECTORY_GUARD_H

#include "late_ldap.h"

struct directory_guard;

/*
 * libldap's time-outs do not hold inside TLS, and count by a clock that can be set. A thread shuts
 * the connection down when armed for too long, so that the call that waits for it ends.
 */
struct directory_guard *guard_start(LDAP *ld);
/* From now on the work may take so many seconds; 0: there is none. NULL is allowed. */
void guard_arm(struct directory_guard *g, double seconds);
/* The connection was shut down. */
bool guard_fired(struct directory_guard *g);
/* After the connection is gone. NULL is allowed. */
void guard_stop(struct directory_guard *g);

#endif
