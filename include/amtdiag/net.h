/*
 * The one event loop of a process, and what rooms do on it: timers, watched
 * descriptors, HTTP, connect probes, connections. Over libuv and the curl multi
 * interface; no thread per host. Knows nothing of AMT (docs/decisions/0003).
 *
 * Nothing here calls back before the function that started it has returned,
 * and everything started ends in exactly one call of its done function: when the
 * run is stopped (amt_stop(), amt_loop_break()) with AMT_NET_STOPPED.
 * One thread. Times are milliseconds of a monotonic clock unless they say so.
 */
#ifndef AMTDIAG_NET_H
#define AMTDIAG_NET_H

#include "amtdiag/core.h"

#include <sys/socket.h>

struct uv_loop_s;

/* How an exchange ended. A closed list: judges switch on it. */
enum amt_net_class {
	AMT_NET_OK,
	AMT_NET_RESOLVE,     /* the name has no address */
	AMT_NET_REFUSED,     /* the host answered with a reset: nothing listens */
	AMT_NET_TIMEOUT,     /* no answer in time while connecting: filtered, off, or away */
	AMT_NET_UNREACHABLE, /* the network said so (ICMP, no route) */
	AMT_NET_RESET,       /* connected, then closed or reset before a whole answer */
	AMT_NET_SLOW,        /* connected, but the answer did not end in time */
	AMT_NET_TLS,         /* the handshake or the certificate check failed */
	AMT_NET_TOO_LARGE,   /* headers or body over the cap given */
	AMT_NET_REDIRECTS,   /* more redirects than allowed */
	AMT_NET_PROTOCOL,    /* the peer does not speak what was asked */
	AMT_NET_STOPPED,     /* the run was stopped first */
	AMT_NET_OTHER,       /* our side: descriptors, memory of a library, a bad URL */
	AMT_NET_CLASSES
};
const char *amt_net_class_name(enum amt_net_class c); /* "refused" */
bool amt_net_class_parse(const char *name, enum amt_net_class *out);
enum amt_net_class amt_net_class_of_errno(int code); /* of connect(), send(), recv() */

/* An address with its port, as a number only: "192.0.2.1", "fe80::1%eth0". */
struct amt_addr {
	struct sockaddr_storage ss;
	socklen_t len; /* 0: none */
};
bool amt_addr_parse(const char *host, unsigned port, struct amt_addr *out, struct amt_error *err);
void amt_addr_set_port(struct amt_addr *a, unsigned port);
unsigned amt_addr_port(const struct amt_addr *a);
#define AMT_ADDR_TEXT 64
/* The host part without the port. Returns out. */
char *amt_addr_format(const struct amt_addr *a, char out[AMT_ADDR_TEXT]);
bool amt_addr_equal_host(const struct amt_addr *a, const struct amt_addr *b);

/* ---- the loop ---- */

struct amt_loop;
struct amt_loop *amt_loop_new(struct amt_error *err);
/* Ends what is still pending (AMT_NET_STOPPED), then frees. NULL is allowed. */
void amt_loop_free(struct amt_loop *loop);
/*
 * Runs until nothing is pending. When amt_stopped() turns true (seen within
 * 100 ms) or amt_loop_break() is called, exchanges are ended with
 * AMT_NET_STOPPED, timers and watches are left alone, and the answer is false.
 */
bool amt_loop_run(struct amt_loop *loop);
void amt_loop_break(struct amt_loop *loop);
/*
 * The same until ready says yes, whatever else is pending then: for one that waits for its own
 * answers while others are at work on the loop. ready is asked after each turn. Not from inside of
 * a function that the loop calls.
 */
bool amt_loop_until(struct amt_loop *loop, bool (*ready)(void *arg), void *arg);
double amt_loop_ms(const struct amt_loop *loop); /* now, monotonic, microsecond steps */
/* For libraries with an interface of their own to libuv. Handles put on it are the caller's. */
struct uv_loop_s *amt_loop_uv(struct amt_loop *loop);

/* ---- timers ---- */

