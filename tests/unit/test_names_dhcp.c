/* DHCP messages, and the exports of DHCP servers. */
#include "names/dhcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct msg {
	uint8_t b[1500];
	size_t n;
};

static void begin(struct msg *m)
{
	static const uint8_t magic[] = {0x63, 0x82, 0x53, 0x63};

	memset(m, 0, sizeof(*m));
	m->b[0] = 2;
	m->b[1] = 1;
	m->b[2] = 6;
	m->b[7] = 42;
	memcpy(m->b + 16, "\x0a\x08\x00\xc8", 4);
	memcpy(m->b + 28, "\x00\x1c\xc0\x12\x34\x56", 6);
	memcpy(m->b + 236, magic, 4);
	m->n = 240;
}

static void opt(struct msg *m, unsigned code, const void *p, size_t n)
{
	m->b[m->n++] = (uint8_t)code;
	m->b[m->n++] = (uint8_t)n;
	memcpy(m->b + m->n, p, n);
	m->n += n;
}

static struct amt_dhcp_reply read_it(const struct msg *m, struct amt_arena *a)
{
	struct amt_dhcp_reply r;
	struct amt_error err = {0};

	assert_true(amt_dhcp_parse(m->b, m->n, a, &r, &err));
	return r;
}

static void an_offer(void **state)
{
	struct amt_arena a = {0};
	struct msg m;

	(void)state;
	begin(&m);
	opt(&m, 53, "\x02", 1);
	opt(&m, 54, "\x0a\x08\x00\x0b", 4);
	opt(&m, 51, "\x00\x00\x0e\x10", 4);
	opt(&m, 6, "\x0a\x08\x00\x0a\x0a\x08\x00\x0b", 8);
	opt(&m, 15, "corp.vpro.test", 14);
	opt(&m, 81,
	    "\x0e\x00\x00\x03pc1\x04"
	    "corp\0",
	    13);
	opt(&m, 119,
	    "\x04"
	    "corp\x04vpro\x04test\0\x04"
	    "emea\xc0\x05",
	    23);
	m.b[m.n++] = 255;
	struct amt_dhcp_reply r = read_it(&m, &a);
	assert_int_equal(r.kind, AMT_DHCP_OFFER);
	assert_int_equal(r.xid, 42);
	assert_string_equal(r.server, "10.8.0.11");
	assert_string_equal(r.yiaddr, "10.8.0.200");
	assert_null(r.giaddr);
	assert_string_equal(r.client_mac, "00:1c:c0:12:34:56");
	assert_int_equal(r.lease, 3600);
	assert_string_equal(r.dns[0], "10.8.0.10");
	assert_string_equal(r.dns[1], "10.8.0.11");
	assert_null(r.dns[2]);
	assert_string_equal(r.domain, "corp.vpro.test");
	assert_null(r.domain_fault);
	assert_int_equal(r.fqdn_flags, 14);
	assert_string_equal(r.fqdn, "pc1.corp");
	assert_string_equal(r.search[0], "corp.vpro.test");
	assert_string_equal(r.search[1], "emea.vpro.test");
	assert_null(r.malformed);
	amt_arena_free(&a);
}

static void odd_options(void **state)
{
	struct amt_arena a = {0};
	struct msg m;

	(void)state;
	begin(&m);
	opt(&m, 6, "\x0a\x08\x00", 3);
	opt(&m, 51, "\x01", 1);
	opt(&m, 81, "\x01\x00", 2);
	opt(&m, 15, "corp.test\0", 10);
	struct amt_dhcp_reply r = read_it(&m, &a);
	assert_string_equal(r.malformed[0], "option 51 is not four bytes");
	assert_non_null(r.malformed[1]);
	assert_non_null(r.malformed[2]);
	assert_null(r.dns[0]);
	assert_int_equal(r.fqdn_flags, -1);
	assert_string_equal(r.domain, "corp.test");
	assert_string_equal(r.domain_fault, "ends in a NUL byte");
	/* an option longer than the message */
	begin(&m);
	m.b[m.n++] = 15;
	m.b[m.n++] = 200;
	r = read_it(&m, &a);
	assert_string_equal(r.malformed[0], "an option runs past the end of the message");
	assert_null(r.domain);
	/* pieces of one option belong together (RFC 3396), also across overloaded fields (RFC
	 * 2132 9.3) */
	begin(&m);
	opt(&m, 52, "\x01", 1);
	opt(&m, 15, "corp.", 5);
	m.b[m.n++] = 255;
	memcpy(m.b + 108, "\x0f\x04test\xff", 7);
	r = read_it(&m, &a);
	assert_string_equal(r.domain, "corp.test");
	assert_string_equal(dhcp_domain_fault((const uint8_t *)"a b", 3),
			    "holds several names; option 15 is for one");
	assert_string_equal(dhcp_domain_fault((const uint8_t *)"a\033", 2),
			    "holds a control character");
	assert_non_null(strstr(dhcp_domain_fault((const uint8_t *)"\4corp\4test", 11),
			       "lengths between its labels"));
	assert_non_null(strstr(dhcp_domain_fault((const uint8_t *)"m\303\274n.test", 9), "xn--"));
	assert_string_equal(dhcp_domain_fault((const uint8_t *)"", 0), "is empty");
	amt_arena_free(&a);
}

