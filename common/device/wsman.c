/*
 * Reading a device over WS-MAN, class after class, one request at a time (handbook
 * device 1.4): Get first, Enumerate and Pull as fallback or when the class has many
 * instances, read-only methods, and the walk over the access list. Every class stands
 * alone: what this firmware does not have is "absent", never a failure of the device.
 *
 * Logging in: the first refusal of a fresh nonce ends it. After ten failed logins in a row
 * AMT locks itself for 5 to 80 s (2.1), so one run spends one; two where the device calls a
 * nonce stale that it has just given. An answer to a nonce that it has forgotten is no failed login
 * there, and is given once more to the new one.
 */
#include "device/wsman.h"

#include <stdlib.h>
#include <string.h>

#define PULLS_MAX   64   /* of one enumeration */
#define WAKE_MS     3000 /* between tries while the ME wakes up */
#define BROKEN_MAX  2    /* classes in a row without a whole answer: the device is gone */
#define REQUEST_MAX (16 * AMT_KIB)

static void next_class(struct wsman *w);

static void finish(struct wsman *w)
{
	struct dev_job *j = w->j;
	struct amt_dev_login *l = amt_device_add(j->d, AMT_DEVC_login);

	if (l)
		*l = w->login;
	dev_source(j->d, AMT_DEVC_login, AMT_DEV_READ, w->where, NULL);
	amt_http_session_free(w->session);
	free(w);
	dev_job_next(j);
}

void dev_wsman_class_done(struct wsman *w, enum amt_dev_state state, const char *error)
{
	struct amt_dev_source *s = &w->j->d->source[w->c];

	dev_source(w->j->d, w->c, state, w->where, error);
	s->asked = w->asked;
	s->answered = w->answered;
	w->broken = state == AMT_DEV_FAILED ? w->broken + 1 : 0;
	if (w->broken >= BROKEN_MAX) {
		w->login.error = amt_arena_strdup(&w->j->d->arena, error);
		finish(w);
	} else {
		next_class(w);
	}
}

static bool kerberos_header(void *arg, struct amt_buf *out, struct amt_error *err)
{
	struct wsman *w = arg;

	return dev_negotiate(w->j->o->ccache, w->j->t->host, w->port, out, err);
}

static bool digest_header(void *arg, struct amt_buf *out, struct amt_error *err)
{
	struct wsman *w = arg;
	struct dev_digest_use u = {.challenge = &w->challenge,
				   .user = w->j->o->user,
				   .password = w->j->o->password ? w->j->o->password : "",
				   .method = "POST",
				   .uri = "/wsman",
				   .nc = ++w->nc,
				   .body = w->body->data,
				   .body_len = w->body->len};

	return dev_digest_header(&u, out, err);
}

static void on_reply(void *arg, const struct amt_http_result *r);

static void write_request(struct wsman *w, struct amt_buf *body)
{
	unsigned id = w->id++;

	switch (w->phase) {
	case GET:
		dev_soap_get(body, w->c, id);
		break;
	case ENUMERATE:
		dev_soap_enumerate(body, w->c, id);
		break;
	case PULL:
		dev_soap_pull(body, w->c, id, w->context);
		break;
	case METHOD:
		dev_soap_method(body, w->c, id, dev_classes[w->c].arg, NULL, 0);
		break;
	case ACL_LIST:
		dev_soap_method(body, w->c, id, "EnumerateUserAclEntries", "StartIndex",
				(int64_t)w->n_handles + 1);
		break;
	case ACL_ENTRY:
		dev_soap_method(body, w->c, id, "GetUserAclEntryEx", "Handle",
				w->handles[w->handle]);
		break;
	case ACL_ENABLED:
		dev_soap_method(body, w->c, id, "GetAclEnabledState", "Handle",
				w->handles[w->handle]);
		break;
	}
}

void dev_wsman_ask(struct wsman *w)
{
	const struct amt_device_options *o = w->j->o;
	struct amt_buf body;

	amt_buf_init(&body, REQUEST_MAX);
	write_request(w, &body);
	struct amt_http_request req = {
		.url = w->url,
		.headers = "Content-Type: application/soap+xml;charset=UTF-8\n",
		.body = amt_buf_cstr(&body),
		.body_len = body.len,
		.max_body = AMT_CAP_DEVICE_XML,
	};
	w->body = &body;
	req.more_arg = w;
	if (!o->user)
		req.more_headers = kerberos_header;
	else if (w->challenge.nonce[0])
		req.more_headers = digest_header;
	else
		req.body_len = 0; /* for the challenge; the question would only be sent twice */
	dev_http_prepare(w->j, w->port, &req);
	amt_http_start(w->j->loop, w->session, &req, on_reply, w);
	w->body = NULL;
	amt_buf_free(&body);
}

static void new_session(struct wsman *w)
{
	amt_http_session_free(w->session);
	w->session = amt_http_session_new(w->j->loop);
}

