/*
 * One hello message from its bytes. Layout: hello.md 1.1 (header), 1.2 (PSK),
 * 1.3 (PKI), 1.4 (others), 1.7 (when it is a hello at all). All integers are
 * little-endian. A list that ends early is never taken for a whole one.
 */
#include "amtdiag/hello.h"

#include <stdio.h>

#define HEADER       24 /* hello.md 1.1 */
#define PSK_TOTAL    32 /* hello.md 1.2 */
#define RETRY_USUAL  14 /* Intel's range 0-14 (hello.md 1.6 C2), never used as time */
#define RETRY_LIMIT  255
#define HASHES_USUAL 33 /* host API limit on hash handles (hello.md 1.3) */

static bool constant(const uint8_t *p, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (p[i] != p[0])
			return false;
	return true;
}

bool hello_looks_like(const uint8_t *p, size_t n)
{
	struct amt_rd r = amt_rd_init(p, n);
	unsigned credentials = amt_rd_le16(&r);
	unsigned version = amt_rd_le16(&r);
	uint32_t retry = amt_rd_le32(&r);
	const uint8_t *uuid = amt_rd_bytes(&r, 16);

	return !r.short_ && credentials <= 1 && version >= 1 && version <= 3 &&
	       retry <= RETRY_LIMIT && !constant(uuid, 16);
}

const char *hello_algorithm(size_t hash_length)
{
	switch (hash_length) {
	case 16:
		return "MD5";
	case 20:
		return "SHA-1";
	case 28:
		return "SHA-224";
	case 32:
		return "SHA-256";
	case 48:
		return "SHA-384";
	case 64:
		return "SHA-512";
	default:
		return "unknown";
	}
}

/* What the type byte says, where sources agree (hello.md 1.3); 0: disputed or unknown. */
static unsigned length_of_type(unsigned type)
{
	return type == 0 ? 16 : type == 1 ? 20 : type == 2 ? 32 : 0;
}

/* Notes add up: "first; second". */
static void note(struct amt_arena *a, struct hello_message *m, const char *fmt, ...)
	AMT_PRINTF(3, 4);
static void note(struct amt_arena *a, struct hello_message *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	const char *s = amt_arena_vprintf(a, fmt, ap);
	va_end(ap);
	m->note = m->note ? amt_arena_printf(a, "%s; %s", m->note, s) : s;
}

static size_t decode_psk(const uint8_t *p, size_t n, bool more, struct amt_arena *a,
			 struct hello_message *m)
{
	m->mode = HELLO_MODE_PSK;
	m->expected = PSK_TOTAL;
	if (n < PSK_TOTAL) {
		if (more)
			return 0;
		m->length = n;
		m->verdict = HELLO_PLAUSIBLE;
		note(a, m, "truncated at byte %zu of %u", n, PSK_TOTAL);
		return n;
	}
	m->length = PSK_TOTAL;
	m->verdict = HELLO_EXACT;
	for (size_t i = 0; i < 8; i++) {
		uint8_t c = p[HEADER + i];
		bool good = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!good)
			m->verdict = HELLO_PLAUSIBLE;
		m->pid[i] = good || (c > ' ' && c < 0x7f) ? (char)c : '?';
	}
	if (m->verdict != HELLO_EXACT)
		note(a, m, "the PID holds characters other than A-Z and 0-9");
	return PSK_TOTAL;
}

/* The first of each kind by name, the others by number: a hostile list must not grow the note. */
static void hash_notes(struct amt_arena *a, struct hello_message *m)
{
	size_t odd = 0, first_odd = 0, differ = 0, first_differ = 0;

	for (size_t i = 0; i < m->hashes.n; i++) {
		const struct hello_hash *h = &m->hashes.v[i];
		unsigned want = length_of_type(h->type);

		if (!strcmp(h->algorithm, "unknown")) {
			if (!odd++)
				first_odd = i;
		} else if (want && want != h->length) {
			if (!differ++)
				first_differ = i;
		}
	}
	if (odd) {
		m->verdict = HELLO_PLAUSIBLE;
		note(a, m, "hash %zu has the odd length %u%s", first_odd + 1,
		     m->hashes.v[first_odd].length, odd > 1 ? ", and others" : "");
	}
	if (differ)
		note(a, m, "hash %zu: type %u but %u bytes (named by its length)%s",
		     first_differ + 1, m->hashes.v[first_differ].type,
		     m->hashes.v[first_differ].length, differ > 1 ? ", and others" : "");
	if (m->declared_hashes > HASHES_USUAL)
		note(a, m, "%u hashes, more than the %u a host can manage", m->declared_hashes,
		     HASHES_USUAL);
}

