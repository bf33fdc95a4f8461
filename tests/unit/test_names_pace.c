/* How fast a server is asked: window, ceiling and giving up, by numbers alone. */
#include "names/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct dns_pace p;

static int set_up(void **state)
{
	(void)state;
	memset(&p, 0, sizeof(p));
	dns_pace_init(&p, 100, 0);
	return 0;
}

static void answers(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		dns_pace_answered(&p, 1.0 + i % 3, false);
}

/* How many can be sent now. */
static unsigned room(void)
{
	unsigned n = 0;

	for (p.open = 0; dns_pace_free(&p); p.open++)
		n++;
	p.open = 0;
	return n;
}

static void window_grows_and_halves(void **state)
{
	(void)state;
	assert_int_equal(room(), 4); /* nobody answered yet */
	answers(1);
	assert_int_equal(room(), 32);
	answers(31);
	assert_int_equal(room(), 33);
	answers(10000);
	assert_int_equal(room(), 100);
	assert_int_equal(p.stats.window_high, 100);
	dns_pace_lost(&p, 1000);
	dns_pace_lost(&p, 1050); /* lost together: cut once */
	assert_int_equal(room(), 50);
	for (int i = 0; i < 20; i++)
		dns_pace_lost(&p, 2000 + 300 * i);
	assert_int_equal(room(), 4);
	assert_int_equal(p.stats.window_low, 4);
	assert_int_equal(p.stats.lost, 22);
	answers(10000);
	assert_int_equal(room(), 100);
}

static void small_windows_stay(void **state)
{
	(void)state;
	memset(&p, 0, sizeof(p));
	dns_pace_init(&p, 2, 0);
	assert_int_equal(room(), 2);
	answers(100);
	assert_int_equal(room(), 2);
}

static void no_faster_than_the_ceiling(void **state)
{
	unsigned sent = 0;

	(void)state;
	memset(&p, 0, sizeof(p));
	dns_pace_init(&p, 100, 200);
	answers(1);
	for (int ms = 0; ms < 5000; ms += 10) {
		dns_pace_tick(&p, 0.01);
		for (; dns_pace_free(&p); sent++)
			p.tokens -= 1;
	}
	assert_in_range(sent, 990, 1001);
	/* What was not used is not saved up: a fiftieth of a second at most. */
	dns_pace_tick(&p, 60);
	for (sent = 0; dns_pace_free(&p); sent++)
		p.tokens -= 1;
	assert_int_equal(sent, 4);
}

static void silence_is_given_up(void **state)
{
	(void)state;
	p.silent = 2;
	assert_false(dns_pace_given_up(&p));
	p.silent = 3;
	assert_true(dns_pace_given_up(&p));
	answers(1);
	p.silent = 23;
	assert_false(dns_pace_given_up(&p));
	p.silent = 24;
	assert_true(dns_pace_given_up(&p));
	answers(1);
	assert_false(dns_pace_given_up(&p));
}

static void tcp_alone(void **state)
{
	(void)state;
	assert_true(dns_pace_udp_failed(&p));
	dns_pace_answered(&p, 1, true);
	p.stats.tcp++;
	assert_true(dns_pace_udp_failed(&p));
	assert_false(p.udp_dead);
	assert_true(dns_pace_udp_failed(&p));
	assert_true(p.udp_dead);
	/* One that does answer over UDP is not asked by TCP for every packet lost. */
	set_up(NULL);
	answers(1);
	for (int i = 0; i < 10; i++)
		assert_false(dns_pace_udp_failed(&p));
	assert_false(p.udp_dead);
}

static void counted(void **state)
{
	struct amt_dns_server out = {.address = "10.0.0.1", .port = 53, .clients = true};

	(void)state;
	answers(3);
	dns_pace_stats(&p, 7, &out);
	assert_string_equal(out.address, "10.0.0.1");
	assert_int_equal(out.answered, 3);
	assert_int_equal(out.ignored, 7);
	assert_true(out.ms_min == 1 && out.ms_max == 3 && out.ms_mean == 2);
	/* A mean of 1.649..., which would be read back as 1.65, is that from the beginning. */
	dns_pace_answered(&p, 0.598, false);
	dns_pace_stats(&p, 7, &out);
	assert_true(out.ms_mean == 1.65);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(window_grows_and_halves, set_up),
		cmocka_unit_test_setup(small_windows_stay, set_up),
		cmocka_unit_test_setup(no_faster_than_the_ceiling, set_up),
		cmocka_unit_test_setup(silence_is_given_up, set_up),
		cmocka_unit_test_setup(tcp_alone, set_up),
		cmocka_unit_test_setup(counted, set_up),
	};

	return cmocka_run_group_tests_name("names_pace", tests, NULL, NULL);
}
