/*
 * The TLS autopsy of one port (handbook device 2.2): how a client of today fares, how
 * a forgiving one does, and what the server answers to hellos written by hand, one
 * version at a time; RC4, which no OpenSSL of today has, shows there.
 * One connection after the other: the ME has few.
 */
#include "device/ask.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define FLIGHT_MAX (128 * AMT_KIB) /* a server's first flight, chain and all */

enum try_ { TRY_MODERN, TRY_LEGACY, TRY_HELLO, TRY_HELLO_NO_RC4, TRY_DONE };

static const uint16_t versions[] = {0x0304, 0x0303, 0x0302, 0x0301};
#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

struct autopsy {
	struct dev_job *j;
	unsigned port;
	enum try_ now;
	size_t version; /* of TRY_HELLO */
	struct amt_dev_tls r;
	bool rc4_picked, without_rc4, chain;
	uint8_t *scratch;
	struct dev_hello_reply reply;
};

static void go_on(struct autopsy *a);

/* ---- by OpenSSL ---- */

static void chain_of_ssl(struct autopsy *a, SSL *ssl)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);

	if (a->chain)
		return;
	for (int i = 0; i < sk_X509_num(chain); i++)
		dev_chain_add(a->j->d, a->port, (unsigned)i, sk_X509_value(chain, i));
	a->r.sent = chain ? sk_X509_num(chain) : 0;
	a->chain = sk_X509_num(chain) > 0;
}

static void on_opened(void *arg, struct dev_stream *s)
{
	struct autopsy *a = arg;
	SSL *ssl = dev_stream_ssl(s);

	if (!a->r.version) {
		a->r.version = amt_arena_strdup(&a->j->d->arena, SSL_get_version(ssl));
		a->r.cipher = amt_arena_strdup(&a->j->d->arena, SSL_get_cipher_name(ssl));
		a->r.ms = dev_stream_ms(s);
	}
	chain_of_ssl(a, ssl);
	dev_stream_close(s);
}

static bool on_nothing(void *arg, struct dev_stream *s, const uint8_t *p, size_t n)
{
	(void)arg, (void)s, (void)p, (void)n;
	return false;
}

static void on_tried(void *arg, struct dev_stream *s, enum amt_net_class how)
{
	struct autopsy *a = arg;
	const char *error = NULL;
	enum amt_tls_class c = dev_stream_tls(s, &error);

	(void)how;
	if (a->now == TRY_MODERN) {
		a->r.modern = c;
		a->r.modern_error = amt_arena_strdup(&a->j->d->arena, error);
		/* Forgiveness is asked for only where it is needed; nobody there needs none. */
		a->now = c == AMT_TLSC_OK        ? TRY_HELLO
			 : c == AMT_TLSC_CONNECT ? TRY_DONE
						 : TRY_LEGACY;
	} else {
		a->r.legacy = c;
		a->r.legacy_error = amt_arena_strdup(&a->j->d->arena, error);
		a->now = TRY_HELLO;
	}
	if (c == AMT_TLSC_TIMEOUT) /* and each further try would wait as long */
		a->now = TRY_DONE;
	go_on(a);
}

/* ---- by hand ---- */

static void on_hello_opened(void *arg, struct dev_stream *s)
{
	struct autopsy *a = arg;
	uint8_t hello[DEV_HELLO_MAX], random[64];

	RAND_bytes(random, sizeof(random));
	size_t n = dev_hello_write(hello, versions[a->version],
				   a->now == TRY_HELLO ? DEV_OFFER_ALL : DEV_OFFER_NO_RC4,
				   a->j->t->host, random);
	dev_stream_send(s, hello, n);
}

static bool on_flight(void *arg, struct dev_stream *s, const uint8_t *p, size_t n)
{
	struct autopsy *a = arg;

	(void)s;
	return !dev_hello_read(p, n, a->scratch, &a->reply);
}

static void chain_of_hello(struct autopsy *a)
{
	struct amt_rd r = amt_rd_init(a->reply.certificates, a->reply.certificates_len);
	unsigned i = 0;

	if (a->chain || !a->reply.certificates)
		return;
	while (amt_rd_left(&r) >= 3 && i < 32) {
		struct amt_rd der = amt_rd_sub(&r, (size_t)amt_rd_be(&r, 3));
		const unsigned char *p = der.p;
		X509 *cert = der.short_ ? NULL : d2i_X509(NULL, &p, (long)amt_rd_left(&der));
		if (!cert) {
			amt_device_note(a->j->d,
					"port %u: certificate %u of the chain can't be read",
					a->port, i);
		} else {
			dev_chain_add(a->j->d, a->port, i, cert);
			X509_free(cert);
		}
		i++;
	}
	a->r.sent = i;
	a->chain = i > 0;
}

