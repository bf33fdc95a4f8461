/* SIDs: bytes to text and back are the same SID. */
#include "amtdiag/directory.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct directory_sid a, b;
	char text[DIRECTORY_SID_TEXT];

	if (directory_sid_parse(data, size, &a, NULL) &&
	    (!directory_sid_from_text(directory_sid_text(&a, text), &b) ||
	     !directory_sid_equal(&a, &b)))
		abort();
	return 0;
}
