/* Our own reader of one certificate, at its full speed: no OpenSSL behind it. */
#include "pki/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct amt_arena arena;
	struct pki_cert c;

	amt_arena_reset(&arena);
	pki_read_cert(data, size, &arena, &c, NULL);
	pki_cert_free(&c);
	return 0;
}
