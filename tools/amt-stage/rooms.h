/* One struct a room; room_NAME.c holds it. */
#ifndef STAGE_ROOMS_H
#define STAGE_ROOMS_H

#include "stage.h"

#endif
