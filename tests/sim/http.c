/* HTTP as the ME's little server speaks it (1.4, 2.1): one request at a time on a device. */
#include "sim.h"

#include <stdio.h>
#include <time.h>

#define CHUNK 762 /* the largest chunk recorded [F S15] */

/* --- writing --- */

static void server_line(struct sim_device *d, struct amt_buf *out)
{
	char server[128];

	sim_text(d, "server", server, sizeof(server));
	if (*server)
		amt_buf_printf(out, "Server: %s\r\n", server);
}

static const char *status_text(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	default:
		return status == 500 ? "Internal Server Error" : "Error";
	}
}

static void put_chunks(struct amt_buf *out, const char *p, size_t n, bool lie)
{
	while (n) {
		size_t m = n > CHUNK ? CHUNK : n;

		/* four hex digits with leading zeros, as recorded */
		amt_buf_printf(out, "%04zX\r\n", lie && m == n ? m + 100 : m);
		amt_buf_add(out, p, m);
		amt_buf_str(out, "\r\n");
		p += m;
		n -= m;
	}
	amt_buf_str(out, "0\r\n\r\n");
}

static void reply_soap(struct sim_conn *c, int status, const char *type, const struct amt_buf *body)
{
	struct amt_buf out;
	char date[64];
	time_t now = time(NULL) + (time_t)sim_fact_num(c->dev, "clock.offset", 0);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	amt_buf_init(&out, 2 * SIM_CAP_REPLY);
	amt_buf_printf(&out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status, status_text(status), date);
	server_line(c->dev, &out);
	if (sim_fact_on(c->dev, "frame_options"))
		amt_buf_str(&out, "X-Frame-Options: DENY\r\n");
	amt_buf_printf(&out, "Content-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n", type);
	put_chunks(&out, amt_buf_cstr(body), body->len, c->fault == FAULT_LENGTH);
	sim_conn_send(c, out.data, c->fault == FAULT_HALF ? out.len / 2 : out.len);
	amt_buf_free(&out);
}

