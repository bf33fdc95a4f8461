/*
 * The chain that a TLS server sends, as sent. Nothing is verified by OpenSSL and any
 * server is spoken to, firmware of 2008 included: TLS 1.0, security level 0, servers
 * without RFC 5746 (handbook device.md). Judging is done elsewhere.
 */
#include "pki/private.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_PORT 16993 /* AMT over TLS */

struct reach {
	struct amt_loop *loop;
	unsigned ms;
	int fd;
	enum amt_net_class how;
	struct amt_addr addrs[8]; /* tried one after the other */
	size_t n, next;
};

static void connected(void *arg, int fd, enum amt_net_class how, double ms)
{
	struct reach *r = arg;

	(void)ms;
	r->fd = fd;
	r->how = how;
	if (fd < 0 && r->next < r->n && !amt_stopped())
		amt_connect_start(r->loop, &r->addrs[r->next++], r->ms, connected, r);
}

static void found(void *arg, enum amt_net_class how, const struct amt_addr *addrs, size_t n)
{
	struct reach *r = arg;

	r->how = how;
	r->n = n < 8 ? n : 8;
	if (how != AMT_NET_OK || !n)
		return;
	memcpy(r->addrs, addrs, r->n * sizeof(addrs[0]));
	amt_connect_start(r->loop, &r->addrs[r->next++], r->ms, connected, r);
}

static bool split(const char *text, char host[256], unsigned *port, struct amt_error *err)
{
	const char *colon = strrchr(text, ':'), *end = strchr(text, ']');
	uint64_t n = DEFAULT_PORT;
	size_t len = strlen(text);

	if (text[0] == '[' && end) {
		colon = end[1] == ':' ? end + 1 : NULL;
		len = (size_t)(end - text - 1);
		text++;
	} else if (colon && strchr(text, ':') == colon) {
		len = (size_t)(colon - text);
	} else {
		colon = NULL; /* a bare IPv6 address, or no port */
	}
	if (!len || len >= 256)
		return amt_fail(err, "'%.80s' is not HOST:PORT", text);
	memcpy(host, text, len);
	host[len] = '\0';
	if (colon && !amt_num_u64(colon + 1, 1, 65535, &n, err))
		return amt_fail_prefix(err, "the port of %.80s", text);
	*port = (unsigned)n;
	return true;
}

/* Called with what the server sent, before anything is judged; keeps it and goes on. */
static int keep_chain(X509_STORE_CTX *ctx, void *arg)
{
	struct pki_loading *l = arg;
	STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(ctx);

	for (int i = 0; i < sk_X509_num(sent); i++) {
		unsigned char *der = NULL;
		int n = i2d_X509(sk_X509_value(sent, i), &der);
		if (n > 0)
			pki_store_add(l->f, pki_source_of(l), der, (size_t)n, NULL, l->notes);
		OPENSSL_free(der);
	}
	return 1;
}

static SSL_CTX *context(struct pki_loading *l)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
	SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, keep_chain, l);
	return ctx;
}

/* One step of waiting; false when the time is up. */
static bool wait_for(int fd, int want, double until_ms, struct amt_loop *loop)
{
	struct pollfd p = {.fd = fd, .events = want == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN};
	double left = until_ms - amt_loop_ms(loop);

	return left > 0 && !amt_stopped() && poll(&p, 1, (int)left + 1) > 0;
}

static bool handshake(struct pki_loading *l, const struct reach *r, const char *host,
		      struct amt_error *err)
{
	SSL_CTX *ctx = context(l);
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	double until = amt_loop_ms(r->loop) + r->ms;
	bool good = false;
	char why[128];
	int rc = -1;

	if (ssl && SSL_set_fd(ssl, r->fd)) {
		struct amt_addr a;
		if (!amt_addr_parse(host, 1, &a, NULL))
			SSL_set_tlsext_host_name(ssl, host);
		int want;
		do {
			ERR_clear_error();
			rc = SSL_connect(ssl);
			want = SSL_get_error(ssl, rc);
		} while (rc != 1 && (want == SSL_ERROR_WANT_READ || want == SSL_ERROR_WANT_WRITE) &&
			 wait_for(r->fd, want, until, r->loop));
		struct pki_source *s = pki_source_of(l);
		good = s->certificates > 0;
		s->protocol = rc == 1 ? amt_arena_printf(&l->f->arena, "%s, %s",
							 SSL_get_version(ssl), SSL_get_cipher(ssl))
				      : NULL;
		if (rc != 1 && good)
			amt_note_add(l->notes, s->name,
				     "the handshake did not end (%s); the chain was sent before",
				     pki_ssl_error(why, sizeof(why)));
		else if (rc != 1)
			amt_fail(err, "the TLS handshake with %s failed: %s", s->name,
				 ERR_peek_error() ? pki_ssl_error(why, sizeof(why))
						  : "no answer, or no TLS there");
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

bool pki_connect(struct pki_facts *f, const char *host_port, double timeout,
		 struct amt_notes *notes, struct amt_error *err)
{
	static const struct pki_options none;
	struct pki_loading l = {f, (uint32_t)f->sources.n, &none, notes};
	struct reach r = {.ms = (unsigned)(timeout * 1000), .fd = -1};
	char host[256];
	unsigned port = DEFAULT_PORT;

	if (!split(host_port, host, &port, err))
		return false;
	r.loop = amt_loop_new(err);
	if (!r.loop)
		return false;
	pki_store_of(f);
	struct pki_source *s = amt_vec_add(&f->sources);
	s->name = amt_arena_printf(&f->arena, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
	s->format = "TLS peer";
	s->ordered = true;
	amt_lookup_start(r.loop, host, port, found, &r);
	amt_loop_run(r.loop);
	bool good = false;
	if (r.fd < 0) {
		amt_fail(err, "can't connect to %s: %s", s->name, amt_net_class_name(r.how));
	} else {
		good = handshake(&l, &r, host, err);
		close(r.fd);
	}
	pki_source_of(&l)->opened = good;
	amt_loop_free(r.loop);
	return good;
}
