/*
 * amtsim: an AMT device on a loopback address, as the device handbook tells it.
 *
 * What every file of the simulator shares: a device and its facts, a connection, and the few
 * calls between the layers. A byte goes conn -> tls -> http or redir -> wsman or eoi and back.
 * Nothing here comes from common/device: both are readings of their own, so that one can
 * catch the other's mistake.
 */
#ifndef AMTSIM_SIM_H
#define AMTSIM_SIM_H

#include "amtdiag/core.h"

#include <openssl/ssl.h>
#include <stdint.h>
#include <uv.h>

#define SIM_CAP_REQUEST (128 * AMT_KIB) /* bytes of one connection not yet understood */
#define SIM_CAP_REPLY   (4 * AMT_MIB)   /* one answer, the entity bomb included */
#define SIM_CAP_HEAD    (24 * AMT_KIB)  /* request line and headers */
#define SIM_NONCES      4               /* nonces a device remembers */
#define SIM_CONTEXTS    8               /* enumerations open at once on a device */
#define SIM_NONCE_LEN   32              /* base64 of 24 bytes, as recorded [F S15] */
#define SIM_MAX_DEVICES 65536

/* --- facts: key = value, looked up in the device, then its section, its profile, the base --- */

struct sim_fact {
	const char *key, *value;
};

struct sim_facts {
	struct amt_map map; /* key -> const char * */
	const struct sim_facts *parent;
};

struct sim_device;
struct sim_conn;

/* The value as written, "" when nobody set it. */
const char *sim_fact(const struct sim_device *d, const char *key);
bool sim_fact_on(const struct sim_device *d, const char *key); /* true yes on 1 */
int64_t sim_fact_num(const struct sim_device *d, const char *key, int64_t otherwise);
/* Item n of a list fact: key.1, key.2, ...; NULL past the end. */
const char *sim_fact_item(const struct sim_device *d, const char *key, unsigned n);
/* Whether a comma list (names may hold * and ?) has the word. */
bool sim_list_has(const char *list, const char *word);
/* Replaces {fact}, {@computed} and {.N} (field N of item, split at '|'); unknown ones vanish. */
void sim_expand(const struct sim_device *d, const char *item, const char *text,
		struct amt_buf *out);
/* The same into a fixed buffer, cut to fit; returns dst. */
const char *sim_text(const struct sim_device *d, const char *key, char *dst, size_t size);
/* The profile's facts, base behind them; NULL when there is no such profile. */
const struct sim_facts *sim_profile(const char *name);
void sim_profiles_free(void);
void sim_profile_names(struct amt_buf *out);

/* --- devices --- */

struct sim_context {
	uint32_t id; /* 0: free */
	const void *class;
	size_t next;
};

struct sim_device {
	const struct sim_facts *facts;
	char *name;
	uint32_t ip;    /* host order */
	uint32_t index; /* in its fleet, from 0 */
	/* WS-MAN */
	uint64_t messages;
	uint32_t contexts_made;
	struct sim_context contexts[SIM_CONTEXTS];
	/* digest */
	char nonces[SIM_NONCES][SIM_NONCE_LEN + 1];
	unsigned nonce_uses;
	unsigned bad_logins;
	unsigned lock_seconds;
	uint64_t locked_until, last_bad; /* milliseconds of the loop */
	/* traffic */
	struct sim_conn *busy, *waiting;
	unsigned connections, requests;
	unsigned sessions[3]; /* open SOL, IDER, KVM sessions */
	struct sim_sleep *sleep;
	struct sim_leaf { /* DER: a tenth of what an X509 takes */
		unsigned char *der;
		int len;
	} leaf[2]; /* for 16993/664 and for 16995 */
	EVP_PKEY *given_key;
};

struct sim {
	uv_loop_t *loop;
	struct amt_arena arena;
	struct AMT_VEC(struct sim_device *) devices;
	struct amt_map by_ip; /* 4 bytes -> device */
	const char *state_dir;
	bool shared; /* one listener a port for all addresses */
	unsigned connections;
	size_t peak_connections;
};
extern struct sim sim;

bool sim_config_read(const char *path, struct amt_error *err);
void sim_config_free(void);
struct sim_device *sim_device_at(uint32_t ip);
unsigned sim_major(const struct sim_device *d); /* 11 of 11.8.50 */
const char *sim_ip_text(uint32_t ip, char dst[16]);
bool sim_ip_parse(const char *s, uint32_t *ip);

/* --- connections --- */

