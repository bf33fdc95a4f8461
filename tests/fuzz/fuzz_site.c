/* What a person writes for amt-stage: one text read as profile, answers and waivers. */
#include "amtdiag/site.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct site_profile p;
	struct site_answers a = {0};
	struct site_waivers w = {0};
	struct amt_notes notes = {0};
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, data, size) == (ssize_t)size && site_profile_load(&p, path, &notes, NULL) &&
	    site_answers_load(&a, path, &notes, NULL))
		site_waivers_load(&w, path, &notes, NULL);
	site_profile_free(&p);
	site_answers_free(&a);
	site_waivers_free(&w);
	amt_notes_free(&notes);
	return close(fd);
}
