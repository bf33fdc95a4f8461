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

void hello_budget_init(struct hello_engine *e)
{
	size_t all = e->opt->max_memory ? e->opt->max_memory : HELLO_MEMORY_DEFAULT;
	size_t flows = e->flows.max < HELLO_FLOWS_DEFAULT ? e->flows.max : HELLO_FLOWS_DEFAULT;
	size_t rest = BASE + AMT_CAP_HELLO_BUFFERS + flows * FLOW;

	e->budget = all > rest + AMT_MIB ? all - rest : AMT_MIB;
	/* So many that few of the devices that fit share one. */
	for (e->known_bits = 1024; e->known_bits < e->budget / DEVICE * 16;)
		e->known_bits *= 2;
}

bool hello_spent(const struct hello_engine *e)
{
	return e->held + e->facts->arena.used > e->budget;
}

bool hello_afford(struct hello_engine *e, const struct hello_cost *cost)
{
	size_t bytes = cost->fixed;
	uint8_t bit = 0, *byte = NULL;

	if (cost->n_device) {
		uint64_t at = hello_hash(cost->device, cost->n_device, e->seed) % e->known_bits;

		if (!e->known)
			e->known = amt_calloc(e->known_bits / 8, 1);
		byte = &e->known[at / 8];
		bit = (uint8_t)(1u << (at % 8));
		bytes += *byte & bit ? 0 : DEVICE;
	}
	if (e->held + e->facts->arena.used + bytes > e->budget)
		return false;
	e->held += bytes;
	if (byte)
		*byte |= bit;
	return true;
}
