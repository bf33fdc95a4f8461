/* Facts to findings by struct literals, and facts to JSON and back. */
#include "names_scene.h"

static void expect_provision(enum amt_verdict v, const char *words)
{
	judge();
	expect("P.19", "ProvisionServer.x.test", v, words);
}

static void provision_server(void **state)
{
	(void)state;
	server("10.0.0.1", true);
	server("10.0.0.2", true);
	server("10.0.0.3", false);
	provision(0, AMT_DNS_ANSWER, "A 10.0.0.30");
	expect_provision(AMT_UNKNOWN, "is not known here");
	point("10.0.0.30");
	expect_provision(AMT_PASS, "at every server asked (1)");
	provision(1, AMT_DNS_TIMEOUT, NULL);
	expect_provision(AMT_WARN, "1 of 2 servers did not answer");
	facts.provision.v[1].a =
		reply(1, "ProvisionServer.x.test", AMT_DNS_A, AMT_DNS_SERVFAIL, NULL);
	expect_provision(AMT_FAIL, "10.0.0.2 says: servfail");
	facts.provision.v[1].a =
		reply(1, "ProvisionServer.x.test", AMT_DNS_A, AMT_DNS_NXDOMAIN, NULL);
	expect_provision(AMT_FAIL, "different answers");
	facts.provision.v[1].a = reply(1, "ProvisionServer.x.test", AMT_DNS_A, AMT_DNS_ANSWER,
				       "CNAME sp.x.test,A 10.0.0.30");
	expect_provision(AMT_PASS, "(2)");
	facts.provision.v[1].a.flags |= AMT_DNS_UDP_LOST;
	expect_provision(AMT_FAIL, "over TCP only");
	facts.provision.v[1].a.flags = 0;
	/* a zone's own server that is silent is not the clients' trouble; one that lies is */
	provision(2, AMT_DNS_REFUSED, NULL);
	expect_provision(AMT_PASS, "(2)");
	facts.provision.v[2].a =
		reply(2, "ProvisionServer.x.test", AMT_DNS_A, AMT_DNS_ANSWER, "A 10.0.0.66");
	expect_provision(AMT_FAIL, "10.0.0.3 says: 10.0.0.66");
	context.trait[AMT_TRAIT_OUT_OF_BAND] = AMT_NO;
	expect_provision(AMT_NA, "");
}

static void nothing_measured_is_no_pass(void **state)
{
	(void)state;
	server("10.0.0.1", true);
	facts.servers.v[0].answered = 0;
	point("10.0.0.30");
	provision(0, AMT_DNS_TIMEOUT, NULL);
	expect_provision(AMT_UNKNOWN, "was not answered");
	expect("X.NS1", "10.0.0.1", AMT_FAIL, "never answered");
	judge();
	for (size_t i = 0; i < found.list.n; i++)
		assert_int_not_equal(found.list.v[i]->verdict, AMT_PASS);
	/* asked for no name at all */
	amt_vec_free(&facts.provision);
	amt_vec_push(&facts.provision_names, "ProvisionServer");
	judge();
	expect("P.19", "ProvisionServer", AMT_UNKNOWN, "no client DNS suffix is known");
	/* an address in MEBx */
	facts.provision_names.v[0] = "10.0.0.30";
	judge();
	expect("P.19", "10.0.0.30", AMT_PASS, "set as an address");
	facts.provision_names.v[0] = "10.0.0.31";
	judge();
	expect("P.19", "10.0.0.31", AMT_FAIL, "not the service point's");
}

