/* libldap: bind with sign and seal or over TLS, pages, ranges, one reconnect. */
#include "directory/ldap.h"

#include <sasl/sasl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAGE = 500, MAX_RANGES = 1000 };

static bool fail_ldap(struct amt_error *err, int rc, const struct directory_link *l,
		      const char *doing)
{
	char *more = NULL;

	if (l->ld)
		ldap_get_option(l->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more);
	amt_fail(err, "%s %s: %s%s%s", doing, l->uri, ldap_err2string(rc),
		 more && *more ? ": " : "", more && *more ? more : "");
	if (more)
		ldap_memfree(more);
	return false;
}

/* GSSAPI asks nothing: the ticket says who we are. */
static int no_questions(LDAP *ld, unsigned flags, void *defaults, void *interact)
{
	(void)ld, (void)flags, (void)defaults;
	for (sasl_interact_t *i = interact; i->id != SASL_CB_LIST_END; i++) {
		i->result = "";
		i->len = 0;
	}
	return LDAP_SUCCESS;
}

static int bind_now(struct directory_link *l)
{
	const struct directory_options *o = l->o;

	if (o->bind_dn) {
		struct berval cred = {strlen(o->password ? o->password : ""),
				      (char *)(uintptr_t)(o->password ? o->password : "")};
		return ldap_sasl_bind_s(l->ld, o->bind_dn, LDAP_SASL_SIMPLE, &cred, NULL, NULL,
					NULL);
	}
	/* Over TLS a second seal is neither needed nor taken by AD. */
	bool tls = o->starttls || !strncmp(l->uri, "ldaps:", 6);
	ldap_set_option(l->ld, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON);
	ldap_set_option(l->ld, LDAP_OPT_X_SASL_SECPROPS, tls ? "maxssf=0" : "minssf=56");
	return ldap_sasl_interactive_bind_s(l->ld, NULL, "GSSAPI", NULL, NULL, LDAP_SASL_QUIET,
					    no_questions, NULL);
}

