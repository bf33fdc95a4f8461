/* A TLS server's first flight. */
#include "device/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *scratch = amt_malloc(size ? size : 1);
	struct dev_hello_reply r;

	dev_hello_read(data, size, scratch, &r);
	if (r.certificates &&
	    (r.certificates < scratch || r.certificates + r.certificates_len > scratch + size))
		abort();
	free(scratch);
	return 0;
}
