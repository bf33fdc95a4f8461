/* DNS messages: names on the wire, questions, and what an answer says. */
#include "names/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A message built record by record. */
struct msg {
	uint8_t b[4096];
	size_t n;
};

static void put(struct msg *m, unsigned v, int bytes)
{
	while (bytes--)
		m->b[m->n++] = (uint8_t)(v >> 8 * bytes);
}

static void put_name(struct msg *m, const char *name)
{
	uint8_t wire[DNS_NAME_WIRE];
	size_t n = dns_name_encode(name, wire);

	assert_true(n > 0);
	memcpy(m->b + m->n, wire, n);
	m->n += n;
}

static void begin(struct msg *m, unsigned flags, const char *name, unsigned type, unsigned an,
		  unsigned ns)
{
	m->n = 0;
	put(m, 0x1234, 2);
	put(m, 0x8000 | flags, 2);
	put(m, 1, 2);
	put(m, an, 2);
	put(m, ns, 2);
	put(m, 0, 2);
	put_name(m, name);
	put(m, type, 2);
	put(m, 1, 2);
}

static void rr(struct msg *m, const char *owner, unsigned type, unsigned ttl, const void *data,
	       size_t n)
{
	put_name(m, owner);
	put(m, type, 2);
	put(m, 1, 2);
	put(m, ttl, 4);
	put(m, (unsigned)n, 2);
	memcpy(m->b + m->n, data, n);
	m->n += n;
}

static void rr_name(struct msg *m, const char *owner, unsigned type, unsigned ttl,
		    const char *target)
{
	uint8_t wire[DNS_NAME_WIRE];
	size_t n = dns_name_encode(target, wire);

	rr(m, owner, type, ttl, wire, n);
}

static struct amt_dns_reply read_it(const struct msg *m, const char *name, unsigned type,
				    struct amt_arena *a)
{
	struct amt_dns_reply r = {0};

	amt_dns_read(m->b, m->n, name, type, a, &r);
	return r;
}

