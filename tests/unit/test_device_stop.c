/* A collection that is stopped in the middle leaves nothing on the loop that could find it gone. */
#include "amtdiag/device.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#define DEVICES 8

/* Listens and never answers; the port it got. */
static unsigned silent(int *fd)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);

	*fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(*fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(*fd, 64), 0);
	assert_int_equal(getsockname(*fd, (struct sockaddr *)&a, &n), 0);
	return ntohs(a.sin_port);
}

static bool fired;

static void stop(void *arg)
{
	(void)arg;
	fired = true;
	amt_stop();
}

static void count_live(uv_handle_t *h, void *arg)
{
	*(int *)arg += uv_is_active(h) && uv_has_ref(h) && !uv_is_closing(h);
}

static void stopped_in(unsigned ask, unsigned port, unsigned ms)
{
	struct amt_device devices[DEVICES];
	struct amt_device_target targets[DEVICES];
	struct amt_device_options o = {.ask = ask,
				       .user = "admin",
				       .password = "x",
				       .timeout_ms = 60000,
				       .reply_ms = 60000,
				       .at_once = 2};
	int fd;
	unsigned at = silent(&fd);
	struct amt_loop *loop = amt_loop_new(NULL);

	for (int i = 0; i < DEVICES; i++)
		targets[i] = (struct amt_device_target){
			.host = "127.0.0.1", .device = &devices[i], .port_offset = at - port};
	fired = false;
	amt_timer_start(loop, ms, 0, stop, NULL);
	assert_false(amt_device_collect(loop, targets, DEVICES, &o));
	amt_stop_reset();
	/* Nothing may be left that keeps the loop busy, or calls into what collect() has freed. */
	int live = 0;
	uv_walk((uv_loop_t *)amt_loop_uv(loop), count_live, &live);
	assert_int_equal(live, fired ? 0 : 1); /* the timer of this test */
	if (fired)
		assert_true(amt_loop_run(loop));
	for (int i = 0; i < DEVICES; i++)
		amt_device_free(&devices[i]);
	amt_loop_free(loop);
	close(fd);
}

static void test_stop(void **state)
{
	(void)state;
	stopped_in(AMT_ASK_TLS, 16993, 50);
	stopped_in(AMT_ASK_HTTP, 16992, 50);
	stopped_in(AMT_ASK_REDIRECTION, 16994, 50);
	stopped_in(AMT_ASK_WSMAN, 16993, 50);
	stopped_in(AMT_ASK_RMCP, 623, 50);
}

/* Before the first step, and before anything. */
static void test_stop_at_once(void **state)
{
	(void)state;
	stopped_in(AMT_ASK_OPEN, 16993, 0);
	amt_stop();
	stopped_in(AMT_ASK_TLS, 16993, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_stop_at_once),
	};
	return cmocka_run_group_tests_name("device_stop", tests, NULL, NULL);
}
