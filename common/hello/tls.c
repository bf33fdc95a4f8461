/*
 * A TLS handshake as a bystander sees it, up to TLS 1.2 (RFC 5246; PSK: RFC 4279):
 * versions, cipher, both certificate lists, the PSK identity, alerts. After
 * ChangeCipherSpec, and in TLS 1.3 after ServerHello, all is dark and only counted.
 */
#include "hello/engine.h"

#include <stdlib.h>

enum { RECORD_CCS = 20, RECORD_ALERT, RECORD_HANDSHAKE, RECORD_DATA };
enum {
	HS_CLIENT_HELLO = 1,
	HS_SERVER_HELLO = 2,
	HS_CERTIFICATE = 11,
	HS_CERTIFICATE_REQUEST = 13,
	HS_SERVER_DONE = 14,
	HS_CLIENT_KEY = 16,
};
enum { ALERT_NO_CERTIFICATE = 41 };
#define RECORD_MAX   (16384 + 2048) /* RFC 5246, 6.2.3 */
#define CHAIN_MAX    16
#define IDENTITY_MAX 128

/* Key exchange by PSK alone, or with DHE or RSA (RFC 4279, 5487, 5489, 4785). */
static bool psk_cipher(unsigned c)
{
	return (c >= 0x2c && c <= 0x2e) || (c >= 0x8a && c <= 0x95) || (c >= 0xa8 && c <= 0xb9) ||
	       (c >= 0xc033 && c <= 0xc03b);
}

/* supported_versions (43): the highest a client offers, or the one a server takes. */
static uint16_t versions_extension(struct amt_rd r, bool client)
{
	uint16_t best = 0;

	struct amt_rd all = amt_rd_sub(&r, amt_rd_be16(&r));
	while (amt_rd_left(&all) >= 4) {
		unsigned type = amt_rd_be16(&all);
		struct amt_rd x = amt_rd_sub(&all, amt_rd_be16(&all));

		if (type != 43)
			continue;
		if (client)
			amt_rd_skip(&x, 1);
		while (amt_rd_left(&x) >= 2) {
			uint16_t v = amt_rd_be16(&x);

			if ((v & 0xff00) == 0x0300 && v > best) /* not GREASE */
				best = v;
		}
	}
	return best;
}

static void client_hello(struct hello_tls *t, struct amt_rd r)
{
	uint16_t version = amt_rd_be16(&r);

	amt_rd_skip(&r, 32);
	amt_rd_skip(&r, amt_rd_u8(&r));
	amt_rd_skip(&r, amt_rd_be16(&r));
	amt_rd_skip(&r, amt_rd_u8(&r));
	if (r.short_)
		return;
	uint16_t best = versions_extension(r, true);
	t->client_hello = true;
	t->client_version = best ? best : version;
}

static void server_hello(struct hello_tls *t, struct amt_rd r)
{
	uint16_t version = amt_rd_be16(&r);

	amt_rd_skip(&r, 32);
	amt_rd_skip(&r, amt_rd_u8(&r));
	uint16_t cipher = amt_rd_be16(&r);
	amt_rd_skip(&r, 1);
	if (r.short_)
		return;
	uint16_t chosen = versions_extension(r, false);
	t->server_hello = true;
	t->cipher = cipher;
	t->server_version = chosen ? chosen : version;
}

static uint32_t certificate_index(struct hello_engine *e, const uint8_t *der, size_t n)
{
	bool fresh;
	union amt_map_value *v = amt_map_put(&e->certificates, der, n, &fresh);

	if (!fresh)
		return (uint32_t)v->n;
	v->n = e->facts->certificates.n;
	uint8_t *copy = amt_arena_alloc(&e->facts->arena, n ? n : 1);
	memcpy(copy, der, n);
	struct hello_certificate *c = amt_vec_add(&e->facts->certificates);
	c->der = copy;
	c->length = n;
	return (uint32_t)v->n;
}

