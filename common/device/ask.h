/* Inside of the device room: asking one device, step after step, on the loop. */
#ifndef DEVICE_ASK_H
#define DEVICE_ASK_H

#include "device/table.h"
#include "device/wire.h"

#include <openssl/ssl.h>

/* ---- one connection: bytes there, bytes back, with or without TLS ---- */

enum dev_tls_mode { DEV_PLAIN, DEV_TLS_MODERN, DEV_TLS_LEGACY };
struct dev_stream;
struct dev_stream_use {
	/* Connected, and the handshake through. Sends what is to be sent. */
	void (*opened)(void *arg, struct dev_stream *s);
	/* All bytes received so far; false: enough, close now. */
	bool (*data)(void *arg, struct dev_stream *s, const uint8_t *p, size_t n);
	/* Once, at the end; s is still there for the calls below. OK: data said enough, or closed.
	 */
	void (*ended)(void *arg, struct dev_stream *s, enum amt_net_class how);
	void *arg;
	size_t max; /* bytes received in all */
};
void dev_stream_start(struct amt_loop *loop, const struct amt_addr *to, enum dev_tls_mode mode,
		      const char *name, unsigned timeout_ms, const struct dev_stream_use *use);
void dev_stream_send(struct dev_stream *s, const void *p, size_t n);
void dev_stream_forget(struct dev_stream *s, size_t n); /* n received bytes are dealt with */
void dev_stream_close(struct dev_stream *s);            /* from opened(): nothing more is wanted */
SSL *dev_stream_ssl(struct dev_stream *s);
/* How the handshake went and what was said about it; OK for a plain one. */
enum amt_tls_class dev_stream_tls(const struct dev_stream *s, const char **error);
double dev_stream_ms(const struct dev_stream *s);

/* ---- one device ---- */

struct dev_wave;
struct dev_job {
	struct dev_wave *wave;
	struct amt_loop *loop;
	const struct amt_device_options *o;
	const struct amt_device_target *t;
	struct amt_device *d;
	struct amt_addr addr; /* len 0: no address */
	unsigned step;
	struct amt_timer *begin; /* until the first step */
	struct dev_job *next;    /* in the queue of those that wait for their first step */
};
/* sweep.c: nothing more is to be asked of it, because of all; and it is through. */
bool dev_job_dropped(const struct dev_job *j);
void dev_job_through(struct dev_job *j);
/* The step is through; starts the next one. */
void dev_job_next(struct dev_job *j);
struct amt_addr dev_job_addr(const struct dev_job *j, unsigned port); /* with the offset */
/* The port may be asked: it is open, or nobody looked. */
bool dev_job_open(const struct dev_job *j, unsigned port);
/* What the autopsy found out about a TLS port: how to connect. PLAIN: not at all. */
enum dev_tls_mode dev_job_tls(const struct dev_job *j, unsigned port);

/* The steps. Each ends with dev_job_next(), at once when there is nothing to do. */
void dev_ask_tls(struct dev_job *j, unsigned port);
void dev_ask_http(struct dev_job *j, unsigned port);
void dev_ask_redirection(struct dev_job *j, unsigned port);
void dev_ask_cve_5689(struct dev_job *j);
void dev_ask_wsman(struct dev_job *j);
void dev_ask_eoi(struct dev_job *j); /* after WS-MAN */

/* RMCP for some devices at once; done from the loop, when it was stopped too. */
void dev_ask_rmcp(struct amt_loop *loop, struct dev_job *jobs, size_t n, void (*done)(void *arg),
		  void *arg);

/* A certificate as a record of chain. */
void dev_chain_add(struct amt_device *d, unsigned port, unsigned index, X509 *cert);

/* An HTTP request to the device with the right TLS options. url is built by the caller. */
void dev_http_prepare(const struct dev_job *j, unsigned port, struct amt_http_request *req);

/* "Authorization: Negotiate ..." for HTTP/host:port from that credential cache; NULL: the default
 * one of this user. */
bool dev_negotiate(const char *ccache, const char *host, unsigned port, struct amt_buf *out,
		   struct amt_error *err);

#endif