static bool secure(struct directory_link *l, struct amt_error *err)
{
	int demand = LDAP_OPT_X_TLS_DEMAND, rc, zero = 0;

	if (l->o->ca_file)
		ldap_set_option(l->ld, LDAP_OPT_X_TLS_CACERTFILE, l->o->ca_file);
	ldap_set_option(l->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	ldap_set_option(l->ld, LDAP_OPT_X_TLS_NEWCTX, &zero);
	if (!l->o->starttls)
		return true;
	rc = ldap_start_tls_s(l->ld, NULL, NULL);
	return rc == LDAP_SUCCESS || fail_ldap(err, rc, l, "starting TLS with");
}

bool link_open(struct directory_link *l, const char *uri, struct amt_error *err)
{
	int version = LDAP_VERSION3, rc;
	double wait = l->o->timeout > 0 ? l->o->timeout : 5;
	struct timeval t = {(time_t)wait, (suseconds_t)((wait - (double)(time_t)wait) * 1e6)};

	l->uri = uri;
	if (l->o->bind_dn && !l->o->starttls && strncmp(uri, "ldaps:", 6) != 0)
		return amt_fail(
			err, "binding to %s with a password: only over TLS (ldaps:// or StartTLS)",
			uri);
	if ((rc = ldap_initialize(&l->ld, uri)) != LDAP_SUCCESS)
		return fail_ldap(err, rc, l, "reading the address");
	ldap_set_option(l->ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(l->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	ldap_set_option(l->ld, LDAP_OPT_NETWORK_TIMEOUT, &t);
	t.tv_sec *= 6; /* one answer may take longer than a connect */
	ldap_set_option(l->ld, LDAP_OPT_TIMEOUT, &t);
	if (!secure(l, err))
		return false;
	rc = bind_now(l);
	return rc == LDAP_SUCCESS || fail_ldap(err, rc, l, "binding to");
}

void link_close(struct directory_link *l)
{
	if (l->ld)
		ldap_unbind_ext_s(l->ld, NULL, NULL);
	l->ld = NULL;
}

void filter_escape(struct amt_buf *out, const void *p, size_t n)
{
	const unsigned char *s = p;
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] >= 0x7f || strchr("*()\\", s[i]))
			amt_buf_printf(out, "\\%02x", s[i]);
		else
			amt_buf_byte(out, (char)s[i]);
}

const char *filter_text(struct amt_arena *a, const char *fmt, const char *value)
{
	struct amt_buf safe, out;

	amt_buf_init(&safe, 64 * AMT_KIB);
	amt_buf_init(&out, 256 * AMT_KIB);
	filter_escape(&safe, value, strlen(value));
	for (const char *p = fmt; *p; p++)
		if (*p == '$')
			amt_buf_str(&out, amt_buf_cstr(&safe));
		else
			amt_buf_byte(&out, *p);
	const char *s = amt_arena_strdup(a, amt_buf_cstr(&out));
	amt_buf_free(&safe);
	amt_buf_free(&out);
	return s;
}

static void keep_values(struct amt_arena *a, struct directory_attribute *t, struct berval **v)
{
	for (size_t i = 0; v && v[i]; i++) {
		struct directory_value one = {(const uint8_t *)amt_arena_strndup(a, "", 0),
					      v[i]->bv_len};
		uint8_t *p = amt_arena_alloc(a, v[i]->bv_len + 1);
		memcpy(p, v[i]->bv_val, v[i]->bv_len);
		one.data = p;
		amt_vec_push(&t->values, one);
	}
}

/* "member;range=0-1499" and so on, until the server says "*". */
static void more_ranges(struct directory_link *l, const char *dn, const char *name,
			unsigned long from, struct directory_attribute *t,
			struct directory_search *s)
{
	for (size_t round = 0; round < MAX_RANGES; round++) {
		char want[256];
		snprintf(want, sizeof(want), "%s;range=%lu-*", name, from);
		char *attrs[] = {want, NULL};
		LDAPMessage *res = NULL, *e;
		BerElement *ber = NULL;
		bool last = true;
		if (ldap_search_ext_s(l->ld, dn, LDAP_SCOPE_BASE, "(objectClass=*)", attrs, 0, NULL,
				      NULL, NULL, 1, &res) == LDAP_SUCCESS &&
		    (e = ldap_first_entry(l->ld, res))) {
			char *got = ldap_first_attribute(l->ld, e, &ber);
			const char *range = got ? strstr(got, ";range=") : NULL,
				   *to = range ? strchr(range, '-') : NULL;
			struct berval **v = got ? ldap_get_values_len(l->ld, e, got) : NULL;
			size_t n = t->values.n;
			keep_values(&l->f->arena, t, v);
			from += t->values.n - n;
			last = !to || to[1] == '*' || t->values.n == n;
			ldap_value_free_len(v);
			if (got)
				ldap_memfree(got);
			if (ber)
				ber_free(ber, 0);
		} else {
			s->cut = true;
		}
		ldap_msgfree(res);
		if (last)
			return;
	}
	s->cut = true;
}

static void keep_entry(struct directory_link *l, LDAPMessage *m, struct directory_search *s)
{
	struct amt_arena *a = &l->f->arena;
	struct directory_entry *e = amt_vec_add(&s->entries);
	BerElement *ber = NULL;
	char *dn = ldap_get_dn(l->ld, m);

	e->dn = amt_arena_strdup(a, dn ? dn : "");
	ldap_memfree(dn);
	for (char *name = ldap_first_attribute(l->ld, m, &ber); name;
	     name = ldap_next_attribute(l->ld, m, ber)) {
		struct berval **v = ldap_get_values_len(l->ld, m, name);
		char *range = strstr(name, ";range=");
		bool more = range && !strchr(range, '*');
		if (range)
			*range = 0;
		struct directory_attribute *t = NULL;
		for (size_t i = 0; i < e->attributes.n; i++)
			if (!amt_strcasecmp(e->attributes.v[i].name, name))
				t = &e->attributes.v[i];
		if (!t) {
			t = amt_vec_add(&e->attributes);
			t->name = amt_arena_strdup(a, name);
		}
		keep_values(a, t, v);
		if (more)
			more_ranges(l, e->dn, t->name, t->values.n, t, s);
		ldap_value_free_len(v);
		ldap_memfree(name);
	}
	if (ber)
		ber_free(ber, 0);
}

static void polite(struct directory_link *l)
{
	if (l->o->qps) {
		amt_time next = l->last + AMT_SECOND / l->o->qps, now = amt_time_now();
		if (l->last && next > now) {
			struct timespec t = {(next - now) / AMT_SECOND,
					     (next - now) % AMT_SECOND * 1000};
			nanosleep(&t, NULL);
		}
	}
	l->last = amt_time_now();
}

static char **split(struct amt_arena *a, const char *attributes)
{
	char *text = amt_arena_strdup(a, attributes);
	char **list = amt_arena_array(a, strlen(attributes) / 2 + 2, sizeof(char *));
	size_t n = 0;

	for (char *p = text; *p;) {
		list[n++] = p;
		p += strcspn(p, " ");
		if (*p)
			*p++ = 0;
	}
	return list;
}

static int all_pages(struct directory_link *l, const struct question *q, struct directory_search *s)
{
	static const int scopes[] = {LDAP_SCOPE_BASE, LDAP_SCOPE_ONELEVEL, LDAP_SCOPE_SUBTREE};
	struct berval cookie = {0, NULL}, dacl = {5, (char *)(uintptr_t) "\x30\x03\x02\x01\x04"};
	LDAPControl sd = {(char *)(uintptr_t) "1.2.840.113556.1.4.801", dacl, 1};
	char **attrs = split(&l->f->arena, q->attributes);
	int rc;

	do {
		LDAPControl *page = NULL, *controls[3] = {0}, **back = NULL;
		LDAPMessage *res = NULL;
		size_t n = 0;
		if (q->scope != DIRECTORY_BASE &&
		    ldap_create_page_control(l->ld, PAGE, &cookie, 0, &page) == LDAP_SUCCESS)
			controls[n++] = page;
		if (q->sd)
			controls[n++] = &sd;
		polite(l);
		rc = ldap_search_ext_s(l->ld, q->base, scopes[q->scope], q->filter, attrs, 0,
				       controls, NULL, NULL, 0, &res);
		if (page)
			ldap_control_free(page);
		ber_memfree(cookie.bv_val);
		cookie = (struct berval){0, NULL};
		for (LDAPMessage *m = ldap_first_entry(l->ld, res); m && !s->cut;
		     m = ldap_next_entry(l->ld, m)) {
			if (l->o->max_entries && s->entries.n >= l->o->max_entries)
				s->cut = true;
			else
				keep_entry(l, m, s);
		}
		if (res &&
		    ldap_parse_result(l->ld, res, NULL, NULL, NULL, NULL, &back, 0) ==
			    LDAP_SUCCESS &&
		    back) {
			LDAPControl *c = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, back, NULL);
			ber_int_t total;
			if (c)
				ldap_parse_pageresponse_control(l->ld, c, &total, &cookie);
			ldap_controls_free(back);
		}
		ldap_msgfree(res);
		amt_progress_update(l->o->progress, q->purpose, s->entries.n, 0);
	} while (rc == LDAP_SUCCESS && cookie.bv_len && !s->cut && !amt_stopped());
	s->cut = s->cut || cookie.bv_len;
	ber_memfree(cookie.bv_val);
	return rc;
}

struct directory_search *link_search(struct directory_link *l, const struct question *q)
{
	struct amt_arena *a = &l->f->arena;
	struct directory_search *s = amt_arena_new(a, struct directory_search);
	struct amt_error err = {0};

	*s = (struct directory_search){.purpose = q->purpose,
				       .about = amt_arena_strdup(a, q->about ? q->about : ""),
				       .server = l->uri,
				       .base = amt_arena_strdup(a, q->base),
				       .filter = q->filter,
				       .attributes = q->attributes,
				       .scope = q->scope,
				       .code = -1};
	amt_vec_push(&l->f->searches, s);
	if (!l->ld)
		s->error = "not connected";
	else
		s->code = all_pages(l, q, s);
	if (s->code == LDAP_SERVER_DOWN && !s->entries.n) {
		link_close(l);
		if (link_open(l, l->uri, &err))
			s->code = all_pages(l, q, s);
	}
	if (s->code > 0)
		s->error = amt_arena_strdup(a, ldap_err2string(s->code));
	else if (s->code < 0 && !s->error)
		s->error = amt_arena_strdup(a, ldap_err2string(s->code));
	return s;
}