static void reply_page(struct sim_conn *c, int status, const char *headers, const char *body)
{
	struct amt_buf out;
	size_t n = strlen(body);

	amt_buf_init(&out, SIM_CAP_REPLY);
	amt_buf_printf(&out, "HTTP/1.1 %d %s\r\n%sContent-Type: text/html\r\n", status,
		       status_text(status), headers);
	server_line(c->dev, &out);
	amt_buf_printf(&out, "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		       c->fault == FAULT_LENGTH ? n + 100 : n, body);
	sim_conn_send(c, out.data, c->fault == FAULT_HALF ? out.len / 2 : out.len);
	amt_buf_free(&out);
	sim_conn_end(c);
}

static void reply_redirect(struct sim_conn *c, const char *to)
{
	struct amt_buf out;
	int code = (int)sim_fact_num(c->dev, "redirect_code", 303);

	/* header order as nmap's probe file has it recorded */
	amt_buf_init(&out, 4 * AMT_KIB);
	amt_buf_printf(&out, "HTTP/1.1 %d %s\r\nLocation: %s\r\nContent-Length: 0\r\n", code,
		       code == 302 ? "Found" : "See Other", to);
	server_line(c->dev, &out);
	amt_buf_str(&out, "\r\n");
	sim_conn_send(c, out.data, out.len);
	amt_buf_free(&out);
}

static void reply_401(struct sim_conn *c)
{
	struct amt_buf challenge;

	amt_buf_init(&challenge, 4 * AMT_KIB);
	sim_challenge(c->dev, &challenge);
	reply_page(c, 401, amt_buf_cstr(&challenge),
		   "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\" >\n"
		   "<html><head><title>Intel&reg; Active Management Technology</title>"
		   "<link rel=stylesheet href=/styles.css></head>\n<body><table><tr><td>"
		   "<h1>Log on failed.</h1><p>The user name or the password is wrong, or the "
		   "user account temporarily locked.</p>"
		   "<form METHOD=\"GET\" action=\"index.htm\"><input type=submit "
		   "value=\"Try again\"></form></td></tr></table></body></html>\n");
	amt_buf_free(&challenge);
}

/* --- faults that are whole answers --- */

static bool reply_fault(struct sim_conn *c, const struct sim_http *r)
{
	static const char junk[] = "\x16\x00\xff\xfe not a reply \x01\x02\x03\r\n\r\n";

	switch (c->fault) {
	case FAULT_HANG:
		return true;
	case FAULT_GARBAGE:
		sim_conn_send(c, junk, sizeof(junk) - 1);
		sim_conn_end(c);
		return true;
	case FAULT_HEADERS:
		sim_conn_send(c, "HTTP/1.1 200 OK\r\n", 17);
		sim_flood(c);
		return true;
	case FAULT_CHUNK: {
		static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml"
					   "\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n";

		sim_conn_send(c, head, sizeof(head) - 1);
		sim_flood(c);
		return true;
	}
	case FAULT_REDIRECT:
		reply_redirect(c, r->uri);
		return true;
	case FAULT_STATUS:
		reply_page(c, 500, "", "");
		return true;
	default:
		return false;
	}
}

/* --- one request --- */

static bool needs_login(const struct sim_conn *c, const struct sim_http *r)
{
	/* [?] firmware before WS-MAN: a page that it does not have */
	return (!strcmp(r->uri, "/wsman") && sim_fact_on(c->dev, "wsman")) ||
	       sim_eoi_uri(c->dev, r->uri) || !strcmp(r->uri, "/index.htm");
}

/* True when the request may go on; else it has been answered. */
static bool login(struct sim_conn *c, const struct sim_http *r)
{
	static const char *const words[] = {"ok", "no credentials", "unknown nonce", "bad login",
					    "locked"};
	enum sim_login rc;

	/* [?] an empty POST without credentials, curl's way to ask for a challenge, gets one */
	if (*c->user && c->ssl && sim_fact_on(c->dev, "session_login") &&
	    (r->body_len || r->authorization || strcmp(r->method, "POST")))
		return true;
	rc = r->authorization ? sim_login_negotiate(c->dev, r->authorization, c->user) : LOGIN_NONE;
	if (rc == LOGIN_NONE)
		rc = sim_login_http(c->dev, r, c->user);
	if (rc == LOGIN_OK)
		return true;
	*c->user = 0;
	sim_log(c->dev, c->port, c->peer, "%s %s 401 %s", r->method, r->uri, words[rc]);
	reply_401(c);
	return false;
}

static void serve_soap(struct sim_conn *c, const struct sim_http *r)
{
	struct amt_buf body;
	char what[160] = "";
	bool eoi = strcmp(r->uri, "/wsman") != 0;
	int status;

	amt_buf_init(&body, SIM_CAP_REPLY);
	if (eoi)
		status = sim_eoi(c->dev, r->uri, r->body, r->body_len, &body, what);
	else
		status = sim_wsman(c->dev, c->user, r->body, r->body_len, &body, what);
	if (c->fault == FAULT_BOMB || c->fault == FAULT_TYPES || c->fault == FAULT_DEEP)
		sim_web_page(c, r, &body);
	sim_log(c->dev, c->port, c->peer, "%s %s %d %s as %s", r->method, r->uri, status, what,
		c->user);
	c->dev->requests++;
	reply_soap(c, status,
		   eoi ? "text/xml; charset=UTF-8" : "application/soap+xml; charset=UTF-8", &body);
	amt_buf_free(&body);
	if (r->close || !sim_fact_on(c->dev, "keep_alive") || c->fault == FAULT_HALF ||
	    c->fault == FAULT_LENGTH)
		sim_conn_end(c);
}

static void serve_web(struct sim_conn *c, const struct sim_http *r)
{
	struct amt_buf page;
	bool webui = sim_fact_on(c->dev, "webui");

	sim_log(c->dev, c->port, c->peer, "%s %s web", r->method, r->uri);
	if (webui && !strcmp(r->uri, "/")) {
		reply_redirect(c, "/logon.htm");
		if (r->close)
			sim_conn_end(c);
		return;
	}
	amt_buf_init(&page, SIM_CAP_REPLY);
	sim_web_page(c, r, &page);
	reply_page(c, webui && page.len ? 200 : 404, "", webui ? amt_buf_cstr(&page) : "");
	amt_buf_free(&page);
}

static void serve(struct sim_conn *c, const struct sim_http *r)
{
	if (reply_fault(c, r)) {
		sim_log(c->dev, c->port, c->peer, "%s %s fault", r->method, r->uri);
	} else if (!c->ssl && sim_fact_on(c->dev, "redirect_to_tls")) {
		sim_log(c->dev, c->port, c->peer, "%s %s to TLS", r->method, r->uri);
		reply_redirect(c, "https:///logon.htm");
	} else if (!needs_login(c, r)) {
		serve_web(c, r);
	} else if (!login(c, r)) {
		return;
	} else if (!strcmp(r->uri, "/index.htm")) {
		serve_web(c, r);
	} else {
		serve_soap(c, r);
	}
}

/* --- one at a time --- */

/* True when the device is free for this socket; else it stands in the queue. */
static bool take_device(struct sim_conn *c)
{
	struct sim_conn **p = &c->dev->waiting;

	if (!c->dev->busy || c->dev->busy == c) {
		c->dev->busy = c;
		return true;
	}
	if (!c->queued) {
		while (*p)
			p = &(*p)->next_waiting;
		*p = c;
		c->queued = true;
	}
	return false;
}

/* The device is free for the next socket; also when a connection ends. */
static void release(struct sim_conn *c)
{
	struct sim_device *d = c->dev;
	struct sim_conn *next = d->waiting;

	for (struct sim_conn **p = &d->waiting; c->queued && *p; p = &(*p)->next_waiting) {
		if (*p == c) {
			*p = c->next_waiting;
			c->queued = false;
			break;
		}
	}
	if (d->busy != c)
		return;
	d->busy = NULL;
	next = d->waiting;
	if (next) {
		d->waiting = next->next_waiting;
		next->next_waiting = NULL;
		next->queued = false;
		sim_conn_later(next, 0, sim_http_protocol.data);
	}
}

static void latency_over(struct sim_conn *c)
{
	c->ready = true;
	sim_http_protocol.data(c);
}

static void http_data(struct sim_conn *c)
{
	struct sim_http r;
	long used;
	int64_t latency = sim_fact_num(c->dev, "latency_ms", 0);

	while (!c->closing && !c->ending && !c->flooding && c->in.len) {
		used = sim_http_length(c->in.data, c->in.len);
		if (!used || !take_device(c))
			return;
		if (latency > 0 && !c->ready) {
			if (!c->delayed)
				sim_conn_later(c, (uint64_t)latency, latency_over);
			c->delayed = true;
			return;
		}
		c->ready = c->delayed = false;
		used = sim_http_parse(c->in.data, c->in.len, &r);
		if (used < 0)
			reply_page(c, 400, "", "");
		else
			serve(c, &r);
		amt_buf_consume(&c->in, used < 0 ? c->in.len : (size_t)used);
		release(c);
	}
}

const struct sim_protocol sim_http_protocol = {http_data, release, NULL};
