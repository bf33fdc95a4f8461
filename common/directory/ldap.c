/* libldap: bind with sign and seal or over TLS, pages, ranges, one reconnect. */
#include "directory/ldap.h"

#include "directory/logon.h"

#include <sasl/sasl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAGE = 500, MAX_RANGES = 1000, MAX_EMPTY = 1000, MAX_SILENT = 2 };

static bool fail_ldap(struct amt_error *err, int rc, const struct directory_link *l,
		      const char *doing)
{
	char *more = NULL;

	if (l->ld)
		ldap_get_option(l->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more);
	if (rc == LDAP_NO_MEMORY)
		amt_no_memory();
	/* GnuTLS has no word for a certificate that it refuses. */
	bool tls = (l->o->starttls || !strncmp(l->uri, "ldaps:", 6)) &&
		   (rc == LDAP_SERVER_DOWN || rc == LDAP_CONNECT_ERROR);
	const char *reason = directory_logon_reason(more);
	amt_fail(err, "%s %s: %s%s%s%s%s", doing, l->uri, reason ? reason : ldap_err2string(rc),
		 reason          ? " ("
		 : more && *more ? ": "
				 : "",
		 more && *more ? more : "", reason ? ")" : "",
		 tls ? "; if the port is open, its certificate is not for this name or not by a CA "
		       "that is trusted here"
		     : "");
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

	if (l->anonymous)
		return LDAP_SUCCESS;
	if (o->bind_dn) {
		struct berval cred = {strlen(o->password ? o->password : ""),
				      (char *)(uintptr_t)(o->password ? o->password : "")};
		return ldap_sasl_bind_s(l->ld, o->bind_dn, LDAP_SASL_SIMPLE, &cred, NULL, NULL,
					NULL);
	}
	/* Over TLS a second seal is neither needed nor taken by AD, but it may want to be told that
	 * both ends see the same TLS ("LDAP server channel binding token requirements", KB4520412).
	 */
	bool tls = o->starttls || !strncmp(l->uri, "ldaps:", 6);
	int endpoint = LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT;
	if (tls)
		ldap_set_option(l->ld, LDAP_OPT_X_SASL_CBINDING, &endpoint);
	ldap_set_option(l->ld, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON);
	ldap_set_option(l->ld, LDAP_OPT_X_SASL_SECPROPS, tls ? "maxssf=0" : "minssf=56");
	return ldap_sasl_interactive_bind_s(l->ld, NULL, "GSSAPI", NULL, NULL, LDAP_SASL_QUIET,
					    no_questions, NULL);
}

static void tls_options(struct directory_link *l)
{
	int demand = LDAP_OPT_X_TLS_DEMAND, zero = 0;

	if (l->o->ca_file)
		ldap_set_option(l->ld, LDAP_OPT_X_TLS_CACERTFILE, l->o->ca_file);
	ldap_set_option(l->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	ldap_set_option(l->ld, LDAP_OPT_X_TLS_NEWCTX, &zero);
}

static bool starts_tls(const struct directory_link *l)
{
	return l->o->starttls && !l->anonymous && strncmp(l->uri, "ldaps:", 6) != 0;
}

/* libldap has the first word; this is for where it has none. */
static double patience(const struct directory_link *l, double factor)
{
	return (l->o->timeout > 0 ? l->o->timeout : 5) * factor + 0.5;
}

static bool too_slow(struct directory_link *l, int rc, struct amt_error *err, const char *doing)
{
	if (!guard_fired(l->guard))
		return fail_ldap(err, rc, l, doing);
	return amt_fail(err, "%s %s: no answer in time", doing, l->uri);
}

static bool open_now(struct directory_link *l, const char *uri, struct amt_error *err)
{
	int version = LDAP_VERSION3, rc;
	double wait = l->o->timeout > 0 ? l->o->timeout : 5;
	struct timeval t = {(time_t)wait, (suseconds_t)((wait - (double)(time_t)wait) * 1e6)};

	l->uri = uri;
	if (l->o->bind_dn && !l->anonymous && !l->o->starttls && strncmp(uri, "ldaps:", 6) != 0)
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
	ber_len_t most = AMT_CAP_LDAP_MESSAGE;
	Sockbuf *sb = NULL;
	if (ldap_get_option(l->ld, LDAP_OPT_SOCKBUF, &sb) == LDAP_OPT_SUCCESS && sb)
		ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &most);
	l->guard = guard_start(l->ld);
	tls_options(l);
	guard_arm(l->guard, patience(l, 1));
	if ((rc = ldap_connect(l->ld)) != LDAP_SUCCESS)
		return too_slow(l, rc, err, "connecting to");
	if (starts_tls(l) && (rc = ldap_start_tls_s(l->ld, NULL, NULL)) != LDAP_SUCCESS)
		return too_slow(l, rc, err, "starting TLS with");
	guard_arm(l->guard, patience(l, 6));
	rc = bind_now(l);
	guard_arm(l->guard, 0);
	return rc == LDAP_SUCCESS || too_slow(l, rc, err, "binding to");
}

