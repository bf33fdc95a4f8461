/*
 * Landlock by system call: the files that are still to be opened, and no others.
 * Debian 12 headers stop at ABI 2; what later kernels can do is numbered here
 * (kernel: include/uapi/linux/landlock.h) and used only when the running
 * kernel reports that ABI.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FS_TRUNCATE    (UINT64_C(1) << 14) /* ABI 3 */
#define NET_BIND_TCP   (UINT64_C(1) << 0)  /* ABI 4 */
#define NET_CONNECT    (UINT64_C(1) << 1)  /* ABI 4 */
#define FS_IOCTL_DEV   (UINT64_C(1) << 15) /* ABI 5 */
#define SCOPE_ABSTRACT (UINT64_C(1) << 0)  /* ABI 6: abstract Unix sockets of others */
#define SCOPE_SIGNAL   (UINT64_C(1) << 1)  /* ABI 6 */

#define FS_ABI1 ((UINT64_C(1) << 13) - 1) /* EXECUTE to MAKE_SYM */

/* The structure as of ABI 6; older kernels get only as many bytes as they know. */
struct ruleset {
	uint64_t fs, net, scoped;
};

struct rules {
	int fd;
	uint64_t handled;
	bool failed;
};

static void allow(struct rules *r, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = rights & r->handled};
	struct stat st;
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0) /* what is not there cannot be opened later either */
		return;
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE |
				       LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL_DEV;
	rule.parent_fd = fd;
	if (rule.allowed_access &&
	    syscall(SYS_landlock_add_rule, r->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		r->failed = true;
	close(fd);
}

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                                      \
	(READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |                      \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REFER | \
	 FS_TRUNCATE)

#define CHANGE (READ | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

/* Results are made beside their place and renamed into it: the folder has to be writable. */
static void allow_result(struct rules *r, const char *path)
{
	struct stat st;
	char folder[4096];

	if (!path || !strcmp(path, "-"))
		return;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		allow(r, path, WRITE | FS_IOCTL_DEV);
		return;
	}
	if ((size_t)snprintf(folder, sizeof(folder), "%s", path) >= sizeof(folder))
		return;
	char *slash = strrchr(folder, '/');
	if (slash == folder)
		slash[1] = '\0';
	else if (slash)
		*slash = '\0';
	allow(r, slash ? folder : ".", WRITE);
}

/* Files that Kerberos, LDAP and TLS are told of by the environment; "FILE:" and the like in front.
 */
static void allow_named(struct rules *r)
{
	static const char *const reads[] = {"KRB5_CONFIG",   "KRB5_KTNAME",    "KRB5_CLIENT_KTNAME",
					    "LDAPCONF",      "LDAPTLS_CACERT", "LDAPTLS_CACERTDIR",
					    "SSL_CERT_FILE", "SSL_CERT_DIR",   NULL};
	struct amt_confine caches = {0};
	const char *cache = getenv("KRB5CCNAME");

	for (size_t i = 0; reads[i]; i++) {
		const char *path = getenv(reads[i]);
		if (path)
			allow(r, path + (amt_str_begins(path, "FILE:") ? 5 : 0), READ);
	}
	if (cache)
		amt_confine_cache(&caches, cache);
	for (size_t i = 0; i < caches.change.n; i++)
		allow(r, caches.change.v[i], CHANGE);
	amt_vec_free(&caches.change);
}

static void allow_system(struct rules *r, bool net)
{
	/* Time zones, locales, iconv modules, OpenSSL's settings, the number of CPUs. */
	static const char *const usual[] = {
		"/etc",         "/usr",          "/lib",      "/lib64",       "/proc/self",
		"/proc/stat",   "/proc/meminfo", "/proc/sys", "/sys/devices", "/sys/class/net",
		"/dev/urandom", "/dev/random",   NULL};
	/* Resolver files, name service and Kerberos: late reads of NSS, SASL and krb5. */
	static const char *const network[] = {"/run", "/var/run", "/var/lib/sss", NULL};

	for (size_t i = 0; usual[i]; i++)
		allow(r, usual[i], READ | LANDLOCK_ACCESS_FS_EXECUTE);
	for (size_t i = 0; net && network[i]; i++)
		allow(r, network[i], READ);
	allow(r, "/dev/null", READ | LANDLOCK_ACCESS_FS_WRITE_FILE);
	allow(r, "/dev/tty", READ | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_IOCTL_DEV);
	if (net) { /* ticket caches and the replay cache */
		allow_named(r);
		allow(r, "/tmp", WRITE);
		allow(r, "/var/tmp", WRITE);
	}
}

bool amt_confine_landlock(const struct amt_confine *c, const char *output, struct amt_layer *said)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset set = {.fs = FS_ABI1};
	size_t size = sizeof(set.fs);

	if (abi < 1) {
		snprintf(said->text, sizeof(said->text), "Landlock: not in this kernel");
		return false;
	}
	if (abi >= 2)
		set.fs |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		set.fs |= FS_TRUNCATE;
	if (abi >= 4) {
		set.net = c->net ? 0 : NET_BIND_TCP | NET_CONNECT;
		size = sizeof(set.fs) + sizeof(set.net);
	}
	if (abi >= 5)
		set.fs |= FS_IOCTL_DEV;
	if (abi >= 6) {
		set.scoped = SCOPE_SIGNAL | (c->net ? 0 : SCOPE_ABSTRACT);
		size = sizeof(set);
	}
	struct rules r = {.handled = set.fs};
	r.fd = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0);
	if (r.fd < 0) {
		snprintf(said->text, sizeof(said->text), "Landlock: %s", strerror(errno));
		return false;
	}
	allow_system(&r, c->net);
	for (size_t i = 0; i < c->read.n; i++)
		allow(&r, c->read.v[i], READ);
	for (size_t i = 0; i < c->write.n; i++)
		allow_result(&r, c->write.v[i]);
	for (size_t i = 0; i < c->change.n; i++)
		allow(&r, c->change.v[i], CHANGE);
	allow_result(&r, output);
#ifdef AMT_COVERAGE /* 'make coverage' only: counters are written when the process ends */
	allow(&r, AMT_COVERAGE, WRITE);
#endif
	bool ok = !r.failed && syscall(SYS_landlock_restrict_self, r.fd, 0) == 0;
	snprintf(said->text, sizeof(said->text), "Landlock: %s (ABI %ld%s)",
		 ok ? "only the named files" : strerror(errno), abi, set.net ? ", no TCP" : "");
	close(r.fd);
	return ok;
}