static void not_dhcp(void **state)
{
	struct amt_arena a = {0};
	struct amt_dhcp_reply r;
	struct amt_error err = {0};
	struct msg m;

	(void)state;
	begin(&m);
	for (size_t n = 0; n < m.n; n++)
		assert_false(amt_dhcp_parse(m.b, n, &a, &r, &err));
	assert_true(amt_dhcp_parse(m.b, m.n, &a, &r, &err));
	m.b[0] = 9;
	assert_false(amt_dhcp_parse(m.b, m.n, &a, &r, &err));
	m.b[0] = 2;
	m.b[238] = 0;
	assert_false(amt_dhcp_parse(m.b, m.n, &a, &r, &err));
	assert_non_null(strstr(err.text, "magic"));
	amt_arena_free(&a);
}

static void what_is_sent(void **state)
{
	struct dhcp_question q = {
		.kind = AMT_DHCP_DISCOVER, .xid = 0x01020304, .fqdn = "probe.invalid"};
	struct amt_arena a = {0};
	uint8_t b[1000];

	(void)state;
	size_t n = dhcp_build(&q, b, sizeof(b));
	assert_true(n >= 300);
	assert_int_equal(b[0], 1);
	assert_int_equal(b[10], 0x80); /* answers by broadcast */
	struct amt_dhcp_reply r;
	assert_true(amt_dhcp_parse(b, n, &a, &r, NULL));
	assert_int_equal(r.kind, AMT_DHCP_DISCOVER);
	assert_int_equal(r.xid, 0x01020304);
	assert_int_equal(r.fqdn_flags, AMT_DHCP_FQDN_S | AMT_DHCP_FQDN_E);
	assert_string_equal(r.fqdn, "probe.invalid");
	q.kind = AMT_DHCP_INFORM;
	q.fqdn = NULL;
	memcpy(q.address, "\x0a\x08\x00\x32", 4);
	n = dhcp_build(&q, b, sizeof(b));
	assert_memory_equal(b + 12, q.address, 4);
	assert_int_equal(b[10], 0);
	/* Nothing that takes, gives back or declines a lease can be built. */
	for (unsigned k = 0; k < 256; k++) {
		q.kind = (uint8_t)k;
		assert_int_equal(dhcp_build(&q, b, sizeof(b)) > 0,
				 k == AMT_DHCP_DISCOVER || k == AMT_DHCP_INFORM);
	}
	q.kind = AMT_DHCP_DISCOVER;
	assert_int_equal(dhcp_build(&q, b, 300), 0);
	amt_arena_free(&a);
}

static bool export_of(const char *text, struct amt_names_facts *f, struct amt_notes *notes,
		      struct amt_error *err)
{
	memset(f, 0, sizeof(*f));
	return amt_dhcp_export_parse("x.txt", text, strlen(text), f, notes, err);
}

