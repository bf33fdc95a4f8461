/* The room without a word of the domain. */
#ifndef AMTDIAG_CORE_H
#define AMTDIAG_CORE_H

#include "amtdiag/core/alloc.h"
#include "amtdiag/core/arena.h"
#include "amtdiag/core/buf.h"
#include "amtdiag/core/caps.h"
#include "amtdiag/core/error.h"
#include "amtdiag/core/file.h"
#include "amtdiag/core/map.h"
#include "amtdiag/core/num.h"
#include "amtdiag/core/processors.h"
#include "amtdiag/core/rd.h"
#include "amtdiag/core/stop.h"
#include "amtdiag/core/text.h"
#include "amtdiag/core/time.h"
#include "amtdiag/core/vec.h"

#endif
