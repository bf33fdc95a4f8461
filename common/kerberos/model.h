/* Sizes of the layers of a ticket, by arithmetic alone. Private to the room. */
#ifndef AMTDIAG_KERBEROS_MODEL_H
#define AMTDIAG_KERBEROS_MODEL_H

#include "amtdiag/kerberos.h"

/* Bytes of s (UTF-8) in UTF-16LE; NULL is empty. */
size_t krb_u16(const char *s);
size_t krb_align(size_t n, size_t a);

/* KERB_VALIDATION_INFO, [MS-PAC] 2.5; string lengths are bytes of UTF-16LE. */
struct krb_kvi {
	size_t strings[6]; /* effective name, full name, script, profile, home, drive */
	size_t server, domain;
	size_t group_ids;
	size_t extra_domain; /* five sub-authorities: 28 bytes + 12 */
	size_t extra_short;  /* one sub-authority, S-1-18-1: 12 bytes + 12 */
	size_t resource_ids;
	bool resource_domain;
	size_t less; /* what if: so many bytes fewer, a multiple of 4 */
};
size_t krb_kvi_size(const struct krb_kvi *k);
size_t krb_client_info(const char *cname);
/* sam NULL: the plain form. */
size_t krb_upn_dns(const char *upn, const char *dns, const char *sam);
/* Claims of strings, one array, not compressed ([MS-ADTS] 2.2.18, handbook 3.3). 0 claims: 0. */
size_t krb_claims_size(const struct krb_claim *claims, size_t n);
/* PAC_DEVICE_INFO: groups, extra SIDs of a domain, and the sizes of foreign group sets. */
size_t krb_device_info(size_t groups, size_t extra, const size_t *foreign, size_t n_foreign);
size_t krb_pac_size(const size_t *buffers, size_t n);

/* DER. */
size_t krb_tl(size_t n); /* n content bytes with tag and length */
size_t krb_int(int64_t v);
size_t krb_principal(const size_t *components, size_t n);
size_t krb_key(int etype);
unsigned krb_checksum(int etype); /* signature bytes + 4 */
size_t krb_overhead(int etype);   /* cipher text beyond the plain text */
size_t krb_authdata(int type, size_t n);
struct krb_encpart {
	int skey;
	size_t crealm, cname;
	bool pac, starttime, renew;
	size_t pac_size, transited;
};
size_t krb_encpart_size(const struct krb_encpart *e);
size_t krb_encrypted(int etype, size_t plain, int64_t kvno); /* kvno < 0: none */
size_t krb_ticket_size(size_t srealm, const size_t *sname, size_t n, int etype, int64_t kvno,
		       size_t plain);
struct krb_auth {
	size_t crealm, cname;
	size_t checksum;    /* 24, or 28 + KRB-CRED */
	int64_t cusec, seq; /* typical values: they are DER integers */
	int subkey;
	size_t authdata; /* 0: none */
};
size_t krb_authenticator(const struct krb_auth *a);
size_t krb_ap_req(size_t ticket, int skey, size_t authenticator);
size_t krb_cred(size_t tgt, int skey, size_t crealm, size_t cname);
size_t krb_gss(size_t ap_req);
size_t krb_spnego(const size_t *oids, size_t n, size_t token);

#endif
