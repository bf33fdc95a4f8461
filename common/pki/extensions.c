/* The X.509 extensions that a rule of this room looks at (RFC 5280 4.2). */
#include "pki/private.h"

static void push_oid(struct amt_arena *a, struct amt_strlist *l, const struct der *d)
{
	char oid[PKI_OID_TEXT];

	if (der_oid(d, oid))
		amt_vec_push(l, amt_arena_strdup(a, oid));
}

static const char *hex(struct amt_arena *a, const struct der *d)
{
	char *out = amt_arena_alloc(a, 2 * d->n + 1);

	amt_hex_encode(d->p, d->n, out);
	return out;
}

static bool read_ekus(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	struct der seq, oid;

	if (!der_take(r, DER_SEQUENCE, &seq))
		return false;
	struct amt_rd in = der_inside(&seq);
	c->has_eku = true;
	while (der_next(&in, &oid))
		push_oid(a, &c->ekus, &oid);
	return !in.short_;
}

static bool read_constraints(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	struct der seq, v;

	(void)a;
	if (!der_take(r, DER_SEQUENCE, &seq))
		return false;
	struct amt_rd in = der_inside(&seq);
	c->has_constraints = true;
	if (der_take(&in, DER_BOOLEAN, &v))
		c->ca = v.n == 1 && v.p[0];
	if (der_take(&in, DER_INTEGER, &v))
		c->path_length = v.n == 1 && v.p[0] < 0x80 ? v.p[0] : 127;
	return !in.short_;
}

static bool read_usage(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	struct der bits;

	(void)a;
	if (!der_take(r, DER_BIT_STRING, &bits) || bits.n < 1)
		return false;
	c->has_key_usage = true;
	c->key_usage = bits.n > 1 ? bits.p[1] : 0;
	return true;
}

static bool read_ski(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	struct der id;

	if (!der_take(r, DER_OCTET_STRING, &id))
		return false;
	c->ski = hex(a, &id);
	return true;
}

static bool read_aki(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	struct der seq, id;

	if (!der_take(r, DER_SEQUENCE, &seq))
		return false;
	struct amt_rd in = der_inside(&seq);
	if (der_take(&in, DER_CONTEXT_RAW(0), &id))
		c->aki = hex(a, &id);
	return !in.short_;
}

/* otherName with a user principal name: 1.3.6.1.4.1.311.20.2.3, UTF8String */
static void read_upn(const struct der *name, struct amt_arena *a, struct pki_cert *c)
{
	struct amt_rd in = der_inside(name);
	struct der type, wrap, value;
	char oid[PKI_OID_TEXT];

	if (!der_next(&in, &type) || !der_oid(&type, oid) ||
	    strcmp(oid, "1.3.6.1.4.1.311.20.2.3") != 0 || !der_take(&in, DER_CONTEXT(0), &wrap))
		return;
	in = der_inside(&wrap);
	if (der_next(&in, &value))
		amt_vec_push(&c->upns, der_string(&value, a));
}

static char *ia5(const struct der *d, struct amt_arena *a)
{
	struct der s = *d;

	s.tag = DER_IA5;
	return der_string(&s, a);
}

static bool read_san(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	struct der seq, name;

	if (!der_take(r, DER_SEQUENCE, &seq))
		return false;
	struct amt_rd in = der_inside(&seq);
	while (der_next(&in, &name)) {
		if (name.tag == DER_CONTEXT_RAW(2))
			amt_vec_push(&c->dns, ia5(&name, a));
		else if (name.tag == DER_CONTEXT_RAW(7) && name.n == 4)
			amt_vec_push(&c->ips, amt_arena_printf(a, "%u.%u.%u.%u", name.p[0],
							       name.p[1], name.p[2], name.p[3]));
		else if (name.tag == DER_CONTEXT_RAW(7))
			amt_vec_push(&c->ips, hex(a, &name));
		else if (name.tag == DER_CONTEXT(0))
			read_upn(&name, a, c);
	}
	return !in.short_;
}

static bool read_cdp(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	struct der seq, point, dp, full, name;

	if (!der_take(r, DER_SEQUENCE, &seq))
		return false;
	struct amt_rd points = der_inside(&seq);
	while (der_next(&points, &point)) {
		struct amt_rd in = der_inside(&point);
		if (!der_take(&in, DER_CONTEXT(0), &dp))
			continue;
		in = der_inside(&dp);
		if (!der_take(&in, DER_CONTEXT(0), &full))
			continue;
		in = der_inside(&full);
		while (der_next(&in, &name))
			if (name.tag == DER_CONTEXT_RAW(6))
				amt_vec_push(&c->crls, ia5(&name, a));
	}
	return !points.short_;
}

