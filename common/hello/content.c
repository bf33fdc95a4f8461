/*
 * What is inside an ordered stream: hellos (one a connection, or several), HTTP
 * and TLS where a hello should be, the Server header of AMT's own web service.
 */
#include "hello/engine.h"

#include <stdlib.h>

#define HELLO_HEADER    24
#define HTTP_HEADER_MAX 8192

static bool begins(const uint8_t *p, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && memcmp(p, word, len) == 0;
}

enum hello_content hello_content_guess(const uint8_t *p, size_t n)
{
	static const char *const http[] = {"GET ",     "POST ",    "HEAD ",  "PUT ",    "HTTP/1.",
					   "OPTIONS ", "CONNECT ", "PRI * ", "DELETE ", NULL};

	if (!n)
		return HELLO_CONTENT_NONE;
	for (size_t i = 0; http[i]; i++)
		if (begins(p, n, http[i]))
			return HELLO_CONTENT_HTTP;
	/* Record types 21 to 23 with major version 3; or an SSL 2 client hello. */
	if (n >= 3 && p[0] >= 21 && p[0] <= 23 && p[1] == 3 && p[2] <= 4)
		return HELLO_CONTENT_TLS;
	if (n >= 5 && (p[0] & 0x80) && p[2] == 1 && (p[3] == 2 || p[3] == 3) && p[4] <= 3)
		return HELLO_CONTENT_TLS;
	if (n >= 8 && p[0] <= 1 && p[1] == 0 && p[2] <= 16 && p[3] == 0 && p[5] == 0 && p[6] == 0 &&
	    p[7] == 0)
		return HELLO_CONTENT_HELLO;
	return HELLO_CONTENT_OTHER;
}

/* The root's digest of that length; what an algorithm is called, its length says (hello.md C3). */
static const uint8_t *digest_of(const struct hello_root *r, size_t length)
{
	switch (length) {
	case sizeof(r->md5):
		return r->md5;
	case sizeof(r->sha1):
		return r->sha1;
	case sizeof(r->sha256):
		return r->sha256;
	case sizeof(r->sha384):
		return r->sha384;
	case sizeof(r->sha512):
		return r->sha512;
	default:
		return NULL;
	}
}

static enum amt_tri matches(const struct hello_options *o, const struct hello_hash *h)
{
	if (!o->n_roots || !digest_of(&o->roots[0], h->length))
		return AMT_MAYBE;
	for (size_t k = 0; k < o->n_roots; k++)
		if (memcmp(digest_of(&o->roots[k], h->length), h->bytes, h->length) == 0)
			return AMT_YES;
	return AMT_NO;
}

static void name_hashes(struct hello_engine *e, struct hello_message *m)
{
	const struct hello_options *o = e->opt;

	for (size_t i = 0; i < m->hashes.n; i++) {
		struct hello_hash *h = &m->hashes.v[i];

		if (o->name_of_hash) {
			const char *name = o->name_of_hash(o->name_arg, h->bytes, h->length);

			h->name = amt_arena_strdup(&e->facts->arena, name);
		}
		h->matches_root = matches(o, h);
	}
}

static void keep(struct hello_engine *e, struct hello_flow *w, struct hello_message *m)
{
	struct hello_conn *c = &e->facts->conns.v[w->conn];
	struct hello_stream *s = &w->dir[0];

	c->content = HELLO_CONTENT_HELLO;
	c->hellos++;
	struct hello_cost cost = {.fixed = sizeof(struct hello_seen) * 2 +
					   m->hashes.n * 2 * sizeof(*m->hashes.v),
				  .device = m->uuid,
				  .n_device = sizeof(m->uuid)};
	if (!hello_afford(e, &cost)) {
		e->facts->forgotten++;
		hello_message_free(m);
		return;
	}
	name_hashes(e, m);
	hello_dhcp_pin(e, &c->client_mac);
	struct hello_seen *h = amt_vec_add(&e->facts->hellos);
	h->at = (struct hello_spot){s->time, e->capture, s->frame};
	h->last_frame = s->last_frame;
	h->source = c->client;
	h->destination = c->server;
	h->source_port = c->client_port;
	h->destination_port = c->server_port;
	h->mac = c->client_mac;
	h->m = *m;
}

/* A message that could not be read to its end: why, as far as the wire tells. */
static void explain_cut(struct hello_engine *e, const struct hello_flow *w, struct hello_message *m)
{
	const struct hello_conn *c = &e->facts->conns.v[w->conn];
	const char *why = c->cut   ? "the capture's snap length cut it"
			  : c->gap ? "a segment is missing from the capture"
				   : NULL;

	if (why && m->verdict != HELLO_EXACT)
		m->note =
			m->note ? amt_arena_printf(&e->facts->arena, "%s; %s", m->note, why) : why;
}

/* Bytes after the last message that are no message; that one may not have been kept. */
static void trailing(struct hello_engine *e, const struct hello_conn *c, size_t n)
{
	struct hello_seen *h = &e->facts->hellos.v[e->facts->hellos.n - 1];
	struct hello_message *m = &h->m;

	if (h->source_port != c->client_port || !hello_ip_equal(&h->source, &c->client))
		return;
	const char *add = amt_arena_printf(&e->facts->arena, "trailing %zu bytes", n);

	if (m->verdict == HELLO_EXACT)
		m->verdict = HELLO_PLAUSIBLE;
	m->note = m->note ? amt_arena_printf(&e->facts->arena, "%s; %s", m->note, add) : add;
}

