/*
 * HTTP without a password (handbook device 2.1, 2.3): the banner, the pages, and what
 * /wsman asks for. Four requests on one connection where the device keeps it.
 */
#include "amtdiag/core/num.h"
#include "device/ask.h"
#include "device/soap.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WEB_BODY (64 * AMT_KIB) /* AMT's pages have a few KB */

static const char *const pages[] = {"/", "/logon.htm", "/index.htm", "/wsman"};
#define PAGES (sizeof(pages) / sizeof(pages[0]))

struct web {
	struct dev_job *j;
	unsigned port;
	size_t page;
	struct amt_http_session *session;
	struct amt_dev_http r;
};

void dev_http_prepare(const struct dev_job *j, unsigned port, struct amt_http_request *req)
{
	req->connect_to = j->d->address;
	req->insecure = true; /* the judges look at the chain; this only reads */
	req->legacy = dev_job_tls(j, port) == DEV_TLS_LEGACY;
	if (req->legacy) {
		req->min_tls = AMT_TLS_1_0;
		req->max_tls = AMT_TLS_1_2;
	}
	req->connect_ms = j->o->timeout_ms;
	req->total_ms = j->o->reply_ms;
}

static amt_time parse_date(const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct amt_civil c = {.offset_known = true};
	char month[4] = "";

	/* RFC 9110 5.6.7: Sun, 06 Nov 1994 08:49:37 GMT */
	const char *p = strchr(s, ',');
	if (!p)
		return AMT_TIME_NONE;
	p += 1 + strspn(p + 1, " ");
	if (!amt_num_take(&p, 2, &c.day) || !amt_num_mark(&p, ' ') || strlen(p) < 4)
		return AMT_TIME_NONE;
	memcpy(month, p, 3);
	p += 3;
	if (!amt_num_mark(&p, ' ') || !amt_num_take(&p, 4, &c.year) || !amt_num_mark(&p, ' ') ||
	    !amt_num_take(&p, 2, &c.hour) || !amt_num_mark(&p, ':') ||
	    !amt_num_take(&p, 2, &c.minute) || !amt_num_mark(&p, ':') ||
	    !amt_num_take(&p, 2, &c.second))
		return AMT_TIME_NONE;
	const char *m = strstr(months, month);
	c.month = m && (m - months) % 3 == 0 ? (int)((m - months) / 3) + 1 : 0;
	return amt_civil_valid(&c) ? amt_time_from_civil(&c) : AMT_TIME_NONE;
}

static void read_title(struct web *w, const struct amt_http_result *r)
{
	const char *p = amt_memcasestr(r->body, r->body_len, "<title>");

	if (w->r.title || !p)
		return;
	p += 7;
	size_t left = r->body_len - (size_t)(p - r->body), n = 0;
	while (n < left && n < 120 && p[n] != '<' && p[n] != '\n')
		n++;
	w->r.title = amt_arena_strndup(&w->j->d->arena, p, n);
}

static void read_headers(struct web *w, const struct amt_http_result *r)
{
	struct amt_device *d = w->j->d;
	char text[1024];
	amt_time t;

	if (!w->r.server && amt_http_header(r, "Server", 0, text, sizeof(text))) {
		w->r.server = amt_arena_strdup(&d->arena, text);
		dev_banner_read(d, text, &w->r.product, &w->r.version);
	}
	if (w->r.date == AMT_TIME_NONE && amt_http_header(r, "Date", 0, text, sizeof(text)) &&
	    (t = parse_date(text)) != AMT_TIME_NONE) {
		w->r.date = t;
		w->r.date_at = r->answered_at;
	}
	if (r->status == 401) {
		struct dev_challenge c;
		dev_challenge_of(r, &c);
		w->r.digest = c.digest ? AMT_YES : AMT_NO;
		w->r.negotiate = c.negotiate ? AMT_YES : AMT_NO;
		if (c.realm[0])
			w->r.realm = amt_arena_strdup(&d->arena, c.realm);
		if (c.qop[0])
			w->r.qop = amt_arena_strdup(&d->arena, c.qop);
	}
}

static void finish(struct web *w)
{
	struct dev_job *j = w->j;
	struct amt_dev_http *h = amt_device_add(j->d, AMT_DEVC_http);

	if (h)
		*h = w->r;
	amt_http_session_free(w->session);
	free(w);
	dev_job_next(j);
}

static void ask_page(struct web *w);