static void certificates(struct hello_engine *e, struct hello_tls *t, struct amt_rd r, int dir,
			 struct hello_spot at)
{
	struct amt_rd list = amt_rd_sub(&r, (size_t)amt_rd_be(&r, 3));

	if (r.short_ || (dir ? t->server_cert : t->client_cert))
		return;
	if (dir) {
		t->server_cert = true;
		t->server_cert_at = at;
	} else {
		t->client_cert = true;
		t->client_cert_at = at;
		t->client_cert_empty = amt_rd_left(&list) == 0;
	}
	for (int i = 0; i < CHAIN_MAX && amt_rd_left(&list); i++) {
		size_t n = (size_t)amt_rd_be(&list, 3);
		const uint8_t *der = amt_rd_bytes(&list, n);

		if (!der || !n)
			break;
		/* What finds it again holds its bytes too. */
		struct hello_cost cost = {.fixed = n + 128};
		if (!amt_map_get(&e->certificates, der, n) && !hello_afford(e, &cost)) {
			e->facts->forgotten++;
			break;
		}
		uint32_t index = certificate_index(e, der, n);
		if (dir)
			amt_vec_push(&t->server_chain, index);
		else
			amt_vec_push(&t->client_chain, index);
	}
}

static void client_key(struct hello_engine *e, struct hello_tls *t, struct amt_rd r)
{
	t->client_key = true;
	if (!psk_cipher(t->cipher) || t->psk_identity)
		return;
	size_t n = amt_rd_be16(&r);
	const uint8_t *p = amt_rd_bytes(&r, n);
	if (p && n <= IDENTITY_MAX)
		t->psk_identity = hello_keep_text(e, p, n);
}

static void handshake_message(struct hello_engine *e, struct hello_tls *t, unsigned type,
			      struct amt_rd body, int dir, struct hello_spot at)
{
	if (type == HS_CLIENT_HELLO && dir == 0)
		client_hello(t, body);
	else if (type == HS_SERVER_HELLO && dir == 1)
		server_hello(t, body);
	else if (type == HS_CERTIFICATE && t->server_version < 0x0304)
		certificates(e, t, body, dir, at);
	else if (type == HS_CERTIFICATE_REQUEST && dir == 1)
		t->cert_request = true;
	else if (type == HS_SERVER_DONE && dir == 1)
		t->server_done = true;
	else if (type == HS_CLIENT_KEY && dir == 0)
		client_key(e, t, body);
}

static struct hello_spot place(const struct hello_engine *e, const struct hello_stream *s)
{
	return (struct hello_spot){s->last_time, e->capture, s->last_frame};
}

/* Whole handshake messages from the front of hs. */
static void handshakes(struct hello_engine *e, struct hello_flow *w, int dir)
{
	struct hello_stream *s = &w->dir[dir];
	struct amt_rd r = amt_rd_init(s->hs.data, s->hs.len);
	size_t used = 0;

	while (amt_rd_left(&r) >= 4) {
		unsigned type = amt_rd_u8(&r);
		size_t n = (size_t)amt_rd_be(&r, 3);
		struct amt_rd body = amt_rd_sub(&r, n);

		if (r.short_)
			break;
		used = amt_rd_at(&r);
		/* By index: facts may have grown. */
		handshake_message(e, &e->facts->conns.v[w->conn].tls, type, body, dir, place(e, s));
	}
	if (used)
		amt_buf_consume(&s->hs, used);
	if (s->hs.over)
		s->dead = true;
}