static void hellos(struct hello_engine *e, struct hello_flow *w, bool end)
{
	struct hello_stream *s = &w->dir[0];
	struct hello_conn *c = &e->facts->conns.v[w->conn];

	while (s->buf.len && !s->dead) {
		struct hello_message m;
		const uint8_t *p = (const uint8_t *)s->buf.data;
		size_t kept = e->facts->hellos.n;
		bool again = c->hellos > 0;
		bool over = hello_spent(e);

		/* A second one has to look like one; the first was vouched for by its port. */
		if ((again || w->kind != PORT_HELLO) && s->buf.len >= HELLO_HEADER &&
		    !hello_looks_like(p, s->buf.len)) {
			if (again && kept)
				trailing(e, c, s->buf.len);
			s->dead = true;
			return;
		}
		size_t used = hello_decode(p, s->buf.len, !end,
					   over ? &e->scratch : &e->facts->arena, &m);
		if (!used) {
			if (end && again && kept)
				trailing(e, c, s->buf.len);
			if (end || s->buf.over)
				s->dead = true;
			if (end && !again && s->buf.len >= HELLO_HEADER)
				c->content = HELLO_CONTENT_OTHER;
			else if (s->buf.len >= HELLO_HEADER &&
				 hello_content_guess(p, s->buf.len) != HELLO_CONTENT_HELLO)
				s->dead = true;
			return;
		}
		if (!over)
			explain_cut(e, w, &m);
		keep(e, w, &m);
		amt_arena_reset(&e->scratch);
		amt_buf_consume(&s->buf, used);
		s->frame = s->last_frame;
	}
}

/* Less than eight bytes, each of them where a hello has it: a header that broke off at once. */
static bool begins_header(const uint8_t *p, size_t n)
{
	return n >= 3 && p[0] <= 1 && p[1] == 0 && p[2] >= 1 && p[2] <= 3 && (n < 4 || p[3] == 0) &&
	       (n < 6 || p[5] == 0) && (n < 7 || p[6] == 0);
}

static void hello_port(struct hello_engine *e, struct hello_flow *w, bool end)
{
	struct hello_conn *c = &e->facts->conns.v[w->conn];
	struct hello_stream *s = &w->dir[0];

	if (c->content == HELLO_CONTENT_NONE && s->buf.len) {
		if (s->buf.len < 8 && !end)
			return;
		enum hello_content is =
			hello_content_guess((const uint8_t *)s->buf.data, s->buf.len);
		/* Too few bytes to tell, and more were sent than the capture has. */
		if (is == HELLO_CONTENT_OTHER && s->buf.len < 8 && (c->cut || c->gap))
			return;
		if (is == HELLO_CONTENT_OTHER && s->buf.len < 8 &&
		    begins_header((const uint8_t *)s->buf.data, s->buf.len))
			is = HELLO_CONTENT_HELLO;
		c->content = is;
	}
	if (c->content == HELLO_CONTENT_HELLO)
		hellos(e, w, end);
	else if (c->content != HELLO_CONTENT_NONE)
		s->dead = true;
}

/* The value of a header line, case of its name ignored. */
static const char *header(const char *text, size_t n, const char *name, size_t *len)
{
	const char *at = amt_memcasestr(text, n, name);

	if (!at)
		return NULL;
	const char *p = at + strlen(name), *end = text + n;
	while (p < end && *p == ' ')
		p++;
	const char *eol = memchr(p, '\r', (size_t)(end - p));
	if (!eol)
		return NULL;
	*len = (size_t)(eol - p);
	return p;
}

static void http_server(struct hello_engine *e, struct hello_flow *w, bool end)
{
	struct hello_conn *c = &e->facts->conns.v[w->conn];
	struct hello_stream *s = &w->dir[1];
	size_t len;

	if (!begins((const uint8_t *)s->buf.data, s->buf.len, "HTTP/1.") && s->buf.len >= 7) {
		s->dead = true;
		return;
	}
	if (!s->buf.len)
		return;
	if (c->content == HELLO_CONTENT_NONE)
		c->content = HELLO_CONTENT_HTTP;
	const char *v = header(s->buf.data, s->buf.len, "\r\nServer:", &len);
	if (v) {
		c->http_server = hello_keep_text(e, v, len < 200 ? len : 200);
		s->dead = true;
	} else if (end || s->buf.len > HTTP_HEADER_MAX ||
		   amt_memcasestr(s->buf.data, s->buf.len, "\r\n\r\n")) {
		s->dead = true;
	}
}

void hello_content(struct hello_engine *e, struct hello_flow *w, int dir, bool end)
{
	switch (w->kind) {
	case PORT_NONE:
	case PORT_HELLO:
		if (dir == 0)
			hello_port(e, w, end);
		break;
	case PORT_AMT_HTTP:
		if (dir == 1)
			http_server(e, w, end);
		break;
	case PORT_AMT_TLS:
		hello_tls(e, w, dir);
		break;
	case PORT_DNS:
		hello_dns_stream(e, w, dir, end);
		break;
	default:
		w->dir[dir].dead = true;
	}
}
