/* The devices of an inventory of any length. */
#ifndef STAGE_FLEET_H
#define STAGE_FLEET_H

#include "amtdiag/device.h"
#include "spool.h"
#include "stage.h"

/* Asks those that are not in the spool yet, as o says; opens it first. What stops it is a note. */
void stage_fleet_ask(struct stage *st, const struct amt_device_options *o,
		     struct stage_spool *spool);

#endif