static void on_page(void *arg, const struct amt_http_result *r)
{
	struct web *w = arg;
	int64_t *status[PAGES] = {&w->r.root_status, &w->r.logon_status, &w->r.index_status,
				  &w->r.wsman_status};
	char text[512];

	if (w->page == 0 || w->r.how == AMT_NET_OK || r->how == AMT_NET_OK) {
		w->r.how = w->page == 0 ? r->how : w->r.how;
		if (r->how != AMT_NET_OK && !w->r.error)
			w->r.error = amt_arena_printf(&w->j->d->arena, "%s: %s", pages[w->page],
						      r->error);
	}
	if (r->how == AMT_NET_OK) {
		*status[w->page] = r->status;
		read_headers(w, r);
		read_title(w, r);
		if (w->page == 0 && amt_http_header(r, "Location", 0, text, sizeof(text)))
			w->r.root_location = amt_arena_strdup(&w->j->d->arena, text);
	}
	w->page++;
	/* Who does not answer the first page in time does not get three more chances. */
	bool dead = r->how == AMT_NET_STOPPED || r->how == AMT_NET_TIMEOUT ||
		    r->how == AMT_NET_SLOW || r->how == AMT_NET_TLS || r->how == AMT_NET_REFUSED;
	if (dead || w->page == PAGES)
		finish(w);
	else
		ask_page(w);
}

static void ask_page(struct web *w)
{
	struct dev_job *j = w->j;
	bool tls = w->port == 16993;
	struct amt_addr a = dev_job_addr(j, w->port);
	char *url = amt_arena_printf(&j->d->arena, "%s://%s%s%s:%u%s", tls ? "https" : "http",
				     strchr(j->t->host, ':') ? "[" : "", j->t->host,
				     strchr(j->t->host, ':') ? "]" : "", amt_addr_port(&a),
				     pages[w->page]);
	struct amt_http_request req = {.url = url, .max_body = WEB_BODY};

	dev_http_prepare(j, w->port, &req);
	amt_http_start(j->loop, w->session, &req, on_page, w);
}

void dev_ask_http(struct dev_job *j, unsigned port)
{
	struct web *w;

	if (!(j->o->ask & AMT_ASK_HTTP) || !dev_job_open(j, port) ||
	    (port == 16993 && dev_job_tls(j, port) == DEV_PLAIN)) {
		dev_job_next(j);
		return;
	}
	dev_source(j->d, AMT_DEVC_http, AMT_DEV_READ, j->d->host, NULL);
	w = amt_calloc(1, sizeof(*w));
	w->j = j;
	w->port = port;
	w->session = amt_http_session_new(j->loop);
	dev_clear(&dev_classes[AMT_DEVC_http], &w->r);
	w->r.port = port;
	ask_page(w);
}

/* ---- CVE-2017-5689, only when the user asked for it ---- */

static void on_empty_response(void *arg, const struct amt_http_result *r)
{
	struct dev_job *j = arg;
	struct amt_dev_cve_2017_5689 *c = amt_device_add(j->d, AMT_DEVC_cve_2017_5689);

	if (c && r->how == AMT_NET_OK)
		c->status = r->status;
	dev_source(j->d, AMT_DEVC_cve_2017_5689,
		   r->how == AMT_NET_OK ? AMT_DEV_READ : AMT_DEV_FAILED, j->d->host,
		   r->how == AMT_NET_OK ? NULL : r->error);
	dev_job_next(j);
}

/* An Authorization with an EMPTY response to /wsman; it does not depend on the banner. */
void dev_ask_cve_5689(struct dev_job *j)
{
	const char *realm = NULL;
	unsigned port = 0;

	for (size_t i = 0; i < j->d->http.n; i++)
		if (j->d->http.v[i].realm) {
			realm = j->d->http.v[i].realm;
			port = (unsigned)j->d->http.v[i].port;
		}
	if (!(j->o->ask & AMT_ASK_CVE_5689) || !realm) {
		dev_job_next(j);
		return;
	}
	struct amt_addr a = dev_job_addr(j, port);
	char *url =
		amt_arena_printf(&j->d->arena, "%s://%s:%u/wsman", port == 16993 ? "https" : "http",
				 j->t->host, amt_addr_port(&a));
	char *header = amt_arena_printf(
		&j->d->arena,
		"Authorization: Digest username=\"admin\", realm=\"%s\", nonce=\"\", "
		"uri=\"/wsman\", response=\"\", qop=auth, nc=00000001, cnonce=\"\"\n",
		realm);
	struct amt_buf body;
	amt_buf_init(&body, 4 * AMT_KIB);
	dev_soap_get(&body, AMT_DEVC_general, 1);
	struct amt_http_request req = {.url = url,
				       .headers = header,
				       .body = amt_buf_cstr(&body),
				       .body_len = body.len,
				       .max_body = WEB_BODY};
	dev_http_prepare(j, port, &req);
	amt_http_start(j->loop, NULL, &req, on_empty_response, j);
	amt_buf_free(&body);
}
