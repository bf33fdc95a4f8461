/* A real ticket and the real token for it, with MIT krb5 and GSSAPI. */
#include "kerberos/model.h"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>
#include <string.h>

struct measure {
	const struct krb_measure_options *o;
	krb5_context ctx;
	krb5_ccache cc;
	bool own_cc; /* a private cache: destroyed at the end */
	krb5_principal client;
};

static bool failed(struct measure *m, krb5_error_code e, struct amt_error *err, const char *doing,
		   const char *to)
{
	const char *why = krb5_get_error_message(m->ctx, e);
	amt_fail(err, "%s %s: %s", doing, to ? to : "", why);
	krb5_free_error_message(m->ctx, why);
	return false;
}

static bool private_cache(struct measure *m, struct amt_error *err)
{
	krb5_error_code e = krb5_cc_new_unique(m->ctx, "MEMORY", NULL, &m->cc);
	if (e)
		return failed(m, e, err, "making a private credential cache", "");
	m->own_cc = true;
	e = krb5_cc_initialize(m->ctx, m->cc, m->client);
	return e ? failed(m, e, err, "making a private credential cache", "") : true;
}

/* A fresh TGT from a password or a keytab. */
static bool sign_in(struct measure *m, struct amt_error *err)
{
	const struct krb_measure_options *o = m->o;
	krb5_get_init_creds_opt *opt = NULL;
	krb5_keytab kt = NULL;
	krb5_creds creds;
	krb5_error_code e;

	memset(&creds, 0, sizeof(creds));
	if ((e = krb5_parse_name(m->ctx, o->principal, &m->client)))
		return failed(m, e, err, "reading the principal", o->principal);
	if (!private_cache(m, err))
		return false;
	e = krb5_get_init_creds_opt_alloc(m->ctx, &opt);
	if (!e) {
		krb5_get_init_creds_opt_set_forwardable(opt, o->delegate);
		krb5_get_init_creds_opt_set_renew_life(opt, 7 * 24 * 3600);
	}
	if (!e && o->keytab) {
		e = krb5_kt_resolve(m->ctx, o->keytab, &kt);
		if (!e)
			e = krb5_get_init_creds_keytab(m->ctx, &creds, m->client, kt, 0, NULL, opt);
	} else if (!e) {
		e = krb5_get_init_creds_password(m->ctx, &creds, m->client, o->password, NULL, NULL,
						 0, NULL, opt);
	}
	if (!e) {
		/* The KDC's spelling of the name is the one in the ticket. */
		krb5_cc_initialize(m->ctx, m->cc, creds.client);
		e = krb5_cc_store_cred(m->ctx, m->cc, &creds);
	}
	if (e) {
		const char *why = krb5_get_error_message(m->ctx, e);
		bool wrong = e == KRB5KRB_AP_ERR_BAD_INTEGRITY || e == KRB5KDC_ERR_PREAUTH_FAILED;
		amt_fail(err, "getting a ticket-granting ticket for %s%s%s: %s%s", o->principal,
			 o->keytab ? " by the keytab " : "", o->keytab ? o->keytab : "", why,
			 !wrong      ? ""
			 : o->keytab ? " (the keytab holds other keys than the account: was its "
				       "password changed since?)"
				     : " (the password is probably wrong)");
		krb5_free_error_message(m->ctx, why);
	}
	krb5_free_cred_contents(m->ctx, &creds);
	if (kt)
		krb5_kt_close(m->ctx, kt);
	if (opt)
		krb5_get_init_creds_opt_free(m->ctx, opt);
	return !e;
}

