/* Which servers are asked and for which suffixes: spellings, resolv.conf, leases. No packet is
 * sent. */
#include "names/asker.h"
#include "names/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void spellings(void **state)
{
	static const struct {
		const char *text, *address; /* NULL: refused */
		unsigned port;
	} rows[] = {{"10.8.0.1", "10.8.0.1", 53},
		    {"10.8.0.1:5353", "10.8.0.1", 5353},
		    {"10.8.0.1:65535", "10.8.0.1", 65535},
		    {"2001:db8::1", "2001:db8::1", 53},
		    {"[2001:db8::1]", "2001:db8::1", 53},
		    {"[2001:db8::1]:5353", "2001:db8::1", 5353},
		    {"[10.8.0.1]:54", "10.8.0.1", 54},
		    {"10.8.0.1:0", NULL, 0},
		    {"10.8.0.1:65536", NULL, 0},
		    {"10.8.0.1:", NULL, 0},
		    {"10.8.0.1:53x", NULL, 0},
		    {"[2001:db8::1", NULL, 0},
		    {"[2001:db8::1]53", NULL, 0},
		    {"[2001:db8::1]:", NULL, 0},
		    {"[]:53", NULL, 0},
		    {"[", NULL, 0},
		    {":53", NULL, 0},
		    {"", NULL, 0},
		    {"dc1.example.com", NULL, 0}};
	struct amt_error err;
	struct amt_addr a;
	char text[AMT_ADDR_TEXT], longest[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		err.text[0] = '\0';
		bool good = dns_server_parse(rows[i].text, &a, &err);
		if (good != (rows[i].address != NULL))
			fail_msg("'%s': %d", rows[i].text, good);
		if (!good) {
			/* Who reads the message must see what was given. */
			assert_non_null(strstr(err.text, "DNS server '"));
			assert_non_null(strstr(err.text, rows[i].text));
			continue;
		}
		amt_addr_format(&a, text);
		assert_string_equal(text, rows[i].address);
		assert_int_equal(amt_addr_port(&a), rows[i].port);
	}
	/* Nothing is cut to fit and then taken. */
	for (size_t n = 120; n < sizeof(longest) - 1; n++) {
		memset(longest, '1', n);
		longest[n] = '\0';
		assert_false(dns_server_parse(longest, &a, &err));
		longest[n - 3] = ':';
		assert_false(dns_server_parse(longest, &a, &err));
		longest[0] = '[';
		longest[n - 1] = ']';
		assert_false(dns_server_parse(longest, &a, &err));
	}
}

struct found {
	struct amt_names_facts f;
	struct amt_names_options o;
	struct amt_notes notes;
	struct names_run run;
	struct amt_error err;
};

static struct found *begin(void)
{
	static const struct dns_asker_options plain;
	struct found *x = amt_calloc(1, sizeof(*x));

	x->o.notes = &x->notes;
	x->run = (struct names_run){.o = &x->o, .f = &x->f, .err = &x->err};
	x->run.loop = amt_loop_new(&x->err);
	assert_non_null(x->run.loop);
	x->run.asker = dns_asker_new(x->run.loop, &plain);
	return x;
}

static void end(struct found *x)
{
	dns_asker_free(x->run.asker);
	amt_loop_free(x->run.loop);
	amt_names_facts_free(&x->f);
	amt_notes_free(&x->notes);
	amt_vec_free(&x->o.servers);
	amt_vec_free(&x->o.suffixes);
	amt_vec_free(&x->o.ad_domains);
	free(x);
}

static void resolv_conf(void **state)
{
	static const char text[] = "# a comment\n; another\n\n"
				   "search corp.example.com. example.com . a..example\n"
				   "nameserver 10.8.0.10 10.8.0.99 # the second is nobody's\n"
				   "nameserver nonsense\n"
				   "options ndots:2\n"
				   "nameserver\t10.8.0.11\n"
				   "nameserver 10.8.0.10\n"
				   "nameserver";
	char path[] = "/tmp/amtdiag-resolv-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	struct found *x = begin();
	x->o.resolv_conf = path;
	assert_true(names_find_servers(&x->run));
	assert_int_equal(x->f.servers.n, 2);
	assert_string_equal(x->f.servers.v[0].address, "10.8.0.10");
	assert_string_equal(x->f.servers.v[1].address, "10.8.0.11");
	assert_string_equal(x->f.servers.v[0].origin, path);
	assert_true(x->f.servers.v[0].clients);
	assert_int_equal(x->f.suffixes.n, 2);
	assert_string_equal(x->f.suffixes.v[0], "corp.example.com");
	assert_string_equal(x->f.suffixes.v[1], "example.com");
	assert_int_equal(x->notes.list.n, 2);
	assert_non_null(strstr(x->notes.list.v[1].text, "line 6"));
	end(x);
	/* Who names a server and a suffix gets no others. */
	x = begin();
	x->o.resolv_conf = path;
	amt_vec_push(&x->o.servers, "[2001:db8::53]:5353");
	amt_vec_push(&x->o.servers, "no address");
	amt_vec_push(&x->o.suffixes, "..test.example.");
	amt_vec_push(&x->o.suffixes, ".");
	amt_vec_push(&x->o.ad_domains, "TEST.example");
	assert_true(names_find_servers(&x->run));
	assert_int_equal(x->f.servers.n, 1);
	assert_string_equal(x->f.servers.v[0].address, "2001:db8::53");
	assert_int_equal(x->f.servers.v[0].port, 5353);
	assert_string_equal(x->f.servers.v[0].origin, "option");
	assert_int_equal(x->notes.list.n, 1);
	assert_int_equal(x->f.suffixes.n, 1);
	assert_string_equal(x->f.suffixes.v[0], "test.example");
	end(x);
	/* No such file: a note, and nobody to ask. */
	unlink(path);
	x = begin();
	x->o.resolv_conf = path;
	assert_true(names_find_servers(&x->run));
	assert_int_equal(x->f.servers.n, 0);
	assert_int_equal(x->notes.list.n, 1);
	end(x);
}

/* What DHCP offered us now leads to questions; what an export or a capture tells does not. */
static void leases(void **state)
{
	static const char *dns[] = {"10.8.0.20", "bad", "10.8.0.21", NULL};
	struct found *x = begin();
	struct amt_dhcp_reply *d;

	(void)state;
	d = amt_vec_add(&x->f.dhcp);
	d->server = "10.8.0.1";
	d->dns = dns;
	d->domain = "lease.example";
	assert_true(names_find_servers(&x->run));
	assert_int_equal(x->f.servers.n + x->f.suffixes.n, 0);
	d->asked = AMT_DHCP_INFORM;
	assert_true(names_find_servers(&x->run));
	assert_int_equal(x->f.servers.n, 2);
	assert_string_equal(x->f.servers.v[1].origin, "DHCP option 6 of 10.8.0.1");
	assert_string_equal(x->f.suffixes.v[0], "lease.example");
	end(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(spellings),
					   cmocka_unit_test(resolv_conf), cmocka_unit_test(leases)};

	return cmocka_run_group_tests_name("names_servers", tests, NULL, NULL);
}
