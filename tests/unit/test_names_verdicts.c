/* Verdicts of the names room one by one, at the limits that tests/mutate found unwatched. */
#include "names_scene.h"

static void provision_server_by_ipv6(void **state)
{
	static const char name[] = "ProvisionServer.x.test";

	(void)state;
	server("10.0.0.1", true);
	point("10.0.0.30");
	provision(0, AMT_DNS_NODATA, NULL);
	facts.provision.v[0].aaaa =
		reply(0, name, AMT_DNS_AAAA, AMT_DNS_ANSWER, "AAAA 2001:db8::30");
	judge();
	expect("P.40", name, AMT_FAIL, "an IPv6 address only");
	facts.provision.v[0].a = reply(0, name, AMT_DNS_A, AMT_DNS_ANSWER, "A 10.0.0.30");
	judge();
	expect("P.40", name, AMT_WARN, "beside the IPv4 one");
}

/* What the first evidence of a finding quotes. */
static void quotes(const char *id, const char *subject, const char *words)
{
	const struct amt_finding *f = find(id, subject);

	if (!f || !f->evidence.n || !strstr(f->evidence.v[0].text, words))
		fail_msg("%s of %s does not quote '%s' but '%s'", id, subject, words,
			 f && f->evidence.n ? f->evidence.v[0].text : "nothing");
}

/* Where a name stands among the forest's domains, and its wireless address. */
static void place_of_hosts(void **state)
{
	static const struct {
		const char *name;
		enum amt_verdict place, suffix; /* AMT_VERDICTS: nothing is said */
	} rows[] = {{"pc1.x.test", AMT_PASS, AMT_PASS},
		    {"pc1.emea.x.test", AMT_PASS, AMT_PASS},
		    {"pc1.lab.x.test", AMT_PASS, AMT_WARN},
		    {"pc1.tree.test", AMT_FAIL, AMT_VERDICTS},
		    {"pc1.elsewhere.test", AMT_FAIL, AMT_VERDICTS},
		    {"pc1", AMT_WARN, AMT_VERDICTS}};

	(void)state;
	server("10.0.0.1", true);
	amt_vec_push(&facts.ad_domains, "x.test");
	amt_vec_push(&facts.ad_domains, "emea.x.test");
	amt_vec_push(&facts.ad_domains, "tree.test");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		facts.hosts.n = 0;
		host(rows[i].name, "A 10.0.0.5", NULL)->target.wireless = "10.0.0.5";
		judge();
		expect("S1.V10", rows[i].name, rows[i].place, "");
		if (rows[i].suffix == AMT_VERDICTS)
			assert_null(find("P.32", rows[i].name));
		else
			expect("P.32", rows[i].name, rows[i].suffix, "");
		expect("P.22", rows[i].name, AMT_PASS, "leads to its wireless address 10.0.0.5");
	}
	facts.hosts.n = 0;
	host("pc2.x.test", "A 10.0.0.5,A 10.0.0.6", NULL)->target.wireless = "10.0.0.6";
	judge();
	expect("P.22", "pc2.x.test", AMT_WARN, "and to others");
}

static void option_81(void **state)
{
	static const struct {
		int flags;
		uint8_t kind, asked;
		enum amt_verdict want; /* AMT_VERDICTS: nothing is said */
		const char *words, *quoted;
	} rows[] = {
		{-1, AMT_DHCP_OFFER, AMT_DHCP_DISCOVER, AMT_WARN, "does not answer",
		 "no option 81"},
		{0, AMT_DHCP_OFFER, AMT_DHCP_DISCOVER, AMT_PASS,
		 "registers PTR records, the client", "flags ----"},
		{AMT_DHCP_FQDN_S, AMT_DHCP_OFFER, AMT_DHCP_DISCOVER, AMT_PASS, "host and PTR",
		 "flags S---"},
		{AMT_DHCP_FQDN_N, AMT_DHCP_OFFER, AMT_DHCP_DISCOVER, AMT_WARN, "will not register",
		 "flags ---N"},
		{-1, AMT_DHCP_ACK, AMT_DHCP_INFORM, AMT_VERDICTS, NULL, NULL},
		{-1, AMT_DHCP_ACK, 0, AMT_VERDICTS, NULL, NULL},
		{0, AMT_DHCP_ACK, 0, AMT_PASS, "registers PTR records", "flags ----"},
		{AMT_DHCP_FQDN_S, 0, 0, AMT_PASS, "registers names in DNS (81 is 5)", "81 is 5"},
		{AMT_DHCP_FQDN_N, 0, 0, AMT_WARN, "does not register names", "81 is 5"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct amt_dhcp_reply r = offer("10.0.0.11");
		r.fqdn_flags = rows[i].flags;
		r.kind = rows[i].kind;
		r.asked = rows[i].asked;
		r.dynamic_update = "81 is 5";
		facts.dhcp.n = 0;
		amt_names_add_dhcp(&facts, &r);
		judge();
		if (rows[i].want == AMT_VERDICTS) {
			assert_null(find("S1.V14", NULL));
			continue;
		}
		expect("S1.V14", "10.0.0.11", rows[i].want, rows[i].words);
		quotes("S1.V14", "10.0.0.11", rows[i].quoted);
	}
}

static void certificate_domain(void **state)
{
	static const struct {
		const char *domain;
		enum amt_verdict want;
		const char *words;
	} rows[] = {{"x.test", AMT_PASS, "is the certificate's"},
		    {"y.x.test", AMT_WARN, "depends on"},
		    {"z.org", AMT_FAIL, "nothing in common"},
		    /* Rule R1: a suffix of the certificate's name, on every firmware; the suffix
		     * has two labels at least. */
		    {"b.test", AMT_PASS, "or above it"},
		    {"test", AMT_FAIL, "nothing in common"}};

	(void)state;
	amt_vec_push(&facts.certificate_suffixes, "x.test");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct amt_dhcp_reply r = offer("10.0.0.11");
		r.domain = rows[i].domain;
		if (i == 3)
			facts.certificate_suffixes.v[0] = "a.b.test";
		r.lease = i ? 3600 : 0;
		facts.dhcp.n = 0;
		amt_names_add_dhcp(&facts, &r);
		judge();
		expect("S3.C11", "10.0.0.11", rows[i].want, rows[i].words);
		quotes("P.14", "10.0.0.11", i ? "for 3600 s" : "for 0 s");
	}
}