/* Only the TGTs of a cache into a private one, so that the service ticket is new. */
static bool copy_tgts(struct measure *m, krb5_ccache from, struct amt_error *err)
{
	krb5_cc_cursor cur;
	krb5_creds c;

	if (!private_cache(m, err))
		return false;
	krb5_error_code e = krb5_cc_start_seq_get(m->ctx, from, &cur);
	if (e)
		return failed(m, e, err, "reading the credential cache", "");
	while (!krb5_cc_next_cred(m->ctx, from, &cur, &c)) {
		if (c.server && krb5_princ_size(m->ctx, c.server) == 2 &&
		    c.server->data[0].length == 6 && !memcmp(c.server->data[0].data, "krbtgt", 6))
			krb5_cc_store_cred(m->ctx, m->cc, &c);
		krb5_free_cred_contents(m->ctx, &c);
	}
	krb5_cc_end_seq_get(m->ctx, from, &cur);
	return true;
}

static bool open_cache(struct measure *m, struct amt_error *err)
{
	const struct krb_measure_options *o = m->o;
	krb5_ccache cc = NULL;
	krb5_error_code e;

	if (o->principal && (o->password || o->keytab))
		return sign_in(m, err);
	e = o->ccache ? krb5_cc_resolve(m->ctx, o->ccache, &cc) : krb5_cc_default(m->ctx, &cc);
	if (!e)
		e = krb5_cc_get_principal(m->ctx, cc, &m->client);
	if (e) {
		failed(m, e, err, "opening the credential cache",
		       o->ccache ? o->ccache : "(default)");
		if (cc)
			krb5_cc_close(m->ctx, cc);
		return false;
	}
	if (!o->fresh) {
		m->cc = cc;
		return true;
	}
	bool ok = copy_tgts(m, cc, err);
	krb5_cc_close(m->ctx, cc);
	return ok;
}

static bool get_ticket(struct measure *m, struct amt_arena *arena, struct krb_measured *out,
		       struct amt_error *err)
{
	krb5_creds in, *got = NULL;
	krb5_ticket *t = NULL;
	krb5_error_code e;
	char *name = NULL;

	memset(&in, 0, sizeof(in));
	if ((e = krb5_parse_name(m->ctx, m->o->spn, &in.server)))
		return failed(m, e, err, "reading the SPN", m->o->spn);
	in.client = m->client;
	e = krb5_get_credentials(m->ctx, 0, m->cc, &in, &got);
	if (!e)
		e = krb5_decode_ticket(&got->ticket, &t);
	if (!e) {
		out->ticket = got->ticket.length;
		out->etype = t->enc_part.enctype;
		out->skey = got->keyblock.enctype;
		out->ok_as_delegate = got->ticket_flags & TKT_FLG_OK_AS_DELEGATE;
		out->started = got->times.starttime && got->times.starttime != got->times.authtime;
		out->renewable = got->ticket_flags & TKT_FLG_RENEWABLE;
		out->authtime = (amt_time)(uint32_t)got->times.authtime * AMT_SECOND;
		out->endtime = (amt_time)(uint32_t)got->times.endtime * AMT_SECOND;
		if (!krb5_unparse_name(m->ctx, got->client, &name)) {
			out->client = amt_arena_strdup(arena, name);
			krb5_free_unparsed_name(m->ctx, name);
		}
		if (!krb5_unparse_name(m->ctx, got->server, &name)) {
			out->spn = amt_arena_strdup(arena, name);
			krb5_free_unparsed_name(m->ctx, name);
		}
	} else {
		failed(m, e, err, "getting a ticket for", m->o->spn);
	}
	if (t)
		krb5_free_ticket(m->ctx, t);
	if (got)
		krb5_free_creds(m->ctx, got);
	krb5_free_principal(m->ctx, in.server);
	return !e;
}

static bool gss_failed(struct amt_error *err, OM_uint32 major, OM_uint32 minor, const char *doing)
{
	OM_uint32 more = 0, min;
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	bool mech = minor != 0;

	gss_display_status(&min, mech ? minor : major, mech ? GSS_C_MECH_CODE : GSS_C_GSS_CODE,
			   GSS_C_NO_OID, &more, &text);
	amt_fail(err, "%s: %.*s", doing, (int)text.length, text.value ? (char *)text.value : "");
	gss_release_buffer(&min, &text);
	return false;
}

