/* Being asked to stop (SIGINT, --duration), and telling how far the work is. */
#ifndef AMTDIAG_CORE_STOP_H
#define AMTDIAG_CORE_STOP_H

#include <stdbool.h>
#include <stdint.h>

/* Set from a signal handler; collectors look at it between two pieces of work
 * and return what they have. */
void amt_stop(void);
bool amt_stopped(void);
void amt_stop_reset(void);

/* Called now and then by collectors; a NULL pointer or function is allowed. total 0 = not known. */
struct amt_progress {
	void (*update)(void *arg, const char *what, uint64_t done, uint64_t total);
	void *arg;
};
void amt_progress_update(const struct amt_progress *p, const char *what, uint64_t done,
			 uint64_t total);

#endif
