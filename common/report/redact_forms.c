/* Recognising secrets by how they look, and one secret in all its notations. */
#include "report/redact_forms.h"

#include <arpa/inet.h>
#include <string.h>

static bool hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits by template: x a hex digit, others themselves. */
static bool shaped(const char *s, size_t n, const char *shape)
{
	if (strlen(shape) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (shape[i] == 'x' ? !hex(s[i]) : s[i] != shape[i])
			return false;
	return true;
}

static bool is_ipv4(const char *s, size_t n)
{
	size_t parts = 1, digits = 0;
	unsigned v = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.') {
			if (!digits || ++parts > 4)
				return false;
			digits = v = 0;
		} else if (digit(s[i]) && ++digits <= 3) {
			v = v * 10 + (unsigned)(s[i] - '0');
			if (v > 255)
				return false;
		} else {
			return false;
		}
	}
	return parts == 4 && digits;
}

static bool is_ipv6(const char *s, size_t n)
{
	size_t colons = 0;

	for (size_t i = 0; i < n; i++) {
		colons += s[i] == ':';
		if (s[i] != ':' && !hex(s[i]) && s[i] != '.')
			return false;
	}
	return colons >= 2 && (colons == 7 || memmem(s, n, "::", 2)) && n > 3;
}

/* The hex digits alone; 0 when there is anything else but separators. */
static size_t digits_of(const char *s, size_t n, char out[REDACT_VALUE_MAX])
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (hex(s[i]) && k < REDACT_VALUE_MAX - 1)
			out[k++] = s[i];
		else if (!strchr(":-.", s[i]))
			return 0;
	}
	out[k] = '\0';
	return k;
}

/* The digits of p in the notation of s. */
static const char *in_notation(struct amt_redactor *r, const char *s, size_t n, const char *p)
{
	char *out = amt_arena_strndup(&r->arena, s, n), from[REDACT_VALUE_MAX],
	     to[REDACT_VALUE_MAX];

	if (digits_of(s, n, from) != digits_of(p, strlen(p), to))
		return p;
	for (size_t i = 0; i < n && *p; i++) {
		while (*p && !hex(*p))
			p++;
		if (hex(out[i]) && *p)
			out[i] = *p++;
	}
	return out;
}

/* "101.2.0.192.in-addr.arpa", whole or only the network. */
static const char *reverse_name(struct amt_redactor *r, const char *s, size_t n)
{
	static const char v4[] = ".in-addr.arpa", v6[] = ".ip6.arpa";
	char turned[64] = "", back[64] = "";
	size_t host;

	if (n > sizeof(v6) && !amt_strncasecmp(s + n - (sizeof(v6) - 1), v6, sizeof(v6) - 1))
		return redact_remember(
			r, s, n,
			amt_arena_printf(&r->arena, "%s%s", redact_make(r, AMT_SECRET_HOST), v6));
	if (n <= sizeof(v4) || amt_strncasecmp(s + n - (sizeof(v4) - 1), v4, sizeof(v4) - 1) != 0)
		return NULL;
	host = n - (sizeof(v4) - 1);
	uint8_t v[4];
	snprintf(turned, sizeof(turned), "%.*s", (int)(host < 20 ? host : 20), s);
	if (host > 15 || inet_pton(AF_INET, turned, v) != 1)
		return redact_remember(
			r, s, n,
			amt_arena_printf(&r->arena, "%s%s", redact_make(r, AMT_SECRET_HOST), v4));
	snprintf(back, sizeof(back), "%u.%u.%u.%u", v[3], v[2], v[1], v[0]);
	const char *p = amt_redact_learn(r, AMT_SECRET_IPV4, back);
	if (!p || inet_pton(AF_INET, p, v) != 1)
		return NULL;
	return redact_remember(
		r, s, n, amt_arena_printf(&r->arena, "%u.%u.%u.%u%s", v[3], v[2], v[1], v[0], v4));
}

/* The domain's part becomes a pseudonym, what stands after it (512: Domain Admins) says nothing of
 * the house and is judged. */
static const char *sid(struct amt_redactor *r, const char *s, size_t n)
{
	char domain[80];
	size_t k = 9, dashes = 0;

	if (n <= 9 || n >= sizeof(domain) || amt_strncasecmp(s, "S-1-5-21-", 9) != 0)
		return NULL;
	while (k < n && (digit(s[k]) || s[k] == '-') && (dashes += s[k] == '-') < 3)
		k++;
	snprintf(domain, sizeof(domain), "%.*s", (int)k, s);
	const char *p = redact_known(r, domain, k);
	if (!p)
		p = redact_remember(r, domain, k, redact_make(r, AMT_SECRET_SID));
	return amt_arena_printf(&r->arena, "%s%.*s", p, (int)(n - k), s + k);
}

