/* What is known of each device while the others are still asked. */
#ifndef STAGE_VERDICTS_H
#define STAGE_VERDICTS_H

#include "amtdiag/device.h"
#include "stage.h"

/* -1: there is no run folder, or it can't be written, which is a note. The caller closes it. */
int stage_verdicts_open(struct stage *st);
/* False: the line is not whole. Touches no facts of other rooms: they are still at work. */
bool stage_verdicts_put(const struct stage *st, int fd, const struct site_client *c,
			const struct amt_device *d);

#endif
