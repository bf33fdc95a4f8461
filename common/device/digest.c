/*
 * Answering a digest challenge (RFC 2617). By hand, because libcurl's own digest fails on two
 * habits of the firmware (handbook device section 6, pitfalls 2 and 3): devices that offer auth-int
 * only, and a nonce replaced with stale="false". Finding either out by trying would cost a
 * failed login, of which ten lock the device.
 */
#include "device/wire.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define MD5_TEXT 33

/* MD5 of the parts joined by colons, as hex. */
static bool md5(char out[MD5_TEXT], const char *const *parts, size_t n)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_md5(), NULL);

	for (size_t i = 0; ok && i < n; i++)
		ok = (!i || EVP_DigestUpdate(ctx, ":", 1)) &&
		     EVP_DigestUpdate(ctx, parts[i], strlen(parts[i]));
	ok = ok && EVP_DigestFinal_ex(ctx, hash, &len) && len == 16;
	EVP_MD_CTX_free(ctx);
	if (ok)
		amt_hex_encode(hash, 16, out);
	return ok;
}

static bool md5_bytes(char out[MD5_TEXT], const void *p, size_t n)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!EVP_Digest(p, n, hash, &len, EVP_md5(), NULL) || len != 16)
		return false;
	amt_hex_encode(hash, 16, out);
	return true;
}

bool dev_digest_response(const struct dev_digest_use *u, char out[DEV_DIGEST_RESPONSE])
{
	const char *qop = dev_digest_qop(u->challenge);
	char ha1[MD5_TEXT], ha2[MD5_TEXT], entity[MD5_TEXT], nc[9];
	bool ok = md5(ha1, (const char *[]){u->user, u->challenge->realm, u->password}, 3);

	snprintf(nc, sizeof(nc), "%08x", u->nc);
	if (strcmp(qop, "auth-int") == 0)
		ok = ok && md5_bytes(entity, u->body_len ? u->body : "", u->body_len) &&
		     md5(ha2, (const char *[]){u->method, u->uri, entity}, 3);
	else
		ok = ok && md5(ha2, (const char *[]){u->method, u->uri}, 2);
	if (*qop)
		ok = ok &&
		     md5(out, (const char *[]){ha1, u->challenge->nonce, nc, u->cnonce, qop, ha2},
			 6);
	else
		ok = ok && md5(out, (const char *[]){ha1, u->challenge->nonce, ha2}, 3);
	amt_wipe(ha1, sizeof(ha1));
	return ok;
}

const char *dev_digest_qop(const struct dev_challenge *c)
{
	/* auth where there is a choice: it is what every recorded client uses. */
	return c->auth ? "auth" : c->auth_int ? "auth-int" : "";
}

static void quoted(struct amt_buf *out, const char *name, const char *v)
{
	amt_buf_printf(out, "%s=\"", name);
	for (; *v; v++) {
		if (*v == '"' || *v == '\\')
			amt_buf_byte(out, '\\');
		if ((unsigned char)*v >= ' ' && *v != 127)
			amt_buf_byte(out, *v);
	}
	amt_buf_byte(out, '"');
}

bool dev_digest_header(struct dev_digest_use *u, struct amt_buf *out, struct amt_error *err)
{
	const struct dev_challenge *c = u->challenge;
	const char *qop = dev_digest_qop(c);
	char response[DEV_DIGEST_RESPONSE], cnonce[17];
	uint8_t raw[8];

	if (c->algorithm[0] && amt_strcasecmp(c->algorithm, "MD5") != 0)
		return amt_fail(err, "the device asks for the digest algorithm '%s'; AMT's is MD5",
				c->algorithm);
	if (c->qop[0] && !*qop)
		return amt_fail(err, "the device offers the digest qop '%s', which nobody knows",
				c->qop);
	if (!u->cnonce) {
		if (RAND_bytes(raw, sizeof(raw)) != 1)
			return amt_fail(err, "no random numbers for a digest answer");
		amt_hex_encode(raw, sizeof(raw), cnonce);
		u->cnonce = cnonce;
	}
	bool ok = dev_digest_response(u, response);
	if (ok) {
		amt_buf_str(out, "Authorization: Digest ");
		quoted(out, "username", u->user);
		quoted(out, ", realm", c->realm);
		quoted(out, ", nonce", c->nonce);
		quoted(out, ", uri", u->uri);
		if (*qop)
			amt_buf_printf(out, ", qop=%s, nc=%08x, cnonce=\"%s\"", qop, u->nc,
				       u->cnonce);
		ok = amt_buf_printf(out, ", response=\"%s\"\n", response);
	}
	u->cnonce = NULL;
	return ok || amt_fail(err, "the digest answer could not be made");
}