static void learn(struct autopsy *a)
{
	const struct dev_hello_reply *h = &a->reply;
	struct amt_arena *arena = &a->j->d->arena;
	char text[16];

	if (a->now == TRY_HELLO_NO_RC4) {
		a->without_rc4 = a->without_rc4 || (h->hello && !dev_tls_cipher_rc4(h->cipher));
		return;
	}
	/* A server that answers an older version than asked accepts that one, not this. */
	if (!h->hello || h->version != versions[a->version])
		return;
	const char *cipher = dev_tls_cipher_name(h->cipher, text);
	dev_add_str(a->j->d, &a->r.versions, dev_tls_version_name(h->version));
	dev_add_str(a->j->d, &a->r.ciphers, cipher);
	a->rc4_picked = a->rc4_picked || dev_tls_cipher_rc4(h->cipher);
	a->without_rc4 = a->without_rc4 || !dev_tls_cipher_rc4(h->cipher);
	if (h->version == 0x0304)
		return; /* has secure renegotiation by not having any */
	if (a->r.rfc5746 == AMT_MAYBE) {
		a->r.rfc5746 = h->renegotiation_info ? AMT_YES : AMT_NO;
		a->r.extended_master_secret = h->extended_master_secret ? AMT_YES : AMT_NO;
		a->r.client_certificate = h->certificate_request ? AMT_YES : AMT_NO;
	}
	if (!a->r.version) {
		a->r.version = amt_arena_strdup(arena, dev_tls_version_name(h->version));
		a->r.cipher = amt_arena_strdup(arena, cipher);
	}
	chain_of_hello(a);
}

static void on_hello_ended(void *arg, struct dev_stream *s, enum amt_net_class how)
{
	struct autopsy *a = arg;

	(void)s;
	learn(a);
	a->version++;
	if (how == AMT_NET_STOPPED || how == AMT_NET_SLOW)
		a->now = TRY_DONE;
	else if (a->version == VERSIONS) {
		a->version = 0;
		/* Offered everything, it took RC4: by taste, or for want of anything else? */
		a->now = a->now == TRY_HELLO && a->rc4_picked && !a->without_rc4 ? TRY_HELLO_NO_RC4
										 : TRY_DONE;
	}
	go_on(a);
}

/* The forgiving client agreed on a suite that today's clients offer as well, and with a signed key
 * exchange: what they refused, and the server told only as "handshake failure", is the signature.
 */
static bool signature_refused(const struct amt_dev_tls *r)
{
	return r->modern == AMT_TLSC_NO_CIPHER && r->legacy == AMT_TLSC_OK && r->version &&
	       strcmp(r->version, "TLSv1.2") == 0 && strstr(r->cipher, "DHE-") &&
	       strstr(r->cipher, "AES");
}

static void finish(struct autopsy *a)
{
	struct dev_job *j = a->j;
	struct amt_dev_tls *t = amt_device_add(j->d, AMT_DEVC_tls);

	if (a->rc4_picked || a->without_rc4)
		a->r.rc4_only = a->without_rc4 ? AMT_NO : AMT_YES;
	if (a->r.rc4_only == AMT_YES) {
		if (a->r.modern != AMT_TLSC_OK)
			a->r.modern = AMT_TLSC_RC4_ONLY;
		if (a->r.legacy != AMT_TLSC_OK && a->r.legacy != AMT_TLSC_NOT_TRIED)
			a->r.legacy = AMT_TLSC_RC4_ONLY;
	} else if (a->r.client_certificate == AMT_YES && a->r.legacy == AMT_TLSC_NO_CIPHER) {
		/* It asked for one, and refuses even who offers every suite: it is not the suites.
		 */
		a->r.legacy = AMT_TLSC_CLIENT_CERTIFICATE;
		if (a->r.modern == AMT_TLSC_NO_CIPHER)
			a->r.modern = AMT_TLSC_CLIENT_CERTIFICATE;
	}
	if (signature_refused(&a->r))
		a->r.modern = AMT_TLSC_WEAK_SIGNATURE;
	if (a->r.modern == AMT_TLSC_ALERT && a->r.versions.n &&
	    strcmp(a->r.versions.v[0], "TLS 1.2") != 0 &&
	    strcmp(a->r.versions.v[0], "TLS 1.3") != 0)
		a->r.modern = AMT_TLSC_OLD_VERSION; /* some servers say it with another alert */
	if (t)
		*t = a->r;
	free(a->scratch);
	free(a);
	dev_job_next(j);
}

static void go_on(struct autopsy *a)
{
	struct dev_job *j = a->j;
	struct amt_addr to = dev_job_addr(j, a->port);
	struct dev_stream_use by_ssl = {on_opened, on_nothing, on_tried, a, FLIGHT_MAX},
			      by_hand = {on_hello_opened, on_flight, on_hello_ended, a, FLIGHT_MAX};
	bool hand = a->now == TRY_HELLO || a->now == TRY_HELLO_NO_RC4;

	if (a->now == TRY_DONE) {
		finish(a);
		return;
	}
	/* TLS 1.3 has no RC4 to leave out. */
	if (a->now == TRY_HELLO_NO_RC4 && versions[a->version] == 0x0304)
		a->version++;
	memset(&a->reply, 0, sizeof(a->reply));
	dev_stream_start(j->loop, &to,
			 hand                   ? DEV_PLAIN
			 : a->now == TRY_MODERN ? DEV_TLS_MODERN
						: DEV_TLS_LEGACY,
			 j->t->host, j->o->timeout_ms, hand ? &by_hand : &by_ssl);
}

void dev_ask_tls(struct dev_job *j, unsigned port)
{
	struct autopsy *a;

	if (!(j->o->ask & AMT_ASK_TLS) || !dev_job_open(j, port)) {
		dev_job_next(j);
		return;
	}
	dev_source(j->d, AMT_DEVC_tls, AMT_DEV_READ, j->d->host, NULL);
	dev_source(j->d, AMT_DEVC_chain, AMT_DEV_READ, j->d->host, NULL);
	a = amt_calloc(1, sizeof(*a));
	a->j = j;
	a->port = port;
	dev_clear(&dev_classes[AMT_DEVC_tls], &a->r);
	a->r.port = port;
	a->scratch = amt_malloc(FLIGHT_MAX);
	go_on(a);
}
