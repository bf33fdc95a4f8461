/* Inside of the device room: one device that is read over WS-MAN. */
#ifndef DEVICE_WSMAN_H
#define DEVICE_WSMAN_H

#include "device/ask.h"
#include "device/soap.h"

enum phase { GET, ENUMERATE, PULL, METHOD, ACL_LIST, ACL_ENTRY, ACL_ENABLED };

struct wsman {
	struct dev_job *j;
	unsigned port, id;
	int next; /* class */
	enum amt_dev_class c;
	enum phase phase;
	unsigned pulls, woken, broken;
	bool retried;   /* this request, on a new session */
	bool renewed;   /* this request, with a new nonce */
	bool both_ways; /* this class, by Get and by Enumerate */
	char context[256];
	int64_t handles[DEV_SOAP_HANDLES];
	size_t n_handles, handle;
	int64_t acl_total;
	size_t acl_read;
	struct amt_http_session *session;
	struct dev_challenge challenge; /* the last one; without a nonce: none yet */
	unsigned nc;                    /* answers given to it */
	const struct amt_buf *body;     /* of the request being made */
	struct amt_dev_login login;
	const char *url, *where;
	amt_time asked, answered;
	struct amt_timer *wake;
	struct amt_work *waiting; /* while wake runs */
};

void dev_wsman_ask(struct wsman *w); /* what the phase wants to know */
/* This class is through; the next one, unless the device is gone. */
void dev_wsman_class_done(struct wsman *w, enum amt_dev_state state, const char *error);
void dev_wsman_acl(struct wsman *w, const struct dev_reply *reply);
void dev_wsman_acl_next(struct wsman *w);

#endif