enum sim_fault {
	FAULT_NONE,
	FAULT_SLOW,     /* one byte at a time */
	FAULT_HALF,     /* half an answer, then the end */
	FAULT_LENGTH,   /* more promised than sent */
	FAULT_GARBAGE,  /* bytes without a meaning */
	FAULT_HANG,     /* never a byte */
	FAULT_RESET,    /* RST at once */
	FAULT_HEADERS,  /* headers without an end */
	FAULT_CHUNK,    /* a chunk of 1 GB announced and fed */
	FAULT_BOMB,     /* XML entities that grow */
	FAULT_TYPES,    /* words where numbers belong */
	FAULT_REDIRECT, /* 303 to itself */
	FAULT_DEEP,     /* XML nested without an end */
	FAULT_STATUS,   /* 500 on everything */
};

struct sim_protocol {
	void (*data)(struct sim_conn *c);   /* new bytes in c->in */
	void (*closed)(struct sim_conn *c); /* NULL: nothing to do */
	void (*opened)(struct sim_conn *c); /* NULL: the client speaks first */
};

struct sim_conn {
	uv_tcp_t tcp;
	uv_timer_t timer;
	struct sim_device *dev;
	uint16_t port;
	enum sim_fault fault;
	const struct sim_protocol *protocol;
	SSL *ssl;
	struct amt_buf in;   /* plain bytes not yet used */
	struct amt_buf drip; /* bytes on the wire to come, FAULT_SLOW */
	struct sim_conn *next_waiting;
	char peer[64];
	char user[64];   /* who is logged in on this socket, "" nobody */
	int redir_state; /* see redir.c */
	int redir_kind;
	char redir_nonce[SIM_NONCE_LEN + 1];
	bool queued, delayed, ready; /* standing in the queue; waiting for the latency; over */
	bool closing, ending, flooding;
	void (*later)(struct sim_conn *c);
	uint64_t last; /* loop time of the last traffic */
	int handles;   /* libuv handles still open */
	struct sim_conn *prev, *next;
};

bool sim_listen_all(struct amt_error *err);
void sim_listen_close(void);
bool sim_device_listens(const struct sim_device *d, uint16_t port);
void sim_conns_close(void);
void sim_conn_open(uv_stream_t *server, uint16_t port, struct sim_device *dev);
void sim_conn_send(struct sim_conn *c, const void *p, size_t n);
void sim_conn_end(struct sim_conn *c);   /* after what was sent: FIN, then wait for the peer's */
void sim_conn_close(struct sim_conn *c); /* now */
void sim_conn_reset(struct sim_conn *c); /* now, with RST */
bool sim_port_is_tls(uint16_t port);
enum sim_fault sim_fault_of(const struct sim_device *d, uint16_t port);
void sim_conn_later(struct sim_conn *c, uint64_t ms, void (*call)(struct sim_conn *c));
void sim_flood(
	struct sim_conn *c); /* FAULT_HEADERS and FAULT_CHUNK: feeds until the peer has enough */

/* --- sockets that drop what comes in: filtered ports and a sleeping ME --- */

bool sim_filter_drop(int fd, const uint32_t *ips, size_t n, struct amt_error *err); /* n 0: all */
void sim_filter_clear(int fd);
bool sim_sleep_add(struct sim_device *d, int fd, struct amt_error *err);
void sim_sleep_touch(struct sim_device *d); /* traffic: stays awake */
void sim_sleep_free(struct sim_device *d);

/* --- TLS --- */

bool sim_certs_init(const char *dir, struct amt_error *err);
void sim_certs_free(void);
bool sim_tls_start(struct sim_conn *c);
void sim_tls_input(struct sim_conn *c, const void *p, size_t n);
void sim_tls_output(struct sim_conn *c, const void *p, size_t n);
void sim_tls_free(void);
/* The leaf of a port, to be freed, with its key; made on first use. extra: intermediates to send,
 * or NULL. */
X509 *sim_cert_leaf(struct sim_device *d, bool redirection, EVP_PKEY **key, X509 **extra);
X509 *sim_cert_root(void);
void sim_conn_wire(struct sim_conn *c, const void *p, size_t n); /* bytes as they go out */

/* --- HTTP --- */

struct sim_http {
	char method[16];
	char uri[256];
	const char *authorization; /* the value, NUL ended, or NULL */
	const char *soap_action;
	const char *body;
	size_t body_len;
	bool close, http10;
};

extern const struct sim_protocol sim_http_protocol, sim_redir_protocol, sim_rfb_protocol;
/* Bytes of the first request, body and all; 0 when more are needed, -1 when it can't become one. */
long sim_http_length(const char *data, size_t len);
/* Parses it, cutting data into lines in place; the same result. Pointers of r point into data. */
long sim_http_parse(char *data, size_t len, struct sim_http *r);
void sim_web_page(struct sim_conn *c, const struct sim_http *r, struct amt_buf *body);

/* --- digest --- */