static void hosts(void **state)
{
	(void)state;
	server("10.0.0.1", true);
	host("good.x.test", "A 10.0.0.5", "PTR good.x.test");
	host("none.x.test", NULL, NULL);
	host("wrong.x.test", "A 10.0.0.6", "PTR other.x.test");
	host("bare.x.test", "A 10.0.0.7", NULL);
	host("two.x.test", "A 10.0.0.8,A 10.0.0.9", "PTR two.x.test");
	host("alias.x.test", "CNAME good.x.test,A 10.0.0.5", "PTR good.x.test");
	host("old.x.test", "A 10.0.0.10", "PTR new.x.test");
	host("new.x.test", "A 10.0.0.10", "PTR new.x.test");
	host("moved.x.test", "A 10.0.0.11", "PTR moved.x.test")->target.address = "10.0.0.12";
	host("wifi.x.test", "A 10.0.0.13", "PTR wifi.x.test")->target.wireless = "10.1.0.13";
	host("under_score.x.test", "A 10.0.0.14", "PTR under_score.x.test");
	judge();
	expect("S3.C06a", "good.x.test", AMT_PASS, "10.0.0.5");
	expect("S3.C06b", "good.x.test", AMT_PASS, "leads back");
	expect("S3.C06a", "none.x.test", AMT_FAIL, "no address in DNS");
	expect("P.21", "none.x.test", AMT_FAIL, "nobody has registered");
	assert_null(find("S3.C06b", "none.x.test"));
	expect("S3.C06b", "wrong.x.test", AMT_FAIL, "other.x.test");
	expect("S3.C06b", "bare.x.test", AMT_WARN, "no PTR");
	expect("S3.C06a", "two.x.test", AMT_WARN, "several addresses");
	expect("S3.C06a", "alias.x.test", AMT_WARN, "alias of good.x.test");
	expect("S3.C06a", "old.x.test", AMT_FAIL, "so does new.x.test");
	expect("S3.C06a", "new.x.test", AMT_WARN, "so does old.x.test");
	expect("S3.C06a", "moved.x.test", AMT_FAIL, "10.0.0.12 in the inventory");
	expect("P.21", "moved.x.test", AMT_FAIL, "is at 10.0.0.12");
	expect("P.22", "wifi.x.test", AMT_FAIL, "10.1.0.13");
	expect("S3.C03", "under_score.x.test", AMT_FAIL, "underscore");
	expect("P.18", "hosts", AMT_FAIL, "10 of 11 hosts");
	struct host_view v;
	host_view(&facts, &facts.hosts.v[0], &v);
	assert_int_equal(v.consistent, AMT_YES);
	host_view(&facts, &facts.hosts.v[3], &v);
	assert_int_equal(v.consistent, AMT_NO);
}

/* What --explain promises of S3.C06c and P.21 when there are several answers. */
static void several_answers(void **state)
{
	struct amt_dns_host *h;

	(void)state;
	server("10.0.0.1", true);
	facts.rounds = 3;
	host("other.x.test", "A 10.0.0.9", "PTR else.x.test");
	host("two.x.test", "A 10.0.0.7,A 10.0.0.8", "PTR two.x.test")->target.address = "10.0.0.7";
	h = host("flap.x.test", "A 10.0.0.5", "PTR flap.x.test");
	h->forward.v[h->forward.n++] =
		reply(0, "flap.x.test", AMT_DNS_A, AMT_DNS_ANSWER, "A 10.0.0.6");
	judge();
	expect("S3.C06c", "other.x.test", AMT_FAIL, "another computer (else.x.test)");
	expect("S3.C06c", "flap.x.test", AMT_WARN, "changed within 3 rounds");
	assert_null(find("P.21", "flap.x.test"));
	expect("P.21", "two.x.test", AMT_WARN, "with 10.0.0.7 and with others");
	h->target.address = "10.0.0.5";
	judge();
	expect("S3.C06c", "flap.x.test", AMT_FAIL, "not always to its own");
	h->target.wireless = "10.0.0.6";
	judge();
	expect("S3.C06c", "flap.x.test", AMT_WARN, "changed within 3 rounds");
	expect("P.21", "flap.x.test", AMT_PASS, "10.0.0.5");
}

static void a_fleet_is_grouped_by_cause(void **state)
{
	char name[32], a[32], ptr[48];
	(void)state;
	server("10.0.0.1", true);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "h%d.x.test", i);
		snprintf(a, sizeof(a), "A 10.0.%d.%d", i / 200, i % 200 + 1);
		snprintf(ptr, sizeof(ptr), "PTR h%d.x.test", i);
		host(amt_arena_strdup(&facts.arena, name), i % 3 ? a : NULL,
		     i % 3 == 1 ? ptr : NULL);
	}
	judge();
	expect("S3.C06a", "hosts", AMT_FAIL, "100 of 300 hosts: no address in DNS");
	expect("S3.C06a", "hosts", AMT_PASS, "forward look-up");
	expect("S3.C06b", "hosts", AMT_WARN, "100 of 300 hosts: no PTR record");
	assert_int_equal(find("S3.C06a", "hosts")->evidence.n, 40);
	assert_true(found.list.n < 20);
}

