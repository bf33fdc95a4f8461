/* devices.ndjson of a bundle or a run folder that goes on: the lines of a fleet's devices. */
#include "../../tools/amt-stage/spool.c"

#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct site_inventory inventory;
	struct amt_notes notes = {0};
	struct stage_spool s = {.fd = -1};
	int fd = memfd_create("lines", MFD_CLOEXEC);

	if (!inventory.clients.n)
		site_inventory_add(
			&inventory,
			&(struct site_client){.name = "pc1", .fqdn = "pc1.x.test", .uuid = ""});
	if (write(fd, data, size) == (ssize_t)size &&
	    stage_spool_open(&s, NULL, fd, true, &inventory, &notes, NULL) &&
	    stage_spool_has(&s, 0))
		json_decref(stage_spool_get(&s, 0));
	stage_spool_close(&s);
	amt_notes_free(&notes);
	return close(fd);
}
