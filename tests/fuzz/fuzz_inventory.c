/* The client list: CSV of any kind. */
#include "amtdiag/site.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct site_inventory inv = {0};
	struct amt_notes notes = {0};
	char *text = amt_strndup("", 0);

	text = amt_realloc(text, size + 1); /* the reader writes one NUL after the text */
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	site_inventory_parse(&inv, text, size, "fuzz", &notes);
	site_inventory_free(&inv);
	amt_notes_free(&notes);
	free(text);
	return 0;
}
