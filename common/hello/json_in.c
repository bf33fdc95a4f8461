/* Facts out of the JSON of an earlier run: every value is checked, for --replay reads what others
 * wrote. */
#include "hello/tables.h"

static bool hash_in(const json_t *j, struct hello_hash *h, struct amt_arena *a,
		    struct amt_error *err)
{
	uint8_t bytes[256];
	const char *hex = amt_json_get_str(j, "hex");
	const json_t *match = json_object_get(j, "matches_root");
	long n = hex ? (*hex ? amt_hex_decode(hex, bytes, sizeof(bytes)) : 0) : -1;

	if (n < 0 || n > 255)
		return amt_fail(err, "facts: a hash without its \"hex\"");
	h->type = (uint8_t)amt_json_get_int(j, "type", 0);
	h->length = (uint8_t)n;
	uint8_t *copy = amt_arena_alloc(a, (size_t)n + 1);
	memcpy(copy, bytes, (size_t)n);
	h->bytes = copy;
	h->algorithm = hello_algorithm((size_t)n);
	h->name = amt_json_dup(a, j, "name");
	h->matches_root = json_is_true(match) ? AMT_YES : json_is_false(match) ? AMT_NO : AMT_MAYBE;
	return true;
}

static bool name_in(const json_t *j, const char *key, const char *(*name)(unsigned), unsigned count,
		    unsigned *out, struct amt_error *err)
{
	const char *s = amt_json_get_str(j, key);

	for (unsigned i = 0; s && i < count; i++)
		if (strcmp(name(i), s) == 0) {
			*out = i;
			return true;
		}
	return amt_fail(err, "facts: \"%s\" is missing or not known", key);
}

static const char *mode_at(unsigned i)
{
	return hello_mode_name((enum hello_mode)i);
}

static const char *verdict_at(unsigned i)
{
	return hello_verdict_name((enum hello_verdict)i);
}

static const char *content_at(unsigned i)
{
	return hello_content_names[i];
}

/* The text form back to wire order; it is its own inverse by groups. */
static bool uuid_in(const json_t *j, uint8_t wire[16], struct amt_error *err)
{
	uint8_t b[17];
	const char *s = amt_json_get_str(j, "uuid");

	if (!s || amt_hex_decode(s, b, sizeof(b)) != 16)
		return amt_fail(err, "facts: a hello without its \"uuid\"");
	static const uint8_t mixed[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	for (int i = 0; i < 16; i++)
		wire[mixed[i]] = b[i];
	return true;
}

static bool seen_in(const json_t *j, struct hello_seen *h, struct amt_arena *a,
		    struct amt_error *err)
{
	struct hello_message *m = &h->m;
	const json_t *hashes = json_object_get(j, "hashes"), *item;
	const char *pid = amt_json_get_str(j, "pid"), *body = amt_json_get_str(j, "body");
	unsigned mode = 0, verdict = 0;
	size_t i;

	if (!uuid_in(j, m->uuid, err) || !name_in(j, "mode", mode_at, HELLO_MODES, &mode, err) ||
	    !name_in(j, "verdict", verdict_at, HELLO_VERDICTS, &verdict, err))
		return false;
	m->mode = (enum hello_mode)mode;
	m->verdict = (enum hello_verdict)verdict;
	m->credentials = amt_json_get_bool(j, "admin_credentials_set", false);
	m->length = (size_t)amt_json_get_int(j, "length", 0);
	m->expected = (size_t)amt_json_get_int(j, "expected_length", 0);
	if (pid)
		amt_str_copy(m->pid, sizeof(m->pid), pid);
	if (body) {
		size_t n = strlen(body) / 2;
		uint8_t *copy = amt_arena_alloc(a, n + 1);

		if (amt_hex_decode(body, copy, n) < 0)
			return amt_fail(err, "facts: \"body\" is not hex");
		m->body = copy;
		m->body_length = n;
	}
	json_array_foreach((json_t *)(uintptr_t)hashes, i,
			   item) if (!hash_in(item, amt_vec_add(&m->hashes), a, err)) return false;
	return true;
}

static bool chain_ok(const struct hello_facts *f, const struct hello_indices *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] >= f->certificates.n)
			return false;
	return true;
}

