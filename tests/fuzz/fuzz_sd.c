/* Security descriptors, and the access they give. */
#include "amtdiag/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct directory_sd sd;
	struct directory_sid sid[2] = {{1, 1, 1, {0}}, {1, 2, 5, {32, 544}}};
	struct directory_sids who = {sid, 2, 2};
	long by;

	if (directory_sd_parse(data, size, &sd, NULL)) {
		directory_access(&sd, &who, DIRECTORY_FULL, NULL, false, &by);
		directory_access(&sd, &who, DIRECTORY_FULL, NULL, true, &by);
		directory_sd_free(&sd);
	}
	return 0;
}