static void netsh(void **state)
{
	static const char text[] =
		"# Add Option Values\r\n"
		"Dhcp Server \\\\10.8.0.10 set optionvalue 6 IPADDRESS \"10.8.0.10\" "
		"\"10.8.0.11\"\r\n"
		"Dhcp Server \\\\10.8.0.10 set optionvalue 15 STRING \"corp.vpro.test\"\r\n"
		"Dhcp Server \\\\10.8.0.10 add scope 10.8.0.0 255.255.255.0 \"Main site\" \"first "
		"floor\"\r\n"
		"Dhcp Server \\\\10.8.0.10 Scope 10.8.0.0 set state 1\r\n"
		"Dhcp Server \\\\10.8.0.10 Scope 10.8.0.0 set optionvalue 51 DWORD \"691200\"\r\n"
		"Dhcp Server \\\\10.8.0.10 Scope 10.8.0.0 set optionvalue 81 DWORD \"0\"\r\n"
		"nonsense\r\n"
		"Dhcp Server \\\\10.8.0.10 add scope 10.9.0.0 255.255.0.0 \"Old\" \"\"\r\n"
		"Dhcp Server \\\\10.8.0.10 Scope 10.9.0.0 set state 0\r\n"
		"Dhcp Server \\\\10.8.0.10 Scope 10.9.0.0 set optionvalue 15 STRING user=\"\" "
		"\"old.test\"\r\n"
		/* For clients of a class, as Network Access Protection has it: not for AMT. */
		"Dhcp Server \\\\10.8.0.10 Scope 10.8.0.0 set optionvalue 15 STRING "
		"user=\"Default Network Access Protection Class\" \"restricted.test\"\r\n"
		"Dhcp Server \\\\10.8.0.10 Scope 10.8.0.0 set optionvalue 6 IPADDRESS "
		"vendor=\"Microsoft Options\" \"10.66.6.6\"\r\n";
	struct amt_names_facts f;
	struct amt_notes notes = {0};
	struct amt_error err = {0};

	(void)state;
	assert_true(export_of(text, &f, &notes, &err));
	assert_int_equal(f.dhcp.n, 2);
	assert_string_equal(f.dhcp.v[0].server, "10.8.0.10");
	assert_string_equal(f.dhcp.v[0].scope, "10.8.0.0");
	assert_string_equal(f.dhcp.v[0].source, "x.txt line 4");
	assert_false(f.dhcp.v[0].inactive);
	assert_int_equal(f.dhcp.v[0].lease, 691200);
	assert_string_equal(f.dhcp.v[0].dns[1], "10.8.0.11"); /* of the server */
	assert_string_equal(f.dhcp.v[0].domain, "corp.vpro.test");
	assert_int_equal(f.dhcp.v[0].fqdn_flags, AMT_DHCP_FQDN_N);
	assert_true(f.dhcp.v[1].inactive);
	assert_string_equal(f.dhcp.v[1].domain, "old.test");
	assert_int_equal(notes.list.n, 1);
	assert_non_null(strstr(notes.list.v[0].text, "line 8"));
	amt_names_facts_free(&f);
	amt_notes_free(&notes);
}

static void isc(void **state)
{
	static const char text[] = "# a remark\noption domain-name \"corp.vpro.test\";\noption "
				   "domain-name-servers 10.8.0.10, 10.8.0.11;\n"
				   "ddns-update-style none;\ndefault-lease-time 600;\n"
				   "shared-network x {\n  subnet 10.8.0.0 netmask 255.255.255.0 "
				   "{\n    pool { range 10.8.0.2 10.8.0.9; }\n  }\n"
				   "  subnet 10.9.0.0 netmask 255.255.255.0 { option domain-name "
				   "\"other.test\"; }\n}\n"
				   "host a { hardware ethernet 00:11:22:33:44:55; }\n";
	struct amt_names_facts f;
	struct amt_notes notes = {0};
	struct amt_error err = {0};

	(void)state;
	assert_true(export_of(text, &f, &notes, &err));
	assert_int_equal(f.dhcp.n, 2);
	assert_string_equal(f.dhcp.v[0].scope, "10.8.0.0");
	assert_false(f.dhcp.v[0].inactive);
	assert_string_equal(f.dhcp.v[0].dns[0], "10.8.0.10");
	assert_int_equal(f.dhcp.v[0].lease, 600);
	assert_string_equal(f.dhcp.v[0].dynamic_update, "ddns-update-style none");
	assert_true(f.dhcp.v[1].inactive);
	assert_string_equal(f.dhcp.v[1].domain, "other.test");
	amt_names_facts_free(&f);
	/* cut in the middle: what was read stays, and it is said */
	assert_true(export_of("subnet 10.8.0.0 netmask 255.0.0.0 { range 10.8.0.1 10.8.0.2; ", &f,
			      &notes, &err));
	assert_int_equal(f.dhcp.n, 1);
	assert_int_equal(notes.list.n, 1);
	amt_names_facts_free(&f);
	amt_notes_free(&notes);
	/* what stands outside of blocks holds for those before it; files and expressions are said
	 */
	assert_true(export_of("subnet 10.8.0.0 netmask 255.0.0.0 { range 10.8.0.1 10.8.0.2; }\n"
			      "subnet 10.9.0.0 netmask 255.0.0.0 { option domain-name = "
			      "\"nine.test\"; }\n"
			      "subnet 10.10.0.0 netmask 255.0.0.0 { option domain-name = "
			      "concat(\"a\", \".test\"); }\n"
			      "option domain-name \"late.test\";\ninclude \"/etc/more.conf\";\n",
			      &f, &notes, &err));
	assert_int_equal(f.dhcp.n, 3);
	assert_string_equal(f.dhcp.v[0].domain, "late.test");
	assert_string_equal(f.dhcp.v[1].domain, "nine.test");
	assert_string_equal(f.dhcp.v[2].domain, "late.test");
	assert_int_equal(notes.list.n, 2);
	assert_non_null(strstr(notes.list.v[0].text, "line 3: the domain is computed"));
	assert_non_null(strstr(notes.list.v[1].text, "line 5: /etc/more.conf is included"));
	amt_names_facts_free(&f);
	amt_notes_free(&notes);
}

