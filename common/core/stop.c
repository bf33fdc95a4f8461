#include "amtdiag/core/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t stop;

void amt_stop(void)
{
	stop = 1;
}

bool amt_stopped(void)
{
	return stop != 0;
}

void amt_stop_reset(void)
{
	stop = 0;
}

void amt_progress_update(const struct amt_progress *p, const char *what, uint64_t done,
			 uint64_t total)
{
	if (p && p->update)
		p->update(p->arg, what, done, total);
}
