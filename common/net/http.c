/* The options of one HTTP request, what comes in, and what became of it. */
#include "net/http.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 5000
#define TOTAL_MS   30000

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	n *= size;
	h->header_seen += n;
	if (h->header_seen > h->header_max) {
		h->header_over = true;
		return 0;
	}
	if (n >= 5 && memcmp(p, "HTTP/", 5) == 0) {
		amt_buf_clear(&h->header_in);
		amt_buf_clear(&h->body_in);
		h->result.answered_at = amt_time_now();
		return n;
	}
	size_t len = n;
	while (len && (p[len - 1] == '\n' || p[len - 1] == '\r'))
		len--;
	if (len) {
		amt_buf_add(&h->header_in, p, len);
		amt_buf_byte(&h->header_in, '\n');
	} else {
		long status = 0;
		curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
		h->result.refusals += status == 401;
		h->moved += status >= 300 && status < 400;
	}
	return n;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	n *= size;
	return amt_buf_add(&h->body_in, p, n) ? n : 0;
}

static int on_send(void *arg, char *peer, char *local, int peer_port, int local_port)
{
	struct http *h = arg;

	(void)peer, (void)local, (void)peer_port, (void)local_port;
	h->result.sent_at = amt_time_now();
	return CURL_PREREQFUNC_OK;
}

/* Old firmware does not send RFC 5746 and closes without close_notify (handbook device 2.2). */
static CURLcode on_ssl_ctx(CURL *easy, void *ctx, void *arg)
{
	(void)easy, (void)arg;
	SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
	return CURLE_OK;
}

static bool add_headers(struct http *h, const char *lines)
{
	for (const char *p = lines; p && *p;) {
		size_t n = strcspn(p, "\n");
		char *line = amt_strndup(p, n);
		struct curl_slist *l = curl_slist_append(h->headers, line);

		amt_wipe(line, n);
		free(line);
		if (!l)
			amt_no_memory();
		h->headers = l;
		p += n + (p[n] == '\n');
	}
	return true;
}

static bool set_headers(struct http *h, const struct amt_http_request *req)
{
	struct amt_error err = {0};
	struct amt_buf more;

	add_headers(h, "Expect:\n"); /* no wait for 100-continue */
	add_headers(h, req->headers);
	if (req->more_headers) {
		amt_buf_init(&more, AMT_CAP_HTTP_HEADER);
		bool ok = req->more_headers(req->more_arg, &more, &err);
		if (ok)
			add_headers(h, amt_buf_cstr(&more));
		else
			amt_str_copy(h->result.error, sizeof(h->result.error), err.text);
		if (more.data)
			amt_wipe(more.data, more.len);
		amt_buf_free(&more);
		if (!ok)
			return false;
	}
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers);
	return true;
}

/* Only the URL's own host goes to the address given; a redirect elsewhere goes elsewhere. */
static bool set_connect_to(struct http *h, const struct amt_http_request *req)
{
	char *host = NULL;
	CURLU *u = curl_url();
	bool ok = u && curl_url_set(u, CURLUPART_URL, req->url, 0) == CURLUE_OK &&
		  curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK;

	if (ok && req->connect_to) {
		bool v6 = strchr(req->connect_to, ':') != NULL;
		h->connect_to = curl_slist_append(
			NULL, amt_arena_printf(&h->arena, v6 ? "%s::[%s]:" : "%s::%s:", host,
					       req->connect_to));
	}
	curl_easy_setopt(h->easy, CURLOPT_CONNECT_TO, h->connect_to);
	curl_free(host);
	curl_url_cleanup(u);
	if (!ok)
		amt_str_copy(h->result.error, sizeof(h->result.error), "this is not a URL");
	return ok;
}