static size_t token(gss_cred_id_t cred, gss_name_t name, gss_OID mech, bool delegate,
		    unsigned char head[2], bool *delegated, struct amt_error *err)
{
	OM_uint32 min, got = 0,
		       flags = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG |
			       GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG;
	gss_ctx_id_t ctx = GSS_C_NO_CONTEXT;
	gss_buffer_desc out = GSS_C_EMPTY_BUFFER;

	if (delegate)
		flags |= GSS_C_DELEG_FLAG;
	OM_uint32 maj = gss_init_sec_context(&min, cred, &ctx, name, mech, flags, 0, NULL, NULL,
					     NULL, &out, &got, NULL);
	if (GSS_ERROR(maj)) {
		gss_failed(err, maj, min, "making a token");
		return 0;
	}
	size_t n = out.length;
	if (n > 2)
		memcpy(head, out.value, 2);
	*delegated = got & GSS_C_DELEG_FLAG;
	gss_release_buffer(&min, &out);
	if (ctx)
		gss_delete_sec_context(&min, &ctx, GSS_C_NO_BUFFER);
	return n;
}

static bool get_tokens(struct measure *m, struct krb_measured *out, struct amt_error *err)
{
	static gss_OID_desc krb5 = {9, (void *)(uintptr_t) "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
	static gss_OID_desc spnego = {6, (void *)(uintptr_t) "\x2b\x06\x01\x05\x05\x02"};
	OM_uint32 maj, min;
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	gss_name_t name = GSS_C_NO_NAME;
	gss_buffer_desc b = {strlen(m->o->spn), (void *)(uintptr_t)m->o->spn};
	unsigned char head[2] = {0};
	bool ok = true;

	/* By name and for both mechanisms: an imported krb5 credential is not looked at by SPNEGO,
	 * which would then quietly take the default cache. */
	gss_OID_desc both[2] = {krb5, spnego};
	gss_OID_set_desc mechs = {2, both};
	char *cache = NULL;
	if (krb5_cc_get_full_name(m->ctx, m->cc, &cache))
		return amt_fail(err, "naming the credential cache");
	gss_key_value_element_desc element = {"ccache", cache};
	gss_key_value_set_desc store = {1, &element};
	maj = gss_acquire_cred_from(&min, GSS_C_NO_NAME, GSS_C_INDEFINITE, &mechs, GSS_C_INITIATE,
				    &store, &cred, NULL, NULL);
	krb5_free_string(m->ctx, cache);
	if (!GSS_ERROR(maj))
		maj = gss_import_name(&min, &b, GSS_KRB5_NT_PRINCIPAL_NAME, &name);
	if (GSS_ERROR(maj))
		ok = gss_failed(err, maj, min, "preparing a token");
	if (ok) {
		out->gss = token(cred, name, &krb5, m->o->delegate, head, &out->delegated, err);
		/* What stands before the AP-REQ: tag, length, mechanism, token id. */
		size_t lead = 2 + (head[1] & 0x80 ? head[1] & 0x7fu : 0) + 11 + 2;
		out->ap_req = out->gss > lead ? out->gss - lead : 0;
		out->spnego =
			token(cred, name, &spnego, m->o->delegate, head, &out->delegated, err);
		out->base64 = amt_base64_len(out->spnego);
		ok = out->gss && out->spnego;
	}
	if (name)
		gss_release_name(&min, &name);
	if (cred)
		gss_release_cred(&min, &cred);
	return ok;
}

bool krb_measure(const struct krb_measure_options *o, struct amt_arena *arena,
		 struct krb_measured *out, struct amt_error *err)
{
	struct measure m = {.o = o};
	struct amt_error why = {0};

	*out = (struct krb_measured){0};
	krb5_error_code e = krb5_init_context(&m.ctx);
	if (e) {
		amt_fail(err, "starting Kerberos: error %ld (is krb5.conf readable?)", (long)e);
		amt_str_copy(out->error, sizeof(out->error), "Kerberos could not be started");
		return false;
	}
	out->done = open_cache(&m, &why) && get_ticket(&m, arena, out, &why) &&
		    get_tokens(&m, out, &why);
	if (!out->done) {
		amt_str_copy(out->error, sizeof(out->error), why.text);
		amt_fail(err, "%s", why.text);
	}
	if (m.client)
		krb5_free_principal(m.ctx, m.client);
	if (m.cc) {
		if (m.own_cc)
			krb5_cc_destroy(m.ctx, m.cc);
		else
			krb5_cc_close(m.ctx, m.cc);
	}
	krb5_free_context(m.ctx);
	return out->done;
}

json_t *krb_measured_to_json(const struct krb_measured *m)
{
	json_t *o = json_object();
	char t[AMT_TIME_TEXT];

	json_object_set_new(o, "done", json_boolean(m->done));
	if (!m->done) {
		json_object_set_new(o, "error", amt_json_str(m->error));
		return o;
	}
	const struct {
		const char *key;
		size_t n;
	} n[] = {
		{"ticket", m->ticket},           {"ap_req", m->ap_req}, {"gss", m->gss},
		{"spnego", m->spnego},           {"base64", m->base64}, {"etype", (size_t)m->etype},
		{"session_key", (size_t)m->skey}};
	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++)
		json_object_set_new(o, n[i].key, json_integer((json_int_t)n[i].n));
	json_object_set_new(o, "client", amt_json_str(m->client ? m->client : ""));
	json_object_set_new(o, "spn", amt_json_str(m->spn ? m->spn : ""));
	json_object_set_new(o, "delegated", json_boolean(m->delegated));
	json_object_set_new(o, "started_later", json_boolean(m->started));
	json_object_set_new(o, "renewable", json_boolean(m->renewable));
	json_object_set_new(o, "ok_as_delegate", json_boolean(m->ok_as_delegate));
	json_object_set_new(o, "authtime", json_string(amt_time_format(m->authtime, t)));
	json_object_set_new(o, "endtime", json_string(amt_time_format(m->endtime, t)));
	return o;
}

