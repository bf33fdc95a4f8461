/* Fields of CSV alone, unquoted in place; fuzz_inventory and fuzz_exports make something of them.
 */
#include "amtdiag/site.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = amt_malloc(size + 1), *v[8]; /* one NUL may be written after the text */
	struct site_csv c;
	size_t n;

	for (size_t i = 0; i < size; i++)
		text[i] = (char)data[i];
	site_csv_init(&c, text, size);
	while ((n = site_csv_next(&c, v, 8)))
		for (size_t i = 0; i < n && i < 8; i++)
			if (v[i] < text || strlen(v[i]) > size - (size_t)(v[i] - text))
				abort();
	free(text);
	return 0;
}
