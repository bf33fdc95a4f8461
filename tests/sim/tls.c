/*
 * The ME's TLS, through OpenSSL's memory BIOs.
 *
 * What it imitates: versions and static-RSA suites by profile, no RFC 5746 answer, no extended
 * master secret, no ticket, no ALPN, SNI ignored, one leaf for a chain (2.2).
 * What it can't: RC4 suites (Debian's OpenSSL has none) and SSL 3.0.
 *
 * OpenSSL has no switch against RFC 5746. But it shows every handshake message to a callback
 * after the message went into the transcript and before it is parsed; there the signals are
 * overwritten with values that no server knows, so that this side never learns of them while
 * both sides still hash the same bytes.
 */
#include "sim.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_CTX 64

static struct ctx {
	char key[256];
	SSL_CTX *ctx;
} ctxs[MAX_CTX];
static size_t n_ctxs;

static int version_of(const char *s)
{
	static const int v[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};

	if (s[0] == '1' && s[1] == '.' && s[2] >= '0' && s[2] <= '3')
		return v[s[2] - '0'];
	return 0;
}

/* Moves over an n-byte length and what it counts; NULL when it does not fit. */
static uint8_t *over(uint8_t *p, const uint8_t *end, size_t width)
{
	size_t n = 0;

	if (!p || (size_t)(end - p) < width)
		return NULL;
	for (size_t i = 0; i < width; i++)
		n = n << 8 | *p++;
	return (size_t)(end - p) < n ? NULL : p + n;
}

#define HIDE_RENEGOTIATION 1
#define HIDE_EMS           2

static void hide(uint8_t *p, size_t n, unsigned what)
{
	uint8_t *end = p + n, *ciphers, *x;

	if (n < 38)
		return;
	ciphers = over(p + 38, end, 1); /* header, version, random; then the session id */
	x = over(ciphers, end, 2);
	for (uint8_t *c = ciphers ? ciphers + 2 : NULL; x && c + 1 < x; c += 2)
		if ((what & HIDE_RENEGOTIATION) && c[0] == 0x00 && c[1] == 0xff)
			c[0] = c[1] = 0x5a; /* TLS_EMPTY_RENEGOTIATION_INFO_SCSV */
	x = over(x, end, 1);
	if (!x || end - x < 2)
		return;
	for (x += 2; end - x >= 4; x += 4 + (x[2] << 8 | x[3])) {
		unsigned type = (unsigned)(x[0] << 8 | x[1]);

		if ((size_t)(end - x) < 4 + (size_t)(x[2] << 8 | x[3]))
			return;
		if (((what & HIDE_RENEGOTIATION) && type == 0xff01) ||
		    ((what & HIDE_EMS) && type == 0x0017)) {
			x[0] = 0x5a;
			x[1] = type == 0x0017 ? 0x5a : 0x6a;
		}
	}
}

static void message(int sent, int version, int type, const void *p, size_t n, SSL *ssl, void *arg)
{
	const uint8_t *b = p;

	(void)version;
	(void)ssl;
	if (!sent && type == SSL3_RT_HANDSHAKE && n > 4 && b[0] == SSL3_MT_CLIENT_HELLO)
		hide((uint8_t *)(uintptr_t)p, n, (unsigned)(uintptr_t)arg);
}

