/* Stars over passwords: nothing but bytes of the text changes, and it stays as long. */
#include "amtdiag/site.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = amt_realloc(NULL, size ? size : 1);

	if (size)
		memcpy(text, data, size);
	if (!site_mask(text, size) && size && memcmp(text, data, size) != 0)
		abort();
	free(text);
	return 0;
}
