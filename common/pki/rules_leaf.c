/* Rules about the leaf alone: purpose, AMT marker, private key. certificates.md 1.2. */
#include "pki/rules.h"

/* RFC 5280 4.2.1.12; catalogue S3.C07 */
void rule_purpose(struct rules *r)
{
	const struct pki_cert *c = rule_leaf(r);
	uint32_t at = r->chain->leaf;

	if (amt_strlist_has(&c->ekus, PKI_OID_SERVER_AUTH))
		rule_says(r, "S3.C07", AMT_PASS, at, "the leaf is for server authentication");
	else if (!c->has_eku)
		rule_says(
			r, "S3.C07", AMT_WARN, at,
			"the leaf names no purpose at all; AMT asks for server authentication (%s)",
			PKI_OID_SERVER_AUTH);
	else if (amt_strlist_has(&c->ekus, PKI_OID_ANY_EKU))
		rule_says(
			r, "S3.C07", AMT_WARN, at,
			"the leaf is for any purpose but does not name server authentication (%s)",
			PKI_OID_SERVER_AUTH);
	else
		rule_says(r, "S3.C07", AMT_FAIL, at,
			  "the leaf is not for server authentication: %s is missing from its "
			  "extended key usage",
			  PKI_OID_SERVER_AUTH);
	if (c->has_constraints && c->ca)
		rule_says(r, "S3.C07", AMT_WARN, at,
			  "the leaf says that it is a CA; consoles that look for the leaf by that "
			  "will not find it");
}

static size_t trimmed(const char *s, const char **from)
{
	size_t n;

	while (*s == ' ')
		s++;
	for (n = strlen(s); n && s[n - 1] == ' ';)
		n--;
	*from = s;
	return n;
}

#define OU_MAX 256

/* Letters of want that stand in s in their order; case is let by. */
static size_t common_letters(const char *s, size_t n, const char *want, size_t w)
{
	size_t row[OU_MAX + 1] = {0};

	for (size_t i = 0; i < w; i++) {
		size_t corner = 0;
		for (size_t k = 0; k < n; k++) {
			size_t above = row[k + 1];
			if (!amt_strncasecmp(want + i, s + k, 1))
				row[k + 1] = corner + 1;
			else if (row[k] > above)
				row[k + 1] = row[k];
			corner = above;
		}
	}
	return row[n];
}

/* The character at s, so that it can be told from its look-alikes. */
static const char *character(const char *s, size_t n, struct amt_arena *a)
{
	const unsigned char *p = (const unsigned char *)s;
	unsigned more = !n ? 0 : p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : p[0] >= 0xc0 ? 1 : 0;
	unsigned code = !n ? 0 : more ? p[0] & (0x3fu >> more) : p[0];

	if (!n)
		return "the end";
	if (p[0] < 0x80)
		return amt_arena_printf(a, "'%c'", p[0]);
	for (unsigned i = 1; i <= more && i < n; i++)
		code = code << 6 | (p[i] & 0x3f);
	return amt_arena_printf(a, "U+%04X", code);
}

/* Most letters of the text that AMT wants stand in it: what differs first. */
static const char *near_miss(const char *s, size_t n, struct amt_arena *a)
{
	const char *want = PKI_OU_AMT_SETUP;
	size_t w = strlen(want), front = 0;

	if (common_letters(s, n < OU_MAX ? n : OU_MAX, want, w) < w * 3 / 5)
		return NULL;
	while (front < n && front < w && !amt_strncasecmp(s + front, want + front, 1))
		front++;
	if (!front)
		return amt_arena_printf(a, "it differs from \"%s\": it begins with %s", want,
					character(s, n, a));
	return amt_arena_printf(a, "it differs from \"%s\": after \"%.*s\" comes %s, not %s", want,
				(int)front, s, character(s + front, n - front, a),
				character(want + front, w - front, a));
}

/* What is different between an OU and the text that AMT wants; NULL: it has nothing to do with it.
 */
static const char *difference(const char *ou, struct amt_arena *a)
{
	const char *s, *want = PKI_OU_AMT_SETUP;
	size_t n = trimmed(ou, &s), w = strlen(want);

	if (n == w && !memcmp(s, want, w))
		return "it has a blank before or after it";
	if (n == w && !amt_strncasecmp(s, want, w))
		return amt_memcasestr(s, n, "(R)") && strstr(s, "(r)")
			       ? "it is written in other letters: (r) instead of (R)"
			       : "capital and small letters differ";
	if (n == w + 1 && s[w] == '.' && !amt_strncasecmp(s, want, w))
		return "it ends with a full stop";
	if (amt_memcasestr(s, n, "client setup cert")) {
		if (memmem(s, n, "\xc2\xae", 2))
			return "it has the registered sign instead of the three characters (R)";
		if (!amt_memcasestr(s, n, "(R)"))
			return "the (R) is missing";
		const char *first = near_miss(s, n, a);
		return first ? first : amt_arena_printf(a, "it differs from \"%s\"", want);
	}
	return near_miss(s, n, a);
}

