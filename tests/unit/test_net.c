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

/* ---- HTTP: a server in a thread that plays a list of answers, one connection each ---- */

struct play {
	int fd;
	const char *const *answers; /* NULL at the end; NULL bytes are not needed */
	const char *fill;           /* sent repeat times after the answer; NULL: the answer again */
	size_t repeat;
	bool hang;
	char seen[4][4096];
};

static void *play(void *arg)
{
	struct play *p = arg;

	for (size_t i = 0; p->answers[i]; i++) {
		int c = accept(p->fd, NULL, NULL);
		ssize_t n = read(c, p->seen[i], sizeof(p->seen[i]) - 1);
		(void)n;
		ssize_t w = write(c, p->answers[i], strlen(p->answers[i]));
		const char *fill = p->fill ? p->fill : p->answers[i];
		for (size_t k = 0; k < p->repeat && w > 0; k++)
			w = send(c, fill, strlen(fill), MSG_NOSIGNAL);
		if (p->hang)
			usleep(400000);
		close(c);
	}
	return NULL;
}

struct seen {
	int calls;
	enum amt_net_class how;
	int status;
	unsigned refusals, redirects;
	char body[256], error[256], server[64];
	size_t body_len;
	bool times;
};
static void on_http(void *arg, const struct amt_http_result *r)
{
	struct seen *s = arg;

	s->calls++;
	s->how = r->how;
	s->status = r->status;
	s->refusals = r->refusals;
	s->redirects = r->redirects;
	s->body_len = r->body_len;
	amt_str_copy(s->body, sizeof(s->body), r->body);
	amt_str_copy(s->error, sizeof(s->error), r->error);
	s->times = r->sent_at != AMT_TIME_NONE && r->answered_at >= r->sent_at;
	if (!amt_http_header(r, "server", 0, s->server, sizeof(s->server)))
		s->server[0] = '\0';
}

static void exchange(struct play *p, struct amt_http_request *req, const char *path,
		     struct seen *out)
{
	struct amt_loop *loop = amt_loop_new(NULL);
	char url[128];
	unsigned port;
	pthread_t t;

	p->fd = listener(&port);
	snprintf(url, sizeof(url), "http://device.example:%u%s", port, path);
	req->url = url;
	req->connect_to = "127.0.0.1";
	assert_int_equal(pthread_create(&t, NULL, play, p), 0);
	memset(out, 0, sizeof(*out));
	amt_http_start(loop, NULL, req, on_http, out);
	memset(url, 'x', sizeof(url) - 1); /* everything was copied */
	assert_int_equal(out->calls, 0);
	assert_true(amt_loop_run(loop));
	assert_int_equal(out->calls, 1);
	shutdown(p->fd, SHUT_RDWR);
	close(p->fd);
	pthread_join(t, NULL);
	amt_loop_free(loop);
}

static bool add_token(void *arg, struct amt_buf *out, struct amt_error *err)
{
	(void)err;
	return amt_buf_printf(out, "Authorization: Negotiate %s\n", (const char *)arg);
}

static void test_http(void **state)
{
	static const char *const one[] = {
		"HTTP/1.1 200 OK\r\nServer:  AMT \r\nTransfer-Encoding: chunked\r\n\r\n"
		"0005\r\nhello\r\n0\r\n\r\n",
		NULL};
	struct play p = {.answers = one};
	struct seen s;
	static char token[] = "YWJj";
	struct amt_http_request req = {.headers = "X-One: 1\nX-Two: 2\n",
				       .body = "<x/>",
				       .body_len = 4,
				       .more_headers = add_token,
				       .more_arg = token};

	(void)state;
	exchange(&p, &req, "/wsman", &s);
	assert_int_equal(s.how, AMT_NET_OK);
	assert_int_equal(s.status, 200);
	assert_string_equal(s.body, "hello");
	assert_string_equal(s.server, "AMT");
	assert_true(s.times);
	assert_non_null(strstr(p.seen[0], "POST /wsman HTTP/1.1\r\n"));
	assert_non_null(strstr(p.seen[0], "Host: device.example:"));
	assert_non_null(strstr(p.seen[0], "X-Two: 2\r\n"));
	assert_non_null(strstr(p.seen[0], "Authorization: Negotiate YWJj\r\n"));
	assert_null(strstr(p.seen[0], "Expect"));
}

