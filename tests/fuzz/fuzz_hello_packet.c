/* One packet after the other through a living engine: the first byte chooses the link type. */
#include "hello/engine.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t links[] = {1, 0, 101, 108, 113, 228, 229, 276};
	static struct hello_engine e;
	static struct hello_facts facts;
	static struct hello_options opt = {.max_flows = 64};
	static uint64_t n;

	if (n++ % 4096 == 0) { /* a new life now and then, or the facts fill up */
		if (n > 1)
			hello_engine_free(&e);
		hello_facts_free(&facts);
		hello_engine_init(&e, &facts, &opt);
		hello_engine_capture(&e, "fuzz", "pcap");
	}
	if (!size)
		return 0;
	uint32_t len = (uint32_t)size - 1; /* now and then cut by the snap length */
	const struct hello_packet p = {data + 1, len, len + data[0] / 8, (int64_t)n * 1000000000,
				       n,        0,   links[data[0] % 8]};
	hello_engine_packet(&e, &p);
	return 0;
}
