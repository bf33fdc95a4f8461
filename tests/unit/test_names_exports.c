/* What configurations of DHCP servers come to for a client that is like any other: classes,
 * includes, pools, reservations, DHCPv6. */
#include "names/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct amt_names_facts f;
static struct amt_notes notes;
static struct amt_findings found;

static int set_up(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	memset(&notes, 0, sizeof(notes));
	memset(&found, 0, sizeof(found));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	amt_names_facts_free(&f);
	amt_notes_free(&notes);
	amt_findings_free(&found);
	return 0;
}

static void read_export(const char *text)
{
	struct amt_error err = {0};

	if (!amt_dhcp_export_parse("x", text, strlen(text), &f, &notes, &err))
		fail_msg("%s", err.text);
}

static void judge(void)
{
	struct amt_context ctx = {0};

	amt_names_judge(&f, &ctx, &found);
}

static const struct amt_dhcp_reply *scope(const char *name)
{
	for (size_t i = 0; i < f.dhcp.n; i++)
		if (f.dhcp.v[i].scope && !strcmp(f.dhcp.v[i].scope, name))
			return &f.dhcp.v[i];
	fail_msg("no scope %s", name);
	return NULL;
}

/* The verdict of one scope's row; -1: no such finding. */
static int verdict(const char *id, const char *name)
{
	char subject[200];

	snprintf(subject, sizeof(subject), "scope %s", name);
	for (size_t i = 0; i < found.list.n; i++)
		if (!strcmp(found.list.v[i]->item->id, id) &&
		    !strcmp(found.list.v[i]->subject, subject))
			return (int)found.list.v[i]->verdict;
	return -1;
}

/* Kea 2.2 reads all of this (commas too many with a warning). */
static void kea_text(void **state)
{
	(void)state;
	read_export(
		"# a \"remark\n{ \"Dhcp4\": { // {\n <?include \"/etc/opts.json\"?>,\n"
		" \"loggers\": <?include \"log.json\"?>, /* , */\n"
		" \"option-data\": [ { \"name\": \"domain-name\", \"data\": \" a.test., b\" }, ],\n"
		" \"subnet4\": [ <?include \"more.json\"?>, { \"subnet\": \"10.1.0.0/24\",\n"
		" \"pools\": [ { \"pool\": \"10.1.0.1 - 10.1.0.9\" } ] }, ], } }\n");
	assert_int_equal(f.dhcp.n, 1);
	/* as it is on the wire */
	assert_string_equal(f.dhcp.v[0].domain, "a.test.");
	assert_null(f.dhcp.v[0].domain_fault);
	/* only the first of the three can hold options for this scope */
	assert_string_equal(f.dhcp.v[0].doubt_dns, "/etc/opts.json was not read");
	assert_null(f.dhcp.v[0].doubt_domain);
	assert_int_equal(notes.list.n, 3);
	assert_non_null(strstr(notes.list.v[0].text, "line 3: /etc/opts.json"));
	assert_non_null(strstr(notes.list.v[1].text, "line 4: log.json"));
	assert_non_null(strstr(notes.list.v[2].text, "line 6: more.json"));
	judge();
	assert_int_equal(verdict("P.15", "10.1.0.0/24"), AMT_UNKNOWN);
	assert_int_equal(verdict("S1.V15", "10.1.0.0/24"), AMT_PASS);
}