static void servers_and_zones(void **state)
{
	struct amt_dns_zone z = {.suffix = "x.test", .listed = true};
	(void)state;
	server("10.0.0.1", true);
	server("10.0.0.2", true);
	server("10.0.0.3", false);
	amt_vec_push(&facts.suffixes, "x.test");
	z.soa = reply(0, "x.test", AMT_DNS_SOA, AMT_DNS_ANSWER, "SOA ns.x.test h.x.test 7");
	z.soa.flags = AMT_DNS_AA;
	z.ns = reply(0, "x.test", AMT_DNS_NS, AMT_DNS_ANSWER, "NS ns.x.test");
	amt_vec_push(&facts.zones, z);
	z.soa = reply(1, "x.test", AMT_DNS_SOA, AMT_DNS_ANSWER, "SOA ns.x.test h.x.test 6");
	z.soa.flags = AMT_DNS_AA;
	z.ns.server = 1;
	amt_vec_push(&facts.zones, z);
	judge();
	expect("X.NS2", "x.test", AMT_WARN, "different serial numbers");
	facts.zones.v[1].soa.flags = AMT_DNS_RA;
	judge();
	expect("X.NS2", "x.test", AMT_WARN, "(lame)");
	facts.zones.v[1].soa = reply(1, "x.test", AMT_DNS_SOA, AMT_DNS_REFERRAL, NULL);
	judge();
	expect("X.NS2", "x.test", AMT_FAIL, "recursion is off");
	facts.zones.v[1].soa = reply(1, "x.test", AMT_DNS_SOA, AMT_DNS_TIMEOUT, NULL);
	judge();
	expect("X.NS2", "x.test", AMT_UNKNOWN, "no usable answer");
	facts.zones.v[0].update = reply(0, "x.test", 0, AMT_DNS_REFUSED, NULL);
	judge();
	expect("S1.V13", "x.test", AMT_WARN, "refuses an unsigned");
	expect("P.23", "x.test", AMT_WARN, "does not take unsigned updates");
	facts.servers.v[0].lost = 5;
	facts.servers.v[1].ignored = 5;
	judge();
	expect("X.NS1", "10.0.0.1", AMT_WARN, "no answer in time");
	expect("X.NS1", "10.0.0.2", AMT_WARN, "fit no open question");
	assert_null(find("X.NS1", "10.0.0.3"));
}

static void leases(void **state)
{
	static const char *const both[] = {"10.0.0.1", "10.0.0.9", NULL};
	struct amt_dhcp_reply r = offer("10.0.0.11");
	(void)state;
	amt_vec_push(&facts.probes, (struct amt_dhcp_probe){.interface = "eth0",
							    .mac = "m",
							    .kind = AMT_DHCP_DISCOVER,
							    .waited = 4,
							    .at = AT});
	judge();
	expect("P.14", "eth0", AMT_FAIL, "no DHCP server answered");
	amt_names_add_dhcp(&facts, &r);
	judge();
	expect("P.14", "10.0.0.11", AMT_PASS, "hands out addresses");
	expect("P.15", "10.0.0.11", AMT_PASS, "10.0.0.1");
	expect("S1.V15", "10.0.0.11", AMT_PASS, "x.test");
	expect("S1.V14", "10.0.0.11", AMT_WARN, "does not answer option 081");
	r = offer("10.0.0.12");
	r.dns = NULL;
	r.domain = NULL;
	r.fqdn_flags = AMT_DHCP_FQDN_S | AMT_DHCP_FQDN_E;
	amt_names_add_dhcp(&facts, &r);
	server("10.0.0.1", true);
	facts.servers.v[0].answered = 0;
	amt_vec_push(&facts.given_suffixes, "y.test");
	judge();
	expect("P.14", "eth0", AMT_WARN, "2 DHCP servers");
	expect("P.15", "10.0.0.12", AMT_FAIL, "no DNS servers");
	expect("P.15", "10.0.0.11", AMT_FAIL, "none of them answers");
	facts.dhcp.v[0].dns = both;
	judge();
	expect("P.15", "10.0.0.11", AMT_WARN, "10.0.0.1, which does not answer");
	expect("S1.V15", "10.0.0.12", AMT_FAIL, "no DNS domain");
	expect("S1.V15", "10.0.0.11", AMT_WARN, "none of the clients' suffixes");
	expect("S1.V14", "10.0.0.12", AMT_PASS, "host and PTR");
	r.domain = "m\303\274nchen.test";
	amt_names_add_dhcp(&facts, &r);
	assert_non_null(strstr(facts.dhcp.v[facts.dhcp.n - 1].domain_fault, "xn--"));
	facts.dhcp.n--;
	facts.dhcp.v[0].domain_fault = "ends in a NUL byte";
	judge();
	expect("S1.V15", "10.0.0.11", AMT_WARN, "ends in a NUL byte");
}

