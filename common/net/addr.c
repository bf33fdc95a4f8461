/* Addresses, and the words for how an exchange ended. */
#include "amtdiag/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

static const char *const class_names[AMT_NET_CLASSES] = {
	[AMT_NET_OK] = "ok",
	[AMT_NET_RESOLVE] = "no-address",
	[AMT_NET_REFUSED] = "refused",
	[AMT_NET_TIMEOUT] = "timeout",
	[AMT_NET_UNREACHABLE] = "unreachable",
	[AMT_NET_RESET] = "reset",
	[AMT_NET_SLOW] = "slow",
	[AMT_NET_TLS] = "tls",
	[AMT_NET_TOO_LARGE] = "too-large",
	[AMT_NET_REDIRECTS] = "redirects",
	[AMT_NET_PROTOCOL] = "protocol",
	[AMT_NET_STOPPED] = "stopped",
	[AMT_NET_OTHER] = "other",
};

static const char *const state_names[AMT_PORT_STATES] = {
	[AMT_PORT_UNKNOWN] = "unknown",         [AMT_PORT_OPEN] = "open",
	[AMT_PORT_REFUSED] = "refused",         [AMT_PORT_FILTERED] = "filtered",
	[AMT_PORT_UNREACHABLE] = "unreachable",
};

const char *amt_net_class_name(enum amt_net_class c)
{
	return (unsigned)c < AMT_NET_CLASSES ? class_names[c] : "?";
}

bool amt_net_class_parse(const char *name, enum amt_net_class *out)
{
	for (unsigned i = 0; name && i < AMT_NET_CLASSES; i++)
		if (strcmp(name, class_names[i]) == 0) {
			*out = (enum amt_net_class)i;
			return true;
		}
	return false;
}

const char *amt_port_state_name(enum amt_port_state s)
{
	return (unsigned)s < AMT_PORT_STATES ? state_names[s] : "?";
}

bool amt_port_state_parse(const char *name, enum amt_port_state *out)
{
	for (unsigned i = 0; name && i < AMT_PORT_STATES; i++)
		if (strcmp(name, state_names[i]) == 0) {
			*out = (enum amt_port_state)i;
			return true;
		}
	return false;
}

enum amt_net_class amt_net_class_of_errno(int code)
{
	switch (code) {
	case 0:
		return AMT_NET_OK;
	case ECONNREFUSED:
		return AMT_NET_REFUSED;
	case ETIMEDOUT:
		return AMT_NET_TIMEOUT;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		return AMT_NET_UNREACHABLE;
	case ECONNRESET:
	case EPIPE:
	case ECONNABORTED:
		return AMT_NET_RESET;
	default:
		return AMT_NET_OTHER;
	}
}

static bool parse_v6(const char *host, struct sockaddr_in6 *in6)
{
	char text[INET6_ADDRSTRLEN];
	const char *zone = strchr(host, '%');
	size_t n = zone ? (size_t)(zone - host) : strlen(host);

	if (n >= sizeof(text))
		return false;
	memcpy(text, host, n);
	text[n] = '\0';
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
		return false;
	in6->sin6_family = AF_INET6;
	if (zone) {
		in6->sin6_scope_id = if_nametoindex(zone + 1);
		return in6->sin6_scope_id != 0;
	}
	return true;
}

bool amt_addr_parse(const char *host, unsigned port, struct amt_addr *out, struct amt_error *err)
{
	struct amt_addr a = {0};
	struct sockaddr_in *in = (struct sockaddr_in *)&a.ss;

	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		a.len = sizeof(*in);
	} else if (parse_v6(host, (struct sockaddr_in6 *)&a.ss)) {
		a.len = sizeof(struct sockaddr_in6);
	} else {
		return amt_fail(err, "'%s' is not an IP address", host);
	}
	amt_addr_set_port(&a, port);
	*out = a;
	return true;
}

void amt_addr_set_port(struct amt_addr *a, unsigned port)
{
	if (a->ss.ss_family == AF_INET)
		((struct sockaddr_in *)&a->ss)->sin_port = htons((uint16_t)port);
	else if (a->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->ss)->sin6_port = htons((uint16_t)port);
}

unsigned amt_addr_port(const struct amt_addr *a)
{
	if (a->ss.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)&a->ss)->sin_port);
	if (a->ss.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a->ss)->sin6_port);
	return 0;
}

char *amt_addr_format(const struct amt_addr *a, char out[AMT_ADDR_TEXT])
{
	const void *host = &((const struct sockaddr_in *)&a->ss)->sin_addr;

	out[0] = '\0';
	if (a->ss.ss_family == AF_INET6)
		host = &((const struct sockaddr_in6 *)&a->ss)->sin6_addr;
	if (a->len)
		inet_ntop(a->ss.ss_family, host, out, AMT_ADDR_TEXT);
	return out;
}

bool amt_addr_equal_host(const struct amt_addr *a, const struct amt_addr *b)
{
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)&a->ss,
				 *b4 = (const struct sockaddr_in *)&b->ss;
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)&a->ss,
				  *b6 = (const struct sockaddr_in6 *)&b->ss;

	if (a->ss.ss_family != b->ss.ss_family)
		return false;
	if (a->ss.ss_family == AF_INET)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a->ss.ss_family == AF_INET6 &&
	       memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0 &&
	       a6->sin6_scope_id == b6->sin6_scope_id;
}