static void names_go_both_ways(void **state)
{
	static const char *const good[] = {
		"a",       "pc1.corp.example.com", "under_score.example.com",
		"a\\.b.c", "sp\\032ace.x",         "\\255\\000.y"};
	static const char *const bad[] = {
		"",
		".a",
		"a..b",
		"a\\",
		"a\\9",
		"a\\999.b",
		"0123456789012345678901234567890123456789012345678901234567890123.x"};
	uint8_t wire[DNS_NAME_WIRE];
	char text[DNS_NAME_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		size_t n = dns_name_encode(good[i], wire);
		struct amt_rd r = amt_rd_init(wire, n);
		assert_true(n > 0);
		assert_true(dns_name_decode(&r, text));
		assert_string_equal(text, good[i]);
		assert_int_equal(amt_rd_left(&r), 0);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(amt_dns_name_valid(bad[i]));
	char longest[260];
	memset(longest, 0, sizeof(longest));
	for (int i = 0; i < 253; i++)
		longest[i] = i % 2 ? '.' : 'a';
	assert_true(amt_dns_name_valid(longest));
	longest[253] = 'b';
	longest[254] = 'b';
	assert_false(amt_dns_name_valid(longest));
}

static void pointers_only_lead_back(void **state)
{
	static const uint8_t loop[] = {0xc0, 0x00}, forward[] = {0xc0, 0x02, 0x00};
	static const uint8_t cut[] = {5, 'a', 'b'};
	char text[DNS_NAME_TEXT];
	struct amt_rd r = amt_rd_init(loop, sizeof(loop));

	(void)state;
	assert_false(dns_name_decode(&r, text));
	assert_true(r.short_);
	r = amt_rd_init(forward, sizeof(forward));
	assert_false(dns_name_decode(&r, text));
	r = amt_rd_init(cut, sizeof(cut));
	assert_false(dns_name_decode(&r, text));
}

static void comparing(void **state)
{
	(void)state;
	assert_true(dns_name_equal("PC1.Example.COM.", "pc1.example.com"));
	assert_false(dns_name_equal("pc1.example.com", "pc2.example.com"));
	assert_true(dns_name_within("a.b.example.com", "example.com"));
	assert_false(dns_name_within("notexample.com", "example.com"));
	assert_true(dns_name_within("example.com.", "EXAMPLE.com"));
	char r[80];
	assert_true(amt_dns_reverse_name("10.8.0.101", r, sizeof(r)));
	assert_string_equal(r, "101.0.8.10.in-addr.arpa");
	assert_true(amt_dns_reverse_name("2001:db8::1", r, sizeof(r)));
	assert_string_equal(
		r, "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
	assert_false(amt_dns_reverse_name("pc1", r, sizeof(r)));
	assert_false(amt_dns_reverse_name("1.2.3.4", r, 8));
}

/* Names with a blank or an umlaut are escaped where an answer is read: they are still the same. */
static void names_with_odd_characters(void **state)
{
	static const char name[] = "m\303\274 1.test";
	struct amt_dns_reply out = {0};
	struct amt_arena arena = {0};
	uint8_t q[512];

	(void)state;
	assert_true(dns_name_equal("m\303\274n.test", "M\\195\\188n.test."));
	assert_true(dns_name_equal("a\\032b", "a b"));
	assert_false(dns_name_equal("a\\.b", "a.b"));
	assert_false(dns_name_equal("a\\", "a"));
	size_t n = amt_dns_query(name, AMT_DNS_A, false, q, sizeof(q));
	assert_true(n > 0);
	q[2] |= 0x80; /* an answer: */
	q[3] = 3;     /* NXDOMAIN */
	assert_true(amt_dns_read(q, n, name, AMT_DNS_A, &arena, &out));
	assert_int_equal(out.outcome, AMT_DNS_NXDOMAIN);
	amt_arena_free(&arena);
}

static void answers(void **state)
{
	static const uint8_t ip1[] = {10, 8, 0, 1}, ip2[] = {10, 8, 0, 2};
	struct amt_arena a = {0};
	struct amt_dns_reply r;
	struct msg m;

	(void)state;
	begin(&m, 0x0480, "ps.x", AMT_DNS_A, 3, 0);
	rr_name(&m, "ps.x", AMT_DNS_CNAME, 300, "sp.x");
	rr(&m, "sp.x", AMT_DNS_A, 60, ip1, 4);
	rr(&m, "elsewhere.x", AMT_DNS_A, 5, ip2, 4); /* has no business here */
	r = read_it(&m, "PS.X", AMT_DNS_A, &a);
	assert_int_equal(r.outcome, AMT_DNS_ANSWER);
	assert_int_equal(r.n_rr, 2);
	assert_string_equal(amt_dns_value(&r, AMT_DNS_CNAME, 0), "sp.x");
	assert_string_equal(amt_dns_value(&r, AMT_DNS_A, 0), "10.8.0.1");
	assert_null(amt_dns_value(&r, AMT_DNS_A, 1));
	assert_int_equal(r.ttl, 60);
	assert_int_equal(r.flags, AMT_DNS_AA | AMT_DNS_RA);
	/* the same bytes are no answer to another question */
	r = read_it(&m, "other.x", AMT_DNS_A, &a);
	assert_int_equal(r.outcome, AMT_DNS_MALFORMED);
	r = read_it(&m, "ps.x", AMT_DNS_AAAA, &a);
	assert_int_equal(r.outcome, AMT_DNS_MALFORMED);
	amt_arena_free(&a);
}

static enum amt_dns_outcome outcome_of(const struct msg *m, const char *name)
{
	struct amt_arena a = {0};
	enum amt_dns_outcome o = (enum amt_dns_outcome)read_it(m, name, AMT_DNS_A, &a).outcome;

	amt_arena_free(&a);
	return o;
}

static void every_ending_has_its_word(void **state)
{
	static const uint8_t short_a[] = {10, 8, 0};
	struct msg m;

	(void)state;
	begin(&m, 3, "n.x", AMT_DNS_A, 0, 0);
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_NXDOMAIN);
	begin(&m, 0x400, "n.x", AMT_DNS_A, 0, 0);
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_NODATA);
	begin(&m, 0, "n.x", AMT_DNS_A, 0, 1);
	rr_name(&m, "x", AMT_DNS_NS, 5, "ns.x");
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_REFERRAL);
	begin(&m, 0, "n.x", AMT_DNS_A, 1, 0);
	rr_name(&m, "n.x", AMT_DNS_CNAME, 5, "away.y");
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_UNFOLLOWED);
	begin(&m, 3, "n.x", AMT_DNS_A, 1, 0);
	rr_name(&m, "n.x", AMT_DNS_CNAME, 5, "gone.x");
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_DANGLING);
	begin(&m, 0, "n.x", AMT_DNS_A, 2, 0);
	rr_name(&m, "n.x", AMT_DNS_CNAME, 5, "o.x");
	rr_name(&m, "o.x", AMT_DNS_CNAME, 5, "n.x");
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_LOOP);
	begin(&m, 0, "n.x", AMT_DNS_A, 1, 0);
	rr_name(&m, "n.x", AMT_DNS_CNAME, 5, "n.x");
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_LOOP);
	begin(&m, 0x200, "n.x", AMT_DNS_A, 30, 0);
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_TRUNCATED);
	begin(&m, 0, "n.x", AMT_DNS_A, 1, 0);
	rr(&m, "n.x", AMT_DNS_A, 5, short_a, 3);
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_MALFORMED);
	begin(&m, 0, "n.x", AMT_DNS_A, 2, 0);
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_MALFORMED);
	static const struct {
		unsigned rcode;
		enum amt_dns_outcome o;
	} codes[] = {{1, AMT_DNS_FORMERR},
		     {2, AMT_DNS_SERVFAIL},
		     {4, AMT_DNS_NOTIMP},
		     {5, AMT_DNS_REFUSED},
		     {9, AMT_DNS_RCODE}};
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		begin(&m, codes[i].rcode, "n.x", AMT_DNS_A, 0, 0);
		assert_int_equal(outcome_of(&m, "n.x"), codes[i].o);
	}
	/* a question is no answer, whatever it holds */
	begin(&m, 0, "n.x", AMT_DNS_A, 0, 0);
	m.b[2] &= 0x7f;
	assert_int_equal(outcome_of(&m, "n.x"), AMT_DNS_MALFORMED);
}

