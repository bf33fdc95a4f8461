/*
 * DER (X.690) as certificates use it: definite lengths, one-byte tags. Reading
 * stops at the first value that does not fit; nothing is guessed.
 */
#include "pki/private.h"

#include <stdio.h>

bool der_next(struct amt_rd *r, struct der *out)
{
	const uint8_t *start = r->p;

	if (!amt_rd_left(r))
		return false;
	unsigned tag = amt_rd_u8(r);
	size_t n = amt_rd_u8(r);
	if (n & 0x80) {
		size_t k = n & 0x7f;
		/* X.690 10.1: the definite form, in as few octets as will do. */
		if (k == 0 || k > 4)
			r->short_ = true;
		else
			n = (size_t)amt_rd_be(r, k);
	}
	if ((tag & 0x1f) == 0x1f)
		r->short_ = true;
	const uint8_t *p = r->short_ ? NULL : amt_rd_bytes(r, n);
	if (!p) {
		r->short_ = true;
		r->p = r->end;
		return false;
	}
	*out = (struct der){tag, p, n, start, (size_t)(p + n - start)};
	return true;
}

bool der_take(struct amt_rd *r, unsigned tag, struct der *out)
{
	struct amt_rd at = *r;

	if (!amt_rd_left(r) || *r->p != tag)
		return false;
	bool good = der_next(&at, out);
	*r = at;
	return good;
}

struct amt_rd der_inside(const struct der *d)
{
	return amt_rd_init(d->p, d->n);
}

static uint32_t unit(const struct der *d, size_t at, size_t width)
{
	uint32_t v = 0;

	for (size_t i = 0; i < width; i++)
		v = v << 8 | d->p[at + i];
	return v;
}

static void put_code(struct amt_buf *b, uint32_t cp)
{
	char u[4];

	/* RFC 4514 2.4: what can't be shown is written as \xx. */
	if (cp < 0x20 || cp == 0x7f)
		amt_buf_printf(b, "\\%02x", (unsigned)cp);
	else
		amt_buf_add(b, u, amt_utf8_put(cp, u));
}

/* Nearly all strings are ASCII that can be shown: they are what they are in every type of one byte.
 */
static bool shown(const struct der *d)
{
	size_t i = 0;

	while (i < d->n && d->p[i] - 0x20u < 0x5f)
		i++;
	return i == d->n && d->n <= AMT_CAP_PKI_STRING;
}

char *der_string(const struct der *d, struct amt_arena *a)
{
	size_t width = d->tag == DER_BMP ? 2 : d->tag == DER_UNIVERSAL ? 4 : 1;
	struct amt_buf b;

	if (width == 1 && shown(d))
		return amt_arena_strndup(a, (const char *)d->p, d->n);
	amt_buf_init(&b, AMT_CAP_PKI_STRING);
	if (d->tag == DER_UTF8 || d->tag == DER_PRINTABLE || d->tag == DER_IA5) {
		const char *p = (const char *)d->p, *end = p + d->n;
		while (p < end) {
			uint32_t cp;
			p += amt_utf8_get(p, end, &cp);
			put_code(&b, cp);
		}
	} else {
		/* T61 as everybody uses it: ISO 8859-1. Odd bytes at the end are left out. */
		for (size_t i = 0; i + width <= d->n; i += width) {
			uint32_t cp = unit(d, i, width);
			put_code(&b, cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000) ? 0xfffd : cp);
		}
	}
	char *s = amt_arena_strdup(a, amt_buf_cstr(&b));
	amt_buf_free(&b);
	return s;
}

static bool digits(const uint8_t *p, size_t n, int *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*out = *out * 10 + (p[i] - '0');
	}
	return true;
}

/* RFC 5280 4.1.2.5: YYMMDDHHMMSSZ up to 2049, YYYYMMDDHHMMSSZ after. */
bool der_time(const struct der *d, amt_time *out)
{
	struct amt_civil c = {.offset_known = true};
	size_t y = d->tag == DER_UTC_TIME ? 2 : 4;

	*out = AMT_TIME_NONE;
	if ((d->tag != DER_UTC_TIME && d->tag != DER_GENERAL_TIME) || d->n != y + 11 ||
	    d->p[d->n - 1] != 'Z')
		return false;
	if (!digits(d->p, y, &c.year) || !digits(d->p + y, 2, &c.month) ||
	    !digits(d->p + y + 2, 2, &c.day) || !digits(d->p + y + 4, 2, &c.hour) ||
	    !digits(d->p + y + 6, 2, &c.minute) || !digits(d->p + y + 8, 2, &c.second))
		return false;
	if (y == 2)
		c.year += c.year < 50 ? 2000 : 1900;
	*out = amt_time_from_civil(&c);
	return *out != AMT_TIME_NONE;
}

bool der_oid(const struct der *d, char out[PKI_OID_TEXT])
{
	out[0] = '\0';
	return d->tag == DER_OID && pki_oid_text(d->p, d->n, out);
}