const char *redact_by_form(struct amt_redactor *r, const char *s, size_t n)
{
	char value[REDACT_VALUE_MAX], digits[REDACT_VALUE_MAX];

	if (n < 2 || n >= REDACT_VALUE_MAX)
		return NULL;
	memcpy(value, s, n);
	value[n] = '\0';
	if (is_ipv4(s, n)) /* 2.5.29.x: names of certificate extensions */
		return strncmp(value, "2.5.29.", 7) != 0
			       ? amt_redact_learn(r, AMT_SECRET_IPV4, value)
			       : NULL;
	const char *p = sid(r, s, n);
	if (!p)
		p = reverse_name(r, s, n);
	if (p)
		return p;
	bool mac = shaped(s, n, "xx:xx:xx:xx:xx:xx") || shaped(s, n, "xx-xx-xx-xx-xx-xx") ||
		   shaped(s, n, "xxxx.xxxx.xxxx"),
	     uuid = shaped(s, n, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
	size_t k = digits_of(s, n, digits);
	if (mac || uuid || k == 12 || k == 32 || k == 8) {
		p = redact_known(r, digits, k);
		if (!p && (mac || uuid))
			p = amt_redact_learn(r, mac ? AMT_SECRET_MAC : AMT_SECRET_UUID, digits);
		if (p)
			return in_notation(r, s, n, p);
	} else if (k >= 8 && k < n && (p = redact_known(r, digits, k))) {
		return p; /* a serial number, with colons */
	}
	return is_ipv6(s, n) ? amt_redact_learn(r, AMT_SECRET_IPV6, value) : NULL;
}

/* The first three parts of a UUID with their bytes turned round, as SMBIOS and the wire differ. */
static void turn(const char digits[32], char out[33])
{
	static const int order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

	for (int i = 0; i < 16; i++) {
		out[2 * i] = digits[2 * order[i]];
		out[2 * i + 1] = digits[2 * order[i] + 1];
	}
	out[32] = '\0';
}

void redact_learn_forms(struct amt_redactor *r, enum amt_secret kind, const char *value,
			const char *pseudonym)
{
	char digits[REDACT_VALUE_MAX], to[REDACT_VALUE_MAX], other[33], other_to[33];
	size_t n = digits_of(value, strlen(value), digits), m;
	uint8_t v[4], w[4];

	if (kind == AMT_SECRET_IPV4) {
		if (inet_pton(AF_INET, value, v) != 1 || inet_pton(AF_INET, pseudonym, w) != 1)
			return;
		snprintf(other, sizeof(other), "%02x%02x%02x%02x", v[0], v[1], v[2], v[3]);
		redact_remember(
			r, other, 8,
			amt_arena_printf(&r->arena, "%02x%02x%02x%02x", w[0], w[1], w[2], w[3]));
		return;
	}
	if (n < 8 ||
	    (kind != AMT_SECRET_MAC && kind != AMT_SECRET_UUID && kind != AMT_SECRET_SERIAL))
		return;
	m = digits_of(pseudonym, strlen(pseudonym), to);
	redact_remember(r, digits, n, m == n ? amt_arena_strdup(&r->arena, to) : pseudonym);
	if (kind == AMT_SECRET_UUID && n == 32 && m == 32) {
		turn(digits, other);
		turn(to, other_to);
		if (!redact_known(r, other, 32))
			redact_remember(r, other, 32, amt_arena_strdup(&r->arena, other_to));
	}
}

bool redact_well_known(const char *s)
{
	static const char *const names[] = {"Users",
					    "Computers",
					    "Builtin",
					    "System",
					    "Configuration",
					    "Schema",
					    "Services",
					    "Sites",
					    "Partitions",
					    "Domain Controllers",
					    "Deleted Objects",
					    "AIA",
					    "CDP",
					    "Public Key Services",
					    "Certificate Templates",
					    "Enrollment Services",
					    "Certification Authorities",
					    "NTAuthCertificates",
					    "NTDS Settings",
					    "Servers",
					    "Default-First-Site-Name",
					    "Out of Band Management Controllers",
					    "System Management",
					    "Policies",
					    "admin",
					    "Administrator",
					    "Administrators",
					    "Authenticated Users",
					    "Everyone",
					    "Network Service",
					    "Local Service",
					    "Local System",
					    "Guest",
					    "Guests",
					    "krbtgt",
					    "Domain Admins",
					    "Domain Computers",
					    "Domain Users",
					    "Enterprise Admins",
					    "Schema Admins",
					    "Cert Publishers",
					    "Certificate Service DCOM Access"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!amt_strcasecmp(names[i], s))
			return true;
	return false;
}

void redact_learn_dn(struct amt_redactor *r, const char *dn)
{
	char domain[REDACT_VALUE_MAX] = "", value[REDACT_VALUE_MAX];
	size_t len = 0; /* of domain */

	for (const char *p = dn; *p;) {
		size_t n = strcspn(p, ","), eq = strcspn(p, "=");
		bool dc = !amt_strncasecmp(p, "DC=", 3);
		if (eq < n && n - eq - 1 < sizeof(value)) {
			snprintf(value, sizeof(value), "%.*s", (int)(n - eq - 1), p + eq + 1);
			if (dc && len + 1 + strlen(value) < sizeof(domain)) {
				if (len)
					domain[len++] = '.';
				memcpy(domain + len, value, strlen(value) + 1);
				len += strlen(value);
			} else if (!dc &&
				   (!amt_strncasecmp(p, "CN=", 3) ||
				    !amt_strncasecmp(p, "OU=", 3)) &&
				   !redact_well_known(value))
				amt_redact_learn(r, AMT_SECRET_OTHER, value);
		}
		p += n + (p[n] == ',');
	}
	if (*domain)
		amt_redact_learn(r, AMT_SECRET_DOMAIN, domain);
}