static void kea_classes(void **state)
{
	(void)state;
	read_export("{\"Dhcp4\": {\"client-classes\": ["
		    "{\"name\": \"phones\", \"test\": \"option[60].exists\", \"option-data\": ["
		    "{\"name\": \"domain-name\", \"data\": \"voip.test\"}]},"
		    "{\"name\": \"late\", \"only-if-required\": true, \"option-data\": ["
		    "{\"code\": 6, \"data\": \"10.9.9.9\"}]},"
		    "{\"name\": \"later\", \"only-in-additional-list\": true, \"option-data\": ["
		    "{\"code\": 6, \"data\": \"10.8.8.8\"}]}],"
		    "\"subnet4\": ["
		    "{\"subnet\": \"10.1.0.0/24\", \"require-client-classes\": [\"late\"],"
		    " \"pools\": [{\"pool\": \"10.1.0.0/25\"}]},"
		    "{\"subnet\": \"10.2.0.0/24\", \"evaluate-additional-classes\": [\"later\"],"
		    " \"option-data\": [{\"code\": 15, \"data\": \"two.test\"}],"
		    " \"pools\": [{\"pool\": \"10.2.0.0/25\"}]},"
		    "{\"subnet\": \"10.3.0.0/24\", \"client-class\": \"phones\","
		    " \"pools\": [{\"pool\": \"10.3.0.0/25\"}]},"
		    "{\"subnet\": \"10.4.0.0/24\", \"client-classes\": [\"a\", \"b\"],"
		    " \"pools\": [{\"pool\": \"10.4.0.0/25\"}]},"
		    "{\"subnet\": \"10.5.0.0/24\", \"client-class\": \"KNOWN\","
		    " \"pools\": [{\"pool\": \"10.5.0.0/25\", \"client-class\": \"x\"}]},"
		    "{\"subnet\": \"10.6.0.0/24\", \"pools\": [{\"pool\": \"10.6.0.0/25\"}]}]}}");
	assert_string_equal(scope("10.1.0.0/24")->doubt_dns,
			    "members of the class late get 10.9.9.9");
	assert_string_equal(scope("10.1.0.0/24")->doubt_domain,
			    "members of the class phones get voip.test");
	assert_string_equal(scope("10.2.0.0/24")->doubt_dns,
			    "members of the class later get 10.8.8.8");
	assert_null(scope("10.2.0.0/24")->doubt_domain); /* a subnet's own comes before a class's */
	assert_string_equal(scope("10.3.0.0/24")->only_for, "members of the class phones");
	assert_string_equal(scope("10.4.0.0/24")->only_for, "members of the class a or b");
	assert_string_equal(scope("10.5.0.0/24 pool 10.5.0.0/25")->only_for,
			    "members of the class x");
	judge();
	assert_int_equal(verdict("P.15", "10.1.0.0/24"), AMT_UNKNOWN);
	assert_int_equal(verdict("S1.V15", "10.1.0.0/24"), AMT_UNKNOWN);
	assert_int_equal(verdict("S1.V15", "10.2.0.0/24"), AMT_PASS);
	assert_int_equal(verdict("P.15", "10.6.0.0/24"), AMT_FAIL); /* no class gives any there */
	assert_int_equal(verdict("P.14", "10.3.0.0/24"), AMT_NA);
	assert_int_equal(verdict("P.15", "10.3.0.0/24"), -1);
	assert_int_equal(verdict("P.14", "10.6.0.0/24"), AMT_PASS);
}

/* A remark has an end, however many classes and files there are. */
static void remarks_end(void **state)
{
	static char text[200000];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 2000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "class \"c%d\" { option domain-name \"c%d.test\"; }\n"
				      "include \"f%d\";\n",
				      i, i, i);
	amt_str_copy(text + n, sizeof(text) - n,
		     "subnet 10.1.0.0 netmask 255.255.255.0 { range 10.1.0.1; }");
	read_export(text);
	assert_in_range(strlen(scope("10.1.0.0")->doubt_domain), 300, 500);
	assert_in_range(strlen(scope("10.1.0.0")->doubt_dns), 300, 500);
}

/* Nothing but scopes for classes: nobody knows whether AMT gets an address. */
static void only_classes(void **state)
{
	(void)state;
	read_export("{\"Dhcp4\": {\"subnet4\": [{\"subnet\": \"10.3.0.0/24\", \"client-class\": "
		    "\"phones\", \"pools\": [{\"pool\": \"10.3.0.0/25\"}]}]}}");
	judge();
	assert_int_equal(verdict("P.14", "10.3.0.0/24"), AMT_UNKNOWN);
}

