/* HTTP challenges and Server headers. */
#include "device/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = size ? amt_strndup((const char *)data, size) : amt_strdup("");
	const char *product, *version;
	struct dev_challenge c = {0};
	static struct amt_device d; /* only its arena is used */

	dev_challenge_read(text, &c);
	dev_banner_read(&d, text, &product, &version);
	amt_arena_reset(&d.arena);
	free(text);
	return 0;
}
