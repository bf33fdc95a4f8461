/* The name of a subject or an issuer. */
#include "pki/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct amt_arena arena;
	struct amt_rd r = amt_rd_init(data, size);
	struct pki_cert c = {.version = 1};
	struct pki_name name = {.cns = &c.cns, .ous = &c.ous};
	struct der d;

	if (der_next(&r, &d))
		pki_read_name(&d, &arena, &name);
	pki_cert_free(&c);
	amt_arena_reset(&arena);
	return 0;
}