static void set_tls(struct http *h, const struct amt_http_request *req)
{
	static const long min[] = {CURL_SSLVERSION_DEFAULT, CURL_SSLVERSION_TLSv1_0,
				   CURL_SSLVERSION_TLSv1_1, CURL_SSLVERSION_TLSv1_2,
				   CURL_SSLVERSION_TLSv1_3};
	static const long max[] = {CURL_SSLVERSION_MAX_DEFAULT, CURL_SSLVERSION_MAX_TLSv1_0,
				   CURL_SSLVERSION_MAX_TLSv1_1, CURL_SSLVERSION_MAX_TLSv1_2,
				   CURL_SSLVERSION_MAX_TLSv1_3};
	CURL *e = h->easy;

	curl_easy_setopt(e, CURLOPT_SSLVERSION, min[req->min_tls] | max[req->max_tls]);
	curl_easy_setopt(e, CURLOPT_SSL_CIPHER_LIST,
			 req->ciphers  ? req->ciphers
			 : req->legacy ? "DEFAULT:@SECLEVEL=0"
				       : NULL);
	curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION, req->legacy ? on_ssl_ctx : NULL);
	curl_easy_setopt(e, CURLOPT_SSL_ENABLE_ALPN, req->legacy ? 0L : 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, req->insecure ? 0L : 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, req->insecure ? 0L : 2L);
	if (req->ca_file)
		curl_easy_setopt(e, CURLOPT_CAINFO, req->ca_file);
	curl_easy_setopt(e, CURLOPT_CERTINFO, req->certificates ? 1L : 0L);
}

static void set_method(struct http *h, const struct amt_http_request *req)
{
	CURL *e = h->easy;

	if (req->body) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_len);
		curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, req->body);
	} else {
		curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
	}
	if (req->method && amt_strcasecmp(req->method, "HEAD") == 0)
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, req->method);
}

static void set_callbacks(struct http *h)
{
	CURL *e = h->easy;

	curl_easy_setopt(e, CURLOPT_PRIVATE, h);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, h->curl_error);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, h);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, h);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_send);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, h);
}

bool http_setup(struct http *h, const struct amt_http_request *req)
{
	CURL *e = h->easy;

	h->header_max = req->max_header ? req->max_header : AMT_CAP_HTTP_HEADER;
	amt_buf_init(&h->header_in, h->header_max);
	amt_buf_init(&h->body_in, req->max_body ? req->max_body : AMT_CAP_HTTP_BODY);
	if (!set_connect_to(h, req) || !set_headers(h, req))
		return false;
	set_method(h, req);
	set_callbacks(h);
	set_tls(h, req);
	curl_easy_setopt(e, CURLOPT_URL, req->url);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(e, CURLOPT_PROXY, ""); /* the environment's proxy is not the peer */
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_HTTPAUTH, req->user ? (long)CURLAUTH_DIGEST : 0L);
	curl_easy_setopt(e, CURLOPT_USERNAME, req->user);
	curl_easy_setopt(e, CURLOPT_PASSWORD, req->password);
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, req->max_redirects ? 1L : 0L);
	/* To curl the answer to a digest challenge is a redirect as well; a stale nonce makes two.
	 */
	curl_easy_setopt(e, CURLOPT_MAXREDIRS, (long)req->max_redirects + (req->user ? 2 : 0));
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(req->connect_ms ? req->connect_ms : CONNECT_MS));
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(req->total_ms ? req->total_ms : TOTAL_MS));
	curl_easy_setopt(e, CURLOPT_FORBID_REUSE, req->close ? 1L : 0L);
	h->result.sent_at = h->result.answered_at = AMT_TIME_NONE;
	return true;
}

static double info_ms(CURL *e, CURLINFO what)
{
	curl_off_t us = 0;

	curl_easy_getinfo(e, what, &us);
	return (double)us / 1000;
}

static enum amt_net_class class_of(const struct http *h, CURLcode code)
{
	long os = 0;

