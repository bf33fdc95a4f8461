/* Answers by SNTP. */
#include "amtdiag/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	amt_time offset;

	directory_sntp_parse(data, size, 0, 0, AMT_SECOND, &offset, NULL);
	return 0;
}