enum pki_marker pki_ou_marker(const struct pki_cert *c, struct amt_arena *a, const char **why)
{
	const char *found = NULL;

	*why = NULL;
	for (size_t i = 0; i < c->ous.n; i++) {
		if (!strcmp(c->ous.v[i], PKI_OU_AMT_SETUP))
			return PKI_MARKER_EXACT;
		const char *d = difference(c->ous.v[i], a);
		if (d)
			found = amt_arena_printf(a, "OU \"%s\": %s", c->ous.v[i], d);
	}
	if (!found && c->marker_elsewhere)
		found = amt_arena_printf(a, "the text stands in %s; it must be an OU",
					 c->marker_elsewhere);
	*why = found;
	return found ? PKI_MARKER_WRONG : PKI_MARKER_NONE;
}

/* Catalogue S3.C08. CA/Browser Forum: no OU in public certificates from 2022-09-01. */
#define OU_FORBIDDEN ((amt_time)1661990400 * AMT_SECOND)

void rule_marker(struct rules *r)
{
	const struct pki_cert *c = rule_leaf(r);
	const struct pki_cert *top = rule_cert(r, r->path->certs.n - 1);
	uint32_t at = r->chain->leaf;
	const char *why;
	enum pki_marker ou = pki_ou_marker(c, &r->t->arena, &why);

	if (amt_strlist_has(&c->ekus, PKI_OID_AMT_SETUP)) {
		rule_says(r, "S3.C08", AMT_PASS, at, "the leaf carries the AMT OID %s%s",
			  PKI_OID_AMT_SETUP, ou == PKI_MARKER_EXACT ? " and the OU" : "");
	} else if (ou == PKI_MARKER_EXACT && top->root && c->not_before >= OU_FORBIDDEN) {
		rule_says(
			r, "S3.C08", AMT_WARN, at,
			"the leaf has the AMT OU but not the OID; since 2022-09-01 public CAs may "
			"not put an OU in, so its renewal will not have it");
	} else if (ou == PKI_MARKER_EXACT) {
		rule_says(r, "S3.C08", AMT_PASS, at, "the leaf has the OU \"%s\"",
			  PKI_OU_AMT_SETUP);
	} else if (ou == PKI_MARKER_WRONG) {
		rule_says(
			r, "S3.C08", AMT_FAIL, at,
			"the leaf has no AMT OID, and its OU is not exactly the one AMT wants: %s",
			why);
	} else {
		rule_says(r, "S3.C08", AMT_FAIL, at,
			  "the leaf has neither the AMT OID %s nor the OU \"%s\"",
			  PKI_OID_AMT_SETUP, PKI_OU_AMT_SETUP);
	}
}

void rule_private_key(struct rules *r)
{
	const struct pki_chain *c = r->chain;

	if (c->has_key && c->key_matches)
		rule_says(r, "S1.V11a", AMT_PASS, c->leaf,
			  "the private key in %s belongs to the leaf", c->key_source);
	else if (c->has_key)
		rule_says(r, "S1.V11a", AMT_FAIL, c->leaf,
			  "the private key in %s belongs to another certificate", c->key_source);
}

/*
 * S3.C16: firmware 3.2.1 after an upgrade from 3.x reads its own self-signed
 * certificate as invalid. The chain alone can't prove the version; with --firmware
 * 3.2.1 it can.
 */
void rule_peer_self_signed(struct rules *r)
{
	const struct pki_cert *c = rule_leaf(r);
	bool bad_date = c->not_before == AMT_TIME_NONE || c->not_after == AMT_TIME_NONE ||
			c->not_after < r->ctx->now || c->not_before > r->ctx->now;
	bool is_321 = r->fw.major == 3 && r->fw.minor == 2 && r->fw.rev == 1;
	bool may_be_321 = r->fw.major == 3 && r->fw.minor == 2 && r->fw.rev < 0;

	if (!r->f->asked.peer || !c->self_issued)
		return;
	if (is_321)
		rule_says(r, "S3.C16", AMT_FAIL, r->chain->leaf,
			  "the device runs 3.2.1 and shows a certificate of its own%s: the known "
			  "defect of that version",
			  bad_date ? " that is not valid now" : "");
	else if (may_be_321)
		rule_says(r, "S3.C16", bad_date ? AMT_FAIL : AMT_WARN, r->chain->leaf,
			  "the device shows a certificate of its own%s; if it runs 3.2.1 this is "
			  "the known defect",
			  bad_date ? " that is not valid now" : "");
	else
		rule_says(r, "S3.C16", AMT_PASS, r->chain->leaf,
			  "a self-signed certificate is shown, as before provisioning; firmware "
			  "3.2.1 is not at hand");
}