struct sim_auth {
	char user[64], realm[80], nonce[64], uri[256], qop[16], nc[16], cnonce[128], response[64];
	bool has_response;
};
/* The fields of "Digest a=b, ..."; false when it is no digest line. */
bool sim_digest_parse(const char *line, struct sim_auth *a);
void sim_digest_response(const struct sim_auth *a, const char *password, const char *method,
			 const void *body, size_t body_len, char out[33]);
const char *sim_nonce_new(struct sim_device *d);
const char *sim_realm(const struct sim_device *d, char out[80]);

enum sim_login {
	LOGIN_OK,
	LOGIN_NONE,   /* no credentials: a challenge, not a failure */
	LOGIN_STALE,  /* a nonce we don't know (any more) */
	LOGIN_BAD,    /* wrong user or password */
	LOGIN_LOCKED, /* too many of them */
};
enum sim_login sim_login_http(struct sim_device *d, const struct sim_http *r, char user[64]);
enum sim_login sim_login_redir(struct sim_device *d, const struct sim_auth *a, const char *nonce);
enum sim_login sim_login_plain(struct sim_device *d, const char *user, const char *password);
/* kerberos.c; user becomes the SID of the ACL entry */
enum sim_login sim_login_kerberos(struct sim_device *d, const uint8_t *token, size_t n,
				  char user[64]);
enum sim_login sim_login_negotiate(struct sim_device *d, const char *line, char user[64]);
bool sim_locked(const struct sim_device *d);
void sim_challenge(struct sim_device *d, struct amt_buf *out);
/* Whether the user may use the realm (handbook 1.3). */
bool sim_user_has_realm(const struct sim_device *d, const char *user, unsigned realm);

/* --- WS-MAN and EOI --- */

#define SIM_SELECTORS 8
struct sim_soap {
	char action[256], to[256], resource[256], message_id[128];
	char body[64];         /* local name of the first element of the Body */
	char context[64];      /* of a Pull */
	unsigned max_elements; /* 0: not given */
	uint64_t max_envelope; /* 0: not given */
	unsigned n_selectors, n_params;
	struct sim_pair {
		char name[64], value[128];
	} selectors[SIM_SELECTORS], params[SIM_SELECTORS];
	bool must_option, fragment, soap11;
};
bool sim_soap_parse(const char *p, size_t n, struct sim_soap *s, struct amt_error *err);
const char *sim_soap_param(const struct sim_soap *s, const char *name); /* NULL: not given */
/* The answer to a POST on /wsman; the HTTP status. */
int sim_wsman(struct sim_device *d, const char *user, const char *p, size_t n, struct amt_buf *out,
	      char what[160]);
int sim_eoi(struct sim_device *d, const char *uri, const char *p, size_t n, struct amt_buf *out,
	    char what[160]);
bool sim_eoi_uri(const struct sim_device *d, const char *uri);
void sim_xml_text(struct amt_buf *out, const char *s);

/* cim.c: instances of a class, rendered from classes.def */
struct sim_class;
const struct sim_class *sim_class_find(const struct sim_device *d, const char *uri);
const char *sim_class_name(const struct sim_class *k);
const char *sim_class_uri(const struct sim_class *k, char out[160]);
unsigned sim_class_realm(const struct sim_class *k);
/* Instance n (of the class and those derived from it) as XML with this prefix; false past the end.
 * body_class receives the class whose namespace the instance needs. */
bool sim_instance(const struct sim_device *d, const struct sim_class *k, size_t n,
		  const char *prefix, struct amt_buf *out, const struct sim_class **real);
bool sim_instance_matches(const struct sim_device *d, const struct sim_class *k, size_t n,
			  const struct sim_soap *s);
/* A method's output elements; false when the class has no such method. */
bool sim_method_known(const struct sim_class *k, const char *method);
bool sim_method_rows(const struct sim_device *d, const struct sim_class *k, const char *method,
		     const char *prefix, struct amt_buf *out);
/* methods.c: those with parameters. 0 done, 400 a schema fault, -1 not one of them. */
int sim_method_code(struct sim_device *d, const char *class, const char *method,
		    const struct sim_soap *s, struct amt_buf *out);

/* --- datagrams, log, hello --- */

bool sim_rmcp_listen(struct sim_device *d, struct amt_error *err); /* NULL: every address */
void sim_rmcp_close(void);
size_t sim_rmcp_reply(const struct sim_device *d, const uint8_t *p, size_t n, uint8_t out[32]);
bool sim_log_open(const char *path, struct amt_error *err);
void sim_log(const struct sim_device *d, uint16_t port, const char *peer, const char *fmt, ...)
	AMT_PRINTF(4, 5);
void sim_log_close(void);
int sim_hello_main(int argc, char **argv);

#endif
