/* Reads an HTTP request of a stranger: when it is complete, and what is in it. */
#include "sim.h"

#include <strings.h>

static bool request_line(char *line, struct sim_http *r)
{
	char *uri = strchr(line, ' '), *version;

	version = uri ? strchr(uri + 1, ' ') : NULL;
	if (!version || (size_t)(uri - line) >= sizeof(r->method) || uri == line ||
	    strncmp(version + 1, "HTTP/1.", 7))
		return false;
	*uri++ = 0;
	*version++ = 0;
	amt_str_copy(r->method, sizeof(r->method), line);
	amt_str_copy(r->uri, sizeof(r->uri), uri);
	r->http10 = version[7] == '0';
	r->close = r->http10;
	return true;
}

static bool header(char *line, struct sim_http *r, uint64_t *length)
{
	char *value = strchr(line, ':');

	if (!value)
		return false;
	*value++ = 0;
	value = amt_str_trim(value);
	if (!strcasecmp(line, "Content-Length"))
		return amt_num_u64(value, 0, SIM_CAP_REQUEST, length, NULL);
	if (!strcasecmp(line, "Transfer-Encoding"))
		return false; /* the ME takes no chunked requests */
	if (!strcasecmp(line, "Authorization"))
		r->authorization = value;
	else if (!strcasecmp(line, "SOAPAction"))
		r->soap_action = value;
	else if (!strcasecmp(line, "Connection") && amt_memcasestr(value, strlen(value), "close"))
		r->close = true;
	return true;
}

long sim_http_length(const char *data, size_t len)
{
	const char *end = memmem(data, len, "\r\n\r\n", 4), *p;
	uint64_t length = 0;
	size_t head;

	if (!end)
		return len > SIM_CAP_HEAD ? -1 : 0;
	head = (size_t)(end - data) + 4;
	if (head > SIM_CAP_HEAD || memchr(data, 0, head))
		return -1;
	p = amt_memcasestr(data, head, "\r\nContent-Length:");
	if (p) {
		char value[24];
		size_t n;

		p += 17;
		p += strspn(p, " \t");
		n = strspn(p, "0123456789");
		amt_str_copy(value, n + 1 < sizeof(value) ? n + 1 : sizeof(value), p);
		if (!amt_num_u64(value, 0, SIM_CAP_REQUEST - SIM_CAP_HEAD, &length, NULL))
			return -1;
	}
	return len - head < length ? 0 : (long)(head + length);
}

long sim_http_parse(char *data, size_t len, struct sim_http *r)
{
	long total = sim_http_length(data, len);
	char *end, *line;
	uint64_t length = 0;
	bool ok = true;

	memset(r, 0, sizeof(*r));
	if (total <= 0)
		return total;
	end = (char *)memmem(data, len, "\r\n\r\n", 4) + 4;
	end[-2] = 0;
	for (line = data; *line && ok;) {
		char *eol = strstr(line, "\r\n");

		if (eol)
			*eol = 0;
		ok = line == data ? request_line(line, r) : header(line, r, &length);
		line = eol ? eol + 2 : end - 2;
	}
	r->body = end;
	r->body_len = (size_t)(data + total - end);
	return ok && r->body_len == length ? total : -1;
}