/* ProvisionServer by what DHCP hands out here, and not by another network's. */
static void from_dhcp(void **state)
{
	struct amt_dhcp_reply r = offer("10.0.0.11");

	(void)state;
	server("10.0.0.1", true);
	point("10.0.0.30");
	provision(0, AMT_DNS_ANSWER, "A 10.0.0.30");
	judge();
	assert_null(find("S2.C14a", NULL));
	amt_names_add_dhcp(&facts, &r);
	judge();
	expect("S2.C14a", "ProvisionServer.x.test", AMT_PASS, "that DHCP hands out here");
	facts.provision.v[0].a =
		reply(0, "ProvisionServer.x.test", AMT_DNS_A, AMT_DNS_NXDOMAIN, NULL);
	judge();
	expect("S2.C14a", "ProvisionServer.x.test", AMT_FAIL, "does not exist");
	facts.dhcp.v[0].domain = "z.test";
	judge();
	assert_null(find("S2.C14a", NULL));
}

static void round_trip(void **state)
{
	struct amt_names_facts back = {0};
	struct amt_error err = {0};
	struct amt_findings again = {0};
	(void)state;
	provision_server(NULL);
	hosts(NULL);
	servers_and_zones(NULL);
	leases(NULL);
	facts.dhcp.v[0].fqdn = "pc1";
	facts.dhcp.v[0].fqdn_flags = 3;
	facts.hosts.v[0].forward.v[0].flags = AMT_DNS_TCP | AMT_DNS_TC | AMT_DNS_EDNS;
	amt_vec_push(&facts.lookups,
		     (struct amt_dns_lookup){.why = "service point",
					     .reply = reply(0, "sp.x.test", AMT_DNS_A,
							    AMT_DNS_ANSWER, "A 10.0.0.30")});
	json_t *one = amt_names_to_json(&facts);
	assert_true(amt_names_from_json(one, &back, &err));
	json_t *two = amt_names_to_json(&back);
	assert_true(json_equal(one, two));
	context.trait[AMT_TRAIT_OUT_OF_BAND] = AMT_MAYBE;
	judge();
	amt_names_judge(&back, &context, &again);
	json_t *f1 = amt_findings_to_json(&found), *f2 = amt_findings_to_json(&again);
	assert_true(json_equal(f1, f2));
	json_decref(f1);
	json_decref(f2);
	json_decref(one);
	json_decref(two);
	amt_findings_free(&again);
	amt_names_facts_free(&back);
	json_t *bad = json_pack("{s:[]}", "hosts");
	assert_false(amt_names_from_json(bad, &back, &err));
	json_decref(bad);
	/* a document with holes loses what is in them, and nothing else */
	bad = json_loads("{\"servers\":[{},{\"address\":\"10.0.0.1\"},7],\"hosts\":[{},{\"name\":"
			 "\"a\",\"forward\":[{}]}],"
			 "\"zones\":[null],\"dhcp\":[{}],\"dhcp_probes\":[3]}",
			 0, NULL);
	assert_true(amt_names_from_json(bad, &back, &err));
	assert_int_equal(back.servers.n, 1);
	assert_int_equal(back.hosts.n, 1);
	memset(&again, 0, sizeof(again));
	amt_names_judge(&back, &context, &again);
	amt_findings_free(&again);
	amt_names_facts_free(&back);
	json_decref(bad);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(provision_server),
		T(nothing_measured_is_no_pass),
		T(hosts),
		T(several_answers),
		T(a_fleet_is_grouped_by_cause),
		T(servers_and_zones),
		T(leases),
		T(from_dhcp),
		T(round_trip),
	};

	return cmocka_run_group_tests_name("names_judge", tests, NULL, NULL);
}
