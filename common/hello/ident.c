/* Identities as text and back: UUID, MAC and IP addresses, names of enums. */
#include "amtdiag/hello.h"

#include <arpa/inet.h>
#include <stdio.h>

char *hello_uuid_text(const uint8_t wire[16], bool swapped, char out[37])
{
	/* SMBIOS order: the first three groups are little-endian (hello.md 1.5). */
	static const uint8_t mixed[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	static const char digits[] = "0123456789abcdef";
	char *o = out;

	for (size_t i = 0; i < 16; i++) {
		uint8_t b = wire[swapped ? i : mixed[i]];

		if (i == 4 || i == 6 || i == 8 || i == 10)
			*o++ = '-';
		*o++ = digits[b >> 4];
		*o++ = digits[b & 15];
	}
	*o = '\0';
	return out;
}

char *hello_ip_text(const struct hello_ip *ip, char out[HELLO_IP_TEXT])
{
	out[0] = '\0';
	if (ip->family == 4)
		inet_ntop(AF_INET, ip->bytes, out, HELLO_IP_TEXT);
	else if (ip->family == 6)
		inet_ntop(AF_INET6, ip->bytes, out, HELLO_IP_TEXT);
	return out;
}

bool hello_ip_parse(const char *s, struct hello_ip *out)
{
	struct hello_ip ip = {0};

	if (inet_pton(AF_INET, s, ip.bytes) == 1)
		ip.family = 4;
	else if (inet_pton(AF_INET6, s, ip.bytes) == 1)
		ip.family = 6;
	else
		return false;
	*out = ip;
	return true;
}

bool hello_ip_equal(const struct hello_ip *a, const struct hello_ip *b)
{
	return a->family && a->family == b->family &&
	       memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : 16) == 0;
}

char *hello_mac_text(const struct hello_mac *m, char out[18])
{
	out[0] = '\0';
	if (m->known)
		snprintf(out, 18, "%02x:%02x:%02x:%02x:%02x:%02x", m->bytes[0], m->bytes[1],
			 m->bytes[2], m->bytes[3], m->bytes[4], m->bytes[5]);
	return out;
}

bool hello_mac_parse(const char *s, struct hello_mac *out)
{
	uint8_t b[8];

	if (amt_hex_decode(s, b, sizeof(b)) != 6)
		return false;
	out->known = true;
	memcpy(out->bytes, b, 6);
	return true;
}

bool hello_mac_equal(const struct hello_mac *a, const struct hello_mac *b)
{
	return a->known && b->known && memcmp(a->bytes, b->bytes, 6) == 0;
}

const char *hello_mode_name(enum hello_mode m)
{
	static const char *const names[HELLO_MODES] = {"unknown", "PSK", "PKI"};

	return names[m];
}

const char *hello_verdict_name(enum hello_verdict v)
{
	static const char *const names[HELLO_VERDICTS] = {"no", "plausible", "exact"};

	return names[v];
}

const char *hello_phase_name(enum hello_phase p)
{
	static const char *const names[HELLO_PHASES] = {
		"unknown", "every minute", "every 5 minutes", "every hour", "irregular"};

	return names[p];
}

const char *hello_vantage_name(enum hello_vantage v)
{
	static const char *const names[HELLO_VANTAGES] = {"unknown", "server", "client", "between"};

	return names[v];
}