/* A server that answers, but late, or more than it was asked. */
static void servers_that_answer_oddly(void **state)
{
	static const struct {
		float mean, most;
		uint64_t answered, ignored, lost;
		enum amt_verdict want;
		const char *words;
	} rows[] = {{1, 2, 1000, 0, 0, AMT_PASS, "answered 1000 questions"},
		    {300, 300, 1000, 0, 0, AMT_PASS, "answered"},
		    {301, 400, 1000, 0, 0, AMT_WARN, "is slow"},
		    {1, 301, 99, 0, 0, AMT_WARN, "is slow"},
		    {1, 301, 100, 0, 0, AMT_PASS, "answered"},
		    {1, 2, 1000, 10, 0, AMT_PASS, "answered"},
		    {1, 2, 1000, 11, 0, AMT_WARN, "fit no open question"},
		    {1, 2, 1000, 0, 20, AMT_PASS, "answered"},
		    {1, 2, 1000, 0, 21, AMT_WARN, "got no answer in time"}};

	(void)state;
	server("10.0.0.1", true);
	provision(0, AMT_DNS_ANSWER, "A 10.0.0.30");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct amt_dns_server *s = &facts.servers.v[0];
		s->ms_mean = rows[i].mean;
		s->ms_max = rows[i].most;
		s->questions = 1000;
		s->answered = rows[i].answered;
		s->ignored = rows[i].ignored;
		s->lost = rows[i].lost;
		judge();
		expect("X.NS1", "10.0.0.1", rows[i].want, rows[i].words);
	}
}

/* What a server says of a zone, for one that clients ask and one that only the zone names. */
static void zones_by_outcome(void **state)
{
	static const struct {
		enum amt_dns_outcome outcome;
		unsigned flags;
		enum amt_verdict clients, listed;
	} rows[] = {{AMT_DNS_ANSWER, AMT_DNS_AA, AMT_PASS, AMT_PASS},
		    {AMT_DNS_ANSWER, 0, AMT_PASS, AMT_WARN},
		    {AMT_DNS_NXDOMAIN, AMT_DNS_AA, AMT_FAIL, AMT_FAIL},
		    {AMT_DNS_REFERRAL, 0, AMT_FAIL, AMT_WARN},
		    {AMT_DNS_REFUSED, 0, AMT_FAIL, AMT_WARN},
		    {AMT_DNS_SERVFAIL, 0, AMT_FAIL, AMT_WARN},
		    {AMT_DNS_NOTIMP, 0, AMT_UNKNOWN, AMT_UNKNOWN}};

	(void)state;
	server("10.0.0.1", true);
	amt_vec_push(&facts.suffixes, "x.test");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int listed = 0; listed < 2; listed++) {
			struct amt_dns_zone z = {.suffix = "x.test", .listed = listed};
			z.soa = reply(0, "x.test", AMT_DNS_SOA, rows[i].outcome, NULL);
			z.soa.flags = (uint8_t)rows[i].flags;
			facts.servers.v[0].clients = !listed;
			facts.zones.n = 0;
			amt_vec_push(&facts.zones, z);
			judge();
			expect("X.NS2", "x.test", listed ? rows[i].listed : rows[i].clients, "");
		}
	}
}

/* What stands in DNS and leads nobody to the machine. */
static void addresses_out_of_reach(void **state)
{
	static const struct {
		const char *a, *words;
	} rows[] = {{"A 169.254.3.4", "link-local"},
		    {"A 0.0.0.0", "not an address of one machine"},
		    {"A 224.0.0.5", "not an address of one machine"},
		    {"A 255.255.255.255", "not an address of one machine"},
		    {"A 10.0.0.7,A 169.254.3.4", "169.254.3.4"}};

	(void)state;
	server("10.0.0.1", true);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		facts.hosts.n = 0;
		host("pc1.x.test", rows[i].a, NULL);
		judge();
		expect("S3.C06a", "pc1.x.test", AMT_FAIL, rows[i].words);
	}
	facts.hosts.n = 0;
	host("pc1.x.test", "A 12.7.0.1", NULL);
	judge();
	expect("S3.C06a", "pc1.x.test", AMT_PASS, "12.7.0.1");
}

/* The real name is the end of the chain, however long. */
static void alias_of_an_alias(void **state)
{
	(void)state;
	server("10.0.0.1", true);
	host("pc1.x.test", "CNAME two.x.test,CNAME real.x.test,A 10.0.0.7", "PTR real.x.test");
	judge();
	expect("S3.C06a", "pc1.x.test", AMT_WARN, "is an alias of real.x.test");
	expect("S3.C06b", "pc1.x.test", AMT_WARN, "leads to the real name real.x.test");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(provision_server_by_ipv6),
		T(place_of_hosts),
		T(option_81),
		T(certificate_domain),
		T(servers_that_answer_oddly),
		T(zones_by_outcome),
		T(addresses_out_of_reach),
		T(alias_of_an_alias),
	};

	return cmocka_run_group_tests_name("names_verdicts", tests, NULL, NULL);
}
