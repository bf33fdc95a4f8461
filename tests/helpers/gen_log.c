/*
 * Writes an Amtopmgr.log of a given size for benchmarks: CRLF, 14 kinds of lines,
 * 9,000 threads, 0 to 2 s between lines, seeded xorshift, so that it is the same
 * everywhere. Task begins and ends are among the kinds: sessions have to be kept.
 *
 *	gen_log BYTES >FILE
 */
#include "amtdiag/core.h"

#include <stdlib.h>

static uint64_t seed = UINT64_C(0x2545f4914f6cdd1d);

static uint64_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

#define CALL "finished with HResult = 0x0, status = 0x0, clientError = 0."

/* %H a host, %M its MachineId, %T a thread */
static const char *const kinds[14] = {
	"AMT Provision Worker: Wakes up to process instruction files",
	"AMT Provision Worker: Wait 20 seconds...",
	"Auto-worker Thread Pool: Current size of the thread pool is 12",
	"AMT Provision Worker: Send task %H to completion port",
	">>>>>>>>> Provision task begin<<<<<<<<<",
	"Provision target is indicated with SMS resource id. (MachineId = %M %H)",
	"Succeed to connect target machine %H and core version with 5.2.10 using provisioning "
	"account #0.",
	"SecurityAdministration.SetTLSCertificateWithKeyPair " CALL,
	"RETRY(3) - Validate client certificate for AMT device %H being generated.",
	"Send request to AMT proxy component to generate client certificate. (MachineId = %M)",
	"ERROR: Invoke(get) failed: 80020009argNum = 0",
	"Error 0x80090308 returned by InitializeSecurityContext during follow up TLS handshaking "
	"with server.",
	"Finished 1st stage provision on AMT device %H. Sleep 5 seconds for 2nd stage provision.",
	">>>>>>>>>> Provision task end <<<<<<<<<",
};

static size_t line(char *out, size_t size, uint64_t ms)
{
	const char *kind = kinds[next() % 14];
	/* A thread works for one computer, so that tasks are about somebody. */
	unsigned machine = (unsigned)(next() % 9000), thread = 1000 + 4 * machine;
	struct amt_civil c;
	static const char days[] = "SunMonTueWedThuFriSat",
			  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	size_t n = 0;

	for (const char *p = kind; *p && n < size; p++) {
		if (*p == '%' && p[1] == 'H')
			n += (size_t)snprintf(out + n, size - n, "pc%05u.corp.example.com",
					      machine),
				p++;
		else if (*p == '%' && p[1] == 'M')
			n += (size_t)snprintf(out + n, size - n, "%u", machine), p++;
		else
			out[n++] = *p;
	}
	amt_time_to_civil((amt_time)ms * 1000, 0, &c);
	n += (size_t)snprintf(
		out + n, size - n,
		"  $$<SMS_AMT_OPERATION_MANAGER><%.3s %.3s %02d %02d:%02d:%02d.%03d %d GMT "
		"Standard Time><thread=%u (0x%X)>\r\n",
		days + 3 * amt_weekday(c.year, c.month, c.day), months + 3 * (c.month - 1), c.day,
		c.hour, c.minute, c.second, c.usec / 1000, c.year, thread, thread);
	return n;
}

int main(int argc, char **argv)
{
	uint64_t want, done = 0, ms = UINT64_C(1231940592123); /* 14 January 2009 */
	char *buf = amt_malloc(AMT_MIB + 4096);
	size_t n = 0;

	if (argc != 2 || !amt_num_u64(argv[1], 1, UINT64_C(1) << 40, &want, NULL)) {
		fprintf(stderr, "gen_log BYTES >FILE\n");
		return 64;
	}
	while (done + n < want) {
		n += line(buf + n, 4096, ms);
		ms += next() % 2000;
		if (n >= AMT_MIB || done + n >= want) {
			if (fwrite(buf, 1, n, stdout) != n)
				return 74;
			done += n;
			n = 0;
		}
	}
	free(buf);
	return fflush(stdout) ? 74 : 0;
}