static void kea_inherits(void **state)
{
	(void)state;
	read_export(
		"[{\"result\": 0, \"arguments\": {\"Dhcp4\": {"
		"\"dhcp-ddns\": {\"enable-updates\": false}, \"ddns-send-updates\": true,"
		"\"option-data\": [{\"name\": \"domain-name\", \"data\": \"g.test\","
		" \"always-send\": true}, {\"name\": \"domain-name-servers\", \"data\": "
		"\"10.0.0.1\"}],"
		"\"reservations\": [{\"hw-address\": \"00:11:22:33:44:55\", \"option-data\": ["
		"{\"code\": 6, \"data\": \"10.0.0.2\"}]}, {\"hw-address\": \"00:11:22:33:44:56\"}],"
		"\"shared-networks\": [{\"name\": \"n\", \"option-data\": ["
		"{\"code\": 15, \"data\": \"n.test\"}], \"subnet4\": [{\"subnet\": \"10.1.0.0/24\","
		" \"reservations\": [{\"duid\": \"01:02\", \"option-data\": ["
		"{\"code\": 15, \"data\": \"pc.test\"}]}]}]}],"
		"\"subnet4\": [{\"subnet\": \"10.2.0.0/24\", \"option-data\": ["
		"{\"code\": 15, \"never-send\": true}], \"pools\": [{\"pool\": \"10.2.0.0/25\"},"
		"{\"pool\": \"10.2.0.128/25\", \"option-data\": [{\"code\": 15, \"data\": "
		"\"p.test\"}]}]},"
		"{\"subnet\": \"10.3.0.0/24\"}]}}}]");
	assert_string_equal(scope("10.1.0.0/24")->domain, "n.test");
	assert_string_equal(scope("10.1.0.0/24")->source, "x shared network 1 subnet4 1");
	assert_false(scope("10.1.0.0/24")->inactive); /* reservations are addresses too */
	assert_string_equal(scope("10.1.0.0/24 reservation 01:02")->domain, "pc.test");
	assert_string_equal(scope("10.1.0.0/24 reservation 01:02")->dns[0], "10.0.0.1");
	assert_string_equal(scope("reservation 00:11:22:33:44:55")->dns[0], "10.0.0.2");
	assert_null(scope("reservation 00:11:22:33:44:55")->doubt_dns);
	assert_string_equal(scope("reservation 00:11:22:33:44:55")->doubt_domain,
			    "the client's subnet decides");
	/* "never-send" further out holds for the pool that has a value again */
	assert_null(scope("10.2.0.0/24")->domain);
	assert_null(scope("10.2.0.0/24 pool 10.2.0.128/25")->domain);
	assert_int_equal(notes.list.n, 2);
	assert_string_equal(scope("10.3.0.0/24")->domain, "g.test");
	assert_true(scope("10.3.0.0/24")->inactive);
	assert_int_equal(f.dhcp.n, 6);
	/* the server's switch is off: nothing is registered, whatever the scope says */
	assert_int_equal(scope("10.1.0.0/24")->fqdn_flags, AMT_DHCP_FQDN_N);
	judge();
	assert_int_equal(verdict("S1.V15", "10.2.0.0/24"), AMT_FAIL);
	assert_int_equal(verdict("S1.V14", "10.1.0.0/24"), AMT_WARN);
}