/* ---- answers ---- */

static void on_wake(void *arg)
{
	struct wsman *w = arg;

	amt_work_end(w->waiting);
	dev_wsman_ask(w);
}

static void on_stop(void *arg)
{
	struct wsman *w = arg;

	amt_work_end(w->waiting);
	amt_timer_stop(w->wake);
	finish(w);
}

/* No whole answer. An ME that sleeps is woken by the first packets and misses them (4, 1.1). */
static void on_no_answer(struct wsman *w, const struct amt_http_result *r)
{
	bool first = w->login.accepted == AMT_MAYBE;

	if (r->how != AMT_NET_STOPPED && r->how != AMT_NET_OTHER && !w->retried) {
		w->retried = true; /* the device closed a kept connection, or reset its nonce */
		new_session(w);
		dev_wsman_ask(w);
	} else if (first && w->woken < w->j->o->wake_tries &&
		   (r->how == AMT_NET_TIMEOUT || r->how == AMT_NET_SLOW ||
		    r->how == AMT_NET_REFUSED || r->how == AMT_NET_RESET)) {
		w->login.woken = ++w->woken;
		new_session(w);
		w->wake = amt_timer_start(w->j->loop, WAKE_MS, 0, on_wake, w);
		w->waiting = amt_work_begin(w->j->loop, on_stop, w);
	} else if (first || r->how == AMT_NET_STOPPED) {
		w->login.error = amt_arena_printf(&w->j->d->arena, "%s: %s",
						  amt_net_class_name(r->how), r->error);
		dev_source(w->j->d, w->c, AMT_DEV_FAILED, w->where, w->login.error);
		finish(w);
	} else {
		dev_wsman_class_done(w, AMT_DEV_FAILED, r->error);
	}
}

static void on_refused(struct wsman *w, const struct amt_http_result *r)
{
	bool answered = !w->j->o->user || w->challenge.nonce[0];
	bool fresh = !answered || w->nc == 1;
	bool digest = w->j->o->user && dev_challenge_of(r, &w->challenge);

	w->nc = 0;
	/* Not a refusal: the question for the challenge, or an answer to a nonce that was good
	 * before and that the device has replaced, mostly with stale="false". */
	if (digest && (!answered || ((!fresh || w->challenge.stale) && !w->renewed))) {
		w->renewed = answered;
		w->login.failed += answered && fresh;
		dev_wsman_ask(w);
		return;
	}
	w->login.failed += answered;
	if (w->login.accepted == AMT_YES)
		dev_source(w->j->d, w->c, AMT_DEV_DENIED, w->where, "HTTP 401");
	else
		w->login.accepted = answered ? AMT_NO : AMT_MAYBE;
	w->login.status = r->status;
	w->login.error = amt_arena_strdup(
		&w->j->d->arena,
		answered
			? "the device refused the login (HTTP 401); no further try, because ten "
			  "in a row lock it"
			: "the device does not offer digest (HTTP 401 without a challenge for it)");
	finish(w);
}

static void on_message(struct wsman *w, const struct dev_reply *reply)
{
	switch (w->phase) {
	case GET:
	case METHOD:
		dev_wsman_class_done(w, AMT_DEV_READ, NULL);
		break;
	case ENUMERATE:
	case PULL:
		if (reply->end || !reply->context[0] || w->pulls++ >= PULLS_MAX) {
			if (!reply->end)
				amt_device_note(w->j->d, "%s: the enumeration did not say its end",
						dev_classes[w->c].name);
			dev_wsman_class_done(w, AMT_DEV_READ,
					     reply->end ? NULL : "its end was not told");
			break;
		}
		amt_str_copy(w->context, sizeof(w->context), reply->context);
		w->phase = PULL;
		dev_wsman_ask(w);
		break;
	default:
		dev_wsman_acl(w, reply);
	}
}

/* The device could not answer now: that says nothing of whether it has the class. */
static bool for_the_moment(int status, const struct dev_reply *reply)
{
	return reply->of_receiver || status >= 500 || strstr(reply->fault_code, "Concurrency") ||
	       strstr(reply->fault_code, "QuotaLimit");
}

