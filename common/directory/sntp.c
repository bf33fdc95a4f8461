/* The clock of a domain controller by SNTP, RFC 4330. */
#include "amtdiag/directory.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PACKET = 48, CLIENT = 3, SERVER = 4, VERSION = 4, UNSYNCHRONISED = 3 };
/* Seconds from 1900 to 1970; NTP's own count wraps in 2036. */
static const int64_t epoch = 2208988800;

static amt_time of_ntp(uint64_t t)
{
	int64_t s = (int64_t)(t >> 32) - epoch;

	if (!(t >> 63)) /* RFC 4330, 3: top bit clear means 2036 and later */
		s += INT64_C(0x100000000);
	return s * AMT_SECOND + (amt_time)(((t & 0xffffffff) * (uint64_t)AMT_SECOND) >> 32);
}

bool directory_sntp_parse(const void *p, size_t n, uint64_t cookie, amt_time sent, amt_time got,
			  amt_time *offset, struct amt_error *err)
{
	struct amt_rd r = amt_rd_init(p, n);
	uint8_t head = amt_rd_u8(&r), stratum = amt_rd_u8(&r);

	amt_rd_skip(&r, 22); /* poll, precision, delay, dispersion, reference */
	uint64_t origin = amt_rd_be64(&r), in = amt_rd_be64(&r), out = amt_rd_be64(&r);
	if (r.short_ || (head & 7) != SERVER || origin != cookie)
		return amt_fail(err, "the answer by SNTP is none to this question");
	if (!stratum || stratum > 15 || head >> 6 == UNSYNCHRONISED || !out || !in)
		return amt_fail(err, "the SNTP server has no time to tell (stratum %u)", stratum);
	/* Half of both ways, so that equal delays fall out. */
	*offset = ((sent - of_ntp(in)) + (got - of_ntp(out))) / 2;
	return true;
}

static int open_to(const char *host, const char *service, struct amt_error *err)
{
	const struct addrinfo want = {.ai_socktype = SOCK_DGRAM};
	struct addrinfo *list = NULL;
	int fd = -1, rc = getaddrinfo(host, service, &want, &list);

	if (rc) {
		amt_fail(err, "finding %s: %s", host, gai_strerror(rc));
		return -1;
	}
	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen)) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	if (fd < 0)
		amt_fail_errno(err, errno, "asking %s for its clock", host);
	return fd;
}

bool directory_sntp(const char *host, const char *service, double timeout, amt_time *offset,
		    struct amt_error *err)
{
	uint8_t packet[PACKET] = {VERSION << 3 | CLIENT}, answer[512];
	uint64_t cookie = 0;
	int fd = open_to(host, service, err);

	if (fd < 0)
		return false;
	/* A random number in place of our time: enough to know the answer by. */
	if (getrandom(&cookie, sizeof(cookie), 0) < 0)
		cookie = (uint64_t)amt_time_now();
	for (int i = 0; i < 8; i++)
		packet[40 + i] = (uint8_t)(cookie >> (56 - 8 * i));
	amt_time sent = amt_time_now(), begun = amt_time_steady();
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	ssize_t n = send(fd, packet, sizeof(packet), 0);
	int ready = n < 0 ? -1 : poll(&wait, 1, (int)(timeout * 1000));
	if (ready > 0)
		n = recv(fd, answer, sizeof(answer), 0);
	amt_time got = sent + (amt_time_steady() - begun); /* whatever is set meanwhile */
	int why = errno;
	close(fd);
	if (!ready)
		return amt_fail(err, "%s does not answer by SNTP", host);
	if (ready < 0 || n < 0)
		return amt_fail_errno(err, why, "asking %s for its clock", host);
	return directory_sntp_parse(answer, (size_t)n, cookie, sent, got, offset, err);
}
