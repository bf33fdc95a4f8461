/* What generate.awk makes of the .items files. */
#ifndef GUIDE_CATALOGUE_H
#define GUIDE_CATALOGUE_H

#include "amtdiag/guide.h"

extern const struct amt_item amt_catalogue[];
extern const size_t amt_catalogue_count;
/* Places in amt_catalogue, ordered by id without regard to case. */
extern const unsigned short amt_catalogue_by_id[];

#endif
