/*
 * A Kerberos token for the device's own SPN. AMT's service principals carry the port
 * (HTTP/fqdn:16993) and libcurl's do not, so the header is made here (handbook device
 * section 0 item 3 and section 6 pitfall 1). One leg; no delegation.
 */
#include "device/ask.h"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_krb5.h>
#include <stdlib.h>
#include <string.h>

static bool gss_fail(struct amt_error *err, OM_uint32 major, OM_uint32 minor, const char *spn)
{
	OM_uint32 ignored, more = 0;
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;

	/* The mechanism's own words when it has some: "Server not found in Kerberos database". */
	if (minor)
		gss_display_status(&ignored, minor, GSS_C_MECH_CODE, GSS_C_NO_OID, &more, &text);
	else
		gss_display_status(&ignored, major, GSS_C_GSS_CODE, GSS_C_NO_OID, &more, &text);
	amt_fail(err, "getting a Kerberos ticket for %s: %.*s", spn, (int)text.length,
		 text.value ? (char *)text.value : "");
	gss_release_buffer(&ignored, &text);
	return false;
}

bool dev_negotiate(const char *host, unsigned port, struct amt_buf *out, struct amt_error *err)
{
	static gss_OID_desc spnego = {6, (void *)(uintptr_t) "\x2b\x06\x01\x05\x05\x02"};
	OM_uint32 minor, ignored;
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
		major = gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &ctx, name, &spnego, 0, 0,
					     GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL,
					     &token, NULL, NULL);
	if (GSS_ERROR(major) || token.length == 0) {
		gss_fail(err, major, minor, spn);
	} else {
		char *b64 = amt_malloc(amt_base64_len(token.length) + 1);
		amt_base64_encode(token.value, token.length, b64);
		ok = amt_buf_printf(out, "Authorization: Negotiate %s\n", b64);
		free(b64);
		if (!ok)
			amt_fail(err, "the Kerberos token for %s is larger than a header may be",
				 spn);
	}
	gss_release_buffer(&ignored, &token);
	gss_release_name(&ignored, &name);
	gss_delete_sec_context(&ignored, &ctx, GSS_C_NO_BUFFER);
	return ok;
}
