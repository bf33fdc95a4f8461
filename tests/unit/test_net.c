/* The loop, connects, probes and HTTP against sockets of our own on loopback. */
#include "amtdiag/net.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int listener(unsigned *port)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(fd, 4096), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

/* ---- timers and watches ---- */

static int ticks;
static struct amt_timer *ticker;
static void on_tick(void *arg)
{
	(void)arg;
	if (++ticks == 3)
		amt_timer_stop(ticker);
}

static void test_timers(void **state)
{
	struct amt_loop *loop = amt_loop_new(NULL);
	double start = amt_loop_ms(loop);

	(void)state;
	ticks = 0;
	ticker = amt_timer_start(loop, 5, 5, on_tick, NULL);
	assert_true(amt_loop_run(loop));
	assert_int_equal(ticks, 3);
	assert_true(amt_loop_ms(loop) - start >= 14);
	amt_loop_free(loop);
}

static struct amt_watch *watch;
static int watched_fd;
static char got[8];
static void on_pipe(void *arg, unsigned ready)
{
	(void)arg;
	assert_int_equal(ready, AMT_READ);
	if (read(watched_fd, got, sizeof(got)) <= 0)
		amt_watch_stop(watch);
}

static void test_watch(void **state)
{
	struct amt_loop *loop = amt_loop_new(NULL);
	struct amt_error err = {0};
	int p[2], file = open("Makefile", O_RDONLY);

	(void)state;
	assert_int_equal(pipe(p), 0);
	watched_fd = p[0];
	watch = amt_watch_start(loop, p[0], AMT_READ, on_pipe, NULL, NULL);
	assert_non_null(watch);
	assert_int_equal(write(p[1], "hello", 5), 5);
	close(p[1]);
	assert_true(amt_loop_run(loop));
	assert_memory_equal(got, "hello", 5);
	assert_null(amt_watch_start(loop, file, AMT_READ, on_pipe, NULL, &err));
	assert_non_null(strstr(err.text, "watching descriptor"));
	close(file);
	close(p[0]);
	amt_loop_free(loop);
}

/* ---- connects ---- */

struct told {
	int calls, fd;
	enum amt_net_class how;
	size_t addrs;
};
static void on_connect(void *arg, int fd, enum amt_net_class how, double ms)
{
	struct told *t = arg;

	assert_true(ms >= 0);
	t->calls++;
	t->fd = fd;
	t->how = how;
}

static void test_connect(void **state)
{
	struct amt_loop *loop = amt_loop_new(NULL);
	struct amt_addr a, away;
	struct told open_ = {0}, closed = {0}, none = {0};
	unsigned port;
	int l = listener(&port);

	(void)state;
	assert_true(amt_addr_parse("127.0.0.1", port, &a, NULL));
	amt_connect_start(loop, &a, 1000, on_connect, &open_);
	assert_int_equal(open_.calls, 0);
	assert_true(amt_loop_run(loop));
	assert_int_equal(open_.calls, 1);
	assert_int_equal(open_.how, AMT_NET_OK);
	assert_true(open_.fd >= 0);
	close(open_.fd);
	close(l);
	amt_connect_start(loop, &a, 1000, on_connect, &closed);
	/* A broadcast address can't be connected to: known at once, told from the loop. */
	assert_true(amt_addr_parse("255.255.255.255", 9, &away, NULL));
	amt_connect_start(loop, &away, 1000, on_connect, &none);
	assert_int_equal(none.calls, 0);
	assert_true(amt_loop_run(loop));
	assert_int_equal(closed.how, AMT_NET_REFUSED);
	assert_int_equal(closed.fd, -1);
	assert_int_equal(none.calls, 1);
	assert_true(none.how == AMT_NET_UNREACHABLE || none.how == AMT_NET_OTHER);
	amt_loop_free(loop);
}

static void on_lookup(void *arg, enum amt_net_class how, const struct amt_addr *v, size_t n)
{
	struct told *t = arg;
	char text[AMT_ADDR_TEXT];

	t->calls++;
	t->how = how;
	t->addrs = n;
	if (n)
		assert_string_equal(amt_addr_format(&v[0], text), "127.0.0.1");
	if (n)
		assert_int_equal(amt_addr_port(&v[0]), 16993);
}

static void test_lookup(void **state)
{
	struct amt_loop *loop = amt_loop_new(NULL);
	struct told t = {0}, bad = {0};

	(void)state;
	amt_lookup_start(loop, "127.0.0.1", 16993, on_lookup, &t);
	amt_lookup_start(loop, "no such host", 1, on_lookup, &bad);
	assert_true(amt_loop_run(loop));
	assert_int_equal(t.calls, 1);
	assert_int_equal(t.how, AMT_NET_OK);
	assert_true(t.addrs >= 1);
	assert_int_equal(bad.calls, 1);
	assert_int_equal(bad.how, AMT_NET_RESOLVE);
	amt_loop_free(loop);
}

static void test_addr(void **state)
{
	struct amt_addr a, b;
	struct amt_error err = {0};
	char text[AMT_ADDR_TEXT];

	(void)state;
	assert_true(amt_addr_parse("2001:db8::1", 16992, &a, NULL));
	assert_string_equal(amt_addr_format(&a, text), "2001:db8::1");
	assert_int_equal(amt_addr_port(&a), 16992);
	assert_true(amt_addr_parse("2001:db8::1", 1, &b, NULL));
	assert_true(amt_addr_equal_host(&a, &b));
	assert_true(amt_addr_parse("192.0.2.1", 1, &b, NULL));
	assert_false(amt_addr_equal_host(&a, &b));
	assert_false(amt_addr_parse("192.0.2", 1, &b, &err));
	assert_non_null(strstr(err.text, "192.0.2"));
	assert_false(amt_addr_parse("fe80::1%nosuchif", 1, &b, NULL));
}

