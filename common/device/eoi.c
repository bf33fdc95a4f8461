/*
 * The SOAP interface of the firmware before WS-MAN (EOI; handbook device 1.5): GetCoreVersion, the
 * call that Debian's amttool makes first. Asked only where WS-MAN told no version, or one below 6,
 * from which on EOI is given up; with digest, and never after a login that was refused.
 */
#include "device/ask.h"
#include "device/soap.h"

#include <stdlib.h>
#include <string.h>

#define EOI_NS     "http://schemas.intel.com/platform/client/SecurityAdministration/2004/01"
#define REPLY_MAX  (64 * AMT_KIB)
#define LAST_MAJOR 5
#define DEPTH_MAX  16

static const char uri[] = "/SecurityAdministrationService";
static const char question[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope "
	"xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"
	"<GetCoreVersion xmlns=\"" EOI_NS "\"/></soap:Body></soap:Envelope>";

struct eoi {
	struct dev_job *j;
	unsigned port;
	const char *url;
	struct amt_http_session *session;
	struct dev_challenge challenge;
	struct amt_dev_eoi r;
};

static const xmlNode *find(const xmlNode *n, const char *name, int depth)
{
	for (; n && depth < DEPTH_MAX; n = n->next) {
		if (n->type != XML_ELEMENT_NODE)
			continue;
		if (strcmp((const char *)n->name, name) == 0)
			return n;
		const xmlNode *below = find(n->children, name, depth + 1);
		if (below)
			return below;
	}
	return NULL;
}

const char *dev_eoi_version(struct amt_device *d, const char *xml, size_t len)
{
	xmlDoc *doc = dev_xml_read(xml, len, NULL);
	const xmlNode *n = doc ? find(xmlDocGetRootElement(doc), "Version", 0) : NULL;
	char *text = n ? (char *)xmlNodeGetContent(n) : NULL;
	const char *version = text && *amt_str_trim(text)
				      ? amt_arena_strdup(&d->arena, amt_str_trim(text))
				      : NULL;

	xmlFree(text);
	xmlFreeDoc(doc);
	return version;
}

static void finish(struct eoi *e, const char *error)
{
	struct dev_job *j = e->j;
	struct amt_dev_eoi *r = amt_device_add(j->d, AMT_DEVC_eoi);

	if (r)
		*r = e->r;
	dev_source(j->d, AMT_DEVC_eoi, error ? AMT_DEV_FAILED : AMT_DEV_READ,
		   amt_arena_printf(&j->d->arena, "EOI of %s port %u", j->t->host, e->port), error);
	amt_http_session_free(e->session);
	free(e);
	dev_job_next(j);
}

static bool answer(void *arg, struct amt_buf *out, struct amt_error *err)
{
	struct eoi *e = arg;
	struct dev_digest_use u = {.challenge = &e->challenge,
				   .user = e->j->o->user,
				   .password = e->j->o->password ? e->j->o->password : "",
				   .method = "POST",
				   .uri = uri,
				   .nc = 1,
				   .body = question,
				   .body_len = sizeof(question) - 1};

	return dev_digest_header(&u, out, err);
}

/* Where there is no WS-MAN this is how the account shows whether it works. */
static void tell_login(struct dev_job *j, int status)
{
	struct amt_dev_login *l = amt_dev_first(j->d, login);

	if (l->accepted != AMT_MAYBE || (status != 200 && status != 401))
		return;
	l->accepted = status == 200 ? AMT_YES : AMT_NO;
	l->status = status;
	if (status == 401) {
		l->failed++;
		l->error = "the device refused the login to its old SOAP interface (HTTP 401)";
	}
}

static void ask(struct eoi *e);

static void on_reply(void *arg, const struct amt_http_result *r)
{
	struct eoi *e = arg;
	bool asked = e->challenge.nonce[0] != '\0';

	if (r->how != AMT_NET_OK) {
		finish(e, r->error);
		return;
	}
	e->r.status = r->status;
	if (r->status == 401 && !asked && dev_challenge_of(r, &e->challenge)) {
		ask(e);
		return;
	}
	if (asked)
		tell_login(e->j, r->status);
	if (r->status == 200)
		e->r.core_version = dev_eoi_version(e->j->d, r->body, r->body_len);
	finish(e, NULL);
}

static void ask(struct eoi *e)
{
	bool answered = e->challenge.nonce[0] != '\0';
	struct amt_http_request req = {
		.url = e->url,
		.headers = "Content-Type: text/xml; charset=utf-8\n"
			   "SOAPAction: \"" EOI_NS "#GetCoreVersion\"\n",
		.body = question,
		.body_len = answered ? sizeof(question) - 1 : 0,
		.more_headers = answered ? answer : NULL,
		.more_arg = e,
		.max_body = REPLY_MAX,
	};

	dev_http_prepare(e->j, e->port, &req);
	amt_http_start(e->j->loop, e->session, &req, on_reply, e);
}

static bool wanted(const struct dev_job *j, const struct amt_dev_login *l)
{
	struct amt_fw fw;

	if (!(j->o->ask & AMT_ASK_WSMAN) || !j->o->user || !l || l->accepted == AMT_NO ||
	    (j->o->classes && !(j->o->classes & UINT64_C(1) << AMT_DEVC_software)))
		return false;
	/* Nobody there, or nobody who speaks HTTP: nothing to ask. */
	if (l->accepted != AMT_YES && l->status == AMT_DEV_NONE)
		return false;
	return !amt_device_firmware(j->d, &fw, NULL) || fw.major <= LAST_MAJOR;
}

void dev_ask_eoi(struct dev_job *j)
{
	const struct amt_dev_login *l = amt_dev_first(j->d, login);
	struct eoi *e;

	if (!wanted(j, l)) {
		dev_job_next(j);
		return;
	}
	e = amt_calloc(1, sizeof(*e));
	e->j = j;
	e->port = (unsigned)l->port;
	struct amt_addr a = dev_job_addr(j, e->port);
	bool v6 = strchr(j->t->host, ':') != NULL;
	e->url = amt_arena_printf(&j->d->arena, "%s://%s%s%s:%u%s",
				  e->port == 16993 ? "https" : "http", v6 ? "[" : "", j->t->host,
				  v6 ? "]" : "", amt_addr_port(&a), uri);
	e->session = amt_http_session_new(j->loop);
	dev_clear(&dev_classes[AMT_DEVC_eoi], &e->r);
	ask(e);
}