static bool read_aia(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	struct der seq, access, method, place;
	char oid[PKI_OID_TEXT];

	if (!der_take(r, DER_SEQUENCE, &seq))
		return false;
	struct amt_rd list = der_inside(&seq);
	while (der_next(&list, &access)) {
		struct amt_rd in = der_inside(&access);
		if (!der_next(&in, &method) || !der_oid(&method, oid) || !der_next(&in, &place) ||
		    place.tag != DER_CONTEXT_RAW(6))
			continue;
		if (!strcmp(oid, "1.3.6.1.5.5.7.48.2"))
			amt_vec_push(&c->issuers_at, ia5(&place, a));
		else if (!strcmp(oid, "1.3.6.1.5.5.7.48.1"))
			amt_vec_push(&c->ocsps, ia5(&place, a));
	}
	return !list.short_;
}

static bool read_template(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	struct der s;

	if (!der_next(r, &s))
		return false;
	c->template_name = der_string(&s, a);
	return true;
}

static bool pass_over(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	(void)r;
	(void)a;
	(void)c;
	return true;
}

/* What they allow is left to OpenSSL: path.c asks it whenever a chain has any. */
static bool note_name_constraints(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c)
{
	struct der d;

	(void)a;
	c->name_constraints = true;
	return der_take(r, DER_SEQUENCE, &d);
}

static const struct {
	const char *oid, *bad;
	bool (*read)(struct amt_rd *r, struct amt_arena *a, struct pki_cert *c);
} readers[] = {
	{"2.5.29.37", "the extended key usage can't be read", read_ekus},
	{"2.5.29.19", "the basic constraints can't be read", read_constraints},
	{"2.5.29.15", "the key usage can't be read", read_usage},
	{"2.5.29.14", "the subject key identifier can't be read", read_ski},
	{"2.5.29.35", "the authority key identifier can't be read", read_aki},
	{"2.5.29.17", "the subject alternative names can't be read", read_san},
	{"2.5.29.31", "the CRL distribution points can't be read", read_cdp},
	{"1.3.6.1.5.5.7.1.1", "the authority information access can't be read", read_aia},
	{"1.3.6.1.4.1.311.20.2", "the certificate template name can't be read", read_template},
	{"2.5.29.30", "the name constraints can't be read", note_name_constraints},
	/* Known, and no rule here needs them. */
	{"2.5.29.32", "", pass_over},
	{"2.5.29.36", "", pass_over},
	{"2.5.29.54", "", pass_over},
	{"2.5.29.46", "the freshest CRL can't be read", read_cdp},
};

static void one(const struct der *ext, struct amt_arena *a, struct pki_cert *c)
{
	struct amt_rd in = der_inside(ext);
	struct der id, critical = {0}, value;
	char oid[PKI_OID_TEXT];

	if (!der_next(&in, &id) || !der_oid(&id, oid)) {
		pki_odd(c, "an extension has no readable identifier");
		return;
	}
	bool is_critical =
		der_take(&in, DER_BOOLEAN, &critical) && critical.n == 1 && critical.p[0];
	if (!der_take(&in, DER_OCTET_STRING, &value)) {
		pki_odd(c, "an extension has no value");
		return;
	}
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (strcmp(readers[i].oid, oid) != 0)
			continue;
		struct amt_rd r = der_inside(&value);
		if (!readers[i].read(&r, a, c))
			pki_odd(c, readers[i].bad);
		return;
	}
	if (is_critical && !c->critical_unknown)
		c->critical_unknown = amt_arena_strdup(a, oid);
}

void pki_read_extensions(const struct der *list, struct amt_arena *a, struct pki_cert *c)
{
	struct amt_rd in = der_inside(list);
	struct der ext;

	for (unsigned n = 0; der_next(&in, &ext); n++) {
		if (n == 256) {
			pki_odd(c, "it has more than 256 extensions; the rest was not read");
			return;
		}
		one(&ext, a, c);
	}
	if (in.short_)
		pki_odd(c, "the extensions are cut off");
}
