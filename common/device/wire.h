/* Inside of the device room: the protocols without a library, as pure readers and writers. */
#ifndef DEVICE_WIRE_H
#define DEVICE_WIRE_H

#include "amtdiag/device.h"

/* ---- RMCP presence (handbook device 2.4; ASF 2.0, 3.2.3 and 3.2.4) ---- */

#define DEV_RMCP_PING 12
void dev_rmcp_ping(uint8_t out[DEV_RMCP_PING], uint8_t tag);
/* False: not a presence pong. Fills all but answered and ms. */
bool dev_rmcp_pong(struct amt_device *d, const uint8_t *p, size_t n, struct amt_dev_rmcp *out,
		   uint8_t *tag);

/* ---- HTTP (2.1) ---- */

struct dev_challenge {
	bool digest, negotiate, basic;
	bool stale, auth, auth_int; /* qop offered */
	char realm[128], nonce[128], qop[64], algorithm[32];
};
/* Adds what one WWW-Authenticate value offers; several challenges in one value are fine. */
void dev_challenge_read(const char *value, struct dev_challenge *c);

/* All challenges of an answer. False: no digest among them. */
bool dev_challenge_of(const struct amt_http_result *r, struct dev_challenge *c);

/* What a digest answer is made of. */
struct dev_digest_use {
	const struct dev_challenge *challenge;
	const char *user, *password, *method, *uri;
	const char *cnonce; /* NULL: a random one */
	unsigned nc;        /* how often this nonce was used, this time included */
	const void *body;
	size_t body_len;
};
#define DEV_DIGEST_RESPONSE 33
/* "auth" where it is offered, else "auth-int", else "". */
const char *dev_digest_qop(const struct dev_challenge *c);
bool dev_digest_response(const struct dev_digest_use *u, char out[DEV_DIGEST_RESPONSE]);
/* The Authorization line. False: the challenge asks for what AMT never does. */
bool dev_digest_header(struct dev_digest_use *u, struct amt_buf *out, struct amt_error *err);

/* "Intel(R) Active Management Technology 11.8.50.3425", "Intel(R) Standard Manageability 9.1",
 * "AMT". product and version may come out NULL; from the device's arena. */
void dev_banner_read(struct amt_device *d, const char *server, const char **product,
		     const char **version);

/* ---- redirection (2.5) ---- */

struct dev_redir_reply {
	uint8_t type; /* 0x11 start, 0x14 authentication */
	int status;
	size_t n_methods;
	uint8_t methods[16];
};
#define DEV_REDIR_START 8
#define DEV_REDIR_QUERY 9
#define DEV_REDIR_END   4
/* The start message of "SOL", "IDER" or "KVM". */
void dev_redir_start(uint8_t out[DEV_REDIR_START], const char *service);
void dev_redir_query(uint8_t out[DEV_REDIR_QUERY]);
void dev_redir_end(uint8_t out[DEV_REDIR_END]);
/* Bytes of the whole first message; 0: more is needed; -1: not this protocol. */
long dev_redir_read(const uint8_t *p, size_t n, struct dev_redir_reply *out);

/* ---- TLS by hand: hellos that no library would send or take (2.2) ---- */

#define DEV_HELLO_MAX 512
enum dev_hello_offer { DEV_OFFER_ALL, DEV_OFFER_NO_RC4, DEV_OFFER_RC4 };
/* A ClientHello for exactly that version (0x0301 .. 0x0304); its length. */
size_t dev_hello_write(uint8_t out[DEV_HELLO_MAX], uint16_t version, enum dev_hello_offer offer,
		       const char *name, const uint8_t random[64]);

struct dev_hello_reply {
	bool hello;               /* a ServerHello came */
	int alert;                /* description of an alert, -1: none */
	bool not_tls, done;       /* done: nothing more to wait for */
	uint16_t version, cipher; /* chosen */
	bool renegotiation_info, extended_master_secret;
	bool certificate_request;
	const uint8_t *certificates; /* the certificate_list, into the bytes given; NULL: none */
	size_t certificates_len;
};
/*
 * Reads what a server sent so far. Messages may be spread over records and are put
 * together in scratch, which must have room for n bytes. False: more is needed.
 */
bool dev_hello_read(const uint8_t *p, size_t n, uint8_t *scratch, struct dev_hello_reply *out);
const char *dev_tls_version_name(uint16_t version); /* "TLS 1.0" */
/* The suite's name, or "0x1234" in text. */
const char *dev_tls_cipher_name(uint16_t cipher, char text[16]);
bool dev_tls_cipher_rc4(uint16_t cipher);

#endif