struct amt_timer;
/* Calls fn after ms, and every repeat_ms then (0: once, and the timer is gone after it). */
struct amt_timer *amt_timer_start(struct amt_loop *loop, uint64_t ms, uint64_t repeat_ms,
				  void (*fn)(void *arg), void *arg);
void amt_timer_stop(struct amt_timer *t); /* not after a single shot fired; NULL allowed */

/* ---- watched descriptors ---- */

enum { AMT_READ = 1, AMT_WRITE = 2 };
struct amt_watch;
/* Calls fn whenever fd is ready for one of events. The descriptor stays the caller's and must stay
 * open until amt_watch_stop(). NULL with err set when it can't be watched (a plain file). */
struct amt_watch *amt_watch_start(struct amt_loop *loop, int fd, unsigned events,
				  void (*fn)(void *arg, unsigned ready), void *arg,
				  struct amt_error *err);
void amt_watch_events(struct amt_watch *w, unsigned events); /* 0: none for now */
void amt_watch_stop(struct amt_watch *w);                    /* NULL allowed */

/* ---- exchanges of a room's own kind ---- */

/*
 * Something with a done function that is made of timers and watches: it keeps the
 * loop running, and stop is called once when the run is stopped; stop ends it as
 * AMT_NET_STOPPED would. Whoever ends it, before stop or in it, calls amt_work_end().
 */
struct amt_work;
struct amt_work *amt_work_begin(struct amt_loop *loop, void (*stop)(void *arg), void *arg);
void amt_work_end(struct amt_work *w); /* NULL allowed */

/*
 * What can't be done without waiting (a library that only blocks), on a thread of its own: work
 * must touch nothing that others touch, and should look at amt_stopped(). done is called from the
 * loop. When the loop is stopped it waits for work to come back, and done is not called.
 */
void amt_task_start(struct amt_loop *loop, void (*work)(void *arg), void (*done)(void *arg),
		    void *arg);

/* ---- names ---- */

/*
 * The addresses of a host name by the system's resolver (hosts file and all), on
 * libuv's small pool. For convenience; the names room asks DNS servers by itself.
 */
struct amt_lookup;
struct amt_lookup *amt_lookup_start(struct amt_loop *loop, const char *host, unsigned port,
				    void (*done)(void *arg, enum amt_net_class how,
						 const struct amt_addr *addrs, size_t n),
				    void *arg);

/* ---- connections ---- */

/* Connects; done gets the descriptor (non-blocking, now the receiver's to close) or -1. */
struct amt_connect;
struct amt_connect *
amt_connect_start(struct amt_loop *loop, const struct amt_addr *to, unsigned timeout_ms,
		  void (*done)(void *arg, int fd, enum amt_net_class how, double ms), void *arg);

/* ---- connect probes, many at once ---- */

enum amt_port_state {
	AMT_PORT_UNKNOWN,     /* not asked, or stopped before the answer */
	AMT_PORT_OPEN,        /* accepted */
	AMT_PORT_REFUSED,     /* reset */
	AMT_PORT_FILTERED,    /* no answer in time */
	AMT_PORT_UNREACHABLE, /* ICMP or no route */
	AMT_PORT_STATES
};
const char *amt_port_state_name(enum amt_port_state s); /* "open" */
bool amt_port_state_parse(const char *name, enum amt_port_state *out);

/* One question and its answer. */
struct amt_probe {
	struct amt_addr to; /* in */
	void *user;         /* the caller's */
	/* out */
	enum amt_port_state state;
	int error; /* errno behind the state, or 0 */
	double ms; /* from connect() to the answer */
	/* the room's own */
	int fd_;
	double start_;
	size_t next_, prev_;
};
struct amt_probes {
	struct amt_probe *v; /* the caller's; must stay in place until done */
	size_t n;
	unsigned timeout_ms; /* 0: 3000 */
	unsigned window; /* connects under way at once; 0: 512. Bounded by the descriptor limit */
	void (*each)(void *arg, struct amt_probe *p); /* may be NULL */
	void (*done)(void *arg);                      /* after the last one; may be NULL */
	void *arg;
};
/* A full connect, closed with a reset at once: no byte is sent. No privilege is needed. */
bool amt_probes_start(struct amt_loop *loop, const struct amt_probes *p, struct amt_error *err);

