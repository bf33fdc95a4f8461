#include "amtdiag/core/processors.h"

#include <sched.h>
#include <sys/sysinfo.h>

unsigned amt_processors(void)
{
	cpu_set_t set;
	struct sysinfo now;
	unsigned n = sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;

	if (sysinfo(&now) == 0 && now.loads[0] >> SI_LOAD_SHIFT > n)
		return 1;
	return n;
}