static void test_http_digest(void **state)
{
	static const char *const two[] = {
		"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest "
		"realm=\"Digest:AB\", nonce=\"xyz\",stale=\"false\",qop=\"auth\"\r\n"
		"Content-Length: 3\r\nConnection: close\r\n\r\nno.",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", NULL};
	struct play p = {.answers = two};
	struct seen s;
	struct amt_http_request req = {
		.body = "<x/>", .body_len = 4, .user = "admin", .password = "P@ssw0rd"};

	(void)state;
	exchange(&p, &req, "/wsman", &s);
	assert_int_equal(s.how, AMT_NET_OK);
	assert_int_equal(s.status, 200);
	assert_int_equal(s.refusals, 1);
	assert_string_equal(s.body, "ok");
	assert_non_null(strstr(p.seen[0], "Content-Length: 0\r\n"));
	assert_non_null(strstr(p.seen[1], "Authorization: Digest username=\"admin\""));
	assert_null(strstr(p.seen[1], "P@ssw0rd"));
}

static void test_http_hostile(void **state)
{
	static const char *const headers[] = {"HTTP/1.1 200 OK\r\n", NULL};
	static const char *const big[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n0123456789012345678901234567",
		NULL};
	static const char *const chunk[] = {
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n0123456789",
		NULL};
	static const char *const half[] = {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
					   NULL};
	static const char *const loop[] = {"HTTP/1.1 303 See Other\r\nLocation: /a\r\n"
					   "Content-Length: 0\r\nConnection: close\r\n\r\n",
					   "HTTP/1.1 303 See Other\r\nLocation: /b\r\n"
					   "Content-Length: 0\r\nConnection: close\r\n\r\n",
					   "HTTP/1.1 303 See Other\r\nLocation: /c\r\n"
					   "Content-Length: 0\r\nConnection: close\r\n\r\n",
					   NULL};
	static const char *const away[] = {"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
					   "Content-Length: 0\r\n\r\n",
					   NULL};
	static const char *const garbage[] = {"SSH-2.0-nothing\r\n", NULL};
	struct play p;
	struct seen s;
	struct amt_http_request req = {.max_body = 1000, .total_ms = 3000};

	(void)state;
	p = (struct play){
		.answers = headers, .fill = "X-Fill: aaaaaaaaaaaaaaaa\r\n", .repeat = 9000};
	exchange(&p, &req, "/", &s);
	assert_int_equal(s.how, AMT_NET_TOO_LARGE);
	p = (struct play){.answers = big, .repeat = 100};
	exchange(&p, &req, "/", &s);
	assert_int_equal(s.how, AMT_NET_TOO_LARGE);
	assert_non_null(strstr(s.error, "larger than allowed"));
	p = (struct play){.answers = chunk, .repeat = 200};
	exchange(&p, &req, "/", &s);
	assert_int_equal(s.how, AMT_NET_TOO_LARGE);
	p = (struct play){.answers = half};
	exchange(&p, &req, "/", &s);
	assert_int_equal(s.how, AMT_NET_RESET);
	assert_string_equal(s.body, "half");
	p = (struct play){.answers = garbage};
	exchange(&p, &req, "/", &s);
	assert_int_equal(s.how, AMT_NET_PROTOCOL);
	req.total_ms = 200;
	p = (struct play){.answers = half, .hang = true};
	exchange(&p, &req, "/", &s);
	assert_int_equal(s.how, AMT_NET_SLOW);
	req.total_ms = 3000;
	req.max_redirects = 2;
	p = (struct play){.answers = loop};
	exchange(&p, &req, "/", &s);
	assert_int_equal(s.how, AMT_NET_REDIRECTS);
	p = (struct play){.answers = away};
	exchange(&p, &req, "/", &s);
	assert_int_equal(s.how, AMT_NET_PROTOCOL);
	req.max_redirects = 0;
	p = (struct play){.answers = away};
	exchange(&p, &req, "/", &s);
	assert_int_equal(s.how, AMT_NET_OK);
	assert_int_equal(s.status, 302);
}

static bool no_token(void *arg, struct amt_buf *out, struct amt_error *err)
{
	(void)arg, (void)out;
	return amt_fail(err, "no ticket for HTTP/x:16993");
}

static void test_http_not_sent(void **state)
{
	struct amt_loop *loop = amt_loop_new(NULL);
	struct seen bad = {0}, token = {0}, refused = {0};
	struct amt_http_request req = {.url = "ht tp:/what is this"};
	char url[64];
	unsigned port;

	(void)state;
	close(listener(&port));
	amt_http_start(loop, NULL, &req, on_http, &bad);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	req.url = url;
	amt_http_start(loop, NULL, &req, on_http, &refused);
	req.more_headers = no_token;
	amt_http_start(loop, NULL, &req, on_http, &token);
	assert_int_equal(bad.calls + token.calls + refused.calls, 0);
	assert_true(amt_loop_run(loop));
	assert_int_equal(bad.how, AMT_NET_OTHER);
	assert_int_equal(bad.calls, 1);
	assert_int_equal(refused.how, AMT_NET_REFUSED);
	assert_int_equal(token.how, AMT_NET_OTHER);
	assert_string_equal(token.error, "no ticket for HTTP/x:16993");
	amt_loop_free(loop);
}

/* A session keeps the nonce: the second request brings its answer along. */
static void test_http_session(void **state)
{
	static const char *const three[] = {
		"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest "
		"realm=\"Digest:AB\", nonce=\"xyz\",stale=\"false\",qop=\"auth\"\r\n"
		"Content-Length: 0\r\nConnection: close\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK", NULL};
	struct play p = {.answers = three};
	struct amt_loop *loop = amt_loop_new(NULL);
	struct amt_http_session *session = amt_http_session_new(loop);
	struct seen one = {0}, two = {0}, busy = {0};
	char url[64];
	unsigned port;
	pthread_t t;

	(void)state;
	p.fd = listener(&port);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/wsman", port);
	struct amt_http_request req = {
		.url = url, .body = "<x/>", .body_len = 4, .user = "admin", .password = "P@ssw0rd"};
	assert_int_equal(pthread_create(&t, NULL, play, &p), 0);
	amt_http_start(loop, session, &req, on_http, &one);
	amt_http_start(loop, session, &req, on_http, &busy);
	assert_true(amt_loop_run(loop));
	assert_int_equal(busy.how, AMT_NET_OTHER);
	assert_int_equal(one.status, 200);
	amt_http_start(loop, session, &req, on_http, &two);
	assert_true(amt_loop_run(loop));
	assert_int_equal(two.status, 200);
	assert_int_equal(two.refusals, 0);
	assert_non_null(strstr(p.seen[2], "nc=00000002"));
	assert_non_null(strstr(p.seen[2], "Content-Length: 4\r\n"));
	close(p.fd);
	pthread_join(t, NULL);
	amt_http_session_free(session);
	amt_loop_free(loop);
}

static void test_http_stopped(void **state)
{
	struct amt_loop *loop = amt_loop_new(NULL);
	struct seen s = {0};
	char url[64];
	unsigned port;
	int l = listener(&port);

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	struct amt_http_request req = {.url = url};
	amt_http_start(loop, NULL, &req, on_http, &s);
	amt_timer_start(loop, 30, 0, on_break, loop);
	assert_false(amt_loop_run(loop));
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.how, AMT_NET_STOPPED);
	close(l);
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
		cmocka_unit_test(test_timers),        cmocka_unit_test(test_watch),
		cmocka_unit_test(test_connect),       cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_addr),          cmocka_unit_test(test_probes),
		cmocka_unit_test(test_stopped),       cmocka_unit_test(test_amt_stop),
		cmocka_unit_test(test_work),          cmocka_unit_test(test_http),
		cmocka_unit_test(test_http_digest),   cmocka_unit_test(test_http_hostile),
		cmocka_unit_test(test_http_not_sent), cmocka_unit_test(test_http_session),
		cmocka_unit_test(test_http_stopped),  cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
