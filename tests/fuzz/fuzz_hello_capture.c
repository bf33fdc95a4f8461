/* A capture file of any kind, through the quick way, the reader, the engine and the relations. */
#include "hello/skim.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hello_engine e;
	struct hello_options opt = {.max_flows = 64, .max_memory = AMT_MIB};
	struct hello_facts facts = {0};
	struct hello_reader r;
	struct hello_packet p;
	struct amt_error err;

	hello_engine_init(&e, &facts, &opt);
	if (hello_reader_open_memory(&r, data, size, &err)) {
		hello_engine_capture(&e, "fuzz", "pcap");
		while (hello_skim(&e, &r), hello_reader_next(&r, &p))
			hello_engine_packet(&e, &p);
		hello_reader_close(&r);
	}
	hello_engine_free(&e);
	hello_relate(&facts, false);
	hello_facts_free(&facts);
	return 0;
}