static bool conn_in(const json_t *j, struct hello_conn *c, const struct hello_facts *f,
		    struct amt_arena *a, struct amt_error *err)
{
	const json_t *t = json_object_get(j, "tls");
	unsigned content = 0;

	if (!name_in(j, "content", content_at, HELLO_CONTENTS, &content, err))
		return false;
	c->content = (enum hello_content)content;
	if (t && !hello_fields_in(t, hello_tls_fields, &c->tls, a, err))
		return false;
	if (!chain_ok(f, &c->tls.server_chain) || !chain_ok(f, &c->tls.client_chain))
		return amt_fail(err, "facts: a chain names a certificate that is not there");
	return true;
}

static bool certificate_in(const json_t *j, struct hello_certificate *c, struct amt_arena *a,
			   struct amt_error *err)
{
	const char *text = amt_json_get_str(j, "der");
	size_t n = text ? strlen(text) : 0;
	uint8_t *der = amt_arena_alloc(a, n + 1);
	long got = text ? amt_base64_decode(text, n, der, n + 1) : -1;

	if (got < 0)
		return amt_fail(err, "facts: a certificate that is not base64");
	c->der = der;
	c->length = (size_t)got;
	return true;
}

static bool expected_in(const json_t *j, struct hello_expected *x, struct amt_arena *a,
			struct amt_error *err)
{
	x->text = amt_json_dup(a, j, "host");
	x->frames = (uint64_t)amt_json_get_int(j, "frames", 0);
	return x->text || amt_fail(err, "facts: an expected host without its name");
}

#define LIST_IN(j, key, list, table, more)                                                         \
	do {                                                                                       \
		const json_t *a_ = json_object_get(j, key);                                        \
		for (size_t i_ = 0; i_ < json_array_size(a_); i_++) {                              \
			const json_t *x_ = json_array_get(a_, i_);                                 \
			void *v_ = amt_vec_add(&(list));                                           \
			if (!hello_fields_in(x_, table, v_, &f->arena, err) || !(more))            \
				return amt_fail_prefix(err, key "[%zu]", i_);                      \
		}                                                                                  \
	} while (0)

bool hello_from_json(const json_t *j, struct hello_facts *f, struct amt_error *err)
{
	const json_t *ports = json_object_get(j, "ports");

	if (!json_is_object(j) || !json_object_get(j, "hellos"))
		return amt_fail(err, "these are no facts of amt-hellocap: \"hellos\" is missing");
	LIST_IN(j, "captures", f->captures, hello_capture_fields, v_ != NULL);
	for (size_t i = 0; i < f->captures.n; i++)
		if (!f->captures.v[i].name || !f->captures.v[i].format)
			return amt_fail(err, "facts: a capture without a name");
	LIST_IN(j, "certificates", f->certificates, hello_no_fields,
		certificate_in(x_, v_, &f->arena, err));
	LIST_IN(j, "hellos", f->hellos, hello_seen_fields, seen_in(x_, v_, &f->arena, err));
	LIST_IN(j, "connections", f->conns, hello_conn_fields, conn_in(x_, v_, f, &f->arena, err));
	LIST_IN(j, "dhcp", f->leases, hello_lease_fields, v_ != NULL);
	LIST_IN(j, "dhcp6", f->dhcp6, hello_dhcp6_fields, v_ != NULL);
	LIST_IN(j, "dns", f->queries, hello_query_fields, v_ != NULL);
	for (size_t i = 0; i < f->queries.n; i++)
		if (!f->queries.v[i].name)
			return amt_fail(err, "facts: a DNS question without its name");
	LIST_IN(j, "rmcp", f->rmcps, hello_rmcp_fields, v_ != NULL);
	LIST_IN(j, "expected", f->expected, hello_no_fields, expected_in(x_, v_, &f->arena, err));
	for (size_t i = 0; i < json_array_size(ports); i++)
		amt_vec_push(&f->ports, (uint16_t)json_integer_value(json_array_get(ports, i)));
	return hello_fields_in(j, hello_counter_fields, f, &f->arena, err);
}
