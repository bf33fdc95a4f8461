/* HTTP on the loop against a server of our own: digest, sessions, caps, hostile answers. */
#include "amtdiag/net.h"

#include <arpa/inet.h>
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

static void on_break(void *arg)
{
	amt_loop_break(arg);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http),         cmocka_unit_test(test_http_digest),
		cmocka_unit_test(test_http_hostile), cmocka_unit_test(test_http_not_sent),
		cmocka_unit_test(test_http_session), cmocka_unit_test(test_http_stopped),
	};
	return cmocka_run_group_tests_name("net_http", tests, NULL, NULL);
}
