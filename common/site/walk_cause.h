/* Which of two failures of one stage is the cause. */
#ifndef SITE_WALK_CAUSE_H
#define SITE_WALK_CAUSE_H

#include "amtdiag/walk.h"

/* A cause goes before its symptom, and the step that broke before the sum of all steps. b may be
 * NULL: then a is nearer. */
bool walk_nearer(const struct amt_finding *a, const struct amt_finding *b);

#endif
