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

#define FLEET 300

struct fleet {
	size_t given, through, in_memory, most;
	unsigned port; /* of the first device, which never answers; nobody listens at the others' */
	bool seen[FLEET];
	size_t order[FLEET];
	struct amt_device_sweep *sweep;
	size_t cancel_at;
};

static bool next(void *arg, struct amt_device_target *t)
{
	struct fleet *f = arg;

	if (f->given == FLEET)
		return false;
	*t = (struct amt_device_target){.host = "127.0.0.1",
					.device = calloc(1, sizeof(*t->device)),
					.port_offset = f->given ? 1u - 16992u : f->port - 16993u,
					.user = f->given++};
	if (++f->in_memory > f->most)
		f->most = f->in_memory;
	return true;
}

static void through(void *arg, const struct amt_device_target *t)
{
	struct fleet *f = arg;

	assert_false(f->seen[t->user]);
	f->seen[t->user] = true;
	f->order[f->through++] = t->user;
	f->in_memory--;
	amt_device_free(t->device);
	free(t->device);
	if (f->cancel_at && f->through == f->cancel_at)
		amt_device_sweep_cancel(f->sweep);
}

static void done(void *arg)
{
	struct fleet *f = arg;

	assert_int_equal(f->through, f->given);
}

static void sweep(struct fleet *f, unsigned ms)
{
	const struct amt_device_options o = {
		.ask = AMT_ASK_TLS, .timeout_ms = ms, .reply_ms = ms, .at_once = 4};
	const struct amt_device_feed feed = {next, through, done, f, 128};
	struct amt_loop *loop = amt_loop_new(NULL);
	int fd;

	f->port = silent(&fd);
	f->sweep = amt_device_sweep_start(loop, &o, &feed);
	assert_true(amt_loop_run(loop));
	amt_device_sweep_free(f->sweep);
	amt_loop_free(loop);
	close(fd);
	assert_int_equal(f->in_memory, 0);
}

/* One that hangs holds its own place: all others are through before it, from every later wave. */
static void test_window_slides(void **state)
{
	struct fleet f = {0};

	(void)state;
	sweep(&f, 2000);
	assert_int_equal(f.through, FLEET);
	assert_int_equal(f.order[FLEET - 1], 0);
	assert_true(f.most <= 128);
}

static void test_cancel(void **state)
{
	struct fleet f = {.cancel_at = 10};

	(void)state;
	sweep(&f, 300);
	assert_int_equal(f.through, f.given);
	assert_true(f.given <= 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_stop_at_once),
		cmocka_unit_test(test_window_slides),
		cmocka_unit_test(test_cancel),
	};
	return cmocka_run_group_tests_name("device_stop", tests, NULL, NULL);
}