/* DHCPv6 is said, and no failure. */
static void kea6(void **state)
{
	struct amt_names_facts back = {0};
	struct amt_error err = {0};

	(void)state;
	read_export("{\"Dhcp6\": {\"option-data\": [{\"name\": \"dns-servers\", \"data\": "
		    "\"2001:db8::1, 2001:db8::2\"}, {\"code\": 24, \"csv-format\": false, "
		    "\"data\": \"01610474657374000162047465737400\"}],"
		    "\"subnet6\": [{\"subnet\": \"2001:db8:1::/64\"},"
		    "{\"subnet\": \"2001:db8:2::/64\", \"option-data\": ["
		    "{\"name\": \"domain-search\", \"data\": \"c.test, a.test\"}, {\"name\": "
		    "\"dns-servers\", \"csv-format\": false, \"data\": "
		    "\"20010db8000000000000000000000009\"}]},"
		    "{\"subnet\": \"2001:db8:3::/64\", \"option-data\": ["
		    "{\"name\": \"domain-search\", \"never-send\": true}]}]}}");
	assert_int_equal(f.dhcp.n, 3);
	assert_true(f.dhcp.v[0].v6);
	assert_string_equal(f.dhcp.v[0].dns[1], "2001:db8::2");
	assert_string_equal(f.dhcp.v[0].search[0], "a.test");
	assert_string_equal(f.dhcp.v[0].search[1], "b.test");
	assert_string_equal(f.dhcp.v[1].search[0], "c.test");
	assert_string_equal(f.dhcp.v[1].dns[0], "2001:db8::9");
	assert_null(f.dhcp.v[2].search);
	amt_vec_push(&f.given_suffixes, "b.test");
	judge();
	/* nothing of IPv4 is in it */
	assert_int_equal(verdict("P.14", "2001:db8:1::/64"), AMT_UNKNOWN);
	assert_int_equal(verdict("P.15", "2001:db8:1::/64"), -1);
	assert_int_equal(verdict("S1.V15", "2001:db8:1::/64"), AMT_NA);
	assert_int_equal(verdict("S1.V15", "2001:db8:2::/64"), AMT_WARN);
	assert_int_equal(verdict("S1.V15", "2001:db8:3::/64"), AMT_NA);
	f.dhcp.v[1].doubt_dns = f.dhcp.v[1].doubt_domain = f.dhcp.v[1].only_for = "so";
	json_t *one = amt_names_to_json(&f);
	assert_true(amt_names_from_json(one, &back, &err));
	json_t *two = amt_names_to_json(&back);
	assert_true(json_equal(one, two));
	assert_string_equal(back.dhcp.v[1].search[0], "c.test");
	assert_string_equal(back.dhcp.v[1].doubt_domain, "so");
	json_decref(one);
	json_decref(two);
	amt_names_facts_free(&back);
}

/* Cut, wrong or odd: a message, and no more. */
static void kea_damaged(void **state)
{
	static const char *const odd[] = {
		"{ \"Dhcp4\": <?include \"x",
		"{ \"Dhcp4\": <?include \"all.json\"?> }",
		"[]",
		"[1]",
		"{ \"Dhcp4\": [] }",
		"{ \"a\\",
		"{ /*",
		"{,}",
		"[<?>]",
		"{\"Dhcp4\": {\"subnet4\": [1, {\"pools\": {}}], \"client-classes\": [3]}}"};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		struct amt_error err = {0};
		if (!amt_dhcp_export_parse("x", odd[i], strlen(odd[i]), &f, &notes, &err))
			assert_true(*err.text);
	}
}

static const char pools_conf[] =
	"ddns-updates on; option domain-name-servers 10.0.0.1;\n"
	"option domain-name \"g.test\";\n"
	"shared-network n { option domain-name \"n.test\";\n"
	" pool { range dynamic-bootp 10.1.0.10 10.1.0.20; }\n"
	"subnet 10.1.0.0 netmask 255.255.255.0 { }\n"
	"subnet 10.2.0.0 netmask 255.255.255.0 { option domain-name \"two.test\\000\"; }\n"
	" pool { range 10.9.0.1; option domain-name \"apart.test\"; } }\n"
	"subnet 10.3.0.0 netmask 255.255.255.0 {\n"
	" pool { range 10.3.0.1 10.3.0.9; allow members of \"phones\"; }\n"
	" pool { option domain-name-servers 10.0.0.3; range 10.3.0.10 10.3.0.19; } }\n"
	"subnet 10.4.0.0 netmask 255.255.255.0 {\n"
	" pool { range 10.4.0.1 10.4.0.9; deny unknown-clients; }\n"
	" pool { option domain-name \"p.test\"; range 10.4.0.10; } }\n"
	"subnet 10.5.0.0 netmask 255.255.255.0 { }\n"
	"host a { fixed-address 10.5.0.1; option domain-name \"a.test\"; }\n"
	"group { option domain-name \"h.test\"; host b { } host c { } }\n";
static const char open_conf[] =
	"class \"phones\" { match if exists user-class;\n"
	" option domain-name \"voip.test\"; }\n"
	"ddns-updates off; ddns-update-style interim;\n"
	"subnet 10.1.0.0 netmask 255.255.255.0 { range 10.1.0.1; ddns-updates on;\n"
	" if known { option domain-name-servers 10.0.0.1; }\n"
	" else { if exists agent.circuit-id { option domain-name-servers 10.0.0.2; } } }\n"
	"subnet 10.2.0.0 netmask 255.255.255.0 { range 10.2.0.1; option domain-name \"two.test\"; "
	"}\n"
	"host a { if known { option domain-name \"x.test\"; } option domain-name \"a\\x.test\"; "
	"}\n";
