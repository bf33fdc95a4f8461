/* The PAC: NDR sizes by walking the offset through the stream. */
#include "kerberos/model.h"

#include <string.h>

size_t krb_align(size_t n, size_t a)
{
	return (n + a - 1) / a * a;
}

size_t krb_u16(const char *s)
{
	if (!s)
		return 0;
	const char *end = s + strlen(s);
	size_t n = 0;
	while (s < end) {
		uint32_t cp;
		s += amt_utf8_get(s, end, &cp);
		n += cp > 0xffff ? 4 : 2;
	}
	return n;
}

/* A pointer's deferred string: the 12 bytes of counts stand there even when it is empty. */
static size_t ndr_string(size_t o, size_t bytes)
{
	return krb_align(o, 4) + 12 + bytes;
}

size_t krb_kvi_size(const struct krb_kvi *k)
{
	/* Common header 8, private header 8, top referent 4, fixed part 216. */
	size_t o = 236;
	for (size_t i = 0; i < 6; i++)
		o = ndr_string(o, k->strings[i]);
	if (k->group_ids)
		o = krb_align(o, 4) + 4 + 8 * k->group_ids;
	o = ndr_string(o, k->server);
	o = ndr_string(o, k->domain);
	o = krb_align(o, 4) + 4 + 24;
	if (k->extra_domain || k->extra_short)
		o = krb_align(o, 4) + 4 + 40 * k->extra_domain + 24 * k->extra_short;
	if (k->resource_domain)
		o = krb_align(o, 4) + 4 + 24;
	if (k->resource_ids)
		o = krb_align(o, 4) + 4 + 8 * k->resource_ids;
	return krb_align(o > k->less ? o - k->less : 0, 8);
}

size_t krb_client_info(const char *cname)
{
	return 10 + krb_u16(cname);
}

size_t krb_upn_dns(const char *upn, const char *dns, const char *sam)
{
	size_t o = krb_align(sam ? 20 : 12, 8) + krb_u16(upn);
	o = krb_align(o, 8) + krb_u16(dns);
	if (sam)
		o = krb_align(o, 8) + krb_u16(sam) + 28;
	return krb_align(o, 8);
}

size_t krb_claims_size(const struct krb_claim *claims, size_t n)
{
	if (!n)
		return 0;
	size_t o = 60 + 16 * n;
	for (size_t i = 0; i < n; i++) {
		o = krb_align(o, 4) + 12 + krb_u16(claims[i].id) + 2;
		o = krb_align(o, 4) + 4 + 4 * claims[i].values.n;
		for (size_t j = 0; j < claims[i].values.n; j++)
			o = krb_align(o, 4) + 12 + krb_u16(claims[i].values.v[j]) + 2;
	}
	return krb_align(52 + krb_align(o, 8), 8);
}

size_t krb_device_info(size_t groups, size_t extra, const size_t *foreign, size_t n_foreign)
{
	size_t o = 56 + 28 + 4 + 8 * groups;
	if (extra)
		o += 4 + 40 * extra;
	if (n_foreign) {
		o += 4 + 12 * n_foreign;
		for (size_t i = 0; i < n_foreign; i++)
			o += 28 + 4 + 8 * foreign[i];
	}
	return krb_align(o, 8);
}

size_t krb_pac_size(const size_t *buffers, size_t n)
{
	size_t o = 8 + 16 * n;
	for (size_t i = 0; i < n; i++)
		o += krb_align(buffers[i], 8);
	return o;
}
