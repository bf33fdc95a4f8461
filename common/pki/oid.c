/* Object identifiers: their dotted form and the names this room needs. */
#include "pki/private.h"

#include <stdio.h>

static const struct pki_sig_alg algs[] = {
#include "pki_signatures.inc"
};

struct named {
	const char *oid, *name;
	int bits;
};

/* RFC 4519 short names and what RFC 5280 asks to be known. */
static const struct named attributes[] = {
	{"2.5.4.3", "CN", 0},
	{"2.5.4.11", "OU", 0},
	{"2.5.4.10", "O", 0},
	{"2.5.4.6", "C", 0},
	{"2.5.4.8", "ST", 0},
	{"2.5.4.7", "L", 0},
	{"2.5.4.9", "street", 0},
	{"0.9.2342.19200300.100.1.25", "DC", 0},
	{"2.5.4.5", "serialNumber", 0},
	{"2.5.4.12", "title", 0},
	{"2.5.4.13", "description", 0},
	{"1.2.840.113549.1.9.1", "emailAddress", 0},
	{"0.9.2342.19200300.100.1.1", "UID", 0},
	{"2.5.4.42", "GN", 0},
	{"2.5.4.4", "SN", 0},
};

static const struct named ekus[] = {
	{PKI_OID_SERVER_AUTH, "serverAuth", 0},
	{PKI_OID_CLIENT_AUTH, "clientAuth", 0},
	{PKI_OID_ANY_EKU, "any purpose", 0},
	{PKI_OID_AMT_SETUP, "AMT setup", 0},
	{PKI_OID_AMT_CONSOLE, "AMT remote console", 0},
	{PKI_OID_AMT_AGENT, "AMT local agent", 0},
	{"1.3.6.1.5.5.7.3.3", "codeSigning", 0},
	{"1.3.6.1.5.5.7.3.4", "emailProtection", 0},
	{"1.3.6.1.5.5.7.3.8", "timeStamping", 0},
	{"1.3.6.1.5.5.7.3.9", "OCSPSigning", 0},
	{"1.3.6.1.4.1.311.20.2.2", "smart card logon", 0},
};

static const struct named digests[] = {
	{"1.2.840.113549.2.5", "MD5", 0},         {"1.3.14.3.2.26", "SHA-1", 0},
	{"2.16.840.1.101.3.4.2.4", "SHA-224", 0}, {"2.16.840.1.101.3.4.2.1", "SHA-256", 0},
	{"2.16.840.1.101.3.4.2.2", "SHA-384", 0}, {"2.16.840.1.101.3.4.2.3", "SHA-512", 0},
};

/* RFC 5480 2.1.1.1, RFC 5639 */
static const struct named curves[] = {
	{"1.2.840.10045.3.1.7", "P-256", 256},
	{"1.3.132.0.34", "P-384", 384},
	{"1.3.132.0.35", "P-521", 521},
	{"1.3.132.0.10", "secp256k1", 256},
	{"1.3.132.0.33", "P-224", 224},
	{"1.2.840.10045.3.1.1", "P-192", 192},
	{"1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256},
};

#define FIND(table, oid) find(table, sizeof(table) / sizeof((table)[0]), oid)
static const struct named *find(const struct named *t, size_t n, const char *oid)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(t[i].oid, oid))
			return &t[i];
	return NULL;
}

bool pki_oid_text(const uint8_t *p, size_t n, char out[PKI_OID_TEXT])
{
	uint64_t arc = 0;
	size_t at = 0;
	bool first = true, inside = false;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (arc > UINT64_MAX >> 7 || (!inside && p[i] == 0x80))
			return false;
		arc = arc << 7 | (p[i] & 0x7f);
		inside = p[i] & 0x80;
		if (inside)
			continue;
		uint64_t top = arc < 80 ? arc / 40 : 2;
		int k = first ? snprintf(out + at, PKI_OID_TEXT - at, "%llu.%llu",
					 (unsigned long long)top,
					 (unsigned long long)(arc - top * 40))
			      : snprintf(out + at, PKI_OID_TEXT - at, ".%llu",
					 (unsigned long long)arc);
		if (k < 0 || (size_t)k >= PKI_OID_TEXT - at)
			return false;
		at += (size_t)k;
		first = false;
		arc = 0;
	}
	return !first && !inside;
}

const struct pki_sig_alg *pki_sig_alg(const char *oid)
{
	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
		if (!strcmp(algs[i].oid, oid))
			return &algs[i];
	return NULL;
}

const char *pki_attribute_name(const char *oid)
{
	const struct named *n = FIND(attributes, oid);
	return n ? n->name : NULL;
}

const char *pki_eku_name(const char *oid)
{
	const struct named *n = FIND(ekus, oid);
	return n ? n->name : NULL;
}

const char *pki_digest_name(const char *oid)
{
	const struct named *n = FIND(digests, oid);
	return n ? n->name : NULL;
}

const char *pki_curve(const char *oid, int *bits)
{
	const struct named *n = FIND(curves, oid);

	*bits = n ? n->bits : 0;
	return n ? n->name : NULL;
}