static void every_cut_is_safe(void **state)
{
	static const uint8_t ip[] = {10, 8, 0, 1};
	struct amt_arena a = {0};
	struct amt_dns_reply r;
	struct msg m;

	(void)state;
	begin(&m, 0, "n.x", AMT_DNS_A, 2, 0);
	rr_name(&m, "n.x", AMT_DNS_CNAME, 5, "o.x");
	rr(&m, "o.x", AMT_DNS_A, 5, ip, 4);
	for (size_t n = 0; n < m.n; n++) {
		memset(&r, 0, sizeof(r));
		assert_false(amt_dns_read(m.b, n, "n.x", AMT_DNS_A, &a, &r));
	}
	assert_true(amt_dns_read(m.b, m.n, "n.x", AMT_DNS_A, &a, &r));
	amt_arena_free(&a);
}

static void questions(void **state)
{
	uint8_t q[600];
	struct amt_dns_reply r = {0};

	(void)state;
	size_t n = amt_dns_query("pc1.example.com", AMT_DNS_A, false, q, sizeof(q));
	assert_int_equal(n, 12 + 17 + 4);
	assert_int_equal(amt_dns_query("pc1.example.com", AMT_DNS_A, true, q, sizeof(q)), n + 11);
	assert_int_equal(q[2], 1); /* recursion is wanted */
	assert_int_equal(q[11], 1);
	assert_int_equal(amt_dns_query("pc1.example.com", AMT_DNS_A, true, q, n), 0);
	assert_int_equal(amt_dns_query("a..b", AMT_DNS_A, true, q, sizeof(q)), 0);
	n = dns_update_probe("example.com", q, sizeof(q));
	assert_int_equal(q[2] >> 3, 5);
	assert_false(dns_update_read(q, n, &r)); /* still a question */
	q[2] |= 0x80;
	q[3] = 5;
	assert_true(dns_update_read(q, n, &r));
	assert_int_equal(r.outcome, AMT_DNS_REFUSED);
}