/* How far the records of a list go, before anything is kept of them. */
struct list {
	size_t end;      /* behind the last whole record */
	size_t expected; /* bytes of the whole message */
	unsigned whole;
	bool cut;
	bool guessed; /* expected: what is missing is reckoned with the last length that was seen */
};

static struct list measure(const uint8_t *p, size_t n, unsigned declared)
{
	struct list l = {.end = HEADER + 1, .expected = HEADER + 1, .cut = n <= HEADER};
	size_t last = 20;

	for (unsigned i = 0; i < declared; i++) {
		if (!l.cut && n - l.end < 2)
			l.cut = true;
		l.guessed |= l.cut;
		size_t length = l.cut ? last : p[l.end + 1];
		l.expected += 2 + length;
		l.cut = l.cut || n - l.end - 2 < length;
		if (l.cut)
			continue;
		l.end += 2 + length;
		l.whole++;
		last = length;
	}
	return l;
}

static void take_hashes(const uint8_t *p, const struct list *l, struct amt_arena *a,
			struct hello_message *m)
{
	size_t n = l->end - HEADER - 1;

	if (!l->whole)
		return;
	uint8_t *at = amt_arena_alloc(a, n);
	memcpy(at, p + HEADER + 1, n);
	m->hashes.v = amt_reallocarray(NULL, l->whole, sizeof(*m->hashes.v));
	m->hashes.cap = l->whole;
	for (; m->hashes.n < l->whole; at += 2 + at[1])
		m->hashes.v[m->hashes.n++] =
			(struct hello_hash){.type = at[0],
					    .length = at[1],
					    .bytes = at + 2,
					    .algorithm = hello_algorithm(at[1])};
}

static size_t decode_pki(const uint8_t *p, size_t n, bool more, struct amt_arena *a,
			 struct hello_message *m)
{
	m->mode = HELLO_MODE_PKI;
	m->declared_hashes = n > HEADER ? p[HEADER] : 0;
	struct list l = measure(p, n, m->declared_hashes);
	m->expected = l.expected;
	if (l.cut && more)
		return 0;
	take_hashes(p, &l, a, m);
	m->length = l.cut ? n : l.end;
	m->verdict = l.cut ? HELLO_PLAUSIBLE : HELLO_EXACT;
	if (n <= HEADER)
		note(a, m, "truncated at byte %zu: the hash list is missing", n);
	else if (l.cut)
		note(a, m, "truncated at byte %zu of %s%zu: %zu of %u hashes are whole", n,
		     l.guessed ? "about " : "", m->expected, m->hashes.n, m->declared_hashes);
	hash_notes(a, m);
	return m->length;
}

/* hello.md 1.4: the header, then bytes that nobody has documented. */
static size_t decode_other(const uint8_t *p, size_t n, bool more, struct amt_arena *a,
			   struct hello_message *m)
{
	if (more)
		return 0;
	m->length = n;
	m->verdict = HELLO_PLAUSIBLE;
	m->body_length = n - HEADER;
	if (m->body_length) {
		uint8_t *copy = amt_arena_alloc(a, m->body_length);
		memcpy(copy, p + HEADER, m->body_length);
		m->body = copy;
	}
	if (m->version == 1)
		note(a, m, "legacy hello, body layout unknown");
	else
		note(a, m, "interface version %u is not known, body layout unknown", m->version);
	return n;
}

size_t hello_decode(const uint8_t *p, size_t n, bool more, struct amt_arena *a,
		    struct hello_message *m)
{
	struct amt_rd r = amt_rd_init(p, n);

	*m = (struct hello_message){0};
	m->credentials = amt_rd_le16(&r);
	m->version = amt_rd_le16(&r);
	m->retry = amt_rd_le32(&r);
	const uint8_t *uuid = amt_rd_bytes(&r, 16);
	if (!uuid || m->credentials > 1 || m->retry > RETRY_LIMIT || m->version > 16)
		return 0;
	/* An odd version or a blank UUID alone may be a hello's; both together are a scanner's
	 * zeros. */
	if (constant(uuid, 16) && (m->version < 1 || m->version > 3))
		return 0;
	memcpy(m->uuid, uuid, 16);
	size_t used = m->version == 2   ? decode_psk(p, n, more, a, m)
		      : m->version == 3 ? decode_pki(p, n, more, a, m)
					: decode_other(p, n, more, a, m);
	if (!used)
		return 0;
	if (constant(uuid, 16)) {
		m->verdict = HELLO_PLAUSIBLE;
		note(a, m, "the UUID is blank (%02x repeated)", uuid[0]);
	}
	if (m->retry > RETRY_USUAL)
		note(a, m, "retry count %u is above the documented 0-%u", m->retry, RETRY_USUAL);
	return used;
}

void hello_message_free(struct hello_message *m)
{
	amt_vec_free(&m->hashes);
}
