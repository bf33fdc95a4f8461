/*
 * A Kerberos token for the device's own SPN. AMT's service principals carry the port
 * (HTTP/fqdn:16993) and libcurl's do not, so the header is made here (handbook device
 * section 0 item 3 and section 6 pitfall 1). One leg; no delegation.
 */
#include "device/ask.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <stdlib.h>
#include <string.h>

static bool gss_fail(struct amt_error *err, OM_uint32 major, OM_uint32 minor, const char *spn,
		     const char *ccache)
{
	OM_uint32 ignored, more = 0;
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;

	/* The mechanism's own words when it has some: "Server not found in Kerberos database". */
	if (minor)
		gss_display_status(&ignored, minor, GSS_C_MECH_CODE, GSS_C_NO_OID, &more, &text);
	else
		gss_display_status(&ignored, major, GSS_C_GSS_CODE, GSS_C_NO_OID, &more, &text);
	amt_fail(err, "getting a Kerberos ticket for %s: %.*s%s%s%s", spn, (int)text.length,
		 text.value ? (char *)text.value : "", ccache ? " (cache " : "",
		 ccache ? ccache : "", ccache ? ")" : "");
	gss_release_buffer(&ignored, &text);
	return false;
}

static gss_OID_desc krb5 = {9, (void *)(uintptr_t) "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
static gss_OID_desc spnego = {6, (void *)(uintptr_t) "\x2b\x06\x01\x05\x05\x02"};

/*
 * The cache is named to the library instead of left to its choice: without a name a collection
 * (DIR:, KEYRING:, KCM:) picks a cache by the realm of the target, which need not be the account
 * that was asked for. No cache named: what klist shows.
 */
static OM_uint32 credential(const char *ccache, gss_cred_id_t *cred, OM_uint32 *minor)
{
	gss_OID_desc both[2] = {krb5, spnego};
	gss_OID_set_desc mechs = {2, both};
	gss_key_value_element_desc element = {"ccache", ccache};
	gss_key_value_set_desc store = {1, &element};

	return gss_acquire_cred_from(minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &mechs, GSS_C_INITIATE,
				     ccache ? &store : GSS_C_NO_CRED_STORE, cred, NULL, NULL);
}

bool amt_device_ticket(const char *ccache, struct amt_error *err)
{
	OM_uint32 minor = 0, ignored, lifetime = 0;
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	OM_uint32 major = credential(ccache, &cred, &minor);

	if (!GSS_ERROR(major))
		major = gss_inquire_cred(&minor, cred, NULL, &lifetime, NULL, NULL);
	if (GSS_ERROR(major))
		gss_fail(err, major, minor, "the devices", ccache);
	else if (!lifetime)
		amt_fail(err, "the ticket%s%s has run out", ccache ? " in " : "",
			 ccache ? ccache : "");
	gss_release_cred(&ignored, &cred);
	return !GSS_ERROR(major) && lifetime;
}

bool dev_negotiate(const char *ccache, const char *host, unsigned port, struct amt_buf *out,
		   struct amt_error *err)
{
	OM_uint32 minor, ignored;
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	gss_ctx_id_t ctx = GSS_C_NO_CONTEXT;
	gss_name_t name = GSS_C_NO_NAME;
	gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
	char spn[320];
	bool ok = false;

	snprintf(spn, sizeof(spn), "HTTP/%s:%u", host, port);
	gss_buffer_desc text = {strlen(spn), spn};
	OM_uint32 major =
		gss_import_name(&minor, &text, (gss_OID)GSS_KRB5_NT_PRINCIPAL_NAME, &name);
	if (!GSS_ERROR(major))
		major = credential(ccache, &cred, &minor);
	if (!GSS_ERROR(major))
		major = gss_init_sec_context(&minor, cred, &ctx, name, &spnego, 0, 0,
					     GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL,
					     &token, NULL, NULL);
	if (GSS_ERROR(major) || token.length == 0) {
		gss_fail(err, major, minor, spn, ccache);
	} else {
		char *b64 = amt_malloc(amt_base64_len(token.length) + 1);
		amt_base64_encode(token.value, token.length, b64);
		ok = amt_buf_printf(out, "Authorization: Negotiate %s\n", b64);
		amt_wipe(b64, strlen(b64));
		free(b64);
		if (!ok)
			amt_fail(err, "the Kerberos token for %s is larger than a header may be",
				 spn);
	}
	gss_release_buffer(&ignored, &token);
	gss_release_name(&ignored, &name);
	gss_release_cred(&ignored, &cred);
	gss_delete_sec_context(&ignored, &ctx, GSS_C_NO_BUFFER);
	return ok;
}