/* ---- probes ---- */

static size_t answered;
static void on_probe(void *arg, struct amt_probe *p)
{
	(void)arg, (void)p;
	answered++;
}
static bool all_done;
static void on_all(void *arg)
{
	(void)arg;
	all_done = true;
}

/* A listener with a full queue does not answer any more: what a filter looks like. */
static void fill_queue(unsigned port, int *fds, size_t n)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (size_t i = 0; i < n; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fds[i], (struct sockaddr *)&in, sizeof(in));
	}
	usleep(50000);
}

static void test_probes(void **state)
{
	enum { N = 300 };
	static struct amt_probe v[N + 1];
	struct amt_loop *loop = amt_loop_new(NULL);
	unsigned open_port, closed_port, full_port;
	int l = listener(&open_port), c = listener(&closed_port), f = listener(&full_port), fds[8];
	struct amt_probes p = {v, N + 1, 300, 32, on_probe, on_all, NULL};

	(void)state;
	close(c);
	listen(f, 1);
	fill_queue(full_port, fds, 8);
	/* The whole of 127/8 is ours: a fleet on one listener bound to one of its addresses. */
	for (size_t i = 0; i < N; i++)
		assert_true(amt_addr_parse("127.0.0.1", i % 2 ? open_port : closed_port, &v[i].to,
					   NULL));
	assert_true(amt_addr_parse("127.0.0.1", full_port, &v[N].to, NULL));
	answered = 0;
	all_done = false;
	assert_true(amt_probes_start(loop, &p, NULL));
	assert_int_equal(answered, 0);
	assert_true(amt_loop_run(loop));
	assert_true(all_done);
	assert_int_equal(answered, N + 1);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(v[i].state, i % 2 ? AMT_PORT_OPEN : AMT_PORT_REFUSED);
	assert_int_equal(v[N].state, AMT_PORT_FILTERED);
	assert_true(v[N].ms >= 299 && v[N].ms < 5000);
	for (size_t i = 0; i < 8; i++)
		close(fds[i]);
	close(l);
	close(f);
	amt_loop_free(loop);
}

static void on_break(void *arg)
{
	amt_loop_break(arg);
}

static void test_stopped(void **state)
{
	static struct amt_probe v[40];
	struct amt_loop *loop = amt_loop_new(NULL);
	struct told t = {0};
	unsigned port;
	int f = listener(&port), fds[8];
	struct amt_probes p = {v, 40, 60000, 4, NULL, on_all, NULL};
	struct amt_addr a;

	(void)state;
	listen(f, 1);
	fill_queue(port, fds, 8);
	for (size_t i = 0; i < 40; i++)
		assert_true(amt_addr_parse("127.0.0.1", port, &v[i].to, NULL));
	a = v[0].to;
	all_done = false;
	assert_true(amt_probes_start(loop, &p, NULL));
	amt_connect_start(loop, &a, 60000, on_connect, &t);
	amt_timer_start(loop, 20, 0, on_break, loop);
	assert_false(amt_loop_run(loop));
	assert_true(all_done);
	assert_int_equal(t.calls, 1);
	assert_int_equal(t.how, AMT_NET_STOPPED);
	assert_int_equal(v[39].state, AMT_PORT_UNKNOWN);
	/* What is pending when the loop goes is told, too. */
	amt_connect_start(loop, &a, 60000, on_connect, &t);
	amt_loop_free(loop);
	assert_int_equal(t.calls, 2);
	assert_int_equal(t.how, AMT_NET_STOPPED);
	for (size_t i = 0; i < 8; i++)
		close(fds[i]);
	close(f);
}

static struct amt_work *work;
static int work_stops;
static void on_work_stop(void *arg)
{
	(void)arg;
	work_stops++;
	amt_work_end(work);
}
static void end_work(void *arg)
{
	(void)arg;
	amt_work_end(work);
}

static void test_work(void **state)
{
	struct amt_loop *loop = amt_loop_new(NULL);

	(void)state;
	work = amt_work_begin(loop, on_work_stop, NULL);
	amt_timer_start(loop, 20, 0, end_work, NULL);
	assert_true(amt_loop_run(loop));
	assert_int_equal(work_stops, 0);
	work = amt_work_begin(loop, on_work_stop, NULL);
	amt_timer_start(loop, 20, 0, on_break, loop);
	assert_false(amt_loop_run(loop));
	assert_int_equal(work_stops, 1);
	amt_loop_free(loop);
}

static void test_amt_stop(void **state)
{
	struct amt_loop *loop = amt_loop_new(NULL);

	(void)state;
	amt_stop();
	amt_timer_start(loop, 60000, 0, on_break, loop);
	assert_false(amt_loop_run(loop));
	amt_stop_reset();
	amt_loop_free(loop);
}

static void test_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < AMT_NET_CLASSES; i++) {
		enum amt_net_class c = AMT_NET_CLASSES;
		assert_true(amt_net_class_parse(amt_net_class_name((enum amt_net_class)i), &c));
		assert_int_equal(c, i);
	}
	for (unsigned i = 0; i < AMT_PORT_STATES; i++) {
		enum amt_port_state s = AMT_PORT_STATES;
		assert_true(amt_port_state_parse(amt_port_state_name((enum amt_port_state)i), &s));
		assert_int_equal(s, i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers),  cmocka_unit_test(test_watch),
		cmocka_unit_test(test_connect), cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_addr),    cmocka_unit_test(test_probes),
		cmocka_unit_test(test_stopped), cmocka_unit_test(test_amt_stop),
		cmocka_unit_test(test_work),    cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
