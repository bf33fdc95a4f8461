/* Inside of the net room: one HTTP request and what is shared by all of them. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "net/loop.h"

#include "late_curl.h"

/* The curl multi handle on the loop. */
struct net_multi {
	struct amt_loop *loop;
	CURLM *curlm;
	uv_timer_t timer;
};

struct amt_http_session {
	struct amt_loop *loop;
	CURL *easy;
	bool busy;
};

struct http {
	struct net_pending pending; /* first */
	struct amt_loop *loop;
	struct amt_http_session *session; /* NULL: easy is our own */
	CURL *easy;
	struct amt_timer *timer; /* the request failed before curl had it */
	struct curl_slist *headers, *connect_to;
	struct amt_buf header_in, body_in;
	size_t header_seen, header_max; /* over all answers of this request */
	bool header_over;
	unsigned moved; /* answers 3xx */
	char curl_error[CURL_ERROR_SIZE];
	struct amt_http_result result;
	struct amt_arena arena;
	void (*done)(void *arg, const struct amt_http_result *r);
	void *arg;
};

/* multi.c */
struct net_multi *net_multi_get(struct amt_loop *loop);
/* http.c: the options of one request; false with result.error set. */
bool http_setup(struct http *h, const struct amt_http_request *req);
/* http.c: what became of it; nothing in the result points into curl afterwards. */
void http_result(struct http *h, CURLcode code);
/* http.c: afterwards nothing of this request can be reached from a session's next one. */
void http_detach(struct http *h);

#endif
