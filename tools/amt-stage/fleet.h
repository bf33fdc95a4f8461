/* The devices of an inventory of any length. */
#ifndef STAGE_FLEET_H
#define STAGE_FLEET_H

#include "amtdiag/device.h"
#include "spool.h"
#include "stage.h"

/* Opens the spool and starts to ask those that are not in it yet, as o says; at work while the loop
 * runs. What stops it is a note. Never NULL. */
struct stage_fleet;
struct stage_fleet *stage_fleet_start(struct stage *st, struct amt_loop *loop,
				      const struct amt_device_options *o,
				      struct stage_spool *spool);
void stage_fleet_end(struct stage_fleet *f); /* after the loop has run, or was stopped */

#endif
