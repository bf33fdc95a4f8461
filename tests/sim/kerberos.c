/*
 * Kerberos log-in: the ticket is checked with the device's keytab (kerberos.keytab), made for a
 * service name with the port in it, as AMT's are: HTTP/host:16993 (4.2).
 *
 * A KDC of MIT puts no SID into tickets, so kerberos.sid.PRINCIPAL = S-1-... stands for the PAC;
 * the ACL entry with that SID decides. A clock that is off further than the tolerance fails as it
 * would in the firmware.
 */
#include "sim.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <stdio.h>

#define MAX_TOKEN (12 * AMT_KIB)

static bool clock_bad(const struct sim_device *d)
{
	int64_t off = sim_fact_num(d, "clock.offset", 0);
	int64_t most = 60 * sim_fact_num(d, "kerberos.tolerance", 5);

	return off > most || off < -most;
}

static gss_cred_id_t credentials(const struct sim_device *d)
{
	char path[512];
	gss_key_value_element_desc element = {"keytab", path};
	gss_key_value_set_desc store = {1, &element};
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	OM_uint32 minor;

	sim_text(d, "kerberos.keytab", path, sizeof(path));
	if (*path)
		gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, GSS_C_NO_OID_SET,
				      GSS_C_ACCEPT, &store, &cred, NULL, NULL);
	return cred;
}

/* The principal of a token whose one leg is all there is; false when it is not accepted. */
static bool accept_token(gss_cred_id_t cred, const uint8_t *token, size_t n, char *who, size_t size)
{
	gss_buffer_desc in = {n, (void *)(uintptr_t)token}, out = GSS_C_EMPTY_BUFFER,
			text = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t ctx = GSS_C_NO_CONTEXT;
	gss_name_t client = GSS_C_NO_NAME;
	OM_uint32 minor, major;
	bool ok;

	major = gss_accept_sec_context(&minor, &ctx, cred, &in, GSS_C_NO_CHANNEL_BINDINGS, &client,
				       NULL, &out, NULL, NULL, NULL);
	ok = major == GSS_S_COMPLETE &&
	     gss_display_name(&minor, client, &text, NULL) == GSS_S_COMPLETE && text.length < size;
	if (ok) {
		memcpy(who, text.value, text.length);
		who[text.length] = 0;
	}
	gss_release_buffer(&minor, &text);
	gss_release_buffer(&minor, &out);
	gss_release_name(&minor, &client);
	if (ctx)
		gss_delete_sec_context(&minor, &ctx, GSS_C_NO_BUFFER);
	return ok;
}

enum sim_login sim_login_kerberos(struct sim_device *d, const uint8_t *token, size_t n,
				  char user[64])
{
	gss_cred_id_t cred;
	OM_uint32 minor;
	char who[256], key[300];
	int64_t most = sim_fact_num(d, "kerberos.max_token", 0);
	bool ok;

	if (!sim_fact_on(d, "kerberos") || (most && amt_base64_len(n) > (size_t)most) ||
	    clock_bad(d))
		return LOGIN_BAD;
	cred = credentials(d);
	if (!cred)
		return LOGIN_BAD;
	ok = accept_token(cred, token, n, who, sizeof(who));
	gss_release_cred(&minor, &cred);
	if (!ok)
		return LOGIN_BAD;
	snprintf(key, sizeof(key), "kerberos.sid.%s", who);
	sim_text(d, key, user, 64);
	for (unsigned i = 1; *user; i++) {
		const char *item = sim_fact_item(d, "acl", i);
		size_t len = strlen(user);

		if (!item)
			break;
		if (!strncmp(item, user, len) && item[len] == '|' && !strstr(item, "|false|"))
			return LOGIN_OK;
	}
	*user = 0;
	return LOGIN_BAD;
}

/* The value of an Authorization line, "Negotiate base64". */
enum sim_login sim_login_negotiate(struct sim_device *d, const char *line, char user[64])
{
	uint8_t *token = amt_malloc(MAX_TOKEN);
	enum sim_login rc = LOGIN_BAD;
	long n;

	line += strspn(line, " ");
	if (!amt_str_begins(line, "Negotiate ")) {
		free(token);
		return LOGIN_NONE;
	}
	line += 10;
	line += strspn(line, " ");
	n = amt_base64_decode(line, strlen(line), token, MAX_TOKEN);
	if (n > 0)
		rc = sim_login_kerberos(d, token, (size_t)n, user);
	free(token);
	return rc;
}