/* ---- HTTP ---- */

enum amt_tls_version {
	AMT_TLS_ANY, /* the library's default: TLS 1.2 and up on Debian 12 */
	AMT_TLS_1_0,
	AMT_TLS_1_1,
	AMT_TLS_1_2,
	AMT_TLS_1_3
};

struct amt_http_request {
	const char *url;     /* http or https only */
	const char *method;  /* NULL: GET, or POST when there is a body */
	const char *headers; /* "Name: value" lines, each ended by \n; NULL: none */
	const void *body;
	size_t body_len;
	/* Digest: the challenge decides; the password is never sent. Basic is never done. */
	const char *user, *password;
	/* Appends "Name: value\n" lines made at the moment of sending (a Kerberos token).
	 * False: the request ends with AMT_NET_OTHER and that message. */
	bool (*more_headers)(void *arg, struct amt_buf *out, struct amt_error *err);
	void *more_arg;
	/* Where to connect instead of looking the URL's host up. An address, no port. */
	const char *connect_to;
	const char *ca_file; /* PEM; NULL: the system's */
	bool insecure;       /* any certificate; who asks judges it himself */
	enum amt_tls_version min_tls, max_tls;
	const char *ciphers;    /* OpenSSL list for TLS 1.2 and below; NULL: the default */
	bool legacy;            /* security level 0 and peers without RFC 5746 (old firmware) */
	bool certificates;      /* collect the chain as sent */
	size_t max_header;      /* bytes of all headers; 0: AMT_CAP_HTTP_HEADER */
	size_t max_body;        /* 0: AMT_CAP_HTTP_BODY */
	unsigned connect_ms;    /* 0: 5000 */
	unsigned total_ms;      /* 0: 30000 */
	unsigned max_redirects; /* 0: none are followed. The password never leaves the first host */
	bool close;             /* the connection is not used again */
};

struct amt_http_result {
	enum amt_net_class how;
	char error[256];     /* when how is not OK: what, to where, why */
	int status;          /* of the last answer; 0: none came */
	const char *headers; /* of the last answer, "Name: value\n" lines; "" */
	const char *body;    /* NUL after body_len; what came before a failure too */
	size_t body_len;
	const char *url; /* the one that answered, after redirects */
	unsigned redirects;
	unsigned refusals; /* answers 401 on the way, the last one included */
	const char *peer;  /* address, "" when never connected */
	double connect_ms, tls_ms, first_byte_ms, total_ms; /* since the start; 0: not reached */
	amt_time sent_at,
		answered_at; /* wall clock: the last question went out, its answer began */
	const char *const *certificates; /* PEM, leaf first, NULL at the end; NULL: not asked */
};
/* The value of the n-th header of that name (from 0), cut of blanks, into out. False: none. */
bool amt_http_header(const struct amt_http_result *r, const char *name, unsigned n, char *out,
		     size_t size);

/* A session keeps what one peer wants kept: the digest nonce and its connection. At most one
 * request at a time; free it before the loop. */
struct amt_http_session;
struct amt_http_session *amt_http_session_new(struct amt_loop *loop);
void amt_http_session_free(struct amt_http_session *s); /* not while a request runs; NULL allowed */

/*
 * Starts a request; everything in it is copied. The result is valid during done
 * only. session may be NULL. done is called from the loop, even when the request
 * can't be made at all.
 */
void amt_http_start(struct amt_loop *loop, struct amt_http_session *session,
		    const struct amt_http_request *req,
		    void (*done)(void *arg, const struct amt_http_result *r), void *arg);
/* Connections that HTTP may have open at once over all peers; the default is 256. */
void amt_http_limit(struct amt_loop *loop, unsigned connections);

#endif
