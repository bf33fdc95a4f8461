/* What generate.awk makes of the .items files. */
#ifndef GUIDE_CATALOGUE_H
#define GUIDE_CATALOGUE_H

#include "amtdiag/guide.h"

extern const struct amt_item amt_catalogue[];
extern const size_t amt_catalogue_count;

#endif
