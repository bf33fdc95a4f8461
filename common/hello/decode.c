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

static size_t decode_pki(const uint8_t *p, size_t n, bool more, struct amt_arena *a,
			 struct hello_message *m)
{
	struct amt_rd r = amt_rd_init(p, n);
	size_t complete;
	bool guessed = false;

	m->mode = HELLO_MODE_PKI;
	amt_rd_skip(&r, HEADER);
	m->declared_hashes = amt_rd_u8(&r);
	complete = r.short_ ? n : amt_rd_at(&r);
	m->expected = HEADER + 1;
	for (unsigned i = 0; i < m->declared_hashes; i++) {
		struct hello_hash h = {.type = amt_rd_u8(&r)};

		h.length = amt_rd_u8(&r);
		/* What is missing is reckoned with the last length that was seen. */
		guessed = guessed || r.short_;
		if (r.short_)
			h.length = m->hashes.n ? m->hashes.v[m->hashes.n - 1].length : 20;
		m->expected += 2u + h.length;
		const uint8_t *bytes = amt_rd_bytes(&r, h.length);
		if (r.short_)
			continue;
		uint8_t *copy = amt_arena_alloc(a, h.length ? h.length : 1u);
		memcpy(copy, bytes, h.length);
		h.bytes = copy;
		h.algorithm = hello_algorithm(h.length);
		amt_vec_push(&m->hashes, h);
		complete = amt_rd_at(&r);
	}
	if (!r.short_) {
		m->length = complete;
		m->verdict = HELLO_EXACT;
		hash_notes(a, m);
		return complete;
	}
	if (more) {
		amt_vec_free(&m->hashes);
		return 0;
	}
	m->length = n;
	m->verdict = HELLO_PLAUSIBLE;
	if (n <= HEADER)
		note(a, m, "truncated at byte %zu: the hash list is missing", n);
	else
		note(a, m, "truncated at byte %zu of %s%zu: %zu of %u hashes are whole", n,
		     guessed ? "about " : "", m->expected, m->hashes.n, m->declared_hashes);
	hash_notes(a, m);
	m->verdict = HELLO_PLAUSIBLE;
	return n;
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
