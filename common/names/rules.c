/* What a client's name may look like for AMT, and where it stands in the forest. Pure. */
#include "names/message.h"

#include <stdio.h>
#include <string.h>

#define LABEL_MAX   63  /* RFC 1035 section 2.3.4; AMT's host name as well */
#define NAME_MAX_   253 /* 255 on the wire */
#define DOMAIN_MAX  191 /* AMT 6.0 and up, AMT_GeneralSettings.DomainName (handbook, device 1.2) */
#define NETBIOS_MAX 15  /* catalogue S3.C03 */

static const struct {
	unsigned fault;
	const char *words;
} faults[] = {
	{AMT_NAME_EMPTY, "is empty"},
	{AMT_NAME_UNDERSCORE, "has an underscore"},
	{AMT_NAME_NOT_ASCII, "has a character outside ASCII"},
	{AMT_NAME_CHARACTER, "has a character that is no letter, digit, hyphen or dot"},
	{AMT_NAME_HYPHEN_EDGE, "has a label that begins or ends with a hyphen"},
	{AMT_NAME_EMPTY_LABEL, "has an empty label"},
	{AMT_NAME_LABEL_LONG, "has a label above 63 characters"},
	{AMT_NAME_LONG, "is longer than 253 characters"},
	{AMT_NAME_DOMAIN_LONG, "has a domain above 191 characters, more than AMT stores"},
	{AMT_NAME_NETBIOS,
	 "has a host part above 15 characters, more than an AD computer name holds"},
	{AMT_NAME_BARE, "has no domain"},
	{AMT_NAME_NUMERIC, "has a host part of digits only"},
};

static unsigned check_char(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')
		return 0;
	if (c == '_')
		return AMT_NAME_UNDERSCORE;
	return c >= 0x80 ? AMT_NAME_NOT_ASCII : AMT_NAME_CHARACTER;
}

static unsigned check_label(const char *p, size_t n)
{
	unsigned f = 0;

	if (n == 0)
		return AMT_NAME_EMPTY_LABEL;
	for (size_t i = 0; i < n; i++)
		f |= check_char((unsigned char)p[i]);
	if (p[0] == '-' || p[n - 1] == '-')
		f |= AMT_NAME_HYPHEN_EDGE;
	return n > LABEL_MAX ? f | AMT_NAME_LABEL_LONG : f;
}

unsigned amt_name_check(const char *name)
{
	size_t len = strlen(name), host;
	unsigned f = 0;

	if (len && name[len - 1] == '.')
		len--;
	if (!len)
		return AMT_NAME_EMPTY;
	for (size_t i = 0; i <= len;) {
		size_t n = strcspn(name + i, ".");
		n = n > len - i ? len - i : n;
		f |= check_label(name + i, n);
		i += n + 1;
	}
	host = strcspn(name, ".");
	if (host >= len)
		f |= AMT_NAME_BARE;
	else if (len - host - 1 > DOMAIN_MAX)
		f |= AMT_NAME_DOMAIN_LONG;
	if (host > NETBIOS_MAX)
		f |= AMT_NAME_NETBIOS;
	if (host && strspn(name, "0123456789") >= host)
		f |= AMT_NAME_NUMERIC;
	return len > NAME_MAX_ ? f | AMT_NAME_LONG : f;
}

void amt_name_faults(unsigned bits, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults) && len < size; i++) {
		if (!(bits & faults[i].fault))
			continue;
		int n = snprintf(out + len, size - len, "%s%s", len ? ", " : "", faults[i].words);
		len += n > 0 ? (size_t)n : 0;
	}
}

enum amt_namespace amt_namespace_of(const char *name, const char *const *domains, size_t n)
{
	const char *parent = strchr(name, '.'), *best = NULL;

	if (!parent || !parent[1])
		return AMT_NS_NO_DOMAIN;
	parent++;
	for (size_t i = 0; i < n; i++)
		if (dns_name_within(parent, domains[i]) &&
		    (!best || dns_name_within(domains[i], best)))
			best = domains[i];
	if (!best)
		return AMT_NS_OUTSIDE;
	if (!dns_name_equal(parent, best))
		return AMT_NS_BELOW;
	/* Contiguous: the domain is the forest's root or below it. */
	return dns_name_within(best, domains[0]) ? AMT_NS_SAME : AMT_NS_OTHER_TREE;
}

const char *amt_namespace_meaning(enum amt_namespace ns)
{
	static const char *const words[] = {
		"stands in an AD domain of the contiguous namespace",
		("lies below an AD domain without being one of its own: the DNS suffix differs "
		 "from the domain (disjoint)"),
		"belongs to another tree of the forest",
		"lies outside every AD domain given",
		"has no domain",
	};

	return words[ns];
}