static void alert(struct hello_tls *t, struct amt_rd r, int dir, struct hello_spot at)
{
	uint8_t level = amt_rd_u8(&r), what = amt_rd_u8(&r);

	/* The first one; but what ends it outranks what only warns. */
	if (r.short_ || amt_rd_left(&r) || level < 1 || level > 2 || level <= t->alert_level)
		return;
	/* RFC 6101, 5.6.6: how SSL 3.0 says that it has no certificate to show. */
	if (what == ALERT_NO_CERTIFICATE && dir == 0 && t->cert_request && !t->client_cert) {
		t->client_cert = t->client_cert_empty = true;
		t->client_cert_at = at;
		return;
	}
	if (what == 0 && t->client_ccs) /* close_notify: an orderly end */
		return;
	t->alert_level = level;
	t->alert = what;
	t->alert_by = (uint8_t)(dir + 1);
	t->alert_at = at;
}

static void record(struct hello_engine *e, struct hello_flow *w, int dir, unsigned type,
		   struct amt_rd body)
{
	struct hello_stream *s = &w->dir[dir];
	struct hello_conn *c = &e->facts->conns.v[w->conn];
	struct hello_tls *t = &c->tls;

	if (type == RECORD_DATA) {
		uint64_t *n = dir ? &t->server_bytes : &t->client_bytes;

		*n += amt_rd_left(&body);
	} else if (type == RECORD_CCS) {
		s->ccs = true;
		if (dir == 0)
			t->client_ccs = true;
		else
			t->server_ccs = true;
	} else if (type == RECORD_ALERT && !s->ccs) {
		alert(t, body, dir, place(e, s));
	} else if (type == RECORD_HANDSHAKE && !s->ccs) {
		size_t before = s->hs.cap;

		amt_buf_add(&s->hs, body.p, amt_rd_left(&body));
		e->flows.buffered += s->hs.cap - before;
		handshakes(e, w, dir);
	}
}

/*
 * A hello in the clothes of SSL 2 that offers TLS (RFC 5246, E.2), as Windows Server 2003 sends it.
 * False: it is not whole yet.
 */
static bool ssl2_hello(struct hello_stream *s, struct hello_tls *t)
{
	const uint8_t *p = (const uint8_t *)s->buf.data;

	if (t->client_hello || s->buf.len < 5 || !(p[0] & 0x80) || p[2] != HS_CLIENT_HELLO)
		return true;
	size_t whole = 2 + ((size_t)(p[0] & 0x7f) << 8 | p[1]);
	if (s->buf.len < whole)
		return false;
	t->client_hello = true;
	t->client_version = (uint16_t)(p[3] << 8 | p[4]);
	amt_buf_consume(&s->buf, whole);
	return true;
}

void hello_tls(struct hello_engine *e, struct hello_flow *w, int dir)
{
	struct hello_stream *s = &w->dir[dir];
	struct hello_conn *c = &e->facts->conns.v[w->conn];
	size_t used = 0;

	if (c->content == HELLO_CONTENT_NONE && s->buf.len >= 3) {
		c->content = hello_content_guess((const uint8_t *)s->buf.data, s->buf.len);
		if (c->content == HELLO_CONTENT_HELLO) /* not on this port */
			c->content = HELLO_CONTENT_OTHER;
	}
	if (c->content != HELLO_CONTENT_TLS) {
		s->dead = c->content != HELLO_CONTENT_NONE;
		return;
	}
	if (dir == 0 && !ssl2_hello(s, &c->tls))
		return;
	struct amt_rd r = amt_rd_init(s->buf.data, s->buf.len);
	while (amt_rd_left(&r) >= 5 && !s->dead) {
		unsigned type = amt_rd_u8(&r);
		unsigned major = amt_rd_u8(&r);
		amt_rd_skip(&r, 1);
		size_t n = amt_rd_be16(&r);

		if (type < RECORD_CCS || type > RECORD_DATA || major != 3 || n > RECORD_MAX) {
			s->dead = true; /* we lost our place */
			return;
		}
		struct amt_rd body = amt_rd_sub(&r, n);
		if (r.short_)
			break;
		used = amt_rd_at(&r);
		record(e, w, dir, type, body);
	}
	if (used)
		amt_buf_consume(&s->buf, used);
}