bool link_open(struct directory_link *l, const char *uri, struct amt_error *err)
{
	bool ok = open_now(l, uri, err);

	if (!ok)
		link_close(l);
	return ok;
}

void link_close(struct directory_link *l)
{
	if (l->ld) {
		guard_arm(l->guard, patience(l, 1));
		ldap_unbind_ext_s(l->ld, NULL, NULL);
	}
	l->ld = NULL;
	guard_stop(l->guard);
	l->guard = NULL;
	amt_vec_free(&l->ranges);
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
		uint8_t *p = amt_arena_alloc(a, v[i]->bv_len + 1);
		memcpy(p, v[i]->bv_val, v[i]->bv_len);
		amt_vec_push(&t->values, (struct directory_value){p, v[i]->bv_len});
	}
}

static void polite(struct directory_link *l)
{
	if (l->o->qps) {
		amt_time next = l->last + AMT_SECOND / l->o->qps, now = amt_time_steady();
		if (l->last && next > now) {
			struct timespec t = {(next - now) / AMT_SECOND,
					     (next - now) % AMT_SECOND * 1000};
			nanosleep(&t, NULL);
		}
	}
	l->last = amt_time_steady();
}

static struct directory_attribute *named(struct directory_entry *e, const char *name)
{
	for (size_t i = 0; e && i < e->attributes.n; i++)
		if (!amt_strcasecmp(e->attributes.v[i].name, name))
			return &e->attributes.v[i];
	return NULL;
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
		struct directory_attribute *t = named(e, name);
		if (!t) {
			t = amt_vec_add(&e->attributes);
			t->name = amt_arena_strdup(a, name);
		}
		keep_values(a, t, v);
		if (more)
			amt_vec_push(&l->ranges,
				     (struct directory_range){s->entries.n - 1, t->name});
		ldap_value_free_len(v);
		ldap_memfree(name);
	}
	if (ber)
		ber_free(ber, 0);
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

/* What is enough, and what no honest server sends: false for the latter, and it is asked no more.
 */
static bool wanted(struct directory_link *l, const struct question *q, struct directory_search *s,
		   size_t used)
{
	size_t most = q->max ? q->max : l->o->max_entries;

	if (l->f->arena.used - used > AMT_CAP_LDAP_SEARCH && !q->bulk)
		l->why = "it sends more than is kept of one search";
	if (l->f->arena.used > AMT_CAP_LDAP_FACTS)
		l->why = "it sends more than is kept of one run";
	if (q->scope == DIRECTORY_BASE && s->entries.n)
		l->why = "it sends more than one entry for one object";
	s->cut = s->cut || l->why || (most && s->entries.n >= most);
	return !s->cut;
}

static int next_message(struct directory_link *l, int id, LDAPMessage **m)
{
	guard_arm(l->guard, patience(l, 6));
	int type = ldap_result(l->ld, id, LDAP_MSG_ONE, NULL, m);
	guard_arm(l->guard, 0);
	return type;
}

/* One answer, message by message, so that a server without an end fills no memory. */
static int one_page(struct directory_link *l, const struct question *q, LDAPControl **controls,
		    char **attrs, struct directory_search *s, struct berval *cookie)
{
	static const int scopes[] = {LDAP_SCOPE_BASE, LDAP_SCOPE_ONELEVEL, LDAP_SCOPE_SUBTREE};
	LDAPMessage *m = NULL;
	LDAPControl **back = NULL;
	size_t used = l->f->arena.used;
	int id, type = 0, code = LDAP_OTHER,
		rc = ldap_search_ext(l->ld, q->base, scopes[q->scope], q->filter, attrs, 0,
				     controls, NULL, NULL, 0, &id);

	if (rc != LDAP_SUCCESS)
		return rc;
	while ((type = next_message(l, id, &m)) > 0 && type != LDAP_RES_SEARCH_RESULT) {
		bool entry = type == LDAP_RES_SEARCH_ENTRY;
		if (entry && wanted(l, q, s, used))
			keep_entry(l, m, s);
		ldap_msgfree(m);
		m = NULL;
		if (entry && s->cut) {
			ldap_abandon_ext(l->ld, id, NULL, NULL);
			return LDAP_SUCCESS;
		}
	}
	if (type <= 0) {
		ldap_get_option(l->ld, LDAP_OPT_RESULT_CODE, &code);
		if (!type)
			ldap_abandon_ext(l->ld, id, NULL, NULL);
		return type && !guard_fired(l->guard) ? code : LDAP_TIMEOUT;
	}
	rc = ldap_parse_result(l->ld, m, &code, NULL, NULL, NULL, &back, 1);
	LDAPControl *c = rc == LDAP_SUCCESS && back
				 ? ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, back, NULL)
				 : NULL;
	ber_int_t total;
	if (c)
		ldap_parse_pageresponse_control(l->ld, c, &total, cookie);
	if (back)
		ldap_controls_free(back);
	return rc == LDAP_SUCCESS ? code : rc;
}