static const char files_conf[] = "subnet 10.1.0.0 netmask 255.255.255.0 { range 10.1.0.1; }\n"
				 "include \"/etc/a.conf\";\n"
				 "include \"b.conf\";\n"
				 "subnet6 2001:db8::/64 { option dhcp6.name-servers 2001:db8::1;\n"
				 " option dhcp6.domain-search \"a.test\", \"b.test\"; }\n";
static const char dot_conf[] = "option domain-name \"a.other.test.\";\n"
			       "subnet 10.1.0.0 netmask 255.255.255.0 { range 10.1.0.1; }";

/* Which range is whose; pools with options or for classes are scopes of their own. */
static void isc_pools(void **state)
{
	(void)state;
	read_export(pools_conf);
	assert_false(scope("10.1.0.0")->inactive);
	assert_string_equal(scope("10.1.0.0")->domain, "n.test");
	assert_true(scope("10.2.0.0")->inactive);
	assert_string_equal(scope("10.2.0.0")->domain, "two.test");
	assert_string_equal(scope("10.2.0.0")->domain_fault, "ends in a NUL byte");
	assert_string_equal(scope("pool 10.9.0.1 - 10.9.0.1")->domain, "apart.test");
	assert_string_equal(scope("10.3.0.0 pool 10.3.0.1 - 10.3.0.9")->only_for,
			    "members of the class phones");
	assert_string_equal(scope("10.3.0.0 pool 10.3.0.10 - 10.3.0.19")->dns[0], "10.0.0.3");
	assert_string_equal(scope("10.4.0.0")->domain, "g.test");
	assert_string_equal(scope("10.4.0.0 pool 10.4.0.10 - 10.4.0.10")->domain, "p.test");
	assert_false(scope("10.5.0.0")->inactive);
	assert_string_equal(scope("host a")->domain, "a.test");
	assert_string_equal(scope("group of 2 hosts, the first b")->domain, "h.test");
	/* 10.3 itself gives nobody anything */
	assert_int_equal(f.dhcp.n, 10);
	/* dhcpd.conf(5): no style is "none" */
	assert_int_equal(scope("10.1.0.0")->fqdn_flags, AMT_DHCP_FQDN_N);
	judge();
	assert_int_equal(verdict("P.14", "10.3.0.0 pool 10.3.0.1 - 10.3.0.9"), AMT_NA);
	assert_int_equal(verdict("P.14", "10.1.0.0"), AMT_PASS);
}

/* What is decided elsewhere is not missing. */
static void isc_open(void **state)
{
	(void)state;
	read_export(open_conf);
	assert_string_equal(scope("10.1.0.0")->doubt_dns,
			    "line 6: a condition decides whether it is 10.0.0.2");
	assert_string_equal(scope("10.2.0.0")->doubt_domain,
			    "members of the class phones get voip.test");
	assert_null(scope("10.2.0.0")->doubt_dns);
	/* in dhcpd.conf(5) a host comes before its classes; the condition stays */
	assert_string_equal(scope("host a")->doubt_domain,
			    "line 8: a condition decides whether it is x.test");
	assert_int_equal(scope("10.1.0.0")->fqdn_flags, AMT_DHCP_FQDN_S);
	assert_int_equal(scope("10.2.0.0")->fqdn_flags, AMT_DHCP_FQDN_N);
	judge();
	assert_int_equal(verdict("P.15", "10.1.0.0"), AMT_UNKNOWN);
	assert_int_equal(verdict("S1.V15", "10.1.0.0"), AMT_UNKNOWN);
	assert_int_equal(verdict("P.15", "10.2.0.0"), AMT_FAIL);
	assert_int_equal(verdict("S1.V15", "10.2.0.0"), AMT_PASS);
}

