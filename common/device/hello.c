/*
 * A ClientHello written by hand and the server's first flight read by hand: it asks
 * for what no library offers any more (RC4, one version at a time) and sees what no
 * library shows (which extensions the server answered). Nothing is encrypted up to
 * TLS 1.2, so the chain can be read from any server, however old.
 * RFC 5246 7.4, RFC 8446 4.1, RFC 5746 3.4, RFC 7627 5.1.
 */
#include "device/wire.h"

#include <stdio.h>
#include <string.h>

#define EXT_RENEGOTIATION_INFO     0xff01
#define EXT_EXTENDED_MASTER_SECRET 0x0017
#define EXT_SUPPORTED_VERSIONS     0x002b
#define SCSV_RENEGOTIATION         0x00ff

static const struct suite {
	uint16_t id;
	const char *name; /* OpenSSL's names */
	bool rc4, tls13;
} suites[] = {
	{0x1301, "TLS_AES_128_GCM_SHA256", false, true},
	{0x1302, "TLS_AES_256_GCM_SHA384", false, true},
	{0x1303, "TLS_CHACHA20_POLY1305_SHA256", false, true},
	{0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256", false, false},
	{0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384", false, false},
	{0xc02f, "ECDHE-RSA-AES128-GCM-SHA256", false, false},
	{0xc030, "ECDHE-RSA-AES256-GCM-SHA384", false, false},
	{0xcca8, "ECDHE-RSA-CHACHA20-POLY1305", false, false},
	{0xcca9, "ECDHE-ECDSA-CHACHA20-POLY1305", false, false},
	{0x009e, "DHE-RSA-AES128-GCM-SHA256", false, false},
	{0x009f, "DHE-RSA-AES256-GCM-SHA384", false, false},
	{0xc023, "ECDHE-ECDSA-AES128-SHA256", false, false},
	{0xc027, "ECDHE-RSA-AES128-SHA256", false, false},
	{0xc028, "ECDHE-RSA-AES256-SHA384", false, false},
	{0xc009, "ECDHE-ECDSA-AES128-SHA", false, false},
	{0xc00a, "ECDHE-ECDSA-AES256-SHA", false, false},
	{0xc013, "ECDHE-RSA-AES128-SHA", false, false},
	{0xc014, "ECDHE-RSA-AES256-SHA", false, false},
	{0x0067, "DHE-RSA-AES128-SHA256", false, false},
	{0x006b, "DHE-RSA-AES256-SHA256", false, false},
	{0x0033, "DHE-RSA-AES128-SHA", false, false},
	{0x0039, "DHE-RSA-AES256-SHA", false, false},
	{0x009c, "AES128-GCM-SHA256", false, false},
	{0x009d, "AES256-GCM-SHA384", false, false},
	{0x003c, "AES128-SHA256", false, false},
	{0x003d, "AES256-SHA256", false, false},
	{0x002f, "AES128-SHA", false, false},
	{0x0035, "AES256-SHA", false, false},
	{0x000a, "DES-CBC3-SHA", false, false},
	{0xc011, "ECDHE-RSA-RC4-SHA", true, false},
	{0x0005, "RC4-SHA", true, false},
	{0x0004, "RC4-MD5", true, false},
};
#define SUITES (sizeof(suites) / sizeof(suites[0]))

const char *dev_tls_version_name(uint16_t version)
{
	switch (version) {
	case 0x0300:
		return "SSL 3.0";
	case 0x0301:
		return "TLS 1.0";
	case 0x0302:
		return "TLS 1.1";
	case 0x0303:
		return "TLS 1.2";
	case 0x0304:
		return "TLS 1.3";
	default:
		return "an unknown version";
	}
}

const char *dev_tls_cipher_name(uint16_t cipher, char text[16])
{
	for (size_t i = 0; i < SUITES; i++)
		if (suites[i].id == cipher)
			return suites[i].name;
	snprintf(text, 16, "0x%04x", cipher);
	return text;
}

bool dev_tls_cipher_rc4(uint16_t cipher)
{
	for (size_t i = 0; i < SUITES; i++)
		if (suites[i].id == cipher)
			return suites[i].rc4;
	return false;
}

/* ---- writing: the buffer is large enough for every hello there is; a test writes them all ---- */

struct wr {
	uint8_t *p;
	size_t n;
};
static void put8(struct wr *w, unsigned v)
{
	if (w->n < DEV_HELLO_MAX)
		w->p[w->n++] = (uint8_t)v;
}
static void put16(struct wr *w, unsigned v)
{
	put8(w, v >> 8);
	put8(w, v & 255);
}
static void put(struct wr *w, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put8(w, ((const uint8_t *)p)[i]);
}
static void set16(struct wr *w, size_t at, size_t v)
{
	w->p[at] = (uint8_t)(v >> 8);
	w->p[at + 1] = (uint8_t)v;
}

static void put_suites(struct wr *w, uint16_t version, enum dev_hello_offer offer)
{
	size_t at = w->n;

	put16(w, 0);
	for (size_t i = 0; i < SUITES; i++)
		if (suites[i].tls13 == (version == 0x0304) &&
		    (offer == DEV_OFFER_ALL || suites[i].rc4 == (offer == DEV_OFFER_RC4)))
			put16(w, suites[i].id);
	put16(w, SCSV_RENEGOTIATION);
	set16(w, at, w->n - at - 2);
}

static void put_name(struct wr *w, const char *name)
{
	size_t n = name ? strlen(name) : 0;

	/* RFC 6066 3: a host name, never an address; AMT ignores it (2.2). */
	if (n == 0 || n > 200 || name[strspn(name, "0123456789.:")] == '\0')
		return;
	put16(w, 0x0000);
	put16(w, (unsigned)n + 5);
	put16(w, (unsigned)n + 3);
	put8(w, 0);
	put16(w, (unsigned)n);
	put(w, name, n);
}

static void put_extensions(struct wr *w, uint16_t version, const char *name, const uint8_t key[32])
{
	static const uint8_t groups[] = {0, 10, 0, 10, 0, 8, 0, 29, 0, 23, 0, 24, 0, 25},
			     points[] = {0, 11, 0, 2, 1, 0},
			     signatures[] = {0, 13, 0, 24, 0, 22, 4, 3, 4, 1, 8, 4, 5, 3,
					     5, 1,  8, 5,  6, 1,  8, 6, 2, 1, 2, 3, 1, 1};
	size_t at = w->n;

	put16(w, 0);
	put_name(w, name);
	put(w, groups, sizeof(groups));
	put(w, points, sizeof(points));
	if (version >= 0x0303)
		put(w, signatures, sizeof(signatures));
	put16(w, EXT_EXTENDED_MASTER_SECRET);
	put16(w, 0);
	if (version == 0x0304) {
		put16(w, EXT_SUPPORTED_VERSIONS);
		put16(w, 3);
		put8(w, 2);
		put16(w, 0x0304);
		put16(w, 0x0033); /* key_share: x25519, any 32 bytes are a public key */
		put16(w, 38);
		put16(w, 36);
		put16(w, 29);
		put16(w, 32);
		put(w, key, 32);
	}
	set16(w, at, w->n - at - 2);
}

size_t dev_hello_write(uint8_t out[DEV_HELLO_MAX], uint16_t version, enum dev_hello_offer offer,
		       const char *name, const uint8_t random[64])
{
	struct wr w = {out, 0};

	put8(&w, 22);
	put16(&w, 0x0301);
	put16(&w, 0); /* record length, below */
	put8(&w, 1);
	put8(&w, 0);
	put16(&w, 0); /* message length, below */
	put16(&w, version > 0x0303 ? 0x0303 : version);
	put(&w, random, 32);
	put8(&w, 0); /* no session */
	put_suites(&w, version, offer);
	put8(&w, 1);
	put8(&w, 0); /* no compression */
	put_extensions(&w, version, name, random + 32);
	set16(&w, 3, w.n - 5);
	set16(&w, 7, w.n - 9);
	return w.n;
}

/* ---- reading ---- */

static void read_server_hello(struct amt_rd r, struct dev_hello_reply *out)
{
	out->version = amt_rd_be16(&r);
	amt_rd_skip(&r, 32);
	amt_rd_skip(&r, amt_rd_u8(&r));
	out->cipher = amt_rd_be16(&r);
	amt_rd_skip(&r, 1);
	out->hello = !r.short_;
	struct amt_rd ext = amt_rd_sub(&r, amt_rd_left(&r) >= 2 ? amt_rd_be16(&r) : 0);
	while (amt_rd_left(&ext) >= 4) {
		uint16_t type = amt_rd_be16(&ext);
		struct amt_rd body = amt_rd_sub(&ext, amt_rd_be16(&ext));
		if (body.short_)
			return;
		if (type == EXT_RENEGOTIATION_INFO)
			out->renegotiation_info = true;
		else if (type == EXT_EXTENDED_MASTER_SECRET)
			out->extended_master_secret = true;
		else if (type == EXT_SUPPORTED_VERSIONS && amt_rd_left(&body) == 2)
			out->version = amt_rd_be16(&body);
	}
}

static void read_messages(const uint8_t *p, size_t n, struct dev_hello_reply *out)
{
	struct amt_rd r = amt_rd_init(p, n);

	while (amt_rd_left(&r) >= 4 && !out->done) {
		uint8_t type = amt_rd_u8(&r);
		size_t len = (size_t)amt_rd_be(&r, 3);
		struct amt_rd body = amt_rd_sub(&r, len);
		if (body.short_)
			return;
		if (type == 2) {
			read_server_hello(body, out);
			/* In TLS 1.3 all that follows is encrypted. */
			out->done = out->version >= 0x0304;
		} else if (type == 11) {
			out->certificates_len = (size_t)amt_rd_be(&body, 3);
			out->certificates = amt_rd_bytes(&body, out->certificates_len);
			if (!out->certificates)
				out->certificates_len = 0;
		} else if (type == 13) {
			out->certificate_request = true;
		} else if (type == 14) {
			out->done = true;
		}
	}
}

bool dev_hello_read(const uint8_t *p, size_t n, uint8_t *scratch, struct dev_hello_reply *out)
{
	struct amt_rd r = amt_rd_init(p, n);
	size_t have = 0;

	memset(out, 0, sizeof(*out));
	out->alert = -1;
	while (amt_rd_left(&r) >= 5 && out->alert < 0) {
		uint8_t type = amt_rd_u8(&r);
		uint8_t major = amt_rd_u8(&r);
		amt_rd_skip(&r, 1);
		struct amt_rd body = amt_rd_sub(&r, amt_rd_be16(&r));
		if (major != 3 || type < 20 || type > 23) {
			out->not_tls = out->done = true;
			return true;
		}
		if (body.short_)
			break;
		if (type == 21 && amt_rd_left(&body) >= 2) {
			unsigned level = amt_rd_u8(&body);
			unsigned what = amt_rd_u8(&body);
			if (level == 2 || what == 0) /* warnings (unrecognized_name) are no end */
				out->alert = (int)what;
		} else if (type == 22) {
			memcpy(scratch + have, body.p, amt_rd_left(&body));
			have += amt_rd_left(&body);
		}
	}
	/* An answer in clear text ("HTTP/1.1 400") shows in its first bytes. */
	if (n && (p[0] < 20 || p[0] > 23))
		out->not_tls = out->done = true;
	read_messages(scratch, have, out);
	out->done = out->done || out->alert >= 0;
	return out->done;
}
