/* Values of DER one by one: lengths, OIDs, times, strings. fuzz_pki_cert reads whole certificates.
 */
#include "pki/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct amt_arena arena;
	struct amt_rd r = amt_rd_init(data, size);
	char oid[PKI_OID_TEXT];
	struct der d;
	amt_time t;

	while (der_next(&r, &d)) {
		der_oid(&d, oid);
		der_time(&d, &t);
		der_string(&d, &arena);
	}
	amt_arena_reset(&arena);
	return 0;
}
