/*
 * Questions for the provisioning server's name and their answers (RFC 1035), over
 * UDP and TCP. Only the first label is compared: the bare name and every suffix count.
 */
#include "hello/engine.h"

#include <stdio.h>

#define NAME_MAX_BYTES 255
#define POINTERS_MAX   32
#define ANSWERS_MAX    64
#define ALIASES_MAX    16
#define KEPT_MAX       16

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_AAAA = 28 };

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool hello_read_name(struct amt_rd *r, char *out, size_t size)
{
	struct amt_rd at = *r;
	bool jumped = false;
	size_t n = 0;

	for (int jumps = 0;;) {
		unsigned len = amt_rd_u8(&at);

		if (at.short_)
			return false;
		if ((len & 0xc0) == 0xc0) {
			size_t to = (size_t)(len & 0x3f) << 8 | amt_rd_u8(&at);

			if (at.short_ || ++jumps > POINTERS_MAX ||
			    to >= (size_t)(at.end - at.start))
				return false;
			if (!jumped)
				r->p = at.p;
			jumped = true;
			at.p = at.start + to;
			continue;
		}
		if (len > 63)
			return false;
		if (!len)
			break;
		const uint8_t *p = amt_rd_bytes(&at, len);
		if (!p || n + len + 2 > size)
			return false;
		if (n)
			out[n++] = '.';
		for (unsigned i = 0; i < len; i++)
			out[n++] = lower(p[i]);
	}
	if (!jumped)
		r->p = at.p;
	out[n] = '\0';
	return true;
}

bool hello_dns_wanted(const struct hello_engine *e, const uint8_t *p, size_t n)
{
	if (n < 17 || p[4] != 0 || p[5] != 1)
		return false;
	for (size_t i = 0; i < e->names.n; i++) {
		const char *name = e->names.v[i];
		size_t len = strlen(name), k = 0;

		if (p[12] != len || n < 13 + len)
			continue;
		while (k < len && lower(p[13 + k]) == name[k])
			k++;
		if (k == len)
			return true;
	}
	return false;
}

static struct hello_query *place(struct hello_engine *e, const struct hello_frame *f, bool answer,
				 const char *name, uint16_t type)
{
	const struct hello_ip *client = answer ? &f->destination : &f->source;
	const struct hello_ip *server = answer ? &f->source : &f->destination;
	uint8_t key[sizeof(struct hello_ip) * 2 + 2 + NAME_MAX_BYTES + 1];
	size_t len = strlen(name), n = 0;
	bool fresh;

	memcpy(key, client, sizeof(*client)), n += sizeof(*client);
	memcpy(key + n, server, sizeof(*server)), n += sizeof(*server);
	memcpy(key + n, &type, 2), n += 2;
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): bytes of a key */
	memcpy(key + n, name, len), n += len;
	struct hello_cost cost = {.fixed = 2 * sizeof(struct hello_query) + 2 * n + 64,
				  .device = client->bytes,
				  .n_device = sizeof(client->bytes)};
	if (!amt_map_get(&e->queries, key, n) && !hello_afford(e, &cost)) {
		e->facts->forgotten++;
		return NULL;
	}
	union amt_map_value *v = amt_map_put(&e->queries, key, n, &fresh);
	if (!fresh)
		return &e->facts->queries.v[v->n - 1];
	struct hello_query *q = amt_vec_add(&e->facts->queries);
	v->n = e->facts->queries.n;
	q->client = *client;
	q->server = *server;
	q->type = type;
	q->name = amt_arena_strdup(&e->facts->arena, name);
	q->bare = strchr(name, '.') == NULL;
	q->mac = answer ? f->destination_mac : f->source_mac;
	hello_dhcp_pin(e, &q->mac);
	return q;
}

static void add_address(struct hello_query *q, uint8_t family, const uint8_t *p)
{
	struct hello_ip ip = {.family = family};

	memcpy(ip.bytes, p, family == 4 ? 4 : 16);
	for (size_t i = 0; i < q->addresses.n; i++)
		if (hello_ip_equal(&q->addresses.v[i], &ip))
			return;
	if (q->addresses.n < KEPT_MAX)
		amt_vec_push(&q->addresses, ip);
}

struct record {
	char owner[NAME_MAX_BYTES + 1];
	unsigned type, length;
	uint32_t ttl;
	struct amt_rd value; /* names in it point back into the message */
	const uint8_t *p;
};

static bool next_record(struct amt_rd *r, struct record *x)
{
	if (!hello_read_name(r, x->owner, sizeof(x->owner)))
		return false;
	x->type = amt_rd_be16(r);
	amt_rd_skip(r, 2);
	x->ttl = amt_rd_be32(r);
	x->length = amt_rd_be16(r);
	x->value = *r;
	x->p = amt_rd_bytes(r, x->length);
	return x->p != NULL;
}