static void kea(void **state)
{
	static const char text[] =
		"// settings\n{ \"Dhcp4\": { \"valid-lifetime\": 3600, /* hours */ "
		"\"ddns-send-updates\": false,\n"
		"\"option-data\": [ { \"name\": \"domain-name-servers\", \"data\": \"10.8.0.10, "
		"10.8.0.11\" },\n"
		" { \"code\": 15, \"data\": \"corp.vpro.test\" } ], # remark\n"
		"\"subnet4\": [ { \"subnet\": \"10.8.0.0/24\", \"pools\": [ { \"pool\": \"10.8.0.2 "
		"- 10.8.0.9\" } ] },\n"
		" { \"subnet\": \"10.9.0.0/24\", \"valid-lifetime\": 60 } ] } }\n";
	struct amt_names_facts f;
	struct amt_notes notes = {0};
	struct amt_error err = {0};

	(void)state;
	assert_true(export_of(text, &f, &notes, &err));
	assert_int_equal(f.dhcp.n, 2);
	assert_string_equal(f.dhcp.v[0].dns[1], "10.8.0.11");
	assert_string_equal(f.dhcp.v[0].domain, "corp.vpro.test");
	assert_int_equal(f.dhcp.v[0].fqdn_flags, AMT_DHCP_FQDN_N);
	assert_false(f.dhcp.v[0].inactive);
	assert_true(f.dhcp.v[1].inactive);
	assert_int_equal(f.dhcp.v[1].lease, 60);
	amt_names_facts_free(&f);
	assert_false(export_of("{ \"Dhcp4\": ", &f, &notes, &err));
	assert_non_null(strstr(err.text, "line 1"));
	amt_names_facts_free(&f);
	assert_false(export_of("something else", &f, &notes, &err));
	amt_names_facts_free(&f);
	assert_false(export_of("", &f, &notes, &err));
	amt_names_facts_free(&f);
	amt_notes_free(&notes);
}

/* Options as bytes, of a vendor's space, and of pools. */
static void kea_options(void **state)
{
	static const char text[] =
		"{\"Dhcp4\": {\"option-data\": ["
		"{\"code\": 6, \"csv-format\": false, \"data\": \"0x0A000002\"},"
		"{\"name\": \"domain-name\", \"csv-format\": false, \"data\": \"61:2e:62\"},"
		"{\"space\": \"vendor-4491\", \"code\": 15, \"data\": \"bogus\"}],"
		"\"subnet4\": ["
		"{\"subnet\": \"10.1.0.0/24\", \"pools\": [{\"pool\": \"10.1.0.0/25\"},"
		"{\"pool\": \"10.1.0.128/25\", \"option-data\": ["
		"{\"code\": 15, \"csv-format\": false, \"data\": \"'c.d'\"}]}]},"
		"{\"subnet\": \"10.2.0.0/24\", \"pools\": [{\"pool\": \"10.2.0.0/24\","
		"\"option-data\": [{\"code\": 15, \"csv-format\": false, \"data\": \"612e6200\"},"
		"{\"code\": 6, \"csv-format\": false, \"data\": \"no hex\"}]}]}]}}";
	struct amt_names_facts f = {0};
	struct amt_notes notes = {0};

	(void)state;
	assert_true(amt_dhcp_export_parse("kea.conf", text, strlen(text), &f, &notes, NULL));
	assert_int_equal(f.dhcp.n, 3);
	assert_string_equal(f.dhcp.v[0].scope, "10.1.0.0/24 pool 10.1.0.128/25");
	assert_string_equal(f.dhcp.v[0].domain, "c.d");
	assert_string_equal(f.dhcp.v[1].scope, "10.1.0.0/24");
	assert_string_equal(f.dhcp.v[1].domain, "a.b");
	assert_string_equal(f.dhcp.v[1].dns[0], "10.0.0.2");
	assert_null(f.dhcp.v[1].dns[1]);
	assert_null(f.dhcp.v[1].domain_fault);
	assert_non_null(f.dhcp.v[2].domain_fault);
	assert_string_equal(f.dhcp.v[2].dns[0], "10.0.0.2");
	assert_int_equal(notes.list.n, 1);
	amt_notes_free(&notes);
	amt_names_facts_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offer), cmocka_unit_test(odd_options),
		cmocka_unit_test(not_dhcp), cmocka_unit_test(what_is_sent),
		cmocka_unit_test(netsh),    cmocka_unit_test(isc),
		cmocka_unit_test(kea),      cmocka_unit_test(kea_options),
	};

	return cmocka_run_group_tests_name("names_dhcp", tests, NULL, NULL);
}