static int all_pages(struct directory_link *l, const struct question *q, struct directory_search *s)
{
	struct berval cookie = {0, NULL}, dacl = {5, (char *)(uintptr_t) "\x30\x03\x02\x01\x04"};
	LDAPControl sd = {(char *)(uintptr_t) "1.2.840.113556.1.4.801", dacl, 1};
	char **attrs = split(&l->f->arena, q->attributes);
	size_t empty = 0;
	int rc;

	do {
		LDAPControl *page = NULL, *controls[3] = {0};
		size_t n = 0, before = s->entries.n;
		if (q->scope != DIRECTORY_BASE &&
		    ldap_create_page_control(l->ld, PAGE, &cookie, 0, &page) == LDAP_SUCCESS)
			controls[n++] = page;
		if (strstr(q->attributes, "nTSecurityDescriptor"))
			controls[n++] = &sd;
		ber_memfree(cookie.bv_val);
		cookie = (struct berval){0, NULL};
		polite(l);
		rc = one_page(l, q, controls, attrs, s, &cookie);
		if (page)
			ldap_control_free(page);
		empty = s->entries.n == before ? empty + 1 : 0;
		amt_progress_update(l->o->progress, q->purpose, s->entries.n, 0);
	} while (rc == LDAP_SUCCESS && cookie.bv_len && !s->cut && empty < MAX_EMPTY &&
		 !amt_stopped());
	s->cut = s->cut || cookie.bv_len;
	ber_memfree(cookie.bv_val);
	return rc;
}

static void forget_entries(struct directory_search *s)
{
	for (size_t i = 0; i < s->entries.n; i++) {
		for (size_t k = 0; k < s->entries.v[i].attributes.n; k++)
			amt_vec_free(&s->entries.v[i].attributes.v[k].values);
		amt_vec_free(&s->entries.v[i].attributes);
	}
	amt_vec_free(&s->entries);
}

/* "member;range=1500-*" and so on, until the server says that it is the last. */
static void follow_ranges(struct directory_link *l, struct directory_search *s)
{
	for (size_t i = 0; s->entries.v && i < l->ranges.n; i++) {
		const struct directory_range r = l->ranges.v[i];
		struct directory_attribute *t = named(&s->entries.v[r.entry], r.name);
		bool more = true;
		for (size_t round = 0; more && round < MAX_RANGES && !amt_stopped(); round++) {
			size_t mark = l->ranges.n, had = t->values.n;
			struct directory_search part = {0};
			const struct question q = {.purpose = s->purpose,
						   .base = s->entries.v[r.entry].dn,
						   .filter = "(objectClass=*)",
						   .attributes = amt_arena_printf(&l->f->arena,
										  "%s;range=%zu-*",
										  r.name, had),
						   .max = 1};
			int rc = all_pages(l, &q, &part);
			const struct directory_attribute *p =
				named(part.entries.n ? &part.entries.v[0] : NULL, r.name);
			for (size_t v = 0; p && v < p->values.n; v++)
				amt_vec_push(&t->values, p->values.v[v]);
			more = l->ranges.n > mark && t->values.n > had;
			s->cut = s->cut || rc != LDAP_SUCCESS || (l->ranges.n > mark && !more);
			l->ranges.n = mark;
			forget_entries(&part);
		}
		s->cut = s->cut || more;
	}
	l->ranges.n = 0;
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
	if (!l->ld && !l->why && !link_open(l, l->uri, &err))
		l->why = amt_arena_strdup(a, err.text);
	if (!l->ld || l->why)
		s->error = l->why;
	else
		s->code = all_pages(l, q, s);
	/* Once more from the start: an idle connection may have been closed. */
	if (l->ld && s->code == LDAP_SERVER_DOWN && !s->entries.n) {
		link_close(l);
		if (link_open(l, l->uri, &err))
			s->code = all_pages(l, q, s);
	}
	if (l->ld && s->code == LDAP_SUCCESS)
		follow_ranges(l, s);
	l->ranges.n = 0;
	/* One slow answer may be the question's fault; two in a row are the server's. */
	l->silent = s->code == LDAP_TIMEOUT ? l->silent + 1 : 0;
	if (l->silent == MAX_SILENT && !l->why)
		l->why = "it left two searches without an answer, and is asked no more";
	/* Whatever is still on its way would stand before the next answer. */
	if (s->code == LDAP_TIMEOUT || l->why)
		link_close(l);
	if (s->code > 0)
		s->error = amt_arena_strdup(a, ldap_err2string(s->code));
	else if (s->code < 0 && !s->error)
		s->error = amt_arena_strdup(a, ldap_err2string(s->code));
	return s;
}