/* One step along the aliases, in whatever order they stand. */
static bool alias(struct amt_rd r, unsigned count, char name[NAME_MAX_BYTES + 1])
{
	struct record x;
	bool found = false;

	for (unsigned i = 0; i < count && !found && next_record(&r, &x); i++)
		found = x.type == TYPE_CNAME && !strcmp(x.owner, name);
	if (!found || !hello_read_name(&x.value, x.owner, sizeof(x.owner)))
		return false;
	amt_str_copy(name, NAME_MAX_BYTES + 1, x.owner);
	return true;
}

/* The addresses of the name that was asked for, or of what it is an alias of: no resolver takes
 * others. */
static void answers(struct hello_engine *e, struct hello_query *q, struct amt_rd *r, unsigned count)
{
	char name[NAME_MAX_BYTES + 1];
	struct record x;

	count = count < ANSWERS_MAX ? count : ANSWERS_MAX;
	amt_str_copy(name, sizeof(name), q->name);
	int hops = 0;
	while (hops < ALIASES_MAX && alias(*r, count, name))
		hops++;
	if (hops)
		q->cname = hello_keep_text(e, name, strlen(name));
	for (unsigned i = 0; i < count && next_record(r, &x); i++) {
		if (strcmp(x.owner, name) != 0)
			continue;
		if (x.type == TYPE_A && x.length == 4)
			add_address(q, 4, x.p);
		else if (x.type == TYPE_AAAA && x.length == 16)
			add_address(q, 6, x.p);
		else
			continue;
		q->ttl = x.ttl;
	}
}

static void count(struct hello_engine *e, const struct hello_frame *f, struct amt_rd *r,
		  struct hello_query *q, unsigned flags, unsigned n)
{
	q->tcp = f->protocol == PROTO_TCP;
	if (!(flags & 0x8000)) {
		q->asked++;
		q->question = hello_spot_of(e, f);
		return;
	}
	q->answered++;
	q->answer = hello_spot_of(e, f);
	if (!q->question.frame)
		q->question = q->answer;
	q->rcode = flags & 15;
	q->truncated = flags & 0x0200;
	q->cut = f->payload_caplen < f->payload_len;
	q->addresses.n = 0;
	q->cname = NULL;
	answers(e, q, r, n);
}

/* The message is f's payload. Copies were told apart before if it came over TCP. */
void hello_dns(struct hello_engine *e, const struct hello_frame *f)
{
	char name[NAME_MAX_BYTES + 1];
	struct amt_rd r;

	if (!hello_dns_wanted(e, f->payload, f->payload_caplen))
		return;
	r = amt_rd_init(f->payload, f->payload_caplen);
	amt_rd_skip(&r, 2);
	unsigned flags = amt_rd_be16(&r);
	amt_rd_skip(&r, 2);
	unsigned n = amt_rd_be16(&r);
	amt_rd_skip(&r, 4);
	if ((flags & 0x7800) != 0 || !hello_read_name(&r, name, sizeof(name)))
		return;
	uint16_t type = amt_rd_be16(&r);
	amt_rd_skip(&r, 2);
	if (r.short_)
		return;
	e->relevant = true;
	if (f->protocol != PROTO_TCP && hello_engine_duplicate(e, f))
		return;
	struct hello_query *q = place(e, f, flags & 0x8000, name, type);
	if (q)
		count(e, f, &r, q, flags, n);
}

/* RFC 1035, 4.2.2. A connection whose first message asks for another name is not followed. */
void hello_dns_stream(struct hello_engine *e, struct hello_flow *w, int dir, bool end)
{
	const struct hello_conn *c = &e->facts->conns.v[w->conn];
	struct hello_stream *s = &w->dir[dir];

	while (!s->dead && s->buf.len > 2) {
		const uint8_t *p = (const uint8_t *)s->buf.data;
		size_t whole = 2 + ((size_t)p[0] << 8 | p[1]);
		size_t have = s->buf.len < whole ? s->buf.len : whole;

		if (have < whole && !end)
			return;
		struct hello_packet packet = {.frame = s->frame};
		struct hello_frame f = {.packet = &packet,
					.time = s->time,
					.protocol = PROTO_TCP,
					.source = dir ? c->server : c->client,
					.destination = dir ? c->client : c->server,
					.source_mac = dir ? c->server_mac : c->client_mac,
					.destination_mac = dir ? c->client_mac : c->server_mac,
					.payload = p + 2,
					.payload_caplen = (uint32_t)have - 2,
					.payload_len = (uint32_t)whole - 2};
		if (!hello_dns_wanted(e, f.payload, f.payload_caplen)) {
			w->dir[0].dead = w->dir[1].dead = true;
			return;
		}
		hello_dns(e, &f);
		amt_buf_consume(&s->buf, have);
		s->frame = s->last_frame;
		s->time = s->last_time;
	}
}