static const char *word(const json_t *j, const char *key, struct amt_arena *arena)
{
	const char *s = amt_json_get_str(j, key);

	return amt_arena_strdup(arena, s ? s : "");
}

bool krb_measured_from_json(const json_t *j, struct amt_arena *arena, struct krb_measured *out)
{
	const char *why = amt_json_get_str(j, "error");
	struct {
		const char *key;
		size_t *n;
	} n[] = {{"ticket", &out->ticket},
		 {"ap_req", &out->ap_req},
		 {"gss", &out->gss},
		 {"spnego", &out->spnego},
		 {"base64", &out->base64}};

	*out = (struct krb_measured){.authtime = AMT_TIME_NONE, .endtime = AMT_TIME_NONE};
	if (!json_is_object(j))
		return false;
	amt_str_copy(out->error, sizeof(out->error), why ? why : "");
	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		int64_t v = amt_json_get_int(j, n[i].key, 0);
		if (v < 0 || (uint64_t)v > AMT_CAP_JSON_IN)
			return false;
		*n[i].n = (size_t)v;
	}
	out->done = amt_json_get_bool(j, "done", false);
	out->etype = (int)amt_json_get_int(j, "etype", 0);
	out->skey = (int)amt_json_get_int(j, "session_key", 0);
	out->client = word(j, "client", arena);
	out->spn = word(j, "spn", arena);
	out->delegated = amt_json_get_bool(j, "delegated", false);
	out->started = amt_json_get_bool(j, "started_later", false);
	out->renewable = amt_json_get_bool(j, "renewable", false);
	out->ok_as_delegate = amt_json_get_bool(j, "ok_as_delegate", false);
	out->authtime = amt_json_get_time(j, "authtime");
	out->endtime = amt_json_get_time(j, "endtime");
	return true;
}
