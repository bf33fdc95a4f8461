/* One connection on the loop, plain or through OpenSSL, with one deadline for all of it. */
#include "device/ask.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct dev_stream {
	struct amt_loop *loop;
	struct dev_stream_use use;
	enum dev_tls_mode mode;
	char *name;
	int fd;
	unsigned timeout_ms;
	double start;
	struct amt_watch *watch;
	struct amt_timer *timer;
	struct amt_work *work;
	SSL *ssl;
	bool open, closing, ended;
	struct amt_buf in, out;
	enum amt_tls_class tls;
	char tls_error[256];
};

static void stream_end(struct dev_stream *s, enum amt_net_class how)
{
	if (s->ended)
		return;
	s->ended = true;
	amt_watch_stop(s->watch);
	amt_timer_stop(s->timer);
	amt_work_end(s->work);
	s->use.ended(s->use.arg, s, how);
	SSL_free(s->ssl);
	if (s->fd >= 0)
		close(s->fd);
	amt_buf_free(&s->in);
	amt_buf_free(&s->out);
	free(s->name);
	free(s);
}

static void tls_fail(struct dev_stream *s, enum amt_tls_class c, const char *text)
{
	s->tls = c;
	amt_str_copy(s->tls_error, sizeof(s->tls_error), text);
}

static void on_stop(void *arg)
{
	struct dev_stream *s = arg;

	if (s->mode != DEV_PLAIN && !s->open)
		tls_fail(s, AMT_TLSC_OTHER, "stopped");
	stream_end(s, AMT_NET_STOPPED);
}

static void on_deadline(void *arg)
{
	struct dev_stream *s = arg;

	s->timer = NULL;
	if (s->mode != DEV_PLAIN && !s->open)
		tls_fail(s, AMT_TLSC_TIMEOUT, "the handshake did not end in time");
	stream_end(s, AMT_NET_SLOW);
}

/* OpenSSL's reasons, put together as the handbook's table 2.2 has them. */
static enum amt_tls_class class_of_reason(int reason)
{
	switch (reason) {
	case SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED:
		return AMT_TLSC_NO_RFC5746;
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_WRONG_SSL_VERSION:
	case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
	case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
		return AMT_TLSC_OLD_VERSION;
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_HTTP_REQUEST:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_UNEXPECTED_MESSAGE:
		return AMT_TLSC_NOT_TLS;
	case SSL_R_DH_KEY_TOO_SMALL:
	case SSL_R_BAD_DH_VALUE:
		return AMT_TLSC_WEAK_DH;
	case SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED:
	case SSL_R_WRONG_SIGNATURE_TYPE:
	case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
		return AMT_TLSC_WEAK_SIGNATURE;
	case SSL_R_EE_KEY_TOO_SMALL:
	case SSL_R_CA_KEY_TOO_SMALL:
	case SSL_R_CA_MD_TOO_WEAK:
		return AMT_TLSC_WEAK_KEY;
	case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
	case SSL_R_WRONG_CIPHER_RETURNED:
	case SSL_R_UNKNOWN_CIPHER_RETURNED:
		return AMT_TLSC_NO_CIPHER;
	case SSL_R_SSLV3_ALERT_BAD_RECORD_MAC:
	case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
		return AMT_TLSC_BAD_MAC;
	case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
		return AMT_TLSC_CLIENT_CERTIFICATE;
	default:
		return reason > SSL_AD_REASON_OFFSET ? AMT_TLSC_ALERT : AMT_TLSC_OTHER;
	}
}

/* True: try again when the descriptor is ready. */
static bool tls_wait(struct dev_stream *s, int rc)
{
	int what = SSL_get_error(s->ssl, rc);

	if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE) {
		amt_watch_events(s->watch, what == SSL_ERROR_WANT_READ ? AMT_READ : AMT_WRITE);
		return true;
	}
	unsigned long e = ERR_peek_error();
	int reason = ERR_GET_REASON(e);
	char text[160];
	if (what == SSL_ERROR_SSL && e && reason != SSL_R_UNEXPECTED_EOF_WHILE_READING) {
		ERR_error_string_n(e, text, sizeof(text));
		tls_fail(s, class_of_reason(reason), text);
	} else {
		tls_fail(s, AMT_TLSC_RESET, "closed by the peer");
	}
	ERR_clear_error();
	return false;
}

static bool handshake(struct dev_stream *s)
{
	ERR_clear_error();
	int rc = SSL_connect(s->ssl);

	if (rc == 1) {
		s->tls = AMT_TLSC_OK;
		s->tls_error[0] = '\0';
		return true;
	}
	if (!tls_wait(s, rc))
		stream_end(s, AMT_NET_TLS);
	return false;
}

static long io_read(struct dev_stream *s, void *p, size_t n)
{
	if (!s->ssl) {
		ssize_t got = read(s->fd, p, n);
		return got < 0 && (errno == EAGAIN || errno == EINTR) ? -2 : (long)got;
	}
	ERR_clear_error();
	int got = SSL_read(s->ssl, p, (int)n);
	if (got > 0)
		return got;
	int what = SSL_get_error(s->ssl, got);
	ERR_clear_error();
	return what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE ? -2
	       : what == SSL_ERROR_ZERO_RETURN                             ? 0
									   : -1;
}

static bool flush(struct dev_stream *s)
{
	while (s->out.len) {
		long n;
		if (s->ssl) {
			ERR_clear_error();
			n = SSL_write(s->ssl, s->out.data, (int)s->out.len);
			int what = n > 0 ? 0 : SSL_get_error(s->ssl, (int)n);
			if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE)
				return true;
		} else {
			n = send(s->fd, s->out.data, s->out.len, MSG_NOSIGNAL);
			if (n < 0 && (errno == EAGAIN || errno == EINTR))
				return true;
		}
		if (n <= 0)
			return false;
		amt_buf_consume(&s->out, (size_t)n);
	}
	return true;
}

