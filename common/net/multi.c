/* The curl multi interface on the loop, and the life of one request. */
#include "net/http.h"

#include <stdlib.h>
#include <string.h>

struct sock {
	struct net_multi *m;
	curl_socket_t fd;
	struct amt_watch *watch;
};

static void http_stop(struct net_pending *p);
static void http_finish(struct http *h, CURLcode code);

static void collect(struct net_multi *m)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(m->curlm, &left))) {
		struct http *h = NULL;
		CURL *easy = msg->easy_handle;
		CURLcode code = msg->data.result;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&h);
		curl_multi_remove_handle(m->curlm, easy);
		http_finish(h, code);
	}
}

static void on_socket(void *arg, unsigned ready)
{
	struct sock *s = arg;
	struct net_multi *m = s->m; /* s may be gone after the call */
	int running, ev = (ready & AMT_READ ? CURL_CSELECT_IN : 0) |
			  (ready & AMT_WRITE ? CURL_CSELECT_OUT : 0);

	curl_multi_socket_action(m->curlm, s->fd, ev, &running);
	collect(m);
}

static int socket_fn(CURL *easy, curl_socket_t fd, int what, void *userp, void *socketp)
{
	struct net_multi *m = userp;
	struct sock *s = socketp;
	unsigned events =
		(what & CURL_POLL_IN ? AMT_READ : 0u) | (what & CURL_POLL_OUT ? AMT_WRITE : 0u);

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s) {
			amt_watch_stop(s->watch);
			free(s);
			curl_multi_assign(m->curlm, fd, NULL);
		}
		return 0;
	}
	if (s) {
		amt_watch_events(s->watch, events);
		return 0;
	}
	s = amt_calloc(1, sizeof(*s));
	s->m = m;
	s->fd = fd;
	s->watch = amt_watch_start(m->loop, fd, events, on_socket, s, NULL);
	if (!s->watch) {
		free(s);
		return -1;
	}
	curl_multi_assign(m->curlm, fd, s);
	return 0;
}

