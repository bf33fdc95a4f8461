/* What CRL places and OCSP responders send. The first byte chooses. */
#include "pki/private.h"

#include <openssl/x509.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pki_facts f; /* one healthy chain, read once */
	struct pki_fetch_fact x = {.kind = "crl", .url = "u"};

	if (!f.certs.n) {
		struct amt_strlist paths = {0};
		struct amt_notes notes = {0};
		amt_vec_push(&paths, "captures/contoso/pki/provisioning-good.pem");
		pki_collect(&paths, &(struct pki_options){0}, &f, &notes, NULL);
		amt_vec_free(&paths);
		amt_notes_free(&notes);
	}
	if (size < 1 || f.certs.n < 2)
		return 0;
	if (data[0] & 1)
		pki_ocsp_fact(&f, 0, 1, data + 1, size - 1, &x);
	X509_CRL *crl = data[0] & 1 ? NULL : pki_crl_parse(data + 1, size - 1);
	if (crl)
		pki_crl_fact(&f, crl, 0, &x);
	X509_CRL_free(crl);
	return 0;
}