static void words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < AMT_DNS_OUTCOMES; i++) {
		enum amt_dns_outcome o;
		assert_true(
			amt_dns_outcome_parse(amt_dns_outcome_name((enum amt_dns_outcome)i), &o));
		assert_int_equal(o, i);
	}
	unsigned t;
	char name[16];
	assert_true(amt_dns_type_parse(amt_dns_type_name(65, name), &t));
	assert_int_equal(t, 65);
	assert_true(amt_dns_type_parse("SRV", &t));
	assert_int_equal(t, AMT_DNS_SRV);
	assert_false(amt_dns_type_parse("XY", &t));
	assert_string_equal(amt_dns_rcode_name(5), "REFUSED");
}

static void name_rules(void **state)
{
	char text[400];

	(void)state;
	assert_int_equal(amt_name_check("pc1.corp.example.com"), 0);
	assert_int_equal(amt_name_check("pc1.corp.example.com."), 0);
	assert_int_equal(amt_name_check("pc_1.corp.example.com"), AMT_NAME_UNDERSCORE);
	assert_int_equal(amt_name_check("pc\xc3\xa9.x"), AMT_NAME_NOT_ASCII);
	assert_int_equal(amt_name_check("pc 1.x"), AMT_NAME_CHARACTER);
	assert_int_equal(amt_name_check("-pc.x"), AMT_NAME_HYPHEN_EDGE);
	assert_int_equal(amt_name_check("pc-.x"), AMT_NAME_HYPHEN_EDGE);
	assert_int_equal(amt_name_check("pc..x"), AMT_NAME_EMPTY_LABEL);
	assert_int_equal(amt_name_check(""), AMT_NAME_EMPTY);
	assert_int_equal(amt_name_check("pc1"), AMT_NAME_BARE);
	assert_int_equal(amt_name_check("123.x"), AMT_NAME_NUMERIC);
	assert_int_equal(amt_name_check("a123456789012345.x"), AMT_NAME_NETBIOS);
	char l[300];
	memset(l, 'a', sizeof(l));
	l[1] = l[64] = l[127] = l[190] = '.';
	l[193] = '\0'; /* 191 characters behind "a." */
	assert_int_equal(amt_name_check(l), 0);
	l[193] = 'a';
	l[194] = '\0';
	assert_int_equal(amt_name_check(l), AMT_NAME_DOMAIN_LONG);
	l[193] = 'a';
	memset(l + 194, 'b', 60);
	l[254] = '\0';
	assert_int_equal(amt_name_check(l), AMT_NAME_DOMAIN_LONG | AMT_NAME_LONG);
	amt_name_faults(AMT_NAME_UNDERSCORE | AMT_NAME_BARE, text, sizeof(text));
	assert_string_equal(text, "has an underscore, has no domain");
}

static void namespaces(void **state)
{
	static const char *const d[] = {"corp.com", "emea.corp.com", "other.net"};

	(void)state;
	assert_int_equal(amt_namespace_of("pc1.corp.com", d, 3), AMT_NS_SAME);
	assert_int_equal(amt_namespace_of("pc1.EMEA.corp.com", d, 3), AMT_NS_SAME);
	assert_int_equal(amt_namespace_of("pc1.lab.corp.com", d, 3), AMT_NS_BELOW);
	assert_int_equal(amt_namespace_of("pc1.other.net", d, 3), AMT_NS_OTHER_TREE);
	assert_int_equal(amt_namespace_of("pc1.notcorp.com", d, 3), AMT_NS_OUTSIDE);
	assert_int_equal(amt_namespace_of("pc1", d, 3), AMT_NS_NO_DOMAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(pointers_only_lead_back),
		cmocka_unit_test(comparing),
		cmocka_unit_test(names_with_odd_characters),
		cmocka_unit_test(answers),
		cmocka_unit_test(every_ending_has_its_word),
		cmocka_unit_test(every_cut_is_safe),
		cmocka_unit_test(questions),
		cmocka_unit_test(words),
		cmocka_unit_test(name_rules),
		cmocka_unit_test(namespaces),
	};

	return cmocka_run_group_tests_name("names_message", tests, NULL, NULL);
}