static void on_multi_timer(uv_timer_t *t)
{
	struct net_multi *m = t->data;
	int running;

	curl_multi_socket_action(m->curlm, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(m);
}

static int timer_fn(CURLM *curlm, long ms, void *userp)
{
	struct net_multi *m = userp;

	(void)curlm;
	if (ms < 0) {
		uv_timer_stop(&m->timer);
		return 0;
	}
	uv_update_time(&m->loop->uv);
	uv_timer_start(&m->timer, on_multi_timer, (uint64_t)ms, 0);
	return 0;
}

static void on_multi_closed(uv_handle_t *h)
{
	free(h->data);
}

void net_multi_free(struct net_multi *m)
{
	if (!m)
		return;
	curl_multi_cleanup(m->curlm);
	uv_close((uv_handle_t *)&m->timer, on_multi_closed);
}

struct net_multi *net_multi_get(struct amt_loop *loop)
{
	struct net_multi *m = loop->multi;

	if (m)
		return m;
	curl_global_init_mem(CURL_GLOBAL_DEFAULT, amt_malloc, free, amt_realloc, amt_strdup,
			     amt_calloc);
	m = amt_calloc(1, sizeof(*m));
	m->loop = loop;
	m->curlm = curl_multi_init();
	if (!m->curlm)
		amt_no_memory();
	uv_timer_init(&loop->uv, &m->timer);
	uv_unref((uv_handle_t *)&m->timer); /* what is pending keeps the loop alive */
	m->timer.data = m;
	curl_multi_setopt(m->curlm, CURLMOPT_SOCKETFUNCTION, socket_fn);
	curl_multi_setopt(m->curlm, CURLMOPT_SOCKETDATA, m);
	curl_multi_setopt(m->curlm, CURLMOPT_TIMERFUNCTION, timer_fn);
	curl_multi_setopt(m->curlm, CURLMOPT_TIMERDATA, m);
	curl_multi_setopt(m->curlm, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	loop->multi = m;
	amt_http_limit(loop, loop->http_limit);
	return m;
}

void amt_http_limit(struct amt_loop *loop, unsigned connections)
{
	loop->http_limit = connections;
	if (!loop->multi)
		return;
	curl_multi_setopt(loop->multi->curlm, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections);
	curl_multi_setopt(loop->multi->curlm, CURLMOPT_MAXCONNECTS, (long)connections);
}

struct amt_http_session *amt_http_session_new(struct amt_loop *loop)
{
	struct amt_http_session *s = amt_calloc(1, sizeof(*s));

	s->loop = loop;
	return s;
}

void amt_http_session_free(struct amt_http_session *s)
{
	if (!s)
		return;
	if (s->easy)
		curl_easy_cleanup(s->easy);
	free(s);
}

/*
 * Tells and frees. A session is handed back first, so that done can start its
 * next request, or free it.
 */
static void http_tell(struct http *h)
{
	net_pending_del(h->loop, &h->pending);
	amt_timer_stop(h->timer);
	if (h->easy)
		http_detach(h);
	if (h->session)
		h->session->busy = false;
	else if (h->easy)
		curl_easy_cleanup(h->easy);
	h->result.headers = amt_buf_cstr(&h->header_in);
	h->result.body = amt_buf_cstr(&h->body_in);
	h->result.body_len = h->body_in.len;
	if (!h->result.url)
		h->result.url = "";
	if (!h->result.peer)
		h->result.peer = "";
	h->done(h->arg, &h->result);
	if (late_curl.loaded) {
		curl_slist_free_all(h->headers);
		curl_slist_free_all(h->connect_to);
	}
	amt_buf_free(&h->header_in);
	amt_buf_free(&h->body_in);
	amt_arena_free(&h->arena);
	free(h);
}

static void http_finish(struct http *h, CURLcode code)
{
	http_result(h, code);
	http_tell(h);
}

static void http_stop(struct net_pending *p)
{
	struct http *h = (struct http *)p;

	if (!h->timer)
		curl_multi_remove_handle(h->loop->multi->curlm, h->easy);
	h->result.how = AMT_NET_STOPPED;
	amt_str_copy(h->result.error, sizeof(h->result.error), "stopped");
	http_tell(h);
}

static void on_failed_start(void *arg)
{
	struct http *h = arg;

	h->timer = NULL;
	http_tell(h);
}

void amt_http_start(struct amt_loop *loop, struct amt_http_session *session,
		    const struct amt_http_request *req,
		    void (*done)(void *arg, const struct amt_http_result *r), void *arg)
{
	struct http *h = amt_calloc(1, sizeof(*h));
	struct amt_error missing;
	bool ok = false;

	h->loop = loop;
	h->done = done;
	h->arg = arg;
	net_pending_add(loop, &h->pending, http_stop);
	h->result.how = AMT_NET_OTHER;
	if (!amt_late_load(&late_curl, &missing)) {
		amt_str_copy(h->result.error, sizeof(h->result.error), missing.text);
	} else if (session && session->busy) {
		amt_str_copy(h->result.error, sizeof(h->result.error),
			     "this session has a request under way");
	} else {
		h->session = session;
		if (session) {
			session->busy = true;
			if (!session->easy)
				session->easy = curl_easy_init();
			/* Not reset: that would forget the digest nonce. http_setup() sets
			 * every option that any request sets. */
			h->easy = session->easy;
		} else {
			h->easy = curl_easy_init();
		}
		if (!h->easy)
			amt_no_memory();
		ok = http_setup(h, req) &&
		     curl_multi_add_handle(net_multi_get(loop)->curlm, h->easy) == CURLM_OK;
	}
	if (!ok)
		h->timer = amt_timer_start(loop, 0, 0, on_failed_start, h);
}