	switch (code) {
	case CURLE_OK:
		return AMT_NET_OK;
	case CURLE_COULDNT_RESOLVE_HOST:
		return AMT_NET_RESOLVE;
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &os);
		return os ? amt_net_class_of_errno((int)os) : AMT_NET_UNREACHABLE;
	case CURLE_OPERATION_TIMEDOUT:
		return h->result.connect_ms > 0 ? AMT_NET_SLOW : AMT_NET_TIMEOUT;
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return AMT_NET_RESET;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_SHUTDOWN_FAILED:
		return AMT_NET_TLS;
	case CURLE_WRITE_ERROR:
		return h->header_over || h->body_in.over ? AMT_NET_TOO_LARGE : AMT_NET_PROTOCOL;
	case CURLE_OUT_OF_MEMORY: /* what curl says of a header line over its own 100 KB */
	case CURLE_FILESIZE_EXCEEDED:
		return AMT_NET_TOO_LARGE;
	case CURLE_TOO_MANY_REDIRECTS:
		return AMT_NET_REDIRECTS;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP_RETURNED_ERROR:
		return AMT_NET_PROTOCOL;
	default:
		return AMT_NET_OTHER;
	}
}

static void copy_certificates(struct http *h)
{
	struct curl_certinfo *ci = NULL;
	const char **out;

	if (curl_easy_getinfo(h->easy, CURLINFO_CERTINFO, &ci) != CURLE_OK || !ci ||
	    ci->num_of_certs <= 0)
		return;
	out = amt_arena_array(&h->arena, (size_t)ci->num_of_certs + 1, sizeof(*out));
	for (int i = 0, n = 0; i < ci->num_of_certs; i++)
		for (struct curl_slist *l = ci->certinfo[i]; l; l = l->next)
			if (strncmp(l->data, "Cert:", 5) == 0)
				out[n++] = amt_arena_strdup(&h->arena, l->data + 5);
	h->result.certificates = out;
}

void http_result(struct http *h, CURLcode code)
{
	struct amt_http_result *r = &h->result;
	char *text = NULL;
	long n = 0;

	if (curl_easy_getinfo(h->easy, CURLINFO_EFFECTIVE_URL, &text) == CURLE_OK)
		r->url = amt_arena_strdup(&h->arena, text);
	if (curl_easy_getinfo(h->easy, CURLINFO_PRIMARY_IP, &text) == CURLE_OK)
		r->peer = amt_arena_strdup(&h->arena, text);
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &n);
	r->status = (int)n;
	r->redirects = h->moved - (h->moved && r->status >= 300 && r->status < 400);
	r->connect_ms = info_ms(h->easy, CURLINFO_CONNECT_TIME_T);
	r->tls_ms = info_ms(h->easy, CURLINFO_APPCONNECT_TIME_T);
	r->first_byte_ms = info_ms(h->easy, CURLINFO_STARTTRANSFER_TIME_T);
	r->total_ms = info_ms(h->easy, CURLINFO_TOTAL_TIME_T);
	r->how = class_of(h, code);
	if (r->how == AMT_NET_TOO_LARGE)
		amt_str_copy(r->error, sizeof(r->error),
			     h->body_in.over ? "the answer's body is larger than allowed"
					     : "the answer's headers are larger than allowed");
	else if (code != CURLE_OK)
		amt_str_copy(r->error, sizeof(r->error),
			     h->curl_error[0] ? h->curl_error : curl_easy_strerror(code));
	copy_certificates(h);
}

void http_detach(struct http *h)
{
	curl_easy_setopt(h->easy, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(h->easy, CURLOPT_CONNECT_TO, NULL);
	curl_easy_setopt(h->easy, CURLOPT_PRIVATE, NULL);
}

bool amt_http_header(const struct amt_http_result *r, const char *name, unsigned n, char *out,
		     size_t size)
{
	size_t len = strlen(name);

	for (const char *p = r->headers; *p;) {
		size_t line = strcspn(p, "\n");
		if (line > len && p[len] == ':' && amt_strncasecmp(p, name, len) == 0 && n-- == 0) {
			const char *v = p + len + 1, *end = p + line;
			while (v < end && (*v == ' ' || *v == '\t'))
				v++;
			while (end > v && (end[-1] == ' ' || end[-1] == '\t'))
				end--;
			size_t take = (size_t)(end - v) < size - 1 ? (size_t)(end - v) : size - 1;
			memcpy(out, v, take);
			out[take] = '\0';
			return true;
		}
		p += line + (p[line] == '\n');
	}
	return false;
}