static void on_ready(void *arg, unsigned ready)
{
	struct dev_stream *s = arg;
	char piece[4096];

	(void)ready;
	if (!s->open) {
		if (s->ssl && !handshake(s))
			return;
		s->open = true;
		s->use.opened(s->use.arg, s);
	}
	if (s->closing || !flush(s)) {
		stream_end(s, s->closing ? AMT_NET_OK : AMT_NET_RESET);
		return;
	}
	for (;;) {
		long n = io_read(s, piece, sizeof(piece));
		if (n == -2)
			break;
		if (n <= 0) {
			stream_end(s, n == 0 ? AMT_NET_OK : AMT_NET_RESET);
			return;
		}
		if (!amt_buf_add(&s->in, piece, (size_t)n)) {
			stream_end(s, AMT_NET_TOO_LARGE);
			return;
		}
		if (!s->use.data(s->use.arg, s, (const uint8_t *)s->in.data, s->in.len) ||
		    s->closing) {
			stream_end(s, AMT_NET_OK);
			return;
		}
		if (!flush(s)) {
			stream_end(s, AMT_NET_RESET);
			return;
		}
	}
	amt_watch_events(s->watch, s->out.len ? AMT_READ | AMT_WRITE : AMT_READ);
}

static SSL_CTX *new_context(enum dev_tls_mode mode)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());

	if (!c)
		return NULL;
	SSL_CTX_set_verify(c, SSL_VERIFY_NONE, NULL); /* looked at, not trusted */
	SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (mode == DEV_TLS_LEGACY) {
		SSL_CTX_set_min_proto_version(c, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION);
		SSL_CTX_set_security_level(c, 0);
		SSL_CTX_set_cipher_list(c, "ALL:@SECLEVEL=0");
		SSL_CTX_set_options(c, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
	} else {
		/* Said in full, so that a loosened openssl.cnf does not change the finding:
		 * what Debian 12, and most of today, come with. */
		SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
		SSL_CTX_set_security_level(c, 2);
		SSL_CTX_set_cipher_list(c, "DEFAULT:@SECLEVEL=2");
		SSL_CTX_clear_options(c, SSL_OP_LEGACY_SERVER_CONNECT);
	}
	return c;
}

/* One of a kind for the process: to make one takes OpenSSL as long as a handshake. */
static SSL_CTX *context(enum dev_tls_mode mode)
{
	static SSL_CTX *contexts[DEV_TLS_LEGACY + 1];

	if (!contexts[mode])
		contexts[mode] = new_context(mode);
	return contexts[mode];
}

static bool prepare_tls(struct dev_stream *s)
{
	SSL_CTX *ctx = context(s->mode);

	s->ssl = ctx ? SSL_new(ctx) : NULL;
	if (!s->ssl || SSL_set_fd(s->ssl, s->fd) != 1)
		return false;
	if (s->name && s->name[strspn(s->name, "0123456789.:")] != '\0')
		SSL_set_tlsext_host_name(s->ssl, s->name);
	return true;
}

static void on_connected(void *arg, int fd, enum amt_net_class how, double ms)
{
	struct dev_stream *s = arg;

	(void)ms;
	s->fd = fd;
	if (how != AMT_NET_OK) {
		if (s->mode != DEV_PLAIN)
			tls_fail(s, AMT_TLSC_CONNECT, amt_net_class_name(how));
		stream_end(s, how);
		return;
	}
	s->watch = amt_watch_start(s->loop, fd, AMT_WRITE, on_ready, s, NULL);
	if (!s->watch || (s->mode != DEV_PLAIN && !prepare_tls(s))) {
		tls_fail(s, AMT_TLSC_OTHER, "OpenSSL could not be prepared");
		stream_end(s, AMT_NET_OTHER);
		return;
	}
	s->timer = amt_timer_start(s->loop, s->timeout_ms, 0, on_deadline, s);
	s->work = amt_work_begin(s->loop, on_stop, s);
}

void dev_stream_start(struct amt_loop *loop, const struct amt_addr *to, enum dev_tls_mode mode,
		      const char *name, unsigned timeout_ms, const struct dev_stream_use *use)
{
	struct dev_stream *s = amt_calloc(1, sizeof(*s));

	s->loop = loop;
	s->use = *use;
	s->mode = mode;
	s->name = amt_strdup(name);
	s->fd = -1;
	s->timeout_ms = timeout_ms;
	s->start = amt_loop_ms(loop);
	s->tls = mode == DEV_PLAIN ? AMT_TLSC_OK : AMT_TLSC_OTHER;
	amt_buf_init(&s->in, use->max);
	amt_buf_init(&s->out, 4 * AMT_KIB);
	amt_connect_start(loop, to, timeout_ms, on_connected, s);
}

void dev_stream_send(struct dev_stream *s, const void *p, size_t n)
{
	amt_buf_add(&s->out, p, n);
}

void dev_stream_forget(struct dev_stream *s, size_t n)
{
	amt_buf_consume(&s->in, n);
}

void dev_stream_close(struct dev_stream *s)
{
	s->closing = true;
}

SSL *dev_stream_ssl(struct dev_stream *s)
{
	return s->ssl;
}

enum amt_tls_class dev_stream_tls(const struct dev_stream *s, const char **error)
{
	if (error)
		*error = s->tls_error[0] ? s->tls_error : NULL;
	return s->tls;
}

double dev_stream_ms(const struct dev_stream *s)
{
	return amt_loop_ms(s->loop) - s->start;
}
