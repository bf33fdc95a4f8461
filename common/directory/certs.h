/* Certificates and CRLs as the directory publishes them: only what its rows ask. */
#ifndef AMTDIAG_DIRECTORY_CERTS_H
#define AMTDIAG_DIRECTORY_CERTS_H

#include "amtdiag/directory.h"

struct directory_cert {
	char subject[256], issuer[256]; /* one line, RFC 2253; cut when longer */
	bool rsa;
	int bits;
	amt_time ends;
};
struct directory_crl {
	char issuer[256];
	amt_time from, next; /* AMT_TIME_NONE: not told */
};
/* DER, all of the value. */
bool directory_cert_read(const struct directory_value *v, struct directory_cert *out);
bool directory_crl_read(const struct directory_value *v, struct directory_crl *out);
/* Is one signed by the key of the other? False also when either can't be read. */
bool directory_crl_signed(const struct directory_value *crl, const struct directory_value *by);

#endif
