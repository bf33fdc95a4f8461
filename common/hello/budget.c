/*
 * An account of what kept facts cost, in place of a cap for each kind: a flood of one kind may
 * have all of it, and floods of several kinds together no more than that.
 */
#include "hello/engine.h"

#include <stdlib.h>

/*
 * Measured with floods of one packet a device (tests/e2e/hellocap_memory.sh): what a device comes
 * to with its lists, timeline, symptoms and findings, in all formats of the report.
 */
#define DEVICE (4 * AMT_KIB)
/* What is there without a fact: the program, its libraries, buffers, pieces of a large file. */
#define BASE (24 * AMT_MIB)
/* A flow of the table and its connection, which is not on the account before it ended. */
#define FLOW (sizeof(struct hello_flow) + sizeof(struct hello_conn))
#define BITS ((size_t)1 << 20)

void hello_budget_init(struct hello_engine *e)
{
	size_t all = e->opt->max_memory ? e->opt->max_memory : HELLO_MEMORY_DEFAULT;
	size_t flows = e->flows.max < HELLO_FLOWS_DEFAULT ? e->flows.max : HELLO_FLOWS_DEFAULT;
	size_t rest = BASE + AMT_CAP_HELLO_BUFFERS + flows * FLOW;

	e->budget = all > rest + AMT_MIB ? all - rest : AMT_MIB;
}

bool hello_spent(const struct hello_engine *e)
{
	return e->held + e->facts->arena.used > e->budget;
}

bool hello_afford(struct hello_engine *e, const struct hello_cost *cost)
{
	size_t bytes = cost->fixed;
	uint64_t bit = 0, *word = NULL;

	if (cost->n_device) {
		uint64_t at = hello_hash(cost->device, cost->n_device, e->seed) % BITS;

		if (!e->known)
			e->known = amt_calloc(BITS / 64, sizeof(*e->known));
		word = &e->known[at / 64];
		bit = UINT64_C(1) << (at % 64);
		bytes += *word & bit ? 0 : DEVICE;
	}
	if (e->held + e->facts->arena.used + bytes > e->budget)
		return false;
	e->held += bytes;
	if (word)
		*word |= bit;
	return true;
}
