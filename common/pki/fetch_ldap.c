/*
 * One value out of a directory by its LDAP URL (RFC 4516), on the loop. Windows CAs
 * write ldap:///CN=... without a server: the domain's own is meant, and must be given.
 */
#include "pki/private.h"

#include "late_ldap.h"

#include <stdio.h>
#include <stdlib.h>

struct pki_ldap {
	LDAP *ld;
	LDAPURLDesc *url;
	struct amt_loop *loop;
	struct amt_watch *watch;
	struct amt_timer *timer;
	int id;
	const char *error; /* static, or text below */
	char text[256];
	void (*done)(void *arg, const void *p, size_t n, const char *error);
	void *arg;
};

static void finish(struct pki_ldap *l, const void *p, size_t n)
{
	amt_watch_stop(l->watch);
	amt_timer_stop(l->timer);
	l->done(l->arg, p, n, l->error);
	if (l->ld)
		ldap_unbind_ext_s(l->ld, NULL, NULL);
	if (l->url)
		ldap_free_urldesc(l->url);
	free(l);
}

static void fail_with(struct pki_ldap *l, const char *what, int code)
{
	snprintf(l->text, sizeof(l->text), "%s: %s", what, ldap_err2string(code));
	l->error = l->text;
}

/* A renewed CA has its old and its new certificate in one attribute: end to end. */
static void take_values(struct pki_ldap *l, struct berval *const *values)
{
	struct amt_buf all;

	amt_buf_init(&all, AMT_CAP_PKI_CRL);
	for (size_t i = 0; values[i]; i++)
		amt_buf_add(&all, values[i]->bv_val, values[i]->bv_len);
	finish(l, all.data, all.len);
	amt_buf_free(&all);
}

static void take(struct pki_ldap *l, LDAPMessage *message)
{
	LDAPMessage *entry = ldap_first_entry(l->ld, message);
	BerElement *ber = NULL;
	char *name = entry ? ldap_first_attribute(l->ld, entry, &ber) : NULL;
	struct berval **values = name ? ldap_get_values_len(l->ld, entry, name) : NULL;
	int code = LDAP_SUCCESS;

	ldap_parse_result(l->ld, message, &code, NULL, NULL, NULL, NULL, 0);
	if (!entry)
		fail_with(l, "the directory has no such entry", code);
	else if (!values || !values[0])
		l->error = "the entry does not have that attribute";
	if (values && values[0])
		take_values(l, values);
	else
		finish(l, NULL, 0);
	if (values)
		ldap_value_free_len(values);
	ldap_memfree(name);
	ber_free(ber, 0);
	ldap_msgfree(message);
}

static void ready(void *arg, unsigned events)
{
	struct pki_ldap *l = arg;
	struct timeval zero = {0, 0};
	LDAPMessage *message = NULL;

	(void)events;
	int rc = ldap_result(l->ld, l->id, LDAP_MSG_ALL, &zero, &message);
	if (rc == 0)
		return;
	if (rc > 0) {
		take(l, message);
		return;
	}
	l->error = "the connection to the directory broke";
	finish(l, NULL, 0);
}

static void late(void *arg)
{
	struct pki_ldap *l = arg;

	l->timer = NULL;
	if (!l->error)
		l->error = "the directory did not answer in time";
	finish(l, NULL, 0);
}

/* Connects with a bound on the time, then asks; false with error set. */
static bool ask(struct pki_ldap *l, const char *server, unsigned timeout_ms)
{
	const char *host = l->url->lud_host && *l->url->lud_host ? l->url->lud_host : server;
	struct timeval limit = {timeout_ms / 1000, (timeout_ms % 1000) * 1000};
	char uri[512], *attributes[2] = {NULL, NULL};
	int version = LDAP_VERSION3, rc;
	ber_len_t max = AMT_CAP_PKI_CRL;
	Sockbuf *sb = NULL;

	if (!host) {
		l->error = "the address names no server";
		return false;
	}
	snprintf(uri, sizeof(uri), "ldap://%s:%d", host, l->url->lud_port ? l->url->lud_port : 389);
	rc = ldap_initialize(&l->ld, uri);
	if (rc != LDAP_SUCCESS) {
		fail_with(l, "the server's name can't be used", rc);
		return false;
	}
	ldap_set_option(l->ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(l->ld, LDAP_OPT_NETWORK_TIMEOUT, &limit);
	ldap_set_option(l->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	if (l->url->lud_attrs && l->url->lud_attrs[0])
		attributes[0] = l->url->lud_attrs[0];
	rc = ldap_search_ext(l->ld, l->url->lud_dn ? l->url->lud_dn : "", LDAP_SCOPE_BASE,
			     "(objectClass=*)", attributes[0] ? attributes : NULL, 0, NULL, NULL,
			     &limit, 1, &l->id);
	if (rc != LDAP_SUCCESS) {
		fail_with(l, host, rc);
		return false;
	}
	if (ldap_get_option(l->ld, LDAP_OPT_SOCKBUF, &sb) == LDAP_OPT_SUCCESS && sb)
		ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &max);
	return true;
}

struct pki_ldap *pki_ldap_start(struct amt_loop *loop, const char *url, const char *server,
				unsigned timeout_ms,
				void (*done)(void *arg, const void *p, size_t n, const char *error),
				void *arg)
{
	struct pki_ldap *l = amt_calloc(1, sizeof(*l));
	int fd = -1;

	l->loop = loop;
	l->done = done;
	l->arg = arg;
	struct amt_error missing;
	if (!amt_late_load(&late_ldap, &missing)) {
		amt_str_copy(l->text, sizeof(l->text), missing.text);
		l->error = l->text;
	} else if (ldap_url_parse(url, &l->url) != LDAP_URL_SUCCESS)
		l->error = "the address is no LDAP URL";
	else if (ask(l, server, timeout_ms) &&
		 (ldap_get_option(l->ld, LDAP_OPT_DESC, &fd) != LDAP_OPT_SUCCESS || fd < 0))
		l->error = "the connection has no descriptor";
	if (!l->error)
		l->watch = amt_watch_start(loop, fd, AMT_READ, ready, l, NULL);
	/* Failures are told from the loop too, never before this returns. */
	l->timer = amt_timer_start(loop, l->error ? 0 : timeout_ms, 0, late, l);
	return l;
}
