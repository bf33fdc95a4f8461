/* Names in wire form and as text (RFC 1035 sections 3.1, 4.1.4 and 5.1). */
#include "names/message.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* One character of a label: plain, "\c" or "\DDD". The characters taken; 0: bad escape. */
static size_t label_char(const char *s, uint8_t *out)
{
	if (s[0] != '\\') {
		*out = (uint8_t)s[0];
		return 1;
	}
	if (s[1] >= '0' && s[1] <= '9') {
		unsigned v = 0;
		for (int i = 1; i <= 3; i++) {
			if (s[i] < '0' || s[i] > '9')
				return 0;
			v = v * 10 + (unsigned)(s[i] - '0');
		}
		*out = (uint8_t)v;
		return v > 255 ? 0 : 4;
	}
	*out = (uint8_t)s[1];
	return s[1] ? 2 : 0;
}

size_t dns_name_encode(const char *name, uint8_t out[DNS_NAME_WIRE])
{
	size_t len = 1, label = 0;

	out[0] = 0;
	if (!strcmp(name, "."))
		return 1;
	while (*name) {
		uint8_t c = 0;
		if (*name == '.') {
			if (len - label - 1 == 0)
				return 0;
			name++;
			if (!*name)
				break;
			label = len;
			if (len >= DNS_NAME_WIRE)
				return 0;
			out[len++] = 0;
			continue;
		}
		size_t took = label_char(name, &c);
		/* one byte is left for the root */
		if (!took || len - label - 1 >= 63 || len >= DNS_NAME_WIRE - 1)
			return 0;
		name += took;
		out[len++] = c;
		out[label]++;
	}
	if (len == 1 || out[label] == 0)
		return 0;
	out[len++] = 0;
	return len;
}

bool amt_dns_name_valid(const char *name)
{
	uint8_t wire[DNS_NAME_WIRE];

	return dns_name_encode(name, wire) > 1;
}

/* Appends a label as text; backslash forms for what a zone file could not hold plain. */
static size_t label_text(const uint8_t *p, size_t n, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i];
		if (c == '.' || c == '\\') {
			out[len++] = '\\';
			out[len++] = (char)c;
		} else if (c > 0x20 && c < 0x7f) {
			out[len++] = (char)c;
		} else {
			out[len++] = '\\';
			out[len++] = (char)('0' + c / 100);
			out[len++] = (char)('0' + c / 10 % 10);
			out[len++] = (char)('0' + c % 10);
		}
	}
	return len;
}

bool dns_name_decode(struct amt_rd *r, char out[DNS_NAME_TEXT])
{
	struct amt_rd at = *r; /* walks where pointers lead; r stays behind the first one */
	size_t len = 0, wire = 0;
	bool jumped = false;

	out[0] = '\0';
	for (;;) {
		uint8_t c = amt_rd_u8(&at);
		if (at.short_)
			break;
		if (!jumped)
			r->p = at.p;
		if (c == 0)
			return true;
		if (c >= 0xc0) {
			size_t here = amt_rd_at(&at) - 1;
			size_t to = (size_t)(c & 0x3f) << 8 | amt_rd_u8(&at);
			/* Only backwards: such a walk ends. */
			if (at.short_ || to >= here)
				break;
			if (!jumped)
				r->p = at.p;
			jumped = true;
			at.p = at.start + to;
			continue;
		}
		const uint8_t *label = amt_rd_bytes(&at, c);
		wire += (size_t)c + 1;
		if (c > 63 || !label || wire + 1 > DNS_NAME_WIRE)
			break;
		if (!jumped)
			r->p = at.p;
		if (len)
			out[len++] = '.';
		len += label_text(label, c, out + len);
		out[len] = '\0';
	}
	out[0] = '\0';
	r->short_ = true;
	r->p = r->end;
	return false;
}

static size_t plain_length(const char *s)
{
	size_t n = strlen(s);

	return n && s[n - 1] == '.' ? n - 1 : n;
}

/* The same name, one with a character as it is, one with it as "\\DDD". */
static bool same_on_the_wire(const char *a, const char *b)
{
	uint8_t x[DNS_NAME_WIRE], y[DNS_NAME_WIRE];
	size_t n = dns_name_encode(a, x), i = 0;

	if (!n || n != dns_name_encode(b, y))
		return false;
	while (i < n && (x[i] == y[i] || (x[i] >= 'A' && x[i] <= 'Z' && x[i] + 32 == y[i]) ||
			 (y[i] >= 'A' && y[i] <= 'Z' && y[i] + 32 == x[i])))
		i++;
	return i == n;
}

bool dns_name_equal(const char *a, const char *b)
{
	size_t n = plain_length(a);

	if (n == plain_length(b) && amt_strncasecmp(a, b, n) == 0)
		return true;
	return (strchr(a, '\\') || strchr(b, '\\')) && same_on_the_wire(a, b);
}

bool dns_name_within(const char *name, const char *zone)
{
	size_t n = plain_length(name), z = plain_length(zone);

	if (z == 0)
		return true;
	if (n < z || amt_strncasecmp(name + n - z, zone, z) != 0)
		return false;
	return n == z || name[n - z - 1] == '.';
}

bool amt_dns_reverse_name(const char *address, char *out, size_t size)
{
	uint8_t b[16];

	if (inet_pton(AF_INET, address, b) == 1) {
		int n = snprintf(out, size, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1], b[0]);
		return n > 0 && (size_t)n < size;
	}
	if (inet_pton(AF_INET6, address, b) != 1 || size < 74)
		return false;
	char *p = out;
	for (int i = 15; i >= 0; i--) {
		static const char hex[] = "0123456789abcdef";
		*p++ = hex[b[i] & 15];
		*p++ = '.';
		*p++ = hex[b[i] >> 4];
		*p++ = '.';
	}
	amt_str_copy(p, size - (size_t)(p - out), "ip6.arpa");
	return true;
}