static int any_client(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

static SSL_CTX *ctx_new(const struct sim_device *d)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	char v[300], list[320];
	unsigned what = 0;

	if (!ctx)
		return NULL;
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, version_of(sim_text(d, "tls.min", v, sizeof(v))));
	SSL_CTX_set_max_proto_version(ctx, version_of(sim_text(d, "tls.max", v, sizeof(v))));
	snprintf(list, sizeof(list), "%s:@SECLEVEL=0", sim_text(d, "tls.ciphers", v, sizeof(v)));
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
					 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_dh_auto(ctx, 1);
	if (sim_fact_on(d, "tls.mutual"))
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
				   any_client);
	if (!sim_fact_on(d, "tls.renegotiation"))
		what |= HIDE_RENEGOTIATION;
	if (!sim_fact_on(d, "tls.ems"))
		what |= HIDE_EMS;
	SSL_CTX_set_msg_callback(ctx, message);
	SSL_CTX_set_msg_callback_arg(ctx, (void *)(uintptr_t)what);
	if (!SSL_CTX_set_cipher_list(ctx, list)) {
		SSL_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

/* Devices with the same settings share one; the certificate is set on each connection. */
static SSL_CTX *ctx_for(const struct sim_device *d)
{
	struct amt_buf b;
	SSL_CTX *ctx = NULL;
	char key[256];

	amt_buf_init(&b, sizeof(key) * 4);
	sim_expand(d, NULL,
		   "{tls.min} {tls.max} {tls.ciphers} {tls.renegotiation} {tls.ems} "
		   "{tls.mutual}",
		   &b);
	amt_str_copy(key, sizeof(key), amt_buf_cstr(&b));
	amt_buf_free(&b);
	for (size_t i = 0; i < n_ctxs; i++)
		if (!strcmp(ctxs[i].key, key))
			return ctxs[i].ctx;
	if (n_ctxs < MAX_CTX && (ctx = ctx_new(d))) {
		amt_str_copy(ctxs[n_ctxs].key, sizeof(key), key);
		ctxs[n_ctxs++].ctx = ctx;
	}
	return ctx;
}

void sim_tls_free(void)
{
	while (n_ctxs)
		SSL_CTX_free(ctxs[--n_ctxs].ctx);
}

/* At the first bytes, not at the connect: a port probe must not cost a certificate. */
bool sim_tls_start(struct sim_conn *c)
{
	SSL_CTX *ctx = ctx_for(c->dev);
	EVP_PKEY *key = NULL;
	X509 *extra = NULL, *leaf = sim_cert_leaf(c->dev, c->port == 16995, &key, &extra);
	BIO *in, *out;
	bool ok;

	if (!ctx || !leaf) {
		X509_free(leaf);
		return false;
	}
	c->ssl = SSL_new(ctx);
	in = BIO_new(BIO_s_mem());
	out = BIO_new(BIO_s_mem());
	if (!c->ssl || !in || !out)
		amt_no_memory();
	SSL_set_bio(c->ssl, in, out);
	SSL_set_accept_state(c->ssl);
	ok = SSL_use_certificate(c->ssl, leaf) == 1 && SSL_use_PrivateKey(c->ssl, key) == 1 &&
	     (!extra || SSL_add1_chain_cert(c->ssl, extra) == 1);
	X509_free(leaf);
	return ok;
}

static void flush(struct sim_conn *c)
{
	char *p;
	long n = BIO_get_mem_data(SSL_get_wbio(c->ssl), &p);

	if (n > 0) {
		sim_conn_wire(c, p, (size_t)n);
		(void)BIO_reset(SSL_get_wbio(c->ssl));
	}
}

void sim_tls_output(struct sim_conn *c, const void *p, size_t n)
{
	const char *b = p;

	while (n) {
		int m = n > 16384 ? 16384 : (int)n;

		if (SSL_write(c->ssl, b, m) <= 0)
			break;
		b += m;
		n -= (size_t)m;
	}
	flush(c);
}

static void garbage(struct sim_conn *c)
{
	static const char junk[] = "\x15\x03\x09\xff\xff this is no TLS record";

	sim_conn_wire(c, junk, sizeof(junk) - 1);
	sim_conn_end(c);
}

void sim_tls_input(struct sim_conn *c, const void *p, size_t n)
{
	char room[16384];
	int m;

	if (BIO_write(SSL_get_rbio(c->ssl), p, (int)n) != (int)n)
		return;
	if (c->fault == FAULT_GARBAGE) {
		garbage(c);
		return;
	}
	ERR_clear_error();
	while ((m = SSL_read(c->ssl, room, sizeof(room))) > 0) {
		if (!amt_buf_add(&c->in, room, (size_t)m)) {
			sim_conn_reset(c);
			return;
		}
	}
	m = SSL_get_error(c->ssl, m);
	flush(c); /* handshake records and alerts */
	if (c->in.len && !c->closing)
		c->protocol->data(c);
	if (c->closing || m == SSL_ERROR_WANT_READ)
		return;
	if (m == SSL_ERROR_ZERO_RETURN) {
		sim_conn_end(c);
		return;
	}
	sim_log(c->dev, c->port, c->peer, "TLS failed: %s",
		ERR_reason_error_string(ERR_peek_last_error()));
	sim_conn_end(c);
}