/* HTTP 400 and faults: for this class, not for the device. */
static void on_fault(struct wsman *w, int status, const struct dev_reply *reply)
{
	const char *error = amt_arena_printf(&w->j->d->arena, "HTTP %d%s%s%s%s", status,
					     reply->fault_code[0] ? ", " : "", reply->fault_code,
					     reply->fault_text[0] ? ": " : "", reply->fault_text);
	bool denied = strstr(reply->fault_code, "AccessDenied") != NULL || status == 403;

	if (denied)
		dev_wsman_class_done(w, AMT_DEV_DENIED, error);
	else if (!reply->fault && status != 400 && status != 404) /* not about the class */
		dev_wsman_class_done(w, AMT_DEV_FAILED, error);
	else if (w->phase == ACL_ENABLED || w->phase == ACL_ENTRY)
		dev_wsman_acl_next(w);
	else if (w->phase == PULL && dev_list(w->j->d, w->c)->n) {
		amt_device_note(w->j->d, "%s: reading on failed with %s", dev_classes[w->c].name,
				error);
		dev_wsman_class_done(w, AMT_DEV_READ, error);
	} else if (for_the_moment(status, reply)) {
		w->broken = 0; /* it was a whole answer */
		dev_wsman_class_done(w, AMT_DEV_FAILED, error);
	} else if ((w->phase == GET || w->phase == ENUMERATE) && !w->both_ways &&
		   (w->phase == GET || dev_classes[w->c].arg)) {
		/* AMT 10.0.56 refuses Enumerate and takes Get; both ways are tried (1.4). */
		w->both_ways = true;
		w->phase = w->phase == GET ? ENUMERATE : GET;
		dev_wsman_ask(w);
	} else {
		dev_wsman_class_done(w, AMT_DEV_ABSENT, error);
	}
}

static void on_reply(void *arg, const struct amt_http_result *r)
{
	struct wsman *w = arg;
	struct dev_reply reply = {0};
	struct amt_error err = {0};

	if (r->how != AMT_NET_OK) {
		on_no_answer(w, r);
		return;
	}
	if (r->status == 401) {
		on_refused(w, r);
		return;
	}
	w->login.status = r->status;
	if (w->j->o->user && !w->challenge.nonce[0]) {
		w->login.error = r->status == 404 ? "the device has no WS-MAN (HTTP 404 on /wsman)"
						  : "/wsman does not ask who is there, as AMT does";
		finish(w);
		return;
	}
	w->retried = w->renewed = false;
	w->login.accepted = AMT_YES;
	w->asked = r->sent_at;
	w->answered = r->answered_at;
	bool read = dev_soap_read(w->j->d, w->c, r->body, r->body_len, &reply, &err);
	if (r->status == 200 && read && !reply.fault)
		on_message(w, &reply);
	else if (r->status == 200 && !read)
		dev_wsman_class_done(w, AMT_DEV_FAILED, err.text);
	else if (r->status == 404 && w->next <= AMT_DEVC_setup + 1) {
		w->login.error = "the device has no WS-MAN (HTTP 404 on /wsman)";
		finish(w);
	} else
		on_fault(w, r->status, &reply);
}

static void next_class(struct wsman *w)
{
	static const enum phase first[] = {[DEV_GET] = GET,
					   [DEV_ENUM] = ENUMERATE,
					   [DEV_METHOD] = METHOD,
					   [DEV_ACL] = ACL_LIST};
	uint64_t want = w->j->o->classes;

	while (w->next < AMT_DEV_CLASS_COUNT && (dev_classes[w->next].how == DEV_PROBE ||
						 (want && !(want & UINT64_C(1) << w->next))))
		w->next++;
	if (w->next == AMT_DEV_CLASS_COUNT || amt_stopped()) {
		finish(w);
		return;
	}
	w->c = (enum amt_dev_class)w->next++;
	w->phase = first[dev_classes[w->c].how];
	w->pulls = 0;
	w->n_handles = w->handle = w->acl_read = 0;
	w->retried = w->renewed = w->both_ways = false;
	dev_wsman_ask(w);
}

void dev_ask_wsman(struct dev_job *j)
{
	bool tls = dev_job_open(j, 16993) && dev_job_tls(j, 16993) != DEV_PLAIN;
	struct wsman *w;

	if (!(j->o->ask & AMT_ASK_WSMAN)) {
		dev_job_next(j);
		return;
	}
	w = amt_calloc(1, sizeof(*w));
	w->j = j;
	w->port = tls ? 16993 : 16992;
	w->acl_total = AMT_DEV_NONE;
	struct amt_addr a = dev_job_addr(j, w->port);
	bool v6 = strchr(j->t->host, ':') != NULL;
	w->url = amt_arena_printf(&j->d->arena, "%s://%s%s%s:%u/wsman", tls ? "https" : "http",
				  v6 ? "[" : "", j->t->host, v6 ? "]" : "", amt_addr_port(&a));
	w->where = amt_arena_printf(&j->d->arena, "WS-MAN of %s port %u", j->t->host, w->port);
	w->session = amt_http_session_new(j->loop);
	dev_clear(&dev_classes[AMT_DEVC_login], &w->login);
	w->login.user = amt_arena_strdup(&j->d->arena, j->o->user);
	w->login.method = j->o->user ? "digest" : "kerberos";
	w->login.port = w->port;
	w->login.failed = w->login.woken = 0;
	if (tls || dev_job_open(j, 16992)) {
		next_class(w);
		return;
	}
	w->login.error = dev_job_open(j, 16993)
				 ? "TLS on 16993 can't be opened (X.D01), and 16992 is not open"
				 : "neither 16993 nor 16992 is open";
	finish(w);
}
