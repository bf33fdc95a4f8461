/* RFC 4120 messages, counted by their DER lengths. */
#include "kerberos/model.h"

enum { TIME = 19, FLAGS = 9 }; /* [n] GeneralizedTime, [n] BIT STRING of 32 bits */

size_t krb_tl(size_t n)
{
	return n + (n < 128 ? 2 : n < 256 ? 3 : n < 65536 ? 4 : n < 16777216 ? 5 : 6);
}

size_t krb_int(int64_t v)
{
	size_t n = 1;
	while (n < 8 && (v < -((int64_t)1 << (8 * n - 1)) || v >= (int64_t)1 << (8 * n - 1)))
		n++;
	return krb_tl(n);
}

size_t krb_principal(const size_t *components, size_t n)
{
	size_t names = 0;
	for (size_t i = 0; i < n; i++)
		names += krb_tl(components[i]);
	return krb_tl(krb_tl(krb_int(1)) + krb_tl(krb_tl(names)));
}

/* RFC 3961, 3962, 4757, 8009. */
static const struct {
	int etype;
	unsigned key, overhead, checksum;
} etypes[] = {
	{23, 16, 24, 20}, {17, 16, 28, 16}, {18, 32, 28, 16}, {19, 16, 32, 20}, {20, 32, 40, 28},
};

static size_t row(int etype)
{
	for (size_t i = 0; i < sizeof(etypes) / sizeof(etypes[0]); i++)
		if (etypes[i].etype == etype)
			return i;
	return 0;
}

size_t krb_key(int etype)
{
	return krb_tl(krb_tl(krb_int(etype)) + krb_tl(krb_tl(etypes[row(etype)].key)));
}

unsigned krb_checksum(int etype)
{
	return etypes[row(etype)].checksum;
}

size_t krb_overhead(int etype)
{
	return etypes[row(etype)].overhead;
}

size_t krb_authdata(int type, size_t n)
{
	return krb_tl(krb_tl(krb_int(type)) + krb_tl(krb_tl(n)));
}

size_t krb_encpart_size(const struct krb_encpart *e)
{
	size_t o = FLAGS + krb_tl(krb_key(e->skey)) + krb_tl(krb_tl(e->crealm)) +
		   krb_tl(krb_principal(&e->cname, 1)) +
		   krb_tl(krb_tl(krb_tl(krb_int(1)) + krb_tl(krb_tl(e->transited)))) +
		   TIME * (2u + e->starttime + e->renew);
	if (e->pac)
		o += krb_tl(krb_tl(krb_authdata(1, krb_tl(krb_authdata(128, e->pac_size)))));
	return krb_tl(krb_tl(o));
}

size_t krb_encrypted(int etype, size_t plain, int64_t kvno)
{
	return krb_tl(krb_tl(krb_int(etype)) + (kvno >= 0 ? krb_tl(krb_int(kvno)) : 0) +
		      krb_tl(krb_tl(plain + krb_overhead(etype))));
}

size_t krb_ticket_size(size_t srealm, const size_t *sname, size_t n, int etype, int64_t kvno,
		       size_t plain)
{
	return krb_tl(krb_tl(krb_tl(krb_int(5)) + krb_tl(krb_tl(srealm)) +
			     krb_tl(krb_principal(sname, n)) +
			     krb_tl(krb_encrypted(etype, plain, kvno))));
}

size_t krb_authenticator(const struct krb_auth *a)
{
	size_t o = krb_tl(krb_int(5)) + krb_tl(krb_tl(a->crealm)) +
		   krb_tl(krb_principal(&a->cname, 1)) +
		   krb_tl(krb_tl(krb_tl(krb_int(0x8003)) + krb_tl(krb_tl(a->checksum)))) +
		   krb_tl(krb_int(a->cusec)) + TIME + krb_tl(krb_key(a->subkey)) +
		   krb_tl(krb_int(a->seq)) + (a->authdata ? krb_tl(a->authdata) : 0);
	return krb_tl(krb_tl(o));
}

size_t krb_ap_req(size_t ticket, int skey, size_t authenticator)
{
	return krb_tl(krb_tl(krb_tl(krb_int(5)) + krb_tl(krb_int(14)) + FLAGS + krb_tl(ticket) +
			     krb_tl(krb_encrypted(skey, authenticator, -1))));
}

/* KRB-CRED with one forwarded, renewable TGT, RFC 4120 5.8.1; GSSAPI sends no timestamp in it. */
size_t krb_cred(size_t tgt, int skey, size_t crealm, size_t cname)
{
	size_t krbtgt[2] = {6, crealm};
	size_t info = krb_tl(krb_tl(krb_key(AMT_ETYPE_AES256)) + krb_tl(krb_tl(crealm)) +
			     krb_tl(krb_principal(&cname, 1)) + FLAGS + TIME * 4 +
			     krb_tl(krb_tl(crealm)) + krb_tl(krb_principal(krbtgt, 2)));
	size_t part = krb_tl(krb_tl(krb_tl(krb_tl(info))));
	return krb_tl(krb_tl(krb_tl(krb_int(5)) + krb_tl(krb_int(22)) + krb_tl(krb_tl(tgt)) +
			     krb_tl(krb_encrypted(skey, part, -1))));
}

size_t krb_gss(size_t ap_req)
{
	return krb_tl(13 + ap_req); /* mechanism OID 11, token id 2 */
}

size_t krb_spnego(const size_t *oids, size_t n, size_t token)
{
	size_t types = 0;
	for (size_t i = 0; i < n; i++)
		types += krb_tl(oids[i]);
	return krb_tl(8 + krb_tl(krb_tl(krb_tl(krb_tl(types)) + krb_tl(krb_tl(token)))));
}