/* An option may stand in a file that is included; DHCPv6 is told as such. */
static void isc_files(void **state)
{
	(void)state;
	read_export(files_conf);
	assert_string_equal(scope("10.1.0.0")->doubt_dns, "/etc/a.conf, b.conf was not read");
	assert_true(scope("2001:db8::/64")->v6);
	assert_string_equal(scope("2001:db8::/64")->search[1], "b.test");
	assert_string_equal(scope("2001:db8::/64")->dns[0], "2001:db8::1");
	judge();
	assert_int_equal(verdict("P.15", "10.1.0.0"), AMT_UNKNOWN);
	assert_int_equal(verdict("S1.V15", "10.1.0.0"), AMT_UNKNOWN);
	assert_int_equal(verdict("P.14", "2001:db8::/64"), AMT_NA);
}

/* What a reservation says comes before its scope's. */
static void netsh_reservations(void **state)
{
	(void)state;
	read_export(
		"Dhcp Server \\\\s1 add scope 10.1.0.0 255.255.255.0 \"a\" \"\"\n"
		"Dhcp Server \\\\s1 Scope 10.1.0.0 set state 1\n"
		"Dhcp Server \\\\s1 Scope 10.1.0.0 Add reservedip 10.1.0.50 001cc0123456 \"pc1\"\n"
		"Dhcp Server \\\\s1 Scope 10.1.0.0 set optionvalue 6 IPADDRESS \"10.0.0.1\"\n"
		"Dhcp Server \\\\s1 Scope 10.1.0.0 Set reservedoptionvalue 10.1.0.50 15 STRING "
		"\"pc.test\"\n"
		"Dhcp Server \\\\s1 Scope 10.1.0.0 Set reservedoptionvalue 10.1.0.50 6 IPADDRESS "
		"\"10.0.0.2\" \"10.0.0.3\"\n"
		"Dhcp Server \\\\s1 Scope 10.1.0.0 Set reservedoptionvalue 10.1.0.51 15 STRING "
		"user=\"phones\" \"voip.test\"\n"
		"Dhcp Server \\\\s1 Scope 10.1.0.0 Set reservedoptionvalue 10.1.0.52 66 STRING "
		"\"boot\"\n"
		"Dhcp Server \\\\s1 set optionvalue 15 STRING \"g.test\"\n");
	assert_int_equal(f.dhcp.n, 2);
	assert_string_equal(scope("10.1.0.0")->domain, "g.test");
	assert_string_equal(scope("10.1.0.0 reservation 10.1.0.50")->domain, "pc.test");
	assert_string_equal(scope("10.1.0.0 reservation 10.1.0.50")->dns[1], "10.0.0.3");
	assert_string_equal(scope("10.1.0.0 reservation 10.1.0.50")->source, "x line 5");
	assert_string_equal(scope("10.1.0.0 reservation 10.1.0.50")->mask, "255.255.255.0");
}

/* A dot at the end is no label that two names have in common. */
static void dot_at_the_end(void **state)
{
	(void)state;
	read_export(dot_conf);
	amt_vec_push(&f.certificate_suffixes, "sp.vpro.test");
	judge();
	assert_int_equal(verdict("S3.C11", "10.1.0.0"), AMT_FAIL);
}

/* Blocks deeper than anybody writes, quotes that never close. */
static void isc_damaged(void **state)
{
	char deep[4096] = "subnet 10.1.0.0 netmask 255.255.255.0 { "
			  "range 10.1.0.1; ";
	size_t n = strlen(deep);

	(void)state;
	for (int i = 0; i < 40; i++, n += 2)
		memcpy(deep + n, "{ ", 2);
	for (int i = 0; i < 40; i++, n += 2)
		memcpy(deep + n, "} ", 2);
	amt_str_copy(deep + n, sizeof(deep) - n, "option domain-name \"late.test\"; }");
	read_export(deep);
	assert_string_equal(scope("10.1.0.0")->domain, "late.test");
	read_export("subnet a netmask b { option domain-name \"x\\");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	const struct CMUnitTest tests[] = {T(kea_text),          T(kea_classes),    T(only_classes),
					   T(kea_inherits),      T(kea6),           T(kea_damaged),
					   T(isc_pools),         T(isc_open),       T(isc_files),
					   T(isc_damaged),       T(dot_at_the_end), T(remarks_end),
					   T(netsh_reservations)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
