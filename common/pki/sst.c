/*
 * Windows serialized stores (.sst: certutil, MMC, CertSaveStore). After 0 and "CERT" come
 * elements of {id, encoding, length, bytes}, little-endian. 32 is a certificate, 33 a CRL,
 * 34 a certificate trust list, 0 the end; every other id is a property of the element that
 * follows. Which ids are which is that of wincrypt.h and of what Windows writes.
 */
#include "pki/private.h"

enum {
	SST_END = 0,
	SST_PROP_KEY_PROVIDER = 2,
	SST_PROP_FRIENDLY_NAME = 11,
	SST_CERTIFICATE = 32,
	SST_CRL = 33,
	SST_CTL = 34,
	SST_ID_MAX = 0xffff, /* CERT_LAST_USER_PROP_ID */
};

struct sst {
	struct pki_loading *l;
	const char *name; /* friendly, of the certificate to come */
	bool has_key;
	unsigned keys, lists, unknown;
};

static const char *friendly(struct pki_loading *l, const struct amt_rd *body)
{
	struct amt_buf text;
	size_t bad;
	char *name = NULL;

	amt_buf_init(&text, 4096);
	if (amt_rd_left(body) <= 1024 &&
	    amt_text_to_utf8("UTF-16LE", body->p, amt_rd_left(body), &text, &bad, NULL))
		name = amt_arena_strdup(&l->f->arena, amt_buf_cstr(&text));
	amt_buf_free(&text);
	return name && *name ? name : NULL;
}

static void element(struct sst *s, uint32_t id, const struct amt_rd *body)
{
	struct pki_loading *l = s->l;
	struct pki_source *src = pki_source_of(l);
	size_t n = amt_rd_left(body);

	switch (id) {
	case SST_PROP_FRIENDLY_NAME:
		s->name = friendly(l, body);
		return;
	case SST_PROP_KEY_PROVIDER:
		s->has_key = true;
		return;
	case SST_CERTIFICATE:
		pki_store_add(l->f, src, body->p, n, s->name, l->notes);
		s->keys += s->has_key;
		break;
	case SST_CRL:
		if (!pki_load_crl(l, body->p, n))
			amt_note_add(l->notes, src->name, "a revocation list in it can't be read");
		break;
	case SST_CTL:
		s->lists++;
		break;
	default:
		s->unknown += id > SST_ID_MAX;
		return; /* a property */
	}
	s->name = NULL;
	s->has_key = false;
}

static void tell(const struct sst *s)
{
	const char *name = pki_source_of(s->l)->name;

	if (s->keys)
		amt_note_add(s->l->notes, name,
			     "the store it was made from has a private key for %u of the "
			     "certificates; an export of this kind never holds keys",
			     s->keys);
	if (s->lists)
		amt_note_add(s->l->notes, name, "certificate trust lists are passed over (%u)",
			     s->lists);
	if (s->unknown)
		amt_note_add(s->l->notes, name,
			     "%u elements are of no kind that Windows writes: it may be damaged",
			     s->unknown);
}

bool pki_load_sst(struct pki_loading *l, const uint8_t *p, size_t n)
{
	struct amt_rd r = amt_rd_init(p, n);
	struct sst s = {.l = l};
	bool end = false;

	if (n < 8 || amt_rd_le32(&r) != 0 || memcmp(amt_rd_bytes(&r, 4), "CERT", 4) != 0)
		return false;
	pki_source_of(l)->format = "SST";
	while (!end && amt_rd_left(&r)) {
		uint32_t id = amt_rd_le32(&r);
		amt_rd_skip(&r, 4); /* the encoding: 1, X.509 */
		struct amt_rd body = amt_rd_sub(&r, amt_rd_le32(&r));
		if (r.short_)
			break;
		end = id == SST_END;
		if (!end)
			element(&s, id, &body);
	}
	if (r.short_ || !end)
		amt_note_add(l->notes, pki_source_of(l)->name,
			     "the store export is cut off at byte %zu", n);
	else if (amt_rd_left(&r))
		amt_note_add(l->notes, pki_source_of(l)->name,
			     "bytes from %zu on stand behind the end of the store", amt_rd_at(&r));
	tell(&s);
	return true;
}
