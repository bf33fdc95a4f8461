/*
 * Preloaded into a tool: another wall clock.
 *
 *   AMT_CLOCK_START=SECONDS   what the wall clock says at first (since 1970; may be negative)
 *   AMT_CLOCK_JUMP=SECONDS    how far it jumps, once
 *   AMT_CLOCK_AT=N            at the Nth time it is asked (default 3)
 *
 * The monotonic clock is the kernel's.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long offset, jump;
static unsigned long jump_at = 3;
static atomic_ulong asked;

__attribute__((constructor)) static void start(void)
{
	const char *first = getenv("AMT_CLOCK_START"), *far = getenv("AMT_CLOCK_JUMP"),
		   *at = getenv("AMT_CLOCK_AT");
	struct timespec now;

	syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
	offset = first ? strtoll(first, NULL, 10) - now.tv_sec : 0;
	jump = far ? strtoll(far, NULL, 10) : 0;
	if (at)
		jump_at = strtoul(at, NULL, 10);
}

int clock_gettime(clockid_t id, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, id, t);

	if (!rc && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		t->tv_sec += offset + (atomic_fetch_add(&asked, 1) + 1 >= jump_at ? jump : 0);
	return rc;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	t->tv_sec = now.tv_sec;
	t->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}
