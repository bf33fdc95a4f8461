/* The blocks and records of a capture file alone: what fuzz_hello_capture does, without what
 * follows. */
#include "hello/packet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hello_reader r;
	struct hello_packet p;
	unsigned sum = 0;

	if (!hello_reader_open_memory(&r, data, size, NULL))
		return 0;
	while (hello_reader_next(&r, &p)) {
		for (uint32_t i = 0; i < p.caplen; i++) /* every byte is really there */
			sum += p.data[i];
		if (sum == UINT32_MAX || p.caplen > HELLO_SNAPLEN_MAX || p.caplen > p.len)
			abort();
	}
	hello_reader_close(&r);
	return 0;
}
