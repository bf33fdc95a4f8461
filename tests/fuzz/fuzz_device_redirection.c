/* Redirection replies: what is said to be used was there. */
#include "device/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dev_redir_reply r;
	long used = dev_redir_read(data, size, &r);

	if (used > (long)size)
		abort();
	return 0;
}
